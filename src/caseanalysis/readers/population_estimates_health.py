"""Mid-year population estimates of health geographies, by single year of age and sex."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Grid, OfficialFile, find_row
from caseanalysis.periods import parse_date
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.population_projections import numbers, reconcile, require

_SHEET = re.compile(r"^Mid-(\d{4}) ICB (\d{4})$")
_OTHER_SHEET = re.compile(r"^Mid-(\d{4}) CCG (\d{4})$")
_AGE = re.compile(r"^([FM])(\d{1,3})$")
_SEXES = {"F": "female", "M": "male"}
_COVER = "Cover sheet"


def _recognise(file: OfficialFile) -> bool:
    return any(_SHEET.match(name) for name in file.sheet_names)


def _read(file: OfficialFile) -> Reading:
    sheets = {name: int(found[1]) for name in file.sheet_names if (found := _SHEET.match(name))}
    if not sheets:
        raise file.broken("workbook", found="no such sheet", wanted="a sheet 'Mid-… ICB …'")
    years = sorted(set(sheets.values()))
    edition = f"mid-{years[-1]}"
    checks: list[Check] = []
    parts: list[pd.DataFrame] = []
    for name, year in sheets.items():
        cells = _cells(file, name)
        checks += _checks(file, name, cells)
        parts.append(_long(cells).assign(year=year, edition=edition))
    cover = _cover(file)
    return Reading(
        tables={
            "population_estimate": schemas.validate(
                pd.concat(parts, ignore_index=True), "population_estimate", where=file.path.name
            )
        },
        release=_after(cover, "Release number:") or edition,
        period=", ".join(f"mid-{year}" for year in years),
        slice_=edition,
        published=_published(cover),
        checks=tuple(checks),
    )


def _cells(file: OfficialFile, sheet: str) -> pd.DataFrame:
    """Return a sheet's figures by row, under code, name, parent, Total and an age of each sex."""
    grid = file.grid(sheet)
    top = find_row(grid, "Total")
    if top is None:
        raise file.broken(f"sheet {sheet}", found="no heading 'Total'", wanted="a row of headings")
    header = [_heading(cell) for cell in grid[top]]
    require(
        file, header, ("code", "name", "parent", "Total"), place=f"sheet {sheet}, row {top + 1}"
    )
    table = pd.DataFrame(
        grid[top + 1 :], columns=header, index=pd.RangeIndex(top + 2, len(grid) + 1)
    )
    ages = _ages(file, sheet, header)
    table = table[table["code"] != ""]
    figures = numbers(file, table[["Total", *ages]], place=f"sheet {sheet}, ")
    return pd.concat([table[["code", "name", "parent"]].astype("str"), figures], axis="columns")


def _heading(cell: object) -> str:
    """Return our name of a heading; the boundary year in it changes with each edition."""
    text = " ".join(str(cell).split())
    patterns = {
        r"(SICBL|CCG) \d{4} Code": "code",
        r"(SICBL|CCG) \d{4} Name": "name",
        r"(ICB|STP) \d{4} Code": "parent",
    }
    for pattern, name in patterns.items():
        if re.fullmatch(pattern, text, flags=re.IGNORECASE):
            return name
    return text


def _ages(file: OfficialFile, sheet: str, header: list[str]) -> list[str]:
    """Return the age headings, F0 to M90, which must have no gap and both sexes."""
    oldest = max((int(found[2]) for name in header if (found := _AGE.match(name))), default=0)
    wanted = [f"{sex}{age}" for sex in _SEXES for age in range(oldest + 1)]
    require(file, header, wanted, place=f"sheet {sheet}, row of headings")
    return wanted


def _checks(file: OfficialFile, sheet: str, cells: pd.DataFrame) -> list[Check]:
    stated = cells.set_index("code")["Total"]
    ages = [name for name in cells.columns if _AGE.match(name)]
    checks = [
        reconcile(
            file,
            f"{sheet}: single ages against Total",
            cells.set_index("code")[ages].sum(axis="columns"),
            stated,
            tolerance=0.5,
        )
    ]
    year = _SHEET.fullmatch(sheet)
    for other in file.sheet_names:
        found = _OTHER_SHEET.match(other)
        if year and found and found[1] == year[1]:
            england = _cells(file, other)["Total"].sum()
            checks.append(
                reconcile(
                    file,
                    f"{sheet}: England against {other}",
                    pd.Series({"England": stated.sum()}),
                    pd.Series({"England": england}),
                    tolerance=0.5,
                )
            )
    return checks


def _long(cells: pd.DataFrame) -> pd.DataFrame:
    ages = [(name, found) for name in cells.columns if (found := _AGE.match(name))]
    sexes = [_SEXES[found[1]] for _, found in ages]
    lower = np.array([int(found[2]) for _, found in ages])
    upper = pd.Series(lower, dtype="Int64").mask(lower == lower.max())
    identity = pd.DataFrame(
        {"area_code": cells["code"], "area_name": cells["name"], "parent_code": cells["parent"]}
    )
    repeated = identity.loc[identity.index.repeat(len(ages))].reset_index(drop=True)
    return repeated.assign(
        geography="sub_icb",
        sex=np.tile(sexes, len(cells)),
        age_lower=np.tile(lower, len(cells)),
        age_upper=pd.concat([upper] * len(cells), ignore_index=True),
        population=cells[[name for name, _ in ages]].to_numpy().ravel(),
    )


def _cover(file: OfficialFile) -> Grid:
    return file.grid(_COVER) if _COVER in file.sheet_names else []


def _after(cover: Grid, label: str) -> str | None:
    for row in cover:
        for cell in row:
            if str(cell).strip().startswith(label):
                return str(cell).strip().removeprefix(label).strip()
    return None


def _published(cover: Grid) -> date | None:
    text = _after(cover, "Date published:")
    return parse_date(text) if text else None


READER = Reader(
    source="ons_estimates_health_areas",
    recognise=_recognise,
    read=_read,
    traits="Cover sheet Contents Notes Related publications Mid-2022 ICB 2023",
    tables=("population_estimate",),
)
