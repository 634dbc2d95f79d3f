"""Comparison with England or another comparator: differences, ratios and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key, row_name
from caseanalysis.methods.control_rules import Better
from caseanalysis.methods.rates import wilson_interval

#: Confidence levels of the two intervals, by the ending of their columns.
LEVELS = {"": 0.95, "_998": 0.998}


def beside_comparator(
    table: pd.DataFrame,
    *,
    key: str,
    comparator: str,
    columns: Sequence[str],
    within: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the rows of a table with the comparator's figures beside them.

    Parameters
    ----------
    table : DataFrame
        Rows of the units and of the comparator.
    key, comparator : str
        Column of the codes, and the comparator's code, such as England's.
    columns : sequence of str
        Columns to put beside, each under its name with ``comparator_`` before it.
    within : sequence of str
        Columns that both share, such as a month.

    Returns
    -------
    DataFrame
        The units' rows; the comparator's own are left out.

    Raises
    ------
    MethodError
        If the comparator is missing from the table or for a row.
    """
    require_columns(table, [key, *columns, *within], where="comparison")
    own = table[table[key].eq(comparator)]
    require_key(own, [key, *within], where="comparison")
    others = table[table[key].ne(comparator)]
    beside = own[[*within, *columns]].rename(
        columns={name: f"comparator_{name}" for name in columns}
    )
    joined = (
        others.merge(beside, on=list(within), how="left")
        if within
        else others.merge(beside, how="cross")
    )
    matched = others.merge(own[list(within)], on=list(within)) if within else others
    if own.empty or len(matched) < len(others):
        raise _refusal("comparison", f"no figures of {comparator!r} for some rows",
                       "the comparator beside every row",
                       "add the comparator's rows, or select the periods that it has")  # fmt: skip
    return joined


def difference_in_proportions(
    table: pd.DataFrame,
    *,
    numerator: str,
    denominator: str,
    better: Better,
    comparator_numerator: str | None = None,
    comparator_denominator: str | None = None,
) -> pd.DataFrame:
    """Return the difference of two proportions (share) with its intervals, and what it says.

    Parameters
    ----------
    table : DataFrame
        One row a comparison.
    numerator, denominator : str
        Columns of the unit's counts.
    better : {"higher", "lower", "neither"}
        Which way is better, from the measures register.
    comparator_numerator, comparator_denominator : str, optional
        Columns of the comparator's counts; those with ``comparator_`` before the name unless told.

    Returns
    -------
    DataFrame
        The table with ``share``, ``comparator_share``, ``value`` (the unit's less the
        comparator's), ``lower``, ``upper`` (95%), ``lower_998``, ``upper_998`` (99.8%),
        ``judgement``, ``certainty``, ``unit``, ``basis``; for the last four see ``judge``.

    Raises
    ------
    MethodError
        If the counts are no proportion.

    Notes
    -----
    With the Wilson limits l and u of each share:
    d - √((p1 - l1)² + (u2 - p2)²) and d + √((u1 - p1)² + (p2 - l2)²). The two are taken as
    independent: a unit that is part of its comparator makes the interval a little too wide.

    Newcombe, R. G. (1998), Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17(8), 873-890, method 10.
    """
    other = (comparator_numerator or f"comparator_{numerator}",
             comparator_denominator or f"comparator_{denominator}")  # fmt: skip
    columns: dict[str, pd.Series] = {}
    for name, level in LEVELS.items():
        unit = wilson_interval(
            table, numerator=numerator, denominator=denominator, confidence_level=level
        )
        against = wilson_interval(
            table, numerator=other[0], denominator=other[1], confidence_level=level
        )
        value = unit["share"] - against["share"]
        below = np.hypot(unit["share"] - unit["lower"], against["upper"] - against["share"])
        above = np.hypot(unit["upper"] - unit["share"], against["share"] - against["lower"])
        columns |= {"share": unit["share"], "comparator_share": against["share"], "value": value,
                    f"lower{name}": value - below, f"upper{name}": value + above}  # fmt: skip
    found = table.assign(**columns, unit="share", basis="difference of shares, Newcombe interval")
    return _ordered(judge(found, better=better, reference=0.0))


