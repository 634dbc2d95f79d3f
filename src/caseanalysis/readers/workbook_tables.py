"""Tables of official files: found by their headings wherever they stand, and read as figures."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime

import numpy as np
import pandas as pd

from caseanalysis.errors import BrokenPublicationError
from caseanalysis.officialfile import Cell, Grid, OfficialFile
from caseanalysis.periods import parse_date
from caseanalysis.readers.csv_columns import plain

#: How far down a sheet its title and headings are looked for.
_TOP = 60
#: How many sheets are opened to recognise a workbook.
_FIRST_SHEETS = 4


def tops(file: OfficialFile, *, sheets: int = _FIRST_SHEETS) -> Iterator[Grid]:
    """Yield the upper rows of a workbook's first sheets; a sheet that cannot be read is none.

    Parameters
    ----------
    file : OfficialFile
        Any file.
    sheets : int
        How many sheets, from the first.
    """
    for name in file.sheet_names[:sheets]:
        try:
            yield file.grid(name)[:_TOP]
        except BrokenPublicationError:
            continue


def says(file: OfficialFile, *patterns: str, sheets: int = _FIRST_SHEETS) -> bool:
    """Return whether each pattern is found in a cell at the top of a workbook's first sheets.

    Parameters
    ----------
    file : OfficialFile
        Any file.
    patterns : str
        Regular expressions for text in lower case with single blanks.
    sheets : int
        How many sheets, from the first.
    """
    wanted = [re.compile(pattern) for pattern in patterns]
    for grid in tops(file, sheets=sheets):
        for row in grid:
            for cell in row:
                if isinstance(cell, str) and cell:
                    text = plain(cell)
                    wanted = [pattern for pattern in wanted if not pattern.search(text)]
            if not wanted:
                return True
    return not wanted


def heading_row(grid: Grid, *patterns: str) -> int | None:
    """Return the index of the first row in which each pattern fits a whole cell, or None."""
    wanted = [re.compile(pattern) for pattern in patterns]
    for index, row in enumerate(grid[:_TOP]):
        cells = {plain(str(cell)) for cell in row if cell != ""}
        if all(any(pattern.fullmatch(cell) for cell in cells) for pattern in wanted):
            return index
    return None


def sheets_under(file: OfficialFile, *patterns: str) -> Iterator[tuple[str, Grid, int]]:
    """Yield each sheet that has a row with all the headings: name, cells, index of that row."""
    for name in file.sheet_names:
        grid = file.grid(name)
        header = heading_row(grid, *patterns)
        if header is not None:
            yield name, grid, header


def one_sheet(file: OfficialFile, *patterns: str) -> tuple[str, Grid, int]:
    """Return the one sheet that has a row with all the headings.

    Raises
    ------
    BrokenPublicationError
        If no sheet has such a row, or several have.
    """
    found = list(sheets_under(file, *patterns))
    if len(found) != 1:
        names = ", ".join(name for name, _, _ in found)
        raise file.broken(
            "workbook",
            found=f"{len(found) or 'no'} sheets with those headings" + (f": {names}" * bool(names)),
            wanted=f"one sheet with a row of the headings {', '.join(patterns)}",
        )
    return found[0]


def rows_under(grid: Grid, header: int, *, grouped: bool = False) -> pd.DataFrame:
    """Return the cells below a row of headings.

    Parameters
    ----------
    grid : Grid
        The sheet's cells.
    header : int
        Index of the row of headings.
    grouped : bool
        Whether the row above names groups of columns; a heading is then ``group: heading``.

    Returns
    -------
    DataFrame
        Cells as they are, by row number of the sheet (index) and heading in lower case with
        single blanks; a column without a heading is left out.
    """
    names = [plain(str(cell)) for cell in grid[header]]
    if grouped:
        above = [plain(str(cell)) or None for cell in grid[header - 1]]
        groups = pd.Series(above, dtype=object).ffill().tolist()
        names = [
            f"{group}: {name}" if name and isinstance(group, str) else name
            for group, name in zip(groups, names, strict=True)
        ]
    rows = pd.DataFrame(
        grid[header + 1 :],
        columns=range(len(names)),
        index=pd.RangeIndex(header + 2, len(grid) + 1),
        dtype=object,
    )
    kept = [position for position, name in enumerate(names) if name]
    return rows[kept].set_axis([names[position] for position in kept], axis="columns")


def column(file: OfficialFile, rows: pd.DataFrame, pattern: str, *, place: str) -> str:
    """Return the one heading that fits a pattern.

    Raises
    ------
    BrokenPublicationError
        If no heading fits, or more than one does.
    """
    found = [str(name) for name in rows.columns if re.fullmatch(pattern, str(name))]
    if len(found) != 1:
        raise file.broken(
            f"{place}, row of headings",
            found=f"{len(found) or 'no'} columns headed like {pattern!r}",
            wanted="one such column",
        )
    return found[0]


def words(cells: pd.Series) -> pd.Series:
    """Return cells as text with single blanks; an empty cell is an empty text."""
    return cells.map(lambda cell: " ".join(str(cell).split())).astype("str")


def known(text: pd.Series) -> pd.Series:
    """Return text, missing where it is empty."""
    return text.mask(text == "")


def figures(
    file: OfficialFile,
    cells: pd.DataFrame,
    *,
    place: str = "",
    withheld: Collection[str] = (),
    least: float | None = 0,
) -> pd.DataFrame:
    """Return cells as numbers.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    cells : DataFrame
        Cells by row of the file (index) and heading (columns, each once).
    place : str
        What comes before the row in the message, such as a sheet.
    withheld : Collection of str
        What the publisher writes for a figure that is not given; it is missing.
    least : float or None
        The least value that is possible.

    Raises
    ------
    BrokenPublicationError
        If any other cell is no number, or is less; the message names row and column.
    """
    values: pd.DataFrame = cells.apply(pd.to_numeric, errors="coerce").astype(float)
    numbers = values.to_numpy()
    fault = ~np.isfinite(numbers)
    if least is not None:
        fault |= numbers < least
    raw = cells.to_numpy(dtype=object)
    for row, at in np.argwhere(fault):
        cell = raw[row, at]
        if (str(cell).strip() if cell is not None else "") not in withheld:
            raise file.broken(
                f"{place + ', ' if place else ''}row {cells.index[row]}, {cells.columns[at]}",
                found="an empty cell" if cell == "" else repr(cell),
                wanted="a number" + (f", {least:g} or more" if least is not None else ""),
            )
    return values


def csv_rows(file: OfficialFile, **options: str) -> pd.DataFrame:
    """Return a CSV file's text by row of the file and heading in lower case with single blanks."""
    frame = file.frame(**options)
    frame.columns = pd.Index([plain(str(name)) for name in frame.columns])
    if frame.empty:
        raise file.broken("row 2", found="the end of the file", wanted="rows of figures")
    frame.index = pd.RangeIndex(2 + file.title_rows, len(frame) + 2 + file.title_rows)
    stripped: pd.DataFrame = frame.apply(lambda cells: cells.str.strip())
    return stripped


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


def beside(grid: Grid, label: str) -> Cell:
    """Return the first filled cell to the right of a label such as ``period:``, or an empty text.

    Parameters
    ----------
    grid : Grid
        The sheet's cells.
    label : str
        The label in lower case.
    """
    for row in grid[:_TOP]:
        for at, cell in enumerate(row):
            if plain(str(cell)) == label:
                return next((other for other in row[at + 1 :] if str(other).strip()), "")
    return ""
