"""Markdown of the project's documentation as HTML: nothing in it acts, every table is captioned."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from caseanalysis.batch.prose import formula, slim_code
from caseanalysis.notebook.display import slug

_TAG = re.compile(r"<[^>]+>")
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
_LEAD = re.compile(r"^<strong>([^<]+?)\.?</strong>")
_MARKS = re.compile(r"[`*]|\[([^\]]*)\]\([^)]*\)")


def first_heading(text: str) -> str:
    """Return the title of a page of Markdown; empty where it has none."""
    found = _HEADING.search(text)
    return plain_text(found[1]) if found else ""


def plain_text(text: str) -> str:
    """Return a line of Markdown without its marks."""
    return _MARKS.sub(lambda found: found[1] or "", text).strip()


def note_html(text: str, *, title: str) -> str:
    """Return Markdown as HTML without its title: HTML in it is text, and links run no script.

    Each table has a caption, from the heading or the bold word that it stands under.
    """
    import mistune

    class Renderer(mistune.HTMLRenderer):
        """Adds identifiers to headings, captions and scopes to tables, colours to code."""

        under = title

        def heading(self, text: str, level: int, **_: Any) -> str:
            self.under = unescape(_TAG.sub("", text))
            if level == 1:
                return ""
            return f'<h{level} id="section-{escape(slug(self.under))}">{text}</h{level}>\n'

        def paragraph(self, text: str) -> str:
            lead = _LEAD.match(text)
            self.under = unescape(lead[1]) if lead else self.under
            return f"<p>{text}</p>\n"

        def table(self, text: str) -> str:
            caption = f"{self.under}: {title}" if self.under != title else title
            return (
                f'<div class="ca-scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
                f'<table class="ca-table"><caption><span>{escape(caption)}</span></caption>'
                f"{text}</table></div>\n"
            )

        def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
            css = ' class="ca-number"' if align == "right" else ""
            return f'<th scope="col"{css}>{text}</th>' if head else f"<td{css}>{text}</td>"

        def block_code(self, code: str, info: str | None = None) -> str:
            return _coloured(code, info)

        def inline_math(self, text: str) -> str:
            return formula(text, display="inline")

        def block_math(self, text: str) -> str:
            return formula(text, display="block")

    markdown = mistune.create_markdown(renderer=Renderer(escape=True), plugins=["table", "math"])
    return str(markdown(text))


def _coloured(code: str, info: str | None) -> str:
    from pygments import highlight  # type: ignore[import-untyped]
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
    from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

    if (info or "").split()[:1] == ["python"]:
        html = str(highlight(code, PythonLexer(), HtmlFormatter()))
        return f'<div class="highlight">{slim_code(html)}</div>\n'
    return f"<pre><code>{escape(code)}</code></pre>\n"
