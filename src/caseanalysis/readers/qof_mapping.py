"""The network, commissioner and region of each general practice of the disease registers."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.population_projections import csv_table, headings

_COLUMNS = {
    "PRACTICE_CODE": "practice_code",
    "PRACTICE_NAME": "practice_name",
    "PCN_ODS_CODE": "network_code",
    "PCN_NAME": "network_name",
    "SUB_ICB_ONS_CODE": "sub_icb_code",
    "ICB_ONS_CODE": "icb_code",
    "ICB_ODS_CODE": "icb_ods_code",
    "ICB_NAME": "icb_name",
    "REGION_ONS_CODE": "region_code",
}
_SOURCE = "qof_mapping"
_NO_NETWORK = "U"


def _recognise(file: OfficialFile) -> bool:
    return headings(file).issuperset(
        {"PRACTICE_CODE", "PCN_ODS_CODE", "SUB_ICB_ONS_CODE", "ICB_ONS_CODE"}
    )


def _read(file: OfficialFile) -> Reading:
    cells = csv_table(file, tuple(_COLUMNS))
    _check_filled(file, cells)
    _check_nested(file, cells, "SUB_ICB_ONS_CODE", "ICB_ONS_CODE")
    _check_nested(file, cells, "ICB_ONS_CODE", "REGION_ONS_CODE")
    practices = cells["PRACTICE_CODE"].nunique()
    known = edition_of(file, _SOURCE, practices, "practices")
    period = known.edition
    table = cells[list(_COLUMNS)].rename(columns=_COLUMNS).assign(period=period)
    unallocated = int((table["network_code"] == _NO_NETWORK).sum())
    return Reading(
        tables={
            "practice_geography": schemas.validate(
                table, "practice_geography", where=file.path.name
            )
        },
        release=period,
        period=period,
        slice_=period,
        checks=(Check("practices in England", float(practices), float(known.value)),),
        notes=(f"{unallocated} practices belong to no network (code {_NO_NETWORK})",)
        if unallocated
        else (),
    )


def _check_filled(file: OfficialFile, cells: pd.DataFrame) -> None:
    for name in _COLUMNS:
        empty = cells.index[(cells[name] == "") | cells[name].isna()]
        if len(empty):
            raise file.broken(
                f"row {empty[0]}, column {name}", found="an empty cell", wanted="a code or name"
            )


def _check_nested(file: OfficialFile, cells: pd.DataFrame, part: str, whole: str) -> None:
    """Refuse a file where an area lies in two larger ones."""
    first = cells.groupby(part)[whole].transform("first")
    stray = cells.index[cells[whole] != first]
    if len(stray):
        row = stray[0]
        raise file.broken(
            f"row {row}, column {whole}",
            found=f"{cells[whole][row]!r} for {cells[part][row]!r}",
            wanted=f"{first[row]!r}, as in the rows before",
        )


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits="NAT_ONS_CODE REGION_ONS_CODE ICB_ONS_CODE SUB_ICB_ONS_CODE PCN_ODS_CODE PRACTICE_CODE",
    tables=("practice_geography",),
)
