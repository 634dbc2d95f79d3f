"""National Cost Collection: activity and costs of each organisation, as a long CSV.

Some editions give the unit cost, some the actual cost, some both. The file of costs adjusted for
the market forces factor is another one, and not read.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import financial_year_label
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures

_LABELS = {
    "org_code": r"(org(anisation)?|provider)[_ ]?code",
    "department": r"dep(artmen)?t[_ ]?code",
    "service": r"service[_ ]?code",
    "currency": r"currency([_ ]?code)?",
}
_ACTIVITY = r"(total[_ ]?)?activity|number of .*activity"
_UNIT_COST = r"unit[_ ]?cost"
_COST = r"(actual|total)[_ ]?cost"
_YEAR = r"(financial[_ ]?)?year|fy"
_WITHHELD = ("", "-", "*")
_SOURCE = "national_cost_collection"
#: Unit costs are printed to a whole pound or a penny: half a pound for each unit of activity.
_HALF_POUND = 0.51


def _recognise(file: OfficialFile) -> bool:
    found = headings(file)
    return fits(found, (*_LABELS.values(), _ACTIVITY)) and any(
        fits(found, (cost,)) for cost in (_UNIT_COST, _COST)
    )


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    named = pick(file, rows, _LABELS)
    table = rows[list(named.values())].set_axis(list(named), axis="columns")
    values, checks = _values(file, rows)
    year = _year(file, rows, values)
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


def _values(file: OfficialFile, rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Check, ...]]:
    """Return activity and cost; where unit costs are printed too, they are checked against them."""
    wanted = {"activity": _ACTIVITY, "unit_cost": _UNIT_COST, "cost": _COST}
    printed = {
        name: pattern
        for name, pattern in wanted.items()
        if any(re.fullmatch(pattern, str(heading)) for heading in rows.columns)
    }
    given = pick(file, rows, printed)
    values = figures(file, rows[list(given.values())], withheld=_WITHHELD, least=None)
    values.columns = pd.Index(list(given))
    if "unit_cost" not in values:
        return values, ()
    ours = values["unit_cost"] * values["activity"]
    if "cost" not in values:
        return values.assign(cost=ours), ()
    return values, (_check(file, ours, values),)


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


def _year(file: OfficialFile, rows: pd.DataFrame, values: pd.DataFrame) -> str:
    """Return the financial year that a column names; without one it is told by the costs' sum."""
    columns = [str(name) for name in rows.columns if re.fullmatch(_YEAR, str(name))]
    if not columns:
        cost = float(values["cost"].sum())
        return edition_of(file, _SOURCE, cost, "sum of the actual costs in pounds").edition
    years = {text for name in columns for text in rows[name].unique()}
    found = re.fullmatch(r"(20\d\d)[-/](?:20)?(\d\d)", years.pop()) if len(years) == 1 else None
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        raise file.broken(
            "row 1",
            found="a column Year that names no one financial year",
            wanted="one, such as 2023/24",
        )
    return financial_year_label(int(found[1]))


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits="Provider Code Department Code Service Code Currency Code Activity Actual Cost",
    tables=("reference_cost",),
)
