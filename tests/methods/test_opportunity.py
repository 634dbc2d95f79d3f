"""Benchmark opportunity: gaps, needs and pounds worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import opportunity

PEERS = ["RA1", "RA2", "RA3", "RA4", "RA5"]
STAYS = pd.DataFrame({"org_code": ["RZ1", *PEERS, "ENGLAND"],
                      "value": [9.8, 8.0, 8.2, 9.0, 8.4, 10.0, 8.6]})  # fmt: skip
PAIRS = opportunity.comparators({"RZ1": PEERS}, trusts=["RZ1"])
VOLUMES = pd.DataFrame({"org_code": ["RZ1"], "volume": [1000]})


def gap(table: pd.DataFrame = STAYS, pairs: pd.DataFrame = PAIRS, **options: object) -> pd.Series:
    asked: dict = {"better": "lower", "case_mix": "not standardised",
                   "rng": np.random.default_rng(1), **options}  # fmt: skip
    found = opportunity.gaps(table, pairs, **asked)
    assert len(found) == 1
    return found.iloc[0]


def worth(gaps: pd.DataFrame, **options: object) -> pd.DataFrame:
    asked: dict = {"marginal_cost": 100, "average_cost": 345, "unit": "bed days a year",
                   "price_year": "2023-24", "overlaps": "none known", **options}  # fmt: skip
    return opportunity.worth(gaps, VOLUMES, **asked)


def test_gap_is_to_the_median_of_the_others() -> None:
    found = gap()
    assert found["benchmark"] == 8.4
    assert found["gap"] == pytest.approx(1.4)
    assert found["peers"] == 5
    assert found["peer_codes"] == "RA1, RA2, RA3, RA4, RA5"
    assert found["case_mix"] == "not standardised"


def test_gap_counts_the_adverse_side_only() -> None:
    assert gap(better="higher")["gap"] == 0
    assert gap(STAYS.assign(value=[7.0, 8.0, 8.2, 9.0, 8.4, 10.0, 8.6]))["gap"] == 0
    assert gap(STAYS.assign(value=[7.0, 8.0, 8.2, 9.0, 8.4, 10.0, 8.6]), better="higher")[
        "gap"
    ] == pytest.approx(1.4)


def test_better_quarter_is_the_low_one_where_lower_is_better() -> None:
    # Sorted 8.0 8.2 8.4 9.0 10.0: a quarter of the way is 8.2, three quarters 9.0.
    assert gap(quantile=0.75)["benchmark"] == pytest.approx(8.2)
    assert gap(quantile=0.75, better="higher")["benchmark"] == pytest.approx(9.0)
    assert gap(quantile=1.0)["benchmark"] == 8.0


def test_interval_of_the_median_is_that_of_all_resamples() -> None:
    # All 3,125 resamples of five values: their medians give the exact percentile interval.
    values = STAYS["value"].to_numpy()[1:6]
    grid = np.array(np.meshgrid(*[values] * 5)).reshape(5, -1)
    low, high = np.quantile(np.median(grid, axis=0), [0.025, 0.975])
    found = gap(draws=20_000)
    assert (found["benchmark_lower"], found["benchmark_upper"]) == pytest.approx((low, high))
    assert found["gap_lower"] == pytest.approx(max(0, 9.8 - high))
    assert found["gap_upper"] == pytest.approx(9.8 - low)


def test_same_seed_gives_the_same_interval() -> None:
    assert gap(rng=np.random.default_rng(5)).equals(gap(rng=np.random.default_rng(5)))


def test_comparator_without_a_value_is_named_and_too_few_are_refused() -> None:
    known = STAYS[~STAYS["org_code"].eq("RA3")]
    assert gap(known, least_peers=4)["peers_without_value"] == "RA3"
    with pytest.raises(MethodError, match="4 comparators of RZ1"):
        gap(known)


def test_trusts_that_cannot_be_compared_can_be_left_out_on_purpose() -> None:
    pairs = opportunity.comparators({"RZ1": PEERS, "RZ2": PEERS}, trusts=["RZ1", "RZ2"])
    found = opportunity.comparable(pairs, STAYS)
    assert found["org_code"].unique().tolist() == ["RZ1"]
    assert found["peer_code"].tolist() == PEERS
    assert opportunity.comparable(pairs, STAYS[STAYS["org_code"].ne("RA3")]).empty
    assert len(opportunity.comparable(pairs, STAYS.iloc[:5], least_peers=4)) == 5
    assert opportunity.comparable(PAIRS.head(0), STAYS).empty


def test_trust_without_a_value_is_left_out() -> None:
    found = opportunity.gaps(
        STAYS[STAYS["org_code"].ne("RZ1")], PAIRS, better="lower", case_mix="none",
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert found.empty
    assert {"org_code", "gap", "case_mix"} <= set(found.columns)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"better": "neither"}, "better side is 'neither'"),
        ({"quantile": 50}, "quantile of 50"),
        ({"confidence_level": 95}, "between 0 and 1"),
        ({"table": pd.concat([STAYS, STAYS])}, "two rows for org_code"),
        ({"pairs": PAIRS.assign(peer_code=["RZ1", *PEERS[1:]])}, "its own comparator"),
    ],
)
def test_comparison_that_cannot_be_made_is_refused(options: dict, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        gap(**options)


def test_worth_is_gap_by_volume_by_either_cost() -> None:
    found = worth(gap().to_frame().T).set_index("quantity")
    # 1.4 days x 1,000 spells; x £100; x £345.
    assert found["value"].tolist() == pytest.approx([1400, 140_000, 483_000])
    assert found.index.tolist() == ["needed", "marginal saving", "average saving"]
    assert found["unit"].tolist() == ["bed days a year", "pounds a year", "pounds a year"]
    assert "prices of 2023-24" in found.loc["average saving", "basis"]
    assert (found["overlaps"] == "none known").all()
    assert (found["lower"] <= found["value"]).all()
    assert (found["value"] <= found["upper"]).all()


def test_trust_without_a_volume_and_costs_the_wrong_way_round_are_refused() -> None:
    gaps = gap().to_frame().T
    with pytest.raises(MethodError, match="marginal <= average"):
        worth(gaps, marginal_cost=400)
    with pytest.raises(MethodError, match="missing value"):
        opportunity.worth(
            gaps, VOLUMES.assign(org_code="RZ9"), marginal_cost=1, average_cost=1, unit="u",
            price_year="2023-24", overlaps="none",
        )  # fmt: skip


def test_gap_to_a_target_needs_no_comparators() -> None:
    targets = pd.DataFrame({"entity": ["RZ1", "RA1", "RZ9"], "value": [9.0, 9.0, 9.0]})
    found = opportunity.gaps_to_target(STAYS, targets, better="lower", case_mix="none")
    assert found["org_code"].tolist() == ["RA1", "RZ1"]
    assert found["gap"].tolist() == pytest.approx([0, 0.8])
    assert found["peers"].tolist() == [0, 0]
    assert worth(found[found["org_code"].eq("RZ1")])["value"].iloc[0] == pytest.approx(800)
    with pytest.raises(MethodError, match="a target with a value"):
        opportunity.gaps_to_target(
            STAYS, targets.assign(value=None), better="lower", case_mix="none"
        )


def test_comparators_are_never_of_the_group() -> None:
    found = opportunity.comparators(
        {"RZ1": ["RA1", "RZ2", "RA2"], "RZ2": ["RA2"]}, trusts=["RZ1", "RZ2"]
    )
    assert found["peer_code"].tolist() == ["RA1", "RA2", "RA2"]
    assert found["rank"].tolist() == [1, 3, 1]


def test_all_trusts_of_a_table_can_be_the_comparators() -> None:
    found = opportunity.comparators(
        {"RZ1": ["RA1"]}, trusts=["RZ1"], among=["RZ1", "RA2", "RA1", "ENGLAND", "AXX01"]
    )
    assert found["peer_code"].tolist() == ["RA1", "RA2"]
    assert found["rank"].isna().all()


def test_peers_are_shown_with_their_values() -> None:
    found = opportunity.peer_values(STAYS, PAIRS)
    assert found["kind"].tolist() == ["trust", *["peer"] * 5]
    assert found["value"].tolist() == [9.8, 8.0, 8.2, 9.0, 8.4, 10.0]
    assert opportunity.peer_values(STAYS.head(1), PAIRS)["value"].isna().sum() == 5


VALUES = st.lists(st.floats(0.1, 100), min_size=6, max_size=12)


@settings(max_examples=25)
@given(values=VALUES, better=st.sampled_from(["lower", "higher"]))
def test_doubling_the_values_doubles_the_gap_and_order_does_not_matter(
    values: list[float], better: str
) -> None:
    codes = [f"RA{at:X}" for at in range(len(values) - 1)]
    table = pd.DataFrame({"org_code": ["RZ1", *codes], "value": values})
    pairs = opportunity.comparators({"RZ1": codes}, trusts=["RZ1"])
    options = {"better": better, "draws": 200}
    one = gap(table, pairs, **options)
    two = gap(table.assign(value=table["value"] * 2).iloc[::-1], pairs.iloc[::-1], **options)
    for column in ("gap", "gap_lower", "gap_upper", "benchmark_upper"):
        assert two[column] == pytest.approx(2 * one[column])
    assert one["gap_lower"] <= one["gap_upper"]


@settings(max_examples=25)
@given(values=VALUES, quantile=st.floats(0, 0.9), more=st.floats(0, 0.1))
def test_higher_ambition_never_has_a_smaller_gap(
    values: list[float], quantile: float, more: float
) -> None:
    codes = [f"RA{at:X}" for at in range(len(values) - 1)]
    table = pd.DataFrame({"org_code": ["RZ1", *codes], "value": values})
    pairs = opportunity.comparators({"RZ1": codes}, trusts=["RZ1"])
    low, high = (
        gap(table, pairs, quantile=one, draws=10)["gap"] for one in (quantile, quantile + more)
    )
    assert high >= low - 1e-9


@settings(max_examples=25)
@given(values=VALUES)
def test_wider_confidence_never_narrows_the_interval(values: list[float]) -> None:
    codes = [f"RA{at:X}" for at in range(len(values) - 1)]
    table = pd.DataFrame({"org_code": ["RZ1", *codes], "value": values})
    pairs = opportunity.comparators({"RZ1": codes}, trusts=["RZ1"])
    narrow, wide = (
        gap(table, pairs, confidence_level=one, draws=200) for one in (0.8, 0.95)
    )  # fmt: skip
    assert wide["benchmark_lower"] <= narrow["benchmark_lower"]
    assert wide["benchmark_upper"] >= narrow["benchmark_upper"]
