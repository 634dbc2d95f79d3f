"""Rates of activity by single year of age and sex, from what is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns, require_key
from caseanalysis.methods.demand import activity_rates
from caseanalysis.methods.demography import with_growth
from caseanalysis.methods.projection.factors import rows_of
from caseanalysis.methods.projection.residents import CELL
from caseanalysis.registers import Activity

_KEY = ["activity", *CELL]


def graduated(rates: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return rates by single year of age (events a resident and year), from rates by age band.

    Parameters
    ----------
    rates : DataFrame
        As returned by `demand.activity_rates`: ``activity``, ``age_lower``, ``age_upper``,
        ``rate``.
    people : DataFrame
        Of the area and year of the rates, as returned by `residents.single_ages`.

    Returns
    -------
    DataFrame
        ``activity``, ``sex``, ``age``, ``rate``; key the first three. Women and men of an age have
        the same rate, since bands are of persons.

    Raises
    ------
    MethodError
        If a column is missing, or there are several areas or years of people.

    Notes
    -----
    A monotone cubic curve (Fritsch and Carlson 1980, SIAM Journal on Numerical Analysis 17(2),
    238-246) goes through the rate of each band at the mean age of its people; each band is then
    scaled so that rate x residents, added up, is what the band's own rate gives. The open band is
    one age.
    """
    require_columns(rates, ["activity", "age_lower", "age_upper", "rate"], where="rates")
    require_columns(people, ["area_code", "year", *CELL, "population"], where="people")
    require_key(people, CELL, where="people of one area and year")
    count = people.groupby("age")["population"].sum().sort_index()
    parts = [
        _one_curve(part.sort_values("age_lower"), count).assign(activity=name)
        for name, part in rates.groupby("activity", sort=False)
    ]
    both = pd.concat(parts).merge(pd.DataFrame({"sex": ["female", "male"]}), how="cross")
    return both[[*_KEY, "rate"]]


def _one_curve(band_rates: pd.DataFrame, count: pd.Series) -> pd.DataFrame:
    ages = count.index.to_numpy()
    lowest = band_rates["age_lower"].astype(int).to_numpy()
    home = np.searchsorted(lowest, ages, side="right") - 1
    if home.min() < 0:
        raise _refusal(f"no rate below age {lowest[0]}", "rates for every age of the people")
    people = count.to_numpy(float)
    total = np.bincount(home, weights=people, minlength=len(lowest))
    if (total <= 0).any():
        raise _refusal("a band without people", "people in every band")
    centre = np.bincount(home, weights=people * ages, minlength=len(lowest)) / total
    given = band_rates["rate"].to_numpy(float)
    # Beyond the first and the last centre a cubic would shoot off: the rate stays level there.
    curve = PchipInterpolator(centre, given)(np.clip(ages, centre[0], centre[-1]))
    implied = np.bincount(home, weights=people * curve, minlength=len(lowest))
    wanted = given * total
    scale = np.divide(wanted, implied, out=np.ones_like(wanted), where=implied > 0)
    return pd.DataFrame({"age": ages, "rate": curve * scale[home]})


