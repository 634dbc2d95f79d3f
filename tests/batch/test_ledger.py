"""The ledger of every claim, its page and its spreadsheet."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from handmade import finding, page, written
from throwaway import Project

from caseanalysis.batch.ledger import bar, ledger_page, make_ledger, write_csv
from caseanalysis.case import load_case
from caseanalysis.errors import BuildError

COLUMNS = (
    "id,section,area,figure,place,quotation,statement,measure,entity,group,period,operator,value,"
    "unit,step,comparator,printed_source,untestable,note"
)
CLAIMS = f"""\
{COLUMNS}
a1-001,1,a1,7,page 3,,Beds <b>grow</b> by 17%.,beds,group,all,2023,equal,17,percent,1,,,,
a1-002,1,a1,,page 3,,There are 40 wards.,,group,all,2023,equal,40,count,1,,,a count of wards,
a2-001,1,a2,,page 4,,Waits are 5 days.,waits,group,all,2023,equal,5,days,1,,,,
a2-002,1,a2,,page 4,,A bed costs £3.,,group,all,2023,equal,3,pounds,1,,,needs the accounts,
a2-003,1,a2,,page 4,,Ten beds cost £90.,,group,all,2023,equal,90,pounds,1,,,needs the accounts,
"""
DERIVATIONS = """\
derivations:
  - id: a2-d01
    area: a2
    kind: saving not from its inputs
    statement: Ten beds at the cost of one.
    inputs:
      one: {claim: a2-002}
      ten: {claim: a2-003}
    formula: 10 * one
    relation: equal
    printed: ten
    unit: pounds
    period: "2023"
    reason: Another cost was meant.
