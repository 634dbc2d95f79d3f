"""Waits for planned care."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import planned_care


def waits(**columns: list[object]) -> pd.DataFrame:
    """Two trusts in one month: 100 and 300 waiting, 60 and 270 of them within 18 weeks."""
    table = {
        "month": [pd.Timestamp("2031-04-01")] * 2,
        "org_code": ["RAA", "RBB"],
        "pathways": [100.0, 300.0],
        "within_18_weeks": [60.0, 270.0],
        "over_52_weeks_rank": [3.0, 9.0],
    }
    return pd.DataFrame(table | columns)


def test_group_is_the_sum_of_its_trusts_and_has_no_rank() -> None:
    table = planned_care.with_group(waits(), codes=["RAA", "RBB"], name="group")
    group = table[table["org_code"].eq("group")].iloc[0]
    assert group["pathways"] == 400
    assert group["within_18_weeks"] == 330
    assert pd.isna(group["over_52_weeks_rank"])


def test_group_lacks_a_month_that_one_trust_lacks() -> None:
    table = planned_care.with_group(waits(), codes=["RAA", "RCC"], name="group")
    assert "group" not in set(table["org_code"])


def test_count_that_one_trust_does_not_give_is_missing_for_the_group() -> None:
    table = planned_care.with_group(
        waits(within_18_weeks=[None, 270.0]), codes=["RAA", "RBB"], name="group"
    )
    group = table[table["org_code"].eq("group")].iloc[0]
    assert pd.isna(group["within_18_weeks"])
    assert group["pathways"] == 400


def test_share_waiting_has_its_wilson_interval() -> None:
    # 81 of 263: 0.2553 to 0.3662 in Newcombe (1998), table I, method 3.
    table = waits(pathways=[263.0, 300.0], within_18_weeks=[81.0, None])
    found = planned_care.share_waiting(
        table, numerator="within_18_weeks", denominator="pathways", confidence_level=0.95
    )
    assert found.loc[0, ["share", "lower", "upper"]].round(4).tolist() == [0.3080, 0.2553, 0.3662]
    assert found.loc[1, ["share", "lower", "upper"]].isna().all()


def test_rank_of_a_year_is_the_median_of_its_months() -> None:
    months = pd.date_range("2031-04-01", "2032-04-01", freq="MS")
    ranks = [5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 5.0, 6.0, 4.0, 6.0, 6.0, 7.0, 50.0]
    table = pd.DataFrame({"month": months, "org_code": "RAA", "rank": ranks})
    found = planned_care.rank_over_years(table, rank="rank")
    # Sorted: 4, 5 x 4, 6 x 6, 7; both middle values are 6. The last month is of another year.
    assert found.to_dict("records") == [
        {"financial_year": "2031-32", "org_code": "RAA", "value": 6.0, "lower": 4.0, "upper": 7.0}
    ]


def test_standard_asks_to_treat_those_beyond_what_it_allows() -> None:
    found = planned_care.beyond_standard(waits(), within="within_18_weeks", share=0.75)
    # 60 within the weeks are 75% of 80, so 20 of the 40 others must go; 270 of 300 meet it.
    assert found["to_treat"].tolist() == [20, 0]
    assert found["list_at_standard"].tolist() == [80, 360]
    assert found["beyond"].tolist() == [40, 30]


@pytest.mark.parametrize("share", [0, -0.1, 92])
def test_standard_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(MethodError, match=r"92% as 0\.92"):
        planned_care.beyond_standard(waits(), within="within_18_weeks", share=share)


def beds() -> pd.DataFrame:
    rows = [
        ("Q1", "RAA", "110", "Orthopaedics", 30.0),
        ("Q2", "RAA", "110", "Orthopaedics", 34.0),
        ("Q1", "RBB", "110", "Orthopaedics", 8.0),
        ("Q1", "RAA", "130", "Ophthalmology", 1.0),
        ("Q2", "RAA", "130", "Ophthalmology", 2.0),
    ]
    columns = ["quarter", "org_code", "specialty_code", "specialty_name", "occupied"]
    return pd.DataFrame(rows, columns=columns)


def test_beds_are_split_over_trusts_by_specialty() -> None:
    split = planned_care.beds_by_specialty(beds(), least=6)
    # Over two quarters: 64 / 2 = 32; 8 / 2 = 4, since none lay there in the second; 3 / 2 = 1.5.
    assert split["occupied"].tolist() == [32, 4, 1.5]
    assert split["share"].round(4).tolist() == [0.8889, 0.1111, 1.0]
    assert split["small"].tolist() == [False, True, True]
    assert split["trusts"].tolist() == [2, 2, 1]
    # The parts are the whole.
    assert split.groupby("specialty_code")["share"].sum().round(12).tolist() == [1, 1]


def test_specialties_are_summed_up_largest_first() -> None:
    table = planned_care.specialties_of(planned_care.beds_by_specialty(beds(), least=6))
    assert table["specialty_name"].tolist() == ["Orthopaedics", "Ophthalmology"]
    assert table["group_occupied"].tolist() == [36, 1.5]
    assert table["small_units"].tolist() == [1, 1]
    assert table["largest_share"].round(4).tolist() == [0.8889, 1.0]


def test_scenarios_keep_the_flows_of_the_year_before() -> None:
    months = pd.date_range("2031-01-01", periods=3, freq="MS")
    flows = pd.DataFrame(
        {
            "org_code": ["RAA"] * 3,
            "month": months,
            "treated": [90.0, 100.0, 110.0],
            "additions": [None, 100.0, 104.0],
        }
    )
    extra = pd.DataFrame({"entity": ["RAA"], "value": [24.0]})
    found = planned_care.list_scenarios(flows, extra, months=2, longest_first=0.5)
    # Of the last two months: (100 + 110) / 2 treated, (100 + 104) / 2 added.
    # 24 operations a year are 2 a month.
    assert found[["scenario", "demand", "capacity"]].to_numpy().tolist() == [
        ["as in the last year", 102.0, 105.0],
        ["with the operations printed", 102.0, 107.0],
    ]
    assert found["longest_first"].tolist() == [0.5, 0.5]


def test_scenario_of_operations_needs_a_printed_number() -> None:
    flows = pd.DataFrame(
        {
            "org_code": ["RAA"],
            "month": [pd.Timestamp("2031-01-01")],
            "treated": [90.0],
            "additions": [80.0],
        }
    )
    none = pd.DataFrame({"entity": [], "value": []})
    found = planned_care.list_scenarios(flows, none, months=12, longest_first=0.0)
    assert found["scenario"].tolist() == ["as in the last year"]


def test_price_of_a_case_is_as_wide_as_the_rounding_of_what_is_printed() -> None:
    income = pd.DataFrame({"value": [6.7e6], "lower": [6.65e6], "upper": [6.75e6]})
    cases = pd.DataFrame({"value": [900.0, 100.0], "lower": [899.5, 99.5], "upper": [900.5, 100.5]})
    found = planned_care.price_a_case(income, cases).iloc[0]
    # 6.7m / 1,000; 6.65m / 1,001; 6.75m / 999.
    assert found.round(2).tolist() == [6700.0, 6643.36, 6756.76]
    assert planned_care.price_a_case(income, cases.iloc[:0]).empty


def test_people_in_time_are_the_gap_of_the_list_and_cost_what_a_case_costs() -> None:
    gaps = pd.DataFrame(
        {"org_code": ["RAA"], "gap": [0.05], "gap_lower": [0.0], "gap_upper": [0.1]}
    )
    price = pd.DataFrame({"value": [2000.0], "lower": [1900.0], "upper": [2100.0]})
    found = planned_care.people_in_time(gaps, waits(), price).iloc[0]
    # 5% of 100 people; 10 people at most, at 2,100 pounds.
    assert found[["people", "people_lower", "people_upper"]].tolist() == [5, 0, 10]
    assert found[["cost", "cost_lower", "cost_upper"]].tolist() == [10_000, 0, 21_000]
    unknown = planned_care.people_in_time(gaps, waits(), price.iloc[:0]).iloc[0]
    assert unknown["people"] == 5
    assert unknown[["cost", "cost_lower", "cost_upper"]].isna().all()


def test_lists_go_on_from_the_month_of_their_bands() -> None:
    bands = pd.DataFrame(
        {
            "org_code": ["RAA"],
            "month": [pd.Timestamp("2031-04-01")],
            "weeks_lower": [0.0],
            "weeks_upper": [18.0],
            "waiting": [180.0],
        }
    )
    plans = pd.DataFrame(
        {
            "org_code": ["RAA", "RBB"],
            "scenario": ["now", "now"],
            "demand": [40.0, 1.0],
            "capacity": [40.0, 1.0],
            "longest_first": [0.0, 0.0],
        }
    )
    ahead = planned_care.lists_ahead(bands, plans, months=6)
    assert set(ahead["org_code"]) == {"RAA"}
    assert ahead["month"].min() == pd.Timestamp("2031-04-01")
    # As many are treated as come, so the list stays as long as it is.
    assert ahead["waiting"].round(6).eq(180).all()
    two = pd.concat([bands, bands.assign(month=pd.Timestamp("2031-05-01"))])
    with pytest.raises(MethodError, match="one month"):
        planned_care.lists_ahead(two, plans, months=6)
