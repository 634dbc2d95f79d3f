"""Panels with a known effect, and how well each estimate recovers it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from caseanalysis.methods.evaluation.adoption import NEVER, NOT_YET, Choices, prepare, refusal
from caseanalysis.methods.evaluation.event_study import EventStudy, event_study
from caseanalysis.methods.evaluation.sensitivity import sensitivity
from caseanalysis.methods.evaluation.two_way import two_way_fixed_effects

TWO_WAY = "two-way fixed effects"
LESS_LINE = "group-time effects less a straight line, never treated"
_GROUP_TIME = {comparison: f"group-time effects, {comparison}" for comparison in (NEVER, NOT_YET)}
#: Periods before the first, over which the noise settles.
_SETTLING = 50
_FIRST_PERIOD = "2001-01-01"


@dataclass(frozen=True)
class Design:
    """A made-up panel of quarters.

    Attributes
    ----------
    units, treated, periods : int
        Units, how many of them are treated in the end, and quarters.
    earliest, latest : int
        First and last quarter (from 0) in which a treatment may start; evenly likely.
    effect : float
        True mean effect over the window of those treated.
    growing : bool
        Whether the effect grows in proportion to the time since the start; else it is constant.
    unequal : float
        How much larger, as a share, the effect is in the earliest than in the latest starters.
    noise, persistence : float
        Standard deviation of a unit's own noise and its correlation from quarter to quarter.
    """

    units: int
    treated: int
    periods: int
    earliest: int
    latest: int
    effect: float
    growing: bool
    unequal: float
    noise: float
    persistence: float


@dataclass(frozen=True)
class Simulated:
    """A made-up panel and what is true of it.

    Attributes
    ----------
    panel, treatments : DataFrame
        As `evaluate` takes them.
    true_window : float
        Mean effect over the window of those treated: what group-time effects aim at.
    true_all : float
        Mean effect over all treated units and quarters: what a single coefficient aims at.
    """

    panel: pd.DataFrame
    treatments: pd.DataFrame
    true_window: float
    true_all: float


def simulate_adoption(design: Design, *, after: int, generator: np.random.Generator) -> Simulated:
    """Return a panel in which units take up a treatment of known effect at different times.

    Parameters
    ----------
    design : Design
        The panel.
    after : int
        Quarters from the start on over which ``design.effect`` is the mean.
    generator : Generator
        For starts and noise.

    Returns
    -------
    Simulated

    Raises
    ------
    MethodError
        If the latest start leaves no whole window, or all units would be treated.

    Notes
    -----
    Outcome = level of the unit + common walk + autoregressive noise + effect.
    """
    if design.latest + after > design.periods or design.treated >= design.units:
        found = f"a start in quarter {design.latest}, {design.treated} treated units"
        wanted = f"{after} quarters from the start on, fewer treated units than {design.units}"
        raise refusal("design", found, wanted)
    starts = generator.integers(design.earliest, design.latest + 1, design.treated)
    since = np.arange(design.periods)[:, None] - starts
    effects = _effects(design, since, starts, after)
    window = (since >= 0) & (since < after)
    outcomes = _untreated(design, generator)
    outcomes[:, : design.treated] += effects
    periods = pd.date_range(_FIRST_PERIOD, periods=design.periods, freq="QS")
    names = [f"U{at:03d}" for at in range(design.units)]
    wide = pd.DataFrame(outcomes, index=pd.Index(periods, name="period"), columns=names)
    panel = wide.melt(ignore_index=False, var_name="unit").reset_index().assign(outcome="made up")
    treatments = pd.DataFrame({"unit": names[: design.treated], "start": periods[starts]})
    return Simulated(
        panel,
        treatments.assign(treatment="made up"),
        float(effects[window].mean()),
        float(effects[since >= 0].mean()),
    )


def _effects(design: Design, since: np.ndarray, starts: np.ndarray, after: int) -> np.ndarray:
    span = max(design.latest - design.earliest, 1)
    size = 1 + design.unequal * (design.latest - starts) / span
    shape = since + 1.0 if design.growing else np.ones(since.shape)
    raw = np.where(since >= 0, shape * size, 0.0)
    window = (since >= 0) & (since < after)
    return np.asarray(raw * design.effect / raw[window].mean())


def _untreated(design: Design, generator: np.random.Generator) -> np.ndarray:
    shape = (design.periods + _SETTLING, design.units)
    shocks = generator.normal(0, design.noise * np.sqrt(1 - design.persistence**2), shape)
    noise = np.zeros(shape)
    for at in range(1, len(noise)):
        noise[at] = design.persistence * noise[at - 1] + shocks[at]
    common = generator.normal(0, design.noise, design.periods).cumsum()[:, None]
    level = generator.normal(0, 3 * design.noise, design.units)
    return np.asarray(noise[_SETTLING:] + common + level)


def simulation_study(
    design: Design, *, choices: Choices, replications: int, generator: np.random.Generator
) -> pd.DataFrame:
    """Return how well each estimate recovers a known effect over many made-up panels.

    Parameters
    ----------
    design : Design
        The panels.
    choices : Choices
        Window and levels.
    replications : int
        Panels.
    generator : Generator
        For the panels.

    Returns
    -------
    DataFrame
        ``estimator``, ``replications``, ``true`` (mean of what it aims at), ``value`` (mean
        estimate), ``bias`` (share of the true effect by which it is off towards larger effects;
        missing where none is true), ``standard_error`` (mean), ``spread`` (standard deviation of
        the estimates), ``coverage`` (share of intervals that hold the truth), ``found`` (share of
        intervals that exclude 0), ``pre_trend_found`` (share of pre-trend tests that reject);
        key ``estimator``.
    """
    rows = [
        row
        for _ in range(replications)
        for row in _estimates(simulate_adoption(design, after=choices.after, generator=generator),
                              choices, generator)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    table["coverage"] = table["true"].between(table["lower"], table["upper"])
    table["found"] = table["lower"].gt(0) | table["upper"].lt(0)
    rejected = table["pre_trend_p"].lt(1 - choices.confidence_level).astype(float)
    table["pre_trend_found"] = rejected.where(table["pre_trend_p"].notna())
    groups = table.groupby("estimator", sort=False)
    means = groups[
        ["true", "value", "standard_error", "coverage", "found", "pre_trend_found"]
    ].mean()
    means.insert(0, "replications", groups.size())
    means["spread"] = groups["value"].std()
    means["bias"] = (means["value"] / means["true"] - 1).where(means["true"].ne(0))
    return means.reset_index()


def _less_line(study: EventStudy, choices: Choices) -> pd.Series:
    table = sensitivity(study, choices=choices, bounds=())
    return table.assign(pre_trend_p=np.nan).iloc[0]


def _estimates(
    made: Simulated, choices: Choices, generator: np.random.Generator
) -> list[dict[str, object]]:
    adoption = prepare(made.panel, made.treatments, choices=choices)
    studies = {
        name: event_study(adoption, choices=choices, comparison=comparison, generator=generator,
                          unit="share")
        for comparison, name in _GROUP_TIME.items()
    }  # fmt: skip
    found = {name: study.overall.iloc[0] for name, study in studies.items()}
    found[LESS_LINE] = _less_line(studies[_GROUP_TIME[NEVER]], choices)
    single = two_way_fixed_effects(adoption, choices=choices, unit="share", parts=False)
    found[TWO_WAY] = single.overall.assign(pre_trend_p=np.nan).iloc[0]
    columns = ["value", "lower", "upper", "standard_error", "pre_trend_p"]
    return [
        {
            "estimator": name,
            "true": made.true_all if name == TWO_WAY else made.true_window,
            **dict(zip(columns, row[columns], strict=True)),
        }
        for name, row in found.items()
    ]
