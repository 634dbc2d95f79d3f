"""A&E waits and volumes: by month and year, of trusts, groups of them, and comparators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.rates import wilson_interval
from caseanalysis.periods import financial_year, financial_year_label

_IDENTITY = ["month", "org_code", "org_name", "region", "level"]


def with_group(urgent_care: pd.DataFrame, *, codes: Sequence[str], name: str) -> pd.DataFrame:
    """Return the table with the trusts of a group added up as one more organisation.

    Parameters
    ----------
    urgent_care : DataFrame
        ``month``, ``org_code``, ``org_name``, ``region``, ``level`` and measures.
    codes : sequence of str
        The trusts. A month that one of them lacks is left out; a measure that one withholds is
        missing for the group.
    name : str
        Code and name of the group.
    """
    measures = _measures(urgent_care)
    members = urgent_care[urgent_care["org_code"].isin(codes)]
    sums = members.groupby("month")[measures].sum(skipna=False)
    whole = members.groupby("month")["org_code"].nunique().eq(len(set(codes)))
    group = sums[whole].reset_index().assign(org_code=name, org_name=name, level="group")
    return pd.concat([urgent_care, group], ignore_index=True)


def by_financial_year(urgent_care: pd.DataFrame) -> pd.DataFrame:
    """Return yearly sums (counts) of whole financial years, by organisation.

    Returns
    -------
    DataFrame
        ``financial_year``, ``org_code``, then the measures; key the first two. A year with fewer
        than twelve months is left out; a measure withheld in a month is missing for the year.
    """
    measures = _measures(urgent_care)
    years = urgent_care["month"].dt.to_period("M").map(financial_year).astype(str)
    groups = urgent_care.assign(financial_year=years).groupby(["financial_year", "org_code"])
    sums = groups[measures].sum(skipna=False)
    return sums[groups["month"].nunique().eq(12)].reset_index()


def financial_year_of(base_year: int) -> str:
    """Return the financial year that holds the middle of a calendar year, as ``2023-24``."""
    return financial_year_label(base_year)


def labelled(
    table: pd.DataFrame, *, names: Mapping[str, str], kinds: Mapping[str, str]
) -> pd.DataFrame:
    """Return a table with the name of each organisation, and its kind: trust, peers, England.

    An empty table is returned as it is.
    """
    if table.empty:
        return table
    require_columns(table, ["org_code"], where="urgent care")
    codes = table["org_code"]
    return table.assign(org_name=codes.map(names), kind=codes.map(kinds))


def latest_year(yearly: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest financial year of a table."""
    return yearly[yearly["financial_year"].eq(yearly["financial_year"].max())]


def within_four_hours(counts: pd.DataFrame, *, confidence_level: float) -> pd.DataFrame:
    """Return the share of attendances completed within four hours (0 to 1), with an interval.

    Parameters
    ----------
    counts : DataFrame
        ``attendances_timed`` and ``over_4_hours``, all types of department; a row without either
        (withheld) has no share. Where some providers withheld theirs, England's share is that of
        the others.
    confidence_level : float
        Of the Wilson interval.

    Returns
    -------
    DataFrame
        The table with ``share``, ``lower`` and ``upper``.
    """
    return _share(
        counts.assign(within=counts["attendances_timed"] - counts["over_4_hours"]),
        "within",
        "attendances_timed",
        confidence_level,
    )


def over_twelve_hours(counts: pd.DataFrame, *, confidence_level: float) -> pd.DataFrame:
    """Return the share of admissions through A&E that waited over 12 hours (0 to 1).

    The wait is from the decision to admit, as published; the wait from arrival is longer.
    """
    return _share(counts, "decision_to_admit_over_12_hours", "admissions_via_ae", confidence_level)


def comparators(shares: pd.DataFrame, *, codes: Sequence[str], name: str) -> pd.DataFrame:
    """Return the median share of comparators, with their quartiles as the lower and upper end.

    Parameters
    ----------
    shares : DataFrame
        ``month``, ``org_code``, ``share``.
    codes : sequence of str
        The comparators; those that withhold a month are left out of that month.
    name : str
        Name of the line.

    Returns
    -------
    DataFrame
        ``month``, ``org_code``, ``org_name``, ``share``, ``lower``, ``upper``, ``reporting``
        (comparators in the month); key ``month``.
    """
    peers = shares[shares["org_code"].isin(codes)]
    if peers.empty:
        raise MethodError(
            where="comparators",
            found=f"none of {', '.join(codes)}",
            wanted="monthly shares of at least one comparator",
            remedy="name comparators that the table holds",
        )
    months = peers.groupby("month")["share"]
    table = pd.DataFrame(
        {
            "share": months.median(),
            "lower": months.quantile(0.25),
            "upper": months.quantile(0.75),
            "reporting": months.count(),
        }
    ).reset_index()
    return table.assign(org_code=name, org_name=name)


def _share(
    counts: pd.DataFrame, numerator: str, denominator: str, confidence_level: float
) -> pd.DataFrame:
    require_columns(counts, [numerator, denominator], where="urgent care")
    # Shares are joined by the index, so that of tables put together must not repeat.
    counts = counts.reset_index(drop=True)
    given = counts[numerator].notna() & counts[denominator].gt(0)
    shares = wilson_interval(
        counts[given],
        numerator=numerator,
        denominator=denominator,
        confidence_level=confidence_level,
    )
    return counts.join(shares[["share", "lower", "upper"]])


def _measures(urgent_care: pd.DataFrame) -> list[str]:
    require_columns(urgent_care, _IDENTITY, where="urgent care")
    return [name for name in urgent_care.columns if name not in _IDENTITY]
