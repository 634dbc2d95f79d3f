"""The whole evaluation: every outcome under every definition of the treatment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.evaluation.adoption import (
    COMPARISONS,
    NEVER,
    Adoption,
    Choices,
    prepare,
)
from caseanalysis.methods.evaluation.event_study import EventStudy, event_study
from caseanalysis.methods.evaluation.placebo import (
    bootstrap_interval,
    placebo_dates,
    placebo_groups,
    placebo_p_value,
    planted_detectable,
)
from caseanalysis.methods.evaluation.power import adjust
from caseanalysis.methods.evaluation.sensitivity import sensitivity
from caseanalysis.methods.evaluation.two_way import two_way_fixed_effects

_EFFECTS = (
    "outcome", "treatment", "comparison", "treated", "comparison_units", "first_period",
    "last_period", "value", "lower", "upper", "standard_error", "p_value", "p_holm",
    "p_false_discovery", "detectable", "pre_trend_p", "breakdown", "placebo_p",
    "detectable_planted", "bootstrap_lower", "bootstrap_upper", "unit", "basis",
)  # fmt: skip
_STUDY = ("outcome", "treatment", "comparison")
_LABELS = ("unit", "basis")
_KINDS: Mapping[str, tuple[str, ...]] = {
    "effects": _EFFECTS,
    "event_study": (*_STUDY, "event_time", "value", "lower", "upper", "band_lower", "band_upper",
                    "treated", *_LABELS),
    "groups": (*_STUDY, "start", "units", "value", *_LABELS),
    "sensitivity": (*_STUDY, "restriction", "bound", "value", "lower", "upper",
                    "standard_error", *_LABELS),
    "two_way": (*_STUDY[:2], "treated", "comparison_units", "value", "lower", "upper",
                "standard_error", "p_value", "forbidden_weight", "forbidden_value", *_LABELS),
    "comparisons": (*_STUDY[:2], "kind", "treated_start", "comparison_start", "value", "weight",
                    *_LABELS),
    "placebo_dates": (*_STUDY[:2], "periods_earlier", "value", "lower", "upper", "p_value"),
    "placebo_groups": (*_STUDY[:2], "draw", "value", "standard_error", "significant"),
    "left_out": (*_STUDY[:2], "unit", "role", "reason"),
    "refused": (*_STUDY, "reason"),
}  # fmt: skip
_Found = dict[str, list[pd.DataFrame]]


@dataclass(frozen=True)
class Evaluation:
    """Tables of the whole evaluation; each begins with ``outcome`` and ``treatment``.

    Attributes
    ----------
    effects : DataFrame
        One row for each outcome, treatment and ``comparison``: `EventStudy.overall`, with
        ``p_holm`` and ``p_false_discovery`` (over the outcomes of a treatment and comparison) and,
        for the never treated, ``placebo_p`` (share of placebo groups as strong),
        ``detectable_planted`` (by planting in them), ``bootstrap_lower``, ``bootstrap_upper``.
    event_study, groups, sensitivity : DataFrame
        As `EventStudy` and ``sensitivity`` give them.
    two_way, comparisons : DataFrame
        As `TwoWay` gives them.
    placebo_dates, placebo_groups : DataFrame
        As those functions give them.
    left_out : DataFrame
        ``unit``, ``role``, ``reason``: units without part in an estimate.
    refused : DataFrame
        ``comparison``, ``reason``: estimates or parts of them that the data do not allow.
    """

    effects: pd.DataFrame
    event_study: pd.DataFrame
    groups: pd.DataFrame
    sensitivity: pd.DataFrame
    two_way: pd.DataFrame
    comparisons: pd.DataFrame
    placebo_dates: pd.DataFrame
    placebo_groups: pd.DataFrame
    left_out: pd.DataFrame
    refused: pd.DataFrame


@dataclass(frozen=True)
class _Options:
    choices: Choices
    comparisons: Sequence[str]
    placebo_draws: int
    generator: np.random.Generator


def evaluate(
    panel: pd.DataFrame,
    treatments: pd.DataFrame,
    *,
    choices: Choices,
    generator: np.random.Generator,
    units: Mapping[str, str],
    placebo_draws: int,
    excluded: pd.DataFrame | None = None,
    interrupted: Sequence[pd.Timestamp] = (),
    comparisons: Sequence[str] = COMPARISONS,
) -> Evaluation:
    """Return every estimate with what belongs to it, or the reason why there is none.

    Parameters
    ----------
    panel : DataFrame
        ``unit``, ``period`` (first day of a month or quarter), ``outcome``, ``value``.
    treatments : DataFrame
        ``unit``, ``start``, ``treatment``: each definition is estimated by itself. Units that
        were treated by another definition are comparison units unless ``excluded`` names them.
    choices : Choices
        Window, fewest units and levels.
    generator : Generator
        For placebo groups, bootstrap and bands.
    units : mapping of str to str
        Unit of each outcome.
    placebo_draws : int
        Placebo groups and draws of the bootstrap, each time.
    excluded : DataFrame, optional
        ``unit``, ``reason`` and, where it holds for one treatment alone, ``treatment``.
    interrupted : sequence of Timestamp
        Periods, as for ``adoption.prepare``.
    comparisons : sequence of str
        ``never treated``, ``not yet treated`` or both.

    Returns
    -------
    Evaluation

    Raises
    ------
    MethodError
        If a column is missing, a key is repeated or an outcome has no unit. A refusal of a single
        estimate becomes a row of ``refused``.
    """
    require_columns(panel, ["unit", "period", "outcome", "value"], where="panel")
    require_columns(treatments, ["unit", "start", "treatment"], where="treatments")
    require_key(panel, ["unit", "outcome", "period"], where="panel")
    require_key(treatments, ["unit", "treatment"], where="treatments")
    options = _Options(choices, comparisons, placebo_draws, generator)
    found: _Found = {name: [] for name in _KINDS}
    for treatment, treated in treatments.groupby("treatment", sort=False):
        left = _of_treatment(excluded, str(treatment))
        for outcome, series in panel.groupby("outcome", sort=False):
            one: _Found = {name: [] for name in _KINDS}
            try:
                adoption = prepare(series, treated, choices=choices, excluded=left,
                                   interrupted=tuple(interrupted))  # fmt: skip
            except MethodError as error:
                _refuse(one, error, comparisons)
            else:
                _estimate(one, adoption, options, _unit(units, str(outcome)))
            _keep(found, one, str(outcome), str(treatment))
    return Evaluation(**{name: _joined(name, parts) for name, parts in found.items()})


def _of_treatment(excluded: pd.DataFrame | None, treatment: str) -> pd.DataFrame | None:
    if excluded is None or "treatment" not in excluded.columns:
        return excluded
    mine = excluded["treatment"].isna() | excluded["treatment"].eq(treatment)
    return excluded[mine].drop_duplicates("unit")


def _unit(units: Mapping[str, str], outcome: str) -> str:
    if outcome not in units:
        raise MethodError(
            where="evaluate, units",
            found=f"no unit for the outcome {outcome!r}",
            wanted="a unit for each outcome of the panel",
            remedy="add it to the mapping, as in {'outcome': 'share'}",
        )
    return units[outcome]


def _estimate(one: _Found, adoption: Adoption, options: _Options, unit: str) -> None:
    """Add every estimate of one sample, and the refusals."""
    one["left_out"].append(adoption.left_out)
    for comparison in options.comparisons:
        try:
            study = event_study(adoption, choices=options.choices, comparison=comparison,
                                generator=options.generator, unit=unit)  # fmt: skip
        except MethodError as error:
            _refuse(one, error, [comparison])
            continue
        checks = _checks(one, adoption, study, options) if comparison == NEVER else {}
        one["effects"].append(study.overall.assign(comparison=comparison, **checks))
        one["event_study"].append(study.table.assign(comparison=comparison))
        one["groups"].append(study.groups.assign(comparison=comparison))
        _sensitivity(one, study, options, comparison)
    single = two_way_fixed_effects(adoption, choices=options.choices, unit=unit)
    one["two_way"].append(single.overall)
    one["comparisons"].append(single.comparisons)
    dates = range(2, options.choices.before, 2)
    try:
        earlier = placebo_dates(adoption, choices=options.choices, periods_earlier=dates)
    except MethodError as error:
        _refuse(one, error, [NEVER])
    else:
        one["placebo_dates"].append(earlier)


def _sensitivity(one: _Found, study: EventStudy, options: _Options, comparison: str) -> None:
    try:
        table = sensitivity(study, choices=options.choices)
    except MethodError as error:
        _refuse(one, error, [comparison])
        return
    one["sensitivity"].append(table.assign(comparison=comparison))


def _checks(
    one: _Found, adoption: Adoption, study: EventStudy, options: _Options
) -> dict[str, float]:
    """Return what placebo groups and the bootstrap say, and add the placebo groups."""
    row, choices = study.overall.iloc[0], options.choices
    draws, generator = options.placebo_draws, options.generator
    lower, upper = bootstrap_interval(adoption, choices=choices, draws=draws, generator=generator)
    found = {"bootstrap_lower": lower, "bootstrap_upper": upper}
    try:
        placebos = placebo_groups(adoption, choices=choices, draws=draws, generator=generator)
    except MethodError as error:
        _refuse(one, error, [NEVER])
        return found
    one["placebo_groups"].append(placebos)
    treated = len(adoption.starts)
    return found | {
        "placebo_p": placebo_p_value(
            placebos, value=row["value"], standard_error=row["standard_error"]
        ),
        "detectable_planted": planted_detectable(placebos, choices=choices, treated=treated),
    }


def _refuse(one: _Found, error: MethodError, comparisons: Sequence[str]) -> None:
    reason = f"{error.where}: {error.found}; wanted {error.wanted}"
    rows = [(comparison, reason) for comparison in comparisons]
    one["refused"].append(pd.DataFrame(rows, columns=["comparison", "reason"]))


def _keep(found: _Found, one: _Found, outcome: str, treatment: str) -> None:
    for name, tables in one.items():
        found[name] += [table.assign(outcome=outcome, treatment=treatment) for table in tables]


def _joined(name: str, tables: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame(columns=list(_KINDS[name]))
    table = pd.concat(filled, ignore_index=True)
    if name == "effects":
        table = adjust(table, by=["treatment", "comparison"], p_value="p_value")
    return table.reindex(columns=list(_KINDS[name]))
