"""Appraisal over years: discount factors, how a benefit builds up, present values."""

from __future__ import annotations

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key


def discount_factors(
    years: int, *, rate: float, later_rate: float, change_year: int
) -> pd.DataFrame:
    """Return the discount factor of each year of an appraisal; year 0 is not discounted.

    Parameters
    ----------
    years : int
        How many years, counted from year 0.
    rate, later_rate : float
        Rate a year (0 to 1) up to the year of change, and after it.
    change_year : int
        Last year of the first rate.

    Returns
    -------
    DataFrame
        ``year`` (0, 1, ...), ``factor``; key ``year``.

    Raises
    ------
    MethodError
        If there is not one year at least, or a rate is not from 0 to 1.

    Notes
    -----
    factor of year t = factor of year t - 1 / (1 + rate of year t): the rates are chained.
    """
    if years < 1 or not (0 <= rate < 1 and 0 <= later_rate < 1):
        raise _refusal(f"{years} years, rates {rate} and {later_rate}", "a year and rates 0 to 1")
    year = np.arange(years)
    growth = np.where(year == 0, 1.0, np.where(year <= change_year, 1 + rate, 1 + later_rate))
    return pd.DataFrame({"year": year, "factor": 1 / np.cumprod(growth)})


def build_up(timing: pd.DataFrame, *, years: int) -> pd.DataFrame:
    """Return the share (0 to 1) of its whole yearly benefit that each opportunity gives in a year.

    Parameters
    ----------
    timing : DataFrame
        ``id``, ``start_year``, ``ramp_years``; key ``id``. ``recurring``, if it is there, is false
        for a benefit that comes once.
    years : int
        How many years, counted from year 0.

    Returns
    -------
    DataFrame
        ``id``, ``year``, ``share``; key the first two.

    Notes
    -----
    share of year t = (t - start + 1) / ramp, no less than 0 and no more than 1; of a benefit that
    comes once, what that share has grown by since the year before, so that all add up to 1.
    """
    require_columns(timing, ["id", "start_year", "ramp_years"], where="timing")
    require_key(timing, ["id"], where="timing")
    table = timing.merge(pd.DataFrame({"year": np.arange(years)}), how="cross")
    shares = _reached(table, table["year"])
    if "recurring" in table:
        once = ~table["recurring"].to_numpy(dtype=bool)
        shares = np.where(once, shares - _reached(table, table["year"] - 1), shares)
    return table[["id", "year"]].assign(share=shares)


def annuities(timing: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Return what a pound a year is worth today, once it has built up and if paid from year 0.

    Parameters
    ----------
    timing : DataFrame
        As for `build_up`.
    factors : DataFrame
        As returned by `discount_factors`.

    Returns
    -------
    DataFrame
        ``id``, ``benefit`` (present value of a pound a year that builds up), ``cost`` (of one paid
        every year from year 0, or once, for a benefit that comes once); key ``id``.
    """
    require_columns(factors, ["year", "factor"], where="discount factors")
    shares = build_up(timing, years=len(factors)).merge(factors, on="year")
    worth = (shares["share"] * shares["factor"]).groupby(shares["id"]).sum()
    always = timing.get("recurring", pd.Series(True, index=timing.index)).to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "id": timing["id"].to_numpy(),
            "benefit": worth.reindex(timing["id"]).to_numpy(),
            "cost": np.where(always, factors["factor"].sum(), factors["factor"].iloc[0]),
        }
    )


def _reached(table: pd.DataFrame, year: pd.Series[int]) -> np.ndarray:
    share = (year - table["start_year"] + 1) / table["ramp_years"]
    reached: np.ndarray = np.minimum(np.maximum(share.to_numpy(dtype=float), 0.0), 1.0)
    return reached


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="discount factors", found=found, wanted=wanted, remedy="mend the parameters"
    )
