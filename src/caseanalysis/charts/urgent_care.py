"""Charts of urgent and emergency care month by month: shares within a standard, and counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import style

_KEY = ("month", "org_name", "kind")
_PERFORMANCE_COLUMNS = (*_KEY, "share", "lower", "upper")
#: A period to mark: its first month, its last month and what it was.
Period = tuple[pd.Timestamp, pd.Timestamp, str]
#: Share of the height of the Axes that the text of a period needs.
_ROOM = 0.16


@style.use_style()
def plot_performance(
    table: pd.DataFrame,
    *,
    standard: float | None = None,
    standard_label: str = "National standard",
    target_label: str = "Target",
    label: str = "Share of attendances within 4 hours",
    periods: Sequence[Period] = (),
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the share that meets a standard, month by month, for trusts, peers and England.

    Parameters
    ----------
    table : DataFrame
        ``month``, ``org_name``, ``kind`` (trust, peers, England), ``share``, ``lower``, ``upper``
        (0 to 1), and perhaps ``target``, the share asked for in each month. A month that is
        missing, as row or as share, breaks the line.
    standard : float, optional
        Share to draw as a horizontal line.
    standard_label, target_label : str
        What the line of the standard and that of the column ``target`` are.
    label : str
        Axis label.
    periods : sequence of (first month, last month, str)
        Months to mark with a grey background and their text.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the last share of the highest and the lowest trust.

    Returns
    -------
    Axes
        One line an organisation, named at its end; intervals are shaded.
    """
    style.check_columns(table, _PERFORMANCE_COLUMNS, chart="performance", value="share")
    ax = style.new_axes(ax)
    _mark_periods(ax, periods)
    ends = _draw_lines(ax, table, "share")
    if "target" in table.columns:
        ends.append(_draw_target(ax, table, target_label))
    if standard is not None:
        ax.axhline(standard, color=style.INK, linewidth=1.2, linestyle=":")
        text = f"{standard_label} {style.share_text(standard, decimals=0)}"
        ends.append(style.EndLabel(ends[0].x, standard, text, style.INK))
    style.label_above(ax, label)
    style.show_shares(ax.yaxis)
    # No share lies below zero, so the axis does not either.
    ax.set_ylim(bottom=max(0.0, ax.get_ylim()[0]))
    style.set_headline(ax, title or _last_headline(table, "share"))
    _finish(ax, table, ends, periods)
    return ax


def describe_performance(
    table: pd.DataFrame,
    *,
    standard: float | None = None,
    label: str = "Share of attendances within 4 hours",
) -> str:
    """Return alt text for performance: months, last shares, range, and months without a figure."""
    style.check_columns(table, _PERFORMANCE_COLUMNS, chart="performance", value="share")
    against = "" if standard is None else f" against {style.share_text(standard, decimals=0)}"
    return _describe(table, "share", f"{style.in_sentence(label)}{against}")


