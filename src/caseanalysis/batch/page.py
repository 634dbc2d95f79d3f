"""An executed notebook as one self-contained page, and the facts that the index collects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from caseanalysis import __version__
from caseanalysis.batch.discover import Notebook
from caseanalysis.batch.shell import TEMPLATES, render
from caseanalysis.case import load_case
from caseanalysis.errors import BuildError
from caseanalysis.notebook.display import FACTS, slug

_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# A claim among the findings, which the report links to the ledger beside it.
_CLAIM = re.compile(r'<span class="ca-claim">([a-z0-9]+-\d{3})</span>')
# The number of the process that ran the cell, part of the file name in a warning.
_PROCESS = re.compile(r"\S*ipykernel_\d+\S*?(?=:\d+:)")


@dataclass
class Facts:
    """What a report says, for the index: of plain types."""

    headline: dict[str, str] | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """A report: its HTML, title, parameters and facts."""

    area: str
    title: str
    order: int
    html: str
    parameters: Mapping[str, Any]
    facts: Facts


def make_page(executed: Any, notebook: Notebook, parameters: Mapping[str, Any]) -> Page:
    """Return the report of an executed notebook.

    Raises
    ------
    BuildError
        If the notebook shows a picture without a description, or evidence without its sources.
    """
    facts, headline = Facts(), ""
    for number, cell in enumerate(executed.cells, start=1):
        where = f"{notebook.name}, cell {number} of the run"
        if cell.cell_type == "code":
            headline += _sift(cell, facts, where)
    _require_sources(facts, notebook.name)
    case = load_case(str(parameters["case"]))
    body, contents, title = _outline(_convert(executed))
    html = render(
        "report.html.j2",
        case=case,
        title=title or notebook.title,
        headline=headline,
        body=body,
        contents=contents,
        parameters=parameters,
        version=__version__,
        facts=facts,
    )
    return Page(
        notebook.area, title or notebook.title, notebook.order, html, dict(parameters), facts
    )


def _sift(cell: Any, facts: Facts, where: str) -> str:
    """Keep of a cell's outputs what the page shows; collect facts; return a headline's HTML."""
    headline, kept = "", []
    for output in cell.outputs:
        if output.output_type == "stream":
            output.text = _PROCESS.sub("notebook cell", output.text)
        elif output.output_type in ("display_data", "execute_result"):
            told = output.data.get(FACTS)
            if told is None:
                _reduce_to_text(output, where)
            else:
                html = _CLAIM.sub(r'<a href="ledger.html#\1">\1</a>', output.data["text/html"])
                output.data = {"text/html": html}
                _collect(told, facts)
                if told["kind"] == "headline":
                    headline += html
                if told["kind"] in ("headline", "look"):
                    continue
        kept.append(output)
    cell.outputs = kept
    return headline


def _reduce_to_text(output: Any, where: str) -> None:
    # HTML and pictures that are not the study's bring no escaping, caption or description.
    if any(media.startswith("image/") for media in output.data):
        raise BuildError(
            where=where,
            found="a picture without a description",
            wanted="a figure shown by study.figure",
            remedy="show the chart with study.figure",
        )
    output.data = {"text/plain": output.data.get("text/plain", "")}


def _collect(told: Mapping[str, Any], facts: Facts) -> None:
    kind = told["kind"]
    if kind == "headline":
        facts.headline = {"question": told["question"], "answer": told["answer"]}
    elif kind == "findings":
        facts.findings.extend(told["findings"])
    elif kind == "sources":
        facts.evidence, facts.gaps = list(told["evidence"]), list(told["gaps"])
    elif kind == "missing":
        facts.missing.append(told["what"])
    elif kind in ("figure", "table"):
        facts.cited.extend(told["evidence"])
    if kind == "figure":
        facts.figures.append({name: told[name] for name in ("id", "number", "title", "evidence")})


def _require_sources(facts: Facts, where: str) -> None:
    named = {one["name"] for one in facts.evidence}
    unnamed = sorted(set(facts.cited) - named)
    if unnamed:
        raise BuildError(
            where=where,
            found=f"a figure or table from {unnamed[0]!r} without its source at the end",
            wanted="the sources of everything shown",
            remedy="end the notebook with study.sources()",
        )


def _convert(executed: Any) -> str:
    """Return the cells as HTML by nbconvert with the project's own template."""
    from nbconvert import HTMLExporter

    exporter: Any = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="report", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True
    )
    exporter.register_filter("safe_markdown", _safe_markdown)
    html, _ = exporter.from_notebook_node(executed)
    return str(html)


def _safe_markdown(source: str) -> str:
    """Return Markdown as HTML; HTML in it is shown as text, and links run no script."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(
        escape=True, allow_harmful_protocols=False, exclude_anchor_links=True
    )
    html = str(MarkdownWithMath(renderer=renderer).render(source))
    return re.sub(r' style="text-align:\s*\w+"', "", html)


def _outline(body: str) -> tuple[str, list[tuple[str, str]], str]:
    """Give each heading an identifier; return the body, the second-level headings, the title.

    The first heading of the first level becomes the page's title and leaves the body; others of
    that level become second-level ones.
    """
    contents: list[tuple[str, str]] = []
    titles: list[str] = []
    seen: dict[str, int] = {}

    def heading(found: re.Match[str]) -> str:
        level, inner = int(found[1]), found[2].strip()
        text = unescape(_TAG.sub("", inner))
        if level == 1 and not titles:
            titles.append(text)
            return ""
        level = max(level, 2)
        seen[slug(text)] = seen.get(slug(text), 0) + 1
        identifier = f"section-{slug(text)}" + (f"-{seen[slug(text)]}" * (seen[slug(text)] > 1))
        if level == 2:
            contents.append((identifier, text))
        return f'<h{level} id="{escape(identifier)}">{inner}</h{level}>'

    return _HEADING.sub(heading, body), contents, titles[0] if titles else ""
