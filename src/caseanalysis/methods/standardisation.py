"""Rates and ratios made comparable between populations of different ages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import (
    require_amounts,
    require_columns,
    require_key,
    row_name,
)
from caseanalysis.methods.rates import poisson_interval, poisson_limits

#: Fewer events than this do not bear a directly standardised rate.
MINIMUM_EVENTS = 10


def directly_standardised_rate(
    table: pd.DataFrame,
    *,
    by: Sequence[str],
    strata: Sequence[str],
    events: str,
    population: str,
    standard: pd.DataFrame,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return directly standardised rates (events for each person) with Dobson's interval.

    Parameters
    ----------
    table : DataFrame
        One row a group and stratum.
    by : sequence of str
        Columns that name a group, such as an area.
    strata : sequence of str
        Columns of the strata, such as ``age_lower`` and ``sex``; every group has each.
    events, population : str
        Columns of the events and of the persons in the stratum, above 0.
    standard : DataFrame
        ``strata`` and ``weight``: persons of the standard population, of any total.
    confidence_level : float
        Of the interval.

    Returns
    -------
    DataFrame
        ``by``, ``value``, ``lower``, ``upper``, ``events``, ``population``, ``crude_rate``,
        ``unit``, ``basis``; key ``by``. With fewer than 10 events the rate and its interval are
        missing, and ``basis`` says so.

    Raises
    ------
    MethodError
        If the strata of a group are not those of the standard, a row is repeated, a population is
        0, or an amount is missing.

    Notes
    -----
    rate = sum of w O/n / sum of w; V = sum of w² O/n² / (sum of w)²;
    ends = rate + sqrt(V / O) (limit of O - O), with O the events of all strata and its limits by
    ``rates.poisson_limits``.

    Dobson, A. J., Kuulasmaa, K., Eberle, E. and Scherer, J. (1991), Confidence intervals for
    weighted sums of Poisson parameters, Statistics in Medicine 10(3), 457-462.
    """
    joined = _aligned(table, standard, by, strata, [events, population], ["weight"])
    _require_people(joined, population, [*by, *strata])
    whole = joined.groupby(list(by), dropna=False)["weight"].transform("sum")
    weight = joined["weight"] / whole
    parts = joined[list(by)].assign(
        events=joined[events],
        population=joined[population],
        value=weight * joined[events] / joined[population],
        variance=weight**2 * joined[events] / joined[population] ** 2,
    )
    sums = parts.groupby(list(by), as_index=False, sort=False, dropna=False).sum()
    limits = poisson_limits(sums["events"], confidence_level=confidence_level)
    enough = sums["events"].ge(MINIMUM_EVENTS)
    scale = np.sqrt(sums["variance"] / sums["events"].where(sums["events"].gt(0)))
    found = sums.assign(
        crude_rate=sums["events"] / sums["population"],
        lower=(sums["value"] + scale * (limits["lower"] - sums["events"])).where(enough),
        upper=(sums["value"] + scale * (limits["upper"] - sums["events"])).where(enough),
        value=sums["value"].where(enough),
        unit="rate",
        basis=np.where(
            enough, "directly standardised, Dobson interval", "not given: fewer than 10 events"
        ),
    )
    order = ["value", "lower", "upper", "events", "population", "crude_rate", "unit", "basis"]
    return found[[*by, *order]]


