"""Sickness absence by organisation: the monthly CSV of NHS England.

The file has no total of its own; what must hold is that each printed rate is the days lost as a
share of the days available.
"""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures

_LABELS = {
    "date": r"date|month|period",
    "region_code": r"nhse[ _]region[ _]code",
    "ics_code": r"ic[sb][ _]code",
    "org_code": r"org[ _]code",
    "org_name": r"org[ _]name",
    "org_type": r"org[ _]type",
}
_FIGURES = {
    "fte_days_lost": r"fte[ _]days[ _](lost|sick)",
    "fte_days_available": r"fte[ _]days[ _]available",
    "rate": r"(sickness[ _]absence|sa)[ _]rate[ _](percent|\(%\))",
}
_WITHHELD = ("", "-", "*")
#: Rates are printed in percent with two decimals: half of the last digit, and its rounding.
_HALF_DIGIT = 0.00501
_PERCENT = 100


def _recognise(file: OfficialFile) -> bool:
    return fits(headings(file), (_LABELS["org_code"], *_FIGURES.values()))


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    labels = pick(file, rows, _LABELS)
    table = rows[list(labels.values())].set_axis(list(labels), axis="columns")
    month = _month(file, table.pop("date"))
    named = pick(file, rows, _FIGURES)
    values = figures(file, rows[list(named.values())], withheld=_WITHHELD)
    values.columns = pd.Index(list(named))
    check = _rates(file, values)
    values["rate"] = values["rate"] / _PERCENT
    table = pd.concat([table, values], axis=1).assign(month=month)
    missing = table.loc[values.isna().any(axis=1), "org_code"]
    label = f"{month:%Y-%m}"
    return Reading(
        tables={
            "sickness_absence": schemas.validate(table, "sickness_absence", where=file.path.name)
        },
        release=f"{month:%B %Y}, undated",
        period=label,
        slice_=label,
        checks=(check,),
        notes=(f"withheld by the publisher: {', '.join(missing)}",) if len(missing) else (),
    )


def _month(file: OfficialFile, text: pd.Series) -> pd.Timestamp:
    days = pd.to_datetime(text, format="%d/%m/%Y", errors="coerce")
    for row in text.index[days.isna()][:1]:
        raise file.broken(f"row {row}, DATE", found=repr(text[row]), wanted="such as 31/03/2025")
    months = days.dt.to_period("M").unique()
    if len(months) != 1:
        raise file.broken("column DATE", found=f"{len(months)} months", wanted="one month")
    return pd.Timestamp(months[0].to_timestamp())


def _rates(file: OfficialFile, values: pd.DataFrame) -> Check:
    """Return England's rate beside the one that the printed rates give, each of which must fit."""
    ours = values["fte_days_lost"] / values["fte_days_available"] * _PERCENT
    wrong = (ours - values["rate"]).abs() > _HALF_DIGIT
    for row in values.index[wrong][:1]:
        raise file.broken(
            f"row {row}, rate",
            found=f"{values.loc[row, 'rate']:.2f}",
            wanted=f"{ours[row]:.2f}, days lost as a share of days available",
        )
    available = values["fte_days_available"]
    return Check(
        "days lost in percent of days available, all organisations",
        float(values["fte_days_lost"].sum() / available.sum() * _PERCENT),
        float((values["rate"] * available).sum() / available.sum()),
    )


READER = Reader(
    source="sickness_absence",
    recognise=_recognise,
    read=_read,
    traits="DATE NHSE_REGION_CODE ICS_CODE ORG_CODE ORG_TYPE FTE_DAYS_LOST FTE_DAYS_AVAILABLE",
    tables=("sickness_absence",),
)