@style.use_style()
def plot_counts(
    table: pd.DataFrame,
    *,
    label: str,
    periods: Sequence[Period] = (),
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a count month by month for several organisations, from zero.

    Parameters
    ----------
    table : DataFrame
        ``month``, ``org_name``, ``kind`` (trust, peers, England), ``value``, and perhaps ``lower``
        and ``upper``. A month that is missing, as row or as value, breaks the line.
    label : str
        Axis label with the unit.
    periods : sequence of (first month, last month, str)
        Months to mark with a grey background and their text.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the last value of the highest and the lowest trust.

    Returns
    -------
    Axes
        One line an organisation, named at its end.
    """
    style.check_columns(table, (*_KEY, "value"), chart="counts", value="value")
    ax = style.new_axes(ax)
    _mark_periods(ax, periods)
    ends = _draw_lines(ax, table, "value")
    ax.set_ylim(bottom=0)
    style.label_above(ax, label)
    style.show_counts(ax.yaxis)
    style.set_headline(ax, title or _last_headline(table, "value"))
    _finish(ax, table, ends, periods)
    return ax


def describe_counts(table: pd.DataFrame, *, label: str) -> str:
    """Return alt text for counts: months, last values, range, and months without a figure."""
    style.check_columns(table, (*_KEY, "value"), chart="counts", value="value")
    return _describe(table, "value", style.in_sentence(label))


def _monthly(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row for every month, so that a month left out breaks the line."""
    return rows.set_index("month").sort_index().asfreq("MS")


def _draw_lines(ax: Axes, table: pd.DataFrame, value: str) -> list[style.EndLabel]:
    ends = []
    last = table.loc[table[value].notna(), "month"].max()
    for name, look in style.organisation_styles(table, name="org_name", kind="kind").items():
        rows = _monthly(table.loc[table["org_name"].eq(name)])
        if rows[value].isna().all():
            continue
        if {"lower", "upper"} <= set(rows.columns):
            ax.fill_between(rows.index, rows["lower"], rows["upper"], color=look.colour, alpha=0.15,
                            linewidth=0)  # fmt: skip
        ax.plot(rows.index, rows[value], color=look.colour, linestyle=look.line,
                linewidth=look.width, marker=look.marker, markersize=2.6, label=name)  # fmt: skip
        known = rows[value].dropna()
        end = pd.Timestamp(known.index[-1])
        until = "" if end == last else f" (to {style.month_text(end)})"
        at = style.time_position(end)
        ends.append(style.EndLabel(at, known.iloc[-1], f"{name}{until}", look.colour))
    return ends


def _draw_target(ax: Axes, table: pd.DataFrame, label: str) -> style.EndLabel:
    target = table.drop_duplicates("month").sort_values("month").dropna(subset="target")
    ax.step(target["month"], target["target"], where="post", color=style.INK, linewidth=1.2,
            linestyle=(0, (1, 3)))  # fmt: skip
    at, last = style.time_position(target["month"].iloc[-1]), target["target"].iloc[-1]
    return style.EndLabel(at, last, f"{label} {style.share_text(last, decimals=0)}", style.INK)


def _mark_periods(ax: Axes, periods: Sequence[Period]) -> None:
    for first, last, _ in periods:
        ax.axvspan(*_span(first, last), color=style.PALE, alpha=0.55, linewidth=0)


def _span(first: pd.Timestamp, last: pd.Timestamp) -> tuple[float, float]:
    return style.time_position(first), style.time_position(last + pd.DateOffset(months=1))


def _name_periods(ax: Axes, periods: Sequence[Period]) -> None:
    """Write the text of each period at its foot, or at its head where lines run low in it."""
    low, high = ax.get_ylim()
    points = np.vstack([line.get_xydata() for line in ax.lines])
    for first, last, text in periods:
        start, end = _span(first, last)
        heights = points[(points[:, 0] >= start) & (points[:, 0] <= end), 1]
        heights = (heights[np.isfinite(heights)] - low) / (high - low)
        below, above = (heights.min(), 1 - heights.max()) if len(heights) else (1.0, 0.0)
        at_head = below < _ROOM and above > below
        ax.annotate(
            style.broken(text, width=14), (start, 0.98 if at_head else 0.02), xytext=(3, 0),
            xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=10,
            color=style.GREY, va="top" if at_head else "bottom",
        )  # fmt: skip


def _finish(
    ax: Axes, table: pd.DataFrame, ends: Sequence[style.EndLabel], periods: Sequence[Period]
) -> None:
    _name_periods(ax, periods)
    ax.set_xlim(table["month"].min(), table["month"].max())
    ax.grid(visible=False, axis="x")
    style.show_years(ax)
    style.label_ends(ax, ends)


def _number(value: float, column: str) -> str:
    return style.share_text(value) if column == "share" else style.count_text(value)


def _last_rows(table: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return the trusts, or without them all organisations, in the last month with a figure."""
    known = table.dropna(subset=value)
    trusts = known.loc[known["kind"].eq("trust")]
    chosen = known if trusts.empty else trusts
    return chosen.loc[chosen["month"].eq(chosen["month"].max())].sort_values(value)


def _last_headline(table: pd.DataFrame, value: str) -> str:
    rows = _last_rows(table, value)
    when = style.month_text(rows["month"].iloc[0])
    low, high = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return f"{high['org_name']} stood at {_number(high[value], value)} in {when}"
    return (
        f"In {when} {high['org_name']} stood at {_number(high[value], value)}, "
        f"{low['org_name']} at {_number(low[value], value)}"
    )


def _describe(table: pd.DataFrame, value: str, what: str) -> str:
    known = table.dropna(subset=value)
    least, most = style.extremes(table, value)
    months = table["month"]
    expected = len(pd.date_range(months.min(), months.max(), freq="MS"))
    gaps = expected * table["org_name"].nunique() - len(known)
    return style.compose_description(
        f"Lines by month, {style.month_text(months.min())} to {style.month_text(months.max())}: "
        f"{what}, {table['org_name'].nunique()} organisations.",
        f"{_last_headline(table, value)}.",
        f"The lowest is {_number(least[value], value)} ({least['org_name']}, "
        f"{style.month_text(least['month'])}), the highest {_number(most[value], value)} "
        f"({most['org_name']}, {style.month_text(most['month'])}).",
        *([f"{gaps} monthly figures are missing."] if gaps else []),
    )
