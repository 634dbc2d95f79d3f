"""Charts of benchmark opportunity: a trust among its comparators, and what the gap is worth."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from caseanalysis.charts import naming, style
from caseanalysis.formatting import format_value

_PEERS = ("trust_name", "kind", "value")
_GAPS = ("trust_name", "value", "benchmark", "benchmark_lower", "benchmark_upper")
_WORTH = ("trust_name", "quantity", "value", "lower", "upper")
_MARGINAL, _AVERAGE = "marginal saving", "average saving"


@style.use_style()
def plot_peers(
    table: pd.DataFrame,
    gaps: pd.DataFrame,
    *,
    label: str,
    number: str,
    benchmark: str = "peer median",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw each trust among its comparators, with the benchmark and its interval.

    Parameters
    ----------
    table : DataFrame
        As returned by ``opportunity.peer_values``, with ``trust_name``, the name of the trust.
    gaps : DataFrame
        As returned by ``opportunity.gaps``, with ``trust_name``.
    label : str
        Axis label with the unit.
    number : str
        Style of ``caseanalysis.formatting`` for the numbers, such as ``decimal 1``.
    benchmark : str
        What the benchmark is.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the trust with the widest gap.

    Returns
    -------
    Axes
        One row a trust: comparators as open circles, the trust as a filled square with its value,
        the benchmark as a bar with a shaded interval.
    """
    style.check_columns(table, _PEERS, chart="peers", value="value")
    style.check_columns(gaps, (*_GAPS, "gap"), chart="peers, benchmark", value="benchmark")
    trusts = style.in_order(gaps["trust_name"])
    ax = style.new_axes(ax, height=max(2.8, 1.6 + 0.85 * len(trusts)))
    write = _writer(number)
    for at, trust in enumerate(trusts):
        row = gaps[gaps["trust_name"].eq(trust)].iloc[0]
        peers = table.loc[table["trust_name"].eq(trust) & table["kind"].eq("peer"), "value"]
        _draw_row(ax, at, row, peers.dropna(), write)
    ax.set_yticks(range(len(trusts)), labels=[style.broken(trust, width=18) for trust in trusts])
    ax.set_ylim(len(trusts) - 0.45, -0.55)
    ax.margins(x=0.08)
    ax.xaxis.set_major_formatter(lambda x, _: write(x))
    style.few_ticks(ax.xaxis, most=6)
    style.clear_category_axis(ax)
    ax.set_xlabel(f"{label}\n○ comparator   ■ the trust   │ {benchmark}, shaded its interval")
    style.set_headline(ax, title or _peers_headline(gaps, write, benchmark))
    return ax


def describe_peers(
    table: pd.DataFrame,
    gaps: pd.DataFrame,
    *,
    label: str,
    number: str,
    benchmark: str = "peer median",
) -> str:
    """Return alt text for peers: each trust, its benchmark with interval, its comparators."""
    style.check_columns(table, _PEERS, chart="peers", value="value")
    style.check_columns(gaps, _GAPS, chart="peers, benchmark", value="benchmark")
    write = _writer(number)
    sentences = []
    for _, row in gaps.iterrows():
        peers = table[table["trust_name"].eq(row["trust_name"]) & table["kind"].eq("peer")]
        sentences.append(
            f"{row['trust_name']}: {write(row['value'])} against a {benchmark} of "
            f"{write(row['benchmark'])} ({write(row['benchmark_lower'])} to "
            f"{write(row['benchmark_upper'])}) of {peers['value'].notna().sum()} comparators."
        )
    return style.compose_description(
        f"Dots of {style.in_sentence(label)}, each trust among its comparators.", *sentences
    )


