"""Months, dates and financial years as official files write them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseanalysis.periods import (
    financial_year,
    financial_year_label,
    financial_year_start,
    parse_date,
    parse_month,
)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("March 2025", "2025-03"),
        (" april  2019 ", "2019-04"),
        ("MSitAE-MARCH-2025", "2025-03"),
        ("Period_JANUARY_2020", "2020-01"),
    ],
)
def test_month_is_read_from_its_name(text: str, month: str) -> None:
    assert parse_month(text) == pd.Period(month, freq="M")


@pytest.mark.parametrize("text", ["", "2025", "Marhc 2025", "March 25", "2025-03", "March 2025 v2"])
def test_text_without_a_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no month and year"):
        parse_month(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("10th April 2025", date(2025, 4, 10)),
        ("1st May 2019", date(2019, 5, 1)),
        ("12 June 2031", date(2031, 6, 12)),
        ("Thursday 3rd March, 2022", date(2022, 3, 3)),
    ],
)
def test_date_is_read_as_the_british_write_it(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", ["", "-", "April 2025", "10/04/2025", "31st February 2025"])
def test_text_without_a_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no date|day"):
        parse_date(text)


@pytest.mark.parametrize(
    ("month", "year"),
    [
        ("2024-03", "2023-24"),
        ("2024-04", "2024-25"),
        ("1999-12", "1999-00"),
        ("2000-01", "1999-00"),
    ],
)
def test_financial_year_changes_in_april(month: str, year: str) -> None:
    assert financial_year(pd.Period(month, freq="M")) == year


@given(st.integers(1900, 2200))
def test_financial_year_is_read_back_as_it_was_written(start: int) -> None:
    assert financial_year_start(financial_year_label(start)) == start


def test_financial_year_with_a_stroke_is_read_too() -> None:
    assert financial_year_start("2023/24") == 2023


@pytest.mark.parametrize("label", ["2023-25", "2023", "2023-2024", "23-24", "2024-23", "2023-24x"])
def test_text_that_is_no_financial_year_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="not a financial year"):
        financial_year_start(label)
