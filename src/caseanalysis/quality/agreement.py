"""The same quantity in two publications: files of one slice, and pairs on the register."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from caseanalysis.quality.checks import Pair, Side
from caseanalysis.quality.contract import fault, number, size_of
from caseanalysis.quality.held import Held
from caseanalysis.quality.series import ENTITIES
from caseanalysis.schemas import SCHEMAS

#: Counts are whole, so half of one is the most that rounding can explain.
_ROUNDING = 1 / 2
#: A pair that differs by more than so many times its tolerance is a graver fault.
_FAR = 5


def source_faults(held: Held) -> Iterator[dict[str, Any]]:
    """Yield the figures in which two sources of one table and slice differ."""
    for table in held.tables:
        sources = sorted({one.source for one in held.entries() if table in one.tables})
        for first, second in combinations(sources, 2):
            yield from _two_sources(held, table, first, second)


def pair_faults(held: Held, pair: Pair) -> Iterator[dict[str, Any]]:
    """Yield where a pair of the register differs by more than it may; nothing without both."""
    if not {pair.first.table, pair.second.table} <= set(held.tables):
        return
    keys = list(pair.first.by)
    first, second = _summed(held, pair.first), _summed(held, pair.second)
    both = first.rename("first").to_frame().join(second.rename("second"), how="inner").dropna()
    size = both["first"] / both["second"] - 1
    beyond = both.assign(size=size)[size.abs().gt(pair.tolerance)].reset_index()
    for row in beyond.to_dict("records"):
        names = {name: row[name] for name in keys}
        entity = next((str(names[name]) for name in ENTITIES if name in names), None)
        yield fault(
            source=f"{held.source_of(pair.first.table)} and {held.source_of(pair.second.table)}",
            table=f"{pair.first.table} and {pair.second.table}",
            kind="disagreement",
            period=_period(names),
            **({"entity": entity} if entity else {}),
            column=pair.first.value,
            found=number(row["first"]),
            expected=number(row["second"]),
            size=float(row["size"]),
            severity="medium" if abs(row["size"]) > _FAR * pair.tolerance else "low",
            evidence=f"{pair.title}: {row['size']:+.2%}, where {pair.tolerance:.2%} passes. "
            f"{pair.reason}",
        )


def _two_sources(held: Held, table: str, first: str, second: str) -> Iterator[dict[str, Any]]:
    one, other = held.of(first), held.of(second)
    slices = {e.slice_ for e in one.current(table)} & {e.slice_ for e in other.current(table)}
    if not slices:
        return
    left, right = (side.slices(slices).table(table) for side in (one, other))
    keys = list(SCHEMAS[table].key)
    measures = [name for name in SCHEMAS[table].units if name in left.select_dtypes("number")]
    both = left.merge(right, on=keys, how="outer", suffixes=("", "_other"), indicator=True)
    for row in both[both["_merge"].ne("both")].to_dict("records"):
        has, lacks = (first, second) if row["_merge"] == "left_only" else (second, first)
        yield _row_fault(
            table,
            row,
            keys,
            source=f"{first} and {second}",
            evidence=f"a row in {has} and none in {lacks}",
            severity="medium",
        )
    for measure in measures:
        yield from _differences(table, both, measure, first, second, keys)


def _differences(
    table: str, both: pd.DataFrame, measure: str, first: str, second: str, keys: list[str]
) -> Iterator[dict[str, Any]]:
    left, right = both[measure].astype(float), both[f"{measure}_other"].astype(float)
    one_only = (left.isna() != right.isna()) & both["_merge"].eq("both")
    apart = (left - right).abs().gt(_ROUNDING) | one_only
    for row in both[apart].to_dict("records"):
        found, expected = float(row[measure]), float(row[f"{measure}_other"])
        size = size_of(found, expected) if np.isfinite(found * expected) else float("nan")
        yield _row_fault(
            table,
            row,
            keys,
            source=f"{first} and {second}",
            column=measure,
            found=number(found) if np.isfinite(found) else "none",
            expected=number(expected) if np.isfinite(expected) else "none",
            size=size,
            severity="high" if not abs(size) <= 1 / 100 else "medium",
            evidence=f"{first} has the figure found, {second} the one expected",
        )


def _row_fault(table: str, row: dict[Any, Any], keys: list[str], **given: Any) -> dict[str, Any]:
    names = {name: row[name] for name in keys}
    entity = next((str(names[name]) for name in ENTITIES if name in names), None)
    about = {"table": table, "kind": "disagreement", "period": _period(names)}
    return fault(**about, **({"entity": entity} if entity else {}), **given)


def _summed(held: Held, side: Side) -> pd.Series[float]:
    rows = held.table(side.table, **{name: list(values) for name, values in side.only.items()})
    return rows.groupby(list(side.by))[side.value].sum(min_count=1)


def _period(names: dict[str, Any]) -> str:
    for name in ("month", "quarter", "period", "year", "edition"):
        if name in names:
            value = names[name]
            return value.strftime("%Y-%m") if isinstance(value, pd.Timestamp) else str(value)
    return "all"
