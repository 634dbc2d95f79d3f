"""What the case printed beside what was recomputed, as a table with verdicts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.formatting import MISSING, format_value, is_missing
from caseanalysis.methods.columns import require_columns
from caseanalysis.notebook.markup import paragraph, scrolling
from caseanalysis.notebook.signs import SIGNS, UNTESTED, verdict_html

REQUIRED = ("claim_id", "statement", "unit", "printed", "recomputed", "verdict", "reason")
OPTIONAL = ("area", "figure", "place", "quotation", "lower", "upper", "basis")

_KINDS = {"percent": "percent", "pounds": "pounds", "year": "year"}
# What is counted in ones is not written in tenths.
_WHOLE = ("persons", "count", "pounds", "rank", "year")
#: What follows a number of each unit.
SUFFIXES = {
    "count a day": " a day",
    "days": " days",
    "minutes": " minutes",
    "months": " months",
    "points": " points",
}


def finding_facts(
    findings: pd.DataFrame, steps: Mapping[str, float | None]
) -> list[dict[str, Any]]:
    """Return findings as plain records, gaps as None, with the rounding step of each claim.

    Raises
    ------
    MethodError
        If a column is missing or a verdict is not one of the known words.
    """
    require_columns(findings, REQUIRED, where="findings")
    unknown = sorted(set(findings["verdict"]) - set(SIGNS), key=str)
    if unknown:
        raise MethodError(
            where="findings",
            found=f"the verdict {unknown[0]!r}",
            wanted=f"one of {', '.join(SIGNS)}",
            remedy="compute the verdict with the module's own function",
        )
    names = [name for name in (*REQUIRED, *OPTIONAL) if name in findings]
    rows = findings[names].to_dict("records")
    return [
        {
            **{str(name): _plain(value) for name, value in row.items()},
            "step": steps.get(row["claim_id"]),
        }
        for row in rows
    ]


def _plain(value: Any) -> Any:
    if is_missing(value):
        return None
    return value.item() if hasattr(value, "item") else value


def findings_html(facts: list[dict[str, Any]], *, caption: str, identifier: str) -> str:
    """Return the findings as HTML: how many hold, those tested, and folded away the others."""
    tested = [fact for fact in facts if fact["verdict"] != UNTESTED]
    others = [fact for fact in facts if fact["verdict"] == UNTESTED]
    html = paragraph(summary(facts), css="ca-text")
    if tested:
        html += _table(tested, caption=caption, identifier=identifier)
    if others:
        label = f"Claims that the data at hand cannot test ({len(others)})"
        table = _table(others, caption=label, identifier=f"{identifier}-untested")
        html += f"<details><summary>{label}</summary>{table}</details>"
    return html


def summary(facts: list[dict[str, Any]]) -> str:
    """Return in a sentence how many claims were tested, and how many had each verdict."""
    counts = Counter(fact["verdict"] for fact in facts)
    tested = len(facts) - counts[UNTESTED]
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in SIGNS if counts[verdict])
    claims = "claim" if len(facts) == 1 else "claims"
    return f"{tested} of {len(facts)} {claims} could be tested. By verdict: {told}."


def _table(facts: list[dict[str, Any]], *, caption: str, identifier: str) -> str:
    labels = ("What the case says", "Printed", "Recomputed", "Verdict, and why")
    numeric = ("Printed", "Recomputed")
    head = "".join(
        f'<th scope="col"{" class=ca-number" if label in numeric else ""}>{label}</th>'
        for label in labels
    )
    html = (
        f'<table class="ca-table ca-findings" id="{identifier}">'
        f"<caption><span>{escape(caption)}</span></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(map(_row, facts))}</tbody></table>"
    )
    return scrolling(html, caption)


def amount(value: float | None, unit: str, *, step: float | None, more: int = 0) -> str:
    """Return a number of a claim with its unit, to the printed place or ``more`` places beyond.

    A percentage comes in the printed unit, so 17 is 17%. What is counted in ones gets no more
    places.
    """
    if value is None:
        return MISSING
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step else 1
    places += 0 if unit in _WHOLE else more
    kind = _KINDS.get(unit, "decimal")
    scaled = value / 100 if unit == "percent" else value
    return format_value(scaled, f"{kind} {min(places, 9)}") + SUFFIXES.get(unit, "")


def _row(fact: Mapping[str, Any]) -> str:
    identifier = f"claim-{escape(str(fact['claim_id']))}"
    return (
        f'<tr id="{identifier}"><th scope="row">{_statement(fact)}</th>'
        f'<td class="ca-number">{escape(printed_text(fact))}</td>'
        f'<td class="ca-number">{recomputed_html(fact)}</td>'
        f"<td>{verdict_html(fact['verdict'])} "
        f'<span class="ca-reason">{escape(fact["reason"] or "")}</span></td></tr>'
    )


def _statement(fact: Mapping[str, Any]) -> str:
    quotation = fact.get("quotation")
    place = fact.get("place")
    said = f'<q class="ca-place">{escape(quotation)}</q>' if quotation else ""
    claim = f'<span class="ca-claim">{escape(str(fact["claim_id"]))}</span>'
    where = f'<span class="ca-place">{claim}{f", {escape(place)}" if place else ""}</span>'
    return f"{escape(fact['statement'])} {said} {where}".strip()


def printed_text(fact: Mapping[str, Any]) -> str:
    """Return what a claim printed; for one without a number, that it compares."""
    if fact["printed"] is None:
        return "a comparison"
    return amount(fact["printed"], fact["unit"], step=fact.get("step"))


def recomputed_html(fact: Mapping[str, Any]) -> str:
    """Return what was recomputed for a claim, with its interval, as HTML."""
    unit, step = fact["unit"], fact.get("step")
    text = escape(amount(fact["recomputed"], unit, step=step, more=1))
    lower, upper = fact.get("lower"), fact.get("upper")
    if lower is None or upper is None:
        return text
    between = " to ".join(amount(end, unit, step=step, more=1) for end in (lower, upper))
    return f'{text} <span class="ca-interval">{escape(between)}</span>'
