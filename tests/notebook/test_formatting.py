"""How numbers, dates and gaps are written; every expected text is written by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from caseanalysis.formatting import format_value, is_numeric_style


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (1234567, "integer", "1,234,567"),
        (-1234.4, "integer", "−1,234"),
        (0.1234, "percent", "12.3%"),
        (0.1236, "percent 2", "12.36%"),
        (1.0, "percent 0", "100%"),
        (0.031, "signed percent", "+3.1%"),
        (-0.031, "signed percent", "−3.1%"),
        (0.0, "signed percent", "0.0%"),
        (-0.0004, "percent", "0.0%"),
        (-0.021, "points", "−2.1 points"),
        (1234.5, "pounds", "£1,234"),
        (-2_500_000, "million pounds", "−£2.5 million"),
        (3.14159, "decimal 3", "3.142"),
        (2023, "year", "2023"),
        (np.float64(0.5), "percent", "50.0%"),
        (np.int64(12000), "integer", "12,000"),
        ("King’s Lynn", "text", "King’s Lynn"),
        (date(2025, 4, 10), "date", "10 April 2025"),
        (pd.Timestamp("2025-03-01"), "month", "March 2025"),
        (pd.Period("2025-03", freq="M"), "month", "March 2025"),
    ],
)
def test_a_value_is_written(value: object, style: str, text: str) -> None:
    assert format_value(value, style) == text


@pytest.mark.parametrize("gap", [None, float("nan"), np.float32("nan"), pd.NA, pd.NaT])
@pytest.mark.parametrize("style", ["text", "integer", "percent", "date"])
def test_a_gap_is_said_in_words(gap: object, style: str) -> None:
    assert format_value(gap, style) == "not available"


def test_an_unknown_style_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'percent'"):
        format_value(0.5, "percnt")


@pytest.mark.parametrize("value", ["12", True])
def test_what_is_no_number_is_not_written_as_one(value: object) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        format_value(value, "integer")


def test_what_is_no_date_is_not_written_as_one() -> None:
    with pytest.raises(ValueError, match="is not a date"):
        format_value("2025-03-01", "date")


def test_styles_of_numbers_are_told_from_styles_of_text() -> None:
    assert is_numeric_style("signed percent 2")
    assert not is_numeric_style("text")
