from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import capacity as charts
from caseanalysis.errors import MissingDataError
from caseanalysis.methods import capacity


@pytest.fixture
def sizes() -> pd.DataFrame:
    return capacity.beds_by_size([5, 10, 12, 400], acceptable_refusals=[0.01, 0.001])


@pytest.fixture
def pools() -> pd.DataFrame:
    units = pd.DataFrame({
        "service": ["Stroke", "Stroke", "Maternity and newborn", "Maternity and newborn"],
        "unit": ["A", "B", "A", "B"],
        "load": [20.0, 20.0, 8.0, 9.0],
    })  # fmt: skip
    return capacity.pooled_beds(
        units, load="load", unit="unit", pool="service", acceptable_refusal=0.01
    )


def test_each_standard_is_a_line_named_at_its_end(sizes: pd.DataFrame, overlaps) -> None:
    ax = charts.plot_slack(sizes)
    assert {"1% refused", "0.1% refused"} <= {text.get_text() for text in ax.texts}
    drawn = {tuple(line.get_ydata().round(6)) for line in ax.lines}
    strict = sizes[sizes["acceptable_refusal"].eq(0.001)].sort_values("load")["occupancy"]
    assert tuple(strict.round(6)) in drawn
    assert overlaps(ax.figure) == []


def test_sizes_that_lie_close_have_one_label(sizes: pd.DataFrame) -> None:
    labels = [tick.get_text() for tick in charts.plot_slack(sizes).get_xticklabels()]
    assert labels == ["5", "10", "400"]


def test_slack_is_described_by_its_ends(sizes: pd.DataFrame) -> None:
    text = charts.describe_slack(sizes)
    assert "At 1% refused" in text
    assert "a load of 400 needs 426 beds, 93% occupied" in text


def test_pools_have_two_bars_with_their_numbers(pools: pd.DataFrame, overlaps) -> None:
    ax = charts.plot_pooling(pools, pool="service")
    texts = {text.get_text() for text in ax.texts}
    assert {"60", "53"} <= texts
    assert "Stroke: 60 beds apart, 53 as one pool" in ax.get_title(loc="left")
    assert overlaps(ax.figure) == []
    assert "Stroke: 2 units need 60 beds apart and 53 together" in charts.describe_pooling(
        pools, pool="service"
    )


def test_table_of_another_method_is_refused(pools: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError, match="chart slack"):
        charts.plot_slack(pools)
    with pytest.raises(MissingDataError, match="chart pooling"):
        charts.plot_pooling(pools.drop(columns="beds_pooled"), pool="service")
