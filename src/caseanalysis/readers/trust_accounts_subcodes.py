"""Sub-codes of the trust accounts consolidation by year, as others keyed them from the forms."""

from __future__ import annotations

from caseanalysis import schemas
from caseanalysis.errors import BrokenPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import financial_year_start
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows

_LABELS = {
    "year": "fy",
    "worksheet": r"worksheet ?name",
    "subcode": r"sub ?code",
    "label": r"sub ?code_label",
}


def _recognise(file: OfficialFile) -> bool:
    return fits(headings(file), _LABELS.values())


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    named = pick(file, rows, _LABELS)
    table = rows[list(named.values())].set_axis(list(named), axis="columns")
    years = sorted(table["year"].unique())
    for year in years:
        _financial_year(file, year)
    period = f"{years[0]} to {years[-1]}"
    checked = schemas.validate(table.assign(origin="list"), "tac_subcode", where=file.path.name)
    return Reading(
        tables={"tac_subcode": checked},
        release=period,
        period=period,
        slice_=f"{period}, list",
    )


def _financial_year(file: OfficialFile, text: str) -> int:
    try:
        return financial_year_start(text)
    except ValueError as error:
        fault: BrokenPublicationError = file.broken(
            "column fy", found=str(error), wanted="such as 2023-24"
        )
        raise fault from None


READER = Reader(
    source="trust_accounts_subcodes",
    recognise=_recognise,
    read=_read,
    traits="fy WorkSheetName SubCode subcode_label source_file",
    tables=("tac_subcode",),
)
