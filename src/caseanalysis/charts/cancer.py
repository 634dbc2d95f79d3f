"""Charts of cancer: waits by type, the register over time, and people who would be told in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from caseanalysis.charts import naming, style

_TYPE_COLUMNS = ("cancer_type", "org_name", "kind", "share", "lower", "upper")
_REGISTER_COLUMNS = ("year", "area_name", "kind", "share", "printed")
_MORE_COLUMNS = ("org_name", "aim", "more", "more_lower", "more_upper")


@style.use_style()
def plot_by_type(
    table: pd.DataFrame,
    *,
    standard: float,
    label: str = "Share told within 28 days",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the share within the standard by type of cancer, for trusts and England.

    Parameters
    ----------
    table : DataFrame
        ``cancer_type`` in the order to show, ``org_name``, ``kind`` (trust, peers, England),
        ``share``, ``lower``, ``upper`` (0 to 1).
    standard : float
        Share that the standard asks for.
    label : str
        Axis label.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the lowest share of a trust.

    Returns
    -------
    Axes
        One row a type, one mark an organisation with its interval; the organisations are named
        above the uppermost row.
    """
    style.check_columns(table, _TYPE_COLUMNS, chart="waits by type", value="share")
    types = style.in_order(table["cancer_type"])
    looks = style.organisation_styles(table, name="org_name", kind="kind")
    ax = style.new_axes(ax, height=2.1 + 0.46 * len(types))
    ax.vlines(standard, -0.5, len(types) - 0.5, color=style.INK, linewidth=1.2, linestyle=":")
    steps = np.linspace(-0.28, 0.28, len(looks)) if len(looks) > 1 else [0.0]
    for (name, look), step in zip(looks.items(), steps, strict=True):
        rows = table[table["org_name"].eq(name) & table["share"].notna()]
        heights = np.array([types.index(one) for one in rows["cancer_type"]]) + step
        ax.hlines(heights, rows["lower"], rows["upper"], color=look.colour, linewidth=1.8)
        ax.plot(rows["share"], heights, look.marker, color=look.colour, markersize=6)
    ax.set(yticks=range(len(types)), yticklabels=[style.broken(one, width=20) for one in types])
    ax.set_ylim(len(types) - 0.5, -1.2)
    ax.set_xlim(0, 1)
    style.clear_category_axis(ax)
    style.show_shares(ax.xaxis)
    ax.set_xlabel(f"{label} (dotted: the standard, {style.share_text(standard, decimals=0)})")
    style.set_headline(ax, title or _type_headline(table))
    _name_organisations(
        ax, table[table["cancer_type"].eq(types[0])], dict(zip(looks, steps, strict=True)), looks
    )
    return ax


def describe_by_type(table: pd.DataFrame, *, standard: float) -> str:
    """Return alt text for waits by type: lowest and highest, and how many miss the standard."""
    style.check_columns(table, _TYPE_COLUMNS, chart="waits by type", value="share")
    own = _own(table)
    missed = int(own["share"].lt(standard).sum())
    low, high = style.extremes(own, "share")
    return style.compose_description(
        f"Share told in time by suspected cancer: {missed} of {len(own)} marks of the trusts lie "
        f"below {style.share_text(standard, decimals=0)}.",
        f"Lowest: {low['org_name']}, {low['cancer_type']}, {style.share_text(low['share'])}.",
        f"Highest: {high['org_name']}, {high['cancer_type']}, {style.share_text(high['share'])}.",
    )


