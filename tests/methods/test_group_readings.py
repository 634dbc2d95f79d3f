"""What estimates are said to show."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.groups import GroupOutcome
from caseanalysis.methods import group_readings

OUTCOMES = {
    name: GroupOutcome(
        outcome=name, title=f"Title of {name}", short_title=name, unit=unit, better=better,
        measures=f"{name};other", table="a_table", meaning="words",
    )
    for name, unit, better in (
        ("waits", "share", "lower"), ("log_staff", "log", "neither"), ("on_time", "share", "higher")
    )
}  # fmt: skip
CLEAR = {"p_false_discovery": 0.01, "pre_trend_p": 0.6, "breakdown": 1.5}


def estimate(outcome: str, value: float, half: float, **other: float) -> dict[str, object]:
    row = {"outcome": outcome, "value": value, "lower": value - half, "upper": value + half}
    return row | {"detectable": 0.04, "treated": 12} | CLEAR | other


def read(*rows: dict[str, object]) -> pd.DataFrame:
    return group_readings.readings(pd.DataFrame(rows), outcomes=OUTCOMES, confidence_level=0.95)


@pytest.mark.parametrize(
    ("row", "reading"),
    [
        (estimate("waits", -0.05, 0.02), "better"),
        (estimate("waits", 0.05, 0.02), "worse"),
        (estimate("on_time", 0.05, 0.02), "better"),
        (estimate("log_staff", 0.05, 0.02), "different"),
        (estimate("waits", -0.05, 0.06), group_readings.NONE_SEEN),
        (estimate("waits", -0.05, 0.02, p_false_discovery=0.2), group_readings.BY_CHANCE),
        (estimate("waits", -0.05, 0.02, pre_trend_p=0.01), group_readings.BEFORE),
        (estimate("waits", -0.05, 0.02, breakdown=0.4), group_readings.FRAGILE),
        (estimate("waits", -0.05, 0.02, breakdown=float("nan")), group_readings.FRAGILE),
    ],
)
def test_only_a_clear_estimate_is_called_better_or_worse(
    row: dict[str, object], reading: str
) -> None:
    assert read(row)["reading"].tolist() == [reading]


def test_effects_are_written_in_points_or_percent_in_the_order_of_the_register() -> None:
    found = read(estimate("on_time", 0.0225, 0.025), estimate("log_staff", 0.005, 0.011))
    assert found["outcome"].tolist() == ["log_staff", "on_time"]
    assert found["effect"].tolist() == ["+0.5%", "+2.2 points"]
    assert found["least"].tolist() == ["4.0%", "4.0 points"]


def test_conclusion_without_a_clear_estimate_claims_neither_way() -> None:
    words = group_readings.conclusion(read(estimate("waits", -0.05, 0.06)), treatment="merger")
    assert words.startswith("Of 1 outcome that could be estimated, none differs after a merger")
    assert "no proof of no effect" in words


def test_conclusion_names_clear_estimates_and_their_doubt() -> None:
    found = read(estimate("waits", -0.05, 0.02), estimate("on_time", 0.01, 0.02))
    words = group_readings.conclusion(found, treatment="merger")
    assert "1 differ after a merger" in words
    assert "Title of waits: better" in words
    assert "cause may lie elsewhere" in words


def test_conclusion_without_estimates_says_so() -> None:
    words = group_readings.conclusion(pd.DataFrame(), treatment="merger")
    assert words == "With what is held, no effect of a merger can be estimated."


def test_area_is_tested_only_by_an_outcome_of_its_printed_measures() -> None:
    claims = pd.DataFrame({"area": ["a1", "a2"], "measure": ["waits", "deliveries"]})
    found = group_readings.for_areas(
        [("a1", "Waits"), ("a2", "Births"), ("a3", "Plans")],
        claims,
        read(estimate("waits", -0.05, 0.06)),
        outcomes=OUTCOMES,
    ).set_index("area")
    assert found.loc["a1", "reading"] == "waits: no difference seen"
    assert found.loc["a2", "outcomes"] == "none"
    assert found.loc["a3", "reading"].startswith("not tested")


def test_area_whose_outcome_has_no_estimate_is_not_called_tested() -> None:
    claims = pd.DataFrame({"area": ["a1"], "measure": ["waits"]})
    found = group_readings.for_areas([("a1", "Waits")], claims, pd.DataFrame(), outcomes=OUTCOMES)
    assert found["reading"].tolist() == ["waits: could not be estimated"]


def test_variants_stand_across_outcomes_with_gaps_named() -> None:
    rows = [
        estimate("waits", -0.05, 0.02) | {"variant": "one"},
        estimate("waits", float("nan"), 0.02) | {"variant": "two"},
        estimate("log_staff", 0.01, 0.02) | {"variant": "one"},
    ]
    tried = group_readings.titled(pd.DataFrame(rows), outcomes=OUTCOMES)
    found = group_readings.crosswise(tried, outcomes=OUTCOMES)
    assert list(found.columns) == ["variant", "waits", "log_staff"]
    assert found["waits"].tolist() == ["−5.0 points (−7.0 points to −3.0 points)", "too few trusts"]
    assert group_readings.headings(found)["variant"] == "Choice"


def test_trusts_of_one_group_and_month_are_one_row() -> None:
    events = pd.DataFrame(
        {"group": ["One", "One", "One"], "org_name": ["A", "B", "C"], "date": ["1", "1", "2"]}
    )
    found = group_readings.by_group(events, same=["date"])
    assert found["trusts"].tolist() == ["A; B", "C"]
    assert found["count"].tolist() == [2, 1]


def test_only_refusals_of_whole_estimates_are_listed() -> None:
    refused = pd.DataFrame(
        {
            "outcome": ["waits", "waits", "on_time"],
            "reason": ["sample: 3 treated units", "sample: 3 treated units", "placebo groups: few"],
        }
    )
    found = group_readings.refusals(refused, outcomes=OUTCOMES)
    assert found.to_dict("list") == {"title": ["Title of waits"], "reason": ["3 treated units"]}
