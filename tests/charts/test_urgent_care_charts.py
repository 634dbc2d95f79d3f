from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.charts import urgent_care


@pytest.fixture
def table() -> pd.DataFrame:
    """Two years of four organisations that end within one percentage point of each other."""
    months = pd.date_range("2023-04-01", periods=24, freq="MS", unit="us")
    kinds = {"Trust A": "trust", "Trust B": "trust", "Peers": "peers", "England": "England"}
    return pd.concat(
        [
            pd.DataFrame({
                "month": months, "org_name": name, "kind": kind,
                "share": 0.70 + at / 500 + np.arange(24) / 1000,
                "lower": 0.69 + at / 500, "upper": 0.74 + at / 500,
                "value": 9000.0 + 100 * at + np.arange(24),
            })
            for at, (name, kind) in enumerate(kinds.items())
        ],
        ignore_index=True,
    )  # fmt: skip


def _line(ax, name: str):
    return next(line for line in ax.lines if line.get_label() == name)


def test_a_withheld_month_breaks_the_line(table: pd.DataFrame) -> None:
    table.loc[(table["org_name"] == "Trust A") & (table["month"] == "2023-09-01"), "share"] = np.nan
    drawn = _line(urgent_care.plot_performance(table), "Trust A").get_ydata()
    assert np.flatnonzero(np.isnan(drawn)).tolist() == [5]


def test_a_month_without_a_row_breaks_the_line(table: pd.DataFrame) -> None:
    gap = (table["org_name"] == "Trust A") & table["month"].between("2023-09-01", "2023-10-01")
    drawn = _line(urgent_care.plot_performance(table.loc[~gap]), "Trust A").get_ydata()
    assert len(drawn) == 24
    assert np.flatnonzero(np.isnan(drawn)).tolist() == [5, 6]


def test_lines_are_named_at_their_ends_without_overlap(table: pd.DataFrame, overlaps) -> None:
    ax = urgent_care.plot_performance(table, standard=0.95)
    names = {text.get_text().replace("\n", " ") for text in ax.texts}
    assert {"Trust A", "Trust B", "Peers", "England", "National standard 95%"} <= names
    assert overlaps(ax.figure) == []


def test_end_labels_keep_the_order_of_the_lines(table: pd.DataFrame) -> None:
    ax = urgent_care.plot_performance(table)
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts if text.get_text()}
    assert heights["Trust A"] < heights["Trust B"] < heights["Peers"] < heights["England"]


def test_the_standard_the_target_and_the_intervals_are_drawn(table: pd.DataFrame) -> None:
    table["target"] = 0.76
    ax = urgent_care.plot_performance(table, standard=0.95, target_label="Interim target")
    levels = [set(line.get_ydata()) for line in ax.lines]
    assert {0.95} in levels
    assert {0.76} in levels
    assert len(ax.collections) == 4
    assert "Interim target 76%" in {text.get_text().replace("\n", " ") for text in ax.texts}


def test_a_line_that_stops_early_says_until_when(table: pd.DataFrame) -> None:
    stopped = (table["org_name"] == "Trust B") & (table["month"] > "2024-05-01")
    ax = urgent_care.plot_performance(table.loc[~stopped])
    assert "Trust B (to May 2024)" in {text.get_text().replace("\n", " ") for text in ax.texts}


def test_marked_periods_are_shaded_and_named(table: pd.DataFrame) -> None:
    period = (pd.Timestamp("2023-06-01"), pd.Timestamp("2023-08-01"), "Strike")
    ax = urgent_care.plot_performance(table, periods=[period])
    assert "Strike" in {text.get_text() for text in ax.texts}
    # The shade ends with August, the last month: 92 days of June, July and August.
    assert ax.patches[0].get_width() == 92


def test_a_period_is_named_away_from_the_lines(table: pd.DataFrame) -> None:
    period = (pd.Timestamp("2023-06-01"), pd.Timestamp("2023-08-01"), "Strike")
    low_at_first = table.assign(value=table["value"].mask(table["month"].lt("2024-01-01"), 10.0))
    heights = [
        next(text for text in ax.texts if text.get_text() == "Strike").xy[1]
        for ax in (
            urgent_care.plot_counts(low_at_first, label="Admissions", periods=[period]),
            urgent_care.plot_counts(table, label="Admissions", periods=[period]),
        )
    ]
    assert heights[0] > 0.9 and heights[1] < 0.1


def test_the_axis_of_small_shares_does_not_go_below_zero(table: pd.DataFrame) -> None:
    small = table.assign(share=0.001, lower=0.0, upper=0.1)
    assert urgent_care.plot_performance(small).get_ylim()[0] == 0


def test_performance_alt_text_has_last_shares_and_range(table: pd.DataFrame) -> None:
    text = urgent_care.describe_performance(table, standard=0.95)
    # Trust A ends at 0.70 + 0.023, Trust B at 0.702 + 0.023; England ends highest at 0.729.
    assert "In March 2025 Trust B stood at 72.5%, Trust A at 72.3%" in text
    assert (
        "The lowest is 70.0% (Trust A, April 2023), the highest 72.9% (England, March 2025)" in text
    )
    assert "against 95%" in text
    assert 40 <= len(text) <= 400


def test_alt_text_counts_missing_figures(table: pd.DataFrame) -> None:
    table.loc[table["org_name"].eq("Trust A") & table["month"].lt("2023-06-01"), "share"] = np.nan
    table = table.drop(index=table.index[-1])
    assert "3 monthly figures are missing." in urgent_care.describe_performance(table)


def test_counts_start_at_zero_with_thousands_separators(table: pd.DataFrame, overlaps) -> None:
    before = table.copy(deep=True)
    ax = urgent_care.plot_counts(table, label="A&E attendances a month")
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylabel() == "A&E attendances a month"
    assert ax.yaxis.label.get_rotation() == 0
    assert "8,000" in [text.get_text() for text in ax.get_yticklabels()]
    assert overlaps(ax.figure) == []
    pd.testing.assert_frame_equal(table, before)


def test_counts_alt_text_writes_counts(table: pd.DataFrame) -> None:
    text = urgent_care.describe_counts(table, label="A&E attendances a month")
    assert "In March 2025 Trust B stood at 9,123, Trust A at 9,023" in text
    assert 40 <= len(text) <= 400
