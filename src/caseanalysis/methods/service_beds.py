"""Beds that the patients of a service would occupy, and what beds spared are worth."""

from __future__ import annotations

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.registers import Assumption


def bed_loads(
    volumes: pd.DataFrame,
    *,
    code: str,
    count: str,
    length_of_stay: float,
    days: float,
) -> pd.DataFrame:
    """Return the mean number of beds that a service's patients would occupy.

    Parameters
    ----------
    volumes : DataFrame
        One row a unit; ``lower`` and ``upper`` of the count, where they stand there, give those
        of the load.
    code, count : str
        Columns of the unit and of its patients in a period.
    length_of_stay : float
        Mean days that a patient stays.
    days : float
        Days of the period.

    Returns
    -------
    DataFrame
        ``code``, ``load`` (beds), and ``lower`` and ``upper`` where known; key ``code``.

    Notes
    -----
    Little's law: load = patients a day x days of stay.
    """
    if not (length_of_stay > 0 and days > 0):
        raise MethodError(
            where="beds of a service",
            found=f"a stay of {length_of_stay} days in {days} days",
            wanted="both above 0",
            remedy="correct the length of stay or the period",
        )
    require_columns(volumes, [code, count], where="volumes")
    require_key(volumes, [code], where="volumes")
    factor = length_of_stay / days
    table = pd.DataFrame({code: volumes[code], "load": volumes[count].astype(float) * factor})
    ends = [end for end in ("lower", "upper") if end in volumes]
    for end in ends:
        table[end] = volumes[end].astype(float) * factor
    known: pd.DataFrame = table[table["load"].notna()]
    return known.reset_index(drop=True)


def bed_loads_at_mean_stay(
    volumes: pd.DataFrame, totals: pd.DataFrame, *, code: str, count: str, days: float
) -> pd.DataFrame:
    """Return bed loads as `bed_loads` does, at the mean stay of a national total.

    Parameters
    ----------
    volumes : DataFrame
        As for `bed_loads`.
    totals : DataFrame
        Of one condition: ``period``, ``finished_admission_episodes``, ``bed_days``; the latest
        period is taken.
    code, count, days
        As for `bed_loads`.

    Raises
    ------
    MethodError
        If there is not exactly one row of the latest period.

    Notes
    -----
    Mean stay = bed days / admissions, of a publication that counts nights.
    """
    columns = ["period", "finished_admission_episodes", "bed_days"]
    require_columns(totals, columns, where="totals of a condition")
    rows = totals[totals["period"].eq(totals["period"].max())]
    if len(rows) != 1:
        raise MethodError(
            where="totals of a condition",
            found=f"{len(rows)} rows of the latest period",
            wanted="one",
            remedy="select one condition first",
        )
    row = rows.iloc[0]
    stay = float(row["bed_days"] / row["finished_admission_episodes"])
    return bed_loads(volumes, code=code, count=count, length_of_stay=stay, days=days)


def worth_of_beds(pooled: pd.DataFrame, *, cost: Assumption, days: float) -> pd.DataFrame:
    """Return what the beds that a pool spares would cost a year (pounds).

    Parameters
    ----------
    pooled : DataFrame
        As returned by ``capacity.pooled_beds``: ``beds_spared``.
    cost : Assumption
        Pounds a bed day (low, central, high).
    days : float
        Days of the year.

    Returns
    -------
    DataFrame
        The table with ``saving``, ``saving_lower``, ``saving_upper`` (pounds a year).
    """
    require_columns(pooled, ["beds_spared"], where="pooled beds")
    beds = pooled["beds_spared"].astype(float) * days
    return pooled.assign(
        saving=beds * cost.central, saving_lower=beds * cost.low, saving_upper=beds * cost.high
    )


def spared(worth: pd.DataFrame) -> pd.DataFrame:
    """Return beds and pounds of every pool together, one row.

    Parameters
    ----------
    worth : DataFrame
        As returned by `worth_of_beds`.

    Returns
    -------
    DataFrame
        ``beds_spared``, ``saving``, ``saving_lower``, ``saving_upper``.
    """
    columns = ["beds_spared", "saving", "saving_lower", "saving_upper"]
    require_columns(worth, columns, where="pooled beds")
    return worth[columns].sum().to_frame().T
