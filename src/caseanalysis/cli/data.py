"""``caseanalysis data``: the data store and the compact extracts."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseanalysis.cli.reporting import reporter

if TYPE_CHECKING:
    from caseanalysis.fetching import Fetched
    from caseanalysis.official import OfficialTable
    from caseanalysis.registers import Address, Source
    from caseanalysis.store import Entry, Outcome, Store

app = typer.Typer(help="Keep official files, and see what is held.", no_args_is_help=True)

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Folder of the data store (default: CASEANALYSIS_DATA, or the "
                 "platform's user data folder)."),
]  # fmt: skip
CaseOption = Annotated[
    str | None, typer.Option("--case", help="The case (default: data/cases/default.yaml).")
]


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Official files, or folders of them.")],
    store: StoreOption = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Files at once (default: processors).")
    ] = None,
) -> None:
    """Take official files, known by their content and never by their names.

    A folder gives what is known in it and lists the rest. A single named file that is unknown or
    broken is an error.
    """
    held = _open(store)
    total = sum(len(list(path.rglob("*"))) if path.is_dir() else 1 for path in paths)
    with reporter.progress("reading", total) as step:
        outcomes = held.add(
            paths, jobs=jobs or os.cpu_count() or 1, progress=lambda path: step(path.name)
        )
    counts = Counter(outcome.result for outcome in outcomes)
    _list_left_out(outcomes)
    summary = ", ".join(f"{number} {result}" for result, number in sorted(counts.items()))
    reporter.say(
        f"{summary or 'nothing found'}; data store {held.root}", event="files added", **counts
    )


@app.command()
def remove(
    selector: Annotated[
        str, typer.Argument(metavar="SHA|SOURCE", help="Start of a SHA-256, or a source.")
    ],
    store: StoreOption = None,
) -> None:
    """Remove one file by the start of its SHA-256, or every file of a source."""
    held = _open(store)
    removed = held.remove(selector)
    for sha256 in removed:
        reporter.say(f"removed {sha256}", event="file removed", sha256=sha256)
    reporter.say(
        f"{len(removed)} files removed; data store {held.root}",
        event="files removed",
        files=len(removed),
    )


@app.command()
def verify(store: StoreOption = None) -> None:
    """Check every file held against its SHA-256, and that its tables can be read."""
    from caseanalysis.errors import StoreError

    held = _open(store)
    number = held.count()
    with reporter.progress("checking", number) as step:
        faults = held.verify(progress=step)
    if not faults:
        reporter.say(f"{number} files are sound; data store {held.root}", event="store verified")
        return
    rows = [(fault.file_name, str(fault.path), fault.found, fault.remedy) for fault in faults]
    reporter.table(f"Damaged in {held.root}", ("File", "Kept at", "Found", "What to do"), rows)
    raise StoreError(
        where=f"data store {held.root}",
        found=f"{len(faults)} damaged: {', '.join(sorted({row[0] for row in rows}))}",
        wanted="every file with its SHA-256 and its tables",
        remedy=faults[0].remedy if len(faults) == 1 else "do for each what the list says",
    )


@app.command()
def export(
    table: Annotated[str, typer.Argument(help="A tidy table, such as ae_monthly.")],
    to: Annotated[
        Path | None,
        typer.Option("--to", help="FILE.csv or FILE.xlsx (default: CSV on standard output)."),
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", help="Keep the rows of a case (default: all).")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Write one tidy table for another program, with no text that acts as a formula."""
    from caseanalysis import official
    from caseanalysis.exporting import csv_text, write_table

    rows = official.table(table, case=case, store=store)
    if to is None:
        typer.echo(csv_text(rows), nl=False)
        return
    title = official.tables()[table]
    write_table(rows, to, title=title, sources=_citations(rows))
    reporter.say(
        f"{len(rows):,} rows of {table} in {to}",
        event="table exported",
        table=table,
        rows=len(rows),
        path=str(to),
    )


