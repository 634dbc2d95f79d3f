"""Charts of service sizes: every unit in order, with some named and a guideline."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import style

_COLUMNS = ("org_name", "kind", "value", "lower", "upper")
_OTHER = "other"


@style.use_style()
def plot_unit_sizes(
    table: pd.DataFrame,
    *,
    label: str,
    guideline: float | None = None,
    guideline_label: str = "Guideline",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the size of every unit, the largest first, and name those of one group.

    Parameters
    ----------
    table : DataFrame
        ``org_name``, ``kind`` (``trust`` for those to name, ``group`` for their sum, anything else
        is grey), ``value`` (events a year), ``lower``, ``upper``.
    label : str
        Axis label with the unit.
    guideline : float, optional
        Number to draw as a line.
    guideline_label : str
        What that line is.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the smallest of the named units.

    Returns
    -------
    Axes
        One mark a unit; the named ones carry their interval and their name.
    """
    style.check_columns(table, _COLUMNS, chart="unit sizes", value="value")
    ax = style.new_axes(ax)
    ordered = _ordered(table)
    others = ordered[~ordered["kind"].isin(["trust", "group"])]
    ax.scatter(others["place"], others["value"], s=14, color=style.GREY, zorder=2)
    ends = _draw_named(ax, ordered)
    if guideline is not None:
        ax.axhline(guideline, color=style.INK, linewidth=1.2, linestyle=":")
        text = f"{guideline_label} {style.count_text(guideline)}"
        ends.append(style.EndLabel(float(len(ordered)), guideline, text, style.INK))
    single = int(ordered["kind"].ne("group").sum())
    ax.set_xlabel(f"{style.count_text(single)} units, the largest first")
    ax.set(ylim=(0, None), xlim=(0, len(ordered) + 1))
    style.show_counts(ax.yaxis)
    style.label_above(ax, label)
    style.set_headline(ax, title or _headline(table, label))
    style.label_ends(ax, ends)
    return ax


def describe_unit_sizes(table: pd.DataFrame, *, label: str, guideline: float | None = None) -> str:
    """Return alt text for unit sizes: the named ones, and where the largest and smallest lie."""
    style.check_columns(table, _COLUMNS, chart="unit sizes", value="value")
    low, high = style.extremes(table, "value")
    known = table[table["value"].notna()]
    under = "" if guideline is None else (
        f" {int(known.loc[~known['kind'].eq('group'), 'value'].lt(guideline).sum())} of "
        f"{int((~known['kind'].eq('group')).sum())} lie below {style.count_text(guideline)}."
    )  # fmt: skip
    named = known[known["kind"].isin(["trust", "group"])]
    words = [f"{row['org_name']} {style.count_text(row['value'])}" for _, row in named.iterrows()]
    single = known["kind"].ne("group").sum()
    return style.compose_description(
        f"{style.opening(label)} of {single} units in order of size, from "
        f"{style.count_text(high['value'])} to {style.count_text(low['value'])}.{under}",
        *([f"{style.list_text(words)}."] if words else []),
    )


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    known = table[table["value"].notna()]
    ordered = known.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    return ordered.assign(place=ordered.index + 1)


def _draw_named(ax: Axes, ordered: pd.DataFrame) -> list[style.EndLabel]:
    named = ordered[ordered["kind"].isin(["trust", "group"])]
    styles = style.trust_styles(named["org_name"])
    ends = []
    for _, row in named.iterrows():
        look = styles[row["org_name"]]
        ax.vlines(row["place"], row["lower"], row["upper"], color=look.colour, linewidth=2)
        ax.plot(row["place"], row["value"], look.marker, color=look.colour, markersize=8, zorder=3)
        text = f"{row['org_name']} {style.count_text(row['value'])}"
        ends.append(style.EndLabel(float(row["place"]), float(row["value"]), text, look.colour))
    return ends


def _headline(table: pd.DataFrame, label: str) -> str:
    named = table[table["kind"].eq("trust")]
    if named.empty or named["value"].isna().all():
        return f"{style.opening(label)} of every unit"
    row = style.extremes(named, "value")[0]
    return (
        f"The smallest of the group, {row['org_name']}, has {style.count_text(row['value'])} "
        f"{style.in_sentence(label)}"
    )
