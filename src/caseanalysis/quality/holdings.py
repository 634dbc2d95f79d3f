"""What is held of each source, over which period, and how it reconciled."""

from __future__ import annotations

import pandas as pd

from caseanalysis.quality.held import Held

COLUMNS = ("source", "files", "first_period", "last_period", "last_published", "rows", "checks",
           "notes")  # fmt: skip


def holdings(held: Held) -> pd.DataFrame:
    """Return what is held of each source.

    Returns
    -------
    DataFrame
        ``source``, ``files``, ``first_period``, ``last_period``, ``last_published`` (the latest
        date that a file states, missing where none does), ``rows`` of its tables, ``checks`` (the
        totals compared) and ``notes``; key ``source``.
    """
    rows = []
    for source in sorted({entry.source for entry in held.entries()}):
        entries = [entry for entry in held.entries() if entry.source == source]
        ordered = sorted(entries, key=lambda entry: (entry.slice_, entry.sha256))
        dates = [entry.published for entry in entries if entry.published]
        rows.append(
            {
                "source": source,
                "files": len(entries),
                "first_period": ordered[0].period,
                "last_period": ordered[-1].period,
                "last_published": max(dates, default=None),
                "rows": sum(sum(entry.tables.values()) for entry in entries),
                "checks": sum(len(entry.checks) for entry in entries),
                "notes": sum(len(entry.notes) for entry in entries),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"last_published": "str"})
