"""Spare staff that cover sickness, kept by each trust or shared by a group of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import binom

from caseanalysis.methods.columns import require_key
from caseanalysis.methods.rates import check_confidence_level

#: Groups of the workforce statistics that together are all staff, none of them within another.
MAIN_GROUPS = (
    "HCHS doctors",
    "Nurses & health visitors",
    "Midwives",
    "Ambulance staff",
    "Scientific, therapeutic & technical staff",
    "Support to doctors, nurses & midwives",
    "Support to ambulance staff",
    "Support to ST&T staff",
    "Central functions",
    "Hotel, property & estates",
    "Senior managers",
    "Managers",
    "Unknown classification",
)


def cover_reserve(
    groups: pd.DataFrame, absence: pd.DataFrame, *, service_level: float
) -> pd.DataFrame:
    """Return the spare staff that cover sickness on most days, kept apart and shared.

    Parameters
    ----------
    groups : DataFrame
        ``org_code``, ``staff_group``, ``fte``: the trusts of the group alone.
    absence : DataFrame
        ``org_code``, ``share`` (of staff time lost to sickness).
    service_level : float
        Share of days (0 to 1) on which the spare staff are to be enough.

    Returns
    -------
    DataFrame
        ``staff_group``, ``fte``, ``apart``, ``shared``, ``value`` (apart - shared), ``unit``,
        ``basis``; key ``staff_group``, the largest group first. Spare staff are those beyond the
        average number absent.

    Notes
    -----
    Those absent on a day are binomial in each trust; the sum over trusts is convolved exactly.
    Spare staff are the quantile less the mean. Long absences are known ahead and come in spells, so
    that this measures day-to-day chance alone; and it takes every member of a group of staff to be
    able to stand in at every site. What is shared is therefore the most that pooling could give.
    """
    check_confidence_level(service_level)
    require_key(groups, ["org_code", "staff_group"], where="staff groups")
    merged = groups.merge(absence[["org_code", "share"]], on="org_code", validate="many_to_one")
    parts = [
        _reserves(rows, service_level) | {"staff_group": name}
        for name, rows in merged.groupby("staff_group", sort=False)
    ]
    table = pd.DataFrame(parts).sort_values("fte", ascending=False, ignore_index=True)
    table = table.assign(
        value=table["apart"] - table["shared"],
        unit="full-time equivalents",
        basis="binomial absence on a day at the sickness rate of the year",
    )
    return table[["staff_group", "fte", "apart", "shared", "value", "unit", "basis"]]


def latest_month(groups: pd.DataFrame) -> pd.DataFrame:
    """Return the staff groups of the latest month."""
    return groups[groups["month"].eq(groups["month"].max())].reset_index(drop=True)


def totals(reserves: pd.DataFrame) -> pd.DataFrame:
    """Return the sums over staff groups, one row, with ``share`` (value / fte)."""
    sums = reserves[["fte", "apart", "shared", "value"]].sum()
    return sums.to_frame().T.assign(share=sums["value"] / sums["fte"])


def _reserves(rows: pd.DataFrame, service_level: float) -> dict[str, float]:
    together = np.ones(1)
    apart = 0.0
    for fte, share in rows[["fte", "share"]].itertuples(index=False):
        people = round(fte)
        apart += float(binom.ppf(service_level, people, share)) - people * share
        together = np.convolve(together, binom.pmf(np.arange(people + 1), people, share))
    mean = float(np.arange(len(together)) @ together)
    quantile = int(np.searchsorted(np.cumsum(together), service_level))
    return {"fte": float(rows["fte"].sum()), "apart": apart, "shared": quantile - mean}
