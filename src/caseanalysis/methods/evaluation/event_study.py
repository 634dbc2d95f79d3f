"""Group-time average effects of a treatment taken up at different times (staggered adoption)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from caseanalysis.methods.evaluation.adoption import (
    COMPARISONS,
    NEVER,
    Adoption,
    Choices,
    refusal,
)
from caseanalysis.methods.evaluation.power import detectable_effect

#: Draws of the simultaneous band.
_BAND_DRAWS = 4000


@dataclass(frozen=True)
class EventStudy:
    """Effects by time since the start, over the window, and what follows from them.

    Attributes
    ----------
    table : DataFrame
        ``event_time`` (periods since the start; -1 is the base), ``value``, ``lower``, ``upper``,
        ``band_lower``, ``band_upper`` (hold together at all event times), ``treated``, ``unit``,
        ``basis``.
    overall : DataFrame
        One row, the mean effect from the start on: ``treated``, ``comparison_units``,
        ``first_period``, ``last_period``, ``value``, ``lower``, ``upper``, ``standard_error``,
        ``p_value``, ``detectable``, ``pre_trend_p``, ``breakdown``, ``unit``, ``basis``.
    groups : DataFrame
        ``start``, ``units``, ``value`` (mean effect from the start on), ``unit``, ``basis``.
    surface : object
        The same effects with their covariance, as ``sensitivity.sensitivity`` takes them.
    """

    table: pd.DataFrame
    overall: pd.DataFrame
    groups: pd.DataFrame
    surface: Any


def event_study(
    adoption: Adoption,
    *,
    choices: Choices,
    comparison: str,
    generator: np.random.Generator,
    unit: str,
) -> EventStudy:
    """Return the effect on those treated, by time since the start and on the whole.

    Parameters
    ----------
    adoption : Adoption
        From ``adoption.prepare``.
    choices : Choices
        Window and levels.
    comparison : str
        ``never treated`` or ``not yet treated``.
    generator : Generator
        For the simultaneous band.
    unit : str
        Unit of the outcome.

    Returns
    -------
    EventStudy

    Raises
    ------
    MethodError
        If the comparison is not known, or the values of the units leave no variance.

    Notes
    -----
    Effect of the units that start at g, in period t: their mean change from g - 1 to t less the
    mean change of the comparison units; an event time's effect is the mean over starts, weighted
    by units; the overall effect is the mean over event times 0 to after - 1. Estimated by
    diff-diff (MIT licence), with influence functions clustered by unit that count the choice of
    units too, so that groups of one unit do not pass for certain. With few treated units these
    errors are too small: they are multiplied by the square root of n / (n - 1), n treated units,
    and compared with a t distribution of n - 1 degrees. The pre-trend test is Hotelling's, of all
    event times before -1 together. The band's factor is the quantile of the largest of the
    studentised effects, drawn with their covariance.

    Callaway, B. and Sant'Anna, P. H. C. (2021), Difference-in-differences with multiple time
    periods, Journal of Econometrics 225(2), 200-230. Sun, L. and Abraham, S. (2021), Journal of
    Econometrics 225(2), 175-199. Montiel Olea, J. L. and Plagborg-Møller, M. (2019), Simultaneous
    confidence bands, Journal of Applied Econometrics 34(1), 1-17.
    """
    if comparison not in COMPARISONS:
        raise refusal("comparison", str(comparison), " or ".join(COMPARISONS))
    fitted = _fit(adoption, comparison)
    surface = _window(fitted.aggregate("event_study"), choices, len(adoption.starts))
    _must_have_errors(surface)
    basis = f"group-time effects, compared with {comparison}"
    table = _event_table(surface, choices, generator, len(adoption.starts))
    overall = _overall(surface, adoption, choices, comparison)
    groups = _groups(fitted, adoption, choices)
    table, overall, groups = (
        one.assign(unit=unit, basis=basis) for one in (table, overall, groups)
    )
    return EventStudy(table, overall, groups, surface)


def long_panel(adoption: Adoption, untreated: list[str]) -> pd.DataFrame:
    """Return ``unit``, ``time`` (1, 2, ...), ``first`` (0: never treated) and ``y``."""
    values = adoption.outcomes[[*adoption.starts.index, *untreated]]
    periods, units = values.shape
    first = np.r_[adoption.starts.to_numpy() + 1, np.zeros(len(untreated), dtype=int)]
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods),
            "time": np.tile(np.arange(1, periods + 1), units),
            "first": np.repeat(first, periods),
            "y": values.to_numpy().T.ravel(),
        }
    )


def _fit(adoption: Adoption, comparison: str) -> Any:
    # The library takes over a second to import, which nothing else here should have to wait for.
    from diff_diff import CallawaySantAnna

    untreated = adoption.untreated(comparison)
    _must_vary(adoption.outcomes[[*adoption.starts.index, *untreated]])
    model = CallawaySantAnna(
        control_group="never_treated" if comparison == NEVER else "not_yet_treated",
        estimation_method="reg",
        base_period="universal",
    )
    return model.fit(
        long_panel(adoption, untreated), outcome="y", unit="unit", time="time", first_treat="first"
    )


def _must_vary(values: pd.DataFrame) -> None:
    changes = values.diff().iloc[1:]
    if np.allclose(changes, changes.iloc[:, :1].to_numpy(), rtol=0, atol=1e-12):
        raise refusal("panel, value", "units that all change alike", "values that differ by unit")


def _must_have_errors(surface: Any) -> None:
    unknown = ~surface.is_reference & ~(surface.se > 0)
    if unknown.any():
        times = ", ".join(f"{time:g}" for time in surface.event_time[unknown])
        found = f"no unit that differs from the others at event time {times}"
        raise refusal("panel, value", found, "values that differ by unit in every period")


def _window(surface: Any, choices: Choices, treated: int) -> Any:
    """Return the effects of the window, with the errors widened for few treated units."""
    times = surface.event_time
    keep = (times >= -choices.before) & (times < choices.after)
    known = np.isin(surface.vcov_index, times[keep])
    wider = treated / (treated - 1)
    columns = ("att", "se", "t_stat", "p_value", "conf_int_lower", "conf_int_upper", "n")
    cut = {name: getattr(surface, name)[keep] for name in columns}
    return replace(
        surface,
        **{**cut, "se": cut["se"] * np.sqrt(wider)},
        event_time=times[keep],
        is_reference=surface.is_reference[keep],
        vcov=surface.vcov[np.ix_(known, known)] * wider,
        vcov_index=surface.vcov_index[known],
        df=None,
        df_survey=float(treated - 1),
    )


def effects_of(surface: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return event times (the base left out), effects and their covariance, in one order."""
    free = ~surface.is_reference
    times = surface.event_time[free]
    order = [list(surface.vcov_index).index(one) for one in times]
    return times, surface.att[free], surface.vcov[np.ix_(order, order)]


