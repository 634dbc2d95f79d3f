"""Sickness absence: rates by month and over a year, days lost, and what a lower rate is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.periods import financial_year_label

_MEASURES = ["fte_days_lost", "fte_days_available"]
_YEAR = 12
_APRIL = 4


def with_group(sickness: pd.DataFrame, *, codes: Sequence[str], name: str) -> pd.DataFrame:
    """Return the table with the trusts of a group added up as one more organisation.

    A month that one of them lacks or withholds is left out of the group.
    """
    require_columns(sickness, ["month", "org_code", *_MEASURES], where="sickness")
    members = sickness[sickness["org_code"].isin(codes)].dropna(subset=_MEASURES)
    months = members.groupby("month")
    whole = months["org_code"].nunique().eq(len(set(codes)))
    sums = months[_MEASURES].sum()[whole].reset_index()
    return pd.concat([sickness, sums.assign(org_code=name)], ignore_index=True)


def rates(sickness: pd.DataFrame) -> pd.DataFrame:
    """Return the share of staff time lost to sickness (0 to 1) by month and organisation.

    Parameters
    ----------
    sickness : DataFrame
        ``month``, ``org_code``, ``fte_days_lost``, ``fte_days_available`` (full-time equivalent
        days). A month that is withheld has no rate.

    Returns
    -------
    DataFrame
        The table with ``share`` and ``period`` (the month as ``2024-07``).

    Notes
    -----
    share = days lost / days available, not rounded: the publication rounds to two decimals of a
    percent, and rounding again moves a share that lies near a half.
    """
    require_columns(sickness, ["month", "org_code", *_MEASURES], where="sickness")
    require_key(sickness, ["month", "org_code"], where="sickness")
    available = sickness["fte_days_available"]
    share = sickness["fte_days_lost"] / available.where(available.gt(0))
    return sickness.assign(share=share, period=sickness["month"].dt.strftime("%Y-%m"))


def months_held(sickness: pd.DataFrame) -> pd.DataFrame:
    """Return the first and the last month of a table, one row: ``first``, ``last``, ``months``."""
    months = sickness["month"]
    facts = {"first": months.min(), "last": months.max(), "months": months.nunique()}
    return pd.DataFrame([facts])


def latest_year(sickness: pd.DataFrame) -> pd.DataFrame:
    """Return the share of staff time lost over the latest twelve months, by organisation.

    Returns
    -------
    DataFrame
        ``org_code``, ``fte_days_lost``, ``fte_days_available``, ``share``, ``days`` (calendar days
        of the year), ``fte`` (average full-time equivalents), ``period`` (a financial year as
        ``2024-25``, otherwise the first and last month); key ``org_code``. An organisation without
        each of the twelve months is left out, so that there is no row where fewer are held.
    """
    require_columns(sickness, ["month", "org_code", *_MEASURES], where="sickness")
    last = sickness["month"].max()
    months = pd.date_range(last - pd.DateOffset(months=_YEAR - 1), last, freq="MS")
    year = sickness[sickness["month"].isin(months)].dropna(subset=_MEASURES)
    by_org = year.groupby("org_code")
    sums = by_org[_MEASURES].sum()[by_org["month"].nunique().eq(_YEAR)].reset_index()
    days = int(np.sum(months.days_in_month))
    return sums.assign(
        share=sums["fte_days_lost"] / sums["fte_days_available"],
        days=days,
        fte=sums["fte_days_available"] / days,
        period=_period(months),
    )


def change(rated: pd.DataFrame) -> pd.DataFrame:
    """Return the change of each organisation's share on the same month of other years, in points.

    Parameters
    ----------
    rated : DataFrame
        As returned by ``rates``.

    Returns
    -------
    DataFrame
        ``org_code``, ``period`` (``2019-07 to 2024-07``), ``value`` (percentage points); key
        ``org_code``, ``period``. Only pairs of the same month of the year are compared, since
        sickness has its seasons.
    """
    require_columns(rated, ["month", "org_code", "share"], where="rates")
    known = rated.dropna(subset="share")[["month", "org_code", "share"]]
    known = known.assign(season=known["month"].dt.month)
    pairs = known.merge(known, on=["org_code", "season"], suffixes=("_first", "_last"))
    pairs = pairs[pairs["month_first"] < pairs["month_last"]]
    first, last = (pairs[f"month_{end}"].dt.strftime("%Y-%m") for end in ("first", "last"))
    return pd.DataFrame(
        {
            "org_code": pairs["org_code"],
            "period": first + " to " + last,
            "value": 100 * (pairs["share_last"] - pairs["share_first"]),
        }
    ).reset_index(drop=True)


def gap_to(rated: pd.DataFrame, *, code: str) -> pd.DataFrame:
    """Return how far each share lies above that of one organisation in the same month.

    Parameters
    ----------
    rated : DataFrame
        As returned by ``rates``.
    code : str
        The organisation to compare with, such as England; it has no row of its own.

    Returns
    -------
    DataFrame
        The rows of the others with ``gap`` (share; below 0 where less is lost). The seasons that
        all share are not in it.
    """
    require_columns(rated, ["month", "org_code", "share"], where="rates")
    reference = rated[rated["org_code"].eq(code)].set_index("month")["share"]
    others = rated[rated["org_code"].ne(code)]
    return others.assign(gap=others["share"] - others["month"].map(reference))


def cost_above(yearly: pd.DataFrame, aim: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Return staff costs (pounds a year) of the time lost above an aimed share, by organisation.

    Parameters
    ----------
    yearly : DataFrame
        As returned by ``latest_year``.
    aim : DataFrame
        One row: ``value``, ``lower``, ``upper`` (share of staff time lost), such as a printed rate
        with its rounding.
    costs : DataFrame
        ``entity``, ``cost``, ``cost_lower``, ``cost_upper``: pounds a year for all staff.

    Returns
    -------
    DataFrame
        ``org_code``, ``share``, ``value``, ``lower``, ``upper``, ``unit``, ``basis``; key
        ``org_code``.

    Notes
    -----
    max(0, share - aim) x staff costs: the whole cost of the time lost, whether or not anybody is
    paid to cover it. The ends take the ends of the aim and of the costs.
    """
    if len(aim) != 1:
        raise MethodError(
            where="aimed share",
            found=f"{len(aim)} rows",
            wanted="one row",
            remedy="select the aim first",
        )
    merged = yearly.merge(costs, left_on="org_code", right_on="entity", validate="one_to_one")
    ends = {"value": ("value", "cost"), "lower": ("upper", "cost_lower"),
            "upper": ("lower", "cost_upper")}  # fmt: skip
    pounds = {
        name: (merged["share"] - float(aim[level].iloc[0])).clip(lower=0) * merged[cost]
        for name, (level, cost) in ends.items()
    }
    found: pd.DataFrame = merged[["org_code", "share"]].join(pd.DataFrame(pounds))
    return found.assign(unit="pounds", basis="published sickness above the aim by staff costs")


