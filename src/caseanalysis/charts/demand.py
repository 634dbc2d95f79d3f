"""Charts of demand: by age in two years, what its change consists of, and its path by year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from caseanalysis.charts import naming, style

_GROWTH_COLUMNS = ("trust_name", "age_group", "base", "horizon", "growth")
_TOTAL = "total"


@style.use_style()
def plot_growth_by_age(
    table: pd.DataFrame,
    *,
    base_label: str,
    horizon_label: str,
    label: str = "Emergency admissions a year",
    figure: Figure | SubFigure | None = None,
    title: str | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw activity by age band in the base and the horizon year, one panel a trust.

    Parameters
    ----------
    table : DataFrame
        ``trust_name``, ``age_group`` from the youngest, ``base`` and ``horizon`` (events),
        ``growth`` (relative, 0.46 is 46% more).
    base_label, horizon_label : str
        The years in words.
    label : str
        Axis label with the unit.
    figure : Figure, optional
        Empty figure to draw on.
    title : str, optional
        Title; without it the age band and trust that grow most.

    Returns
    -------
    array of Axes
        One for each trust, on one scale. The relative change stands beside the bars.
    """
    style.check_columns(table, _GROWTH_COLUMNS, chart="growth by age", value="growth")
    trusts = style.in_order(table["trust_name"])
    bands = style.in_order(table["age_group"])
    axes = style.new_panels(
        len(trusts), columns=_columns(len(trusts)), height=1.8 + 0.42 * len(bands), figure=figure,
        sharex=True, sharey=True,
    )  # fmt: skip
    for ax, trust in zip(axes, trusts, strict=True):
        _draw_ages(ax, table.loc[table["trust_name"].eq(trust)], bands)
        style.set_panel_title(ax, trust)
        ax.set_xlabel(style.broken(label, width=24))
    axes[0].set(yticks=range(len(bands)), yticklabels=bands)
    style.label_above(axes[0], "Age (years)", categories=True)
    style.leave_room(axes)
    keys = {base_label: style.SeriesStyle(style.SKY, "-", "o", "//"),
            horizon_label: style.SeriesStyle(style.BLUE, "-", "o")}  # fmt: skip
    style.set_figure_headline(axes, title or _growth_headline(table, base_label, horizon_label))
    naming.name_in_bars(axes[0], style.bars_of(axes[0], keys), style.bar_keys(keys), size=9.5)
    return axes


def describe_growth_by_age(
    table: pd.DataFrame,
    *,
    base_label: str,
    horizon_label: str,
    label: str = "Emergency admissions a year",
) -> str:
    """Return alt text for activity by age: where it grows most and least."""
    style.check_columns(table, _GROWTH_COLUMNS, chart="growth by age", value="growth")
    least = style.extremes(table, "growth")[0]
    trusts = table["trust_name"].nunique()
    return style.compose_description(
        f"Bars of {style.in_sentence(label)} by age band, {base_label} and {horizon_label}, "
        f"{trusts} {'trust' if trusts == 1 else 'trusts'}.",
        f"{_growth_headline(table, base_label, horizon_label)}.",
        f"The least is {style.signed_text(least['growth'], share=True)} at ages "
        f"{least['age_group']} in {least['trust_name']}.",
    )


def _growth_headline(table: pd.DataFrame, base_label: str, horizon_label: str) -> str:
    row = style.extremes(table, "growth")[1]
    return (
        f"Ages {row['age_group']} in {row['trust_name']} grow most: "
        f"{style.signed_text(row['growth'], share=True)}, from {style.count_text(row['base'])} in "
        f"{base_label} to {style.count_text(row['horizon'])} in {horizon_label}"
    )


def _columns(panels: int) -> int:
    """Return how many panels stand in a row, so that no row has a single one left over."""
    return 2 if panels in (2, 4) else min(3, panels)


