"""Waits for treatment and for tests, and where patients lie overnight, by trust and specialty."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.geography import TRUST_CODE
from caseanalysis.organisations import load_successions, predecessors
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: Code and name of all providers of a publication that prints no total of England.
ALL_PROVIDERS = "ALL"

_COUNTS = [
    "pathways",
    "within_18_weeks",
    "over_52_weeks",
    "over_65_weeks",
    "over_78_weeks",
    "over_104_weeks",
]


def _codes(case: Case) -> set[str]:
    """Return trusts of a case, their comparators, and the trusts that both were made of."""
    today = {*case.trust_codes, *case.peer_trust_codes}
    named = {code for trust in case.trusts for code in trust.predecessors}
    return {*today, *named, *predecessors(today, load_successions())}


def _referral_waits(store: Store, case: Case) -> pd.DataFrame:
    """Return waits of the case's trusts and comparators, with their place among all providers.

    A blank may mean none or not known, so it is in no sum and has no rank; the sums of all
    providers say how many of them gave the number.
    """
    waits = store.table("rtt_provider_total")
    given = waits.groupby("month")["over_52_weeks"]
    ranked = waits.assign(
        over_52_weeks_rank=given.rank(method="min", ascending=False),
        providers_ranked=given.transform("count").astype(float),
    )
    total = waits.groupby("month")[_COUNTS].sum(min_count=1)
    total["providers_ranked"] = given.count().astype(float)
    everyone = total.reset_index().assign(org_code=ALL_PROVIDERS)
    own = ranked[ranked["org_code"].isin(_codes(case))]
    return pd.concat([own, everyone]).sort_values(["month", "org_code"], ignore_index=True)


def _referral_providers(store: Store, case: Case) -> pd.DataFrame:
    """Return every NHS trust in the latest month, to see a trust of the case among all of them."""
    latest = store.table("rtt_provider_total")
    latest = latest[latest["month"].eq(latest["month"].max())]
    trusts = latest[latest["org_code"].str.match(TRUST_CODE) & latest["pathways"].gt(0)]
    return trusts.sort_values(["month", "org_code"], ignore_index=True)


def _diagnostic_waits(store: Store, case: Case) -> pd.DataFrame:
    wanted = {*case.trust_codes, *case.peer_trust_codes}
    providers = store.table("diagnostic_wait", org_code=wanted)
    england = store.table("diagnostic_wait", level=["england"])
    # Of the comparators only all tests together are compared.
    kept = providers["is_total"] | providers["org_code"].isin(case.trust_codes)
    table = pd.concat([providers[kept], england])
    return table.sort_values(["month", "org_code", "test"], ignore_index=True)[
        list(_DIAGNOSTIC_COLUMNS)
    ]


def _overnight_specialties(store: Store, case: Case) -> pd.DataFrame:
    """Return the quarters that the publisher's own workbooks give; older ones are re-keyed."""
    quarters = {
        entry.slice_ for entry in store.current("bed_specialty") if entry.source == "beds_overnight"
    }
    beds = store.table("bed_specialty", org_code=case.trust_codes)
    beds = beds[beds["quarter"].isin(quarters) & beds["occupied"].gt(0)]
    if beds.empty:
        raise MissingDataError(
            where=f"overnight beds in {store.root}",
            found="no quarter with the trusts of the case",
            wanted="the publisher's workbook of a quarter in which they report",
            remedy="add it with `caseanalysis data add`",
        )
    return beds.sort_values(["quarter_start", "org_code", "specialty_code"], ignore_index=True)


_waits = SCHEMAS["rtt_provider_total"]

REFERRAL_WAITS = EvidenceTable(
    "referral_waits",
    TableSchema(
        "Referral to treatment: people waiting, by trust and month, and the rank of each trust in "
        "waits of over 52 weeks",
        _waits.key,
        {
            **_waits.columns,
            "over_52_weeks_rank": pa.Column(float, pa.Check.ge(1), nullable=True),
            "providers_ranked": pa.Column(float, pa.Check.ge(0)),
        },
        {**_waits.units, "over_52_weeks_rank": "rank", "providers_ranked": "providers"},
    ),
    ("rtt_provider_total",),
    _referral_waits,
)

REFERRAL_PROVIDERS = EvidenceTable(
    "referral_providers",
    TableSchema(
        "Referral to treatment: people waiting at each NHS trust in the latest month",
        _waits.key,
        _waits.columns,
        _waits.units,
    ),
    ("rtt_provider_total",),
    _referral_providers,
    cumulative=False,
)

_tests = SCHEMAS["diagnostic_wait"]
_DIAGNOSTIC_COLUMNS = {
    name: column
    for name, column in _tests.columns.items()
    if not name.startswith("waiting_week_") and not name.endswith("_tests")
}

DIAGNOSTIC_WAITS = EvidenceTable(
    "diagnostic_waits",
    TableSchema(
        "People waiting for a diagnostic test, by trust, month and test",
        _tests.key,
        _DIAGNOSTIC_COLUMNS,
        {name: unit for name, unit in _tests.units.items() if name in _DIAGNOSTIC_COLUMNS},
    ),
    ("diagnostic_wait",),
    _diagnostic_waits,
)

_beds = SCHEMAS["bed_specialty"]

OVERNIGHT_SPECIALTIES = EvidenceTable(
    "overnight_specialties",
    TableSchema(
        "Beds occupied overnight, by trust, quarter and specialty of the consultant",
        _beds.key,
        _beds.columns,
        _beds.units,
    ),
    ("bed_specialty",),
    _overnight_specialties,
    sources=("beds_overnight",),
)
