"""Populations: areas put together, age groups, and growth between two years of one projection."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.geography import age_band_label
from caseanalysis.methods.agebands import Band, assign, bands, check_groups, whole_ages
from caseanalysis.methods.columns import (
    require_amounts,
    require_columns,
    require_key,
    require_one_value,
    row_name,
)

_COLUMNS = ("area_code", "area_name", "year", "age_lower", "age_upper", "population")
_KEY = ("area_code", "year", "age_lower")


def check_population(population: pd.DataFrame, *, where: str = "population") -> pd.DataFrame:
    """Return a population of one edition (persons), checked, with its columns in order.

    Parameters
    ----------
    population : DataFrame
        ``area_code``, ``area_name``, ``year``, ``age_lower``, ``age_upper`` (missing where the
        band is open), ``population``; ``edition`` and ``sex`` may be there with one value each.
    where : str
        Name of the table in messages.

    Returns
    -------
    DataFrame
        The six columns; key ``area_code``, ``year``, ``age_lower``.

    Raises
    ------
    MethodError
        If editions or sexes are mixed, a row is repeated, a figure is missing or negative, bands
        leave a gap or overlap, or an area and year lack a band that others have.
    """
    require_columns(population, _COLUMNS, where=where)
    require_one_value(
        population, "edition", where=where, reason="the step between editions is not growth"
    )
    require_one_value(population, "sex", where=where, reason="persons would be counted twice")
    table = whole_ages(population[list(_COLUMNS)])
    require_key(table, _KEY, where=where)
    require_amounts(table, ["population"], key=_KEY, where=where)
    _require_every_band(table, where)
    return table.assign(population=table["population"].astype(float)).reset_index(drop=True)


def combine_areas(
    population: pd.DataFrame, *, area_codes: Sequence[str], code: str, name: str
) -> pd.DataFrame:
    """Return the population (persons) of several areas taken together.

    Parameters
    ----------
    population : DataFrame
        As for `check_population`.
    area_codes : sequence of str
        The areas to add up.
    code, name : str
        Code and name of the whole.

    Returns
    -------
    DataFrame
        The columns of the population; key ``area_code``, ``year``, ``age_lower``.

    Raises
    ------
    MethodError
        If an area is missing or named twice, areas have different years, or the population is
        not fit for use.
    """
    table = check_population(population)
    _require_areas(table, area_codes)
    chosen = table[table["area_code"].isin(list(area_codes))]
    counts = chosen.groupby("year")["area_code"].nunique()
    if counts.lt(len(area_codes)).any():
        raise MethodError(
            where=f"population, year {counts.idxmin()}",
            found=f"{counts.min()} of the {len(area_codes)} areas",
            wanted="the same years for every area",
            remedy="select years that all areas have",
        )
    keys = ["year", "age_lower", "age_upper"]
    total = chosen.groupby(keys, dropna=False)[["population"]].sum().reset_index()
    return total.assign(area_code=code, area_name=name)[list(_COLUMNS)]


def by_age_group(population: pd.DataFrame, *, groups: Sequence[Band]) -> pd.DataFrame:
    """Return the population (persons) and its share (0 to 1) by age group.

    Parameters
    ----------
    population : DataFrame
        As for `check_population`.
    groups : sequence of (int, int or None)
        First and last age of each group in years, None where open. Groups may overlap, so that
        65+ can stand beside 65-84 and 85+.

    Returns
    -------
    DataFrame
        ``area_code``, ``area_name``, ``year``, ``age_group``, ``population``, ``share``; key
        ``area_code``, ``year``, ``age_group``. The share is of all ages in the table.

    Raises
    ------
    MethodError
        If a bound of a group cuts a band, the bands do not fill a group, or the area has nobody.
    """
    table = check_population(population)
    check_groups(groups, where="groups")
    found = bands(table, where="population, age bands")
    identity = ["area_code", "area_name", "year"]
    totals = table.groupby(identity, sort=False)["population"].sum()
    nobody = totals[totals.eq(0)].reset_index()
    if len(nobody):
        raise MethodError(
            where=f"population, {row_name(nobody.iloc[0], identity)}",
            found="0 persons",
            wanted="a population above 0",
            remedy="leave the area out",
        )
    parts = []
    for group in groups:
        home = assign(found, [group], where="population, age bands")
        inside = table[table["age_lower"].isin([lower for lower, _ in home])]
        part = inside.groupby(identity, sort=False)["population"].sum()
        frame = part.to_frame().assign(age_group=age_band_label(*group), share=part / totals)
        parts.append(frame.reset_index())
    grouped = pd.concat(parts).sort_values(["area_code", "year"], kind="stable", ignore_index=True)
    return grouped[[*identity, "age_group", "population", "share"]]


def growth(grouped: pd.DataFrame, *, base_year: int, horizon_year: int) -> pd.DataFrame:
    """Return the change (persons) and growth (share) of each age group between two years.

    Parameters
    ----------
    grouped : DataFrame
        As returned by `by_age_group`.
    base_year, horizon_year : int
        The two years.

    Returns
    -------
    DataFrame
        ``area_code``, ``area_name``, ``age_group``, ``base``, ``horizon``, ``change``,
        ``growth``; key ``area_code``, ``age_group``. Growth is missing where the base is 0.

    Raises
    ------
    MethodError
        If an age group lacks one of the years, or the years are not in order.

    Notes
    -----
    growth = horizon / base - 1. Both years come from one projection: the step from an estimate to
    an older projection would be taken for growth.
    """
    identity = ["area_code", "area_name", "age_group"]
    require_columns(grouped, [*identity, "year", "population"], where="age groups")
    require_key(grouped, [*identity, "year"], where="age groups")
    check_years(grouped, [base_year, horizon_year], where="age groups")
    base, horizon = (
        grouped[grouped["year"].eq(year)][[*identity, "population"]]
        for year in (base_year, horizon_year)
    )
    lacking = pd.concat([base, horizon]).drop_duplicates(identity, keep=False)
    if len(lacking):
        raise MethodError(
            where=f"age groups, {row_name(lacking.iloc[0], identity)}",
            found="one of the two years",
            wanted=f"{base_year} and {horizon_year}",
            remedy="take a table that has both years for every area",
        )
    both = base.rename(columns={"population": "base"}).merge(
        horizon.rename(columns={"population": "horizon"}), on=identity, validate="one_to_one"
    )
    return with_growth(both)


def with_growth(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with ``change`` and ``growth`` after its ``base`` and ``horizon``.

    Growth is a share; it is missing where the base is 0, since nothing times any growth is 0.
    """
    base, horizon = table["base"], table["horizon"]
    return table.assign(change=horizon - base, growth=(horizon / base.where(base.ne(0))) - 1)


