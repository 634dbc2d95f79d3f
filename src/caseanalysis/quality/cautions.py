"""Cautions on record, chosen by the figures that are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

from caseanalysis.quality.contract import ALL, SEVERITIES, span
from caseanalysis.registers import Caution, load_sources


def cautions_for(
    cautions: Iterable[Caution], *, sources: Collection[str], entities: Collection[str] = ()
) -> list[Caution]:
    """Return the cautions of some sources, the gravest first.

    Parameters
    ----------
    cautions : iterable of Caution
        The register.
    sources : collection of str
        Ids of the sources used.
    entities : collection of str
        Codes shown; a caution of other codes alone is left out. All of them unless told.
    """
    wanted, shown = set(sources), set(entities)
    chosen = [
        one
        for one in cautions
        if wanted & set(one.sources)
        and (not shown or not one.entities or shown & set(one.entities))
    ]
    return sorted(chosen, key=lambda one: (SEVERITIES.index(one.severity), one.id))


def cautions_table(cautions: Iterable[Caution]) -> pd.DataFrame:
    """Return cautions as a table: source, entity, column, period, note, evidence, severity."""
    titles = {name: record.title for name, record in load_sources().items()}
    rows = [
        {
            "id": one.id,
            "source": "; ".join(titles.get(name, name) for name in one.sources),
            "entity": ", ".join(one.entities) or ALL,
            "column": ", ".join(one.columns) or ALL,
            "period": span(one.first_period or "the first", one.last_period or "the last"),
            "note": one.note,
            "evidence": one.evidence,
            "severity": one.severity,
        }
        for one in cautions
    ]
    return pd.DataFrame(rows)
