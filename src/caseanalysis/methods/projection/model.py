"""A projection put together: residents, rates, levels and life expectancy, aligned and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns, require_key
from caseanalysis.methods.projection.factors import rows_of
from caseanalysis.methods.projection.residents import CELL

_RESIDENTS = ["trust_code", "activity", "year", *CELL]


@dataclass(frozen=True)
class Demand:
    """Aligned arrays of a projection; made by `assemble`, read by the functions beside it.

    Attributes
    ----------
    trusts, activities, years, sexes, ages, variants : tuple
        What the places along each axis stand for; the first year is the base year and the first
        variant the principal projection.
    residents : ndarray
        Persons by variant, trust, activity, year, sex and age.
    rates : ndarray
        Events a resident and year by activity, sex and age.
    outturn : ndarray
        Events in the base year by trust and activity; missing where not known.
    gains : ndarray
        Gain in life expectancy (years) since the base year by year, sex and age; 0 below the first
        age that it counts from.
    trend : ndarray
        Ratio by activity and year that multiplies the rates, such as that of births.
    """

    trusts: tuple[str, ...]
    activities: tuple[str, ...]
    years: tuple[int, ...]
    sexes: tuple[str, ...]
    ages: tuple[int, ...]
    variants: tuple[str, ...]
    residents: np.ndarray
    rates: np.ndarray
    outturn: np.ndarray
    gains: np.ndarray
    trend: np.ndarray


def assemble(
    residents: pd.DataFrame,
    rates: pd.DataFrame,
    outturn: pd.DataFrame,
    *,
    base_year: int,
    horizon_year: int,
    life_expectancy: pd.DataFrame | None = None,
    first_age: int = 0,
    trend: pd.DataFrame | None = None,
    variants: pd.DataFrame | None = None,
) -> Demand:
    """Return a projection, ready to be run: every table aligned by age, sex, year and activity.

    Parameters
    ----------
    residents : DataFrame
        As returned by `residents.of_catchments` or `of_areas`: ``trust_code``, ``activity``,
        ``year``, ``sex``, ``age``, ``population``.
    rates : DataFrame
        ``activity``, ``sex``, ``age``, ``rate`` (events a resident and year).
    outturn : DataFrame
        ``trust_code``, ``activity``, ``outturn`` (events in the base year); a trust without a row
        of an activity has none of it in the results.
    base_year, horizon_year : int
        First and last year.
    life_expectancy : DataFrame, optional
        ``year``, ``sex``, ``age``, ``years``; without it there is no adjustment for health.
    first_age : int
        Youngest age at which the adjustment for health counts.
    trend : DataFrame, optional
        ``activity``, ``year``, ``ratio``: what multiplies an activity beside its residents.
    variants : DataFrame, optional
        ``variant`` (the principal one first), ``year``, ``sex``, ``age``, ``ratio``: residents of
        the variant for each resident of the principal projection; 1 where there is no row.

    Returns
    -------
    Demand
        Trusts and activities in the order of the residents and of the rates.

    Raises
    ------
    MethodError
        If a key is repeated, an amount is missing or negative, the ages of residents and rates
        differ, a year is missing, or an activity of the outturn has no rate.
    """
    years = _years(residents, base_year, horizon_year)
    for table, key, value, where in (
        (residents, _RESIDENTS, "population", "residents"),
        (rates, ["activity", *CELL], "rate", "rates"),
        (outturn, ["trust_code", "activity"], "outturn", "outturn"),
    ):
        require_columns(table, [*key, value], where=where)
        require_key(table, key, where=where)
        require_amounts(table, [value], key=key, where=where)
    _require_same_cells(residents, rates)
    trusts, activities = (
        tuple(table[name].unique())
        for table, name in ((residents, "trust_code"), (rates, "activity"))
    )
    _require_known(outturn, trusts, activities)
    sexes = tuple(sorted(rates["sex"].unique()))
    ages = tuple(range(int(rates["age"].min()), int(rates["age"].max()) + 1))
    axes = {"trust_code": trusts, "activity": activities, "year": years, "sex": sexes, "age": ages}
    people = _array(residents[residents["year"].isin(years)], axes, "population")
    names, ratios = _variants(variants, {name: axes[name] for name in ("year", *CELL)})
    levels = _array(outturn, {k: axes[k] for k in ("trust_code", "activity")}, "outturn", np.nan)
    return Demand(
        trusts=trusts, activities=activities, years=years, sexes=sexes, ages=ages, variants=names,
        residents=people[None] * ratios[:, None, None],
        rates=_array(rates, {name: axes[name] for name in ("activity", *CELL)}, "rate"),
        outturn=levels,
        gains=_gains(life_expectancy, axes, first_age),
        trend=_trend(trend, axes),
    )  # fmt: skip


def values_of(factors: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the central value of each factor, as one draw."""
    return {row["factor"]: np.array([float(row["central"])]) for row in rows_of(factors)}


