"""What the estimates of an evaluation say in words, and what they say nothing about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from caseanalysis.formatting import format_value
from caseanalysis.groups import GroupOutcome
from caseanalysis.methods.columns import require_columns

BETTER, WORSE, CHANGED = "better", "worse", "different"
NONE_SEEN = "no difference seen"
BY_CHANCE = "may be chance, given how many outcomes were looked at"
BEFORE = "differs, but its course differed before the start"
FRAGILE = "differs, but only if the course would have gone on alike"
_NO_ESTIMATE = "too few trusts"
_CLEAR = (BETTER, WORSE, CHANGED)
#: How an effect is written, by the unit of its outcome.
_STYLES = {"share": "points 1", "log": "percent 1"}
_WORDS = ["outcome", "title", "meaning"]
#: Treatments that no "a" alone puts into a sentence.
_SENTENCE = {"group formed": "a group was formed", "first step": "a first step to a group"}
#: Where the refusal of a whole estimate begins.
_WHOLE = "sample: "


def readings(
    effects: pd.DataFrame, *, outcomes: Mapping[str, GroupOutcome], confidence_level: float
) -> pd.DataFrame:
    """Return estimates with the words that they bear.

    Parameters
    ----------
    effects : DataFrame
        ``outcome``, ``value``, ``lower``, ``upper``, ``p_false_discovery``, ``pre_trend_p``,
        ``breakdown``: one row an estimate.
    outcomes : Mapping of str to GroupOutcome
        Titles and which way is better.
    confidence_level : float
        Probability that an interval should cover.

    Returns
    -------
    DataFrame
        The estimates as `titled` has them, with ``short_title``, ``better`` and ``reading``, in the
        order of ``outcomes``. Only an estimate whose interval leaves out 0, that stands after
        correction for many outcomes, with a like course before and that a like drift after would
        not undo, is called better, worse or different.
    """
    needed = ["outcome", "value", "lower", "upper", "p_false_discovery", "pre_trend_p", "breakdown"]
    require_columns(effects, needed, where="effects")
    order = list(outcomes)
    table = titled(effects, outcomes=outcomes).assign(
        short_title=[outcomes[name].short_title for name in effects["outcome"]],
        better=[outcomes[name].better for name in effects["outcome"]],
    )
    level = 1 - confidence_level
    table["reading"] = [_reading(row, level) for _, row in table.iterrows()]
    place = table["outcome"].map(order.index)
    return table.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _reading(row: pd.Series, level: float) -> str:
    if row["lower"] <= 0 <= row["upper"]:
        return NONE_SEEN
    if not row["p_false_discovery"] < level:
        return BY_CHANCE
    if row["pre_trend_p"] < level:
        return BEFORE
    if not row["breakdown"] >= 1:
        return FRAGILE
    if row["better"] == "neither":
        return CHANGED
    return BETTER if (row["value"] > 0) == (row["better"] == "higher") else WORSE


def conclusion(read: pd.DataFrame, *, treatment: str) -> str:
    """Return the answer in words, which goes no further than the readings.

    Parameters
    ----------
    read : DataFrame
        As `readings` has it; empty where nothing could be estimated.
    treatment : str
        What was evaluated.
    """
    if read.empty:
        return f"With what is held, no effect of {_named(treatment)} can be estimated."
    clear = read[read["reading"].isin(_CLEAR)]
    outcomes = "outcome" if len(read) == 1 else "outcomes"
    start = f"Of {len(read)} {outcomes} that could be estimated, "
    if clear.empty:
        return (
            f"{start}none differs after {_named(treatment)} from what trusts without one had, "
            "beyond what chance and a different course allow. That is no proof of no effect: "
            "effects smaller than those stated as detectable would often have been missed."
        )
    words = "; ".join(f"{row['title']}: {row['reading']}" for _, row in clear.iterrows())
    return (
        f"{start}{len(clear)} differ after {_named(treatment)} beyond what chance and a like "
        f"course allow ({words}). Trusts were not chosen by lot, so the cause may lie elsewhere."
    )


def _named(treatment: str) -> str:
    """Return a treatment as it stands in a sentence."""
    return _SENTENCE.get(treatment, f"a {treatment}")


def for_areas(
    areas: Iterable[tuple[str, str]],
    claims: pd.DataFrame,
    read: pd.DataFrame,
    *,
    outcomes: Mapping[str, GroupOutcome],
) -> pd.DataFrame:
    """Return what the evaluation says about each area of a case.

    An outcome speaks of an area where a printed number of the area is of a measure that the
    register ties to the outcome.

    Parameters
    ----------
    areas : iterable of (id, title)
        Areas of the case.
    claims : DataFrame
        ``area``, ``measure`` of the printed numbers; may be empty.
    read : DataFrame
        As `readings` has it; may be empty.
    outcomes : Mapping of str to GroupOutcome
        The register.

    Returns
    -------
    DataFrame
        ``area``, ``title``, ``outcomes`` (their short titles, or that there is none) and
        ``reading``.
    """
    by_outcome = {} if read.empty else dict(zip(read["outcome"], read["reading"], strict=True))
    printed = claims if len(claims) else pd.DataFrame({"area": [], "measure": []})
    rows = [
        (area, title, *_of_area(set(printed.loc[printed["area"].eq(area), "measure"].dropna()),
                                by_outcome, outcomes))
        for area, title in areas
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["area", "title", "outcomes", "reading"])


def _of_area(
    measures: set[str], by_outcome: Mapping[str, str], outcomes: Mapping[str, GroupOutcome]
) -> tuple[str, str]:
    near = [one for one in outcomes.values() if measures & set(one.measures.split(";"))]
    if not near:
        return "none", "not tested: no outcome of all trusts speaks of its printed numbers"
    words = [
        f"{one.short_title}: {by_outcome.get(one.outcome, 'could not be estimated')}"
        for one in near
    ]
    return ", ".join(one.short_title for one in near), "; ".join(words)


def coverage(panel: pd.DataFrame, *, outcomes: Mapping[str, GroupOutcome]) -> pd.DataFrame:
    """Return what is held of each outcome of the register.

    Parameters
    ----------
    panel : DataFrame
        ``unit``, ``period``, ``outcome``, ``value``.
    outcomes : Mapping of str to GroupOutcome
        The register.

    Returns
    -------
    DataFrame
        ``outcome``, ``title``, ``meaning``, ``units``, ``periods``, ``first``, ``last``; an
        outcome that is not held has no row.
    """
    require_columns(panel, ["unit", "period", "outcome"], where="panel")
    held = panel.groupby("outcome").agg(
        units=("unit", "nunique"),
        periods=("period", "nunique"),
        first=("period", "min"),
        last=("period", "max"),
    )
    known = [one for one in outcomes.values() if one.outcome in held.index]
    words = pd.DataFrame([one.model_dump(include=set(_WORDS)) for one in known], columns=_WORDS)
    return words.join(held, on="outcome")


def beside_two_way(read: pd.DataFrame, two_way: pd.DataFrame) -> pd.DataFrame:
    """Return the group-time effects beside those of two-way fixed effects.

    Returns
    -------
    DataFrame
        ``title``, ``value`` (group-time effect), ``two_way``, ``forbidden_weight`` (share of its
        weight on comparisons with units treated before), ``unit``, and the two in words,
        ``estimate`` and ``shortcut``.
    """
    require_columns(two_way, ["outcome", "value", "forbidden_weight"], where="two-way effects")
    other = two_way.rename(columns={"value": "two_way"})
    columns = ["outcome", "two_way", "forbidden_weight"]
    both = read[["outcome", "title", "value", "unit"]].merge(
        other[columns], on="outcome", how="left"
    )
    return both.assign(estimate=_written(both, "value"), shortcut=_written(both, "two_way")).drop(
        columns="outcome"
    )


def _written(table: pd.DataFrame, column: str) -> list[str]:
    pairs = zip(table[column], table["unit"], strict=True)
    return [format_value(value, f"signed {_STYLES[unit]}") for value, unit in pairs]


def refusals(refused: pd.DataFrame, *, outcomes: Mapping[str, GroupOutcome]) -> pd.DataFrame:
    """Return each outcome that could not be estimated, with the reason.

    Refusals of a part of an estimate, such as its placebo groups, are not among them.
    """
    require_columns(refused, ["outcome", "reason"], where="refusals")
    whole = refused[refused["reason"].str.startswith(_WHOLE)].drop_duplicates("outcome")
    titles = [outcomes[name].title for name in whole["outcome"]]
    reasons = whole["reason"].str.removeprefix(_WHOLE)
    return whole.assign(title=titles, reason=reasons)[["title", "reason"]].reset_index(drop=True)


def titled(table: pd.DataFrame, *, outcomes: Mapping[str, GroupOutcome]) -> pd.DataFrame:
    """Return estimates with ``title``, and in words ``effect``, ``interval`` and ``least``.

    Points for shares and percent for logarithms; ``least`` is the detectable effect.
    """
    require_columns(table, ["outcome", "value", "lower", "upper", "detectable"], where="estimates")
    rows = [_in_words(row, outcomes[row["outcome"]].unit) for _, row in table.iterrows()]
    words = pd.DataFrame(rows, columns=["effect", "interval", "least"], index=table.index)
    titles = [outcomes[name].title for name in table["outcome"]]
    return table.assign(title=titles).join(words.astype("str"))


def _in_words(row: pd.Series, unit: str) -> tuple[str, str, str]:
    style = _STYLES[unit]
    value, lower, upper = (
        format_value(row[name], f"signed {style}") for name in ("value", "lower", "upper")
    )
    missing = pd.isna(row["value"])
    interval = value if missing else f"{lower} to {upper}"
    return value, interval, format_value(row["detectable"], style)


def estimated(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a value; an empty table as it is."""
    return table if table.empty else table.dropna(subset=["value"]).reset_index(drop=True)


