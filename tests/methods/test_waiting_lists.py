"""Waiting lists: values of the NHS-R Community's package and of a white paper, and by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods.waiting_lists import bands, implied_flows, relief_capacity, targets
from caseanalysis.store import Store

OVER = {"over_52_weeks": 52, "over_65_weeks": 65}


def standard(demand: float = 30, **options: object) -> pd.Series:
    asked: dict = {"per": "week", "within_weeks": 52, "share_within": 1 - math.exp(-4), **options}
    return targets(pd.DataFrame({"demand": [demand]}), demand="demand", **asked).iloc[0]


def counts(**columns: object) -> pd.DataFrame:
    given_columns = {"org_code": "R0A", "month": pd.Timestamp("2024-01-01"), "pathways": 100.0,
                     "within": 60.0, "over_52_weeks": 10.0, "over_65_weeks": 4.0}  # fmt: skip
    return pd.DataFrame([{**given_columns, **columns}])


def banded(table: pd.DataFrame) -> pd.DataFrame:
    return bands(table, key=["org_code", "month"], total="pathways", within="within", over=OVER)


def test_factors_of_the_usual_standards() -> None:
    assert standard(share_within=0.92)["factor"] == pytest.approx(2.526, abs=5e-4)
    assert standard(share_within=0.99)["factor"] == pytest.approx(4.605, abs=5e-4)


def test_target_size_is_that_of_the_package_nhsrwaitinglist() -> None:
    # calc_target_queue_size(30, 52, 4) is 390; calc_target_mean_wait(52, 4) is 13.
    found = standard()
    assert found["target_size"] == pytest.approx(390)
    assert found["target_mean_wait"] == pytest.approx(13)


def test_required_capacity_is_that_of_the_package_nhsrwaitinglist() -> None:
    # calc_target_capacity(30, 52, 3, 1.1, 1.2) is 30.076442 in the package's own test.
    found = standard(share_within=1 - math.exp(-3), cv_demand=1.1, cv_capacity=1.2)
    assert found["required_capacity"] == pytest.approx(30.076442, abs=1e-6)


def test_relief_capacity_is_that_of_the_package_nhsrwaitinglist() -> None:
    # calc_relief_capacity(30, 1200, 390, 26) is 61.15.
    table = pd.DataFrame({"demand": [30.0], "size": [1200], "target": [390.0]})
    found = relief_capacity(
        table, size="size", target_size="target", demand="demand", per="week", weeks_to_target=26
    ).iloc[0]
    assert found["relief_capacity"] == pytest.approx(61.1538, abs=1e-4)
    assert found["size_ratio"] == pytest.approx(3.0769, abs=1e-4)


def test_list_within_its_target_needs_no_relief() -> None:
    table = pd.DataFrame({"demand": [30.0], "size": [200], "target": [390.0]})
    found = relief_capacity(
        table, size="size", target_size="target", demand="demand", per="week", weeks_to_target=26
    )
    assert found["relief_capacity"].iloc[0] == 30


def test_unit_of_time_changes_the_numbers_and_not_the_list() -> None:
    week = standard(7.0, within_weeks=18, share_within=0.92)
    day = standard(1.0, per="day", within_weeks=18, share_within=0.92)
    assert day["target_size"] == pytest.approx(week["target_size"])
    assert day["required_capacity"] * 7 == pytest.approx(week["required_capacity"])
    # 18 weeks for 92%: 7 x 18 / 2.5257 = 49.9 patients, and 2.5257 / 18 more than 7 a week.
    assert week["target_size"] == pytest.approx(49.887, abs=1e-3)
    assert week["required_capacity"] == pytest.approx(7.1403, abs=1e-4)


def test_unit_that_contradicts_the_rate_is_refused() -> None:
    table = pd.DataFrame({"demand": [30.0], "unit": "patients a day"})
    with pytest.raises(MethodError, match="patients a day; wanted patients a week"):
        targets(table, demand="demand", per="week", within_weeks=18, share_within=0.92)
    with pytest.raises(MethodError, match="one of day, week"):
        standard(per="fortnight")


@pytest.mark.parametrize(
    "options",
    [{"share_within": 1}, {"share_within": 92}, {"within_weeks": 0}, {"cv_demand": -1}],
)
def test_standard_out_of_range_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(MethodError):
        standard(**options)


def test_negative_demand_is_refused() -> None:
    with pytest.raises(MethodError, match="amount of 0 or more"):
        standard(-1)


@settings(max_examples=30)
@given(demand=st.floats(0, 1e5), share=st.floats(0.01, 0.999), weeks=st.floats(1, 104))
def test_doubling_demand_doubles_the_list_but_not_its_margin(
    demand: float, share: float, weeks: float
) -> None:
    one = standard(demand, share_within=share, within_weeks=weeks)
    two = standard(2 * demand, share_within=share, within_weeks=weeks)
    assert two["target_size"] == pytest.approx(2 * one["target_size"])
    margin = one["required_capacity"] - demand
    assert two["required_capacity"] - 2 * demand == pytest.approx(margin, abs=1e-6)
    assert margin >= 0


def test_bands_are_the_differences_between_thresholds() -> None:
    found = banded(counts())
    assert found["weeks_lower"].tolist() == [0, 18, 52, 65]
    assert found["waiting"].tolist() == [60, 30, 6, 4]
    assert found["weeks_upper"].tolist()[:3] == [18, 52, 65]
    assert found["weeks_upper"].isna().tolist() == [False, False, False, True]


def test_threshold_without_a_count_joins_the_band_below() -> None:
    found = banded(counts(over_65_weeks=None))
    assert found["waiting"].tolist() == [60, 30, 10]
    assert found["waiting"].sum() == 100


def test_more_patients_at_a_longer_wait_are_refused() -> None:
    with pytest.raises(MethodError, match="more at a longer wait for org_code R0A"):
        banded(counts(over_65_weeks=11.0))


def test_flows_implied_by_an_even_rate_are_as_worked_by_hand() -> None:
    # Of 1,000 patients e^-1 = 0.3679 have waited 18 weeks: they leave at 1/18 a week, 55.56 a week
    # or 241.6 in a month of 4.348 weeks; with 1,100 a month later 341.6 were added.
    share = 1 - math.exp(-1)
    table = pd.DataFrame({
        "org_code": "R0A",
        "month": pd.to_datetime(["2024-02-01", "2024-01-01"]),
        "pathways": [1100.0, 1000.0],
        "within": [1100 * share, 1000 * share],
    })  # fmt: skip
    found = implied_flows(table, key="org_code", total="pathways", within="within")
    assert found["treated"].tolist() == pytest.approx([241.567, 265.724], abs=1e-3)
    assert found["additions"].isna().tolist() == [True, False]
    assert found["additions"].iloc[1] == pytest.approx(365.724, abs=1e-3)


def test_list_that_nobody_has_waited_long_on_implies_no_flow() -> None:
    table = pd.DataFrame({"org_code": ["R0A"], "month": [pd.Timestamp("2024-01-01")],
                          "pathways": [10.0], "within": [10.0]})  # fmt: skip
    with pytest.raises(MethodError, match="a share of 0 or 1"):
        implied_flows(table, key="org_code", total="pathways", within="within")


@pytest.mark.official_files
def test_implied_additions_are_near_the_new_pathways_published_for_england(
    full_store: Store,
) -> None:
    table = full_store.table("rtt_england")
    lists = table[table["pathway"].eq("incomplete") & table["within_18_weeks"].notna()]
    found = implied_flows(
        lists.assign(area="England"), key="area", total="pathways", within="within_18_weeks"
    ).set_index("month")["additions"]
    published = table[table["pathway"].eq("new_periods")].set_index("month")["pathways"]
    ratio = (found / published).dropna()
    recent = ratio["2021-04-01":"2022-11-01"]
    assert len(recent) == 20
    assert recent.between(0.86 - 0.005, 1.14).all()
    assert recent.mean() == pytest.approx(1.01, abs=0.005)
    before = ratio["2015-10-01":"2019-12-01"]
    assert before.between(1.125, 1.495).all()
