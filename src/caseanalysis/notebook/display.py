"""What a study shows: HTML for the reader, and beside it the facts that a build collects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Media type of the facts that a build collects; JupyterLab passes over it.
FACTS = "application/vnd.caseanalysis+json"


def slug(text: str) -> str:
    """Return a text as an identifier of lower-case words and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


@dataclass(frozen=True)
class Fragment:
    """One thing shown.

    Attributes
    ----------
    kind : str
        ``look``, ``text``, ``table``, ``figure``, ``missing``, ``headline``, ``findings`` or
        ``sources``.
    html : str
        What the reader sees; every text in it is escaped.
    plain : str
        The same in one line, for a terminal.
    facts : Mapping of str to object
        What a build collects, of plain types.
    """

    kind: str
    html: str
    plain: str
    facts: Mapping[str, Any]

    def bundle(self) -> dict[str, Any]:
        """Return the media types that a Jupyter display takes."""
        return {
            "text/html": self.html,
            "text/plain": self.plain,
            FACTS: {"kind": self.kind, **self.facts},
        }


def show_in_notebook(fragment: Fragment) -> None:
    """Show a fragment below the running cell."""
    from IPython.display import display

    display(fragment.bundle(), raw=True)  # type: ignore[no-untyped-call]


def look() -> Fragment:
    """Return the style sheet that JupyterLab needs; a built report brings its own."""
    css = Path(__file__).with_name("lab.css").read_text(encoding="utf-8")
    return Fragment("look", f"<style>{css}</style>", "", {})