def first(table: pd.DataFrame, column: str, *, otherwise: str) -> str:
    """Return the first value of a column of text, or another text where there is no row."""
    return otherwise if table.empty else str(table[column].iloc[0])


def summary(read: pd.DataFrame, *, outcome: str) -> str:
    """Return one estimate in a sentence; that there is none, where there is none.

    Parameters
    ----------
    read : DataFrame
        As `readings` and `titled` make it; may be empty.
    outcome : str
        Name of the outcome.
    """
    mine = read if read.empty else read[read["outcome"].eq(outcome)]
    if mine.empty:
        return "For A&E waits of four hours there is no estimate."
    row = mine.iloc[0]
    return (
        f"{row['title']}: {row['effect']} in {row['treated']:.0f} trusts ({row['interval']}); an "
        f"effect of less than {row['least']} would often have been missed."
    )


def by_group(table: pd.DataFrame, *, same: Sequence[str]) -> pd.DataFrame:
    """Return one row a group, with its trusts in words.

    Parameters
    ----------
    table : DataFrame
        ``group``, ``org_name`` and the columns named.
    same : sequence of str
        Columns that must be alike for trusts to stand in one row.

    Returns
    -------
    DataFrame
        ``group``, the columns named, ``trusts`` (names, set apart by semicolons) and ``count``;
        in the order of the table.
    """
    require_columns(table, ["group", "org_name", *same], where="events")
    rows = table.groupby(["group", *same], sort=False, dropna=False)["org_name"]
    joined = rows.agg([_listed, "nunique"])
    joined.columns = pd.Index(["trusts", "count"])
    return joined.reset_index()


