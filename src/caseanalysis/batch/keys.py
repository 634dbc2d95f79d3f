"""The first screen of a report: its key numbers and its main figure, each chosen by a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caseanalysis.notebook.signs import UNTESTED

#: Most key numbers of a report.
MOST = 5
#: The least that stand alone; fewer are filled up from the other claims.
LEAST = 3
RULE = (
    "Chosen by rule: of the claims that could be tested, those with a printed number come first, "
    "then those about the whole area or group, then the order of the document; one for each "
    "measure, five at most. Where fewer than three could be tested, printed numbers that could not "
    "be tested follow."
)

Finding = Mapping[str, Any]


def key_findings(findings: Sequence[Finding], measures: Sequence[str] = ()) -> list[Finding]:
    """Return the key numbers of a report, in the order of the document.

    Parameters
    ----------
    findings : sequence of Mapping
        As the facts of a report have them.
    measures : sequence of str
        Measures that the notebook names; claims of these come before all others.

    Returns
    -------
    list of Mapping
        The best claim of each measure: of those tested, one with a printed number before a
        comparison, of the whole area or group before one of its parts. Where fewer than three
        measures were tested, the next best claims fill up, those not tested last.
    """
    ranked = sorted(enumerate(findings), key=lambda item: _rank(item[1], measures))
    tested = [item for item in ranked if item[1]["verdict"] != UNTESTED]
    first: dict[Any, tuple[int, Finding]] = {}
    for at, one in tested:
        first.setdefault(one.get("measure") or one["claim_id"], (at, one))
    chosen = list(first.values())[:MOST]
    taken = {at for at, _ in chosen}
    others = [
        (at, one)
        for at, one in ranked
        if at not in taken and (one["verdict"] != UNTESTED or one["printed"] is not None)
    ]
    chosen += others[: max(0, LEAST - len(chosen))]
    return [one for _, one in sorted(chosen, key=lambda item: item[0])]


def _rank(finding: Finding, measures: Sequence[str]) -> tuple[bool, int, bool, bool, bool]:
    measure = finding.get("measure")
    named = measures.index(measure) if measure in measures else len(measures)
    tested = finding["verdict"] != UNTESTED
    known = finding["recomputed"] is not None
    return not tested, named, not known, not finding["printed"], not finding.get("whole", False)


def main_figure(figures: Iterable[Mapping[str, Any]], named: str | None = None) -> str | None:
    """Return the identifier of a report's main figure; None of a report without one.

    It is the figure that the notebook names; otherwise the first figure of the case that the
    report rebuilt from evidence, then the first of its own from evidence, then any.
    """
    shown = list(figures)
    if named in {figure["id"] for figure in shown}:
        return named
    ranked = sorted(shown, key=lambda one: (not one["evidence"], one["number"] is None))
    return ranked[0]["id"] if ranked else None
