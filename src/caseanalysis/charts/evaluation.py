"""Charts of an evaluation: effects by time and outcome, their parts, and what would have been."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import style
from caseanalysis.formatting import format_value

_EVENT = ("event_time", "value", "lower", "upper", "band_lower", "band_upper", "treated")
_FOREST = ("value", "lower", "upper", "detectable", "treated")
_PARTS = ("kind", "value", "weight")
_SYNTHETIC = ("period", "actual", "synthetic", "gap", "after")
_SERIES = ("period", "value", "fitted", "without", "after", "interrupted")


@style.use_style()
def plot_event_study(
    table: pd.DataFrame,
    *,
    label: str,
    number: str,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the effect by time since the start, with intervals and the simultaneous band.

    Parameters
    ----------
    table : DataFrame
        ``event_time``, ``value``, ``lower``, ``upper``, ``band_lower``, ``band_upper``,
        ``treated`` of one outcome, treatment and comparison.
    label : str
        Axis label with the unit.
    number : str
        Style of ``caseanalysis.formatting`` for the values.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it how many event times stand out before and after the start.

    Returns
    -------
    Axes
        Hollow dots before the start, full dots from it on; the base has a cross.
    """
    style.check_columns(table, _EVENT, chart="event study", value="value")
    ax = style.new_axes(ax)
    table = table.sort_values("event_time")
    times = table["event_time"]
    ax.fill_between(times, table["band_lower"], table["band_upper"], color=style.PALE,
                    alpha=0.7, linewidth=0)  # fmt: skip
    ax.axhline(0, color=style.INK, linewidth=1)
    ax.axvline(-0.5, color=style.GREY, linestyle="--", linewidth=1.2)
    ax.vlines(times, table["lower"], table["upper"], color=style.BLUE, linewidth=2.2)
    before, base = times.lt(-1), times.eq(-1)
    later = times.ge(0)
    ax.plot(times[later], table.loc[later, "value"], "o", color=style.BLUE, markersize=7)
    ax.plot(times[before], table.loc[before, "value"], "o", color=style.BLUE, markersize=7,
            markerfacecolor="white", markeredgewidth=1.6)  # fmt: skip
    ax.plot(times[base], table.loc[base, "value"], "x", color=style.INK, markersize=7)
    _note(ax, -0.5, "before the start", side="right")
    _note(ax, -0.5, "from the start on", side="left")
    _value_axis(ax, label, number)
    ax.set_xlabel("Periods since the start (× base; grey: band that holds at all times together)")
    ax.grid(visible=False, axis="x")
    style.set_headline(ax, title or _event_headline(table))
    return ax


def describe_event_study(table: pd.DataFrame, *, label: str, number: str) -> str:
    """Return alt text for an event study: units, event times outside zero, last effect."""
    style.check_columns(table, _EVENT, chart="event study", value="value")
    last = table.sort_values("event_time").iloc[-1]
    return style.compose_description(
        f"Dots with intervals by periods since the start, {int(last['treated'])} treated units: "
        f"{style.in_sentence(label)}.",
        f"{_event_headline(table)}.",
        f"At event time {int(last['event_time'])} the effect is {_with_interval(last, number)}.",
    )


