"""Exact counts of records, out of core. Nothing that this module returns may leave unprotected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from duckdb import DuckDBPyConnection

from caseanalysis.recordlevel import variables
from caseanalysis.recordlevel.datasets import Dataset
from caseanalysis.recordlevel.files import RecordFile
from caseanalysis.recordlevel.variables import UNKNOWN, Variable

ALL = "all"
#: States of a cell whose code is not known; both are counted in the category ``unknown``.
STATES = ("not known", "outside the dictionary")
#: Columns that name a cell.
CELL = ["period", "provider_code", "dimension", "category"]
_EXTRACT = "PARTYEAR"


@dataclass(frozen=True)
class Request:
    """What is to be counted, in which files.

    Attributes
    ----------
    dataset : Dataset
        The data set.
    files : tuple of RecordFile
        Its files.
    period : str
        ``financial_year`` or ``month``.
    dimensions : tuple of str
        The breakdowns.
    age_bands : tuple of int
        First age of each band.
    """

    dataset: Dataset
    files: tuple[RecordFile, ...]
    period: str
    dimensions: tuple[str, ...]
    age_bands: tuple[int, ...] = variables.AGE_BANDS

    @property
    def used(self) -> tuple[Variable, ...]:
        """The variables that the request is made of."""
        names = {self.period, "provider_code", *self.dataset.needs["measures"]}
        for dimension in self.dimensions:
            names |= set(self.dataset.variables_of(dimension))
        return tuple(one for one in self.dataset.variables if one.name in names)

    @property
    def present(self) -> set[str]:
        """Fields that at least one file has."""
        return {name for file in self.files for name in file.given}

    @property
    def identity(self) -> list[str]:
        """The fields by which repeats are known: the key and the extract, where they are there."""
        return [name for name in (self.dataset.key, _EXTRACT) if name in self.present]

    @property
    def fields(self) -> list[str]:
        """Every field that is read, of those that at least one file has."""
        used = {name for one in self.used for name in one.fields if name in self.present}
        return sorted(used | set(self.identity))

    def coded_sql(self, extra: Sequence[str] = ()) -> str:
        """Return SQL of one row a record: each variable as given and as coded."""
        fields = {name for one in self.used for name in one.fields if name in self.present}
        wanted = sorted(fields | set(extra))
        scans = " UNION ALL ".join(file.scan_sql(wanted) for file in self.files)
        cells = ", ".join(f"{one.cell_sql(wanted)} AS {one.raw}" for one in self.used)
        kept = "".join(f", {name}" for name in extra)
        values = ", ".join(f"{one.value_sql} AS {one.name}" for one in self.used)
        return f"SELECT *, {values} FROM (SELECT {cells}{kept} FROM ({scans}))"  # noqa: S608


def exact_counts(connection: DuckDBPyConnection, request: Request) -> pd.DataFrame:
    """Return the count of each measure by period, provider and category, before suppression.

    The key is period, provider_code, dimension, category; the whole is ``all``, as are all
    providers. A category without a record has no row.
    """
    counted = connection.execute(_counting_sql(request)).df()
    names = [measure.name for measure in request.dataset.measures]
    counted[names] = counted[names].astype("int64")
    counted[CELL] = counted[CELL].astype("str")
    whole = counted.groupby(["period", "dimension", "category"], as_index=False)[names].sum()
    whole.insert(1, "provider_code", ALL)
    return pd.concat([whole, counted], ignore_index=True)[[*CELL, *names]]


def _counting_sql(request: Request) -> str:
    dataset, dimensions = request.dataset, request.dimensions
    shown = [
        f"coalesce({_dimension_sql(request, name)}, '{UNKNOWN}') AS by_{name}"
        for name in dimensions
    ]
    sums = ", ".join(f"sum(add_{one.name}) AS {one.name}" for one in dataset.measures)
    which = "".join(f" WHEN by_{name} IS NOT NULL THEN '{name}'" for name in dimensions)
    category = ", ".join([*(f"by_{name}" for name in dimensions), f"'{ALL}'"])
    dimension = f"CASE{which} ELSE '{ALL}' END" if dimensions else f"'{ALL}'"
    sets = ", ".join(["(period, provider)", *(f"(period, provider, by_{n})" for n in dimensions)])
    named = [
        f"coalesce({request.period}, '{UNKNOWN}') AS period",
        f"coalesce(provider_code, '{UNKNOWN}') AS provider",
        *shown,
        *(f"{one.sql} AS add_{one.name}" for one in dataset.measures),
    ]
    coded = request.coded_sql()
    rows = f"SELECT {', '.join(named)} FROM ({coded}) WHERE {dataset.counted}"  # noqa: S608
    cell = f"period, provider AS provider_code, {dimension} AS dimension, coalesce({category})"
    grouped = f"SELECT {cell} AS category, {sums} FROM ({rows}) GROUP BY GROUPING SETS ({sets})"  # noqa: S608
    # Which of several cells alike is suppressed beside another depends on their order.
    return f"{grouped} ORDER BY {', '.join(CELL)}"


def _dimension_sql(request: Request, name: str) -> str:
    if name == "age_band":
        return variables.band_sql(request.dataset.dimensions[name], request.age_bands)
    return request.dataset.dimensions[name]


@dataclass(frozen=True)
class Census:
    """What the records are like, before anything is counted.

    Attributes
    ----------
    states : DataFrame
        Records by field and state of a code that is not known; exact, so not for release.
    records : int
        Records read.
    repeated : bool
        Whether an identifier stands on more than one record.
    extracts : tuple of str
        Each extract met, as ``200199``: data year and number.
    """

    states: pd.DataFrame
    records: int
    repeated: bool
    extracts: tuple[str, ...]


def census(connection: DuckDBPyConnection, request: Request) -> Census:
    """Return how many records have a known code in each field, and which extracts they are of."""
    extra = request.identity
    row = connection.execute(_census_sql(request, extra)).fetchone() or ()
    found = dict(zip(_census_names(request), row, strict=True))
    rows = [
        ("/".join(one.fields), state, int(found[(one.name, state)]))
        for one in request.used
        for state in STATES
    ]
    rows += [
        ("record", f"left out: {kind}", int(found[("record", kind)]))
        for kind in request.dataset.left_out
    ]
    states = pd.DataFrame(rows, columns=["field", "state", "records"])
    distinct, given = found[("record", "distinct")], found[("record", "given")]
    extracts = tuple(sorted(found[("record", "extracts")] or ()))
    return Census(states, int(found[("record", "all")]), distinct < given, extracts)


def _census_names(request: Request) -> list[tuple[str, str]]:
    names = [(one.name, state) for one in request.used for state in STATES]
    kinds = [*request.dataset.left_out, "all", "distinct", "given", "extracts"]
    return names + [("record", kind) for kind in kinds]


def _census_sql(request: Request, extra: Sequence[str]) -> str:
    dataset = request.dataset
    parts = [
        f"count(*) FILTER ({one.state_sql} = '{state}')" for one in request.used for state in STATES
    ]
    parts += [f"count(*) FILTER ({sql})" for sql in dataset.left_out.values()]
    parts.append("count(*)")
    keyed = dataset.key in extra
    parts += [f"count(DISTINCT {dataset.key})", f"count({dataset.key})"] if keyed else ["0", "0"]
    if _EXTRACT in extra:
        parts.append(
            f"list(DISTINCT {_EXTRACT}) FILTER (regexp_full_match({_EXTRACT}, '[0-9]{{6}}'))"
        )
    else:
        parts.append("NULL")
    return f"SELECT {', '.join(parts)} FROM ({request.coded_sql(extra)})"  # noqa: S608
