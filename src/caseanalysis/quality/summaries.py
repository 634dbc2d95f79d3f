"""Faults and reconciliations counted, for a page."""

from __future__ import annotations

import pandas as pd

from caseanalysis.quality.contract import KINDS, SEVERITIES

_UNBROKEN = "\N{NON-BREAKING HYPHEN}"


def by_source(checks: pd.DataFrame) -> pd.DataFrame:
    """Return, by source, the kinds of total compared, the comparisons, and those that agree.

    Parameters
    ----------
    checks : DataFrame
        As returned by ``reconciliations``.

    Returns
    -------
    DataFrame
        ``source``, ``checks``, ``compared``, ``agreeing`` and ``size``, the greatest difference as
        a share of the publisher's total; key ``source``.
    """
    groups = checks.assign(size=checks["size"].abs()).groupby("source")
    return groups.agg(
        checks=("check", "size"),
        compared=("files", "sum"),
        agreeing=("agreeing", "sum"),
        size=("size", "max"),
    ).reset_index()


def by_kind(faults: pd.DataFrame) -> pd.DataFrame:
    """Return how many faults there are of each kind, by severity: kind, meaning, high to low."""
    counts = pd.crosstab(faults["kind"], faults["severity"])
    wide = counts.reindex(index=list(KINDS), columns=list(SEVERITIES), fill_value=0)
    table = wide[wide.sum(axis=1).gt(0)].reset_index()
    table.columns.name = None
    return table.assign(meaning=table["kind"].map(KINDS))


def in_all(checks: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """Return one row: comparisons ``compared`` and ``agreeing``, and ``grave`` faults.

    Parameters
    ----------
    checks : DataFrame
        As returned by ``by_source``.
    faults : DataFrame
        Faults, with their ``severity``.
    """
    counts = {name: [int(checks[name].sum())] for name in ("compared", "agreeing")}
    return pd.DataFrame({**counts, "grave": [int(faults["severity"].eq(SEVERITIES[0]).sum())]})


def names_in(table: pd.DataFrame) -> dict[str, str]:
    """Return the latest name of each organisation in a monthly table, by code."""
    latest = table.sort_values("month").drop_duplicates("org_code", keep="last")
    return dict(zip(latest["org_code"], latest["org_name"], strict=True))


def readable(faults: pd.DataFrame) -> pd.DataFrame:
    """Return faults with the names of columns in words, and periods that do not break at a line."""
    words = faults["column"].str.replace("_", " ")
    periods = faults["period"].str.replace("-", _UNBROKEN)
    return faults.assign(column=words, period=periods)
