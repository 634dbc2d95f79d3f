"""Inequality between deprived and other areas: quintiles, slope and relative index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns, require_key, row_name
from caseanalysis.methods.rates import check_confidence_level, poisson_interval, wilson_interval

_FEWEST_GROUPS = 5


def quantiles(
    table: pd.DataFrame,
    *,
    key: str,
    deprivation: str,
    population: str,
    most_deprived: Literal["highest", "lowest"],
    groups: int = 5,
) -> pd.DataFrame:
    """Return the deprivation group of each area (1 most deprived), equal in population.

    Parameters
    ----------
    table : DataFrame
        One row an area.
    key, deprivation, population : str
        Columns of its code, of its score or rank, and of its residents.
    most_deprived : {"highest", "lowest"}
        Which end of the score is the most deprived: the highest score, the lowest rank.
    groups : int
        Five for quintiles, ten for deciles.

    Returns
    -------
    DataFrame
        The table with ``quantile`` (1 to ``groups``), most deprived first. An area belongs to the
        group that holds the middle of its residents; areas of one score go by code.

    Raises
    ------
    MethodError
        If there are fewer areas than groups, one is repeated, or a value is missing.
    """
    require_columns(table, [key, deprivation, population], where="table")
    require_key(table, [key], where="table")
    require_amounts(table, [deprivation, population], key=[key], where="table")
    if not 2 <= groups <= len(table):
        raise _refusal("groups", f"{groups} groups of {len(table)} areas", "2 or more, and no more",
                       "take smaller areas or fewer groups")  # fmt: skip
    ordered = table.sort_values(
        [deprivation, key], ascending=[most_deprived == "lowest", True], ignore_index=True
    )
    middle = _relative_rank(ordered[population].astype(float))
    group = np.floor(middle * groups).astype(int) + 1
    return ordered.assign(quantile=group.clip(upper=groups))


def by_quantile(
    table: pd.DataFrame,
    *,
    events: str,
    population: str,
    kind: Literal["proportion", "rate"],
    quantile: str = "quantile",
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return the value of each deprivation group (share or rate) with its interval.

    Parameters
    ----------
    table : DataFrame
        One row an area or other part of a group; parts are added up, not averaged.
    events, population : str
        Columns of the two counts.
    kind : {"proportion", "rate"}
        Wilson interval of a share, or Poisson interval of a rate.
    quantile : str
        Column of the group.
    confidence_level : float
        Of the interval.

    Returns
    -------
    DataFrame
        ``quantile``, ``value``, ``lower``, ``upper``, ``standard_error``, ``events``,
        ``population``, ``unit``; key ``quantile``.
    """
    require_columns(table, [quantile, events, population], where="table")
    require_amounts(table, [events, population], key=[quantile], where="table")
    sums = table.groupby(quantile, as_index=False)[[events, population]].sum()
    sums = sums.set_axis(["quantile", "events", "population"], axis=1)
    if kind == "proportion":
        found = wilson_interval(
            sums, numerator="events", denominator="population", confidence_level=confidence_level
        ).rename(columns={"share": "value"})
        variance = found["value"] * (1 - found["value"])
    else:
        found = poisson_interval(
            sums, events="events", exposure="population", confidence_level=confidence_level
        ).rename(columns={"rate": "value"})
        variance = found["value"]
    error = np.sqrt(variance / found["population"])
    unit = "share" if kind == "proportion" else "rate"
    columns = ["quantile", "value", "lower", "upper", "standard_error", "events", "population"]
    return found.assign(standard_error=error, unit=unit)[[*columns, "unit"]]


