"""Scenario records: strictly loaded, and each agrees with the other registers."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseanalysis.case import (
    DEFAULT_SCENARIO,
    Case,
    list_cases,
    load_case,
    load_claims,
    load_scenarios,
)
from caseanalysis.errors import RecordError
from caseanalysis.methods import scenarios
from caseanalysis.registers import load_assumptions, load_measures

CASES = list_cases()
COMMON = """\
scenarios:
  - {id: do-nothing, title: Do nothing, description: All stays as it is.}
"""
OWN = """\
scenarios:
  - id: shorter-stays
    title: Shorter stays
    description: Patients go home sooner.
    factors: {stay: 0.1}
    targets:
      - {measure: length_of_stay, peer_quantile: 0.5, unit: days, reference: A plan.}
  - id: everything
    title: All of it
    description: All at once.
    includes: [do-nothing, shorter-stays]
"""


def load(case: Case, tmp_path: Path, own: str | None = OWN) -> dict:
    root = tmp_path / "project"
    (root / "registers").mkdir(exist_ok=True)
    (root / "registers" / "scenarios.yaml").write_text(COMMON, encoding="utf-8")
    if own is not None:
        (root / "cases" / case.name / "scenarios.yaml").write_text(own, encoding="utf-8")
    return load_scenarios(case.name, root)


@pytest.mark.parametrize("name", CASES)
def test_every_case_can_do_nothing(name: str) -> None:
    found = load_scenarios(name)[DEFAULT_SCENARIO]
    assert not found.factors
    assert not found.targets


@pytest.mark.parametrize("name", CASES)
def test_every_factor_is_an_assumption_and_every_target_a_measure_of_its_unit(name: str) -> None:
    assumptions, measures = load_assumptions(), load_measures()
    claims = {claim.id for claim in load_claims(name)}
    for scenario in load_scenarios(name).values():
        scenarios.under(scenario, assumptions)
        scenarios.targets(scenario, load_case(name))
        for target in scenario.targets:
            assert measures[target.measure].unit == target.unit, target.measure
            assert measures[target.measure].better != "neither", target.measure
            assert set(target.claims) <= claims, target.measure
            assert len(target.reference.split()) >= 5, target.measure


@pytest.mark.parametrize("name", CASES)
def test_every_shipped_scenario_but_the_default_changes_something(name: str) -> None:
    for identifier, scenario in load_scenarios(name).items():
        assert identifier == DEFAULT_SCENARIO or scenario.factors or scenario.targets


def test_case_without_a_file_has_what_every_case_has(two_rivers: Case, tmp_path: Path) -> None:
    assert list(load(two_rivers, tmp_path, own=None)) == ["do-nothing"]


def test_included_scenarios_give_their_factors_and_targets(
    two_rivers: Case, tmp_path: Path
) -> None:
    found = load(two_rivers, tmp_path)
    assert list(found) == ["do-nothing", "shorter-stays", "everything"]
    assert found["everything"].targets == found["shorter-stays"].targets
    assert found["everything"].factors["stay"].central == 0.1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: shorter-stays", "id: do-nothing", "an id that every case has"),
        ("unit: days", "unit: weeks", "line 7"),
        ("peer_quantile: 0.5", "peer_quantile: 50", "line 7"),
        ("peer_quantile: 0.5,", "", "either `value` or `peer_quantile`"),
        ("peer_quantile: 0.5, unit: days", "value: 75, unit: share", "75% is 0.75"),
        ("reference: A plan.", "reference: A plan., entities: [RZZ]", "the entity 'RZZ'"),
        ("reference: A plan.", "reference: A plan., by: 2030", "unknown key 'by'"),
        ("[do-nothing, shorter-stays]", "[shorter-stay]", "did you mean 'shorter-stays'"),
        ("stay: 0.1", "stay: {low: 1, central: 0, high: 2}", "low <= central <= high"),
        ("stay: 0.1", "stay: much", "stay"),
    ],
)
def test_record_that_breaks_the_schema_is_refused(
    two_rivers: Case, tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in OWN
    with pytest.raises(RecordError) as caught:
        load(two_rivers, tmp_path, OWN.replace(old, new))
    assert message in str(caught.value)


def test_two_values_for_one_factor_are_refused_unless_it_says_which(
    two_rivers: Case, tmp_path: Path
) -> None:
    other = """\
  - {id: other, title: Other, description: Another., factors: {stay: 0.3}}
  - {id: both, title: Both, description: Both., includes: [shorter-stays, other]}
"""
    with pytest.raises(RecordError, match="two values for the factor 'stay'"):
        load(two_rivers, tmp_path, OWN + other)
    decided = other.replace("[shorter-stays, other]", "[shorter-stays, other], factors: {stay: 1}")
    assert load(two_rivers, tmp_path, OWN + decided)["both"].factors["stay"].central == 1