def _listed(names: pd.Series) -> str:
    return "; ".join(dict.fromkeys(names))


def crosswise(table: pd.DataFrame, *, outcomes: Mapping[str, GroupOutcome]) -> pd.DataFrame:
    """Return estimates with one row a variant and one column an outcome, in words.

    Parameters
    ----------
    table : DataFrame
        ``variant``, ``outcome``, ``value``, ``effect``, ``interval``, ``treated``.
    outcomes : Mapping of str to GroupOutcome
        The register.

    Returns
    -------
    DataFrame
        ``variant`` and, by their short titles, the outcomes that any variant could estimate.
    """
    known = estimated(table)
    cells = known["effect"] + " (" + known["interval"] + ")"
    keyed = cells.set_axis(pd.MultiIndex.from_frame(known[["variant", "outcome"]]))
    wide = keyed.unstack()  # noqa: PD010 - nothing is aggregated
    order = [name for name in outcomes if name in wide.columns]
    every = wide.reindex(list(dict.fromkeys(table["variant"])), columns=order)
    titles = {name: outcomes[name].short_title for name in order}
    return every.fillna(_NO_ESTIMATE).rename(columns=titles).reset_index().rename_axis(columns=None)


def headings(table: pd.DataFrame) -> dict[str, str]:
    """Return the columns of a table of `crosswise`, each headed by its own name."""
    return {str(name): "Choice" if name == "variant" else str(name) for name in table.columns}
