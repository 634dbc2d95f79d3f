"""Maternity: how volumes change, how babies are delivered, and births that come too early."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.rates import wilson_interval
from caseanalysis.periods import financial_year_start

METHOD = "DeliveryMethodBabyGroup"
GESTATION = "GestationLengthBirthGroup37"
PRETERM = "<37 weeks"
CAESAREAN = ("Elective caesarean section", "Emergency caesarean section")
UNKNOWN = "missing or outside reporting parameters"


def share_of(
    categories: pd.DataFrame,
    *,
    dimension: str,
    among: Sequence[str],
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return the share of some categories among the known ones, with its Wilson interval.

    Parameters
    ----------
    categories : DataFrame
        ``year``, ``org_code``, ``dimension``, ``category``, ``counted``, ``value``.
    dimension : str
        Dimension to take, such as the method of delivery.
    among : sequence of str
        Categories whose share is asked for.
    confidence_level : float
        Of the interval.

    Returns
    -------
    DataFrame
        ``year``, ``org_code``, ``counted``, ``events``, ``known``, ``share`` (0 to 1), ``lower``,
        ``upper``; key ``year``, ``org_code``. Records without a category are in neither count; an
        organisation that knows none is left out.

    Notes
    -----
    Counts are published rounded to 5, which moves a share of a small unit by up to 2.5 events.
    """
    rows = _of(categories, dimension)
    rows = rows[rows["category"].ne(UNKNOWN)]
    rows = rows.assign(events=rows["value"].where(rows["category"].isin(list(among)), 0.0))
    keys = ["year", "org_code", "counted"]
    sums = rows.groupby(keys, as_index=False)[["events", "value"]].sum()
    known = sums[sums["value"].gt(0)].rename(columns={"value": "known"})
    return wilson_interval(
        known.reset_index(drop=True),
        numerator="events",
        denominator="known",
        confidence_level=confidence_level,
    )


def together(shares: pd.DataFrame, *, codes: Sequence[str], confidence_level: float = 0.95,
             name: str = "group") -> pd.DataFrame:  # fmt: skip
    """Return shares as of `share_of`, with one row a year more: the trusts of a group together."""
    require_columns(shares, ["year", "org_code", "counted", "events", "known"], where="shares")
    own = shares[shares["org_code"].isin(list(codes))].assign(org_code=name)
    keys = ["year", "org_code", "counted"]
    sums = own.groupby(keys, as_index=False)[["events", "known"]].sum()
    both = pd.concat([shares[[*keys, "events", "known"]], sums], ignore_index=True)
    return wilson_interval(
        both, numerator="events", denominator="known", confidence_level=confidence_level
    )


def growth(units: pd.DataFrame, *, value: str = "deliveries") -> pd.DataFrame:
    """Return the change of each unit's volume from one year held to the next.

    Parameters
    ----------
    units : DataFrame
        ``year`` (financial year), ``org_code`` and the volume.
    value : str
        Column of the volume.

    Returns
    -------
    DataFrame
        ``org_code``, ``period`` (``2020-21 to 2021-22``), ``base``, ``horizon``, ``growth``
        (relative); key the first two. A unit without both years, or with nothing in the first, has
        no row.
    """
    require_columns(units, ["year", "org_code", value], where="volumes of units")
    require_key(units, ["year", "org_code"], where="volumes of units")
    years = sorted(units["year"].unique(), key=financial_year_start)
    parts = []
    for first, last in pairwise(years):
        base = units[units["year"].eq(first)].set_index("org_code")[value]
        horizon = units[units["year"].eq(last)].set_index("org_code")[value]
        both = pd.DataFrame({"base": base, "horizon": horizon}).dropna()
        both = both[both["base"].gt(0)].rename_axis("org_code").reset_index()
        parts.append(both.assign(period=f"{first} to {last}"))
    columns = ["org_code", "period", "base", "horizon", "growth"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts, ignore_index=True)
    return table.assign(growth=table["horizon"] / table["base"] - 1)[columns]


def _of(categories: pd.DataFrame, dimension: str) -> pd.DataFrame:
    require_columns(
        categories, ["year", "org_code", "dimension", "category", "value"], where="categories"
    )
    return categories[categories["dimension"].eq(dimension)]
