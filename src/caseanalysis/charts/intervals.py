"""Chart of single values with their intervals, one row each."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import naming, style
from caseanalysis.formatting import format_value

_COLUMNS = ("name", "value", "lower", "upper", "kind")


@style.use_style()
def plot_intervals(
    table: pd.DataFrame,
    *,
    label: str,
    number: str,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a dot for each value, with a line over its interval, from zero.

    Parameters
    ----------
    table : DataFrame
        ``name`` (top to bottom in the order of the rows), ``value``, ``lower``, ``upper`` (missing
        where there is no interval), ``kind`` (what the value is, such as ``as printed``).
    label : str
        Axis label with the unit.
    number : str
        Style of ``caseanalysis.formatting`` for the values.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the highest and the lowest value.

    Returns
    -------
    Axes
        One row a value, its number beside it, and its kind where there are several; kinds
        differ in colour and marker.
    """
    style.check_columns(table, _COLUMNS, chart="intervals", value="value")
    ax = style.new_axes(ax, height=1.6 + 0.42 * len(table))
    looks = style.series_styles(dict.fromkeys(table["kind"]))
    labels = []
    for height, (_, row) in enumerate(table.iterrows()):
        look = looks[row["kind"]]
        if pd.notna(row["lower"]):
            ax.plot([row["lower"], row["upper"]], [height, height], color=look.colour, linewidth=3)
        ax.plot(row["value"], height, look.marker, color=look.colour, markersize=8)
        end = row["upper"] if pd.notna(row["upper"]) else row["value"]
        kind = f", {row['kind']}" if len(looks) > 1 else ""
        text = f" {format_value(row['value'], number)}{kind}"
        labels.append(style.label_bar(ax, end, height, text))
    ax.set_yticks(range(len(table)), labels=[style.broken(one, width=30) for one in table["name"]])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.set_xlabel(label)
    ax.xaxis.set_major_formatter(lambda x, _: format_value(x, number))
    style.few_ticks(ax.xaxis, most=5)
    style.clear_category_axis(ax)
    style.set_headline(ax, title or _headline(table, number))
    naming.make_room(ax, labels)
    return ax


def describe_intervals(table: pd.DataFrame, *, label: str, number: str) -> str:
    """Return alt text for values with intervals: how many, the highest and the lowest."""
    style.check_columns(table, _COLUMNS, chart="intervals", value="value")
    kinds = style.list_text(list(dict.fromkeys(table["kind"])))
    return style.compose_description(
        f"Dots with intervals, {len(table)} values ({kinds}): {style.in_sentence(label)}.",
        f"{_headline(table, number)}.",
    )


def _headline(table: pd.DataFrame, number: str) -> str:
    low, high = style.extremes(table, "value")
    if len(table) == 1:
        return f"{high['name']}: {format_value(high['value'], number)}"
    ends = (f"{format_value(one['value'], number)} ({one['name']})" for one in (low, high))
    return f"From {' to '.join(ends)}"
