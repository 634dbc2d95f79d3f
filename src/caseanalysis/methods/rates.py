"""Rates and proportions with their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import beta, chi2, norm

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, row_name

#: Counts below this have an exact interval, the others Byar's.
EXACT_BELOW = 10


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
    events, n = _proportion_counts(table, numerator, denominator, confidence_level)
    z = norm.isf((1 - confidence_level) / 2)
    share = events / n
    middle = 2 * n * share + z**2
    half = z * np.sqrt(z**2 + 4 * n * share * (1 - share))
    # With no event, or nothing but events, one end is the share itself; rounding would miss it.
    lower = ((middle - half) / (2 * (n + z**2))).where(events.gt(0), 0.0)
    upper = ((middle + half) / (2 * (n + z**2))).where(events.lt(n), 1.0)
    return table.assign(share=share, lower=lower, upper=upper)


def clopper_pearson_interval(
    table: pd.DataFrame, *, numerator: str, denominator: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return a table with a proportion (share, 0 to 1) and its exact Clopper-Pearson interval.

    Parameters, returned columns and errors are those of ``wilson_interval``. The interval is never
    too narrow, and wider than is needed; it is for few events, where a guarantee is wanted.

    Notes
    -----
    Quantiles of the beta distribution: B(a/2; r, n - r + 1) and B(1 - a/2; r + 1, n - r).

    Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26(4), 404-413.
    """
    events, n = _proportion_counts(table, numerator, denominator, confidence_level)
    tail = (1 - confidence_level) / 2
    # With no event, or nothing but events, that end is the share itself, and has no quantile.
    lower = pd.Series(beta.ppf(tail, events, n - events + 1), index=table.index)
    upper = pd.Series(beta.isf(tail, events + 1, n - events), index=table.index)
    return table.assign(
        share=events / n, lower=lower.where(events.gt(0), 0.0), upper=upper.where(events.lt(n), 1.0)
    )


def poisson_interval(
    table: pd.DataFrame,
    *,
    events: str,
    exposure: str | None = None,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return a table with a rate (events for each unit of exposure) and its interval.

    Parameters
    ----------
    table : DataFrame
        One row a rate.
    events : str
        Column of the count of events.
    exposure : str, optional
        Column of the residents, bed days or expected events, above 0; without it the rate is the
        count itself.
    confidence_level : float
        Share of intervals that would hold the true rate, 0.95 unless told.

    Returns
    -------
    DataFrame
        The table with ``rate``, ``lower``, ``upper`` and ``interval_method`` (exact, Byar).

    Raises
    ------
    MethodError
        If a count is missing or negative, or an exposure is not above 0.

    Notes
    -----
    Under 10 events, 0 included, exact: chi2(a/2; 2O) / 2 and chi2(1 - a/2; 2O + 2) / 2. From 10 on,
    Byar's approximation: O (1 - 1/(9O) - z/(3 sqrt(O)))^3 for the lower end, and the same with
    O + 1 and + z for the upper end. Events are taken as independent.

    Ulm, K. (1990), American Journal of Epidemiology 131(2), 373-375; Breslow, N. E. and Day, N. E.
    (1987), Statistical methods in cancer research, vol. II, p. 69; the change at 10 as in Public
    Health England, Technical guide: confidence intervals (2018).
    """
    require_columns(table, [events, *([exposure] if exposure else [])], where="table")
    limits = poisson_limits(table[events], confidence_level=confidence_level)
    size = table[exposure].astype(float) if exposure else pd.Series(1.0, index=table.index)
    at_fault = table[~(size.gt(0) & np.isfinite(size))]
    if len(at_fault):
        row = at_fault.iloc[0]
        raise MethodError(
            where=f"table, {row_name(row, [events, str(exposure)])}",
            found=f"an exposure of {row[str(exposure)]}",
            wanted="an exposure above 0",
            remedy="leave the row out on purpose, or check which columns belong together",
        )
    return table.assign(
        rate=table[events].astype(float) / size,
        lower=limits["lower"] / size,
        upper=limits["upper"] / size,
        interval_method=limits["interval_method"],
    )


def poisson_limits(counts: pd.Series, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Return the interval of each Poisson count (events), as ``poisson_interval`` takes it.

    Returns
    -------
    DataFrame
        ``lower``, ``upper``, ``interval_method``, with the index of the counts.

    Raises
    ------
    MethodError
        If a count is missing, infinite or negative.
    """
    check_confidence_level(confidence_level)
    observed = counts.astype(float)
    at_fault = counts[~(observed.ge(0) & np.isfinite(observed))]
    if len(at_fault):
        raise MethodError(
            where=f"{counts.name or 'events'}",
            found=f"{at_fault.iloc[0]}",
            wanted="a count of 0 or more",
            remedy="leave the row out on purpose, or take a source that gives the count",
        )
    tail = (1 - confidence_level) / 2
    exact = observed.lt(EXACT_BELOW)
    lower = np.where(
        exact, chi2.ppf(tail, 2 * observed.clip(lower=0.5)) / 2, _byar(observed, -norm.isf(tail))
    )
    upper = np.where(
        exact, chi2.isf(tail, 2 * observed + 2) / 2, _byar(observed + 1, norm.isf(tail))
    )
    return pd.DataFrame(
        {
            # The exact lower end of no events is 0, for which there is no quantile.
            "lower": np.where(observed.gt(0), lower, 0.0),
            "upper": upper,
            "interval_method": np.where(exact, "exact", "Byar"),
        },
        index=counts.index,
    )


def _byar(count: pd.Series, z: float) -> pd.Series:
    positive = count.where(count.gt(0))
    found: pd.Series = positive * (1 - 1 / (9 * positive) + z / (3 * np.sqrt(positive))) ** 3
    return found


def _proportion_counts(
    table: pd.DataFrame, numerator: str, denominator: str, confidence_level: float
) -> tuple[pd.Series, pd.Series]:
    """Return the two counts of proportions as numbers, or refuse those that are none."""
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
    return events, n


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
