"""Never silently wrong: what the loader finds by itself, and the corrections on record."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd

from caseanalysis.organisations import load_successions
from caseanalysis.quality.absences import absence_faults
from caseanalysis.quality.agreement import pair_faults, source_faults
from caseanalysis.quality.cautions import cautions_for, cautions_table
from caseanalysis.quality.checks import load_checks
from caseanalysis.quality.contract import ALL, FAULTS, KINDS, SEVERITIES, as_table
from caseanalysis.quality.corrections import CorrectedStore, corrected, correction_faults
from caseanalysis.quality.held import Held
from caseanalysis.quality.holdings import holdings
from caseanalysis.quality.jumps import jump_faults
from caseanalysis.quality.keys import repeated_faults, trust_faults, unexplained_faults
from caseanalysis.quality.reconciliation import difference_faults, note_faults, reconciliations
from caseanalysis.quality.series import panels
from caseanalysis.quality.summaries import by_kind, by_source, in_all, names_in, readable
from caseanalysis.registers import load_corrections, load_interruptions
from caseanalysis.store import Store

__all__ = [
    "ALL",
    "FAULTS",
    "KINDS",
    "SEVERITIES",
    "CorrectedStore",
    "Held",
    "by_kind",
    "by_source",
    "cautions_for",
    "cautions_table",
    "corrected",
    "faults",
    "holdings",
    "in_all",
    "names_in",
    "readable",
    "reconciliations",
]


def faults(store: Store, *, tables: Collection[str] | None = None) -> pd.DataFrame:
    """Return every fault that the loader finds by itself, the gravest first.

    Parameters
    ----------
    store : Store
        The data store; it is looked at as it is now, before corrections.
    tables : collection of str, optional
        Tidy tables to look at; all of them unless told.

    Returns
    -------
    DataFrame
        ``source``, ``table``, ``period``, ``entity``, ``column``, ``kind`` (of ``KINDS``),
        ``found``, ``expected``, ``size`` (found over expected, less 1), ``usual_lower`` and
        ``usual_upper`` (the middle 95% of the series' own changes, as ``size``), ``severity``
        (high, medium or low), ``evidence``; key the first, the second and the last with kind,
        entity, column and period.

    Notes
    -----
    Limits and pairs are on record in ``data/registers/quality_checks.yaml``. A jump is judged
    against the median organisation of the same month. Nothing is changed by what is found.
    """
    held = Held(store)
    if tables is not None:
        held = held.giving(tables)
    table = as_table(_all_faults(held))
    return table.drop_duplicates(list(FAULTS.key), ignore_index=True)


def _all_faults(held: Held) -> Iterator[dict[str, Any]]:
    checks, successions = load_checks(), load_successions()
    interruptions = load_interruptions()
    yield from difference_faults(held)
    yield from note_faults(held)
    yield from correction_faults(held, load_corrections())
    yield from source_faults(held)
    yield from repeated_faults(held)
    yield from trust_faults(held, successions)
    for pair in checks.pairs:
        yield from pair_faults(held, pair)
    for rule in checks.explained:
        yield from unexplained_faults(held, rule)
    for panel in panels(held, checks):
        yield from absence_faults(panel, successions)
        yield from jump_faults(
            panel, checks.jumps, successions=successions, interruptions=interruptions
        )
