"""``caseanalysis data aggregate``: tables from HES records, for those who hold them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseanalysis.cli.reporting import reporter

if TYPE_CHECKING:
    import pandas as pd


class Records(StrEnum):
    """The data sets of Hospital Episode Statistics."""

    apc = "apc"
    op = "op"
    ae = "ae"


class PeriodName(StrEnum):
    """Periods by which records are counted."""

    financial_year = "financial_year"
    month = "month"


def aggregate(
    dataset: Annotated[
        Records, typer.Argument(help="Admitted patient care, outpatients or emergency care.")
    ],
    paths: Annotated[list[Path], typer.Argument(help="CSV or Parquet files, or folders of them.")],
    out: Annotated[Path, typer.Option("--out", help="File to write, .csv or .parquet.")],
    period: Annotated[
        PeriodName, typer.Option("--period", help="Count by this period.")
    ] = PeriodName.financial_year,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Break down by this (again for more; default: by all)."),
    ] = None,
    threads: Annotated[int, typer.Option("--threads", help="Threads to use.")] = 2,
    memory: Annotated[str, typer.Option("--memory", help="Memory for the engine.")] = "2GB",
    temp: Annotated[
        Path | None, typer.Option("--temp", help="Folder for working files (removed at the end).")
    ] = None,
) -> None:
    """Count HES records out of core; small numbers are suppressed and the rest rounded to 5.

    A second file, named with -quality, says which fields had codes that are not known.
    """
    from caseanalysis.recordlevel import Engine
    from caseanalysis.recordlevel import aggregate as count

    _refuse_other_form(out)
    with reporter.progress("counting", 1) as step:
        result = count(
            dataset.value,
            paths,
            period=period.value,
            dimensions=by,
            engine=Engine(threads=threads, memory=memory, temp=temp),
        )
        step(result.dataset.title)
    quality = out.with_name(f"{out.stem}-quality{out.suffix}")
    for table, path in ((result.table, out), (result.quality, quality)):
        _write(table, path)
        reporter.say(f"{len(table):,} rows in {path}", event="table written", path=str(path))
    for name in result.left:
        reporter.say(f"left: {name}, not of {result.dataset.title}", event="file left", file=name)
    for note in result.notes:
        reporter.say(note, event="note", note=note)


def _refuse_other_form(out: Path) -> None:
    from caseanalysis.errors import ParameterError

    if out.suffix not in (".csv", ".parquet") or not out.parent.is_dir():
        raise ParameterError(
            where="--out",
            found=str(out),
            wanted="a file .csv or .parquet in a folder that exists",
            remedy="give another file",
        )


def _write(table: pd.DataFrame, path: Path) -> None:
    """Write a table beside its place, then put it there in one step."""
    draft = path.with_name(f".{path.name}.part")
    if path.suffix == ".csv":
        table.to_csv(draft, index=False, date_format="%Y-%m-%d", lineterminator="\n")
    else:
        table.to_parquet(draft, index=False)
    draft.replace(path)
