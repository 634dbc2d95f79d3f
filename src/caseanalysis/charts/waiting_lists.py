"""Charts of waiting lists under scenarios: all who wait, and those who wait long."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from caseanalysis.charts import style


@style.use_style()
def plot_lists(
    table: pd.DataFrame,
    *,
    name: str,
    value: str = "waiting",
    label: str = "Patients waiting",
    target: str | None = None,
    figure: Figure | SubFigure | None = None,
    title: str | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw a count or share of each list month by month, one panel a list, one line a scenario.

    Parameters
    ----------
    table : DataFrame
        As returned by ``waiting_projection.project``.
    name : str
        Column that names the list.
    value : str
        What is drawn, such as ``waiting``, ``over_52_weeks`` or ``share_within_18_weeks``.
    label : str
        Axis label with the unit.
    target : str, optional
        Column of a target to draw as a dotted line, one value a list.
    figure : Figure, optional
        Empty figure to draw on.
    title : str, optional
        Title; without it the range at the end of the first list.

    Returns
    -------
    array of Axes
        One for each list, below each other; each line is named at its end.
    """
    columns = (name, "scenario", "month", value, *([target] if target else []))
    style.check_columns(table, columns, chart="waiting lists", value=value)
    lists = style.in_order(table[name])
    axes = style.new_panels(
        len(lists), columns=1, height=max(2.6, 4.0 / len(lists)), figure=figure, sharex=True
    )
    style.set_figure_headline(axes, title or _headline(table, name, value, label))
    ends = []
    for ax, one in zip(axes, lists, strict=True):
        rows = table[table[name].eq(one)]
        style.label_above(ax, label)
        style.set_panel_title(ax, one, width=70)
        ends.append(_draw(ax, rows, value, target))
        style.show_shares(ax.yaxis) if _is_share(value) else style.show_counts(ax.yaxis)
        ax.set_ylim(bottom=0)
        ax.grid(visible=False, axis="x")
    axes[-1].set_xlim(table["month"].min(), table["month"].max())
    style.show_years(axes[-1])
    for ax, labels in zip(axes, ends, strict=True):
        style.label_ends(ax, labels)
    return axes


def describe_lists(
    table: pd.DataFrame, *, name: str, value: str = "waiting", label: str = "Patients waiting"
) -> str:
    """Return alt text for lists: where each begins, and where each scenario ends."""
    style.check_columns(table, (name, "scenario", "month", value), chart="waiting lists",
                        value=value)  # fmt: skip
    first, last = table["month"].min(), table["month"].max()
    sentences = []
    for one in style.in_order(table[name]):
        rows = table[table[name].eq(one)]
        start = rows.loc[rows["month"].eq(first), value].iloc[0]
        ends = [
            f"{_number(row[value], value)} ({row['scenario']})"
            for _, row in rows[rows["month"].eq(last)].iterrows()
        ]
        sentences.append(f"{one}: from {_number(start, value)} to {style.list_text(ends)}.")
    return style.compose_description(
        f"Lines by month, {style.month_text(first)} to {style.month_text(last)}: "
        f"{style.in_sentence(label)} by scenario.",
        *sentences,
    )


def _draw(ax: Axes, rows: pd.DataFrame, value: str, target: str | None) -> list[style.EndLabel]:
    ends = []
    for scenario, look in style.series_styles(style.in_order(rows["scenario"])).items():
        line = rows[rows["scenario"].eq(scenario)].sort_values("month")
        ax.plot(line["month"], line[value], color=look.colour, linestyle=look.line,
                linewidth=look.width)  # fmt: skip
        end = line.iloc[-1]
        at = style.time_position(end["month"])
        text = f"{scenario}: {_number(end[value], value)}"
        ends.append(style.EndLabel(at, end[value], text, look.colour))
    if target:
        level = float(rows[target].iloc[0])
        ax.axhline(level, color=style.INK, linewidth=1.2, linestyle=":")
        text = f"target: {_number(level, value)}"
        ends.append(style.EndLabel(ends[0].x, level, text, style.INK))
    return ends


def _is_share(value: str) -> bool:
    return value.startswith("share")


def _number(amount: float, value: str) -> str:
    return style.share_text(amount, decimals=0) if _is_share(value) else style.count_text(amount)


def _headline(table: pd.DataFrame, name: str, value: str, label: str) -> str:
    one = table[name].iloc[0]
    last = table["month"].max()
    ends = table[table[name].eq(one) & table["month"].eq(last)].sort_values(value)
    low, high = ends.iloc[0], ends.iloc[-1]
    when = style.month_text(last)
    text = f"{one}, {style.in_sentence(label)} in {when}: {_number(high[value], value)}"
    if len(ends) == 1:
        return text
    return f"{text} ({high['scenario']}) or {_number(low[value], value)} ({low['scenario']})"
