"""What each model, at each of its settings, forecasts from every origin of a panel."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np

from caseanalysis.methods.forecasting import statespace
from caseanalysis.methods.forecasting.panels import YEAR, Array, Panel
from caseanalysis.methods.forecasting.seasonality import find_season
from caseanalysis.methods.forecasting.smoothing import holt_winters, simple_level

SEASONAL_NAIVE = "seasonal naive"
EXPONENTIAL_SMOOTHING = "exponential smoothing"
SARIMAX = "SARIMAX"
STRUCTURAL = "structural"
POOLED_SEASON = "pooled seasonality"
POOLED_LEVEL = "pooled seasonality and level"
#: Models that forecast by themselves; the last two come at several rates of smoothing.
SINGLE_MODELS = (
    SEASONAL_NAIVE, EXPONENTIAL_SMOOTHING, SARIMAX, STRUCTURAL, POOLED_SEASON, POOLED_LEVEL,
)  # fmt: skip

#: Rates of simple smoothing: of a unit's level, and of the level that all units share.
OWN_RATES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
SHARED_RATES = (0.1, 0.2, 0.3, 0.5)


def candidates(
    panel: Panel, *, origins: Sequence[int], months_ahead: int, jobs: int = 1
) -> list[tuple[str, Array]]:
    """Return each model at each setting, with its forecasts of the logarithm of events a day.

    Parameters
    ----------
    panel : Panel
        The series; each forecast uses only what precedes its origin.
    origins : sequence of int
        Lengths of the training parts, rising.
    months_ahead : int
        Months to forecast from each.
    jobs : int
        Processes for the models of statsmodels.

    Returns
    -------
    list of (str, array)
        Name of the model and forecasts, origins by months ahead by units.
    """
    roll = partial(
        statespace.roll, values=panel.rates, origins=origins, months_ahead=months_ahead, jobs=jobs
    )
    rates = [panel.rates[:length] for length in origins]
    naive = [seasonal_naive(panel, length, months_ahead) for length in origins]
    smooth = [holt_winters(rate, panel.calendar, months_ahead) for rate in rates]
    pooled = [_pooled(panel, length, months_ahead) for length in origins]
    return [
        (SEASONAL_NAIVE, np.stack(naive)),
        (EXPONENTIAL_SMOOTHING, np.stack(smooth)),
        (SARIMAX, roll(statespace.sarimax)),
        (STRUCTURAL, roll(statespace.structural)),
        *((name, np.stack(found)) for name, *found in zip(_POOLED_NAMES, *pooled, strict=True)),
    ]


_POOLED_NAMES = (
    *itertools.repeat(POOLED_SEASON, len(OWN_RATES)),
    *itertools.repeat(POOLED_LEVEL, len(OWN_RATES) * len(SHARED_RATES)),
)


def seasonal_naive(panel: Panel, length: int, months_ahead: int) -> Array:
    """Return the same calendar month of the latest year that was seen before an origin."""
    seen, calendar = np.flatnonzero(panel.seen[:length]), panel.calendar
    latest = {month: index for index, month in zip(seen, calendar[seen], strict=True)}
    return panel.rates[[latest[month] for month in calendar[length : length + months_ahead]]]


def _pooled(panel: Panel, length: int, months_ahead: int) -> list[Array]:
    """Return the forecasts of the pooled models at every setting, in the order of their names."""
    effects = find_season(panel, length).effects
    rest = panel.rates[:length] - effects[:length]
    coming = effects[length : length + months_ahead]
    shared = rest.mean(axis=1, keepdims=True)
    own = [simple_level(rest, rate) for rate in OWN_RATES]
    apart = [simple_level(rest - shared, rate) for rate in OWN_RATES]
    common = [simple_level(shared, rate) for rate in SHARED_RATES]
    levels = [*own, *(one + other for one, other in itertools.product(apart, common))]
    return [level + coming for level in levels]


def scales(panel: Panel, origins: Sequence[int]) -> Array:
    """Return the mean absolute seasonal change of events a day, origins by units.

    The change is on the same calendar month of the latest year that was seen, within the training
    part of each origin alone.
    """
    rates, calendar = np.exp(panel.rates), panel.calendar
    found = []
    for length in origins:
        seen = np.flatnonzero(panel.seen[:length])
        steps = [np.diff(rates[seen[calendar[seen] == month]], axis=0) for month in range(YEAR)]
        found.append(np.abs(np.concatenate(steps)).mean(axis=0))
    return np.stack(found)
