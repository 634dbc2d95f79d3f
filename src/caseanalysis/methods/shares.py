"""Catchment shares: what part of a trust's activity falls to each area and age band."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import (
    require_amounts,
    require_columns,
    require_key,
    row_name,
)

#: Shares are published with rounding; a sum within this of 1 is taken as 1.
_ROUNDING_OF_SHARES = 1e-6


def covered_shares(catchment: pd.DataFrame, areas: Sequence[str]) -> pd.DataFrame:
    """Return the shares (0 to 1) of areas of the projection, with each trust's ``coverage``.

    Raises
    ------
    MethodError
        If a share is missing, negative or repeated, or a trust's shares add up to more than 1.
    """
    key = ["trust_code", "area_code"]
    require_columns(catchment, [*key, "share"], where="catchment")
    require_key(catchment, key, where="catchment")
    require_amounts(catchment, ["share"], key=key, where="catchment")
    totals = catchment.groupby("trust_code")["share"].sum()
    if totals.gt(1 + _ROUNDING_OF_SHARES).any():
        raise MethodError(
            where=f"catchment, trust_code {totals.idxmax()}",
            found=f"shares that add up to {totals.max():.4f}",
            wanted="1 at most",
            remedy="keep one edition and one kind of admission",
        )
    inside = catchment[catchment["area_code"].isin(list(areas)) & catchment["share"].gt(0)]
    coverage = inside.groupby("trust_code")["share"].transform("sum")
    return inside[[*key, "share"]].assign(coverage=coverage)


def require_coverage(levels: pd.DataFrame, minimum: float, uncovered: str) -> None:
    """Refuse a trust too few of whose patients come from areas of the projection.

    Raises
    ------
    MethodError
        If coverage is below the minimum (or 0, where the rest is taken as the covered), or the
        option is unknown.
    """
    if uncovered not in ("refuse", "as covered"):
        raise MethodError(
            where="uncovered",
            found=repr(uncovered),
            wanted="'refuse' or 'as covered'",
            remedy="choose one of the two",
        )
    coverage = levels["coverage"].fillna(0.0)
    needed = minimum - _ROUNDING_OF_SHARES if uncovered == "refuse" else 0.0
    short = levels[coverage.lt(needed) | coverage.eq(0)]
    if len(short):
        row = short.iloc[0]
        raise MethodError(
            where=f"catchment, trust_code {row['trust_code']}",
            found=f"{coverage[short.index[0]]:.1%} of patients from areas of the projection",
            wanted=f"{minimum:.1%} at least" if uncovered == "refuse" else "some",
            remedy="project more areas, lower minimum_coverage, or take the others as covered",
        )


def spread(levels: pd.DataFrame, projected: pd.DataFrame) -> pd.DataFrame:
    """Return base and horizon (events a year) of each trust, activity, area and band.

    Raises
    ------
    MethodError
        If an area that patients come from has no expected activity.
    """
    key = ["area_code", "activity"]
    area_base = projected.groupby(key)["base"].transform("sum")
    pattern = projected[[*key, "age_lower", "age_upper"]].assign(
        base_part=projected["base"] / area_base.where(area_base.gt(0)),
        horizon_part=projected["horizon"] / area_base.where(area_base.gt(0)),
    )
    joined = levels.merge(pattern, on=key, how="left")
    if joined["base_part"].isna().any():
        row = joined[joined["base_part"].isna()].iloc[0]
        raise MethodError(
            where=f"projection, {row_name(row, key)}",
            found="no expected activity",
            wanted="expected activity in each area that patients come from",
            remedy="project that activity for the area, or leave the area out",
        )
    level = joined["outturn"] * joined["share"] / joined["coverage"]
    return joined.assign(base=level * joined["base_part"], horizon=level * joined["horizon_part"])
