"""Beds for demand that varies, and what pooling units would spare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, gammaln

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns, require_key

#: Said wherever units are pooled.
POOLING_CAUTION = (
    "Holds if any patient can lie in any bed of the pool: the same skills, sex, infection rules "
    "and a journey that patients accept."
)

_Numbers = NDArray[np.float64]


def beds_needed(
    table: pd.DataFrame, *, load: str, acceptable_refusal: float, peakedness: float = 1.0
) -> pd.DataFrame:
    """Return the beds that keep the share of refused patients at or below what is accepted.

    Parameters
    ----------
    table : DataFrame
        One row a unit, with the load; ``lower`` and ``upper`` of the load, where they stand there,
        give an interval of the beds.
    load : str
        Column of the mean number of beds that would be occupied if nobody were refused:
        admissions a day x length of stay in days.
    acceptable_refusal : float
        Share of patients who may find no bed, above 0 and at most 0.5.
    peakedness : float
        Variance of the beds occupied over their mean, were there beds without end: 1 for Poisson
        arrivals, more where they come in bursts.

    Returns
    -------
    DataFrame
        The table with ``beds``, ``refusal`` (share that those beds refuse), ``occupancy`` (share
        of beds occupied), ``slack`` (beds less load), and ``beds_lower`` and ``beds_upper`` where
        the load has an interval.

    Raises
    ------
    MethodError
        If a load is missing or negative, or a parameter is out of range.

    Notes
    -----
    The least n with B(a / z, n / z) at or below the refusal, where B is the loss formula of Erlang
    (``queues.erlang_b``) with the approximation of Hayward for peakedness z. Refused patients go
    elsewhere; where they wait in the emergency department instead, more beds are needed than this.
    The load is the mean of the hour and season planned for: a yearly mean hides the winter.

    Fredericks, A. A. (1980), Bell System Technical Journal 59(6), 807-827; de Bruin, A. M.,
    Bekker, R., van Zanten, L. and Koole, G. M. (2010), Annals of Operations Research 178, 23-43.
    """
    ends = [end for end in ("lower", "upper") if end in table.columns]
    require_columns(table, [load], where="load of beds")
    require_amounts(table, [load, *ends], key=[load], where="load of beds")
    _require(0 < acceptable_refusal <= 0.5, f"a refusal of {acceptable_refusal}", "0 to 0.5")
    _require(peakedness > 0, f"a peakedness of {peakedness}", "above 0")
    found = {
        end: _least_beds(_floats(table[end]), acceptable_refusal, peakedness)
        for end in (load, *ends)
    }
    loads, beds = _floats(table[load]), found[load]
    refused = _refused(loads, beds.astype(float), peakedness)
    carried = loads * (1 - refused)
    return table.assign(
        beds=beds,
        refusal=refused,
        occupancy=np.divide(carried, beds, out=np.zeros(len(beds)), where=beds > 0),
        slack=beds - loads,
        **{f"beds_{end}": found[end] for end in ends},
    )


def refusals(table: pd.DataFrame, *, load: str, beds: str, peakedness: float = 1.0) -> pd.DataFrame:
    """Return the share of patients whom the beds of each unit refuse, and their occupancy.

    Parameters
    ----------
    table : DataFrame
        One row a unit.
    load : str
        As for `beds_needed`. The beds found occupied in a return are fewer than this load by the
        patients refused.
    beds : str
        Column of the beds.
    peakedness : float
        As for `beds_needed`.

    Returns
    -------
    DataFrame
        The table with ``refusal`` and ``occupancy`` (shares, 0 to 1).

    Raises
    ------
    MethodError
        If a load or a number of beds is missing or negative.
    """
    require_columns(table, [load, beds], where="beds")
    require_amounts(table, [load, beds], key=[load, beds], where="beds")
    _require(peakedness > 0, f"a peakedness of {peakedness}", "above 0")
    loads, held = _floats(table[load]), _floats(table[beds])
    refused = _refused(loads, held, peakedness)
    carried = loads * (1 - refused)
    occupancy = np.divide(carried, held, out=np.zeros(len(held)), where=held > 0)
    return table.assign(refusal=refused, occupancy=occupancy)


def beds_by_size(loads: Sequence[float], *, acceptable_refusals: Sequence[float]) -> pd.DataFrame:
    """Return beds, occupancy and slack for units of several sizes and several standards.

    Parameters
    ----------
    loads : sequence of float
        Loads in beds, as for `beds_needed`.
    acceptable_refusals : sequence of float
        Standards, each above 0 and at most 0.5.

    Returns
    -------
    DataFrame
        ``acceptable_refusal``, ``load``, ``beds``, ``refusal``, ``occupancy``, ``slack``; key the
        first two.
    """
    sizes = pd.DataFrame({"load": list(loads)})
    parts = [
        beds_needed(sizes, load="load", acceptable_refusal=one).assign(acceptable_refusal=one)
        for one in acceptable_refusals
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[["acceptable_refusal", *table.columns.drop("acceptable_refusal")]]


def pooled_beds(
    table: pd.DataFrame,
    *,
    load: str,
    unit: str,
    pool: str,
    acceptable_refusal: float,
    peakedness: float = 1.0,
) -> pd.DataFrame:
    """Return the beds that units need each for itself, and as one pool.

    Parameters
    ----------
    table : DataFrame
        One row a unit, with its load.
    load : str
        As for `beds_needed`.
    unit, pool : str
        Columns of the unit and of the pool that it would belong to, such as a service.
    acceptable_refusal, peakedness : float
        As for `beds_needed`; the same for units and pool.

    Returns
    -------
    DataFrame
        ``pool``'s column, ``units``, ``load``, ``beds_separate``, ``beds_pooled``,
        ``beds_spared``, ``occupancy_separate``, ``occupancy_pooled``, ``caution``; key the pool.

    Raises
    ------
    MethodError
        If a unit stands twice in a pool, or a load is missing or negative.

    Notes
    -----
    Loads add up; slack grows with the square root of the load, so that a pool needs less of it.
    The loads are taken as independent: units that fill up in the same week of winter gain less.
    """
    require_columns(table, [load, unit, pool], where="units")
    require_key(table, [pool, unit], where="units")
    asked: dict[str, Any] = {
        "load": "load",
        "acceptable_refusal": acceptable_refusal,
        "peakedness": peakedness,
    }
    units = table[[pool, unit]].assign(load=table[load])
    apart = beds_needed(units, **asked)
    sums = apart.groupby(pool, sort=True).agg(
        units=(unit, "count"), load=("load", "sum"), beds_separate=("beds", "sum")
    )
    carried = (apart["load"] * (1 - apart["refusal"])).groupby(apart[pool]).sum()
    together = beds_needed(sums.reset_index(), **asked)
    separate = together["beds_separate"].to_numpy()
    return together[[pool, "units", "load", "beds_separate"]].assign(
        beds_pooled=together["beds"],
        beds_spared=separate - together["beds"],
        occupancy_separate=carried.to_numpy() / np.maximum(separate, 1),
        occupancy_pooled=together["occupancy"],
        caution=POOLING_CAUTION,
    )


def _refused(loads: _Numbers, beds: _Numbers, peakedness: float) -> _Numbers:
    """Return the share refused; of no patients none is."""
    return np.where(loads > 0, _blocking(loads, beds, peakedness), 0.0)


def _blocking(loads: _Numbers, beds: _Numbers, peakedness: float) -> _Numbers:
    """Return the loss formula for any real number of servers; loads and servers over peakedness.

    B = a^n e^-a / (n! P(Poisson(a) <= n)), in logarithms; where the probability underflows, far
    fewer beds than load, the share lost is 1 - n/a to many digits.
    """
    offered, servers = loads / peakedness, beds / peakedness
    some = np.where(offered > 0, offered, 1.0)
    below = gammaincc(servers + 1, some)
    logs = servers * np.log(some) - some - gammaln(servers + 1)
    exact = np.exp(logs - np.log(np.where(below > 0, below, 1.0)))
    lost = np.where(below > 0, exact, 1 - servers / some)
    return np.where(offered > 0, lost, np.where(servers > 0, 0.0, 1.0))


def _least_beds(loads: _Numbers, refusal: float, peakedness: float) -> NDArray[np.int64]:
    few: NDArray[np.int64] = np.zeros(len(loads), dtype=np.int64)
    many = np.ceil(loads + 40 * np.sqrt(loads * max(peakedness, 1.0)) + 40 * peakedness)
    enough: NDArray[np.int64] = many.astype(np.int64)
    while (enough > few).any():
        middle = (few + enough) // 2
        holds = (_blocking(loads, middle.astype(float), peakedness) <= refusal) | (loads == 0)
        enough, few = np.where(holds, middle, enough), np.where(holds, few, middle + 1)
    return enough


def _floats(values: ArrayLike | pd.Series) -> _Numbers:
    return np.asarray(values, dtype=np.float64)


def _require(holds: bool, found: str, wanted: str) -> None:
    if not holds:
        raise MethodError(
            where="capacity",
            found=found,
            wanted=wanted,
            remedy="correct the figure, its unit or the column that was named",
        )
