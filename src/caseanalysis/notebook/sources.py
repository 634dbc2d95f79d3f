"""Where every table of a report comes from, as notes, links and a closing table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from caseanalysis.errors import MissingDataError
from caseanalysis.library import Evidence, Input
from caseanalysis.notebook.display import slug
from caseanalysis.notebook.markup import scrolling

#: Most tables that a note names; more are told by their publishers, and listed behind a switch.
_MOST_TOLD = 3
#: What a figure or table may rest on beside published figures, in words.
RECORDS = {
    "claims": "what the case prints",
    "assumptions": "the register of assumptions",
    "cautions": "the register of cautions",
    "governance": "the records of governance",
    "groups": "the register of groups",
    "opportunities": "the record of opportunities",
    "priorities": "the record of priorities",
    "risks": "the record of risks",
    "studies": "the register of published studies",
    "successions": "the register of successions",
}


def note_html(
    evidence: Sequence[Evidence],
    note: str | None,
    *,
    records: Sequence[str] = (),
    link: str = "",
) -> str:
    """Return the note below a figure or table: what it rests on, a remark, a link.

    Parameters
    ----------
    evidence : sequence of Evidence
        Tables of evidence, told with their publishers and basis.
    note : str or None
        The remark.
    records : sequence of str
        Names of ``RECORDS``.
    link : str
        The link, as HTML.

    Raises
    ------
    ValueError
        If there are no records of a name.
    """
    unknown = sorted(set(records) - set(RECORDS))
    if unknown:
        raise ValueError(f"records named {unknown[0]!r}; there are {', '.join(RECORDS)}")
    tables = [_short(one) for one in evidence]
    many = len(tables) > _MOST_TOLD
    told = [f"{len(tables)} tables of {escape(_publishers(evidence))}"] if many else tables
    cited = told + [escape(RECORDS[name]) for name in records]
    parts = [f"Source: {'; '.join(cited)}."] if cited else []
    parts += [escape(note)] if note else []
    parts += [link] if link else []
    below = f'<p class="ca-source">{" ".join(parts)}</p>' if parts else ""
    if many:
        items = "".join(f"<li>{one}</li>" for one in tables)
        below += (
            f'<details class="ca-cited"><summary>Which tables</summary><ul>{items}</ul></details>'
        )
    return below


def _short(one: Evidence) -> str:
    return (
        f'<a href="#{anchor(one.name)}">{escape(one.title)}</a> '
        f"({escape(_publishers([one]))}; {escape(one.basis)})"
    )


def _publishers(evidence: Sequence[Evidence]) -> str:
    return ", ".join(dict.fromkeys(cited.publisher for one in evidence for cited in one.inputs))


def anchor(name: str) -> str:
    """Return the identifier of a table's row among the sources."""
    return f"source-{slug(name)}"


def evidence_facts(evidence: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Return the evidence as plain records: name, title, basis, note and publications."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "basis": one.basis,
            "note": one.note,
            "inputs": [asdict(cited) for cited in one.inputs],
        }
        for one in evidence
    ]


def sources_html(
    evidence: Sequence[Evidence], gaps: Sequence[MissingDataError], *, identifier: str
) -> str:
    """Return the table of all evidence used, and a list of what was asked for and not there."""
    caption = "Sources of every table and figure in this report"
    labels = ("Table", "Basis", "Publication", "Release and period", "Licence", "SHA-256")
    head = "".join(f'<th scope="col">{label}</th>' for label in labels)
    html = (
        f'<table class="ca-table ca-sources" id="{identifier}">'
        f"<caption><span>{caption}</span></caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(map(_rows, evidence))}</tbody></table>"
    )
    return scrolling(html, caption) + _gaps_html(gaps)


def _rows(one: Evidence) -> str:
    span = f' rowspan="{len(one.inputs)}"' if len(one.inputs) > 1 else ""
    note = f'<span class="ca-remark">{escape(one.note)}</span>' if one.note else ""
    shared = (
        f'<th scope="rowgroup"{span} id="{anchor(one.name)}">{escape(one.title)}</th>'
        f"<td{span}>{escape(one.basis)} {note}</td>"
    )
    rows = [_input(cited) for cited in one.inputs] or ["<td>none</td>" + "<td></td>" * 3]
    first, *rest = rows
    return f"<tr>{shared}{first}</tr>" + "".join(f"<tr>{row}</tr>" for row in rest)


def _input(cited: Input) -> str:
    credit = (
        f'<span class="ca-remark">{escape(cited.attribution)}</span>' if cited.attribution else ""
    )
    files = "" if cited.files == 1 else f"of the list of hashes of {cited.files} files"
    return (
        f"<td>{escape(cited.publisher)}: "
        f'<a href="{escape(cited.page)}">{escape(cited.title)}</a></td>'
        f"<td>{escape('; '.join(dict.fromkeys((cited.release, cited.period))))}</td>"
        f"<td>{escape(cited.licence)} {credit}</td>"
        f'<td><code class="ca-hash">{escape(cited.sha256)}</code> '
        f'<span class="ca-remark">{files}</span></td>'
    )


def _gaps_html(gaps: Sequence[MissingDataError]) -> str:
    if not gaps:
        return ""
    items = "".join(
        f"<li>{escape(gap.where)}: {escape(gap.found)}; wanted {escape(gap.wanted)}.</li>"
        for gap in gaps
    )
    return f'<p class="ca-text">Asked for and not there:</p><ul class="ca-text">{items}</ul>'


def cautions_html(notes: Sequence[str]) -> str:
    """Return what is known to be odd about the sources used, as a list."""
    if not notes:
        return ""
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return (
        f'<p class="ca-text">What to know about these sources:</p><ul class="ca-text">{items}</ul>'
    )
