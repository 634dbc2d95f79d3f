"""Order of opportunities by several criteria over all weights, and what fits a first phase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import optimize, stats

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns
from caseanalysis.opportunities import CRITERIA, Opportunity

#: The criteria in words.
LABELS = {
    "impact": "Impact",
    "urgency": "Urgency",
    "quick_results": "Quick results",
    "economy": "Economic use of resources",
}


def scores(opportunities: Sequence[Opportunity]) -> pd.DataFrame:
    """Return the score (1 to 5) of each opportunity on each criterion, with its evidence.

    Returns
    -------
    DataFrame
        ``id``, ``title``, ``criterion``, ``label``, ``score``, ``evidence``; key ``id``,
        ``criterion``; no rows without opportunities.
    """
    rows = [
        {"id": one.id, "title": one.title, "criterion": name, "label": LABELS[name],
         "score": getattr(one.scores, name).score, "evidence": getattr(one.scores, name).evidence}
        for one in opportunities
        for name in CRITERIA
    ]  # fmt: skip
    return pd.DataFrame(rows)


def weighted(table: pd.DataFrame, *, weights: Mapping[str, float]) -> pd.DataFrame:
    """Return the opportunities in order of the weighted mean of their scores.

    Parameters
    ----------
    table : DataFrame
        As returned by `scores`.
    weights : Mapping of str to float
        Weight by criterion, 0 or more, not all 0; they are scaled to add up to 1.

    Returns
    -------
    DataFrame
        ``id``, ``title``, each criterion, ``value`` (1 to 5), ``rank`` (ties share the best); key
        ``id``, highest first.

    Raises
    ------
    MethodError
        If a criterion has no weight, or the weights are negative or all 0.
    """
    require_columns(table, ["id", "title", "criterion", "score"], where="scores")
    wide = _wide(table)
    value = wide.to_numpy() @ _scaled(weights)
    ranks = pd.Series(value).round(9).rank(ascending=False, method="min").astype(int)
    names = table.drop_duplicates("id").set_index("id")["title"]
    found = wide.reset_index().assign(value=value, rank=ranks.to_numpy())
    found.insert(1, "title", found["id"].map(names))
    return found.sort_values("rank", kind="stable", ignore_index=True)


def stability(table: pd.DataFrame, *, number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return how the rank of each opportunity moves over all weights.

    Parameters
    ----------
    table : DataFrame
        As returned by `scores`.
    number : int
        How many sets of weights to draw, each as likely as any other.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    DataFrame
        ``id``, ``title``, ``value`` (median rank), ``lower``, ``upper`` (5th and 95th percentile),
        ``best``, ``worst`` (over all draws), ``share_first``, ``share_top_three`` (of the draws);
        key ``id``, least median first.

    Notes
    -----
    Weights uniform on the simplex: a Dirichlet distribution with all parameters 1. Opportunities
    that tie share the best rank.
    """
    require_columns(table, ["id", "title", "criterion", "score"], where="scores")
    wide = _wide(table)
    weights = rng.dirichlet(np.ones(len(CRITERIA)), size=number)
    values = np.round(weights @ wide.to_numpy().T, 9)
    ranks = stats.rankdata(-values, method="min", axis=1)
    names = table.drop_duplicates("id").set_index("id")["title"]
    found = pd.DataFrame(
        {
            "id": wide.index,
            "title": names.reindex(wide.index).to_numpy(),
            "value": np.median(ranks, axis=0),
            "lower": np.quantile(ranks, 0.05, axis=0),
            "upper": np.quantile(ranks, 0.95, axis=0),
            "best": ranks.min(axis=0).astype(int),
            "worst": ranks.max(axis=0).astype(int),
            "share_first": (ranks == 1).mean(axis=0),
            "share_top_three": (ranks <= 3).mean(axis=0),
        }
    )
    order = ["value", "share_top_three"]
    return found.sort_values(order, ascending=[True, False], kind="stable", ignore_index=True)


