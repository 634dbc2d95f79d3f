"""The people that a trust's patients stand for: its catchment as a weighted population."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key, require_one_value


def catchment_population(
    population: pd.DataFrame, projected: pd.DataFrame, *, catchment: pd.DataFrame
) -> pd.DataFrame:
    """Return a population for each trust, weighted so that its patients come from where they do.

    Parameters
    ----------
    population : DataFrame
        One edition: ``area_code``, ``area_name``, ``year``, ``age_lower``, ``age_upper``,
        ``population``.
    projected : DataFrame
        Of one activity, as returned by ``demand.project`` for those areas: ``area_code``,
        ``base``.
    catchment : DataFrame
        ``trust_code``, ``area_code``, ``share``: share (0 to 1) of the trust's patients who live
        in the area.

    Returns
    -------
    DataFrame
        As ``population``, the trust's code in ``area_code`` and ``area_name``: weighted residents,
        of which only the structure and the growth mean anything. Areas without a projection are
        left out, as in ``demand.by_trust``.

    Raises
    ------
    MethodError
        If an area of the catchment has no expected activity, a share stands there twice, or the
        projection is of several activities.

    Notes
    -----
    The weight of an area is share / expected activity in the base year, so that rates applied to
    the weighted population spread a trust's activity over areas as the shares have it. Weights
    are scaled so that the area with the greatest has 1.
    """
    require_columns(projected, ["area_code", "base"], where="projection")
    require_one_value(projected, "activity", where="projection", reason="weights are of one")
    require_key(catchment, ["trust_code", "area_code"], where="catchment")
    expected = projected.groupby("area_code")["base"].sum()
    nothing = sorted(set(expected.index[expected.eq(0)]) & set(catchment["area_code"]))
    if nothing:
        raise _refusal(f"projection, area_code {nothing[0]}", "no expected activity", "some")
    weights = catchment[["trust_code", "area_code", "share"]].assign(
        weight=catchment["share"] / catchment["area_code"].map(expected)
    )
    weights["weight"] /= weights.groupby("trust_code")["weight"].transform("max")
    joined = population.drop(columns="area_name").merge(weights, on="area_code")
    joined["population"] *= joined["weight"]
    keys = ["trust_code", "year", "age_lower", "age_upper"]
    sums = joined.groupby(keys, as_index=False, dropna=False)[["population"]].sum()
    named = sums.rename(columns={"trust_code": "area_code"})
    return named.assign(area_name=named["area_code"])[
        ["area_code", "area_name", "year", "age_lower", "age_upper", "population"]
    ]


def coverage(by_band: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each trust's patients who live in known areas (0 to 1).

    Parameters
    ----------
    by_band : DataFrame
        As returned by ``demand.by_trust``.

    Returns
    -------
    DataFrame
        ``trust_code``, ``coverage``; key ``trust_code``.
    """
    return by_band.groupby("trust_code", as_index=False, sort=False)[["coverage"]].max()


def scaled_to(parts: pd.DataFrame, outturn: pd.DataFrame) -> pd.DataFrame:
    """Return each part of a trust's change (events a year) on the level of its outturn.

    Parameters
    ----------
    parts : DataFrame
        As returned by ``demand.decompose`` for the catchment populations: ``area_code`` (the
        trust's code), ``component``, ``growth``.
    outturn : DataFrame
        ``trust_code``, ``outturn`` (events in the base year).

    Returns
    -------
    DataFrame
        ``trust_code``, ``component``, ``change`` (events a year), ``growth`` (share of the
        outturn); key the first two.

    Raises
    ------
    MethodError
        If a trust has no outturn, or two.
    """
    require_key(outturn, ["trust_code"], where="outturn")
    levels = outturn.set_index("trust_code")["outturn"].dropna()
    named = parts.rename(columns={"area_code": "trust_code"})
    lacking = sorted(set(named["trust_code"]) - set(levels.index))
    if lacking:
        raise _refusal(f"outturn, trust_code {lacking[0]}", "no outturn", "one for every trust")
    change = named["growth"] * named["trust_code"].map(levels)
    return named.assign(change=change)[["trust_code", "component", "change", "growth"]]


def together(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of all trusts added up, and each as a share of the total change.

    Parameters
    ----------
    parts : DataFrame
        As returned by ``scaled_to``, with the component ``total``.

    Returns
    -------
    DataFrame
        ``component``, ``change`` (events a year), ``part`` (share of the total); key
        ``component``.
    """
    sums = parts.groupby("component", as_index=False, sort=False)[["change"]].sum()
    total = float(sums.loc[sums["component"].eq("total"), "change"].iloc[0])
    return sums.assign(part=sums["change"] / total)


def _refusal(where: str, found: str, wanted: str) -> MethodError:
    return MethodError(
        where=where,
        found=found,
        wanted=wanted,
        remedy="leave the row out on purpose, or take tables that go together",
    )


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
