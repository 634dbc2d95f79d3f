"""Months, financial years and their text in official files."""

from __future__ import annotations

import re
from datetime import date, datetime

import pandas as pd

_MONTHS = {
    name: number
    for number, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        start=1,
    )
}
_FINANCIAL_YEAR = re.compile(r"^(\d{4})[-/](\d{2})$")


def parse_month(text: str) -> pd.Period:
    """Return the month that text such as ``March 2025`` or ``MSitAE-MARCH-2025`` names.

    Raises
    ------
    ValueError
        If the text names no month and year.
    """
    found = re.search(r"([A-Za-z]+)[\s_-]+(\d{4})\s*$", text.strip())
    number = _MONTHS.get(found.group(1).lower()) if found else None
    if found is None or number is None:
        raise ValueError(f"{text!r} names no month and year")
    return pd.Period(year=int(found.group(2)), month=number, freq="M")


def parse_date(text: str) -> date:
    """Return the date that British text such as ``10th April 2025`` names.

    Raises
    ------
    ValueError
        If the text names no date.
    """
    found = re.search(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]+),?\s+(\d{4})", text.strip())
    number = _MONTHS.get(found.group(2).lower()) if found else None
    if found is None or number is None:
        raise ValueError(f"{text!r} names no date")
    return datetime(int(found.group(3)), number, int(found.group(1))).date()


def financial_year(month: pd.Period) -> str:
    """Return the financial year, April to March, of a month, as ``2023-24``."""
    start = month.year if month.month >= 4 else month.year - 1
    return financial_year_label(start)


def financial_year_label(start: int) -> str:
    """Return ``2023-24`` for the financial year that starts in April 2023."""
    return f"{start}-{(start + 1) % 100:02d}"


def financial_year_start(label: str) -> int:
    """Return 2023 for ``2023-24`` or ``2023/24``.

    Raises
    ------
    ValueError
        If the text is not a financial year, or its two halves do not follow each other.
    """
    found = _FINANCIAL_YEAR.match(label)
    if found is None or (int(found.group(1)) + 1) % 100 != int(found.group(2)):
        raise ValueError(f"{label!r} is not a financial year such as 2023-24")
    return int(found.group(1))
