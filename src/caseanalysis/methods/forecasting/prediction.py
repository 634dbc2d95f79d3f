"""Prediction intervals from the errors of earlier origins: adaptive conformal, pooled over units.

The half-width of an interval is a quantile of the absolute errors that were known at the origin,
of the same number of months ahead, from the twelve latest origins and from all units, each error
in multiples of its unit's usual error. The quantile's level follows the coverage so far: raised
where earlier intervals covered too little, lowered where they covered too much.
"""

from __future__ import annotations

import numpy as np

from caseanalysis.methods.forecasting.choice import Rolled
from caseanalysis.methods.forecasting.panels import YEAR, Array

#: How fast the level follows the coverage: Gibbs and Candès's gamma. With the window, a year, and
#: the prior below set on origins before those of the published back-test.
_FOLLOW = 0.1
_WINDOW = YEAR
#: Origins that the usual error of all units counts for against a unit's own.
_PRIOR_ORIGINS = 8.0
_LOWEST, _HIGHEST = 0.3, 0.999


def half_widths(forecasts: Array, rolls: Rolled, *, level: float) -> Array:
    """Return half the width of the interval of the logarithm, origins by months ahead by units.

    Parameters
    ----------
    forecasts : array
        Forecasts of one model, origins by months ahead by units.
    rolls : Rolled
        Origins and outturn.
    level : float
        Coverage wanted, 0 to 1.

    Returns
    -------
    array
        Missing at the first origin, before any error was known. Where no error is known so many
        months ahead, that of the most months ahead that are, times the square root of their ratio.
    """
    misses = np.abs(rolls.outturn - forecasts)
    widths = np.full(forecasts.shape, np.nan)
    levels: Array = np.full(rolls.months_ahead, level)
    for at, origin in enumerate(map(int, rolls.origins)):
        if at:
            levels = _followed(levels, level, _settled(misses, widths, rolls, origin))
        if rolls.known(origin).any():
            widths[at] = _quantiles(misses, rolls.known(origin), levels)
    return widths


def _followed(levels: Array, level: float, coverage: Array) -> Array:
    """Return the levels after what was covered; without news of a horizon, as they were."""
    moved = levels + _FOLLOW * np.nan_to_num(level - coverage)
    return np.asarray(np.clip(moved, _LOWEST, _HIGHEST))


def _settled(misses: Array, widths: Array, rolls: Rolled, origin: int) -> Array:
    """Return the share covered, by months ahead, of the forecasts of the month just past."""
    target = rolls.origins[:, None] + np.arange(rolls.months_ahead)
    news = (target == origin - 1) & ~np.isnan(misses[:, :, 0] + widths[:, :, 0])
    inside = np.where(news[:, :, None], misses <= widths, 0.0).mean(axis=2).sum(axis=0)
    count = news.sum(axis=0)
    return np.where(count > 0, inside / np.maximum(count, 1), np.nan)


def _quantiles(misses: Array, known: np.ndarray, levels: Array) -> Array:
    usual = _usual_error(misses, known)
    found: list[float] = []
    for ahead, level in enumerate(levels):
        latest = np.flatnonzero(known[:, ahead])[-_WINDOW:]
        if len(latest):
            found.append(_quantile(misses[latest, ahead] / usual, level))
        else:
            found.append(found[-1] * np.sqrt((ahead + 1) / ahead))
    return np.outer(found, usual)


def _quantile(errors: Array, level: float) -> float:
    """Return the conformal quantile: of n errors the ceil((n + 1) × level)-th, at most the last."""
    rank = int(np.ceil((errors.size + 1) * level))
    return float(np.sort(errors, axis=None)[min(rank, errors.size) - 1])


def _usual_error(misses: Array, known: np.ndarray) -> Array:
    """Return the root mean square error of each unit, drawn to that of all units."""
    squares = misses[known] ** 2
    origins = int(known.any(axis=1).sum())
    own, every = squares.mean(axis=0), squares.mean()
    drawn = (origins * own + _PRIOR_ORIGINS * every) / (origins + _PRIOR_ORIGINS)
    return np.asarray(np.sqrt(np.maximum(drawn, np.finfo(float).tiny)))
