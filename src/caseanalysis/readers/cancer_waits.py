"""Cancer waiting times: the provider extract of a half year, of NHS England.

The 31- and 62-day standards are given twice: by modality over all cancers, and by cancer type over
all modalities. The 28-day standard is given by suspected cancer alone. Rows of one breakdown add
up; rows of two count every patient twice.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.ae_totals import ROUNDING
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.workbook_tables import (
    NOT_GIVEN,
    cells_below,
    figures,
    first_sheet,
    places_of,
    sheets_with,
)

_TRAITS = ("standard", "org code", "stage/route", "treatment modality", "cancer type")
_USUAL = r"cwt crs.*"
_LABELS = {
    "month": r"period",
    "standard": r"standard",
    "org_code": r"org code",
    "route": r"stage/route",
    "modality": r"treatment modality",
    "cancer_type": r"cancer type",
}
_FIGURES = {
    "treated": r"total treated|total( told)?",
    "within_standard": r"within standard",
    "breaches": r"breaches",
}
_STANDARDS = ("28-day", "31-day", "62-day")
_ALL_MODALITIES, _ALL_CANCERS = "all modalities", "all cancers"
_PATIENTS = ["month", "standard", "org_code", "route"]
#: A patient shared by two trusts counts a half in each.
_HALVES = 2


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the provider extract of cancer waiting times."""
    return bool(sheets_with(file, *_TRAITS, usual=_USUAL))


def read(file: OfficialFile) -> Reading:
    """Return patients treated, within the standard and beyond it, by provider and month.

    Key: ``month``, ``standard``, ``org_code``, ``route``, ``breakdown``, ``modality``,
    ``cancer_type``. ``breakdown`` says what the row is a part of: add up rows of one breakdown
    alone. Of the 28-day standard there is only ``cancer_type``, the cancer that was suspected.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing, a cell is no month or count, a standard is new, a month is
        missing, treated patients are not those within and beyond the standard, or the two
        breakdowns disagree.
    """
    sheet, grid, header = first_sheet(file, *_TRAITS, usual=_USUAL)
    place = f"sheet {sheet}, row {header + 1}"
    cells = cells_below(grid, header, places_of(file, place, grid[header], _LABELS | _FIGURES))
    cells = cells[(cells["org_code"] != "").to_numpy()]
    values = figures(file, cells[list(_FIGURES)], place=f"sheet {sheet}", withheld=NOT_GIVEN)
    table = pd.concat([_labels(file, sheet, cells), values], axis=1)
    _refuse(file, sheet, table)
    checks = _reconcile(file, sheet, table)
    first, last = (f"{month:%Y-%m}" for month in (table["month"].min(), table["month"].max()))
    return Reading(
        tables={"cancer_wait": schemas.validate(table, "cancer_wait", where=file.path.name)},
        release=f"{first} to {last}, undated",
        period=f"{first} to {last}",
        slice_=f"{first} to {last}",
        checks=checks,
        notes=(
            "31- and 62-day patients are given by modality and again by cancer type: add up one "
            "breakdown alone",
        ),
    )


