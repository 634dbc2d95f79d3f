"""Every parameter that a notebook may have: its type, range and meaning; checked before a run."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from caseanalysis.case import case_folder, list_cases, load_case, load_scenarios
from caseanalysis.errors import ParameterError
from caseanalysis.geography import parse_age_band
from caseanalysis.records import Record, load_yaml_list, nearest
from caseanalysis.registers import load_assumptions

TAG = "parameters"
#: From how many names on a message no longer lists them.
_LISTED = 60

_WORDING = re.compile(r"^(Value error, |Input should be )")


def _financial_year(label: str) -> str:
    # Not by `periods`, whose pandas would slow down a command that has nothing to do.
    if (int(label[:4]) + 1) % 100 != int(label[5:]):
        raise ValueError("a financial year such as 2019-20, the second half one after the first")
    return label


FinancialYear = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$"), AfterValidator(_financial_year)]


def _age_group(band: str) -> str:
    parse_age_band(band)
    return band


AgeGroup = Annotated[str, AfterValidator(_age_group)]
#: Which trusts each trust is compared with: its peers on record, or all of a table.
ComparatorRule = Literal["peers", "all"]
#: What a group is taken to be where its effect is estimated.
GroupDefinition = Literal[
    "shared chief executive", "group formed", "shared chair", "merger", "first step"
]
RegisterCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RiskValues(BaseModel):
    """What may be given for a risk: the fields that a case leaves empty."""

    model_config = ConfigDict(strict=True, extra="forbid")

    likelihood: Share | None = Field(default=None, description="chance that it comes about, 0 to 1")
    impact: Amount | None = Field(
        default=None,
        description="years of delay, or the share of the cost added or of the benefit lost",
    )
    owner: str | None = Field(default=None, description="person or body that answers for it")
    trigger: str | None = Field(default=None, description="sign that it comes about")
    cost: Amount | None = Field(default=None, description="pounds, once, if it comes about")


class OpportunityValues(BaseModel):
    """What may be given for an opportunity in the place of its record."""

    model_config = ConfigDict(strict=True, extra="forbid")

    amount: Amount | None = Field(default=None, description="pounds a year")
    cash: Share | None = Field(default=None, description="share that leaves the accounts")
    group: Share | None = Field(default=None, description="share that needs the group")
    overlap: Share | None = Field(default=None, description="share that is counted in another")
    delivery_cost: Amount | None = Field(default=None, description="pounds a year")
    start_year: int | None = Field(default=None, ge=0, le=10, description="years to the start")
    ramp_years: int | None = Field(default=None, ge=1, le=10, description="years to the whole")


#: What a parameter holds that gives values by the ids of a case's records, and their file.
_BY_RECORD: dict[str, tuple[str, str, type[BaseModel]]] = {
    "risk_values": ("risks", "risk", RiskValues),
    "opportunity_values": ("opportunities", "opportunity", OpportunityValues),
}


class _Identified(Record):
    """A record of which only the id is read here."""

    model_config = ConfigDict(extra="ignore")

    id: str


class Parameters(BaseModel):
    """The parameters of the notebooks, one field each; None means the case's own."""

    model_config = ConfigDict(strict=True, extra="forbid")

    case: str = Field(description="name of a case, a folder of data/cases")
    base_year: int | None = Field(
        default=None, ge=2000, le=2100, description="year that change is counted from"
    )
    horizon_year: int | None = Field(
        default=None, ge=2000, le=2100, description="year that change is projected to"
    )
    confidence_level: float = Field(
        default=0.95, ge=0.5, le=0.999, description="probability that an interval should cover"
    )
    scenario: str | None = Field(
        default=None, description="id of a scenario of the case, do-nothing if none is named"
    )
    comparators: ComparatorRule | None = Field(
        default=None,
        description=(
            "trusts to compare with: peers (those of the case, also if none is named) or all "
            "(every trust of a table outside the group)"
        ),
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1, description="start of the random numbers")
    forecast_months: int = Field(
        default=12, ge=1, le=24, description="months that a forecast looks ahead"
    )
    investment_years: int = Field(
        default=10, ge=1, le=30, description="years over which an investment is spent and pays"
    )
    benefit_attainment: float | None = Field(
        default=None, ge=0, le=1, description="share of planned benefits that is attained"
    )
    benefit_delivery_cost: float | None = Field(
        default=None, ge=0, le=2, description="yearly cost of delivery as a share of the benefit"
    )
    benefit_correlation: float | None = Field(
        default=None, ge=0, le=1, description="correlation of the inputs of benefits"
    )
    benefit_draws: int = Field(
        default=5000, ge=100, le=100_000, description="draws of the inputs of benefits"
    )
    appraisal_years: int = Field(
        default=30,
        ge=1,
        le=75,
        description="years over which benefits are appraised at the longest",
    )
    risk_values: dict[str, dict[str, Any]] = Field(
        default={},
        description=(
            "likelihood, impact, owner, trigger or cost of risks by their ids, such as "
            "{'staff-leave': {'likelihood': 0.3, 'impact': 0.2}}"
        ),
    )
    opportunity_values: dict[str, dict[str, Any]] = Field(
        default={},
        description=(
            "amount, cash, group, overlap, delivery_cost, start_year or ramp_years of "
            "opportunities by their ids, such as {'retention': {'cash': 0.5}}"
        ),
    )
    assumption_values: dict[str, float] = Field(
        default={},
        description="numbers in the place of assumptions of the register, by their ids",
    )
    weight_impact: float = Field(default=1, ge=0, description="weight of the criterion impact")
    weight_urgency: float = Field(default=1, ge=0, description="weight of the criterion urgency")
    weight_quick_results: float = Field(
        default=1, ge=0, description="weight of the criterion quick results"
    )
    weight_economy: float = Field(
        default=1, ge=0, description="weight of the criterion economic use of resources"
    )
    weight_draws: int = Field(
        default=5000, ge=100, le=100_000, description="sets of weights to rank with"
    )
    phase_draws: int = Field(
        default=200, ge=10, le=5000, description="sets of weights to choose a first phase with"
    )
    first_phase_capacity: float | None = Field(
        default=None, ge=0, description="effort that the team of the first phase has"
    )
    activity_year: FinancialYear | None = Field(
        default=None, description="financial year whose activity is projected, such as 2019-20"
    )
    age_groups: list[AgeGroup] = Field(
        default=[], min_length=1, description="age groups to show, such as 65-84 or 85+"
    )
    treatment: GroupDefinition = Field(
        default="shared chief executive",
        description=(
            "event whose effect is estimated: shared chief executive, group formed, shared chair, "
            "merger, or first step (whichever of these came first)"
        ),
    )
    named_group: str | None = Field(
        default=None,
        description=(
            "group of the register to look at by itself; the case's own if it has figures "
            "enough, else the latest, if none is named"
        ),
    )
    registers: list[RegisterCode] = Field(
        default=[], min_length=1, description="disease registers to show, by their published codes"
    )


