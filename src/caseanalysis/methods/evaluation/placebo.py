"""Placebo groups and dates, where there is nothing to find, and a bootstrap of whole units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from caseanalysis.methods.evaluation.adoption import Adoption, Choices, refusal

Array = np.ndarray


@dataclass(frozen=True)
class Contrasts:
    """Mean outcome over a span of event times less that at the base, by unit.

    Attributes
    ----------
    treated : array
        One number a treated unit, at its own start.
    untreated : array
        Never treated units by distinct start.
    group : array
        Column of ``untreated`` that belongs to each treated unit.
    """

    treated: Array
    untreated: Array
    group: Array


def contrasts(adoption: Adoption, *, first: int, last: int, base: int) -> Contrasts:
    """Return the contrasts of event times ``first`` to ``last`` with event time ``base``."""
    starts, group = np.unique(adoption.starts.to_numpy(), return_inverse=True)
    change = _changes(adoption.outcomes.to_numpy(), starts, first, last, base)
    places = adoption.outcomes.columns.get_indexer(adoption.starts.index)
    never = adoption.outcomes.columns.get_indexer(pd.Index(adoption.never))
    return Contrasts(change[places, group], change[never], group)


def _changes(values: Array, starts: Array, first: int, last: int, base: int) -> Array:
    """Return one row a unit, one column a start."""
    columns = [values[at + first : at + last + 1].mean(axis=0) - values[at + base] for at in starts]
    return np.stack(columns, axis=1)


def mean_effect(parts: Contrasts) -> tuple[float, float]:
    """Return the effect and its standard error, with the never treated as comparison.

    Raises
    ------
    MethodError
        If all units change alike, so that there is no error.

    Notes
    -----
    With d the treated units' contrasts and m(g) the comparison units' means at the same start,
    the effect is the mean of d - m(g), and its variance var(d - m(g)) / n1 + var(x) / n0, where x
    is a comparison unit's contrast averaged over the treated units' starts. Sums of squares are
    divided by the numbers of units, then n1 / (n1 - 1) widens all, as in
    ``event_study.event_study``, whose result with the never treated this equals.
    """
    own = parts.treated - parts.untreated.mean(axis=0)[parts.group]
    other = parts.untreated[:, parts.group].mean(axis=1)
    treated = len(own)
    variance = own.var() / treated + other.var() / len(other)
    if not variance > 0:
        raise refusal("panel, value", "units that all change alike", "values that differ by unit")
    return float(own.mean()), float(np.sqrt(variance * treated / (treated - 1)))


def bootstrap_interval(
    adoption: Adoption, *, choices: Choices, draws: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Return the interval of the mean effect by a bootstrap of whole units.

    Notes
    -----
    Every unit is given an exponential weight with mean 1 in each draw, so that no group is ever
    empty; the interval holds the middle quantiles. Rubin, D. B. (1981), The Bayesian bootstrap,
    Annals of Statistics 9(1), 130-134.
    """
    parts = contrasts(adoption, first=0, last=choices.after - 1, base=-1)
    weight = generator.exponential(size=(draws, len(parts.treated)))
    other = generator.exponential(size=(draws, len(parts.untreated)))
    weight /= weight.sum(axis=1, keepdims=True)
    other /= other.sum(axis=1, keepdims=True)
    means = (other @ parts.untreated)[:, parts.group]
    effects = (weight * (parts.treated - means)).sum(axis=1)
    tail = (1 - choices.confidence_level) / 2
    lower, upper = np.quantile(effects, [tail, 1 - tail])
    return float(lower), float(upper)