@style.use_style()
def plot_worth(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw what closing the gap is worth at marginal and at average cost, with intervals.

    Parameters
    ----------
    table : DataFrame
        As returned by ``opportunity.worth``, with ``trust_name``; other quantities are not drawn.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the trust with the largest saving.

    Returns
    -------
    Axes
        Two bars a trust, each with its interval and its number.
    """
    rows = _savings(table)
    ax = style.new_axes(ax, height=style.bar_chart_height(4 * rows["trust_name"].nunique()))
    names = {_MARGINAL: "at marginal cost", _AVERAGE: "at average cost"}
    looks = style.series_styles(names.values())
    shown = rows.assign(kind=rows["quantity"].map(names))
    bars = style.draw_grouped_bars(
        ax, shown, value="value", category="trust_name", group="kind", styles=looks
    )
    labels: dict[str, list[Annotation]] = {kind: [] for kind in bars}
    for kind, places in bars.items():
        ordered = shown[shown["kind"].eq(kind)]
        for (_, row), (_, height) in zip(ordered.iterrows(), places, strict=True):
            ax.plot([row["lower"], row["upper"]], [height, height], color=style.INK, linewidth=1.4)
            end = max(row["value"], row["upper"])
            labels[kind].append(style.label_bar(ax, end, height, _pounds(row["value"])))
    style.leave_room([ax])
    ax.xaxis.set_major_formatter(lambda x, _: _pounds(x))
    style.few_ticks(ax.xaxis, most=5)
    ax.set_xlabel("Pounds a year; the line is the interval of the benchmark")
    ax.set_ylabel("")
    style.set_headline(ax, title or _worth_headline(rows))
    naming.name_beside_bars(ax, labels, style.bar_keys(looks))
    return ax


def describe_worth(table: pd.DataFrame) -> str:
    """Return alt text for the worth: both savings of each trust with their intervals."""
    rows = _savings(table)
    sentences = [
        f"{row['trust_name']}, {row['quantity']}: {_pounds(row['value'])} a year "
        f"({_pounds(row['lower'])} to {_pounds(row['upper'])})."
        for _, row in rows.iterrows()
    ]
    return style.compose_description(
        "Bars of the saving from closing the gap at marginal and average cost.", *sentences
    )


def _draw_row(
    ax: Axes, at: int, row: pd.Series, peers: pd.Series, write: Callable[[float], str]
) -> None:
    ax.fill_betweenx([at - 0.26, at + 0.26], row["benchmark_lower"], row["benchmark_upper"],
                     color=style.PALE, linewidth=0)  # fmt: skip
    ax.plot([row["benchmark"]] * 2, [at - 0.26, at + 0.26], color=style.INK, linewidth=2)
    ax.plot(peers, [at] * len(peers), linestyle="", marker="o", markersize=8,
            markerfacecolor="none", markeredgecolor=style.GREY, markeredgewidth=1.4)  # fmt: skip
    ax.plot(row["value"], at, linestyle="", marker="s", markersize=9, color=style.BLUE)
    ax.annotate(
        write(row["value"]), (row["value"], at - 0.3), ha="center", va="bottom", fontsize=10.5,
        color=style.BLUE, fontweight="bold",
    )  # fmt: skip


def _savings(table: pd.DataFrame) -> pd.DataFrame:
    style.check_columns(table, _WORTH, chart="worth", value="value")
    return table[table["quantity"].isin([_MARGINAL, _AVERAGE])].reset_index(drop=True)


def _writer(number: str) -> Callable[[float], str]:
    return lambda value: format_value(float(value), number)


def _pounds(value: float) -> str:
    return format_value(float(value), "million pounds 1").replace(" million", "m")


def _peers_headline(gaps: pd.DataFrame, write: Callable[[float], str], benchmark: str) -> str:
    row = gaps.iloc[int(gaps["gap"].to_numpy().argmax())]
    if row["gap"] == 0:
        return f"Every trust is at least as good as the {benchmark}"
    return (
        f"{row['trust_name']} stands at {write(row['value'])}, the {benchmark} at "
        f"{write(row['benchmark'])}"
    )


def _worth_headline(rows: pd.DataFrame) -> str:
    average = rows[rows["quantity"].eq(_AVERAGE)]
    most = average.iloc[int(average["value"].to_numpy().argmax())]
    same = rows[rows["trust_name"].eq(most["trust_name"]) & rows["quantity"].eq(_MARGINAL)]
    return (
        f"{most['trust_name']}: {_pounds(same['value'].iloc[0])} a year at marginal cost, "
        f"{_pounds(most['value'])} at average cost"
    )
