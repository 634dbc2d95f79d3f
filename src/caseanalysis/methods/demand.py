"""Demand that follows from the population: rates by age, projection, its parts, and trusts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.geography import age_band_label
from caseanalysis.methods.agebands import Band, assign, bands, whole_ages, with_age_group
from caseanalysis.methods.columns import (
    require_amounts,
    require_columns,
    require_key,
    require_one_value,
    row_name,
)
from caseanalysis.methods.demography import check_population, check_years, with_growth
from caseanalysis.methods.shares import covered_shares, require_coverage, spread

_BAND = ["age_lower", "age_upper"]


def activity_rates(
    activity: pd.DataFrame, population: pd.DataFrame, *, measures: Sequence[str]
) -> pd.DataFrame:
    """Return activity a year per resident (events a resident and year) by age band.

    Parameters
    ----------
    activity : DataFrame
        One year and area: ``age_lower``, ``age_upper`` (missing where open) and the measures,
        one row a band. One row without ``age_lower`` holds events of unknown age.
    population : DataFrame
        As for `demography.check_population`, of one area and the same year.
    measures : sequence of str
        Columns of the activity to turn into rates.

    Returns
    -------
    DataFrame
        ``age_lower``, ``age_upper``, ``activity``, ``rate``, ``unknown_age_share``; key
        ``activity``, ``age_lower``. The bands are those of the population.

    Raises
    ------
    MethodError
        If bands of the activity do not nest in those of the population, a figure is missing or
        negative, a band has activity but nobody in it, or there are several areas or years.

    Notes
    -----
    rate = events in the band / residents in the band. Events of unknown age are in no rate, so
    rates are too low by ``unknown_age_share`` (0 to 1) of all events; growth is not affected if
    the unknown ages are spread as the known ones.
    """
    residents = _one_population(population)
    known, unknown = _split_unknown(activity, measures)
    home = assign(
        bands(known, where="activity, age bands"),
        bands(residents, where="population, age bands"),
        where="activity, age bands",
    )
    _require_all_placed(known, home)
    lowest = {part[0]: outer[0] for part, outer in home.items()}
    summed = known.groupby(known["age_lower"].map(lowest))[list(measures)].sum()
    table = residents[[*_BAND, "population"]].merge(
        summed.rename_axis("age_lower").reset_index().astype({"age_lower": "Int64"}),
        on="age_lower",
    )
    long = table.melt([*_BAND, "population"], var_name="activity", value_name="events")
    _require_residents(long)
    share = unknown / (unknown + known[list(measures)].sum()).replace(0, float("nan"))
    residents_or_one = long["population"].where(long["population"].gt(0), 1.0)
    return long.assign(
        rate=long["events"] / residents_or_one,
        unknown_age_share=long["activity"].map(share.fillna(0.0)),
    )[[*_BAND, "activity", "rate", "unknown_age_share"]]


def project(
    rates: pd.DataFrame, population: pd.DataFrame, *, base_year: int, horizon_year: int
) -> pd.DataFrame:
    """Return expected activity (events a year) in the base and the horizon year, by age band.

    Parameters
    ----------
    rates : DataFrame
        As returned by `activity_rates`; with ``area_code`` where areas have rates of their own.
    population : DataFrame
        As for `demography.check_population`, with the age bands of the rates.
    base_year, horizon_year : int
        Two years of the projection.

    Returns
    -------
    DataFrame
        ``area_code``, ``activity``, ``age_lower``, ``age_upper``, ``base``, ``horizon``,
        ``change``; key ``area_code``, ``activity``, ``age_lower``.

    Raises
    ------
    MethodError
        If a year is missing, or the age bands of rates and population differ.

    Notes
    -----
    expected = rate x population, the rates held at the base year: demographic growth alone.
    """
    expected = path(rates, population, years=[base_year, horizon_year])
    identity = ["area_code", "activity", *_BAND]
    base = expected[expected["year"].eq(base_year)].drop(columns="year")
    horizon = expected[expected["year"].eq(horizon_year)].drop(columns="year")
    both = base.rename(columns={"expected": "base"}).merge(
        horizon.rename(columns={"expected": "horizon"}), on=identity, validate="one_to_one"
    )
    if len(both) < max(len(base), len(horizon)):
        raise MethodError(
            where="population",
            found="an area with one of the two years",
            wanted=f"{base_year} and {horizon_year} for every area",
            remedy="take a table that has both years for every area",
        )
    return both.assign(change=both["horizon"] - both["base"])


def path(rates: pd.DataFrame, population: pd.DataFrame, *, years: Sequence[int]) -> pd.DataFrame:
    """Return expected activity (events a year) in each of several years, by age band.

    Parameters
    ----------
    rates, population : DataFrame
        As for `project`.
    years : sequence of int
        Years of the projection, rising.

    Returns
    -------
    DataFrame
        ``area_code``, ``activity``, ``age_lower``, ``age_upper``, ``year``, ``expected``; key
        ``area_code``, ``activity``, ``age_lower``, ``year``.

    Raises
    ------
    MethodError
        As for `project`.
    """
    joined = _join(rates, population, years)
    expected = joined.assign(expected=joined["rate"] * joined["population"])
    return expected[["area_code", "activity", *_BAND, "year", "expected"]]


def summarise_growth(
    projected: pd.DataFrame, *, by: Sequence[str], age_groups: Sequence[Band] | None = None
) -> pd.DataFrame:
    """Return base, horizon, change (events a year) and growth (share) for each key.

    Parameters
    ----------
    projected : DataFrame
        As returned by `project` or `by_trust`.
    by : sequence of str
        Columns that name a row of the result, such as ``activity``; ``age_group`` may be among
        them where groups are given.
    age_groups : sequence of (int, int or None), optional
        Age groups that share no age; ages outside them are refused.

    Returns
    -------
    DataFrame
        The columns of ``by``, then ``base``, ``horizon``, ``change``, ``growth``. Growth is
        missing where the base is 0.

    Raises
    ------
    MethodError
        If a column is missing, or age groups cut a band, overlap or leave one out.
    """
    table = projected
    if age_groups is not None:
        require_columns(projected, _BAND, where="projection")
        table = with_age_group(whole_ages(projected), groups=age_groups, where="projection")
    require_columns(table, [*by, "base", "horizon"], where="projection")
    sums = table.groupby(list(by), sort=False, dropna=False)[["base", "horizon"]].sum()
    return with_growth(sums.reset_index())


def decompose(
    rates: pd.DataFrame, population: pd.DataFrame, *, base_year: int, horizon_year: int
) -> pd.DataFrame:
    """Return the change in expected activity (events a year), split into its parts.

    Parameters
    ----------
    rates, population, base_year, horizon_year
        As for `project`.

    Returns
    -------
    DataFrame
        ``area_code``, ``activity``, ``component`` (size, age structure, interaction, total),
        ``change``, ``growth`` (change as a share of the base); key the first three.

    Raises
    ------
    MethodError
        As for `project`, or if an area has nobody in a year.

    Notes
    -----
    With N residents, a share s of them in a band and its rate r:

    - size = (N1 - N0) x sum of r s0, the base structure at the horizon's number of residents;
    - age structure = N0 x sum of r (s1 - s0), the horizon's structure at the base number;
    - interaction = the rest, (N1 - N0) x sum of r (s1 - s0), kept as a row of its own.

    Kitagawa, E. M. (1955), Components of a difference between two rates, Journal of the American
    Statistical Association 50(272), 1168-1194. The remainder is not shared out, as in the
    open-source model of the New Hospital Programme (The-Strategy-Unit/nhp_model).
    """
    joined = _join(rates, population, [base_year, horizon_year])
    base, horizon = (_crude(joined, year) for year in (base_year, horizon_year))
    total = horizon["expected"] - base["expected"]
    size = (horizon["residents"] - base["residents"]) * base["crude"]
    structure = base["residents"] * (horizon["crude"] - base["crude"])
    parts = {
        "size": size,
        "age structure": structure,
        "interaction": total - size - structure,
        "total": total,
    }
    rows = [
        pd.DataFrame(
            {
                "component": name,
                "change": part,
                "growth": part / base["expected"].replace(0, float("nan")),
            }
        )
        for name, part in parts.items()
    ]
    table = pd.concat(rows).reset_index()
    return table.sort_values(["area_code", "activity"], kind="stable", ignore_index=True)


def by_trust(
    projected: pd.DataFrame,
    *,
    catchment: pd.DataFrame,
    outturn: pd.DataFrame,
    minimum_coverage: float = 1.0,
    uncovered: Literal["refuse", "as covered"] = "refuse",
) -> pd.DataFrame:
    """Return each trust's activity (events a year) by age band, in the base and horizon year.

    Parameters
    ----------
    projected : DataFrame
        As returned by `project`, for the areas that patients come from.
    catchment : DataFrame
        ``trust_code``, ``area_code``, ``share``: share (0 to 1) of the trust's patients who live
        in the area.
    outturn : DataFrame
        ``trust_code``, ``activity``, ``outturn``: events of the trust in the base year.
    minimum_coverage : float
        Least share of a trust's patients who must live in the areas of the projection.
    uncovered : {"refuse", "as covered"}
        What happens to a trust below the minimum: it is refused, or its patients from elsewhere
        are taken to be of the ages, and to grow, as the others.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``age_lower``, ``age_upper``, ``base``, ``horizon``,
        ``change``, ``growth``, ``coverage``; key the first three. ``base`` adds up to the
        outturn. Above the minimum, patients from elsewhere are taken as the others in any case:
        ``coverage`` says what share is known.

    Raises
    ------
    MethodError
        If shares are not shares or add up to more than 1, an activity is not in the projection,
        an area of the catchment has none of it, or coverage is below the minimum.

    Notes
    -----
    base = outturn x share of the area (of the covered) x the band's part of the area's expected
    activity; horizon = base x the growth of that band in that area. The catchment shares are
    those of all ages, so a trust's patients are taken to have their areas' age pattern.
    """
    require_key(projected, ["area_code", "activity", "age_lower"], where="projection")
    require_columns(outturn, ["trust_code", "activity", "outturn"], where="outturn")
    require_key(outturn, ["trust_code", "activity"], where="outturn")
    require_amounts(outturn, ["outturn"], key=["trust_code", "activity"], where="outturn")
    shares = covered_shares(catchment, list(projected["area_code"].unique()))
    levels = outturn.merge(shares, on="trust_code", how="left")
    require_coverage(levels, minimum_coverage, uncovered)
    identity = ["trust_code", "activity", *_BAND]
    sums = spread(levels, projected).groupby(identity, sort=False, dropna=False)
    table = sums.agg(base=("base", "sum"), horizon=("horizon", "sum"), coverage=("coverage", "max"))
    grown = with_growth(table.reset_index())
    return grown[[*identity, "base", "horizon", "change", "growth", "coverage"]]


def additional_a_day(
    outturn: pd.DataFrame, growth: pd.DataFrame, *, days: int = 365
) -> pd.DataFrame:
    """Return the additional activity that growth brings (events a day).

    Parameters
    ----------
    outturn : DataFrame
        ``activity``, ``outturn`` (events in the base year).
    growth : DataFrame
        ``activity``, ``growth`` (share), one row an activity.
    days : int
        Days in the horizon year, 365 or 366.

    Returns
    -------
    DataFrame
        ``activity``, ``outturn``, ``growth``, ``additional`` (events a year),
        ``additional_a_day``; key ``activity``.

    Raises
    ------
    MethodError
        If an activity has no growth, stands there twice, or days are not those of a year.

    Notes
    -----
    additional = outturn x growth; a day = additional / days.
    """
    for table, name in ((outturn, "outturn"), (growth, "growth")):
        require_columns(table, ["activity", name], where=name)
        require_key(table, ["activity"], where=name)
    require_amounts(outturn, ["outturn"], key=["activity"], where="outturn")
    if days not in (365, 366):
        raise MethodError(
            where="days", found=str(days), wanted="365 or 366", remedy="give the days of the year"
        )
    both = outturn[["activity", "outturn"]].merge(
        growth[["activity", "growth"]], on="activity", how="left"
    )
    if both["growth"].isna().any():
        raise MethodError(
            where=f"growth, activity {both[both['growth'].isna()]['activity'].iloc[0]}",
            found="no growth",
            wanted="a growth for every activity of the outturn",
            remedy="project that activity too, or leave it out",
        )
    additional = both["outturn"] * both["growth"]
    return both.assign(additional=additional, additional_a_day=additional / days)


def _one_population(population: pd.DataFrame) -> pd.DataFrame:
    residents = check_population(population)
    for column in ("area_code", "year"):
        require_one_value(
            residents, column, where="population", reason="rates are of one area and year"
        )
    return residents


def _split_unknown(
    activity: pd.DataFrame, measures: Sequence[str]
) -> tuple[pd.DataFrame, pd.Series]:
    require_columns(activity, [*_BAND, *measures], where="activity")
    table = whole_ages(activity[[*_BAND, *measures]])
    require_key(table, ["age_lower"], where="activity")
    require_amounts(table, measures, key=["age_lower"], where="activity")
    table = table.astype(dict.fromkeys(measures, float))
    unknown = table["age_lower"].isna()
    return table[~unknown], table.loc[unknown, list(measures)].sum()


def _require_all_placed(known: pd.DataFrame, home: dict[Band, Band]) -> None:
    placed = {lower for lower, _ in home}
    outside = known[~known["age_lower"].isin(list(placed))]
    if len(outside):
        raise MethodError(
            where=f"activity, age_lower {outside['age_lower'].iloc[0]}",
            found="an age outside the bands of the population",
            wanted="ages that the population has",
            remedy="take a population of all ages",
        )


def _require_residents(long: pd.DataFrame) -> None:
    nobody = long[long["population"].eq(0) & long["events"].gt(0)]
    if len(nobody):
        row = nobody.iloc[0]
        raise MethodError(
            where=f"population, {row_name(row, _BAND)}",
            found=f"0 residents and {row['events']:g} {row['activity']}",
            wanted="residents in each band with activity",
            remedy="check that activity and population are of the same area",
        )


def _join(rates: pd.DataFrame, population: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    """Return population and rate of each area, activity, band and year."""
    require_columns(rates, [*_BAND, "activity", "rate"], where="rates")
    own = ["area_code"] if "area_code" in rates.columns else []
    table = whole_ages(rates[[*own, *_BAND, "activity", "rate"]])
    require_key(table, [*own, "activity", "age_lower"], where="rates")
    require_amounts(table, ["rate"], key=[*own, "activity", "age_lower"], where="rates")
    people = check_population(population)
    check_years(people, years, where="population")
    _require_same_bands(table, people, [*own, "activity"])
    chosen = people[people["year"].isin(list(years))]
    joined = chosen.merge(table, on=[*own, *_BAND], how="left")
    if joined["rate"].isna().any():
        raise MethodError(
            where=f"rates, area_code {joined[joined['rate'].isna()]['area_code'].iloc[0]}",
            found="no rate",
            wanted="rates for every area of the population",
            remedy="add the area's rates, or take the areas that have them",
        )
    return joined


def _require_same_bands(rates: pd.DataFrame, people: pd.DataFrame, key: list[str]) -> None:
    wanted = bands(people, where="population, age bands")
    for _, part in rates.groupby(key):
        found = bands(part, where="rates, age bands")
        if found != wanted:
            raise MethodError(
                where=f"rates, {row_name(part.iloc[0], key)}",
                found=f"{len(found)} bands, {_ends(found)}",
                wanted=f"the {len(wanted)} bands of the population, {_ends(wanted)}",
                remedy="make the rates with a population in the same bands",
            )


def _ends(found: Sequence[Band]) -> str:
    return f"{age_band_label(*found[0])} to {age_band_label(*found[-1])}"


def _crude(joined: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return residents, expected activity and the crude rate of each area and activity."""
    of_year = joined[joined["year"].eq(year)]
    expected = of_year["rate"] * of_year["population"]
    sums = (
        of_year.assign(expected=expected)
        .groupby(["area_code", "activity"], sort=False)
        .agg(residents=("population", "sum"), expected=("expected", "sum"))
    )
    nobody = sums[sums["residents"].eq(0)].reset_index()
    if len(nobody):
        raise MethodError(
            where=f"population, area_code {nobody['area_code'].iloc[0]}, year {year}",
            found="0 persons",
            wanted="a population above 0",
            remedy="leave the area out",
        )
    return sums.assign(crude=sums["expected"] / sums["residents"])
