"""Referral to treatment: the overview time series of England, of NHS England.

One row a month under two rows of headings: the group of pathways, and the measure. Figures come as
reported and with estimates for providers that sent no data.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Cell, Grid, OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.workbook_tables import (
    NOT_GIVEN,
    cells_below,
    figures,
    first_sheet,
    sheets_with,
)

_TRAITS = ("year", "month", "incomplete rtt pathways")
_GROUPS = {
    "incomplete": r"incomplete rtt pathways",
    "admitted": r"admitted \(unadjusted\) rtt pathways",
    "admitted_adjusted": r"admitted \(adjusted\) rtt pathways",
    "non_admitted": r"non-admitted rtt pathways",
    "new_periods": r"new rtt periods",
}
_PATHWAYS = r"(total waiting( \(mil\))?|no\. of pathways( \(all\))?|no\. of new rtt periods)"
_MEASURES = {
    "median_weeks": r"median wait \(weeks\)",
    "p92_weeks": r"92nd percentile \(weeks\)",
    "p95_weeks": r"95th percentile \(weeks\)",
    "within_18_weeks": r"no\. within 18 weeks",
    "share_within_18_weeks": r"% within 18 weeks",
    "over_18_weeks": r"no\. > 18 weeks",
    "over_52_weeks": r"no\. > 52 weeks",
    "over_78_weeks": r"no\. > 78 weeks",
    "over_104_weeks": r"no\. > 104 weeks",
    "pathways": _PATHWAYS,
}
_ESTIMATED = r" with estimates for missing data"
#: A percentile that lies beyond the last week that was counted then.
_BEYOND = re.compile(r"\d+\+")
_ROUNDING = 1 / 2
_SHARE = 1e-6


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the overview time series of England."""
    return bool(sheets_with(file, *_TRAITS, usual=r"full time series"))


def read(file: OfficialFile) -> Reading:
    """Return median waits and pathways of England by month and pathway.

    Key: ``month``, ``pathway``. A percentile beyond the last week that was counted ("52+") is
    missing, as is a figure that was not collected. Months without a figure are no rows.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing, a month does not follow the one before or is not of its year, a
        cell is no number, or pathways within and over 18 weeks are not the total.
    """
    sheet, grid, header = first_sheet(file, *_TRAITS, usual=r"full time series")
    places = _places(file, sheet, grid, header)
    months, last_row = _months(file, sheet, grid, header)
    cells = cells_below(grid[:last_row], header + 1, _flat(places))
    beyond = cells.map(lambda cell: bool(_BEYOND.fullmatch(str(cell).strip())))
    values = figures(file, cells.mask(beyond, "-"), place=f"sheet {sheet}", withheld=NOT_GIVEN)
    table = _long(values, places, months)
    checks = _reconcile(file, sheet, table)
    filled = table.dropna(how="all", subset=table.columns.difference(["month", "pathway"]))
    first, last = (f"{month:%Y-%m}" for month in (filled["month"].min(), filled["month"].max()))
    kept = filled.drop(columns="share_within_18_weeks").reset_index(drop=True)
    return Reading(
        tables={"rtt_england": schemas.validate(kept, "rtt_england", where=file.path.name)},
        release=f"{first} to {last}",
        period=f"{first} to {last}",
        slice_="all months",
        checks=checks,
        notes=(
            *_notes(grid, header, int(beyond.to_numpy().sum()), months, last),
            *_wrong_shares(table),
        ),
    )


def _flat(places: dict[tuple[str, str], int]) -> dict[str, int]:
    return {f"{pathway} {measure}": at for (pathway, measure), at in places.items()}


def _places(file: OfficialFile, sheet: str, grid: Grid, header: int) -> dict[tuple[str, str], int]:
    """Return the column of each pathway and measure, by the group above and the heading."""
    places: dict[tuple[str, str], int] = {}
    group = ""
    for at, (above, cell) in enumerate(zip(grid[header], grid[header + 1], strict=True)):
        group = plain(str(above)) or group
        pathway = _named(_GROUPS, group)
        measure = _measure(plain(str(cell)))
        if pathway and measure:
            if (pathway, measure) in places:
                raise file.broken(
                    f"sheet {sheet}, row {header + 2}",
                    found=f"two columns {cell!r} of {group!r}",
                    wanted="one",
                )
            places[pathway, measure] = at
    wanted = [(pathway, "pathways") for pathway in _GROUPS]
    wanted += [("incomplete", name) for name in ("median_weeks", "within_18_weeks")]
    for pathway, measure in wanted:
        if (pathway, measure) not in places:
            raise file.broken(
                f"sheet {sheet}, rows {header + 1} and {header + 2}",
                found=f"no column of {measure} for {pathway}",
                wanted=f"a column headed like {_MEASURES[measure]!r} under {_GROUPS[pathway]!r}",
            )
    return places


