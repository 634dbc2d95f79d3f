"""Forecasts and back-tests of several monthly series, one a trust."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.forecasting import Forecast, forecast
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


def comparable(
    series: pd.DataFrame, *, shown: Sequence[str], interruptions: Sequence[pd.Timestamp] = ()
) -> pd.DataFrame:
    """Return the series to show, and those others that can serve to learn the season from.

    Parameters
    ----------
    series : DataFrame
        ``trust_name``, ``month``, ``value``.
    shown : sequence of str
        Names of the trusts whose forecast is wanted: kept as they are, first, in this order.
    interruptions : sequence of Timestamp
        Months whose values do not matter.

    Returns
    -------
    DataFrame
        Another trust is kept only if it has a count above 0 in every month of those shown that is
        not interrupted.
    """
    require_columns(series, ["trust_name", "month", "value"], where="series")
    own = series["trust_name"].isin(list(shown))
    months = set(series.loc[own, "month"])
    rest = series[~own & series["month"].isin(months)]
    sound = rest["value"].gt(0) | rest["month"].isin(list(interruptions))
    counts = rest[sound].groupby("trust_name")["month"].nunique()
    whole = rest[rest["trust_name"].isin(counts[counts.eq(len(months))].index)]
    order = {name: place for place, name in enumerate(shown)}
    first = series[own].sort_values("trust_name", key=lambda names: names.map(order), kind="stable")
    return pd.concat([first, whole], ignore_index=True)


def forecast_trusts(
    series: pd.DataFrame,
    *,
    months_ahead: int,
    interruptions: Sequence[pd.Timestamp] = (),
    jobs: int = 1,
) -> Forecast:
    """Return the forecast (events a month) of every trust, from one panel of them, with back-test.

    Parameters
    ----------
    series : DataFrame
        ``trust_name``, ``month``, ``value`` (events in the month). Trusts that are not to be shown
        belong here too, such as comparators: the more, the better the season is known.
    months_ahead : int
        Months to forecast, 1 to 24.
    interruptions : sequence of Timestamp
        Months whose values are treated as missing.
    jobs : int
        Processes to use.

    Raises
    ------
    MethodError
        As ``forecasting.forecast``.
    """
    return forecast(
        series, by="trust_name", months_ahead=months_ahead, interruptions=interruptions, jobs=jobs
    )


def forecast_each(
    series: pd.DataFrame,
    *,
    months_ahead: int,
    interruptions: Sequence[pd.Timestamp] = (),
) -> pd.DataFrame:
    """Return the table of ``forecast_trusts``: the forecasts, each with its back-test scores."""
    return forecast_trusts(series, months_ahead=months_ahead, interruptions=interruptions).table
