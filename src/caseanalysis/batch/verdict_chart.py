"""Claims by verdict as a chart that grows with the page while its words keep their size."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from caseanalysis.formatting import format_value
from caseanalysis.notebook.display import slug
from caseanalysis.notebook.signs import sign

_ROW, _LABEL, _BAR = 52, 18, 16


def verdict_chart(counts: Mapping[str, int]) -> str:
    """Return bars of claims by verdict as SVG, each under its words, described for a reader.

    Lengths are shares of the width, so that nothing is scaled on a narrow screen.
    """
    if not counts:
        return ""
    most, total = max(counts.values()), sum(counts.values())
    rows = [
        _row(verdict, number, of=total, width=100 * number / most, top=_ROW * place)
        for place, (verdict, number) in enumerate(counts.items())
    ]
    return (
        f'<svg class="verdict-chart" role="img" aria-label="{escape(described(counts))}" '
        f'width="100%" height="{_ROW * len(counts)}">{"".join(rows)}</svg>'
    )


def described(counts: Mapping[str, int]) -> str:
    """Return what the chart shows, in words."""
    total = sum(counts.values())
    told = "; ".join(
        f"{verdict} {number:,} ({_share(number, total)})" for verdict, number in counts.items()
    )
    largest = max(counts, key=lambda verdict: counts[verdict])
    return f"Bars of {total:,} claims by verdict: {told}. The longest bar is “{largest}”."


def _row(verdict: str, number: int, *, of: int, width: float, top: int) -> str:
    words = f"{sign(verdict)} {verdict}"
    return (
        f'<text x="0" y="{top + _LABEL - 4}"><tspan class="chart-words">{escape(words)}</tspan>'
        f'<tspan class="chart-number" dx="10">{number:,}</tspan>'
        f'<tspan class="chart-share" dx="8">{_share(number, of)}</tspan></text>'
        f'<rect class="bar-{escape(slug(verdict))}" x="0" y="{top + _LABEL + 2}" '
        f'width="{width:.2f}%" height="{_BAR}"/>'
    )


def _share(number: int, of: int) -> str:
    return format_value(number / of, "percent 0")
