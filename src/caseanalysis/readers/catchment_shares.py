"""Share of each trust's patients by the local authority where they live."""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.geography import TRUST_CODE
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.population_projections import csv_table, headings, numbers, reconcile

#: The headings carry the years of the trusts' and of the districts' codes.
_TRUST = re.compile(r"^nhs_trust(\d{2})_code$")
_DISTRICT = re.compile(r"^ltla(\d{2})_code$")
_SHARE = "proportion_trust_came_from_ltla"
#: Shares carry about sixteen digits.
_PRECISION = 1e-9


def _recognise(file: OfficialFile) -> bool:
    found = headings(file)
    return any(map(_TRUST.match, found)) and any(map(_DISTRICT.match, found))


def _read(file: OfficialFile) -> Reading:
    cells = csv_table(file, (_SHARE,))
    trust, trust_year = _column(file, cells, _TRUST, "nhs_trust22_code")
    district, district_year = _column(file, cells, _DISTRICT, "ltla21_code")
    edition = f"trusts {trust_year}, districts {district_year}"
    check_trusts(file, cells[trust])
    share = numbers(file, cells[[_SHARE]])[_SHARE]
    table = pd.DataFrame(
        {"edition": edition, "trust_code": cells[trust], "area_code": cells[district]}
    ).assign(share=share)
    checked = schemas.validate(table, "catchment_share", where=file.path.name)
    totals = checked.groupby("trust_code")["share"].sum()
    return Reading(
        tables={"catchment_share": checked},
        release=edition,
        period="not stated in the file",
        slice_=edition,
        checks=(
            reconcile(
                file,
                "shares of a trust against 1",
                totals,
                pd.Series(1.0, index=totals.index),
                tolerance=_PRECISION,
            ),
        ),
        notes=("shares of each trust's patients, not of an area's residents",),
    )


def _column(
    file: OfficialFile, cells: pd.DataFrame, pattern: re.Pattern[str], example: str
) -> tuple[str, int]:
    """Return the one heading that fits a pattern, and the year in it."""
    found = [match for name in cells.columns if (match := pattern.match(name))]
    if len(found) != 1:
        raise file.broken(
            "row 1",
            found=f"{len(found)} columns like {example!r}",
            wanted=f"one column like {example!r}",
        )
    return found[0][0], 2000 + int(found[0][1])


def check_trusts(file: OfficialFile, codes: pd.Series, *, place: str = "") -> None:
    """Refuse a file with a code that is no trust's.

    Raises
    ------
    BrokenPublicationError
        If a code is not R and two letters or digits; the message names its row.
    """
    wrong = ~codes.str.match(TRUST_CODE.pattern)
    if wrong.any():
        row = codes.index[wrong][0]
        raise file.broken(
            f"{place}row {row}, column {codes.name}",
            found=repr(codes[row]),
            wanted="a trust's code: R and two letters or digits",
        )


READER = Reader(
    source="ohid_catchment_shares",
    recognise=_recognise,
    read=_read,
    traits="nhs_trust22_code ltla21_code proportion_trust_came_from_ltla",
    tables=("catchment_share",),
)
