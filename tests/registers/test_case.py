"""A case and its claims: what is refused, at which line, and what is looked up."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseanalysis.case import case_folder, list_cases, load_case, load_claims
from caseanalysis.errors import RecordError

CASE = """name: two-rivers
title: Two Rivers
region_name: Two Rivers
summary: Two trusts.
base_year: 2020
horizon_year: 2030
commissioner:
  code: E54000999
  ods_code: QZZ
  name: Two Rivers Board
  short_name: Two Rivers
  boundary_year: 2023
trusts:
  - code: RAA
    name: Upper Trust
    short_name: Upper
    sites: [{name: Upper Hospital, place: E07000991}]
  - code: RBB
    name: Lower Trust
    short_name: Lower
    sites: [{name: Lower Hospital, place: E07000992}]
    predecessors: [RBA]
places:
  - {code: E07000991, name: Upper, boundary_year: 2018}
  - {code: E07000992, name: Lower, boundary_year: 2018}
peers:
  trusts:
    rule: nearest in size
    source: sizes
    members:
      RAA: [RCC, RDD]
      RBB: [RDD]
  commissioners: {rule: nearest in age, source: ages, members: [E54000998]}
themes:
  - id: A
    title: Theme
    areas:
      - {id: a1, title: First area, short_title: First}
      - {id: a2, title: Second area, short_title: Second}
