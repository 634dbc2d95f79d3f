"""Forecasts and back-tests of several monthly series, one a trust."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.forecasting import back_test, forecast
from caseanalysis.registers import Interruption


def months_of(interruptions: Iterable[Interruption]) -> list[pd.Timestamp]:
    """Return every month of some interruptions, the first day of each."""
    return [
        month
        for one in interruptions
        for month in pd.date_range(one.first_month, one.last_month, freq="MS")
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


def accuracy_notes(tested: pd.DataFrame) -> dict[str, str]:
    """Return a sentence on the accuracy of the chosen model for each trust, by its name.

    Parameters
    ----------
    tested : DataFrame
        As returned by ``back_test_each``.
    """
    naive = tested[tested["model"].eq("seasonal naive")].set_index("trust_name")["wape"]
    chosen = tested[tested["chosen"].astype(bool)]
    return {
        row.trust_name: f"Back-test: {row.model}, error {100 * row.wape:.1f}% of attendances "
        f"({100 * naive[row.trust_name]:.1f}% for seasonal naive)"
        for row in chosen.itertuples()
    }


def _each(series: pd.DataFrame, method: object, **options: object) -> pd.DataFrame:
    require_columns(series, ["trust_name", "month", "value"], where="series")
    parts = [
        method(rows[["month", "value"]], **options).assign(trust_name=name)  # type: ignore[operator]
        for name, rows in series.groupby("trust_name", sort=False)
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[["trust_name", *table.columns.drop("trust_name")]]