def slope_index(
    table: pd.DataFrame,
    *,
    order: str = "quantile",
    value: str = "value",
    standard_error: str = "standard_error",
    population: str = "population",
    by: Sequence[str] = (),
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return the slope index of inequality (unit of the value) and the relative index (ratio).

    Parameters
    ----------
    table : DataFrame
        One row a deprivation group, and for several indices the columns ``by``.
    order : str
        Column of the group, from the most deprived (smallest) to the least.
    value, standard_error, population : str
        Columns of the value, of its standard error (0 or more) and of the residents (above 0).
    by : sequence of str
        Columns that name an index, such as a year.
    confidence_level : float
        Of both intervals.

    Returns
    -------
    DataFrame
        ``by``, ``value`` (least less most deprived on the fitted line), ``lower``, ``upper``,
        ``relative_index`` (least over most deprived; missing where the line is not above 0),
        ``relative_lower``, ``relative_upper``, ``fitted_most``, ``fitted_least`` (ends of the
        line), ``groups``, ``basis``; key ``by``.

    Raises
    ------
    MethodError
        If there are fewer than 5 groups, one is repeated, or a value is missing.

    Notes
    -----
    The value is regressed on the relative rank, the middle of each group's range in the cumulative
    population (0 most deprived, 1 least), weighted by population. The slope is a sum of values
    with fixed weights, so that its variance follows from their standard errors; that of the
    logarithm of the relative index by the delta method.

    Regidor, E. (2004), Measures of health inequalities: part 2, Journal of Epidemiology and
    Community Health 58(11), 900-903; Public Health England, Technical guide: measuring the slope
    index of inequality, where the interval is simulated from the same errors.
    """
    require_columns(table, [*by, order, value, standard_error, population], where="table")
    require_key(table, [*by, order], where="table")
    require_amounts(table, [standard_error, population], key=[*by, order], where="table")
    check_confidence_level(confidence_level)
    z = float(norm.isf((1 - confidence_level) / 2))
    groups = table.groupby(list(by), sort=False, dropna=False) if by else [((), table)]
    rows = []
    for name, part in groups:
        _require_groups(part, value, population, [*by, order])
        ordered = part.sort_values(order)
        fitted = _fitted(ordered, value, standard_error, population, z)
        identity = dict(zip(by, name if isinstance(name, tuple) else (name,), strict=True))
        rows.append({**identity, **fitted, "groups": len(part)})
    basis = "weighted regression on the relative rank, from most to least deprived"
    return pd.DataFrame(rows).assign(basis=basis)


def _relative_rank(population: pd.Series) -> pd.Series:
    return (population.cumsum() - population / 2) / population.sum()


def _fitted(
    ordered: pd.DataFrame, value: str, standard_error: str, population: str, z: float
) -> dict[str, float]:
    weight = ordered[population].astype(float)
    rank = _relative_rank(weight)
    centred = rank - (weight * rank).sum() / weight.sum()
    slope_weights = weight * centred / (weight * centred**2).sum()
    most_weights = weight / weight.sum() - (rank - centred) * slope_weights
    least_weights = most_weights + slope_weights
    values, errors = ordered[value].astype(float), ordered[standard_error].astype(float)
    slope = float((slope_weights * values).sum())
    most, least = float((most_weights * values).sum()), float((least_weights * values).sum())
    half = z * float(np.sqrt((slope_weights**2 * errors**2).sum()))
    found = {"value": slope, "lower": slope - half, "upper": slope + half}
    relative = dict.fromkeys(["relative_index", "relative_lower", "relative_upper"], np.nan)
    if most > 0 and least > 0:
        parts = (least_weights / least - most_weights / most) * errors
        reach = np.exp(z * float(np.sqrt((parts**2).sum())))
        ratio = least / most
        relative = {
            "relative_index": ratio,
            "relative_lower": float(ratio / reach),
            "relative_upper": float(ratio * reach),
        }
    return {**found, **relative, "fitted_most": most, "fitted_least": least}


def _require_groups(part: pd.DataFrame, value: str, population: str, key: Sequence[str]) -> None:
    if len(part) < _FEWEST_GROUPS:
        raise _refusal("slope index", f"{len(part)} groups", f"{_FEWEST_GROUPS} or more",
                       "divide the areas into more groups")  # fmt: skip
    at_fault = part[~(np.isfinite(part[value].astype(float)) & part[population].gt(0))]
    if len(at_fault):
        raise _refusal(f"slope index, {row_name(at_fault.iloc[0], key)}", "no value or residents",
                       "a value and residents in every group", "put groups together")  # fmt: skip


def _refusal(where: str, found: str, wanted: str, remedy: str) -> MethodError:
    return MethodError(where=where, found=found, wanted=wanted, remedy=remedy)
