"""Modelled prevalence by local authority, from the House of Commons Library."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.population_projections import (
    csv_table,
    headings,
    numbers,
    reconcile,
)

_NAMES = ("lad_code", "lad_name", "group_code", "register", "list", "prevalence")
_SOURCE = "commons_library_prevalence"
_ALL_AGES_REGISTER = "AF"


def _recognise(file: OfficialFile) -> bool:
    return headings(file).issuperset({"lad_code", "lad_name", "group_code", "list"})


def _read(file: OfficialFile) -> Reading:
    cells = csv_table(file, _NAMES)
    figures = numbers(file, cells[["register", "list", "prevalence"]])
    _check_complete(file, cells)
    everyone = figures.loc[cells["group_code"] == _ALL_AGES_REGISTER, "list"].sum()
    period = edition_of(file, _SOURCE, everyone, "sum of the lists of all ages").edition
    table = pd.DataFrame(
        {
            "period": period,
            "area_code": cells["lad_code"],
            "area_name": cells["lad_name"],
            "register": cells["group_code"],
            "registered": figures["register"],
            "list_size": figures["list"],
        }
    )
    checked = schemas.validate(table, "prevalence_district", where=file.path.name)
    return Reading(
        tables={"prevalence_district": checked},
        release=f"from the registers of {period}",
        period=period,
        slice_=period,
        checks=(_check_prevalence(file, cells, figures),),
        notes=_notes(checked),
    )


def _check_prevalence(file: OfficialFile, cells: pd.DataFrame, figures: pd.DataFrame) -> Check:
    labels = pd.MultiIndex.from_frame(cells[["lad_code", "group_code"]])
    return reconcile(
        file,
        "register / list against prevalence",
        (figures["register"] / figures["list"]).set_axis(labels),
        figures["prevalence"].set_axis(labels),
        tolerance=1e-9,
    )


def _check_complete(file: OfficialFile, cells: pd.DataFrame) -> None:
    counts = cells.groupby("lad_code")["group_code"].nunique()
    registers = cells["group_code"].nunique()
    if (counts != registers).any():
        area = counts.index[counts != registers][0]
        raise file.broken(
            f"lad_code {area}",
            found=f"{counts[area]} registers",
            wanted=f"{registers}, as in the other areas",
        )


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    welsh = table.loc[table["area_code"].str.startswith("W"), "area_name"].unique()
    if not len(welsh):
        return ()
    return (
        f"{len(welsh)} Welsh areas hold only patients of English practices: {', '.join(welsh)}",
    )


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits=" ".join(_NAMES),
    tables=("prevalence_district",),
)
