"""Parameters: what a notebook may be given, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from throwaway import Project

from caseanalysis.case import default_case
from caseanalysis.errors import ParameterError
from caseanalysis.parameters import (
    Parameters,
    check_parameters,
    parse_assignments,
    read_declared,
)

DECLARED = {"seed": 0, "confidence_level": 0.95}


def test_given_values_replace_the_notebooks_own() -> None:
    assert check_parameters({"seed": 3}, declared=DECLARED) == {
        "seed": 3,
        "confidence_level": 0.95,
    }


def test_a_name_that_the_notebook_lacks_is_refused_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match="did you mean 'confidence_level'") as caught:
        check_parameters({"confidense_level": 0.9}, declared=DECLARED, where="notebooks/a1.ipynb")
    assert caught.value.where == "notebooks/a1.ipynb"
    assert "'confidense_level'" in caught.value.found


def test_a_name_that_no_schema_knows_is_refused_in_the_notebook_too() -> None:
    with pytest.raises(ParameterError, match="did you mean 'seed'"):
        check_parameters({}, declared={"seeds": 0})


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("seed", -1, "greater than or equal to 0"),
        ("seed", True, "a valid integer"),
        ("seed", "1", "a valid integer"),
        ("seed", 1.0, "a valid integer"),
        ("seed", None, "a valid integer"),
        ("confidence_level", 0.49, "greater than or equal to 0.5"),
        ("confidence_level", 1, "less than or equal to 0.999"),
        ("forecast_months", 0, "greater than or equal to 1"),
        ("forecast_months", 25, "less than or equal to 24"),
        ("base_year", 1999, "greater than or equal to 2000"),
        ("activity_year", "2019-21", "the second half one after the first"),
        ("activity_year", "2019", "match pattern"),
        ("age_groups", ["65-84", "old"], "not an age band"),
        ("age_groups", ["84-65"], "ends reversed"),
        ("registers", "DEM", "a valid list"),
        ("registers", ["dementia"], "match pattern"),
    ],
)
def test_a_wrong_type_or_value_is_refused(name: str, value: object, wanted: str) -> None:
    with pytest.raises(ParameterError, match=wanted) as caught:
        check_parameters({}, declared={name: value})
    assert caught.value.where == f"parameters: {name}"
    assert caught.value.found == repr(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", 0),
        ("confidence_level", 0.5),
        ("forecast_months", 24),
        ("base_year", None),
        ("activity_year", "1999-00"),
        ("age_groups", ["0-14", "15-64", "65-84", "85+"]),
        ("registers", ["DEM", "CHD"]),
    ],
)
def test_a_value_at_the_end_of_its_range_is_taken(name: str, value: object) -> None:
    assert check_parameters({}, declared={name: value}) == {name: value}


def test_a_case_that_does_not_exist_is_refused_with_the_nearest(project: Project) -> None:
    with pytest.raises(ParameterError, match="did you mean 'three-towns'"):
        check_parameters({}, declared={"case": "three-town"})


def test_a_horizon_before_the_cases_own_base_year_is_refused(project: Project) -> None:
    declared = {"case": "three-towns", "base_year": None, "horizon_year": None}
    with pytest.raises(ParameterError, match="2023, with base_year 2023"):
        check_parameters({"horizon_year": 2023}, declared=declared)
    assert check_parameters({"horizon_year": 2024}, declared=declared)["horizon_year"] == 2024


def test_assignments_are_typed_by_the_schema() -> None:
    given = ["seed=7", "confidence_level=.9", "base_year=none", "registers=DEM, CHD"]
    assert parse_assignments([*given, "activity_year=2019-20"]) == {
        "seed": 7,
        "confidence_level": 0.9,
        "base_year": None,
        "registers": ["DEM", "CHD"],
        "activity_year": "2019-20",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["seed"], "no equals sign"),
        (["seed=1", "seed=2"], "seed a second time"),
        (["seed=one"], "found 'one'; wanted a valid integer"),
        (["seed=08"], "found '08'; wanted a valid integer"),
        (["sead=1"], "did you mean 'seed'"),
    ],
)
def test_a_wrong_assignment_is_refused(given: list[str], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        parse_assignments(given)


def test_the_parameters_cell_is_read_without_running_it(project: Project) -> None:
    parameters = 'case: str = "three-towns"  # the case\nseed = 1\nbase_year = None\nlevel = -0.5'
    path = project.add("a1", "1 / 0", parameters=parameters)
    assert read_declared(path) == {
        "case": "three-towns",
        "seed": 1,
        "base_year": None,
        "level": -0.5,
    }


@pytest.mark.parametrize(
    "line", ["seed = int('1')", "import os", "a = b = 1", "seed: int", "x[0] = 1"]
)
def test_more_than_plain_values_in_the_parameters_cell_is_refused(
    project: Project, line: str
) -> None:
    path = project.add("a1", parameters=line)
    with pytest.raises(ParameterError, match="assignments of plain values"):
        read_declared(path)


def test_a_notebook_without_a_parameters_cell_is_refused(project: Project) -> None:
    path = project.add("a1")
    content = json.loads(path.read_text())
    content["cells"][0]["metadata"] = {}
    path.write_text(json.dumps(content))
    with pytest.raises(ParameterError, match="0 cells tagged 'parameters'"):
        read_declared(path)


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a1.ipynb"
    path.write_text("not json")
    with pytest.raises(ParameterError, match="wanted a Jupyter notebook"):
        read_declared(path)


def test_every_parameter_says_what_it_means() -> None:
    assert all(len(field.description or "") > 20 for field in Parameters.model_fields.values())


RISK = '{"staff-leave": {"likelihood": 0.3, "impact": 0.25, "owner": "A director"}}'
BY_RECORD = {"risk_values": {}, "opportunity_values": {}, "assumption_values": {}}


def test_values_by_record_are_read_from_a_text() -> None:
    found = parse_assignments([f"risk_values={RISK}", 'assumption_values={"discount_rate": 0.05}'])
    assert found["risk_values"]["staff-leave"]["likelihood"] == 0.3
    checked = check_parameters(found, declared={"case": default_case(), **BY_RECORD})
    assert checked["risk_values"] == found["risk_values"]
    assert checked["opportunity_values"] == {}


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ('risk_values={"staff-leave": {"likelihood": 1.3}}', "risk_values, staff-leave, likelihood",
         "found 1.3; wanted less than or equal to 1"),
        ('risk_values={"staff-leave": {"cost": -1}}', "risk_values, staff-leave, cost",
         "greater than or equal to 0"),
        ('risk_values={"staff-leave": {"likelyhood": 0.3}}', "risk_values, staff-leave",
         "did you mean 'likelihood'"),
        ('risk_values={"staff-leaves": {}}', "risk_values", "did you mean 'staff-leave'"),
        ('risk_values={"staff-leave": 0.3}', "risk_values", "a valid dictionary"),
        ('opportunity_values={"retention": {"cash": 2}}', "opportunity_values, retention, cash",
         "less than or equal to 1"),
        ('opportunity_values={"retentions": {"cash": 1}}', "opportunity_values",
         "did you mean 'retention'"),
        ('assumption_values={"discount_rates": 0.05}', "assumption_values",
         "did you mean 'discount_rate'"),
    ],
)  # fmt: skip
def test_a_wrong_value_by_record_is_refused(text: str, where: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        check_parameters(parse_assignments([text]), declared={"case": default_case(), **BY_RECORD})
    assert caught.value.where == f"parameters: {where}"