def _event_table(
    surface: Any, choices: Choices, generator: np.random.Generator, treated: int
) -> pd.DataFrame:
    _, _, covariance = effects_of(surface)
    errors = np.where(surface.is_reference, 0.0, surface.se)
    quantile = (1 + choices.confidence_level) / 2
    point = stats.t.ppf(quantile, treated - 1)
    widest = max(_band(covariance, choices.confidence_level, treated - 1, generator), point)
    return pd.DataFrame(
        {
            "event_time": surface.event_time.astype(int),
            "value": surface.att,
            "lower": surface.att - point * errors,
            "upper": surface.att + point * errors,
            "band_lower": surface.att - widest * errors,
            "band_upper": surface.att + widest * errors,
            "treated": treated,
        }
    )


def _band(
    covariance: np.ndarray, level: float, degrees: int, generator: np.random.Generator
) -> float:
    scale = np.sqrt(np.diag(covariance))
    drawn = generator.multivariate_normal(np.zeros(len(scale)), covariance, _BAND_DRAWS) / scale
    spread = np.sqrt(generator.chisquare(degrees, _BAND_DRAWS) / degrees)
    return float(np.quantile(np.abs(drawn).max(axis=1) / spread, level))


def _overall(surface: Any, adoption: Adoption, choices: Choices, comparison: str) -> pd.DataFrame:
    times, effects, covariance = effects_of(surface)
    weights = np.where(times >= 0, 1 / choices.after, 0.0)
    value, error = float(weights @ effects), float(np.sqrt(weights @ covariance @ weights))
    treated = len(adoption.starts)
    width = float(stats.t.ppf((1 + choices.confidence_level) / 2, treated - 1)) * error
    pre = times < 0
    row = {
        "treated": treated,
        "comparison_units": len(adoption.untreated(comparison)),
        "first_period": adoption.outcomes.index[0].start_time,
        "last_period": adoption.outcomes.index[-1].start_time,
        "value": value,
        "lower": value - width,
        "upper": value + width,
        "standard_error": error,
        "p_value": 2 * float(stats.t.sf(abs(value / error), treated - 1)),
        "detectable": detectable_effect(
            error, degrees=treated - 1,
            confidence_level=choices.confidence_level, power=choices.power,
        ),
        "pre_trend_p": _hotelling(effects[pre], covariance[np.ix_(pre, pre)], treated),
        "breakdown": breakdown(effects[pre], value=value, width=width, after=choices.after),
    }  # fmt: skip
    return pd.DataFrame([row])


def _hotelling(effects: np.ndarray, covariance: np.ndarray, treated: int) -> float:
    """Return the p value of all effects being 0; missing where treated units are too few."""
    number = len(effects)
    if treated <= number or np.linalg.matrix_rank(covariance) < number:
        return np.nan
    statistic = effects @ np.linalg.solve(covariance, effects)
    scaled = statistic * (treated - number) / (number * (treated - 1))
    return float(stats.f.sf(scaled, number, treated - number))


def largest_step(pre_effects: np.ndarray) -> float:
    """Return the largest change from one period to the next before the start, the base's 0 last."""
    return float(np.abs(np.diff(np.r_[pre_effects, 0.0])).max())


def breakdown(pre_effects: np.ndarray, *, value: float, width: float, after: int) -> float:
    """Return how many times the largest earlier step later steps may be before 0 is inside.

    A step of at most M times the largest one, s, adds up to M s (after + 1) / 2 in the mean over
    the window; 0 where the interval holds 0 from the outset.
    """
    reach = largest_step(pre_effects) * (after + 1) / 2
    spare = max(abs(value) - width, 0.0)
    return float(np.inf) if reach == 0 else spare / reach


def _groups(fitted: Any, adoption: Adoption, choices: Choices) -> pd.DataFrame:
    cells = fitted.to_dataframe(level="group_time")
    event_time = cells["time"] - cells["group"]
    cells = cells[event_time.between(0, choices.after - 1)]
    values = cells.groupby("group")["effect"].mean()
    counts = adoption.starts.value_counts().sort_index()
    return pd.DataFrame(
        {
            "start": [adoption.outcomes.index[at].start_time for at in counts.index],
            "units": counts.to_numpy(),
            "value": values.reindex(counts.index + 1).to_numpy(),
        }
    )
