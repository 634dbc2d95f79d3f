"""Hospital outpatient activity of a year: the provider-level analysis, CSV of NHS England.

One row an organisation and measure; the measures of one type are parts of all appointments, so that
those of two types count twice.
"""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick

_HEADINGS = {
    "period": r"reporting[_ ]period",
    "level": r"geography[_ ]level",
    "org_code": r"org(anisation)?[_ ]code",
    "org_name": r"org(anisation)?[_ ](description|name)",
    "measure_type": r"measure[_ ]type",
    "measure": r"measure",
    "appointments": r"measure[_ ]value( ?\(sum\)| sum 1)?",
}
_LEVELS = {"national": "england", "commissioning region": "region", "provider": "provider"}
_WITHHELD = ("*", "-", "")
#: A spreadsheet took the age band 10-19 for October 2019.
_TAKEN_FOR_A_DATE = {"Oct-19": "10-19", "19-Oct": "10-19"}
_YEAR = re.compile(r"(20\d{2})[-/]?(\d{2})")
_ROUNDED = 5 / 2
_LARGEST_WITHHELD = 7


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the provider-level analysis of outpatient activity."""
    return fits(file.csv_header, _HEADINGS.values())


def read(file: OfficialFile) -> Reading:
    """Return outpatient appointments of a year by organisation, type of measure and measure.

    Key: ``period``, ``level``, ``org_code``, ``measure_type``, ``measure``. A withheld count is
    missing.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a cell is no count, the rows are of more than one year, a level is
        unknown, or the providers do not sum to England within rounding and withholding.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    table = pd.DataFrame({name: frame[given].str.strip() for name, given in columns.items()})
    period = _period(file, table["period"])
    table["level"] = _levels(file, table["level"])
    england = table["level"] == "england"
    table.loc[england, ["org_code", "org_name"]] = ["ENGLAND", "England"]
    table["measure"] = table["measure"].replace(_TAKEN_FOR_A_DATE)
    table["appointments"] = counts(file, frame[columns["appointments"]], withheld=_WITHHELD)
    checks = _england(file, table)
    withheld = int(table["appointments"].isna().sum())
    note = (f"{withheld:,} counts are withheld and missing here",) if withheld else ()
    return Reading(
        tables={
            "outpatient_provider": schemas.validate(
                table.assign(period=period), "outpatient_provider", where=file.path.name
            )
        },
        release=period,
        period=period,
        slice_=period,
        checks=checks,
        notes=note,
    )


def _period(file: OfficialFile, text: pd.Series) -> str:
    years = {_YEAR.fullmatch(label) for label in text.unique()}
    labels = {f"{found[1]}-{found[2]}" for found in years if found}
    if len(labels) != 1 or None in years:
        raise file.broken(
            "column REPORTING_PERIOD",
            found=", ".join(map(repr, text.unique()[:3])),
            wanted="one financial year, such as 2023-24",
        )
    return labels.pop()


def _levels(file: OfficialFile, text: pd.Series) -> pd.Series:
    """Return levels under our names; some years number them, as ``01.National``."""
    levels = text.str.replace(r"^\d+\.\s*", "", regex=True).str.casefold().map(_LEVELS)
    for row in text.index[levels.isna()][:1]:
        raise file.broken(
            f"row {row + 2}, GEOGRAPHY_LEVEL",
            found=repr(text[row]),
            wanted="National, Commissioning Region or Provider",
        )
    return levels


def _england(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    by = ["measure_type", "measure"]
    england = table[table["level"] == "england"].set_index(by)["appointments"]
    providers = table[table["level"] == "provider"].groupby(by)["appointments"]
    ours, given = providers.sum(), providers.count()
    withheld = providers.size() - given
    below = england.reindex(ours.index) - ours
    apart = (below < -_ROUNDED * given) | (below > _ROUNDED * given + _LARGEST_WITHHELD * withheld)
    for kind, measure in ours.index[apart][:1]:
        raise file.broken(
            f"National, {kind}, {measure}",
            found=f"{england[kind, measure]:,.0f}",
            wanted=f"about {ours[kind, measure]:,.0f}, the sum of the providers",
        )
    both = below.notna()
    name = "providers sum to England within rounding and withholding, each measure"
    total = float(england.reindex(ours.index)[both].sum())
    return (Check(name, float(ours[both].sum()), total),) if both.any() else ()


READER = Reader(
    source="outpatients_by_provider",
    recognise=recognise,
    read=read,
    traits="REPORTING_PERIOD GEOGRAPHY_LEVEL ORGANISATION_CODE MEASURE_TYPE MEASURE MEASURE_VALUE",
    tables=("outpatient_provider",),
)
