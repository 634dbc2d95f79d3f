"""Charts of planned care: how a group's work in each specialty is split over its trusts."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import naming, style
from caseanalysis.formatting import format_value

_COLUMNS = ("category", "org_name", "value")


@style.use_style()
def plot_split(
    table: pd.DataFrame,
    *,
    label: str,
    what: str = "specialties",
    number: str = "integer",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw stacked bars: for each category how much of it each trust has.

    Parameters
    ----------
    table : DataFrame
        ``category``, ``org_name`` (left to right in the order of the rows), ``value`` (0 or
        more); the category with the most is at the top.
    label : str
        Axis label with the unit.
    what : str
        What the categories are, in the plural.
    number : str
        Style of ``caseanalysis.formatting`` for the values.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it how many categories are split over more than one trust.

    Returns
    -------
    Axes
        One bar a category, its total at the end.
    """
    style.check_columns(table, _COLUMNS, chart="split", value="value")
    wide = _wide(table)
    ax = style.new_axes(ax, height=1.7 + 0.36 * len(wide))
    styles = style.trust_styles(wide.columns)
    left = pd.Series(0.0, index=wide.index)
    bars = {}
    for name, look in styles.items():
        bars[name] = ax.barh(wide.index, wide[name], left=left, color=look.colour, hatch=look.hatch,
                             edgecolor="white", linewidth=0, height=0.7).patches  # fmt: skip
        left += wide[name]
    for height, total in enumerate(left):
        style.label_bar(ax, total, height, format_value(total, number))
    ax.invert_yaxis()
    ax.set_xlabel(label)
    ax.margins(x=0.08)
    ax.xaxis.set_major_formatter(lambda x, _: format_value(x, number))
    style.few_ticks(ax.xaxis, most=5)
    style.clear_category_axis(ax)
    style.set_headline(ax, title or _headline(table, what))
    naming.name_in_bars(ax, bars, style.bar_keys(styles))
    return ax


def describe_split(
    table: pd.DataFrame, *, label: str, what: str = "specialties", number: str = "integer"
) -> str:
    """Return alt text for a split: the largest category, and how many trusts share each."""
    style.check_columns(table, _COLUMNS, chart="split", value="value")
    totals = table.groupby("category", sort=False)["value"].sum()
    first = table[table["category"].eq(str(totals.idxmax()))]
    parts = ", ".join(
        f"{one.org_name} {format_value(one.value, number)}"
        for one in first.itertuples()
        if one.value
    )
    return style.compose_description(
        f"Stacked bars, {len(totals)} {what} by trust: {style.in_sentence(label)}.",
        f"{_headline(table, what)}.",
        f"The largest is {totals.idxmax()}: {parts}.",
    )


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    wide = table.pivot_table(
        index="category", columns="org_name", values="value", aggfunc="sum", fill_value=0.0
    )
    largest_first = wide.sum(axis="columns").sort_values(ascending=False, kind="stable").index
    return wide.loc[largest_first, style.in_order(table["org_name"])]


def _headline(table: pd.DataFrame, what: str) -> str:
    some = table[table["value"].gt(0)].groupby("category", sort=False)["org_name"].nunique()
    trusts = table["org_name"].nunique()
    everywhere = int(some.eq(trusts).sum())
    if trusts == 1:
        return f"{len(some)} {what} at {table['org_name'].iloc[0]}"
    return f"{everywhere} of {len(some)} {what} are at all {trusts} trusts"
