"""Beds open overnight (KH03) from 2010, as others stacked them in one Parquet file.

The file's dates of every fourth quarter are a year early, so quarters are taken from their label.
"""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading

_COLUMNS = (
    "quarter",
    "period_start",
    "org_code",
    "org_name",
    "specialty_group",
    "available_total",
    "occupied_total",
    "specialty_code",
    "specialty_name",
    "occupied",
)
_QUARTER = re.compile(r"^(\d{4})-(\d{2}) Q([1-4])$")
_SAME = 0.01


def _recognise(file: OfficialFile) -> bool:
    return set(file.parquet_columns).issuperset(_COLUMNS)


def _read(file: OfficialFile) -> Reading:
    rows = file.parquet_table(_COLUMNS)
    rows = rows.assign(quarter_start=rows["quarter"].map(_starts(file, rows)), level="provider")
    groups = _groups(file, rows)
    dated = pd.to_datetime(rows["period_start"]).to_numpy() != rows["quarter_start"].to_numpy()
    first, last = rows["quarter"].min(), rows["quarter"].max()
    tables = {
        "bed_occupancy": groups.rename(
            columns={
                "specialty_group": "sector",
                "available_total": "available",
                "occupied_total": "occupied",
            }
        ).assign(region_code=None),
        "bed_specialty": rows,
    }
    return Reading(
        tables={
            name: schemas.validate(
                table[list(schemas.SCHEMAS[name].columns)], name, where=file.path.name
            )
            for name, table in tables.items()
        },
        release=f"{first} to {last}",
        period=f"{first} to {last}",
        slice_=f"{first} to {last}",
        checks=(_check(groups),),
        notes=(
            *_apart(groups),
            f"{int(dated.sum()):,} rows carry a date that is not that of their quarter "
            f"({', '.join(sorted({text[-2:] for text in rows.loc[dated, 'quarter']}))})",
        ),
    )


def _starts(file: OfficialFile, rows: pd.DataFrame) -> dict[str, pd.Timestamp]:
    starts = {}
    for label in rows["quarter"].unique():
        found = _QUARTER.match(str(label))
        if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
            raise file.broken("column quarter", found=repr(label), wanted="such as 2021-22 Q4")
        april = pd.Period(year=int(found[1]), month=4, freq="M")
        starts[label] = (april + 3 * (int(found[3]) - 1)).to_timestamp()
    return starts


def _groups(file: OfficialFile, rows: pd.DataFrame) -> pd.DataFrame:
    """Return each provider's sector totals, which every row of the sector repeats."""
    key = ["quarter", "quarter_start", "org_code", "specialty_group"]
    names = rows.groupby(["quarter", "org_code"])["org_name"].transform("first")
    totals = ["available_total", "occupied_total"]
    grouped = rows.assign(org_name=names).groupby(key, sort=False)
    distinct = grouped[totals].nunique(dropna=False).max(axis=1)
    for label in distinct.index[distinct > 1][:1]:
        raise file.broken(
            ", ".join(map(str, label[:1] + label[2:])),
            found="rows with different totals of one sector",
            wanted="one total",
        )
    one = grouped.agg(
        org_name=("org_name", "first"),
        available_total=("available_total", "first"),
        occupied_total=("occupied_total", "first"),
        specialties=("occupied", "sum"),
    )
    return one.reset_index().assign(level="provider")


def _check(groups: pd.DataFrame) -> Check:
    return Check(
        "specialties against occupied beds of their sector, all quarters",
        float(groups["specialties"].sum()),
        float(groups["occupied_total"].sum()),
    )


def _apart(groups: pd.DataFrame) -> tuple[str, ...]:
    apart = groups[(groups["specialties"] - groups["occupied_total"]).abs() > _SAME]
    return tuple(
        f"{row.org_code}, {row.quarter}, {row.specialty_group}: specialties add up to "
        f"{row.specialties:.2f}, the total says {row.occupied_total:.2f}"
        for row in apart.itertuples()
    )


READER = Reader(
    source="beds_overnight_series",
    recognise=_recognise,
    read=_read,
    traits=" ".join(_COLUMNS),
    tables=("bed_occupancy", "bed_specialty"),
)
