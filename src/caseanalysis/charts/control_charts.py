"""Control charts: dots marked by special cause, limits, target, icons and recorded rebases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.transforms import offset_copy

from caseanalysis.charts import style
from caseanalysis.errors import MissingDataError

_COLUMNS = ("value", "lower", "upper", "mean", "target", "segment", "rebase_reason", "variation",
            "direction", "assurance", "chart", "unit", "basis")  # fmt: skip
_RULES = {
    "beyond_limit": "a point beyond a limit",
    "two_of_three": "2 of 3 points beyond 2 sigma",
    "shift": "7 points on one side of the middle",
    "trend": "7 points in one direction",
}
#: Colour, marker and size of a dot, so that nobody needs the colour.
_MARKS = {
    "common cause": (style.GREY, "o", 4.0),
    "improvement": (style.BLUE, "s", 6.0),
    "concern": (style.VERMILLION, "D", 6.0),
    "special cause": (style.PURPLE, "^", 7.0),
}
_SIGNS = {
    "consistently hits target": (style.BLUE, "✓"),
    "consistently misses target": (style.VERMILLION, "✗"),
    "hit and miss": (style.GREY, "?"),
}
_MOST_SERIES = 4
_LINE_HEIGHT = 14


@style.use_style()
def plot_control_chart(
    table: pd.DataFrame,
    *,
    label: str,
    time: str = "month",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one control chart with its icons, limits, target and rebases.

    Parameters
    ----------
    table : DataFrame
        As a chart of ``methods.control_charts`` returns it, of one series.
    label : str
        What is measured, with its unit.
    time : str
        Column of the month, or of text in order.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it what the last point says.

    Returns
    -------
    Axes
        Dots by special cause, the middle line, dashed limits and the target named at the right;
        the icons of variation and assurance, and which chart it is, stand below the title.
    """
    style.check_columns(table, (time, *_COLUMNS), chart="control chart", value="value")
    ax = style.new_axes(ax, height=5.2)
    _draw(ax, table, time)
    ax.set_title(style.broken(title or _headline(table, time), width=70), loc="left",
                 pad=10 + 16 + 3 * _LINE_HEIGHT)  # fmt: skip
    _write_icons(ax, table, above=18)
    style.label_above(ax, label)
    _write_notes(ax, table, time)
    style.add_key(ax, _keys(table), columns=4)
    # Last, since everything above takes room from the Axes that the labels are spread over.
    style.label_ends(ax, _end_labels(table, time))
    return ax


def describe_control_chart(table: pd.DataFrame, *, label: str, time: str = "month") -> str:
    """Return alt text for a control chart: its last point, limits, variation and assurance."""
    style.check_columns(table, (time, *_COLUMNS), chart="control chart", value="value")
    known = table.dropna(subset="value")
    last = known.iloc[-1]
    special = int(known["variation"].ne("common cause").sum())
    return style.compose_description(
        f"{_kind(last)} of {style.in_sentence(label)}, {_when(table[time].iloc[0])} to "
        f"{_when(table[time].iloc[-1])}, {len(known)} points.",
        f"{_headline(table, time)}.",
        f"{_limits_text(last, table)} {_assurance_text(last)}.",
        f"{special} of the points show special-cause variation.",
        *(f"Limits start anew in {text}." for text in _reasons(table, time)),
    )


