"""Charts of hospital activity: what is added by the horizon year, and totals by trust."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy

from caseanalysis.charts import naming, style

_ADDITIONAL_COLUMNS = ("activity", "printed", "recomputed", "lower", "upper")
_TOTAL_COLUMNS = ("activity", "trust_name", "value")


@style.use_style()
def plot_additional_activity(
    table: pd.DataFrame,
    *,
    label: str = "Additional events a day",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the additional activity that a case printed beside the same quantity recomputed.

    Parameters
    ----------
    table : DataFrame
        ``activity``, ``printed`` (may be missing), ``recomputed``, ``lower``, ``upper``, in events
        a day.
    label : str
        Axis label with the unit and the horizon year.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the activity with the greatest distance between the two.

    Returns
    -------
    Axes
        A hollow diamond for the printed number, a dot with its interval for the recomputed one;
        both are written out at the right, below their marks.
    """
    style.check_columns(table, _ADDITIONAL_COLUMNS, chart="additional activity", value="recomputed")
    ax = style.new_axes(ax, height=max(3.6, 1.9 + 0.5 * len(table)))
    heights = list(range(len(table)))
    _draw_pairs(ax, table, heights)
    _write_numbers(ax, table, heights)
    ax.axvline(0, color=style.INK, linewidth=1)
    names = [style.broken(style.opening(name), width=22) for name in table["activity"]]
    ax.set(yticks=heights, yticklabels=names, ylim=(len(table) - 0.5, -0.6), xlabel=label)
    style.clear_category_axis(ax)
    style.few_ticks(ax.xaxis, most=5)
    style.show_counts(ax.xaxis)
    style.set_headline(ax, title or _additional_headline(table))
    return ax


def describe_additional_activity(table: pd.DataFrame) -> str:
    """Return alt text for additional activity: its range, and where the two numbers differ."""
    style.check_columns(table, _ADDITIONAL_COLUMNS, chart="additional activity", value="recomputed")
    least, most = style.extremes(table, "recomputed")
    return style.compose_description(
        f"Additional events a day, printed and recomputed, for {len(table)} types of activity.",
        f"{_additional_headline(table)}.",
        f"Recomputed numbers run from {_daily(least['recomputed'])} ({least['activity']}) to "
        f"{_daily(most['recomputed'])} ({most['activity']}).",
    )


def _decimals(value: float) -> int:
    return 0 if abs(value) >= 10 else 1


def _daily(value: float) -> str:
    return style.signed_text(value, decimals=_decimals(value))


#: How each number of a pair is drawn.
_PRINTED: dict[str, Any] = {"marker": "D", "color": style.VERMILLION, "markersize": 8,
                            "markerfacecolor": "none", "markeredgewidth": 2}  # fmt: skip
_RECOMPUTED: dict[str, Any] = {"marker": "o", "color": style.BLUE, "markersize": 6}


def _draw_pairs(ax: Axes, table: pd.DataFrame, heights: list[int]) -> None:
    ax.hlines(heights, table["printed"], table["recomputed"], color=style.PALE, linewidth=5)
    ax.hlines(heights, table["lower"], table["upper"], color=style.BLUE, linewidth=2.2)
    ax.plot(table["recomputed"], heights, linestyle="none", zorder=3, **_RECOMPUTED)
    ax.plot(table["printed"], heights, linestyle="none", zorder=4, **_PRINTED)


def _write_numbers(ax: Axes, table: pd.DataFrame, heights: list[int]) -> None:
    """Write both numbers of each row, and the interval, in two columns right of the chart."""
    printed = ["none" if pd.isna(value) else _daily(value) for value in table["printed"]]
    columns = {66: ("Printed", printed, _PRINTED, 48), 192: ("Recomputed", _intervals(table),
               _RECOMPUTED, 73)}  # fmt: skip
    for points, (heading, texts, mark, before) in columns.items():
        ax.annotate(heading, (1, 1), xycoords="axes fraction", xytext=(points, 0),
                    textcoords="offset points", ha="right", va="bottom", fontsize=10)  # fmt: skip
        place = offset_copy(ax.transAxes, style.figure_of(ax), x=points - before, y=6,
                            units="points")  # fmt: skip
        ax.plot([1], [1], transform=place, clip_on=False, **mark)
        for height, text in zip(heights, texts, strict=True):
            ax.annotate(text, (1, height), xycoords=ax.get_yaxis_transform(), xytext=(points, 0),
                        textcoords="offset points", ha="right", va="center",
                        fontsize=10.5)  # fmt: skip


