"""Printed numbers as a table of values with what their rounding allows."""

from __future__ import annotations

import pandas as pd

from caseanalysis.methods.columns import require_columns

_SCALE = {"percent": ("share", 0.01)}
_COLUMNS = ("claim_id", "area", "measure", "entity", "group", "period", "figure", "value",
            "lower", "upper", "unit", "basis", "candidates")  # fmt: skip


def values(claims: pd.DataFrame, *, measure: str | None = None, words: str = "") -> pd.DataFrame:
    """Return the numbers that claims print for a quantity, with the interval of their rounding.

    Parameters
    ----------
    claims : DataFrame
        As returned by ``verdicts.claims_table``.
    measure : str, optional
        Measure that the claims name.
    words : str
        Words of the statement, in any case, for a quantity that no measure names.

    Returns
    -------
    DataFrame
        ``claim_id``, ``area``, ``measure``, ``entity``, ``group``, ``period``, ``figure``,
        ``value``, ``lower``, ``upper``, ``unit``, ``basis``, ``candidates`` (other readings of an
        unclear print); key ``claim_id``. A printed percent is a share; the interval is one unit of
        the last printed digit wide. Only numbers that stand for themselves are given: no
        comparisons and no bounds. No claim gives no row.
    """
    require_columns(claims, ("id", "statement", "operator", "value", "step"), where="claims")
    kept = claims["operator"].eq("equal") & claims["value"].notna()
    if measure is not None:
        kept &= claims["measure"].eq(measure)
    kept &= claims["statement"].astype(str).str.contains(words, case=False, regex=False)
    rows = claims[kept]
    units = rows["unit"].map(lambda unit: _SCALE.get(unit, (unit, 1.0))[0])
    scale = rows["unit"].map(lambda unit: _SCALE.get(unit, (unit, 1.0))[1]).astype(float)
    half = rows["step"] / 2
    found = rows.rename(columns={"id": "claim_id"}).assign(
        value=rows["value"] * scale,
        lower=(rows["value"] - half) * scale,
        upper=(rows["value"] + half) * scale,
        unit=units,
        basis="as printed by the case",
    )
    return found[list(_COLUMNS)].reset_index(drop=True)


def wide(printed: pd.DataFrame, *, by: list[str], name: str) -> pd.DataFrame:
    """Return one row for each key, with the value and its interval as columns of a name.

    Parameters
    ----------
    printed : DataFrame
        As returned by ``values``; a number printed twice for a key keeps its first mention.
    by : list of str
        Columns of the key.
    name : str
        Column for the value; ``<name>_lower`` and ``<name>_upper`` hold its interval.
    """
    first = printed.drop_duplicates(by)
    ends = {"value": name, "lower": f"{name}_lower", "upper": f"{name}_upper"}
    return first[[*by, *ends]].rename(columns=ends).reset_index(drop=True)


def exchanged(findings: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Return findings, with an inference added to two that differ and that fit when exchanged.

    Parameters
    ----------
    findings, claims : DataFrame
        As returned by, and given to, ``verdicts.test_claims``.

    Returns
    -------
    DataFrame
        The verdicts are unchanged; ``reason`` says where the recomputed figure of another entity,
        for the same measure, group and period, rounds to what is printed, and the other way round.
    """
    keys = ["measure", "group", "period"]
    facts = findings[["claim_id", "verdict", "recomputed"]]
    rows = claims.rename(columns={"id": "claim_id"}).merge(facts, on="claim_id")
    differ = rows[rows["verdict"].eq("differs") & rows["operator"].eq("equal")]
    both = differ.merge(differ, on=keys, suffixes=("", "_other"))
    both = both[both["entity"].ne(both["entity_other"])]
    fits = (both["recomputed_other"] - both["value"]).abs().le(both["step"] / 2) & (
        both["recomputed"] - both["value_other"]
    ).abs().le(both["step_other"] / 2)
    others = dict(zip(both.loc[fits, "claim_id"], both.loc[fits, "entity_other"], strict=True))
    inferences = [
        f" The figure of {others[one]} gives this printed number, and the other way round: that "
        "the two were exchanged is our inference."
        if one in others
        else ""
        for one in findings["claim_id"]
    ]
    return findings.assign(reason=findings["reason"] + pd.Series(inferences, findings.index, "str"))
