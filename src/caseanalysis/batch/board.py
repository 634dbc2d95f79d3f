"""The board summary: two sides of what holds, what does not, and what must be found out first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from caseanalysis.batch.discover import find_notebooks
from caseanalysis.batch.gaps import Gap, evidence_gaps, listed, no_statistic
from caseanalysis.batch.ledger import Ledger, area_name, area_title, bar
from caseanalysis.batch.shell import TEMPLATES, render
from caseanalysis.case import Case, Claim, load_claims
from caseanalysis.formatting import format_value
from caseanalysis.notebook.findings import amount
from caseanalysis.notebook.signs import CONTRADICTION, PENDING, SIGNS, UNTESTED
from caseanalysis.opportunities import Opportunity, load_opportunities

#: What a report says, by the field names of its facts.
Record = Mapping[str, Any]
Row = Mapping[str, Any]

#: How much of each the two sides hold.
ANSWERS, IN_POUNDS, IN_OTHER_UNITS, OPPORTUNITIES, GAPS = 8, 3, 5, 10, 12
_MOST_OF_AN_AREA = 3
_HOLDS = ("reproduced", "within range")
_FAILS = ("differs", CONTRADICTION)
_MILLION = 1e6
#: What a verdict says of the pounds that rest on a claim.
_IN_WORDS = {
    "reproduced": "that official figures reproduce",
    "within range": "within the range of official figures",
    "differs": "that official figures do not bear out",
    CONTRADICTION: "that clash with other numbers of the case",
    UNTESTED: "that nothing held can test",
    PENDING: "whose report has not been built",
}
#: Units in which a difference is no share of the printed number.
_ORDINAL = ("rank", "year", "points")


def board_page(
    case: Case,
    records: Mapping[str, Record],
    ledger: Ledger,
    version: str,
    *,
    failures: Collection[str] = (),
    unchecked: int = 0,
) -> str:
    """Return the board summary as a page that prints on two sides of A4.

    Every number is one of a finding, a headline or a record.

    Parameters
    ----------
    case : Case
        The case.
    records : Mapping of str to Mapping
        Facts of each report by area, in the order of the reports.
    ledger : Ledger
        The ledger of the same reports.
    version : str
        Version of the module.
    failures : collection of str
        Areas whose last run failed, so that an earlier report of them stands in, or none.
    unchecked : int
        How many published records no second person has checked.
    """
    claims = {claim.id: claim for claim in load_claims(case.name)}
    opportunities = load_opportunities(case.name)
    used = {claim for one in opportunities for claim in one.claims}
    gaps = evidence_gaps(case, records, ledger)
    return render(
        "board.html.j2",
        more_css=(TEMPLATES / "board.css").read_text(encoding="utf-8"),
        case=case,
        version=version,
        counts=ledger.counts,
        total=len(ledger.rows),
        bar=bar(ledger.counts, of=max(len(ledger.rows), 1)),
        pending=ledger.counts.get(PENDING, 0),
        unbuilt=_unbuilt(case, records),
        failures=[area_name(area) for area in failures],
        answers=_answers(case, records, claims),
        supported=[_shown(row, used, claims) for row in supported(ledger, claims, used)],
        refuted=[_shown(row, used, claims) for row in refuted(ledger, claims)],
        money=_money(opportunities, ledger),
        gaps=[_gap(gap, case) for gap in gaps],
        most=GAPS,
        no_statistic=no_statistic(case),
        bases=sorted({one["basis"] for record in records.values() for one in record["evidence"]}),
        unchecked=unchecked,
    )


def supported(ledger: Ledger, claims: Mapping[str, Claim], used: Collection[str]) -> list[Row]:
    """Return of each area the claim that holds on which most else of the case rests.

    That is one ``used`` by an opportunity in pounds, else one that the most derivations use, else
    the first. A quantity that two areas print is taken once.
    """
    taken: set[tuple[Any, ...]] = set()
    found: list[Row] = []
    for area in dict.fromkeys(row["area"] for row in ledger.rows):
        holding = [r for r in ledger.rows if r["area"] == area and r["verdict"] in _HOLDS]
        new = [row for row in holding if _quantity(claims[row["claim_id"]]) not in taken]
        if new:
            best = min(new, key=lambda r: (r["claim_id"] not in used, -len(r["derivations"])))
            taken.add(_quantity(claims[best["claim_id"]]))
            found.append(best)
    return found


def refuted(ledger: Ledger, claims: Mapping[str, Claim]) -> list[Row]:
    """Return the claims that do not hold and matter most.

    Those in pounds with the largest gap between printed and recomputed, then those in other units
    with the largest gap as a share of the printed number. Comparisons, ranks, dates and scores have
    no such gap. A quantity is taken once, and no more than three claims of an area.
    """
    failing = [
        row
        for row in ledger.rows
        if row["verdict"] in _FAILS
        and row["printed"]
        and row["recomputed"] is not None
        and row["unit"] not in _ORDINAL
        and claims[row["claim_id"]].operator == "equal"
    ]
    ordered = sorted(failing, key=_gap_of, reverse=True)
    pounds = [row for row in ordered if row["unit"] == "pounds"]
    others = [row for row in ordered if row["unit"] != "pounds"]
    first: list[Row] = _spread(pounds, claims, most=IN_POUNDS)
    return [*first, *_spread(others, claims, most=IN_OTHER_UNITS, beside=first)]


def _gap_of(row: Row) -> float:
    gap = abs(row["recomputed"] - row["printed"])
    return float(gap if row["unit"] == "pounds" else gap / abs(row["printed"]))


def _spread(
    rows: Iterable[Row], claims: Mapping[str, Claim], *, most: int, beside: Sequence[Row] = ()
) -> list[Row]:
    """Return the first rows, each quantity once, and few of an area."""
    found: list[Row] = []
    for row in rows:
        known = [*beside, *found]
        said = {_quantity(claims[one["claim_id"]]) for one in known}
        of_area = sum(one["area"] == row["area"] for one in known)
        if _quantity(claims[row["claim_id"]]) not in said and of_area < _MOST_OF_AN_AREA:
            found.append(row)
    return found[:most]


def _quantity(claim: Claim) -> tuple[Any, ...]:
    if claim.measure is None:
        return (claim.id,)
    return (claim.measure, claim.entity, claim.group, claim.period)


def _shown(row: Row, used: Collection[str], claims: Mapping[str, Claim]) -> dict[str, Any]:
    operator = claims[row["claim_id"]].operator
    printed = _amount(row, row["printed"]) if row["printed"] is not None else "a comparison"
    return {
        **row,
        "printed_text": printed if operator == "equal" else f"{operator} {printed}",
        "recomputed_text": _amount(row, row["recomputed"], more=1),
        "range_text": _range(row),
        "rests": row["claim_id"] in used,
    }


def _range(row: Row) -> str:
    ends = [row["lower"], row["upper"]]
    if None in ends:
        return ""
    texts = dict.fromkeys(_amount(row, end, more=1) for end in ends)
    return " to ".join(texts) if len(texts) > 1 else ""


def _amount(row: Row, value: float | None, *, more: int = 0) -> str:
    """Return a number of a claim in little room: millions of pounds in short, ranks as such."""
    unit = row["unit"]
    if unit == "pounds" and value is not None and abs(value) >= _MILLION:
        return _pounds(value)
    prefix = "rank " if unit == "rank" and value is not None else ""
    return prefix + amount(value, unit, step=row["step"], more=more)


def _answers(case: Case, records: Mapping[str, Record], claims: Collection[str]) -> dict[str, Any]:
    """Return the answers of the reports across the case; of all reports where it has no claims."""
    areas = {area.id for area in case.areas}
    told = [
        {"area": area, "title": record["title"], **record["headline"]}
        for area, record in records.items()
        if record["headline"] and (area not in areas or not claims)
    ]
    most = ANSWERS if claims else 2 * ANSWERS
    return {"told": told[:most], "more": len(told[most:])}


def _unbuilt(case: Case, records: Mapping[str, Record]) -> list[str]:
    wanted = [*(area.id for area in case.areas), *(one.area for one in find_notebooks())]
    return [area_name(area) for area in dict.fromkeys(wanted) if area not in records]


def _money(opportunities: Sequence[Opportunity], ledger: Ledger) -> dict[str, Any]:
    """Return the opportunities in pounds, largest first, and the pounds by verdict."""
    by_id = {row["claim_id"]: row for row in ledger.rows}
    rows = [_opportunity(one, [by_id[claim] for claim in one.claims]) for one in opportunities
            if by_id]  # fmt: skip
    rows.sort(key=lambda row: -row["printed"])
    claims = [by_id[claim] for one in opportunities for claim in one.claims] if by_id else []
    sums = {
        verdict: sum(row["printed"] or 0 for row in claims if row["verdict"] == verdict)
        for verdict in (*SIGNS, PENDING)
    }
    return {
        "rows": rows[:OPPORTUNITIES],
        "more": len(rows[OPPORTUNITIES:]),
        "total": _pounds(sum(sums.values())),
        "sums": [(_IN_WORDS[v], _pounds(amount)) for v, amount in sums.items() if amount],
    }


def _opportunity(one: Opportunity, rows: Sequence[Row]) -> dict[str, Any]:
    found = [row["recomputed"] for row in rows]
    whole = all(value is not None for value in found)
    printed = sum(row["printed"] or 0 for row in rows)
    return {
        "title": one.title,
        "area": area_name(one.area),
        "claims": [row["claim_id"] for row in rows],
        "printed": printed,
        "printed_text": _pounds(printed),
        "recomputed_text": _pounds(sum(found)) if whole else "–",
        "verdicts": list(dict.fromkeys(row["verdict"] for row in rows)),
        "missing": one.inputs_missing,
    }


def _pounds(value: float) -> str:
    return format_value(value, "million pounds 1")


def _gap(gap: Gap, case: Case) -> dict[str, Any]:
    areas = {area.id for area in case.areas}
    names = [area_name(one) if one in areas else area_title(case, one) for one in gap.areas]
    return {
        "data": gap.data,
        "whats": listed(gap.whats, most=3),
        "public": gap.public,
        "claims": gap.count("claim"),
        "shown": gap.count("figure or table"),
        "aims": gap.count("aim"),
        "areas": ", ".join(names),
        "amount": _pounds(gap.amount) if gap.amount else "–",
    }