def placebo_groups(
    adoption: Adoption, *, choices: Choices, draws: int, generator: np.random.Generator
) -> pd.DataFrame:
    """Return the effect (outcome's unit) of a treatment that never was, on never treated units.

    Parameters
    ----------
    adoption : Adoption
        From ``adoption.prepare``.
    choices : Choices
        Window and level.
    draws : int
        Placebo groups. Each gives the real starts to as many never treated units at random,
        the others being the comparison.
    generator : Generator
        For the draws.

    Returns
    -------
    DataFrame
        ``draw``, ``value``, ``standard_error``, ``significant``; key ``draw``.

    Raises
    ------
    MethodError
        If there are not at least twice as many never treated as treated units, no draws, or units
        that all change alike.
    """
    treated, never = len(adoption.starts), len(adoption.never)
    if never < 2 * treated or draws < 1:
        found = f"{never} never treated for {treated} treated units, {draws} draws"
        raise refusal("placebo groups", found, "twice as many, and 1 draw or more")
    parts = contrasts(adoption, first=0, last=choices.after - 1, base=-1)
    found_effects = []
    for _ in range(draws):
        order = generator.permutation(never)
        drawn = parts.untreated[order]
        placebo = drawn[np.arange(treated), parts.group]
        found_effects.append(mean_effect(Contrasts(placebo, drawn[treated:], parts.group)))
    values, errors = np.asarray(found_effects).T
    limit = stats.t.ppf((1 + choices.confidence_level) / 2, treated - 1)
    return pd.DataFrame(
        {
            "draw": np.arange(1, draws + 1),
            "value": values,
            "standard_error": errors,
            "significant": np.abs(values) > limit * errors,
        }
    )


def placebo_p_value(placebos: pd.DataFrame, *, value: float, standard_error: float) -> float:
    """Return the share of placebo groups that look as strong as the effect, itself counted.

    Strength is the value in multiples of its standard error, either way.
    """
    strength = (placebos["value"] / placebos["standard_error"]).abs()
    as_strong = int(strength.ge(abs(value / standard_error)).sum())
    return (1 + as_strong) / (1 + len(placebos))


def planted_detectable(placebos: pd.DataFrame, *, choices: Choices, treated: int) -> float:
    """Return the effect (outcome's unit) that is found often enough once planted in the placebos.

    Notes
    -----
    An effect D added to a placebo group adds D to its value. The result is the smallest D that
    the share ``choices.power`` of the groups shows as significant and with its own sign; it
    rests on no formula for the errors.
    """
    limit = stats.t.ppf((1 + choices.confidence_level) / 2, treated - 1)
    needed = limit * placebos["standard_error"] - placebos["value"]
    return float(np.quantile(needed, choices.power, method="higher"))


def placebo_dates(
    adoption: Adoption, *, choices: Choices, periods_earlier: Sequence[int]
) -> pd.DataFrame:
    """Return the effect (outcome's unit) of the same units at a start before the real one.

    Parameters
    ----------
    adoption : Adoption
        From ``adoption.prepare``.
    choices : Choices
        Window and level.
    periods_earlier : sequence of int
        How many periods before the real start the placebo start lies: 1 to ``before`` - 1. The
        mean runs over the periods from it to the real start, which none of the treatment touches.

    Returns
    -------
    DataFrame
        ``periods_earlier``, ``value``, ``lower``, ``upper``, ``p_value``; key
        ``periods_earlier``. Compared with the never treated.

    Raises
    ------
    MethodError
        If a shift does not lie in the window, or all units change alike.
    """
    rows = []
    for shift in periods_earlier:
        if not 1 <= shift < choices.before:
            raise refusal("placebo dates", f"{shift} periods earlier", f"1 to {choices.before - 1}")
        parts = contrasts(adoption, first=-shift, last=-1, base=-shift - 1)
        value, error = mean_effect(parts)
        degrees = len(adoption.starts) - 1
        width = float(stats.t.ppf((1 + choices.confidence_level) / 2, degrees)) * error
        p_value = 2 * float(stats.t.sf(abs(value / error), degrees))
        rows.append((shift, value, value - width, value + width, p_value))
    return pd.DataFrame(rows, columns=["periods_earlier", "value", "lower", "upper", "p_value"])
