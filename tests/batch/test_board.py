"""The board summary and the evidence gaps, from hand-made facts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from throwaway import Project

from caseanalysis.batch.board import board_page, refuted, supported
from caseanalysis.batch.gaps import evidence_gaps, listed, no_statistic, settled_by
from caseanalysis.batch.ledger import make_ledger
from caseanalysis.case import load_case, load_claims

CLAIMS = """\
id,section,area,figure,place,quotation,statement,measure,entity,group,period,operator,value,unit,\
step,comparator,printed_source,untestable,note
a1-001,1,a1,,p,,Beds <b>grow</b> by 17%.,beds,group,all,2023,equal,17,percent,1,,,,
a1-002,1,a1,,p,,Beds grow by 17% again.,beds,group,all,2023,equal,17,percent,1,,,,
a1-003,1,a1,,p,,There are 40 wards.,,group,all,2023,equal,40,count,1,,,"a count, not a statistic",
a1-004,1,a1,,p,,Stays save £8m.,,group,all,2023,equal,8000000,pounds,1,,,needs stays from the Vault,
a1-005,1,a1,,p,,Wards save £2m.,,group,all,2023,equal,2000000,pounds,1,,,needs wages,
a1-006,1,a1,,p,,Staff fell by 10.,staff,group,all,2023,equal,10,count,1,,Census; Own analysis,,
a2-001,1,a2,,p,,Waits are above 5 days.,waits,group,all,2023,above,5,days,1,,,,
a2-002,1,a2,,p,,There were 100 visits.,visits,group,all,2023,equal,100,count,1,,,,
a2-003,1,a2,,p,,Visits cost £4m.,cost,group,all,2023,equal,4000000,pounds,1,,,,
a2-004,1,a2,,p,,Fourth by size.,rank,group,all,2023,equal,4,rank,1,,,,
a2-005,1,a2,,p,,There were 50 calls.,calls,group,all,2023,equal,50,count,1,,,,
a2-006,1,a2,,p,,Ages stand elsewhere.,,group,all,2023,equal,1,count,1,,,\
"needs ages from the Vault, which is not public",
"""
MEASURES = "id,title,unit,numerator,denominator,better\nstaff,Staff in post,count,staff,,neither\n"
PRIORITIES = """\
priorities:
  - id: kindness
    kind: aim
    statement: Be kind.
    place: page 2
    missing: [{what: Kindness of each ward, source: The Vault.}]
"""
JUDGED = "{low: 0, central: 0.5, high: 1, reason: Judgement.}"
SCORED = "{score: 3, evidence: None.}"
OPPORTUNITY = f"""\
  - id: %s
    title: %s
    area: %s
    claims: [%s]
    method: Beds times cost
    inputs_printed: Beds
    inputs_missing: The cost of a bed
    recurring: true
    kind: capacity
    gains: The trust
    start_year: 0
    ramp_years: 1
    timing_reason: Judgement.
    group_share: {JUDGED}
    cash_share: {JUDGED}
    scores: {{impact: {SCORED}, urgency: {SCORED}, quick_results: {SCORED}, economy: {SCORED}}}
    effort: 1
