"""Charts of risks: what each does to which opportunity, all together, and beds against demand."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from caseanalysis.charts import style
from caseanalysis.formatting import format_value

_LINKS = ("title", "opportunity_title", "effect", "change")
_LIKELIHOODS = ("likelihood", "value", "lower", "upper")
_BEDS = ("year", "value", "lower", "upper", "available")
_NUMBER = "million pounds 1"
_SHADES = LinearSegmentedColormap.from_list("loss", ["#fdeee3", "#d66410"])
_TOTAL = "In all"
_EFFECT = "Acts on"


@style.use_style()
def plot_links(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw a grid of risks and the opportunities that they bear on, darker where more is lost.

    Parameters
    ----------
    table : DataFrame
        As returned by ``risks.links``.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the risk that takes most.

    Returns
    -------
    Axes
        One row a risk, the largest loss first, one column an opportunity and one for all; each
        cell has its loss in millions of pounds; an empty cell has no link. On the left, what the
        risk acts on.
    """
    style.check_columns(table, _LINKS, chart="links", value="change")
    wide = _grid(table)
    ax = style.new_axes(ax, height=3.0 + 0.42 * len(wide))
    most = max(float(wide.drop(columns=_TOTAL).max().max()), 1e-9)
    for line, (_, row) in enumerate(wide.iterrows()):
        for column, (name, loss) in enumerate(row.items()):
            if not np.isnan(loss):
                _draw_cell(ax, column, line, loss, shade=None if name == _TOTAL else loss / most)
    effects = table.drop_duplicates("title").set_index("title")["effect"]
    for line, name in enumerate(wide.index):
        ax.text(-1, line, effects[name], ha="center", va="center", fontsize=9.5)
    rows = [style.broken(name, width=24) for name in wide.index]
    ax.set_yticks(range(len(wide)), labels=rows, fontsize=9.5)
    labels = [style.broken(name, width=20) for name in (_EFFECT, *wide.columns)]
    ax.set_xticks(range(-1, len(wide.columns)), labels=labels, rotation=60, ha="left", va="bottom",
                  rotation_mode="anchor", fontsize=9.5)  # fmt: skip
    ax.set(xlim=(-1.6, len(wide.columns) - 0.5), ylim=(len(wide) - 0.5, -0.5))
    ax.xaxis.tick_top()
    ax.grid(visible=False)
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel("Loss of net present value, millions of pounds, if the risk comes about")
    ax.xaxis.set_label_position("bottom")
    style.set_headline(ax, title or _links_headline(wide))
    ax.title.set_position((ax.title.get_position()[0], 1.0))
    return ax


def describe_links(table: pd.DataFrame) -> str:
    """Return alt text for links: what each risk takes off all that it bears on."""
    style.check_columns(table, _LINKS, chart="links", value="change")
    wide = _grid(table)
    parts = [f"{name}: {format_value(loss, _NUMBER)}." for name, loss in wide[_TOTAL].items()]
    return style.compose_description(
        f"Grid of {len(wide)} risks by {wide.shape[1] - 1} opportunities. {_links_headline(wide)}.",
        *parts,
    )


