"""Sickness absence: rates, years, aims and what they are worth, worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import sickness


def months(lost: dict[str, list[float]], start: str = "2030-04-01") -> pd.DataFrame:
    """1,000 days available in every month."""
    parts = [
        pd.DataFrame(
            {
                "month": pd.date_range(start, periods=len(values), freq="MS"),
                "org_code": code,
                "fte_days_lost": values,
                "fte_days_available": 1000.0,
            }
        )
        for code, values in lost.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_group_adds_its_trusts_up_and_leaves_out_a_month_that_one_lacks() -> None:
    table = months({"RAA": [50, 60], "RBB": [30]})
    group = sickness.with_group(table, codes=["RAA", "RBB"], name="group")
    rows = group[group["org_code"].eq("group")]
    assert rows[["fte_days_lost", "fte_days_available"]].to_numpy().tolist() == [[80, 2000]]


def test_rate_is_not_rounded_before_it_is_compared() -> None:
    # 61.504 of 1,000 rounds to 6.15%, and that again to 6.2% or 6.1%: the share keeps its digits.
    rated = sickness.rates(months({"RAA": [61.504]}))
    assert rated["share"].tolist() == [pytest.approx(0.061504)]
    assert rated["period"].tolist() == ["2030-04"]


def test_withheld_month_has_no_rate() -> None:
    table = months({"RAA": [50, None]})
    assert sickness.rates(table)["share"].isna().tolist() == [False, True]


def test_year_needs_each_of_its_twelve_months() -> None:
    table = months({"RAA": [50] * 12, "RBB": [40] * 11})
    year = sickness.latest_year(table)
    assert year["org_code"].tolist() == ["RAA"]
    row = year.iloc[0]
    # 12 x 1,000 days available in 365 days of the calendar.
    assert (row["share"], row["period"], row["days"]) == (0.05, "2030-31", 365)
    assert row["fte"] == pytest.approx(12_000 / 365)


def test_eleven_months_are_no_year() -> None:
    assert sickness.latest_year(months({"RAA": [50] * 11})).empty


def test_year_that_does_not_start_in_april_is_named_by_its_months() -> None:
    year = sickness.latest_year(months({"RAA": [50] * 12}, start="2030-07-01"))
    assert year["period"].tolist() == ["2030-07 to 2031-06"]


def test_change_compares_the_same_month_of_two_years() -> None:
    table = sickness.rates(months({"RAA": [50, *[40] * 11, 62]}))
    changed = sickness.change(table)
    assert changed["period"].tolist() == ["2030-04 to 2031-04"]
    assert changed["value"].tolist() == [pytest.approx(1.2)]


def test_gap_is_taken_to_the_same_month_of_england() -> None:
    rated = sickness.rates(months({"RAA": [50, 60], "ENG": [45, 70]}))
    gaps = sickness.gap_to(rated, code="ENG")
    assert gaps["gap"].round(6).tolist() == [0.005, -0.01]
    assert gaps["org_code"].unique().tolist() == ["RAA"]


def test_cost_above_an_aim_takes_the_ends_of_its_rounding() -> None:
    year = sickness.latest_year(months({"RAA": [60] * 12, "RBB": [40] * 12}))
    aim = pd.DataFrame({"value": [0.045], "lower": [0.0445], "upper": [0.0455]})
    costs = pd.DataFrame(
        {"entity": ["RAA", "RBB"], "cost": 100.0, "cost_lower": 90.0, "cost_upper": 110.0}
    )
    found = sickness.cost_above(year, aim, costs).set_index("org_code")
    # 6% less 4.5% of 100; at the least 6% less 4.55% of 90, at the most 6% less 4.45% of 110.
    assert found.loc["RAA", ["value", "lower", "upper"]].tolist() == pytest.approx(
        [1.5, 1.305, 1.705]
    )
    assert found.loc["RBB", "value"] == 0


def test_two_aims_at_once_are_refused() -> None:
    year = sickness.latest_year(months({"RAA": [60] * 12}))
    aim = pd.DataFrame({"value": [0.045, 0.05], "lower": 0.04, "upper": 0.05})
    with pytest.raises(MethodError, match="2 rows"):
        sickness.cost_above(year, aim, pd.DataFrame(columns=["entity", "cost"]))


def test_trust_with_too_few_peers_is_left_out() -> None:
    year = pd.DataFrame({"org_code": ["RAA", "RBB", "RP1", "RP2"]})
    pairs = pd.DataFrame({"org_code": ["RAA", "RAA", "RBB"], "peer_code": ["RP1", "RP2", "RP1"]})
    kept = sickness.enough_peers(year, pairs, least=2)
    assert kept["org_code"].unique().tolist() == ["RAA"]


def test_lowest_of_the_group_is_the_aim_of_each_trust() -> None:
    year = sickness.latest_year(months({"RAA": [60] * 12, "RBB": [40] * 12}))
    aims = sickness.lowest_as_aim(year, codes=["RAA", "RBB"], among=["RAA", "RBB"])
    assert aims.to_numpy().tolist() == [["RAA", 0.04], ["RBB", 0.04]]
    assert sickness.lowest_as_aim(year, codes=["RAA"], among=["ENG"]).empty


def test_sums_are_made_for_each_aim_and_quantity() -> None:
    worths = pd.DataFrame(
        {
            "aim": ["peers"] * 3,
            "quantity": ["needed", "needed", "average saving"],
            "value": [1.0, 2.0, 9.0],
            "lower": [0.0, 1.0, 8.0],
            "upper": [2.0, 3.0, 10.0],
        }
    )
    sums = sickness.summed(worths).set_index("quantity")
    assert sums.loc["needed", ["value", "lower", "upper"]].tolist() == [3, 1, 5]


def test_time_lost_later_is_the_forecast_of_staff_by_each_rate() -> None:
    year = pd.DataFrame({"org_code": ["RAA"], "share": [0.06]})
    gaps = pd.DataFrame({"org_code": ["RAA"], "gap": [0.01]})
    ahead = pd.DataFrame(
        {
            "org_code": "RAA",
            "month": pd.to_datetime(["2033-06-01", "2033-07-01"]),
            "value": [900.0, 1000.0],
            "lower_95": [800.0, 850.0],
            "upper_95": [950.0, 1100.0],
        }
    )
    found = sickness.projected(year, ahead, gaps).set_index("rate")
    assert found.loc["as now", ["value", "lower", "upper"]].tolist() == pytest.approx([60, 51, 66])
    assert found.loc["as the comparators", "value"] == pytest.approx(50)


def test_months_held_are_named_by_their_ends() -> None:
    held = sickness.months_held(months({"RAA": [50] * 3}))
    assert held.to_numpy().tolist() == [[pd.Timestamp(2030, 4, 1), pd.Timestamp(2030, 6, 1), 3]]
