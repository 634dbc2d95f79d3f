"""What ageing means: shares and ranks of boards, patients ahead, growth so far, stays saved."""

from __future__ import annotations

import pandas as pd

from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.results import rank
from caseanalysis.registers import Assumption


def older_share_ranks(boards: pd.DataFrame) -> pd.DataFrame:
    """Return the share of residents aged 65 and over, and 85 and over, of each board, ranked.

    Parameters
    ----------
    boards : DataFrame
        ``area_code``, ``year``, ``population``, ``population_65_and_over``,
        ``population_85_and_over`` (persons), one row a board.

    Returns
    -------
    DataFrame
        ``area_code``, ``year``, ``age_group`` (65+, 85+), ``share`` (0 to 1), ``rank`` (1 the
        highest share; ties share the best); key ``area_code``, ``age_group``.
    """
    columns = {"population_65_and_over": "65+", "population_85_and_over": "85+"}
    require_columns(boards, ["area_code", "year", "population", *columns], where="boards")
    long = boards.melt(
        ["area_code", "year", "population"],
        list(columns),
        var_name="age_group",
        value_name="older",
    ).replace({"age_group": columns})
    shares = long.assign(share=long["older"] / long["population"])
    ranked = rank(shares, value="share", within=["age_group"])
    return ranked[["area_code", "year", "age_group", "share", "rank"]]


def patients_ahead(
    recorded: pd.DataFrame, growth: pd.DataFrame, *, slow: str = "all", fast: str = "65+"
) -> pd.DataFrame:
    """Return patients on each disease register at the horizon (persons), as a range.

    Parameters
    ----------
    recorded : DataFrame
        Of one area: ``register``, ``register_name``, ``period``, ``registered`` (patients),
        ``share`` (of the patients listed).
    growth : DataFrame
        Of the same area: ``age_group`` and ``growth`` (share) from base to horizon year.
    slow, fast : str
        Age groups whose growth the patients follow at least, and at most.

    Returns
    -------
    DataFrame
        The columns of ``recorded``, ``lower`` and ``upper`` (patients at the horizon), ``more``
        (upper less now); key ``register``.

    Notes
    -----
    lower = registered x (1 + growth of residents of all ages): the share of residents who are ill
    stays. upper = registered x (1 + growth of the older ones): every patient is as one of them.
    Registers are not published by age, so that neither end can be left out.
    """
    require_columns(recorded, ["register", "registered", "share"], where="registers")
    require_columns(growth, ["age_group", "growth"], where="growth")
    of_group = growth.set_index("age_group")["growth"]
    ends = {
        name: recorded["registered"] * (1 + float(of_group.loc[group]))
        for name, group in (("lower", slow), ("upper", fast))
    }
    return recorded.assign(**ends, more=ends["upper"] - recorded["registered"])


