"""Charts of distance: how far residents live from a service, for each way of placing it."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import style

_COLUMNS = ("configuration", "mean_kilometres", "farthest_tenth", "share_within")


@style.use_style()
def plot_configurations(
    table: pd.DataFrame,
    *,
    within: float,
    label: str = "Kilometres in a straight line",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw mean distance and the distance of the farthest tenth, one line a configuration.

    Parameters
    ----------
    table : DataFrame
        ``configuration``, ``mean_kilometres``, ``farthest_tenth``, ``share_within`` (0 to 1);
        today's first.
    within : float
        Kilometres that ``share_within`` stands for.
    label : str
        Axis label with the unit.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it today's mean and the greatest.

    Returns
    -------
    Axes
        The mean is a dot, the farthest tenth the end of a line; the share within stands beside.
    """
    style.check_columns(table, _COLUMNS, chart="distances", value="mean_kilometres")
    names = style.in_order(table["configuration"])
    ax = style.new_axes(ax, height=1.9 + 0.42 * len(names))
    for at, (_, row) in enumerate(table.iterrows()):
        look = style.BLUE if at == 0 else style.VERMILLION
        ax.hlines(at, row["mean_kilometres"], row["farthest_tenth"], color=look, linewidth=2)
        ax.plot(row["mean_kilometres"], at, "o", color=look, markersize=8)
        ax.plot(row["farthest_tenth"], at, "|", color=look, markersize=12)
        text = f"{style.share_text(row['share_within'], decimals=0)} within {within:g} km"
        style.label_bar(ax, row["farthest_tenth"], at, text)
    ax.set(yticks=range(len(names)), yticklabels=[style.broken(one, width=18) for one in names])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.45 * float(table["farthest_tenth"].max()))
    style.clear_category_axis(ax)
    ax.set_xlabel(f"{label}: dot, the mean; bar, where the farthest tenth begins")
    style.set_headline(ax, title or _headline(table))
    return ax


def describe_configurations(table: pd.DataFrame, *, within: float) -> str:
    """Return alt text for the configurations: mean, farthest tenth and share within of each."""
    style.check_columns(table, _COLUMNS, chart="distances", value="mean_kilometres")
    parts = [
        f"{row['configuration']}: mean {row['mean_kilometres']:.0f} km, a tenth beyond "
        f"{row['farthest_tenth']:.0f}, {style.share_text(row['share_within'], decimals=0)} within "
        f"{within:g}."
        for _, row in table.iterrows()
    ]
    return style.compose_description("Straight-line distance to the nearest hospital.", *parts)


def _headline(table: pd.DataFrame) -> str:
    today, most = table.iloc[0], style.extremes(table, "mean_kilometres")[1]
    return (
        f"The mean resident lives {today['mean_kilometres']:.0f} km from a hospital; "
        f"{style.in_sentence(most['configuration'])}, {most['mean_kilometres']:.0f} km"
    )
