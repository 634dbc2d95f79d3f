"""Stroke admissions a year by lower layer super output area, a mean that others derived."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures

_HEADINGS = ("area", "admissions")
_AREA = r".+ \d{3}[A-Z]"
_SOURCE = "stroke_admissions"


def _recognise(file: OfficialFile) -> bool:
    return {name.casefold() for name in headings(file)} >= set(_HEADINGS)


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    wrong = ~rows["area"].str.fullmatch(_AREA)
    for row in rows.index[wrong][:1]:
        raise file.broken(
            f"row {row}, area", found=repr(rows.loc[row, "area"]), wanted="such as 'Place 010F'"
        )
    values = figures(file, rows[["admissions"]])["admissions"]
    known = edition_of(file, _SOURCE, float(values.sum()), "sum of the areas' admissions")
    period = known.edition
    table = pd.DataFrame({"lsoa_name": rows["area"], "admissions_a_year": values}).assign(
        period=period
    )
    return Reading(
        tables={
            "stroke_admission": schemas.validate(table, "stroke_admission", where=file.path.name)
        },
        release=period,
        period=period,
        slice_=period,
        checks=(Check("admissions a year, all areas", float(values.sum()), float(known.value)),),
        notes=("a mean of three years: figures are thirds, and areas are known by name alone",),
    )


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits="area Admissions",
    tables=("stroke_admission",),
)
