"""Referral to treatment: incomplete pathways by provider, totals re-keyed by a third party."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick

_COUNTS = {
    "pathways": "total_incomplete",
    "within_18_weeks": "within_18wk",
    "over_52_weeks": "over_52wk",
    "over_65_weeks": "over_65wk",
    "over_78_weeks": "over_78wk",
    "over_104_weeks": "over_104wk",
}
_HEADINGS = {"org_code": "org_code", "month": "month_start", **_COUNTS}
_MISSING = ("",)


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the re-keyed totals of incomplete pathways."""
    return fits(file.csv_header, _HEADINGS.values())


def read(file: OfficialFile) -> Reading:
    """Return incomplete pathways by provider and month.

    Key: ``month``, ``org_code``. A blank is missing: where no patient waited over 52 weeks the
    file has sometimes 0 and sometimes a blank.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a month or count cannot be read, a month is missing, or a longer
        wait has more pathways than a shorter one.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    table = pd.DataFrame(
        {name: counts(file, frame[columns[name]], withheld=_MISSING) for name in _COUNTS}
    )
    table.insert(0, "org_code", frame[columns["org_code"]].str.strip())
    table.insert(0, "month", _months(file, frame[columns["month"]]))
    _refuse_longer_waits(file, table)
    first, last = (f"{month:%Y-%m}" for month in (table["month"].min(), table["month"].max()))
    return Reading(
        tables={
            "rtt_provider_total": schemas.validate(
                table, "rtt_provider_total", where=file.path.name
            )
        },
        release=f"re-keyed, {first} to {last}",
        period=f"{first} to {last}",
        slice_="all months",
        notes=_notes(table),
    )


def _months(file: OfficialFile, text: pd.Series) -> pd.Series:
    months = pd.to_datetime(text.str.strip(), format="%Y-%m-%d", errors="coerce")
    for row in text.index[~(months.dt.day == 1)][:1]:
        raise file.broken(
            f"row {row + 2}, month_start",
            found=repr(text[row]),
            wanted="the first day of a month, such as 2025-03-01",
        )
    wanted = pd.date_range(months.min(), months.max(), freq="MS")
    lacking = wanted.difference(pd.DatetimeIndex(months))
    if len(lacking):
        raise file.broken(
            "column month_start", found=f"no row of {lacking[0]:%B %Y}", wanted="every month"
        )
    return months


def _refuse_longer_waits(file: OfficialFile, table: pd.DataFrame) -> None:
    """Refuse a longer wait with more pathways than a shorter one that includes it."""
    names = ["pathways", *(name for name in _COUNTS if name.startswith("over"))]
    pairs = [*zip(names[1:], names[:-1], strict=True), ("within_18_weeks", "pathways")]
    for part, whole in pairs:
        for row in table.index[table[part] > table[whole]][:1]:
            raise file.broken(
                f"row {row + 2}, {_COUNTS[part]}",
                found=f"{table.loc[row, part]:,.0f}",
                wanted=f"at most {table.loc[row, whole]:,.0f}, its {_COUNTS[whole]}",
            )


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    blank = table[list(_COUNTS)].isna().sum()
    return (
        "the file has no total of England to compare with",
        *(f"{name}: {count:,} blanks, missing here" for name, count in blank.items() if count),
    )


READER = Reader(
    source="rtt_provider_totals",
    recognise=recognise,
    read=read,
    traits="org_code month_start total_incomplete within_18wk over_52wk over_65wk over_78wk",
    tables=("rtt_provider_total",),
)
