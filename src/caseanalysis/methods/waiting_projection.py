"""Waiting lists projected week by week under scenarios of demand, capacity and order."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns, require_key
from caseanalysis.methods.waiting_lists import WEEKS

#: Waits in weeks that a projection reports.
THRESHOLDS = (18, 52, 65)

_FLOWS = ("demand", "capacity", "longest_first")
_OPTIONAL = ("demand_growth", "capacity_growth", "extra_capacity", "extra_months", "validated")
_Weeks = NDArray[np.float64]


def project(
    waiting: pd.DataFrame, scenarios: pd.DataFrame, *, key: str, start: pd.Timestamp, months: int
) -> pd.DataFrame:
    """Return lists month by month under scenarios: size, who waits how long, and every flow.

    Parameters
    ----------
    waiting : DataFrame
        As returned by ``waiting_lists.bands``, one month: the key, ``weeks_lower``,
        ``weeks_upper``, ``waiting``. Patients are spread evenly over the weeks of a band; those of
        the open band over 26 weeks.
    scenarios : DataFrame
        One row a list and scenario: the key, ``scenario``, ``demand`` and ``capacity`` (patients a
        month at the start) and ``longest_first`` (share of the capacity, 0 to 1, that goes to
        those who have waited longest; the rest is spread over all). Where they stand there:
        ``demand_growth`` and ``capacity_growth`` (share a year, compounding), ``extra_capacity``
        (patients a month) for the first ``extra_months``, and ``validated`` (share of the list
        removed without treatment each month). Without a column: 0.
    key : str
        Column of the list, such as ``org_code``.
    start : Timestamp
        First day of the month whose end the bands are of.
    months : int
        Months to project, 1 to 120.

    Returns
    -------
    DataFrame
        The key, ``scenario``, ``month``, ``waiting``, ``within_18_weeks``, ``over_18_weeks``,
        ``over_52_weeks``, ``over_65_weeks``, ``share_within_18_weeks``, ``added``, ``treated``,
        ``validated``, ``unused`` (capacity that found nobody waiting); key the first three.
        Month 0 is the start, without flows.

    Raises
    ------
    MethodError
        If a list has no bands or no scenario, a column is missing, an amount is negative, or a
        share is above 1.

    Notes
    -----
    Steps of one week: all wait a week longer, the validated leave, patients are added, patients
    are treated. waiting = waiting before + added - treated - validated, always. A month is given
    by the week nearest to its end, so that it holds 4 or 5 weeks; a month of a rate is 365.25/12
    days. The projection follows from the stated flows; it is no forecast, has no interval of its
    own, and knows no urgency beyond ``longest_first``: compare scenarios.
    """
    given = _with_defaults(scenarios, key)
    _check_project(waiting, given, key, months)
    by_week = {code: _by_week(rows) for code, rows in waiting.groupby(key)}
    ends = pd.date_range(start, periods=months + 1, freq="MS", unit="us")
    rows = [
        (scenario[key], scenario["scenario"], month, *state)
        for scenario in given.to_dict("records")
        for month, state in zip(ends, _path(by_week[scenario[key]], scenario, months), strict=True)
    ]
    over = [f"over_{weeks}_weeks" for weeks in THRESHOLDS]
    columns = [key, "scenario", "month", "waiting", "within_18_weeks", *over,
               "share_within_18_weeks", "added", "treated", "validated", "unused"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"month": "datetime64[us]"})


def months_to_target(projection: pd.DataFrame, *, key: str, share_within: float) -> pd.DataFrame:
    """Return how many months each list takes until a share waits no more than 18 weeks.

    Parameters
    ----------
    projection : DataFrame
        As returned by `project`.
    key : str
        Column of the list.
    share_within : float
        The standard, such as 0.92.

    Returns
    -------
    DataFrame
        The key, ``scenario``, ``month`` and ``months`` (both missing where it is not met within
        the projection, or not kept to its end), ``last_share``; key the first two.
    """
    _require(0 < share_within < 1, f"a share of {share_within}", "between 0 and 1")
    require_columns(projection, [key, "scenario", "month"], where="projection")
    rows = []
    for (code, scenario), path in projection.groupby([key, "scenario"], sort=False):
        shares = path.sort_values("month")["share_within_18_weeks"].to_numpy()
        kept = np.logical_and.accumulate((shares >= share_within)[::-1])[::-1]
        step = int(kept.argmax()) if kept.any() else None
        when = None if step is None else path["month"].sort_values().iloc[step]
        rows.append((code, scenario, when, step, shares[-1]))
    columns = [key, "scenario", "month", "months", "last_share"]
    types = {"month": "datetime64[us]", "months": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(types)


def fitted_order(
    waiting: pd.DataFrame, flows: pd.DataFrame, reached: pd.DataFrame, *, key: str, months: int
) -> pd.DataFrame:
    """Return the share of capacity on the longest waits that gives a list's own later count.

    Parameters
    ----------
    waiting : DataFrame
        As for `project`, at the start of a time that is past.
    flows : DataFrame
        The key, ``demand`` and ``capacity`` (patients a month) over that time.
    reached : DataFrame
        The key and ``over_52_weeks`` at its end, as published.
    key : str
        Column of the list.
    months : int
        Length of that time.

    Returns
    -------
    DataFrame
        The key, ``longest_first`` (0 to 1; missing where not even treatment without any order
        leaves so many), ``over_52_weeks``; key the key.

    Raises
    ------
    MethodError
        As for `project`.

    Notes
    -----
    By bisection to a thousandth: the more goes to the longest waits, the fewer are over 52 weeks;
    where nobody was, it is the least share that leaves nobody. It describes the time past: one
    year's order does not foretell the next; see the limits in ``docs/methods/waiting-lists.md``.
    """
    require_columns(reached, [key, "over_52_weeks"], where="over 52 weeks")
    require_key(reached, [key], where="over 52 weeks")
    lists = flows[[key, "demand", "capacity"]].merge(
        reached[[key, "over_52_weeks"]].dropna(), on=key, validate="one_to_one"
    )
    wanted = lists["over_52_weeks"].to_numpy(dtype=float)

    def left(order: _Weeks) -> _Weeks:
        scenarios = lists.assign(scenario="fit", longest_first=order)
        start = pd.Timestamp(2000, 1, 1)
        path = project(waiting, scenarios, key=key, start=start, months=months)
        last = path[path["month"].eq(path["month"].max())].set_index(key)
        return np.asarray(last["over_52_weeks"].reindex(lists[key]), dtype=np.float64)

    low, high = np.zeros(len(lists)), np.ones(len(lists))
    possible = left(low) >= wanted
    for _ in range(10):
        middle = (low + high) / 2
        too_many = left(middle) > wanted
        low, high = np.where(too_many, middle, low), np.where(too_many, high, middle)
    order = np.where(possible, (low + high) / 2, np.nan)
    return lists[[key]].assign(longest_first=order, over_52_weeks=wanted)


def _path(by_week: _Weeks, scenario: Mapping[Any, Any], months: int) -> list[tuple[float, ...]]:
    """Return the state at each month's end with the flows of that month."""
    ends = np.rint(np.arange(1, months + 1) * WEEKS["month"]).astype(int).tolist()
    held = by_week
    rows = [(*_state(held), *[np.nan] * 4)]
    for first, last in pairwise([0, *ends]):
        flows = np.zeros(4)
        for week in range(first, last):
            held, moved = _one_week(held, scenario, week)
            flows += moved
        rows.append((*_state(held), *flows))
    return rows


