"""Numbers of the case set against each other, as a table with verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from caseanalysis.formatting import format_value, is_missing
from caseanalysis.notebook.findings import SUFFIXES
from caseanalysis.notebook.markup import scrolling
from caseanalysis.notebook.signs import CONTRADICTION, verdict_html

MILLION = 10**6
#: More claims than this are not all named in the table; the record has them.
MANY = 6
CAPTION = "Numbers of the case checked against each other"
_LABELS = ("What is set against what", "Printed", "What follows", "Apart by", "Verdict, and why")
_NUMERIC = ("Printed", "What follows", "Apart by")
#: How what follows must stand to what is printed, where they are not to be equal.
_RELATIONS = {"above": "to be above", "below": "to be below", "at least": "to be at least"}
_RELATIONS |= {"at most": "to be at most"}


def derivations_html(derived: pd.DataFrame, *, identifier: str) -> str:
    """Return derivations as HTML: those that contradict, and folded away the others.

    Parameters
    ----------
    derived : DataFrame
        As returned by ``caseanalysis.methods.derivations.test_derivations``; none gives no HTML.
    identifier : str
        Identifier of the first table.
    """
    if derived.empty:
        return ""
    against = derived["verdict"].eq(CONTRADICTION)
    shown, folded = derived[against], derived[~against]
    html = table_html(shown, caption=CAPTION, identifier=identifier) if len(shown) else ""
    if len(folded):
        label = f"Other numbers checked against each other: no contradiction ({len(folded)})"
        table = table_html(folded, caption=label, identifier=f"{identifier}-others")
        html += f"<details><summary>{label}</summary>{table}</details>"
    return html


def table_html(derived: pd.DataFrame, *, caption: str, identifier: str) -> str:
    """Return derivations as one table of HTML inside a region that scrolls."""
    head = "".join(
        f'<th scope="col"{" class=ca-number" if label in _NUMERIC else ""}>{label}</th>'
        for label in _LABELS
    )
    rows = "".join(_row(row) for row in derived.to_dict("records"))
    html = (
        f'<table class="ca-table ca-findings ca-derived" id="{identifier}">'
        f"<caption><span>{escape(caption)}</span></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    return scrolling(html, caption)


def _row(row: Mapping[Any, Any]) -> str:
    source = f"{row['derivation_id']}: {row['formula']} (from {_claims(row['claims'])})"
    said = _between(row, "printed", "printed_low", "printed_high")
    relation = _RELATIONS.get(row["relation"])
    return (
        f'<tr id="derivation-{escape(row["derivation_id"])}"><th scope="row">'
        f"{escape(row['statement'])} "
        f'<span class="ca-place ca-formula">{escape(source)}</span></th>'
        f'<td class="ca-number">{said}</td>'
        f'<td class="ca-number">{_between(row, "value", "low", "high")}'
        f"{f' <span class=ca-interval>{relation}</span>' if relation else ''}</td>"
        f'<td class="ca-number">{_apart(row)}</td>'
        f"<td>{verdict_html(row['verdict'])} "
        f'<span class="ca-reason">{escape(_why(row))}</span></td></tr>'
    )


def _between(row: Mapping[Any, Any], middle: str, low: str, high: str) -> str:
    if is_missing(row[middle]):
        return "printed nowhere"
    text = escape(_amount(row, row[middle]))
    if row[low] == row[high]:
        return text
    ends = " to ".join(quantity(row[end], row["unit"], figures=5) for end in (low, high))
    return f'{text} <span class="ca-interval">{escape(ends)}</span>'


def _apart(row: Mapping[Any, Any]) -> str:
    if row["verdict"] != CONTRADICTION:
        return "–"
    # Two shares lie apart by points, not by a share of one of them.
    unit = "points" if row["unit"] == "percent" else row["unit"]
    text = escape(quantity(abs(row["difference"]), unit))
    least = quantity(row["gap"], unit)
    return f'{text} <span class="ca-interval">at least {escape(least)}</span>'


def _amount(row: Mapping[Any, Any], value: float) -> str:
    return quantity(value, row["unit"])


def quantity(value: float, unit: str, *, figures: int = 4) -> str:
    """Return a number of a claim's unit to some figures; whole ones without decimal places."""
    if unit == "pounds" and abs(value) >= MILLION:
        return format_value(value, f"million pounds {max(1, _places(value / MILLION, figures))}")
    places = 0 if float(value).is_integer() else _places(value, figures)
    kind = {"percent": "percent", "pounds": "pounds", "year": "year"}.get(unit, "decimal")
    scaled = value / 100 if unit == "percent" else value
    return format_value(scaled, f"{kind} {places}") + SUFFIXES.get(unit, "")


def _places(value: float, figures: int) -> int:
    return max(0, figures - len(str(int(abs(value)))))


def _claims(text: str) -> str:
    """Return where the inputs stand: the claims, or the first of many."""
    claims = text.split(", ") if text else []
    if len(claims) > MANY:
        return f"{', '.join(claims[:2])} and {len(claims) - 2} more"
    return ", ".join(claims) or "the document"


def _why(row: Mapping[Any, Any]) -> str:
    return f"Our inference: {row['reason']}" if row["verdict"] == CONTRADICTION else row["reason"]
