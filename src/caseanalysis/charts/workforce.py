"""Charts of staff: temporary staff by trust, cover shared by a group, sickness against peers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from caseanalysis.charts import naming, style
from caseanalysis.charts.urgent_care import plot_performance

_TEMPORARY = ("org_name", "group", "value")
_COVER = ("staff_group", "apart", "shared")
_PEERS = ("org_name", "kind", "share", "aim", "aim_lower", "aim_upper")
#: A tenth of a percent, less what binary fractions lose.
_TENTH = 0.001 * (1 - 1e-6)
_COVER_NAMES = {"apart": "each trust by itself", "shared": "shared by the group"}


@style.use_style()
def plot_sickness(
    table: pd.DataFrame, *, label: str, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the share of staff time lost to sickness by month, on an axis of small steps.

    Parameters
    ----------
    table : DataFrame
        As for ``urgent_care.plot_performance``.
    label : str
        Axis label.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the last share of the highest and the lowest trust.

    Returns
    -------
    Axes
        One line an organisation, named at its end; the band of the peers is shaded.
    """
    ax = plot_performance(table, label=label, ax=ax, title=title)
    first, second, *_ = ax.get_yticks()
    # Steps of less than a tenth of a percent would be written alike with one decimal.
    style.show_shares(ax.yaxis, decimals=1 if second - first > _TENTH else 2)
    return ax


