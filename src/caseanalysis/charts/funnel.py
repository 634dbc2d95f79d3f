"""Funnel plot: units by size, with the limits of chance around the average."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from caseanalysis.charts import style

_COLUMNS = ("value", "centre", "position", "tau", "unit", "basis")
_LIMITS: dict[str, Any] = {"95": (0, (5, 3)), "998": "-"}
_LEVELS = {"95": "95%", "998": "99.8%"}
#: Grey of the units that are not named.
_PLAIN = "#9a9a9a"
#: Colour, marker and size of the units that are named.
_MARKS = {"trust": (style.BLUE, "o", 8.0), "peers": (style.VERMILLION, "D", 6.5)}
#: Where a number may stand beside its dot, in points.
_SIDES = [
    (round(reach * float(np.cos(angle)), 1), round(reach * float(np.sin(angle)), 1))
    for reach in (11, 16, 22)
    for angle in np.pi / 4 * np.array([0, 4, 2, 6, 1, 7, 3, 5])
]


@style.use_style()
def plot_funnel(
    table: pd.DataFrame,
    *,
    curves: pd.DataFrame,
    denominator: str,
    label: str,
    size_label: str,
    name: str = "org_name",
    kind: str = "kind",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw each unit's value by its size, within limits of 95% and 99.8%.

    Parameters
    ----------
    table : DataFrame
        As ``methods.funnel.funnel_limits`` returns it, with the columns ``name`` and ``kind``.
    curves : DataFrame
        As ``methods.funnel.curves`` returns them.
    denominator : str
        Column of the size.
    label, size_label : str
        What is measured, and what the size is, with their units.
    name, kind : str
        Columns of the unit's name and of what it is: ``trust`` and ``peers`` are drawn in colour,
        the trusts named beside the chart and the peers by a number; others are grey.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it where the trusts lie.

    Returns
    -------
    Axes
        Dots, and the average and two pairs of limits, named at their right ends.
    """
    style.check_columns(table, (denominator, name, kind, *_COLUMNS), chart="funnel", value="value")
    peers = table[table[kind].eq("peers")].sort_values(denominator)
    notes = _notes([size_label, str(table["basis"].iloc[0]), _list(peers, name)])
    ax = style.new_axes(ax, height=5.2 + 0.18 * notes.count("\n"))
    _draw_limits(ax, curves)
    others = table[~table[kind].isin(_MARKS)]
    ax.plot(others[denominator], others["value"], linestyle="none", marker="o", color=_PLAIN,
            markersize=4.5, markeredgewidth=0)  # fmt: skip
    for what, (colour, marker, size) in _MARKS.items():
        drawn = table[table[kind].eq(what)]
        ax.plot(drawn[denominator], drawn["value"], linestyle="none", marker=marker, zorder=4,
                color=colour, markersize=size, markeredgecolor="white")  # fmt: skip
    _finish(ax, table, curves, label, notes)
    style.set_headline(ax, title or _headline(table, name, kind))
    trusts = _trust_labels(table[table[kind].eq("trust")], denominator, name)
    style.label_ends(ax, [*_limit_labels(table, curves), *trusts], width=18)
    _number_peers(ax, peers, denominator)
    return ax


def describe_funnel(
    table: pd.DataFrame,
    *,
    denominator: str,
    label: str,
    name: str = "org_name",
    kind: str = "kind",
) -> str:
    """Return alt text for a funnel plot: the average, how many lie outside, and the trusts."""
    style.check_columns(table, (denominator, name, kind, *_COLUMNS), chart="funnel", value="value")
    outside = {
        level: int(table["position"].astype(str).str.endswith(level).sum())
        for level in ("95%", "99.8%")
    }
    own = table[table[kind].eq("trust")]
    said = [f"{row[name]}: {_number(row['value'], table)}, {_place(row['position'])}."
            for row in own.to_dict("records")]  # fmt: skip
    return style.compose_description(
        f"Funnel plot of {style.in_sentence(label)} for {len(table)} units around "
        f"{_number(table['centre'].iloc[0], table)}.",
        *said,
        f"Beyond the limits of 99.8%: {outside['99.8%']}; beyond those of 95% alone: "
        f"{outside['95%']}.",
        f"{style.opening(str(table['basis'].iloc[0]))}.",
    )


def _draw_limits(ax: Axes, curves: pd.DataFrame) -> None:
    for level, line in _LIMITS.items():
        for end in ("lower", "upper"):
            ax.plot(curves["denominator"], curves[f"{end}_{level}"], color=style.GREY,
                    linewidth=1.2, linestyle=line)  # fmt: skip
    ax.plot(curves["denominator"], curves["centre"], color=style.INK, linewidth=1.3)


