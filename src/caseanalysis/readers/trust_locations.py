"""Head offices of trusts, and hospitals: points that others collected."""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures

_NAME = re.compile(r"^(nhs_trust|hospital)(\d{2})_name$")
_KINDS = {"nhs_trust": "trust", "hospital": "hospital"}
_POINT = {"longitude": "lon", "latitude": "lat"}


def _recognise(file: OfficialFile) -> bool:
    found = headings(file)
    return {"lon", "lat"} <= found and sum(bool(_NAME.match(name)) for name in found) == 1


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    named = [found for name in rows if (found := _NAME.match(str(name)))]
    if len(named) != 1 or not set(_POINT.values()) <= set(rows.columns):
        raise file.broken("row 1", found=", ".join(rows.columns), wanted="a name, lon and lat")
    stem, year = named[0][1], f"20{named[0][2]}"
    kind = _KINDS[stem]
    points = figures(file, rows[list(_POINT.values())], least=None)
    table = pd.DataFrame(
        {
            "edition": year,
            "kind": kind,
            "name": rows[named[0][0]],
            "code": _optional(rows, f"{stem}{named[0][2]}_code"),
            "status": _optional(rows, "status"),
            **{name: points[heading] for name, heading in _POINT.items()},
        }
    )
    twice = table.duplicated()
    table = table[~twice]
    repeated = int(table["name"].duplicated().sum())
    return Reading(
        tables={"nhs_location": schemas.validate(table, "nhs_location", where=file.path.name)},
        release=year,
        period=year,
        slice_=f"{year}, {kind}",
        notes=(
            *((f"{repeated} names stand more than once, at other points",) * bool(repeated)),
            *((f"{int(twice.sum())} rows stand twice and are held once",) * bool(twice.any())),
        ),
    )


def _optional(rows: pd.DataFrame, heading: str) -> pd.Series:
    if heading in rows:
        return rows[heading].mask(rows[heading] == "")
    return pd.Series(None, index=rows.index, dtype="str")


READER = Reader(
    source="trust_locations",
    recognise=_recognise,
    read=_read,
    traits="nhs_trust22_name nhs_trust22_code hospital22_name status lon lat",
    tables=("nhs_location",),
)
