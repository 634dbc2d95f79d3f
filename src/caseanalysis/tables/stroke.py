"""Stroke teams and their volumes, the audit of their organisation, and residents' admissions.

The audit's workbooks state no licence, so these tables are made from the data store alone.
"""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.schemas.contract import amount, area, text, whole
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable
from caseanalysis.tables.deprivation import small_areas

FIRST_ADMITTING, PERFORMING = "first admitting", "performing"
#: A word of the heading under which the report gives each.
_BASES = {FIRST_ADMITTING: "first admitting", PERFORMING: "conducting"}
_DIRECT = "Directly admitted"
#: What is kept of the audit of organisation: a number a site, by where it stands in the sheet.
_AUDIT_ITEMS = {
    "Total number of stroke unit beds": "beds",
    "Total number of nurses per 10 beds 10am Weekdays": "nurses per 10 beds, weekday",
    "Total number of nurses per 10 beds 10am Sundays": "nurses per 10 beds, Sunday",
}
_INDICATORS = "Total number of Key Indicators achieved"
_INDICATOR_MEASURE = "key indicators met of 10"


def plain_name(name: str) -> str:
    """Return a trust's name in small letters, without article, punctuation and legal form."""
    words = re.sub(r"[^a-z0-9 ]", "", name.casefold().replace("&", "and")).split()
    dropped = {"the", "nhs", "foundation", "trust", "national", "health", "service"}
    return " ".join(word for word in words if word not in dropped)


def _trust_codes(store: Store, case: Case) -> dict[str, str]:
    """Return the code of each trust by its plain name; the case's own names come first."""
    listed = store.table("nhs_location", kind=["trust"])
    listed = listed[listed["code"].notna() & ~listed["status"].eq("closed")]
    known = dict(zip(map(plain_name, listed["name"]), listed["code"], strict=True))
    return known | {plain_name(trust.name): trust.code for trust in case.trusts}


def _coded(names: pd.Series, codes: dict[str, str]) -> pd.Series:
    by_name = {name: codes.get(plain_name(name)) for name in names.dropna().unique()}
    return names.map(by_name)


def _teams(store: Store, case: Case) -> pd.DataFrame:
    codes = _trust_codes(store, case)
    rows = store.table("stroke_thrombectomy", item=["Thrombectomy", _DIRECT])
    basis = {
        text: name
        for name, word in _BASES.items()
        for text in rows["basis"].unique()
        if word in text
    }
    rows = rows.assign(basis=rows["basis"].map(basis))
    keys = ["period", "basis", "team"]
    done, direct = rows[rows["item"].ne(_DIRECT)], rows[rows["item"].eq(_DIRECT)]
    counts = done.pivot_table(index=keys, columns="statistic", values="value").reset_index()
    counts = counts.rename(columns={"n": "thrombectomies", "d": "patients"})
    own = direct[direct["statistic"].eq("n")].rename(columns={"value": "directly_admitted"})
    named = rows[[*keys, "trust_name", "level"]].drop_duplicates(keys)
    table = named.merge(counts, on=keys).merge(
        own[[*keys, "directly_admitted"]], on=keys, how="left", validate="one_to_one"
    )
    table = table.assign(trust_code=_coded(table["trust_name"], codes).astype("str"))
    return table[list(STROKE_TEAMS.schema.columns)].sort_values(
        list(STROKE_TEAMS.schema.key), ignore_index=True
    )


def _audit(store: Store, case: Case) -> pd.DataFrame:
    codes = _trust_codes(store, case)
    items = store.table("stroke_audit_item", level=["site"])
    measure = (
        items["item"]
        .map(_AUDIT_ITEMS)
        .mask(items["category"].str.startswith(_INDICATORS), _INDICATOR_MEASURE)
    )
    numbers = pd.to_numeric(items["value"], errors="coerce")
    kept = items.assign(measure=measure, value=numbers.astype(float))
    kept = kept[kept["measure"].notna() & kept["value"].notna()]
    keys = ["year", "site_name", "measure"]
    kept = kept.sort_values("item_number").drop_duplicates(keys)
    kept = kept.assign(trust_code=_coded(kept["trust_name"], codes).astype("str"))
    return kept[list(STROKE_AUDIT.schema.columns)].sort_values(keys, ignore_index=True)


def _residents(store: Store, case: Case) -> pd.DataFrame:
    """Return admissions of residents by place; areas are matched by name, none may be missing."""
    lookup = store.table("lsoa_lookup")[["lsoa_code", "lsoa_name"]].drop_duplicates()
    own = small_areas(store, case).merge(lookup, on="lsoa_code", validate="many_to_one")
    joined = own.merge(store.table("stroke_admission"), on="lsoa_name", how="left")
    keys = ["period", "area_code"]
    summed = joined.groupby(keys, as_index=False).agg(
        admissions_a_year=("admissions_a_year", "sum"), small_areas=("lsoa_code", "size")
    )
    absent = joined[joined["period"].isna()].groupby("area_code").size()
    unknown = summed["area_code"].map(absent).fillna(0).astype("Int64")
    return summed.assign(small_areas_unknown=unknown)


_count = whole(0, 10**6)

STROKE_TEAMS = EvidenceTable(
    name="stroke_teams",
    schema=TableSchema(
        "Stroke patients and thrombectomies of each team: those it admitted first, and those it "
        "performed",
        ("period", "basis", "team"),
        {
            "period": text(),
            "basis": text(among=tuple(_BASES)),
            "team": text(),
            "trust_name": text(nullable=True),
            "trust_code": text(nullable=True),
            "level": text(),
            "patients": amount(nullable=True),
            "thrombectomies": amount(nullable=True),
            "directly_admitted": amount(nullable=True),
        },
        {
            "patients": "patients",
            "thrombectomies": "patients",
            "directly_admitted": "patients treated by the team that admitted them first",
        },
    ),
    needs=("stroke_thrombectomy",),
    chosen_by=("nhs_location",),
    build=_teams,
    licensed_for_extract=False,
)

STROKE_AUDIT = EvidenceTable(
    name="stroke_audit",
    schema=TableSchema(
        "Beds, nurses and key indicators of each stroke unit",
        ("year", "site_name", "measure"),
        {
            "year": SCHEMAS["stroke_audit_item"].columns["year"],
            "site_name": text(),
            "trust_name": text(nullable=True),
            "trust_code": text(nullable=True),
            "measure": text(among=(*_AUDIT_ITEMS.values(), _INDICATOR_MEASURE)),
            "value": amount(),
        },
        {"value": "as the measure says"},
    ),
    needs=("stroke_audit_item",),
    chosen_by=("nhs_location",),
    build=_audit,
    licensed_for_extract=False,
)

STROKE_RESIDENTS = EvidenceTable(
    name="stroke_residents",
    schema=TableSchema(
        "Stroke admissions a year of the residents of each place",
        ("period", "area_code"),
        {
            "period": text(),
            "area_code": area(),
            "admissions_a_year": amount(),
            "small_areas": _count,
            "small_areas_unknown": _count,
        },
        {"admissions_a_year": "admissions a year", "small_areas": "LSOAs"},
    ),
    needs=("stroke_admission",),
    chosen_by=("lsoa_lookup",),
    build=_residents,
    licensed_for_extract=False,
)
