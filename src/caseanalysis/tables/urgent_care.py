"""A&E attendances, waits and emergency admissions of the group, its peers and England."""

from __future__ import annotations

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.organisations import load_successions, predecessors
from caseanalysis.schemas import SCHEMAS
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable


def _urgent_care(store: Store, case: Case) -> pd.DataFrame:
    today = {*case.trust_codes, *case.peer_trust_codes}
    named = {code for trust in case.trusts for code in trust.predecessors}
    wanted = {*today, *named, *predecessors(today, load_successions())}
    providers = store.table("ae_monthly", org_code=wanted)
    england = store.table("ae_monthly", level=["england"])
    return pd.concat([providers, england]).sort_values(["month", "org_code"], ignore_index=True)


URGENT_CARE = EvidenceTable("urgent_care", SCHEMAS["ae_monthly"], ("ae_monthly",), _urgent_care)
