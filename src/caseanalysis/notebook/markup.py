"""Accessible HTML made from tables and templates, with every text escaped."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.formatting import MISSING, format_value, is_missing, is_numeric_style
from caseanalysis.methods.columns import require_columns

#: A column's label, or its label and the style that writes its values.
Column = str | tuple[str, str]

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
#: Tables with more columns than this may be wider than a narrow screen and so scroll by themselves.
NARROW = 2


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Return plain text: a template whose ``{name:style}`` fields are written by their style.

    Raises
    ------
    ValueError
        If a number has no style, or a style is not known.
    KeyError
        If a field has no value.
    """
    return _Template().vformat(template, (), values)


def fill_known(template: str, values: Mapping[str, Any]) -> str:
    """Return the sentences of a template, as `fill` writes them, whose values are all known.

    Raises
    ------
    ValueError, KeyError
        As for `fill`.
    """
    sentences = _SENTENCE_END.split(template)
    known = [one for one in sentences if not any(is_missing(values[name]) for name in _fields(one))]
    return fill(" ".join(known), values)


def _fields(template: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(template) if name]


class _Template(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        _require_style(value, format_spec, "the field")
        return format_value(value, format_spec or "text")


def _require_style(value: object, style: str, what: str) -> None:
    if not style and not is_missing(value) and not isinstance(value, str):
        raise ValueError(f"{what} with {value} has no style; write for example 'integer'")


def paragraph(text: str, *, css: str) -> str:
    """Return a paragraph of plain text."""
    return f'<p class="{css}">{escape(text)}</p>'


def table_html(
    table: pd.DataFrame, columns: Mapping[str, Column], *, caption: str, identifier: str
) -> str:
    """Return a table of HTML: caption, header cells with scope, numbers at the right.

    The first column heads each row. A table that may be wider than the page scrolls inside a
    region of its own, which the keyboard reaches.

    Raises
    ------
    MethodError
        If the table lacks a column, or a column of numbers has no style.
    """
    styled = styles_of(table, columns, where=caption)
    cells = [[format_value(value, style) for value in table[name]]
             for name, (_, style) in styled.items()]  # fmt: skip
    numbers = [is_numeric_style(style) for _, style in styled.values()]
    # A long table is most of a page: its columns are marked once, and end tags that HTML lets one
    # leave out are left out.
    marks = "".join(f" ca-n{at}" for at, number in enumerate(numbers, start=1) if number)
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label, _ in styled.values())
    html = (
        f'<table class="ca-table{marks}" id="{identifier}">'
        f"<caption><span>{escape(caption)}</span></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(map(_row, zip(*cells, strict=True)))}</tbody></table>"
    )
    return scrolling(html, caption) if len(columns) > NARROW else html


def scrolling(html: str, label: str, *, css: str = "ca-scroll") -> str:
    """Return wide HTML inside a region that scrolls and that the keyboard reaches."""
    return (
        f'<div class="{css}" tabindex="0" role="region" aria-label="{escape(label)}">{html}</div>'
    )


def styles_of(
    table: pd.DataFrame, columns: Mapping[str, Column], *, where: str
) -> dict[str, tuple[str, str]]:
    """Return the label and the style of each column to show.

    Raises
    ------
    MethodError
        If the table lacks a column, or a column of numbers has no style.
    """
    require_columns(table, columns, where=where)
    return {name: _style(table[name], column, where) for name, column in columns.items()}


def _style(values: pd.Series[Any], column: Column, where: str) -> tuple[str, str]:
    label, style = (column, "") if isinstance(column, str) else column
    if style:
        return label, style
    known = values.dropna()
    if len(known) and not isinstance(known.iloc[0], str):
        raise MethodError(
            where=where,
            found=f"the column {values.name!r} with {known.iloc[0]} and no style",
            wanted="a label and a style for numbers and dates",
            remedy=f"write ({label!r}, 'integer') or another style of caseanalysis.formatting",
        )
    return label, "text"


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    others = "".join(
        f"<td class=ca-gap>{text}" if text == MISSING else f"<td>{escape(text)}" for text in rest
    )
    return f"<tr><th scope=row>{escape(first)}{others}"
