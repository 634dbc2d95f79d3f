"""Income and spending of the group's trusts, from their accounts."""

from __future__ import annotations

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.schemas import TableSchema
from caseanalysis.schemas.contract import amount, text
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: Lines of the consolidation schedules, by sub-code; the labels are those of the schedules.
LINES = {
    "SCI0100A": "income from patient care",
    "SCI0110A": "other operating income",
    "INC1230A": "research and development income",
    "INC1230B": "research and development income",
    "EXP0150": "clinical supplies and services",
    "EXP0160": "general supplies and services",
    "EXP0170": "drugs",
    "EXP0390": "total operating expenditure",
}
#: The year's own column of a schedule; the year before is ``PY``.
_OWN_YEAR = "CY01"
_THOUSAND = 1000


def _trust_finance(store: Store, case: Case) -> pd.DataFrame:
    lines = store.table("trust_accounts", subcode=list(LINES))
    codes = {_plain(trust.name): trust.code for trust in case.trusts}
    named = lines.assign(org_code=lines["org_name"].map(_plain).map(codes).astype("str"))
    own = named[named["org_code"].notna() & named["main_code"].str.endswith(_OWN_YEAR)]
    own = own.assign(item=own["subcode"].map(LINES), value=own["value"] * _THOUSAND)
    sums = own.groupby(["year", "org_code", "item"])["value"].sum(min_count=1)
    return sums.reset_index().sort_values(["year", "org_code", "item"], ignore_index=True)


def _plain(name: str) -> str:
    return " ".join(name.replace(",", " ").casefold().split())


# No file of the publisher has been seen, so that none can be carried.
TRUST_FINANCE = EvidenceTable(
    "trust_finance",
    TableSchema(
        "Income, research income and spending on supplies of the group's trusts by year",
        ("year", "org_code", "item"),
        {
            "year": text(),
            "org_code": text(),
            "item": text(among=tuple(dict.fromkeys(LINES.values()))),
            "value": amount(nullable=True),
        },
        {"value": "pounds, current prices"},
    ),
    ("trust_accounts",),
    _trust_finance,
    licensed_for_extract=False,
)
