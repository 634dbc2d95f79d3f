"""NHS workforce statistics, England and organisation: the monthly workbook of NHS England.

Tables 2 and 3 hold one month by organisation and staff group, headcount and full-time
equivalents; tables 4 and 5 every month since 2009 by organisation; table 1 England by staff group.
Rows of a region, of an integrated care system and of an organisation stand below each other, so
what a row is follows from which of the three codes it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Cell, Grid, OfficialFile
from caseanalysis.periods import parse_month
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.population_projections import flat, reconcile
from caseanalysis.readers.workbook_tables import (
    column,
    figures,
    known,
    rows_under,
    says,
    sheets_under,
    words,
)

_TITLE = r"monthly workforce statistics"
_TABLES = r"organisation and main staff group"
_LABELS = {
    "region_code": r"(nhs england )?region code",
    "region_name": r"(nhs england )?region name",
    "ics_code": "ic[sb] code",
    "ics_name": "ic[sb] name",
    "org_name": "organisation name",
    "org_code": "organisation code",
}
_HEADINGS = tuple(_LABELS.values())
_TOTAL = "Total"
#: Staff groups that were renamed: the newer name of each.
_RENAMED = {
    "other and local hchs doctor grades": "Other HCHS doctor grades",
    "other hchs doctor grades": "Other HCHS doctor grades",
    "hchs doctors": "HCHS doctors",
    "other staff or those with unknown classification": "Unknown classification",
    "professionally qualified clinical staff": "Professionally qualified clinical staff",
}
#: Full-time equivalents add up; headcounts do not, for some people have two roles.
_WHOLES = {
    _TOTAL: (
        "Professionally qualified clinical staff",
        "Support to clinical staff",
        "NHS infrastructure support",
        "Unknown classification",
    ),
    "Professionally qualified clinical staff": (
        "HCHS doctors",
        "Nurses & health visitors",
        "Midwives",
        "Ambulance staff",
        "Scientific, therapeutic & technical staff",
    ),
}
#: The publisher's note reads: ' - ' denotes zero; ' . ' denotes not applicable.
_ZERO = "-"
_NOT_GIVEN = (".", "")
_MEASURES = {"headcount": "headcount", "fte": "full time equivalent"}
_TOLERANCE = 0.01


@dataclass(frozen=True)
class _Sheet:
    """A table by organisation: rows with their names, figures, and what it counts."""

    place: str
    measure: str
    names: pd.DataFrame
    cells: pd.DataFrame
    month: pd.Timestamp | None


def _recognise(file: OfficialFile) -> bool:
    return says(file, _TITLE, _TABLES, sheets=2)


def _read(file: OfficialFile) -> Reading:
    sheets = list(_sheets(file))
    by_group = {sheet.measure: sheet for sheet in sheets if sheet.month is not None}
    series = {sheet.measure: sheet for sheet in sheets if sheet.month is None}
    month = _one_month(file, by_group, series)
    staff = _joined(by_group, "staff_group").assign(month=month)
    edition = f"{month:%Y-%m}"
    months = _joined(series, "month").assign(staff_group=_TOTAL)
    england = _england(file)
    longer = pd.concat([months[months["level"] != "england"], england], ignore_index=True).assign(
        edition=edition
    )
    checks = (*_add_up(file, sheets), *_agree(file, staff, months, england, month))
    return Reading(
        tables={
            name: schemas.validate(
                table[list(schemas.SCHEMAS[name].columns)], name, where=file.path.name
            )
            for name, table in (("workforce_staff_group", staff), ("workforce_series", longer))
        },
        release=f"{month:%B %Y}, undated",
        period=edition,
        slice_=edition,
        checks=checks,
        notes=_not_additive(by_group["headcount"]),
    )


def _sheets(file: OfficialFile) -> Iterator[_Sheet]:
    for name, grid, header in sheets_under(file, *_HEADINGS):
        yield _sheet(file, name, grid, header)


def _sheet(file: OfficialFile, name: str, grid: Grid, header: int) -> _Sheet:
    place = f"sheet {name}"
    title = " ".join(plain(str(row[0])) for row in grid[:header] if row)
    measures = [key for key, text in _MEASURES.items() if text in title]
    if len(measures) != 1:
        raise file.broken(
            f"{place}, title", found=repr(title[:200]), wanted="Headcount or Full Time Equivalent"
        )
    rows = rows_under(grid, header)
    labels = {key: column(file, rows, heading, place=place) for key, heading in _LABELS.items()}
    names = _names(file, place, rows, labels)
    dates = [cell for cell in grid[header] if isinstance(cell, date)]
    wide = [str(at) for at in rows.columns if at not in labels.values()]
    cells = rows.loc[names.index, wide].replace(_ZERO, 0)
    values = figures(file, cells, place=place, withheld=_NOT_GIVEN)
    values.columns = _months(dates) if dates else pd.Index(_groups(grid[header], wide))
    return _Sheet(place, measures[0], names, values, None if dates else _month(file, name, grid))


def _months(dates: list[date]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([pd.Timestamp(year=day.year, month=day.month, day=1) for day in dates])


def _groups(header: list[Cell], wide: list[str]) -> list[str]:
    """Return the staff groups as printed, those that were renamed under the newer name."""
    printed = {plain(str(cell)): " ".join(str(cell).split()) for cell in header}
    return [_RENAMED.get(name, printed[name]) for name in wide]


def _month(file: OfficialFile, name: str, grid: Grid) -> pd.Timestamp:
    for row in grid[:10]:
        found = re.search(r"([A-Z][a-z]+ \d{4}) monthly data", str(row[0]))
        if found:
            return parse_month(found[1]).to_timestamp()
    raise file.broken(f"sheet {name}", found="no month", wanted="such as 'May 2025 monthly data'")


def _names(
    file: OfficialFile, place: str, rows: pd.DataFrame, labels: Mapping[str, str]
) -> pd.DataFrame:
    """Return level, code and name of each row of figures, with the region and system it is in."""
    text = pd.DataFrame({key: words(rows[heading]) for key, heading in labels.items()})
    organisation = text["org_code"] != ""
    system = ~organisation & (text["ics_code"] != "") & (text["ics_name"] != "")
    # Notes at the foot stand under the first heading, alone.
    region = ~organisation & (text["region_code"] != "") & (text["region_name"] != "")
    england = (text["region_name"].str.casefold() == "england") & (text["region_code"] == "")
    if england.sum() != 1:
        raise file.broken(place, found=f"{england.sum()} England rows", wanted="one")
    level = np.select(
        [organisation, system, region, england], ["organisation", "ics", "region", "england"], ""
    )
    code = text["org_code"].where(organisation, text["ics_code"].where(system, text["region_code"]))
    name = text["org_name"].where(organisation, text["ics_name"].where(system, text["region_name"]))
    within = text["region_code"].where(region).ffill()
    under = text["ics_code"].where(system).mask(region, "").ffill()
    named = pd.DataFrame(
        {
            "level": level,
            "org_code": code.mask(england, "ENGLAND"),
            "org_name": name,
            "region_code": within.mask(england),
            "ics_code": known(under.mask(region | england, "").fillna("")),
        },
        index=rows.index,
    )
    return named[named["level"] != ""]


def _one_month(
    file: OfficialFile, by_group: Mapping[str, _Sheet], series: Mapping[str, _Sheet]
) -> pd.Timestamp:
    for what, sheets in (("by staff group", by_group), ("every month", series)):
        if set(sheets) != set(_MEASURES):
            raise file.broken(
                "workbook",
                found=f"tables {what}: {', '.join(sheets) or 'none'}",
                wanted="one of headcount and one of full-time equivalents",
            )
    months = {sheet.month for sheet in by_group.values() if sheet.month is not None}
    months |= {pd.Timestamp(sheet.cells.columns.max()) for sheet in series.values()}
    if len(months) != 1:
        found = ", ".join(f"{month:%B %Y}" for month in sorted(months))
        raise file.broken("workbook", found=f"tables of {found}", wanted="one month in all")
    return months.pop()


def _long(sheet: _Sheet, heading: str) -> pd.DataFrame:
    wide = sheet.cells
    repeated = sheet.names.loc[sheet.names.index.repeat(wide.shape[1])].reset_index(drop=True)
    repeated[heading] = np.tile(wide.columns.to_numpy(), len(wide))
    repeated[sheet.measure] = wide.to_numpy().ravel()
    return repeated


def _joined(sheets: Mapping[str, _Sheet], heading: str) -> pd.DataFrame:
    """Return headcount and full-time equivalents side by side."""
    key = ["level", "org_code", heading]
    fte = _long(sheets["fte"], heading)[[*key, "fte"]]
    return _long(sheets["headcount"], heading).merge(fte, on=key, how="outer", validate="1:1")


def _england(file: OfficialFile) -> pd.DataFrame:
    """Return England by staff group and month, headcount and full-time equivalents."""
    for name in file.sheet_names:
        grid = file.grid(name)
        # Notes at the foot may start with the same words; the first row is that of the block.
        starts = {
            key: index
            for index, row in reversed(list(enumerate(grid)))
            for key, text in _MEASURES.items()
            if row and plain(str(row[0])).startswith(text)
        }
        if set(starts) == set(_MEASURES):
            return _blocks(file, name, grid, starts)
    raise file.broken(
        "workbook", found="no table of England", wanted="rows HEADCOUNT and FULL TIME EQUIVALENT"
    )


def _blocks(file: OfficialFile, name: str, grid: Grid, starts: Mapping[str, int]) -> pd.DataFrame:
    header = next(
        (row for row in grid[: min(starts.values())] if sum(isinstance(c, date) for c in row) > 1),
        None,
    )
    if header is None:
        raise file.broken(f"sheet {name}", found="no row of dates", wanted="a row of months")
    at = [position for position, cell in enumerate(header) if isinstance(cell, date)]
    months = _months([header[position] for position in at])
    key = ["staff_group", "month"]
    parts = [
        _block(file, name, grid, starts, measure, at).set_axis(months, axis="columns")
        for measure in _MEASURES
    ]
    long = [
        part.rename_axis("staff_group")
        .reset_index()
        .melt("staff_group", var_name="month", value_name=measure)
        for part, measure in zip(parts, _MEASURES, strict=True)
    ]
    both = long[0].merge(long[1], on=key, how="outer", validate="1:1")
    both["month"] = pd.to_datetime(both["month"])
    return both.assign(
        level="england", org_code="ENGLAND", org_name="England", region_code=None, ics_code=None
    )


def _block(
    file: OfficialFile,
    name: str,
    grid: Grid,
    starts: Mapping[str, int],
    measure: str,
    at: list[int],
) -> pd.DataFrame:
    """Return the rows of staff groups below the line that names a measure."""
    start = starts[measure]
    later = [other for other in starts.values() if other > start]
    end = min(later, default=len(grid))
    rows = {
        number: row
        for number, row in enumerate(grid[start + 1 : end], start=start + 2)
        if str(row[1]).strip() and row[at[0]] != ""
    }
    cells = pd.DataFrame([[row[p] for p in at] for row in rows.values()], index=list(rows))
    values = figures(file, cells.replace(_ZERO, 0), place=f"sheet {name}", withheld=_NOT_GIVEN)
    groups = [" ".join(str(row[1]).split()) for row in rows.values()]
    return values.set_axis([_RENAMED.get(plain(group), group) for group in groups])


def _add_up(file: OfficialFile, sheets: list[_Sheet]) -> Iterator[Check]:
    """Check that full-time equivalents add up over organisations and over staff groups."""
    for sheet in sheets:
        if sheet.measure != "fte":
            continue
        level = sheet.names["level"]
        england = sheet.cells[level == "england"].iloc[0]
        for part in ("organisation", "ics", "region"):
            ours = sheet.cells[level == part].sum()
            name = f"{sheet.place}: full-time equivalents, {part} rows against England"
            yield reconcile(file, name, ours, england, tolerance=_TOLERANCE)
        labelled = sheet.cells.set_axis(
            pd.MultiIndex.from_frame(sheet.names[["level", "org_code"]])
        )
        for whole, parts in _WHOLES.items():
            if sheet.month is not None:
                missing = [name for name in (whole, *parts) if name not in labelled]
                if missing:
                    raise file.broken(
                        f"{sheet.place}, row of headings",
                        found=f"no staff group {missing[0]!r}",
                        wanted=f"the parts of {whole!r}",
                    )
                yield reconcile(
                    file,
                    f"{sheet.place}: staff groups against {whole}",
                    labelled[list(parts)].sum(axis=1),
                    labelled[whole],
                    tolerance=_TOLERANCE,
                )


def _agree(
    file: OfficialFile,
    staff: pd.DataFrame,
    months: pd.DataFrame,
    england: pd.DataFrame,
    month: pd.Timestamp,
) -> Iterator[Check]:
    """Check that the tables say the same of the month that they share."""
    key = ["level", "org_code"]
    now = staff[staff["staff_group"] == _TOTAL].set_index(key)[list(_MEASURES)]
    latest = months[months["month"] == month].set_index(key)[list(_MEASURES)]
    yield reconcile(
        file, "tables 2 and 3 against tables 4 and 5", flat(now), flat(latest), tolerance=_TOLERANCE
    )
    groups = staff[staff["level"] == "england"].set_index("staff_group")[list(_MEASURES)]
    one = england[england["month"] == month].set_index("staff_group")[list(_MEASURES)]
    yield reconcile(
        file, "tables 2 and 3 against table 1", flat(groups), flat(one), tolerance=_TOLERANCE
    )


def _not_additive(sheet: _Sheet) -> tuple[str, ...]:
    level = sheet.names["level"]
    parts = float(sheet.cells.loc[level == "organisation", _TOTAL].sum())
    whole = float(sheet.cells.loc[level == "england", _TOTAL].iloc[0])
    return (
        f"headcounts of the organisations add up to {parts:,.0f}, England's is {whole:,.0f}: "
        "people with two roles are counted once in England",
    )


READER = Reader(
    source="workforce_by_organisation",
    recognise=_recognise,
    read=_read,
    traits="Title sheet 1. England 2. NHSE, Org & SG - HC 3. NHSE, Org & SG - FTE",
    tables=("workforce_staff_group", "workforce_series"),
)