def _intervals(table: pd.DataFrame) -> list[str]:
    written = []
    for row in table.to_dict("records"):
        decimals = _decimals(row["recomputed"])
        bounds = [style.count_text(row[end], decimals=decimals) for end in ("lower", "upper")]
        known = pd.notna(row["lower"]) and pd.notna(row["upper"])
        interval = f" ({' to '.join(bounds)})" if known else ""
        written.append(f"{_daily(row['recomputed'])}{interval}")
    return written


def _additional_headline(table: pd.DataFrame) -> str:
    distances = table.assign(distance=(table["recomputed"] - table["printed"]).abs())
    if distances["distance"].isna().all():
        row = style.extremes(table, "recomputed")[1]
        name = style.opening(row["activity"])
        return f"{name} grow most, by {_daily(row['recomputed'])} a day recomputed"
    row = style.extremes(distances, "distance")[1]
    return (
        f"Printed and recomputed lie furthest apart for {row['activity']}: "
        f"{_daily(row['printed'])} against {_daily(row['recomputed'])} a day"
    )


@style.use_style()
def plot_totals(
    table: pd.DataFrame,
    *,
    label: str = "Events a year",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw activity in a year by trust, with each number.

    Parameters
    ----------
    table : DataFrame
        ``activity``, ``trust_name``, ``value`` (events; missing where withheld).
    label : str
        Axis label with the unit and the year.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the greatest number, beside the smallest of the same activity.

    Returns
    -------
    Axes
        Horizontal bars grouped by activity. A missing value has no bar and no number.
    """
    style.check_columns(table, _TOTAL_COLUMNS, chart="totals", value="value")
    ax = style.new_axes(ax, height=style.bar_chart_height(len(table)))
    styles = style.trust_styles(table["trust_name"])
    names = [style.broken(style.opening(name), width=22) for name in table["activity"]]
    drawn = style.draw_grouped_bars(
        ax,
        table.assign(activity=names),
        value="value",
        category="activity",
        group="trust_name",
        styles=styles,
    )
    labels = {
        name: [style.label_bar(ax, value, height, style.count_text(value))
               for value, height in bars]
        for name, bars in drawn.items()
    }  # fmt: skip
    ax.margins(x=0.14)
    ax.set_xlim(left=0)
    ax.set_xlabel(label)
    ax.set_ylabel("")
    style.few_ticks(ax.xaxis, most=6)
    style.show_counts(ax.xaxis)
    style.set_headline(ax, title or _totals_headline(table))
    naming.name_beside_bars(ax, labels, style.bar_keys(styles))
    return ax


def describe_totals(table: pd.DataFrame, *, label: str = "Events a year") -> str:
    """Return alt text for totals: the greatest and the smallest number, and what is missing."""
    style.check_columns(table, _TOTAL_COLUMNS, chart="totals", value="value")
    least, most = style.extremes(table, "value")
    gaps = int(table["value"].isna().sum())
    return style.compose_description(
        f"Bars of activity ({style.in_sentence(label)}) by type and trust.",
        f"The most is {style.count_text(most['value'])} ({most['activity']}, "
        f"{most['trust_name']}), the least {style.count_text(least['value'])} "
        f"({least['activity']}, {least['trust_name']}).",
        *([f"{gaps} withheld or missing."] if gaps else []),
    )


def _totals_headline(table: pd.DataFrame) -> str:
    most = style.extremes(table, "value")[1]
    same = table[table["activity"].eq(most["activity"]) & table["value"].notna()]
    least = style.extremes(same, "value")[0]
    headline = (
        f"{most['trust_name']} has {style.count_text(most['value'])} "
        f"{style.in_sentence(most['activity'])}"
    )
    if len(same) == 1:
        return headline
    return f"{headline}, {least['trust_name']} {style.count_text(least['value'])}"
