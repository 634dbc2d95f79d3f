"""Patients who no longer meet the criteria to reside, by trust and day: a re-keyed series."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick

_HEADINGS = {
    "org_code": r"nhs_trust\d{2}_code",
    "day": "date",
    "patients": "do_not_meet_criteria_to_reside",
}
_MISSING = ("NA", "")
#: A figure so many times the median of its trust is told as doubtful, unless it is small.
_JUMP = 4
_SMALL = 400


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the re-keyed daily discharge figures by trust."""
    return fits(file.csv_header, _HEADINGS.values())


def read(file: OfficialFile) -> Reading:
    """Return patients who no longer meet the criteria to reside by trust and day.

    Key: ``day``, ``org_code``. The file does not say whether patients who were discharged by
    the end of the day are counted. A figure that is not given is missing, as is a day on which
    every trust has 0; rows of no trust and no figure are left out.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a cell is no day or count, a day is missing, or a row has a figure
        and no trust.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    table = pd.DataFrame(
        {
            "day": _days(file, frame[columns["day"]]),
            "org_code": frame[columns["org_code"]].str.strip(),
            "patients": counts(file, frame[columns["patients"]], withheld=_MISSING),
        }
    )
    nobody = table["org_code"].isin(_MISSING)
    for row in table.index[nobody & table["patients"].notna()][:1]:
        raise file.broken(
            f"row {row + 2}, {columns['org_code']}",
            found=f"no trust for {table.loc[row, 'patients']:,.0f} patients",
            wanted="the code of a trust",
        )
    kept, doubts = _doubtful(table[~nobody])
    first, last = (f"{day:%Y-%m-%d}" for day in (kept["day"].min(), kept["day"].max()))
    return Reading(
        tables={
            "criteria_to_reside": schemas.validate(kept, "criteria_to_reside", where=file.path.name)
        },
        release=f"re-keyed, {first} to {last}",
        period=f"{first} to {last}",
        slice_="all days",
        notes=(*_notes(table, nobody), *doubts),
    )


def _days(file: OfficialFile, text: pd.Series) -> pd.Series:
    days = pd.to_datetime(text.str.strip(), format="%Y-%m-%d", errors="coerce")
    for row in text.index[days.isna()][:1]:
        raise file.broken(f"row {row + 2}, date", found=repr(text[row]), wanted="2025-03-31")
    lacking = pd.date_range(days.min(), days.max()).difference(pd.DatetimeIndex(days))
    if len(lacking):
        raise file.broken(
            "column date", found=f"no row of {lacking[0]:%d %B %Y}", wanted="every day"
        )
    return days


def _notes(table: pd.DataFrame, nobody: pd.Series) -> tuple[str, ...]:
    notes = ["the file has no total of England to compare with"]
    if nobody.any():
        days = table.loc[nobody, "day"]
        notes.append(
            f"{nobody.sum():,} rows of no trust and no figure left out, "
            f"{days.min():%d %B %Y} to {days.max():%d %B %Y}"
        )
    missing = table.loc[~nobody, "patients"].isna().groupby(table["org_code"]).sum()
    if missing.any():
        notes.append(
            f"{missing.sum():,} days not given, missing here, of {(missing > 0).sum()} trusts"
        )
    return tuple(notes)


def _doubtful(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the table without the days on which every trust has 0, and notes on doubtful figures.

    On such a day nothing was collected; no hospital of England without a patient who could leave
    is not to be believed.
    """
    by_day = table.groupby("day")["patients"]
    empty = (by_day.max() == 0) & (by_day.count() > 1)
    days = empty.index[empty]
    patients = table["patients"].mask(table["day"].isin(days))
    notes = [f"{day:%d %B %Y}: every trust has 0, which cannot be; missing here" for day in days]
    zeros = int((patients == 0).sum())
    if zeros:
        notes.append(f"{zeros:,} other zeros: a zero may be a day without a return")
    usual = patients.groupby(table["org_code"]).transform("median")
    high = table.assign(usual=usual)[(patients > _JUMP * usual) & (patients > _SMALL)]
    notes += [
        f"{row.org_code}, {row.day:%d %B %Y}: {row.patients:,.0f} patients while "
        f"{row.usual:,.0f} are usual there"
        for row in high.itertuples()
    ]
    return table.assign(patients=patients), tuple(notes)


READER = Reader(
    source="discharge",
    recognise=recognise,
    read=read,
    traits="nhs_trust22_code date do_not_meet_criteria_to_reside",
    tables=("criteria_to_reside",),
)
