"""Vacancies, bank and agency staff: posts, pounds, and what less agency work would save."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from caseanalysis.methods.rates import check_confidence_level
from caseanalysis.periods import financial_year_start

#: Draws that hold the ends of a 95% interval to about one part in a hundred.
DRAWS = 10_000
_ALL_COSTS = "all staff costs"
#: What is left of gross spending once somebody else is paid for the same work.
NET = "net of who does the work instead"


def vacant_posts(printed: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Return vacant posts (full-time equivalents) that a vacancy rate means for staff in post.

    Parameters
    ----------
    printed : DataFrame
        ``entity``, ``period`` (a month, as ``2024-08``), ``value``, ``lower``, ``upper``: vacancy
        rates (shares of the establishment).
    staff : DataFrame
        ``org_code``, ``month``, ``fte``.

    Returns
    -------
    DataFrame
        ``org_code``, ``period``, ``rate``, ``fte`` (staff in post), ``value``, ``lower``, ``upper``
        (vacant posts), ``unit``, ``basis``; key the first two. A rate without staff of that month
        is left out.

    Notes
    -----
    posts = staff x rate / (1 - rate), since the rate is a share of all posts, filled and vacant.
    """
    named = printed.rename(columns={"entity": "org_code"})
    then = staff.assign(period=staff["month"].dt.strftime("%Y-%m"))[["org_code", "period", "fte"]]
    merged = named.merge(then, on=["org_code", "period"], validate="many_to_one")
    posts = {
        end: merged["fte"] * merged[end] / (1 - merged[end]) for end in ("value", "lower", "upper")
    }
    found = merged.assign(rate=merged["value"], **posts, unit="full-time equivalents")
    found["basis"] = "printed vacancy rate on published staff in post"
    return found[["org_code", "period", "rate", "fte", *posts, "unit", "basis"]]


