"""``caseanalysis data``: the data store and the compact extracts."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseanalysis.cli.reporting import reporter

if TYPE_CHECKING:
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
) -> None:
    """Take official files, known by their content and never by their names.

    A folder gives what is known in it and lists the rest. A single named file that is unknown or
    broken is an error.
    """
    held = _open(store)
    total = sum(len(list(path.rglob("*"))) if path.is_dir() else 1 for path in paths)
    with reporter.progress("reading", total) as step:
        outcomes = held.add(paths, progress=lambda path: step(path.name))
    counts = Counter(outcome.result for outcome in outcomes)
    _list_left_out(outcomes)
    summary = ", ".join(f"{number} {result}" for result, number in sorted(counts.items()))
    reporter.say(
        f"{summary or 'nothing found'}; data store {held.root}", event="files added", **counts
    )


@app.command()
def status(case: CaseOption = None, store: StoreOption = None) -> None:
    """Show what is held, what is missing for the case, and how old it is."""
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
def refresh(store: StoreOption = None) -> None:
    """Read the files held once more, where their reader has changed since."""
    held = _open(store)
    with reporter.progress("reading", len(held.entries())) as step:
        count = held.refresh(progress=lambda entry: step(entry.file_name))
    reporter.say(f"{count} files read again", event="store refreshed", files=count)


@app.command()
def sources() -> None:
    """Print the page of sources, docs/sources.md, from the register."""
    from caseanalysis.documentation import sources_page
    from caseanalysis.registers import load_sources

    typer.echo(sources_page(load_sources()), nl=False)


def _open(store: Path | None) -> Store:
    from caseanalysis.locations import store_root
    from caseanalysis.store import Store

    return Store(store_root(store))


def _list_left_out(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.result in ("unknown", "refused"):
            reporter.say(
                f"{outcome.result}: {outcome.path}: {outcome.detail}",
                event=f"file {outcome.result}",
                path=str(outcome.path),
                detail=outcome.detail,
            )


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
