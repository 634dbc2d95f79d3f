"""Scenarios: what they change in the register, and the targets that they set."""

from __future__ import annotations

from datetime import date

import pytest

from caseanalysis.case import Case, Scenario
from caseanalysis.errors import MethodError
from caseanalysis.methods import scenarios
from caseanalysis.registers import Assumption

REGISTER = {
    name: Assumption(
        id=name, title=name, low=0.1, central=0.2, high=0.3, unit="share", reference="a file",
        reason="a reason", used_by=("methods/scenarios",), checker="a", checked_on=date(2026, 1, 1),
    )
    for name in ("shorter_stay", "avoided_share")
}  # fmt: skip


def scenario(**columns: object) -> Scenario:
    given = {"id": "a-way", "title": "A way", "description": "Something changes.", **columns}
    return Scenario.model_validate(given)


def target(**columns: object) -> dict[str, object]:
    return {"measure": "length_of_stay", "value": 9.0, "unit": "days", "reference": "a", **columns}


def test_scenario_replaces_what_it_names_and_nothing_else() -> None:
    found = scenarios.under(scenario(factors={"shorter_stay": 0.4}), REGISTER)
    changed = found["shorter_stay"]
    assert (changed.low, changed.central, changed.high) == (0.4, 0.4, 0.4)
    assert "A way" in changed.reference
    assert "a file" in changed.reference
    assert found["avoided_share"] == REGISTER["avoided_share"]
    assert REGISTER["shorter_stay"].central == 0.2


def test_factor_can_be_a_range() -> None:
    factors = {"shorter_stay": {"low": 0.1, "central": 0.4, "high": 0.6}}
    changed = scenarios.under(scenario(factors=factors), REGISTER)["shorter_stay"]
    assert (changed.low, changed.central, changed.high) == (0.1, 0.4, 0.6)


def test_factor_that_is_no_assumption_is_refused_with_the_nearest() -> None:
    with pytest.raises(MethodError, match="did you mean 'shorter_stay'"):
        scenarios.under(scenario(factors={"shorter_stays": 0.4}), REGISTER)


def test_target_without_an_entity_holds_for_every_trust(two_rivers: Case) -> None:
    found = scenarios.targets(scenario(targets=[target()]), two_rivers)
    assert found["entity"].tolist() == list(two_rivers.trust_codes)
    assert (found["value"] == 9).all()
    assert found["peer_quantile"].isna().all()
    assert found["by_year"].isna().all()


def test_scenario_without_targets_gives_an_empty_table(two_rivers: Case) -> None:
    found = scenarios.targets(scenario(), two_rivers)
    assert found.empty
    assert {"measure", "entity", "value"} <= set(found.columns)


def test_two_targets_for_one_measure_and_trust_are_refused(two_rivers: Case) -> None:
    twice = scenario(targets=[target(), target(entities=[two_rivers.trust_codes[0]])])
    with pytest.raises(MethodError, match="two targets of length_of_stay"):
        scenarios.targets(twice, two_rivers)
    once = scenario(targets=[target(), target(group="65+")])
    assert len(scenarios.targets(once, two_rivers)) == 2 * len(two_rivers.trusts)
