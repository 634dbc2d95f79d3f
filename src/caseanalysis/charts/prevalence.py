"""Chart of disease prevalence: places against England and a comparator group, by register."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.transforms import offset_copy

from caseanalysis.charts import style

_COLUMNS = ("area_name", "area_kind", "register_name", "share", "lower", "upper")
_MARKS = {"place": (style.BLUE, "o", 6.0), "commissioner": (style.VERMILLION, "D", 7.0)}
_REFERENCES = {"England": style.ENGLAND_STYLE, "peers": style.PEERS_STYLE}
#: As wide as a piece of a line.
_ROOM = "\N{NO-BREAK SPACE}" * 8


@style.use_style()
def plot_prevalence(
    table: pd.DataFrame,
    *,
    figure: Figure | SubFigure | None = None,
    columns: int = 3,
    title: str | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw recorded prevalence by area with intervals, one panel a register.

    Parameters
    ----------
    table : DataFrame
        ``area_name``, ``area_kind`` (place, commissioner, peers, England), ``register_name``,
        ``share``, ``lower``, ``upper`` (0 to 1).
    figure : Figure, optional
        Empty figure to draw on.
    columns : int
        Panels in a row.
    title : str, optional
        Title; without it the register and place furthest from England.

    Returns
    -------
    array of Axes
        One for each register, in the order of the table. Dots are places, diamonds commissioners,
        all named at the left; the lines are named with their numbers below the panel's title.
    """
    style.check_columns(table, _COLUMNS, chart="prevalence", value="share")
    registers = style.in_order(table["register_name"])
    places = style.in_order(table.loc[table["area_kind"].isin(_MARKS), "area_name"])
    columns = min(columns, len(registers))
    labels = [style.broken(place, width=24) for place in places]
    row = max(0.31, *(0.18 * (label.count("\n") + 1) for label in labels))
    axes = style.new_panels(
        len(registers), columns=columns, height=1.6 + row * len(places), figure=figure, sharey=True
    )
    for ax, register in zip(axes, registers, strict=True):
        _draw_register(ax, table.loc[table["register_name"].eq(register)], places)
        found = _references(table, register)
        style.set_panel_title(ax, register, below=list(found.values()))
        _show_lines(ax, list(found))
        ax.set_xlabel("Share of patients")
    axes[0].set(yticks=range(len(places)), yticklabels=labels, ylim=(len(places) - 0.4, -0.6))
    style.set_figure_headline(axes, title or _headline(table))
    return axes


def describe_prevalence(table: pd.DataFrame) -> str:
    """Return alt text for prevalence: registers, range and the place furthest from England."""
    style.check_columns(table, _COLUMNS, chart="prevalence", value="share")
    places = table.loc[table["area_kind"].eq("place")].dropna(subset="share")
    least, most = style.extremes(places, "share")
    registers = style.in_order(table["register_name"])
    named = (
        style.list_text(registers) if len(registers) <= 4 else f"{len(registers)} disease registers"
    )
    return style.compose_description(
        f"Dots with intervals of recorded prevalence of {named} in "
        f"{places['area_name'].nunique()} places.",
        f"{_headline(table)}.",
        f"Shares run from {style.share_text(least['share'])} ({least['register_name']}, "
        f"{least['area_name']}) to {style.share_text(most['share'])} ({most['register_name']}, "
        f"{most['area_name']}).",
    )


def _draw_register(ax: Axes, rows: pd.DataFrame, places: list[str]) -> None:
    for kind, look in _REFERENCES.items():
        for row in rows.loc[rows["area_kind"].eq(kind)].to_dict("records"):
            ax.axvspan(row["lower"], row["upper"], color=look.colour, alpha=0.15, linewidth=0)
            ax.axvline(row["share"], color=look.colour, linestyle=look.line, linewidth=look.width)
    for kind, (colour, marker, size) in _MARKS.items():
        drawn = rows.loc[rows["area_kind"].eq(kind)]
        heights = [places.index(name) for name in drawn["area_name"]]
        ax.hlines(heights, drawn["lower"], drawn["upper"], color=colour, linewidth=2, zorder=3)
        ax.plot(drawn["share"], heights, linestyle="none", marker=marker, color=colour,
                markersize=size, zorder=4)  # fmt: skip
    style.clear_category_axis(ax)
    style.few_ticks(ax.xaxis, most=4)
    style.show_shares(ax.xaxis, decimals=1 if rows["upper"].max() < 0.05 else 0)


def _references(table: pd.DataFrame, register: str) -> dict[str, str]:
    """Return the words for England and the peers, with room for a piece of the line of each."""
    rows = table.loc[table["register_name"].eq(register)]
    return {
        kind: f"{_ROOM}{kind} {style.share_text(found.iloc[0])}"
        for kind in _REFERENCES
        if len(found := rows.loc[rows["area_kind"].eq(kind), "share"].dropna()) == 1
    }


def _show_lines(ax: Axes, kinds: list[str]) -> None:
    """Draw a piece of the line of England and of the peers before their words."""
    for above, kind in enumerate(reversed(kinds)):
        look = _REFERENCES[kind]
        place = offset_copy(ax.transAxes, style.figure_of(ax), y=10 + 13.5 * above, units="points")
        ax.annotate("", (0, 1), xycoords=place, xytext=(20, 0), textcoords="offset points",
                    arrowprops={"arrowstyle": "-", "color": look.colour, "linestyle": look.line,
                                "linewidth": look.width, "shrinkA": 0, "shrinkB": 0})  # fmt: skip


def _headline(table: pd.DataFrame) -> str:
    places = table.loc[table["area_kind"].eq("place")]
    england = table.loc[table["area_kind"].eq("England")].set_index("register_name")["share"]
    against = places["register_name"].map(england)
    if against.isna().all():
        row = style.extremes(places, "share")[1]
        return (
            f"{row['register_name']} is recorded most in {row['area_name']}: "
            f"{style.share_text(row['share'])}"
        )
    distances = places.assign(england=against, distance=(places["share"] - against).abs())
    row = style.extremes(distances, "distance")[1]
    return (
        f"{row['register_name']} in {row['area_name']} stands furthest from England: "
        f"{style.share_text(row['share'])} against {style.share_text(row['england'])}"
    )
