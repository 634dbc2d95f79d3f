"""National Cost Collection: activity and unit costs of each organisation, as a long CSV."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import financial_year_label
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures

_LABELS = {
    "org_code": r"org(anisation)?[_ ]?code",
    "department": r"department[_ ]?code",
    "service": r"service[_ ]?code",
    "currency": r"currency([_ ]?code)?",
}
_FIGURES = {"unit_cost": r"unit[_ ]?cost", "activity": r"activity|number of .*activity"}
_COST = r"(actual|total)[_ ]?cost"
_YEAR = r"(financial[_ ]?)?year|fy"
_WITHHELD = ("", "-", "*")
#: Unit costs are printed to a whole pound or a penny: half a pound for each unit of activity.
_HALF_POUND = 0.51


def _recognise(file: OfficialFile) -> bool:
    return fits(headings(file), (*_LABELS.values(), *_FIGURES.values()))


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    named = pick(file, rows, _LABELS)
    table = rows[list(named.values())].set_axis(list(named), axis="columns")
    given = pick(file, rows, _FIGURES)
    values = figures(file, rows[list(given.values())], withheld=_WITHHELD, least=None)
    values.columns = pd.Index(list(given))
    costs = [str(name) for name in rows.columns if re.fullmatch(_COST, str(name))]
    ours = values["unit_cost"] * values["activity"]
    checks: tuple[Check, ...] = ()
    values["cost"] = ours
    if costs:
        values["cost"] = figures(file, rows[costs[:1]], withheld=_WITHHELD, least=None)[costs[0]]
        checks = (_check(file, ours, values),)
    year = _year(file, rows)
    joined = _added(pd.concat([table, values], axis=1)).assign(year=year)
    joined["unit_cost"] = joined["cost"] / joined["activity"].where(joined["activity"] > 0)
    rejoined = len(table) - len(joined)
    return Reading(
        tables={"reference_cost": schemas.validate(joined, "reference_cost", where=file.path.name)},
        release=year,
        period=year,
        slice_=year,
        checks=checks,
        notes=(f"{rejoined} rows of the same currency, by another split, are added up",)
        * bool(rejoined),
    )


def _check(file: OfficialFile, ours: pd.Series, values: pd.DataFrame) -> Check:
    allowed = _HALF_POUND * np.maximum(values["activity"].abs(), 1)
    wrong = (ours - values["cost"]).abs() > allowed
    for row in values.index[wrong][:1]:
        raise file.broken(
            f"row {row}, cost",
            found=f"{values.loc[row, 'cost']:,.2f}",
            wanted=f"{ours[row]:,.2f}, activity at its unit cost",
        )
    both = (ours - values["cost"]).notna()
    return Check(
        "activity at unit cost against cost, pounds",
        float(ours[both].sum()),
        float(values.loc[both, "cost"].sum()),
    )


def _added(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a currency: some files split one by supplier or by bed days."""
    sums = table.groupby(list(_LABELS), sort=False)[["activity", "cost"]]
    added: pd.DataFrame = sums.sum(min_count=1).reset_index()
    return added


def _year(file: OfficialFile, rows: pd.DataFrame) -> str:
    columns = [str(name) for name in rows.columns if re.fullmatch(_YEAR, str(name))]
    years = {text for name in columns for text in rows[name].unique()}
    found = re.fullmatch(r"(20\d\d)[-/](?:20)?(\d\d)", years.pop()) if len(years) == 1 else None
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        raise file.broken(
            "row 1",
            found="no column that names one financial year",
            wanted="a column Year, such as 2023/24",
        )
    return financial_year_label(int(found[1]))


READER = Reader(
    source="national_cost_collection",
    recognise=_recognise,
    read=_read,
    traits="Org code Department code Service code Currency code Unit cost Activity Mapping pot",
    tables=("reference_cost",),
)