def _labels(file: OfficialFile, sheet: str, cells: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(
        {name: _same(cells[name]) for name in _LABELS if name != "month"}, index=cells.index
    )
    table.insert(0, "month", _months(file, sheet, cells["month"]))
    table["standard"] = _standards(file, sheet, table["standard"])
    for name in ("route", "modality"):
        table[name] = _mapped(table[name], str.casefold)
    every = table["modality"].replace("", _ALL_MODALITIES) == _ALL_MODALITIES
    whole = _mapped(table["cancer_type"], str.casefold) == _ALL_CANCERS
    table["modality"] = table["modality"].mask(every, _ALL_MODALITIES)
    table["cancer_type"] = table["cancer_type"].mask(whole, _ALL_CANCERS)
    table["breakdown"] = np.select(
        [every & whole, every, whole], ["total", "cancer_type", "modality"], "both"
    )
    return table


def _same(column: pd.Series) -> pd.Series:
    """Return text without blanks at the ends; few texts stand in many rows."""
    codes, known = pd.factorize(column.to_numpy(dtype=object))
    return pd.Series(
        pd.array([" ".join(str(text).split()) for text in known], dtype="str").take(codes),
        index=column.index,
    )


def _mapped(column: pd.Series, change: object) -> pd.Series:
    return column.map({text: change(text) for text in column.unique()})  # type: ignore[operator]


def _months(file: OfficialFile, sheet: str, cells: pd.Series) -> pd.Series:
    codes, known = pd.factorize(cells.to_numpy(dtype=object))
    months = []
    for at, cell in enumerate(known):
        if not isinstance(cell, date) or cell.day != 1:
            row = cells.index[codes == at][0]
            raise file.broken(
                f"sheet {sheet}, row {row}, PERIOD",
                found=repr(cell),
                wanted="the first day of a month, as a date",
            )
        months.append(pd.Timestamp(cell))
    lacking = pd.date_range(min(months), max(months), freq="MS").difference(months)
    if len(lacking):
        raise file.broken(
            f"sheet {sheet}, PERIOD", found=f"no row of {lacking[0]:%B %Y}", wanted="every month"
        )
    return pd.Series(pd.DatetimeIndex(months).take(codes), index=cells.index)


def _standards(file: OfficialFile, sheet: str, column: pd.Series) -> pd.Series:
    known = {
        text: next((name for name in _STANDARDS if text.casefold().startswith(name)), None)
        for text in column.unique()
    }
    for text, name in known.items():
        if name is None:
            raise file.broken(
                f"sheet {sheet}, row {column.index[column == text][0]}, STANDARD",
                found=repr(text),
                wanted=f"one of {', '.join(_STANDARDS)}",
            )
    return column.map(known)


def _refuse(file: OfficialFile, sheet: str, table: pd.DataFrame) -> None:
    """Refuse a row whose patients are not those within and beyond, or are no halves."""
    ours = table["within_standard"] + table["breaches"]
    wrong = (ours - table["treated"]).abs().to_numpy() > 0
    for row in table.index[wrong][:1]:
        raise file.broken(
            f"sheet {sheet}, row {row}, TOTAL TREATED",
            found=f"{table.loc[row, 'treated']:g}",
            wanted=f"{ours[row]:g}, those within the standard and the breaches",
        )
    parts = table[list(_FIGURES)] * _HALVES % 1
    for row in table.index[(parts > 0).any(axis=1).to_numpy()][:1]:
        raise file.broken(
            f"sheet {sheet}, row {row}",
            found=f"{table.loc[row, 'treated']:g} treated",
            wanted="whole patients or halves",
        )


def _reconcile(file: OfficialFile, sheet: str, table: pd.DataFrame) -> tuple[Check, ...]:
    """Return the sum of each breakdown beside the other, and beside a total where there is one."""
    twice = table[table["standard"] != "28-day"]
    names = list(_FIGURES)
    by = {
        str(kind): rows.groupby(_PATIENTS, sort=False)[names].sum()
        for kind, rows in twice.groupby("breakdown")
    }
    checks = []
    for kind in ("cancer_type", "total"):
        if "modality" in by and kind in by:
            ours, other = by["modality"].align(by[kind])
            apart = ~((ours - other).abs() <= ROUNDING / _HALVES).to_numpy()
            for row, column in np.argwhere(apart)[:1]:
                raise file.broken(
                    f"sheet {sheet}, {_words(ours.index[row])}, {names[column]}",
                    found=f"{ours.iloc[row, column]:g} by modality",
                    wanted=f"{other.iloc[row, column]:g}, as by {kind}",
                )
            checks += [
                Check(f"by modality = by {kind}: {name}", float(ours[name].sum()), total)
                for name, total in other.sum().items()
            ]
    return tuple(checks)


def _words(key: tuple[object, ...]) -> str:
    return ", ".join(f"{part:%B %Y}" if isinstance(part, date) else str(part) for part in key)


READER = Reader(
    source="cancer_waits",
    recognise=recognise,
    read=read,
    traits="CWT CRS Provider Extract PERIOD STANDARD ORG CODE STAGE/ROUTE TREATMENT MODALITY",
    tables=("cancer_wait",),
)
