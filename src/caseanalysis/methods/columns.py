"""What a method asks of the columns of its tables, refused in the same words everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from caseanalysis.errors import MethodError


def require_columns(table: pd.DataFrame, columns: Iterable[str], *, where: str) -> None:
    """Refuse a table that lacks a column.

    Raises
    ------
    MethodError
        If a column is missing; the message names the first.
    """
    for column in columns:
        if column not in table.columns:
            raise MethodError(
                where=where,
                found=f"no column {column!r} among {', '.join(map(str, table.columns)) or 'none'}",
                wanted=f"the column {column!r}",
                remedy="rename or add the column before the method is called",
            )


def require_key(table: pd.DataFrame, key: Sequence[str], *, where: str) -> None:
    """Refuse a table in which two rows have the same key.

    Raises
    ------
    MethodError
        If a key is repeated; the message gives the first.
    """
    repeated = table[table.duplicated(list(key))]
    if len(repeated):
        raise MethodError(
            where=where,
            found=f"two rows for {row_name(repeated.iloc[0], key)}",
            wanted=f"one row for each {', '.join(key)}",
            remedy="select or add up the rows first",
        )


def require_amounts(
    table: pd.DataFrame, columns: Iterable[str], *, key: Sequence[str], where: str
) -> None:
    """Refuse a missing or negative amount.

    Raises
    ------
    MethodError
        If a value is missing, infinite or below 0; the message names its row.
    """
    for column in columns:
        values = table[column].astype(float)
        at_fault = table[~(values.ge(0) & values.lt(float("inf")))]
        if len(at_fault):
            row = at_fault.iloc[0]
            found = "a missing value" if pd.isna(row[column]) else f"{row[column]}"
            raise MethodError(
                where=f"{where}, {row_name(row, key)}, {column}",
                found=found,
                wanted="an amount of 0 or more",
                remedy="leave the row out on purpose, or take a source that gives the figure",
            )


def require_one_value(table: pd.DataFrame, column: str, *, where: str, reason: str) -> None:
    """Refuse a table whose column, where there is one, holds more than one value.

    Raises
    ------
    MethodError
        If there are several values; the message lists the first three.
    """
    if column not in table.columns:
        return
    values = sorted(map(str, table[column].unique()))
    if len(values) > 1:
        raise MethodError(
            where=f"{where}, {column}",
            found=f"{len(values)} values: {', '.join(values[:3])}",
            wanted=f"one, because {reason}",
            remedy=f"select one {column} first",
        )


def row_name(row: pd.Series, key: Sequence[str]) -> str:
    """Return a row's key in words, as ``area_code E09000001, year 2023``."""
    return ", ".join(f"{name} {_text(row[name])}" for name in key)


def _text(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
