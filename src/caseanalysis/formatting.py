"""How numbers, dates and gaps are written on a page: the only place where percentages exist."""

from __future__ import annotations

import difflib
import math
import re
from datetime import date
from numbers import Real
from typing import Any

MISSING = "not available"
MINUS = "\N{MINUS SIGN}"

_KINDS = ("integer", "decimal", "percent", "points", "pounds", "million pounds", "year")
_DEFAULT_PLACES = {"integer": 0, "pounds": 0, "year": 0}
_STYLE = re.compile(rf"^(?P<signed>signed )?(?P<kind>{'|'.join(_KINDS)})(?: (?P<places>\d))?$")
_OTHERS = ("text", "date", "month")


def is_missing(value: object) -> bool:
    """Return whether a value is a gap: None, NaN, NaT or NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, Real) and math.isnan(float(value))


def is_numeric_style(style: str) -> bool:
    """Return whether a style writes numbers, which stand at the right of a table's column."""
    return _STYLE.match(style) is not None


def format_value(value: Any, style: str = "text") -> str:
    """Return a value as it is written on a page.

    Parameters
    ----------
    value : object
        A share from 0 to 1 for ``percent``, a difference of shares for ``points``, pounds for
        ``pounds`` and ``million pounds``.
    style : str
        ``text``, ``date``, ``month``, or one of ``integer``, ``decimal``, ``percent``,
        ``points``, ``pounds``, ``million pounds``, ``year``; these may follow ``signed`` and
        be followed by the number of decimal places: ``signed percent 2``.

    Returns
    -------
    str
        Thousands are set apart by commas, a minus is a minus sign, and a gap is
        ``not available``.

    Raises
    ------
    ValueError
        If there is no such style, or the value is of another kind than the style writes.
    """
    found = _STYLE.match(style)
    if found is None and style not in _OTHERS:
        raise ValueError(_unknown_style(style))
    if is_missing(value):
        return MISSING
    if found is not None:
        return _number(value, found, style)
    if style == "text":
        return str(value)
    return _date(value, style)


def _unknown_style(style: str) -> str:
    styles = (*_OTHERS, *_KINDS)
    like = difflib.get_close_matches(style, styles, n=1, cutoff=0.5)
    hint = f"; did you mean {like[0]!r}?" if like else ""
    return f"no style {style!r}; wanted one of {', '.join(styles)}{hint}"


def _number(value: Any, found: re.Match[str], style: str) -> str:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{value!r} is not a number, and style {style!r} writes numbers")
    kind = found["kind"]
    places = int(found["places"] or _DEFAULT_PLACES.get(kind, 1))
    scale = {"percent": 100.0, "points": 100.0, "million pounds": 1e-6}.get(kind, 1.0)
    amount = round(float(value) * scale, places)
    if kind == "year":
        return f"{amount:.0f}"
    sign = MINUS if amount < 0 else "+" if found["signed"] and amount > 0 else ""
    pounds = "£" if kind.endswith("pounds") else ""
    unit = {"percent": "%", "points": " points", "million pounds": " million"}.get(kind, "")
    return f"{sign}{pounds}{abs(amount):,.{places}f}{unit}"


def _date(value: Any, style: str) -> str:
    # Timestamps and datetimes are dates; a pandas Period has the same three fields.
    if not isinstance(value, date) and not hasattr(value, "to_timestamp"):
        raise ValueError(f"{value!r} is not a date, and style {style!r} writes dates")
    month = date(value.year, value.month, 1).strftime("%B %Y")
    return month if style == "month" else f"{value.day} {month}"