@style.use_style()
def plot_forest(
    table: pd.DataFrame,
    *,
    label: str,
    number: str,
    name: str = "outcome",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one effect a row with its interval, and the smallest that could have been found.

    Parameters
    ----------
    table : DataFrame
        The column ``name`` (top to bottom in the order of the rows), ``value``, ``lower``,
        ``upper``, ``detectable``, ``treated``; outcomes in one unit.
    label : str
        Axis label with the unit.
    number : str
        Style of ``caseanalysis.formatting`` for the values.
    name : str
        Column of the rows' names.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it how many effects lie beyond what chance allows.

    Returns
    -------
    Axes
        Grey bars reach as far as the detectable effect: dots within could not be told from 0.
    """
    style.check_columns(table, (name, *_FOREST), chart="forest", value="value")
    ax = style.new_axes(ax, height=1.9 + 0.62 * len(table))
    sure = table["lower"].gt(0) | table["upper"].lt(0)
    for height, (_, row) in enumerate(table.iterrows()):
        ax.barh(height, 2 * row["detectable"], left=-row["detectable"], height=0.4,
                color=style.PALE, linewidth=0)  # fmt: skip
        colour = style.VERMILLION if sure.iloc[height] else style.BLUE
        ax.plot([row["lower"], row["upper"]], [height, height], color=colour, linewidth=2.4)
        ax.plot(row["value"], height, "D" if sure.iloc[height] else "o", color=colour)
        ax.annotate(_with_interval(row, number), (1, height - 0.4), ha="right", va="center",
                    xycoords=("axes fraction", "data"), fontsize=10,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # fmt: skip
    ax.axvline(0, color=style.INK, linewidth=1)
    names = [
        f"{style.broken(str(one), width=26)}\n({int(treated)} treated)"
        for one, treated in zip(table[name], table["treated"], strict=True)
    ]
    ax.set_yticks(range(len(table)), labels=names)
    ax.set_ylim(len(table) - 0.6, -0.7)
    ax.set_xlabel(f"{label}\n(grey: too small to be found reliably)")
    ax.xaxis.set_major_formatter(_signed(number))
    style.few_ticks(ax.xaxis, most=5)
    style.clear_category_axis(ax)
    style.set_headline(ax, title or _forest_headline(table))
    return ax


def describe_forest(table: pd.DataFrame, *, label: str, number: str, name: str = "outcome") -> str:
    """Return alt text for effects in rows: those outside zero, then each with its interval."""
    style.check_columns(table, (name, *_FOREST), chart="forest", value="value")
    rows = [f"{row[name]} {_with_interval(row, number)}." for _, row in table.iterrows()]
    return style.compose_description(
        f"Dots with intervals, {len(table)} outcomes: {style.in_sentence(label)}.",
        f"{_forest_headline(table)}.",
        *rows,
    )


@style.use_style()
def plot_two_way_parts(
    table: pd.DataFrame,
    *,
    label: str,
    number: str,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw each comparison in two-way fixed effects: what it says against what it weighs.

    Parameters
    ----------
    table : DataFrame
        ``kind``, ``value``, ``weight`` of one outcome and treatment.
    label : str
        Axis label of the values, with the unit.
    number : str
        Style of ``caseanalysis.formatting`` for the values.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the weight of each kind.

    Returns
    -------
    Axes
        Kinds differ in colour and marker; the line is the estimate, their weighted mean.
    """
    style.check_columns(table, _PARTS, chart="parts of two-way fixed effects", value="value")
    ax = style.new_axes(ax)
    looks = style.series_styles(style.in_order(table["kind"]))
    for kind, look in looks.items():
        rows = table[table["kind"].eq(kind)]
        ax.plot(rows["weight"], rows["value"], look.marker, color=look.colour, markersize=7,
                alpha=0.8, label=kind)  # fmt: skip
    estimate = float((table["weight"] * table["value"]).sum())
    ax.axhline(0, color=style.INK, linewidth=1)
    ax.axhline(estimate, color=style.INK, linewidth=1.4, linestyle="--")
    ax.annotate(
        f"estimate {_sign(estimate, number)}",
        (1, estimate),
        xytext=(0, 4),
        va="bottom",
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
    )
    ax.set_xlim(left=0)
    ax.set_xlabel("Weight of the comparison in the estimate")
    style.show_shares(ax.xaxis, decimals=1)
    style.few_ticks(ax.xaxis, most=5)
    _value_axis(ax, label, number)
    style.add_key(ax, ax.get_legend_handles_labels()[0], columns=2)
    style.set_headline(ax, title or _parts_headline(table))
    return ax


def describe_two_way_parts(table: pd.DataFrame, *, label: str, number: str) -> str:
    """Return alt text for the parts of two-way fixed effects: weight and mean value of a kind."""
    style.check_columns(table, _PARTS, chart="parts of two-way fixed effects", value="value")
    estimate = float((table["weight"] * table["value"]).sum())
    means = [
        _kind_text(str(kind), rows, number) for kind, rows in table.groupby("kind", sort=False)
    ]
    return style.compose_description(
        f"Dots, {len(table)} comparisons of two groups: {style.in_sentence(label)} against weight.",
        f"Their weighted mean, the estimate, is {_sign(estimate, number)}.",
        *means,
    )


@style.use_style()
def plot_synthetic_control(
    table: pd.DataFrame,
    *,
    label: str,
    number: str,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a unit's outcome and that of its synthetic control over time.

    Parameters
    ----------
    table : DataFrame
        ``period``, ``actual``, ``synthetic``, ``gap``, ``after``.
    label : str
        Axis label with the unit.
    number : str
        Style of ``caseanalysis.formatting`` for the values.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the mean gap from the start on.

    Returns
    -------
    Axes
        The dashed vertical line is the start.
    """
    style.check_columns(table, _SYNTHETIC, chart="synthetic control", value="actual")
    ax = style.new_axes(ax)
    table = table.sort_values("period")
    ax.plot(table["period"], table["actual"], color=style.BLUE, linewidth=2.2)
    ax.plot(table["period"], table["synthetic"], color=style.VERMILLION, linewidth=2,
            linestyle=(0, (5, 1.5)))  # fmt: skip
    _time_axis(ax, table, label, number)
    style.set_headline(ax, title or _synthetic_headline(table, number))
    end = style.time_position(table["period"].iloc[-1])
    style.label_ends(ax, [
        style.EndLabel(end, table["actual"].iloc[-1], "actual", style.BLUE),
        style.EndLabel(end, table["synthetic"].iloc[-1], "synthetic control", style.VERMILLION),
    ], width=12)  # fmt: skip
    return ax


def describe_synthetic_control(table: pd.DataFrame, *, label: str, number: str) -> str:
    """Return alt text for a synthetic control: start, mean gap before and after."""
    style.check_columns(table, _SYNTHETIC, chart="synthetic control", value="actual")
    before = table.loc[~table["after"], "gap"].abs().mean()
    start = style.month_text(table.loc[table["after"], "period"].min())
    return style.compose_description(
        f"Two lines, actual and synthetic control, with the start in {start}: "
        f"{style.in_sentence(label)}.",
        f"{_synthetic_headline(table, number)}; before it they were "
        f"{format_value(before, _difference(number))} apart on average.",
    )


@style.use_style()
def plot_interrupted_series(
    table: pd.DataFrame,
    *,
    label: str,
    number: str,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw one series, the fit, and the fit without the treatment.

    Parameters
    ----------
    table : DataFrame
        ``period``, ``value``, ``fitted``, ``without``, ``after``, ``interrupted``.
    label : str
        Axis label with the unit.
    number : str
        Style of ``caseanalysis.formatting`` for the values.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the mean difference of the fits from the start on.

    Returns
    -------
    Axes
        Dots are values, hollow and without a line where interrupted.
    """
    style.check_columns(table, _SERIES, chart="interrupted series", value="value")
    ax = style.new_axes(ax)
    table = table.sort_values("period")
    own = table["interrupted"]
    ax.plot(table["period"][~own], table["value"][~own], "o", color=style.GREY, markersize=3.5)
    ax.plot(table["period"][own], table["value"][own], "o", color=style.GREY, markersize=3.5,
            markerfacecolor="white")  # fmt: skip
    ax.plot(table["period"], table["fitted"].mask(own), color=style.BLUE, linewidth=2)
    without = table["without"].where(table["after"])
    ax.plot(table["period"], without, color=style.VERMILLION, linewidth=2, linestyle=(0, (5, 1.5)))
    _time_axis(ax, table, label, number)
    style.set_headline(ax, title or _series_headline(table, number))
    end = style.time_position(table["period"].iloc[-1])
    style.label_ends(ax, [
        style.EndLabel(end, table["fitted"].iloc[-1], "fitted", style.BLUE),
        style.EndLabel(end, table["without"].iloc[-1], "without the change", style.VERMILLION),
    ], width=12)  # fmt: skip
    return ax


def describe_interrupted_series(table: pd.DataFrame, *, label: str, number: str) -> str:
    """Return alt text for an interrupted series: start and mean difference of the fits."""
    style.check_columns(table, _SERIES, chart="interrupted series", value="value")
    start = style.month_text(table.loc[table["after"], "period"].min())
    return style.compose_description(
        f"Dots with two fitted lines, with and without the change of {start}: "
        f"{style.in_sentence(label)}.",
        f"{_series_headline(table, number)}.",
        f"{int(table['interrupted'].sum())} of {len(table)} periods count as interrupted.",
    )


def _event_headline(table: pd.DataFrame) -> str:
    outside = table["lower"].gt(0) | table["upper"].lt(0)
    before, later = table["event_time"].lt(-1), table["event_time"].ge(0)
    return (
        f"An effect can be told from none at {int((outside & later).sum())} of "
        f"{int(later.sum())} times from the start on, and at {int((outside & before).sum())} of "
        f"{int(before.sum())} before"
    )


def _forest_headline(table: pd.DataFrame) -> str:
    sure = int((table["lower"].gt(0) | table["upper"].lt(0)).sum())
    told = f"{sure} of {len(table)}" if sure else f"None of {len(table)}"
    return f"{told} effects beyond what chance allows (each taken by itself)"


def _parts_headline(table: pd.DataFrame) -> str:
    weights = table.groupby("kind", sort=False)["weight"].sum()
    parts = [f"{style.share_text(one, decimals=0)} {kind}" for kind, one in weights.items()]
    return f"Two-way fixed effects mixes {style.list_text(parts)}"


def _kind_text(kind: str, rows: pd.DataFrame, number: str) -> str:
    weight = float(rows["weight"].sum())
    mean = float((rows["weight"] * rows["value"]).sum()) / weight
    share = style.share_text(weight, decimals=0)
    return f"{style.opening(kind)}: {share} of the weight, mean {_sign(mean, number)}."


def _synthetic_headline(table: pd.DataFrame, number: str) -> str:
    gap = float(table.loc[table["after"], "gap"].mean())
    return f"From the start on, the actual is {_apart(gap, number)} the synthetic control"


def _series_headline(table: pd.DataFrame, number: str) -> str:
    after = table.loc[table["after"] & ~table["interrupted"]]
    gap = float((after["fitted"] - after["without"]).mean())
    return f"From the start on, the series is {_apart(gap, number)} its earlier course"


def _apart(gap: float, number: str) -> str:
    size = format_value(abs(gap), _difference(number))
    return f"{size} {'below' if gap < 0 else 'above'}"


def _with_interval(row: pd.Series, number: str) -> str:
    value, lower, upper = (_sign(row[name], number) for name in ("value", "lower", "upper"))
    return f"{value} ({_bare(lower)} to {_bare(upper)})"


def _sign(value: float, number: str) -> str:
    text = format_value(abs(value), number.removeprefix("signed "))
    if not any(digit in text for digit in "123456789"):
        return text
    return f"+{text}" if value > 0 else f"\N{MINUS SIGN}{text}"


def _signed(number: str) -> Callable[[float, float], str]:
    return lambda x, _: _bare(_sign(x, number))


def _bare(text: str) -> str:
    return text.removesuffix(" points")


def _difference(number: str) -> str:
    """Return the style of the difference of two values: points where they are percentages."""
    return number.removeprefix("signed ").replace("percent", "points")


def _value_axis(ax: Axes, label: str, number: str) -> None:
    ax.yaxis.set_major_formatter(_signed(number))
    style.few_ticks(ax.yaxis, most=6)
    style.label_above(ax, label)


def _time_axis(ax: Axes, table: pd.DataFrame, label: str, number: str) -> None:
    start = table.loc[table["after"], "period"].min()
    ax.axvline(start, color=style.GREY, linestyle="--", linewidth=1.2)
    _note(ax, start, style.month_text(start), side="left")
    ax.set_xlim(table["period"].min(), table["period"].max())
    ax.yaxis.set_major_formatter(lambda x, _: format_value(x, number))
    style.few_ticks(ax.yaxis, most=6)
    style.show_years(ax)
    style.label_above(ax, label)
    ax.grid(visible=False, axis="x")


def _note(ax: Axes, at: float | pd.Timestamp, text: str, *, side: str) -> None:
    ax.annotate(text, (at, 1), xycoords=("data", "axes fraction"), ha=side, va="top", fontsize=10,
                xytext=(-4 if side == "right" else 4, -2), textcoords="offset points")  # fmt: skip