"""


@pytest.fixture
def case(project: Project) -> Project:
    """A project whose case has five claims and a derivation."""
    folder = project.root / "data" / "cases" / "three-towns"
    (folder / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    (folder / "derivations.yaml").write_text(DERIVATIONS, encoding="utf-8")
    return project


def report(*findings: dict[str, Any], **changed: Any) -> dict[str, Any]:
    figure = {"id": "figure-7", "number": 7, "title": "Beds", "evidence": ["beds"]}
    return {"findings": list(findings), "figures": [figure], "gaps": [], **changed}


def ledger_of(**reports: dict[str, Any]) -> Any:
    return make_ledger(load_case("three-towns"), reports)


def verdicts(ledger: Any) -> list[str]:
    return [row["verdict"] for row in ledger.rows]


@pytest.mark.usefixtures("case")
def test_partial_build_leaves_claims_of_other_areas_not_yet_tested() -> None:
    ledger = ledger_of(a1=report(finding("a1-001")))
    assert verdicts(ledger)[:3] == ["reproduced", "not testable", "not yet tested"]
    assert ledger.counts["not yet tested"] == 1
    assert ledger.by_area()["a1"] == {"reproduced": 1, "not testable": 1}


@pytest.mark.usefixtures("case")
def test_claim_without_test_and_reason_fails_and_is_named() -> None:
    with pytest.raises(BuildError, match="a2-001") as caught:
        ledger_of(a1=report(finding("a1-001")), a2=report())
    assert "a1-" not in caught.value.found
    assert "test_claims" in caught.value.remedy


@pytest.mark.usefixtures("case")
def test_claim_of_a_built_area_fails_in_a_partial_build_too() -> None:
    with pytest.raises(BuildError, match="a1-001"):
        ledger_of(a1=report())


@pytest.mark.usefixtures("case")
def test_report_that_could_not_be_made_leaves_claims_not_yet_tested_and_fails_nothing() -> None:
    case = load_case("three-towns")
    # An earlier report of a1, which its claim came after, and none of a2, which may test it.
    ledger = make_ledger(case, {"a1": report(), "a2": report()}, failed=["a1"])
    assert ledger.rows[0]["verdict"] == "not yet tested"
    assert ledger.rows[0]["reason"] == "The report of this area could not be made."
    ledger = make_ledger(case, {"a1": report(), "a2": report()}, failed=["context"])
    assert [row["verdict"] for row in ledger.rows[:3]].count("not yet tested") == 2
    assert ledger.rows[0]["reason"] == "No report that could be made tests it."


@pytest.mark.usefixtures("case")
def test_finding_that_gives_no_reason_fails() -> None:
    with pytest.raises(BuildError, match="a1-001"):
        ledger_of(a1=report(finding("a1-001", verdict="not testable", reason="")))


@pytest.mark.usefixtures("case")
def test_report_without_any_data_is_a_reason() -> None:
    ledger = ledger_of(a1=report(gaps=["beds: not held"]))
    assert ledger.rows[0]["verdict"] == "not testable"
    assert ledger.rows[0]["reason"] == "The report had no data for it: beds: not held"


@pytest.mark.usefixtures("case")
def test_untested_claim_that_its_own_case_contradicts_says_so() -> None:
    # Ten times £2.50 to £3.50 is at most £35.
    row = ledger_of(a1=report(finding("a1-001"))).rows[4]
    assert row["verdict"] == "contradicts itself"
    assert (row["recomputed"], row["lower"], row["upper"]) == (30, 25, 35)
    assert row["derivations"] == ("a2-d01",)
    assert "needs the accounts" in row["reason"].lower()


@pytest.mark.usefixtures("case")
def test_claim_tested_in_two_reports_links_to_both_and_takes_what_was_tested() -> None:
    untested = report(finding("a1-001", verdict="not testable", reason="No data."))
    ledger = ledger_of(
        a1=untested, a2=report(finding("a1-001", verdict="differs"), finding("a2-001"))
    )
    assert ledger.rows[0]["verdict"] == "differs"
    assert ledger.rows[0]["reports"] == ("a1", "a2")


@pytest.mark.usefixtures("case")
def test_claim_links_to_its_finding_its_figure_and_the_source_of_that() -> None:
    row = ledger_of(a1=report(finding("a1-001"))).rows[0]
    assert [address for address, _ in row["links"]] == [
        "a1.html#claim-a1-001",
        "a1.html#figure-7",
        "a1.html#source-beds",
    ]
    other = report(finding("a1-001"), figures=[])
    assert ledger_of(a1=other).rows[0]["links"][1][0] == "a1.html#sources"


@pytest.mark.usefixtures("case")
def test_page_shows_every_claim_escaped_and_can_be_filtered() -> None:
    html = ledger_page(load_case("three-towns"), ledger_of(a1=report(finding("a1-001"))), "1.0")
    assert re.findall(r'<tr id="([a-z]\d-\d{3})"', html) == [
        *("a1-001", "a1-002", "a2-001", "a2-002", "a2-003")
    ]
    assert "Beds &lt;b&gt;grow&lt;/b&gt; by 17%." in html
    assert '<input type="radio" name="area" id="area-a2">' in html
    assert ".ledger:has(#area-a2:checked) .claims tr:not(.a-a2)" in html
    assert 'id="derivation-a2-d01"' in html
    row = html[html.index('<tr id="a1-001"') : html.index('<tr id="a1-002"')]
    told = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    assert "a1-001, page 3" in told
    assert "✓ reproduced" in told
    # Hundreds of rows keep the page small: of these 129 characters of text not over 270 are tags.
    assert len(row) < 400
    assert "<script" not in html


@pytest.mark.usefixtures("project")
def test_case_without_claims_says_so() -> None:
    case = load_case("three-towns")
    ledger = make_ledger(case, {})
    assert ledger.counts == {}
    assert "No claims are recorded for this case" in ledger_page(case, ledger, "1.0")


def test_spreadsheet_has_a_row_for_each_claim(case: Project) -> None:
    path = case.root / "ledger.csv"
    write_csv(path, load_case("three-towns"), ledger_of(a1=report(finding("a1-001"))))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["claim_id"] for row in rows] == ["a1-001", "a1-002", "a2-001", "a2-002", "a2-003"]
    assert rows[0]["reports"] == "a1"
    assert rows[4]["derivations"] == "a2-d01"
    assert rows[4]["verdict"] == "contradicts itself"


def test_bar_gives_each_count_its_share_of_the_width() -> None:
    svg = bar({"reproduced": 1, "differs": 3}, of=4)
    assert 'class="bar-reproduced" x="0.00" width="25.00"' in svg
    assert 'class="bar-differs" x="25.00" width="75.00"' in svg


def test_folder_has_the_ledger_and_the_index_leads_to_its_parts(
    case: Project, tmp_path: Path
) -> None:
    folder = written(tmp_path / "new", page("a1", findings=[finding("a1-001")]))
    assert 'href="a1.html#claim-a1-001"' in (folder / "ledger.html").read_text(encoding="utf-8")
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert 'href="ledger.html#only-reproduced"' in index
    assert 'href="ledger.html#only-a1-reproduced"' in index


def test_claim_of_a_built_area_without_a_test_stops_the_writing(
    case: Project, tmp_path: Path
) -> None:
    folder: Path = case.root / "data" / "cases" / "three-towns"
    more = CLAIMS.replace("a1-002", "a1-003").replace(
        ",,group,all,2023,equal,40", ",beds,group,all,2023,equal,40"
    )
    (folder / "claims.csv").write_text(more.replace("a count of wards", ""), encoding="utf-8")
    with pytest.raises(BuildError, match="a1-003"):
        written(tmp_path / "new", page("a1", findings=[finding("a1-001")]))
