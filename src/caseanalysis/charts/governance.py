"""Charts of governance: forms by what they share and the way back, and answers as dots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from caseanalysis.charts import naming, style
from caseanalysis.governance import WAYS_BACK

Filling = Literal["full", "left", "none"]
_FORM_COLUMNS = ("title", "kind", "least", "most", "back_least", "back_most")
_DOT_COLUMNS = ("row", "column", "state")
#: Narrower than other charts, so that its words stay legible on a telephone.
_WIDTH = 6.8
#: How each state of a dot looks: marker, filling, colour.
_DOTS: Mapping[str, tuple[str, Filling, str]] = {
    "whole": ("o", "full", style.BLUE),
    "part": ("o", "left", style.BLUE),
    "put off": (">", "none", style.VERMILLION),
    "none": ("o", "none", style.GREY),
    "not asked": ("_", "full", style.GREY),
}
#: What the states are called where no other words are given.
LABELS = {"whole": "in full", "part": "in part", "put off": "put off", "none": "not found",
          "not asked": "not asked"}  # fmt: skip
#: More columns than this have their names turned.
_FEW = 5
_ROTATION = 60


@style.use_style()
def plot_forms(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw what each form shares, from least to most, and how far the way back leads.

    Parameters
    ----------
    table : DataFrame
        As returned by ``governance.forms``, with the rows of ``governance.position`` if there are
        any, top to bottom.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it what the chart shows.

    Returns
    -------
    Axes
        A bar from what a form shares by its nature to what it may share; the marker at each end,
        and the words beside the bar, tell what it takes to end the hardest of so much. Rows of the
        case are thinner, with their names in bold.
    """
    style.check_columns(table, _FORM_COLUMNS, chart="forms", value="most")
    ax = _axes(ax, height=2.2 + 0.42 * len(table))
    looks, labels = style.series_styles(WAYS_BACK), []
    for height, (_, row) in enumerate(table.iterrows()):
        own = row["kind"] != "form"
        ends = {end: looks[WAYS_BACK[int(row[f"back_{end}"])]] for end in ("most", "least")}
        ax.plot([row["least"], row["most"]], [height] * 2, color=ends["most"].colour,
                linewidth=3 if own else 6, solid_capstyle="butt")  # fmt: skip
        for end, look in ends.items():
            ax.plot(row[end], height, look.marker, color=look.colour, markersize=9,
                    markeredgecolor="white")  # fmt: skip
        labels.append(style.label_bar(ax, row["most"] + 0.15, height, _way_back(row)))
    ax.set_yticks(range(len(table)), labels=[style.broken(one, width=24) for one in table["title"]])
    for label, kind in zip(ax.get_yticklabels(), table["kind"], strict=True):
        label.set_fontweight("normal" if kind == "form" else "bold")
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(0, float(table["most"].max()) + 1)
    ax.set_xticks(range(0, int(table["most"].max()) + 1, 2))
    style.clear_category_axis(ax)
    ax.set_xlabel("Things shared: by its nature, up to at most")
    style.set_headline(ax, title or "What each form shares, and what it takes to end it")
    naming.make_room(ax, labels, most=2)
    return ax


def describe_forms(table: pd.DataFrame) -> str:
    """Return alt text for forms: least and most that each shares, and its way back."""
    style.check_columns(table, _FORM_COLUMNS, chart="forms", value="most")
    first = "Number of things each form shares, at least to at most, and what it takes to end it."
    parts = [
        f"{row['title']}: {row['least']} to {row['most']}, {WAYS_BACK[int(row['back_most'])]}."
        for _, row in table.iloc[::-1].iterrows()
    ]
    return style.compose_description(first, *parts)


