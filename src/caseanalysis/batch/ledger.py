"""The ledger: every claim of the case with its verdict, and where that was found."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from caseanalysis.batch.shell import render, sheet
from caseanalysis.case import Case, Claim, load_claims
from caseanalysis.derivations import load_derivations
from caseanalysis.errors import BuildError
from caseanalysis.exporting import FORMULA_STARTS
from caseanalysis.formatting import is_missing
from caseanalysis.notebook.display import slug
from caseanalysis.notebook.signs import PENDING, SIGNS, UNTESTED
from caseanalysis.notebook.sources import anchor

#: What a report says, by the field names of its facts.
Report = Mapping[str, Any]
COLUMNS = (
    *("claim_id", "area", "figure", "section", "place", "statement", "quotation", "printed"),
    *("step", "unit", "recomputed", "lower", "upper", "verdict", "reason", "basis", "reports"),
    *("derivations", "candidates", "printed_source", "note"),
)
#: Verdicts in the order in which they are told.
ORDER = (*SIGNS, PENDING)
_FOUND = ("recomputed", "lower", "upper", "verdict", "reason", "basis")


@dataclass(frozen=True)
class Ledger:
    """Rows of the ledger in the order of the claims, and what follows from the printed numbers."""

    rows: tuple[dict[str, Any], ...]
    derived: Any

    @property
    def counts(self) -> dict[str, int]:
        """Claims by verdict."""
        return _counts(self.rows)

    def by_area(self) -> dict[str, dict[str, int]]:
        """Claims by area, and within it by verdict; areas in the order of the claims."""
        areas = dict.fromkeys(row["area"] for row in self.rows)
        return {area: _counts([r for r in self.rows if r["area"] == area]) for area in areas}


def _counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    found = Counter(row["verdict"] for row in rows)
    return {verdict: found[verdict] for verdict in ORDER if found[verdict]}


def make_ledger(
    case: Case, reports: Mapping[str, Report], *, failed: Collection[str] = ()
) -> Ledger:
    """Return the ledger of a case.

    Parameters
    ----------
    case : Case
        The case; its claims and derivations are read.
    reports : Mapping of str to Report
        The facts of each report by its area, in the order in which they are listed.
    failed : collection of str
        Areas whose report could not be made, so that an earlier one stands in, or none.

    Raises
    ------
    BuildError
        If a claim has neither a test nor a reason why there is none. While an area of the case has
        no report, claims of areas without one are not yet tested; while a report could not be made,
        neither is any claim that the others do not test.
    """
    from caseanalysis.methods import derivations, verdicts

    claims = load_claims(case.name)
    derived = derivations.test_derivations(
        load_derivations(case.name), verdicts.claims_table(claims)
    )
    whole = all(area.id in reports for area in case.areas)
    rows = [_row(claim, reports, whole, failed) for claim in claims]
    _require_reasons(rows)
    return Ledger(tuple(_with_derived(rows, derived)), derived)


def _row(
    claim: Claim, reports: Mapping[str, Report], whole: bool, failed: Collection[str]
) -> dict[str, Any]:
    told = [
        (name, finding)
        for name, report in reports.items()
        for finding in report["findings"]
        if finding["claim_id"] == claim.id
    ]
    tested = [one for one in told if one[1]["verdict"] != UNTESTED]
    found = (tested or told or [("", _without_finding(claim, reports, whole, failed))])[0][1]
    given = claim.model_dump(include={*COLUMNS, "value"})
    return {
        "claim_id": claim.id,
        **{name: given[name] for name in COLUMNS if name in given},
        "printed": claim.value,
        **{name: found.get(name) for name in _FOUND},
        "reports": tuple(dict.fromkeys(name for name, _ in told)),
        "links": _links(claim, [name for name, _ in tested or told], reports),
    }


def _without_finding(
    claim: Claim, reports: Mapping[str, Report], whole: bool, failed: Collection[str]
) -> dict[str, Any]:
    if claim.untestable:
        reason = claim.untestable[0].upper() + claim.untestable[1:].rstrip(".") + "."
        return {"verdict": UNTESTED, "reason": reason}
    if claim.area in failed:
        return {"verdict": PENDING, "reason": "The report of this area could not be made."}
    report = reports.get(claim.area)
    if report is None and not whole:
        return {"verdict": PENDING, "reason": "The report of this area has not been built."}
    gaps = "; ".join(report["gaps"]) if report and not report["findings"] else ""
    if gaps:
        return {"verdict": UNTESTED, "reason": f"The report had no data for it: {gaps}"}
    # A claim may be tested in the report of another area.
    told = "No report that could be made tests it." if failed else None
    return {"verdict": PENDING, "reason": told}


def _require_reasons(rows: Sequence[Mapping[str, Any]]) -> None:
    bare = [row for row in rows if not row["reason"]]
    if not bare:
        return
    names = ", ".join(row["claim_id"] for row in bare)
    areas = ", ".join(dict.fromkeys(row["area"] for row in bare))
    raise BuildError(
        where=f"ledger, areas {areas}",
        found=f"no test and no reason for {len(bare)} claims: {names}",
        wanted="each claim among the findings of its area's report, or marked untestable",
        remedy="pass all claims of the area to test_claims, or say what data they need",
    )


def _links(claim: Claim, names: Sequence[str], reports: Mapping[str, Report]) -> list[Any]:
    """Return where a claim was tested: address and text of the finding, its figure, its sources."""
    links = []
    for name in dict.fromkeys(names):
        page = f"{name}.html"
        links.append((f"{page}#claim-{claim.id}", f"finding in {area_name(name)}"))
        drawn = [
            figure
            for figure in reports[name]["figures"]
            if claim.figure is not None and str(figure["number"]) == str(claim.figure)
        ]
        links += [(f"{page}#{figure['id']}", f"figure {claim.figure}") for figure in drawn[:1]]
        cited = drawn[0]["evidence"] if drawn else []
        links += [(f"{page}#{anchor(one)}", "source") for one in cited] or [
            (f"{page}#sources", "sources")
        ]
    return links


def _with_derived(rows: Sequence[dict[str, Any]], derived: Any) -> list[dict[str, Any]]:
    """Return rows with the derivations that use or dispute each claim, and what these dispute."""
    import pandas as pd

    from caseanalysis.methods import derivations

    used: dict[str, list[str]] = {}
    for name, claims, disputes in derived[["derivation_id", "claims", "disputes"]].itertuples(
        index=False
    ):
        for claim in dict.fromkeys([*claims.split(", "), *disputes.split(", ")]):
            used.setdefault(claim, []).append(name)
    # Findings in the reports have this already; here it is for claims that no report has.
    without = [row for row in rows if not row["reports"]]
    names = ["claim_id", "printed", "unit", *_FOUND]
    table = pd.DataFrame(without, columns=names, dtype=object)
    told = {one["claim_id"]: one for one in derivations.apply(table, derived).to_dict("records")}
    return [
        {
            **row,
            **{name: _plain(told.get(row["claim_id"], row)[name]) for name in _FOUND},
            "derivations": tuple(used.get(row["claim_id"], ())),
        }
        for row in rows
    ]


def _plain(value: Any) -> Any:
    return None if is_missing(value) else value


def write_csv(path: Path, case: Case, ledger: Ledger) -> None:
    """Write the ledger as a spreadsheet, one row a claim."""
    # With a byte order mark, since spreadsheets otherwise misread pound signs.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("case", *COLUMNS))
        for row in ledger.rows:
            writer.writerow((case.name, *(csv_cell(row[name]) for name in COLUMNS)))


def csv_cell(value: Any) -> Any:
    """Return a value for a cell; text that a spreadsheet takes for a formula gets an apostrophe."""
    told = "; ".join(map(str, value)) if isinstance(value, tuple) else value
    acts = isinstance(told, str) and told.startswith(FORMULA_STARTS)
    return f"'{told}" if acts else told


def ledger_page(case: Case, ledger: Ledger, version: str) -> str:
    """Return the ledger as a page that filters by area and verdict without a script."""
    from caseanalysis.notebook.derived import derivations_html

    areas = ledger.by_area()
    return render(
        "ledger.html.j2",
        more_css=sheet("ledger") + _filters_css(areas),
        case=case,
        version=version,
        rows=ledger.rows,
        areas={area: (area_title(case, area), counts) for area, counts in areas.items()},
        counts=ledger.counts,
        derived=derivations_html(ledger.derived, identifier="derivations"),
        derived_counts=dict(Counter(ledger.derived["verdict"])),
    )


def area_name(area: str) -> str:
    """Return the id of an area as it is written: A1, but context."""
    return area.upper() if area[-1].isdigit() else area.replace("-", " ")


def report_name(area: str, title: str) -> str:
    """Return the title of a report, with the id of its area where that is a code: A1, Ageing."""
    name = area_name(area)
    return f"{name}, {title}" if name.isupper() else title


def area_title(case: Case, area: str) -> str:
    """Return the short title of an area; of claims before the areas, that they are the context."""
    titles = {one.id: one.short_title for one in case.areas}
    return titles.get(area, area.replace("-", " ").capitalize())


def _filters_css(areas: Mapping[str, Mapping[str, int]]) -> str:
    """Return the rules that hide rows: by the buttons chosen, or by the address of the page."""
    free = ".ledger:has(#area-all:checked):has(#verdict-all:checked)"
    rules = []
    kinds = [("area", "a", name) for name in areas]
    kinds += [("verdict", "v", slug(name)) for name in ORDER]
    for kind, letter, name in kinds:
        hidden = f".claims tr:not(.{letter}-{name})"
        rules.append(
            f".ledger:has(#{kind}-{name}:checked) {hidden},"
            f"{free}:has(.only-{letter}-{name}:target) {hidden}{{display:none}}"
        )
    empty = ",".join(
        f".ledger:has(#area-{area}:checked):has(#verdict-{slug(verdict)}:checked) .nothing"
        for area, counts in areas.items()
        for verdict in ORDER
        if verdict not in counts
    )
    rules.append(f"{free}:has(.only:target) .chosen{{display:block}}")
    return "\n".join([*rules, f"{empty}{{display:block}}" if empty else ""])


def bar(counts: Mapping[str, int], *, of: int, width: int = 100) -> str:
    """Return a stacked bar of counts as decoration; the numbers stand beside it as text."""
    parts, start = [], 0.0
    for verdict, count in counts.items():
        size = width * count / of
        parts.append(
            f'<rect class="bar-{escape(slug(verdict))}" x="{start:.2f}" width="{size:.2f}" '
            'height="10"/>'
        )
        start += size
    return (
        f'<svg class="bar" viewBox="0 0 {width} 10" preserveAspectRatio="none" '
        f'aria-hidden="true" focusable="false">{"".join(parts)}</svg>'
    )
