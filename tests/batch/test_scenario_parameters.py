"""The parameters scenario and comparators."""

from __future__ import annotations

import pytest
from throwaway import Project

from caseanalysis.errors import ParameterError
from caseanalysis.parameters import check_parameters, parse_assignments

COMMON = "scenarios:\n  - {id: do-nothing, title: Nothing, description: All stays.}\n"


@pytest.fixture
def with_scenarios(project: Project) -> Project:
    path = project.root / "data" / "registers" / "scenarios.yaml"
    path.write_text(COMMON, encoding="utf-8")
    return project


def test_scenario_of_the_case_is_taken(with_scenarios: Project) -> None:
    declared = {"case": "three-towns", "scenario": None}
    assert check_parameters({}, declared=declared)["scenario"] is None
    given = {"scenario": "do-nothing"}
    assert check_parameters(given, declared=declared)["scenario"] == "do-nothing"


def test_scenario_that_the_case_lacks_is_refused_with_the_nearest(
    with_scenarios: Project,
) -> None:
    with pytest.raises(ParameterError, match="did you mean 'do-nothing'") as caught:
        check_parameters({"scenario": "do-nothin"}, declared={"case": "three-towns",
                                                               "scenario": None})  # fmt: skip
    assert caught.value.where == "parameters: scenario"


@pytest.mark.parametrize("rule", [None, "peers", "all"])
def test_rule_of_comparators_is_taken(rule: str | None) -> None:
    assert check_parameters({}, declared={"comparators": rule}) == {"comparators": rule}


def test_other_rule_of_comparators_is_refused() -> None:
    with pytest.raises(ParameterError, match="'peers' or 'all'"):
        check_parameters({}, declared={"comparators": "nearest"})


def test_both_can_be_given_on_the_command_line() -> None:
    given = ["scenario=none", "comparators=all"]
    assert parse_assignments(given) == {"scenario": None, "comparators": "all"}
