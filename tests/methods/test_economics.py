"""Discount factors, how a benefit builds up, and what a pound a year is worth."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import economics

TIMING = pd.DataFrame({"id": ["a", "b"], "start_year": [0, 1], "ramp_years": [1, 2]})


def factors(years: int, *, change_year: int = 30) -> pd.Series:
    table = economics.discount_factors(years, rate=0.035, later_rate=0.03, change_year=change_year)
    return table.set_index("year")["factor"]


def test_year_0_is_not_discounted_and_the_rates_are_chained() -> None:
    found = factors(32)
    assert found[0] == 1
    assert found[1] == pytest.approx(1 / 1.035)
    # The Green Book's table of long-term factors has 0.3563 for year 30 and 0.3459 for year 31.
    assert round(found[30], 4) == 0.3563
    assert round(found[31], 4) == 0.3459


def test_benefit_grows_evenly_from_its_start_to_the_whole() -> None:
    found = economics.build_up(TIMING, years=4)
    assert found.loc[found["id"].eq("a"), "share"].tolist() == [1, 1, 1, 1]
    assert found.loc[found["id"].eq("b"), "share"].tolist() == [0, 0.5, 1, 1]


def test_benefit_that_comes_once_adds_up_to_the_whole() -> None:
    once = TIMING.assign(recurring=[True, False])
    found = economics.build_up(once, years=4)
    assert found.loc[found["id"].eq("b"), "share"].tolist() == [0, 0.5, 0.5, 0]
    table = economics.discount_factors(4, rate=0.25, later_rate=0.25, change_year=30)
    worth = economics.annuities(once, table).set_index("id")
    # Half at 0.8 and half at 0.64; what it costs is paid once, in year 0.
    assert worth.loc["b", ["benefit", "cost"]].tolist() == pytest.approx([0.72, 1.0])
    assert worth.loc["a", "cost"] == pytest.approx(2.952)


def test_benefit_is_worth_less_than_a_cost_from_the_first_year() -> None:
    table = economics.discount_factors(3, rate=0.25, later_rate=0.25, change_year=30)
    found = economics.annuities(TIMING, table).set_index("id")
    # Factors 1, 0.8, 0.64; b gives half in year 1 and the whole in year 2.
    assert found.loc["a", "benefit"] == pytest.approx(2.44)
    assert found.loc["b", "benefit"] == pytest.approx(0.5 * 0.8 + 0.64)
    assert found["cost"].tolist() == pytest.approx([2.44, 2.44])


@given(st.integers(1, 75), st.floats(0, 0.2), st.floats(0, 0.2), st.integers(0, 75))
@settings(max_examples=25, deadline=None)
def test_factors_never_rise(years: int, rate: float, later: float, change: int) -> None:
    table = economics.discount_factors(years, rate=rate, later_rate=later, change_year=change)
    assert table["factor"].is_monotonic_decreasing
    assert table["factor"].iloc[0] == 1


@pytest.mark.parametrize(("years", "rate"), [(0, 0.03), (5, -0.1), (5, 1.0)])
def test_impossible_rates_and_years_are_refused(years: int, rate: float) -> None:
    with pytest.raises(MethodError, match="discount factors"):
        economics.discount_factors(years, rate=rate, later_rate=0.03, change_year=30)
