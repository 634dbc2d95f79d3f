"""Chart of inequality: the value of each deprivation group and the line fitted to them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import style

_COLUMNS = ("quantile", "value", "lower", "upper", "population", "unit")
_INDEX_COLUMNS = ("value", "lower", "upper", "relative_index", "fitted_most", "fitted_least")


@style.use_style()
def plot_inequality(
    table: pd.DataFrame,
    *,
    index: pd.DataFrame,
    label: str,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw each deprivation group's value, as wide as its population, and the fitted slope.

    Parameters
    ----------
    table : DataFrame
        As ``methods.inequality.by_quantile`` returns it.
    index : DataFrame
        The one row of ``methods.inequality.slope_index``.
    label : str
        What is measured, with its unit.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the slope index with its interval.

    Returns
    -------
    Axes
        Steps from the most to the least deprived group with their intervals, and the slope, whose
        two ends are named at the right.
    """
    _check(table, index)
    ax = style.new_axes(ax)
    ordered = table.sort_values("quantile")
    ends = ordered["population"].cumsum() / ordered["population"].sum()
    starts = ends - ordered["population"] / ordered["population"].sum()
    middles = (starts + ends) / 2
    ax.bar(starts, ordered["value"], width=(ends - starts) * 0.985, align="edge", color=style.SKY,
           linewidth=0)  # fmt: skip
    ax.vlines(middles, ordered["lower"], ordered["upper"], color=style.INK, linewidth=1.8)
    fitted = index.iloc[0]
    ax.plot([0, 1], [fitted["fitted_most"], fitted["fitted_least"]], color=style.VERMILLION,
            linewidth=2.4, marker="o", clip_on=False)  # fmt: skip
    ax.set(xlim=(0, 1), ylim=(0, None), xticks=list(middles), xticklabels=_names(ordered))
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(
        "Deprivation group, as wide as its residents; thin lines are intervals, the thick the slope"
    )
    style.label_above(ax, label)
    if ordered["unit"].iloc[0] == "share":
        style.show_shares(ax.yaxis, decimals=0 if ordered["value"].max() > 0.05 else 1)
    style.set_headline(ax, title or _headline(ordered, index))
    style.label_ends(ax, _ends(fitted, ordered))
    return ax


def describe_inequality(table: pd.DataFrame, *, index: pd.DataFrame, label: str) -> str:
    """Return alt text for inequality: the two outer groups, the slope and the relative index."""
    _check(table, index)
    ordered = table.sort_values("quantile")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    fitted = index.iloc[0]
    relative = fitted["relative_index"]
    return style.compose_description(
        f"Bars of {style.in_sentence(label)} by deprivation, {len(ordered)} groups, from "
        f"{_number(first['value'], ordered)} in the most deprived to "
        f"{_number(last['value'], ordered)} in the least.",
        f"{_headline(ordered, index)}.",
        *(
            [f"The relative index of inequality is {style.count_text(relative, decimals=2)}."]
            if pd.notna(relative)
            else []
        ),
    )


def _check(table: pd.DataFrame, index: pd.DataFrame) -> None:
    style.check_columns(table, _COLUMNS, chart="inequality", value="value")
    style.check_columns(index, _INDEX_COLUMNS, chart="inequality, index", value="value")


def _names(ordered: pd.DataFrame) -> list[str]:
    last = len(ordered) - 1
    ends = {0: "\nmost deprived", last: "\nleast deprived"}
    return [f"{group}{ends.get(at, '')}" for at, group in enumerate(ordered["quantile"])]


def _ends(fitted: pd.Series, ordered: pd.DataFrame) -> list[style.EndLabel]:
    most, least = fitted["fitted_most"], fitted["fitted_least"]
    return [
        style.EndLabel(1.0, least, f"Slope from {_number(most, ordered)} to "
                       f"{_number(least, ordered)}", style.VERMILLION),
    ]  # fmt: skip


def _number(value: float, ordered: pd.DataFrame, *, signed: bool = False) -> str:
    share = ordered["unit"].iloc[0] == "share"
    whole = float(np.nanmax(np.abs(ordered["value"]))) * (100 if share else 1)
    decimals = 0 if whole >= 100 else 1 if whole >= 10 else 2 if whole >= 0.1 else 4
    if signed and share:
        points = style.signed_text(100 * value, decimals=decimals)
        return f"{points} percentage points"
    if signed:
        return style.signed_text(value, decimals=decimals)
    if share:
        return style.share_text(value, decimals=decimals)
    return style.count_text(value, decimals=decimals)


def _headline(ordered: pd.DataFrame, index: pd.DataFrame) -> str:
    fitted = index.iloc[0]
    lower, upper = (
        _number(fitted[end], ordered, signed=True).removesuffix(" percentage points")
        for end in ("lower", "upper")
    )
    return (
        f"Slope index of inequality, least less most deprived: "
        f"{_number(fitted['value'], ordered, signed=True)} ({lower} to {upper})"
    )
