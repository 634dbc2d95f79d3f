"""Deliveries and babies of every maternity provider, and what is known of them by category."""

from __future__ import annotations

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.geography import ENGLAND
from caseanalysis.organisations import load_successions, predecessors
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.schemas.contract import amount, text
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: Dimensions that are kept: the method of delivery, and births before 37 weeks.
DIMENSIONS = ("DeliveryMethodBabyGroup", "GestationLengthBirthGroup37")
_TOTALS = {"TotalDeliveries": "deliveries", "TotalBabies": "babies"}


def _all_units(store: Store, case: Case) -> pd.DataFrame:
    counts = _national_and_providers(store.table("maternity", dimension=list(_TOTALS)))
    wide = counts.pivot_table(
        index=["year", "org_code", "org_name"], columns="dimension", values="value"
    ).reset_index()
    wide = wide.rename_axis(columns=None)
    return wide.rename(columns=_TOTALS)[list(MATERNITY_UNITS.schema.columns)].sort_values(
        list(MATERNITY_UNITS.schema.key), ignore_index=True
    )


def _categories(store: Store, case: Case) -> pd.DataFrame:
    wanted = {*case.trust_codes, *predecessors(case.trust_codes, load_successions()), ENGLAND}
    counts = _national_and_providers(store.table("maternity", dimension=list(DIMENSIONS)))
    chosen = counts[counts["org_code"].isin(wanted)]
    return chosen[list(MATERNITY_CATEGORIES.schema.columns)].sort_values(
        list(MATERNITY_CATEGORIES.schema.key), ignore_index=True
    )


def _national_and_providers(counts: pd.DataFrame) -> pd.DataFrame:
    national = counts["level"].eq("national")
    named = counts.assign(
        org_code=counts["org_code"].mask(national, ENGLAND),
        org_name=counts["org_name"].mask(national, "England"),
    )
    return named[national | counts["level"].eq("provider")]


_maternity = SCHEMAS["maternity"]

MATERNITY_UNITS = EvidenceTable(
    name="maternity_units",
    schema=TableSchema(
        "Deliveries and babies of every maternity provider and of England by financial year",
        ("year", "org_code"),
        {
            "year": text(),
            "org_code": text(),
            "org_name": text(),
            "deliveries": amount(nullable=True),
            "babies": amount(nullable=True),
        },
        {"deliveries": _maternity.units["value"], "babies": _maternity.units["value"]},
    ),
    needs=("maternity",),
    build=_all_units,
)

MATERNITY_CATEGORIES = EvidenceTable(
    name="maternity_categories",
    schema=TableSchema(
        "Deliveries by method and babies by gestation, of the case's trusts and England",
        ("year", "org_code", "dimension", "category", "counted"),
        {
            name: _maternity.columns[name]
            for name in ("year", "org_code", "dimension", "category", "counted", "value")
        },
        _maternity.units,
    ),
    needs=("maternity",),
    build=_categories,
)
