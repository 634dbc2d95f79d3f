"""SARIMAX and structural models of single series, from many origins at the cost of one filter."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.statespace.structural import UnobservedComponents

from caseanalysis.errors import MethodError
from caseanalysis.methods.forecasting.panels import YEAR, Array

#: Where the search for parameters stops: early, since forecasts are judged by their errors, and the
#: last steps lead along ridges to the bounds, which forecast worse and take three times as long.
_SEARCH = {"maxiter": 20, "factr": 1e11, "pgtol": 1e-2}
#: Where the search for the two moving averages of SARIMAX starts.
_START = (-0.5, -0.5)
_HARMONICS = 3
#: Months between origins at which the parameters are fitted again.
_REFIT = YEAR


def sarimax(values: Array) -> Any:
    """Return the model SARIMAX (0,1,1)(0,1,1)12 of a series, the 'airline' model."""
    return SARIMAX(values, order=(0, 1, 1), seasonal_order=(0, 1, 1, YEAR), concentrate_scale=True)


def structural(values: Array) -> Any:
    """Return a local level with a fixed season of three harmonics, with noise."""
    return UnobservedComponents(
        values,
        "local level",
        freq_seasonal=[{"period": YEAR, "harmonics": _HARMONICS}],
        stochastic_freq_seasonal=[False],
    )


def roll(
    model: Callable[[Array], Any],
    values: Array,
    *,
    origins: Sequence[int],
    months_ahead: int,
    jobs: int = 1,
) -> Array:
    """Return the forecasts of each series from each origin: origins by months ahead by series.

    Parameters
    ----------
    model : Callable
        ``sarimax`` or ``structural``.
    values : array
        Months by series, missing where interrupted.
    origins : sequence of int
        Lengths of the training parts, rising.
    months_ahead : int
        Months to forecast.
    jobs : int
        Processes to share the series among.

    Notes
    -----
    Parameters are fitted at the first origin and every twelfth after, each time on what precedes
    it; in between, the filter takes the new months in with the parameters as they were.
    """
    one = partial(_roll_one, model, origins=list(origins), months_ahead=months_ahead)
    columns = list(values.T)
    if jobs == 1:
        found = list(map(one, columns))
    else:
        with ProcessPoolExecutor(jobs) as pool:
            found = list(pool.map(one, columns, chunksize=max(1, len(columns) // (8 * jobs))))
    return np.stack(found, axis=-1)


def _roll_one(
    model: Callable[[Array], Any], values: Array, *, origins: list[int], months_ahead: int
) -> Array:
    starts = range(0, len(origins), _REFIT)
    parts = [
        _from_origins(model, values, origins[start : start + _REFIT], months_ahead)
        for start in starts
    ]
    return np.concatenate(parts)


def _from_origins(
    model: Callable[[Array], Any], values: Array, origins: list[int], months_ahead: int
) -> Array:
    """Return the forecasts from some origins, with parameters fitted at the first of them."""
    parameters = _fitted(model, values[: origins[0]])
    # One month more than was seen, so that the state expected for it is there.
    held = np.append(values[: origins[-1]], np.nan)
    found = model(held).filter(parameters, cov_type="none")
    states = found.filter_results.predicted_state[:, origins]
    design, transition = found.model["design"][0], found.model["transition"]
    ahead = []
    for _ in range(months_ahead):
        ahead.append(design @ states)
        states = transition @ states
    return np.asarray(ahead).T


def _fitted(model: Callable[[Array], Any], values: Array) -> Array:
    # The warning is not lost: a search that has not settled gives forecasts with larger errors,
    # which the back-test shows and the ensemble leaves out.
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = _START if model is sarimax else None
        found = model(values).fit(disp=0, start_params=start, cov_type="none", **_SEARCH)
    parameters = np.asarray(found.params, dtype=float)
    if not np.isfinite(parameters).all():
        raise MethodError(
            where=f"{model.__name__} of a series of {len(values)} months",
            found="no parameters that the search settles on",
            wanted="a series that the model can describe",
            remedy="declare unlike months as interruptions, or forecast a larger unit",
        )
    return parameters
