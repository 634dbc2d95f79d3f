"""Backlog of maintenance: what it costs to eradicate, by risk, and for each square metre."""

from __future__ import annotations

import pandas as pd

from caseanalysis.methods.columns import require_columns, require_key

#: Items of the estates return, by the risk of leaving the building as it is; gravest first.
RISKS = {
    "Cost to eradicate high risk backlog": "high risk",
    "Cost to eradicate significant risk backlog": "significant risk",
    "Cost to eradicate moderate risk backlog": "moderate risk",
    "Cost to eradicate low risk backlog": "low risk",
}
_FLOOR = ("Gross internal floor area", "Gross internal site floor area")
_KEY = ["year", "org_code"]


def backlog_by_risk(returns: pd.DataFrame) -> pd.DataFrame:
    """Return the cost to eradicate backlog (pounds, prices of the year), by trust, year and risk.

    Parameters
    ----------
    returns : DataFrame
        ``year``, ``org_code``, ``item``, ``value``: items of the estates return.

    Returns
    -------
    DataFrame
        ``year``, ``org_code``, ``risk`` (high, significant, moderate, low risk), ``value``; key the
        first three.
    """
    require_columns(returns, [*_KEY, "item", "value"], where="estates returns")
    require_key(returns, [*_KEY, "item"], where="estates returns")
    rows = returns[returns["item"].isin(RISKS)]
    table = rows.assign(risk=rows["item"].map(RISKS))[[*_KEY, "risk", "value"]]
    order = {risk: at for at, risk in enumerate(RISKS.values())}
    return table.sort_values(
        [*_KEY, "risk"],
        key=lambda column: column.map(order) if column.name == "risk" else column,
        ignore_index=True,
    )


def latest_year(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest year (column ``year``, such as 2014-15)."""
    require_columns(table, ["year"], where="table")
    return table[table["year"].eq(table["year"].max())].reset_index(drop=True)


def backlog_per_area(returns: pd.DataFrame) -> pd.DataFrame:
    """Return the backlog for each square metre of floor (pounds), beside the median of all.

    Parameters
    ----------
    returns : DataFrame
        As for `backlog_by_risk`, with the gross internal floor area (square metres).

    Returns
    -------
    DataFrame
        ``year``, ``org_code``, ``floor`` (square metres), ``value`` (pounds of all risks for each),
        ``high`` (of high risk for each), ``median`` (of ``value`` over all trusts of the year); key
        the first two. A trust without a floor area or without a backlog return is left out.
    """
    by_risk = backlog_by_risk(returns)
    floors = returns[returns["item"].isin(_FLOOR) & returns["value"].gt(0)]
    table = pd.DataFrame(
        {
            "floor": floors.groupby(_KEY)["value"].max(),
            "all": by_risk.groupby(_KEY)["value"].sum(),
            "worst": by_risk[by_risk["risk"].eq("high risk")].set_index(_KEY)["value"],
        }
    ).dropna()
    table = table.assign(value=table["all"] / table["floor"], high=table["worst"] / table["floor"])
    table = table.reset_index()
    table["median"] = table.groupby("year")["value"].transform("median")
    return table[[*_KEY, "floor", "value", "high", "median"]]
