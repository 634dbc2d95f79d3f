"""Exponential smoothing of many series at once; a missing value leaves the level as it was."""

from __future__ import annotations

import itertools

import numpy as np

from caseanalysis.methods.forecasting.panels import YEAR, Array

#: Grid of the smoothing of level, of a damped trend with its damping, and of the season.
_LEVEL = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
_TREND = ((0.0, 1.0), (0.05, 0.9), (0.1, 0.9))
_SEASON = (0.0, 0.1, 0.3)
GRID: Array = np.array(
    [(a, b, d, g) for a, (b, d), g in itertools.product(_LEVEL, _TREND, _SEASON)]
)
#: Months that the level of simple smoothing starts from; of the states of Holt-Winters.
_START, _SEASONAL_START = 3, 36
#: Draws the first seasonal effects to zero where a month of the calendar was seen once.
_SMALL = 1e-3


def simple_level(values: Array, rate: float) -> Array:
    """Return the last level of simple exponential smoothing, one a series.

    Parameters
    ----------
    values : array
        Months by series; a row of missing values leaves the level as it was.
    rate : float
        Weight (0 to 1) of the newest value. The level starts from the mean of the first three.

    Notes
    -----
    l[t] = l[t-1] + rate × (y[t] - l[t-1]); the forecast is the last level, however far ahead.
    """
    seen = values[~np.isnan(values).any(axis=1)]
    level = seen[:_START].mean(axis=0)
    for row in seen:
        level = level + rate * (row - level)
    return np.asarray(level)


def holt_winters(values: Array, calendar: np.ndarray, months_ahead: int) -> Array:
    """Return forecasts of additive Holt-Winters, months ahead by series.

    Parameters
    ----------
    values : array
        Months by series; missing values leave the states as they were.
    calendar : array of int
        Month of the calendar (0 to 11) of each month, those ahead included.
    months_ahead : int
        Months to forecast.

    Notes
    -----
    For each series, of a grid of smoothing rates the one with the least sum of squared errors one
    month ahead. First states by least squares on the first three years that were seen.
    """
    level, season = first_states(values, calendar)
    return run_grid(values, calendar, months_ahead, grid=GRID, level=level, season=season)


def first_states(values: Array, calendar: np.ndarray) -> tuple[Array, Array]:
    """Return the first level of each series and its twelve seasonal effects, which sum to 0."""
    rows = np.flatnonzero(~np.isnan(values).any(axis=1))[:_SEASONAL_START]
    design = np.column_stack([np.ones(len(rows)), np.eye(YEAR)[calendar[rows]]])
    # The level is drawn to nothing either, but the effects, summing to 0, take none of it.
    penalty = np.diag([np.finfo(float).eps] + [_SMALL] * YEAR)
    found = np.linalg.solve(design.T @ design + penalty, design.T @ values[rows])
    shift = found[1:].mean(axis=0)
    return found[0] + shift, found[1:] - shift


def run_grid(
    values: Array,
    calendar: np.ndarray,
    months_ahead: int,
    *,
    grid: Array,
    level: Array,
    season: Array,
) -> Array:
    """Return the forecasts of the rates of a grid that have the least squared error.

    Parameters
    ----------
    values, calendar, months_ahead
        As for `holt_winters`.
    grid : array
        One row a choice: the smoothing of level, of trend, the damping, the smoothing of season.
    level, season : array
        First states, by series and by calendar month and series. The trend starts at 0.

    Notes
    -----
    e = y - (l + d b + s); l = l + d b + a e; b = d b + β e; s = s + g e: the error-correction form
    of additive Holt-Winters with a damped trend.
    """
    rate, slope_rate, damping, season_rate = grid.T
    series = values.shape[1]
    state = np.repeat(level[:, None], len(grid), axis=1)
    slope, errors = np.zeros((series, len(grid))), np.zeros((series, len(grid)))
    seasons = np.repeat(season[:, :, None], len(grid), axis=2)
    for row, month in zip(values, calendar, strict=False):
        state = state + damping * slope
        error = np.nan_to_num(row[:, None] - state - seasons[month])
        state = state + rate * error
        slope = damping * slope + slope_rate * error
        seasons[month] += season_rate * error
        errors += error**2
    best, each = errors.argmin(axis=1), np.arange(series)
    ahead = np.arange(1, months_ahead + 1)
    growth = np.cumsum(damping[best][None, :] ** ahead[:, None], axis=0)
    coming = seasons[:, each, best][calendar[len(values) : len(values) + months_ahead]]
    return np.asarray(state[each, best] + growth * slope[each, best] + coming)
