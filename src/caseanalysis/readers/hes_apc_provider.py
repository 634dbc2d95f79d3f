"""Hospital admitted patient care of a year by provider: the workbook of NHS England.

The sheet has the columns of the workbook by diagnosis, a row of England headed Total, rows of
commissioning regions and rows of providers. Below England small counts are withheld and the others
rounded to 5.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.admitted_year import (
    TRAITS,
    Admitted,
    by_age,
    part_sums,
    read_rows,
    stated_year,
)
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.workbook_tables import cells_below, first_sheet, sheets_with, words

_USUAL = r"hospital providers?"
_CODE = re.compile(r"((hospital )?provider|organisation|org|trust)? ?code( and description)?"
                   r"|hospital provider( code and description| name)?")  # fmt: skip
_REGION = re.compile(r"commissioning region", re.IGNORECASE)
#: A provider's count is rounded to 5, so it is at most so far from the true one.
_ROUNDED = 5 / 2
#: Counts of 1 to 7 are withheld.
_LARGEST_WITHHELD = 7


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the yearly workbook of admitted patient care by provider."""
    return any(
        any(TRAITS[0] in row and any(map(_CODE.fullmatch, row)) for row in file.heading_rows(sheet))
        for sheet in sheets_with(file, *TRAITS, usual=_USUAL)
    )


def read(file: OfficialFile) -> Reading:
    """Return episodes, admissions, waits and stays of a year by provider, and by age.

    Keys: ``period``, ``org_code``; and with ``age_lower``. A withheld count is missing.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing, a cell is no number, the year is not stated, there is no one row
        of England, or the providers do not sum to it within rounding and withholding.
    """
    sheet, grid, header = first_sheet(file, *TRAITS, usual=_USUAL)
    identity = _organisations(file, sheet, grid, header)
    admitted = read_rows(file, sheet, grid, header, identity.index)
    period = stated_year(file, grid, header)
    if period is None:
        raise file.broken(
            f"sheet {sheet}, title",
            found="no financial year, or more than one",
            wanted="one, such as 2023-24",
        )
    identity.insert(0, "period", period)
    checks = part_sums(file, sheet, admitted, slack=_ROUNDED) + _england(
        file, sheet, identity["level"], admitted.measures
    )
    where = file.path.name
    table = pd.concat([identity, admitted.measures], axis=1)
    ages = by_age(admitted, identity[["period", "org_code"]])
    return Reading(
        tables={
            "hes_provider_year": schemas.validate(table, "hes_provider_year", where=where),
            "hes_provider_age": schemas.validate(ages, "hes_provider_age", where=where),
        },
        release=period,
        period=period,
        slice_=period,
        checks=checks,
        notes=_notes(admitted),
    )


def _organisations(
    file: OfficialFile, sheet: str, grid: list[list[object]], header: int
) -> pd.DataFrame:
    """Return code, name and level of each organisation, by row of the sheet."""
    headings = [plain(str(cell)) for cell in grid[header]]
    at = next((at for at, heading in enumerate(headings) if _CODE.fullmatch(heading)), None)
    if at is None:
        raise file.broken(
            f"sheet {sheet}, row {header + 1}",
            found="no column of providers",
            wanted="a column headed like 'Hospital provider code and description'",
        )
    cells = cells_below(grid, header, {"org_code": at, "org_name": at + 1}).apply(words)
    total = (cells == "Total").any(axis=1) | (cells == "England").any(axis=1)
    if total.sum() != 1:
        raise file.broken(
            f"sheet {sheet}",
            found=f"{total.sum() or 'no'} rows headed Total",
            wanted="one, England",
        )
    named = (cells != "").all(axis=1) & (cells["org_code"].str.len() <= 8)
    region = named & cells["org_name"].str.contains(_REGION)
    level = np.select([total, region], ["england", "region"], "provider")
    kept = cells.assign(level=level)
    kept.loc[total, ["org_code", "org_name"]] = ["ENGLAND", "England"]
    return kept[total | named]


def _england(
    file: OfficialFile, sheet: str, level: pd.Series, measures: pd.DataFrame
) -> tuple[Check, ...]:
    england = measures[level == "england"].iloc[0]
    providers = measures[level == "provider"]
    checks = []
    for name in ("finished_consultant_episodes", "finished_admission_episodes"):
        ours, total = float(providers[name].sum()), float(england[name])
        withheld = int(providers[name].isna().sum())
        slack = _ROUNDED * (len(providers) - withheld)
        if not -slack <= total - ours <= slack + _LARGEST_WITHHELD * withheld:
            raise file.broken(
                f"sheet {sheet}, Total, {name}",
                found=f"{total:,.0f}",
                wanted=f"about {ours:,.0f}, the sum of the providers",
            )
        checks.append(
            Check(f"providers sum to England within rounding and withholding: {name}", ours, total)
        )
    return tuple(checks)


def _notes(admitted: Admitted) -> tuple[str, ...]:
    missing = int(admitted.measures.isna().sum().sum() + admitted.ages.isna().sum().sum())
    return (f"{missing:,} figures are withheld or not given, and missing here",) if missing else ()


READER = Reader(
    source="hes_apc_provider",
    recognise=recognise,
    read=read,
    traits="Title page Hospital Providers",
    tables=("hes_provider_year", "hes_provider_age"),
)