def _finish(ax: Axes, table: pd.DataFrame, curves: pd.DataFrame, label: str, notes: str) -> None:
    low, high = curves["denominator"].min(), curves["denominator"].max()
    ax.set_xlim(low, high)
    span = table["value"].max() - table["value"].min()
    # The limits of the smallest units may lie far beyond every value.
    floor = min(table["value"].min(), curves["lower_998"].quantile(0.05))
    roof = max(table["value"].max(), curves["upper_998"].quantile(0.95))
    ax.set_ylim(floor - 0.05 * span, roof + 0.05 * span)
    ax.set_xlabel(notes, loc="left", fontsize=10)
    style.few_ticks(ax.xaxis, most=6)
    style.show_counts(ax.xaxis)
    style.label_above(ax, label)
    if table["unit"].iloc[0] == "share":
        bottom, top = ax.get_ylim()
        style.show_shares(ax.yaxis, decimals=0 if top - bottom > 0.06 else 1)


def _notes(notes: list[str]) -> str:
    return "\n".join(style.broken(style.opening(note), width=88) for note in notes if note)


def _list(peers: pd.DataFrame, name: str) -> str:
    """Return the names of the peers with their numbers on the chart, the smallest first."""
    names = [
        f"{number}\N{NO-BREAK SPACE}{text}" for number, text in enumerate(peers[name], start=1)
    ]
    others = "Small grey dots: all others."
    return f"Numbered, the comparators: {'; '.join(names)}. {others}" if names else others


def _limit_labels(table: pd.DataFrame, curves: pd.DataFrame) -> list[style.EndLabel]:
    """Return the names of the average and of the limits, at the ends of their lines."""
    last = curves.sort_values("denominator").iloc[-1]
    names = {f"{end}_{level}": f"{words} limit" for level, words in _LEVELS.items()
             for end in ("lower", "upper")}  # fmt: skip
    named = {column: (text, style.GREY) for column, text in names.items()}
    named |= {"centre": (f"Average {_number(table['centre'].iloc[0], table)}", style.INK)}
    return [
        style.EndLabel(float(last["denominator"]), float(last[column]), text, colour)
        for column, (text, colour) in named.items()
    ]


def _trust_labels(trusts: pd.DataFrame, denominator: str, name: str) -> list[style.EndLabel]:
    return [
        style.EndLabel(float(row[denominator]), float(row["value"]), str(row[name]), style.BLUE)
        for row in trusts.to_dict("records")
    ]


def _number_peers(ax: Axes, peers: pd.DataFrame, denominator: str) -> None:
    """Write a number beside each peer's dot, where it lies on no other number and no such dot."""
    style.lay_out(ax)
    scale = style.figure_of(ax).dpi / 72
    dots = [tuple(at) for at in ax.transData.transform(peers[[denominator, "value"]]) / scale]
    taken = [(x, y, 5.0, 5.0) for x, y in dots]
    for number, (x, y) in enumerate(dots, start=1):
        half = 3.5 * len(str(number))
        free = (
            (dx, dy)
            for dx, dy in _SIDES
            if not any(
                abs(x + dx - left) < half + width and abs(y + dy - low) < 5.5 + height
                for left, low, width, height in taken
                if (left, low) != (x, y)
            )
        )
        dx, dy = next(free, _SIDES[0])
        taken.append((x + dx, y + dy, half, 5.5))
        dot = peers[[denominator, "value"]].iloc[number - 1]
        ax.annotate(str(number), (dot.iloc[0], dot.iloc[1]), xytext=(dx, dy), ha="center",
                    textcoords="offset points", va="center", fontsize=10, zorder=5,
                    path_effects=[withStroke(linewidth=2, foreground="white")])  # fmt: skip


def _number(value: float, table: pd.DataFrame) -> str:
    if table["unit"].iloc[0] == "share":
        return style.share_text(value)
    whole = float(np.nanmax(np.abs(table["value"])))
    decimals = 0 if whole >= 100 else 1 if whole >= 10 else 2 if whole >= 1 else 4
    return style.count_text(value, decimals=decimals)


def _place(position: Any) -> str:
    if position == "within":
        return "within the limits"
    side, level = str(position).split()
    return f"{side} the limits of {level}"


def _headline(table: pd.DataFrame, name: str, kind: str) -> str:
    own = table[table[kind].eq("trust")]
    if own.empty:
        outside = int(table["position"].ne("within").sum())
        return f"{outside} of {len(table)} units lie outside the limits of 95%"
    groups: dict[str, list[str]] = {}
    for row in own.to_dict("records"):
        groups.setdefault(_place(row["position"]), []).append(str(row[name]))
    return "; ".join(f"{style.list_text(names)} {place}" for place, names in groups.items())
