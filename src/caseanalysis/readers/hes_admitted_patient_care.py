"""Hospital admitted patient care of a year: England by primary diagnosis, of NHS England."""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.admitted_year import (
    TRAITS,
    Admitted,
    by_age,
    part_sums,
    read_rows,
    stated_year,
)
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.workbook_tables import cells_below, first_sheet, sheets_with, words

_USUAL = r"primary diagnosis summary"
_DIAGNOSIS = re.compile(r"primary diagnosis.*")
_CODE = r"[A-Z]\d{2}(-[A-Z]\d{2})?"
_TOTAL = "total"
_SOURCE = "hes_admitted_patient_care"


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the yearly workbook of admitted patient care by diagnosis."""
    return any(
        any(_DIAGNOSIS.match(cell) for row in file.heading_rows(sheet) for cell in row)
        for sheet in sheets_with(file, *TRAITS, usual=_USUAL)
    )


def read(file: OfficialFile) -> Reading:
    """Return episodes, admissions, waits and stays in England by primary diagnosis, and by age.

    Keys: ``period``, ``diagnosis``; and with ``age_lower``. An average that is not given is
    missing. Sexes and ages that were not recorded leave their sums a little below the total.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing, a cell is no number, the parts of a count exceed it, the methods
        of admission do not sum to the admissions, or the year is not known.
    """
    sheet, grid, header = first_sheet(file, *TRAITS, usual=_USUAL)
    identity = _diagnoses(file, sheet, grid, header)
    admitted = read_rows(file, sheet, grid, header, identity.index)
    is_total = identity["diagnosis"] == _TOTAL
    episodes = admitted.measures["finished_consultant_episodes"]
    england = float(episodes[~is_total].sum())
    period = (
        stated_year(file, grid, header)
        or edition_of(
            file, _SOURCE, england, f"sheet {sheet}, sum of finished consultant episodes"
        ).edition
    )
    identity.insert(0, "period", period)
    checks = part_sums(file, sheet, admitted, slack=0) + _totals(
        file, sheet, admitted.measures, is_total
    )
    where = file.path.name
    table = pd.concat([identity, admitted.measures], axis=1)[~is_total]
    ages = by_age(_without(admitted, is_total), identity[~is_total])
    return Reading(
        tables={
            "hes_diagnosis": schemas.validate(table, "hes_diagnosis", where=where),
            "hes_diagnosis_age": schemas.validate(
                ages.drop(columns="diagnosis_name"), "hes_diagnosis_age", where=where
            ),
        },
        release=period,
        period=period,
        slice_=period,
        checks=checks,
        notes=_notes(admitted),
    )


def _diagnoses(
    file: OfficialFile, sheet: str, grid: list[list[object]], header: int
) -> pd.DataFrame:
    """Return code and name of each diagnosis, by row of the sheet; the name is beside the code."""
    headings = [plain(str(cell)) for cell in grid[header]]
    at = next(
        (at for at, heading in enumerate(headings) if _DIAGNOSIS.fullmatch(heading)),
        None,
    )
    if at is None:
        raise file.broken(
            f"sheet {sheet}, row {header + 1}",
            found="no column of diagnoses",
            wanted="a column headed 'Primary diagnosis: summary code and description'",
        )
    cells = cells_below(grid, header, {"diagnosis": at, "diagnosis_name": at + 1}).apply(words)
    total = cells["diagnosis"].str.casefold().str.startswith(_TOTAL)
    cells = cells.assign(diagnosis=cells["diagnosis"].mask(total, _TOTAL))
    kept = cells[total | cells["diagnosis"].str.fullmatch(_CODE)]
    if kept.empty:
        raise file.broken(f"sheet {sheet}", found="no diagnosis", wanted="codes such as A00-A09")
    return kept


def _totals(
    file: OfficialFile, sheet: str, measures: pd.DataFrame, is_total: pd.Series
) -> tuple[Check, ...]:
    """Return the diagnoses' sums beside the publisher's total row, where the sheet has one."""
    if is_total.sum() != 1:
        return ()
    checks = []
    for name in ("finished_consultant_episodes", "finished_admission_episodes", "bed_days"):
        ours, total = (
            float(measures.loc[~is_total, name].sum()),
            float(measures.loc[is_total, name].iloc[0]),
        )
        if abs(ours - total) > 1 / 2:
            raise file.broken(
                f"sheet {sheet}, Total, {name}",
                found=f"{total:,.0f}",
                wanted=f"{ours:,.0f}, the sum of the diagnoses",
            )
        checks.append(Check(f"diagnoses sum to Total: {name}", ours, total))
    return tuple(checks)


def _without(admitted: Admitted, is_total: pd.Series) -> Admitted:
    return Admitted(admitted.measures[~is_total], admitted.ages[~is_total], admitted.bands)


def _notes(admitted: Admitted) -> tuple[str, ...]:
    unknown = admitted.measures["finished_consultant_episodes"] - admitted.ages.sum(axis=1)
    missing = int(admitted.measures.isna().sum().sum())
    notes = [f"{unknown.sum():,.0f} episodes are of unknown age"] if unknown.sum() > 0 else []
    if missing:
        notes.append(f"{missing} averages are not given and missing here")
    return tuple(notes)


READER = Reader(
    source=_SOURCE,
    recognise=recognise,
    read=read,
    traits="Primary Diagnosis Summary",
    tables=("hes_diagnosis", "hes_diagnosis_age"),
)