def indirectly_standardised_ratio(
    table: pd.DataFrame,
    *,
    by: Sequence[str],
    strata: Sequence[str],
    events: str,
    population: str,
    reference: pd.DataFrame,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return observed over expected events (ratio, 1 as in the reference) with its interval.

    Parameters
    ----------
    table, by, strata, events, population, confidence_level
        As for ``directly_standardised_rate``; a population may be 0 here.
    reference : DataFrame
        ``strata``, and the events and population of the reference, such as England.

    Returns
    -------
    DataFrame
        ``by``, ``value``, ``lower``, ``upper``, ``observed``, ``expected``, ``standardised_rate``
        (the ratio times the reference's crude rate), ``unit``, ``basis``; key ``by``.

    Raises
    ------
    MethodError
        If the strata of a group are not those of the reference, a row is repeated, an amount is
        missing, or nothing is expected of a group.

    Notes
    -----
    expected = sum over strata of population x rate of the reference; the interval is that of the
    observed count (exact under 10, else Byar) over the expected, which is taken as known.
    Ratios of two groups are each compared with the reference, and not with each other: their
    weights differ.

    Breslow, N. E. and Day, N. E. (1987), Statistical methods in cancer research, vol. II, ch. 2.
    """
    require_columns(reference, [*strata, events, population], where="reference")
    _require_people(reference, population, strata)
    rates = reference[[*strata]].assign(reference_rate=reference[events] / reference[population])
    joined = _aligned(table, rates, by, strata, [events, population], ["reference_rate"])
    sums = (
        joined[list(by)]
        .assign(
            observed=joined[events].astype(float),
            expected=joined[population] * joined["reference_rate"],
        )
        .groupby(list(by), as_index=False, sort=False, dropna=False)
        .sum()
    )
    found = observed_to_expected(
        sums, observed="observed", expected="expected", confidence_level=confidence_level
    )
    crude = reference[events].sum() / reference[population].sum()
    order = ["value", "lower", "upper", "observed", "expected", "standardised_rate"]
    rated = found.assign(standardised_rate=found["value"] * crude)
    return rated[[*by, *order, "unit", "basis"]]


def observed_to_expected(
    table: pd.DataFrame, *, observed: str, expected: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return a table with observed over expected events (ratio) and its interval, as of an SHMI.

    Parameters
    ----------
    table : DataFrame
        One row a group.
    observed, expected : str
        Columns of the events and of those that a model or a reference expects, above 0.
    confidence_level : float
        Of the interval.

    Returns
    -------
    DataFrame
        The table with ``value``, ``lower``, ``upper``, ``unit``, ``basis``.

    Raises
    ------
    MethodError
        If a count is missing or negative, or nothing is expected.
    """
    found = poisson_interval(
        table, events=observed, exposure=expected, confidence_level=confidence_level
    ).rename(columns={"rate": "value"})
    method = found.pop("interval_method")
    return found.assign(unit="ratio", basis="observed over expected, " + method + " interval")


def _aligned(
    table: pd.DataFrame,
    other: pd.DataFrame,
    by: Sequence[str],
    strata: Sequence[str],
    amounts: Sequence[str],
    others: Sequence[str],
) -> pd.DataFrame:
    """Return each row beside its stratum of the other table, or refuse strata that differ."""
    require_columns(table, [*by, *strata, *amounts], where="table")
    require_columns(other, [*strata, *others], where="standard")
    require_key(table, [*by, *strata], where="table")
    require_key(other, list(strata), where="standard")
    require_amounts(table, amounts, key=[*by, *strata], where="table")
    require_amounts(other, others, key=list(strata), where="standard")
    joined = table.merge(
        other[[*strata, *others]], on=list(strata), how="left", validate="many_to_one"
    )
    strange = joined[joined[others[0]].isna()]
    counts = joined.groupby(list(by), dropna=False)[others[0]].transform("size")
    short = joined[counts.lt(len(other))]
    if len(strange) or len(short):
        row = (strange if len(strange) else short).iloc[0]
        raise MethodError(
            where=f"table, {row_name(row, [*by, *(strata if len(strange) else [])])}",
            found="a stratum that the standard lacks" if len(strange) else "a stratum missing",
            wanted=f"the same {len(other)} strata of {', '.join(strata)} in both tables",
            remedy="put both into the same age bands and sexes first",
        )
    return joined


def _require_people(table: pd.DataFrame, population: str, key: Sequence[str]) -> None:
    require_amounts(table, [population], key=key, where="table")
    empty = table[table[population].le(0)]
    if len(empty):
        raise MethodError(
            where=f"table, {row_name(empty.iloc[0], key)}",
            found=f"a {population} of 0",
            wanted="persons in every stratum",
            remedy="put neighbouring strata together",
        )
