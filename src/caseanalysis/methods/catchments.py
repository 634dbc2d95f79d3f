"""Where the patients of trusts live: flows from each area, and how much of a catchment is known."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_key


def flows(
    catchment: pd.DataFrame, outturn: pd.DataFrame, *, elsewhere: str = "elsewhere"
) -> pd.DataFrame:
    """Return how many of each trust's admissions are of residents of each area (events a year).

    Parameters
    ----------
    catchment : DataFrame
        ``trust_code``, ``area_code``, ``share`` (0 to 1).
    outturn : DataFrame
        ``trust_code``, ``outturn`` (events), one row a trust.
    elsewhere : str
        What stands in ``area_code`` for patients of no area named.

    Returns
    -------
    DataFrame
        ``trust_code``, ``area_code``, ``share``, ``value``; key the first two. The values of a
        trust add up to its outturn.

    Raises
    ------
    MethodError
        If a trust or share stands there twice, or shares add up to more than 1.

    Notes
    -----
    value = outturn x share. The shares are those of all admissions of another year, so that
    emergency and elective patients are taken to come from the same places.
    """
    require_key(catchment, ["trust_code", "area_code"], where="catchment")
    require_key(outturn, ["trust_code"], where="outturn")
    known = catchment[["trust_code", "area_code", "share"]]
    rest = 1 - known.groupby("trust_code", as_index=False)["share"].sum().set_index("trust_code")
    if rest["share"].lt(-1e-9).any():
        raise _refusal("catchment", "shares of more than 1", "shares that add up to 1 at most")
    others = rest.reset_index().assign(area_code=elsewhere)
    joined = pd.concat([known, others], ignore_index=True).merge(
        outturn[["trust_code", "outturn"]], on="trust_code"
    )
    table: pd.DataFrame = joined.assign(value=joined["outturn"] * joined["share"])
    return table[["trust_code", "area_code", "share", "value"]]


def covered(catchment: pd.DataFrame, *, area_codes: Collection[str]) -> pd.DataFrame:
    """Return the share of each trust's patients who live in some areas (0 to 1).

    Parameters
    ----------
    catchment : DataFrame
        ``trust_code``, ``area_code``, ``share`` (0 to 1).
    area_codes : collection of str
        The areas.

    Returns
    -------
    DataFrame
        ``trust_code``, ``coverage``; key ``trust_code``.
    """
    require_key(catchment, ["trust_code", "area_code"], where="catchment")
    inside = catchment["share"].where(catchment["area_code"].isin(list(area_codes)), 0.0)
    sums = catchment.assign(coverage=inside).groupby("trust_code", as_index=False, sort=False)
    return sums[["coverage"]].sum()


def _refusal(where: str, found: str, wanted: str) -> MethodError:
    return MethodError(
        where=where,
        found=found,
        wanted=wanted,
        remedy="leave the row out on purpose, or take tables that go together",
    )
