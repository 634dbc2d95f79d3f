"""From files of records to tables that may be released."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import duckdb
import pandas as pd

from caseanalysis import schemas
from caseanalysis.errors import BrokenPublicationError, CaseAnalysisError, ParameterError
from caseanalysis.recordlevel.counting import ALL, Census, Request, census, exact_counts
from caseanalysis.recordlevel.datasets import DATASETS, Dataset, Measure
from caseanalysis.recordlevel.disclosure import protect
from caseanalysis.recordlevel.files import RecordFile, as_parquet, find_files, require_fields
from caseanalysis.recordlevel.variables import AGE_BANDS, UNKNOWN
from caseanalysis.records import nearest

_PERIODS = ("financial_year", "month")
_MEMORY = re.compile(r"^\d+(\.\d+)?\s*(MB|GB|MiB|GiB)$")
_LINE = re.compile(r"\bLine:\s*(\d+)")
T = TypeVar("T")


@dataclass(frozen=True)
class Engine:
    """What the embedded engine may use.

    Attributes
    ----------
    threads : int
        Threads.
    memory : str
        Memory for the engine's own buffers, such as ``2GB``; beyond it, it works on disk.
    temp : Path or None
        Folder for its working files, which are removed at the end; the system's where None.
    """

    threads: int = 2
    memory: str = "2GB"
    temp: Path | None = None

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise _parameter("threads", str(self.threads), "1 or more")
        if not _MEMORY.match(self.memory):
            raise _parameter("memory", repr(self.memory), "an amount such as 2GB or 500MB")


@dataclass(frozen=True)
class Aggregation:
    """Tables that may be released, and how they came about.

    Attributes
    ----------
    dataset : Dataset
        The data set.
    table : DataFrame
        Suppressed and rounded counts; see ``schemas`` for ``dataset.table``.
    quality : DataFrame
        Records by field and state of their code, suppressed and rounded in the same way.
    files : tuple of str
        Names of the files that were read.
    left : tuple of str
        Names of files in the folders that are not of this data set.
    notes : tuple of str
        What a user should know of this run.
    """

    dataset: Dataset
    table: pd.DataFrame
    quality: pd.DataFrame
    files: tuple[str, ...]
    left: tuple[str, ...]
    notes: tuple[str, ...]


def aggregate(
    dataset: str,
    paths: Sequence[Path],
    *,
    period: str = "financial_year",
    dimensions: Sequence[str] | None = None,
    age_bands: Sequence[int] = AGE_BANDS,
    engine: Engine | None = None,
) -> Aggregation:
    """Return counts by provider and period, broken down one dimension at a time.

    Parameters
    ----------
    dataset : str
        ``apc``, ``op`` or ``ae``.
    paths : sequence of Path
        Files of records, or folders of them; CSV (also gzip) or Parquet.
    period : str
        ``financial_year`` (the data year of the record) or ``month`` (of its date).
    dimensions : sequence of str, optional
        Breakdowns; all whose fields are there, where not given.
    age_bands : sequence of int
        First age of each band, from 0; the last is open.
    engine : Engine, optional
        Threads, memory and folder for working files.

    Returns
    -------
    Aggregation
        Counts of 1 to 7, and those that would give one away, missing; others to the nearest 5.

    Raises
    ------
    ParameterError
        If a data set, period, dimension, band or limit of the engine is not a valid one.
    UnknownPublicationError
        If a named file is missing or not of the data set.
    BrokenPublicationError
        If a field is missing or has no code of the dictionary in any record, a row cannot be
        read, or records are there twice. No message holds a value from a record.
    """
    chosen = _among("dataset", dataset, DATASETS)
    _among("period", period, dict.fromkeys(_PERIODS, ""))
    files, left = find_files(paths, chosen)
    broken_down, notes = _dimensions(chosen, files, dimensions)
    request = Request(chosen, tuple(files), period, broken_down, _bands(age_bands))
    require_fields(files, [one.fields for one in request.used])
    counted, counts = _run(request, engine or Engine())
    return Aggregation(
        chosen,
        _released(counts, request),
        _quality(counted),
        tuple(file.path.name for file in files),
        tuple(left),
        (*notes, *_key_note(request)),
    )


def _run(request: Request, engine: Engine) -> tuple[Census, pd.DataFrame]:
    with tempfile.TemporaryDirectory(dir=engine.temp) as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": engine.threads,
            "memory_limit": engine.memory,
            "temp_directory": folder,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=settings) as connection:
            # The bar would be written to standard output, among the results.
            connection.execute("SET enable_progress_bar = false")
            columns = _safely(lambda: _columnar(connection, request, Path(folder)), request)
            counted = _safely(lambda: census(connection, columns), request)
            _refuse_doubtful(counted, request)
            return counted, _safely(lambda: exact_counts(connection, columns), request)


def _columnar(connection: duckdb.DuckDBPyConnection, request: Request, folder: Path) -> Request:
    """Return the request on files of columns, those of text written anew in a folder."""
    place = folder / "columns"
    place.mkdir()
    files = [as_parquet(connection, one, request.fields, place) for one in request.files]
    return replace(request, files=tuple(files))


def _safely(task: Callable[[], T], request: Request) -> T:
    """Run a query; a fault of the engine, which may quote a record, becomes one that does not."""
    try:
        return task()
    except duckdb.Error as error:
        fault = _translated(error, request)
    # Raised outside the handler, so that no report of it can show the engine's own message.
    raise fault


def _translated(error: duckdb.Error, request: Request) -> CaseAnalysisError:
    if isinstance(error, duckdb.OutOfMemoryException):
        return _parameter("memory", "too little for these records", "more, such as 4GB")
    message = str(error)
    names = [file.path.name for file in request.files if str(file.path) in message]
    line = _LINE.search(message)
    return BrokenPublicationError(
        where=(names or ["the records"])[0] + (f", row {line.group(1)}" if line else ""),
        found="a row with other cells than the header, or text that is not UTF-8"
        if line
        else f"a file that cannot be read ({type(error).__name__})",
        wanted="one cell a field, quoted where it holds the delimiter, in UTF-8",
        remedy="save the extract again; no value is shown here, since records are confidential",
    )


def _refuse_doubtful(counted: Census, request: Request) -> None:
    """Refuse records that are none, are there twice, or whose field is not what its name says."""
    where = ", ".join(file.path.name for file in request.files)
    if not counted.records:
        raise _broken(where, "no record", "one row a record", "name the files with the records")
    left = counted.states.loc[counted.states["field"] == "record", "records"].sum()
    if left == counted.records:
        raise _broken(
            where,
            "no record that is counted",
            "finished episodes of other than regular attenders",
            "see docs/record-level.md for what is left out by definition",
        )
    if counted.repeated:
        key = request.dataset.key
        raise _broken(
            f"{where}, {key}",
            "the same identifier on more than one record",
            "each record once",
            "leave out the file that repeats another, such as an earlier extract of the year",
        )
    years = [extract[:4] for extract in counted.extracts]
    twice = [year for year in years if years.count(year) > 1]
    if twice:
        raise _broken(
            f"{where}, PARTYEAR",
            f"more than one extract of the data year {twice[0]}",
            "one extract a data year: a later one replaces the earlier",
            "keep the latest extract of the year, and leave out the others",
        )
    outside = counted.states[counted.states["state"] == "outside the dictionary"]
    for name in outside.loc[outside["records"] == counted.records, "field"].head(1):
        raise _broken(
            f"{where}, field {name}, row 2",
            "no code of the HES data dictionary, there or in any other row",
            f"codes of {name} as the dictionary has them; docs/record-level.md lists them",
            "check that the columns stand under their own headings",
        )


def _released(counts: pd.DataFrame, request: Request) -> pd.DataFrame:
    table = protect(counts, request.dataset.measures)
    start = table["period"].where(table["period"] != UNKNOWN)
    starts = start.str[:4] + ("-04" if request.period == "financial_year" else start.str[4:])
    table.insert(1, "period_start", pd.to_datetime(starts, format="%Y-%m"))
    table = _ordered(table, request)
    return schemas.validate(table, request.dataset.table, where="aggregation of records")


def _ordered(table: pd.DataFrame, request: Request) -> pd.DataFrame:
    """Sort by period, provider (all first), breakdown and category (ages by age)."""
    dimensions = {name: at for at, name in enumerate((ALL, *request.dimensions))}
    age = table["category"].where(table["dimension"] == "age_band").str.extract(r"^(\d+)")[0]
    keys = pd.DataFrame(
        {
            "period": table["period"],
            "all_first": table["provider_code"] != ALL,
            "provider": table["provider_code"],
            "dimension": table["dimension"].map(dimensions),
            "age": pd.to_numeric(age).astype(float),
            "category": table["category"],
        }
    )
    order = keys.sort_values([str(name) for name in keys], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _quality(counted: Census) -> pd.DataFrame:
    """Return records by field and state, protected, with their share of all records.

    Neither all records nor those with a known code are given: what is suppressed could be found
    from them. A share has three decimals, so that it does not give them either.
    """
    states = counted.states.rename(columns={"field": "period", "state": "category"})
    whole = states.groupby("period", as_index=False, sort=False)["records"].sum()
    whole["category"] = whole["period"].map({"record": "left out"}).fillna(UNKNOWN)
    cells = pd.concat([whole.assign(dimension=ALL), states.assign(dimension="state")])
    names = dict(zip(whole["period"], whole["category"], strict=True))
    cells["category"] = cells["category"].where(cells["dimension"] != ALL, ALL)
    cells = cells.assign(provider_code=ALL).reset_index(drop=True)
    released = protect(cells, (Measure("records", ""),)).rename(columns={"period": "field"})
    released["state"] = released["category"].mask(
        released["dimension"] == ALL, released["field"].map(names)
    )
    released["records"] = released["value"]
    released["share"] = (released["value"].astype(float) / counted.records).round(3).clip(upper=1)
    released["order"] = released["field"].map({name: at for at, name in enumerate(names)})
    table = released.sort_values("order", kind="stable")
    columns = ["field", "state", "records", "share", "suppressed"]
    return schemas.validate(table[columns], "hes_records_quality", where="aggregation of records")


def _dimensions(
    dataset: Dataset, files: Sequence[RecordFile], asked: Sequence[str] | None
) -> tuple[tuple[str, ...], list[str]]:
    """Return the breakdowns to make, and a note of each that the files do not allow."""
    if asked is not None:
        for name in asked:
            _among("dimension", name, dataset.dimensions)
        return tuple(dict.fromkeys(asked)), []
    lacking = {
        name: fields
        for name in dataset.optional
        if name in dataset.dimensions
        for fields in [dataset.variable(name).fields]
        if any(not set(fields) & set(file.given) for file in files)
    }
    notes = [
        f"no breakdown by {name}: a file lacks {' or '.join(fields)}"
        for name, fields in lacking.items()
    ]
    return tuple(name for name in dataset.dimensions if name not in lacking), notes


def _key_note(request: Request) -> list[str]:
    if request.dataset.key in request.present:
        return []
    return [f"records could not be checked for repeats: there is no {request.dataset.key}"]


def _bands(starts: Sequence[int]) -> tuple[int, ...]:
    bands = tuple(starts)
    if not bands or bands[0] != 0 or sorted(set(bands)) != list(bands) or bands[-1] > 120:
        raise _parameter(
            "age_bands", ", ".join(map(str, bands)) or "none", "first ages that rise from 0 to 120"
        )
    return bands


def _among(name: str, value: str, known: Mapping[str, T]) -> T:
    if value in known:
        return known[value]
    like = nearest(value, known)
    raise ParameterError(
        where=name,
        found=repr(value),
        wanted=f"one of {', '.join(known)}",
        remedy=f"did you mean {like!r}?" if like else "choose one of these",
    )


def _parameter(name: str, found: str, wanted: str) -> ParameterError:
    return ParameterError(where=name, found=found, wanted=wanted, remedy=f"give another {name}")


def _broken(where: str, found: str, wanted: str, remedy: str) -> BrokenPublicationError:
    return BrokenPublicationError(where=where, found=found, wanted=wanted, remedy=remedy)
