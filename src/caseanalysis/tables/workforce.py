"""Staff in post, sickness, turnover, temporary staff, vacancies and what staff say."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.geography import ENGLAND
from caseanalysis.organisations import load_successions, predecessors
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.schemas.contract import text
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: Years of staff in post before the base year of the case, so that there is a trend.
YEARS_BEFORE = 4
#: Months for which every organisation of the trusts' kind is kept, so that there are ranks.
MONTHS_OF_ALL = 12
_ALL_GROUPS = "all staff groups"
_ALL_DOCTORS = "all doctors in training"
#: Note 5.2, employee expenses, of the accounts: the year's own column, and its lines.
_STAFF_NOTE = {"worksheet": ["TAC09 Staff"], "table_id": ["2"], "main_code": ["A09CY01"]}
_STAFF_LINES = {"STA0300": "external bank", "STA0310": "agency", "STA0360": "all staff costs"}


def _codes(case: Case) -> set[str]:
    """Return the codes of the group's trusts and their peers, and of what they were made of."""
    today = {*case.trust_codes, *case.peer_trust_codes}
    named = {code for trust in case.trusts for code in trust.predecessors}
    return {*today, *named, *predecessors(today, load_successions())}


def _staff_in_post(store: Store, case: Case) -> pd.DataFrame:
    england = store.table("workforce_series", level=["england"], staff_group=["Total"])
    trusts = store.table("workforce_series", level=["organisation"], org_code=_codes(case))
    both = pd.concat([england.assign(org_code=ENGLAND), trusts])
    latest = both[both["edition"].eq(both["edition"].max())]
    # A total of 0 stands where an organisation did not exist.
    kept = latest["month"].dt.year.ge(case.base_year - YEARS_BEFORE) & latest["fte"].gt(0)
    return _sorted(latest[kept], STAFF_IN_POST.schema)


def _staff_groups(store: Store, case: Case) -> pd.DataFrame:
    england = store.table("workforce_staff_group", level=["england"])
    trusts = store.table("workforce_staff_group", level=["organisation"], org_code=_codes(case))
    both = pd.concat([england.assign(org_code=ENGLAND), trusts])
    return _sorted(both[both["headcount"].gt(0)], STAFF_GROUPS.schema)


def _sickness(store: Store, case: Case) -> pd.DataFrame:
    """Return days lost and available of the group, its peers, all of their kind, and England.

    The publication has no row of England: it is the sum of all organisations that it lists.
    """
    everybody = store.table("sickness_absence")
    england = everybody.groupby("month", as_index=False)[["fte_days_lost", "fte_days_available"]]
    wanted = everybody["org_code"].isin(_codes(case))
    kinds = everybody.loc[everybody["org_code"].isin(case.trust_codes), "org_type"].unique()
    months = sorted(everybody["month"].unique())[-MONTHS_OF_ALL:]
    alike = everybody["org_type"].isin(kinds) & everybody["month"].isin(months)
    total = england.sum(min_count=1).assign(org_code=ENGLAND, org_type="England")
    return _sorted(pd.concat([everybody[wanted | alike], total]), SICKNESS.schema)


def _turnover(store: Store, case: Case) -> pd.DataFrame:
    everybody = store.table("staff_turnover")
    whole = everybody["staff_group"].str.casefold().eq(_ALL_GROUPS)
    return _sorted(everybody[whole], TURNOVER.schema)


def _temporary_staff(store: Store, case: Case) -> pd.DataFrame:
    """Return what the accounts give of temporary staff, by trust of the group and year."""
    lines = store.table("trust_accounts", subcode=list(_STAFF_LINES), **_STAFF_NOTE)
    named = _with_codes(lines, "org_name", case)
    own = named[named["org_code"].notna()]
    items = own["subcode"].map(_STAFF_LINES)
    return _sorted(own.assign(item=items, value=own["value"] * 1000), TEMPORARY_STAFF.schema)


def _training_survey(store: Store, case: Case) -> pd.DataFrame:
    scores = store.table("training_survey")
    every = scores["group"].str.casefold().eq(_ALL_DOCTORS)
    named = _with_codes(scores[every], "trust_name", case)
    return _sorted(named, TRAINING_SURVEY.schema)


def _staff_experience(store: Store, case: Case) -> pd.DataFrame:
    """Return the scores of the survey for organisations of the kinds that the trusts are of."""
    scores = store.table("staff_survey", answer=["score"])
    own = scores["org_code"].isin(case.trust_codes)
    kinds = scores.loc[own, "benchmark_group"].unique()
    return _sorted(scores[scores["benchmark_group"].isin(kinds)], STAFF_EXPERIENCE.schema)