def first_phase(
    ranked: pd.DataFrame, opportunities: Sequence[Opportunity], *, capacity: float
) -> pd.DataFrame:
    """Return the set with the highest weighted scores that a team can carry out at once.

    Parameters
    ----------
    ranked : DataFrame
        As returned by `weighted`.
    opportunities : sequence of Opportunity
        With ``effort`` and what each comes ``after``.
    capacity : float
        Effort that the team has, in the same units.

    Returns
    -------
    DataFrame
        ``id``, ``title``, ``value``, ``rank``, ``effort``, ``chosen``, ``phase`` (in words); key
        ``id``, in the order of ``ranked``.

    Raises
    ------
    MethodError
        If the capacity is negative, or the solver finds no set.

    Notes
    -----
    Maximise the sum of value x chosen, chosen 0 or 1, with effort x chosen no more than the
    capacity, and nothing chosen without what it comes after: a knapsack with precedence, solved
    exactly by ``scipy.optimize.milp``. Scores are added, so that several small ones may win over
    one that is large.
    """
    if capacity < 0:
        raise _refusal(f"a capacity of {capacity:g}", "0 or more")
    by_id = {one.id: one for one in opportunities}
    ids = ranked["id"].tolist()
    effort = np.array([by_id[one].effort for one in ids], dtype=float)
    rows, most = [effort], [capacity]
    for at, one in enumerate(ids):
        for before in by_id[one].after:
            row = np.zeros(len(ids))
            row[at], row[ids.index(before)] = 1, -1
            rows.append(row)
            most.append(0)
    solved = optimize.milp(
        -ranked["value"].to_numpy(dtype=float),
        constraints=optimize.LinearConstraint(np.array(rows), ub=np.array(most)),
        integrality=np.ones(len(ids)),
        bounds=optimize.Bounds(0, 1),
    )
    if solved.x is None:
        raise _refusal(str(solved.message), "a set that fits")
    chosen = solved.x > 0.5
    phase = np.where(chosen, "first phase", "later")
    columns = ["id", "title", "value", "rank"]
    return ranked[columns].assign(effort=effort.astype(int), chosen=chosen, phase=phase)


def phase_stability(
    table: pd.DataFrame,
    opportunities: Sequence[Opportunity],
    *,
    capacity: float,
    number: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return in what share of all weights (0 to 1) each opportunity is in the first phase.

    Parameters
    ----------
    table : DataFrame
        As returned by `scores`.
    opportunities : sequence of Opportunity
        As for `first_phase`.
    capacity : float
        As for `first_phase`.
    number : int
        How many sets of weights to draw, as for `stability`.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    DataFrame
        ``id``, ``share_first_phase``; key ``id``.
    """
    total: pd.Series[float] = pd.Series(0.0, index=table["id"].drop_duplicates())
    for drawn in rng.dirichlet(np.ones(len(CRITERIA)), size=number):
        ranked = weighted(table, weights=dict(zip(CRITERIA, drawn, strict=True)))
        phase = first_phase(ranked, opportunities, capacity=capacity).set_index("id")
        total = total + phase["chosen"].astype(float).reindex(total.index)
    share = (total / number).rename("share_first_phase")
    return share.rename_axis("id").reset_index()


def phased(
    phase: pd.DataFrame, kept: pd.DataFrame, opportunities: Sequence[Opportunity]
) -> pd.DataFrame:
    """Return the first phase with its stability and what each opportunity comes after, in words."""
    titles = {one.id: one.title for one in opportunities}
    after = {one.id: "; ".join(titles[name] for name in one.after) for one in opportunities}
    found = phase.merge(kept, on="id", validate="one_to_one")
    return found.assign(after=found["id"].map(after).replace({"": "nothing"}))


def for_chart(steady: pd.DataFrame, phase: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks with ``name`` (the title) and ``kind`` (the phase), in the same order."""
    kinds = phase.set_index("id")["phase"]
    return steady.assign(name=steady["title"], kind=steady["id"].map(kinds))


def summary(steady: pd.DataFrame, phase: pd.DataFrame) -> dict[str, object]:
    """Return what a headline needs; every value is None without opportunities.

    Returns
    -------
    dict
        ``first`` (title of what is most often among the first three), ``share`` (of all weights),
        ``number`` (in the first phase), ``all``.
    """
    if steady.empty:
        return dict.fromkeys(["first", "share", "number", "all"])
    top = steady.iloc[int(steady["share_top_three"].to_numpy().argmax())]
    return {
        "first": top["title"],
        "share": top["share_top_three"],
        "number": int(phase["chosen"].sum()),
        "all": len(phase),
    }


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    order = table["id"].drop_duplicates()
    wide = table.pivot_table(index="id", columns="criterion", values="score")
    return wide.reindex(order)[list(CRITERIA)].astype(float)


def _scaled(weights: Mapping[str, float]) -> np.ndarray:
    values = np.array([weights.get(name, np.nan) for name in CRITERIA], dtype=float)
    if np.isnan(values).any() or (values < 0).any() or values.sum() == 0:
        raise _refusal(f"weights {dict(weights)}", f"one of 0 or more for each of {CRITERIA}")
    scaled: np.ndarray = values / values.sum()
    return scaled


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="prioritisation", found=found, wanted=wanted, remedy="mend the parameters"
    )
