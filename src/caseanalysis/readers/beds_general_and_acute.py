"""General and acute, critical care beds of the daily situation report: the monthly workbook.

One row a trust, with the England row above; each kind of bed has columns available, occupied and
occupancy rate. The rate is not held: it is one of the other two as a share of the other.
"""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.periods import parse_month
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.population_projections import flat, reconcile
from caseanalysis.readers.title_blocks import beside, day_of
from caseanalysis.readers.workbook_tables import (
    column,
    figures,
    known,
    rows_under,
    sheets_under,
    sheets_with,
    words,
)

_KINDS = {
    "general_and_acute": r"(total )?g&a beds",
    "adult_general_and_acute": r"adult g&a beds",
    "paediatric_general_and_acute": r"paediatric g&a beds",
    "adult_critical_care": r"adult critical care beds",
    "paediatric_intensive_care": r"paediatric intensive care beds",
    "neonatal_critical_care": r"neonatal (intensive|critical) care (beds|cots)",
}
_MEASURES = {"available": r"available( \(.*\))?", "occupied": r"occupied( \(.*\))?"}
_CODE = r"(org(anisation)? ?code|code|ods code)"
_NAME = r"(org(anisation)? ?name|name|trust|provider)"
_HEADINGS = (
    _CODE,
    _NAME,
    rf"{_KINDS['general_and_acute']} available.*",
    rf"{_KINDS['general_and_acute']} occupied.*",
)
_NOT_GIVEN = ("-", "", "n/a", "*")
#: Means of a month's days, printed with what digits the spreadsheet has.
_TOLERANCE = 0.51


def _recognise(file: OfficialFile) -> bool:
    return bool(sheets_with(file, *_HEADINGS))


def _read(file: OfficialFile) -> Reading:
    sheet, grid, header = next(sheets_under(file, *_HEADINGS))
    month = _month(file, sheet, grid[:header])
    beds = _beds(file, sheet, grid, header)
    checks = _england(file, beds)
    days = [day for word in ("published:", "revised:") if (day := day_of(beside(grid, word)))]
    label = f"{month:%Y-%m}"
    missing = sorted(set(beds.loc[beds["available"].isna(), "org_code"]))
    return Reading(
        tables={
            "bed_sitrep": schemas.validate(
                beds.assign(month=month.to_timestamp()), "bed_sitrep", where=file.path.name
            )
        },
        release=f"{month:%B %Y}" + (f", {max(days).isoformat()}" if days else ", undated"),
        period=label,
        slice_=label,
        published=max(days, default=None),
        checks=checks,
        notes=(f"without figures of some beds: {', '.join(missing)}",) * bool(missing),
    )


def _month(file: OfficialFile, sheet: str, title: Grid) -> pd.Period:
    cells = [beside(title, "period:"), *(cell for row in title for cell in row)]
    for cell in cells:
        day = day_of(cell) if not isinstance(cell, str) else None
        if day:
            return pd.Period(year=day.year, month=day.month, freq="M")
        try:
            return parse_month(str(cell))
        except ValueError:
            continue
    raise file.broken(f"sheet {sheet}, title", found="no month", wanted="such as November 2024")


def _beds(file: OfficialFile, sheet: str, grid: Grid, header: int) -> pd.DataFrame:
    place = f"sheet {sheet}"
    rows = rows_under(grid, header)
    code, name = (words(rows[column(file, rows, pattern, place=place)])
                  for pattern in (_CODE, _NAME))  # fmt: skip
    regions = [str(heading) for heading in rows.columns if re.fullmatch("(nhs )?.*region", heading)]
    kept = (name != "") & ((code.str.len() == 3) | name.str.casefold().str.fullmatch("england"))
    england = kept & name.str.casefold().str.fullmatch("england")
    if england.sum() != 1:
        raise file.broken(place, found=f"{england.sum()} England rows", wanted="one")
    identity = pd.DataFrame(
        {
            "org_code": code.mask(england, "ENGLAND"),
            "org_name": name,
            "region": known(words(rows[regions[0]])) if regions else None,
            "level": england.map({True: "england", False: "provider"}),
        }
    )[kept]
    parts = []
    for kind, pattern in _KINDS.items():
        headed = [
            [str(at) for at in rows.columns if re.fullmatch(f"{pattern} {measure}", str(at))]
            for measure in _MEASURES.values()
        ]
        if not any(headed) and kind != "general_and_acute":
            continue
        names = {
            measure: column(file, rows, f"{pattern} {text}", place=place)
            for measure, text in _MEASURES.items()
        }
        cells = rows.loc[identity.index, list(names.values())]
        values = figures(file, cells, place=place, withheld=_NOT_GIVEN)
        values.columns = pd.Index(list(names))
        parts.append(pd.concat([identity, values], axis=1).assign(bed_kind=kind))
    return pd.concat(parts, ignore_index=True)


def _england(file: OfficialFile, beds: pd.DataFrame) -> tuple[Check, ...]:
    measures = list(_MEASURES)
    trusts = beds[beds["level"] == "provider"].groupby("bed_kind")[measures].sum()
    england = beds[beds["level"] == "england"].set_index("bed_kind")[measures]
    ours, theirs = flat(trusts), flat(england).dropna()
    name = "trusts against England"
    return (reconcile(file, name, ours.loc[theirs.index], theirs, tolerance=_TOLERANCE),)


READER = Reader(
    source="beds_general_and_acute",
    recognise=_recognise,
    read=_read,
    traits="Region Code Name G&A beds available G&A beds occupied G&A occupancy rate",
    tables=("bed_sitrep",),
)
