"""How a verdict is written: a sign and a word."""

from __future__ import annotations

#: Each verdict's sign, so that colour alone tells nothing.
SIGNS: dict[str, str] = {
    "reproduced": "✓",
    "within range": "≈",
    "differs": "✗",
    "contradicts itself": "⇄",
    "not testable": "?",
}
UNTESTED = "not testable"
CONTRADICTION = "contradicts itself"
#: A claim whose report has not been made.
PENDING = "not yet tested"
#: Signs of what is no verdict on a finding: on a derivation, and on a claim without a report.
_OTHERS = {"agrees with itself": "=", "printed nowhere": "∅", PENDING: "…"}


def sign(verdict: str) -> str:
    """Return the sign of a verdict."""
    return (SIGNS | _OTHERS)[verdict]


def verdict_html(verdict: str) -> str:
    """Return a verdict as sign and word."""
    return (
        f'<span class="ca-verdict ca-{verdict.replace(" ", "-")}">'
        f'<span aria-hidden="true">{sign(verdict)}</span> {verdict}</span>'
    )
