"""Pages of the documentation that are written from the registers."""

from __future__ import annotations

from collections.abc import Mapping

from caseanalysis.registers import Source
from caseanalysis.schemas import SCHEMAS


def sources_page(sources: Mapping[str, Source]) -> str:
    """Return the page of sources as Markdown: what, who, where, tables and quirks of each."""
    parts = [
        "# Sources",
        "",
        "Written from `data/registers/sources/` by `caseanalysis data sources`; do not edit.",
        "Files are known by their content: save them under any name, and add them with",
        "`caseanalysis data add PATH`.",
        "",
        "| Publication | Publisher | Edition held | Licence | In extracts |",
        "| --- | --- | --- | --- | --- |",
    ]
    ordered = sorted(sources.values(), key=lambda record: (record.publisher, record.title))
    for record in ordered:
        carried = "yes" if record.open_licence else "no, data store only"
        link = f"[{record.title}](#{record.id})"
        cells = (link, record.publisher, record.edition, record.licence, carried)
        parts.append("| " + " | ".join(cells) + " |")
    for record in ordered:
        parts += ["", *_section(record)]
    return "\n".join(parts) + "\n"


def _section(record: Source) -> list[str]:
    lines = [
        f'<a id="{record.id}"></a>',
        "",
        f"## {record.title}",
        "",
        f"`{record.id}`, {record.publisher}. [Publisher's page]({record.page}).",
        "",
        f"- What to save: {record.obtain}",
        f"- Comes out: {record.cadence}",
        f"- Form: {record.form}",
        "- Gives: "
        + "; ".join(f"`{name}` ({SCHEMAS[name].title.lower()})" for name in record.tables),
    ]
    if record.checked_against:
        lines.append(f"- Checked against: {record.checked_against}")
    if record.attribution:
        lines.append(f"- Attribution: {record.attribution}")
    if not record.seen:
        lines.append("- No real file has been seen; the quirks say what the layout rests on.")
    quirks = [f"- Quirk: {quirk.note} Evidence: {quirk.evidence}" for quirk in record.quirks]
    return lines + quirks