def rates_by_age(by_age: pd.DataFrame, grouped: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Return activity for each resident by age group (share), and the rank of each group.

    Parameters
    ----------
    by_age : DataFrame
        Of one area and activity: ``age_group``, ``base`` (events a year), without overlap.
    grouped : DataFrame
        As returned by ``demography.by_age_group``, of the same area.
    year : int
        Year of the base.

    Returns
    -------
    DataFrame
        ``area_code``, ``age_group``, ``value`` (events a resident and year), ``rank`` (1 the
        highest); key ``age_group``.
    """
    require_columns(by_age, ["age_group", "base"], where="activity by age")
    people = grouped[grouped["year"].eq(year)][["area_code", "age_group", "population"]]
    joined = by_age[["age_group", "base"]].merge(people, on="age_group")
    table = joined.assign(value=joined["base"] / joined["population"])
    return rank(table, value="value")[["area_code", "age_group", "value", "rank"]]


def yearly_growth(yearly: pd.DataFrame, *, column: str, last_year: str) -> pd.DataFrame:
    """Return how a figure of each organisation has grown from its first year (share a year).

    Parameters
    ----------
    yearly : DataFrame
        ``org_code``, ``financial_year`` and the column.
    column : str
        The figure.
    last_year : str
        Financial year to end with; organisations without it are left out.

    Returns
    -------
    DataFrame
        ``org_code``, ``first_year``, ``last_year``, ``first``, ``last``, ``value`` (share a year,
        compounded); key ``org_code``. Organisations whose first year is not that of most are left
        out, so that all are compared over the same years.
    """
    require_columns(yearly, ["org_code", "financial_year", column], where="yearly figures")
    known = yearly[yearly["financial_year"].le(last_year)].dropna(subset=column)
    ordered = known.sort_values("financial_year")
    ends = ordered.groupby("org_code").agg(
        first_year=("financial_year", "first"), last_year=("financial_year", "last"),
        first=(column, "first"), last=(column, "last"),
    ).reset_index()  # fmt: skip
    whole = ends[ends["last_year"].eq(last_year) & ends["first"].gt(0)]
    same = whole[whole["first_year"].eq(whole["first_year"].mode().iloc[0])]
    span = same["last_year"].str[:4].astype(int) - same["first_year"].str[:4].astype(int)
    later = same[span.gt(0)]
    ratio = later["last"] / later["first"]
    return later.assign(value=ratio ** (1 / span[span.gt(0)]) - 1).reset_index(drop=True)


def with_enough_peers(pairs: pd.DataFrame, table: pd.DataFrame, *, least: int = 5) -> pd.DataFrame:
    """Return the comparators of those organisations that have enough of them in a table.

    Parameters
    ----------
    pairs : DataFrame
        ``org_code``, ``peer_code``.
    table : DataFrame
        ``org_code``: organisations with a figure.
    least : int
        Fewest comparators with a figure.

    Returns
    -------
    DataFrame
        Rows of ``pairs``; empty where no organisation has enough.
    """
    require_columns(pairs, ["org_code", "peer_code"], where="comparators")
    known = pairs["peer_code"].isin(table["org_code"])
    count = known.groupby(pairs["org_code"]).transform("sum")
    return pairs[count.ge(least)].reset_index(drop=True)


def worth_of_shorter_stays(
    ends: pd.DataFrame, interval: pd.DataFrame, *, factor: str, cost: Assumption, days: int = 365
) -> pd.DataFrame:
    """Return what the high end of a reduction in bed days would free (beds) and save (pounds).

    Parameters
    ----------
    ends : DataFrame
        As returned by ``projection.sensitivity``.
    interval : DataFrame
        As returned by ``projection.simulate``, of the same horizon.
    factor : str
        Id of the reduction.
    cost : Assumption
        Cost of a bed day (pounds).
    days : int
        Days in a year.

    Returns
    -------
    DataFrame
        ``trust_code``, ``value`` (bed days without it), ``bed_days`` (fewer a year), ``beds``,
        ``saving``, ``lower``, ``upper`` (pounds a year); key ``trust_code``. The interval goes from
        the low cost with the lower bed days to the high cost with the upper ones.

    Notes
    -----
    bed_days = bed days at the horizon less those with the reduction; beds = bed_days / days;
    saving = bed_days x cost. It is gross: care elsewhere is not taken off, and cash is released
    only where beds are closed.
    """
    own = ends[ends["factor"].eq(factor)]
    last = interval[interval["year"].eq(interval["year"].max())]
    joined = own.merge(
        last[["trust_code", "activity", "lower", "upper"]], on=["trust_code", "activity"]
    )
    share = 1 - joined["at_high"] / joined["value"]
    fewer = joined["value"] * share
    return joined.assign(
        bed_days=fewer,
        beds=fewer / days,
        saving=fewer * cost.central,
        lower=joined["lower"] * share * cost.low,
        upper=joined["upper"] * share * cost.high,
    )[["trust_code", "value", "bed_days", "beds", "saving", "lower", "upper"]]


def register_entries(boards: pd.DataFrame, *, whole: str) -> pd.DataFrame:
    """Return entries on disease registers for each registered patient, by board (entries).

    Parameters
    ----------
    boards : DataFrame
        ``period``, ``area_code``, ``register``, ``registered``, ``list_size``.
    whole : str
        What stands in ``area_code`` for all boards together.

    Returns
    -------
    DataFrame
        ``period``, ``area_code``, ``entries``, ``patients``, ``value`` (entries a patient); key
        the first two.

    Notes
    -----
    value = sum of the registers / patients listed, of the register that covers most of them. A
    patient with three conditions counts three times.
    """
    require_columns(
        boards, ["period", "area_code", "register", "registered", "list_size"], where="boards"
    )
    national = boards.groupby(["period", "register"], as_index=False)[
        ["registered", "list_size"]
    ].sum()
    every = pd.concat([boards, national.assign(area_code=whole)], ignore_index=True)
    table = every.groupby(["period", "area_code"], as_index=False).agg(
        entries=("registered", "sum"), patients=("list_size", "max")
    )
    return table.assign(value=table["entries"] / table["patients"])
