"""The state of buildings, and of patient records, at the group's trusts and others."""

from __future__ import annotations

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.organisations import load_successions, predecessors
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: Items of the return, gravest risk first; the floor area heads another name in some years.
_BACKLOG = tuple(
    f"Cost to eradicate {risk} risk backlog" for risk in ("high", "significant", "moderate", "low")
)
_FLOOR = ("Gross internal floor area", "Gross internal site floor area")


def _backlog(store: Store, case: Case) -> pd.DataFrame:
    today = {*case.trust_codes, *case.peer_trust_codes}
    codes = {*today, *predecessors(today, load_successions())}
    returns = store.table("estates_return", org_code=codes, item=[*_BACKLOG, *_FLOOR])
    kept = returns[returns["value"].notna()]
    return kept[list(_COLUMNS)].sort_values(list(_return.key), ignore_index=True)


def _record_systems(store: Store, case: Case) -> pd.DataFrame:
    return store.table("electronic_patient_record")


def _record_costs(store: Store, case: Case) -> pd.DataFrame:
    wanted = {*case.trust_codes, *case.peer_trust_codes}
    return store.table("medical_records_cost", trust_code=wanted)


_return = SCHEMAS["estates_return"]
_COLUMNS = {name: _return.columns[name] for name in ("year", "org_code", "item", "unit", "value")}

ESTATES_BACKLOG = EvidenceTable(
    "estates_backlog",
    TableSchema(
        "Cost to eradicate backlog maintenance by risk, and floor area, by trust and year",
        _return.key,
        _COLUMNS,
        _return.units,
    ),
    ("estates_return",),
    _backlog,
)

RECORD_SYSTEMS = EvidenceTable(
    "record_systems",
    SCHEMAS["electronic_patient_record"],
    ("electronic_patient_record",),
    _record_systems,
    licensed_for_extract=False,
)

RECORD_COSTS = EvidenceTable(
    "record_costs",
    SCHEMAS["medical_records_cost"],
    ("medical_records_cost",),
    _record_costs,
    licensed_for_extract=False,
)
