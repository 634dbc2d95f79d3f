"""Scenarios applied: the assumptions that one changes, and the targets that it sets."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from caseanalysis.case import Case, Scenario
from caseanalysis.errors import MethodError
from caseanalysis.records import nearest
from caseanalysis.registers import Assumption

_TARGETS = ("scenario", "measure", "entity", "group", "value", "peer_quantile", "unit",
            "by_year", "reference")  # fmt: skip


def under(scenario: Scenario, assumptions: Mapping[str, Assumption]) -> dict[str, Assumption]:
    """Return the assumptions that hold under a scenario, by id.

    Parameters
    ----------
    scenario : Scenario
        As returned by ``caseanalysis.case.load_scenarios``.
    assumptions : mapping of str to Assumption
        The register.

    Returns
    -------
    dict of str to Assumption
        The register, with low, central and high of each factor of the scenario in its place, and
        a reference that names the scenario.

    Raises
    ------
    MethodError
        If a factor is not the id of an assumption; the message names the nearest.
    """
    changed = dict(assumptions)
    for name, factor in scenario.factors.items():
        if name not in assumptions:
            like = nearest(name, assumptions)
            raise MethodError(
                where=f"scenario {scenario.id}, factors",
                found=repr(name),
                wanted="the id of an assumption of the register",
                remedy=f"did you mean {like!r}?" if like else "add the assumption",
            )
        reference = f"Scenario “{scenario.title}”; without it: {assumptions[name].reference}"
        update = {**factor.model_dump(), "reference": reference}
        changed[name] = assumptions[name].model_copy(update=update)
    return changed


def targets(scenario: Scenario, case: Case) -> pd.DataFrame:
    """Return the targets of a scenario, one row for each measure, entity and group.

    Parameters
    ----------
    scenario : Scenario
        As returned by ``caseanalysis.case.load_scenarios``.
    case : Case
        A target that names no entity holds for each of its trusts.

    Returns
    -------
    DataFrame
        ``scenario``, ``measure``, ``entity``, ``group``, ``value`` and ``peer_quantile`` (one of
        them missing), ``unit``, ``by_year`` (missing where none is named), ``reference``; key
        ``measure``, ``entity``, ``group``.

    Raises
    ------
    MethodError
        If two targets are for the same measure, entity and group.
    """
    rows = [
        {**target.model_dump(), "scenario": scenario.id, "entity": entity}
        for target in scenario.targets
        for entity in target.entities or case.trust_codes
    ]
    table = pd.DataFrame(rows, columns=list(_TARGETS))
    repeated = table[table.duplicated(["measure", "entity", "group"])]
    if len(repeated):
        row = repeated.iloc[0]
        raise MethodError(
            where=f"scenario {scenario.id}",
            found=f"two targets of {row['measure']} for {row['entity']}, {row['group']}",
            wanted="one",
            remedy="remove one, or name other entities or another group",
        )
    numbers = {"value": "float64", "peer_quantile": "float64", "by_year": "Int64"}
    return table.astype(numbers)
