"""Corrections on record: applied wherever evidence is made from the store, and nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from caseanalysis.errors import RecordError
from caseanalysis.quality.contract import fault, number, size_of
from caseanalysis.quality.held import Held
from caseanalysis.registers import Correction, load_corrections
from caseanalysis.store import Store


class CorrectedStore(Store):
    """A data store whose tables have the corrections on record.

    Parameters
    ----------
    store : Store
        The data store.
    corrections : sequence of Correction, optional
        Those of the register unless told.
    """

    def __init__(self, store: Store, corrections: Sequence[Correction] | None = None) -> None:
        super().__init__(store.root)
        self._corrections = load_corrections() if corrections is None else corrections

    def table(self, name: str, **among: Collection[object]) -> pd.DataFrame:
        """Return a tidy table with its corrections; see ``Store.table`` and ``corrected``."""
        return corrected(super().table(name, **among), name, self._corrections)


def corrected(table: pd.DataFrame, name: str, corrections: Sequence[Correction]) -> pd.DataFrame:
    """Return a tidy table with the corrections that its rows have on record.

    Parameters
    ----------
    table : DataFrame
        Rows of the table; a correction of a row that is not among them is passed over.
    name : str
        Name of the table.
    corrections : sequence of Correction
        Those of other tables are passed over.

    Raises
    ------
    RecordError
        If a row no longer has the old value, because the producer mended it or changed it again,
        or a correction names a column that the table has not.
    """
    for one in corrections:
        if one.table == name:
            table = _apply(table, one)
    return table


def correction_faults(held: Held, corrections: Sequence[Correction]) -> Iterator[dict[str, Any]]:
    """Yield each correction that applies to a figure that is held."""
    for one in corrections:
        if one.table not in held.tables or not _rows(held.table(one.table), one).any():
            continue
        new = float("nan") if one.new_value is None else one.new_value
        yield fault(
            source=one.source,
            table=one.table,
            period=_period(one),
            entity=one.where.get("org_code", one.where.get("area_code", "all")),
            column=one.column,
            kind="correction applied",
            found=number(one.old_value),
            expected="unknown" if one.new_value is None else number(new),
            size=size_of(one.old_value, new),
            severity="high",
            evidence=f"{one.reason} {one.evidence}",
        )


def _period(one: Correction) -> str:
    month = one.where.get("month", "")[: len("2024-03")]
    return month or one.where.get("quarter") or one.where.get("year") or "all"


def _rows(table: pd.DataFrame, one: Correction) -> pd.Series[bool]:
    unknown = [name for name in (*one.where, one.column) if name not in table.columns]
    if unknown:
        raise _refused(one, f"the column {unknown[0]!r}", f"a column of {one.table}", "mend it")
    fits = pd.Series(True, index=table.index)
    for name, value in one.where.items():
        column = table[name]
        dated = pd.api.types.is_datetime64_any_dtype(column)
        fits &= column.eq(pd.Timestamp(value)) if dated else column.astype(str).eq(value)
    return fits


def _apply(table: pd.DataFrame, one: Correction) -> pd.DataFrame:
    fits = _rows(table, one)
    found = table.loc[fits, one.column].astype(float)
    if not np.isclose(found, one.old_value, rtol=1e-9, atol=0).all():
        mended = one.new_value is not None and np.isclose(found, one.new_value).all()
        raise _refused(
            one,
            f"{one.column} = {found.iloc[0]:,g}" + (", which is the new value" if mended else ""),
            f"the old value, {one.old_value:,g}",
            "the producer has changed the figure: remove the correction, or write it anew",
        )
    new = np.nan if one.new_value is None else one.new_value
    return table.assign(**{one.column: table[one.column].mask(fits, new)})


def _refused(one: Correction, found: str, wanted: str, remedy: str) -> RecordError:
    where = ", ".join(f"{name} {value}" for name, value in one.where.items())
    return RecordError(
        where=f"data/registers/corrections.yaml, {one.id}: {one.table}, {where}",
        found=found,
        wanted=wanted,
        remedy=remedy,
    )
