"""Evidence tables: what the notebooks of a case work on, made from the national tidy tables.

Each is made from the data store where it holds the official files, and is kept as a compact
extract of the case otherwise; the two have the same shape.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.quality import CorrectedStore
from caseanalysis.store import Store
from caseanalysis.tables import activity, deprivation, places, population, prevalence, urgent_care
from caseanalysis.tables.contract import EvidenceTable
from caseanalysis.tables.quality import quality_tables

__all__ = ["EVIDENCE_TABLES", "EvidenceTable"]


def _corrected(table: EvidenceTable) -> EvidenceTable:
    """Return an evidence table that is made from the store with the corrections on record."""

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
)

EVIDENCE_TABLES: dict[str, EvidenceTable] = {
    table.name: table for table in (*map(_corrected, _SUBJECTS), *quality_tables(_SUBJECTS))
}
