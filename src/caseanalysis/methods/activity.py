"""Growth of each activity type from the change in population, by several years of age profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.demand import (
    activity_rates,
    additional_a_day,
    project,
    summarise_growth,
)
from caseanalysis.registers import Activity


def growth_from_profile(
    activity: pd.DataFrame,
    *,
    population: pd.DataFrame,
    reference: pd.DataFrame,
    measures: Mapping[str, Sequence[str]],
    base_year: int,
    horizon_year: int,
) -> pd.DataFrame:
    """Return the demographic growth of each activity type (share), by year of its age profile.

    Parameters
    ----------
    activity : DataFrame
        ``financial_year``, ``age_lower``, ``age_upper`` and measures (events a year) of a
        reference area.
    population : DataFrame
        Population of the area to project, one edition, with both years.
    reference : DataFrame
        Population of the reference area, same edition, with the years of the activity.
    measures : Mapping of str to sequence of str
        Measures that make up each activity type; a type without any is left out.
    base_year, horizon_year : int
        Years to compare.

    Returns
    -------
    DataFrame
        ``activity``, ``profile_year``, ``base``, ``horizon``, ``change``, ``growth``; key the
        first two. Base and horizon are what the reference area's rates would give.

    Raises
    ------
    MethodError
        If there is no activity, a figure is missing, or a year or age band is not in a population.

    Notes
    -----
    The rates of a financial year are taken over the residents at the middle of the calendar year
    that it starts in. Rates stay as they were: the growth is that of size and age alone.
    """
    require_columns(activity, ["financial_year"], where="activity")
    if activity.empty:
        raise _refusal("activity", "no financial year", "a whole financial year at least")
    parts = []
    for year, events in activity.groupby("financial_year"):
        residents = reference[reference["year"].eq(int(str(year)[:4]))]
        types = {
            # A withheld figure stays missing, and is refused where rates are made of it.
            name: events[list(columns)].sum(axis=1, skipna=False)
            for name, columns in measures.items()
            if columns
        }
        rates = activity_rates(
            events[["age_lower", "age_upper"]].assign(**types), residents, measures=list(types)
        )
        projected = project(rates, population, base_year=base_year, horizon_year=horizon_year)
        parts.append(summarise_growth(projected, by=["activity"]).assign(profile_year=year))
    table = pd.concat(parts, ignore_index=True)
    return table[["activity", "profile_year", "base", "horizon", "change", "growth"]]


def growth_from_local_rates(
    rates: pd.DataFrame,
    population: pd.DataFrame,
    *,
    area_code: str,
    activities: Mapping[str, Sequence[str]],
    base_year: int,
    horizon_year: int,
) -> pd.DataFrame:
    """Return the demographic growth of each activity type (share) from rates of five-year bands.

    Parameters
    ----------
    rates : DataFrame
        ``area_code``, ``activity``, ``age_lower``, ``age_upper``, ``rate`` (events a resident and
        year), adults only.
    population : DataFrame
        Population of the area to project; ages below the rates' youngest are left out.
    area_code : str
        Area whose rates are used.
    activities : Mapping of str to sequence of str
        Published activities that make up each type; a type without any is left out.
    base_year, horizon_year : int
        Years to compare.

    Returns
    -------
    DataFrame
        ``activity``, ``base``, ``horizon``, ``change``, ``growth``; key ``activity``.

    Raises
    ------
    MethodError
        If the area has no rates, or bands of rates and population differ.
    """
    own = rates[rates["area_code"].eq(area_code)]
    if own.empty:
        raise _refusal("rates", f"none of {area_code}", "rates of the area named")
    pairs = [(name, part) for name, parts in activities.items() for part in parts]
    homes = pd.DataFrame(pairs, columns=["type", "activity"])
    # A published activity may be part of two types: of all elective ones, and of day cases.
    typed = own.merge(homes, on="activity").drop(columns="activity")
    typed = typed.rename(columns={"type": "activity"})
    keys = ["activity", "age_lower", "age_upper"]
    summed = typed.groupby(keys, as_index=False, dropna=False)[["rate"]].sum()
    adults = population[population["age_lower"].ge(int(summed["age_lower"].min()))]
    projected = project(summed, adults, base_year=base_year, horizon_year=horizon_year)
    return summarise_growth(projected, by=["activity"])


def middle_and_range(growth: pd.DataFrame, *, profile_year: str) -> pd.DataFrame:
    """Return the growth of one profile year with the least and greatest over all profile years.

    Returns
    -------
    DataFrame
        ``activity``, ``growth``, ``lower``, ``upper`` (shares); key ``activity``.

    Raises
    ------
    MethodError
        If there is no such profile year.
    """
    if profile_year not in set(growth["profile_year"]):
        held = ", ".join(sorted(growth["profile_year"].unique()))
        raise _refusal("profile_year", profile_year, f"one of {held}")
    chosen = growth[growth["profile_year"].eq(profile_year)].set_index("activity")["growth"]
    over_years = growth.groupby("activity")["growth"]
    table = pd.DataFrame({"growth": chosen, "lower": over_years.min(), "upper": over_years.max()})
    return table.loc[list(growth["activity"].drop_duplicates())].reset_index()


def parts_of(activities: Sequence[Activity], profile: str) -> dict[str, list[str]]:
    """Return the published measures that make up each activity type, by its name.

    Parameters
    ----------
    activities : sequence of Activity
        Records of the register.
    profile : str
        Field that names the measures: ``hes_measures`` or ``local_activities``.
    """
    return {
        record.activity: [part for part in (getattr(record, profile) or "").split(";") if part]
        for record in activities
    }


def outturn(
    published: pd.DataFrame,
    *,
    activities: Sequence[Activity],
    claims: pd.DataFrame,
    entity: str,
    period: str,
    first_share: float,
) -> pd.DataFrame:
    """Return the level of each activity type in the base year (events), and where it is from.

    Parameters
    ----------
    published : DataFrame
        One row: the group's yearly counts.
    activities : sequence of Activity
        Records of the register.
    claims : DataFrame
        Printed numbers, used only where nothing is published.
    entity, period : str
        Entity and period of the printed numbers.
    first_share : float
        First appointments among outpatient appointments (0 to 1), to split a printed total.

    Returns
    -------
    DataFrame
        ``activity``, ``outturn``, ``outturn_basis``; a type with neither is left out.

    Raises
    ------
    MethodError
        If ``published`` is not one row.
    """
    if len(published) != 1:
        raise _refusal("outturn", f"{len(published)} rows", "one row, of the group's yearly counts")
    fits = claims["entity"].eq(entity) & claims["period"].eq(period)
    printed = claims[fits].drop_duplicates("measure").set_index("measure")["value"]
    parts = {"all": 1.0, "first": first_share, "rest": 1 - first_share}
    rows = []
    for record in activities:
        if record.outturn_column:
            level = float(published[record.outturn_column].iloc[0])
            rows.append((record.activity, level, "published"))
        elif record.printed_measure in printed:
            level = printed[record.printed_measure] * parts[record.printed_part]
            rows.append((record.activity, level, "as printed, not published"))
    return pd.DataFrame(rows, columns=["activity", "outturn", "outturn_basis"])


def needed_a_day(
    growth: pd.DataFrame, levels: pd.DataFrame, *, claims: pd.DataFrame, measure: str
) -> pd.DataFrame:
    """Return what growth adds to each activity type (events a day), beside what was printed.

    Parameters
    ----------
    growth : DataFrame
        ``activity``, ``growth`` and perhaps ``lower`` and ``upper`` (shares).
    levels : DataFrame
        As returned by ``outturn``.
    claims : DataFrame
        Printed numbers: ``measure``, ``group`` (the activity type), ``value``.
    measure : str
        Measure of the printed numbers.

    Returns
    -------
    DataFrame
        ``activity``, ``outturn``, ``outturn_basis``, ``growth``, ``printed`` (missing where
        nothing was), ``recomputed``, ``lower``, ``upper`` (events a day; the ends are the value
        itself where growth has no range); key ``activity``. Only types with both a level and a
        growth are there.
    """
    both = levels.merge(growth, on="activity", validate="one_to_one")
    ends = {end: growth.get(end, growth["growth"]) for end in ("lower", "upper")}
    names = {"growth": growth["growth"], **ends}
    daily = {
        name: additional_a_day(
            both[["activity", "outturn"]], growth[["activity"]].assign(growth=values)
        ).set_index("activity")["additional_a_day"]
        for name, values in names.items()
    }
    printed = claims[claims["measure"].eq(measure)].drop_duplicates("group")
    return pd.DataFrame(
        {
            "activity": both["activity"],
            "outturn": both["outturn"],
            "outturn_basis": both["outturn_basis"],
            "growth": both["growth"],
            "printed": both["activity"].map(printed.set_index("group")["value"]).astype(float),
            "recomputed": both["activity"].map(daily["growth"]),
            "lower": both["activity"].map(daily["lower"]),
            "upper": both["activity"].map(daily["upper"]),
        }
    )


def _refusal(where: str, found: str, wanted: str) -> MethodError:
    return MethodError(
        where=where,
        found=found,
        wanted=wanted,
        remedy="choose a year, an area and data that go together",
    )
