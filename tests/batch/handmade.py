"""Reports made by hand, for tests of what a folder of reports holds, without running notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from caseanalysis.batch.index import Changes
from caseanalysis.batch.page import Facts, Page
from caseanalysis.batch.reports import write_reports
from caseanalysis.case import load_case

PUBLICATION = {
    "source": "kh03",
    "title": "Beds & <i>occupancy</i>",
    "publisher": "NHS England",
    "release": "2024-25 Q4",
    "period": "2024-25 Q4",
    "licence": "OGL v3.0",
    "attribution": None,
    "page": "https://www.england.nhs.uk/",
    "files": 1,
    "sha256": "0" * 64,
}


def evidence(name: str = "beds", **changed: Any) -> dict[str, Any]:
    """Return evidence with one publication."""
    return {
        "name": name,
        "title": "Beds by trust",
        "basis": "compact extract",
        "note": None,
        "inputs": [{**PUBLICATION, **changed}],
    }


def finding(claim: str = "a1-001", **changed: Any) -> dict[str, Any]:
    """Return a finding that reproduces what was printed."""
    return {
        "claim_id": claim,
        "statement": "Beds <b>grow</b>",
        "unit": "percent",
        "printed": 17.0,
        "step": 1.0,
        "recomputed": 17.23,
        "lower": None,
        "upper": None,
        "verdict": "reproduced",
        "reason": "Within its rounding.",
        **changed,
    }


def table(kind: str = "figure", number: int = 1, **changed: Any) -> dict[str, Any]:
    """Return a figure or table with a column of trusts, one of shares and one of months."""
    columns = (("trust", "Trust", "text"), ("share", "Share", "percent 1"), ("m", "Month", "month"))
    return {
        "id": f"{kind}-{number}",
        "kind": kind,
        "number": number,
        "title": "Beds by trust",
        "columns": [dict(zip(("name", "label", "style"), one, strict=True)) for one in columns],
        "rows": [["Upper Town", 0.525, "2024-03-01"], ["=1+1", None, None]],
        "evidence": ["beds"],
        **changed,
    }


def page(area: str, *, order: int = 10, body: str = "", **facts: Any) -> Page:
    """Return a report with a headline, one publication and the facts given."""
    told = {"question": "How many beds?", "answer": f"{area}: 2,050 beds."}
    given = {"headline": told, "evidence": [evidence()], **facts}
    figures = [
        {name: one[name] for name in ("id", "number", "title", "evidence")}
        for one in given.get("tables", [])
        if one["kind"] == "figure"
    ]
    html = f'<!DOCTYPE html><title>{area}</title><h2 id="section-what">What &amp; why</h2>{body}'
    facts_of = Facts(**{"figures": figures, **given})
    return Page(area, f"Report {area}", order, html, {"case": "three-towns"}, facts_of)


def written(
    folder: Path,
    *pages: Page,
    old: Path | None = None,
    keep_others: bool = False,
    failures: dict[str, str] | None = None,
    changes: Changes | None = None,
) -> Path:
    """Write reports into a folder and return it."""
    folder.mkdir()
    write_reports(
        folder,
        old or folder / "none",
        pages,
        load_case("three-towns"),
        keep_others,
        failures=failures or {},
        changes=lambda new: _tell(new, changes),
    )
    return folder


def _tell(folder: Path, changes: Changes | None) -> Changes | None:
    if changes:
        (folder / "changes.html").write_text("What moved", encoding="utf-8")
    return changes
