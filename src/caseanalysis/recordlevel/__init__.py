"""Record level: HES records, aggregated out of core into tidy tables that may leave the room.

Admitted patient care, outpatient and emergency care records in the layout of Hospital Episode
Statistics, as CSV or Parquet of any size, become counts by provider and period. Small numbers are
suppressed and the rest rounded before anything is returned; see ``docs/record-level.md``.
"""

from __future__ import annotations

from caseanalysis.recordlevel.aggregation import Aggregation, Engine, aggregate
from caseanalysis.recordlevel.datasets import DATASETS, Dataset
from caseanalysis.recordlevel.variables import AGE_BANDS

__all__ = ["AGE_BANDS", "DATASETS", "Aggregation", "Dataset", "Engine", "aggregate"]
