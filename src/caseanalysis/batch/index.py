"""The index: the case, its areas as cards, its claims by verdict, and the data behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseanalysis.batch import freshness, search
from caseanalysis.batch.freshness import Publication
from caseanalysis.batch.ledger import Ledger, area_name, area_title, bar
from caseanalysis.batch.notes import Note
from caseanalysis.batch.shell import render, sheet
from caseanalysis.batch.verdict_chart import verdict_chart
from caseanalysis.case import Case
from caseanalysis.notebook.signs import CONTRADICTION, PENDING, SIGNS, UNTESTED

#: Pages across the case: file, title and what it is; only those that were written are linked.
_WAYS = (
    ("board.html", "Board summary", "the case on two pages"),
    ("ledger.html", "Ledger of claims", "every printed number with its verdict"),
    ("changes.html", "What changed", "since the last build"),
    ("sources.html", "Sources", "publications, licences, periods held, quirks"),
    ("assurance.html#assumptions", "Assumptions", "every number that no publication gives"),
    ("methods.html", "Method notes", "formulas, limits, worked examples"),
    ("assurance.html", "Quality of the model", "who checked what, decisions, tests, limits"),
)
_FILES = (
    ("{case}-reports.zip", "All reports (ZIP)", "the whole of this site in one file, for e-mail"),
    ("{case}-tables.xlsx", "All tables (Excel)", "behind every figure, with units and sources"),
    ("ledger.csv", "Ledger of claims (CSV)", "every claim with its verdict"),
    ("findings.csv", "Findings (CSV)", "every finding of every report"),
)


@dataclass(frozen=True)
class Changes:
    """What moved since the build before, in a few sentences; ``changes.html`` has the whole."""

    summary: tuple[str, ...]


@dataclass(frozen=True)
class Site:
    """What the index is made from.

    Attributes
    ----------
    case : Case
        The case.
    records : Mapping of str to Mapping
        The facts of each report by its area, in their order.
    ledger : Ledger
        The claims of the case.
    version : str
        Version of the module.
    folder : Path
        The folder that holds the pages.
    files : collection of str
        Names of the pages and files beside the index; others are not linked.
    notes : Mapping of str to sequence of Note
        The notes on the methods that each report uses, by area.
    known : collection of str
        Identifiers of the sources that have a record.
    failures : Mapping of str to str
        Why the last run of an area failed.
    changes : Changes, optional
        What moved since the build before.
    """

    case: Case
    records: Mapping[str, Mapping[str, Any]]
    ledger: Ledger
    version: str
    folder: Path
    files: Collection[str]
    notes: Mapping[str, Sequence[Note]]
    known: Collection[str]
    failures: Mapping[str, str]
    changes: Changes | None = None


def index_page(site: Site) -> str:
    """Return the index of the reports as a page, with its search."""
    found = search.entries(site.records, site.ledger, site.folder)
    failed = {area: _title(site, area) for area in site.failures}
    return render(
        "index.html.j2",
        more_css=sheet("index"),
        script=search.script(),
        search_data=search.data(found),
        searched=_searched(found),
        case=site.case,
        version=site.version,
        failures=site.failures,
        failed_titles=failed,
        changes=site.changes,
        beside=site.files,
        ways=[way for way in _WAYS if way[0].split("#")[0] in site.files],
        files=_files(site),
        themes=_themes(site),
        **_counted(site),
        **_fresh(site),
    )


def _title(site: Site, area: str) -> str:
    listed = {one.id: f"{one.id.upper()} {one.short_title}" for one in site.case.areas}
    record = site.records.get(area)
    return listed.get(area) or (str(record["title"]) if record else area_name(area))


def _searched(found: Sequence[search.Entry]) -> str:
    counts = Counter(entry[0] for entry in found)
    told = [f"{n:,} {kind}{'' if n == 1 else 's'}" for kind, n in counts.items()]
    return "Looks through " + ", ".join(told) if told else "There is nothing to look through"


def _files(site: Site) -> list[tuple[str, str, str]]:
    named = [(name.format(case=site.case.name), text, told) for name, text, told in _FILES]
    return [one for one in named if one[0] in site.files]


def _themes(site: Site) -> list[dict[str, Any]]:
    """Return the cards by theme; those of no theme come first, as across the case."""
    listed = {area.id for area in site.case.areas}
    names = [*site.records, *(area for area in site.failures if area not in site.records)]
    across = [_card(site, area) for area in names if area not in listed]
    themes = [
        {
            "id": f"theme-{theme.id}",
            "title": theme.title,
            "cards": [_card(site, area.id) for area in theme.areas],
        }
        for theme in site.case.themes
    ]
    return [{"id": "across", "title": "Across the case", "cards": across}] * bool(across) + themes


def _card(site: Site, area: str) -> dict[str, Any]:
    record = site.records.get(area)
    status, word, told = _status(record, site.failures.get(area))
    card: dict[str, Any] = {"area": area, "title": _title(site, area), "href": ""}
    card |= {"whole_title": {one.id: one.title for one in site.case.areas}.get(area, "")}
    card |= {"status": status, "word": word, "told": told, "answer": "", "bar": ""}
    card |= {"verdicts": {}, "missing": (), "publications": (), "notes": ()}
    if record is None:
        return card
    counts = _verdicts(record)
    held = freshness.publications({area: record})
    return card | {
        "href": f"{area}.html",
        "answer": record["headline"]["answer"] if record["headline"] else "",
        "bar": bar(counts, of=sum(counts.values())) if counts else "",
        "verdicts": counts,
        "missing": record["missing"],
        "publications": held,
        "newest": freshness.month_text(freshness.newest(held)),
        "notes": site.notes.get(area, ()),
    }


def _status(record: Mapping[str, Any] | None, failure: str | None) -> tuple[str, str, str]:
    """Return how a report stands: a word for the style sheet, a word to read, and the rest."""
    if failure is not None:
        kept = "the report below is of the last good build." if record else "no earlier report."
        return "failed", "Failed:", f"{failure.rstrip('.')}; {kept}"
    if record is None:
        return "none", "No notebook yet", ""
    if record["missing"]:
        return "partial", "In part", ""
    return "whole", "Complete", ""


def _verdicts(record: Mapping[str, Any]) -> dict[str, int]:
    counts = Counter(finding["verdict"] for finding in record["findings"])
    return {verdict: counts[verdict] for verdict in SIGNS if counts[verdict]}


def _counted(site: Site) -> dict[str, Any]:
    """Return the claims by verdict, as a sentence, a chart and a table by area."""
    findings = [one for record in site.records.values() for one in record["findings"]]
    totals = site.ledger.counts or _verdicts({"findings": findings})
    counted = [
        {
            "area": area,
            "title": area_title(site.case, area),
            "counts": counts,
            "bar": bar(counts, of=sum(counts.values())),
        }
        for area, counts in site.ledger.by_area().items()
    ]
    return {
        "totals": totals,
        "checked": checked_text(totals),
        "chart": verdict_chart(totals),
        "counted": counted,
        "whole_bar": bar(totals, of=max(sum(totals.values()), 1)),
    }


def checked_text(counts: Mapping[str, int]) -> str:
    """Return in a sentence what became of the claims of a case."""
    total = sum(counts.values())
    held = counts.get("reproduced", 0) + counts.get("within range", 0)
    differs = counts.get("differs", 0)
    parts = [
        (counts.get(CONTRADICTION, 0), "clash with other numbers of the case itself"),
        (counts.get(UNTESTED, 0), "cannot be tested from the data at hand"),
        (counts.get(PENDING, 0), "are not yet tested"),
    ]
    rest = "; ".join(f"{number:,} {told}" for number, told in parts if number)
    return (
        f"{total:,} statement{'' if total == 1 else 's'} of the case; {held + differs:,} of them "
        f"could be set beside the publishers’ figures: {held:,} hold and {differs:,} "
        f"differ{'s' if differs == 1 else ''}. {rest[:1].upper()}{rest[1:]}{'.' if rest else ''}"
    ).strip()


def _fresh(site: Site) -> dict[str, Any]:
    """Return the publications with the age of each, counted from the newest data."""
    held = freshness.publications(site.records)
    latest = freshness.newest(held)
    ages = [freshness.months_behind(one.ends, latest) for one in held]
    oldest = max((age for age in ages if age), default=0)
    rows = [
        {
            "held": one,
            "age": freshness.age_text(age),
            "known": one.source in site.known,
            "bar": _age_bar(age, oldest),
        }
        for one, age in zip(held, ages, strict=True)
    ]
    evidence = [one for record in site.records.values() for one in record["evidence"]]
    return {
        "publications": rows,
        "freshness": _freshness(held, ages),
        "newest": freshness.month_text(latest) if latest else "",
        "bases": sorted({one["basis"] for one in evidence}),
        "names": {area: area_name(area) for area in site.records},
    }


def _age_bar(age: int | None, oldest: int) -> str:
    return bar({"age": age}, of=oldest) if age and oldest else ""


def _freshness(held: Sequence[Publication], ages: Sequence[int | None]) -> str:
    latest = freshness.newest(held)
    if latest is None:
        return "No publication here says which months it holds."
    recent = sum(1 for age in ages if age is not None and age <= 12)
    last = freshness.month_text(latest)
    named = next(one.title for one in held if one.ends == latest)
    return (
        f"The newest data end in {last} ({named}). Of {len(held):,} releases, {recent:,} end "
        "within a year of that."
    )
