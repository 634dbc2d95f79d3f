"""Markdown and code of a notebook as HTML."""

from __future__ import annotations

import re

import pytest

from caseanalysis.batch.prose import safe_markdown, slim_code
from caseanalysis.errors import BuildError


def test_markup_in_prose_is_shown_as_text() -> None:
    html = safe_markdown("Beds <script>alert(1)</script> and [a link](javascript:alert(1))")
    assert "<script" not in html
    assert "javascript:" not in html


def test_a_formula_becomes_mathml() -> None:
    html = safe_markdown(r"The mean $\bar{x} \leq 2$ of beds.")
    found = re.fullmatch(r"<p>The mean (<math .*</math>) of beds.</p>\s*", html)
    assert 'display="inline"' in found[1]
    assert "<mi>x</mi>" in found[1]
    assert "$" not in html
    block = safe_markdown("$$\nr = \\frac{O}{E}\n$$")
    assert 'display="block"' in block
    # A formula wider than the screen scrolls in its box, so that keys must reach it.
    assert '<math tabindex="0"' in block
    assert "tabindex" not in html


def test_a_sign_between_two_terms_has_the_space_of_one() -> None:
    assert "<mo>&#x000B1;</mo>" in safe_markdown(r"Limits $x \pm 3 s$.")


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        (r"\color{red} x", "a colour or an address"),
        (r"\href{javascript:alert(1)}{x}", "a colour or an address"),
        (r"\text{<script>alert(1)</script>}", "the markup script"),
        (r"\frac", "NoAvailableTokens"),
        (r"\mean x", r"unknown command \mean"),
        ("x_{", "MissingSuperScript"),
        (r"\begin{aligned} a &= b \end{aligned}", "a sign of alignment"),
    ],
)
def test_a_formula_that_is_more_or_less_than_one_is_refused(formula: str, found: str) -> None:
    with pytest.raises(BuildError, match=re.escape(found)):
        safe_markdown(f"The sum ${formula}$.")


def test_two_prices_are_no_formula() -> None:
    assert safe_markdown("From \\$5 to \\$6.") == "<p>From $5 to $6.</p>\n"


def test_code_keeps_elements_only_where_they_have_a_colour() -> None:
    tokens = '<span class="n">beds</span> = <span class="s2">&quot;x&quot;</span>'
    html = f'<div class="highlight"><pre><span></span>{tokens}\n</pre></div>'
    assert slim_code(html) == "<pre><code>beds = <span class=s>&quot;x&quot;</span></code></pre>"