@app.command()
def fetch(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE…]", help="Sources (default: all).")
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period", help="Only files of 2024-05, 2024-25, '2024-25 Q2', 2024 or 'A to B'."
        ),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Download from the publishers what has a stable address; say where to get the rest."""
    from caseanalysis.fetching import NoConnectionError, together
    from caseanalysis.registers import load_sources, source

    records = [source(name) for name in sources] if sources else list(load_sources().values())
    wanted = _wanted(period)
    none = "no stable address" if period is None else f"no stable address of {period}"
    held = _open(store)
    failed: list[Fetched] = []
    for position, record in enumerate(records):
        try:
            failed += _fetch_source(record, wanted.get(record.id, []), held)
        except NoConnectionError:
            for unasked in records[position + 1 :]:
                _advise(unasked, "not asked for")
            raise
        _advise(record, "any other file" if record.id in wanted else none)
    if error := together(failed):
        raise error


@app.command()
def status(
    case: CaseOption = None,
    store: StoreOption = None,
    faults: Annotated[
        bool, typer.Option("--faults", help="List instead the faults found in what is held.")
    ] = False,
) -> None:
    """Show what is held, what is missing for the case, and how old it is."""
    if faults:
        _list_faults(_open(store))
        return
    from caseanalysis.case import default_case, load_case
    from caseanalysis.errors import MissingDataError
    from caseanalysis.library import open_library
    from caseanalysis.registers import publications_of
    from caseanalysis.tables import EVIDENCE_TABLES

    held = _open(store)
    chosen = load_case(case or default_case())
    _list_held(held)
    library = open_library(chosen, store=store)
    rows = []
    for name, table in EVIDENCE_TABLES.items():
        needs = (*table.needs, *table.chosen_by)
        lacking = [publications_of(need) for need in needs if not held.current(need)]
        basis = "none"
        if library.has(name):
            try:
                basis = library.evidence(name).basis
            except MissingDataError as error:
                lacking.append(f"{error.wanted} ({error.where}: {error.found})")
        rows.append((name, basis, "; ".join(lacking) or "nothing"))
    reporter.table(
        f"Evidence for {chosen.title}", ("Table", "Comes from", "Missing from the store"), rows
    )


@app.command()
def extract(
    case: CaseOption = None,
    store: StoreOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder (default: data/extracts/CASE).")
    ] = None,
) -> None:
    """Write the compact extracts of a case from the data store."""
    from caseanalysis.case import default_case, load_case
    from caseanalysis.extracts import write_extracts
    from caseanalysis.locations import data_root

    chosen = load_case(case or default_case())
    folder = out or data_root() / "extracts" / chosen.name
    written = write_extracts(chosen, _open(store), folder)
    rows = [(item.record.table, item.record.rows, f"{item.bytes:,}") for item in written]
    reporter.table(f"Extracts in {folder}", ("Table", "Rows", "Bytes"), rows)


@app.command()
def refresh(
    selector: Annotated[
        str | None,
        typer.Argument(
            metavar="[SHA|SOURCE]", help="Read these in any case (default: what has changed)."
        ),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Read the files held once more, where their reader has changed since."""
    held = _open(store)
    with reporter.progress("reading", held.count()) as step:
        count = held.refresh(selector, progress=lambda entry: step(entry.file_name))
    reporter.say(f"{count} files read again", event="store refreshed", files=count)


@app.command()
def sources() -> None:
    """Print the page of sources, docs/sources.md, from the register."""
    from caseanalysis.documentation import sources_page
    from caseanalysis.registers import load_addresses, load_sources

    typer.echo(sources_page(load_sources(), load_addresses()), nl=False)


def _open(store: Path | None) -> Store:
    from caseanalysis.locations import store_folder
    from caseanalysis.store import Store

    return Store(store_folder(store))


def _citations(rows: OfficialTable) -> list[str]:
    return [
        f"{one.publisher}, {one.title} ({one.release}), {one.page}. {one.licence}. "
        f"{one.attribution or ''}".strip()
        for one in rows.sources
    ]


def _wanted(period: str | None) -> dict[str, list[Address]]:
    """Return the addresses of files of a period, or all of them, by source."""
    from caseanalysis.errors import ParameterError
    from caseanalysis.registers import load_addresses

    try:
        found = {
            name: [one for one in addresses if period is None or one.within(period)]
            for name, addresses in load_addresses().items()
        }
    except ValueError as error:
        raise ParameterError(
            where="--period",
            found=repr(period),
            wanted=str(error),
            remedy="leave the option out to fetch every file",
        ) from error
    return {name: addresses for name, addresses in found.items() if addresses}


def _fetch_source(record: Source, addresses: list[Address], held: Store) -> list[Fetched]:
    """Fetch the files of a source, one line each; return those that were not had."""
    from caseanalysis.fetching import fetch_missing

    failed = []
    for one in fetch_missing(record, addresses, held):
        reporter.say(
            f"{record.id} {one.address.period}: {one.result}, {one.detail}",
            event="file fetched",
            source=record.id,
            period=one.address.period,
            result=one.result,
            detail=one.detail,
        )
        failed += [one] * (one.error is not None)
    return failed


def _advise(record: Source, what: str) -> None:
    from caseanalysis.fetching import advice

    reporter.say(
        f"{record.id}, {what}: {advice(record)}",
        event="source to be saved by hand",
        source=record.id,
        page=str(record.page),
    )


def _list_left_out(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.result in ("unknown", "refused"):
            reporter.say(
                f"{outcome.result}: {outcome.path}: {outcome.detail}",
                event=f"file {outcome.result}",
                path=str(outcome.path),
                detail=outcome.detail,
            )


def _list_faults(held: Store) -> None:
    from caseanalysis import quality

    columns = ["severity", "kind", "table", "entity", "column", "period", "found", "expected"]
    found = quality.faults(held)
    rows = found[[*columns, "evidence"]].fillna("").to_numpy().tolist()
    labels = (*(name.capitalize() for name in columns), "Evidence")
    reporter.table(f"{len(found):,} faults found in {held.root}", labels, rows)


def _list_held(held: Store) -> None:
    by_source: dict[str, list[Entry]] = {}
    for entry in held.entries():
        by_source.setdefault(entry.source, []).append(entry)
    rows = [(name, *_describe(entries)) for name, entries in sorted(by_source.items())]
    columns = ("Source", "Files", "From", "To", "Last added", "Days since")
    reporter.table(f"Held in {held.root}", columns, rows)


def _describe(entries: list[Entry]) -> tuple[int, str, str, str, int]:
    from caseanalysis.store import entry_age_days

    ordered = sorted(entries, key=lambda entry: entry.slice_)
    newest = max(entries, key=lambda entry: entry.added)
    days = entry_age_days(newest, today=date.today())
    return len(entries), ordered[0].period, ordered[-1].period, newest.added[:10], days
