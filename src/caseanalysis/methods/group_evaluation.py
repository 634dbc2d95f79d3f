"""The evaluation of groups and mergers of trusts: its windows, its variants and its pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods import group_treatments
from caseanalysis.methods.evaluation import (
    NEVER,
    Choices,
    Evaluation,
    InterruptedSeries,
    Synthetic,
    evaluate,
    event_study,
    interrupted_series,
    prepare,
    synthetic_control,
)
from caseanalysis.registers import Assumption, Interruption

_MAIN = "as above"
_STRICT = "beside trusts known to share no leader"
_QUIET = "no window in the pandemic"
_ALIKE = "beside trusts of like size"
_COLUMNS = ["outcome", "variant", "treated", "comparison_units", "value", "lower", "upper",
            "detectable", "unit", "reason"]  # fmt: skip
#: A variant's name, its treated units, its excluded units and the quarters to stay clear of.
_Sample = tuple[str, pd.DataFrame, pd.DataFrame, list[pd.Timestamp]]


@dataclass(frozen=True)
class Setting:
    """What all estimates have in common.

    Attributes
    ----------
    units : Mapping of str to str
        Unit of each outcome.
    least_spell_months : int
        Months that a spell which ended must have lasted.
    draws : int
        Placebo groups, and draws of the bootstrap.
    seed : int
        Start of the random numbers; each estimate begins from it.
    """

    units: Mapping[str, str]
    least_spell_months: int
    draws: int
    seed: int


def choices(
    assumptions: Mapping[str, Assumption], *, confidence_level: float, short: bool
) -> Choices:
    """Return the window and the fewest units: the shortest window on record, or the central one."""

    def central(name: str) -> float:
        return assumptions[f"evaluation_{name}"].central

    before, after = (assumptions[f"evaluation_quarters_{side}"] for side in ("before", "after"))
    return Choices(
        before=int(before.low if short else before.central),
        after=int(after.low if short else after.central),
        least_treated=int(central("least_treated_units")),
        least_comparisons=int(central("least_comparison_units")),
        least_reporting=central("least_reporting_share"),
        confidence_level=confidence_level,
        power=central("power"),
    )


def estimate(
    panel: pd.DataFrame,
    events: pd.DataFrame,
    *,
    definition: str,
    window: Choices,
    setting: Setting,
    comparisons: Sequence[str] = (NEVER,),
) -> Evaluation:
    """Return the estimates of one definition over all outcomes.

    Parameters
    ----------
    panel : DataFrame
        ``unit``, ``period``, ``outcome``, ``value``.
    events : DataFrame
        As `group_treatments.events_table` has it.
    definition : str
        One of ``group_treatments.DEFINITIONS``.
    window : Choices
        Window and fewest units.
    setting : Setting
        What all estimates have in common.
    comparisons : sequence of str
        Kinds of comparison units.

    Returns
    -------
    Evaluation
        As ``evaluation.evaluate`` has it.
    """
    treated = _treated(events, definition, setting)
    return evaluate(
        panel,
        treated[["unit", "start", "treatment"]],
        choices=window,
        generator=np.random.default_rng(setting.seed),
        units=setting.units,
        placebo_draws=setting.draws,
        excluded=group_treatments.excluded(events, treated, last=panel["period"].max()),
        comparisons=comparisons,
    )


def variants(
    panel: pd.DataFrame,
    events: pd.DataFrame,
    *,
    definition: str,
    window: Choices,
    setting: Setting,
    unscreened: Sequence[str],
    interruptions: Sequence[Interruption],
    alike: Sequence[str],
) -> pd.DataFrame:
    """Return the estimates under other choices that could have been made.

    Parameters
    ----------
    panel, events, definition, window, setting
        As for `estimate`.
    unscreened : sequence of str
        Units that a stricter comparison leaves out.
    interruptions : sequence of Interruption
        Spans that no window may touch, in one variant.
    alike : sequence of str
        The only units that may stand beside the treated, in one variant.

    Returns
    -------
    DataFrame
        ``outcome``, ``variant``, ``treated``, ``comparison_units``, ``value``, ``lower``,
        ``upper``, ``detectable``, ``unit``, ``reason``: definitions first, then the other choices.
        What the data do not allow has no value, and the reason.
    """
    last, quiet = panel["period"].max(), _quarters(interruptions)
    samples: list[_Sample] = []
    for other in group_treatments.DEFINITIONS:
        treated = _treated(events, other, setting)
        left = group_treatments.excluded(events, treated, last=last)
        samples.append((_label(other, definition), treated, left, []))
    treated = _treated(events, definition, setting)
    left = group_treatments.excluded(events, treated, last=last)
    strict = group_treatments.excluded(events, treated, last=last, unscreened=unscreened)
    unlike = sorted(set(panel["unit"]) - set(alike) - set(treated["unit"]))
    others = pd.DataFrame({"unit": unlike, "reason": "not of like size"}, dtype="str")
    samples += [
        (_STRICT, treated, strict, []),
        (_ALIKE, treated, pd.concat([left, others]).drop_duplicates("unit"), []),
        (_QUIET, treated, left, quiet),
    ]
    rows = [
        _one(series, sample, str(name), window, setting)
        for sample in samples
        for name, series in panel.groupby("outcome", sort=False)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _one(
    series: pd.DataFrame, sample: _Sample, outcome: str, window: Choices, setting: Setting
) -> dict[str, object]:
    """Return the row of one estimate, or the reason why the data do not allow it."""
    variant, treated, left, quiet = sample
    generator = np.random.default_rng(setting.seed)
    try:
        adoption = prepare(series, treated, choices=window, excluded=left, interrupted=tuple(quiet))
        study = event_study(
            adoption, choices=window, comparison=NEVER, generator=generator,
            unit=setting.units[outcome],
        )  # fmt: skip
    except MethodError as error:
        return {"outcome": outcome, "variant": variant, "reason": error.found}
    found = {str(name): value for name, value in study.overall.iloc[0].items()}
    return {**found, "outcome": outcome, "variant": variant}


def donors(panel: pd.DataFrame, events: pd.DataFrame, *, treated: pd.DataFrame) -> list[str]:
    """Return the units that a synthetic control may be mixed of: neither treated nor excluded."""
    left = group_treatments.excluded(events, treated, last=panel["period"].max())
    never = set(panel["unit"]) - set(treated["unit"]) - set(left["unit"])
    return sorted(map(str, never))


def beside_synthetic(
    series: pd.DataFrame,
    chosen: pd.DataFrame,
    *,
    donors: Sequence[str],
    unit: str,
    window: Choices,
) -> Synthetic:
    """Return a group beside its synthetic control, as ``evaluation.synthetic_control`` has it.

    Parameters
    ----------
    series : DataFrame
        ``unit``, ``period``, ``value`` of one outcome.
    chosen : DataFrame
        ``unit``, ``start`` of the group's units; the earliest start is taken.
    donors : sequence of str
        Units to mix.
    unit : str
        Unit of the outcome.
    window : Choices
        Levels.
    """
    return synthetic_control(
        series,
        treated=list(chosen["unit"]),
        start=_quarter(chosen["start"].min()),
        donors=donors,
        unit=unit,
        confidence_level=window.confidence_level,
        power=window.power,
    )


def interrupted(
    series: pd.DataFrame,
    chosen: pd.DataFrame,
    *,
    interruptions: Sequence[Interruption],
    unit: str,
    window: Choices,
) -> InterruptedSeries:
    """Return the change of the first unit of a group, by ``evaluation.interrupted_series``.

    Parameters
    ----------
    series, chosen, unit, window
        As for `beside_synthetic`.
    interruptions : sequence of Interruption
        Spans that are taken out.
    """
    first = chosen.iloc[0]
    spans = [
        (_quarter(one.first_month), _quarter(one.last_month), one.name) for one in interruptions
    ]
    return interrupted_series(
        series[series["unit"].eq(first["unit"])],
        start=_quarter(first["start"]),
        after=window.after,
        unit=unit,
        confidence_level=window.confidence_level,
        power=window.power,
        interruptions=spans,
    )


def _quarter(day: object) -> pd.Timestamp:
    return pd.Period(pd.Timestamp(str(day)), "Q").start_time


def _label(definition: str, main: str) -> str:
    return f"{definition} ({_MAIN})" if definition == main else definition


def _treated(events: pd.DataFrame, definition: str, setting: Setting) -> pd.DataFrame:
    return group_treatments.treatments(
        events, definition=definition, least_spell_months=setting.least_spell_months
    )


def _quarters(interruptions: Sequence[Interruption]) -> list[pd.Timestamp]:
    spans = [
        pd.period_range(pd.Period(one.first_month, "Q"), pd.Period(one.last_month, "Q"))
        for one in interruptions
    ]
    return [quarter.start_time for span in spans for quarter in span]
