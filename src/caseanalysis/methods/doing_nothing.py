"""The risk of doing nothing: what demand would come to, against the beds that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from caseanalysis.methods import benefits, capacity, economics
from caseanalysis.methods.columns import require_columns
from caseanalysis.opportunities import Opportunity
from caseanalysis.registers import Assumption

_DAYS = 365


def beds_open(beds: pd.DataFrame) -> pd.DataFrame:
    """Return the beds open and occupied overnight at each trust in the last year held.

    Parameters
    ----------
    beds : DataFrame
        ``org_code``, ``quarter_start``, ``available``, ``occupied`` (mean number of beds).

    Returns
    -------
    DataFrame
        ``trust_code``, ``available``, ``occupied`` (mean of the quarters of the last financial
        year), ``quarters``; key ``trust_code``; the last row, ``group``, is the sum.
    """
    require_columns(beds, ["org_code", "quarter_start", "available", "occupied"], where="beds")
    starts = pd.to_datetime(beds["quarter_start"])
    years = starts.dt.year - starts.dt.month.lt(4)
    last = beds[years.eq(years.max())].rename(columns={"org_code": "trust_code"})
    found = last.groupby("trust_code").agg(
        available=("available", "mean"), occupied=("occupied", "mean"),
        quarters=("quarter_start", "nunique"),
    ).reset_index()  # fmt: skip
    whole = {
        "trust_code": "group",
        "available": found["available"].sum(),
        "occupied": found["occupied"].sum(),
        "quarters": found["quarters"].max(),
    }
    return pd.concat([found, pd.DataFrame([whole])], ignore_index=True)


def beds_by_year(paths: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """Return the beds that the group's patients would occupy year by year, if care stays as it is.

    Parameters
    ----------
    paths : DataFrame
        As returned by ``projection.paths`` for the group: ``activity``, ``year``, ``path``,
        ``value``, ``lower``, ``upper`` (bed days a year, among others).
    present : DataFrame
        As returned by `beds_open`.

    Returns
    -------
    DataFrame
        ``year``, ``path`` (beds, central assumptions), ``value``, ``lower``, ``upper`` (median and
        interval of the draws), ``available`` (beds open now); key ``year``; empty where bed days
        are not projected.
    """
    days = paths[paths["activity"].eq("bed days")]
    columns = ["path", "value", "lower", "upper"]
    open_now = float(present.loc[present["trust_code"].eq("group"), "available"].iloc[0])
    return days[["year"]].assign(**{name: days[name] / _DAYS for name in columns},
                                 available=open_now).reset_index(drop=True)  # fmt: skip


def beds_short(
    summed: pd.DataFrame, present: pd.DataFrame, *, acceptable_refusal: float
) -> pd.DataFrame:
    """Return the beds that each trust would need at the horizon, and how many it lacks.

    Parameters
    ----------
    summed : DataFrame
        As returned by ``projection.summary``.
    present : DataFrame
        As returned by `beds_open`.
    acceptable_refusal : float
        As for ``capacity.beds_needed``.

    Returns
    -------
    DataFrame
        ``trust_code``, ``available``, ``occupied``, ``load`` (beds occupied at the horizon),
        ``lower``, ``upper``, ``needed``, ``needed_lower``, ``needed_upper``, ``short``,
        ``short_lower``, ``short_upper`` (beds needed less beds open; below 0 there are beds to
        spare), ``short_now`` (by the beds occupied now); key ``trust_code``; the last row,
        ``group``, adds up the trusts, whose ends are taken together.
    """
    days = summed[summed["activity"].eq("bed days") & summed["trust_code"].ne("group")]
    load = days[["trust_code"]].assign(
        load=days["horizon"] / _DAYS, lower=days["lower"] / _DAYS, upper=days["upper"] / _DAYS
    )
    table = load.merge(present, on="trust_code", validate="one_to_one")
    asked = partial(capacity.beds_needed, load="load", acceptable_refusal=acceptable_refusal)
    needed = asked(table).rename(
        columns={"beds": "needed", "beds_lower": "needed_lower", "beds_upper": "needed_upper"}
    )
    now = asked(table[["trust_code"]].assign(load=table["occupied"]))
    columns = ["trust_code", "available", "occupied", "load", "lower", "upper", "needed",
               "needed_lower", "needed_upper"]  # fmt: skip
    found = needed[columns].assign(needed_now=now["beds"].to_numpy())
    whole = found.drop(columns="trust_code").sum().to_frame().T.assign(trust_code="group")
    found = pd.concat([found, whole], ignore_index=True)
    ends = {"short": "needed", "short_lower": "needed_lower", "short_upper": "needed_upper",
            "short_now": "needed_now"}  # fmt: skip
    return found.assign(**{name: found[end] - found["available"] for name, end in ends.items()})


def priced(paths: pd.DataFrame, *, cost: Assumption, rates: Mapping[str, float]) -> pd.DataFrame:
    """Return what the growth of bed days would cost in the last year and in all (pounds).

    Parameters
    ----------
    paths : DataFrame
        As returned by ``projection.paths`` for the group.
    cost : Assumption
        Pounds a bed day: low, central and high.
    rates : Mapping
        ``rate``, ``later_rate``, ``change_year``, as ``economics.discount_factors`` takes them.

    Returns
    -------
    DataFrame
        ``end`` (in words), ``days`` (more bed days in the last year), ``cost`` (of that year,
        pounds), ``whole`` (present value of all years, pounds): the median at the central cost, the
        lower end at the low and the upper end at the high cost; empty where bed days are not
        projected.

    Notes
    -----
    Growth is counted from the first year, whose level the draws share. The ends follow the same
    quantile in every year, as if a draw that is high in one year were high in all: nearly so,
    since growth compounds.
    """
    days = paths[paths["activity"].eq("bed days")].sort_values("year")
    if days.empty:
        return pd.DataFrame()
    base = float(days["path"].iloc[0])
    more = days[["value", "lower", "upper"]] - base
    factor = economics.discount_factors(
        len(days), rate=rates["rate"], later_rate=rates["later_rate"],
        change_year=int(rates["change_year"]),
    )["factor"].to_numpy()  # fmt: skip
    rows = []
    for name, each, words in (
        ("value", cost.central, "Median of the draws, central cost"),
        ("lower", cost.low, "Lower end, low cost"),
        ("upper", cost.high, "Upper end, high cost"),
    ):
        days_more = more[name].to_numpy()
        rows.append({"end": words, "days": days_more[-1], "cost": days_more[-1] * each,
                     "whole": float((days_more * factor).sum()) * each})  # fmt: skip
    return pd.DataFrame(rows)


def beds_freed(
    amounts: pd.DataFrame,
    factors: pd.DataFrame,
    opportunities: Sequence[Opportunity],
    *,
    cost: Assumption,
) -> pd.DataFrame:
    """Return the beds that the opportunities would free: as printed, recomputed, by the group.

    Parameters
    ----------
    amounts, factors : DataFrame
        As returned by ``benefits.recomputed`` and ``benefits.factors``.
    opportunities : sequence of Opportunity
        The same records; those whose ``unit_cost`` is the id of the assumption count.
    cost : Assumption
        Pounds a bed day.

    Returns
    -------
    DataFrame
        ``id``, ``title``, ``printed``, ``recomputed``, ``group`` (counted once, what needs the
        group), ``attained`` (beds); key ``id``; no rows where nothing frees beds.

    Notes
    -----
    beds = pounds a year / cost of a bed day / 365, at the central cost.
    """
    plan = benefits.Plan(amounts, factors, pd.DataFrame())
    values = benefits.central(plan)
    counted = [one.id for one in opportunities if one.unit_cost == cost.id]
    once, group = (benefits.product_of(plan, values, part)[0] for part in ("overlap", "group"))
    share = float(benefits.common(plan, values, "attainment")[0, 0])
    each = cost.central * _DAYS
    table = amounts[["id", "title"]].assign(
        printed=amounts["printed"] / each, recomputed=amounts["value"] / each
    )
    table["group"] = table["recomputed"] * once * group
    table["attained"] = table["group"] * share
    return table[table["id"].isin(counted)].reset_index(drop=True)


def all_freed(freed: pd.DataFrame) -> float | None:
    """Return the beds that all opportunities in `beds_freed` attain; None where none frees any."""
    return float(freed["attained"].sum()) if len(freed) else None
