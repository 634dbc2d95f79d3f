"""Volumes of services: against a guideline, and how much chance alone moves a small one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.rates import poisson_limits

#: How a volume stands to a guideline.
BELOW, ABOUT, ABOVE = "below", "not told apart", "above"


def with_group(
    table: pd.DataFrame,
    *,
    code: str,
    codes: Sequence[str],
    counts: Sequence[str],
    by: Sequence[str] = (),
    name: str = "group",
) -> pd.DataFrame:
    """Return a table with one row more for each ``by``: the sum of the trusts of the group.

    Parameters
    ----------
    table : DataFrame
        Counts of each trust; an empty one is returned as it is.
    code : str
        Column of the trusts' codes.
    codes : sequence of str
        Trusts of the group.
    counts : sequence of str
        Columns to add up.
    by : sequence of str
        Other columns of the key, such as the year.
    name : str
        Code of the sum.

    Returns
    -------
    DataFrame
        Key ``code`` and ``by``. Columns that are neither key nor count are missing in the sum.
        A trust without any row gives no such service and is passed over; a sum is missing where
        the count of one that does is, or where it has a row for other keys alone.
    """
    if table.empty:
        return table
    require_key(table, [code, *by], where="volumes of trusts")
    own = table[table[code].isin(list(codes))].assign(**{code: name})
    keys = [code, *by]
    giving = table.loc[table[code].isin(list(codes)), code].nunique()
    whole = own.groupby(keys, as_index=False)[list(counts)].sum(min_count=giving)
    return pd.concat([table, whole], ignore_index=True)


def against_guideline(
    table: pd.DataFrame, *, count: str, guideline: float, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return how a yearly volume stands to the least that a guideline asks for.

    Parameters
    ----------
    table : DataFrame
        One row a service.
    count : str
        Column of the events of a year.
    guideline : float
        The least number of events a year.
    confidence_level : float
        Of the interval of the count.

    Returns
    -------
    DataFrame
        The table with ``lower`` and ``upper`` (Poisson), ``guideline``, ``ratio`` (count
        over guideline), ``shortfall`` (events missing, 0 where there are enough) and ``standing``:
        ``below`` where the whole interval is, ``above`` likewise, otherwise ``not told apart``.
        A service without a count is left out.

    Raises
    ------
    MethodError
        If the guideline is not above 0, or a count is negative.
    """
    if not guideline > 0:
        raise _refusal(f"a guideline of {guideline}", "above 0")
    require_columns(table, [count], where="volumes")
    known = table[table[count].notna()]
    ends = poisson_limits(known[count], confidence_level=confidence_level)
    found = known.assign(lower=ends["lower"], upper=ends["upper"])
    events = found[count].astype(float)
    standing = np.select(
        [found["upper"].lt(guideline), found["lower"].ge(guideline)], [BELOW, ABOVE], ABOUT
    )
    return found.assign(
        guideline=float(guideline),
        ratio=events / guideline,
        shortfall=(guideline - events).clip(lower=0),
        standing=standing,
    )


def ranked(
    table: pd.DataFrame,
    *,
    code: str,
    codes: Sequence[str],
    value: str,
    by: Sequence[str] = (),
    name: str = "group",
) -> pd.DataFrame:
    """Return the rank of each provider by size, and of the group in the place of its trusts.

    Parameters
    ----------
    table : DataFrame
        One row a provider and ``by``.
    code, value : str
        Columns of the code and of the size; a provider without a size has no rank.
    codes : sequence of str
        Trusts of the group.
    by : sequence of str
        Columns within which to rank, such as the year.
    name : str
        Code of the group; a row of that code is passed over, since the sum is made here.

    Returns
    -------
    DataFrame
        ``by``, ``code``, ``value``, ``rank`` (1 the largest; ties share the best), ``of``
        (providers ranked). Single trusts are ranked among single providers; the group, which is
        its trusts that have a size, among the providers outside it.

    Raises
    ------
    MethodError
        If a provider stands twice.
    """
    require_columns(table, [code, value, *by], where="providers")
    require_key(table, [code, *by], where="providers")
    sizes = table.loc[table[value].notna() & table[code].ne(name), [*by, code, value]]
    if not by:
        return _ranked(sizes, code, list(codes), value, name)
    parts = [
        _ranked(rows, code, list(codes), value, name).assign(
            **{column: rows[column].iloc[0] for column in by}
        )
        for _, rows in sizes.groupby(list(by))
    ]
    return pd.concat(parts, ignore_index=True)


def _ranked(
    sizes: pd.DataFrame, code: str, codes: list[str], value: str, name: str
) -> pd.DataFrame:
    single = sizes.assign(rank=sizes[value].rank(method="min", ascending=False), of=len(sizes))
    own = sizes[sizes[code].isin(codes)]
    if own.empty:
        return single.reset_index(drop=True)
    others = sizes[~sizes[code].isin(codes)]
    total = float(own[value].sum())
    group = {code: name, value: total, "rank": 1.0 + float(others[value].gt(total).sum()),
             "of": len(others) + 1}  # fmt: skip
    return pd.concat([single, pd.DataFrame([group])], ignore_index=True)


def over(
    table: pd.DataFrame, *, count: str, least: float, code: str, codes: Sequence[str]
) -> pd.DataFrame:
    """Return a table with ``spare``: how far the count of some organisations lies above a number.

    It is negative below the number, and missing for every other organisation.
    """
    require_columns(table, [count, code], where="volumes")
    spare = table[count] - least
    return table.assign(spare=spare.where(table[code].isin(list(codes))))


def standing_in_words(table: pd.DataFrame, *, standing: str = BELOW) -> str | None:
    """Return in words how many services stand so to the guideline, as ``2 of 3``; None of none."""
    if table.empty:
        return None
    require_columns(table, ["standing"], where="volumes")
    return f"{int(table['standing'].eq(standing).sum())} of {len(table)}"


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="volumes", found=found, wanted=wanted, remedy="correct the figure or its unit"
    )
