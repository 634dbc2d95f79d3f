"""Cancer waiting times: by month, by type of cancer, and of every provider for a year.

The publication gives patients of the 31- and 62-day standards twice, by modality and by type of
cancer; only the rows by type are added up here.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from caseanalysis.case import Case
from caseanalysis.geography import ENGLAND, TRUST_CODE
from caseanalysis.periods import financial_year
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.schemas.contract import amount, text
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

ALL_TYPES = "all"
#: A short name of each suspected cancer by words of the publication's label; the first that fits
#: is taken, and a label that none fits is kept as it is.
TYPES = {
    "breast symptoms": "breast symptoms, cancer not suspected",
    "breast": "breast",
    "skin": "skin",
    "lower gastrointestinal": "lower gastrointestinal",
    "upper gastrointestinal": "upper gastrointestinal",
    "gynaecological": "gynaecological",
    "head & neck": "head and neck",
    "urological": "urological",
    "testicular": "testicular",
    "lung": "lung",
    "haematological": "haematological",
    "acute leukaemia": "acute leukaemia",
    "sarcoma": "sarcoma",
    "brain": "brain and central nervous system",
    "children": "children's",
    "non-specific": "non-specific symptoms",
    "other cancer": "other",
    "missing": "not recorded",
}
_FIGURES = ["treated", "within_standard"]
_DIAGNOSIS = "28-day"
_FIRST = "first treatment"


def _by_type(store: Store) -> pd.DataFrame:
    """Return every patient once, providers and England, by month, standard, type and route."""
    waits = store.table("cancer_wait", breakdown=["cancer_type"])
    england = waits.assign(org_code=ENGLAND)
    keys = ["month", "standard", "org_code", "cancer_type", "route"]
    both = pd.concat([waits, england], ignore_index=True)
    return both.groupby(keys, as_index=False)[_FIGURES].sum()


def _months(store: Store, case: Case) -> pd.DataFrame:
    """Return months of the group and England: all types, and each of the 28-day standard."""
    waits = _by_type(store)
    waits = waits[waits["org_code"].isin([*case.trust_codes, ENGLAND])]
    parts = waits[waits["standard"].eq(_DIAGNOSIS)]
    return _summed([waits.assign(cancer_type=ALL_TYPES), parts], CANCER_MONTHS)


def _types(store: Store, case: Case) -> pd.DataFrame:
    """Return whole years of the 28-day standard by type, for every NHS trust and England."""
    waits = _whole_years(_by_type(store))
    kept = waits["org_code"].str.match(TRUST_CODE.pattern) | waits["org_code"].eq(ENGLAND)
    return _summed([waits[kept & waits["standard"].eq(_DIAGNOSIS)]], CANCER_TYPES)


def _providers(store: Store, case: Case) -> pd.DataFrame:
    """Return whole years of every provider, all types together, with first treatments apart."""
    waits = _whole_years(_by_type(store))
    first = waits[waits["route"].eq(_FIRST)].assign(standard=_FIRST)
    return _summed([waits, first], CANCER_PROVIDERS)


def _whole_years(waits: pd.DataFrame) -> pd.DataFrame:
    """Return the months of financial years of which all twelve are held, with their year."""
    years = waits["month"].dt.to_period("M").map(financial_year).astype(str)
    waits = waits.assign(financial_year=years)
    months = waits.groupby("financial_year")["month"].transform("nunique")
    return waits[months.eq(12)]


def _short(label: str) -> str:
    plain = label.casefold()
    return next((name for words, name in TYPES.items() if words in plain), label)


def _summed(parts: list[pd.DataFrame], table: EvidenceTable) -> pd.DataFrame:
    keys = list(table.schema.key)
    rows = pd.concat(parts, ignore_index=True)
    names = {label: _short(str(label)) for label in rows["cancer_type"].unique()}
    named = rows.assign(cancer_type=rows["cancer_type"].map(names))
    return named.groupby(keys, as_index=False)[_FIGURES].sum()


_wait = SCHEMAS["cancer_wait"]
_counts = {name: amount() for name in _FIGURES}
_units = {name: _wait.units[name] for name in _FIGURES}

CANCER_MONTHS = EvidenceTable(
    name="cancer_months",
    schema=TableSchema(
        "Patients told or treated within the cancer standards by month: the group and England",
        ("month", "standard", "org_code", "cancer_type"),
        {
            "month": pa.Column("datetime64[us]"),
            "standard": text(),
            "org_code": text(),
            "cancer_type": text(),
            **_counts,
        },
        _units,
    ),
    needs=("cancer_wait",),
    build=_months,
)

CANCER_TYPES = EvidenceTable(
    name="cancer_types",
    schema=TableSchema(
        "People told within 28 days by suspected cancer and financial year, every NHS trust and "
        "England",
        ("financial_year", "standard", "org_code", "cancer_type"),
        {
            "financial_year": text(),
            "standard": text(),
            "org_code": text(),
            "cancer_type": text(),
            **_counts,
        },
        _units,
    ),
    needs=("cancer_wait",),
    build=_types,
)

CANCER_PROVIDERS = EvidenceTable(
    name="cancer_providers",
    schema=TableSchema(
        "Patients told or treated by every provider of cancer services, by financial year",
        ("financial_year", "standard", "org_code"),
        {"financial_year": text(), "standard": text(), "org_code": text(), **_counts},
        _units,
    ),
    needs=("cancer_wait",),
    build=_providers,
)