def _draw_ages(ax: Axes, rows: pd.DataFrame, bands: list[str]) -> None:
    heights = np.array([bands.index(band) for band in rows["age_group"]])
    ax.barh(heights + 0.2, rows["base"], height=0.4, color=style.SKY, hatch="//",
            edgecolor="white", linewidth=0)  # fmt: skip
    ax.barh(heights - 0.2, rows["horizon"], height=0.4, color=style.BLUE, linewidth=0)  # fmt: skip
    ends = rows[["base", "horizon"]].max(axis=1)
    for height, end, change in zip(heights, ends, rows["growth"], strict=True):
        if pd.notna(change):
            style.label_bar(ax, end, height, style.signed_text(change, share=True))
    style.clear_category_axis(ax)
    # A row may end before the one below it, so every panel keeps the numbers of its axis.
    ax.tick_params(axis="x", labelbottom=True)
    style.few_ticks(ax.xaxis, most=3)
    style.show_counts(ax.xaxis)


@style.use_style()
def plot_decomposition(
    table: pd.DataFrame,
    *,
    by: str = "trust_name",
    label: str = "Change in emergency admissions a year",
    shares: bool = False,
    figure: Figure | SubFigure | None = None,
    title: str | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw what a change consists of, as steps that add up to the total, one panel a trust.

    Parameters
    ----------
    table : DataFrame
        ``factor`` (each part in order, then ``total``), ``change`` (events, or shares of the
        base), and the column named by ``by``.
    by : str
        Column that names the trust, area or activity of a panel.
    label : str
        Axis label with the unit.
    shares : bool
        Whether the change is a share of the base rather than events.
    figure : Figure, optional
        Empty figure to draw on.
    title : str, optional
        Title; without it the greatest part.

    Returns
    -------
    array of Axes
        One for each trust or area. Each part starts where the one above it ends; increases are
        plain, decreases hatched, the total is dark: sign and name of each step say as much, so
        that there is no key.
    """
    style.check_columns(table, ("factor", "change", by), chart="decomposition", value="change")
    names = style.in_order(table[by])
    parts = table.loc[table["factor"].ne(_TOTAL), "factor"]
    factors = [*style.in_order(parts), *([_TOTAL] if len(parts) < len(table) else [])]
    axes = style.new_panels(
        len(names), columns=_columns(len(names)), height=1.9 + 0.42 * len(factors), figure=figure,
        sharex=True, sharey=True,
    )  # fmt: skip
    for ax, name in zip(axes, names, strict=True):
        _draw_steps(ax, table.loc[table[by].eq(name)], factors, shares=shares)
        style.set_panel_title(ax, style.opening(name))
        ax.set_xlabel(style.broken(label, width=24))
    labels = [style.broken(factor.capitalize(), width=14) for factor in factors]
    axes[0].set(yticks=range(len(factors)), yticklabels=labels, ylim=(len(factors) - 0.4, -0.6))
    style.leave_room(axes)
    style.set_figure_headline(axes, title or _decomposition_headline(table, by, shares=shares))
    return axes


def describe_decomposition(
    table: pd.DataFrame, *, by: str = "trust_name", shares: bool = False
) -> str:
    """Return alt text for a decomposition: the greatest part, and each total."""
    style.check_columns(table, ("factor", "change", by), chart="decomposition", value="change")
    totals = table.loc[table["factor"].eq(_TOTAL)]
    parts = [factor for factor in style.in_order(table["factor"]) if factor != _TOTAL]
    named = [
        f"{name} {_signed(change, shares=shares)}"
        for name, change in zip(totals[by], totals["change"], strict=True)
    ]
    return style.compose_description(
        f"Steps that split the change into {style.list_text(parts)}.",
        f"{_decomposition_headline(table, by, shares=shares)}.",
        *([f"Totals: {style.list_text(named)}."] if named else []),
    )


def _signed(change: float, *, shares: bool) -> str:
    return style.signed_text(change, share=shares, decimals=1 if shares else 0)


def _decomposition_headline(table: pd.DataFrame, by: str, *, shares: bool) -> str:
    parts = table.loc[table["factor"].ne(_TOTAL)]
    row = style.extremes(parts.assign(size=parts["change"].abs()), "size")[1]
    return (
        f"The greatest part of the change is {row['factor']} in {row[by]}: "
        f"{_signed(row['change'], shares=shares)}"
    )


def _draw_steps(ax: Axes, rows: pd.DataFrame, factors: list[str], *, shares: bool) -> None:
    is_total = rows["factor"].eq(_TOTAL)
    ends = rows["change"].where(~is_total, 0).cumsum()
    starts = (ends - rows["change"]).where(~is_total, 0)
    for factor, start, change in zip(rows["factor"], starts, rows["change"], strict=True):
        height = factors.index(factor)
        ax.barh(height, change, left=start, height=0.62, edgecolor="white", linewidth=0,
                **_step_look(factor, change))  # fmt: skip
        end = start + change
        beyond = min(start, end) if end < 0 else max(start, end)
        style.label_bar(ax, beyond, height, _signed(change, shares=shares))
    ax.axvline(0, color=style.INK, linewidth=1)
    style.clear_category_axis(ax)
    # A row may end before the one below it, so every panel keeps the numbers of its axis.
    ax.tick_params(axis="x", labelbottom=True)
    style.few_ticks(ax.xaxis, most=3)
    if shares:
        style.show_shares(ax.xaxis)
    else:
        style.show_counts(ax.xaxis)


def _step_look(factor: str, change: float) -> dict[str, Any]:
    if factor == _TOTAL:
        return {"facecolor": style.INK}
    if change < 0:
        return {"facecolor": style.VERMILLION, "hatch": "///"}
    return {"facecolor": style.BLUE}


_PATH_COLUMNS = ("activity", "year", "value", "lower", "upper", "path")


@style.use_style()
def plot_paths(
    table: pd.DataFrame,
    *,
    interval: str = "80% interval",
    figure: Figure | SubFigure | None = None,
    title: str | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw activity year by year with its interval, one panel an activity.

    Parameters
    ----------
    table : DataFrame
        ``activity``, ``year``, ``path`` (events a year with each factor at its central value),
        ``lower``, ``upper`` (of the draws) and ``value`` (their median).
    interval : str
        What the band is, for the key.
    figure : Figure, optional
        Empty figure to draw on.
    title : str, optional
        Title; without it the activity that grows most.

    Returns
    -------
    array of Axes
        One for each activity, each on its own scale from 0; the numbers of the last year stand at
        the right.
    """
    style.check_columns(table, _PATH_COLUMNS, chart="path of demand", value="path")
    names = style.in_order(table["activity"])
    axes = style.new_panels(len(names), columns=_columns(len(names)), height=2.5, figure=figure)
    for ax, name in zip(axes, names, strict=True):
        rows = table.loc[table["activity"].eq(name)].sort_values("year")
        ax.fill_between(rows["year"], rows["lower"], rows["upper"], color=style.SKY, alpha=0.35,
                        linewidth=0)  # fmt: skip
        ax.plot(rows["year"], rows["path"], color=style.BLUE, linewidth=2.2)
        ax.plot(rows["year"], rows["value"], color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)))
        _label_last(ax, rows.iloc[-1])
        style.set_panel_title(ax, style.opening(name), width=24)
        ax.set_ylim(0, 1.08 * rows[["upper", "path"]].max().max())
        # The ends stand beside the lines, so that the axis needs no more than where they began.
        ax.set_yticks([0, round(rows["path"].iloc[0])])
        style.show_counts(ax.yaxis)
        ax.set_xticks([rows["year"].iloc[0], rows["year"].iloc[-1]])
    style.add_key(axes[0], _path_keys(interval))
    style.set_figure_headline(axes, title or _path_headline(table))
    return axes


