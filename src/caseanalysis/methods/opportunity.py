"""Benchmark opportunity: the gap to comparators, in units, people and pounds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caseanalysis.errors import MethodError
from caseanalysis.geography import TRUST_CODE
from caseanalysis.methods.columns import require_amounts, require_columns, require_key
from caseanalysis.methods.rates import check_confidence_level

Better = Literal["higher", "lower"]

_GAP_COLUMNS = ("value", "benchmark", "benchmark_lower", "benchmark_upper", "gap", "gap_lower",
                "gap_upper", "peers", "peer_codes", "peers_without_value")  # fmt: skip


def comparators(
    members: Mapping[str, Sequence[str]],
    *,
    trusts: Sequence[str],
    among: Collection[str] | None = None,
) -> pd.DataFrame:
    """Return the comparators of each trust, one row a pair.

    Parameters
    ----------
    members : mapping of str to sequence of str
        Comparators on record by the trust's code, nearest first.
    trusts : sequence of str
        The trusts to compare; none of them is a comparator.
    among : collection of str, optional
        Codes of every organisation of a table; where given, all NHS trusts of them are the
        comparators, in the order of their codes, in the place of those on record.

    Returns
    -------
    DataFrame
        ``org_code``, ``peer_code``, ``rank`` (1 nearest; missing where all are taken); key
        ``org_code``, ``peer_code``.
    """
    everyone = None if among is None else sorted(code for code in among if TRUST_CODE.match(code))
    rows = [
        {"org_code": trust, "peer_code": peer, "rank": rank if everyone is None else None}
        for trust in trusts
        for rank, peer in enumerate(members.get(trust, ()) if everyone is None else everyone, 1)
        if peer not in trusts
    ]
    table = pd.DataFrame(rows, columns=["org_code", "peer_code", "rank"])
    return table.astype({"org_code": str, "peer_code": str, "rank": "Int64"})


def comparable(
    pairs: pd.DataFrame,
    table: pd.DataFrame,
    *,
    key: str = "org_code",
    value: str = "value",
    least_peers: int = 5,
) -> pd.DataFrame:
    """Return the pairs of the trusts that have a value, and enough comparators with one.

    Parameters
    ----------
    pairs, table, key, value, least_peers
        As for `gaps`, which refuses what this leaves out.

    Returns
    -------
    DataFrame
        The pairs that remain, all of a trust or none; empty where no trust can be compared.
    """
    _check_values(table, key, value)
    require_columns(pairs, ["org_code", "peer_code"], where="comparators")
    known = set(table.loc[table[value].notna(), key])
    held = pairs["peer_code"].isin(known).groupby(pairs["org_code"]).transform("sum")
    kept = held.ge(least_peers) & pairs["org_code"].isin(known)
    return pairs[kept].reset_index(drop=True)


def gaps(
    table: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    better: Better,
    case_mix: str,
    rng: np.random.Generator,
    key: str = "org_code",
    value: str = "value",
    quantile: float = 0.5,
    least_peers: int = 5,
    confidence_level: float = 0.95,
    draws: int = 2000,
) -> pd.DataFrame:
    """Return how far each trust is from its comparators, with an interval of the benchmark.

    Parameters
    ----------
    table : DataFrame
        One row an organisation: its code and the value of one measure, group and period.
    pairs : DataFrame
        As returned by `comparators`, or ``study.peers``; a pair of a trust with itself is refused.
    better : {"higher", "lower"}
        Which way the measure is better, as the register of measures has it.
    case_mix : str
        Whether and for what the values were standardised, in words: it stands with every result.
    rng : numpy.random.Generator
        Draws the bootstrap samples.
    key, value : str
        Columns of the code and of the value.
    quantile : float
        Share of the comparators that the benchmark is at least as good as: 0.5 their median, 0.75
        the edge of their best quarter, 1 the best of them.
    least_peers : int
        Fewest comparators with a value.
    confidence_level : float
        Share of intervals that would hold the benchmark of all such comparators.
    draws : int
        Bootstrap samples.

    Returns
    -------
    DataFrame
        The key, ``value``, ``benchmark``, ``benchmark_lower``, ``benchmark_upper``, ``gap`` (0 or
        more, to be made up), ``gap_lower``, ``gap_upper``, ``peers`` (number with a value),
        ``peer_codes``, ``peers_without_value``, ``better``, ``quantile``, ``case_mix``; key the
        key. Trusts without a value of their own are left out.

    Raises
    ------
    MethodError
        If a code is repeated, a trust is its own comparator or has too few with a value, or a
        parameter is out of range.

    Notes
    -----
    gap = max(0, value - benchmark) where lower is better, max(0, benchmark - value) where higher
    is. The benchmark is the quantile of the comparators' values (linear between them), the trust
    itself excluded. Its interval is of the percentiles of resampled comparators, in pairs with the
    gap; it says how much the choice of comparators matters. The trust's own value is taken as
    exact. A gap to a median is no proof of what can be reached: half of all trusts are beyond
    their median whatever they do.

    Efron, B. and Tibshirani, R. J. (1993), An Introduction to the Bootstrap, chapter 13.
    """
    _check_gaps(table, pairs, key, value, quantile, better)
    check_confidence_level(confidence_level)
    known = table.dropna(subset=value).set_index(key)[value].astype(float).sort_index()
    tails = ((1 - confidence_level) / 2, (1 + confidence_level) / 2)
    rows = []
    for trust, own_pairs in pairs.groupby("org_code", sort=True):
        if trust not in known.index:
            continue
        named = sorted(own_pairs["peer_code"])
        held = known.reindex(named).dropna()
        if len(held) < least_peers:
            wanted = f"{least_peers} or more"
            raise _refusal(f"{len(held)} comparators of {trust} with a value", wanted)
        own, others = float(known[trust]), np.asarray(held, dtype=np.float64)
        without = sorted(set(named) - set(held.index))
        rows.append(
            {key: trust, "value": own, "peers": len(held), "peer_codes": ", ".join(held.index)}
            | _against(own, others, better, quantile, tails, draws, rng)
            | {"peers_without_value": ", ".join(without)}
        )
    columns = [key, *_GAP_COLUMNS]
    return pd.DataFrame(rows, columns=columns).assign(
        better=better, quantile=quantile, case_mix=case_mix
    )


def gaps_to_target(
    table: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    better: Better,
    case_mix: str,
    key: str = "org_code",
    value: str = "value",
) -> pd.DataFrame:
    """Return how far each trust is from a target that was set for it.

    Parameters
    ----------
    table, better, case_mix, key, value
        As for `gaps`.
    targets : DataFrame
        ``entity`` and ``value``, one row an entity, as returned by ``scenarios.targets`` for one
        measure and group.

    Returns
    -------
    DataFrame
        As `gaps` returns; the target is the benchmark, without an interval and without peers.

    Raises
    ------
    MethodError
        If a code is repeated in either table, or a target has no value.
    """
    require_columns(targets, ["entity", "value"], where="targets")
    require_key(targets, ["entity"], where="targets")
    _check_values(table, key, value)
    _require_direction(better)
    without = targets[targets["value"].isna()]
    if len(without):
        raise _refusal(f"no value for {without['entity'].iloc[0]}", "a target with a value")
    wanted = targets.set_index("entity")["value"].astype(float)
    chosen = table[table[key].isin(wanted.index) & table[value].notna()].sort_values(key)
    own, benchmark = chosen[value].astype(float), chosen[key].map(wanted)
    gap = _adverse(own, benchmark, better)
    found = chosen[[key]].assign(value=own, benchmark=benchmark, gap=gap, gap_lower=gap,
                                 gap_upper=gap, benchmark_lower=benchmark,
                                 benchmark_upper=benchmark, peers=0, peer_codes="",
                                 peers_without_value="")  # fmt: skip
    return found[[key, *_GAP_COLUMNS]].assign(
        better=better, quantile=np.nan, case_mix=case_mix
    ).reset_index(drop=True)  # fmt: skip


def worth(
    gaps: pd.DataFrame,
    volumes: pd.DataFrame,
    *,
    marginal_cost: float,
    average_cost: float,
    unit: str,
    price_year: str,
    overlaps: str,
    key: str = "org_code",
    volume: str = "volume",
) -> pd.DataFrame:
    """Return what closing each gap needs in units, and what it is worth in pounds.

    Parameters
    ----------
    gaps : DataFrame
        As returned by `gaps` or `gaps_to_target`.
    volumes : DataFrame
        The key and the trust's own volume that the gap applies to, such as spells a year.
    marginal_cost, average_cost : float
        Pounds that one unit less would spare at once, and pounds that a unit costs with its share
        of what is fixed; the first is not above the second.
    unit : str
        What gap times volume is, such as ``bed days a year`` or ``people a year``.
    price_year : str
        Year of the prices.
    overlaps : str
        Which other opportunities count part of the same units, in words, or that none is known.
    key, volume : str
        Columns of the code and of the volume.

    Returns
    -------
    DataFrame
        The key, ``quantity`` (``needed``, ``marginal saving``, ``average saving``), ``value``,
        ``lower``, ``upper``, ``unit``, ``basis``, ``case_mix``, ``overlaps``; key the first two.

    Raises
    ------
    MethodError
        If a volume or a cost is missing or negative, the marginal cost is above the average, or a
        trust has no volume.

    Notes
    -----
    needed = gap x volume; saving = needed x cost. The marginal saving is what falls at once; the
    average one is reached only if fixed cost goes too: beds closed, posts not filled, rooms given
    up. The interval is that of the benchmark alone. Savings of several opportunities overlap and
    must not be added.
    """
    require_columns(gaps, [key, "gap", "gap_lower", "gap_upper", "case_mix"], where="gaps")
    require_columns(volumes, [key, volume], where="volumes")
    require_key(gaps, [key], where="gaps")
    require_key(volumes, [key], where="volumes")
    if not 0 <= marginal_cost <= average_cost < float("inf"):
        raise _refusal(f"{marginal_cost} and {average_cost} pounds", "0 <= marginal <= average")
    joined = gaps.merge(volumes[[key, volume]], on=key, how="left", validate="one_to_one")
    require_amounts(joined, [volume], key=[key], where="volumes")
    parts = [
        _quantity(joined, volume, "needed", 1.0, unit, f"gap x {volume}"),
        *(
            _quantity(joined, volume, f"{name} saving", cost, "pounds a year",
                      f"{unit} x £{cost:,.2f} ({name} cost, prices of {price_year})")
            for name, cost in (("marginal", marginal_cost), ("average", average_cost))
        ),
    ]  # fmt: skip
    table = pd.concat(parts, ignore_index=True).assign(overlaps=overlaps)
    columns = [key, "quantity", "value", "lower", "upper", "unit", "basis", "case_mix", "overlaps"]
    return table[columns].sort_values([key, "quantity"], ignore_index=True, kind="stable",
                                      key=_order_of)  # fmt: skip


def peer_values(
    table: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    key: str = "org_code",
    value: str = "value",
) -> pd.DataFrame:
    """Return each trust beside its comparators, with their values, as a chart shows them.

    Parameters
    ----------
    table, pairs, key, value
        As for `gaps`.

    Returns
    -------
    DataFrame
        ``org_code`` (the trust), ``peer_code`` (it or a comparator), ``kind`` (``trust``,
        ``peer``), ``value`` (missing where none is known); key the first two.
    """
    _check_values(table, key, value)
    require_columns(pairs, ["org_code", "peer_code"], where="comparators")
    known = table.set_index(key)[value].astype(float)
    trusts = pd.DataFrame({"org_code": pairs["org_code"].unique()})
    own = trusts.assign(peer_code=trusts["org_code"], kind="trust")
    both = pd.concat([own, pairs[["org_code", "peer_code"]].assign(kind="peer")])
    both = both.assign(value=both["peer_code"].map(known))
    return both.sort_values(["org_code", "kind", "peer_code"], ascending=[True, False, True],
                            ignore_index=True)  # fmt: skip


def _against(
    own: float,
    peers: NDArray[np.float64],
    better: Better,
    quantile: float,
    tails: tuple[float, float],
    draws: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return benchmark and gap of one trust with their intervals."""
    level = quantile if better == "higher" else 1 - quantile
    benchmark = float(np.quantile(peers, level))
    samples = rng.choice(peers, size=(draws, len(peers)))
    drawn = np.quantile(samples, level, axis=1)
    low, high = np.quantile(drawn, tails)
    gap_low, gap_high = np.quantile(_adverse(own, drawn, better), tails)
    return {
        "benchmark": benchmark,
        "benchmark_lower": float(low),
        "benchmark_upper": float(high),
        "gap": float(_adverse(own, benchmark, better)),
        "gap_lower": float(gap_low),
        "gap_upper": float(gap_high),
    }


