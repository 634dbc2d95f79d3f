"""Evidence tables: what the notebooks of a case work on, made from the national tidy tables.

Each is made from the data store where it holds the official files, and is kept as a compact
extract of the case otherwise; the two have the same shape.
"""

from __future__ import annotations

from dataclasses import replace
from functools import wraps

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.quality import CorrectedStore
from caseanalysis.store import Store
from caseanalysis.tables import (
    activity,
    cancer,
    conditions,
    deprivation,
    districts,
    estates,
    finance,
    maternity,
    outcomes,
    places,
    planned_care,
    population,
    prevalence,
    projection,
    stroke,
    travel,
    urgent_care,
    workforce,
)
from caseanalysis.tables.contract import EvidenceTable
from caseanalysis.tables.quality import quality_tables

__all__ = ["EVIDENCE_TABLES", "EvidenceTable"]


def _corrected(table: EvidenceTable) -> EvidenceTable:
    """Return an evidence table that is made from the store with the corrections on record."""

    @wraps(table.build)
    def build(store: Store, case: Case) -> pd.DataFrame:
        return table.build(CorrectedStore(store), case)

    return replace(table, build=build)


_SUBJECTS = (
    population.POPULATION,
    population.COMMISSIONER_AGES,
    prevalence.PREVALENCE,
    deprivation.DEPRIVATION,
    deprivation.RURALITY,
    places.OUTLINE,
    places.CATCHMENT,
    urgent_care.URGENT_CARE,
    activity.HOSPITAL_ACTIVITY,
    activity.LOCAL_RATES,
    districts.DISTRICT_AGES,
    finance.TRUST_FINANCE,
    estates.ESTATES_BACKLOG,
    estates.RECORD_SYSTEMS,
    estates.RECORD_COSTS,
    planned_care.REFERRAL_WAITS,
    planned_care.REFERRAL_PROVIDERS,
    planned_care.DIAGNOSTIC_WAITS,
    planned_care.OVERNIGHT_SPECIALTIES,
    workforce.STAFF_IN_POST,
    workforce.STAFF_GROUPS,
    workforce.SICKNESS,
    workforce.TURNOVER,
    workforce.TEMPORARY_STAFF,
    workforce.TRAINING_SURVEY,
    workforce.VACANCIES,
    workforce.STAFF_EXPERIENCE,
    maternity.MATERNITY_UNITS,
    maternity.MATERNITY_CATEGORIES,
    stroke.STROKE_TEAMS,
    stroke.STROKE_AUDIT,
    stroke.STROKE_RESIDENTS,
    travel.DISTANCES,
    cancer.CANCER_MONTHS,
    cancer.CANCER_TYPES,
    cancer.CANCER_PROVIDERS,
    conditions.CONDITION_AGES,
    conditions.CONDITION_TOTALS,
    conditions.BOARD_REGISTERS,
    *projection.TABLES,
    *outcomes.TABLES,
)

EVIDENCE_TABLES: dict[str, EvidenceTable] = {
    table.name: table for table in (*map(_corrected, _SUBJECTS), *quality_tables(_SUBJECTS))
}
