"""Evidence tables: what the notebooks of a case work on, made from the national tidy tables.

Each is made from the data store where it holds the official files, and is kept as a compact
extract of the case otherwise; the two have the same shape.
"""

from __future__ import annotations

from caseanalysis.tables import activity, deprivation, places, population, prevalence, urgent_care
from caseanalysis.tables.contract import EvidenceTable

__all__ = ["EVIDENCE_TABLES", "EvidenceTable"]

EVIDENCE_TABLES: dict[str, EvidenceTable] = {
    table.name: table
    for table in (
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
}
