"""Cancers found earlier from official figures: people, pounds and health."""

from __future__ import annotations

import pandas as pd
import pytest
from invented_case import STATED

from caseanalysis.methods import official_benefits
from caseanalysis.registers import load_assumptions

PROVIDERS = pd.DataFrame(
    {
        "org_code": ["RAA", "RBB", "RAA", "RZZ"],
        "standard": ["first treatment", "first treatment", "faster diagnosis", "first treatment"],
        "financial_year": ["2031-32"] * 4,
        "treated": [600.0, 400.0, 9.0, 5000.0],
    }
)


def changed(**central: float) -> dict:
    register = load_assumptions()
    ends = {
        name: dict.fromkeys(("low", "central", "high"), value) for name, value in central.items()
    }
    return register | {name: register[name].model_copy(update=ends[name]) for name in ends}


def test_people_and_pounds_are_of_the_group_alone() -> None:
    assumed = changed(early_stage_base=0.5, early_stage_ambition=0.75, staged_share=0.8,
                      earlier_stage_saving=10.0)  # fmt: skip
    found = official_benefits.found_earlier(PROVIDERS, trusts=["RAA", "RBB"], assumptions=assumed)
    # 1,000 treated, 800 with a stage, a quarter of them moved.
    assert found["people"].tolist() == pytest.approx([200])
    assert found["value"].tolist() == pytest.approx([2000])
    none = official_benefits.found_earlier(PROVIDERS, trusts=["RQQ"], assumptions=assumed)
    assert none.empty


def test_health_belongs_to_the_opportunity_of_earlier_diagnosis() -> None:
    stated = [STATED[0].model_copy(update={"official": "earlier diagnosis"}), STATED[1]]
    earlier = pd.DataFrame({"people": [200.0], "people_lower": [100.0], "people_upper": [300.0]})
    each = load_assumptions()["health_of_earlier_diagnosis"]
    found = official_benefits.health_by_opportunity(earlier, stated, each=each)
    assert found == {"one": [100 * each.low, 200 * each.central, 300 * each.high]}
    assert official_benefits.health_by_opportunity(pd.DataFrame(), stated, each=each) == {}
