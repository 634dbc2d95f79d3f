"""Mid-year population estimates of local authorities, persons by single year of age."""

from __future__ import annotations

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.geography import ENGLAND, parse_age_band
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.population_projections import (
    ENGLISH_DISTRICT,
    csv_table,
    headings,
    numbers,
    reconcile,
)

_NAMES = ("Code", "Name", "Geography", "All ages")
_WALES, _ENGLAND_AND_WALES = "W92000004", "K04000001"
_SOURCE = "ons_estimates_districts"
_WHOLE = 0.5
_MANY_AGES = 50


def _recognise(file: OfficialFile) -> bool:
    found = headings(file)
    ages = sum(name.isdigit() for name in found)
    return found.issuperset({"Geography", "All ages"}) and ages > _MANY_AGES


def _read(file: OfficialFile) -> Reading:
    table = csv_table(file, _NAMES)
    ages = _ages(file, table)
    figures = numbers(file, table[["All ages", *ages]])
    totals = figures.set_axis(table["Code"])
    edition = edition_of(
        file,
        _SOURCE,
        totals["All ages"][totals.index == ENGLAND].sum(),
        f"row of {ENGLAND}, column All ages",
    ).edition
    estimates = _long(table, figures[ages], edition)
    return Reading(
        tables={
            "population_estimate": schemas.validate(
                estimates, "population_estimate", where=file.path.name
            )
        },
        release=edition,
        period=edition.removeprefix("mid-"),
        slice_=edition,
        checks=_checks(file, totals, ages),
    )


def _ages(file: OfficialFile, table: pd.DataFrame) -> list[str]:
    """Return the headings of the ages, from 0 to the open one, without a gap."""
    lower: dict[int, str] = {}
    for name in table.columns:
        try:
            lower[parse_age_band(name)[0]] = name
        except ValueError:
            continue
    wanted = range(max(lower, default=0) + 1)
    missing = [age for age in wanted if age not in lower]
    if missing or not lower or parse_age_band(lower[max(lower)])[1] is not None:
        raise file.broken(
            "row 1",
            found=f"no column for age {missing[0]}" if missing else "no open last age",
            wanted="a column for each age from 0 to an open age such as 90+",
        )
    return [lower[age] for age in wanted]


def _checks(file: OfficialFile, totals: pd.DataFrame, ages: list[str]) -> tuple[Check, ...]:
    single = reconcile(
        file,
        "single ages against 'All ages'",
        totals[ages].sum(axis="columns").groupby(level=0).sum(),
        totals["All ages"].groupby(level=0).sum(),
        tolerance=_WHOLE,
    )
    nations = {
        "local authorities against England": (ENGLISH_DISTRICT, ENGLAND),
        "local authorities against Wales": ("^W06", _WALES),
        "England and Wales against their total": (f"^({ENGLAND}|{_WALES})$", _ENGLAND_AND_WALES),
    }
    sums = [_check_parts(file, totals, name, *pair) for name, pair in nations.items()]
    return (single, *(check for check in sums if check is not None))


def _check_parts(
    file: OfficialFile, totals: pd.DataFrame, name: str, parts: str, whole: str
) -> Check | None:
    part = totals.index.str.match(parts)
    stated = totals[totals.index == whole]
    if not part.any() or stated.empty:
        return None
    return reconcile(file, name, totals[part].sum(), stated.sum(), tolerance=_WHOLE)


def _long(table: pd.DataFrame, figures: pd.DataFrame, edition: str) -> pd.DataFrame:
    ends = [parse_age_band(age) for age in figures.columns]
    identity = pd.DataFrame(
        {
            "geography": table["Geography"],
            "area_code": table["Code"],
            "area_name": table["Name"],
            "parent_code": pd.Series(np.nan, index=table.index, dtype="str"),
        }
    )
    repeated = identity.loc[identity.index.repeat(len(ends))].reset_index(drop=True)
    upper = pd.array([upper for _, upper in ends], dtype="Int64")
    return repeated.assign(
        edition=edition,
        year=int(edition.removeprefix("mid-")),
        sex="persons",
        age_lower=np.tile([lower for lower, _ in ends], len(table)),
        age_upper=pd.concat([pd.Series(upper)] * len(table), ignore_index=True),
        population=figures.to_numpy().ravel(),
    )


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits="Code Name Geography All ages 0 1 2 3",
    tables=("population_estimate",),
)
