"""Spending: what printed amounts and shares imply, and what a lower price would save."""

from __future__ import annotations

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key

_ENDS = ("value", "lower", "upper")
_BOUNDS = {"at least": "lowest", "at most": "highest"}
_RESEARCH = "research and development income"
_INCOME = ("income from patient care", "other operating income")
_SUPPLIES = ("clinical supplies and services", "general supplies and services", "drugs")
_SPENDING = "total operating expenditure"


def printed_range(claims: pd.DataFrame, *, measure: str) -> pd.DataFrame:
    """Return the ends of a range that a case prints for a share, "from 0.2 to 0.8%".

    Parameters
    ----------
    claims : DataFrame
        As returned by ``verdicts.claims_table``: ``measure``, ``operator``, ``value`` (percent),
        ``step``, ``period``. Of the measure, those of ``at least`` and ``at most``.
    measure : str
        The measure.

    Returns
    -------
    DataFrame
        ``end`` (lowest, highest), ``name`` (in words), ``period``, ``value``, ``lower``, ``upper``
        (shares, 0 to 1, with what the rounding allows); key ``end``. No rows where none is printed.
    """
    columns = ["measure", "operator", "value", "step", "period"]
    require_columns(claims, columns, where="claims")
    rows = claims[claims["measure"].eq(measure) & claims["operator"].isin(_BOUNDS)]
    ends = rows["operator"].map(_BOUNDS)
    half = rows["step"] / 2
    table = pd.DataFrame(
        {
            "end": ends,
            "name": ends.str.capitalize() + " of the trusts",
            "period": rows["period"],
            "value": rows["value"] / 100,
            "lower": (rows["value"] - half) / 100,
            "upper": (rows["value"] + half) / 100,
        }
    )
    return table.reset_index(drop=True)


