"""Residents by single year of age and sex, and those that a trust's patients stand for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.agebands import bands
from caseanalysis.methods.columns import require_amounts, require_columns, require_key
from caseanalysis.methods.demography import check_population, check_years

CELL = ["sex", "age"]
_SEXES = ("female", "male")


def single_ages(population: pd.DataFrame, england: pd.DataFrame) -> pd.DataFrame:
    """Return residents (persons) by single year of age and sex, from a projection by age band.

    Parameters
    ----------
    population : DataFrame
        As for `demography.check_population`, with ``edition``: persons by age band.
    england : DataFrame
        Of the same edition and years: ``edition``, ``year``, ``age`` (the last one holds everybody
        of that age and over), ``female``, ``male`` (persons).

    Returns
    -------
    DataFrame
        ``area_code``, ``year``, ``sex``, ``age``, ``population``; key the first four. Each band
        adds up to what was published.

    Raises
    ------
    MethodError
        If the editions differ, a year or an age is missing, or bands do not end where the ages do.

    Notes
    -----
    residents of a cell = residents of the band x England's share of the cell in the band, in the
    same year. Within a band an area is taken to have England's ages and sexes.
    """
    people = check_population(population)
    _require_one_edition(population, england)
    wide = _checked_ages(england)
    found = bands(people, where="population, age bands")
    if found[-1][1] is not None or found[-1][0] > wide["age"].max() or found[0][0] != 0:
        raise _misaligned(f"bands from {found[0][0]} to {found[-1]}", "bands from 0 to an open one")
    check_years(wide.sort_values("year"), sorted(people["year"].unique()), where="England's ages")
    lowest = np.array([lower for lower, _ in found])
    long = wide.melt(["year", "age"], list(_SEXES), var_name="sex", value_name="persons")
    home = lowest[np.searchsorted(lowest, long["age"].to_numpy(), side="right") - 1]
    long = long.assign(age_lower=pd.array(home, dtype="Int64"))
    band = long.groupby(["year", "age_lower"])["persons"].transform("sum")
    long = long.assign(share=long["persons"] / band)
    joined = people[["area_code", "year", "age_lower", "population"]].merge(
        long[["year", "age_lower", *CELL, "share"]], on=["year", "age_lower"]
    )
    table = joined.assign(population=joined["population"] * joined["share"])
    return table[["area_code", "year", *CELL, "population"]]


def combined(people: pd.DataFrame, *, area_codes: Sequence[str], code: str) -> pd.DataFrame:
    """Return the residents of several areas together, as those of one area (persons).

    Parameters
    ----------
    people : DataFrame
        As returned by `single_ages`.
    area_codes : sequence of str
        Areas to add up.
    code : str
        Code of the whole.

    Returns
    -------
    DataFrame
        As returned by `single_ages`.

    Raises
    ------
    MethodError
        If an area has no residents here.
    """
    missing = sorted(set(area_codes) - set(people["area_code"]))
    if missing:
        raise _misaligned(f"no residents of {', '.join(missing)}", "every area named")
    own = people[people["area_code"].isin(list(area_codes))]
    whole = own.groupby(["year", *CELL], as_index=False)[["population"]].sum()
    named: pd.DataFrame = whole.assign(area_code=code)
    return named[["area_code", "year", *CELL, "population"]]


def within_ages(people: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Return residents by activity: of each activity the cells for which it has a rate.

    Parameters
    ----------
    people : DataFrame
        As returned by `single_ages`.
    rates : DataFrame
        ``activity``, ``sex``, ``age``, ``rate``.

    Returns
    -------
    DataFrame
        ``area_code``, ``activity``, ``year``, ``sex``, ``age``, ``population``. Adults alone, or
        women alone, where an activity has rates of no others.
    """
    cells = rates[["activity", *CELL]].drop_duplicates()
    table = people.merge(cells, on=CELL, how="inner")
    return table[["area_code", "activity", "year", *CELL, "population"]]


def of_catchments(
    people: pd.DataFrame, rates: pd.DataFrame, *, catchment: pd.DataFrame, base_year: int
) -> pd.DataFrame:
    """Return the residents that each trust's patients stand for, by activity (weighted persons).

    Parameters
    ----------
    people : DataFrame
        As returned by `single_ages`, for the areas that patients come from.
    rates : DataFrame
        ``activity``, ``sex``, ``age``, ``rate`` (events a resident and year).
    catchment : DataFrame
        ``trust_code``, ``area_code``, ``share``: share (0 to 1) of the trust's patients who live
        in the area. Areas without residents here are left out.
    base_year : int
        Year in which the shares hold.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``year``, ``sex``, ``age``, ``population``; of which only the
        structure and the growth mean anything.

    Raises
    ------
    MethodError
        If a share stands there twice, or an area has no expected activity in the base year.

    Notes
    -----
    An area's weight is share / (sum of rate x residents in the base year), so that rates applied
    to the weighted residents spread a trust's activity over areas as the shares have it. Weights
    of a trust and activity are scaled so that the greatest is 1.
    """
    require_key(catchment, ["trust_code", "area_code"], where="catchment")
    require_amounts(catchment, ["share"], key=["trust_code", "area_code"], where="catchment")
    cells = within_ages(people, rates)
    weights = _weights(cells, rates, catchment, base_year)
    wide = cells.pivot_table(
        index=["activity", "year", *CELL], columns="area_code", values="population"
    )
    parts = []
    for (trust, activity), of_trust in weights.groupby(["trust_code", "activity"], sort=False):
        areas = list(of_trust["area_code"])
        total = wide.loc[[activity], areas].to_numpy() @ of_trust["weight"].to_numpy()
        frame = wide.loc[[activity]].index.to_frame(index=False)
        parts.append(frame.assign(trust_code=str(trust), population=total))
    if not parts:
        raise _misaligned("no area of the catchment", "residents of the areas of the catchment")
    table = pd.concat(parts, ignore_index=True)
    return table[["trust_code", "activity", "year", *CELL, "population"]]


