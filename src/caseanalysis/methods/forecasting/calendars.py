"""Length and working days of months: weekends and the bank holidays of England."""

from __future__ import annotations

import holidays
import numpy as np
import pandas as pd

_SATURDAY = 5


def non_working_share(months: pd.DatetimeIndex) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the share (0 to 1) of the days of each month that are weekend or bank holiday.

    Parameters
    ----------
    months : DatetimeIndex
        First day of each month.

    Notes
    -----
    Bank holidays of England, the single ones of a coronation or a funeral included, are those of
    the package ``holidays``, which follows the Banking and Financial Dealings Act 1971 and the
    proclamations since.
    """
    years = range(months[0].year, months[-1].year + 1)
    closed = pd.DatetimeIndex(sorted(holidays.country_holidays("GB", subdiv="ENG", years=years)))
    days = pd.date_range(months[0], months[-1] + pd.offsets.MonthEnd(0), freq="D")
    off = pd.Series((days.day_of_week >= _SATURDAY) | days.isin(closed), index=days)
    shares = off.groupby(days.to_period("M")).mean()
    return np.asarray(shares.reindex(months.to_period("M")), dtype=float)
