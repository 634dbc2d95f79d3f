"""What a study gives of its scenario and its comparators."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from caseanalysis.case import Case, load_scenarios
from caseanalysis.notebook import Study
from caseanalysis.registers import load_assumptions


def study(case: Case, **parameters: object) -> Study:
    library = SimpleNamespace(evidence=None, used=(), has=lambda name: False)
    return Study(case, library, parameters={"case": case.name, **parameters})


def test_study_that_names_no_scenario_does_nothing(default: Case) -> None:
    found = study(default)
    assert found.scenario.id == "do-nothing"
    assert found.assumptions == load_assumptions()
    assert found.targets().empty


def test_study_has_the_assumptions_and_targets_of_its_scenario(default: Case) -> None:
    chosen = next(
        one for one in load_scenarios(default.name).values() if one.factors and one.targets
    )
    found = study(default, scenario=chosen.id)
    assert found.scenario == chosen
    factor, value = next(iter(chosen.factors.items()))
    assert found.assumptions[factor].central == value.central
    measure = chosen.targets[0].measure
    assert set(found.targets(measure)["measure"]) == {measure}
    assert len(found.targets("no_such_measure")) == 0


def test_comparators_are_the_cases_own_unless_all_are_asked_for(default: Case) -> None:
    own = study(default)
    trust = default.trust_codes[0]
    pairs = own.peers()
    named = pairs.loc[pairs["org_code"].eq(trust), "peer_code"].tolist()
    assert named == list(default.peers.trusts.members[trust])
    assert (pairs["rule"] == own.comparator_rule).all()
    table = pd.DataFrame({"org_code": [*default.trust_codes, "RZ8", "RZ9", "ENGLAND"]})
    everyone = study(default, comparators="all")
    pairs = everyone.peers(table)
    assert set(pairs["peer_code"]) == {"RZ8", "RZ9"}
    assert everyone.comparator_rule != own.comparator_rule


@pytest.mark.parametrize("table", [None, pd.DataFrame()])
def test_all_of_no_table_are_none(default: Case, table: pd.DataFrame | None) -> None:
    assert study(default, comparators="all").peers(table).empty