def of_single_years(
    rates: pd.DataFrame, *, activities: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return rates by single year of age and sex, published activities added up by type.

    Parameters
    ----------
    rates : DataFrame
        Of one area: ``activity``, ``sex``, ``age``, ``rate`` (events a resident and year).
    activities : Mapping of str to sequence of str
        Published activities that make up each type; a type without any is left out.

    Returns
    -------
    DataFrame
        ``activity``, ``sex``, ``age``, ``rate``; key the first three.

    Raises
    ------
    MethodError
        If a published activity is not in the table.
    """
    require_columns(rates, [*_KEY, "rate"], where="rates")
    require_key(rates, _KEY, where="rates")
    pairs = [(name, part) for name, parts in activities.items() for part in parts]
    homes = pd.DataFrame(pairs, columns=["type", "activity"])
    missing = sorted(set(homes["activity"]) - set(rates["activity"]))
    if missing:
        raise _refusal(f"no rates of {', '.join(missing)}", "rates of every activity named")
    # A published activity may be part of two types: of all elective ones, and of day cases.
    typed = rates.merge(homes, on="activity").drop(columns="activity")
    typed = typed.rename(columns={"type": "activity"})
    return typed.groupby(_KEY, as_index=False, sort=False)[["rate"]].sum()


def delivery_rates(deliveries: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return deliveries a year for each woman, by single year of age.

    Parameters
    ----------
    deliveries : DataFrame
        Of one area and year: ``age_lower``, ``age_upper`` (of the mother), ``deliveries``.
    people : DataFrame
        Of the same area and year, as returned by `residents.single_ages`.

    Returns
    -------
    DataFrame
        ``activity`` (deliveries), ``sex`` (female), ``age``, ``rate``; key ``age``.

    Raises
    ------
    MethodError
        If a band is open or has no women.

    Notes
    -----
    rate = deliveries of a band / women of the band; the same for each age of a band.
    """
    require_columns(deliveries, ["age_lower", "age_upper", "deliveries"], where="deliveries")
    require_key(deliveries, ["age_lower"], where="deliveries of one area and year")
    require_amounts(deliveries, ["deliveries"], key=["age_lower"], where="deliveries")
    if deliveries["age_upper"].isna().any():
        raise _refusal("an open age band of mothers", "a last age for every band")
    women = people[people["sex"].eq("female")].set_index("age")["population"]
    parts = []
    for row in rows_of(deliveries):
        lower, upper = int(row["age_lower"]), int(row["age_upper"])
        inside = women.loc[lower:upper]
        if inside.empty or inside.sum() <= 0:
            raise _refusal(f"no women of {lower} to {upper}", "women in every band")
        rate = row["deliveries"] / inside.sum()
        parts.append(pd.DataFrame({"age": inside.index, "rate": rate}))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(activity="deliveries", sex="female")[[*_KEY, "rate"]]


def of_publications(
    population: pd.DataFrame,
    people: pd.DataFrame,
    *,
    activities: Sequence[Activity],
    activity_year: str,
    admissions: pd.DataFrame,
    bed_days: pd.DataFrame,
    age_rates: pd.DataFrame,
    deliveries: pd.DataFrame,
) -> pd.DataFrame:
    """Return England's rates of every activity type that some publication gives by age.

    Parameters
    ----------
    population : DataFrame
        England's residents by age band, as for `demand.activity_rates`.
    people : DataFrame
        The same by single year of age, as returned by `residents.single_ages`.
    activities : sequence of Activity
        Records of the register.
    activity_year : str
        Financial year of the admissions and attendances.
    admissions : DataFrame
        ``financial_year``, ``age_lower``, ``age_upper`` and published measures; or empty.
    bed_days : DataFrame
        ``financial_year``, ``age_lower``, ``age_upper``, ``bed_days``; or empty.
    age_rates : DataFrame
        ``activity``, ``sex``, ``age``, ``rate`` of adults by single year; or empty.
    deliveries : DataFrame
        ``financial_year``, ``age_lower``, ``age_upper``, ``deliveries``; or empty.

    Returns
    -------
    DataFrame
        ``activity``, ``sex``, ``age``, ``rate``, ``basis`` (what they rest on); key the first
        three. A type has rates by band where they are of all ages and openly published, otherwise
        by single year and sex, otherwise none.
    """
    if population.empty or people.empty:
        return pd.DataFrame()
    parts = []
    measures = _by_type(activities) if len(admissions) else {}
    if measures:
        of_year = admissions[admissions["financial_year"].eq(activity_year)]
        found = _of_bands(population, people, of_year, measures, activity_year)
        parts.append(found.assign(basis=f"England by age band, {activity_year}"))
    wanted = {
        one.activity: one.local_activities.split(";")
        for one in activities
        if one.local_activities and one.activity not in measures
    }
    if len(age_rates):
        adults = of_single_years(age_rates, activities=wanted)
        parts.append(adults.assign(basis="adults of England by single year of age and sex"))
    elif len(bed_days):
        year = str(bed_days["financial_year"].max())
        of_year = bed_days[bed_days["financial_year"].eq(year)]
        found = _of_bands(population, people, of_year, {"bed days": ["bed_days"]}, year)
        parts.append(found.assign(basis=f"England by age band and diagnosis, {year}"))
    if len(deliveries):
        year = str(deliveries["financial_year"].max())
        women = people[people["year"].eq(int(year[:4]))]
        found = delivery_rates(deliveries[deliveries["financial_year"].eq(year)], women)
        parts.append(found.assign(basis=f"England by age of mother, {year}"))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _by_type(activities: Sequence[Activity]) -> dict[str, list[str]]:
    """Return the published measures of each type that has any."""
    return {one.activity: one.hes_measures.split(";") for one in activities if one.hes_measures}


def _of_bands(
    population: pd.DataFrame,
    people: pd.DataFrame,
    events: pd.DataFrame,
    measures: Mapping[str, Sequence[str]],
    financial_year: str,
) -> pd.DataFrame:
    if events.empty:
        raise _refusal(f"no activity of {financial_year}", "a year that is held")
    year = int(financial_year[:4])
    # A withheld figure stays missing, and is refused where rates are made of it.
    types = {
        name: events[list(parts)].sum(axis=1, skipna=False) for name, parts in measures.items()
    }
    typed = events[["age_lower", "age_upper"]].assign(**types)
    residents = population[population["year"].eq(year)]
    rates = activity_rates(typed, residents, measures=list(types))
    return graduated(rates, people[people["year"].eq(year)])


def growth_by_profile(
    population: pd.DataFrame,
    people: pd.DataFrame,
    admissions: pd.DataFrame,
    *,
    areas: pd.DataFrame,
    activities: Sequence[Activity],
    base_year: int,
    horizon_year: int,
) -> pd.DataFrame:
    """Return the demographic growth of each activity type (share), by year of its age profile.

    Parameters
    ----------
    population, people : DataFrame
        England by band and by single year of age, as for `of_publications`.
    admissions : DataFrame
        ``financial_year``, ``age_lower``, ``age_upper`` and published measures.
    areas : DataFrame
        Residents of the area by single year of age: ``year``, ``sex``, ``age``, ``population``.
    activities : sequence of Activity
        Records of the register.
    base_year, horizon_year : int
        Years to compare.

    Returns
    -------
    DataFrame
        ``activity``, ``profile_year``, ``base``, ``horizon``, ``change``, ``growth``; key the
        first two. Base and horizon are what England's rates would give.

    Raises
    ------
    MethodError
        If a year is missing.
    """
    parts = []
    for year, events in admissions.groupby("financial_year"):
        rates = _of_bands(population, people, events, _by_type(activities), str(year))
        found = growth_of_rates(rates, areas=areas, base_year=base_year, horizon_year=horizon_year)
        parts.append(found.assign(profile_year=year))
    table = pd.concat(parts, ignore_index=True)
    return table[["activity", "profile_year", "base", "horizon", "change", "growth"]]


def growth_of_rates(
    rates: pd.DataFrame, *, areas: pd.DataFrame, base_year: int, horizon_year: int
) -> pd.DataFrame:
    """Return the demographic growth of each activity type (share) at constant rates.

    Parameters
    ----------
    rates : DataFrame
        ``activity``, ``sex``, ``age``, ``rate``; ages without a rate are left out.
    areas : DataFrame
        ``year``, ``sex``, ``age``, ``population``.
    base_year, horizon_year : int
        Years to compare.

    Returns
    -------
    DataFrame
        ``activity``, ``base``, ``horizon`` (events a year), ``change``, ``growth``; key
        ``activity``.

    Raises
    ------
    MethodError
        If the area has nobody in a year.
    """
    joined = areas[areas["year"].isin([base_year, horizon_year])].merge(rates, on=CELL)
    expected = joined.assign(expected=joined["rate"] * joined["population"])
    wide = expected.pivot_table(
        index="activity", columns="year", values="expected", aggfunc="sum", sort=False
    )
    if not {base_year, horizon_year} <= set(wide.columns):
        raise _refusal(f"no residents of {base_year} or {horizon_year}", "residents of both years")
    table = wide[[base_year, horizon_year]].set_axis(["base", "horizon"], axis=1).reset_index()
    return with_growth(table)


def births_trend(
    births: pd.DataFrame, people: pd.DataFrame, rates: pd.DataFrame, *, base_year: int
) -> pd.DataFrame:
    """Return how a projection's births move beside those that constant rates would give (ratio).

    Parameters
    ----------
    births : DataFrame
        ``year``, ``births`` of the projection.
    people : DataFrame
        The area's residents of the same projection, as returned by `residents.single_ages`.
    rates : DataFrame
        As returned by `delivery_rates`.
    base_year : int
        Year in which the ratio is 1.

    Returns
    -------
    DataFrame
        ``activity`` (deliveries), ``year``, ``ratio``; key ``year``.

    Raises
    ------
    MethodError
        If the base year is missing.

    Notes
    -----
    ratio = (births / deliveries at constant rates) of the year / the same of the base year. Births
    of multiple pregnancies count once for each child, in every year alike.
    """
    women = people.merge(rates, on=CELL)
    constant = (women["rate"] * women["population"]).groupby(women["year"]).sum()
    projected = births.set_index("year")["births"].astype(float)
    both = pd.DataFrame({"births": projected, "constant": constant}).dropna()
    if base_year not in both.index:
        raise _refusal(f"no births of {base_year}", "births and women of the base year")
    ratio = both["births"] / both["constant"]
    table = pd.DataFrame({"year": ratio.index, "ratio": (ratio / ratio.loc[base_year]).to_numpy()})
    return table.assign(activity="deliveries")[["activity", "year", "ratio"]]


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="rates by age",
        found=found,
        wanted=wanted,
        remedy="take activity and residents of the same area, year and ages",
    )
