"""How far apart the trusts of a group stand, beside how far apart unrelated trusts do."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from caseanalysis.methods.columns import require_columns


def measured(table: pd.DataFrame, *, measure: str, value: str) -> pd.DataFrame:
    """Return one measure by organisation, in one shape for all measures.

    Parameters
    ----------
    table : DataFrame
        ``org_code`` and the column of the value, one row an organisation; an empty table gives no
        rows.
    measure : str
        What it is, in words.
    value : str
        Its column.

    Returns
    -------
    DataFrame
        ``measure``, ``org_code``, ``value``; organisations without a value are left out.
    """
    if table.empty:
        return pd.DataFrame(columns=["measure", "org_code", "value"])
    require_columns(table, ["org_code", value], where=measure)
    known = table[table[value].notna()]
    return pd.DataFrame(
        {"measure": measure, "org_code": known["org_code"], "value": known[value].astype(float)}
    ).reset_index(drop=True)


def beside(table: pd.DataFrame, *, own: Sequence[str], peers: Sequence[str]) -> pd.DataFrame:
    """Return the range of a group's trusts beside the interquartile range of comparators.

    Parameters
    ----------
    table : DataFrame
        As `measured` returns, measures below each other.
    own, peers : sequence of str
        Codes of the trusts and of the comparators.

    Returns
    -------
    DataFrame
        ``measure``, ``lowest``, ``highest``, ``spread`` (highest less lowest), ``trusts``,
        ``peer_spread`` (upper less lower quartile; missing with fewer than four comparators); key
        ``measure``. A measure with fewer than two of the trusts is left out.
    """
    require_columns(table, ["measure", "org_code", "value"], where="measures")
    rows = []
    for measure, values in table.groupby("measure", sort=False):
        mine = values.loc[values["org_code"].isin(own), "value"]
        others = values.loc[values["org_code"].isin(peers), "value"]
        quartiles = others.quantile([0.25, 0.75])
        enough = len(others) >= 4
        rows.append(
            {
                "measure": measure,
                "lowest": mine.min(),
                "highest": mine.max(),
                "spread": mine.max() - mine.min(),
                "trusts": len(mine),
                "peer_spread": quartiles[0.75] - quartiles[0.25] if enough else float("nan"),
            }
        )
    found = pd.DataFrame(rows)
    return found[found["trusts"].ge(2)].reset_index(drop=True) if len(found) else found


def total(table: pd.DataFrame, *, part: str, whole: str) -> pd.DataFrame:
    """Return two columns added up over all rows, and the first as a share of the second (0 to 1).

    Returns
    -------
    DataFrame
        ``part``, ``whole``, ``share``; one row.
    """
    require_columns(table, [part, whole], where="total")
    sums = table[[part, whole]].sum()
    share = sums[part] / sums[whole]
    return pd.DataFrame([{"part": sums[part], "whole": sums[whole], "share": share}])
