"""Schemas of what is counted from HES records: suppressed and rounded, one dimension at a time."""

from __future__ import annotations

import pandera.pandas as pa

from caseanalysis.schemas.contract import TableSchema, amount, text, whole

_MOST = 10**12


def _counts(title: str) -> TableSchema:
    columns = {
        "period": text(),
        "period_start": pa.Column(
            "datetime64[ns]", pa.Check(lambda month: month.dt.day.eq(1)), nullable=True
        ),
        "provider_code": text(),
        "dimension": text(),
        "category": text(),
        "measure": text(),
        "value": pa.Column(
            "Int64",
            [pa.Check.in_range(0, _MOST), pa.Check(lambda value: value.mod(5).eq(0))],
            nullable=True,
        ),
        "unit": text(among=("count", "days")),
        "suppressed": pa.Column(bool),
    }
    key = ("period", "provider_code", "dimension", "category", "measure")
    return TableSchema(title, key, columns, {"value": "as `unit` says, to the nearest 5"})


SCHEMAS: dict[str, TableSchema] = {
    "hes_records_admitted": _counts(
        "Episodes, admissions and bed days counted from HES records, by provider"
    ),
    "hes_records_outpatient": _counts(
        "Outpatient appointments and attendances counted from HES records, by provider"
    ),
    "hes_records_emergency": _counts(
        "Emergency care attendances counted from HES records, by provider"
    ),
    "hes_records_quality": TableSchema(
        "HES records by field and state of their code",
        ("field", "state"),
        {
            "field": text(),
            "state": text(),
            "records": whole(0, _MOST, nullable=True),
            "share": amount(nullable=True),
            "suppressed": pa.Column(bool),
        },
        {"records": "count, to the nearest 5", "share": "share of all records"},
    ),
}
