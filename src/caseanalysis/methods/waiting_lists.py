"""Waiting lists: the size and the capacity that a standard needs, and the flows of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns, require_key, row_name

Per = Literal["day", "week", "month", "year"]

#: Weeks in each unit of time that a rate may be given in; a year of 365.25 days.
WEEKS: dict[str, float] = {
    "day": 1 / 7,
    "week": 1.0,
    "month": 365.25 / 12 / 7,
    "year": 365.25 / 7,
}
#: The first wait in weeks that lists are counted by.
FIRST_THRESHOLD = 18


def targets(
    table: pd.DataFrame,
    *,
    demand: str,
    per: Per,
    within_weeks: float,
    share_within: float,
    cv_demand: float = 1.0,
    cv_capacity: float = 1.0,
) -> pd.DataFrame:
    """Return the mean wait, list size and capacity with which a share is treated within a time.

    Parameters
    ----------
    table : DataFrame
        One row a list. Where it has a column ``unit``, that must say the same as ``per``:
        ``patients a week``.
    demand : str
        Column of the patients added to the list in a unit of time.
    per : {"day", "week", "month", "year"}
        That unit of time.
    within_weeks, share_within : float
        The standard, such as 18 weeks and 0.92.
    cv_demand, cv_capacity : float
        Coefficients of variation of the times between additions and between treatments: 1 where
        random, 0 where evenly spaced.

    Returns
    -------
    DataFrame
        The table with ``factor``, ``target_mean_wait`` (weeks), ``target_size`` (patients) and
        ``required_capacity`` (patients in the unit of time).

    Raises
    ------
    MethodError
        If a demand is missing or negative, its unit is another than ``per``, or a parameter is
        out of range.

    Notes
    -----
    factor = -ln(1 - p), 2.526 for 92% and 4.605 for 99%; mean wait = T / factor; size = demand x
    mean wait (Little's law); capacity = demand + (cv_demand^2 + cv_capacity^2) / 2 x factor / T,
    with demand and T in the same unit of time. Waits are taken as exponential, in the order of
    arrival, in a steady state: a list far above its target size needs `relief_capacity` first. The
    margin over demand does not grow with the list, so that a small list needs more of it.

    Fong, K., Mushtaq, Y., House, T. et al. (2022), Understanding waiting lists pressures,
    medRxiv 2022.08.23.22279117; Kingman, J. F. C. (1961), Mathematical Proceedings of the
    Cambridge Philosophical Society 57(4), 902-904.
    """
    rates = _rates(table, [demand], per)[demand]
    _require(0 < share_within < 1, f"a share of {share_within}", "between 0 and 1")
    _require(within_weeks > 0, f"{within_weeks} weeks", "more than 0")
    _require(min(cv_demand, cv_capacity) >= 0, "a negative variation", "0 or more")
    factor = -np.log1p(-share_within)
    margin = (cv_demand**2 + cv_capacity**2) / 2 * factor / within_weeks
    return table.assign(
        factor=factor,
        target_mean_wait=within_weeks / factor,
        target_size=rates * within_weeks / factor,
        required_capacity=(rates + margin) * WEEKS[per],
    )


def relief_capacity(
    table: pd.DataFrame,
    *,
    size: str,
    target_size: str,
    demand: str,
    per: Per,
    weeks_to_target: float,
) -> pd.DataFrame:
    """Return the capacity that brings a list to its target size within some weeks.

    Parameters
    ----------
    table : DataFrame
        One row a list; ``unit`` as for `targets`.
    size, target_size : str
        Columns of the patients who wait, and of those who should.
    demand : str
        Column of the patients added in a unit of time.
    per : {"day", "week", "month", "year"}
        That unit of time.
    weeks_to_target : float
        Weeks in which the list should get there.

    Returns
    -------
    DataFrame
        The table with ``size_ratio`` (size over target size) and ``relief_capacity`` (patients in
        the unit of time; the demand where the list is no longer than its target).

    Raises
    ------
    MethodError
        If an amount is missing or negative, a target size is 0, or the unit is another.

    Notes
    -----
    demand + max(0, size - target size) / weeks, in one unit of time. Fong et al. (2022), as for
    `targets`, advise it where a list is more than twice its target size.
    """
    rates = _rates(table, [demand], per)[demand]
    require_columns(table, [size, target_size], where="waiting lists")
    require_amounts(table, [size, target_size], key=[size], where="waiting lists")
    _require(weeks_to_target > 0, f"{weeks_to_target} weeks", "more than 0")
    _require(bool(table[target_size].gt(0).all()), "a target size of 0", "more than 0")
    excess = (table[size] - table[target_size]).clip(lower=0)
    return table.assign(
        size_ratio=table[size] / table[target_size],
        relief_capacity=(rates + excess / weeks_to_target) * WEEKS[per],
    )


def bands(
    table: pd.DataFrame, *, key: Sequence[str], total: str, within: str, over: Mapping[str, float]
) -> pd.DataFrame:
    """Return the patients of each list by band of weeks waited.

    Parameters
    ----------
    table : DataFrame
        One row a list and month, with counts of all who wait, of those within the first
        threshold and of those over each further one.
    key : sequence of str
        Columns of its key.
    total, within : str
        Columns of all who wait and of those within 18 weeks.
    over : mapping of str to float
        Weeks by column of those who have waited longer, such as ``{"over_52_weeks": 52}``. A
        column that is missing in a row is left out there, so that its band joins the one below.

    Returns
    -------
    DataFrame
        The key, ``weeks_lower``, ``weeks_upper`` (missing where open), ``waiting``; key the key
        and ``weeks_lower``.

    Raises
    ------
    MethodError
        If counts do not fall from one threshold to the next.
    """
    require_columns(table, [*key, total, within, *over], where="waiting lists")
    require_key(table, key, where="waiting lists")
    require_amounts(table, [total, within], key=key, where="waiting lists")
    rows = []
    for _, row in table.iterrows():
        beyond = {0.0: float(row[total]), float(FIRST_THRESHOLD): float(row[total] - row[within])}
        beyond |= {float(weeks): float(row[name]) for name, weeks in over.items()
                   if pd.notna(row[name])}  # fmt: skip
        starts = sorted(beyond)
        counts = [beyond[start] for start in starts] + [0.0]
        if any(later > earlier for earlier, later in pairwise(counts)):
            raise _refusal(f"more at a longer wait for {row_name(row, key)}", "fewer")
        for at, start in enumerate(starts):
            end = starts[at + 1] if at + 1 < len(starts) else None
            rows.append((*row[list(key)], start, end, counts[at] - counts[at + 1]))
    columns = [*key, "weeks_lower", "weeks_upper", "waiting"]
    return pd.DataFrame(rows, columns=columns).astype({"weeks_upper": "float64"})


def implied_flows(
    table: pd.DataFrame, *, key: str, total: str, within: str, within_weeks: float = 18
) -> pd.DataFrame:
    """Return the treatments and additions a month that a list's size and first weeks imply.

    Parameters
    ----------
    table : DataFrame
        Monthly rows by list: ``month``, the key, all who wait and those within some weeks.
    key : str
        Column of the list, such as ``org_code``.
    total, within : str
        Columns of all who wait and of those within ``within_weeks``.
    within_weeks : float
        Weeks of that count.

    Returns
    -------
    DataFrame
        The key, ``month``, ``waiting``, ``treated`` (all who left the list) and ``additions``
        (patients a month; missing in the first month of a list); key the key and ``month``.

    Raises
    ------
    MethodError
        If a month is repeated, a count is missing or negative, or the share within the weeks is
        not between 0 and 1.

    Notes
    -----
    If patients leave at an even rate whatever they have waited, the share that has waited less
    than T is 1 - exp(-hT); so h = -ln(1 - share) / T, leaving = h x list, and additions = leaving
    + change of the list. Against the new pathways published for England it is within 14% in every
    month from April 2021 to November 2022, and 1% too high on average; from October 2015 to 2019,
    with shorter lists, it was 13% to 49% too high. Use it only where no flow is published: it takes
    the list as steady over those weeks, and treatment in strict order would break it.
    """
    require_columns(table, [key, "month", total, within], where="waiting lists")
    require_key(table, [key, "month"], where="waiting lists")
    require_amounts(table, [total, within], key=[key, "month"], where="waiting lists")
    series = table.sort_values([key, "month"], ignore_index=True)
    share = series[within] / series[total].where(series[total].gt(0))
    _require(
        bool(share.between(0, 1, inclusive="neither").all()), "a share of 0 or 1", "between 0 and 1"
    )
    rate = -np.log1p(-share.astype(float)) / within_weeks
    treated = rate * series[total] * WEEKS["month"]
    change = series.groupby(key)[total].diff()
    found = series[[key, "month"]].assign(waiting=series[total], treated=treated)
    return found.assign(additions=treated + change)


def _rates(table: pd.DataFrame, columns: list[str], per: str) -> pd.DataFrame:
    """Return the rates a week, once unit and amounts are checked."""
    _require(per in WEEKS, f"rates per {per!r}", f"one of {', '.join(WEEKS)}")
    require_columns(table, columns, where="waiting lists")
    require_amounts(table, columns, key=columns, where="waiting lists")
    if "unit" in table.columns:
        others = sorted({str(unit) for unit in table["unit"]} - {f"patients a {per}"})
        _require(not others, f"the unit {', '.join(others)}", f"patients a {per}, as per={per!r}")
    return table[columns].astype(float) / WEEKS[per]


def _require(holds: bool, found: str, wanted: str) -> None:
    if not holds:
        raise _refusal(found, wanted)


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="waiting lists",
        found=found,
        wanted=wanted,
        remedy="correct the figure, its unit or the column that was named",
    )
