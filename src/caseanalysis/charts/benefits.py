"""Charts of benefits: the way from printed to bankable, and what moves the present value."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import style
from caseanalysis.formatting import format_value

_FLOW = ("label", "change", "total", "kind")
_SWINGS = ("label", "central", "worst", "best")
_NUMBER = "million pounds 1"
_PARTS = ("label", "component", "value")


@style.use_style()
def plot_waterfall(
    table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the steps from the first total to the last, one bar a step, from the top down.

    Parameters
    ----------
    table : DataFrame
        As returned by ``benefits.waterfall``.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the first and the last total.

    Returns
    -------
    Axes
        Totals from zero, changes from the total before; each has its number.
    """
    style.check_columns(table, _FLOW, chart="waterfall", value="change")
    ax = style.new_axes(ax, height=1.6 + 0.4 * len(table))
    for height, (_, row) in enumerate(table.iterrows()):
        total = row["kind"] == "total"
        start = 0.0 if total else row["total"] - row["change"]
        colour = style.BLUE if total else style.VERMILLION if row["change"] < 0 else style.GREEN
        ax.barh(height, row["change"], left=start, height=0.7, color=colour,
                hatch="" if total else "///", edgecolor="white", linewidth=0)  # fmt: skip
        text = format_value(row["change"], _NUMBER if total else f"signed {_NUMBER}")
        style.label_bar(ax, max(start, row["total"]), height, f" {text}")
    _finish(ax, table["label"].tolist())
    style.leave_room([ax])
    ax.set_xlabel("Pounds a year")
    style.set_headline(ax, title or _flow_headline(table))
    return ax


def describe_waterfall(table: pd.DataFrame) -> str:
    """Return alt text for a waterfall: its ends, and each change, the largest first."""
    style.check_columns(table, _FLOW, chart="waterfall", value="change")
    changes = table[table["kind"].eq("change")]
    ordered = changes.loc[changes["change"].abs().sort_values(ascending=False).index]
    parts = [
        f"{row['label']}: {format_value(row['change'], f'signed {_NUMBER}')}."
        for _, row in ordered.iterrows()
    ]
    return style.compose_description(f"Waterfall. {_flow_headline(table)}.", *parts)


