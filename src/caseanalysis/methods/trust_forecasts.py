"""Forecasts and back-tests of several monthly series, one a trust."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.forecasting import SEASONAL_NAIVE, back_test, forecast
from caseanalysis.registers import Interruption


def months_of(interruptions: Iterable[Interruption]) -> list[pd.Timestamp]:
    """Return every month of some interruptions, the first day of each."""
    return [
        month
        for one in interruptions
        for month in pd.date_range(one.first_month, one.last_month, freq="MS")
    ]


def periods_of(
    interruptions: Iterable[Interruption],
) -> list[tuple[pd.Timestamp, pd.Timestamp, str]]:
    """Return the first month, the last month and the name of each interruption."""
    return [
        (pd.Timestamp(one.first_month), pd.Timestamp(one.last_month), one.name)
        for one in interruptions
    ]


def forecast_each(
    series: pd.DataFrame,
    *,
    months_ahead: int,
    interruptions: Sequence[pd.Timestamp] = (),
) -> pd.DataFrame:
    """Return the forecast (events a month) of each trust, with 80% and 95% intervals.

    Parameters
    ----------
    series : DataFrame
        ``trust_name``, ``month``, ``value`` (events in the month).
    months_ahead : int
        Months to forecast.
    interruptions : sequence of Timestamp
        Months whose values are treated as missing.

    Returns
    -------
    DataFrame
        ``trust_name``, then the columns of ``forecasting.forecast``; key ``trust_name``,
        ``month``.

    Raises
    ------
    MethodError
        As ``forecasting.forecast``.
    """
    return _each(series, forecast, months_ahead=months_ahead, interruptions=interruptions)


def back_test_each(
    series: pd.DataFrame,
    *,
    months_ahead: int,
    interruptions: Sequence[pd.Timestamp] = (),
) -> pd.DataFrame:
    """Return how well each model forecast the last part of each trust's series.

    Parameters and errors are those of ``forecast_each``; the columns are ``trust_name`` and those
    of ``forecasting.back_test``, key ``trust_name``, ``model``.
    """
    return _each(series, back_test, months_ahead=months_ahead, interruptions=interruptions)


def accuracy_notes(tested: pd.DataFrame, forecasts: pd.DataFrame) -> dict[str, str]:
    """Return a sentence on how accurate the model of each trust's forecast was, by its name.

    Parameters
    ----------
    tested, forecasts : DataFrame
        As returned by ``back_test_each`` and ``forecast_each``.
    """
    errors = tested.set_index(["trust_name", "model"])["wape"]
    used = forecasts.drop_duplicates("trust_name")[["trust_name", "model"]]
    return {
        name: f"{model.capitalize()}; error in the back-test {100 * errors[name, model]:.1f}%, "
        f"repeating last year {100 * errors[name, SEASONAL_NAIVE]:.1f}%"
        for name, model in used.itertuples(index=False)
    }


def _each(
    series: pd.DataFrame,
    method: Callable[..., pd.DataFrame],
    *,
    months_ahead: int,
    interruptions: Sequence[pd.Timestamp],
) -> pd.DataFrame:
    require_columns(series, ["trust_name", "month", "value"], where="series")
    parts = [
        method(
            rows[["month", "value"]], months_ahead=months_ahead, interruptions=interruptions
        ).assign(trust_name=name)
        for name, rows in series.groupby("trust_name", sort=False)
    ]
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "trust_name", table.pop("trust_name"))
    return table
