"""A folder of reports: one page a notebook, the index, the findings and the manifest."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from caseanalysis import __version__
from caseanalysis.batch.archive import write_archive
from caseanalysis.batch.assurance import assurance_page
from caseanalysis.batch.board import board_page
from caseanalysis.batch.checking import checkings
from caseanalysis.batch.discover import find_notebooks
from caseanalysis.batch.facts import (
    carry_over,
    in_order,
    outline,
    read_facts,
    read_manifest,
    record_of,
    write_facts,
    write_manifest,
)
from caseanalysis.batch.freshness import publications
from caseanalysis.batch.index import Changes, Site, index_page
from caseanalysis.batch.ledger import Ledger, csv_cell, ledger_page, make_ledger, write_csv
from caseanalysis.batch.notes import Note, load_notes, note_pages, notes_of
from caseanalysis.batch.page import Page
from caseanalysis.batch.sources import sources_page
from caseanalysis.batch.workbook import workbook_bytes
from caseanalysis.case import Case
from caseanalysis.locations import project_root
from caseanalysis.registers import load_addresses, load_cautions, load_sources

#: The facts of each report by its area.
Records = Mapping[str, Mapping[str, Any]]

FINDING_COLUMNS = (
    "claim_id",
    "area",
    "figure",
    "place",
    "statement",
    "quotation",
    "unit",
    "printed",
    "step",
    "recomputed",
    "lower",
    "upper",
    "verdict",
    "reason",
    "basis",
)


def write_reports(
    new: Path,
    old: Path,
    pages: Sequence[Page],
    case: Case,
    keep_others: bool,
    *,
    failures: Mapping[str, str] = MappingProxyType({}),
    changes: Callable[[Path], Changes | None] = lambda _: None,
) -> None:
    """Write the whole content of a folder of reports.

    Parameters
    ----------
    new, old : Path
        The folder to write, and the one that it will replace.
    pages : sequence of Page
        The reports just made.
    case : Case
        The case.
    keep_others : bool
        Whether reports of the old folder that were not made anew are carried over.
    failures : Mapping of str to str
        Why the report of an area could not be made, by area; its last good report is kept.
    changes : Callable
        Takes the new folder with its reports and facts in it, and returns what moved since the
        build before, or None; it may write ``changes.html``, which the index then links.

    Raises
    ------
    BuildError
        If reports of another case would have to be kept beside these, or a claim has neither a
        test nor a reason why there is none.
    """
    made = {page.area: _page(new, page) for page in pages}
    kept = carry_over(old, new, case, made=made, failed=failures, keep_others=keep_others)
    before = read_manifest(old).get("failures", {}) if keep_others else {}
    failed = {area: text for area, text in {**before, **failures}.items() if area not in made}
    records = in_order({**kept, **made})
    write_manifest(new, case, records, failed)
    moved = changes(new)
    _write_findings(new / "findings.csv", case, records)
    ledger = make_ledger(case, records, failed=failed)
    write_csv(new / "ledger.csv", case, ledger)
    (new / f"{case.name}-tables.xlsx").write_bytes(workbook_bytes(case, read_facts(new)))
    notes = _notes_by_area(records)
    for name, html in _pages(case, records, ledger, notes, failed).items():
        _write(new, name, html)
    archive = f"{case.name}-reports"
    files = {*(path.name for path in new.iterdir()), f"{archive}.zip"}
    site = Site(
        case, records, ledger, __version__, new, files, notes, load_sources(), failed, moved
    )
    _write(new, "index.html", index_page(site))
    write_archive(new, archive)


def _page(folder: Path, page: Page) -> dict[str, Any]:
    """Write a report and its facts; return the outline of these."""
    record = record_of(page)
    _write(folder, f"{page.area}.html", page.html)
    write_facts(folder, page.area, record)
    return outline(record)


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _pages(
    case: Case,
    records: Records,
    ledger: Ledger,
    notes: Mapping[str, list[Note]],
    failures: Mapping[str, str],
) -> dict[str, str]:
    """Return the pages across the case, all but the index, by file name."""
    titles = {area: str(record["title"]) for area, record in records.items()}
    reports = {area: (titles[area], notes.get(area, [])) for area in records}
    pages = {
        "ledger.html": ledger_page(case, ledger, __version__),
        "sources.html": sources_page(
            case,
            load_sources(),
            publications(records),
            titles,
            __version__,
            cautions=load_cautions(),
            addresses=load_addresses(),
        ),
        "board.html": board_page(
            case, records, ledger, __version__, failures=failures, unchecked=_unchecked(case)
        ),
        "assurance.html": assurance_page(case, records, __version__),
    }
    return {**pages, **note_pages(case, _notes(), reports, __version__)}


def _unchecked(case: Case) -> int:
    """Return how many published records no second person has checked."""
    return sum(one.records - one.second for one in checkings(case))


def _notes() -> list[Note]:
    return load_notes(project_root() / "docs" / "methods")


def _notes_by_area(records: Records) -> dict[str, list[Note]]:
    """Return the notes on the methods that each report's notebook imports, by area."""
    notes = _notes()
    paths = {one.area: one.path for one in find_notebooks()}
    return {area: notes_of(paths[area], notes) for area in records if area in paths}


def _write_findings(path: Path, case: Case, records: Mapping[str, Mapping[str, Any]]) -> None:
    # With a byte order mark, since spreadsheets otherwise misread pound signs.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("case", "report", *FINDING_COLUMNS))
        for report, record in records.items():
            for finding in record["findings"]:
                cells = (csv_cell(finding.get(name)) for name in FINDING_COLUMNS)
                writer.writerow((case.name, report, *cells))