def check_parameters(
    given: Mapping[str, object], *, declared: Mapping[str, object], where: str = "parameters"
) -> dict[str, object]:
    """Return the values that a notebook runs with: its own, replaced by those given.

    Parameters
    ----------
    given : Mapping of str to object
        Values by name.
    declared : Mapping of str to object
        Names and defaults of the notebook's parameters cell.
    where : str
        What to call the notebook in an error.

    Raises
    ------
    ParameterError
        If a name is not the notebook's or not in the schema, a value has the wrong type or is
        out of range, there is no such case, the case has no such scenario, or the horizon does
        not follow the base year.
    """
    for name in declared:
        _check_known(name, Parameters.model_fields, where)
    for name in given:
        _check_known(name, declared, where)
    values = {name: _check_value(name, value, where) for name, value in declared.items()}
    values.update({name: _check_value(name, value, where) for name, value in given.items()})
    _check_case(values, where)
    _check_records(values, where)
    return values


def parse_assignments(assignments: Iterable[str]) -> dict[str, object]:
    """Return the values of ``NAME=VALUE`` texts, typed by the schema and checked.

    ``none`` is None; the items of a list are set apart by commas.

    Raises
    ------
    ParameterError
        If a text has no equals sign, repeats a name, names the case, or breaks the schema.
    """
    values: dict[str, object] = {}
    for assignment in assignments:
        name, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals or name in values:
            raise ParameterError(
                where=f"parameter {assignment!r}",
                found="no equals sign" if not equals else f"{name} a second time",
                wanted="NAME=VALUE, each name once",
                remedy="write for example seed=1",
            )
        _check_known(name, Parameters.model_fields, "parameters")
        if name == "case":
            raise ParameterError(
                where=f"parameter {assignment!r}",
                found="a case",
                wanted="the other parameters",
                remedy="name the case with --case",
            )
        values[name] = _check_value(name, _typed(name, text), "parameters")
    return values


def read_declared(notebook: Path) -> dict[str, object]:
    """Return names and defaults of a notebook's parameters cell.

    The cell is the one tagged ``parameters``; it is parsed, never run.

    Raises
    ------
    ParameterError
        If the file is no notebook, has no such cell, or the cell holds more than assignments of
        plain values.
    """
    where = f"notebooks/{notebook.name}"
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if TAG in cell["metadata"].get("tags", ())]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(where, str(error), "a Jupyter notebook") from error
    if len(tagged) != 1:
        raise _broken(where, f"{len(tagged)} cells tagged {TAG!r}", "one such cell")
    try:
        tree = ast.parse("".join(tagged[0]["source"]))
    except SyntaxError as error:
        raise _broken(where, f"{error.msg} in the cell {TAG!r}", "Python") from None
    return dict(_assignment(node, where) for node in tree.body)


