"""The data behind a figure or table: plain records, a file inside the page, and in words."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.formatting import format_value, is_missing, is_numeric_style

#: What a column of each kind holds, where its label may speak of percentages.
_HELD = {
    "percent": "share from 0 to 1",
    "points": "difference of shares",
    "pounds": "pounds",
    "million": "pounds",
}
# A spreadsheet takes a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Beyond this many, the different texts of a column are counted instead of listed.
_LISTED = 4
_FIGURES = 7
# Signs that stand in an address as they are; the others are written by their codes.
_PLAIN_IN_ADDRESS = "!$'()*+,-./:;=?@_~"


def data_facts(
    table: pd.DataFrame, styles: Mapping[str, tuple[str, str]], *, where: str
) -> dict[str, Any]:
    """Return the columns and rows of what is shown, of plain types.

    Parameters
    ----------
    table : DataFrame
        What is shown, with at least the columns named.
    styles : Mapping of str to tuple of str
        Label and style by column, in the order shown.
    where : str
        What is shown, for an error.

    Returns
    -------
    dict
        ``columns``: records of ``name``, ``label`` and ``style``; ``rows``: lists of values as
        computed, so that shares run from 0 to 1, days and months are ISO dates, gaps are None.

    Raises
    ------
    MethodError
        If a value is infinite or of a kind that no plain record can hold.
    """
    columns = [
        {"name": name, "label": label, "style": style} for name, (label, style) in styles.items()
    ]
    values = [[_plain(value, name, where) for value in table[name]] for name in styles]
    return {"columns": columns, "rows": [list(row) for row in zip(*values, strict=True)]}


def _plain(value: Any, name: str, where: str) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, pd.Period):
        value = value.to_timestamp()
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    plain = value.item() if hasattr(value, "item") else value
    if not isinstance(plain, str | bool | int | float):
        raise _unfit(f"{value!r} in the column {name!r}", where)
    if isinstance(plain, float) and math.isinf(plain):
        raise _unfit(f"an infinite number in the column {name!r}", where)
    return plain


def _unfit(found: str, where: str) -> MethodError:
    return MethodError(
        where=where,
        found=found,
        wanted="texts, finite numbers, dates or gaps",
        remedy="mend the method that makes the column, or leave the column out",
    )


def csv_text(facts: Mapping[str, Any]) -> str:
    """Return the data as a spreadsheet: labels, then rows, numbers to seven figures.

    Text that a spreadsheet would take for a formula begins with an apostrophe. A byte order mark
    comes first, since spreadsheets otherwise misread pound signs.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_cell(_header(column)) for column in facts["columns"])
    writer.writerows([_cell(value) for value in row] for row in facts["rows"])
    return "\ufeff" + stream.getvalue()


def _header(column: Mapping[str, str]) -> str:
    held = _HELD.get(column["style"].removeprefix("signed ").split(" ")[0])
    return f"{column['label']} ({held})" if held else column["label"]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return _short(value) if isinstance(value, float) else str(value)


def _short(value: float) -> str:
    # Digits before the point all stay, so that no count is told in powers of ten.
    before = len(str(int(abs(value))))
    text = f"{value:.{max(_FIGURES - before, 0)}f}" if abs(value) >= 1 else f"{value:.{_FIGURES}g}"
    return text.rstrip("0").removesuffix(".") if "." in text and "e" not in text else text


def download_html(facts: Mapping[str, Any], *, name: str, label: str) -> str:
    """Return a link that saves the data as a spreadsheet out of the page itself."""
    data = quote(csv_text(facts), safe=_PLAIN_IN_ADDRESS)
    return (
        f'<a class="ca-save" download="{escape(name)}.csv" '
        f'href="data:text/csv;charset=utf-8,{escape(data)}" '
        f'aria-label="Download the data (CSV): {escape(label)}">Download the data (CSV)</a>'
    )


def in_words(facts: Mapping[str, Any]) -> str:
    """Return what each column holds: the texts, or from where to where its values run."""
    rows = facts["rows"]
    told = [
        f"{column['label']}: {_range([row[at] for row in rows], column['style'])}."
        for at, column in enumerate(facts["columns"])
    ]
    return " ".join((f"{len(rows):,} row{'' if len(rows) == 1 else 's'}.", *told))


def _range(values: Sequence[Any], style: str) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "nothing known"
    gaps = f", and {len(values) - len(known):,} not available" if len(known) < len(values) else ""
    if is_numeric_style(style):
        ends = [format_value(end, style) for end in (min(known), max(known))]
    elif style in ("date", "month"):
        ends = [format_value(date.fromisoformat(end), style) for end in (min(known), max(known))]
    else:
        different = list(dict.fromkeys(map(str, known)))
        if len(different) > _LISTED:
            return f"{len(different):,} different, from {different[0]} to {different[-1]}{gaps}"
        return ", ".join(different) + gaps
    return " to ".join(dict.fromkeys(ends)) + gaps
