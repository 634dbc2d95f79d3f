"""Comparators: the units most like one, by a stated rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key


def nearest(
    table: pd.DataFrame,
    *,
    value: str,
    key: str,
    of: str,
    count: int,
    exclude: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the units nearest in size to one, with their distance (absolute log ratio).

    Parameters
    ----------
    table : DataFrame
        One row a unit.
    value : str
        Column of the size, above 0.
    key : str
        Column of the unit's code.
    of : str
        Code of the unit to compare, which is never among its own comparators.
    count : int
        Number of comparators.
    exclude : sequence of str
        Codes that cannot be comparators, such as the unit's own group.

    Returns
    -------
    DataFrame
        The key and value columns, ``distance`` and ``rank`` (1 nearest), nearest first.

    Raises
    ------
    MethodError
        If the unit is not in the table, a code is repeated, a size is missing or not above 0,
        or there are fewer units than asked for.

    Notes
    -----
    distance = |ln(value / value of the unit)|, so that half and double are equally far. Ties go
    by code. Size alone says nothing of case mix, deprivation or rurality: a comparator chosen so
    is a comparator of size.
    """
    require_columns(table, [key, value], where="table")
    require_key(table, [key], where="table")
    sizes = table[[key, value]].astype({value: float})
    _require_sizes(sizes, key, value)
    own = sizes.loc[sizes[key].eq(of), value]
    if own.empty:
        raise _refusal(f"no {of!r} in {key}", "the unit to compare in the table")
    others = sizes[~sizes[key].isin([of, *exclude])]
    if not 1 <= count <= len(others):
        raise _refusal(f"{count} comparators of {len(others)} units", "1 or more, and no more")
    ranked = others.assign(distance=np.abs(np.log(others[value] / own.iloc[0])))
    chosen = ranked.sort_values(["distance", key], ignore_index=True).head(count)
    return chosen.assign(rank=range(1, count + 1))


def _require_sizes(sizes: pd.DataFrame, key: str, value: str) -> None:
    at_fault = sizes[~(sizes[value].gt(0) & np.isfinite(sizes[value]))]
    if len(at_fault):
        row = at_fault.iloc[0]
        raise _refusal(f"{row[value]} for {row[key]}", f"a {value} above 0 for every unit")


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="comparators",
        found=found,
        wanted=wanted,
        remedy="correct the code or the number, or leave the unit out on purpose",
    )
