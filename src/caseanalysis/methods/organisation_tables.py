"""Tables by organisation as a report shows them: named, beside each other, the latest period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caseanalysis.geography import ENGLAND
from caseanalysis.methods.columns import require_columns, require_key


def labelled(
    table: pd.DataFrame,
    *,
    names: Mapping[str, str],
    trusts: Sequence[str],
    peers: Sequence[str] = (),
    code: str = "org_code",
    name: str = "group",
) -> pd.DataFrame:
    """Return a table with the name and the kind of each organisation, as the charts take them.

    Parameters
    ----------
    table : DataFrame
        Any table with a column of codes; an empty one is returned as it is.
    names : mapping of str to str
        Name by code; a code without one keeps itself.
    trusts, peers : sequence of str
        Codes of the group and of the comparators.
    code : str
        Column of the codes.
    name : str
        Code that stands for the group.

    Returns
    -------
    DataFrame
        The table with ``org_name`` and ``kind``: trust, group, peers, England or other.
    """
    if table.empty:
        return table
    require_columns(table, [code], where="organisations")
    kinds = dict.fromkeys(peers, "peers") | dict.fromkeys(trusts, "trust")
    kinds |= {name: "group", ENGLAND: "England"}
    found = table[code].map(names).fillna(table[code])
    return table.assign(org_name=found, kind=table[code].map(kinds).fillna("other"))


def peer_median(
    table: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    value: str,
    code: str = "org_code",
    least_peers: int = 3,
) -> pd.DataFrame:
    """Return the median and the quartiles of each trust's comparators.

    Parameters
    ----------
    table : DataFrame
        One row an organisation: its code and the value.
    pairs : DataFrame
        ``org_code``, ``peer_code``.
    value, code : str
        Columns of the table.
    least_peers : int
        Comparators with a value, below which a trust is left out.

    Returns
    -------
    DataFrame
        ``org_code``, ``peers`` (with a value), ``median``, ``lower``, ``upper`` (quartiles); key
        ``org_code``.
    """
    require_columns(table, [code, value], where="organisations")
    require_key(table, [code], where="organisations")
    known = table.dropna(subset=value).set_index(code)[value].astype(float)
    held = pairs[pairs["peer_code"].isin(known.index)]
    values = held.assign(value=held["peer_code"].map(known)).groupby("org_code")["value"]
    found = values.describe()[["count", "50%", "25%", "75%"]].reset_index()
    found.columns = ["org_code", "peers", "median", "lower", "upper"]
    return found[found["peers"].ge(least_peers)].reset_index(drop=True)


def latest(table: pd.DataFrame, *, time: str) -> pd.DataFrame:
    """Return the rows of the latest period, the last in the order of its text."""
    require_columns(table, [time], where="latest period")
    return table[table[time].eq(table[time].max())].reset_index(drop=True)


def without(table: pd.DataFrame, *, codes: Sequence[str], code: str = "org_code") -> pd.DataFrame:
    """Return the rows of all but some organisations."""
    require_columns(table, [code], where="organisations")
    return table[~table[code].isin(list(codes))].reset_index(drop=True)


def beside(
    table: pd.DataFrame, other: pd.DataFrame, *, columns: Sequence[str], code: str = "org_code"
) -> pd.DataFrame:
    """Return a table with columns of another beside it; missing where the other has no row.

    Parameters
    ----------
    table, other : DataFrame
        Tables by organisation; an empty one gives missing columns, or none where it comes first.
    columns : sequence of str
        Columns to take from the other.
    code : str
        Column of the codes.

    Raises
    ------
    MethodError
        If an organisation stands twice in the other.
    """
    if table.empty:
        return table
    if other.empty:
        return table.assign(**dict.fromkeys(columns, np.nan))
    require_columns(other, [code, *columns], where="figures beside")
    require_key(other, [code], where="figures beside")
    return table.merge(other[[code, *columns]], on=code, how="left")
