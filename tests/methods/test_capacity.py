"""Beds: published and hand-worked values, and what must hold for any load."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queue_simulation import share_lost

from caseanalysis.errors import MethodError
from caseanalysis.methods.capacity import beds_by_size, beds_needed, pooled_beds, refusals
from caseanalysis.methods.queues import erlang_b

LOADS = st.lists(st.floats(0.05, 500), min_size=1, max_size=6)


def needed(loads: list[float], refusal: float = 0.01, peakedness: float = 1.0) -> pd.DataFrame:
    table = pd.DataFrame({"load": loads})
    return beds_needed(table, load="load", acceptable_refusal=refusal, peakedness=peakedness)


def units(loads: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"service": "stroke", "unit": [*map(str, range(len(loads)))], "load": loads}
    )


def pooled(loads: list[float], refusal: float = 0.01) -> pd.Series:
    return pooled_beds(
        units(loads), load="load", unit="unit", pool="service", acceptable_refusal=refusal
    ).iloc[0]


def test_small_units_need_more_slack_than_large_ones() -> None:
    found = needed([20, 400])
    assert found["beds"].tolist() == [30, 426]
    assert found["occupancy"].round(2).tolist() == [0.66, 0.93]
    assert found["slack"].tolist() == [10, 26]


def test_one_bed_fewer_breaks_the_standard() -> None:
    for load, beds in ((20, 30), (400, 426), (3.7, None), (0.2, None)):
        found = int(needed([load])["beds"].iloc[0])
        assert beds in (None, found)
        assert erlang_b(load, found) <= 0.01 < erlang_b(load, found - 1)


def test_half_of_a_load_of_one_is_refused_by_one_bed() -> None:
    # B(1, 1) = 1/2; B(1, 2) = 1/5.
    assert needed([1], refusal=0.5)["beds"].tolist() == [1]
    assert needed([1], refusal=0.2)["beds"].tolist() == [2]


def test_no_load_needs_no_bed_and_refuses_nobody() -> None:
    assert needed([0])[["beds", "refusal", "occupancy"]].iloc[0].tolist() == [0, 0, 0]


def test_refusals_of_given_beds_are_those_of_the_loss_formula() -> None:
    table = pd.DataFrame({"load": [2.0, 1e5, 4.0], "beds": [2, 10, 0]})
    found = refusals(table, load="load", beds="beds")
    # 2 / 5 by hand; 1 - 10/100,000; everyone where there is no bed.
    assert found["refusal"].tolist() == pytest.approx([0.4, 0.9999, 1])
    assert found["occupancy"].tolist() == pytest.approx([0.6, 1, 0], abs=1e-3)


def test_beds_agree_with_a_simulation() -> None:
    rng = np.random.default_rng(3)
    beds = int(needed([8], refusal=0.05)["beds"].iloc[0])
    lost = share_lost(8, beds, rng=rng, service=rng.exponential(1, 150_000))
    assert lost == pytest.approx(needed([8], refusal=0.05)["refusal"].iloc[0], abs=0.006)


def test_bursts_of_arrivals_are_as_hayward_has_them() -> None:
    # A load of 40 in n beds with peakedness 2 refuses as one of 20 in n/2: 30 suffice, 29 do not.
    table = pd.DataFrame({"load": [40.0, 40.0], "beds": [60, 58]})
    found = refusals(table, load="load", beds="beds", peakedness=2)["refusal"].tolist()
    assert found == pytest.approx([erlang_b(20, 30), erlang_b(20, 29)])
    assert found[0] < 0.01 < found[1]
    assert needed([40], peakedness=2)["beds"].iloc[0] == 60
    assert needed([40])["beds"].iloc[0] == 53


def test_interval_of_the_load_gives_an_interval_of_the_beds() -> None:
    table = pd.DataFrame({"load": [20.0], "lower": [18.0], "upper": [23.0]})
    found = beds_needed(table, load="load", acceptable_refusal=0.01).iloc[0]
    assert found["beds_lower"] == needed([18])["beds"].iloc[0]
    assert found["beds_upper"] == needed([23])["beds"].iloc[0]


def test_pool_needs_fewer_beds_and_says_when_that_holds() -> None:
    found = pooled([20, 20])
    assert found["beds_separate"] == 60
    assert found["beds_pooled"] == needed([40])["beds"].iloc[0] == 53
    assert found["beds_spared"] == 7
    assert "any patient" in found["caution"]


def test_each_size_and_standard_has_its_row() -> None:
    found = beds_by_size([5, 20], acceptable_refusals=[0.01, 0.05])
    assert found[["acceptable_refusal", "load"]].duplicated().sum() == 0
    assert len(found) == 4


@pytest.mark.parametrize("refusal", [0, 0.6, -0.1])
def test_refusal_out_of_range_is_refused(refusal: float) -> None:
    with pytest.raises(MethodError, match=r"0 to 0\.5"):
        needed([20], refusal=refusal)


def test_missing_or_negative_load_is_refused() -> None:
    with pytest.raises(MethodError, match="missing value"):
        needed([float("nan")])
    with pytest.raises(MethodError, match="amount of 0 or more"):
        needed([-1])
    with pytest.raises(MethodError, match="two rows"):
        pooled_beds(units([1, 2]).assign(unit="a"), load="load", unit="unit", pool="service",
                    acceptable_refusal=0.01)  # fmt: skip


@settings(max_examples=25)
@given(loads=LOADS, refusal=st.floats(0.001, 0.2))
def test_beds_reach_the_standard_and_a_stricter_one_never_needs_fewer(
    loads: list[float], refusal: float
) -> None:
    found = needed(loads, refusal)
    assert (found["refusal"] <= refusal * (1 + 1e-9)).all()
    assert (needed(loads, refusal / 2)["beds"] >= found["beds"]).all()


@settings(max_examples=25)
@given(loads=LOADS)
def test_doubling_a_load_never_needs_more_than_twice_the_beds(loads: list[float]) -> None:
    one, two = needed(loads)["beds"], needed([2 * load for load in loads])["beds"]
    assert (two >= one).all()
    assert (two <= 2 * one).all()


@settings(max_examples=25)
@given(loads=LOADS)
def test_pool_never_needs_more_and_the_order_does_not_matter(loads: list[float]) -> None:
    found = pooled(loads)
    assert found["beds_spared"] >= 0
    assert found["load"] == pytest.approx(sum(loads))
    assert pooled(loads[::-1])["beds_pooled"] == found["beds_pooled"]


@settings(max_examples=25)
@given(load=st.floats(0.1, 300), wider=st.floats(0, 1), width=st.floats(0, 0.5))
def test_wider_load_never_narrows_the_beds(load: float, wider: float, width: float) -> None:
    shares = [width, min(width + wider, 1)]
    table = pd.DataFrame({
        "load": load,
        "lower": [load * (1 - share) for share in shares],
        "upper": [load * (1 + share) for share in shares],
    })  # fmt: skip
    narrow, wide = (
        row for _, row in beds_needed(table, load="load", acceptable_refusal=0.01).iterrows()
    )
    assert wide["beds_lower"] <= narrow["beds_lower"]
    assert wide["beds_upper"] >= narrow["beds_upper"]