def enough_peers(yearly: pd.DataFrame, pairs: pd.DataFrame, *, least: int) -> pd.DataFrame:
    """Return the comparators of the trusts that have enough of them with a share.

    Parameters
    ----------
    yearly : DataFrame
        ``org_code`` of every organisation with a share.
    pairs : DataFrame
        ``org_code``, ``peer_code``.
    least : int
        Fewest comparators with a share; a trust with fewer, or without a share of its own, is left
        out.
    """
    held = set(yearly["org_code"])
    counts = pairs[pairs["peer_code"].isin(held)].groupby("org_code").size()
    kept = counts.index[counts.ge(least) & counts.index.isin(held)]
    return pairs[pairs["org_code"].isin(kept)].reset_index(drop=True)


def summed(worths: pd.DataFrame) -> pd.DataFrame:
    """Return the sums over trusts of what an aim is worth, by ``aim`` and ``quantity``.

    The ends are added as they are, which takes the benchmarks of all trusts to move together.
    """
    sums = worths.groupby(["aim", "quantity"], as_index=False, sort=False)
    return sums[["value", "lower", "upper"]].sum()


def lowest_as_aim(
    yearly: pd.DataFrame, *, codes: Sequence[str], among: Sequence[str]
) -> pd.DataFrame:
    """Return the lowest share among some organisations as the aim of each trust.

    Parameters
    ----------
    yearly : DataFrame
        As returned by ``latest_year``.
    codes : sequence of str
        The trusts that the aim is for; those without a share are left out.
    among : sequence of str
        The organisations whose lowest share it is; the trusts themselves, or England alone.

    Returns
    -------
    DataFrame
        ``entity``, ``value`` (share); key ``entity``. No row where none of them has a share.
    """
    known = yearly[yearly["org_code"].isin(among)]
    own = yearly.loc[yearly["org_code"].isin(codes if len(known) else []), ["org_code"]]
    aims: pd.DataFrame = own.rename(columns={"org_code": "entity"}).reset_index(drop=True)
    return aims.assign(value=known["share"].min())


def projected(yearly: pd.DataFrame, ahead: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the staff time lost in the last month of a forecast of staff, at two rates.

    Parameters
    ----------
    yearly : DataFrame
        As returned by ``latest_year``.
    ahead : DataFrame
        ``org_code``, ``month``, ``value``, ``lower_95``, ``upper_95``: forecast of staff in post.
    gaps : DataFrame
        ``org_code``, ``gap``: share of staff time to be made up on comparators.

    Returns
    -------
    DataFrame
        ``org_code``, ``rate`` (as now, as the comparators), ``month``, ``share``, ``value``,
        ``lower``, ``upper`` (full-time equivalents lost), ``unit``, ``basis``; key the first two.

    Notes
    -----
    share x staff in post. The interval is that of the forecast of staff; that of the share is not
    in it.
    """
    last = ahead.sort_values("month").groupby("org_code", as_index=False).tail(1)
    merged = last.merge(yearly[["org_code", "share"]], on="org_code", validate="one_to_one")
    merged = merged.merge(gaps[["org_code", "gap"]], on="org_code", validate="one_to_one")
    shares = {"as now": merged["share"], "as the comparators": merged["share"] - merged["gap"]}
    parts = [
        merged[["org_code", "month"]].assign(
            rate=rate,
            share=share,
            value=merged["value"] * share,
            lower=merged["lower_95"] * share,
            upper=merged["upper_95"] * share,
        )
        for rate, share in shares.items()
    ]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return table.assign(unit="full-time equivalents", basis="forecast of staff by the share lost")


def _period(months: pd.DatetimeIndex) -> str:
    first, last = months[0], months[-1]
    if first.month == _APRIL:
        return financial_year_label(first.year)
    return f"{first:%Y-%m} to {last:%Y-%m}"
