"""Forecasts of monthly counts, with intervals and the back-test that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.forecasting.candidates import (
    EXPONENTIAL_SMOOTHING,
    POOLED_LEVEL,
    POOLED_SEASON,
    SARIMAX,
    SEASONAL_NAIVE,
    SINGLE_MODELS,
    STRUCTURAL,
    candidates,
    scales,
)
from caseanalysis.methods.forecasting.choice import (
    AUTOMATIC,
    ENSEMBLE,
    MODELS,
    Rolled,
    combine,
    rolled,
)
from caseanalysis.methods.forecasting.panels import (
    LEAST_MONTHS,
    Array,
    Panel,
    enough,
    make_panel,
    repeats_itself,
    too_short,
)
from caseanalysis.methods.forecasting.prediction import half_widths
from caseanalysis.methods.forecasting.scores import Scored, score_table
from caseanalysis.methods.rates import check_confidence_level

__all__ = [
    "ALL_SERIES", "AUTOMATIC", "ENSEMBLE", "EXPONENTIAL_SMOOTHING", "LEAST_ORIGINS", "MODELS",
    "MOST_MONTHS", "POOLED_LEVEL", "POOLED_SEASON", "SARIMAX", "SEASONAL_NAIVE", "SINGLE_MODELS",
    "STRUCTURAL", "Forecast", "forecast",
]  # fmt: skip

#: Fewest origins of a back-test, and how many are taken where they fit.
LEAST_ORIGINS, MOST_ORIGINS = 6, 12
MOST_MONTHS = 24
#: What the scores of all units together are called.
ALL_SERIES = "all"
#: Origins before those of the back-test, on which settings and intervals rest: fewest, most.
_LEAST_WARM_UP, _MOST_WARM_UP = 2, 24


@dataclass(frozen=True)
class Forecast:
    """A forecast and how well its method did.

    Attributes
    ----------
    table : DataFrame
        The unit's column, ``month``, ``value`` (the median, events a month), ``lower_80``,
        ``upper_80`` ... for each level, ``model``, and how the model did for that unit in the
        back-test: ``wape``, ``naive_wape`` (seasonal naive's), ``mase``, ``pinball``,
        ``coverage_80`` ...; key the unit and ``month``.
    back_test : DataFrame
        The unit's column (first the rows of `ALL_SERIES`), ``model``, ``origins``, ``months``
        (forecasts scored), ``wape``, ``mase``, ``pinball``, ``coverage_80`` ... (shares), ``used``
        (whether the table's forecast is of this model); key the unit and ``model``.
    model : str
        The model that was used.
    """

    table: pd.DataFrame
    back_test: pd.DataFrame
    model: str


def forecast(
    series: pd.DataFrame,
    *,
    months_ahead: int,
    by: str | None = None,
    interruptions: Sequence[str | pd.Timestamp] = (),
    model: str = ENSEMBLE,
    origins: int = MOST_ORIGINS,
    confidence_levels: Sequence[float] = (0.8, 0.95),
    jobs: int = 1,
) -> Forecast:
    """Return the forecast count (events a month) of the months after each series; back-tested.

    Parameters
    ----------
    series : DataFrame
        ``month`` (first day of each month, no gap), ``value`` (events in the month, above 0) and
        the column ``by``: series of units of one kind over the same months, which learn their
        season from each other.
    months_ahead : int
        Months to forecast, 1 to 24.
    by : str, optional
        Column of the unit; without it there is one series, and the result's column is ``series``.
    interruptions : sequence of str or Timestamp
        Months that are not like the rest, such as those of a pandemic. Their values are treated
        as missing: the models bridge them, neither season nor error is learnt from them, and they
        are not scored.
    model : str
        One of `MODELS`: the ensemble unless told.
    origins : int
        Most origins of the back-test, one month apart; fewer, at least six, where the series is
        short.
    confidence_levels : sequence of float
        Levels (0 to 1) of the prediction intervals.
    jobs : int
        Processes for the models of statsmodels; the result does not depend on it.

    Returns
    -------
    Forecast

    Raises
    ------
    MethodError
        If a series has gaps, repeated months or values that are not above 0, differs from the
        others in its months, repeats itself, or is too short; or an option is out of range.

    Notes
    -----
    Every model is of the logarithm of events a day, since months differ in length. Seasonal naive
    repeats the same month of the latest year that was not interrupted. Exponential smoothing is
    additive Holt-Winters with a damped trend. SARIMAX is (0,1,1)(0,1,1)12; structural is a local
    level with three harmonics. Pooled seasonality takes the season, and the effect of non-working
    days, from the mean of all series, adds what a series shows of its own, drawn to zero, and
    smooths the rest simply; pooled seasonality and level smooths what all series share and what
    is a series' own at two rates. Rates of smoothing, the members of the ensemble (the half of the
    candidates with smaller errors) and the automatic choice are chosen anew at each origin by the
    errors known there. Intervals are quantiles of errors known at the origin, from all series
    (`prediction.half_widths`). The forecasts of the back-test use nothing from after their
    origin. Nothing is drawn at random.

    Hyndman, R. J. and Athanasopoulos, G. (2021), Forecasting: principles and practice, 3rd ed.,
    chapters 5, 8 and 9. Duncan, G. T., Gorr, W. L. and Szczypula, J. (2001), Forecasting analogous
    time series, in Principles of forecasting. Gibbs, I. and Candès, E. (2021), Adaptive conformal
    inference under distribution shift, NeurIPS 34.
    """
    _check_options(months_ahead, model, origins, confidence_levels)
    panel = make_panel(series, by=by, months_ahead=months_ahead, interruptions=interruptions)
    lengths = _origins(panel, months_ahead, origins)
    rolls = rolled(panel, lengths, months_ahead)
    scale = _scales(panel, lengths)
    found = candidates(panel, origins=lengths, months_ahead=months_ahead, jobs=jobs)
    models = combine(found, rolls)
    tests = np.flatnonzero(np.asarray(lengths) <= panel.length - months_ahead)[-origins:]
    tests = tests[max(_LEAST_WARM_UP - int(tests[0]), 0) :]
    levels = list(confidence_levels)
    scored = {
        name: _scored(values, rolls, levels=levels, tests=tests, scale=scale[tests])
        for name, values in models.items()
    }
    unit = by or "series"
    back_test = score_table(scored, names=panel.names, by=unit, every=ALL_SERIES)
    table = _table(models[model], rolls, levels=levels, by=unit)
    back_test = back_test.assign(used=back_test["model"].eq(model))
    return Forecast(_with_scores(table.assign(model=model), back_test, unit), back_test, model)


def _check_options(months_ahead: int, model: str, origins: int, levels: Sequence[float]) -> None:
    for level in levels:
        check_confidence_level(level)
    wanted = {
        "months_ahead": (1 <= months_ahead <= MOST_MONTHS, months_ahead, f"1 to {MOST_MONTHS}"),
        "model": (model in MODELS, model, f"one of {', '.join(MODELS)}"),
        "origins": (origins >= LEAST_ORIGINS, origins, f"{LEAST_ORIGINS} origins or more"),
    }
    for name, (right, found, range_) in wanted.items():
        if not right:
            raise MethodError(
                where=name, found=str(found), wanted=range_, remedy=f"give {name} in that range"
            )


def _origins(panel: Panel, months_ahead: int, most: int) -> list[int]:
    """Return the lengths of the training parts, up to the whole; refuse a panel with too few."""
    last = panel.length - months_ahead
    first = max(last - most - _MOST_WARM_UP + 1, 0)
    lengths = [length for length in range(first, panel.length + 1) if enough(panel, length)]
    tests = sum(length <= last for length in lengths) - _LEAST_WARM_UP
    if tests < LEAST_ORIGINS:
        raise too_short(
            f"{panel.length} months, {int(panel.seen.sum())} of them not interrupted, "
            f"for a forecast {months_ahead} months ahead with its back-test",
            f"{LEAST_ORIGINS + _LEAST_WARM_UP} origins, each after {LEAST_MONTHS} months that "
            "were not interrupted, with every month of the calendar",
        )
    return lengths


def _scales(panel: Panel, lengths: Sequence[int]) -> Array:
    """Return the mean seasonal change before each origin; refuse a series without any."""
    scale = scales(panel, lengths)
    # Days of a month times a rate, divided by them again, need not give the rate to the last bit.
    still = np.argwhere(scale <= np.sqrt(np.finfo(float).eps) * np.nanmean(np.exp(panel.rates), 0))
    if len(still):
        raise repeats_itself(panel.names[int(still[0][1])])
    return scale


def _scored(
    forecasts: Array, rolls: Rolled, *, levels: Sequence[float], tests: np.ndarray, scale: Array
) -> Scored:
    days = rolls.days[tests][:, :, None]
    ends = _ends(forecasts, rolls, levels)
    return Scored(
        np.exp(forecasts[tests]) * days,
        np.exp(rolls.outturn[tests]) * days,
        {level: (low[tests], high[tests]) for level, (low, high) in ends.items()},
        rolls.days[tests],
        scale,
    )


def _ends(
    forecasts: Array, rolls: Rolled, levels: Sequence[float]
) -> dict[float, tuple[Array, Array]]:
    """Return the ends of the intervals in events a month; a wider level holds a narrower one."""
    days, widest = rolls.days[:, :, None], np.zeros(forecasts.shape)
    ends = {}
    for level in sorted(levels):
        widest = np.maximum(widest, half_widths(forecasts, rolls, level=level))
        ends[level] = (np.exp(forecasts - widest) * days, np.exp(forecasts + widest) * days)
    return ends


def _table(forecasts: Array, rolls: Rolled, *, levels: Sequence[float], by: str) -> pd.DataFrame:
    panel = rolls.panel
    counts = {"value": np.exp(forecasts[-1]) * rolls.days[-1][:, None]}
    for level, (lower, upper) in _ends(forecasts, rolls, levels).items():
        counts |= {f"lower_{100 * level:g}": lower[-1], f"upper_{100 * level:g}": upper[-1]}
    months = panel.months[panel.length :]
    return pd.DataFrame(
        {
            by: np.repeat(np.array(panel.names, dtype=object), len(months)),
            "month": np.tile(months, len(panel.names)),
            **{name: values.T.ravel() for name, values in counts.items()},
        }
    ).astype({by: type(panel.names[0])})


def _with_scores(table: pd.DataFrame, back_test: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the forecasts with the scores of their unit: of all of them where there is one."""
    left = back_test.drop(columns=["model", "origins", "months", "used"]).set_index(by)
    scores = left[back_test["used"].to_numpy()]
    naive = left.loc[back_test["model"].eq(SEASONAL_NAIVE).to_numpy(), "wape"]
    scores = scores.assign(naive_wape=naive)
    if len(scores) == 1:
        return table.assign(**{str(name): value for name, value in scores.iloc[0].items()})
    return table.merge(scores, left_on=by, right_index=True, how="left", validate="many_to_one")
