"""Whether a table is as its schema says, found at once; pandera names what is amiss."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from caseanalysis.schemas.contract import TableSchema


def sound(table: pd.DataFrame, schema: TableSchema) -> pd.DataFrame | None:
    """Return a table with the types and order of its schema, or None where anything is amiss.

    It is what ``TableSchema.checker`` checks, in a small part of the time: most tables are sound,
    and to load every file is for a large part to check tables.
    """
    if sorted(map(str, table.columns)) != sorted(schema.columns):
        return None
    try:
        typed = table.astype({name: column.dtype.type for name, column in schema.columns.items()})
    except (TypeError, ValueError):
        return None
    if not all(_passes(typed[name], column) for name, column in schema.columns.items()):
        return None
    return None if typed.duplicated(list(schema.key)).any() else typed[list(schema.columns)]


def _passes(cells: pd.Series, column: pa.Column) -> bool:
    known = cells.dropna()
    if len(known) < len(cells) and not column.nullable:
        return False
    return all(_holds(known, check) for check in column.checks)


def _holds(cells: pd.Series, check: pa.Check) -> bool:
    """Return whether every cell, none of them missing, passes a check."""
    terms = check.statistics or {}
    match check.name:
        case "greater_than_or_equal_to":
            return bool((cells >= terms["min_value"]).all())
        case "less_than_or_equal_to":
            return bool((cells <= terms["max_value"]).all())
        case "in_range" if terms["include_min"] and terms["include_max"]:
            return bool(cells.between(terms["min_value"], terms["max_value"]).all())
        case "isin":
            return bool(cells.isin(list(terms["allowed_values"])).all())
        case "str_matches":
            return bool(cells.drop_duplicates().str.match(terms["pattern"]).all())
    return bool(check(cells).check_passed)