"""
COLUMNS = (
    "id,section,area,figure,place,quotation,statement,measure,entity,group,period,operator,"
    "value,unit,step,comparator,printed_source,untestable,note"
)


def row(**changed: str) -> str:
    cells = {
        **dict.fromkeys(COLUMNS.split(","), ""),
        **{"id": "a1-001", "section": "2", "area": "a1", "place": "paragraph 1"},
        **{"quotation": "a growth of 17%", "statement": "It grows.", "measure": "growth"},
        **{"entity": "RAA", "group": "all", "period": "2023", "operator": "equal"},
        **{"value": "17", "unit": "percent", "step": "1"},
        **changed,
    }
    return ",".join(f'"{cell}"' for cell in cells.values())


def case_at(root: Path, text: str, *, name: str = "two-rivers") -> Path:
    folder = root / "cases" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return folder


def refused(root: Path, text: str) -> RecordError:
    folder = case_at(root, text)
    with pytest.raises(RecordError) as caught:
        load_case("two-rivers", root)
    assert str(folder / "case.yaml") in caught.value.where
    return caught.value


def refused_claim(root: Path, *rows: str) -> RecordError:
    path = case_at(root, CASE) / "claims.csv"
    path.write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        load_claims("two-rivers", root)
    assert str(path) in caught.value.where
    return caught.value


def test_case_gives_its_codes_in_order(tmp_path: Path) -> None:
    case_at(tmp_path, CASE)
    case = load_case("two-rivers", tmp_path)
    assert case.trust_codes == ("RAA", "RBB")
    assert case.place_codes == ("E07000991", "E07000992")
    assert case.peer_trust_codes == ("RCC", "RDD")
    assert [area.id for area in case.areas] == ["a1", "a2"]
    assert case.document is None


def test_trust_outside_the_group_is_shown_by_its_code(tmp_path: Path) -> None:
    case_at(tmp_path, CASE)
    case = load_case("two-rivers", tmp_path)
    assert case.trust_names["RBB"] == "Lower"


def test_area_is_found_by_its_id_and_a_misspelt_one_is_refused(tmp_path: Path) -> None:
    case_at(tmp_path, CASE)
    case = load_case("two-rivers", tmp_path)
    assert case.area("a2").title == "Second area"
    with pytest.raises(RecordError, match="did you mean 'a2'"):
        case.area("a22")


def test_cases_are_listed_and_a_misspelt_one_names_the_nearest(tmp_path: Path) -> None:
    case_at(tmp_path, CASE)
    (tmp_path / "cases" / "empty").mkdir()
    assert list_cases(tmp_path) == ["two-rivers"]
    with pytest.raises(RecordError, match="did you mean 'two-rivers'"):
        case_folder("two-river", tmp_path)


def test_case_without_claims_has_an_empty_list(tmp_path: Path) -> None:
    case_at(tmp_path, CASE)
    assert load_claims("two-rivers", tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "found"),
    [
        ("base_year: 2020", "base_yeer: 2020", 5, "the unknown key 'base_yeer'"),
        ("base_year: 2020\n", "", 1, "no base_year"),
        ("code: E54000999", "code: 54000999", 8, "commissioner.code = 54000999"),
        ("code: E54000999", "code: E5400099", 8, "commissioner.code = 'E5400099'"),
        ("ods_code: QZZ", "ods_code: RZZ", 9, "commissioner.ods_code = 'RZZ'"),
        ("code: RBB", "code: rbb", 18, "trusts.1.code = 'rbb'"),
        ("predecessors: [RBA]", "predecessors: [RBAX]", 22, "trusts.1.predecessors.0 = 'RBAX'"),
        ("{code: E07000991,", "{code: X07000991,", 24, "places.0.code = 'X07000991'"),
        ("RBB: [RDD]", "RBB: [RD]", 32, "peers.trusts.members.RBB.0 = 'RD'"),
        ("id: a1", "id: A1", 38, "themes.0.areas.0.id = 'A1'"),
        ("horizon_year: 2030", "horizon_year: 2020", 6, "horizon_year = 2020"),
        ("horizon_year: 2030", "horizon_year: 2010", 6, "horizon_year = 2010"),
    ],
)
def test_impossible_value_is_named_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, found: str
) -> None:
    error = refused(tmp_path, CASE.replace(old, new, 1))
    assert error.where.endswith(f"case.yaml, line {line}")
    assert error.found == found
    assert error.remedy


def test_inverted_period_says_what_the_horizon_must_follow(tmp_path: Path) -> None:
    error = refused(tmp_path, CASE.replace("base_year: 2020", "base_year: 2040"))
    assert error.where.endswith(", line 6")
    assert error.wanted == "a year after base_year (2040)"


@pytest.mark.parametrize(
    ("old", "new", "line", "wanted"),
    [
        ("code: RBB", "code: RAA", 13, "each code once; 'RAA' stands there twice"),
        ("{code: E07000992,", "{code: E07000991,", 23, "each code once; 'E07000991'"),
        ("id: a2", "id: a1", 34, "each area once; 'a1' stands there twice"),
        ("      RBB: [RDD]", "      RXX: [RDD]", 26, "not for 'RXX'"),
    ],
)
def test_codes_that_do_not_agree_are_refused(
    tmp_path: Path, old: str, new: str, line: int, wanted: str
) -> None:
    error = refused(tmp_path, CASE.replace(old, new, 1))
    assert error.where.endswith(f", line {line}")
    assert wanted in error.wanted


def test_unknown_key_of_a_trust_names_the_right_one(tmp_path: Path) -> None:
    error = refused(tmp_path, CASE.replace("    predecessors:", "    predecesors:"))
    assert error.where.endswith(", line 22")
    assert error.remedy == "did you mean 'predecessors'?"


def test_duplicate_key_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, CASE.replace("region_name: Two Rivers", "title: Two Rivers"))
    assert error.where.endswith(", line 3")


def test_name_of_the_case_is_that_of_its_folder(tmp_path: Path) -> None:
    error = refused(tmp_path, CASE.replace("name: two-rivers", "name: three-rivers", 1))
    assert error.where.endswith(", line 1")
    assert "rename" in error.remedy


def test_claim_keeps_what_was_printed(tmp_path: Path) -> None:
    folder = case_at(tmp_path, CASE)
    (folder / "claims.csv").write_text(f"{COLUMNS}\n{row()}\n", encoding="utf-8")
    (claim,) = load_claims("two-rivers", tmp_path)
    assert (claim.value, claim.step, claim.unit, claim.figure) == (17.0, 1.0, "percent", None)


def test_quotation_of_25_words_is_taken_and_of_26_refused(tmp_path: Path) -> None:
    folder = case_at(tmp_path, CASE)
    text = row(quotation="w " * 24 + "w")
    (folder / "claims.csv").write_text(f"{COLUMNS}\n{text}\n", encoding="utf-8")
    assert len(load_claims("two-rivers", tmp_path)) == 1
    error = refused_claim(tmp_path, row(), row(id="a1-002", quotation="w " * 25 + "w"))
    assert error.where.endswith("claims.csv, line 3")
    assert error.wanted == "a quotation of 25 words at most"


def test_repeated_claim_id_names_both_lines(tmp_path: Path) -> None:
    error = refused_claim(tmp_path, row(), row(id="a1-002"), row())
    assert error.where.endswith(", line 4")
    assert error.found == "id = 'a1-001', as on line 2"


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"step": ""}, "value and step together, or neither"),
        ({"value": "", "step": ""}, "a value, or a comparator"),
        ({"measure": ""}, "either the measure that tests the claim, or why it is untestable"),
        ({"untestable": "not public"}, "either the measure that tests the claim, or why"),
        ({"operator": "over"}, "'above'"),
        ({"unit": "%"}, "'percent'"),
        ({"step": "0"}, "greater than 0"),
        ({"id": "a1-1"}, "pattern"),
        ({"period": ""}, "valid string"),
    ],
)
def test_claim_that_cannot_be_tested_as_written_is_refused(
    tmp_path: Path, changed: dict[str, str], wanted: str
) -> None:
    error = refused_claim(tmp_path, row(id="a1-009"), row(**changed))
    assert error.where.endswith(", line 3")
    assert wanted in error.wanted
    assert len(str(error)) < 600


def test_claim_row_with_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    error = refused_claim(tmp_path, row(), row(id="a1-002") + ",more")
    assert error.where.endswith(", line 3")
    assert error.wanted == "19 cells"