def describe_paths(table: pd.DataFrame) -> str:
    """Return alt text for paths: what each activity reaches, and its interval."""
    style.check_columns(table, _PATH_COLUMNS, chart="path of demand", value="path")
    last = table.loc[table["year"].eq(table["year"].max())]
    figures = {end: last[end].map(style.count_text) for end in ("path", "lower", "upper")}
    named = (
        last["activity"] + " " + figures["path"] + " (" + figures["lower"] + " to "
        + figures["upper"] + ")"
    )  # fmt: skip
    return style.compose_description(
        f"Lines of activity a year to {table['year'].max()}, with bands.",
        f"{_path_headline(table)}.",
        f"In the last year: {style.list_text(list(named))}.",
    )


def _label_last(ax: Axes, last: pd.Series[Any]) -> None:
    """Write the last year's path and ends beside them; ends that lie on the path are left out."""
    room = 0.09 * max(last["upper"], last["path"])
    ends = [end for end in ("lower", "upper") if abs(last[end] - last["path"]) > room]
    for name in ("path", *ends):
        ax.annotate(
            style.count_text(last[name]), (last["year"], last[name]), xytext=(4, 0),
            textcoords="offset points", va="center", fontsize=9.5, annotation_clip=False,
            fontweight="bold" if name == "path" else "normal",
        )  # fmt: skip


