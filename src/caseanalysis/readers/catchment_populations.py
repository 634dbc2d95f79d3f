"""Catchment population of each acute trust, for all and for emergency admissions."""

from __future__ import annotations

import pandas as pd
from python_calamine import CalamineError

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile, find_row
from caseanalysis.readers.catchment_shares import check_trusts
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.population_projections import numbers, reconcile, require

_ADMISSIONS = {"All admissions": "all", "Emergency admissions": "emergency"}
_NAMES = ("TrustCode", "TrustName", *_ADMISSIONS)
_SOURCE = "ohid_catchment_populations"
_TOP_ROWS = 20
_MOST_SHEETS = 3
_MOST_BYTES = 500_000
_WHOLE = 0.5


def _recognise(file: OfficialFile) -> bool:
    # Sheets are called Sheet1, so a small workbook must be opened to be known.
    if len(file.sheet_names) > _MOST_SHEETS or len(file.content) > _MOST_BYTES:
        return False
    try:
        return _sheet(file) is not None
    except CalamineError:
        return False


def _sheet(file: OfficialFile) -> str | None:
    for name in file.sheet_names:
        if find_row(file.grid(name)[:_TOP_ROWS], "TrustCode", "All admissions") is not None:
            return name
    return None


def _read(file: OfficialFile) -> Reading:
    cells = _cells(file)
    figures = numbers(file, cells[list(_ADMISSIONS)])
    check_trusts(file, cells["TrustCode"])
    total = figures["All admissions"].sum()
    edition = edition_of(file, _SOURCE, total, "column All admissions, sum").edition
    return Reading(
        tables={
            "catchment_population": schemas.validate(
                _long(cells, figures, edition), "catchment_population", where=file.path.name
            )
        },
        release=edition,
        period=edition,
        slice_=edition,
        checks=(
            reconcile(
                file,
                "residents of England, all against emergency admissions",
                pd.Series({"England": total}),
                pd.Series({"England": figures["Emergency admissions"].sum()}),
                tolerance=_WHOLE,
            ),
        ),
    )


def _long(cells: pd.DataFrame, figures: pd.DataFrame, edition: str) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "edition": edition,
                "trust_code": cells["TrustCode"],
                "trust_name": cells["TrustName"],
                "admissions": admissions,
                "population": figures[column],
            }
        )
        for column, admissions in _ADMISSIONS.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _cells(file: OfficialFile) -> pd.DataFrame:
    sheet = _sheet(file)
    if sheet is None:
        raise file.broken("workbook", found="no such sheet", wanted=f"columns {', '.join(_NAMES)}")
    grid = file.grid(sheet)
    top = find_row(grid, "TrustCode", "All admissions") or 0
    header = [" ".join(str(cell).split()) for cell in grid[top]]
    require(file, header, _NAMES, place=f"sheet {sheet}, row {top + 1}")
    cells = pd.DataFrame(
        grid[top + 1 :], columns=header, index=pd.RangeIndex(top + 2, len(grid) + 1)
    )[list(_NAMES)]
    cells["TrustCode"] = cells["TrustCode"].astype("str").str.strip()
    cells["TrustName"] = cells["TrustName"].astype("str").str.strip()
    return cells[cells["TrustCode"] != ""]


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits="Sheet1 TrustCode TrustName All admissions Emergency admissions",
    tables=("catchment_population",),
)
