"""Activity of each trust in a base year: what is published, and what has to stand for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key

_COLUMNS = ["trust_code", "activity", "outturn", "base_year", "basis"]


def of_columns(
    yearly: pd.DataFrame, *, columns: Mapping[str, str], trusts: Sequence[str],
    financial_year: str, basis: str,
) -> pd.DataFrame:  # fmt: skip
    """Return the published activity of a year (events), one row a trust and activity.

    Parameters
    ----------
    yearly : DataFrame
        ``org_code``, ``financial_year`` and the columns named.
    columns : Mapping of str to str
        Column of each activity.
    trusts : sequence of str
        Trusts to keep.
    financial_year : str
        Year to keep.
    basis : str
        What the figures are, in words.

    Returns
    -------
    DataFrame
        ``trust_code``, ``activity``, ``outturn``, ``base_year`` (in which the financial year
        starts), ``basis``; a figure that is withheld is left out.
    """
    require_columns(yearly, ["org_code", "financial_year", *columns.values()], where="activity")
    kept = yearly["financial_year"].eq(financial_year) & yearly["org_code"].isin(list(trusts))
    names = {column: activity for activity, column in columns.items()}
    long = yearly[kept].rename(columns={"org_code": "trust_code", **names}).melt(
        "trust_code", list(columns), var_name="activity", value_name="outturn"
    )  # fmt: skip
    known = long.dropna(subset="outturn").astype({"outturn": float})
    return known.assign(base_year=int(financial_year[:4]), basis=basis)[_COLUMNS]


def of_printed_totals(
    totals: pd.DataFrame, shares: pd.DataFrame, *, base_year: int, basis: str
) -> pd.DataFrame:
    """Return a group's printed totals (events), split over trusts and types as in another year.

    Parameters
    ----------
    totals : DataFrame
        ``total`` (the name of what was printed), ``value`` (events of the whole group).
    shares : DataFrame
        ``total``, ``trust_code``, ``activity``, ``value``: events of the other year.
    base_year : int
        Year of the totals.
    basis : str
        What the figures are, in words.

    Returns
    -------
    DataFrame
        As returned by `of_columns`; the rows of a total add up to it.

    Raises
    ------
    MethodError
        If a total has nothing to be split by.
    """
    require_key(totals, ["total"], where="totals")
    joined = shares.merge(totals, on="total", suffixes=("_of_part", ""))
    sums = joined.groupby("total")["value_of_part"].transform("sum")
    if joined.empty or sums.le(0).any():
        raise MethodError(
            where="printed totals",
            found="nothing that they could be split by",
            wanted="activity of each trust in some year",
            remedy="add a publication by trust, or leave the activity out",
        )
    outturn = joined["value"] * joined["value_of_part"] / sums
    return joined.assign(outturn=outturn, base_year=base_year, basis=basis)[_COLUMNS]


def of_beds(occupied: pd.DataFrame, *, days: int = 365) -> pd.DataFrame:
    """Return bed days a year (days) of each trust from its beds occupied overnight.

    Parameters
    ----------
    occupied : DataFrame
        ``org_code``, ``quarter_start``, ``occupied`` (mean number of beds).
    days : int
        Days in a year.

    Returns
    -------
    DataFrame
        As returned by `of_columns`, of the last financial year held: the mean of its quarters x
        days. Nights are counted, not stays: a patient who comes and goes on a day has none.
    """
    require_columns(occupied, ["org_code", "quarter_start", "occupied"], where="occupied beds")
    starts = pd.to_datetime(occupied["quarter_start"])
    years = starts.dt.year - starts.dt.month.lt(4)
    last = occupied[years.eq(years.max())]
    mean = last.groupby("org_code")["occupied"].mean()
    return pd.DataFrame(
        {
            "trust_code": mean.index,
            "activity": "bed days",
            "outturn": mean.to_numpy() * days,
            "base_year": int(years.max()),
            "basis": f"beds occupied overnight, mean of {last['quarter_start'].nunique()} quarters",
        }
    )


def of_deliveries(deliveries: pd.DataFrame, *, trusts: Sequence[str]) -> pd.DataFrame:
    """Return deliveries of each trust in the last year held.

    Parameters
    ----------
    deliveries : DataFrame
        ``financial_year``, ``org_code``, ``deliveries`` by age of mother.
    trusts : sequence of str
        Trusts to keep.

    Returns
    -------
    DataFrame
        As returned by `of_columns`; a trust without deliveries is left out.
    """
    require_columns(deliveries, ["financial_year", "org_code", "deliveries"], where="deliveries")
    year = str(deliveries["financial_year"].max())
    own = deliveries["financial_year"].eq(year) & deliveries["org_code"].isin(list(trusts))
    sums = deliveries[own].groupby("org_code")["deliveries"].sum()
    sums = sums[sums.gt(0)]
    return pd.DataFrame(
        {
            "trust_code": sums.index,
            "activity": "deliveries",
            "outturn": sums.to_numpy(float),
            "base_year": int(year[:4]),
            "basis": f"maternity services data set, {year}",
        }
    )


#: Columns of a trust's planned activity that make up a printed total, by activity type.
_PLANNED = {
    "elective_admissions": {
        "day case admissions": "elective_day_case",
        "ordinary elective admissions": "elective_ordinary",
    },
    "outpatient_appointments": {
        "outpatient first appointments": "outpatient_first",
        "outpatient follow-up appointments": "outpatient_follow_up",
    },
}


def of_claims(
    claims: pd.DataFrame, planned: pd.DataFrame, *, entity: str, financial_year: str
) -> pd.DataFrame:
    """Return planned activity (events) from a group's printed totals, split as last published.

    Parameters
    ----------
    claims : DataFrame
        ``measure``, ``entity``, ``period``, ``value``: printed numbers.
    planned : DataFrame
        ``financial_year``, ``org_code`` and columns of planned activity.
    entity, financial_year : str
        Entity and period of the printed numbers.

    Returns
    -------
    DataFrame
        As returned by `of_printed_totals`; empty where nothing was printed.
    """
    fits = claims["entity"].eq(entity) & claims["period"].eq(financial_year)
    printed = claims[fits & claims["measure"].isin(list(_PLANNED))].drop_duplicates("measure")
    year = str(planned["financial_year"].max())
    last = planned[planned["financial_year"].eq(year)]
    parts = [
        last.rename(columns={"org_code": "trust_code", column: "value"})[["trust_code", "value"]]
        .assign(total=total, activity=activity)
        for total, columns in _PLANNED.items()
        for activity, column in columns.items()
    ]  # fmt: skip
    totals = printed.rename(columns={"measure": "total"})[["total", "value"]]
    if totals.empty:
        return pd.DataFrame(columns=_COLUMNS)
    return of_printed_totals(
        totals, pd.concat(parts, ignore_index=True), base_year=int(financial_year[:4]),
        basis=f"printed total of the group, split as in {year}",
    )  # fmt: skip


def elective(planned: pd.DataFrame) -> pd.DataFrame:
    """Return planned admissions of each trust in the last year published (events).

    Parameters
    ----------
    planned : DataFrame
        ``financial_year``, ``org_code``, ``elective_ordinary``, ``elective_day_case``.

    Returns
    -------
    DataFrame
        ``trust_code``, ``financial_year``, ``outturn``; key ``trust_code``.
    """
    require_columns(planned, ["financial_year", "org_code"], where="planned activity")
    last = planned[planned["financial_year"].eq(planned["financial_year"].max())]
    outturn = last["elective_ordinary"] + last["elective_day_case"]
    table = last.rename(columns={"org_code": "trust_code"}).assign(outturn=outturn)
    return table[["trust_code", "financial_year", "outturn"]].dropna().reset_index(drop=True)
