"""The title block above a table: its period, and when it was published and revised."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from caseanalysis.officialfile import HEADING_ROWS, Cell, Grid, OfficialFile
from caseanalysis.periods import parse_date, parse_month
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.workbook_tables import NOT_GIVEN

#: Years after its period beyond which a date of revision is a slip of the keyboard.
_LATEST_REVISION = 20


def title(grid: Grid, label: str) -> tuple[int, Cell]:
    """Return the row and first filled cell to the right of a label such as ``period:``.

    Parameters
    ----------
    grid : Grid
        The sheet's cells.
    label : str
        The label in lower case.

    Returns
    -------
    tuple of int and Cell
        Number of the row in the sheet, 0 where the label is not there; the cell, or an empty text.
    """
    for number, row in enumerate(grid[:HEADING_ROWS], start=1):
        for at, cell in enumerate(row):
            if type(cell) is str and plain(cell) == label:
                return number, next((other for other in row[at + 1 :] if str(other).strip()), "")
    return 0, ""


def beside(grid: Grid, label: str) -> Cell:
    """Return the first filled cell to the right of a label, or an empty text; see ``title``."""
    return title(grid, label)[1]


def day_of(cell: Cell) -> date | None:
    """Return the date that a cell is or names, or None."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return parse_date(str(cell))
    except ValueError:
        return None


def stated_month(file: OfficialFile, sheet: str, grid: Grid) -> pd.Period:
    """Return the month beside the label ``Period:``.

    Raises
    ------
    BrokenPublicationError
        If there is no such label, or it has no month beside it.
    """
    number, cell = title(grid, "period:")
    if isinstance(cell, date):
        return pd.Period(year=cell.year, month=cell.month, freq="M")
    try:
        return parse_month(str(cell))
    except ValueError:
        raise file.broken(
            f"sheet {sheet}, row {number}, Period" if number else f"sheet {sheet}, title block",
            found=repr(cell) if number else "no cell 'Period:'",
            wanted="a month and year such as March 2025",
        ) from None


def stated_release(
    file: OfficialFile, sheet: str, grid: Grid, *, period: str, year: int
) -> tuple[date | None, str, tuple[str, ...]]:
    """Return the later of the dates of publication and revision, the edition, and notes.

    A date of revision that cannot be is not used, and a note says so.

    Raises
    ------
    BrokenPublicationError
        If a date is neither a date nor empty.
    """
    dates: dict[str, date] = {}
    notes: tuple[str, ...] = ()
    for word in ("published", "revised"):
        number, cell = title(grid, f"{word}:")
        found = _date(file, f"sheet {sheet}, row {number}, {word.capitalize()}", cell)
        if found is not None and not year <= found.year <= year + _LATEST_REVISION:
            notes += (f"{word.capitalize()}: {str(cell)!r} cannot be, and is not used",)
        elif found is not None:
            dates[word] = found
    if not dates:
        return None, f"{period}, undated", notes
    word = max(dates, key=lambda name: dates[name])
    return dates[word], f"{period}, {word} {dates[word].isoformat()}", notes


def _date(file: OfficialFile, place: str, cell: Cell) -> date | None:
    day = day_of(cell)
    if day is None and str(cell).strip().casefold() not in (*NOT_GIVEN, "n/a", "none"):
        raise file.broken(
            place, found=repr(cell), wanted="a date such as 10th April 2025, or nothing"
        )
    return day


def first_day(month: pd.Period) -> pd.Timestamp:
    """Return the first day of a month."""
    return pd.Timestamp(year=month.year, month=month.month, day=1)