def _adverse(own: Any, benchmark: Any, better: Better) -> Any:
    return np.maximum(own - benchmark if better == "lower" else benchmark - own, 0.0)


def _quantity(
    joined: pd.DataFrame, volume: str, quantity: str, cost: float, unit: str, basis: str
) -> pd.DataFrame:
    size = joined[volume].astype(float) * cost
    return joined.assign(
        quantity=quantity,
        value=joined["gap"] * size,
        lower=joined["gap_lower"] * size,
        upper=joined["gap_upper"] * size,
        unit=unit,
        basis=basis,
    )


def _order_of(column: pd.Series) -> pd.Series:
    order = {"needed": 0, "marginal saving": 1, "average saving": 2}
    return column.map(order) if column.name == "quantity" else column


def _check_values(table: pd.DataFrame, key: str, value: str) -> None:
    require_columns(table, [key, value], where="values by trust")
    require_key(table, [key], where="values by trust")


def _check_gaps(
    table: pd.DataFrame, pairs: pd.DataFrame, key: str, value: str, quantile: float, better: str
) -> None:
    _check_values(table, key, value)
    require_columns(pairs, ["org_code", "peer_code"], where="comparators")
    require_key(pairs, ["org_code", "peer_code"], where="comparators")
    _require_direction(better)
    if not 0 <= quantile <= 1:
        raise _refusal(f"a quantile of {quantile}", "0 to 1")
    own = pairs[pairs["org_code"].eq(pairs["peer_code"])]
    if len(own):
        raise _refusal(f"{own['org_code'].iloc[0]} as its own comparator", "others only")


def _require_direction(better: str) -> None:
    if better not in ("higher", "lower"):
        raise _refusal(f"a measure whose better side is {better!r}", "higher or lower")


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="benchmark opportunity",
        found=found,
        wanted=wanted,
        remedy="choose other comparators, or leave the trust or the measure out on purpose",
    )