@style.use_style()
def plot_temporary_staff(
    table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw what bank and agency staff take of staff costs, side by side for each trust.

    Parameters
    ----------
    table : DataFrame
        ``org_name``, ``group`` (bank, agency), ``value`` (share, 0 to 1).
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the trust with the greatest sum.

    Returns
    -------
    Axes
        Horizontal bars with their numbers at the end.
    """
    style.check_columns(table, _TEMPORARY, chart="temporary staff", value="value")
    bars = len(table)
    ax = style.new_axes(ax, height=max(3.2, 1.5 + 0.36 * bars))
    styles = style.series_styles(style.in_order(table["group"]))
    drawn = style.draw_grouped_bars(
        ax, table, value="value", category="org_name", group="group", styles=styles
    )
    labels = {
        name: [style.label_bar(ax, value, height, style.share_text(value))
               for value, height in points]
        for name, points in drawn.items()
    }  # fmt: skip
    style.leave_room([ax])
    style.show_shares(ax.xaxis)
    ax.set(xlabel="Share of staff costs", ylabel="")
    style.set_headline(ax, title or _temporary_headline(table))
    naming.name_beside_bars(ax, labels, style.bar_keys(styles))
    return ax


def describe_temporary_staff(table: pd.DataFrame) -> str:
    """Return alt text for temporary staff: each trust's shares."""
    style.check_columns(table, _TEMPORARY, chart="temporary staff", value="value")
    shares = [
        f"{name}: "
        + ", ".join(
            f"{group} {style.share_text(value)}"
            for group, value in zip(rows["group"], rows["value"], strict=True)
        )
        for name, rows in table.groupby("org_name", sort=False)
    ]
    return style.compose_description(
        f"Bars: temporary staff as a share of staff costs. {_temporary_headline(table)}.",
        f"{'; '.join(shares)}.",
    )


@style.use_style()
def plot_cover(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw the spare staff that cover sickness, kept apart and shared, by staff group.

    Parameters
    ----------
    table : DataFrame
        ``staff_group``, ``apart``, ``shared`` (full-time equivalents).
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the two sums.

    Returns
    -------
    Axes
        Horizontal bars in pairs, with their numbers at the end.
    """
    style.check_columns(table, _COVER, chart="cover", value="apart")
    long = table[list(_COVER)].melt("staff_group", var_name="how", value_name="spare")
    long["how"] = long["how"].map(_COVER_NAMES)
    long["staff_group"] = [style.broken(name, width=22) for name in long["staff_group"]]
    ax = style.new_axes(ax, height=max(style.SIZE[1], 1.6 + 0.52 * len(table)))
    styles = style.series_styles(_COVER_NAMES.values())
    drawn = style.draw_grouped_bars(
        ax, long, value="spare", category="staff_group", group="how", styles=styles
    )
    labels = {
        name: [style.label_bar(ax, value, height, style.count_text(value, decimals=1))
               for value, height in points]
        for name, points in drawn.items()
    }  # fmt: skip
    style.leave_room([ax])
    ax.set(xlabel="Full-time equivalents beyond the average number absent", ylabel="")
    style.set_headline(ax, title or _cover_headline(table))
    naming.name_beside_bars(ax, labels, style.bar_keys(styles))
    return ax


def describe_cover(table: pd.DataFrame) -> str:
    """Return alt text for cover: the sums apart and shared, and the group that gains most."""
    style.check_columns(table, _COVER, chart="cover", value="apart")
    gains = table.assign(gain=table["apart"] - table["shared"])
    _, most = style.extremes(gains, "gain")
    return style.compose_description(
        f"Bars in pairs for {len(table)} groups of staff. {_cover_headline(table)}.",
        f"The most is gained by {style.in_sentence(most['staff_group'])}: "
        f"{style.count_text(most['gain'], decimals=1)}.",
    )


@style.use_style()
def plot_against_peers(
    table: pd.DataFrame, *, label: str, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw each trust's share beside those of its peers and their median with its interval.

    Parameters
    ----------
    table : DataFrame
        ``org_name`` (the trust), ``kind`` (trust or peer), ``share`` (0 to 1), ``aim``,
        ``aim_lower``, ``aim_upper`` (the peers' median and its interval, the same in each row of a
        trust).
    label : str
        Axis label with the unit.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the trust farthest above its peers.

    Returns
    -------
    Axes
        One row a trust: grey dots are peers, the bar is the interval of their median, the large
        mark is the trust.
    """
    style.check_columns(table, _PEERS, chart="against peers", value="share")
    names = style.in_order(table["org_name"])
    ax = style.new_axes(ax, height=max(3.0, 1.6 + 0.75 * len(names)))
    looks = style.trust_styles(names)
    for at, name in enumerate(names):
        rows = table[table["org_name"].eq(name)]
        _draw_peer_row(ax, rows, at, looks[name])
    ax.set_yticks(range(len(names)), labels=[style.broken(name, width=18) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    style.clear_category_axis(ax)
    style.show_shares(ax.xaxis, decimals=1)
    ax.set_xlabel(label)
    style.set_headline(ax, title or _peer_headline(table))
    return ax


def describe_against_peers(table: pd.DataFrame, *, label: str) -> str:
    """Return alt text for shares against peers: each trust's share and its peers' median."""
    style.check_columns(table, _PEERS, chart="against peers", value="share")
    own = table[table["kind"].eq("trust")]
    columns = ("org_name", "share", "aim", "aim_lower", "aim_upper")
    each = [
        f"{name} {style.share_text(share)}, peers {style.share_text(aim)} "
        f"({style.share_text(low)} to {style.share_text(high)})"
        for name, share, aim, low, high in zip(*(own[column] for column in columns), strict=True)
    ]
    return style.compose_description(
        f"Dots by trust: {style.in_sentence(label)}. {_peer_headline(table)}.",
        f"{'; '.join(each)}.",
    )


def _draw_peer_row(ax: Axes, rows: pd.DataFrame, at: int, look: style.SeriesStyle) -> None:
    own, peers = rows[rows["kind"].eq("trust")], rows[rows["kind"].ne("trust")]
    middle = rows.iloc[0]
    ax.plot([middle["aim_lower"], middle["aim_upper"]], [at, at], color=style.PALE, linewidth=10,
            solid_capstyle="butt", zorder=1)  # fmt: skip
    ax.plot([middle["aim"]] * 2, [at - 0.22, at + 0.22], color=style.INK, linewidth=2, zorder=2)
    ax.scatter(peers["share"], np.full(len(peers), at), s=26, color=style.GREY, zorder=3)
    ax.scatter(own["share"], [at] * len(own), s=95, color=look.colour, marker=look.marker,
               edgecolor="white", zorder=4)  # fmt: skip
    for value in own["share"]:
        ax.annotate(
            style.share_text(value), (value, at), xytext=(0, 10), textcoords="offset points",
            ha="center", fontsize=10,
        )  # fmt: skip


def _temporary_headline(table: pd.DataFrame) -> str:
    sums = table.groupby("org_name", sort=False)["value"].sum()
    most = str(sums.idxmax())
    kinds = style.list_text([str(name) for name in style.in_order(table["group"])])
    return f"{most} spends most on {kinds} staff: {style.share_text(sums[most])} of staff costs"


def _cover_headline(table: pd.DataFrame) -> str:
    apart, shared = (style.count_text(table[name].sum()) for name in ("apart", "shared"))
    return f"Shared by the group, {shared} spare staff cover what takes {apart} apart"


def _peer_headline(table: pd.DataFrame) -> str:
    own = table[table["kind"].eq("trust")]
    above = own.assign(gap=own["share"] - own["aim"])
    _, most = style.extremes(above, "gap")
    if most["gap"] <= 0:
        return "No trust lies above the median of its peers"
    return (
        f"{most['org_name']} lies farthest above its peers: {style.share_text(most['share'])} "
        f"against a median of {style.share_text(most['aim'])}"
    )
