"""Growth of a service by trust, from national rates by age, and its interval."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods import demand
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.rates import poisson_limits
from caseanalysis.periods import financial_year_start


def by_trust(
    ages: pd.DataFrame,
    volumes: pd.DataFrame,
    england: pd.DataFrame,
    *,
    residents: pd.DataFrame,
    catchment: pd.DataFrame,
    base_year: int,
    horizon_year: int,
    minimum_coverage: float,
    events: str,
    count: str,
    period: str = "period",
    name: str = "group",
) -> pd.DataFrame:
    """Return the volume of each trust in the base and the horizon year if rates by age stay.

    Parameters
    ----------
    ages : DataFrame
        England's events of one financial year: ``period``, ``age_lower``, ``age_upper``, events.
    volumes : DataFrame
        ``org_code`` and the count of a year, of the trusts to project.
    england : DataFrame
        England's residents by ``year`` and age.
    residents : DataFrame
        Residents of every area of the catchment by year and age.
    catchment : DataFrame
        ``trust_code``, ``area_code``, ``share``.
    base_year, horizon_year : int
        Years between which the population changes.
    minimum_coverage : float
        As for ``demand.by_trust``.
    events, count, period : str
        Columns of the events, of the count, and of the financial year of the ages.
    name : str
        Code of the trusts together.

    Returns
    -------
    DataFrame
        ``org_code``, ``activity`` (the name of the count), ``base``, ``horizon``, ``change``,
        ``growth``; key the first two. Trusts without a catchment are left out, and then the group
        too; with no trust left there is no row.

    Raises
    ------
    MethodError
        If the ages are of several years, or as ``demand`` says.

    Notes
    -----
    Ages outside those of the events, such as children among mothers, are taken to have none.
    England's events by age over its residents of the year in which the financial year starts give
    rates; applied to the residents of each trust's areas, they share its volume out over areas and
    ages, which grow as the residents do. The level stays that of the count, whatever its year.
    """
    columns = ["org_code", "activity", "base", "horizon", "change", "growth"]
    require_columns(ages, [period, events], where="ages")
    years = sorted(ages[period].unique())
    if len(years) != 1:
        raise MethodError(
            where="ages", found=f"the years {', '.join(years)}", wanted="one financial year",
            remedy="select the latest",
        )  # fmt: skip
    levels = outturn(volumes, count=count, trusts=list(catchment["trust_code"]), activity=count)
    if levels.empty:
        return pd.DataFrame(columns=columns)
    everybody = england[england["year"].eq(financial_year_start(years[0]))]
    known = ages[["age_lower", "age_upper", events]].rename(columns={events: count})
    rates = demand.activity_rates(
        _with_other_ages(known, everybody, count), everybody, measures=[count]
    )
    projected = demand.project(rates, residents, base_year=base_year, horizon_year=horizon_year)
    own = catchment[catchment["trust_code"].isin(levels["trust_code"])]
    bands = demand.by_trust(
        projected, catchment=own, outturn=levels, minimum_coverage=minimum_coverage
    )
    parts = [demand.summarise_growth(bands, by=["trust_code", "activity"])]
    if len(levels) == volumes["org_code"].nunique():
        parts.append(demand.summarise_growth(bands, by=["activity"]).assign(trust_code=name))
    table = pd.concat(parts, ignore_index=True).rename(columns={"trust_code": "org_code"})
    return table[columns]


def _with_other_ages(ages: pd.DataFrame, everybody: pd.DataFrame, count: str) -> pd.DataFrame:
    """Return ages with a row of no event for each band of residents outside all of them."""
    first, last = ages["age_lower"].min(), ages["age_upper"].max()
    oldest = pd.NA if ages.loc[ages["age_lower"].notna(), "age_upper"].isna().any() else last
    bands = everybody[["age_lower", "age_upper"]].drop_duplicates()
    outside = bands["age_upper"].lt(first)
    if not pd.isna(oldest):
        outside |= bands["age_lower"].gt(oldest)
    others = bands[outside.fillna(False)].assign(**{count: 0.0})
    return pd.concat([ages, others], ignore_index=True)


def outturn(
    table: pd.DataFrame, *, count: str, trusts: Sequence[str], activity: str
) -> pd.DataFrame:
    """Return volumes as `demand.by_trust` takes them: trust, activity, outturn.

    Parameters
    ----------
    table : DataFrame
        ``org_code`` and the count; rows of others and missing counts are left out.
    count : str
        Column of the events of a year.
    trusts : sequence of str
        Trusts to keep.
    activity : str
        Name of the activity.
    """
    require_columns(table, ["org_code", count], where="volumes")
    own = table[table["org_code"].isin(list(trusts)) & table[count].notna()]
    levels = own[["org_code", count]].set_axis(["trust_code", "outturn"], axis="columns")
    return levels.assign(activity=activity).reset_index(drop=True)


def grown(
    growth: pd.DataFrame,
    *,
    confidence_level: float = 0.95,
    base: str = "base",
    horizon: str = "horizon",
) -> pd.DataFrame:
    """Return the volume of the horizon year with the interval that its base year's count allows.

    Parameters
    ----------
    growth : DataFrame
        Volumes of two years, as returned by ``demand.summarise_growth``.
    confidence_level : float
        Of the Poisson interval of the base year's count.
    base, horizon : str
        Columns of the two volumes.

    Returns
    -------
    DataFrame
        The table with ``lower`` and ``upper`` (events a year at the horizon).

    Notes
    -----
    The interval of the base year's count times horizon / base. It holds chance in the level alone;
    the population projection and the rates by age are taken as given.
    """
    require_columns(growth, [base, horizon], where="growth")
    ends = poisson_limits(growth[base], confidence_level=confidence_level)
    ratio = growth[horizon] / growth[base]
    return growth.assign(lower=ends["lower"] * ratio, upper=ends["upper"] * ratio)
