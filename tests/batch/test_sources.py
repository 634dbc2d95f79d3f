"""The page of sources: every record, those that the build used first, with what is held of each."""

from __future__ import annotations

from typing import Any

import pytest
from handmade import evidence
from throwaway import Project

from caseanalysis.batch.freshness import publications
from caseanalysis.batch.sources import sources_page
from caseanalysis.case import load_case
from caseanalysis.registers import Address, Caution, Source


def _source(name: str, **changed: Any) -> Source:
    given: dict[str, Any] = {
        "id": name,
        "title": f"Publication <{name}>",
        "publisher": "NHS England",
        "edition": "monthly",
        "licence": "Open Government Licence v3.0",
        "open_licence": True,
        "page": "https://www.england.nhs.uk/",
        "obtain": "Save the workbook.",
        "cadence": "Monthly.",
        "form": "as published",
        "tables": ("beds",),
        "quirks": ({"note": "Codes moved.", "evidence": "Two files."},),
        "seen": True,
        "checker": None,
        "checked_on": None,
    }
    return Source.model_validate({**given, **changed})


CAUTION = {
    "id": "withheld",
    "sources": ("kh03",),
    "tables": ("beds",),
    "note": "Some beds are withheld.",
    "evidence": "Counted.",
    "severity": "low",
    "checker": "maintainers",
    "checked_on": "2026-01-01",
}


@pytest.fixture
def html(project: Project) -> str:
    """The page of two records, one of which the build used for two reports."""
    sources = {name: _source(name) for name in ("absence", "kh03")}
    newer = evidence("staff", source="staff", period="2025-05")
    records = {"a1": {"evidence": [evidence(), newer]}, "a2": {"evidence": [evidence()]}}
    cautions = [Caution.model_validate(CAUTION)]
    titles = {"a1": "Ageing", "a2": "Urgent care"}
    case = load_case("three-towns")
    return sources_page(
        case,
        sources,
        publications(records),
        titles,
        "1",
        cautions=cautions,
        addresses={"kh03": [_address("2024-25 Q1"), _address("2024-25 Q2")]},
    )


def _address(period: str) -> Address:
    url = f"https://www.england.nhs.uk/{period[-2:]}.xlsx"
    return Address.model_validate(
        {"source": "kh03", "period": period, "url": url, "sha256": 64 * "0"}
    )


def _record(html: str, name: str) -> str:
    return html.split(f'id="source-{name}"')[1].split("</section>")[0]


def test_used_sources_come_first_and_say_what_is_held_and_where_used(html: str) -> None:
    assert html.index('id="source-kh03"') < html.index('id="source-absence"')
    held = _record(html, "kh03")
    # March 2025, two months before May 2025.
    assert "to March 2025, 2 months older than the newest data here" in held
    assert '<a href="a1.html">Ageing</a>, <a href="a2.html">Urgent care</a>' in " ".join(
        held.split()
    )
    assert "Held in this build" not in _record(html, "absence")


def test_record_tells_how_many_files_have_a_stable_address(html: str) -> None:
    assert "Save the workbook. Files with a stable address: 2.</dd>" in _record(html, "kh03")
    assert "stable address" not in _record(html, "absence")


def test_record_tells_licence_quirks_and_cautions_as_text(html: str) -> None:
    record = _record(html, "kh03")
    assert "Publication &lt;kh03&gt;" in record
    assert "Open Government Licence v3.0" in record
    assert "What to know about it (2)" in record
    assert "Codes moved." in record
    assert "Some beds are withheld." in record
    assert "Some beds are withheld." not in _record(html, "absence")
