"""Deprivation and rurality of places, from counts of their small areas (LSOAs)."""

from __future__ import annotations

import pandas as pd

from caseanalysis.methods.columns import require_columns, require_one_value

#: The two most deprived tenths of England's small areas.
_MOST_DEPRIVED = (1, 2)


def by_place(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the average rank and the share of small areas among England's most deprived fifth.

    Parameters
    ----------
    counts : DataFrame
        ``area_code``, ``imd_decile`` (1 most deprived), ``small_areas``, ``sum_of_ranks``.

    Returns
    -------
    DataFrame
        ``area_code``, ``small_areas``, ``average_rank`` (1 most deprived),
        ``share_in_most_deprived_fifth`` (0 to 1); key ``area_code``.

    Notes
    -----
    The average of ranks, not of scores: ranks are what the index compares. Small areas count
    alike; each has about 1,600 residents.
    """
    require_columns(
        counts, ["area_code", "imd_decile", "small_areas", "sum_of_ranks"], where="deprivation"
    )
    require_one_value(counts, "edition", where="deprivation", reason="editions must not be added")
    deprived = counts["small_areas"].where(counts["imd_decile"].isin(_MOST_DEPRIVED), 0)
    sums = (
        counts.assign(deprived=deprived)
        .groupby("area_code")[["small_areas", "sum_of_ranks", "deprived"]]
        .sum()
        .astype(float)
    )
    return sums.assign(
        average_rank=sums["sum_of_ranks"] / sums["small_areas"],
        share_in_most_deprived_fifth=sums["deprived"] / sums["small_areas"],
    ).reset_index()[["area_code", "small_areas", "average_rank", "share_in_most_deprived_fifth"]]


def rural_share(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each place's small areas that are rural (0 to 1).

    Parameters
    ----------
    counts : DataFrame
        ``area_code``, ``rural`` (bool), ``small_areas``.

    Returns
    -------
    DataFrame
        ``area_code``, ``small_areas``, ``rural_share``; key ``area_code``.
    """
    require_columns(counts, ["area_code", "rural", "small_areas"], where="rurality")
    require_one_value(counts, "edition", where="rurality", reason="editions must not be added")
    rural = counts["small_areas"].where(counts["rural"], 0)
    sums = counts.assign(rural_areas=rural).groupby("area_code")[["small_areas", "rural_areas"]]
    table = sums.sum().astype(float)
    shares = table.assign(rural_share=table["rural_areas"] / table["small_areas"])
    return shares.reset_index()[["area_code", "small_areas", "rural_share"]]


def together(shares: pd.DataFrame, *, code: str) -> pd.DataFrame:
    """Return the rural share of all places together, each weighted by its small areas.

    Returns
    -------
    DataFrame
        One row: ``area_code``, ``small_areas``, ``rural_share``.
    """
    require_columns(shares, ["small_areas", "rural_share"], where="rurality")
    rural = float((shares["small_areas"] * shares["rural_share"]).sum())
    areas = float(shares["small_areas"].sum())
    return pd.DataFrame(
        {"area_code": [code], "small_areas": [areas], "rural_share": [rural / areas]}
    )


def mapped(
    deprived: pd.DataFrame, rural: pd.DataFrame, outline: pd.DataFrame, *, names: dict[str, str]
) -> pd.DataFrame:
    """Return deprivation and rurality beside the outline of each place, most deprived first.

    Parameters
    ----------
    deprived, rural : DataFrame
        As returned by ``by_place`` and ``rural_share``.
    outline : DataFrame
        ``area_code``, ``geometry`` (well-known text).
    names : dict of str to str
        Name of each place by its code.

    Returns
    -------
    DataFrame
        ``area_code``, ``area_name``, ``small_areas``, ``average_rank``,
        ``share_in_most_deprived_fifth``, ``rural_share``, ``geometry``; key ``area_code``.
    """
    both = deprived.merge(
        rural[["area_code", "rural_share"]], on="area_code", validate="one_to_one"
    ).merge(outline[["area_code", "geometry"]], on="area_code", validate="one_to_one")
    named = both.assign(area_name=both["area_code"].map(names))
    return named.sort_values("average_rank", ignore_index=True)
