"""What the search of the index can find, and how it stands in the page."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from handmade import finding, page, table
from hypothesis import example, given, settings
from hypothesis import strategies as st

from caseanalysis.batch.facts import record_of
from caseanalysis.batch.search import data, entries


def _claim(**changed: Any) -> dict[str, Any]:
    links = (("a1.html#claim-a1-001", "finding in A1"), ("a1.html#figure-1", "figure 1"))
    return {**finding(), "place": "page 3", "links": links, "quotation": None, **changed}


@pytest.fixture
def found(tmp_path: Path) -> list[tuple[str, ...]]:
    """The entries of one report and a ledger of two claims."""
    others = [finding(), finding("x-001", statement="Waits fall")]
    made = page("a1", findings=others, tables=[table(), table("table", 2, title="Wards")])
    (tmp_path / "a1.html").write_text(made.html, encoding="utf-8")
    untested = _claim(claim_id="a1-002", recomputed=None, verdict="not testable", links=())
    ledger: Any = SimpleNamespace(rows=(_claim(quotation="More beds by then"), untested))
    return entries({"a1": record_of(made)}, ledger, tmp_path)


def _of(found: list[tuple[str, ...]], kind: str) -> list[tuple[str, ...]]:
    return [entry[1:] for entry in found if entry[0] == kind]


def test_claim_leads_to_the_ledger_and_to_its_finding(found: list[tuple[str, ...]]) -> None:
    told = "a1-001, page 3. Reproduced: printed 17%, recomputed 17.2%. “More beds by then”"
    claims = _of(found, "claim")
    assert claims[0] == ("Beds <b>grow</b>", told, "ledger.html#a1-001", "a1.html#claim-a1-001")
    assert claims[1][1:] == ("a1-002, page 3. Not testable: printed 17%", "ledger.html#a1-002", "")


def test_finding_of_no_claim_is_found_and_that_of_a_claim_only_once(
    found: list[tuple[str, ...]],
) -> None:
    assert [(text, at) for text, _, at, _ in _of(found, "finding")] == [
        ("Waits fall", "a1.html#claim-x-001")
    ]


def test_reports_figures_tables_and_sections_are_found(found: list[tuple[str, ...]]) -> None:
    assert _of(found, "report") == [("Report a1", "a1: 2,050 beds.", "a1.html", "")]
    assert _of(found, "figure") == [
        ("Beds by trust", "Figure 1 in A1, Report a1", "a1.html#figure-1", "")
    ]
    assert _of(found, "table") == [("Wards", "Table 2 in A1, Report a1", "a1.html#table-2", "")]
    assert _of(found, "section") == [
        ("What & why", "Section in A1, Report a1", "a1.html#section-what", "")
    ]


@given(st.text(max_size=40))
@example("</script><script>alert('&amp;')<!--")
@settings(max_examples=60)
def test_data_cannot_end_its_element_and_is_read_back_as_it_was(told: str) -> None:
    entry = ("claim", told, told, "a", "")
    text = data([entry])
    assert not set("<>&") & set(text)
    assert json.loads(text) == [list(entry)]
