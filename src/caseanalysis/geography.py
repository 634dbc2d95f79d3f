"""Codes of areas and organisations, and how age bands are written."""

from __future__ import annotations

import re

#: A nine-character code of the Office for National Statistics (GSS), England, Wales or joint.
AREA_CODE = re.compile(r"^[EWKNSJ]\d{8}$")
#: An NHS trust's code of the Organisation Data Service: R and two letters or digits.
TRUST_CODE = re.compile(r"^R[A-Z0-9]{2}$")
ENGLAND = "E92000001"

_BAND = re.compile(r"^\s*(\d{1,3})\s*(?:(?:-|–|to)\s*(\d{1,3})|(\+|and over|or over))?\s*$")


def parse_age_band(text: str) -> tuple[int, int | None]:
    """Return the first and last age (years) of a band; the last is None for an open band.

    ``"65-69"`` gives (65, 69), ``"90+"`` (90, None), ``"15"`` (15, 15).

    Raises
    ------
    ValueError
        If the text is no age band, or its ends are reversed.
    """
    found = _BAND.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not an age band such as 65-69 or 90+")
    lower = int(found.group(1))
    if found.group(3):
        return lower, None
    upper = int(found.group(2)) if found.group(2) else lower
    if upper < lower:
        raise ValueError(f"{text!r} is an age band with its ends reversed")
    return lower, upper


def age_band_label(lower: int, upper: int | None) -> str:
    """Return ``65-69``, ``90+`` or ``15`` for the ends of an age band, in years."""
    if upper is None:
        return f"{lower}+"
    return str(lower) if upper == lower else f"{lower}-{upper}"
