"""What a projection gives: its interval, the parts of its change, and what each factor may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.geography import age_band_label
from caseanalysis.methods.agebands import Band
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.demography import with_growth
from caseanalysis.methods.projection.factors import rows_of
from caseanalysis.methods.projection.model import (
    Demand,
    expected_activity,
    health_share,
    labelled,
    multipliers,
    run,
    total_of,
    values_of,
    with_group,
)
from caseanalysis.methods.results import in_order

#: The parts of a change, in the order in which they are shown.
PARTS = (
    "population size",
    "age structure",
    "births",
    "health status",
    "non-demographic growth",
    "activity avoidance",
    "length of stay",
    "interaction",
    "total",
)


def simulate(
    demand: Demand, factors: pd.DataFrame, draws: pd.DataFrame, *, level: float = 0.8
) -> pd.DataFrame:
    """Return activity (events a year) in every year with an interval from draws of the factors.

    Parameters
    ----------
    demand : Demand
        As returned by `assemble`.
    factors : DataFrame
        As returned by `factors.of_register`.
    draws : DataFrame
        As returned by `factors.draw`, perhaps with ``variant``.
    level : float
        Share of the draws inside the interval; 0.8 gives the 10th and the 90th percentile.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``year``, ``value`` (median), ``lower``, ``upper``, ``mean``;
        key the first three; with rows of ``group``, whose interval is that of the sums.

    Raises
    ------
    MethodError
        If a factor was not drawn, a variant is unknown, or the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise _refusal(f"a level of {level}", "a share between 0 and 1")
    require_columns(draws, factors["factor"], where="draws")
    values = {name: draws[name].to_numpy(float) for name in factors["factor"]}
    if not values:
        raise _refusal("no factor", "one factor at least, for instance of growth 1")
    activity = with_group(run(demand, factors, values, variant=_places(demand, draws)))
    ends = [(1 - level) / 2, 0.5, (1 + level) / 2]
    lower, middle, upper = np.quantile(activity, ends, axis=0)
    columns = {"value": middle, "lower": lower, "upper": upper, "mean": activity.mean(axis=0)}
    return labelled(demand, columns)


def by_factor(demand: Demand, factors: pd.DataFrame, *, year: int | None = None) -> pd.DataFrame:
    """Return the change since the base year (events a year), split by what brings it.

    Parameters
    ----------
    demand : Demand
        As returned by `assemble`.
    factors : DataFrame
        As returned by `factors.of_register`; central values.
    year : int, optional
        Year to look at; the horizon without it.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``factor`` (population size, age structure, births, health
        status, non-demographic growth, activity avoidance, length of stay, interaction, total),
        ``change``, ``growth`` (share of the base); key the first three; with rows of ``group``.

    Raises
    ------
    MethodError
        If the projection does not hold the year.

    Notes
    -----
    Each part is what its factor alone would bring, all others as in the base year; the
    interaction is the total less all of them, kept as a row of its own.
    """
    at = _place(demand, year)
    alone = {**_demographic(demand, factors, at), **_by_kind(demand, factors, at)}
    whole = run(demand, factors, values_of(factors))[0, :, :, at] / demand.outturn
    base = demand.outturn
    changes = {name: base * (ratio - 1) for name, ratio in alone.items()}
    total = base * (whole - 1)
    changes["interaction"] = total - sum(changes.values())
    changes["total"] = total
    key = ["trust_code", "activity"]
    wide = _with_all(demand, {**changes, "base": base})
    table = wide.melt([*key, "base"], list(changes), var_name="factor", value_name="change")
    return table.assign(growth=table["change"] / table["base"]).drop(columns="base")


