"""Patient records: who has an electronic one, what paper costs, and what a new one must earn."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.rates import wilson_interval

#: How an answer says that there is no electronic record.
_NONE = "no epr"
_QUANTITIES = {
    "cost_a_year": "Cost of the record a year",
    "present_cost": "Present value of the cost",
    "present_spared": "Present value of paper storage spared",
    "covered": "Share covered by ending paper storage",
    "still_needed": "Still needed a year",
}


def with_record(
    systems: pd.DataFrame, *, codes: Sequence[str], name: str, others: str
) -> pd.DataFrame:
    """Return how many trusts have an electronic patient record: a group's, and all of its kind.

    Parameters
    ----------
    systems : DataFrame
        ``trust_code``, ``trust_type``, ``supplier``, ``answered``. A trust that did not answer is
        left out.
    codes : sequence of str
        The trusts of the group; the comparison is with all trusts of the kinds that they are of.
    name, others : str
        What to call the group, and the other trusts.

    Returns
    -------
    DataFrame
        ``entity`` (the two names), ``trusts`` (that answered), ``having`` (a
        record), ``share`` (0 to 1), ``lower``, ``upper`` (Wilson, 95%); key ``entity``. No rows
        where no trust of the group answered.
    """
    columns = ["trust_code", "trust_type", "supplier", "answered"]
    require_columns(systems, columns, where="record systems")
    require_key(systems, ["trust_code"], where="record systems")
    known = systems[systems["answered"].astype(bool) & systems["supplier"].notna()]
    own = known["trust_code"].isin(codes)
    kinds = known.loc[own, "trust_type"].unique()
    known = known[own | known["trust_type"].isin(kinds)]
    has = ~known["supplier"].str.casefold().str.startswith(_NONE)
    entity = own.map({True: name, False: others})
    counts = has.groupby(entity).agg(["count", "sum"])
    counts = counts.rename(columns={"count": "trusts", "sum": "having"}).rename_axis("entity")
    table = counts.reset_index()[["entity", "trusts", "having"]]
    if name not in set(table["entity"]):
        return table.iloc[:0].assign(share=0.0, lower=0.0, upper=0.0)
    return wilson_interval(table, numerator="having", denominator="trusts")


def storage_by_year(costs: pd.DataFrame, *, codes: Sequence[str]) -> pd.DataFrame:
    """Return what a group's trusts spend on keeping medical records, by year (pounds).

    Parameters
    ----------
    costs : DataFrame
        ``year``, ``trust_code``, ``total`` (pounds, current prices).
    codes : sequence of str
        The trusts; a year that one of them lacks is left out.

    Returns
    -------
    DataFrame
        ``year``, ``value`` (pounds, current prices), ``trusts``; key ``year``.
    """
    require_columns(costs, ["year", "trust_code", "total"], where="record costs")
    own = costs[costs["trust_code"].isin(codes) & costs["total"].notna()]
    sums = own.groupby("year")["total"].agg(["sum", "count"]).reset_index()
    whole = sums[sums["count"].eq(len(set(codes)))]
    return whole.rename(columns={"sum": "value", "count": "trusts"}).reset_index(drop=True)


def break_even(
    *, investment: float, years: int, spared: float, discount_rate: float
) -> dict[str, float]:
    """Return what an investment must earn a year to pay for itself, beside one thing it spares.

    Parameters
    ----------
    investment : float
        Spent in equal parts over the years (pounds).
    years : int
        Years of spending and of benefit, the first of them year 0.
    spared : float
        Spending a year that would end altogether (pounds).
    discount_rate : float
        A year, such as 0.035.

    Returns
    -------
    dict
        ``cost_a_year``, ``present_cost``, ``present_spared`` (pounds), ``covered`` (share of the
        cost that the spared spending pays, 0 to 1 or more), ``still_needed`` (pounds a year of
        other benefit).

    Raises
    ------
    MethodError
        If an amount or the rate is negative, or there is no year.

    Notes
    -----
    Present value = sum over t = 0 to n - 1 of amount / (1 + rate)^t (HM Treasury, The Green Book).
    Both streams run over the same years, so that the share covered does not depend on the rate.
    """
    if min(investment, spared, discount_rate) < 0 or years < 1 or investment == 0:
        raise MethodError(
            where="break even",
            found=f"{investment}, {spared}, {discount_rate} over {years} years",
            wanted="an investment above 0, amounts and a rate not below 0, at least one year",
            remedy="correct the number",
        )
    annuity = sum((1 + discount_rate) ** -year for year in range(years))
    cost = investment / years
    return {
        "cost_a_year": cost,
        "present_cost": cost * annuity,
        "present_spared": spared * annuity,
        "covered": spared / cost,
        "still_needed": max(0.0, cost - spared),
    }


def break_even_table(
    investment: pd.DataFrame, storage: pd.DataFrame, *, years: int, discount_rate: float
) -> pd.DataFrame:
    """Return `break_even` of a printed investment and the latest storage cost, row by row.

    Parameters
    ----------
    investment : DataFrame
        ``value``, ``lower``, ``upper`` (pounds over the years) of one row, as ``printed.values``
        returns.
    storage : DataFrame
        As `storage_by_year` returns; without rows nothing is spared.
    years, discount_rate
        As for `break_even`.

    Returns
    -------
    DataFrame
        ``quantity`` (in words), ``value``, ``lower``, ``upper``, ``unit`` (pounds; share, 0 to 1,
        for what is covered); key ``quantity``. The ends are those of the investment.

    Raises
    ------
    MethodError
        If there is more than one investment.
    """
    if len(investment) != 1:
        raise MethodError(
            where="break even",
            found=f"{len(investment)} investments",
            wanted="one",
            remedy="select the claim that prints it",
        )
    spared = float(storage.sort_values("year")["value"].iloc[-1]) if len(storage) else 0.0
    ends = {
        end: break_even(
            investment=float(investment[end].iloc[0]),
            years=years,
            spared=spared,
            discount_rate=discount_rate,
        )
        for end in ("value", "lower", "upper")
    }
    table = pd.DataFrame(ends).rename_axis("quantity").reset_index()
    units = table["quantity"].eq("covered").map({True: "share", False: "pounds"})
    table = table.assign(unit=units, quantity=table["quantity"].map(_QUANTITIES))
    low, high = table[["lower", "upper"]].min(axis=1), table[["lower", "upper"]].max(axis=1)
    return table.assign(lower=low, upper=high)
