"""Disclosure control: what is small is suppressed, what would give it away too, the rest rounded.

A count of 1 to 7 is suppressed. Where a total stands beside its parts, what is suppressed among
the parts could be found by subtraction; so at least two parts that are not 0 are suppressed there,
and together they come to 8 or more. The smallest part that is still shown goes first; where there
is none, the total goes. A measure is suppressed where the measure that holds it is. All else is
rounded to the nearest 5. Nothing tells a count that was small from one that protects another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from caseanalysis.recordlevel.counting import ALL, CELL
from caseanalysis.recordlevel.datasets import Measure

#: Largest count that is suppressed for its size.
LARGEST_SMALL = 7
#: All counts shown are multiples of this.
BASE = 5

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Equations:
    """Totals that are sums of parts: the equation of each cell (-1: none), the total of each."""

    of_cell: Whole
    total: Whole


def protect(counts: pd.DataFrame, measures: Sequence[Measure]) -> pd.DataFrame:
    """Return counts that may be released, one row a cell and measure.

    Parameters
    ----------
    counts : DataFrame
        Exact counts: period, provider_code, dimension, category and one column a measure.
    measures : sequence of Measure
        What the columns count.

    Returns
    -------
    DataFrame
        period, provider_code, dimension, category, measure, value (missing where suppressed,
        else a multiple of 5), unit, suppressed.
    """
    released = [
        _protect_period(cells.reset_index(drop=True), measures)
        for _, cells in counts.groupby("period", sort=True)
    ]
    return pd.concat(released, ignore_index=True)


def _protect_period(cells: pd.DataFrame, measures: Sequence[Measure]) -> pd.DataFrame:
    """Protect the cells of one period; no total is taken over periods."""
    names = [measure.name for measure in measures]
    exact = cells[names].to_numpy(dtype=np.int64)
    hidden = suppressed(exact.ravel(), _equations(cells, measures), holders(len(cells), measures))
    shown = pd.Series(_rounded(exact.ravel()), dtype="Int64").mask(hidden)
    table = cells.loc[cells.index.repeat(len(names)), CELL].reset_index(drop=True)
    table["measure"] = np.tile(names, len(cells))
    table["value"] = shown
    table["unit"] = np.tile([measure.unit for measure in measures], len(cells))
    table["suppressed"] = hidden
    return table


def suppressed(exact: Whole, families: Sequence[Equations], holder: Whole) -> Flags:
    """Return which cells are suppressed: the small ones, and those that protect them.

    Parameters
    ----------
    exact : array of int
        The counts.
    families : sequence of Equations
        Every way in which totals are sums of parts.
    holder : array of int
        The cell whose suppression carries over to each cell; -1 where there is none.
    """
    hidden = (exact >= 1) & (exact <= LARGEST_SMALL)
    held = holder >= 0
    while True:
        before = int(hidden.sum())
        hidden[held] |= hidden[holder[held]]
        for equations in families:
            _close(exact, hidden, equations)
        if int(hidden.sum()) == before:
            return hidden


def _close(exact: Whole, hidden: Flags, equations: Equations) -> None:
    """Suppress one more cell in each equation that would give a suppressed one away."""
    number = len(equations.total)
    part = np.flatnonzero(equations.of_cell >= 0)
    of_part = equations.of_cell[part]

    def tally(chosen: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        sums = np.bincount(of_part, weights=chosen.astype(np.float64), minlength=number)
        return sums.astype(np.float64)

    positive = exact[part] > 0
    parts_hidden = tally(hidden[part])
    too_few = (tally(hidden[part] & positive) < 2) | (
        tally(np.where(hidden[part], exact[part], 0)) <= LARGEST_SMALL
    )
    total_hidden = hidden[equations.total]
    shown = tally(positive & ~hidden[part])
    open_ = (~total_hidden & (parts_hidden > 0) & too_few) | (
        total_hidden & (parts_hidden == 0) & (shown > 0)
    )
    candidate = part[open_[of_part] & positive & ~hidden[part]]
    order = candidate[np.lexsort((exact[candidate], equations.of_cell[candidate]))]
    solved, first = np.unique(equations.of_cell[order], return_index=True)
    hidden[order[first]] = True
    without = np.setdiff1d(np.flatnonzero(open_), solved)
    hidden[equations.total[without]] = True


def _equations(cells: pd.DataFrame, measures: Sequence[Measure]) -> list[Equations]:
    """Return how totals are sums: over categories, over providers, over parts of a measure."""
    by_category = _rows(cells, cells["dimension"] != ALL, ["dimension", "category"])
    by_provider = _rows(cells, cells["provider_code"] != ALL, ["provider_code"])
    families = [_spread(rows, len(measures)) for rows in (by_category, by_provider)]
    return [*families, _parts(len(cells), measures)]


def _rows(cells: pd.DataFrame, parts: pd.Series[bool], summed: list[str]) -> Equations:
    """Return the equations of rows in which columns that are summed over become ``all``."""
    kept = [name for name in CELL if name not in summed or name == "dimension"]
    number = cells[parts].groupby(kept, sort=False).ngroup().to_numpy(dtype=np.int64)
    of_cell = np.full(len(cells), -1, dtype=np.int64)
    of_cell[parts.to_numpy()] = number
    first = cells[parts].iloc[np.unique(number, return_index=True)[1]]
    wanted = first[CELL].copy()
    wanted[summed] = ALL
    index = pd.MultiIndex.from_frame(cells[CELL])
    return Equations(of_cell, index.get_indexer(pd.MultiIndex.from_frame(wanted)).astype(np.int64))


def _spread(rows: Equations, width: int) -> Equations:
    """Return equations of rows as equations of cells, one a measure."""
    columns = np.arange(width)
    of_cell = np.where(
        rows.of_cell[:, None] >= 0, rows.of_cell[:, None] * width + columns, -1
    ).ravel()
    return Equations(of_cell, (rows.total[:, None] * width + columns).ravel())


def _parts(rows: int, measures: Sequence[Measure]) -> Equations:
    """Return the equations of measures that add up to another, row by row."""
    width = len(measures)
    position = {measure.name: at for at, measure in enumerate(measures)}
    whole = [
        position[one.within] if one.part and one.within is not None else -1 for one in measures
    ]
    wholes = sorted({at for at in whole if at >= 0})
    number = np.array([wholes.index(at) if at >= 0 else -1 for at in whole], dtype=np.int64)
    row = np.arange(rows)[:, None]
    of_cell = np.where(number >= 0, row * len(wholes) + number, -1).ravel()
    return Equations(of_cell, (row * width + np.array(wholes, dtype=np.int64)).ravel())


def holders(rows: int, measures: Sequence[Measure]) -> Whole:
    """Return for each cell the cell of the measure that holds it, or -1."""
    width = len(measures)
    position = {measure.name: at for at, measure in enumerate(measures)}
    within = np.array(
        [position[one.within] if one.within is not None else -1 for one in measures],
        dtype=np.int64,
    )
    return np.where(within >= 0, np.arange(rows)[:, None] * width + within, -1).ravel()


def _rounded(exact: Whole) -> Whole:
    return (exact + BASE // 2) // BASE * BASE