def without_idle(parts: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of a change in their order, without factors that change nothing at all."""
    greatest = parts["change"].abs().groupby(parts["factor"]).transform("max")
    kept = parts[greatest.gt(1e-9) | parts["factor"].eq("total")]
    return in_order(kept, "factor", PARTS)


def by_age(
    demand: Demand, factors: pd.DataFrame, *, groups: Sequence[Band], year: int | None = None
) -> pd.DataFrame:
    """Return base, later year, change (events a year) and growth (share) by age group.

    Parameters
    ----------
    demand, factors
        As for `by_factor`.
    groups : sequence of (int, int or None)
        First and last age of each group, None where open; groups may overlap. A group in which an
        activity has nobody, such as children where only adults have rates, gets no row.
    year : int, optional
        Year to look at; the horizon without it.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``age_group``, ``base``, ``horizon``, ``change``,
        ``growth``; key the first three; with rows of ``group``.

    Raises
    ------
    MethodError
        If the projection does not hold the year.
    """
    at, ages = _place(demand, year), np.array(demand.ages)
    values, first = values_of(factors), np.zeros(1, dtype=int)
    share = health_share(factors, values)
    changed = multipliers(demand, factors, values)[0, :, at]
    level = demand.outturn / expected_activity(demand, np.zeros(1), first)[0, :, :, 0]
    parts = []
    for lower, upper in groups:
        inside = (ages >= lower) & (ages <= (ages[-1] if upper is None else upper))
        only = replace(demand, residents=demand.residents * inside)
        expected = expected_activity(only, share, first)[0] * level[:, :, None]
        columns = {"base": expected[:, :, 0], "horizon": expected[:, :, at] * changed}
        parts.append(_with_all(demand, columns).assign(age_group=age_band_label(lower, upper)))
    names = ["trust_code", "activity", "age_group", "base", "horizon", "change", "growth"]
    table = pd.concat(parts, ignore_index=True)
    return with_growth(table[table["base"].gt(0)].reset_index(drop=True))[names]


def _with_all(demand: Demand, columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return a table of arrays by trust and activity, with all trusts together as the last."""
    index = pd.MultiIndex.from_product(
        [(*demand.trusts, "group"), demand.activities], names=["trust_code", "activity"]
    )
    flat = {
        name: np.concatenate([values, total_of(values, axis=0)]).reshape(-1)
        for name, values in columns.items()
    }
    return pd.DataFrame(flat, index=index).dropna().reset_index()


def sensitivity(demand: Demand, factors: pd.DataFrame) -> pd.DataFrame:
    """Return activity at the horizon with one factor at its low or high end, the rest central.

    Parameters
    ----------
    demand, factors
        As for `by_factor`.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``factor``, ``value`` (all central), ``at_low``, ``at_high``
        (events a year); key the first three; only factors with a range, and activities that each
        changes.
    """
    ranged = factors[factors["low"].lt(factors["high"])]
    values = values_of(factors)
    central = run(demand, factors, values)[0, :, :, -1]
    names = ["trust_code", "activity", "factor", "value", "at_low", "at_high"]
    parts = [pd.DataFrame(columns=names)]
    for row in rows_of(ranged):
        low, high = (
            run(demand, factors, {**values, row["factor"]: np.array([row[end]])})[0, :, :, -1]
            for end in ("low", "high")
        )
        table = _with_all(demand, {"value": central, "at_low": low, "at_high": high})
        changed = table["at_low"].ne(table["value"]) | table["at_high"].ne(table["value"])
        parts.append(table[changed].assign(factor=row["factor"])[names])
    held = [part for part in parts if len(part)]
    return pd.concat(held, ignore_index=True) if held else parts[0]


def by_site(projected: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Return a projection by site, where the share of each site is known (events a year).

    Parameters
    ----------
    projected : DataFrame
        As returned by `path` or `simulate`.
    shares : DataFrame
        ``trust_code``, ``activity``, ``site``, ``share`` (0 to 1) in the base year; the shares of
        a trust and activity add up to 1.

    Returns
    -------
    DataFrame
        The columns of the projection and ``site``; trusts and activities without shares are not
        there. Every site is taken to grow as its trust.

    Raises
    ------
    MethodError
        If shares do not add up to 1.
    """
    require_columns(shares, ["trust_code", "activity", "site", "share"], where="shares of sites")
    require_key(shares, ["trust_code", "activity", "site"], where="shares of sites")
    sums = shares.groupby(["trust_code", "activity"])["share"].sum()
    if (sums.sub(1).abs() > 1e-6).any() or shares["share"].lt(0).any():
        raise _refusal(f"shares of sites that add up to {sums.iloc[0]:g}", "1 for every trust")
    joined = projected.merge(shares, on=["trust_code", "activity"])
    amounts = [name for name in ("value", "lower", "upper", "mean") if name in projected]
    scaled = {name: joined[name] * joined["share"] for name in amounts}
    return joined.assign(**scaled).drop(columns="share")


def _places(demand: Demand, draws: pd.DataFrame) -> np.ndarray | None:
    if "variant" not in draws:
        return None
    places: np.ndarray = pd.Index(list(demand.variants)).get_indexer(pd.Index(draws["variant"]))
    if (places < 0).any():
        raise _refusal("draws of an unknown variant", f"one of {', '.join(demand.variants)}")
    return places


def _place(demand: Demand, year: int | None) -> int:
    wanted = demand.years[-1] if year is None else year
    if wanted not in demand.years:
        raise _refusal(f"the year {wanted}", f"{demand.years[0]} to {demand.years[-1]}")
    return demand.years.index(wanted)


def _demographic(demand: Demand, factors: pd.DataFrame, at: int) -> dict[str, np.ndarray]:
    """Return the ratio that each demographic part alone would give, by trust and activity."""
    none, first = np.zeros(1), np.zeros(1, dtype=int)
    expected = expected_activity(demand, none, first)[0]
    grown = expected[:, :, at] / expected[:, :, 0]
    count = demand.residents[0].sum(axis=(-2, -1))
    size = count[:, :, at] / count[:, :, 0]
    parts = {"population size": size, "age structure": grown / size}
    if not np.allclose(demand.trend, 1.0):
        parts["births"] = np.broadcast_to(demand.trend[:, at], size.shape)
    if factors["kind"].eq("health").any() and demand.gains.any():
        share = health_share(factors, values_of(factors))
        parts["health status"] = _health_alone(demand, share, at)
    return parts


def _health_alone(demand: Demand, share: np.ndarray, at: int) -> np.ndarray:
    """Return the ratio of health alone: the base year's residents, the later year's gains."""
    still = np.repeat(demand.residents[:, :, :, :1], len(demand.years), axis=3)
    frozen = replace(demand, residents=still)
    expected = expected_activity(frozen, share, np.zeros(1, dtype=int))[0]
    ratio: np.ndarray = expected[:, :, at] / expected[:, :, 0]
    return ratio


def _by_kind(demand: Demand, factors: pd.DataFrame, at: int) -> dict[str, np.ndarray]:
    names = {
        "growth": "non-demographic growth",
        "avoidance": "activity avoidance",
        "stay": "length of stay",
    }
    without_trend = replace(demand, trend=np.ones_like(demand.trend))
    shape = (len(demand.trusts), len(demand.activities))
    parts = {}
    for kind, name in names.items():
        own = factors[factors["kind"].eq(kind)]
        if len(own):
            ratio = multipliers(without_trend, own, values_of(own))[0, :, at]
            parts[name] = np.broadcast_to(ratio, shape)
    return parts


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="projection", found=found, wanted=wanted, remedy="mend what the method was given"
    )
