"""Waits for planned care: shares in time, ranks, what a standard asks, and scale."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods import waiting_projection
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.rates import wilson_interval
from caseanalysis.periods import financial_year

_MONTHS = 12
_WAITS = ["month", "org_code", "pathways"]


def with_group(waits: pd.DataFrame, *, codes: Sequence[str], name: str) -> pd.DataFrame:
    """Return waits with the trusts of a group added up as one more organisation.

    Parameters
    ----------
    waits : DataFrame
        ``month``, ``org_code`` and counts of pathways; columns of ranks are not added up.
    codes : sequence of str
        The trusts. A month that one of them lacks is left out; a count that one does not give is
        missing for the group.
    name : str
        Code of the group.
    """
    require_columns(waits, _WAITS, where="waits")
    counts = [one for one in waits.columns if one not in ("month", "org_code") and _adds(one)]
    members = waits[waits["org_code"].isin(codes)]
    sums = members.groupby("month")[counts].sum(skipna=False)
    whole = members.groupby("month")["org_code"].nunique().eq(len(set(codes)))
    group = sums[whole].reset_index().assign(org_code=name)
    return pd.concat([waits, group], ignore_index=True)


def share_waiting(
    waits: pd.DataFrame, *, numerator: str, denominator: str, confidence_level: float
) -> pd.DataFrame:
    """Return the share of those waiting that a count is (0 to 1), with its Wilson interval.

    Parameters
    ----------
    waits : DataFrame
        One row an organisation and month, with both counts; a row without either has no share.
    numerator, denominator : str
        The columns, such as ``within_18_weeks`` of ``pathways``.
    confidence_level : float
        Of the interval. It counts chance alone; a list is not a sample, and the interval says how
        far a list of this size wanders by itself.

    Returns
    -------
    DataFrame
        The table with ``share``, ``lower`` and ``upper``.
    """
    require_columns(waits, [numerator, denominator], where="waits")
    # Shares are joined by the index, so that of tables put together must not repeat.
    waits = waits.reset_index(drop=True)
    given = waits[numerator].notna() & waits[denominator].gt(0)
    shares = wilson_interval(
        waits[given],
        numerator=numerator,
        denominator=denominator,
        confidence_level=confidence_level,
    )
    return waits.join(shares[["share", "lower", "upper"]])


def rank_over_years(waits: pd.DataFrame, *, rank: str) -> pd.DataFrame:
    """Return the median rank of each organisation in whole financial years, with its range.

    Parameters
    ----------
    waits : DataFrame
        ``month``, ``org_code`` and the column of ranks (1 the worst); rows without one do not
        count.
    rank : str
        The column of ranks.

    Returns
    -------
    DataFrame
        ``financial_year``, ``org_code``, ``value`` (median of the twelve monthly ranks), ``lower``
        and ``upper`` (the lowest and highest of them); key the first two. A year with fewer than
        twelve ranks is left out.
    """
    require_columns(waits, ["month", "org_code", rank], where="waits")
    given = waits[waits[rank].notna()]
    years = given["month"].dt.to_period("M").map(financial_year).astype(str)
    groups = given.assign(financial_year=years).groupby(["financial_year", "org_code"])[rank]
    table = groups.agg(value="median", lower="min", upper="max", months="count").reset_index()
    return table[table["months"].eq(12)].drop(columns="months").reset_index(drop=True)


def beyond_standard(waits: pd.DataFrame, *, within: str, share: float) -> pd.DataFrame:
    """Return how many of those who have waited too long must be treated to meet a standard.

    Parameters
    ----------
    waits : DataFrame
        ``pathways`` and the count within the standard's weeks.
    within : str
        Column of those within the weeks, such as ``within_18_weeks``.
    share : float
        The share (above 0, at most 1) that the standard asks to be within them.

    Returns
    -------
    DataFrame
        The table with ``beyond`` (people who waited longer), ``list_at_standard`` (the longest
        list that the same number within the weeks allows) and ``to_treat`` (people).

    Notes
    -----
    With n waiting, w of them in time and p the share asked for, taking x of the others off the
    list meets the standard when w / (n - x) = p, so x = n - w / p, and none where that is
    negative. It is the backlog at one moment: new referrals and those in time who age beyond it
    come on top.

    Raises
    ------
    MethodError
        If the share is not above 0 and at most 1.
    """
    require_columns(waits, ["pathways", within], where="waits")
    if not 0 < share <= 1:
        raise MethodError(
            where="standard",
            found=f"a share of {share}",
            wanted="a share above 0 and at most 1",
            remedy="give 92% as 0.92",
        )
    allowed = waits[within] / share
    return waits.assign(
        beyond=waits["pathways"] - waits[within],
        list_at_standard=allowed,
        to_treat=(waits["pathways"] - allowed).clip(lower=0),
    )


def list_scenarios(
    flows: pd.DataFrame, extra: pd.DataFrame, *, months: int, longest_first: float
) -> pd.DataFrame:
    """Return the flows with which lists go on: as of late, and with printed extra operations.

    Parameters
    ----------
    flows : DataFrame
        As ``waiting_lists.implied_flows`` returns: ``org_code``, ``month``, ``treated`` and
        ``additions`` (patients a month, missing in the first month of a list).
    extra : DataFrame
        ``entity`` (a trust) and ``value`` (operations a year beyond today's); a trust without a
        row has only the first scenario.
    months : int
        Latest months whose mean goes on.
    longest_first : float
        Share of the capacity (0 to 1) that goes to those who have waited longest.

    Returns
    -------
    DataFrame
        ``org_code``, ``scenario``, ``demand`` and ``capacity`` (patients a month),
        ``longest_first``, as ``waiting_lists.project`` takes them; key the first two.
    """
    require_columns(flows, ["org_code", "month", "treated", "additions"], where="flows")
    latest = sorted(flows["month"].unique())[-months:]
    of_late = (
        flows[flows["month"].isin(latest)].groupby("org_code")[["additions", "treated"]].mean()
    )
    now = of_late.rename(columns={"additions": "demand", "treated": "capacity"}).reset_index()
    now = now.assign(scenario="as in the last year", longest_first=longest_first)
    yearly = extra.set_index("entity")["value"].astype(float)
    more = now[now["org_code"].isin(yearly.index)]
    more = more.assign(
        capacity=more["capacity"] + more["org_code"].map(yearly).astype(float) / _MONTHS,
        scenario="with the operations printed",
    )
    order = ["org_code", "scenario", "demand", "capacity", "longest_first"]
    return pd.concat([now, more])[order].sort_values(order[:2], ignore_index=True)


def lists_ahead(bands: pd.DataFrame, scenarios: pd.DataFrame, *, months: int) -> pd.DataFrame:
    """Return ``waiting_projection.project`` of bands of one month, from that month on.

    Parameters
    ----------
    bands : DataFrame
        As ``waiting_lists.bands`` returns for the key ``org_code`` and ``month``.
    scenarios : DataFrame
        As `list_scenarios` returns; scenarios of a list without bands are left out.
    months : int
        Months to project.

    Raises
    ------
    MethodError
        If the bands are of several months.
    """
    starts = bands["month"].unique()
    if len(starts) != 1:
        raise MethodError(
            where="lists ahead",
            found=f"bands of {len(starts)} months",
            wanted="bands of the one month to start from",
            remedy="select the latest month",
        )
    known = scenarios[scenarios["org_code"].isin(bands["org_code"])]
    return waiting_projection.project(
        bands.drop(columns="month"),
        known,
        key="org_code",
        start=pd.Timestamp(starts[0]),
        months=months,
    )


def price_a_case(income: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """Return the income a case (pounds) that a printed income and printed cases imply.

    Parameters
    ----------
    income, cases : DataFrame
        ``value``, ``lower``, ``upper``, as ``printed.values`` returns; the rows of each are added
        up.

    Returns
    -------
    DataFrame
        ``value``, ``lower``, ``upper`` of one row: what the rounding of the printed numbers
        allows. Empty where either is.
    """
    ends = ["value", "lower", "upper"]
    if income.empty or cases.empty:
        return pd.DataFrame(columns=ends)
    above, below = income[ends].sum(), cases[ends].sum()
    row = {
        "value": above["value"] / below["value"],
        "lower": above["lower"] / below["upper"],
        "upper": above["upper"] / below["lower"],
    }
    return pd.DataFrame([row])


def people_in_time(gaps: pd.DataFrame, waits: pd.DataFrame, price: pd.DataFrame) -> pd.DataFrame:
    """Return how many more people would wait in time at the benchmark, and the cost (pounds).

    Parameters
    ----------
    gaps : DataFrame
        As ``opportunity.gaps`` returns for the share waiting in time.
    waits : DataFrame
        ``org_code``, ``pathways`` of one month.
    price : DataFrame
        ``value``, ``lower``, ``upper`` of one row: pounds a case; without a row the cost is
        missing.

    Returns
    -------
    DataFrame
        ``org_code``, ``people``, ``people_lower``, ``people_upper``, ``cost``, ``cost_lower``,
        ``cost_upper`` (pounds, once); key ``org_code``.

    Notes
    -----
    people = gap x pathways. The cost is their commissioner's, so income of the trust and no saving;
    its interval is from the lower end of both factors to the upper end of both.
    """
    require_columns(gaps, ["org_code", "gap", "gap_lower", "gap_upper"], where="gaps")
    require_columns(waits, ["org_code", "pathways"], where="waits")
    joined = gaps.merge(waits[["org_code", "pathways"]], on="org_code", validate="one_to_one")
    known = price.iloc[0] if len(price) else pd.Series(float("nan"), index=["value"])
    table = joined[["org_code"]].copy()
    for suffix, gap, end in (("", "gap", "value"), ("_lower", "gap_lower", "lower"),
                             ("_upper", "gap_upper", "upper")):  # fmt: skip
        table[f"people{suffix}"] = joined[gap] * joined["pathways"]
        table[f"cost{suffix}"] = table[f"people{suffix}"] * float(known.get(end, float("nan")))
    order = [
        f"{name}{suffix}" for name in ("people", "cost") for suffix in ("", "_lower", "_upper")
    ]
    return table[["org_code", *order]]


def latest_month(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest month of a table."""
    require_columns(table, ["month"], where="table")
    return table[table["month"].eq(table["month"].max())]


def beds_by_specialty(beds: pd.DataFrame, *, least: float) -> pd.DataFrame:
    """Return how a group's beds of each specialty are split over its trusts.

    Parameters
    ----------
    beds : DataFrame
        ``quarter``, ``org_code``, ``specialty_code``, ``specialty_name``, ``occupied`` (daily
        average of beds occupied overnight).
    least : float
        Beds below which the unit of a trust counts as small.

    Returns
    -------
    DataFrame
        ``specialty_code``, ``specialty_name``, ``org_code``, ``occupied`` (mean of the quarters
        given; a trust without the specialty in a quarter had none), ``group_occupied``, ``share``
        (0 to 1, of the group), ``trusts`` (that have any), ``small`` (whether the unit is below
        ``least``); key ``specialty_code``, ``org_code``; largest specialty first.
    """
    columns = ["quarter", "org_code", "specialty_code", "specialty_name", "occupied"]
    require_columns(beds, columns, where="beds")
    quarters = beds["quarter"].nunique()
    means = (
        beds.groupby(["specialty_code", "specialty_name", "org_code"])["occupied"].sum() / quarters
    ).reset_index()
    whole = means.groupby("specialty_code")["occupied"]
    split = means.assign(
        group_occupied=whole.transform("sum"),
        trusts=whole.transform("count"),
        small=means["occupied"].lt(least),
    )
    split["share"] = split["occupied"] / split["group_occupied"]
    order = ["group_occupied", "specialty_code", "org_code"]
    return split.sort_values(order, ascending=[False, True, True], ignore_index=True)


def specialties_of(split: pd.DataFrame) -> pd.DataFrame:
    """Return one row a specialty: its beds, the trusts that have any, and those with a small unit.

    Parameters
    ----------
    split : DataFrame
        As ``beds_by_specialty`` returns.

    Returns
    -------
    DataFrame
        ``specialty_code``, ``specialty_name``, ``group_occupied`` (beds), ``trusts``,
        ``small_units``, ``largest_share`` (0 to 1); key ``specialty_code``; largest first.
    """
    groups = split.groupby(["specialty_code", "specialty_name"], sort=False)
    table = groups.agg(
        group_occupied=("occupied", "sum"),
        trusts=("org_code", "nunique"),
        small_units=("small", "sum"),
        largest_share=("share", "max"),
    )
    return table.reset_index()


def _adds(column: str) -> bool:
    return not column.endswith(("_rank", "_ranked"))
