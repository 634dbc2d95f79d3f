"""The shell around every page: one style sheet inside it, no request to any host."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from caseanalysis.notebook.display import slug
from caseanalysis.notebook.signs import sign, verdict_html

TEMPLATES = Path(__file__).with_name("template")


def render(template: str, *, more_css: str = "", script: str = "", **values: Any) -> str:
    """Return a page made from one of the project's templates; every value is escaped.

    The page's policy lets the browser use its own style sheet and, where there is one, its own
    script, both known by their hash, and nothing else.
    """
    css = sheet("page") + more_css
    runs = f"script-src {_hash(script)}; " if script else ""
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(css)}; {runs}"
        "base-uri 'none'; form-action 'none'"
    )
    page: str = template_of(template).render(css=css, policy=policy, script=script, **values)
    return page


def template_of(name: str) -> Any:
    """Return one of the project's templates, compiled."""
    return _environment().get_template(name)


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


@cache
def sheet(name: str) -> str:
    """Return one of the project's style sheets: that of every page, ``page``, or another."""
    return (TEMPLATES / f"{name}.css").read_text(encoding="utf-8")


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # It brings pandas, which a build with nothing to do does without.
    from caseanalysis.notebook.findings import printed_text, recomputed_html

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "verdict": verdict_html,
        "sign": sign,
        "slug": slug,
        "printed": printed_text,
        "recomputed": recomputed_html,
    }
    return environment