def research_shares(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return income from research as a share of all operating income (0 to 1), by trust and year.

    Parameters
    ----------
    accounts : DataFrame
        ``year``, ``org_code``, ``item``, ``value`` (pounds), as the table ``trust_finance``.

    Returns
    -------
    DataFrame
        ``year``, ``org_code``, ``value``, ``lower``, ``upper`` (both missing: accounts are no
        sample); key the first two. A trust that lacks a line is left out.
    """
    wide = _wide(accounts)
    share = wide[_RESEARCH] / wide[list(_INCOME)].sum(axis="columns", skipna=False)
    return _shares(share)


def supplies_shares(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return spending on supplies, services and drugs (pounds) and its share of all spending.

    Parameters
    ----------
    accounts : DataFrame
        As for `research_shares`.

    Returns
    -------
    DataFrame
        ``year``, ``org_code``, ``value`` (share, 0 to 1), ``lower``, ``upper`` (missing),
        ``spend`` (pounds); key the first two.
    """
    wide = _wide(accounts)
    spend = wide[list(_SUPPLIES)].sum(axis="columns", skipna=False)
    table = _shares(spend / wide[_SPENDING])
    keys = pd.MultiIndex.from_frame(table[["year", "org_code"]])
    return table.assign(spend=spend.reindex(keys).to_numpy())


def share_of_residents(counted: pd.DataFrame, residents: pd.DataFrame) -> pd.DataFrame:
    """Return a printed number of people as a share of residents (0 to 1).

    Parameters
    ----------
    counted : DataFrame
        ``period``, ``value``, ``lower``, ``upper`` (people), as ``printed.values`` returns.
    residents : DataFrame
        ``population`` of one row.

    Returns
    -------
    DataFrame
        ``period``, ``enrolled``, ``residents`` (people), ``value``, ``lower``, ``upper``.

    Raises
    ------
    MethodError
        If there is more than one number of residents.
    """
    require_columns(residents, ["population"], where="residents")
    if len(residents) != 1:
        raise MethodError(
            where="share of residents",
            found=f"{len(residents)} numbers of residents",
            wanted="one",
            remedy="select one area, year and age group",
        )
    whole = float(residents["population"].iloc[0])
    shares = {end: counted[end] / whole for end in _ENDS}
    return pd.DataFrame(
        {"period": counted["period"], "enrolled": counted["value"], "residents": whole, **shares}
    ).reset_index(drop=True)


def implied_total(parts: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Return the total (pounds) of which an amount is a share, with what the rounding allows.

    Parameters
    ----------
    parts, shares : DataFrame
        ``entity``, ``value``, ``lower``, ``upper``, as ``printed.values`` returns: pounds, and
        shares (0 to 1).

    Returns
    -------
    DataFrame
        ``entity``, ``value``, ``lower``, ``upper`` (pounds); key ``entity``. Entities that lack
        either number are left out.

    Raises
    ------
    MethodError
        If an entity stands twice, or an interval of a share reaches 0.
    """
    for table, where in ((parts, "parts"), (shares, "shares")):
        require_columns(table, ["entity", *_ENDS], where=where)
        require_key(table, ["entity"], where=where)
    both = parts.merge(shares, on="entity", suffixes=("", "_share"))
    if (both["lower_share"] <= 0).any():
        raise MethodError(
            where="implied total",
            found="a share whose rounding reaches 0",
            wanted="a share that is certainly above 0",
            remedy="leave the entity out",
        )
    return pd.DataFrame(
        {
            "entity": both["entity"],
            "value": both["value"] / both["value_share"],
            "lower": both["lower"] / both["upper_share"],
            "upper": both["upper"] / both["lower_share"],
        }
    )


def lower_prices(spend: pd.DataFrame, *, low: float, central: float, high: float) -> pd.DataFrame:
    """Return what lower prices would save of the amounts spent (pounds a year).

    Parameters
    ----------
    spend : DataFrame
        ``entity``, ``value``, ``lower``, ``upper`` (pounds a year).
    low, central, high : float
        Share of the spending that lower prices save (0 to 1).

    Returns
    -------
    DataFrame
        ``entity``, ``spend``, ``value``, ``lower``, ``upper`` (pounds a year), and a row of the
        entity ``group`` that adds them up; key ``entity``.

    Raises
    ------
    MethodError
        If the shares are not 0 <= low <= central <= high <= 1.

    Notes
    -----
    saving = spending x share saved, each end with its own. The ends of several trusts are added,
    as if all came out low or all high together: the widest the group's interval can be.
    """
    require_columns(spend, ["entity", *_ENDS], where="spend")
    if not 0 <= low <= central <= high <= 1:
        raise MethodError(
            where="lower prices",
            found=f"{low}, {central}, {high}",
            wanted="0 <= low <= central <= high <= 1",
            remedy="give 2% as 0.02",
        )
    rates = {"value": central, "lower": low, "upper": high}
    saved = spend.assign(spend=spend["value"], **{end: spend[end] * rates[end] for end in _ENDS})
    table = saved[["entity", "spend", *_ENDS]]
    total = table[["spend", *_ENDS]].sum().to_frame().T.assign(entity="group")
    return pd.concat([table, total], ignore_index=True)


def widest_gap(totals: pd.DataFrame, *, lowest: float, highest: float) -> pd.DataFrame:
    """Return what each trust would gain if it rose from the lowest to the highest share (pounds).

    Parameters
    ----------
    totals : DataFrame
        ``entity``, ``value``, ``lower``, ``upper``: income or spending (pounds a year).
    lowest, highest : float
        The lowest and the highest share of it among the trusts (0 to 1).

    Returns
    -------
    DataFrame
        ``entity``, ``value``, ``lower``, ``upper`` (pounds a year): the total times the gap between
        the shares, an upper bound where it is not known which trust has which share.

    Raises
    ------
    MethodError
        If the shares are not 0 <= lowest <= highest <= 1.
    """
    require_columns(totals, ["entity", *_ENDS], where="totals")
    if not 0 <= lowest <= highest <= 1:
        raise MethodError(
            where="widest gap",
            found=f"{lowest} and {highest}",
            wanted="0 <= lowest <= highest <= 1",
            remedy="give 0.8% as 0.008",
        )
    gap = highest - lowest
    return totals.assign(**{end: totals[end] * gap for end in _ENDS})[["entity", *_ENDS]]


def staff_in_year(staff: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Return the mean staff in post of a calendar year (full-time equivalents), by organisation.

    Parameters
    ----------
    staff : DataFrame
        ``month``, ``org_code``, ``fte``.
    year : int
        The year; an organisation that lacks a month of it is left out.

    Returns
    -------
    DataFrame
        ``org_code``, ``fte``; key the first.
    """
    require_columns(staff, ["month", "org_code", "fte"], where="staff")
    inside = (
        staff[staff["month"].dt.year.eq(year)].groupby("org_code")["fte"].agg(["mean", "count"])
    )
    whole: pd.DataFrame = inside[inside["count"].eq(12)].reset_index()
    return whole.rename(columns={"mean": "fte"})[["org_code", "fte"]]


def per_member_of_staff(totals: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Return spending beside staff, and for each full-time equivalent (pounds).

    Parameters
    ----------
    totals : DataFrame
        ``entity``, ``value``, ``lower``, ``upper`` (pounds), as `implied_total` returns.
    staff : DataFrame
        ``org_code``, ``fte``.

    Returns
    -------
    DataFrame
        The columns of ``totals``, ``fte`` and ``per_fte`` (pounds; missing without staff).
    """
    require_columns(totals, ["entity", *_ENDS], where="totals")
    both = totals.merge(staff.rename(columns={"org_code": "entity"}), on="entity", how="left")
    return both.assign(per_fte=both["value"] / both["fte"])


def share_of_group(spend: pd.DataFrame) -> pd.DataFrame:
    """Return each trust's part of the group's spending, and how many times its own the group's is.

    Parameters
    ----------
    spend : DataFrame
        ``entity``, ``value`` (pounds, above 0).

    Returns
    -------
    DataFrame
        ``entity``, ``value``, ``share`` (0 to 1), ``times``; key ``entity``.
    """
    require_columns(spend, ["entity", "value"], where="spend")
    whole = spend["value"].sum()
    table = spend[["entity", "value"]].reset_index(drop=True)
    return table.assign(share=table["value"] / whole, times=whole / table["value"])


def _wide(accounts: pd.DataFrame) -> pd.DataFrame:
    require_columns(accounts, ["year", "org_code", "item", "value"], where="accounts")
    wide: pd.DataFrame = accounts.pivot_table(
        index=["year", "org_code"], columns="item", values="value"
    )
    wanted = [*_INCOME, _RESEARCH, *_SUPPLIES, _SPENDING]
    return wide.reindex(columns=wanted)


def _shares(share: pd.Series[float]) -> pd.DataFrame:
    table = share.dropna().rename("value").reset_index()
    return table.assign(lower=float("nan"), upper=float("nan"))
