"""The shell around every page: one style sheet inside it, no script, no request to any host."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from caseanalysis.notebook.display import slug
from caseanalysis.notebook.findings import printed_text, recomputed_html
from caseanalysis.notebook.signs import verdict_html

TEMPLATES = Path(__file__).with_name("template")


def render(template: str, *, more_css: str = "", **values: Any) -> str:
    """Return a page made from one of the project's templates; every value is escaped."""
    css = _css() + more_css
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page: str = _environment().get_template(template).render(css=css, policy=policy, **values)
    return page


@cache
def _css() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

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
        "slug": slug,
        "printed": printed_text,
        "recomputed": recomputed_html,
    }
    return environment
