"""An executed notebook as one self-contained page, and the facts that the index collects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape, unescape
from typing import Any

from caseanalysis import __version__
from caseanalysis.batch.dark import more_rules
from caseanalysis.batch.discover import Notebook
from caseanalysis.batch.keys import RULE, key_findings, main_figure
from caseanalysis.batch.prose import safe_markdown, slim_code
from caseanalysis.batch.shell import TEMPLATES, render
from caseanalysis.case import load_case
from caseanalysis.errors import BuildError
from caseanalysis.notebook.display import FACTS, slug

_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# A claim among the findings, which the report links to the ledger beside it.
_CLAIM = re.compile(r'<span class="ca-claim">([a-z0-9]+-\d{3})</span>')
# What is kept of each figure and table shown.
_OF_TABLE = ("id", "kind", "number", "title", "columns", "rows", "evidence", "records")


@dataclass
class Facts:
    """What a report says, for the index: of plain types.

    ``tables`` has each figure and table shown, in order, with its data: ``id``, ``kind``
    (``figure`` or ``table``), ``number``, ``title``, ``columns`` (records of ``name``, ``label``
    and ``style``), ``rows`` (lists of values as computed), ``evidence`` and ``records``, the names
    of what else it rests on. ``keys`` are the
    claims of the key numbers, ``numbers`` those that no claim stands beside, ``panels`` say what
    is not shown, what it needs and where to get that, ``main_figure`` is the identifier of the
    figure beside them.
    """

    headline: dict[str, str] | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    panels: list[dict[str, str]] = field(default_factory=list)
    figures: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    numbers: list[dict[str, str]] = field(default_factory=list)
    main_figure: str | None = None


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
    figures: dict[str, Any] = {}
    for number, cell in enumerate(executed.cells, start=1):
        where = f"{notebook.name}, cell {number} of the run"
        if cell.cell_type == "code":
            headline += _sift(cell, facts, figures, where)
    _require_sources(facts, notebook.name)
    first = _first_screen(executed.metadata.get("caseanalysis", {}), facts, figures)
    case = load_case(str(parameters["case"]))
    body, contents, title = _outline(convert(executed))
    html = render(
        "report.html.j2",
        more_css=_report_css() + more_rules(first["main_figure"] + body, _report_css()),
        case=case,
        area=notebook.area,
        title=title or notebook.title,
        headline=headline,
        **first,
        body=body,
        contents=contents,
        parameters=parameters,
        version=__version__,
        facts=facts,
    )
    return Page(
        notebook.area, title or notebook.title, notebook.order, html, dict(parameters), facts
    )


def _first_screen(
    about: Mapping[str, Any], facts: Facts, figures: Mapping[str, Any]
) -> dict[str, Any]:
    """Choose key numbers and main figure, by rule or as the notebook's metadata say."""
    keys = key_findings(facts.findings, about.get("key_measures", ()))
    facts.keys = [key["claim_id"] for key in keys]
    facts.main_figure = main_figure(facts.figures, about.get("main_figure"))
    shown = _take(figures[facts.main_figure], facts) if facts.main_figure else ""
    return {"keys": keys, "rule": RULE, "main_figure": shown}


@cache
def _report_css() -> str:
    return (TEMPLATES / "report.css").read_text(encoding="utf-8")


def _take(output: Any, facts: Facts) -> str:
    """Return the main figure for the first screen; where it stood, leave a link to it."""
    html = str(output.data["text/html"])
    figure = next(one for one in facts.figures if one["id"] == facts.main_figure)
    number, title = figure["number"], figure["title"]
    name = title if number is None else f"Figure {number}. {title}"
    output.data = {
        "text/html": f'<p class="ca-moved">{escape(name)}: this figure stands '
        f'<a href="#{escape(figure["id"])}">at the top of the report</a>.</p>'
    }
    return html


def _sift(cell: Any, facts: Facts, figures: dict[str, Any], where: str) -> str:
    """Keep of a cell's outputs what the page shows; collect facts; return a headline's HTML."""
    headline, kept = "", []
    for output in cell.outputs:
        if output.output_type in ("display_data", "execute_result"):
            told = output.data.get(FACTS)
            if told is None:
                _reduce_to_text(output, where)
            else:
                html = _CLAIM.sub(r'<a href="ledger.html#\1">\1</a>', output.data["text/html"])
                output.data = {"text/html": html}
                _collect(told, facts)
                if told["kind"] == "headline":
                    headline += html
                if told["kind"] == "figure":
                    figures[told["id"]] = output
                if told["kind"] in ("headline", "numbers", "look"):
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
    elif kind == "numbers":
        facts.numbers.extend(told["numbers"])
    elif kind == "findings":
        facts.findings.extend(told["findings"])
    elif kind == "sources":
        facts.evidence, facts.gaps = list(told["evidence"]), list(told["gaps"])
    elif kind == "missing":
        facts.missing.append(told["what"])
        facts.panels.append({name: told[name] for name in ("what", "needs", "where")})
    elif kind in ("figure", "table"):
        facts.cited.extend(told["evidence"])
        facts.tables.append({name: told[name] for name in _OF_TABLE})
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


def convert(executed: Any) -> str:
    """Return the cells of a notebook as HTML by nbconvert with the project's own template."""
    from nbconvert.exporters import TemplateExporter

    # The exporter for HTML would read its page once more, with a parser that spoils drawings.
    html, _ = TemplateExporter.from_notebook_node(_exporter(), executed)
    return str(html)


@cache
def _exporter() -> Any:
    """Return the exporter of this process, since each one compiles its templates."""
    from nbconvert import HTMLExporter
    from nbconvert.filters import Highlight2HTML

    exporter: Any = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="report", extra_template_basedirs=[str(TEMPLATES)]
    )
    highlight: Any = Highlight2HTML(pygments_lexer="ipython3")  # type: ignore[no-untyped-call]
    exporter.register_filter("highlight_code", highlight)
    exporter.register_filter("safe_markdown", safe_markdown)
    exporter.register_filter("slim_code", slim_code)
    return exporter


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
        # A heading with a link or a formula in it cannot be a link itself.
        if level == 2 and "<" not in inner:
            inner = f'<a class="here" href="#{escape(identifier)}">{inner}</a>'
        return f'<h{level} id="{escape(identifier)}">{inner}</h{level}>'

    return _HEADING.sub(heading, body), contents, titles[0] if titles else ""
