"""The risk of doing nothing: beds by year, beds short, what growth costs, and beds freed."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from invented_case import RATES, STATED, recomputed, uncertain

from caseanalysis.methods import capacity, doing_nothing
from caseanalysis.registers import Assumption

#: Two trusts, of which one has four quarters in the last year and one of the year before.
BEDS = pd.DataFrame(
    {
        "org_code": ["RAA", "RAA", "RAA", "RBB"],
        "quarter_start": ["2030-01-01", "2030-04-01", "2031-01-01", "2030-04-01"],
        "available": [999.0, 100.0, 110.0, 50.0],
        "occupied": [999.0, 90.0, 100.0, 40.0],
    }
)
PATHS = pd.DataFrame(
    {
        "activity": ["bed days", "bed days", "A&E attendances"],
        "year": [2030, 2031, 2030],
        "path": [36_500.0, 37_000.0, 1.0],
        "value": [36_500.0, 37_230.0, 1.0],
        "lower": [36_500.0, 36_865.0, 1.0],
        "upper": [36_500.0, 40_150.0, 1.0],
    }
)


def cost(**ends: float) -> Assumption:
    return Assumption(
        id="cost_of_bed_day", title="Cost of a bed day", unit="pounds", reference="Judgement.",
        reason="For the test.", used_by=("tests",), checker="a", checked_on=date(2026, 1, 1),
        **ends,
    )  # fmt: skip


def test_beds_are_those_of_the_last_financial_year() -> None:
    found = doing_nothing.beds_open(BEDS).set_index("trust_code")
    assert found.loc["RAA", ["available", "occupied"]].tolist() == [105, 95]
    assert found.loc["group", ["available", "occupied"]].tolist() == [155, 135]


def test_bed_days_are_shown_as_beds_beside_those_open() -> None:
    found = doing_nothing.beds_by_year(PATHS, doing_nothing.beds_open(BEDS))
    assert found["value"].tolist() == pytest.approx([100, 102])
    assert found["upper"].tolist() == pytest.approx([100, 110])
    assert found["available"].tolist() == [155, 155]


def test_beds_short_are_those_needed_beyond_those_open() -> None:
    summed = pd.DataFrame(
        {"trust_code": ["RAA", "group"], "activity": "bed days", "horizon": [73_000.0, 73_000.0],
         "lower": [36_500.0, 0.0], "upper": [146_000.0, 0.0]}
    )  # fmt: skip
    found = doing_nothing.beds_short(
        summed, doing_nothing.beds_open(BEDS), acceptable_refusal=0.01
    ).set_index("trust_code")
    loads = pd.DataFrame({"load": [200.0, 95.0]})
    wanted = capacity.beds_needed(loads, load="load", acceptable_refusal=0.01)["beds"]
    assert found.loc["RAA", "load"] == 200
    assert found.loc["RAA", "short"] == wanted[0] - 105
    assert found.loc["RAA", "short_now"] == wanted[1] - 105
    assert found.loc["RAA", "short_lower"] < found.loc["RAA", "short"]
    assert found.loc["group", "short"] == found.loc["RAA", "short"]


def test_growth_is_priced_from_the_first_year_on() -> None:
    found = doing_nothing.priced(
        PATHS, cost=cost(low=10, central=100, high=200), rates=RATES | {"rate": 0.25}
    )
    # 730, 365 and 3,650 more days in year 1, each with its cost; year 1 is worth 0.8.
    assert found["days"].tolist() == pytest.approx([730, 365, 3650])
    assert found["cost"].tolist() == pytest.approx([73_000, 3_650, 730_000])
    assert found["whole"].tolist() == pytest.approx([58_400, 2_920, 584_000])
    assert doing_nothing.priced(PATHS.tail(1), cost=cost(low=1, central=1, high=1),
                                rates=RATES).empty  # fmt: skip


def test_beds_freed_are_the_pounds_over_the_cost_of_a_bed() -> None:
    frees = [one.model_copy(update={"unit_cost": "cost_of_bed_day"}) for one in STATED[:1]]
    found = doing_nothing.beds_freed(
        recomputed(), uncertain(), [*frees, *STATED[1:]], cost=cost(low=1, central=2, high=3)
    )
    # 1,000 a year at 730 a bed; a tenth is counted elsewhere, half needs the group, half comes.
    assert found["id"].tolist() == ["one"]
    assert found["recomputed"].iloc[0] == pytest.approx(1000 / 730)
    assert found["attained"].iloc[0] == pytest.approx(1000 / 730 * 0.9 * 0.5 * 0.5)
    assert doing_nothing.all_freed(found) == found["attained"].iloc[0]
    assert doing_nothing.all_freed(found.head(0)) is None