def _weights(
    cells: pd.DataFrame, rates: pd.DataFrame, catchment: pd.DataFrame, base_year: int
) -> pd.DataFrame:
    base = cells[cells["year"].eq(base_year)].merge(rates, on=["activity", *CELL])
    if base.empty:
        raise _misaligned(f"nobody in {base_year}", "residents of the base year")
    base = base.assign(expected=base["rate"] * base["population"])
    sums = base.groupby(["area_code", "activity"], as_index=False)["expected"].sum()
    joined = catchment[["trust_code", "area_code", "share"]].merge(sums, on="area_code")
    nothing = joined[joined["expected"].le(0)]
    if len(nothing):
        raise _misaligned(f"no activity expected in {nothing['area_code'].iloc[0]}", "some")
    weighted = joined.assign(weight=joined["share"] / joined["expected"])
    greatest = weighted.groupby(["trust_code", "activity"])["weight"].transform("max")
    return weighted.assign(weight=weighted["weight"] / greatest)


def of_areas(
    people: pd.DataFrame, rates: pd.DataFrame, *, area_codes: Sequence[str], name: str
) -> pd.DataFrame:
    """Return the residents of several areas together as those of one trust or group.

    Parameters
    ----------
    people, rates : DataFrame
        As for `of_catchments`.
    area_codes : sequence of str
        Areas to add up.
    name : str
        What stands in ``trust_code``.

    Returns
    -------
    DataFrame
        As returned by `of_catchments`, in persons.

    Raises
    ------
    MethodError
        If an area has no residents here.
    """
    whole = combined(people, area_codes=area_codes, code=name)
    return within_ages(whole, rates).rename(columns={"area_code": "trust_code"})


def variant_ratios(variants: pd.DataFrame, *, principal: str = "principal") -> pd.DataFrame:
    """Return residents of each variant for each resident of the principal projection (ratio).

    Parameters
    ----------
    variants : DataFrame
        ``variant``, ``year``, ``sex``, ``age``, ``population`` (persons).
    principal : str
        Name of the principal projection among them.

    Returns
    -------
    DataFrame
        ``variant`` (the principal first), ``year``, ``sex``, ``age``, ``ratio``; key the first
        four. A cell without residents has the ratio 1.

    Raises
    ------
    MethodError
        If there is no principal projection.
    """
    key = ["variant", "year", *CELL]
    require_key(variants, key, where="variants")
    require_amounts(variants, ["population"], key=key, where="variants")
    own = variants[variants["variant"].eq(principal)]
    if own.empty:
        raise _misaligned(f"no variant {principal}", "the principal projection among the variants")
    joined = variants.merge(own.drop(columns="variant"), on=key[1:], suffixes=("", "_principal"))
    base = joined["population_principal"]
    ratio = (joined["population"] / base.where(base.gt(0))).fillna(1.0)
    table = joined.assign(ratio=ratio, first=joined["variant"].ne(principal))
    ordered = table.sort_values(["first", *key], ignore_index=True)
    return ordered[[*key, "ratio"]]


def _require_one_edition(population: pd.DataFrame, england: pd.DataFrame) -> None:
    for table in (population, england):
        require_columns(table, ["edition"], where="edition of the projection")
    editions = sorted({*population["edition"], *england["edition"]})
    if len(editions) != 1:
        raise MethodError(
            where="edition of the projection",
            found=", ".join(editions),
            wanted="one edition of areas and of England",
            remedy="take both from one projection: the step between editions is not growth",
        )


def _checked_ages(england: pd.DataFrame) -> pd.DataFrame:
    require_columns(england, ["year", "age", *_SEXES], where="England's ages")
    require_key(england, ["year", "age"], where="England's ages")
    require_amounts(england, _SEXES, key=["year", "age"], where="England's ages")
    ages = sorted(england["age"].unique())
    counts = england.groupby("year")["age"].nunique()
    if ages != list(range(len(ages))) or counts.ne(len(ages)).any():
        raise _misaligned("ages with a gap", "every age from 0 in every year")
    return england[["year", "age", *_SEXES]]


def _misaligned(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="residents by age",
        found=found,
        wanted=wanted,
        remedy="take tables of the same ages, areas and years",
    )
