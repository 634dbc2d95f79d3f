"""Charts of capacity: how much slack a unit of each size needs, and what pooling would spare."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import naming, style

_SLACK = ("acceptable_refusal", "load", "beds", "occupancy")
_POOLED = ("beds_separate", "beds_pooled", "beds_spared", "units")


@style.use_style()
def plot_slack(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw the occupancy that units of each size can run at, one line a standard of refusal.

    Parameters
    ----------
    table : DataFrame
        As returned by ``capacity.beds_by_size``.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the smallest and the largest unit.

    Returns
    -------
    Axes
        Load on a logarithmic axis; each line is named at its end.
    """
    style.check_columns(table, _SLACK, chart="slack", value="occupancy")
    ax = style.new_axes(ax)
    standards = sorted(table["acceptable_refusal"].unique())
    names = {one: f"{_standard(one)} refused" for one in standards}
    looks = style.series_styles(names.values())
    ends = []
    for standard, name in names.items():
        rows = table[table["acceptable_refusal"].eq(standard)].sort_values("load")
        look = looks[name]
        ax.plot(rows["load"], rows["occupancy"], color=look.colour, linestyle=look.line,
                linewidth=look.width, marker=look.marker, markersize=4)  # fmt: skip
        last = rows.iloc[-1]
        ends.append(style.EndLabel(last["load"], last["occupancy"], name, look.colour))
    ax.set_xscale("log")
    loads = sorted(table["load"].unique())
    ax.set_xlim(loads[0], loads[-1])
    ax.set_xticks(_apart(loads), labels=[style.count_text(load) for load in _apart(loads)])
    ax.minorticks_off()
    ax.set_ylim(0, 1)
    style.show_shares(ax.yaxis)
    style.label_above(ax, "Share of beds occupied")
    ax.set_xlabel("Load: beds in use on average if nobody were refused, logarithmic")
    style.set_headline(ax, title or _slack_headline(table))
    style.label_ends(ax, ends)
    return ax


def describe_slack(table: pd.DataFrame) -> str:
    """Return alt text for slack: occupancy of the smallest and largest unit at each standard."""
    style.check_columns(table, _SLACK, chart="slack", value="occupancy")
    sentences = []
    for standard in sorted(table["acceptable_refusal"].unique()):
        rows = table[table["acceptable_refusal"].eq(standard)].sort_values("load")
        first, last = rows.iloc[0], rows.iloc[-1]
        sentences.append(f"At {_standard(standard)} refused: {_unit(first)}; {_unit(last)}.")
    sizes = table["load"].nunique()
    return style.compose_description(
        f"Lines of bed occupancy by size of unit, {sizes} sizes; larger units run fuller.",
        *sentences,
    )


@style.use_style()
def plot_pooling(
    table: pd.DataFrame, *, pool: str, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the beds that units need apart and as one pool, one pair of bars a pool.

    Parameters
    ----------
    table : DataFrame
        As returned by ``capacity.pooled_beds``.
    pool : str
        Column of the pool's name.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the pool that spares most.

    Returns
    -------
    Axes
        Horizontal bars with the number at their end.
    """
    style.check_columns(table, (*_POOLED, pool), chart="pooling", value="beds_pooled")
    ax = style.new_axes(ax, height=style.bar_chart_height(4 * len(table)))
    names = {"beds_separate": "each unit for itself", "beds_pooled": "as one pool"}
    long = table.melt(id_vars=pool, value_vars=list(names), var_name="kind", value_name="beds")
    long = long.assign(kind=long["kind"].map(names))
    looks = style.series_styles(names.values())
    bars = style.draw_grouped_bars(
        ax, long, value="beds", category=pool, group="kind", styles=looks
    )
    labels = {
        name: [style.label_bar(ax, value, height, style.count_text(value))
               for value, height in places]
        for name, places in bars.items()
    }  # fmt: skip
    style.leave_room([ax])
    style.show_counts(ax.xaxis)
    ax.set_xlabel("Beds")
    ax.set_ylabel("")
    style.set_headline(ax, title or _pooling_headline(table, pool))
    naming.name_beside_bars(ax, labels, style.bar_keys(looks))
    return ax


def describe_pooling(table: pd.DataFrame, *, pool: str) -> str:
    """Return alt text for pooling: beds apart and together for each pool."""
    style.check_columns(table, (*_POOLED, pool), chart="pooling", value="beds_pooled")
    sentences = [
        f"{row[pool]}: {row['units']} units need {style.count_text(row['beds_separate'])} beds "
        f"apart and {style.count_text(row['beds_pooled'])} together."
        for _, row in table.iterrows()
    ]
    return style.compose_description("Bars of beds needed apart and as one pool.", *sentences)


def _apart(loads: list[float]) -> list[float]:
    """Return the loads whose labels stand apart on a logarithmic axis."""
    kept = [loads[0]]
    for load in loads[1:]:
        if load >= 1.6 * kept[-1]:
            kept.append(load)
    return kept


def _standard(share: float) -> str:
    return style.share_text(share, decimals=0 if round(100 * share, 6).is_integer() else 1)


def _unit(row: pd.Series) -> str:
    return (
        f"a load of {style.count_text(row['load'])} needs {style.count_text(row['beds'])} beds, "
        f"{style.share_text(row['occupancy'], decimals=0)} occupied"
    )


def _slack_headline(table: pd.DataFrame) -> str:
    middle = sorted(table["acceptable_refusal"].unique())
    chosen = table[table["acceptable_refusal"].eq(middle[len(middle) // 2])].sort_values("load")
    first, last = chosen.iloc[0], chosen.iloc[-1]
    return (
        f"With {_standard(first['acceptable_refusal'])} refused, a load of "
        f"{style.count_text(first['load'])} fills "
        f"{style.share_text(first['occupancy'], decimals=0)} of its beds, one of "
        f"{style.count_text(last['load'])} {style.share_text(last['occupancy'], decimals=0)}"
    )


def _pooling_headline(table: pd.DataFrame, pool: str) -> str:
    row = table.iloc[int(table["beds_spared"].to_numpy().argmax())]
    return (
        f"{row[pool]}: {style.count_text(row['beds_separate'])} beds apart, "
        f"{style.count_text(row['beds_pooled'])} as one pool"
    )
