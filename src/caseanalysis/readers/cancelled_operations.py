"""Elective operations cancelled at the last minute (QMCO), by provider and quarter, of NHS England.

Two layouts: the workbook of one quarter, with England above the providers, and the CSV of a year,
where a quarter is named by its last month.
"""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import parse_month
from caseanalysis.readers.ae_totals import england_checks
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick
from caseanalysis.readers.title_blocks import beside, stated_release
from caseanalysis.readers.workbook_tables import (
    cells_below,
    figures,
    first_sheet,
    places_of,
    sheets_with,
    words,
)

_TRAITS = (
    "organisation code",
    "number of last minute elective operations cancelled for non clinical reasons",
)
_SHEET = {
    "region_code": r"(region|regional team|area team|sha) code",
    "org_code": r"organisation code",
    "org_name": r"organisation name",
}
_FIGURES = {
    "cancelled_at_last_minute": r"number of last minute elective operations cancelled for "
    r"non[ -]clinical reasons",
    "not_treated_within_28_days": r"number of patients not treated within 28 days of last minute "
    r"(elective )?cancellation",
}
_CSV = {
    "year": r"year",
    "period": r"period( name)?",
    "region_code": r"parent org code",
    "org_code": r"org code",
    "org_name": r"org name",
    "cancelled_at_last_minute": r"cancelled operations",
    "not_treated_within_28_days": r"breaches of standard",
}
_QUARTER = re.compile(r"quarter (\d).*?(\d{4}) ?[-/] ?\d{2}", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4}) ?[-/] ?\d{2,4}")
_NOT_GIVEN = ("", "-")


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the quarterly workbook or the yearly CSV."""
    return fits(file.csv_header, _CSV.values()) or bool(
        sheets_with(file, *_TRAITS, usual=r"provider")
    )


def read(file: OfficialFile) -> Reading:
    """Return cancelled operations, and patients not treated within 28 days, by provider.

    Key: ``quarter`` (its first month), ``org_code``. A figure that is not given is missing.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing, a quarter cannot be read, a cell is no count, or England is not
        the sum of the providers.
    """
    return _workbook(file) if file.sheet_names else _csv(file)


def _workbook(file: OfficialFile) -> Reading:
    sheet, grid, header = first_sheet(file, *_TRAITS, usual=r"provider")
    place = f"sheet {sheet}, row {header + 1}"
    cells = cells_below(grid, header, places_of(file, place, grid[header], _SHEET | _FIGURES))
    values = figures(file, cells[list(_FIGURES)], place=f"sheet {sheet}", withheld=_NOT_GIVEN)
    labels = cells[list(_SHEET)].apply(words)
    uncoded = labels["org_code"].isin(_NOT_GIVEN)
    england = uncoded & labels["org_name"].str.casefold().isin(("england", "total"))
    if england.sum() != 1:
        raise file.broken(
            f"sheet {sheet}, Organisation Name",
            found=f"{england.sum() or 'no'} rows England",
            wanted="one, without a code",
        )
    providers = values[~uncoded].set_axis(labels.loc[~uncoded, "org_code"])
    checks = england_checks(file, providers, values[england].iloc[0], place=f"sheet {sheet}")
    labels.loc[england, ["org_code", "org_name"]] = ["ENGLAND", "England"]
    table = pd.concat([_levelled(labels, england), values], axis=1)[england | ~uncoded]
    quarter = _stated_quarter(file, sheet, str(beside(grid, "period:")))
    name = f"{quarter:%B %Y} quarter"
    published, release, notes = stated_release(file, sheet, grid, period=name, year=quarter.year)
    table.insert(0, "quarter", quarter)
    return Reading(
        tables={
            "cancelled_operation": schemas.validate(
                table, "cancelled_operation", where=file.path.name
            )
        },
        release=release,
        period=f"{quarter:%Y-%m}",
        slice_=f"{quarter:%Y-%m}",
        published=published,
        checks=checks,
        notes=notes,
    )


def _levelled(labels: pd.DataFrame, england: pd.Series) -> pd.DataFrame:
    nowhere = england | labels["region_code"].isin(_NOT_GIVEN)
    return labels.assign(
        region_code=labels["region_code"].mask(nowhere),
        level=england.map({True: "england", False: "provider"}),
    )


def _stated_quarter(file: OfficialFile, sheet: str, text: str) -> pd.Timestamp:
    found = _QUARTER.search(text)
    if found is None or not 1 <= int(found[1]) <= 4:
        raise file.broken(
            f"sheet {sheet}, Period",
            found=repr(text),
            wanted="a quarter such as 'Quarter 1, 2024-25 (April to June 2024)'",
        )
    april = pd.Timestamp(year=int(found[2]), month=4, day=1)
    return april + pd.DateOffset(months=3 * (int(found[1]) - 1))


def _csv(file: OfficialFile) -> Reading:
    frame = file.frame()
    columns = pick(file, frame, _CSV)
    labels = pd.DataFrame(
        {name: frame[given].str.strip() for name, given in columns.items() if name not in _FIGURES}
    )
    values = pd.DataFrame(
        {name: counts(file, frame[columns[name]], withheld=_NOT_GIVEN) for name in _FIGURES}
    )
    labels.insert(0, "quarter", _quarters(file, labels))
    england = labels["org_name"].str.casefold().isin(("england", "total"))
    checks: list[Check] = []
    for quarter, rows in values[~england].groupby(labels["quarter"]):
        stated = values[england & (labels["quarter"] == quarter)]
        if len(stated) == 1:
            checks += england_checks(file, rows, stated.iloc[0], place=f"{quarter:%B %Y}")
    labels.loc[england, ["org_code", "org_name"]] = ["ENGLAND", "England"]
    table = pd.concat([_levelled(labels, england), values], axis=1)
    table = table.drop(columns=["year", "period"])
    first, last = (f"{day:%Y-%m}" for day in (table["quarter"].min(), table["quarter"].max()))
    period = first if first == last else f"{first} to {last}"
    return Reading(
        tables={
            "cancelled_operation": schemas.validate(
                table, "cancelled_operation", where=file.path.name
            )
        },
        release=f"{period}, undated",
        period=period,
        slice_=period,
        checks=tuple(checks),
        notes=() if checks else ("the file has no total of England to compare with",),
    )


def _quarters(file: OfficialFile, labels: pd.DataFrame) -> pd.Series:
    """Return the first month of each quarter; the file names its last month."""
    starts = {}
    for year, name in set(zip(labels["year"], labels["period"], strict=True)):
        found = _YEAR.fullmatch(year)
        try:
            last = parse_month(f"{name} {found[1] if found else ''}")
        except ValueError:
            last = None
        if found is None or last is None or last.month % 3:
            row = labels.index[(labels["year"] == year) & (labels["period"] == name)][0]
            raise file.broken(
                f"row {row + 2}, Year and Period",
                found=f"{year!r}, {name!r}",
                wanted="a financial year and the last month of a quarter, as 2024-25, JUNE",
            )
        end = last if last.month > 3 else last + 12
        starts[year, name] = (end - 2).to_timestamp()
    keys = zip(labels["year"], labels["period"], strict=True)
    return pd.Series([starts[key] for key in keys], index=labels.index)


READER = Reader(
    source="cancelled_operations",
    recognise=recognise,
    read=read,
    traits="Provider Year Period Name Parent Org Code Org Code Cancelled Operations Breaches",
    tables=("cancelled_operation",),
)
