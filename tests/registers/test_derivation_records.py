"""Every derivation of every case is whole, can be worked out, and names what it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseanalysis.case import list_cases, load_case, load_claims
from caseanalysis.derivations import Derivation, load_derivations
from caseanalysis.errors import RecordError
from caseanalysis.methods import derivations, verdicts

CASES = [name for name in list_cases() if load_derivations(name)]
RECORD = """\
derivations:
  - id: a1-d01
    area: a1
    kind: total does not add
    statement: Parts and total.
    inputs: {part: {claim: CLAIM}, all: {value: 3, source: the note}}
    formula: part
    relation: equal
    printed: all
    unit: count
    period: "2023"
    reason: Rounding.
"""


@pytest.mark.parametrize("name", CASES)
def test_every_derivation_can_be_worked_out(name: str) -> None:
    records = load_derivations(name)
    table = derivations.test_derivations(records, verdicts.claims_table(load_claims(name)))
    assert list(table["derivation_id"]) == [record.id for record in records]
    assert table["low"].le(table["value"]).all()
    assert table["value"].le(table["high"]).all()


@pytest.mark.parametrize("name", CASES)
def test_every_derivation_is_of_an_area_and_gives_its_reason(name: str) -> None:
    areas = {"context", *(area.id for area in load_case(name).areas)}
    for record in load_derivations(name):
        assert record.area in areas, record.id
        assert record.id.startswith(f"{record.area}-"), record.id
        assert len(record.reason.split()) >= 5, record.id
        assert len(record.statement.split()) >= 5, record.id


@pytest.mark.parametrize("name", CASES)
def test_what_is_disputed_is_a_claim_of_the_case(name: str) -> None:
    known = {claim.id for claim in load_claims(name)}
    for record in load_derivations(name):
        assert set(record.disputed_ids) <= known, record.id


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """A copy of the first case that has derivations."""
    original, copy = root / "data" / "cases" / CASES[0], tmp_path / "cases" / CASES[0]
    copy.mkdir(parents=True)
    for name in ("case.yaml", "claims.csv"):
        (copy / name).write_bytes((original / name).read_bytes())
    return copy


def refused(folder: Path, text: str) -> RecordError:
    (folder / "derivations.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        load_derivations(folder.name, folder.parents[1])
    return caught.value


def test_unknown_claim_is_refused_with_the_nearest(folder: Path) -> None:
    error = refused(folder, RECORD.replace("CLAIM", "a1-9001"))
    assert "a1-d01" in error.where
    assert "a1-9001" in error.found
    assert "did you mean" in error.remedy


def test_input_that_no_formula_uses_is_refused(folder: Path) -> None:
    text = RECORD.replace("CLAIM", "a1-016").replace("formula: part", "formula: all")
    assert "mend part" in refused(folder, text).wanted


def test_formula_that_is_no_arithmetic_is_refused_with_its_line(folder: Path) -> None:
    text = RECORD.replace("CLAIM", "a1-016").replace("formula: part", "formula: open(part)")
    error = refused(folder, text)
    assert error.where.endswith("derivations.yaml, line 7")
    assert "min and max" in error.wanted


def test_number_without_a_source_is_refused(folder: Path) -> None:
    text = RECORD.replace("CLAIM", "a1-016").replace(", source: the note", "")
    assert "source" in refused(folder, text).wanted


def test_case_without_derivations_has_none(folder: Path) -> None:
    assert load_derivations(folder.name, folder.parents[1]) == []


def test_disputed_claims_are_those_printed_unless_named() -> None:
    fields = {
        "id": "a1-d01",
        "area": "a1",
        "kind": "total does not add",
        "statement": "Parts and total.",
        "inputs": {"part": {"claim": "a1-001"}, "whole": {"claim": "a1-002"}},
        "formula": "part",
        "relation": "equal",
        "printed": "whole",
        "unit": "count",
        "period": "2023",
        "reason": "Rounding.",
    }
    assert Derivation.model_validate(fields).disputed_ids == ("a1-002",)
    named = Derivation.model_validate(fields | {"disputes": ["a1-001"]})
    assert named.disputed_ids == ("a1-001",)
    assert named.claim_ids == ("a1-001", "a1-002")