@style.use_style()
def plot_likelihoods(
    table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the net present value against how likely every risk is.

    Parameters
    ----------
    table : DataFrame
        As returned by ``risks.together``.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the median with no risk and with all of them certain.

    Returns
    -------
    Axes
        The median as a line, the interval of the draws as a band, and a line at 0.
    """
    style.check_columns(table, _LIKELIHOODS, chart="likelihoods", value="value")
    ax = style.new_axes(ax)
    x = table["likelihood"]
    ax.fill_between(x, table["lower"], table["upper"], color=style.SKY, alpha=0.45, linewidth=0)
    ax.plot(x, table["value"], color=style.BLUE, marker="o", linewidth=2.2)
    ax.axhline(0, color=style.INK, linewidth=1.4)
    ax.set_xlim(0, float(x.max()))
    style.show_shares(ax.xaxis)
    ax.yaxis.set_major_formatter(lambda value, _: format_value(value, "million pounds 0"))
    ax.set_xlabel("Likelihood of every risk")
    style.label_above(ax, "Net present value, pounds")
    last = table.iloc[-1]
    style.label_ends(
        ax,
        [
            style.EndLabel(last["likelihood"], last[name], text, colour)
            for name, text, colour in (("upper", "Interval, upper end", style.INK),
                                       ("value", "Median of the draws", style.BLUE),
                                       ("lower", "Interval, lower end", style.INK))
        ],
    )  # fmt: skip
    style.set_headline(ax, title or _likelihoods_headline(table))
    return ax


def describe_likelihoods(table: pd.DataFrame) -> str:
    """Return alt text for likelihoods: median and interval at some of them."""
    style.check_columns(table, _LIKELIHOODS, chart="likelihoods", value="value")
    parts = [
        f"At {format_value(row['likelihood'], 'percent 0')}: "
        f"{format_value(row['value'], _NUMBER)}, {format_value(row['lower'], _NUMBER)} to "
        f"{format_value(row['upper'], _NUMBER)}."
        for _, row in table.iloc[:: max(1, len(table) // 4)].iterrows()
    ]
    return style.compose_description(f"Line. {_likelihoods_headline(table)}.", *parts)


@style.use_style()
def plot_beds(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw the beds that patients would occupy year by year, and the beds open now.

    Parameters
    ----------
    table : DataFrame
        As returned by ``doing_nothing.beds_by_year``.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it when the beds open now would be full.

    Returns
    -------
    Axes
        The median of the draws as a line with its interval; the beds open now as a broken line.
    """
    style.check_columns(table, _BEDS, chart="beds", value="value")
    ax = style.new_axes(ax)
    years = table["year"]
    ax.fill_between(years, table["lower"], table["upper"], color=style.SKY, alpha=0.45, linewidth=0)
    ax.plot(years, table["value"], color=style.BLUE, marker="o", linewidth=2.2)
    ax.plot(years, table["available"], color=style.VERMILLION, linestyle=(0, (5.0, 1.5)),
            linewidth=2)  # fmt: skip
    ax.set_xlim(years.min(), years.max())
    ax.set_xticks(years.iloc[:: max(1, len(years) // 5)])
    low = min(table["lower"].min(), table["available"].min())
    high = max(table["upper"].max(), table["available"].max())
    ax.set_ylim(low - 0.1 * (high - low), high + 0.1 * (high - low))
    style.show_counts(ax.yaxis)
    style.label_above(ax, "Beds overnight; the axis does not begin at 0")
    last = table.iloc[-1]
    style.label_ends(
        ax,
        [
            style.EndLabel(last["year"], last["upper"],
                           f"Upper end {style.count_text(last['upper'])}", style.INK),
            style.EndLabel(last["year"], last["value"],
                           f"Occupied, median {style.count_text(last['value'])}", style.BLUE),
            style.EndLabel(last["year"], last["available"],
                           f"Open now {style.count_text(last['available'])}", style.VERMILLION),
        ],
    )  # fmt: skip
    style.set_headline(ax, title or _beds_headline(table))
    return ax


def describe_beds(table: pd.DataFrame) -> str:
    """Return alt text for beds: occupied at the first and the last year, and open now."""
    style.check_columns(table, _BEDS, chart="beds", value="value")
    first, last = table.iloc[0], table.iloc[-1]
    return style.compose_description(
        f"Line of beds occupied overnight. {_beds_headline(table)}.",
        f"From {style.count_text(first['value'])} in {first['year']:.0f} to "
        f"{style.count_text(last['value'])} in {last['year']:.0f} "
        f"({style.count_text(last['lower'])} to {style.count_text(last['upper'])}).",
        f"Open now: {style.count_text(last['available'])}.",
    )


def _grid(table: pd.DataFrame) -> pd.DataFrame:
    """Return the losses, risks by opportunities, the largest first, with a column for all."""
    names = style.in_order(table["opportunity_title"])
    loss = table.assign(loss=-table["change"])
    wide = loss.pivot_table("loss", "title", "opportunity_title", aggfunc="first")[names]
    wide[_TOTAL] = wide.sum(axis=1)
    return wide.sort_values(_TOTAL, ascending=False, kind="stable")


def _draw_cell(ax: Axes, column: int, line: int, loss: float, *, shade: float | None) -> None:
    colour = "white" if shade is None else _SHADES(max(shade, 0.0))
    ax.add_patch(Rectangle((column - 0.47, line - 0.45), 0.94, 0.9, facecolor=colour,
                           edgecolor=style.PALE, linewidth=0.8))  # fmt: skip
    text = f"{loss / 1e6:.1f}" if loss >= 5e4 else "0" if abs(loss) < 1 else "<0.1"
    ax.text(column, line, text, ha="center", va="center", fontsize=9.5,
            fontweight="bold" if shade is None else "normal")  # fmt: skip


def _links_headline(wide: pd.DataFrame) -> str:
    totals = wide[_TOTAL]
    loss = format_value(float(totals.iloc[0]), _NUMBER)
    others = int(np.isclose(totals, totals.iloc[0]).sum()) - 1
    beside = f" and {others} more" if others else ""
    return f"“{wide.index[0]}”{beside} would take most: {loss}"


def _likelihoods_headline(table: pd.DataFrame) -> str:
    first, last = table.iloc[0], table.iloc[-1]
    return (
        f"From {format_value(first['value'], _NUMBER)} with no risk to "
        f"{format_value(last['value'], _NUMBER)} with all at "
        f"{format_value(last['likelihood'], 'percent 0')}"
    )


def _beds_headline(table: pd.DataFrame) -> str:
    full = table.loc[table["value"].ge(table["available"]), "year"]
    if full.empty:
        return f"Beds open now would still hold the median by {table['year'].iloc[-1]:.0f}"
    return f"By {full.iloc[0]:.0f} patients would occupy every bed that is open now"
