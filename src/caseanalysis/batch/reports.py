"""A folder of reports: one page a notebook, the index, the findings and the manifest."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from caseanalysis import __version__
from caseanalysis.batch.ledger import Ledger, area_title, bar, ledger_page, make_ledger, write_csv
from caseanalysis.batch.page import Page
from caseanalysis.batch.publish import MANIFEST
from caseanalysis.batch.shell import render
from caseanalysis.case import Case
from caseanalysis.errors import BuildError
from caseanalysis.notebook.signs import SIGNS

FINDING_COLUMNS = (
    "claim_id",
    "area",
    "figure",
    "place",
    "statement",
    "quotation",
    "unit",
    "printed",
    "step",
    "recomputed",
    "lower",
    "upper",
    "verdict",
    "reason",
    "basis",
)


def write_reports(
    new: Path, old: Path, pages: Sequence[Page], case: Case, keep_others: bool
) -> None:
    """Write the whole content of a folder of reports.

    Parameters
    ----------
    new, old : Path
        The folder to write, and the one that it will replace.
    pages : sequence of Page
        The reports just made.
    case : Case
        The case.
    keep_others : bool
        Whether reports of the old folder that were not made anew are carried over.

    Raises
    ------
    BuildError
        If reports of another case would have to be kept beside these, or a claim has neither a
        test nor a reason why there is none.
    """
    records = _kept(new, old, pages, case) if keep_others else {}
    for page in pages:
        (new / f"{page.area}.html").write_text(page.html, encoding="utf-8", newline="\n")
        records[page.area] = {
            "title": page.title,
            "order": page.order,
            "parameters": dict(page.parameters),
            **asdict(page.facts),
        }
    manifest = {"case": case.name, "version": __version__, "reports": records}
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    (new / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
    _write_findings(new / "findings.csv", case, records)
    ledger = make_ledger(case, dict(_in_order(records)))
    write_csv(new / "ledger.csv", case, ledger)
    index = render("index.html.j2", **_index_values(case, records, ledger))
    for name, html in (("ledger", ledger_page(case, ledger, __version__)), ("index", index)):
        (new / f"{name}.html").write_text(html, encoding="utf-8", newline="\n")


def _kept(new: Path, old: Path, pages: Sequence[Page], case: Case) -> dict[str, dict[str, Any]]:
    path = old / MANIFEST
    if not path.is_file():
        return {}
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if manifest["case"] != case.name:
        raise BuildError(
            where=str(old),
            found=f"reports of the case {manifest['case']!r}",
            wanted=f"reports of {case.name!r} beside which to put some more",
            remedy="build all areas, or name another folder with --out",
        )
    made = {page.area for page in pages}
    kept = {area: record for area, record in manifest["reports"].items() if area not in made}
    for area in kept:
        shutil.copy2(old / f"{area}.html", new / f"{area}.html")
    return kept


def _write_findings(path: Path, case: Case, records: Mapping[str, Mapping[str, Any]]) -> None:
    # With a byte order mark, since spreadsheets otherwise misread pound signs.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("case", "report", *FINDING_COLUMNS))
        for report, record in _in_order(records):
            for finding in record["findings"]:
                cells = (finding.get(name) for name in FINDING_COLUMNS)
                writer.writerow((case.name, report, *cells))


def _in_order(
    records: Mapping[str, Mapping[str, Any]],
) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(records.items(), key=lambda item: (item[1]["order"], item[0]))


def _index_values(
    case: Case, records: Mapping[str, Mapping[str, Any]], ledger: Ledger
) -> dict[str, Any]:
    listed = {area.id for area in case.areas}
    cards = {
        area: {
            **record,
            "verdicts": _verdicts(record),
            "publications": _publications([record]),
            "periods": _periods(record),
        }
        for area, record in _in_order(records)
    }
    return {
        "case": case,
        "version": __version__,
        "cards": cards,
        "across": {area: card for area, card in cards.items() if area not in listed},
        "totals": ledger.counts
        or _verdicts({"findings": [f for r in cards.values() for f in r["findings"]]}),
        **_counted(case, ledger),
        "publications": _publications(list(cards.values())),
        "bases": sorted({one["basis"] for card in cards.values() for one in card["evidence"]}),
    }


def _counted(case: Case, ledger: Ledger) -> dict[str, Any]:
    """Return the claims by area and verdict, each with its bar."""
    rows = [
        {
            "area": area,
            "title": area_title(case, area),
            "counts": counts,
            "bar": bar(counts, of=sum(counts.values())),
        }
        for area, counts in ledger.by_area().items()
    ]
    most = max(ledger.counts.values(), default=1)
    bars = {verdict: bar({verdict: n}, of=most) for verdict, n in ledger.counts.items()}
    return {"counted": rows, "bars": bars}


def _verdicts(record: Mapping[str, Any]) -> dict[str, int]:
    counts = Counter(finding["verdict"] for finding in record["findings"])
    return {verdict: counts[verdict] for verdict in SIGNS if counts[verdict]}


def _periods(record: Mapping[str, Any]) -> list[str]:
    """Return the periods that the data cover, each once, by their last year or month."""
    periods = {cited["period"] for one in record["evidence"] for cited in one["inputs"]}
    dated = [period for period in periods if any(sign.isdigit() for sign in period)]
    return sorted(dated, key=lambda period: (period.split(" to ")[-1], period))


def _publications(records: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return each publication once, with release, period and the way that it came."""
    found = {
        (cited["publisher"], cited["title"], cited["release"], cited["period"], one["basis"]): cited
        for record in records
        for one in record["evidence"]
        for cited in one["inputs"]
    }
    return [{**cited, "basis": key[-1]} for key, cited in sorted(found.items())]
