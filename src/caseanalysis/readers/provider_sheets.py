"""Sheets of NHS statistics: the title block, the row of headings, and rows of figures below it.

A sheet is known by its headings, not by its name or by where they stand, so that a renamed sheet,
a shifted row of headings, an added column or another order of columns is read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd

from caseanalysis.officialfile import HEADING_ROWS, Cell, Grid, OfficialFile
from caseanalysis.periods import parse_date, parse_month
from caseanalysis.readers.csv_columns import plain

#: What stands in place of a figure that is not given.
NOT_GIVEN = ("", "-", "*")
#: Sheets that are looked through where none has the usual name.
_SHEETS_SEARCHED = 3
#: Years after its period beyond which a date of revision is a slip of the keyboard.
_LATEST_REVISION = 20


def sheets_with(
    file: OfficialFile, headings: Iterable[str], *, usual: str = r"(?!)"
) -> tuple[str, ...]:
    """Return the sheets that have a row with all the headings, given in lower case.

    Parameters
    ----------
    file : OfficialFile
        The file; none of its sheets where it is no workbook.
    headings : Iterable of str
        Headings that stand in one row.
    usual : str
        Regular expression for the usual name; sheets of another name are looked at only where no
        sheet has it, and then the first three.
    """
    wanted = frozenset(headings)
    named = [name for name in file.sheet_names if re.fullmatch(usual, plain(name))]
    found = [name for name in named if _has(file, name, wanted)]
    others = [] if found else file.sheet_names[:_SHEETS_SEARCHED]
    return tuple(found or (name for name in others if _has(file, name, wanted)))


def _has(file: OfficialFile, sheet: str, wanted: frozenset[str]) -> bool:
    return any(wanted <= row for row in file.heading_rows(sheet))


def heading_row(file: OfficialFile, sheet: str, headings: Iterable[str]) -> int:
    """Return the index of the first row with all the headings, given in lower case.

    Raises
    ------
    BrokenPublicationError
        If there is none.
    """
    wanted = frozenset(headings)
    for index, row in enumerate(file.heading_rows(sheet)):
        if wanted <= row:
            return index
    raise file.broken(
        f"sheet {sheet}",
        found=f"no such row among the first {HEADING_ROWS}",
        wanted=f"a row headed {', '.join(sorted(wanted))}",
    )


def places_of(
    file: OfficialFile, place: str, header: Sequence[Cell], patterns: Mapping[str, str]
) -> dict[str, int]:
    """Return the column of each heading, by the pattern's name.

    Raises
    ------
    BrokenPublicationError
        If no heading fits a pattern, or more than one does.
    """
    headings = [plain(str(cell)) for cell in header]
    places = {}
    for name, pattern in patterns.items():
        found = [at for at, heading in enumerate(headings) if re.fullmatch(pattern, heading)]
        if len(found) != 1:
            raise file.broken(
                f"{place}, {name}",
                found=f"{len(found) or 'no'} columns headed so",
                wanted=f"one column headed like {pattern!r}",
            )
        places[name] = found[0]
    return places


def cells_below(grid: Grid, header: int, places: Mapping[str, int]) -> pd.DataFrame:
    """Return the cells below a row of headings; the index is the row in the sheet."""
    body = np.empty((len(grid) - header - 1, len(places)), dtype=object)
    columns = list(places.values())
    for at, row in enumerate(grid[header + 1 :]):
        body[at] = [row[column] for column in columns]
    index = pd.RangeIndex(header + 2, len(grid) + 1)
    return pd.DataFrame(body, columns=list(places), index=index)


def words(cells: pd.Series) -> pd.Series:
    """Return cells as text without blanks at the ends."""
    return cells.astype("str").str.strip()


def figures(
    file: OfficialFile,
    place: str,
    cells: pd.DataFrame,
    *,
    not_given: tuple[str, ...] = NOT_GIVEN,
) -> pd.DataFrame:
    """Return cells as numbers of 0 or more; one that is not given is missing.

    Raises
    ------
    BrokenPublicationError
        If any other cell is no such number; the message names its row and column.
    """
    values = cells.to_numpy(dtype=object).copy()
    hidden = np.logical_or.reduce([values == text for text in not_given])
    values[hidden] = 0
    try:
        parsed = values.astype(float)
        wrong = ~(np.isfinite(parsed) & (parsed >= 0))
    except (TypeError, ValueError):
        wrong = np.array([[_no_number(cell) for cell in row] for row in values])
    for row, column in np.argwhere(wrong)[:1]:
        raise file.broken(
            f"{place}, row {cells.index[row]}, {cells.columns[column]}",
            found=repr(cells.iloc[row, column]),
            wanted="a number, 0 or more, or one of " + ", ".join(map(repr, not_given)),
        )
    parsed[hidden] = np.nan
    return pd.DataFrame(parsed, columns=cells.columns, index=cells.index)


def _no_number(cell: Cell) -> bool:
    try:
        return not float(cell) >= 0
    except (TypeError, ValueError):
        return True


def title(grid: Grid, label: str) -> tuple[int, Cell]:
    """Return the row number and first filled cell beside a label of the title block."""
    for number, row in enumerate(grid[:HEADING_ROWS], start=1):
        for at, cell in enumerate(row):
            if type(cell) is str and cell.strip().casefold() == label:
                filled = [beside for beside in row[at + 1 :] if str(beside).strip()]
                return number, filled[0] if filled else ""
    return 0, ""


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

    A date of revision that cannot be is not used,
    and a note says so.

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
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if str(cell).strip().casefold() in (*NOT_GIVEN, "n/a", "none"):
        return None
    try:
        return parse_date(str(cell))
    except ValueError:
        raise file.broken(
            place, found=repr(cell), wanted="a date such as 10th April 2025, or nothing"
        ) from None


def first_day(month: pd.Period) -> pd.Timestamp:
    """Return the first day of a month."""
    return pd.Timestamp(year=month.year, month=month.month, day=1)
