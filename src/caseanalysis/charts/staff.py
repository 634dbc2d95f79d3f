"""Chart of survey scores by indicator and trust, each cell with its number and its standing."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from caseanalysis.charts import style

_COLUMNS = ("org_name", "group", "value", "standing")
#: Background, sign and hatch of each standing: told apart without colour by the sign.
_LOOKS = {
    "below England": ("#f3c6a5", "\N{BLACK DOWN-POINTING TRIANGLE}"),
    "similar to England": ("#ececec", "\N{BLACK CIRCLE}"),
    "above England": ("#b5d9ee", "\N{BLACK UP-POINTING TRIANGLE}"),
}


@style.use_style()
def plot_scores(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw a grid of scores: one row an indicator, one column an organisation.

    Parameters
    ----------
    table : DataFrame
        ``org_name``, ``group`` (the indicator), ``value`` (points), ``standing`` (below England,
        similar to England, above England; missing for England itself) and perhaps ``uncertain``
        (true where the print can be read in more than one way).
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it how many scores stand below England.

    Returns
    -------
    Axes
        Each cell has its number and a sign for its standing; a white cell with a question mark is
        uncertain, an empty one has no number.
    """
    style.check_columns(table, _COLUMNS, chart="scores", value="value")
    names, groups = style.in_order(table["org_name"]), style.in_order(table["group"])
    ax = style.new_axes(ax, height=1.9 + 0.36 * len(groups))
    for _, row in table[table["value"].notna()].iterrows():
        _draw_cell(ax, row, names.index(row["org_name"]), groups.index(row["group"]))
    ax.set_xticks(range(len(names)), labels=[style.broken(name, width=12) for name in names])
    ax.set_yticks(range(len(groups)), labels=[style.opening(name) for name in groups])
    ax.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(groups) - 0.5, -0.5))
    ax.xaxis.tick_top()
    ax.grid(visible=False)
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    style.set_headline(ax, title or _headline(table))
    ax.title.set_position((ax.title.get_position()[0], 1.0))
    keys = [
        Patch(facecolor=colour, label=f"{sign} {style.opening(name)}")
        for name, (colour, sign) in _LOOKS.items()
    ]
    style.add_key(ax, keys)
    return ax


def describe_scores(table: pd.DataFrame) -> str:
    """Return alt text for scores: how many stand below England, by organisation."""
    style.check_columns(table, _COLUMNS, chart="scores", value="value")
    known = _certain(table)
    below = known[known["standing"].str.startswith("below")].groupby("org_name").size()
    each = [
        f"{name} {below.get(name, 0)} of {count}"
        for name, count in known.groupby("org_name", sort=False).size().items()
    ]
    return style.compose_description(
        f"Grid of {table['group'].nunique()} indicators by {table['org_name'].nunique()} "
        f"organisations. {_headline(table)}.",
        *([f"Below England: {', '.join(each)}."] if each else []),
    )


def _draw_cell(ax: Axes, row: pd.Series[Any], column: int, line: int) -> None:
    standing = row["standing"]
    colour, sign = ("white", "") if pd.isna(standing) else _LOOKS[str(standing)]
    doubt = bool(row.get("uncertain", False))
    ax.add_patch(
        Rectangle((column - 0.48, line - 0.46), 0.96, 0.92, facecolor="white" if doubt else colour,
                  edgecolor=colour, linewidth=1.5 if doubt else 0)
    )  # fmt: skip
    unsure = "?" if doubt else ""
    text = f"{style.count_text(float(row['value']), decimals=1)}{unsure} {sign}".rstrip()
    ax.text(column, line, text, ha="center", va="center", fontsize=10.5)


def _certain(table: pd.DataFrame) -> pd.DataFrame:
    """Return the scores that have a standing and that the print does not leave open."""
    known = table.dropna(subset=["standing", "value"])
    return known[~known["uncertain"]] if "uncertain" in known else known


def _headline(table: pd.DataFrame) -> str:
    known, certain = table.dropna(subset=["standing", "value"]), _certain(table)
    unsure = f"; {len(known) - len(certain)} more are unclear" if len(known) > len(certain) else ""
    if certain.empty:
        return f"Scores of doctors in training{unsure}"
    below = int(certain["standing"].str.startswith("below").sum())
    return f"{below} of {len(certain)} scores of doctors in training are below England's{unsure}"
