from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import waiting_lists as charts
from caseanalysis.errors import MissingDataError


@pytest.fixture
def table() -> pd.DataFrame:
    """Two lists under two scenarios that end close to each other."""
    months = pd.date_range("2024-03-01", periods=25, freq="MS", unit="us")
    rows = [
        (name, scenario, month, 10_000 + slope * at, 0.6 + slope * at / 10_000)
        for name in ("Upper Town", "Lower Town")
        for scenario, slope in (("as now", 10), ("more capacity", -5))
        for at, month in enumerate(months)
    ]
    columns = ["name", "scenario", "month", "waiting", "share_within_18_weeks"]
    return pd.DataFrame(rows, columns=columns)


def texts(ax) -> set[str]:
    return {text.get_text().replace("\n", " ") for text in ax.texts}


def test_each_list_has_a_panel_and_each_scenario_a_named_line(
    table: pd.DataFrame, overlaps
) -> None:
    axes = charts.plot_lists(table, name="name")
    assert len(axes) == 2
    assert {"as now: 10,240", "more capacity: 9,880"} <= texts(axes[0])
    assert list(axes[0].lines[0].get_ydata())[-1] == 10_240
    assert overlaps(axes[0].figure) == []


def test_target_is_drawn_and_shares_are_percentages(table: pd.DataFrame) -> None:
    table["standard"] = 0.92
    axes = charts.plot_lists(
        table, name="name", value="share_within_18_weeks", label="Share", target="standard"
    )
    assert "target: 92%" in texts(axes[1])
    assert any(set(line.get_ydata()) == {0.92} for line in axes[1].lines)
    labels = [tick.get_text() for tick in axes[1].get_yticklabels()]
    assert all(label.endswith("%") for label in labels)


def test_description_says_where_each_scenario_ends(table: pd.DataFrame) -> None:
    text = charts.describe_lists(table, name="name")
    assert "Upper Town: from 10,000 to 10,240 (as now) and 9,880 (more capacity)." in text
    assert "March 2024 to March 2026" in text


def test_table_without_scenarios_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError, match="no column scenario"):
        charts.plot_lists(table.drop(columns="scenario"), name="name")
