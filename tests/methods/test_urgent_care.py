"""A&E waits and volumes of trusts, groups of them and comparators."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import urgent_care

APRIL = pd.Timestamp(2023, 4, 1)


def monthly(codes: tuple[str, ...] = ("RAA", "RBB"), months: int = 12) -> pd.DataFrame:
    """RAA has 100 attendances a month and RBB 200, of which 20 and 50 over 4 hours."""
    levels = {"RAA": (100.0, 20.0), "RBB": (200.0, 50.0), "RCC": (400.0, 0.0)}
    return pd.DataFrame(
        [
            {
                **{"month": APRIL + pd.DateOffset(months=month), "org_code": code},
                **{"org_name": code, "region": "Nowhere", "level": "provider"},
                **{"attendances": levels[code][0], "attendances_timed": levels[code][0]},
                **{"over_4_hours": levels[code][1]},
                **{"admissions_via_ae": 50.0, "decision_to_admit_over_12_hours": 5.0},
            }
            for month in range(months)
            for code in codes
        ]
    )


def test_group_is_the_sum_of_its_trusts() -> None:
    table = urgent_care.with_group(
        monthly(("RAA", "RBB", "RCC"), 2), codes=["RAA", "RBB"], name="group"
    )
    group = table[table["org_code"].eq("group")]
    assert len(table) == 8
    assert group["attendances"].tolist() == [300.0, 300.0]
    assert group["level"].unique().tolist() == ["group"]


def test_month_that_a_trust_lacks_is_left_out_of_the_group() -> None:
    table = monthly(months=3).drop(index=1)
    group = urgent_care.with_group(table, codes=["RAA", "RBB"], name="group")
    assert group.loc[group["org_code"].eq("group"), "month"].dt.month.tolist() == [5, 6]


def test_measure_that_a_trust_withholds_is_missing_for_the_group() -> None:
    table = monthly(months=1)
    table.loc[0, "over_4_hours"] = math.nan
    group = urgent_care.with_group(table, codes=["RAA", "RBB"], name="group").iloc[-1]
    assert math.isnan(group["over_4_hours"])
    assert group["attendances"] == 300.0


def test_group_of_trusts_that_are_not_there_has_no_month() -> None:
    table = urgent_care.with_group(monthly(months=1), codes=["RYY", "RZZ"], name="group")
    assert table["org_code"].tolist() == ["RAA", "RBB"]


@settings(max_examples=20)
@given(st.permutations(range(24)))
def test_years_of_the_group_are_the_sum_of_those_of_its_trusts(order: list[int]) -> None:
    table = urgent_care.with_group(monthly().iloc[order], codes=["RAA", "RBB"], name="group")
    yearly = urgent_care.by_financial_year(table).set_index("org_code")["attendances"]
    assert yearly.to_dict() == {"RAA": 1200.0, "RBB": 2400.0, "group": 3600.0}


def test_financial_year_runs_from_april_and_is_left_out_when_not_whole() -> None:
    yearly = urgent_care.by_financial_year(monthly(("RAA",), months=23))
    assert yearly[["financial_year", "attendances"]].to_numpy().tolist() == [["2023-24", 1200.0]]
    assert urgent_care.financial_year_of(2023) == "2023-24"


def test_latest_year_is_the_last_whole_one() -> None:
    yearly = urgent_care.by_financial_year(monthly(months=24))
    latest = urgent_care.latest_year(yearly)
    assert latest["financial_year"].tolist() == ["2024-25", "2024-25"]


def test_measure_withheld_in_a_month_is_missing_for_the_year() -> None:
    table = monthly(("RAA",))
    table.loc[4, "over_4_hours"] = math.nan
    (row,) = urgent_care.by_financial_year(table).to_dict("records")
    assert math.isnan(row["over_4_hours"])
    assert row["attendances"] == 1200.0


def test_share_within_four_hours_has_a_wilson_interval() -> None:
    table = urgent_care.within_four_hours(monthly(months=1), confidence_level=0.95)
    assert table["share"].tolist() == [0.8, 0.75]
    # Wilson, 80 of 100: (163.8415 -+ 1.96 * sqrt(3.8415 + 64)) / 207.683.
    assert table["lower"].iloc[0] == pytest.approx(0.7112, abs=1e-4)
    assert table["upper"].iloc[0] == pytest.approx(0.8666, abs=1e-4)


def test_share_over_twelve_hours_is_of_admissions_through_ae() -> None:
    table = urgent_care.over_twelve_hours(monthly(months=1), confidence_level=0.95)
    assert table["share"].tolist() == [0.1, 0.1]


@pytest.mark.parametrize(
    ("column", "value"),
    [("over_4_hours", math.nan), ("attendances_timed", math.nan), ("attendances_timed", 0.0)],
)
def test_row_without_a_figure_has_no_share(column: str, value: float) -> None:
    table = monthly(months=1)
    table.loc[0, column] = value
    if value == 0:
        table.loc[0, "over_4_hours"] = 0.0
    shares = urgent_care.within_four_hours(table, confidence_level=0.95)
    assert shares["share"].isna().tolist() == [True, False]
    assert shares["lower"].isna().tolist() == [True, False]


def test_more_long_waits_than_attendances_are_refused() -> None:
    table = monthly(months=1).assign(over_4_hours=150.0)
    with pytest.raises(MethodError):
        urgent_care.within_four_hours(table, confidence_level=0.95)


def test_rows_of_tables_put_together_are_not_multiplied() -> None:
    both = pd.concat([monthly(("RAA",), 2), monthly(("RBB",), 2)])
    shares = urgent_care.within_four_hours(both, confidence_level=0.95)
    assert shares["share"].tolist() == [0.8, 0.8, 0.75, 0.75]


def shares(values: dict[str, list[float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"month": APRIL + pd.DateOffset(months=month), "org_code": code, "share": value}
            for code, row in values.items()
            for month, value in enumerate(row)
        ]
    )


def test_comparators_are_their_median_with_quartiles() -> None:
    table = shares({"RA1": [0.1], "RA2": [0.2], "RA3": [0.3], "RA4": [0.4], "RA5": [0.9]})
    codes = ["RA1", "RA2", "RA3", "RA4", "RA5"]
    (row,) = urgent_care.comparators(table, codes=codes, name="peers").to_dict("records")
    assert (row["lower"], row["share"], row["upper"]) == pytest.approx((0.2, 0.3, 0.4))
    assert (row["reporting"], row["org_code"]) == (5, "peers")


def test_comparator_that_withholds_a_month_is_left_out_of_that_month() -> None:
    table = shares({"RA1": [0.1, math.nan], "RA2": [0.3, 0.3], "RA3": [0.9, 0.5]})
    found = urgent_care.comparators(table, codes=["RA1", "RA2"], name="peers")
    assert found["share"].tolist() == pytest.approx([0.2, 0.3])
    assert found["reporting"].tolist() == [2, 1]


def test_comparators_that_are_not_there_are_refused() -> None:
    with pytest.raises(MethodError, match="none of RX1, RX2"):
        urgent_care.comparators(shares({"RA1": [0.1]}), codes=["RX1", "RX2"], name="peers")
