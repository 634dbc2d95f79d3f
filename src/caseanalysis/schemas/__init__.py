"""Schemas of the tidy tables: key, types, units and ranges of each; one module a subject."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
from pandera.errors import SchemaErrors

from caseanalysis.errors import BrokenPublicationError
from caseanalysis.schemas import (
    hospital_activity,
    people,
    places,
    planned_care,
    quality_and_money,
    record_level,
    workforce,
)
from caseanalysis.schemas.contract import TableSchema
from caseanalysis.schemas.hospital_activity import AE_MEASURES, HES_MEASURES
from caseanalysis.schemas.ordering import in_key_order
from caseanalysis.schemas.soundness import sound

__all__ = [
    "AE_MEASURES",
    "HES_MEASURES",
    "SCHEMAS",
    "TableSchema",
    "conform",
    "in_key_order",
    "validate",
    "validate_as",
]

SCHEMAS: dict[str, TableSchema] = {
    **people.SCHEMAS,
    **hospital_activity.SCHEMAS,
    **places.SCHEMAS,
    **planned_care.SCHEMAS,
    **workforce.SCHEMAS,
    **quality_and_money.SCHEMAS,
    **record_level.SCHEMAS,
}


def validate(table: pd.DataFrame, name: str, *, where: str) -> pd.DataFrame:
    """Return a table with the columns, types and order of its schema.

    Parameters
    ----------
    table : DataFrame
        The table as read.
    name : str
        Its schema in ``SCHEMAS``.
    where : str
        The file, for the message.

    Raises
    ------
    BrokenPublicationError
        If a column is missing or unknown, a value has another type or is out of range, or a key
        is repeated; the message names the row and the column.
    """
    return validate_as(table, SCHEMAS[name], name, where=where)


def validate_as(table: pd.DataFrame, schema: TableSchema, name: str, *, where: str) -> pd.DataFrame:
    """Return a table with the columns, types and order of a given schema; see ``validate``."""
    rows = table.reset_index(drop=True)
    typed = sound(rows, schema)
    if typed is not None:
        return typed
    try:
        checked = schema.checker.validate(rows, lazy=True)
    except SchemaErrors as error:
        raise _first_fault(error, name, schema, where) from None
    return checked[list(schema.columns)]


def conform(table: pa.Table, schema: TableSchema) -> pd.DataFrame:
    """Return a table that was validated before with the types of its schema, unchecked."""
    types = {name: column.dtype.type for name, column in schema.columns.items()}
    # Whole numbers of which some are missing would go by way of numbers with a point.
    given = {pa.int64(): pd.Int64Dtype()} if pd.Int64Dtype() in types.values() else {}
    frame: pd.DataFrame = table.select(list(types)).to_pandas(types_mapper=given.get)
    return frame.astype(types)


def _first_fault(
    error: SchemaErrors, name: str, schema: TableSchema, where: str
) -> BrokenPublicationError:
    fault = error.failure_cases.iloc[0]
    if fault["check"] == "multiple_fields_uniqueness":
        fault = fault.copy()
        fault["column"], fault["check"] = ", ".join(schema.key), "each key once"
    row = "" if pd.isna(fault["index"]) else f", row {int(fault['index']) + 1}"
    column = fault["column"] if isinstance(fault["column"], str) else "columns"
    unit = schema.units.get(column)
    return BrokenPublicationError(
        where=f"{where}, table {name}{row}, {column}",
        found=str(fault["failure_case"]),
        wanted=f"{fault['check']}" + (f" ({unit})" if unit else ""),
        remedy="compare with the publisher's file; if the figure is the publisher's, add a "
        "correction record",
    )
