"""Cost of storing medical records, and the supplier of the electronic record, by trust."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import financial_year_label
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.population_projections import headings, reconcile, require
from caseanalysis.readers.workbook_tables import csv_rows, figures, known

_LABELS = ("trust_code", "trust_name", "trust_epr", "trust_type_from_foi", "in_foi_data")
_COST = re.compile(r"^mrc_total_(20\d\d)(\d\d)$")
_PARTS = {"off_site": "mrc_off", "on_site": "mrc_on", "total": "mrc_total"}
_WORDS = {"provision": "mrc_service_provision", "kind": "mrc_type"}
#: What stands where a trust gave no return; the file then has 0 for its cost.
_NO_RETURN = ("", "No Data Provided", "Not Applicable")
_MISSPELT = {"Extenal": "External"}
_PENNY = 0.01


def _recognise(file: OfficialFile) -> bool:
    found = headings(file)
    return found.issuperset(_LABELS) and any(_COST.match(name) for name in found)


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    require(file, rows.columns, _LABELS)
    years = sorted(found[1] + found[2] for name in rows if (found := _COST.match(str(name))))
    parts = list(_years(file, rows, years))
    costs = pd.concat(parts, ignore_index=True)
    period = f"{costs['year'].min()} to {costs['year'].max()}"
    records = _records(file, rows)
    unknown = int(costs["total"].isna().sum())
    return Reading(
        tables={
            "medical_records_cost": schemas.validate(
                costs, "medical_records_cost", where=file.path.name
            ),
            "electronic_patient_record": schemas.validate(
                records, "electronic_patient_record", where=file.path.name
            ),
        },
        release=period,
        period=period,
        slice_=period,
        checks=(_check(file, costs),),
        notes=(f"{unknown} costs of trusts that gave no return are 0 in the file and missing here",)
        * bool(unknown),
    )


def _years(file: OfficialFile, rows: pd.DataFrame, years: list[str]) -> Iterator[pd.DataFrame]:
    """Yield the costs of each year; where a trust gave no return they are missing."""
    for year in years:
        names = {key: f"{stem}_{year}" for key, stem in (_PARTS | _WORDS).items()}
        require(file, rows.columns, names.values())
        values = figures(file, rows[[names[key] for key in _PARTS]], withheld=("",))
        values.columns = pd.Index(list(_PARTS))
        none = rows[names["provision"]].isin(_NO_RETURN) & (values["total"] == 0)
        label = financial_year_label(int(year[:4]))
        yield pd.concat(
            [
                rows[["trust_code", "trust_name"]],
                known(rows[names["provision"]].replace(_MISSPELT)).rename("provision"),
                known(rows[names["kind"]].str.replace(r"^\d\. ", "", regex=True)).rename("kind"),
                values.mask(none),
            ],
            axis=1,
        ).assign(year=label)


def _records(file: OfficialFile, rows: pd.DataFrame) -> pd.DataFrame:
    answered = rows["in_foi_data"].map({"True": True, "False": False})
    for row in rows.index[answered.isna()][:1]:
        raise file.broken(
            f"row {row}, in_foi_data",
            found=repr(rows.loc[row, "in_foi_data"]),
            wanted="True or False",
        )
    return pd.DataFrame(
        {
            "trust_code": rows["trust_code"],
            "trust_name": rows["trust_name"],
            "trust_type": known(rows["trust_type_from_foi"]),
            "supplier": known(rows["trust_epr"].str.replace(r"\s+", " ", regex=True)),
            "answered": answered.astype(bool),
        }
    )


def _check(file: OfficialFile, costs: pd.DataFrame) -> Check:
    given = costs.dropna(subset="total").set_index(["trust_code", "year"])
    return reconcile(
        file,
        "off site and on site against total, pounds",
        given["off_site"].fillna(0) + given["on_site"].fillna(0),
        given["total"],
        tolerance=_PENNY,
    )


READER = Reader(
    source="digital_records",
    recognise=_recognise,
    read=_read,
    traits="trust_code trust_name mrc_off_201718 mrc_on_201718 mrc_total_201718 trust_epr",
    tables=("medical_records_cost", "electronic_patient_record"),
)
