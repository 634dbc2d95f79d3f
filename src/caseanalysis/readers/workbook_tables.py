"""Tables of official files: found by their headings wherever they stand, and read as figures.

A table is known by its headings, not by the name of its sheet or by where they stand, so that a
renamed sheet, a shifted row of headings, an added column or another order of columns is read alike.
Patterns are regular expressions for text in lower case with single blanks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from caseanalysis.officialfile import HEADING_ROWS, Cell, Grid, OfficialFile
from caseanalysis.readers.csv_columns import plain

#: What often stands in place of a figure that is not given.
NOT_GIVEN = ("", "-", "*")
#: How many sheets are opened to recognise a workbook, where none has its usual name.
_FIRST_SHEETS = 4


def says(file: OfficialFile, *patterns: str, sheets: int = _FIRST_SHEETS) -> bool:
    """Return whether each pattern is found in a cell at the top of a workbook's first sheets.

    Parameters
    ----------
    file : OfficialFile
        Any file.
    patterns : str
        Patterns of a part of a cell.
    sheets : int
        How many sheets, from the first.
    """
    tops = [file.top_text(name) for name in file.sheet_names[:sheets]]
    wanted = (re.compile(pattern, re.MULTILINE) for pattern in patterns)
    return bool(tops) and all(any(pattern.search(top) for top in tops) for pattern in wanted)


def heading_row(file: OfficialFile, sheet: str, *patterns: str) -> int | None:
    """Return the index of the first row in which each pattern fits a whole cell, or None."""
    top = file.top_text(sheet)
    if not all(re.search(f"^(?:{pattern})$", top, re.MULTILINE) for pattern in patterns):
        return None
    wanted = [re.compile(pattern) for pattern in patterns]
    for index, cells in enumerate(file.heading_rows(sheet)):
        if all(any(pattern.fullmatch(cell) for cell in cells) for pattern in wanted):
            return index
    return None


def sheets_with(file: OfficialFile, *patterns: str, usual: str = r"(?!)") -> tuple[str, ...]:
    """Return the sheets that have a row with all the headings; none where it is no workbook.

    Parameters
    ----------
    file : OfficialFile
        Any file.
    patterns : str
        Patterns of headings that stand in one row.
    usual : str
        Pattern of the usual name; sheets of another name are looked at only where no sheet of that
        name has the headings, and then the first few.
    """
    named = [name for name in file.sheet_names if re.fullmatch(usual, plain(name))]
    found = _having(file, named, patterns)
    return found or _having(file, file.sheet_names[:_FIRST_SHEETS], patterns)


def _having(file: OfficialFile, sheets: Iterable[str], patterns: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in sheets if heading_row(file, name, *patterns) is not None)


def first_sheet(file: OfficialFile, *patterns: str, usual: str = r"(?!)") -> tuple[str, Grid, int]:
    """Return the first sheet that ``sheets_with`` finds: name, cells, index of its headings.

    Raises
    ------
    BrokenPublicationError
        If there is none.
    """
    for name in sheets_with(file, *patterns, usual=usual):
        header = heading_row(file, name, *patterns)
        if header is not None:
            return name, file.grid(name), header
    raise _no_sheet(file, (), patterns)


def sheets_under(file: OfficialFile, *patterns: str) -> Iterator[tuple[str, Grid, int]]:
    """Yield each sheet that has a row with all the headings: name, cells, index of that row."""
    for name in file.sheet_names:
        grid = file.grid(name)
        header = heading_row(file, name, *patterns)
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
        raise _no_sheet(file, [name for name, _, _ in found], patterns)
    return found[0]


def _no_sheet(file: OfficialFile, found: Sequence[str], patterns: Iterable[str]) -> Exception:
    names = f": {', '.join(found)}" * bool(found)
    return file.broken(
        "workbook",
        found=f"{len(found) or 'no'} sheets with those headings{names}",
        wanted=f"one sheet with a row of the headings {', '.join(patterns)}, among the first "
        f"{HEADING_ROWS}",
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
    return {
        name: _only(file, f"{place}, {name}", headings, pattern)
        for name, pattern in patterns.items()
    }


def column(file: OfficialFile, rows: pd.DataFrame, pattern: str, *, place: str) -> str:
    """Return the one heading of ``rows_under`` that fits a pattern.

    Raises
    ------
    BrokenPublicationError
        If no heading fits, or more than one does.
    """
    headings = [str(name) for name in rows.columns]
    return headings[_only(file, f"{place}, row of headings", headings, pattern)]


def _only(file: OfficialFile, place: str, headings: Sequence[str], pattern: str) -> int:
    found = [at for at, heading in enumerate(headings) if re.fullmatch(pattern, heading)]
    if len(found) != 1:
        raise file.broken(
            place,
            found=f"{len(found) or 'no'} columns headed so",
            wanted=f"one column headed like {pattern!r}",
        )
    return found[0]


def cells_below(grid: Grid, header: int, places: Mapping[str, int]) -> pd.DataFrame:
    """Return the cells below a row of headings, of named columns; the index is the sheet's row."""
    return _cells(grid, header, list(places), list(places.values()))


def rows_under(grid: Grid, header: int, *, grouped: bool = False) -> pd.DataFrame:
    """Return the cells below a row of headings, of every column that has one.

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
        single blanks.
    """
    names = [plain(str(cell)) for cell in grid[header]]
    if grouped:
        above = [plain(str(cell)) or None for cell in grid[header - 1]]
        groups = pd.Series(above, dtype=object).ffill().tolist()
        names = [
            f"{group}: {name}" if name and isinstance(group, str) else name
            for group, name in zip(groups, names, strict=True)
        ]
    kept = [position for position, name in enumerate(names) if name]
    return _cells(grid, header, [names[position] for position in kept], kept)


def _cells(grid: Grid, header: int, names: list[str], columns: list[int]) -> pd.DataFrame:
    body = np.empty((len(grid) - header - 1, len(names)), dtype=object)
    for at, row in enumerate(grid[header + 1 :]):
        body[at] = [row[column] for column in columns]
    index = pd.RangeIndex(header + 2, len(grid) + 1)
    return pd.DataFrame(body, columns=names, index=index)


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
    raw = cells.to_numpy(dtype=object)
    numbers = np.asarray(pd.to_numeric(raw.ravel(), errors="coerce"), float).reshape(raw.shape)
    wrong = ~np.isfinite(numbers)
    if least is not None:
        wrong |= numbers < least
    for row, at in np.argwhere(wrong):
        cell = raw[row, at]
        if (str(cell).strip() if cell is not None else "") not in withheld:
            raise file.broken(
                f"{place + ', ' if place else ''}row {cells.index[row]}, {cells.columns[at]}",
                found="an empty cell" if cell == "" else repr(cell),
                wanted="a number"
                + (f", {least:g} or more" if least is not None else "")
                + (f", or one of {', '.join(map(repr, withheld))}" if withheld else ""),
            )
    numbers[wrong] = np.nan
    return pd.DataFrame(numbers, columns=cells.columns, index=cells.index)


def csv_rows(file: OfficialFile, **options: str) -> pd.DataFrame:
    """Return a CSV file's text by row of the file and heading in lower case with single blanks."""
    frame = file.frame(**options)
    frame.columns = pd.Index([plain(str(name)) for name in frame.columns])
    if frame.empty:
        raise file.broken("row 2", found="the end of the file", wanted="rows of figures")
    frame.index = pd.RangeIndex(2 + file.title_rows, len(frame) + 2 + file.title_rows)
    stripped: pd.DataFrame = frame.apply(lambda cells: cells.str.strip())
    return stripped