@style.use_style()
def plot_dots(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    labels: Mapping[str, str] | None = None,
    what: str = "dots",
) -> Axes:
    """Draw a matrix of dots: filled in full, half in part, a ring where put off or not found.

    Parameters
    ----------
    table : DataFrame
        ``row``, ``column``, ``state`` (``whole``, ``part``, ``put off``, ``none`` or ``not
        asked``), in order. Columns that are numbers get no names: rows may differ in length.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it how many dots are full.
    labels : Mapping of str to str, optional
        What the states are called in the key.
    what : str
        What the dots are, for the title.

    Returns
    -------
    Axes
        Rows from the top, columns from the left; an empty ring is not found, a triangle is put
        off, and a dash is not asked.
    """
    style.check_columns(table, _DOT_COLUMNS, chart="dots", value="state")
    rows, columns = style.in_order(table["row"]), style.in_order(table["column"])
    ax = _axes(ax, height=2.0 + 0.38 * len(rows) + 0.6 * (len(columns) > _FEW))
    for row, column, state in zip(table["row"], table["column"], table["state"], strict=True):
        _dot(ax, columns.index(column), rows.index(row), state)
    ax.set_yticks(range(len(rows)), labels=[style.broken(one, width=34) for one in rows])
    ax.set_ylim(len(rows) - 0.5, -0.6)
    ax.set_xlim(-0.6, len(columns) - 0.4)
    _name_columns(ax, columns)
    style.clear_category_axis(ax)
    ax.grid(visible=False)
    ax.spines["bottom"].set_visible(False)
    words = {**LABELS, **(labels or {})}
    style.set_headline(ax, title or _headline(table, what, words))
    style.add_key(ax, _keys(table, words))
    return ax


def describe_dots(table: pd.DataFrame) -> str:
    """Return alt text for dots: how many are in each state, then the rows with none in full."""
    style.check_columns(table, _DOT_COLUMNS, chart="dots", value="state")
    counts = table["state"].value_counts()
    told = [f"{counts[state]} {LABELS[state]}" for state in LABELS if state in counts]
    best = table[table["state"].eq("whole")]
    named = [f"{row}, {column}" for row, column in zip(best["row"], best["column"], strict=True)]
    full = f"In full: {'; '.join(named)}."
    rows = style.in_order(table["row"])
    first = f"Dots for {len(rows)} rows, from {rows[0]} to {rows[-1]}: {style.list_text(told)}."
    return style.compose_description(first, *([full] if len(best) else []))


def _way_back(row: pd.Series[Any]) -> str:
    """Return what it takes to end a form, from what it shares by its nature to all it may."""
    least, most = (WAYS_BACK[int(row[f"back_{end}"])] for end in ("least", "most"))
    return most if least == most else f"from {least}\nto {most}"


def _axes(ax: Axes | None, *, height: float) -> Axes:
    if ax is not None:
        return ax
    return plt.subplots(figsize=(_WIDTH, height), layout="constrained")[1]


def _dot(ax: Axes, x: float, y: float, state: str) -> None:
    marker, filling, colour = _DOTS[state]
    ax.plot(x, y, marker, fillstyle=filling, color=colour, markersize=14,
            markerfacecoloralt="white", markeredgewidth=1.6)  # fmt: skip


def _name_columns(ax: Axes, columns: list[object]) -> None:
    if not all(isinstance(one, str) for one in columns):
        ax.set_xticks([])
        return
    names = [str(one) for one in columns]
    if len(names) <= _FEW:
        ax.set_xticks(range(len(names)), labels=[style.broken(one, width=13) for one in names])
    else:
        ax.set_xticks(range(len(names)), labels=names, rotation=_ROTATION, ha="left",
                      rotation_mode="anchor")  # fmt: skip
    ax.tick_params(axis="x", top=True, bottom=False, labeltop=True, labelbottom=False, length=0)


def _headline(table: pd.DataFrame, what: str, words: Mapping[str, str]) -> str:
    asked = table[table["state"].ne("not asked")]
    full, none = (int(asked["state"].eq(one).sum()) for one in ("whole", "none"))
    return f"Of {len(asked)} {what}, {full} {words['whole']} and {none} {words['none']}"


def _keys(table: pd.DataFrame, labels: Mapping[str, str]) -> list[Line2D]:
    keys = []
    for state, (marker, filling, colour) in _DOTS.items():
        if table["state"].eq(state).any():
            key = Line2D([], [], linestyle="none", marker=marker, color=colour, markersize=11,
                         markerfacecoloralt="white", label=labels[state])  # fmt: skip
            key.set_fillstyle(filling)
            keys.append(key)
    return keys
