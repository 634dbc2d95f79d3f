"""Verdicts on printed claims."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.case import Claim
from caseanalysis.errors import MethodError
from caseanalysis.methods import verdicts

FIELDS: dict[str, object] = {
    "id": "a1-001",
    "section": "1",
    "area": "a1",
    "figure": 7,
    "place": "page 3",
    "quotation": "nearly a fifth",
    "statement": "Growth is 17%.",
    "measure": "population_growth",
    "entity": "E01",
    "group": "65-84",
    "period": "2023 to 2033",
    "operator": "equal",
    "value": 17,
    "unit": "percent",
    "step": 1,
    "comparator": None,
    "printed_source": None,
    "untestable": None,
    "note": None,
}


def claims(**changed: object) -> pd.DataFrame:
    return verdicts.claims_table([Claim.model_validate(FIELDS | changed)])


def result(value: float, **changed: object) -> dict[str, object]:
    row = {
        "measure": "population_growth",
        "entity": "E01",
        "group": "65-84",
        "period": "2023 to 2033",
        "value": value,
        "lower": None,
        "upper": None,
        "unit": "share",
        "basis": "the projection",
    }
    return row | changed


def finding(table: pd.DataFrame, *rows: dict[str, object]) -> pd.Series:
    columns = list(result(0))
    results = pd.DataFrame(list(rows), columns=columns)
    numbers = dict.fromkeys(["value", "lower", "upper"], float)
    return verdicts.test_claims(table, results.astype(numbers)).iloc[0]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0.1651, "reproduced"),
        (0.165, "reproduced"),
        (0.175, "reproduced"),
        (0.1649, "differs"),
        (0.1751, "differs"),
    ],
)
def test_printed_number_stands_for_its_rounding_interval(value: float, verdict: str) -> None:
    assert finding(claims(), result(value))["verdict"] == verdict


def test_finding_shows_both_numbers_in_the_printed_unit() -> None:
    found = finding(claims(), result(0.1622, lower=0.15, upper=0.164))
    assert (found["claim_id"], found["area"], found["figure"]) == ("a1-001", "a1", 7)
    assert (found["printed"], found["unit"]) == (17, "percent")
    assert found[["recomputed", "lower", "upper"]].tolist() == pytest.approx([16.22, 15, 16.4])
    assert found["difference"] == pytest.approx(-0.78)
    assert found["basis"] == "the projection"
    assert found["reason"] == (
        "Printed 17%; recomputed 16.2% [15.0% to 16.4%], 0.8 percentage points lower and outside "
        "the rounding (16.5% to 17.5%)."
    )


def test_interval_that_meets_the_rounding_is_within_range() -> None:
    found = finding(claims(), result(0.16, lower=0.15, upper=0.17))
    assert found["verdict"] == "within range"
    assert "its interval meets it" in found["reason"]


def test_value_in_the_rounding_is_reproduced_whatever_its_interval() -> None:
    assert finding(claims(), result(0.17, lower=0.1, upper=0.3))["verdict"] == "reproduced"


@pytest.mark.parametrize(
    ("operator", "other", "verdict"),
    [
        ("above", 0.19, "reproduced"),
        ("above", 0.20, "differs"),
        ("above", 0.21, "differs"),
        ("below", 0.21, "reproduced"),
        ("below", 0.20, "differs"),
        ("at least", 0.20, "reproduced"),
        ("at least", 0.21, "differs"),
        ("at most", 0.20, "reproduced"),
        ("at most", 0.19, "differs"),
        ("equal", 0.20, "reproduced"),
        ("equal", 0.21, "differs"),
    ],
)
def test_comparison_with_another_entity(operator: str, other: float, verdict: str) -> None:
    table = claims(operator=operator, value=None, step=None, comparator="E92")
    found = finding(table, result(0.20), result(other, entity="E92"))
    assert found["verdict"] == verdict
    assert found["difference"] == pytest.approx(20 - 100 * other)
    assert pd.isna(found["printed"])


def test_comparison_inside_the_interval_is_undecided() -> None:
    table = claims(operator="above", value=None, step=None, comparator="E92")
    england = result(0.19, entity="E92")
    found = finding(table, result(0.20, lower=0.18, upper=0.22), england)
    assert found["verdict"] == "within range"
    assert "left undecided" in found["reason"]
    clear = finding(table, result(0.20, lower=0.195, upper=0.22), england)
    assert clear["verdict"] == "reproduced"
    assert clear["reason"] == "E01 (20.0% [19.5% to 22.0%]) is above E92 (19.0%)."


@pytest.mark.parametrize(
    ("operator", "value", "verdict"),
    [
        ("above", 0.171, "reproduced"),
        ("above", 0.17, "differs"),
        ("above", 0.169, "differs"),
        ("at least", 0.166, "reproduced"),
        ("at least", 0.164, "differs"),
        ("at most", 0.174, "reproduced"),
        ("at most", 0.176, "differs"),
        ("below", 0.169, "reproduced"),
    ],
)
def test_comparison_with_a_printed_number(operator: str, value: float, verdict: str) -> None:
    assert finding(claims(operator=operator), result(value))["verdict"] == verdict


def test_comparison_with_two_things_at_once_is_refused() -> None:
    with pytest.raises(MethodError, match="write two claims"):
        finding(claims(operator="above", comparator="E92"), result(0.2))


def test_untestable_claim_gives_its_own_reason() -> None:
    found = finding(claims(measure=None, untestable="needs the trusts' own plan"))
    assert found["verdict"] == "not testable"
    assert found["reason"] == "Needs the trusts' own plan."


def test_claim_without_data_is_not_testable() -> None:
    found = finding(claims(), result(0.17, entity="E02"), result(0.17, group="85+"))
    assert found["verdict"] == "not testable"
    assert found["reason"].startswith("No data held")
    assert pd.isna(found["recomputed"])


def test_missing_value_is_no_data() -> None:
    assert finding(claims(), result(float("nan")))["verdict"] == "not testable"


def test_comparator_without_data_leaves_the_claim_untested() -> None:
    table = claims(operator="above", value=None, step=None, comparator="E92")
    found = finding(table, result(0.2))
    assert found["verdict"] == "not testable"
    assert "E92" in found["reason"]


@pytest.mark.parametrize(
    ("wanted", "held", "nearest"),
    [
        ("2023-24", ["2019-20", "2022-23"], "2022-23"),
        ("2023-24", ["2022-23", "2024-25"], "2022-23"),
        ("2023 to 2033", ["2023 to 2043", "2022 to 2032"], "2022 to 2032"),
        ("2025-03", ["2024-12", "2025-06", "2025-05"], "2025-05"),
        ("2023", ["all years", "2013"], "2013"),
    ],
)
def test_other_period_is_quoted_and_not_compared(
    wanted: str, held: list[str], nearest: str
) -> None:
    found = finding(claims(period=wanted), *(result(0.17, period=period) for period in held))
    assert found["verdict"] == "not testable"
    assert f"nearest period held is {nearest}, with 17.0%" in found["reason"]
    assert pd.isna(found["recomputed"])


def test_rank_is_reproduced_by_the_same_rank_alone() -> None:
    table = claims(unit="rank", value=2)
    assert finding(table, result(2, unit="rank"))["verdict"] == "reproduced"
    assert finding(table, result(3, unit="rank"))["verdict"] == "differs"


def test_large_printed_number_is_rounded_as_printed() -> None:
    table = claims(unit="persons", value=1_200_000, step=100_000)
    found = finding(table, result(1_234_567, unit="persons"))
    assert found["verdict"] == "reproduced"
    assert "1,234,567 persons" in found["reason"]


def test_money_is_written_as_money() -> None:
    table = claims(unit="pounds", value=53_200_000, step=100_000)
    assert "£53,200,000" in finding(table, result(1, unit="pounds"))["reason"]


def test_unit_that_cannot_be_converted_is_refused() -> None:
    with pytest.raises(MethodError, match="'persons' for a claim in 'percent'"):
        finding(claims(), result(17, unit="persons"))


def test_result_given_twice_is_refused() -> None:
    with pytest.raises(MethodError, match="two rows"):
        finding(claims(), result(0.17), result(0.18))


@pytest.mark.parametrize("ends", [(0.18, 0.2), (0.1, None)])
def test_interval_that_does_not_hold_its_value_is_refused(
    ends: tuple[float, float | None],
) -> None:
    with pytest.raises(MethodError, match="interval"):
        finding(claims(), result(0.17, lower=ends[0], upper=ends[1]))


def test_no_claims_give_no_findings() -> None:
    empty = verdicts.claims_table([])
    found = verdicts.test_claims(empty, pd.DataFrame([result(0.1)]))
    assert found.empty
    assert "verdict" in found.columns


@given(st.floats(-1e6, 1e6), st.sampled_from([0.01, 0.1, 1.0, 10.0]))
@settings(max_examples=50, deadline=None)
def test_number_rounded_to_its_step_is_reproduced(value: float, step: float) -> None:
    printed = round(value / step) * step
    table = claims(unit="points", value=printed, step=step)
    found = finding(table, result(value, unit="points"))
    assert found["verdict"] == "reproduced"
    assert found["verdict"] in verdicts.VERDICTS


def test_displaced_cell_names_what_else_it_may_have_been() -> None:
    table = claims(candidates="71.3; 61")
    assert finding(table, result(0.17))["reason"].endswith(
        "The scan displaced this cell; it may have been 71.3 or 61."
    )
    assert "scan" not in finding(claims(), result(0.17))["reason"]
