"""Monthly and quarterly tables as matrices of periods by series, and what stands out in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caseanalysis.quality.checks import Checks, Narrowing
from caseanalysis.quality.held import Held
from caseanalysis.schemas import SCHEMAS

#: A column that names who reports.
ENTITIES = ("org_code", "trust_code", "practice_code", "area_code")
_TIMES = {"month": 1, "quarter_start": 3, "quarter": 3}


@dataclass(frozen=True)
class Panel:
    """A table of one row a series and period, ready to be laid out measure by measure.

    Attributes
    ----------
    table, source : str
        Name of the table and of the sources that give it.
    rows : DataFrame
        The rows looked at.
    time : str
        Column of the period.
    entity : str or None
        Column that names who reports.
    parts : list of str
        The other columns of the key.
    measures : list of str
        Columns of amounts.
    step : int
        Months from one period to the next.
    """

    table: str
    source: str
    rows: pd.DataFrame
    time: str
    entity: str | None
    parts: list[str]
    measures: list[str]
    step: int

    @cached_property
    def periods(self) -> pd.DatetimeIndex:
        """Every period from the first to the last, with figures or without."""
        held = self.rows[self.time]
        return pd.date_range(held.min(), held.max(), freq=pd.DateOffset(months=self.step))

    @cached_property
    def series(self) -> pd.DataFrame:
        """Entity and parts of each series."""
        names = self._names
        return self.rows[names].drop_duplicates().sort_values(names, ignore_index=True)

    @cached_property
    def _names(self) -> list[str]:
        return [*([self.entity] if self.entity else []), *self.parts]

    @cached_property
    def _places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        down = self.periods.get_indexer(pd.DatetimeIndex(self.rows[self.time]))
        if not self._names:
            return down, np.zeros(len(down), dtype=np.intp)
        across = pd.MultiIndex.from_frame(self.series).get_indexer(
            pd.MultiIndex.from_frame(self.rows[self._names])
        )
        return down, across

    def matrix(self, measure: str) -> NDArray[np.float64]:
        """Return a measure by period (down) and series (across); missing where not given."""
        values = np.full((len(self.periods), max(len(self.series), 1)), np.nan)
        values[self._places] = self.rows[measure].to_numpy(dtype=float, na_value=np.nan)
        return values

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Whether a series has a row in a period."""
        rows = np.zeros((len(self.periods), max(len(self.series), 1)), dtype=bool)
        rows[self._places] = True
        return rows

    def entity_of(self, position: int) -> str | None:
        """Return who reports a series."""
        return str(self.series[self.entity].iloc[position]) if self.entity else None

    def label(self, position: int) -> str:
        """Return the other parts of a series' key, in words."""
        return ", ".join(str(self.series[name].iloc[position]) for name in self.parts)

    def text(self, position: int) -> str:
        """Return a period as text."""
        return self.periods[position].strftime("%Y-%m")


def panels(held: Held, checks: Checks) -> Iterator[Panel]:
    """Yield every monthly or quarterly table of a store that has at least two periods."""
    for table in held.tables:
        schema = SCHEMAS[table]
        time = next((name for name in _TIMES if _is_time(table, name)), None)
        if time is None or table in checks.left_out:
            continue
        rows = _chosen(held.table(table), table, checks)
        if len(rows[time].unique()) > 1:
            yield Panel(
                table=table,
                source=held.source_of(table),
                rows=rows,
                time=time,
                entity=next((name for name in ENTITIES if name in schema.key), None),
                parts=_parts(rows, table, time),
                measures=_measures(table, checks),
                step=_TIMES[time],
            )


def _is_time(table: str, name: str) -> bool:
    column = SCHEMAS[table].columns.get(name)
    kept = column is not None and str(column.dtype).startswith("datetime")
    return kept and (name in SCHEMAS[table].key or name == "quarter_start")


def _parts(rows: pd.DataFrame, table: str, time: str) -> list[str]:
    others = [name for name in SCHEMAS[table].key if name not in (time, "quarter", *ENTITIES)]
    return [name for name in others if len(rows[name].unique()) > 1]


def _measures(table: str, checks: Checks) -> list[str]:
    chosen = _narrowing(table, checks)
    if chosen and chosen.columns:
        return list(chosen.columns)
    schema = SCHEMAS[table]
    kinds = {name: str(column.dtype) for name, column in schema.columns.items()}
    return [name for name in schema.units if kinds[name] == "float64" and name not in schema.key]


def _chosen(rows: pd.DataFrame, table: str, checks: Checks) -> pd.DataFrame:
    if "edition" in SCHEMAS[table].key:
        rows = rows[rows["edition"].eq(rows["edition"].max())]
    chosen = _narrowing(table, checks)
    for column, values in (chosen.only if chosen else {}).items():
        rows = rows[rows[column].astype(str).isin(values)]
    return rows.drop_duplicates(list(SCHEMAS[table].key))


def _narrowing(table: str, checks: Checks) -> Narrowing | None:
    return next((one for one in checks.narrowed if one.table == table), None)
