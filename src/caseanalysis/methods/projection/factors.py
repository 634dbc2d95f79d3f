"""The factors of a projection: what the register says of each, and correlated draws of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.registers import Assumption

#: Assumptions of each kind, by how their id begins; the activity follows, then perhaps `__name`.
PREFIXES = {
    "growth": "non_demographic_growth_",
    "avoidance": "activity_avoidance_",
    "stay": "length_of_stay_reduction_",
}
HEALTH = "health_status_share"

#: How many standard deviations lie between the median and the 90th percentile.
_TENTH = NormalDist().inv_cdf(0.9)
_COLUMNS = ("factor", "activity", "kind", "low", "central", "high")


def identifier(activity: str) -> str:
    """Return an activity as it stands in the id of an assumption: ``ae_attendances``."""
    return re.sub(r"[^a-z0-9]+", "_", activity.lower().replace("&", "")).strip("_")


def of_register(
    assumptions: Mapping[str, Assumption], *, activities: Sequence[str]
) -> pd.DataFrame:
    """Return the factors that the register has for some activities.

    Parameters
    ----------
    assumptions : mapping of str to Assumption
        The register, perhaps as a scenario has it.
    activities : sequence of str
        Activity types to project.

    Returns
    -------
    DataFrame
        ``factor`` (the id of its record), ``activity`` (empty where it holds for all), ``kind``
        (growth, avoidance, stay or health), ``low``, ``central``, ``high``; key ``factor``. An
        activity without a record of a kind is not changed by it.
    """
    rows = [(HEALTH, "", "health")] if HEALTH in assumptions else []
    for activity in activities:
        for kind, prefix in PREFIXES.items():
            whole = prefix + identifier(activity)
            named = [name for name in assumptions if name == whole or name.startswith(f"{whole}__")]
            rows += [(name, activity, kind) for name in named]
    ranges = [(assumptions[name].low, assumptions[name].central, assumptions[name].high)
              for name, _, _ in rows]  # fmt: skip
    table = [row + ends for row, ends in zip(rows, ranges, strict=True)]
    return checked(pd.DataFrame(table, columns=list(_COLUMNS)))


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each as a value by column."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def checked(factors: pd.DataFrame) -> pd.DataFrame:
    """Return factors, checked, with ``drawn``: whether they vary between draws.

    Parameters
    ----------
    factors : DataFrame
        ``factor``, ``activity``, ``kind``, ``low``, ``central``, ``high``.

    Returns
    -------
    DataFrame
        The same and ``drawn``. A factor is not drawn where low and high are the same, nor an
        avoided share or a reduction whose central value is 0: what nobody has chosen to do is not
        uncertain, and its high end only says how far it might go.

    Raises
    ------
    MethodError
        If a kind is unknown, low, central and high are not in order, growth is not above 0, or a
        share is outside 0 to 1, or drawn and not inside.
    """
    require_columns(factors, _COLUMNS, where="factors")
    require_key(factors, ["factor"], where="factors")
    for row in rows_of(factors):
        _check(**{name: row[name] for name in _COLUMNS if name != "activity"})
    share = factors["kind"].isin(["avoidance", "stay"])
    drawn = factors["low"].lt(factors["high"]) & ~(share & factors["central"].eq(0))
    at_bound = drawn & share & (factors["low"].eq(0) | factors["high"].eq(1))
    if at_bound.any():
        name = factors.loc[at_bound, "factor"].iloc[0]
        raise _refusal(name, "a range that reaches 0 or 1", "a range inside: 0 < low, high < 1")
    return factors.assign(drawn=drawn)


def _check(*, factor: str, kind: str, low: float, central: float, high: float) -> None:
    if kind not in (*PREFIXES, "health") or not low <= central <= high:
        raise _refusal(factor, f"{kind}: {low}, {central}, {high}",
                       "a known kind, and low <= central <= high")  # fmt: skip
    if kind == "growth" and low <= 0:
        raise _refusal(factor, f"{low}", "a yearly ratio above 0, such as 1.01")
    if kind in ("avoidance", "stay") and not (low >= 0 and high <= 1):
        raise _refusal(factor, f"{low} to {high}", "a share from 0 to 1")


def equal_correlation(factors: pd.DataFrame, *, kind: str, value: float) -> pd.DataFrame:
    """Return one correlation for every pair of drawn factors of a kind.

    Returns
    -------
    DataFrame
        ``factor``, ``other``, ``correlation``; each pair once. Pairs not named are independent.
    """
    chosen = factors[factors["kind"].eq(kind) & factors["drawn"]]["factor"].tolist()
    pairs = [(one, other) for at, one in enumerate(chosen) for other in chosen[at + 1 :]]
    table = pd.DataFrame(pairs, columns=["factor", "other"])
    return table.assign(correlation=float(value))


def draw(
    factors: pd.DataFrame,
    *,
    draws: int,
    rng: np.random.Generator,
    correlation: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return correlated draws of the factors.

    Parameters
    ----------
    factors : DataFrame
        As returned by `of_register` or `checked`; low and high are the 10th and the 90th
        percentile, central is the median.
    draws : int
        How many.
    rng : numpy.random.Generator
        Random numbers.
    correlation : DataFrame, optional
        ``factor``, ``other``, ``correlation`` of the normal scores; pairs not named have 0.

    Returns
    -------
    DataFrame
        One row a draw, one column a factor. A factor that is not drawn has its central value.

    Raises
    ------
    MethodError
        If a correlation is of an unknown factor, outside -1 to 1, or all of them together are
        impossible.

    Notes
    -----
    A Gaussian copula: normal scores z with the given correlations. On a scale t without bounds -
    the logarithm of a growth ratio, the log-odds of a share, health as it is - a factor is
    t(central) + s z, with s = (t(high) - t(central)) / 1.2816 above the median and
    (t(central) - t(low)) / 1.2816 below it. Where the three are evenly spaced this is the normal
    distribution with sigma = (P90 - P10) / 2.563103. Nothing is clipped: no draw leaves its bounds.
    """
    drawn = factors[factors["drawn"]].reset_index(drop=True)
    root = _root(_matrix(drawn["factor"].tolist(), correlation))
    scores = rng.standard_normal((draws, len(drawn))) @ root.T
    values = {row["factor"]: np.full(draws, float(row["central"])) for row in rows_of(factors)}
    for at, row in enumerate(rows_of(drawn)):
        values[row["factor"]] = _value(row, scores[:, at])
    return pd.DataFrame(values, index=pd.RangeIndex(draws, name="draw"))


