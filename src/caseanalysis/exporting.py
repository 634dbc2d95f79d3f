"""A table written for other programs, CSV or XLSX, in which no text can act as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from caseanalysis.errors import ParameterError
from caseanalysis.writing import write_whole

#: First characters by which a spreadsheet takes a cell of a CSV file for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Rows of a sheet of an XLSX workbook, and characters of a cell.
XLSX_ROWS, XLSX_CHARACTERS = 1_048_576, 32_767


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV; text that a spreadsheet would take for a formula gets an apostrophe.

    Numbers are left as they are, a negative one too; a missing value is an empty cell.
    """
    stream = io.StringIO()
    safe = table.copy()
    for name in safe.columns:
        if _is_text(safe[name]):
            safe[name] = safe[name].map(_neutral, na_action="ignore")
    safe.to_csv(stream, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    return stream.getvalue()


def xlsx_bytes(table: pd.DataFrame, *, title: str, sources: Sequence[str] = ()) -> bytes:
    """Return a table as a workbook, its text as text, with its sources on a second sheet.

    Raises
    ------
    ParameterError
        If the table has more rows than a sheet, or a text is longer than a cell.
    """
    _require_room(table, title)
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(stream, options) as workbook:
        _write_table(workbook.add_worksheet("Table"), table)
        sheet = workbook.add_worksheet("Sources")
        for row, text in enumerate((title, *sources)):
            sheet.write_string(row, 0, text)
    return stream.getvalue()


def write_table(
    table: pd.DataFrame, path: Path, *, title: str, sources: Sequence[str] = ()
) -> None:
    """Write a table to a file, whole or not at all, as CSV or XLSX by its ending.

    Raises
    ------
    ParameterError
        If the ending is another, the file cannot be written, or the table does not fit a workbook.
    """
    ending = path.suffix.casefold()
    if ending == ".csv":
        content = csv_text(table).encode()
    elif ending == ".xlsx":
        content = xlsx_bytes(table, title=title, sources=sources)
    else:
        raise ParameterError(
            where="--to",
            found=f"{path.name!r}",
            wanted="a name that ends in .csv or .xlsx",
            remedy="name the file so",
        )
    try:
        write_whole(path, content)
    except OSError as error:
        raise ParameterError(
            where="--to",
            found=error.strerror or str(error),
            wanted="a file that can be written",
            remedy="check the folder and its permissions",
        ) from error


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype) or column.dtype == object


def _neutral(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _require_room(table: pd.DataFrame, title: str) -> None:
    texts = [table[name].dropna() for name in table.columns if _is_text(table[name])]
    longest = max((int(text.map(len).max()) for text in texts if len(text)), default=0)
    if len(table) >= XLSX_ROWS or longest > XLSX_CHARACTERS:
        raise ParameterError(
            where="--to",
            found=f"{title}: {len(table):,} rows, the longest text {longest:,} characters",
            wanted=f"fewer than {XLSX_ROWS:,} rows and at most {XLSX_CHARACTERS:,} characters",
            remedy="name a file that ends in .csv, or choose the rows of one case with --case",
        )


def _write_table(sheet: Worksheet, table: pd.DataFrame) -> None:
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, str(name))
        for row, cell in enumerate(table[name].tolist(), start=1):
            _write_cell(sheet, row, column, cell)
    sheet.freeze_panes(1, 0)


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Any) -> None:
    if pd.isna(cell):
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, pd.Timestamp):
        sheet.write_datetime(row, column, cell.to_pydatetime())
    else:
        sheet.write_string(row, column, str(cell))
