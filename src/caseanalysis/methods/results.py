"""Results in one shape, whatever method they come from, so that claims can be tested on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.verdicts import test_claims

_COLUMNS = ("measure", "entity", "group", "period", "value", "lower", "upper", "unit", "basis")


def collect(
    table: pd.DataFrame,
    *,
    measure: str,
    entity: str,
    group: str,
    period: str,
    value: str,
    unit: str,
    basis: str,
    interval: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Return the rows of a table as results, by measure, entity, group and period.

    Parameters
    ----------
    table : DataFrame
        A table of a method; an empty one gives no results.
    measure, unit, basis : str
        Id of the measure, its unit, and what data it rests on, in words.
    entity, group, period : str
        Name of the column that holds it; where there is no such column, the text itself, for
        every row.
    value : str
        Column of the value.
    interval : tuple of str, optional
        Columns of the lower and the upper end.

    Returns
    -------
    DataFrame
        ``measure``, ``entity``, ``group``, ``period``, ``value``, ``lower``, ``upper`` (missing
        without an interval), ``unit``, ``basis``; key the first four.
    """
    if table.empty:
        return pd.DataFrame(columns=list(_COLUMNS))
    require_columns(table, (value, *(interval or ())), where=f"results of {measure}")
    given = {"measure": measure, "unit": unit, "basis": basis}
    named = {"entity": entity, "group": group, "period": period}
    columns = {name: table.get(text, text) for name, text in named.items()}
    lower, upper = (table[end] for end in interval) if interval else (np.nan, np.nan)
    columns["period"] = columns["period"] if period not in table else table[period].astype(str)
    found = table[[]].assign(**given, **columns, value=table[value], lower=lower, upper=upper)
    return found[list(_COLUMNS)].reset_index(drop=True)


def select(table: pd.DataFrame, **among: Any) -> pd.DataFrame:
    """Return the rows whose columns hold the values named: one value, or any of several.

    Parameters
    ----------
    table : DataFrame
        Any table; an empty one is returned as it is.
    **among
        By column, a value or a list of values.
    """
    if table.empty:
        return table
    require_columns(table, among, where="selection")
    kept = pd.Series(True, index=table.index)
    for name, wanted in among.items():
        several = list(wanted) if pd.api.types.is_list_like(wanted) else [wanted]
        kept &= table[name].isin(several)
    return table[kept].reset_index(drop=True)


def named(table: pd.DataFrame, column: str, names: Mapping[str, str], *, into: str) -> pd.DataFrame:
    """Return a table with the name of each code of a column; an empty one as it is.

    Parameters
    ----------
    table : DataFrame
        Any table.
    column : str
        Column of the codes.
    names : Mapping of str to str
        Name by code; a code without one keeps itself as its name.
    into : str
        Column for the names.
    """
    if table.empty:
        return table
    require_columns(table, (column,), where="names")
    return table.assign(**{into: table[column].map(names).fillna(table[column])})


def in_order(table: pd.DataFrame, column: str, wanted: Sequence[str]) -> pd.DataFrame:
    """Return the rows in the order of the values wanted in a column; other rows come last."""
    if table.empty:
        return table
    position = {value: index for index, value in enumerate(wanted)}
    return table.sort_values(
        column, key=lambda values: values.map(position), kind="stable", ignore_index=True
    )


def rank(
    table: pd.DataFrame, *, value: str, within: list[str] | None = None, least_first: bool = False
) -> pd.DataFrame:
    """Return a table with ``rank``: 1 for the greatest value, or the least; ties share the best.

    Parameters
    ----------
    table : DataFrame
        Rows to rank.
    value : str
        Column to rank by; a missing value has no rank.
    within : list of str, optional
        Columns of the groups to rank within.
    least_first : bool
        Whether rank 1 is the least.
    """
    if table.empty:
        return table
    require_columns(table, (value, *(within or ())), where=f"rank by {value}")
    values = table.groupby(within)[value] if within else table[value]
    return table.assign(rank=values.rank(method="min", ascending=least_first))


def explain(
    findings: pd.DataFrame, claims: pd.DataFrame, alternatives: pd.DataFrame, *, explanation: str
) -> pd.DataFrame:
    """Return findings, with an inference added to each that differs and that another basis gives.

    Parameters
    ----------
    findings, claims : DataFrame
        As returned by, and given to, ``verdicts.test_claims``.
    alternatives : DataFrame
        Results of the same quantities on another basis, such as a wider area.
    explanation : str
        That basis in words, as the subject of a sentence.

    Returns
    -------
    DataFrame
        The verdicts are unchanged; ``reason`` says where the alternative gives the printed number.
    """
    other = test_claims(claims, alternatives).set_index("claim_id").reindex(findings["claim_id"])
    fits = (
        findings["verdict"].eq("differs").to_numpy()
        & other["verdict"].eq("reproduced").to_numpy()
        & findings["printed"].notna().to_numpy()
    )
    inference = f" {explanation} gives the printed number; that it was used is our inference."
    return findings.assign(reason=findings["reason"].mask(fits, findings["reason"] + inference))
