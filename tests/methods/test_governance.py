"""Forms of working together, and how far a case answers what is asked of one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from caseanalysis.governance import GovernanceCase, GovernanceRegister
from caseanalysis.groups import GroupEvent, PublishedStudy
from caseanalysis.methods import governance, governance_checks, governance_forms
from caseanalysis.opportunities import Opportunity, Risk

PARTS = [{"id": "what", "asks": "what"}, {"id": "why", "asks": "why"}]
REGISTER = GovernanceRegister.model_validate(
    {
        "references": [{"id": "book", "short": "Book", "citation": "A book."}],
        "features": [
            {"id": "plans", "title": "Plans", "way_back": "each trust alone", "reference": "book"},
            {"id": "staff", "title": "Staff", "way_back": "staff move back", "reference": "book"},
            {"id": "body", "title": "Body", "way_back": "national bodies act", "reference": "book"},
        ],
        "forms": [
            {"id": "merger", "title": "Merger", "model": "one body", "what": "w",
             "always": ["plans", "body"], "may": ["staff"], "reference": "book"},
            {"id": "pact", "title": "Pact", "model": "goodwill", "what": "w",
             "always": ["plans"], "may": ["staff"], "reference": "book"},
        ],
        "kinds": [
            {"id": "reason", "title": "Reasons", "over": "questions", "parts": PARTS,
             "verdicts": ["made", "half made", "put off", "not given"]},
            {"id": "test", "title": "Tests", "over": "areas",
             "verdicts": ["shown", "half shown", "put off", "not shown"]},
        ],
        "questions": [
            {"id": name, "kind": "reason", "title": name.title(), "question": "q",
             "reference": "book"}
            for name in ("scale", "talent", "haste", "chance")
        ]
        + [
            {"id": "safe", "kind": "test", "title": "Safe", "question": "q", "reference": "book",
             "bearing": ["risks-owned"],
             "parts": [*PARTS, {"id": "owned", "asks": "owners", "check": "risks-owned"}]}
        ],
        "traits": [{"id": "near", "title": "t"}, {"id": "cheap", "title": "t"}],
    }
)  # fmt: skip


def answer(question: str, part: str, **others: str) -> dict[str, str]:
    return {"question": question, "part": part, "what": "Yes", "place": "Page 1"} | others


def shared(feature: str, stage: str) -> dict[str, str]:
    return {"feature": feature, "stage": stage, "what": "w", "place": "p"}


def case(**given: Any) -> GovernanceCase:
    return GovernanceCase.model_validate({"read": "all"} | given)


CASE = case(
    shared=[shared("plans", "today"), shared("staff", "left open")],
    changes=[
        {"area": "a1", "change": "proposed", "what": "w", "place": "p"},
        {"area": "a2", "change": "none", "what": "w", "place": "p"},
    ],
    answers=[
        answer("scale", "what"), answer("scale", "why"),
        answer("talent", "what"), answer("talent", "why", state="put off"),
        answer("haste", "why", state="put off"),
        answer("safe", "what", about="a1"), answer("safe", "why", about="a1"),
    ],
    principles=[
        {"id": "both", "title": "Both", "place": "p", "parts": [["near"], ["cheap"]]},
        {"id": "either", "title": "Either", "place": "p", "parts": [["near", "cheap"]]},
    ],
    interventions=[
        {"id": "hub", "area": "a1", "title": "Hub", "traits": ["cheap"]},
        {"id": "clinic", "area": "a1", "title": "Clinic", "traits": ["cheap", "near"]},
        {"id": "form", "area": "a2", "title": "Form"},
    ],
)  # fmt: skip
AREAS = {"a1": "First", "a2": "Second"}


def risk(**given: Any) -> Risk:
    return Risk.model_validate(
        {"id": "r", "title": "t", "kind": "k", "statement": "s", "mitigation": None, "place": "p"}
        | given
    )


def asked(*risks: Risk, stated: GovernanceCase | None = CASE) -> pd.DataFrame:
    checks = governance_checks.of_risks(risks)
    return governance.parts(REGISTER, stated, areas=list(AREAS.items()), checks=checks)


def test_depth_counts_what_is_shared_and_the_way_back_is_the_hardest_of_it() -> None:
    found = governance_forms.forms(REGISTER, CASE).set_index("id")
    columns = ["least", "most", "easiest", "hardest"]
    assert found.loc["pact", columns].tolist() == [1, 2, "each trust alone", "staff move back"]
    assert found.loc["merger", columns].tolist() == [2, 3, *["national bodies act"] * 2]
    assert list(found.index) == ["pact", "merger"]


def test_a_case_stands_among_the_forms_from_what_is_sure_to_what_is_open() -> None:
    found = governance_forms.position(REGISTER, CASE).set_index("id")
    assert found.loc["today", ["least", "most"]].tolist() == [1, 1]
    assert found.loc["proposed", ["least", "most", "hardest"]].tolist() == [1, 2, "staff move back"]


@pytest.mark.parametrize(
    ("stages", "fits"),
    [
        ([("staff", "proposed")], {"pact", "merger"}),
        ([("body", "left open")], {"merger"}),
        ([("body", "ruled out")], {"pact"}),
        ([("body", "today")], {"pact", "merger"}),
    ],
)
def test_forms_fit_by_what_is_proposed_left_open_or_ruled_out(
    stages: list[tuple[str, str]], fits: set[str]
) -> None:
    stated = case(shared=[shared(*one) for one in stages])
    found = governance_forms.forms(REGISTER, stated)
    assert set(found.loc[found["fits"].eq("yes"), "id"]) == fits
    assert governance_forms.fitting(found)["number"] == len(fits)


def test_verdicts_follow_from_the_parts_that_are_said_or_put_off() -> None:
    found = governance.verdicts(REGISTER, asked(), kind="reason").set_index("question")
    assert found["verdict"].to_dict() == {
        "scale": "made", "talent": "half made", "haste": "put off", "chance": "not given"
    }  # fmt: skip
    assert found.loc["scale", "says"] == "Yes (page 1); Yes (page 1)"
    assert found.loc["haste", ["says", "lacks"]].tolist() == ["Put off: Yes (page 1)", "what"]
    assert found.loc["chance", ["says", "lacks"]].tolist() == ["Nothing", "all of it"]
    counted = governance.counted(found, register=REGISTER, kind="reason")
    assert counted == {"all": 4, "whole": 1, "part": 1, "put_off": 1, "none": 1}


def test_a_check_of_other_records_decides_a_part() -> None:
    without = governance.verdicts(REGISTER, asked(risk()), kind="test").iloc[0]
    assert (without["verdict"], without["lacks"]) == (
        "half shown", "owners (Risks with an owner: 0 of 1)"
    )  # fmt: skip
    owned = governance.verdicts(REGISTER, asked(risk(owner="The chair")), kind="test").iloc[0]
    assert owned["verdict"] == "shown"
    unknown = governance.verdicts(REGISTER, asked(), kind="test").iloc[0]
    assert unknown["lacks"] == "owners (no records to tell it by)"


def test_a_risk_is_sized_with_a_likelihood_of_nothing_too() -> None:
    sized = risk(likelihood=0.0, impact=0.5, effect="benefit")
    found = governance_checks.of_risks([sized, risk(likelihood=0.5)]).set_index("check")
    assert found.loc["risks-sized", ["number", "of"]].tolist() == [1, 2]


def test_tests_are_asked_only_of_areas_that_change_a_service() -> None:
    tests = governance.verdicts(REGISTER, asked(), kind="test")
    dots = governance.as_dots(tests, over=governance.changes(CASE, areas=AREAS))
    assert dots[["row", "state"]].to_numpy().tolist() == [
        ["First", "part"], ["Second", governance.NOT_ASKED]
    ]  # fmt: skip


def test_parts_stand_in_a_row_each_for_itself() -> None:
    found = governance.parts_as_dots(asked(), kinds={"reason": "Reason"})
    haste = found[found["row"].eq("Haste")]
    assert haste[["column", "state"]].to_numpy().tolist() == [[1, "none"], [2, "put off"]]


def test_answers_are_told_with_the_words_of_the_document_in_quotation_marks() -> None:
    stated = case(answers=[answer("scale", "what", quotation="of scale"), answer("scale", "why")])
    found = governance.told(asked(stated=stated))
    marks = "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
    assert found["words"].tolist() == [f"Yes. {'of scale'.join(marks)}", "Yes."]
    assert found["of"].tolist() == ["the case", "the case"]


def test_principles_are_served_by_every_part_or_by_any_trait_of_a_part() -> None:
    served = governance.served(CASE, areas=AREAS)
    found = governance.by_principle(served).set_index("principle")
    assert found.loc["both", ["whole", "part", "none"]].tolist() == [1, 1, 1]
    assert found.loc["either", ["whole", "part", "none"]].tolist() == [2, 0, 1]
    assert found.loc["either", "examples"] == "Hub; Clinic"
    told = governance.interventions(REGISTER, CASE, areas=AREAS)
    assert told["traits"].tolist() == ["t", "t; t", "none of them"]
    dots = governance.principles_as_dots(served).set_index(["row", "column"])["state"]
    assert dots.to_dict() == {
        ("Both", "First"): "whole", ("Both", "Second"): "none",
        ("Either", "First"): "whole", ("Either", "Second"): "none",
    }  # fmt: skip


def test_other_records_stand_beside_the_questions_they_bear_on() -> None:
    checks = governance_checks.of_risks([risk(owner="The chair")])
    found = governance.verdicts(REGISTER, asked(), kind="test")
    with_them = governance.with_bearing(found, register=REGISTER, checks=checks)
    assert with_them["bearing"].tolist() == ["Risks with an owner: 1 of 1."]
    none = governance.with_bearing(found, register=REGISTER, checks=checks.iloc[:0])
    assert none["bearing"].tolist() == ["nothing on record"]
    on = governance.bears_on(REGISTER, checks).set_index("check")["on"]
    assert on.to_dict() == {
        "risks-sized": "nothing", "risks-owned": "Safe", "risks-triggered": "nothing"
    }  # fmt: skip


def test_a_case_without_records_leaves_only_what_is_general() -> None:
    found = asked(stated=None)
    assert found.empty
    assert governance.verdicts(REGISTER, found, kind="reason").empty
    assert governance_forms.sharing(REGISTER, None).empty
    assert governance.changes(None, areas=AREAS).empty
    served = governance.served(None, areas=AREAS)
    assert governance.by_principle(served).empty
    assert governance.principles_as_dots(served).empty
    assert governance.interventions(REGISTER, None, areas=AREAS).empty
    assert governance.as_dots(found, over=governance.changes(None, areas=AREAS)).empty
    assert set(governance_forms.fitting(governance_forms.forms(REGISTER)).values()) == {None}
    assert set(governance.counted(found, register=REGISTER, kind="reason").values()) == {None}
    asked_of_all = governance.questions(REGISTER)["parts"].tolist()
    assert asked_of_all == ["what; why", "as above", "as above", "as above", "what; why; owners"]
    assert governance.references(REGISTER)["citation"].tolist() == ["A book."]
    assert governance_forms.features(REGISTER)["title"].tolist() == ["Plans", "Staff", "Body"]


def event(code: str, name: str, date: str, event: str, **given: str) -> GroupEvent:
    return GroupEvent.model_validate(
        {"org_code": code, "org_name": name, "group": "G", "event": event, "date": date,
         "date_precision": "month", "date_basis": "stated", "form": "separate trusts",
         "kind": "acute", "role": "member", "became": None, "end_date": None,
         "confidence": "high", "source": "s", "source_date": None, "note": None} | given
    )  # fmt: skip


def test_events_of_the_trusts_are_told_once_for_all_who_share_them() -> None:
    events = [
        event("RAB", "Second", "2031-05", "shared chair"),
        event("RAA", "First", "2031-05", "shared chair"),
        event("RAA", "First", "2031-01", "group formed"),
        event("RZZ", "Other", "2030-01", "merger", role="predecessor", became="RZY", form="merged"),
        event("RZY", "New", "2030-01", "merger", role="successor", form="merged"),
    ]
    found = governance_forms.since(events, trusts={"RAA": "First", "RAB": "Second"})
    assert found[["date", "trusts"]].to_numpy().tolist() == [
        ["2031-01", "First"], ["2031-05", "First, Second"]
    ]  # fmt: skip
    others = governance_forms.elsewhere(events).set_index("event")["trusts"]
    assert others.to_dict() == {"shared chair": 2, "group formed": 1, "merger": 1}


def opportunity(name: str, *, urgency: int, start: int, ramp: int, group: float) -> Opportunity:
    share = {"low": 0, "central": group, "high": 1, "reason": "Judgement."}
    score = {"score": 1, "evidence": "e"}
    return Opportunity.model_validate(
        {
            "id": name, "title": name, "area": "a1", "claims": ["a1-001"], "method": "m",
            "inputs_printed": "i", "inputs_missing": "i", "recurring": True, "kind": "capacity",
            "gains": "g", "start_year": start, "ramp_years": ramp, "timing_reason": "t",
            "group_share": share, "cash_share": share, "effort": 1,
            "scores": {
                "impact": score, "quick_results": score, "economy": score,
                "urgency": {"score": urgency, "evidence": "e"},
            },
        }
    )  # fmt: skip


def test_savings_are_weighed_by_their_pounds_and_dated_from_the_decision() -> None:
    savings = [
        opportunity("large", urgency=5, start=1, ramp=3, group=0.2),
        opportunity("small", urgency=2, start=0, ramp=1, group=0.6),
    ]
    printed = pd.DataFrame(
        {"id": ["large", "small"], "value": [3e6, 1e6], "start_year": [1, 0], "ramp_years": [3, 1]}
    )
    found = governance_checks.of_opportunities(savings, printed).set_index("check")
    # (3 x 0.2 + 1 x 0.6) / 4
    assert found.loc["needs-group", ["value", "lower", "upper"]].tolist() == pytest.approx(
        [0.3, 0, 1]
    )
    # Year 0: 1m; year 1: 1m + 3m / 3 = 2m, half of 4m.
    assert found.loc["years-to-half", "value"] == 1
    # The large one starts in year 1 and is whole in its third year.
    assert found.loc["urgent-whole", "value"] == 3
    assert found.loc["costs-stated", ["number", "of", "holds"]].tolist() == [0, 2, False]
    assert list(governance_checks.of_opportunities(savings, pd.DataFrame())["check"]) == [
        "costs-stated", "recomputable", "urgent-whole"
    ]  # fmt: skip


def test_studies_count_as_measured_only_beside_a_comparison() -> None:
    study = {"citation": "c", "year": 2030, "url": "https://x", "country": "c", "design": "d",
             "found": "f", "limits": "l"}  # fmt: skip
    studies = [
        PublishedStudy.model_validate(study | {"id": name, "subject": subject, "effect": effect})
        for name, subject, effect in [
            ("a", "mergers", "measured against a comparison"),
            ("b", "mergers", "argued"),
            ("c", "groups", "described"),
        ]
    ]
    found = governance_checks.of_studies(studies).set_index("check")
    assert found.loc["mergers-measured", ["number", "of"]].tolist() == [1, 2]
    assert found.loc["groups-measured", ["number", "of"]].tolist() == [0, 1]


def test_checks_without_records_are_left_out() -> None:
    nothing = pd.DataFrame()
    evaluated = governance_checks.of_evaluation(nothing, treatment="merger")
    assert evaluated["text"].tolist() == [
        "With what is held, no effect of a merger can be estimated."
    ]  # fmt: skip
    found = governance_checks.together(
        governance_checks.of_risks([]),
        governance_checks.of_opportunities([], nothing),
        governance_checks.of_numbers(nothing),
        governance_checks.of_aims([]),
        governance_checks.of_studies([]),
    )
    assert found.empty
    verdicts = pd.DataFrame({"verdict": ["agrees with itself"] * 3 + ["contradicts itself"]})
    numbers = governance_checks.of_numbers(verdicts).iloc[0]
    assert (numbers["number"], numbers["of"], numbers["holds"]) == (3, 4, False)
