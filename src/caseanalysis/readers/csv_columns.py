"""Columns of a CSV publication: found by heading, read as counts or numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from caseanalysis.officialfile import OfficialFile

_COUNT = r"\d+(\.0+)?"


def plain(heading: str) -> str:
    """Return a heading in lower case with single blanks, to compare it with a pattern."""
    return " ".join(heading.split()).casefold()


def fits(headings: Iterable[str], patterns: Iterable[str]) -> bool:
    """Return whether each pattern fits exactly one of the headings."""
    given = [plain(heading) for heading in headings]
    return all(
        sum(re.fullmatch(pattern, heading) is not None for heading in given) == 1
        for pattern in patterns
    )


def pick(file: OfficialFile, frame: pd.DataFrame, patterns: Mapping[str, str]) -> dict[str, str]:
    """Return the heading that fits each pattern, by the pattern's name.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    frame : DataFrame
        The table of text as read.
    patterns : Mapping of str to str
        Regular expressions for headings in lower case.

    Raises
    ------
    BrokenPublicationError
        If no heading fits a pattern, or more than one does.
    """
    headings = {}
    for name, pattern in patterns.items():
        found = [str(given) for given in frame.columns if re.fullmatch(pattern, plain(str(given)))]
        if len(found) != 1:
            raise file.broken(
                f"row 1, {name}",
                found=f"{len(found) or 'no'} columns headed so",
                wanted=f"one column headed like {pattern!r}",
            )
        headings[name] = found[0]
    return headings


def counts(
    file: OfficialFile, text: pd.Series[str], *, withheld: tuple[str, ...] = ()
) -> pd.Series[float]:
    """Return a column of counts; a cell that is among ``withheld`` is missing.

    Raises
    ------
    BrokenPublicationError
        If any other cell is not a count; the message names its row and column.
    """
    cells = text.str.strip()
    hidden = cells.isin(withheld)
    wrong = (~hidden & ~cells.str.fullmatch(_COUNT)).to_numpy()
    _refuse_first(file, text, wrong, wanted="a count")
    return pd.to_numeric(cells.mask(hidden)).astype(float)


def numbers(file: OfficialFile, text: pd.Series[str]) -> pd.Series[float]:
    """Return a column of numbers, every one given.

    Raises
    ------
    BrokenPublicationError
        If a cell is not a number; the message names its row and column.
    """
    values = pd.to_numeric(text.str.strip(), errors="coerce").astype(float)
    _refuse_first(file, text, values.isna().to_numpy(), wanted="a number")
    return values


def _refuse_first(file: OfficialFile, text: pd.Series[str], wrong: object, *, wanted: str) -> None:
    cells = text[wrong]  # type: ignore[call-overload]
    for row, cell in cells.head(1).items():
        # The row below the headings, themselves below the title, is row 0 of the table.
        at = row + 2 + file.title_rows
        raise file.broken(f"row {at}, {text.name}", found=repr(cell), wanted=wanted)