def _one_week(held: _Weeks, scenario: Mapping[Any, Any], week: int) -> tuple[_Weeks, _Weeks]:
    """Return the list a week later by whole weeks waited, and the four flows of that week."""
    years = week / WEEKS["year"]
    added = scenario["demand"] * (1 + scenario["demand_growth"]) ** years / WEEKS["month"]
    extra = scenario["extra_capacity"] * (week < scenario["extra_months"] * WEEKS["month"])
    usual = scenario["capacity"] * (1 + scenario["capacity_growth"]) ** years
    capacity = (usual + extra) / WEEKS["month"]
    stays = (1 - scenario["validated"]) ** (1 / WEEKS["month"])
    validated = held.sum() * (1 - stays)
    older = np.concatenate([[added], held * stays])
    treated = min(capacity, older.sum())
    after = _treat(older, treated, scenario["longest_first"])
    return after, np.array([added, treated, validated, capacity - treated])


def _treat(held: _Weeks, treated: float, longest_first: float) -> _Weeks:
    """Return who is left: part of the treated come from the longest waits, the rest from all."""
    chosen = treated * longest_first
    longer = np.concatenate([np.cumsum(held[::-1])[::-1][1:], [0.0]])
    left = held - np.minimum(held, np.maximum(chosen - longer, 0.0))
    remaining = left.sum()
    share = (treated - chosen) / remaining if remaining > 0 else 0.0
    return left * max(1 - share, 0.0)


def _state(held: _Weeks) -> tuple[float, ...]:
    total = held.sum()
    over = [held[weeks:].sum() for weeks in THRESHOLDS]
    within = held[: THRESHOLDS[0]].sum()
    return (total, within, *over, within / total if total > 0 else 1.0)


def _by_week(rows: pd.DataFrame) -> _Weeks:
    """Return patients by whole weeks waited, spread evenly over the weeks of each band."""
    open_weeks = 26
    upper = rows["weeks_upper"].fillna(rows["weeks_lower"] + open_weeks)
    held = np.zeros(int(upper.max()))
    for low, high, count in zip(rows["weeks_lower"], upper, rows["waiting"], strict=True):
        held[int(low) : int(high)] += count / (int(high) - int(low))
    return held


def _with_defaults(scenarios: pd.DataFrame, key: str) -> pd.DataFrame:
    require_columns(scenarios, [key, "scenario", *_FLOWS], where="scenarios")
    require_key(scenarios, [key, "scenario"], where="scenarios")
    missing = {name: 0.0 for name in _OPTIONAL if name not in scenarios.columns}
    return scenarios.assign(**missing)


def _check_project(waiting: pd.DataFrame, given: pd.DataFrame, key: str, months: int) -> None:
    require_columns(waiting, [key, "weeks_lower", "weeks_upper", "waiting"], where="waiting list")
    require_key(waiting, [key, "weeks_lower"], where="waiting list")
    require_amounts(waiting, ["waiting"], key=[key, "weeks_lower"], where="waiting list")
    amounts = [*_FLOWS, "extra_capacity", "extra_months", "validated"]
    require_amounts(given, amounts, key=[key, "scenario"], where="scenarios")
    shares = given[["longest_first", "validated"]]
    _require(bool(shares.le(1).all(axis=None)), "a share above 1", "a share from 0 to 1")
    growth = given[["demand_growth", "capacity_growth"]]
    _require(bool(growth.gt(-1).all(axis=None)), "a growth of -100% or less", "above -1")
    _require(1 <= months <= 120, f"{months} months", "1 to 120")
    without = sorted(set(given[key]) - set(waiting[key]))
    _require(not without, f"no list of {', '.join(map(str, without))}", "a list for each scenario")


def _require(holds: bool, found: str, wanted: str) -> None:
    if not holds:
        raise MethodError(
            where="projection of waiting lists",
            found=found,
            wanted=wanted,
            remedy="correct the figure, its unit or the column that was named",
        )
