"""Patients on the disease registers of the Quality and Outcomes Framework, by general practice."""

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
from caseanalysis.registers import load_list_types

_NAMES = ("PRACTICE_CODE", "GROUP_CODE", "REGISTER", "PATIENT_LIST_TYPE", "PRACTICE_LIST_SIZE")
_ALL_AGES = "TOTAL"
_SOURCE = "qof_prevalence"


def _recognise(file: OfficialFile) -> bool:
    return headings(file).issuperset(
        {"PRACTICE_CODE", "GROUP_CODE", "REGISTER", "PRACTICE_LIST_SIZE"}
    )


def _read(file: OfficialFile) -> Reading:
    cells = csv_table(file, _NAMES)
    _check_registers(file, cells)
    table = pd.DataFrame(
        {
            "practice_code": cells["PRACTICE_CODE"],
            "register": cells["GROUP_CODE"],
            "list_type": cells["PATIENT_LIST_TYPE"],
            "registered": _registered(file, cells["REGISTER"]),
            "list_size": numbers(file, cells[["PRACTICE_LIST_SIZE"]])["PRACTICE_LIST_SIZE"],
        }
    )
    lists = _lists(file, table)
    england = float(lists.xs(_ALL_AGES, level="list_type").sum())
    known = edition_of(file, _SOURCE, england, "sum of the practices' list sizes")
    period = known.edition
    checked = schemas.validate(
        table.assign(period=period), "prevalence_practice", where=file.path.name
    )
    return Reading(
        tables={"prevalence_practice": checked},
        release=period,
        period=period,
        slice_=period,
        checks=(Check("patients of all ages in England", england, float(known.value)),),
        notes=_notes(checked),
    )


def _check_registers(file: OfficialFile, cells: pd.DataFrame) -> None:
    lists = load_list_types()
    unknown = ~cells["GROUP_CODE"].isin(list(lists))
    if unknown.any():
        row = cells.index[unknown][0]
        raise file.broken(
            f"row {row}, column GROUP_CODE",
            found=repr(cells["GROUP_CODE"][row]),
            wanted=f"one of the {len(lists)} registers {', '.join(lists)} that "
            "data/registers/disease_registers.csv has with their list_type",
        )
    wanted = cells["GROUP_CODE"].map(lists)
    other = cells["PATIENT_LIST_TYPE"] != wanted
    if other.any():
        row = cells.index[other][0]
        raise file.broken(
            f"row {row}, column PATIENT_LIST_TYPE",
            found=repr(cells["PATIENT_LIST_TYPE"][row]),
            wanted=f"{wanted[row]!r}, the list of register {cells['GROUP_CODE'][row]!r}",
        )


def _registered(file: OfficialFile, cells: pd.Series) -> pd.Series:
    """Return the patients on a register; an empty cell stays unknown."""
    known = cells[cells != ""]
    return numbers(file, known.to_frame())["REGISTER"].reindex(cells.index)


def _lists(file: OfficialFile, table: pd.DataFrame) -> pd.Series:
    """Return the list size of each practice and list type, which all its registers must share."""
    sizes = table.groupby(["practice_code", "list_type"])["list_size"].agg(["min", "max"])
    reconcile(
        file,
        "list sizes of one practice and list type",
        sizes["max"],
        sizes["min"],
        tolerance=0,
    )
    return sizes["min"]


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    names = table["practice_code"] + " " + table["register"]
    over = table[table["registered"] > table["list_size"]]
    counts = table.groupby("practice_code")["register"].nunique()
    short = counts[counts < table["register"].nunique()]
    unknown = names[table["registered"].isna()]
    notes = [
        f"practice {row.practice_code} reports {row.registered:.0f} patients on register "
        f"{row.register} out of a list of {row.list_size:.0f}"
        for row in over.itertuples()
    ]
    notes += [f"practice {code} has only {count} registers" for code, count in short.items()]
    if len(unknown):
        notes.append(f"registers left empty by the publisher: {', '.join(unknown)}")
    return tuple(notes)


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits=" ".join(_NAMES),
    tables=("prevalence_practice",),
)
