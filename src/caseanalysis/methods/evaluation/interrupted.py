"""Interrupted time series: the level and the slope of one series before and after a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize, stats

from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.evaluation.adoption import refusal
from caseanalysis.methods.evaluation.power import detectable_effect

NEWEY_WEST, AUTOREGRESSIVE = "newey-west", "autoregressive"
Interruption = tuple[pd.Timestamp, pd.Timestamp, str]
#: Periods that each side of the start needs beyond the interruptions, in years.
_LEAST_YEARS = 1
#: Range of the correlation from one period to the next.
_RANGE = (0.0, 0.99)


@dataclass(frozen=True)
class InterruptedSeries:
    """What changed at a date in one series.

    Attributes
    ----------
    effects : DataFrame
        ``term`` (``level``, ``slope a year``, ``mean effect``), ``value``, ``lower``, ``upper``,
        ``standard_error``, ``p_value``, ``detectable``, ``periods``, ``unit``, ``basis``.
    path : DataFrame
        ``period``, ``value``, ``fitted``, ``without`` (fitted without the treatment),
        ``after``, ``interrupted``, ``unit``.
    """

    effects: pd.DataFrame
    path: pd.DataFrame


def interrupted_series(
    panel: pd.DataFrame,
    *,
    start: pd.Timestamp,
    after: int,
    unit: str,
    confidence_level: float,
    power: float,
    interruptions: Sequence[Interruption] = (),
    errors: str = AUTOREGRESSIVE,
) -> InterruptedSeries:
    """Return the change of level and slope (outcome's unit) of one series at a date.

    Parameters
    ----------
    panel : DataFrame
        ``period`` (first day of a month or quarter), ``value`` of one unit and outcome; an absent
        or missing value is withheld and takes no part.
    start : Timestamp
        First treated period.
    after : int
        Periods from the start on over which the mean effect runs.
    unit : str
        Unit of the outcome.
    confidence_level, power : float
        Level of the intervals, and chance to find the detectable effect.
    interruptions : sequence of (first, last, name)
        Spans, such as a pandemic: each of their periods has a coefficient of its own, and the
        level may differ after the span.
    errors : str
        ``newey-west``: least squares with errors that allow for correlation up to a year;
        ``autoregressive``: generalised least squares with first-order autoregressive errors, their
        correlation (0 to 0.99) by restricted maximum likelihood.

    Returns
    -------
    InterruptedSeries

    Raises
    ------
    MethodError
        If a column is missing, a period is repeated, less than a year on one side is left, or a
        change cannot be told from an interruption.

    Notes
    -----
    value = level + slope x time + season + interruptions + change of level x after + change of
    slope x time since the start. The mean effect over n periods is the change of level plus the
    change of slope x (n - 1) / 2. One series has no comparison: whatever else changed at the
    date is in the estimate.

    Bernal, J. L., Cummins, S. and Gasparrini, A. (2017), Interrupted time series regression for
    the evaluation of public health interventions, International Journal of Epidemiology 46(1),
    348-355. Newey, W. K. and West, K. D. (1987), Econometrica 55(3), 703-708.
    """
    series = _series(panel)
    index = pd.PeriodIndex(series.index)
    a_year = 12 if index.freqstr.startswith("M") else 4
    at = pd.Period(start, index.freqstr)
    design = _design(index, at, interruptions, a_year)
    inside = np.asarray(_inside(index, interruptions))
    _check(series, index >= at, inside, design, after, a_year)
    fitted, covariance, degrees = _fit(series, design, errors, a_year)
    rows = []
    for term, weights in _terms(after, a_year).items():
        combination = np.array([weights.get(name, 0.0) for name in design.columns])
        error = float(np.sqrt(combination @ covariance @ combination))
        value = float(combination @ fitted)
        rows.append(_row(term, value, error, degrees, confidence_level, power))
    path = _path(series, design, fitted).assign(after=index >= at, interrupted=inside, unit=unit)
    effects = pd.DataFrame(rows).assign(
        periods=int((series.notna() & ~inside).sum()),
        unit=unit,
        basis=f"interrupted time series, {errors} errors",
    )
    return InterruptedSeries(effects, path)


def _terms(after: int, a_year: int) -> dict[str, dict[str, float]]:
    """Return what each effect takes of the change of level and of slope a period."""
    return {
        "level": {"level": 1.0},
        "slope a year": {"slope": float(a_year)},
        "mean effect": {"level": 1.0, "slope": (after - 1) / 2},
    }


def _path(series: pd.Series, design: pd.DataFrame, fitted: np.ndarray) -> pd.DataFrame:
    without = design.assign(level=0.0, slope=0.0)
    return pd.DataFrame(
        {
            "period": pd.PeriodIndex(series.index).start_time,
            "value": series.to_numpy(),
            "fitted": design.to_numpy() @ fitted,
            "without": without.to_numpy() @ fitted,
        }
    )


def _series(panel: pd.DataFrame) -> pd.Series:
    require_columns(panel, ["period", "value"], where="series")
    require_key(panel, ["period"], where="series")
    series = panel.set_index("period")["value"].astype(float).sort_index()
    months = pd.DatetimeIndex(series.index)
    frequency = "Q" if set(months.month) <= {1, 4, 7, 10} else "M"
    series.index = months.to_period(frequency)
    return series.reindex(pd.period_range(series.index[0], series.index[-1], freq=frequency))


def _inside(index: pd.PeriodIndex, interruptions: Sequence[Interruption]) -> list[bool]:
    days = index.start_time
    return [any(first <= day <= last for first, last, _ in interruptions) for day in days]


def _design(
    index: pd.PeriodIndex, at: pd.Period, interruptions: Sequence[Interruption], a_year: int
) -> pd.DataFrame:
    time = np.arange(len(index), dtype=float)
    since = time - (at.ordinal - index[0].ordinal)
    columns = {
        "constant": np.ones(len(index)),
        "trend": time / a_year,
        "level": (since >= 0).astype(float),
        "slope": np.where(since >= 0, since, 0.0),
    }
    season = index.month if a_year == 12 else index.quarter
    for one in range(2, a_year + 1):
        columns[f"season {one}"] = np.asarray(season == one, dtype=float)
    for first, last, name in interruptions:
        days = index.start_time
        for place in np.flatnonzero((days >= first) & (days <= last)):
            columns[f"{name} {index[int(place)]}"] = (time == place).astype(float)
        columns[f"after {name}"] = np.asarray(days > last, dtype=float)
    table = pd.DataFrame(columns, index=index)
    return table.loc[:, table.ne(0).any()]


def _check(
    series: pd.Series,
    after: np.ndarray,
    inside: np.ndarray,
    design: pd.DataFrame,
    periods: int,
    a_year: int,
) -> None:
    known = series.notna().to_numpy() & ~inside
    sides = (int((known & ~after).sum()), int((known & after).sum()))
    least = _LEAST_YEARS * a_year
    if min(sides) < least or periods < 1:
        found = f"{sides[0]} periods before the start and {sides[1]} from it on, not interrupted"
        raise refusal("series", found, f"{least} or more on each side")
    used = design[series.notna().to_numpy()]
    used = used.loc[:, used.ne(0).any()]
    if np.linalg.matrix_rank(used.to_numpy()) < used.shape[1]:
        found = "a start that coincides with the end of an interruption"
        raise refusal("series", found, "a change that can be told from the interruption's")


def _fit(
    series: pd.Series, design: pd.DataFrame, errors: str, a_year: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the coefficients and covariance of the terms, and degrees of freedom."""
    known = series.notna().to_numpy()
    outcome, terms = series[known].to_numpy(), design[known].to_numpy()
    if errors == NEWEY_WEST:
        kernel = {"maxlags": a_year, "use_correction": True}
        found = sm.OLS(outcome, terms).fit(cov_type="HAC", cov_kwds=kernel)
    elif errors == AUTOREGRESSIVE:
        times = np.flatnonzero(known)
        found = sm.GLS(outcome, terms, sigma=_correlation(outcome, terms, times)).fit()
    else:
        raise refusal("errors", errors, f"{NEWEY_WEST} or {AUTOREGRESSIVE}")
    return np.asarray(found.params), np.asarray(found.cov_params()), float(found.df_resid)


def _correlation(outcome: np.ndarray, terms: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the first-order autoregressive correlation of largest restricted likelihood."""
    apart = np.abs(times[:, None] - times)

    def deviance(rho: float) -> float:
        fit = sm.GLS(outcome, terms, sigma=rho**apart).fit()
        spread = np.linalg.slogdet(rho**apart)[1]
        spread += np.linalg.slogdet(fit.model.wexog.T @ fit.model.wexog)[1]
        return float(spread + fit.df_resid * np.log(fit.ssr))

    found = optimize.minimize_scalar(deviance, bounds=_RANGE, method="bounded")
    return np.asarray(float(found.x) ** apart)


def _row(
    term: str, value: float, error: float, degrees: float, level: float, power: float
) -> dict[str, object]:
    width = float(stats.t.ppf((1 + level) / 2, degrees)) * error
    return {
        "term": term,
        "value": value,
        "lower": value - width,
        "upper": value + width,
        "standard_error": error,
        "p_value": 2 * float(stats.t.sf(abs(value / error), degrees)),
        "detectable": detectable_effect(
            error, degrees=degrees, confidence_level=level, power=power
        ),
    }