def with_variants(
    draws: pd.DataFrame, *, probabilities: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Return draws with ``variant``: the projection of the population that each follows.

    Raises
    ------
    MethodError
        If the probabilities are negative or do not add up to 1.
    """
    weights = np.array(list(probabilities.values()), dtype=float)
    if (weights < 0).any() or abs(weights.sum() - 1) > 1e-9:
        raise _refusal("variant", f"probabilities that add up to {weights.sum():g}", "1")
    chosen = rng.choice(list(probabilities), size=len(draws), p=weights)
    return draws.assign(variant=chosen)


def variant_probabilities(variants: Sequence[str], *, principal: float) -> dict[str, float]:
    """Return the probability of each variant: the first is the principal one, the others alike.

    Parameters
    ----------
    variants : sequence of str
        Names, the principal projection first.
    principal : float
        Its probability (0 to 1).
    """
    others = list(variants[1:])
    if not others:
        return {variants[0]: 1.0}
    return {variants[0]: principal, **dict.fromkeys(others, (1 - principal) / len(others))}


def _value(row: dict[str, Any], score: np.ndarray) -> np.ndarray:
    kind = row["kind"]
    low, central, high = (_open_scale(kind, float(row[end])) for end in ("low", "central", "high"))
    spread = np.where(score < 0, central - low, high - central) / _TENTH
    return _back(kind, central + spread * score)


def _open_scale(kind: str, value: float) -> float:
    if kind == "growth":
        return float(np.log(value))
    return value if kind == "health" else float(np.log(value / (1 - value)))


def _back(kind: str, value: np.ndarray) -> np.ndarray:
    if kind == "growth":
        ratio: np.ndarray = np.exp(value)
        return ratio
    share: np.ndarray = 1 / (1 + np.exp(-value))
    return value if kind == "health" else share


def _matrix(names: list[str], correlation: pd.DataFrame | None) -> np.ndarray:
    matrix = np.eye(len(names))
    if correlation is None:
        return matrix
    require_columns(correlation, ["factor", "other", "correlation"], where="correlation")
    at = {name: number for number, name in enumerate(names)}
    for pair in rows_of(correlation):
        one, other, value = pair["factor"], pair["other"], pair["correlation"]
        if one not in at or other not in at or one == other or not -1 <= value <= 1:
            raise _refusal(f"{one}, {other}", f"correlation {value}",
                           "two drawn factors, and a correlation from -1 to 1")  # fmt: skip
        matrix[at[one], at[other]] = matrix[at[other], at[one]] = value
    return matrix


def _root(matrix: np.ndarray) -> np.ndarray:
    """Return a square root of a correlation matrix; one with an eigenvalue below 0 is refused."""
    values, vectors = np.linalg.eigh(matrix)
    if len(values) and values.min() < -1e-9:
        raise _refusal("correlation", "correlations that cannot hold together",
                       "a positive semi-definite matrix")  # fmt: skip
    root: np.ndarray = vectors * np.sqrt(np.where(values > 0, values, 0.0))
    return root


def _refusal(name: str, found: str, wanted: str) -> MethodError:
    return MethodError(
        where=f"factor {name}",
        found=found,
        wanted=wanted,
        remedy="mend the record in data/registers/assumptions.yaml, or the scenario",
    )