def _vacancies(store: Store, case: Case) -> pd.DataFrame:
    return _sorted(store.table("vacancies"), VACANCIES.schema)


def _with_codes(table: pd.DataFrame, column: str, case: Case) -> pd.DataFrame:
    """Return a table with the code of each trust of the group that its full name stands for."""
    codes = {_plain(trust.name): trust.code for trust in case.trusts}
    return table.assign(org_code=table[column].map(_plain).map(codes).astype("str"))


def _plain(name: str) -> str:
    return " ".join(name.replace(",", " ").casefold().split())


def _sorted(table: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    ordered = table[list(schema.columns)]
    return ordered.sort_values(list(schema.key), ignore_index=True)


def _schema(table: str, title: str, key: Iterable[str], columns: Iterable[str]) -> TableSchema:
    """Return the schema of an evidence table that keeps some columns of a tidy table."""
    tidy = SCHEMAS[table]
    chosen = {name: tidy.columns[name] for name in columns}
    return TableSchema(
        title, tuple(key), chosen, {k: v for k, v in tidy.units.items() if k in chosen}
    )


STAFF_IN_POST = EvidenceTable(
    "staff_in_post",
    _schema(
        "workforce_series",
        "Staff in post of the group, its peers and England by month",
        ("month", "org_code"),
        ("month", "org_code", "headcount", "fte"),
    ),
    ("workforce_series",),
    _staff_in_post,
)

STAFF_GROUPS = EvidenceTable(
    "staff_groups",
    _schema(
        "workforce_staff_group",
        "Staff of the group, its peers and England by staff group, one month an edition",
        ("month", "org_code", "staff_group"),
        ("month", "org_code", "staff_group", "headcount", "fte"),
    ),
    ("workforce_staff_group",),
    _staff_groups,
)

SICKNESS = EvidenceTable(
    "sickness",
    _schema(
        "sickness_absence",
        "Days lost to sickness of the group, trusts of its kind and England by month",
        ("month", "org_code"),
        ("month", "org_code", "org_type", "fte_days_lost", "fte_days_available"),
    ),
    ("sickness_absence",),
    _sickness,
)

# No file of the publishers of the four tables below has been seen, so that none can be carried.

TURNOVER = EvidenceTable(
    "turnover",
    _schema(
        "staff_turnover",
        "Staff who joined, left and stayed over twelve months, by organisation",
        ("period_end", "org_code", "basis"),
        ("period_end", "org_code", "org_name", "basis", "staff", "joiners", "leavers", "stability"),
    ),
    ("staff_turnover",),
    _turnover,
    licensed_for_extract=False,
)

TEMPORARY_STAFF = EvidenceTable(
    "temporary_staff",
    TableSchema(
        "Staff costs of the group's trusts, and what of them went to agencies, by year",
        ("year", "org_code", "item"),
        {
            "year": text(),
            "org_code": text(),
            "item": text(among=tuple(_STAFF_LINES.values())),
            "value": SCHEMAS["trust_accounts"].columns["value"],
        },
        {"value": "pounds, current prices"},
    ),
    ("trust_accounts",),
    _temporary_staff,
    licensed_for_extract=False,
)

TRAINING_SURVEY = EvidenceTable(
    "trainee_scores",
    TableSchema(
        "Scores of the national training survey by trust and indicator, all doctors in training",
        ("year", "trust_name", "indicator"),
        {
            "year": SCHEMAS["training_survey"].columns["year"],
            "trust_name": text(),
            "org_code": text(nullable=True),
            **{
                name: SCHEMAS["training_survey"].columns[name]
                for name in ("indicator", "score", "lower", "upper", "responses", "outcome")
            },
        },
        {"score": "points of 100", "responses": "doctors"},
    ),
    ("training_survey",),
    _training_survey,
    licensed_for_extract=False,
)

VACANCIES = EvidenceTable(
    "vacancies",
    SCHEMAS["vacancies"],
    ("vacancies",),
    _vacancies,
    licensed_for_extract=False,
)

# The workbook of the staff survey states no licence.
STAFF_EXPERIENCE = EvidenceTable(
    "staff_experience",
    _schema(
        "staff_survey",
        "Scores of the staff survey for organisations of the group's kind",
        ("year", "org_code", "question"),
        ("year", "org_code", "org_name", "benchmark_group", "question", "question_text",
         "value", "responses"),
    ),
    ("staff_survey",),
    _staff_experience,
    licensed_for_extract=False,
)  # fmt: skip