def temporary_spend(shares: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Return spending on bank and agency staff (pounds a year) at a share of staff costs.

    Parameters
    ----------
    shares : DataFrame
        ``entity``, ``group`` (bank, agency), ``value``, ``lower``, ``upper`` (shares).
    costs : DataFrame
        ``entity``, ``cost``, ``cost_lower``, ``cost_upper``: staff costs of a year in pounds.

    Returns
    -------
    DataFrame
        ``org_code``, ``group``, ``share``, ``value``, ``lower``, ``upper``, ``unit``, ``basis``;
        key the first two.
    """
    merged = shares.merge(costs, on="entity", validate="many_to_one")
    ends = {"value": "cost", "lower": "cost_lower", "upper": "cost_upper"}
    pounds = {end: merged[end] * merged[cost] for end, cost in ends.items()}
    found = merged.assign(org_code=merged["entity"], share=merged["value"])
    found = found.assign(**pounds, unit="pounds", basis="printed share of printed staff costs")
    return found[["org_code", "group", "share", *pounds, "unit", "basis"]]


def accounted_for(
    posts: pd.DataFrame, absence: pd.DataFrame, spend: pd.DataFrame, costs: pd.DataFrame
) -> pd.DataFrame:
    """Return temporary staff beside the vacant posts and the sickness that they may stand in for.

    Parameters
    ----------
    posts : DataFrame
        As returned by ``vacant_posts``.
    absence : DataFrame
        ``org_code``, ``share``, ``fte``: sickness over a year.
    spend : DataFrame
        As returned by ``temporary_spend``.
    costs : DataFrame
        As returned by ``cost_per_fte``.

    Returns
    -------
    DataFrame
        ``org_code``, ``vacant``, ``absent``, ``temporary`` (full-time equivalents), ``spend``
        (pounds a year), ``share`` (temporary / (vacant + absent)); key ``org_code``.

    Notes
    -----
    Temporary staff are spending / cost of a full-time equivalent. Agency staff cost more, so that
    there are fewer of them than this gives.
    """
    pounds = spend.groupby("org_code", as_index=False).agg(spend=("value", "sum"))
    merged = posts[["org_code", "value"]].rename(columns={"value": "vacant"})
    for other in (absence[["org_code", "share", "fte"]], pounds, costs[["org_code", "cost"]]):
        merged = merged.merge(other, on="org_code", validate="one_to_one")
    absent = merged["share"] * merged["fte"]
    temporary = merged["spend"] / merged["cost"]
    found = merged[["org_code", "vacant", "spend"]].assign(absent=absent, temporary=temporary)
    found["share"] = temporary / (merged["vacant"] + absent)
    return found[["org_code", "vacant", "absent", "temporary", "spend", "share"]]


def shares_of_accounts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return what agencies and an outside bank took of all staff costs, by trust and year.

    Parameters
    ----------
    accounts : DataFrame
        ``year``, ``org_code``, ``item`` (agency, external bank, all staff costs), ``value``.

    Returns
    -------
    DataFrame
        ``year``, ``org_code``, ``group`` (agency, external bank), ``value`` (share); key the first
        three. Shifts of a trust's own bank are within its salaries, and cannot be told apart.
    """
    whole = accounts["item"].eq(_ALL_COSTS)
    totals = accounts.loc[whole, ["year", "org_code", "value"]]
    parts = accounts[~whole].merge(
        totals, on=["year", "org_code"], suffixes=("", "_all"), validate="many_to_one"
    )
    share = parts["value"] / parts["value_all"].where(parts["value_all"].gt(0))
    named = parts.rename(columns={"item": "group"}).assign(value=share)
    return named[["year", "org_code", "group", "value"]]


def agency_saving(
    shares: pd.DataFrame,
    costs: pd.DataFrame,
    *,
    aim: tuple[float, float, float],
    premium: tuple[float, float, float],
    confidence_level: float,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Return what agency spending above an aimed share costs (pounds a year), gross and net.

    Parameters
    ----------
    shares : DataFrame
        ``entity``, ``value``, ``lower``, ``upper``: share of staff costs spent on agency staff.
    costs : DataFrame
        ``entity``, ``cost``, ``cost_lower``, ``cost_upper``: staff costs of a year in pounds.
    aim : tuple of float
        Low, central and high share to come down to.
    premium : tuple of float
        Low, central and high: what an agency shift costs beyond the same shift by staff or bank,
        as a share of the latter.
    confidence_level : float
        Of the interval.
    rng : numpy.random.Generator
        Where the draws come from.
    draws : int
        Draws of the uncertain inputs.

    Returns
    -------
    DataFrame
        ``org_code``, ``kind`` (gross, net of who does the work instead), ``value``, ``lower``,
        ``upper``, ``unit``, ``basis``; key the first two. The last rows are those of the ``group``.

    Notes
    -----
    gross = max(0, share - aim) x staff costs; net = gross x premium / (1 + premium): the shift is
    still worked, and paid at the ordinary rate. Printed inputs are uniform within their rounding,
    aim and premium triangular; aim and premium are the same for all trusts in a draw.
    """
    check_confidence_level(confidence_level)
    merged = shares.merge(costs, on="entity", validate="one_to_one")
    size = (draws, len(merged))
    share = rng.uniform(merged["lower"], merged["upper"], size)
    cost = rng.uniform(merged["cost_lower"], merged["cost_upper"], size)
    aims, premiums = (_triangular(rng, ends, draws)[:, None] for ends in (aim, premium))
    gross = np.maximum(0, share - aims) * cost
    central = np.maximum(0, merged["value"] - aim[1]) * merged["cost"]
    kept = premium[1] / (1 + premium[1])
    drawn = {"gross": gross, NET: gross * premiums / (1 + premiums)}
    middle = {"gross": central, NET: central * kept}
    tail = (1 - confidence_level) / 2
    rows = []
    for kind, values in drawn.items():
        totals = np.column_stack([values, values.sum(axis=1)])
        low, high = np.quantile(totals, [tail, 1 - tail], axis=0)
        centre = np.append(middle[kind], middle[kind].sum())
        for at, code in enumerate([*merged["entity"], "group"]):
            rows.append(
                (code, kind, centre[at], min(low[at], centre[at]), max(high[at], centre[at]))
            )
    table = pd.DataFrame(rows, columns=["org_code", "kind", "value", "lower", "upper"])
    return table.assign(unit="pounds", basis="agency spending above the aim")


def cost_per_fte(
    staff: pd.DataFrame, *, costs: pd.DataFrame, year: str, otherwise: Mapping[str, float]
) -> pd.DataFrame:
    """Return the cost of a full-time equivalent (pounds a year): printed costs by staff in post.

    Parameters
    ----------
    staff : DataFrame
        ``org_code``, ``month``, ``fte`` of the trusts.
    costs : DataFrame
        ``entity``, ``cost``, ``cost_lower``, ``cost_upper``; may be empty.
    year : str
        Financial year of the costs, as ``2023-24``.
    otherwise : mapping of str to float
        ``cost``, ``cost_lower``, ``cost_upper`` of a trust without printed costs.

    Returns
    -------
    DataFrame
        ``org_code``, ``cost``, ``cost_lower``, ``cost_upper``, ``basis``; key ``org_code``.
    """
    start = pd.Timestamp(financial_year_start(year), 4, 1)
    within = staff["month"].ge(start) & staff["month"].lt(start + pd.DateOffset(years=1))
    mean = staff[within].groupby("org_code")["fte"].mean()
    ends = ["cost", "cost_lower", "cost_upper"]
    table = costs.set_index("entity")[ends].div(mean, axis=0).reindex(staff["org_code"].unique())
    known = table["cost"].notna()
    table = table.fillna(dict(otherwise)).assign(
        basis=np.where(known, "printed staff costs by published staff in post", "assumed")
    )
    return table.rename_axis("org_code").reset_index()


def latest_year(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of the latest financial year (column ``year``)."""
    return shares[shares["year"].eq(shares["year"].max())].reset_index(drop=True)


def latest_vacancies(vacancies: pd.DataFrame) -> pd.DataFrame:
    """Return the vacancy rates of the latest quarter, the highest first."""
    latest = vacancies[vacancies["month"].eq(vacancies["month"].max())]
    return latest.sort_values("rate", ascending=False, ignore_index=True)


def _triangular(
    rng: np.random.Generator, ends: tuple[float, float, float], draws: int
) -> np.ndarray:
    low, middle, high = ends
    return np.full(draws, middle) if low == high else rng.triangular(low, middle, high, draws)
