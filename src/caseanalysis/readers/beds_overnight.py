"""Beds open overnight, available and occupied (KH03): the quarterly workbook of NHS England.

A sheet of providers and a sheet of regions, each with the England row above a blank row, and a
sheet of occupied beds by specialty. Columns are found by heading and by the group above it.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.periods import financial_year, parse_month
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.population_projections import flat, reconcile
from caseanalysis.readers.title_blocks import beside, day_of
from caseanalysis.readers.workbook_tables import (
    column,
    figures,
    known,
    one_sheet,
    rows_under,
    says,
    words,
)

_TITLE = r"occupied beds open overnight"
_PROVIDERS = ("year", "period end", "org code", "org name", "total", "general & acute")
_REGIONS = ("year", "period end", "region code", "(at|region) name", "total", "general & acute")
_SPECIALTIES = ("year", "period end", "org code", "org name", r"\d{3} .+")
_SECTORS = {
    "all": "total",
    "general_and_acute": "general & acute",
    "learning_disabilities": "learning disabilities",
    "maternity": "maternity",
    "mental_illness": "mental illness",
}
_GROUPS = ("available", "occupied")
_NOT_GIVEN = ("-", "")
#: Figures are means of days: what adds up does so but for the arithmetic of the spreadsheet.
_TOLERANCE = 1e-3
_CODE = re.compile(r"^[A-Z][A-Z0-9]{2,5}$")
_MONTHS_IN_QUARTER = 3


def _recognise(file: OfficialFile) -> bool:
    return says(file, _TITLE)


def _read(file: OfficialFile) -> Reading:
    sheet, grid, header = one_sheet(file, *_PROVIDERS)
    end = _quarter_end(file, grid, sheet)
    providers = _beds(file, sheet, grid, header, level="provider")
    place, cells, top = one_sheet(file, *_REGIONS)
    regions = _beds(file, place, cells, top, level="region")
    specialties = _specialties(file)
    checks = _reconcile(file, providers, regions, specialties)
    quarter = _label(end)
    start = (end - _MONTHS_IN_QUARTER + 1).to_timestamp()
    beds = pd.concat([providers, regions[regions["level"] == "region"]], ignore_index=True)
    published, release = _release(grid, quarter)
    return Reading(
        tables={
            "bed_occupancy": schemas.validate(
                beds.assign(quarter=quarter, quarter_start=start),
                "bed_occupancy",
                where=file.path.name,
            ),
            "bed_specialty": schemas.validate(
                specialties.assign(quarter=quarter, quarter_start=start),
                "bed_specialty",
                where=file.path.name,
            ),
        },
        release=release,
        period=quarter,
        slice_=quarter,
        published=published,
        checks=checks,
        notes=_estimated(file) + _too_full(providers),
    )


def _quarter_end(file: OfficialFile, grid: Grid, sheet: str) -> pd.Period:
    text = str(beside(grid, "period:"))
    try:
        last = parse_month(text)
        first = parse_month(f"{text.split()[0]} {last.year}")
        whole = first == last - _MONTHS_IN_QUARTER + 1
    except (ValueError, IndexError):
        whole = False
    if not whole:
        raise file.broken(
            f"sheet {sheet}, Period",
            found=repr(text),
            wanted="a quarter such as October to December 2024",
        )
    return last


def _label(end: pd.Period) -> str:
    """Return ``2024-25 Q3`` for the quarter that ends in December 2024."""
    return f"{financial_year(end)} Q{(end.month - 4) % 12 // _MONTHS_IN_QUARTER + 1}"


def _release(grid: Grid, quarter: str) -> tuple[date | None, str]:
    days = {word: day_of(beside(grid, f"{word}:")) for word in ("published", "revised")}
    given = {word: day for word, day in days.items() if day}
    if not given:
        return None, f"{quarter}, undated"
    word = max(given, key=lambda name: given[name])
    return given[word], f"{quarter}, {word} {given[word].isoformat()}"


def _named(
    file: OfficialFile, sheet: str, rows: pd.DataFrame, labels: dict[str, str], *, level: str
) -> pd.DataFrame:
    """Return the labels of the rows that name a provider, a region or England."""
    place = f"sheet {sheet}"
    text = pd.DataFrame(
        {
            name: words(rows[column(file, rows, heading, place=place)])
            for name, heading in labels.items()
        }
    )
    text = text[(text != "").any(axis=1)]
    text = text[text["org_name"] != ""]
    england = (text["org_name"].str.casefold() == "england") & (text["org_code"] == "")
    if england.sum() != 1:
        raise file.broken(
            place,
            found=f"{england.sum() or 'no'} England rows",
            wanted="one row named England, without a code",
        )
    for row in text.index[~england & (text["org_code"] == "")][:1]:
        raise file.broken(f"{place}, row {row}", found="a name without a code", wanted="both")
    text["level"] = england.map({True: "england", False: level})
    text.loc[england, "org_code"] = "ENGLAND"
    return text


def _beds(file: OfficialFile, sheet: str, grid: Grid, header: int, *, level: str) -> pd.DataFrame:
    """Return one row an organisation and sector, England included."""
    rows = rows_under(grid, header, grouped=True)
    code = ".*region code" if level == "region" else ".*org code"
    labels = {"org_code": code, "org_name": r".*(org|at|region) name"}
    if level == "provider":
        labels["region_code"] = ".*region code"
    identity = _named(file, sheet, rows, labels, level=level)
    parts = []
    for sector, heading in _SECTORS.items():
        names = {
            group: column(file, rows, f"{group}: {re.escape(heading)}", place=f"sheet {sheet}")
            for group in _GROUPS
        }
        cells = rows.loc[identity.index, list(names.values())]
        values = figures(file, cells, place=f"sheet {sheet}", withheld=_NOT_GIVEN)
        parts.append(identity.assign(sector=sector, **{g: values[n] for g, n in names.items()}))
    beds = pd.concat(parts, ignore_index=True)
    beds["region_code"] = known(beds["region_code"]) if level == "provider" else np.nan
    return beds


def _specialties(file: OfficialFile) -> pd.DataFrame:
    """Return one row an organisation and specialty, England included."""
    sheet, grid, header = one_sheet(file, *_SPECIALTIES)
    rows = rows_under(grid, header)
    identity = _named(
        file, sheet, rows, {"org_code": "org code", "org_name": "org name"}, level="provider"
    )
    printed = {plain(str(cell)): " ".join(str(cell).split()) for cell in grid[header]}
    wide = [str(name) for name in rows.columns if re.match(r"\d{3} ", str(name))]
    values = figures(
        file, rows.loc[identity.index, wide], place=f"sheet {sheet}", withheld=_NOT_GIVEN
    )
    repeated = identity.loc[identity.index.repeat(len(wide))].reset_index(drop=True)
    return repeated.assign(
        specialty_code=np.tile([name[:3] for name in wide], len(identity)),
        specialty_name=np.tile([printed[name][4:] for name in wide], len(identity)),
        occupied=values.to_numpy().ravel(),
    )


def _reconcile(
    file: OfficialFile, providers: pd.DataFrame, regions: pd.DataFrame, specialties: pd.DataFrame
) -> tuple[Check, ...]:
    wide = [list(_GROUPS)] * 3
    england = [rows[rows["level"] == "england"] for rows in (providers, regions)]
    trusts = providers[providers["level"] == "provider"]
    areas = regions[regions["level"] == "region"]
    sectors = trusts[trusts["sector"] != "all"].groupby("org_code")[wide[0]].sum()
    everything = trusts[trusts["sector"] == "all"].set_index("org_code")[wide[0]]
    beds = trusts[trusts["sector"] == "all"].set_index("org_code")["occupied"]
    by_specialty = specialties[specialties["level"] == "provider"]
    pairs = {
        "providers against England": (
            flat(trusts.groupby("sector")[wide[0]].sum()),
            flat(england[0].set_index("sector")[wide[0]]),
        ),
        "providers against their region": (
            flat(trusts.groupby(["region_code", "sector"])[wide[0]].sum()),
            flat(areas.set_index(["org_code", "sector"])[wide[0]]),
        ),
        "regions against England": (
            flat(areas.groupby("sector")[wide[0]].sum()),
            flat(england[1].set_index("sector")[wide[0]]),
        ),
        "sectors against all beds": (flat(sectors), flat(everything)),
        "specialties against all occupied beds": (
            by_specialty.groupby("org_code")["occupied"].sum(),
            beds,
        ),
    }
    return tuple(
        reconcile(file, name, ours, theirs, tolerance=_TOLERANCE)
        for name, (ours, theirs) in pairs.items()
    )


def _estimated(file: OfficialFile) -> tuple[str, ...]:
    """Return which organisations' figures are estimates, as the sheet on data quality says."""
    for name in file.sheet_names:
        if "quality" not in name.casefold():
            continue
        codes = [
            cell
            for row in file.grid(name)
            for cell in row[:1]
            if isinstance(cell, str) and _CODE.match(cell.strip())
        ]
        if codes:
            return (f"estimated by the publisher, not returned: {', '.join(codes)}",)
    return ()


def _too_full(providers: pd.DataFrame) -> tuple[str, ...]:
    over = providers[
        (providers["level"] == "provider")
        & (providers["occupied"] > providers["available"] + _TOLERANCE)
    ]
    return tuple(
        f"{row.org_code} has more beds occupied ({row.occupied:.1f}) than available "
        f"({row.available:.1f}), {row.sector}"
        for row in over.itertuples()
    )


READER = Reader(
    source="beds_overnight",
    recognise=_recognise,
    read=_read,
    traits="Data Quality NHS Trust by Sector Region by Sector Occupied by Specialty",
    rank=1,
    tables=("bed_occupancy", "bed_specialty"),
)