def _path_headline(table: pd.DataFrame) -> str:
    ends = table.sort_values("year").groupby("activity", sort=False)["path"].agg(["first", "last"])
    growth = (ends["last"] / ends["first"] - 1).rename("growth").reset_index()
    row = style.extremes(growth, "growth")[1]
    return (
        f"{style.opening(row['activity'])} grow most by {table['year'].max()}: "
        f"{style.signed_text(row['growth'], share=True)} by the central assumptions"
    )


def _path_keys(interval: str) -> list[Any]:
    return [
        Line2D([], [], color=style.BLUE, linewidth=2.2, label="Central assumptions"),
        Line2D([], [], color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)),
               label="Median of the draws"),
        Patch(facecolor=style.SKY, alpha=0.35, label=style.opening(interval)),
    ]  # fmt: skip


_FLOW_COLUMNS = ("area_name", "trust_name", "value")


@style.use_style()
def plot_flows(
    table: pd.DataFrame, *, label: str, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw how many patients of each area go to each trust, one bar an area, stacked by trust.

    Parameters
    ----------
    table : DataFrame
        ``area_name`` in the order to show, ``trust_name``, ``value`` (events a year).
    label : str
        Axis label with the unit.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the greatest flow.

    Returns
    -------
    Axes
        The total of an area stands at the end of its bar.
    """
    style.check_columns(table, _FLOW_COLUMNS, chart="flows", value="value")
    areas, trusts = (style.in_order(table[name]) for name in ("area_name", "trust_name"))
    ax = style.new_axes(ax, height=1.6 + 0.34 * len(areas))
    wide = table.pivot_table(index="area_name", columns="trust_name", values="value", aggfunc="sum")
    wide = wide.reindex(index=areas, columns=trusts).fillna(0.0)
    styles, starts, bars = style.trust_styles(trusts), np.zeros(len(areas)), {}
    for trust, look in styles.items():
        bars[trust] = ax.barh(range(len(areas)), wide[trust], left=starts, height=0.7,
                              color=look.colour, hatch=look.hatch, edgecolor="white",
                              linewidth=0).patches  # fmt: skip
        starts = starts + wide[trust].to_numpy()
    for height, end in enumerate(starts):
        style.label_bar(ax, end, height, style.count_text(end))
    ax.set(yticks=range(len(areas)), yticklabels=areas, ylim=(len(areas) - 0.4, -0.6),
           xlabel=label)  # fmt: skip
    style.clear_category_axis(ax)
    style.leave_room([ax])
    style.show_counts(ax.xaxis)
    style.set_headline(ax, title or _flow_headline(table))
    naming.name_in_bars(ax, bars, style.bar_keys(styles))
    return ax


def describe_flows(table: pd.DataFrame, *, label: str) -> str:
    """Return alt text for flows: the greatest, and the total of each trust."""
    style.check_columns(table, _FLOW_COLUMNS, chart="flows", value="value")
    totals = table.groupby("trust_name", sort=False)["value"].sum()
    named = totals.index + " " + totals.map(style.count_text)
    return style.compose_description(
        f"Stacked bars by area of {style.in_sentence(label)}, by trust.",
        f"{_flow_headline(table)}.",
        f"In all: {style.list_text(list(named))}.",
    )


def _flow_headline(table: pd.DataFrame) -> str:
    row = style.extremes(table, "value")[1]
    return (
        f"The greatest flow is from {row['area_name']} to {row['trust_name']}: "
        f"{style.count_text(row['value'])}"
    )
