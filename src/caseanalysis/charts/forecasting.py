"""Chart of a forecast with its intervals beside what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from caseanalysis.charts import style

_FORECAST_COLUMNS = (
    "trust_name", "month", "value", "lower_80", "upper_80", "lower_95", "upper_95",
)  # fmt: skip
_SCORES = ("model", "wape", "naive_wape", "mase", "pinball", "coverage_80", "coverage_95")
_HISTORY_COLUMNS = ("trust_name", "month", "value")


@style.use_style()
def plot_forecast(
    table: pd.DataFrame,
    history: pd.DataFrame,
    *,
    label: str,
    accuracy: str | Mapping[str, str] = "",
    figure: Figure | SubFigure | None = None,
    title: str | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw outturn, forecast and its 80% and 95% intervals, one panel a trust.

    Parameters
    ----------
    table : DataFrame
        ``trust_name``, ``month``, ``value``, ``lower_80``, ``upper_80``, ``lower_95``,
        ``upper_95``: the forecast.
    history : DataFrame
        ``trust_name``, ``month``, ``value``: the outturn. A missing month breaks the line.
    label : str
        Axis label with the unit.
    accuracy : str or mapping of trust name to str
        A remark below the chart, or below the name of each trust. The scores of the back-test
        stand there without it, where the table has them: ``wape``, ``naive_wape``, ``mase``,
        ``pinball``, ``coverage_80``, ``coverage_95``.
    figure : Figure, optional
        Empty figure to draw on.
    title : str, optional
        Title; without it the last forecast of the first trust.

    Returns
    -------
    array of Axes
        One for each trust, below each other. The dashed vertical line is the origin of the
        forecast.
    """
    style.check_columns(table, _FORECAST_COLUMNS, chart="forecast", value="value")
    style.check_columns(history, _HISTORY_COLUMNS, chart="forecast, history", value="value")
    trusts = style.in_order(table["trust_name"])
    height = max(2.6, 4.0 / len(trusts))
    axes = style.new_panels(len(trusts), columns=1, height=height, figure=figure, sharex=True)
    style.set_figure_headline(axes, title or _headline(table))
    ends = []
    for ax, trust in zip(axes, trusts, strict=True):
        style.label_above(ax, label)
        below = accuracy.get(trust, "") if isinstance(accuracy, Mapping) else ""
        forecast = table.loc[table["trust_name"].eq(trust)].sort_values("month")
        lines = [*([below] if below else []), *_scores(forecast.iloc[0])]
        style.set_panel_title(ax, trust, width=70, below=lines)
        outturn = history.loc[history["trust_name"].eq(trust)]
        ends.append(_draw_trust(ax, forecast, outturn))
        style.show_counts(ax.yaxis)
    axes[-1].set_xlim(history["month"].min(), table["month"].max())
    style.show_years(axes[-1])
    if isinstance(accuracy, str) and accuracy:
        axes[-1].set_xlabel(style.broken(accuracy, width=95), fontsize=10, loc="left")
    for ax, labels in zip(axes, ends, strict=True):
        style.label_ends(ax, labels)
    return axes


def describe_forecast(table: pd.DataFrame, history: pd.DataFrame, *, label: str) -> str:
    """Return alt text for a forecast: each trust's last outturn and last forecast."""
    style.check_columns(table, _FORECAST_COLUMNS, chart="forecast", value="value")
    known = history.dropna(subset="value").sort_values("month")
    trusts = style.in_order(table["trust_name"])
    start, end = style.month_text(table["month"].min()), style.month_text(table["month"].max())
    outturns = known.groupby("trust_name")["value"].last()
    sentences = [
        f"{trust}: last outturn {style.count_text(outturns[trust])}; {_last(table, trust)}."
        f"{_scores_text(table, trust)}"
        for trust in trusts
        if trust in outturns.index
    ]
    return style.compose_description(
        f"Lines with 80% and 95% intervals: forecast of {style.in_sentence(label)}, "
        f"{start} to {end}, "
        f"{len(trusts)} {'trust' if len(trusts) == 1 else 'trusts'}.",
        *sentences,
    )


def _scores(row: pd.Series) -> list[str]:
    """Return the scores of the back-test in two lines; nothing where the table has none."""
    if not set(_SCORES) <= set(row.index):
        return []
    percent = {name: f"{100 * row[name]:.1f}%" for name in ("wape", "naive_wape", "pinball")}
    return [
        f"Back-test of the {row['model']}: error (WAPE) {percent['wape']}, "
        f"repeating last year {percent['naive_wape']}",
        f"MASE {row['mase']:.2f}, pinball {percent['pinball']}; 80% interval held "
        f"{100 * row['coverage_80']:.0f}%, 95% interval {100 * row['coverage_95']:.0f}%",
    ]


def _scores_text(table: pd.DataFrame, trust: str) -> str:
    lines = _scores(table.loc[table["trust_name"].eq(trust)].iloc[0])
    return f" {'; '.join(lines)}." if lines else ""


def _last(table: pd.DataFrame, trust: str) -> str:
    row = table.loc[table["trust_name"].eq(trust)].sort_values("month").iloc[-1]
    return (
        f"forecast {style.count_text(row['value'])} in {style.month_text(row['month'])}, "
        f"95% interval {style.count_text(row['lower_95'])} to {style.count_text(row['upper_95'])}"
    )


def _headline(table: pd.DataFrame) -> str:
    trust = table["trust_name"].iloc[0]
    return f"{trust}: {_last(table, trust)}"


def _draw_trust(ax: Axes, forecast: pd.DataFrame, outturn: pd.DataFrame) -> list[style.EndLabel]:
    months = forecast["month"]
    for level, shade in (("95", 0.2), ("80", 0.35)):
        ax.fill_between(months, forecast[f"lower_{level}"], forecast[f"upper_{level}"],
                        color=style.BLUE, alpha=shade, linewidth=0)  # fmt: skip
    ax.plot(months, forecast["value"], color=style.BLUE, linewidth=2.2, linestyle=(0, (4, 1.5)))
    monthly = outturn.set_index("month").sort_index()["value"].asfreq("MS")
    ax.plot(monthly.index, monthly, color=style.INK, linewidth=1.6, marker="o", markersize=2.2)
    origin = months.min() - pd.DateOffset(months=1)
    ax.axvline(origin, color=style.GREY, linestyle="--", linewidth=1.2)
    ax.annotate(
        f"outturn to {style.month_text(origin)}", (origin, 0.03), xytext=(-4, 0), ha="right",
        xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=10, va="bottom",
    )  # fmt: skip
    ax.grid(visible=False, axis="x")
    last = forecast.iloc[-1]
    end = style.time_position(last["month"])
    return [
        style.EndLabel(end, last["upper_95"], "95% interval", style.BLUE),
        style.EndLabel(end, last["upper_80"], "80% interval", style.BLUE),
        style.EndLabel(end, last["value"], "forecast", style.BLUE),
    ]