def _named(patterns: dict[str, str], text: str) -> str | None:
    return next((name for name, form in patterns.items() if re.fullmatch(form, text)), None)


def _measure(heading: str) -> str | None:
    reported = re.sub(_ESTIMATED + "$", "", heading)
    name = _named(_MEASURES, reported)
    return f"{name}_estimated" if name and reported != heading else name


def _months(
    file: OfficialFile, sheet: str, grid: Grid, header: int
) -> tuple[pd.DatetimeIndex, int]:
    """Return the months, which must follow each other and their years, and the last row."""
    headings = [plain(str(cell)) for cell in grid[header]]
    year_at, month_at = headings.index("year"), headings.index("month")
    months: list[pd.Timestamp] = []
    year = ""
    for number, row in enumerate(grid[header + 2 :], start=header + 3):
        if not isinstance(row[month_at], date):
            break
        months.append(pd.Timestamp(row[month_at]))
        year = str(row[year_at]).strip() or year
        _refuse_month(file, f"sheet {sheet}, row {number}", months, year, row[month_at])
    if not months:
        raise file.broken(f"sheet {sheet}, Month", found="no month", wanted="dates of months")
    return pd.DatetimeIndex(months), header + 2 + len(months)


def _refuse_month(
    file: OfficialFile, place: str, months: list[pd.Timestamp], year: str, cell: Cell
) -> None:
    month = months[-1]
    start = month.year if month.month >= 4 else month.year - 1
    following = len(months) == 1 or months[-2] + pd.DateOffset(months=1) == month
    if not following or month.day != 1 or not year.startswith(str(start)):
        raise file.broken(
            place,
            found=f"{cell} in the year {year!r}",
            wanted="the month after the one above it, in its financial year",
        )


def _long(
    values: pd.DataFrame, places: dict[tuple[str, str], int], months: pd.DatetimeIndex
) -> pd.DataFrame:
    measures = [
        *schemas.SCHEMAS["rtt_england"].columns,
        "share_within_18_weeks",
    ]
    parts = []
    for pathway in _GROUPS:
        part = pd.DataFrame({"month": months, "pathway": pathway})
        for measure in measures[2:]:
            given = values.get(f"{pathway} {measure}")
            part[measure] = np.nan if given is None else given.to_numpy()
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _reconcile(file: OfficialFile, sheet: str, table: pd.DataFrame) -> tuple[Check, ...]:
    rows = table[table["pathway"] == "incomplete"].set_index("month")
    ours, total = rows["within_18_weeks"] + rows["over_18_weeks"], rows["pathways"]
    for month in rows.index[(ours - total).abs() > _ROUNDING][:1]:
        raise file.broken(
            f"sheet {sheet}, {month:%B %Y}, Total waiting",
            found=f"{total[month]:,.0f}",
            wanted=f"{ours[month]:,.0f}, those within and over 18 weeks",
        )
    both = ours.notna() & total.notna()
    name = "within + over 18 weeks = total waiting, each month"
    return (Check(name, float(ours[both].sum()), float(total[both].sum())),)


def _notes(
    grid: Grid, header: int, beyond: int, months: pd.DatetimeIndex, last: str
) -> tuple[str, ...]:
    notes = [
        f"note of the publisher: {str(cell).strip()}"
        for row in grid[:header]
        for cell in row
        if str(cell).strip().casefold().startswith("missing data")
    ]
    if beyond:
        notes.append(f"{beyond} percentiles are beyond the last week counted and missing here")
    if f"{months[-1]:%Y-%m}" != last:
        notes.append(f"the months after {last} have no figure yet")
    return tuple(notes)


def _wrong_shares(table: pd.DataFrame) -> tuple[str, ...]:
    """Return a note on each printed share within 18 weeks that its own counts do not give."""
    rows = table[table["pathway"] == "incomplete"]
    share, printed = rows["within_18_weeks"] / rows["pathways"], rows["share_within_18_weeks"]
    wrong = rows.assign(share=share)[(share - printed).abs() > _SHARE]
    return tuple(
        f"{row.month:%B %Y}: the printed share within 18 weeks is {row.share_within_18_weeks:.6f}, "
        f"its counts give {row.share:.6f}; the table has the counts"
        for row in wrong.itertuples()
    )


READER = Reader(
    source="rtt_england_series",
    recognise=recognise,
    read=read,
    traits="Full Time Series Year Month Incomplete RTT pathways",
    tables=("rtt_england",),
)