@style.use_style()
def plot_register(
    table: pd.DataFrame,
    *,
    label: str = "Patients on the cancer register",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the share of patients on a register over the years, printed and published apart.

    Parameters
    ----------
    table : DataFrame
        ``year`` (calendar year in which the financial year ends), ``area_name``, ``kind`` (trust,
        peers, England, as in other charts), ``share`` (0 to 1), ``printed`` (whether the number is
        the case's own).
    label : str
        Axis label.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the last published shares.

    Returns
    -------
    Axes
        Published shares are filled marks joined by a line, printed ones are hollow and not
        joined.
    """
    style.check_columns(table, _REGISTER_COLUMNS, chart="register", value="share")
    ax = style.new_axes(ax)
    looks = style.organisation_styles(table, name="area_name", kind="kind")
    ends = []
    for name, look in looks.items():
        rows = table[table["area_name"].eq(name)].sort_values("year")
        known, printed = rows[~rows["printed"]], rows[rows["printed"]]
        ax.plot(known["year"], known["share"], color=look.colour, linestyle=look.line,
                marker=look.marker, linewidth=look.width)  # fmt: skip
        ax.plot(printed["year"], printed["share"], look.marker, markersize=9, fillstyle="none",
                color=look.colour)  # fmt: skip
        last = rows.iloc[-1]
        text = f"{name} {style.share_text(last['share'], decimals=2)}"
        text += " (printed)" if last["printed"] else ""
        ends.append(style.EndLabel(float(last["year"]), float(last["share"]), text, look.colour))
    _label_years(ax, sorted({int(year) for year in table["year"]}))
    ax.set_ylim(0, 1.15 * float(table["share"].max()))
    style.show_shares(ax.yaxis)
    style.label_above(ax, f"{label} (hollow: as printed)")
    style.set_headline(ax, title or _register_headline(table))
    style.label_ends(ax, ends)
    return ax


def describe_register(table: pd.DataFrame) -> str:
    """Return alt text for the register: each share, and whether it is printed or published."""
    style.check_columns(table, _REGISTER_COLUMNS, chart="register", value="share")
    words = [
        f"{row['area_name']} {int(row['year']) - 1}-{int(row['year']) % 100:02d}: "
        f"{style.share_text(row['share'], decimals=2)}{' (printed)' if row['printed'] else ''}."
        for _, row in table.sort_values(["area_name", "year"]).iterrows()
    ]
    return style.compose_description("Share of patients on the register.", *words)


@style.use_style()
def plot_more_in_time(
    table: pd.DataFrame,
    *,
    label: str = "People a year",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw how many more people would be told in time, by organisation and aim, with intervals.

    Parameters
    ----------
    table : DataFrame
        ``org_name``, ``aim``, ``more``, ``more_lower``, ``more_upper`` (people a year).
    label : str
        Axis label with the unit.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the greatest number.

    Returns
    -------
    Axes
        Bars side by side; the line at the end of a bar is its interval.
    """
    style.check_columns(table, _MORE_COLUMNS, chart="people told in time", value="more")
    aims = style.in_order(table["aim"])
    looks = style.series_styles(aims)
    bars = len(aims) * table["org_name"].nunique()
    ax = style.new_axes(ax, height=style.bar_chart_height(bars + 3))
    drawn = style.draw_grouped_bars(
        ax, table, value="more", category="org_name", group="aim", styles=looks
    )
    labels: dict[str, list[Annotation]] = {aim: [] for aim in drawn}
    for aim, points in drawn.items():
        rows = table[table["aim"].eq(aim)].set_index("org_name")
        order = [name for name in style.in_order(table["org_name"]) if name in rows.index]
        for name, (value, height) in zip(order, points, strict=False):
            row = rows.loc[name]
            ax.hlines(height, row["more_lower"], row["more_upper"], color=style.INK, linewidth=1.4)
            end = max(value, row["more_upper"])
            labels[aim].append(style.label_bar(ax, end, height, style.count_text(value)))
    ax.set_ylabel("")
    ax.set_xlabel(label)
    ax.set_xlim(0, 1.15 * float(table["more_upper"].max()) or 1)
    style.show_counts(ax.xaxis)
    style.set_headline(ax, title or _more_headline(table))
    naming.name_beside_bars(ax, labels, style.bar_keys(looks))
    return ax


def describe_more_in_time(table: pd.DataFrame) -> str:
    """Return alt text for the people told in time: each bar with its interval."""
    style.check_columns(table, _MORE_COLUMNS, chart="people told in time", value="more")
    words = [
        f"{row['org_name']}, {row['aim']}: {style.count_text(row['more'])} "
        f"({style.count_text(row['more_lower'])} to {style.count_text(row['more_upper'])})."
        for _, row in table.iterrows()
    ]
    return style.compose_description("People a year who would be told in time.", *words)


def _label_years(ax: Axes, years: list[int]) -> None:
    """Write financial years at their ends; two neighbours share the label of the second."""
    labels: list[str] = []
    for at, year in enumerate(years):
        label = f"{year - 1}-{year % 100:02d}"
        if at and year - years[at - 1] < 2 and labels[-1] and "\n" not in labels[-1]:
            label, labels[-1] = f"{labels[-1]},\n{label}", ""
        labels.append(label)
    ax.set_xticks(years, labels=labels)


def _marks(looks: dict[str, style.SeriesStyle]) -> list[Line2D]:
    return [
        Line2D([], [], color=look.colour, marker=look.marker, linestyle="-", label=name)
        for name, look in looks.items()
    ]


def _name_organisations(
    ax: Axes, rows: pd.DataFrame, heights: dict[str, float], looks: dict[str, style.SeriesStyle]
) -> None:
    """Name the organisations above their marks of the uppermost row, or in a key without those."""
    known = rows[rows["share"].notna()].set_index("org_name")["share"]
    if set(known.index) != set(looks):
        style.add_key(ax, _marks(looks))
        return
    ends = [
        style.EndLabel(float(known[name]), heights[name], name, look.colour)
        for name, look in looks.items()
    ]
    naming.name_above(ax, ends, _marks(looks), height=-0.95)


def _own(table: pd.DataFrame) -> pd.DataFrame:
    own = table[~table["kind"].isin(["England", "peers"])]
    return own if len(own) else table


def _type_headline(table: pd.DataFrame) -> str:
    low = style.extremes(_own(table), "share")[0]
    return (
        f"{low['org_name']} tells fewest in time for {low['cancer_type']}: "
        f"{style.share_text(low['share'], decimals=0)}"
    )


def _register_headline(table: pd.DataFrame) -> str:
    known = table[~table["printed"]]
    if known.empty:
        return "Patients on the register, as printed"
    last = known[known["year"].eq(known["year"].max())].sort_values("share", ascending=False)
    words = [
        f"{row['area_name']} {style.share_text(row['share'], decimals=2)}"
        for _, row in last.iterrows()
    ]
    year = int(last["year"].iloc[0])
    return f"On the register in {year - 1}-{year % 100:02d}: {style.list_text(words)}"


def _more_headline(table: pd.DataFrame) -> str:
    most = style.extremes(table, "more")[1]
    return (
        f"Up to {style.count_text(most['more'])} more people a year told in time: "
        f"{most['org_name']}, {most['aim']}"
    )
