"""What the search of the index finds: claims, findings, figures, tables and sections, with links.

The entries stand in the index as data, and one script in it looks through them, so that the search
works from a file, without a server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from caseanalysis.batch.ledger import Ledger, area_name, report_name
from caseanalysis.batch.shell import TEMPLATES
from caseanalysis.notebook.findings import amount, printed_text
from caseanalysis.notebook.signs import SIGNS

#: What an entry can be, in the order in which equal hits are listed.
KINDS = ("report", "claim", "finding", "figure", "table", "section")
_SECTION = re.compile(r'<h2 id="(section-[^"]+)">(.*?)</h2>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")

#: An entry: kind, text, what is told of it, address, and the address of a second place or "".
Entry = tuple[str, str, str, str, str]


def entries(records: Mapping[str, Mapping[str, Any]], ledger: Ledger, folder: Path) -> list[Entry]:
    """Return everything that the search can find.

    Parameters
    ----------
    records : Mapping of str to Mapping
        The facts of each report by its area, in their order.
    ledger : Ledger
        The claims of the case.
    folder : Path
        The folder with the pages of the reports, whose headings are read.
    """
    found = [*_claims(ledger)]
    known = {row["claim_id"] for row in ledger.rows}
    for area, record in records.items():
        html = (folder / f"{area}.html").read_text(encoding="utf-8")
        found += [*_report(area, record), *_findings(area, record, known)]
        found += [*_shown(area, record), *_sections(area, record, html)]
    return sorted(found, key=lambda entry: KINDS.index(entry[0]))


def _claims(ledger: Ledger) -> Iterator[Entry]:
    for row in ledger.rows:
        links = [address for address, _ in row["links"]]
        said = f". “{row['quotation']}”" if row.get("quotation") else ""
        told = f"{row['claim_id']}, {row['place']}. {_result(row)}{said}"
        address = f"ledger.html#{row['claim_id']}"
        yield "claim", row["statement"], told, address, links[0] if links else ""


def _result(row: Mapping[str, Any]) -> str:
    verdict = str(row["verdict"])
    text = f"{verdict[0].upper()}{verdict[1:]}: printed {printed_text(row)}"
    if row["recomputed"] is None:
        return text
    again = amount(row["recomputed"], row["unit"], step=row.get("step"), more=1)
    return f"{text}, recomputed {again}"


def _report(area: str, record: Mapping[str, Any]) -> Iterator[Entry]:
    headline = record["headline"]
    told = headline["answer"] if headline else ""
    yield "report", record["title"], told, f"{area}.html", ""


def _findings(area: str, record: Mapping[str, Any], known: set[str]) -> Iterator[Entry]:
    # A finding on a claim of the ledger is found as that claim.
    for finding in record["findings"]:
        name = finding["claim_id"]
        if name not in known and finding["verdict"] in SIGNS:
            told = f"{name}, in {area_name(area)}. {_result(finding)}"
            yield "finding", finding["statement"], told, f"{area}.html#claim-{name}", ""


def _shown(area: str, record: Mapping[str, Any]) -> Iterator[Entry]:
    # Facts that an earlier version wrote may name figures alone.
    listed = record.get("tables") or [{"kind": "figure", **one} for one in record["figures"]]
    for one in listed:
        number = "" if one["number"] is None else f" {one['number']}"
        told = f"{str(one['kind']).capitalize()}{number} in {report_name(area, record['title'])}"
        yield str(one["kind"]), one["title"], told, f"{area}.html#{one['id']}", ""


def _sections(area: str, record: Mapping[str, Any], html: str) -> Iterator[Entry]:
    for identifier, inner in _SECTION.findall(html):
        text = " ".join(unescape(_TAG.sub("", inner)).split())
        told = f"Section in {report_name(area, record['title'])}"
        yield "section", text, told, f"{area}.html#{unescape(identifier)}", ""


def data(found: list[Entry]) -> str:
    """Return entries as JSON that can stand in a page: no character in it ends an element."""
    text = json.dumps([list(entry) for entry in found], ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


@cache
def script() -> str:
    """Return the script of the search."""
    return (TEMPLATES / "search.js").read_text(encoding="utf-8")
