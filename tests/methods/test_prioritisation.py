"""Order of opportunities by weights, over all weights, and the first phase."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import prioritisation
from caseanalysis.opportunities import CRITERIA, Opportunity

EQUAL = dict.fromkeys(CRITERIA, 1.0)


def opportunity(
    name: str, scores: list[int], effort: int, after: tuple[str, ...] = ()
) -> Opportunity:
    sure = {"low": 1, "central": 1, "high": 1, "reason": "Judgement."}
    return Opportunity.model_validate(
        {
            "id": name, "title": name.title(), "area": "a1", "claims": ["a1-001"], "method": "m",
            "inputs_printed": "i", "inputs_missing": "i", "recurring": True, "kind": "capacity",
            "gains": "g", "start_year": 0, "ramp_years": 1, "timing_reason": "t",
            "group_share": sure, "cash_share": sure, "effort": effort, "after": after,
            "scores": {
                criterion: {"score": score, "evidence": "e"}
                for criterion, score in zip(CRITERIA, scores, strict=True)
            },
        }
    )  # fmt: skip


#: Best is best in everything, worst worst; the other two trade impact against economy.
STATED = [
    opportunity("worst", [1, 1, 1, 1], 1),
    opportunity("bold", [4, 2, 2, 2], 3),
    opportunity("thrifty", [2, 2, 2, 4], 2),
    opportunity("best", [5, 5, 5, 5], 4),
]
SCORES = prioritisation.scores(STATED)


def test_weights_decide_between_those_that_trade_criteria() -> None:
    impact = prioritisation.weighted(SCORES, weights=EQUAL | {"impact": 3.0}).set_index("id")
    # Bold: (4 x 3 + 2 + 2 + 2) / 6; thrifty: (2 x 3 + 2 + 2 + 4) / 6.
    assert impact.loc["bold", "value"] == pytest.approx(3)
    assert impact.loc["thrifty", "value"] == pytest.approx(14 / 6)
    equal = prioritisation.weighted(SCORES, weights=EQUAL).set_index("id")["rank"]
    assert equal.to_dict() == {"best": 1, "bold": 2, "thrifty": 2, "worst": 4}


def test_rank_over_all_weights_is_sure_only_where_one_dominates() -> None:
    rng = np.random.default_rng(4)
    found = prioritisation.stability(SCORES, number=4000, rng=rng).set_index("id")
    assert found.loc["best", ["best", "worst", "share_first"]].tolist() == [1, 1, 1]
    assert found.loc["worst", ["best", "worst"]].tolist() == [4, 4]
    assert found.loc["bold", ["best", "worst"]].tolist() == [2, 3]
    # By symmetry each of the two is second under half of all weights.
    assert found.loc["bold", "value"] in (2, 2.5, 3)


@pytest.mark.parametrize("weights", [{}, EQUAL | {"impact": -1.0}, dict.fromkeys(CRITERIA, 0.0)])
def test_impossible_weights_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(MethodError, match="weights"):
        prioritisation.weighted(SCORES, weights=weights)


def test_first_phase_takes_the_highest_scores_that_fit() -> None:
    ranked = prioritisation.weighted(SCORES, weights=EQUAL)
    found = prioritisation.first_phase(ranked, STATED, capacity=6).set_index("id")["chosen"]
    # Best and thrifty, 5 + 2.5 for an effort of 6, are more than any other set.
    assert set(found[found].index) == {"best", "thrifty"}
    none = prioritisation.first_phase(ranked, STATED, capacity=0)
    assert not none["chosen"].any()


def test_nothing_is_chosen_before_what_it_depends_on() -> None:
    stated = [*STATED[:3], opportunity("best", [5, 5, 5, 5], 4, after=("bold",))]
    ranked = prioritisation.weighted(prioritisation.scores(stated), weights=EQUAL)
    six = prioritisation.first_phase(ranked, stated, capacity=6).set_index("id")["chosen"]
    assert not six["best"]
    seven = prioritisation.first_phase(ranked, stated, capacity=7).set_index("id")["chosen"]
    assert set(seven[seven].index) == {"best", "bold"}


def test_negative_capacity_is_refused() -> None:
    ranked = prioritisation.weighted(SCORES, weights=EQUAL)
    with pytest.raises(MethodError, match="capacity"):
        prioritisation.first_phase(ranked, STATED, capacity=-1)


def test_first_phase_over_all_weights_names_its_share_and_order() -> None:
    kept = prioritisation.phase_stability(
        SCORES, STATED, capacity=10, number=10, rng=np.random.default_rng(5)
    )
    assert kept["share_first_phase"].tolist() == [1, 1, 1, 1]
    ranked = prioritisation.weighted(SCORES, weights=EQUAL)
    phase = prioritisation.first_phase(ranked, STATED, capacity=10)
    found = prioritisation.phased(phase, kept, STATED)
    assert set(found["after"]) == {"nothing"}


def test_summary_of_no_opportunities_is_empty() -> None:
    nothing = pd.DataFrame()
    assert set(prioritisation.summary(nothing, nothing).values()) == {None}
    steady = prioritisation.stability(SCORES, number=200, rng=np.random.default_rng(6))
    phase = prioritisation.first_phase(
        prioritisation.weighted(SCORES, weights=EQUAL), STATED, capacity=6
    )
    found = prioritisation.summary(steady, phase)
    assert (found["first"], found["share"], found["number"], found["all"]) == ("Best", 1, 2, 4)
