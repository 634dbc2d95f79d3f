"""Charts of priorities: how far the rank of each opportunity hangs on the weights."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import style

_COLUMNS = ("name", "kind", "value", "lower", "upper", "best", "worst")


@style.use_style()
def plot_ranks(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw the rank of each opportunity over all weights, the first rank at the left.

    Parameters
    ----------
    table : DataFrame
        As returned by ``prioritisation.for_chart``, top to bottom in the order of the rows.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it what comes first.

    Returns
    -------
    Axes
        A marker at the median rank, a thick line from the 5th to the 95th percentile, a thin one
        from the best to the worst rank; colour, marker and words at the right tell the phases.
    """
    style.check_columns(table, _COLUMNS, chart="ranks", value="value")
    ax = style.new_axes(ax, height=1.9 + 0.42 * len(table))
    looks = style.series_styles(sorted(dict.fromkeys(table["kind"])))
    for height, (_, row) in enumerate(table.iterrows()):
        look = looks[row["kind"]]
        ax.plot([row["best"], row["worst"]], [height] * 2, color=style.GREY, linewidth=1)
        ax.plot([row["lower"], row["upper"]], [height] * 2, color=look.colour, linewidth=4)
        ax.plot(row["value"], height, look.marker, color=look.colour, markersize=9,
                markeredgecolor="white")  # fmt: skip
        if len(looks) > 1:
            ax.annotate(row["kind"], (1.01, height), xycoords=("axes fraction", "data"),
                        va="center", fontsize=10)  # fmt: skip
    ax.set_yticks(range(len(table)), labels=[style.broken(one, width=28) for one in table["name"]])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(0.5, len(table) + 0.5)
    ax.set_xticks(range(1, len(table) + 1))
    style.clear_category_axis(ax)
    ax.set_xlabel("Rank: median, thick line 5th to 95th percentile, thin line best to worst")
    style.set_headline(ax, title or _headline(table))
    return ax


def describe_ranks(table: pd.DataFrame) -> str:
    """Return alt text for ranks: the median of each opportunity, and its best and worst."""
    style.check_columns(table, _COLUMNS, chart="ranks", value="value")
    parts = [
        f"{row['name']}: {row['value']:g} ({row['best']} to {row['worst']})."
        for _, row in table.iterrows()
    ]
    return style.compose_description("Median ranks over all weights, best to worst.", *parts)


def _headline(table: pd.DataFrame) -> str:
    first = table.iloc[0]
    return f"{first['name']}: rank {first['best']} to {first['worst']}, whatever the weights"