@style.use_style()
def plot_tornado(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw the present value with each factor at its worst and best end, widest at the top.

    Parameters
    ----------
    table : DataFrame
        As returned by ``benefits.tornado``.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the factor that matters most.

    Returns
    -------
    Axes
        One bar a factor around the central value, with both ends written.
    """
    style.check_columns(table, _SWINGS, chart="tornado", value="best")
    ax = style.new_axes(ax, height=1.9 + 0.45 * len(table))
    for height, (_, row) in enumerate(table.iterrows()):
        middle = row["central"]
        ax.barh(height, row["worst"] - middle, left=middle, height=0.66, color=style.VERMILLION,
                hatch="///", edgecolor="white", linewidth=0)  # fmt: skip
        ax.barh(height, row["best"] - middle, left=middle, height=0.66, color=style.BLUE)
        for end, side, align in (("worst", -4, "right"), ("best", 4, "left")):
            ax.annotate(format_value(row[end], _NUMBER), (row[end], height), (side, 0),
                        textcoords="offset points", ha=align, va="center")  # fmt: skip
    ax.axvline(float(table["central"].iloc[0]), color=style.INK, linewidth=1.3)
    _finish(ax, table["label"].tolist())
    low, high = table["worst"].min(), table["best"].max()
    room = 0.32 * (high - low)
    ax.set_xlim(min(0.0, low - room), high + room)
    ax.set_xlabel("Net present value, pounds; hatched: at its worst end, plain: at its best")
    style.set_headline(ax, title or f"{table['label'].iloc[0]} matters most")
    return ax


def describe_tornado(table: pd.DataFrame) -> str:
    """Return alt text for a tornado: the ends of each factor, widest first."""
    style.check_columns(table, _SWINGS, chart="tornado", value="best")
    parts = [
        f"{row['label']}: {format_value(row['worst'], _NUMBER)} to "
        f"{format_value(row['best'], _NUMBER)}."
        for _, row in table.iterrows()
    ]
    middle = format_value(float(table["central"].iloc[0]), _NUMBER)
    return style.compose_description(f"Bars around a net present value of {middle}.", *parts)


@style.use_style()
def plot_views(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw what the net present value of each view is made of, one bar a view.

    Parameters
    ----------
    table : DataFrame
        As returned by ``appraisal.components``.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the least and the greatest net value.

    Returns
    -------
    Axes
        Gains to the right of 0, costs to the left; the diamond is the net value, which is written
        at the end of the bar.
    """
    style.check_columns(table, _PARTS, chart="views", value="value")
    names = style.in_order(table["label"])
    ax = style.new_axes(ax, height=2.4 + 0.75 * len(names))
    looks = style.series_styles(style.in_order(table.loc[table["value"].gt(0), "component"]))
    looks |= {
        name: style.SeriesStyle(style.GREY, "-", "o", "...")
        for name in style.in_order(table.loc[table["value"].lt(0), "component"])
    }
    for height, name in enumerate(names):
        _draw_view(ax, table[table["label"].eq(name)], height, looks)
    ax.axvline(0, color=style.INK, linewidth=1)
    _finish(ax, names)
    style.leave_room([ax])
    ax.set_xlabel("Present value, pounds; the diamond is the net value")
    style.set_headline(ax, title or _views_headline(table))
    style.add_key(ax, style.bar_keys(looks))
    return ax


def describe_views(table: pd.DataFrame) -> str:
    """Return alt text for views: the net value of each, and the parts that it is made of."""
    style.check_columns(table, _PARTS, chart="views", value="value")
    parts = [
        f"{row['label']}, {style.in_sentence(row['component'])}: "
        f"{format_value(row['value'], f'signed {_NUMBER}')}."
        for _, row in table.iterrows()
    ]
    return style.compose_description(f"Bars. {_views_headline(table)}.", *parts)


def _draw_view(
    ax: Axes, rows: pd.DataFrame, height: int, looks: dict[str, style.SeriesStyle]
) -> None:
    ends = {True: 0.0, False: 0.0}
    for _, row in rows.iterrows():
        side, look = row["value"] > 0, looks[row["component"]]
        ax.barh(height, row["value"], left=ends[side], height=0.6, color=look.colour,
                hatch=look.hatch, edgecolor="white", linewidth=0)  # fmt: skip
        ends[side] += row["value"]
    net = float(rows["value"].sum())
    ax.plot(net, height, "D", color="white", markeredgecolor=style.INK, markersize=9)
    style.label_bar(ax, ends[True], height, f" {format_value(net, _NUMBER)} net")


def _views_headline(table: pd.DataFrame) -> str:
    net = table.groupby("label", sort=False)[["value"]].sum().reset_index()
    least, most = style.extremes(net, "value")
    return (
        f"From {format_value(least['value'], _NUMBER)} net ({style.in_sentence(least['label'])}) "
        f"to {format_value(most['value'], _NUMBER)} ({style.in_sentence(most['label'])})"
    )


def _finish(ax: Axes, labels: list[str]) -> None:
    ax.set_yticks(range(len(labels)), labels=[style.broken(one, width=26) for one in labels])
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.xaxis.set_major_formatter(lambda x, _: format_value(x, "million pounds 0"))
    style.few_ticks(ax.xaxis, most=5)
    style.clear_category_axis(ax)


def _flow_headline(table: pd.DataFrame) -> str:
    first, last = table["total"].iloc[0], table["total"].iloc[-1]
    return f"Of {format_value(first, _NUMBER)} a year {format_value(last, _NUMBER)} is left"
