"""What the readers found when they added up a file: totals that agreed or not, and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from caseanalysis.quality.contract import fault, number, size_of, span
from caseanalysis.quality.held import Held

#: Sums of binary fractions differ in the last digits; this is far below any published decimal.
_ARITHMETIC = 1e-9
_FIGURES = re.compile(r"\d[\d,.]*|January|February|March|April|May|June|July|August|September"
                      r"|October|November|December")  # fmt: skip


def reconciliations(held: Held) -> pd.DataFrame:
    """Return each total that was compared with the publisher's own, over all files of a source.

    Returns
    -------
    DataFrame
        ``source``, ``check``, ``period`` (first to last), ``files``, ``agreeing`` (files without a
        difference), ``worst_period``, ``ours``, ``publishers`` and ``size`` (found over expected,
        less 1) of the file with the greatest difference; key the first two.
    """
    rows = [
        {
            "source": entry.source,
            "check": check["name"],
            "period": entry.period,
            "slice_": entry.slice_,
            "ours": float(check["ours"]),
            "publishers": float(check["publishers"]),
        }
        for entry in held.entries()
        for check in entry.checks
    ]
    columns = ["source", "check", "period", "files", "agreeing", "worst_period", "ours",
               "publishers", "size"]  # fmt: skip
    if not rows:
        return pd.DataFrame(columns=columns)
    table = pd.DataFrame(rows).sort_values(["source", "check", "slice_"])
    sizes = [size_of(o, p) for o, p in zip(table["ours"], table["publishers"], strict=True)]
    table = table.assign(size=sizes)
    table["differs"] = ~_equal(table["ours"], table["publishers"])
    table["by"] = table["size"].abs().fillna(0)
    groups = table.groupby(["source", "check"], sort=True)
    worst = table.loc[groups["by"].idxmax()].set_index(["source", "check"])
    found = pd.DataFrame(
        {
            "period": [
                span(first, last)
                for first, last in zip(
                    groups["period"].first(), groups["period"].last(), strict=True
                )
            ],
            "files": groups.size().to_numpy(),
            "agreeing": (groups.size() - groups["differs"].sum()).to_numpy(),
        },
        index=groups.size().index,
    )
    found["worst_period"] = worst["period"]
    return found.join(worst[["ours", "publishers", "size"]]).reset_index()[columns]


def difference_faults(held: Held) -> Iterator[dict[str, Any]]:
    """Yield each total that was let through although it differs, once a source."""
    for row in reconciliations(held).to_dict("records"):
        if row["agreeing"] == row["files"]:
            continue
        yield fault(
            source=row["source"],
            table=" ".join(_tables(held, row["source"])),
            period=row["worst_period"],
            kind="reconciliation difference",
            column=row["check"],
            found=number(row["ours"]),
            expected=number(row["publishers"]),
            size=row["size"],
            severity=_graded(abs(row["size"])),
            evidence=f"{row['files'] - row['agreeing']} of {row['files']} files differ, most in "
            f"{row['worst_period']}",
        )


def note_faults(held: Held) -> Iterator[dict[str, Any]]:
    """Yield what the readers noted, each text once, with the files that have it.

    Figures withheld are left to the tables themselves, which name each organisation.
    """
    texts: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for entry in held.entries():
        for note in entry.notes:
            if not note.startswith("withheld by the publisher"):
                alike = (entry.source, _FIGURES.sub("#", note))
                texts.setdefault(alike, []).append((entry.period, note))
    for (source, _), told in texts.items():
        periods = [period for period, _ in told]
        yield fault(
            source=source,
            table=" ".join(_tables(held, source)),
            period=span(min(periods), max(periods)),
            kind="reader's note",
            found=f"{len(told)} notes alike" if len(told) > 1 else None,
            severity="low",
            evidence=told[0][1],
        )


def _tables(held: Held, source: str) -> list[str]:
    return sorted({name for one in held.entries() if one.source == source for name in one.tables})


def _equal(ours: pd.Series[float], publishers: pd.Series[float]) -> pd.Series[bool]:
    scale = publishers.abs().clip(lower=1)
    return (ours - publishers).abs().le(scale * _ARITHMETIC)


def _graded(size: float) -> str:
    """Return how grave a difference is: one in a hundred, one in a thousand, or less."""
    return "high" if size > 1 / 100 else "medium" if size > 1 / 1000 else "low"
