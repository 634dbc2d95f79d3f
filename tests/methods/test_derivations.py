"""Printed numbers checked against each other."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.case import Claim
from caseanalysis.derivations import Derivation
from caseanalysis.errors import MethodError
from caseanalysis.methods import derivations, verdicts

CLAIM: dict[str, object] = {
    **dict.fromkeys(("figure", "quotation", "comparator", "printed_source", "note")),
    **dict.fromkeys(("section", "place", "statement", "entity", "group", "period"), "x"),
    "area": "c1",
    "measure": None,
    "untestable": "needs the accounts",
    "operator": "equal",
    "unit": "pounds",
    "step": 1,
}
RECORD: dict[str, object] = {
    "id": "c1-d01",
    "area": "c1",
    "kind": "total does not add",
    "statement": "The parts and the total.",
    "inputs": {"a": {"claim": "c1-001"}, "b": {"claim": "c1-002"}, "total": {"claim": "c1-003"}},
    "formula": "a + b",
    "relation": "equal",
    "printed": "total",
    "unit": "pounds",
    "period": "2023-24",
    "reason": "The parts were rounded.",
}


def claims(**values: object) -> pd.DataFrame:
    """Claims c1-001, c1-002, c1-003 by their values; a tuple gives value, step and unit."""
    records = []
    for number, value in enumerate(values.values(), 1):
        told = value if isinstance(value, tuple) else (value, 1, "pounds")
        fields = dict(zip(("value", "step", "unit", "operator"), told, strict=False))
        records.append(Claim.model_validate(CLAIM | fields | {"id": f"c1-{number:03d}"}))
    return verdicts.claims_table(records)


def worked(table: pd.DataFrame, **changed: object) -> pd.Series:
    record = Derivation.model_validate(RECORD | changed)
    return derivations.test_derivations([record], table).iloc[0]


def test_parts_that_make_the_total_agree() -> None:
    row = worked(claims(a=3, b=4, total=7))
    assert row["verdict"] == "agrees with itself"
    assert (row["low"], row["value"], row["high"]) == (6, 7, 8)
    assert (row["printed_low"], row["printed"], row["printed_high"]) == (6.5, 7, 7.5)
    assert (row["difference"], row["gap"]) == (0, 0)
    assert (row["claims"], row["disputes"]) == ("c1-001, c1-002, c1-003", "c1-003")


def test_total_that_rounding_cannot_explain_contradicts_by_the_least_distance() -> None:
    # Parts of 3 and 4 are 6 to 8 together; 10 is 9.5 at the least.
    row = worked(claims(a=3, b=4, total=10))
    assert row["verdict"] == "contradicts itself"
    assert (row["difference"], row["gap"]) == (-3, 1.5)


def test_total_at_which_every_part_would_have_to_round_up_contradicts() -> None:
    # Three parts of 553, 224 and 233 stay below 1011.5, which is where 1012 begins.
    inputs = {name: {"claim": f"c1-00{n}"} for n, name in enumerate("abcd", 1)}
    table = claims(a=553, b=224, c=233, d=1012)
    row = worked(table, inputs=inputs, formula="a + b + c", printed="d")
    assert row["verdict"] == "contradicts itself"
    assert worked(claims(a=553, b=224, c=233, d=1011), inputs=inputs, formula="a + b + c",
                  printed="d")["verdict"] == "agrees with itself"  # fmt: skip


def test_percentages_enter_as_shares_and_come_out_as_printed() -> None:
    # 4.52 / 2.63 - 1 is 71.9%: 4.515 / 2.635 gives 71.3%, 4.525 / 2.625 gives 72.4%.
    table = claims(a=(2.63, 0.01, "percent"), b=(4.52, 0.01, "percent"), c=(70, 1, "percent"))
    row = worked(table, formula="b / a - 1", unit="percent")
    assert row["verdict"] == "contradicts itself"
    assert row["value"] == pytest.approx(71.863, abs=0.001)
    assert (row["low"], row["high"]) == pytest.approx((71.347, 72.381), abs=0.001)
    assert row["gap"] == pytest.approx(0.847, abs=0.001)


@pytest.mark.parametrize(
    ("relation", "own", "verdict"),
    [
        ("below", 49, "agrees with itself"),
        ("below", 56, "contradicts itself"),
        ("above", 49, "contradicts itself"),
        ("at least", 56, "agrees with itself"),
        ("at most", 49, "agrees with itself"),
        ("at most", 56, "contradicts itself"),
    ],
)
def test_relation_holds_where_some_number_can_stand_in_it(
    relation: str, own: int, verdict: str
) -> None:
    inputs = {"own": {"claim": "c1-001"}, "limit": {"claim": "c1-002"}}
    row = worked(
        claims(own=own, limit=50), inputs=inputs, formula="own", printed="limit", relation=relation
    )
    assert row["verdict"] == verdict


def test_bounds_ranks_and_years_are_not_rounded() -> None:
    inputs = {"rank": {"claim": "c1-001"}, "half": {"claim": "c1-002"}}
    table = claims(rank=(70, 1, "rank"), half=(50, 1, "count", "below"))
    row = worked(table, inputs=inputs, formula="rank", printed="half", unit="rank")
    assert (row["low"], row["high"], row["printed_low"], row["printed_high"]) == (70, 70, 50, 50)


def test_what_is_printed_nowhere_has_no_gap() -> None:
    inputs = {"a": {"claim": "c1-001"}, "b": {"value": 2, "source": "a pair"}}
    row = worked(
        claims(a=3), inputs=inputs, formula="a * b", relation="printed nowhere", printed=None
    )
    assert (row["verdict"], row["value"]) == ("printed nowhere", 6)
    assert pd.isna(row["printed"])
    assert pd.isna(row["gap"])


def test_range_of_our_own_judgement_widens_what_follows() -> None:
    inputs = {"a": {"claim": "c1-001"}, "days": {"low": 365, "high": 366, "source": "a year"}}
    row = worked(
        claims(a=2),
        inputs=inputs,
        formula="a * days",
        relation="printed nowhere",
        printed=None,
    )
    assert (row["low"], row["high"]) == (1.5 * 365, 2.5 * 366)


def test_claim_without_a_number_is_refused_by_its_name() -> None:
    with pytest.raises(MethodError, match="c1-003"):
        worked(claims(a=1, b=2))


def findings(verdict: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "claim_id": ["c1-003", "c1-001"],
            "printed": [10.0, 3.0],
            "unit": ["pounds", "pounds"],
            "recomputed": [None if verdict == "not testable" else 9.9, None],
            "lower": [None, None],
            "upper": [None, None],
            "difference": [None, None],
            "verdict": [verdict, "not testable"],
            "reason": ["As found.", "As found."],
            "basis": [None, None],
        }
    ).astype(dict.fromkeys(("recomputed", "lower", "upper", "difference"), float))


def against() -> pd.DataFrame:
    record = Derivation.model_validate(RECORD)
    return derivations.test_derivations([record], claims(a=3, b=4, total=10))


def test_disputed_claim_that_nothing_tests_contradicts_itself() -> None:
    found = derivations.apply(findings("not testable"), against())
    first, second = found.to_dict("records")
    assert first["verdict"] == "contradicts itself"
    assert (first["recomputed"], first["lower"], first["upper"]) == (7, 6, 8)
    assert first["reason"] == (
        "The parts and the total. Our inference: The parts were rounded. (c1-d01) "
        "No official test: As found."
    )
    assert second["verdict"] == "not testable"
    assert second["reason"] == "As found."


def test_disputed_claim_that_was_tested_keeps_its_verdict_and_says_both() -> None:
    first = derivations.apply(findings("reproduced"), against()).iloc[0]
    assert (first["verdict"], first["recomputed"]) == ("reproduced", 9.9)
    assert first["reason"].startswith("As found. The case also contradicts itself: The parts")


def test_agreeing_derivation_changes_no_finding() -> None:
    agreeing = derivations.test_derivations(
        [Derivation.model_validate(RECORD)], claims(a=3, b=4, total=7)
    )
    before = findings("not testable")
    pd.testing.assert_frame_equal(derivations.apply(before, agreeing), before)


def test_case_without_derivations_changes_no_finding() -> None:
    none = derivations.test_derivations([], verdicts.claims_table([]))
    before = findings("differs")
    pd.testing.assert_frame_equal(derivations.apply(before, none), before)
    assert derivations.concerning(none, ["c1-001"]).empty


def test_derivations_concern_their_claims_and_those_without_claims_their_area() -> None:
    bare = {
        "inputs": {
            "rows": {"value": 0, "source": "the figure"},
            "one": {"value": 1, "source": "x"},
        },
        "formula": "rows",
        "relation": "at least",
        "printed": "one",
    }
    records = [
        Derivation.model_validate(RECORD),
        Derivation.model_validate(RECORD | bare | {"id": "c1-d02"}),
        Derivation.model_validate(RECORD | bare | {"id": "c2-d01", "area": "c2"}),
    ]
    table = derivations.test_derivations(records, claims(a=3, b=4, total=7))
    about = derivations.concerning(table, ["c1-001", "c1-009"])
    assert list(about["derivation_id"]) == ["c1-d02", "c1-d01"]
