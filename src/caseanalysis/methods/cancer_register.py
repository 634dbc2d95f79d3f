"""What a cancer register counts: the living of those diagnosed since it began, ever more years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns
from caseanalysis.periods import financial_year_start


def accumulated_years(
    years: float, *, survival: Mapping[float, float], yearly_mortality: float
) -> float:
    """Return the years of diagnoses that a register of some age still holds.

    Parameters
    ----------
    years : float
        Years since the register began.
    survival : mapping of float to float
        Share still alive (0 to 1) by years since diagnosis.
    yearly_mortality : float
        Deaths a year for each person alive after the last of these.

    Returns
    -------
    float
        The area under the survival curve from diagnosis to ``years``: patients on the register
        for each person diagnosed a year.

    Raises
    ------
    MethodError
        If survival rises, or a number is out of range.

    Notes
    -----
    Between the given years survival falls at a constant rate (exponentially), from 1 at diagnosis.
    With as many diagnoses every year, the register is diagnoses a year times this area, so that it
    grows every year without one cancer more.
    """
    known = {0.0: 1.0, **{float(at): float(share) for at, share in sorted(survival.items())}}
    at, share = np.array(list(known)), np.array(list(known.values()))
    if years < 0 or yearly_mortality <= 0 or (np.diff(share) > 0).any() or (share <= 0).any():
        raise MethodError(
            where="cancer register",
            found=f"{years} years, survival {list(share)}, mortality {yearly_mortality}",
            wanted="years from 0, shares that fall from 1, a mortality above 0",
            remedy="correct the assumption",
        )
    rates = np.append(-np.diff(np.log(share)) / np.diff(at), yearly_mortality)
    spans = np.clip(np.minimum(np.append(at[1:], np.inf), years) - at, 0.0, None)
    # A rate of 0 keeps everybody alive over its span.
    gone = -np.expm1(-rates * spans)
    area = np.where(rates > 0, gone / np.where(rates > 0, rates, 1.0), spans)
    return float((share * area).sum())


def growth_of_register(
    periods: Sequence[tuple[float, float]],
    *,
    start: float,
    survival: Mapping[float, float],
    mortality: Mapping[str, float],
) -> pd.DataFrame:
    """Return how much a register grows between two dates if as many are diagnosed every year.

    Parameters
    ----------
    periods : sequence of (float, float)
        First and last date of each period, in years (2014.25 is the end of March 2014).
    start : float
        Date from which diagnoses are counted.
    survival : mapping
        As for `accumulated_years`.
    mortality : mapping of str to float
        Yearly mortality after the last known survival: ``low``, ``central``, ``high``.

    Returns
    -------
    DataFrame
        ``first``, ``last``, ``growth``, ``lower``, ``upper`` (relative, 0.5 is 50%); key the first
        two. The low mortality gives the upper end.

    Raises
    ------
    MethodError
        If a period starts at or before the register, or ends before it starts.
    """
    rows = []
    for first, last in periods:
        if not start < first < last:
            raise MethodError(
                where="cancer register",
                found=f"a period from {first} to {last}, the register from {start}",
                wanted="a period after the start of the register",
                remedy="correct the dates",
            )
        found = {
            name: accumulated_years(last - start, survival=survival, yearly_mortality=rate)
            / accumulated_years(first - start, survival=survival, yearly_mortality=rate)
            - 1
            for name, rate in mortality.items()
        }
        rows.append({"first": first, "last": last, "growth": found["central"],
                     "lower": found["high"], "upper": found["low"]})  # fmt: skip
    return pd.DataFrame(rows, columns=["first", "last", "growth", "lower", "upper"])


def end_of_financial_year(period: str) -> float:
    """Return the date, in years, at which a financial year such as ``2023-24`` ends: 2024.25."""
    return financial_year_start(period) + 1.25


def beside_the_rule(
    growth: pd.DataFrame,
    *,
    start_year: float,
    survival: Mapping[float, float],
    mortality: Mapping[str, float],
) -> pd.DataFrame:
    """Return measured or printed growth beside what the register's own rule would bring.

    Parameters
    ----------
    growth : DataFrame
        ``period`` (as ``2019-20 to 2022-23``), ``growth`` and whatever names the row.
    start_year : float
        Year from whose April diagnoses are counted.
    survival, mortality : mapping
        As for `growth_of_register`.

    Returns
    -------
    DataFrame
        The table with ``by_rule``, ``by_rule_lower``, ``by_rule_upper`` (relative growth with as
        many diagnoses every year).
    """
    require_columns(growth, ["period", "growth"], where="growth of a register")
    periods = list(growth["period"].unique())
    split = [period.split(" to ") for period in periods]
    dates = [(end_of_financial_year(first), end_of_financial_year(last)) for first, last in split]
    found = growth_of_register(
        dates, start=start_year + 0.25, survival=survival, mortality=mortality
    ).assign(period=periods)
    names = {"growth": "by_rule", "lower": "by_rule_lower", "upper": "by_rule_upper"}
    named = found.rename(columns=names)[["period", *names.values()]]
    return growth.merge(named, on="period", how="left", validate="many_to_one")
