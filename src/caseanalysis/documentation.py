"""Pages of the documentation that are written from the registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from caseanalysis.registers import Address, Source
from caseanalysis.schemas import SCHEMAS


def sources_page(sources: Mapping[str, Source], addresses: Mapping[str, Sequence[Address]]) -> str:
    """Return the page of sources as Markdown: what, who, where, tables and quirks of each."""
    files = sum(len(each) for each in addresses.values())
    parts = [
        "# Sources",
        "",
        "Written from `data/registers/sources/` by `caseanalysis data sources`; do not edit.",
        "Files are known by their content: save them under any name, and add them with",
        "`caseanalysis data add PATH`.",
        f"`caseanalysis data fetch` has stable addresses of {files} files of {len(addresses)}",
        "publications (`data/registers/addresses.yaml`), and says of the others what to save.",
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
        parts += ["", *_section(record, addresses.get(record.id, ()))]
    return "\n".join(parts) + "\n"


def _section(record: Source, addresses: Sequence[Address]) -> list[str]:
    lines = [
        f'<a id="{record.id}"></a>',
        "",
        f"## {record.title}",
        "",
        f"`{record.id}`, {record.publisher}. [Publisher's page]({record.page}).",
        "",
        f"- What to save: {record.obtain}",
        *_stable(addresses),
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


def _stable(addresses: Sequence[Address]) -> list[str]:
    """Return a line about the files that can be fetched, where there are any."""
    if not addresses:
        return []
    periods = sorted(one.period for one in addresses)
    ends = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    files = "1 file" if len(periods) == 1 else f"{len(periods)} files"
    return [f"- Stable address: {files}, {ends} (`caseanalysis data fetch {addresses[0].source}`)"]