def check_years(table: pd.DataFrame, years: Sequence[int], *, where: str) -> None:
    """Refuse years that are not in order, or that a table lacks.

    Raises
    ------
    MethodError
        If the years do not rise, or one of them is missing.
    """
    if list(years) != sorted(set(years)) or not years:
        raise MethodError(
            where=where,
            found=f"the years {', '.join(map(str, years)) or 'none'}",
            wanted="years in rising order, each once",
            remedy="give the base year before the horizon year",
        )
    held = set(table["year"].unique())
    for year in years:
        if year not in held:
            raise MethodError(
                where=f"{where}, year {year}",
                found=f"the years {min(held)} to {max(held)}" if held else "no rows",
                wanted=f"the year {year}",
                remedy="choose a year of the projection, or add the edition that has it",
            )


def _require_areas(table: pd.DataFrame, area_codes: Sequence[str]) -> None:
    held = set(table["area_code"].unique())
    missing = [code for code in area_codes if code not in held]
    repeated = sorted({code for code in area_codes if list(area_codes).count(code) > 1})
    if missing or repeated or not area_codes:
        raise MethodError(
            where="population, area_code",
            found=(f"no {', '.join(missing)}" if missing else f"{', '.join(repeated)} twice")
            if area_codes
            else "no area named",
            wanted="each of the areas once",
            remedy="correct the list of areas, or take a table that holds them all",
        )


def _require_every_band(table: pd.DataFrame, where: str) -> None:
    found = bands(table, where=f"{where}, age bands")
    counts = table.groupby(["area_code", "year"]).size().rename("bands").reset_index()
    short = counts[counts["bands"].lt(len(found))]
    if len(short):
        raise MethodError(
            where=f"{where}, {row_name(short.iloc[0], ['area_code', 'year'])}",
            found=f"{short['bands'].iloc[0]} age bands",
            wanted=f"the {len(found)} bands from {age_band_label(*found[0])} "
            f"to {age_band_label(*found[-1])}",
            remedy="take a table with the same bands for every area and year",
        )
