"""Funnel plots: how far units of different size may lie from the average by chance."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom, norm, poisson

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key, row_name

Kind = Literal["proportion", "rate", "ratio"]
Numbers = npt.NDArray[np.float64]

#: Confidence levels of the two pairs of limits, by the ending of their columns.
LEVELS = {"95": 0.95, "998": 0.998}
#: Share of the standardised values at each end that is pulled in before over-dispersion is judged.
_WINSORISED = 0.1
_MINIMUM_UNITS = 10


def funnel_limits(
    table: pd.DataFrame,
    *,
    key: str,
    numerator: str,
    denominator: str,
    kind: Kind,
    centre: float | None = None,
    over_dispersion: Literal["auto", "no"] = "auto",
) -> pd.DataFrame:
    """Return each unit's value with the limits of chance around the average for its size.

    Parameters
    ----------
    table : DataFrame
        One row a unit. All units stay, however small.
    key : str
        Column of the unit's code.
    numerator, denominator : str
        Events, and those who could have one (proportion), the exposure (rate) or the expected
        events (ratio).
    kind : {"proportion", "rate", "ratio"}
        What the value is.
    centre : float, optional
        The comparator; the pooled value of all units unless told, and 1 for a ratio.
    over_dispersion : {"auto", "no"}
        Whether limits are widened where units vary by more than chance.

    Returns
    -------
    DataFrame
        The table with ``value``, ``centre``, ``lower_95``, ``upper_95``, ``lower_998``,
        ``upper_998``, ``z`` (distance in standard deviations, over-dispersion included),
        ``position`` (within; above or below 95% or 99.8%), ``dispersion`` (1 by chance alone),
        ``tau`` (standard deviation between units on the transformed scale, 0 without
        over-dispersion), ``unit``, ``basis``.

    Raises
    ------
    MethodError
        If there are fewer than 10 units, a unit is repeated, a denominator is 0, or the counts are
        no proportion.

    Notes
    -----
    Without over-dispersion: exact binomial or Poisson limits, interpolated between whole counts.
    With it, on a scale of equal variance, g = arcsin √p for a proportion and √rate otherwise, of
    standard deviation s = 1 / (2 √n): z = (g - g of the centre) / s is winsorised at its 10th and
    90th percentile; dispersion = mean of z²; over I units, with w = 1 / s²,
    tau² = max(0, (I x dispersion - (I - 1)) / (Σw - Σw² / Σw));
    limits = g of the centre ± z √(s² + tau²), turned back.
    Winsorising keeps a few extreme units from hiding themselves; for normal values it makes tau
    about 0.82 of the deviation between units.

    Spiegelhalter, D. J. (2005), Funnel plots for comparing institutional performance, Statistics in
    Medicine 24(8), 1185-1202; Spiegelhalter, D. J. (2005), Handling over-dispersion of performance
    indicators, Quality and Safety in Health Care 14(5), 347-351.
    """
    events, n = _counts(table, key, numerator, denominator, kind)
    middle = _centre(events, n, kind, centre)
    distance = _transformed(events / n, kind) - _transformed(np.array([middle]), kind)
    error = 1 / (2 * np.sqrt(n))
    dispersion, tau = _between(distance, error)
    if over_dispersion == "no":
        tau = 0.0
    limits = limits_at(n, centre=middle, tau=tau, kind=kind)
    found = table.assign(
        value=events / n, centre=middle, **{name: limits[name].to_numpy() for name in _names()},
        z=distance / np.sqrt(error**2 + tau**2),
    )  # fmt: skip
    widened = f"additive over-dispersion, tau {tau:.4f}" if tau else "no over-dispersion"
    return found.assign(
        position=_position(found), dispersion=dispersion, tau=tau,
        unit="share" if kind == "proportion" else kind,
        basis=f"limits of 95% and 99.8% for {len(table)} units, {widened}",
    )  # fmt: skip


def limits_at(denominators: Numbers, *, centre: float, tau: float, kind: Kind) -> pd.DataFrame:
    """Return the limits of chance for units of some sizes.

    Parameters
    ----------
    denominators : array
        Sizes, above 0.
    centre, tau : float
        As ``funnel_limits`` returns them.
    kind : {"proportion", "rate", "ratio"}
        As given to it.

    Returns
    -------
    DataFrame
        ``denominator``, ``lower_95``, ``upper_95``, ``lower_998``, ``upper_998``.
    """
    sizes = np.asarray(denominators, dtype=float)
    columns = {"denominator": sizes}
    for name, level in LEVELS.items():
        tail = (1 - level) / 2
        if tau:
            reach = norm.isf(tail) * np.sqrt(1 / (4 * sizes) + tau**2)
            middle = _transformed(np.array([centre]), kind)
            columns[f"lower_{name}"] = _turned_back(middle - reach, kind)
            columns[f"upper_{name}"] = _turned_back(middle + reach, kind)
        else:
            columns[f"lower_{name}"] = _exact(tail, sizes, centre, kind)
            columns[f"upper_{name}"] = _exact(1 - tail, sizes, centre, kind)
    return pd.DataFrame(columns)


def curves(funnel: pd.DataFrame, *, denominator: str, points: int = 200) -> pd.DataFrame:
    """Return the limits over the whole range of sizes of a funnel, to draw them as curves.

    Parameters
    ----------
    funnel : DataFrame
        As returned by ``funnel_limits``.
    denominator : str
        As given to it.
    points : int
        Number of sizes.

    Returns
    -------
    DataFrame
        As of ``limits_at``, with ``centre``; sizes run from a little below the smallest unit to a
        little above the largest.
    """
    require_columns(funnel, [denominator, "centre", "tau", "unit"], where="funnel")
    sizes = funnel[denominator].astype(float)
    grid = np.linspace(max(0.8 * sizes.min(), 1.0), 1.04 * sizes.max(), points)
    unit = str(funnel["unit"].iloc[0])
    kind: Kind = "proportion" if unit == "share" else "rate" if unit == "rate" else "ratio"
    grid = np.unique(np.round(grid)) if kind == "proportion" else grid
    centre, tau = float(funnel["centre"].iloc[0]), float(funnel["tau"].iloc[0])
    return limits_at(grid, centre=centre, tau=tau, kind=kind).assign(centre=centre)


def _names() -> list[str]:
    return [f"{end}_{level}" for level in LEVELS for end in ("lower", "upper")]


def _counts(
    table: pd.DataFrame, key: str, numerator: str, denominator: str, kind: str
) -> tuple[Numbers, Numbers]:
    require_columns(table, [key, numerator, denominator], where="funnel")
    require_key(table, [key], where="funnel")
    events, n = table[numerator].astype(float), table[denominator].astype(float)
    right = events.ge(0) & n.gt(0) & np.isfinite(events) & np.isfinite(n)
    if kind == "proportion":
        right &= events.le(n) & n.eq(n.round())
    if not right.all():
        row = table[~right].iloc[0]
        found = f"{row[numerator]} of {row[denominator]}"
        raise _refusal(f"funnel, {row_name(row, [key])}", found, f"counts of a {kind}",
                       "leave the unit out on purpose, or check its counts")  # fmt: skip
    if len(table) < _MINIMUM_UNITS:
        raise _refusal("funnel", f"{len(table)} units", f"{_MINIMUM_UNITS} or more",
                       "take all units of the country, not the comparators alone")  # fmt: skip
    return np.asarray(events, dtype=np.float64), np.asarray(n, dtype=np.float64)


def _centre(events: Numbers, n: Numbers, kind: str, given: float | None) -> float:
    if kind not in ("proportion", "rate", "ratio"):
        raise _refusal("kind", repr(kind), "'proportion', 'rate' or 'ratio'", "choose one")
    centre = given if given is not None else 1.0 if kind == "ratio" else events.sum() / n.sum()
    if not centre > 0 or (kind == "proportion" and centre >= 1):
        raise _refusal(
            "funnel, centre",
            f"{centre:g}",
            "a comparator that chance can vary around",
            "there is nothing to compare where no unit, or each, has the event",
        )
    return float(centre)


def _transformed(values: Numbers, kind: str) -> Numbers:
    return np.asarray(np.arcsin(np.sqrt(values)) if kind == "proportion" else np.sqrt(values))


def _turned_back(values: Numbers, kind: str) -> Numbers:
    """Return values on their own scale; beyond its ends the scale folds back, so stop there."""
    inside = np.clip(values, 0, np.pi / 2 if kind == "proportion" else np.inf)
    return np.asarray(np.sin(inside) ** 2 if kind == "proportion" else inside**2)


def _between(distance: Numbers, error: Numbers) -> tuple[float, float]:
    """Return the dispersion of winsorised z-scores, and the deviation between units."""
    z = distance / error
    pulled = np.clip(z, *np.quantile(z, [_WINSORISED, 1 - _WINSORISED]))
    dispersion = float(np.mean(pulled**2))
    weight, units = 1 / error**2, len(z)
    room = weight.sum() - (weight**2).sum() / weight.sum()
    return dispersion, float(np.sqrt(max(0.0, (units * dispersion - (units - 1)) / room)))


def _exact(tail: float, sizes: Numbers, centre: float, kind: str) -> Numbers:
    """Return a binomial or Poisson quantile over the size, interpolated between whole counts."""
    law = binom(sizes, centre) if kind == "proportion" else poisson(sizes * centre)
    count = law.ppf(tail)
    beyond = (law.cdf(count) - tail) / law.pmf(count)
    return np.asarray(np.maximum(count - beyond, 0) / sizes)


def _position(found: pd.DataFrame) -> pd.Series:
    conditions = {
        "above 99.8%": found["value"].gt(found["upper_998"]),
        "below 99.8%": found["value"].lt(found["lower_998"]),
        "above 95%": found["value"].gt(found["upper_95"]),
        "below 95%": found["value"].lt(found["lower_95"]),
    }
    words = np.select(list(conditions.values()), list(conditions), default="within")
    return pd.Series(words, index=found.index)


def _refusal(where: str, found: str, wanted: str, remedy: str) -> MethodError:
    return MethodError(where=where, found=found, wanted=wanted, remedy=remedy)