@style.use_style()
def plot_control_charts(
    table: pd.DataFrame,
    *,
    by: str,
    label: str,
    time: str = "month",
    figure: Figure | SubFigure | None = None,
    title: str | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw up to four control charts below each other, on one time axis.

    Parameters
    ----------
    table : DataFrame
        As a chart of ``methods.control_charts`` returns it.
    by : str
        Column that names the series, such as the trust.
    label : str
        What is measured, with its unit.
    time : str
        Column of the month, or of text in order.
    figure : Figure, optional
        Empty figure to draw on.
    title : str, optional
        Title; without it the variation of each series.

    Returns
    -------
    array of Axes
        One for each series, on one scale where they have one unit.

    Raises
    ------
    MissingDataError
        If there are more than four series, or a column is missing.
    """
    series = _series(table, by, time)
    axes = style.new_panels(
        len(series), columns=1, height=3.6, figure=figure, sharex=True,
        sharey=len(set(table["unit"])) == 1,
    )  # fmt: skip
    for ax, (name, rows) in zip(axes, series.items(), strict=True):
        _draw(ax, rows, time)
        ax.set_title(style.broken(name, width=70), loc="left", fontsize=11,
                     pad=6 + 16 + 3 * _LINE_HEIGHT)  # fmt: skip
        _write_icons(ax, rows, above=18)
        style.label_above(ax, label)
        ax.tick_params(axis="x", labelbottom=True)
    _write_notes(axes[-1], table, time)
    style.add_key(axes[0], _keys(table), columns=4)
    style.set_figure_headline(axes, title or _joint_headline(series))
    for ax, rows in zip(axes, series.values(), strict=True):
        style.label_ends(ax, _end_labels(rows, time))
    return axes


def describe_control_charts(
    table: pd.DataFrame, *, by: str, label: str, time: str = "month"
) -> str:
    """Return alt text for several control charts: what the last point of each says."""
    series = _series(table, by, time)
    said = [f"{name}: {_said(rows, time)}." for name, rows in series.items()]
    return style.compose_description(
        f"Control charts of {style.in_sentence(label)}, {_when(table[time].min())} to "
        f"{_when(table[time].max())}, {len(series)} series.",
        *said,
        *(f"Limits start anew in {text}." for text in _reasons(table, time)),
    )


def _series(table: pd.DataFrame, by: str, time: str) -> dict[str, pd.DataFrame]:
    style.check_columns(table, (by, time, *_COLUMNS), chart="control charts", value="value")
    names = style.in_order(table[by])
    if len(names) > _MOST_SERIES:
        raise MissingDataError(
            where="chart control charts",
            found=f"{len(names)} series",
            wanted=f"{_MOST_SERIES} at most, so that each can be read",
            remedy="select series, or draw two figures",
        )
    return {str(name): table[table[by].eq(name)] for name in names}


def _draw(ax: Axes, rows: pd.DataFrame, time: str) -> None:
    places = _places(rows, time)
    for _, segment in rows.groupby("segment"):
        at = places.loc[segment.index]
        ax.step(at, segment["mean"], where="mid", color=style.INK, linewidth=1.3)
        for end in ("lower", "upper"):
            ax.step(at, segment[end], where="mid", color=style.GREY, linewidth=1.2,
                    linestyle=(0, (5, 3)))  # fmt: skip
    if rows["target"].notna().any():
        ax.step(places, rows["target"], where="mid", color=style.INK, linewidth=1.4,
                linestyle=(0, (1, 2)))  # fmt: skip
    ax.plot(places, rows["value"], color=style.GREY, linewidth=0.9)
    for name in _shown(rows):
        colour, marker, size = _MARKS[name]
        drawn = rows["variation"].eq(name)
        ax.plot(places[drawn], rows.loc[drawn, "value"], linestyle="none", marker=marker,
                color=colour, markersize=size, markeredgecolor="white", markeredgewidth=0.6,
                zorder=3)  # fmt: skip
    _finish(ax, rows, places, time)


def _places(rows: pd.DataFrame, time: str) -> pd.Series:
    """Return where each point stands: its date in days, or its number where time is text."""
    if pd.api.types.is_datetime64_any_dtype(rows[time]):
        return rows[time].map(style.time_position)
    return pd.Series(range(len(rows)), index=rows.index, dtype=float)


def _finish(ax: Axes, rows: pd.DataFrame, places: pd.Series, time: str) -> None:
    step = float(places.diff().min()) if len(places) > 1 else 1.0
    ax.set_xlim(float(places.iloc[0]) - step, float(places.iloc[-1]) + step)
    ax.margins(y=0.12)
    ax.grid(visible=False, axis="x")
    _mark_rebases(ax, rows, places)
    if pd.api.types.is_datetime64_any_dtype(rows[time]):
        style.show_years(ax)
    else:
        every = -(-len(rows) // 8)
        ax.set_xticks(list(places)[::every], labels=list(rows[time].astype(str))[::every])
    if rows["unit"].iloc[0] == "share":
        low, high = ax.get_ylim()
        style.show_shares(ax.yaxis, decimals=0 if high - low > 0.06 else 1)
    elif float(np.nanmax(np.abs(rows["value"]))) >= 10:
        style.show_counts(ax.yaxis)


def _mark_rebases(ax: Axes, rows: pd.DataFrame, places: pd.Series) -> None:
    """Draw a line at each rebase, with the number that its reason has in the notes."""
    begins = rows["segment"].diff().gt(0)
    for number, at in enumerate(places[begins], start=1):
        ax.axvline(at, color=style.GREY, linewidth=0.9, linestyle=":")
        ax.annotate(str(number), (at, 1), xycoords=ax.get_xaxis_transform(), xytext=(3, -2),
                    textcoords="offset points", fontsize=10, va="top")  # fmt: skip


def _end_labels(rows: pd.DataFrame, time: str) -> list[style.EndLabel]:
    last = rows.dropna(subset="value").iloc[-1]
    at = float(_places(rows, time).max())
    middle = "Median" if last["chart"] == "run" else "Mean"
    wanted = {"upper": "Upper limit", "mean": middle, "lower": "Lower limit", "target": "Target"}
    colours = {"mean": style.INK, "target": style.INK}
    return [
        style.EndLabel(at, last[column], f"{words} {_number(last[column], rows)}",
                       colours.get(column, style.GREY))
        for column, words in wanted.items()
        if pd.notna(last[column])
    ]  # fmt: skip


def _write_icons(ax: Axes, rows: pd.DataFrame, *, above: float) -> None:
    """Write variation, assurance and the kind of chart above the Axes, each icon in shape too."""
    last = rows.dropna(subset="value").iloc[-1]
    lines = [last["basis"], _assurance_text(last), f"Variation: {_variation_text(last)}"]
    for row, (line, indent) in enumerate(zip(lines, (0, 20, 20), strict=True)):
        ax.annotate(line, (0, 1), xycoords="axes fraction", textcoords="offset points", va="bottom",
                    xytext=(indent, above + row * _LINE_HEIGHT), fontsize=10)  # fmt: skip
    colour, marker, _ = _MARKS[last["variation"]]
    _icon(ax, above + 5 + 2 * _LINE_HEIGHT, colour, marker)
    if last["assurance"] in _SIGNS:
        colour, sign = _SIGNS[last["assurance"]]
        _icon(ax, above + 5 + _LINE_HEIGHT, colour, "o", sign=sign)


def _icon(ax: Axes, height: float, colour: str, marker: str, *, sign: str = "") -> None:
    place = offset_copy(ax.transAxes, style.figure_of(ax), x=7, y=height, units="points")
    ax.plot([0], [1], marker=marker, color=colour, markersize=9, transform=place, clip_on=False,
            linestyle="none")  # fmt: skip
    if sign:
        ax.text(0, 1, sign, transform=place, color="white", fontsize=8, fontweight="bold",
                ha="center", va="center_baseline", clip_on=False)  # fmt: skip


def _write_notes(ax: Axes, table: pd.DataFrame, time: str) -> None:
    """Write the reasons of the rebases, numbered as in the chart, and the rules, below the axis."""
    reasons = [f"{number} Limits start anew in {text}"
               for number, text in enumerate(_reasons(table, time), start=1)]  # fmt: skip
    rules = f"Special cause: {style.list_text(list(_RULES.values())).replace(' and ', ' or ')}"
    lines = [style.broken(line, width=88) for line in [*reasons, rules]]
    ax.set_xlabel("\n".join(lines), loc="left", fontsize=10)


def _keys(table: pd.DataFrame) -> list[Line2D]:
    return [
        Line2D([], [], color=_MARKS[name][0], marker=_MARKS[name][1], markersize=_MARKS[name][2],
               linestyle="none", label=style.opening(name))
        for name in _shown(table)
    ]  # fmt: skip


def _shown(rows: pd.DataFrame) -> list[str]:
    return [name for name in _MARKS if rows["variation"].eq(name).any()]


def _reasons(table: pd.DataFrame, time: str) -> list[str]:
    """Return each rebase once, as ``March 2020: a new building``."""
    begun = table.dropna(subset="rebase_reason").drop_duplicates(["segment", "rebase_reason"])
    texts = [f"{_when(row[time])}: {row['rebase_reason']}" for row in begun.to_dict("records")]
    return list(dict.fromkeys(texts))


def _when(moment: Any) -> str:
    return style.month_text(moment) if isinstance(moment, pd.Timestamp) else str(moment)


def _kind(last: pd.Series) -> str:
    return {"run": "Run chart", "no limits": "Chart without limits"}.get(
        last["chart"], f"Control chart ({last['chart']})"
    )


def _number(value: float, rows: pd.DataFrame) -> str:
    """Return a value as the chart writes it: two decimals where the values lie close together."""
    spread = float(rows["value"].max() - rows["value"].min())
    if rows["unit"].iloc[0] == "share":
        return style.share_text(value, decimals=1 if spread > 0.02 else 2)
    whole = float(np.nanmax(np.abs(rows["value"])))
    decimals = 0 if whole >= 100 else 1 if whole >= 10 else 2 if whole >= 1 else 4
    return style.count_text(value, decimals=decimals)


def _variation_text(last: pd.Series) -> str:
    if last["variation"] == "common cause":
        return "common cause"
    way = last["direction"]
    special = "special cause" if last["variation"] == "special cause" else (
        f"special cause, {last['variation']}"
    )  # fmt: skip
    return f"{special} ({way}: {_broken_rules(last)})"


def _broken_rules(last: pd.Series) -> str:
    held = [words for rule, words in _RULES.items() if last.get(rule)]
    return held[0].removeprefix("a ") if held else "rule not named"


def _assurance_text(last: pd.Series) -> str:
    return f"Assurance: {last['assurance']}"


def _limits_text(last: pd.Series, rows: pd.DataFrame) -> str:
    if pd.isna(last["lower"]):
        return "There are no limits."
    middle = _number(last["mean"], rows)
    return (
        f"The mean is {middle}, the limits {_number(last['lower'], rows)} to "
        f"{_number(last['upper'], rows)}."
    )


def _said(rows: pd.DataFrame, time: str) -> str:
    last = rows.dropna(subset="value").iloc[-1]
    assured = f", {last['assurance']}" if last["assurance"] in _SIGNS else ""
    return f"{_number(last['value'], rows)} in {_when(last[time])}, {last['variation']}{assured}"


def _headline(rows: pd.DataFrame, time: str) -> str:
    last = rows.dropna(subset="value").iloc[-1]
    value, when = _number(last["value"], rows), _when(last[time])
    middle = "median" if last["chart"] == "run" else "mean"
    known = pd.notna(last["mean"])
    around = f", against a {middle} of {_number(last['mean'], rows)}" if known else ""
    if last["variation"] == "common cause":
        return f"{value} in {when}: common-cause variation{around}"
    what = "" if last["variation"] == "special cause" else f" {last['variation']}"
    return f"{value} in {when}: special-cause{what or ' variation'}{around}"


def _joint_headline(series: dict[str, pd.DataFrame]) -> str:
    groups: dict[str, list[str]] = {}
    for name, rows in series.items():
        groups.setdefault(rows.dropna(subset="value")["variation"].iloc[-1], []).append(name)
    parts = [f"{what} at {style.list_text(groups[what])}"
             for what in ("improvement", "concern", "special cause", "common cause")
             if what in groups]  # fmt: skip
    return style.opening("; ".join(parts))