def ratio_of_rates(
    table: pd.DataFrame,
    *,
    events: str,
    exposure: str,
    better: Better,
    comparator_events: str | None = None,
    comparator_exposure: str | None = None,
) -> pd.DataFrame:
    """Return the ratio of two rates with its intervals, and what it says.

    Parameters
    ----------
    table : DataFrame
        One row a comparison.
    events, exposure : str
        Columns of the unit's events and exposure.
    better : {"higher", "lower", "neither"}
        Which way is better, from the measures register.
    comparator_events, comparator_exposure : str, optional
        Columns of the comparator's; those with ``comparator_`` before the name unless told.

    Returns
    -------
    DataFrame
        The table with ``rate``, ``comparator_rate``, ``value`` (the ratio), ``lower``, ``upper``
        (95%), ``lower_998``, ``upper_998`` (99.8%), ``judgement``, ``certainty``, ``unit``,
        ``basis``.

    Raises
    ------
    MethodError
        If an exposure is not above 0, or either has no events: the logarithm of its rate is then
        unknown.

    Notes
    -----
    exp(ln(ratio) ± z √(1/O1 + 1/O2)), with O the events of each.

    Rothman, K. J., Greenland, S. and Lash, T. L. (2008), Modern epidemiology, 3rd ed., ch. 14.
    """
    other = (comparator_events or f"comparator_{events}",
             comparator_exposure or f"comparator_{exposure}")  # fmt: skip
    require_columns(table, [events, exposure, *other], where="comparison")
    counts = table[[events, exposure, *other]].astype(float)
    wrong = table[~(counts.gt(0) & np.isfinite(counts)).all(axis=1)]
    if len(wrong):
        raise _refusal(f"comparison, {row_name(wrong.iloc[0], [events, exposure, *other])}",
                       "no events or no exposure", "events and exposure above 0 of both",
                       "show each rate with its own interval instead")  # fmt: skip
    rate, against = counts[events] / counts[exposure], counts[other[0]] / counts[other[1]]
    error = np.sqrt(1 / counts[events] + 1 / counts[other[0]])
    columns = {"rate": rate, "comparator_rate": against, "value": rate / against}
    for name, level in LEVELS.items():
        reach = np.exp(norm.isf((1 - level) / 2) * error)
        columns |= {f"lower{name}": columns["value"] / reach}
        columns |= {f"upper{name}": columns["value"] * reach}
    basis = "ratio of rates, interval of its logarithm"
    found = table.assign(**columns, unit="ratio", basis=basis)
    return _ordered(judge(found, better=better, reference=1.0))


def judge(table: pd.DataFrame, *, better: Better, reference: float | str) -> pd.DataFrame:
    """Return a table with better, similar or worse than a reference, by one stated rule.

    Parameters
    ----------
    table : DataFrame
        ``value``, and its intervals ``lower``, ``upper`` (95%) and ``lower_998``, ``upper_998``
        (99.8%). A missing value is not judged.
    better : {"higher", "lower", "neither"}
        Which way is better, from the measures register.
    reference : float or str
        What to compare with, or its column: 0 for differences, 1 for ratios, England's value.

    Returns
    -------
    DataFrame
        The table with ``judgement`` and ``certainty``. Similar where the 95% interval holds the
        reference; otherwise better or worse (higher or lower where neither way is better), with
        the certainty 99.8% where that interval does not hold it either, else 95%.

    Raises
    ------
    MethodError
        If the direction is none of the three.

    Notes
    -----
    An interval that just touches the reference holds it. At 95% one comparison in twenty differs
    by chance alone: among many, read those at 99.8%.
    """
    ends = [f"{end}{name}" for name in LEVELS for end in ("lower", "upper")]
    require_columns(table, ["value", *ends], where="comparison")
    words = {"higher": ("better", "worse"), "lower": ("worse", "better"),
             "neither": ("higher", "lower")}.get(better)  # fmt: skip
    if words is None:
        raise _refusal("better", repr(better), "'higher', 'lower' or 'neither'",
                       "take it from the measures register")  # fmt: skip
    against = table[reference] if isinstance(reference, str) else reference
    above, below = table["lower"].gt(against), table["upper"].lt(against)
    sure = table["lower_998"].gt(against) | table["upper_998"].lt(against)
    known = table[["value", "lower", "upper"]].notna().all(axis=1)
    judged = np.select([~known, above, below], ["not judged", *words], default="similar")
    certainty = np.select([~(above | below), sure], ["none", "99.8%"], default="95%")
    return table.assign(judgement=judged, certainty=certainty)


def _ordered(found: pd.DataFrame) -> pd.DataFrame:
    """Return the table with unit and basis last."""
    rest = [name for name in found.columns if name not in ("unit", "basis")]
    return found[[*rest, "unit", "basis"]]


def _refusal(where: str, found: str, wanted: str, remedy: str) -> MethodError:
    return MethodError(where=where, found=found, wanted=wanted, remedy=remedy)