def run(
    demand: Demand, factors: pd.DataFrame, values: Mapping[str, np.ndarray],
    *, variant: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """Return activity (events a year) by draw, trust, activity and year.

    Parameters
    ----------
    demand : Demand
        As returned by `assemble`.
    factors : DataFrame
        As returned by `factors.of_register`; names, activities and kinds.
    values : Mapping of str to ndarray
        Value of each factor in each draw.
    variant : ndarray of int, optional
        Variant of each draw, by its place; the principal projection without it.

    Notes
    -----
    activity = outturn x demographic and health ratio x trend x growth^years x product of (1 -
    avoided x phase) x (1 - reduction x phase), where phase rises from 0 in the base year to 1 at
    the horizon, and the ratio is the sum over ages and sexes of residents x rate, read at the
    adjusted age, for that of the base year.
    """
    share = health_share(factors, values)
    which = np.zeros(len(share), dtype=int) if variant is None else variant
    expected = expected_activity(demand, share, which)
    base = expected_activity(demand, np.zeros(1), np.zeros(1, dtype=int))[0, :, :, 0]
    level = demand.outturn / np.where(base > 0, base, np.nan)
    changed = multipliers(demand, factors, values)[:, None]
    activity: np.ndarray = expected * level[None, :, :, None] * changed
    return activity


def health_share(factors: pd.DataFrame, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the share of the gain in life expectancy by which ages are read younger, by draw."""
    named = factors.loc[factors["kind"].eq("health"), "factor"]
    if len(named):
        return values[str(named.iloc[0])]
    return np.zeros(len(next(iter(values.values()))) if values else 1)


def expected_activity(demand: Demand, share: np.ndarray, variant: np.ndarray) -> np.ndarray:
    """Return the sum of residents x rates by draw, trust, activity and year.

    A rate is read at the age less share x the gain in life expectancy, between two ages on the
    straight line; beyond the last age, which is open, it stays what it is there.
    """
    ages = np.array(demand.ages, dtype=float)
    shape = (len(share), len(demand.trusts), len(demand.activities), len(demand.years))
    moved = demand.gains.any(axis=(0, 1))
    people, rates = demand.residents, demand.rates
    fixed = np.einsum("vtaysg,asg->vtay", people[..., ~moved], rates[..., ~moved])
    result: np.ndarray = fixed[variant].reshape(shape).copy()
    if not moved.any():
        return result
    for at in range(len(demand.years)):
        shift = share[:, None, None] * demand.gains[at][:, moved]
        place = np.clip(ages[moved] - shift, ages[0], ages[-1]) - ages[0]
        read = _read(rates, place)
        for number in np.unique(variant):
            rows = variant == number
            result[rows, :, :, at] += np.einsum(
                "adc,tac->dta", read[:, rows], _flat(people[number, :, :, at][..., moved]),
                optimize=True,
            )  # fmt: skip
    return result


def multipliers(
    demand: Demand, factors: pd.DataFrame, values: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Return what multiplies the demographic path, by draw, activity and year."""
    draws = len(next(iter(values.values()))) if values else 1
    elapsed = np.array(demand.years, dtype=float) - demand.years[0]
    phase = elapsed / max(elapsed[-1], 1.0)
    product: np.ndarray = np.repeat(demand.trend[None], draws, axis=0)
    for row in rows_of(factors[factors["kind"].ne("health")]):
        value = values[row["factor"]][:, None]
        effect = value**elapsed if row["kind"] == "growth" else 1 - value * phase
        product[:, demand.activities.index(row["activity"])] *= effect
    return product


def path(demand: Demand, factors: pd.DataFrame) -> pd.DataFrame:
    """Return activity (events a year) in every year, with each factor at its central value.

    Parameters
    ----------
    demand : Demand
        As returned by `assemble`.
    factors : DataFrame
        As returned by `factors.of_register`.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``year``, ``value``; key the first three. The rows of
        ``group`` are the trusts with a level added up.
    """
    return labelled(demand, {"value": with_group(run(demand, factors, values_of(factors)))[0]})


def with_group(activity: np.ndarray) -> np.ndarray:
    """Return activity by draw, trust, activity and year, with all trusts together as the last."""
    whole = total_of(activity, axis=1)
    return np.concatenate([activity, whole], axis=1)


def total_of(values: np.ndarray, *, axis: int) -> np.ndarray:
    """Return the sum over trusts that have a level; missing where none has. The axis stays."""
    known = np.isfinite(values)
    total: np.ndarray = np.where(known, values, 0.0).sum(axis=axis, keepdims=True)
    return np.where(known.any(axis=axis, keepdims=True), total, np.nan)


def labelled(demand: Demand, columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return a long table of arrays by trust (then the group), activity and year."""
    trusts = (*demand.trusts, "group")
    index = pd.MultiIndex.from_product(
        [trusts, demand.activities, demand.years], names=["trust_code", "activity", "year"]
    )
    flat = {name: values.reshape(-1) for name, values in columns.items()}
    return pd.DataFrame(flat, index=index).dropna().reset_index()


def _read(rates: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return rates at places between two ages: by activity, draw, and sex and age together."""
    last = rates.shape[-1] - 1
    below = np.minimum(place.astype(int), max(last - 1, 0))
    part = place - below
    offset = (np.arange(rates.shape[1]) * rates.shape[-1])[None, :, None]
    index = (below + offset).reshape(len(place), -1)
    part = part.reshape(len(place), -1)
    table = rates.reshape(len(rates), -1)
    step = np.diff(rates, axis=-1, append=rates[..., -1:]).reshape(len(rates), -1)
    read: np.ndarray = np.take(table, index, axis=1) + part * np.take(step, index, axis=1)
    return read


def _flat(people: np.ndarray) -> np.ndarray:
    return people.reshape(*people.shape[:-2], -1)


def _years(residents: pd.DataFrame, base_year: int, horizon_year: int) -> tuple[int, ...]:
    require_columns(residents, ["year"], where="residents")
    years = tuple(range(base_year, horizon_year + 1))
    missing = sorted(set(years) - set(residents["year"].unique()))
    if horizon_year <= base_year or missing:
        raise _misaligned(
            f"residents without {', '.join(map(str, missing)) or 'a later year'}",
            f"every year from {base_year} to a later {horizon_year}, of one projection",
        )
    return years


def _require_same_cells(residents: pd.DataFrame, rates: pd.DataFrame) -> None:
    _require_same(cells_of(rates), cells_of(residents))
    sizes = residents.groupby(["trust_code", "activity", "year"]).size().reset_index(name="cells")
    wanted = rates.groupby("activity").size()
    if sizes["cells"].ne(sizes["activity"].map(wanted)).any():
        raise _misaligned("a trust or year that lacks ages", "every age in every year and trust")


def cells_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return each activity, sex and age of a table once."""
    return table[["activity", *CELL]].drop_duplicates()


def _require_same(rates: pd.DataFrame, residents: pd.DataFrame) -> None:
    lone = pd.concat([rates, residents]).drop_duplicates(keep=False)
    if len(lone):
        row = rows_of(lone)[0]
        raise _misaligned(
            f"{row['activity']}: {row['sex']} of {row['age']} among residents or rates alone",
            "residents and rates of the same activities, ages and sexes",
        )


def _require_known(
    outturn: pd.DataFrame, trusts: tuple[str, ...], activities: tuple[str, ...]
) -> None:
    for column, known in (("activity", activities), ("trust_code", trusts)):
        other = sorted(set(outturn[column]) - set(known))
        if other:
            raise _misaligned(f"outturn of {other[0]}", f"residents and rates of {other[0]}")


def _array(
    table: pd.DataFrame, axes: Mapping[str, tuple[Any, ...]], value: str, fill: float = 0.0
) -> np.ndarray:
    shape = tuple(len(labels) for labels in axes.values())
    result = np.full(shape, fill)
    places = tuple(
        pd.Index(list(labels)).get_indexer(pd.Index(table[name])) for name, labels in axes.items()
    )
    result[places] = table[value].to_numpy(float)
    return result


def _variants(
    table: pd.DataFrame | None, axes: Mapping[str, tuple[Any, ...]]
) -> tuple[tuple[str, ...], np.ndarray]:
    if table is None or table.empty:
        return ("principal",), np.ones((1, *(len(labels) for labels in axes.values())))
    require_key(table, ["variant", *axes], where="variants")
    require_amounts(table, ["ratio"], key=["variant", *axes], where="variants")
    names = tuple(table["variant"].unique())
    kept = _within(table, axes)
    ratios = _array(kept, {"variant": names, **axes}, "ratio", 1.0)
    base = ratios[:, 0]
    if not np.allclose(base, 1.0):
        raise _misaligned("variants that differ in the base year", "a ratio of 1 in the base year")
    return names, ratios


def _gains(
    table: pd.DataFrame | None, axes: Mapping[str, tuple[Any, ...]], first_age: int
) -> np.ndarray:
    names = ("year", *CELL)
    shape = tuple(len(axes[name]) for name in names)
    if table is None or table.empty:
        return np.zeros(shape)
    require_columns(table, [*names, "years"], where="life expectancy")
    require_key(table, names, where="life expectancy")
    kept = _within(table, {name: axes[name] for name in names})
    years = _array(kept, {name: axes[name] for name in names}, "years", np.nan)
    old = np.array([age >= first_age for age in axes["age"]])
    gains = np.where(old, years - years[:1], 0.0)
    if np.isnan(gains).any():
        raise _misaligned(
            "life expectancy without some age, sex or year",
            f"every age from {first_age}, sex and year of the projection",
        )
    return gains


def _within(table: pd.DataFrame, axes: Mapping[str, tuple[Any, ...]]) -> pd.DataFrame:
    inside = pd.Series(True, index=table.index)
    for name, labels in axes.items():
        inside &= table[name].isin(labels)
    return table[inside]


def _trend(table: pd.DataFrame | None, axes: Mapping[str, tuple[Any, ...]]) -> np.ndarray:
    names = ("activity", "year")
    result = np.ones(tuple(len(axes[name]) for name in names))
    if table is None or table.empty:
        return result
    require_key(table, names, where="trend")
    for at, activity in enumerate(axes["activity"]):
        own = table[table["activity"].eq(activity)]
        if own.empty:
            continue
        of_year = own.set_index("year")["ratio"].reindex(list(axes["year"])).to_numpy(float)
        if np.isnan(of_year).any() or not np.isclose(of_year[0], 1.0):
            raise _misaligned(f"a trend of {activity} without some year, or not 1 in the base year",
                              "a ratio for every year, 1 in the base year")  # fmt: skip
        result[at] = of_year
    return result


def _misaligned(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="projection",
        found=found,
        wanted=wanted,
        remedy="take tables of the same ages, sexes, years, trusts and activities",
    )
