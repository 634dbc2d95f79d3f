"""What a fault is, and how faults are put together as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa

from caseanalysis.schemas import TableSchema
from caseanalysis.schemas.contract import text

#: What a fault may be, in the order in which faults are shown, with its meaning.
KINDS: dict[str, str] = {
    "repeated key": "two files give the same row",
    "reconciliation difference": "a total of the publisher that is not the sum of its parts",
    "disagreement": "two publications that differ on the same quantity",
    "correction applied": "a figure that a correction record changes",
    "spike": "one month far off, with the series as usual before and after",
    "step": "a sudden change of level",
    "missing month": "a month without any figure between the first and the last",
    "gap": "months in which an organisation that reports before and after does not",
    "withheld": "figures that an organisation does not give while others do",
    "code stops": "an organisation that reports no more, without a succession on record",
    "code starts": "an organisation that begins to report, without a succession on record",
    "unknown code": "a code that the table which should explain it does not have",
    "reader's note": "a trait that the reader of the file noted",
}
SEVERITIES = ("high", "medium", "low")
#: Stands for every organisation, or for every column, of a table.
ALL = "all"

_NUMBER = pa.Column(float, nullable=True)

FAULTS = TableSchema(
    "Faults that the loader found by itself",
    ("source", "table", "kind", "entity", "column", "period", "evidence"),
    {"source": text(), "table": text(), "period": text(), "entity": text(), "column": text(),
     "kind": text(among=KINDS), "found": text(nullable=True), "expected": text(nullable=True),
     "size": _NUMBER, "usual_lower": _NUMBER, "usual_upper": _NUMBER,
     "severity": text(among=SEVERITIES), "evidence": text()},
    {"size": "found over expected, less 1", "usual_lower": "as size", "usual_upper": "as size"},
)  # fmt: skip


def fault(**given: Any) -> dict[str, Any]:
    """Return one fault, with every column of ``FAULTS``; what is not told is missing, or all."""
    empty = dict.fromkeys(("found", "expected"))
    numbers = dict.fromkeys(("size", "usual_lower", "usual_upper"), float("nan"))
    return {"entity": ALL, "column": ALL, **empty, **numbers, **given}


def as_table(faults: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return faults as a table, the gravest first, then by kind and size."""
    table = pd.DataFrame(list(faults), columns=list(FAULTS.columns))
    numbers = ["size", "usual_lower", "usual_upper"]
    table = table.astype({name: float if name in numbers else "str" for name in table.columns})
    ranked = table.assign(
        by_severity=table["severity"].map(SEVERITIES.index),
        by_kind=table["kind"].map(list(KINDS).index),
        by_size=-table["size"].abs().fillna(0),
    )
    order = ["by_severity", "by_kind", "by_size", *FAULTS.key]
    return ranked.sort_values(order, ignore_index=True)[list(FAULTS.columns)]


def size_of(found: float, expected: float) -> float:
    """Return found over expected, less 1; missing where nothing was expected."""
    return found / expected - 1 if expected else float("nan")


def number(value: float) -> str:
    """Return a number as text, with thousands apart and no needless decimals."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.3g}"


def span(first: str, last: str) -> str:
    """Return ``first to last``, or the one period that both are."""
    return first if first == last else f"{first} to {last}"
