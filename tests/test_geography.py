"""Codes of areas and trusts, and age bands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseanalysis.geography import (
    AREA_CODE,
    ENGLAND,
    TRUST_CODE,
    age_band_label,
    parse_age_band,
)


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("65-69", (65, 69)),
        ("65–69", (65, 69)),
        (" 0 to 4 ", (0, 4)),
        ("90+", (90, None)),
        ("85 and over", (85, None)),
        ("85 or over", (85, None)),
        ("15", (15, 15)),
    ],
)
def test_age_band_is_read(text: str, band: tuple[int, int | None]) -> None:
    assert parse_age_band(text) == band


@pytest.mark.parametrize("text", ["", "All ages", "65-", "-69", "65-69+", "under 5", "1000"])
def test_text_that_is_no_age_band_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an age band"):
        parse_age_band(text)


def test_reversed_age_band_is_refused() -> None:
    with pytest.raises(ValueError, match="ends reversed"):
        parse_age_band("69-65")


@given(st.integers(0, 120), st.none() | st.integers(0, 30))
def test_label_of_a_band_is_read_back(lower: int, width: int | None) -> None:
    upper = None if width is None else lower + width
    assert parse_age_band(age_band_label(lower, upper)) == (lower, upper)


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("E07000143", True),
        ("W06000001", True),
        (ENGLAND, True),
        ("E0700014", False),
        ("E070001433", False),
        ("e07000143", False),
        ("X07000143", False),
    ],
)
def test_area_code_is_a_letter_and_eight_digits(code: str, fits: bool) -> None:
    assert bool(AREA_CODE.match(code)) == fits


@pytest.mark.parametrize(
    ("code", "fits"),
    [("RQX", True), ("R0A", True), ("QMM", False), ("RQ", False), ("RQXA", False), ("rqx", False)],
)
def test_trust_code_is_r_and_two_more(code: str, fits: bool) -> None:
    assert bool(TRUST_CODE.match(code)) == fits
