"""A whole projection: every activity from its own base year, with one set of draws for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from caseanalysis.methods.agebands import Band
from caseanalysis.methods.catchments import covered
from caseanalysis.methods.demography import with_growth
from caseanalysis.methods.projection import factors as of_factors
from caseanalysis.methods.projection.model import Demand, assemble, path
from caseanalysis.methods.projection.residents import CELL, of_catchments
from caseanalysis.methods.projection.results import by_age, by_factor, sensitivity, simulate
from caseanalysis.methods.results import in_order
from caseanalysis.registers import Assumption

_CORRELATION = "demand_growth_correlation"
_FIRST_AGE = "health_status_first_age"
_COVERAGE = "minimum_catchment_coverage"
_PRINCIPAL = "principal_projection_probability"


def _empty() -> pd.DataFrame:
    return pd.DataFrame()


@dataclass(frozen=True)
class Projection:
    """The tables of a projection; all empty where there was nothing to project.

    Attributes
    ----------
    factors : DataFrame
        As returned by `factors.of_register`.
    path : DataFrame
        As returned by `model.path`, from each activity's own base year.
    interval : DataFrame
        As returned by `results.simulate`.
    parts : DataFrame
        As returned by `results.by_factor`, at the horizon.
    ages : DataFrame
        As returned by `results.by_age`, at the horizon.
    ends : DataFrame
        As returned by `results.sensitivity`.
    """

    factors: pd.DataFrame = field(default_factory=_empty)
    path: pd.DataFrame = field(default_factory=_empty)
    interval: pd.DataFrame = field(default_factory=_empty)
    parts: pd.DataFrame = field(default_factory=_empty)
    ages: pd.DataFrame = field(default_factory=_empty)
    ends: pd.DataFrame = field(default_factory=_empty)


@dataclass(frozen=True)
class Prepared:
    """What is projected: the same under any factors.

    Attributes
    ----------
    activities : tuple of str
        In the order of the rates, which is that of the draws.
    demands : tuple of Demand
        One for each base year.
    variants : tuple of str
        Projections of the population to draw from, the principal one first; none is drawn without.
    """

    activities: tuple[str, ...] = ()
    demands: tuple[Demand, ...] = ()
    variants: tuple[str, ...] = ()


def project_levels(
    people: pd.DataFrame,
    rates: pd.DataFrame,
    levels: pd.DataFrame,
    *,
    catchment: pd.DataFrame,
    horizon_year: int,
    assumptions: Mapping[str, Assumption],
    rng: np.random.Generator,
    age_groups: Sequence[Band],
    life_expectancy: pd.DataFrame | None = None,
    trend: pd.DataFrame | None = None,
    variants: pd.DataFrame | None = None,
    draws: int = 1000,
    level: float = 0.8,
) -> Projection:
    """Return the projection of every activity that has rates, residents and a level.

    Parameters
    ----------
    people : DataFrame
        As returned by `residents.single_ages`, one edition.
    rates : DataFrame
        ``activity``, ``sex``, ``age``, ``rate``.
    levels : DataFrame
        ``trust_code``, ``activity``, ``outturn``, ``base_year``; activities of a base year are
        projected together.
    catchment : DataFrame
        ``trust_code``, ``area_code``, ``share``.
    horizon_year : int
        Last year.
    assumptions : mapping of str to Assumption
        The register, as a scenario has it.
    rng : numpy.random.Generator
        Random numbers.
    age_groups : sequence of (int, int or None)
        Groups of the table by age.
    life_expectancy, trend, variants : DataFrame, optional
        As for `model.assemble`; births of the trend are taken from each base year.
    draws : int
        How many.
    level : float
        Share of the draws inside the interval.

    Returns
    -------
    Projection
        Its tables; empty ones where people, rates, levels or catchment are empty. A trust is left
        out where fewer of its patients than assumed live in the areas of the people.

    Raises
    ------
    MethodError
        As for the functions that do the steps.
    """
    prepared = prepare_levels(
        people, rates, levels, catchment=catchment, horizon_year=horizon_year,
        assumptions=assumptions, life_expectancy=life_expectancy, trend=trend, variants=variants,
    )  # fmt: skip
    return _run(prepared, assumptions, draws, rng, partial(_tables, groups=age_groups, level=level))


def prepare_levels(
    people: pd.DataFrame,
    rates: pd.DataFrame,
    levels: pd.DataFrame,
    *,
    catchment: pd.DataFrame,
    horizon_year: int,
    assumptions: Mapping[str, Assumption],
    life_expectancy: pd.DataFrame | None = None,
    trend: pd.DataFrame | None = None,
    variants: pd.DataFrame | None = None,
) -> Prepared:
    """Return what `project_levels` projects, aligned and ready to be run under any factors.

    Takes what `project_levels` takes; nothing is prepared where there is nothing to project.
    """
    if any(table.empty for table in (people, rates, levels, catchment)):
        return Prepared()
    catchment = _well_covered(catchment, people, assumptions)
    known = levels[
        levels["activity"].isin(rates["activity"])
        & levels["trust_code"].isin(catchment["trust_code"])
    ]
    used = rates[rates["activity"].isin(known["activity"])]
    first_age = int(assumptions[_FIRST_AGE].central) if _FIRST_AGE in assumptions else 0
    demands = []
    for year, of_year in known.groupby("base_year"):
        base_year, own = int(str(year)), used[used["activity"].isin(of_year["activity"])]
        people_of = of_catchments(people, own, catchment=catchment, base_year=base_year)
        demand = assemble(
            people_of, own, of_year, base_year=base_year, horizon_year=horizon_year,
            life_expectancy=life_expectancy, first_age=first_age,
            trend=_from(trend, base_year, ["activity"]),
            variants=_from(variants, base_year, ["variant", *CELL]),
        )  # fmt: skip
        demands.append(demand)
    names = () if variants is None or variants.empty else tuple(variants["variant"].unique())
    return Prepared(tuple(used["activity"].unique()), tuple(demands), names)


def project_paths(
    prepared: Prepared,
    *,
    assumptions: Mapping[str, Assumption],
    rng: np.random.Generator,
    draws: int = 1000,
    level: float = 0.8,
) -> Projection:
    """Return the path and the interval alone, the same as `project_levels` has.

    Parameters
    ----------
    prepared : Prepared
        As returned by `prepare_levels`.
    assumptions, rng, draws, level
        As for `project_levels`. The ages from which health counts and the coverage asked of a
        catchment are those that it was prepared with.

    Returns
    -------
    Projection
        With ``factors``, ``path`` and ``interval``; empty where nothing was prepared.
    """
    return _run(prepared, assumptions, draws, rng, partial(_paths, level=level))


def _run(
    prepared: Prepared, assumptions: Mapping[str, Assumption], draws: int,
    rng: np.random.Generator, tables_of: Callable[..., dict[str, pd.DataFrame]],
) -> Projection:  # fmt: skip
    if not prepared.demands:
        return Projection()
    factors = of_factors.of_register(assumptions, activities=prepared.activities)
    drawn = _draws(factors, assumptions, prepared.variants, draws=draws, rng=rng)
    tables: dict[str, list[pd.DataFrame]] = {}
    for demand in prepared.demands:
        named = factors[factors["activity"].isin(["", *demand.activities])]
        for name, table in tables_of(demand, named, drawn).items():
            tables.setdefault(name, []).append(table)
    joined = {
        name: in_order(pd.concat(parts, ignore_index=True), "activity", prepared.activities)
        for name, parts in tables.items()
    }
    return Projection(factors=factors, **joined)


def _paths(
    demand: Demand, factors: pd.DataFrame, draws: pd.DataFrame, *, level: float
) -> dict[str, pd.DataFrame]:
    return {
        "path": path(demand, factors),
        "interval": simulate(demand, factors, draws, level=level),
    }


def _tables(
    demand: Demand, factors: pd.DataFrame, draws: pd.DataFrame, *, groups: Sequence[Band],
    level: float,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    return {
        **_paths(demand, factors, draws, level=level),
        "parts": by_factor(demand, factors),
        "ages": by_age(demand, factors, groups=groups),
        "ends": sensitivity(demand, factors),
    }


def summary(projected: Projection) -> pd.DataFrame:
    """Return each trust and activity in one row: base and horizon (events a year), and interval.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``base_year``, ``base``, ``horizon``, ``change``, ``growth``
        (share), ``lower``, ``upper`` (of the draws at the horizon); key the first two; empty for
        an empty projection.
    """
    if projected.path.empty:
        return pd.DataFrame()
    key = ["trust_code", "activity"]
    rows = projected.path.sort_values("year", kind="stable").groupby(key, sort=False)
    ends = rows.agg(base_year=("year", "first"), base=("value", "first"), horizon=("value", "last"))
    later = projected.interval[projected.interval["year"].eq(projected.interval["year"].max())]
    table = with_growth(ends.reset_index())
    return table.merge(later[[*key, "lower", "upper"]], on=key, validate="one_to_one")


def growth_with_interval(summed: pd.DataFrame, *, trust_code: str) -> pd.DataFrame:
    """Return the growth of each activity of a trust (share), with the ends of the draws.

    Returns
    -------
    DataFrame
        ``activity``, ``growth``, ``lower``, ``upper``; key ``activity``.
    """
    own = summed[summed["trust_code"].eq(trust_code)].reset_index(drop=True)
    ends = {end: own[end] / own["base"] - 1 for end in ("lower", "upper")}
    return own.assign(**ends)[["activity", "growth", "lower", "upper"]]


def paths(projected: Projection, *, trust_code: str) -> pd.DataFrame:
    """Return the path and the interval of every activity of a trust, as the chart draws them.

    Returns
    -------
    DataFrame
        ``activity``, ``year``, ``path``, ``value`` (median of the draws), ``lower``, ``upper``;
        key the first two; empty for an empty projection.
    """
    if projected.path.empty:
        return pd.DataFrame()
    key = ["trust_code", "activity", "year"]
    central = projected.path.rename(columns={"value": "path"})
    table = central.merge(projected.interval, on=key, validate="one_to_one")
    own = table[table["trust_code"].eq(trust_code)]
    return own[["activity", "year", "path", "value", "lower", "upper"]].reset_index(drop=True)


def titled(table: pd.DataFrame, assumptions: Mapping[str, Assumption]) -> pd.DataFrame:
    """Return a table with ``title`` and ``unit`` of the assumption that ``factor`` names."""
    if table.empty:
        return table
    named = table["factor"].map(assumptions)
    title = [one.title for one in named]
    return table.assign(title=title, unit=[one.unit for one in named])


def _well_covered(
    catchment: pd.DataFrame, people: pd.DataFrame, assumptions: Mapping[str, Assumption]
) -> pd.DataFrame:
    least = assumptions[_COVERAGE].central if _COVERAGE in assumptions else 0.0
    found = covered(catchment, area_codes=set(people["area_code"]))
    kept = found[found["coverage"].ge(least)]["trust_code"]
    return catchment[catchment["trust_code"].isin(kept)]


def _draws(
    factors: pd.DataFrame, assumptions: Mapping[str, Assumption], variants: Sequence[str],
    *, draws: int, rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    common = assumptions[_CORRELATION].central if _CORRELATION in assumptions else 0.0
    pairs = of_factors.equal_correlation(factors, kind="growth", value=common)
    drawn = of_factors.draw(factors, draws=draws, rng=rng, correlation=pairs)
    if not variants:
        return drawn
    principal = assumptions[_PRINCIPAL].central if _PRINCIPAL in assumptions else 1.0
    chances = of_factors.variant_probabilities(variants, principal=principal)
    return of_factors.with_variants(drawn, probabilities=chances, rng=rng)


def _from(table: pd.DataFrame | None, base_year: int, key: list[str]) -> pd.DataFrame | None:
    """Return ratios counted from a base year; those that begin later are left as they are."""
    if table is None or table.empty:
        return None
    base = table[table["year"].eq(base_year)][[*key, "ratio"]]
    if base.empty:
        return table
    joined = table.merge(base, on=key, suffixes=("", "_of_base"))
    counted = joined.assign(ratio=joined["ratio"] / joined["ratio_of_base"])
    return counted[[*key, "year", "ratio"]]
