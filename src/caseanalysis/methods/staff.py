"""What staff and doctors in training say, and how many stay: scores, ranks and gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from caseanalysis.methods.columns import require_columns, require_key

BELOW, SIMILAR, ABOVE = "below England", "similar to England", "above England"


def trainee_scores(survey: pd.DataFrame, *, england: str, group: str) -> pd.DataFrame:
    """Return the survey's scores (points of 100) of the group's trusts, together and with all.

    Parameters
    ----------
    survey : DataFrame
        ``year``, ``trust_name``, ``org_code`` (missing for trusts that are not of the group),
        ``indicator``, ``score``, ``lower``, ``upper``, ``responses``.
    england, group : str
        Codes for the mean over all trusts of the file, and over those of the group, by the number
        of doctors who answered.

    Returns
    -------
    DataFrame
        ``year``, ``entity``, ``group`` (the indicator in lower case), ``value``, ``lower``,
        ``upper``, ``unit``, ``basis``; key the first three. A score that is withheld is left out.

    Notes
    -----
    The publication has no row of England. The mean leaves out doctors outside the trusts of the
    file, such as those in general practice.
    """
    require_key(survey, ["year", "trust_name", "indicator"], where="training survey")
    known = survey.dropna(subset="score").assign(group=survey["indicator"].str.casefold())
    own = known[known["org_code"].notna()].rename(columns={"org_code": "entity", "score": "value"})
    together = _mean(known[known["org_code"].notna()]).assign(entity=group)
    table = pd.concat([own, together, _mean(known).assign(entity=england)], ignore_index=True)
    table = table.assign(unit="points", basis="national training survey, all doctors in training")
    return table[["year", "entity", "group", "value", "lower", "upper", "unit", "basis"]]


def latest_year(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of the latest year (column ``year``)."""
    return scores[scores["year"].eq(scores["year"].max())].reset_index(drop=True)


def with_doubt(printed: pd.DataFrame) -> pd.DataFrame:
    """Return printed scores that say which of them the print leaves open.

    Parameters
    ----------
    printed : DataFrame
        As returned by ``printed.values``, with ``candidates``: other numbers that may stand there.

    Returns
    -------
    DataFrame
        The rows with ``uncertain`` and ``others`` (the other numbers in words).
    """
    others = printed["candidates"].map(lambda found: ", ".join(f"{one:.1f}" for one in found))
    return printed.assign(uncertain=others.ne(""), others=others.mask(others.eq(""), "none"))


def against_england(scores: pd.DataFrame, *, england: str, margin: float) -> pd.DataFrame:
    """Return scores with England's, the gap in points, and where they stand.

    Parameters
    ----------
    scores : DataFrame
        ``entity``, ``group``, ``value`` (points); one row for each pair.
    england : str
        Entity that holds England's score.
    margin : float
        Points within which a score is similar to England's.

    Returns
    -------
    DataFrame
        The rows with ``england``, ``gap`` and ``standing`` (below, similar to, above England;
        missing where England's score is), by group, and in each in the order given.
    """
    require_key(scores, ["entity", "group"], where="scores")
    national = scores[scores["entity"].eq(england)].set_index("group")["value"]
    known = scores.assign(england=scores["group"].map(national))
    gap = known["value"] - known["england"]
    # Scores are printed to a tenth: a gap of just the margin must not hang on binary fractions.
    steps = np.select([gap.round(6) < -margin, gap.round(6) > margin], [BELOW, ABOVE], SIMILAR)
    standing = pd.Series(steps, index=known.index, dtype="str").where(gap.notna())
    placed = known.assign(gap=gap, standing=standing.mask(known["entity"].eq(england)))
    return placed.sort_values("group", kind="stable", ignore_index=True)


def survey_positions(
    experience: pd.DataFrame, *, codes: Sequence[str], questions: Sequence[str]
) -> pd.DataFrame:
    """Return the scores (of 10) of trusts beside those of every organisation of their kind.

    Parameters
    ----------
    experience : DataFrame
        ``year``, ``org_code``, ``benchmark_group``, ``question``, ``question_text``, ``value``.
    codes : sequence of str
        The trusts to show.
    questions : sequence of str
        Scores to show, by the survey's ids.

    Returns
    -------
    DataFrame
        ``year``, ``org_code``, ``question``, ``question_text``, ``value``, ``median``, ``lower``,
        ``upper`` (quartiles of the kind), ``rank`` (1 highest), ``among``; key the first three.
    """
    rows = experience[experience["question"].isin(questions)].dropna(subset="value")
    kinds = rows.groupby(["year", "benchmark_group", "question"])["value"]
    ranked = rows.assign(
        median=kinds.transform("median"),
        lower=kinds.transform(lambda values: values.quantile(0.25)),
        upper=kinds.transform(lambda values: values.quantile(0.75)),
        rank=kinds.rank(method="min", ascending=False),
        among=kinds.transform("size"),
    )
    own = ranked[ranked["org_code"].isin(codes)]
    columns = ["year", "org_code", "question", "question_text", "value", "median", "lower",
               "upper", "rank", "among"]  # fmt: skip
    order = {"question": list(questions).index, "org_code": list(codes).index}
    return own.sort_values(
        list(order), key=lambda column: column.map(order[str(column.name)]), ignore_index=True
    )[columns]


def stability(turnover: pd.DataFrame, *, codes: Sequence[str]) -> pd.DataFrame:
    """Return how many staff stayed and left, and the rank by stability among all organisations.

    Parameters
    ----------
    turnover : DataFrame
        ``period_end``, ``org_code``, ``basis`` (headcount or fte), ``staff``, ``leavers``,
        ``stability`` (share).
    codes : sequence of str
        The trusts to show.

    Returns
    -------
    DataFrame
        ``org_code``, ``basis``, ``period_end``, ``period`` (the year that it ends in),
        ``stability``, ``leaving`` (share: leavers / staff), ``rank`` (1 most stable), ``among``;
        key the first three.
    """
    require_columns(turnover, ["period_end", "org_code", "basis", "stability"], where="turnover")
    known = turnover.dropna(subset="stability")
    periods = known.groupby(["period_end", "basis"])["stability"]
    ranked = known.assign(
        rank=periods.rank(method="min", ascending=False),
        among=periods.transform("size"),
        leaving=known["leavers"] / known["staff"].where(known["staff"].gt(0)),
        period=known["period_end"].dt.strftime("%Y"),
    )
    own = ranked[ranked["org_code"].isin(codes)]
    columns = ["org_code", "basis", "period_end", "period", "stability", "leaving", "rank", "among"]
    return own.sort_values(["period_end", "org_code"], ignore_index=True)[columns]


def _mean(known: pd.DataFrame) -> pd.DataFrame:
    """Return the mean score by year and indicator, each trust by the doctors who answered."""
    weighed = known.dropna(subset="responses")
    weighed = weighed.assign(points=weighed["score"] * weighed["responses"])
    sums = weighed.groupby(["year", "group"], as_index=False)[["points", "responses"]].sum()
    return sums.assign(value=sums["points"] / sums["responses"])