def _assignment(node: ast.stmt, where: str) -> tuple[str, object]:
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if isinstance(node, ast.AnnAssign):
        target = node.target
    refusal = _broken(
        where, f"`{ast.unparse(node)}` in the cell {TAG!r}", "assignments of plain values"
    )
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if not isinstance(target, ast.Name) or value is None:
        raise refusal
    try:
        return target.id, ast.literal_eval(value)
    except ValueError:
        raise refusal from None


def _broken(where: str, found: str, wanted: str) -> ParameterError:
    return ParameterError(
        where=where, found=found, wanted=wanted, remedy="mend the notebook in JupyterLab"
    )


def _check_known(name: str, names: Iterable[str], where: str, *, what: str = "parameter") -> None:
    names = list(names)
    if name in names:
        return
    like = nearest(name, names)
    raise ParameterError(
        where=where,
        found=f"the {what} {name!r}",
        wanted=f"one of {', '.join(names) or '(none)'}"
        if len(names) < _LISTED
        else f"a known {what}",
        remedy=f"did you mean {like!r}?" if like else "leave it out",
    )


def _check_value(name: str, value: object, where: str) -> object:
    try:
        # Assigning one field validates that field alone.
        checked = Parameters.__pydantic_validator__.validate_assignment(
            Parameters.model_construct(), name, value
        )
    except ValidationError as error:
        fault = error.errors()[0]
        raise ParameterError(
            where=f"{where}: {name}",
            found=repr(value),
            wanted=_WORDING.sub("", fault["msg"]),
            remedy=f"{name} is the {Parameters.model_fields[name].description}",
        ) from None
    found = getattr(checked, name)
    if name in _BY_RECORD:
        for key, entry in found.items():
            _check_entry(entry, _BY_RECORD[name][-1], f"{where}: {name}, {key}")
    return found


def _check_entry(entry: Mapping[str, object], model: type[BaseModel], where: str) -> None:
    """Refuse an entry of a parameter that breaks its model; the message names the field."""
    for field in entry:
        _check_known(field, model.model_fields, where, what="field")
    try:
        model.model_validate(dict(entry))
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][0])
        raise ParameterError(
            where=f"{where}, {field}",
            found=repr(fault["input"]),
            wanted=_WORDING.sub("", fault["msg"]),
            remedy=f"it is the {model.model_fields[field].description}",
        ) from None


def _check_records(values: Mapping[str, Any], where: str) -> None:
    """Refuse values for a risk, an opportunity or an assumption that there is not."""
    for name, (file, what, _) in _BY_RECORD.items():
        if values.get(name) and "case" in values:
            path = case_folder(values["case"]) / f"{file}.yaml"
            held = load_yaml_list(path, _Identified, name=file, key="id") if path.is_file() else []
            for key in values[name]:
                _check_known(key, [one.id for one in held], f"{where}: {name}", what=what)
    for key in values.get("assumption_values") or {}:
        _check_known(key, load_assumptions(), f"{where}: assumption_values", what="assumption")


def _check_case(values: Mapping[str, Any], where: str) -> None:
    if "case" not in values:
        return
    if values["case"] not in list_cases():
        like = nearest(values["case"], list_cases())
        raise ParameterError(
            where=f"{where}: case",
            found=repr(values["case"]),
            wanted=f"one of {', '.join(list_cases()) or '(no case yet)'}",
            remedy=f"did you mean {like!r}?" if like else "see `caseanalysis case list`",
        )
    _check_scenario(values, where)
    base, horizon = values.get("base_year"), values.get("horizon_year")
    if base is None and horizon is None:
        return
    case = load_case(values["case"])
    base, horizon = base or case.base_year, horizon or case.horizon_year
    if horizon <= base:
        raise ParameterError(
            where=f"{where}: horizon_year",
            found=f"{horizon}, with base_year {base}",
            wanted="a horizon after the base year",
            remedy="give both years, or leave both to the case",
        )


def _check_scenario(values: Mapping[str, Any], where: str) -> None:
    scenario = values.get("scenario")
    if scenario is None:
        return
    scenarios = load_scenarios(values["case"])
    if scenario not in scenarios:
        like = nearest(scenario, scenarios)
        raise ParameterError(
            where=f"{where}: scenario",
            found=repr(scenario),
            wanted=f"one of {', '.join(scenarios)}",
            remedy=f"did you mean {like!r}?" if like else "add it to the case's scenarios.yaml",
        )


def _typed(name: str, text: str) -> object:
    schema = TypeAdapter(Parameters).json_schema()["properties"][name]
    kinds = {option.get("type") for option in schema.get("anyOf", [schema])}
    if text.lower() == "none" and "null" in kinds:
        return None
    if "array" in kinds:
        return [item.strip() for item in text.split(",") if item.strip()]
    if "string" in kinds:
        return text
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text  # of the wrong type, so that the schema refuses it by name
