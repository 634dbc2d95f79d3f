"""Rates and proportions with their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, row_name


def wilson_interval(
    table: pd.DataFrame, *, numerator: str, denominator: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return a table with a proportion (share, 0 to 1) and its Wilson score interval.

    Parameters
    ----------
    table : DataFrame
        One row a proportion, with the two counts.
    numerator, denominator : str
        Columns of the events and of those who could have one.
    confidence_level : float
        Share of intervals that would hold the true proportion, 0.95 unless told.

    Returns
    -------
    DataFrame
        The table with ``share``, ``lower`` and ``upper`` at its end.

    Raises
    ------
    MethodError
        If a count is missing or negative, a denominator is 0, or a numerator is larger than its
        denominator.

    Notes
    -----
    With n the denominator, p the share and z the normal quantile,
    (2np + z^2 -/+ z sqrt(z^2 + 4np(1 - p))) / (2(n + z^2)). It counts sampling alone, and takes
    the events as independent: repeated attendances of one person make it too narrow.

    Wilson, E. B. (1927), Journal of the American Statistical Association 22(158), 209-212;
    Newcombe, R. G. (1998), Statistics in Medicine 17(8), 857-872, method 3.
    """
    require_columns(table, [numerator, denominator], where="table")
    check_confidence_level(confidence_level)
    events, n = table[numerator].astype(float), table[denominator].astype(float)
    at_fault = table[~(events.ge(0) & n.gt(0) & events.le(n))]
    if len(at_fault):
        row = at_fault.iloc[0]
        raise MethodError(
            where=f"table, {row_name(row, [numerator, denominator])}",
            found=f"{row[numerator]} of {row[denominator]}",
            wanted="0 or more events of a denominator above 0, and no more than it",
            remedy="leave the row out on purpose, or check which counts belong together",
        )
    z = norm.isf((1 - confidence_level) / 2)
    share = events / n
    middle = 2 * n * share + z**2
    half = z * np.sqrt(z**2 + 4 * n * share * (1 - share))
    # With no event, or nothing but events, one end is the share itself; rounding would miss it.
    lower = ((middle - half) / (2 * (n + z**2))).where(events.gt(0), 0.0)
    upper = ((middle + half) / (2 * (n + z**2))).where(events.lt(n), 1.0)
    return table.assign(share=share, lower=lower, upper=upper)


def check_confidence_level(level: float) -> None:
    """Refuse a confidence level that is not between 0 and 1, such as 95.

    Raises
    ------
    MethodError
        If the level is 0 or less, or 1 or more.
    """
    if not 0 < level < 1:
        raise MethodError(
            where="confidence_level",
            found=str(level),
            wanted="a share between 0 and 1, such as 0.95",
            remedy="divide a percentage by 100",
        )