"""
OPPORTUNITIES = "opportunities:\n" + "".join(
    OPPORTUNITY % one
    for one in (("few", "Fewer visits", "a2", "a2-003"), ("stays", "Stays", "a1", "a1-004"))
)


@pytest.fixture(autouse=True)
def written(project: Project) -> None:
    """The records of a case of two areas."""
    data = project.root / "data"
    (data / "registers" / "measures.csv").write_text(MEASURES, encoding="utf-8")
    folder = data / "cases" / "three-towns"
    (folder / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    (folder / "opportunities.yaml").write_text(OPPORTUNITIES, encoding="utf-8")
    (folder / "priorities.yaml").write_text(PRIORITIES, encoding="utf-8")


def finding(claim: str, verdict: str, recomputed: float | None, **more: float) -> dict[str, Any]:
    found = {"claim_id": claim, "verdict": verdict, "reason": "As found.", **more}
    return found | {"recomputed": recomputed}


def report(*findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    headline = {"question": "Enough?", "answer": "Not quite."}
    empty = {"figures": [], "gaps": [], "evidence": [], "panels": [], "headline": headline}
    return {"title": "A report", "findings": list(findings), **empty, **more}


PANELS = [
    {"what": "the figure “Pay”", "needs": "wages", "where": "add the file"},
    {"what": "the table “Stays”", "needs": "stays by age from the Vault", "where": "ask for it"},
]
A1 = report(
    finding("a1-001", "reproduced", 17.2),
    finding("a1-002", "reproduced", 17.2),
    finding("a1-006", "not testable", None),
    panels=PANELS,
)
A2 = report(
    finding("a2-001", "differs", 4.0),
    finding("a2-002", "differs", 150.0, lower=140.0, upper=160.0),
    finding("a2-003", "differs", 3_000_000.0),
    finding("a2-004", "differs", 1.0),
    finding("a2-005", "differs", 60.0),
)
BOTH = {"a1": A1, "a2": A2}


def page(records: dict[str, Any], **more: Any) -> str:
    case = load_case("three-towns")
    return board_page(case, records, make_ledger(case, records), "1.0", **more)


def text_of(html: str) -> str:
    main = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def gaps_of(records: dict[str, Any]) -> list[Any]:
    case = load_case("three-towns")
    return evidence_gaps(case, records, make_ledger(case, records))


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("needs stays by age from the Vault, which is not public",
         ("the Vault", "stays by age", False)),
        ("needs a plan, which is not published", ("a plan", "", False)),
        ("needs spells by site; given by trust only", ("spells by site", "", True)),
        ("rests on an unpublished cost of hiring", ("cost of hiring", "", False)),
        ("an event, not a measurement; the minutes would settle it", ("the minutes", "", True)),
        ("given by region, not by trust", ("given by region, not by trust", "", True)),
        ("a guideline, not a measurement", None),
    ],
)  # fmt: skip
def test_reason_names_the_data_that_would_settle_a_claim(
    reason: str, data: tuple[str, str, bool] | None
) -> None:
    assert settled_by(reason) == data


def test_gaps_are_grouped_by_data_and_those_with_most_printed_pounds_come_first() -> None:
    found = gaps_of(BOTH)
    # £8m rests on the Vault; wages would open a claim and a figure, the census one claim.
    assert [gap.data for gap in found] == [
        "The Vault", "Wages", "“Census”, which the case cites",
    ]  # fmt: skip
    vault, wages, census = found
    assert vault.amount == 8_000_000
    assert (vault.count("claim"), vault.count("aim"), vault.areas) == (
        2,
        1,
        ("a1", "a2", "priorities"),
    )
    assert vault.whats == ("stays", "ages", "the table “Stays”", "kindness of each ward")
    assert vault.count("figure or table") == 1
    assert (vault.public, wages.public) == (False, True)
    assert (wages.count("claim"), wages.count("figure or table")) == (1, 1)
    assert census.whats == ("staff in post (2023)",)
    assert no_statistic(load_case("three-towns")) == 1


def test_facts_of_an_earlier_build_without_panels_are_taken() -> None:
    before = {name: value for name, value in A1.items() if name != "panels"}
    assert all(not gap.count("figure or table") for gap in gaps_of({"a1": before}))


def test_list_says_how_many_it_leaves_out() -> None:
    assert listed(["a", "b", "c"], most=2) == "a; b; and 1 more"
    assert listed(["a"], most=2) == "a"


def test_one_claim_that_holds_stands_for_each_area() -> None:
    case = load_case("three-towns")
    claims = {claim.id: claim for claim in load_claims(case.name)}
    found = supported(make_ledger(case, BOTH), claims, {"a2-003"})
    assert [row["claim_id"] for row in found] == ["a1-001"]
    holding = [finding("a2-003", "reproduced", 4e6), finding("a2-005", "reproduced", 50.0)]
    saving = {**BOTH, "a2": report(*A2["findings"][:2], *A2["findings"][3:4], *holding)}
    found = supported(make_ledger(case, saving), claims, {"a2-003"})
    assert [row["claim_id"] for row in found] == ["a1-001", "a2-003"]


def test_claims_that_fail_are_ordered_pounds_first_and_then_by_relative_gap() -> None:
    case = load_case("three-towns")
    claims = {claim.id: claim for claim in load_claims(case.name)}
    # £1m; 50 of 100; 10 of 50. The comparison and the rank have no such gap.
    found = [row["claim_id"] for row in refuted(make_ledger(case, BOTH), claims)]
    assert found == ["a2-003", "a2-002", "a2-005"]


def test_page_tells_what_holds_what_does_not_and_what_is_not_known() -> None:
    html = page(BOTH, unchecked=12)
    text = text_of(html)
    assert "7 of 12 statements of the case could be set beside" in text
    assert "2 hold, 5 do not" in text
    assert "5 cannot be tested with the data held, 1 of them because they are no" in text
    assert "Beds &lt;b&gt;grow&lt;/b&gt; by 17%." in html
    assert "150 140 to 160 ✗ differs" in text
    assert (
        "Of £12.0 million a year that the case prints as savings and income, £4.0 million rest on "
        "claims that official figures do not bear out and £8.0 million rest on claims that nothing "
        "held can test." in text
    )
    assert "12 records behind it have been checked by no second person" in text
    assert "Not the whole case" not in text
    assert "<script" not in html


def test_part_of_a_build_says_which_reports_are_missing() -> None:
    text = text_of(page({"a1": A1}))
    assert "No report of A2 stands behind this page, so that 5 of 12 claims are not yet" in text
    assert "£4.0 million rest on claims whose report has not been built" in text


def test_report_that_failed_is_named() -> None:
    assert "The last run of A2 failed" in text_of(page(BOTH, failures=["a2"]))


def test_case_without_claims_says_so_and_gives_the_answers(project: Project) -> None:
    for name in ("claims.csv", "opportunities.yaml", "priorities.yaml"):
        (project.root / "data" / "cases" / "three-towns" / name).unlink()
    bare = {area: report() for area in BOTH}
    text = text_of(page(bare))
    assert "No claims are recorded for this case" in text
    assert "Enough? Not quite." in text
    assert "No savings or income in pounds are recorded" in text
    assert "Nothing is known to be missing." in text
