"""What moved between two runs, by how much, and because of which input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caseanalysis.batch.history import Run
from caseanalysis.batch.shell import render
from caseanalysis.formatting import MISSING

#: Rows of one table that are told; the summary counts the others.
MOST_ROWS = 200
NOTHING = "no change of input is on record"
_WORDS = {
    "verdict": ("verdict", "verdicts"),
    "value": ("recomputed value", "recomputed values"),
    "claim": ("claim that came or went", "claims that came or went"),
    "figure": ("figure or table", "figures or tables"),
    "answer": ("answer", "answers"),
    "report": ("report that came or went", "reports that came or went"),
}


@dataclass(frozen=True)
class Change:
    """One thing that moved.

    Attributes
    ----------
    area : str
        The report.
    kind : str
        ``verdict``, ``value``, ``claim``, ``figure``, ``answer`` or ``report``.
    what : str
        What it is about: a claim, a figure.
    before, after : str
        In words or numbers.
    size : float or None
        By how much, as a share of the larger of the two; None where that has no meaning.
    because : tuple of str
        The inputs of the report that changed.
    """

    area: str
    kind: str
    what: str
    before: str
    after: str
    size: float | None
    because: tuple[str, ...]


def compare(before: Run, after: Run) -> list[Change]:
    """Return what moved between two runs, report by report."""
    old, new = before["reports"], after["reports"]
    return [change for area in {**old, **new} for change in _of_report(area, old, new)]


def beyond(changes: Sequence[Change], tolerance: float) -> list[Change]:
    """Return the changes larger than a tolerance, a share; one that has no size is always."""
    return [one for one in changes if one.size is None or one.size > tolerance]


def summary(changes: Sequence[Change]) -> tuple[str, ...]:
    """Return in a few sentences what moved, and because of what."""
    if not changes:
        return ("No finding, verdict or figure moved since the build before.",)
    counts = Counter(one.kind for one in changes)
    told = [f"{counts[kind]} {_WORDS[kind][counts[kind] > 1]}" for kind in _WORDS if counts[kind]]
    causes = list(dict.fromkeys(cause for one in changes for cause in one.because))
    more = f" and {len(causes) - 3} more" if len(causes) > 3 else ""
    moved = f"Since the build before there moved: {', '.join(told)}."
    return moved, f"Inputs that changed: {'; '.join(causes[:3])}{more}."


def _of_report(area: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if area not in old or area not in new:
        now = area in new
        title = (new if now else old)[area]["title"]
        words = (MISSING, "a report") if now else ("a report", MISSING)
        yield Change(area, "report", title, *words, None, ("the notebooks built",))
        return
    one, two = old[area], new[area]
    because = causes(one, two)
    for kind, what, before, after, size in (
        *_answers(one, two),
        *_findings(one, two),
        *_tables(one, two),
    ):
        yield Change(area, kind, what, before, after, size, because)


def causes(one: Mapping[str, Any], two: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the inputs that differ between two runs of a report, in words."""
    old, new = one["inputs"], two["inputs"]
    moved = (name for name in sorted({*old, *new}, key=_order) if old.get(name) != new.get(name))
    return tuple(_in_words(name, old.get(name), new.get(name)) for name in moved) or (NOTHING,)


def _order(name: str) -> tuple[int, str]:
    kinds = ("parameter", "notebook", "store", "file", "folder", "code", "environment")
    return kinds.index(name.split(":")[0]), name


def _in_words(name: str, before: str | None, after: str | None) -> str:
    kind, _, what = name.partition(":")
    if kind == "parameter":
        return f"the parameter {what}, from {before or MISSING} to {after or MISSING}"
    words = {
        "store": f"the table {what} of the data store",
        "folder": f"the files in {what}",
        "code": f"the code {what}",
        "environment": "the Python packages installed",
    }
    if kind == "store" and what == "*":
        return "the files of the data store"
    return words.get(kind, what)


def _answers(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    if one["answer"] != two["answer"]:
        answers = (one["answer"] or MISSING, two["answer"] or MISSING)
        yield "answer", "the answer of the report", *answers, None


def _findings(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    old, new = one["findings"], two["findings"]
    for claim in {**old, **new}:
        what = f"{claim}: {(new.get(claim) or old[claim])['statement']}"
        before, after = old.get(claim), new.get(claim)
        if before is None or after is None:
            words = [MISSING if side is None else str(side["verdict"]) for side in (before, after)]
            yield "claim", what, *words, None
            continue
        if before["verdict"] != after["verdict"]:
            yield "verdict", what, before["verdict"], after["verdict"], None
        values = before["recomputed"], after["recomputed"]
        if values[0] != values[1]:
            yield "value", what, *(_number(value) for value in values), _moved(*values)


def _tables(one: Mapping[str, Any], two: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    old, new = one["tables"], two["tables"]
    for name in {**old, **new}:
        before, after = old.get(name), new.get(name)
        title = (after or before)["title"]
        if before is None or after is None:
            yield (
                "figure",
                title,
                *(MISSING if x is None else "shown" for x in (before, after)),
                None,
            )
        elif before["names"] != after["names"] or len(before["rows"]) != len(after["rows"]):
            shapes = (f"{len(x['rows'])} rows of {len(x['columns'])}" for x in (before, after))
            yield "figure", title, *shapes, None
        elif before["rows"] != after["rows"]:
            yield "figure", title, *_cells(before, after)


def _cells(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str, float | None]:
    """Return the cell that moved most, before and after, and by how much."""
    moved = [
        (_moved(x, y), column, x, y)
        for row, other in zip(before["rows"], after["rows"], strict=True)
        for column, x, y in zip(after["columns"], row, other, strict=True)
        if x != y
    ]
    size, column, x, y = max(moved, key=lambda one: float("inf") if one[0] is None else one[0])
    more = f" (and {len(moved) - 1} more)" if len(moved) > 1 else ""
    return f"{column} {_number(x)}{more}", _number(y), size


def _moved(before: Any, after: Any) -> float | None:
    """Return a change as a share of the larger of two numbers; None of what is no number."""
    numbers = [one for one in (before, after) if isinstance(one, int | float)]
    if len(numbers) < 2 or isinstance(before, bool):
        return None
    larger = max(abs(before), abs(after))
    return abs(after - before) / larger if larger else 0.0


def _number(value: Any) -> str:
    if value is None:
        return MISSING
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def changes_page(case: Any, before: Run, after: Run, version: str) -> str:
    """Return the page that tells what changed since the build before."""
    changes = compare(before, after)
    reports = [
        {"title": one["title"], "area": area, "because": causes(before["reports"][area], one)}
        for area, one in after["reports"].items()
        if area in before["reports"]
    ]
    return render(
        "changes.html.j2",
        case=case,
        version=version,
        before=before,
        after=after,
        summary=summary(changes),
        shown=changes[:MOST_ROWS],
        more=max(0, len(changes) - MOST_ROWS),
        kinds={kind: one for kind, (one, _) in _WORDS.items()},
        rebuilt=[one for one in reports if one["because"] != (NOTHING,)],
        same=[one for one in reports if one["because"] == (NOTHING,)],
    )
