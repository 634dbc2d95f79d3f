from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import inequality as drawn
from caseanalysis.methods import inequality

LABEL = "Share of patients who wait over 18 weeks"


@pytest.fixture
def table() -> pd.DataFrame:
    counts = pd.DataFrame(
        {"quantile": [1, 2, 3, 4, 5], "waiting": [480, 440, 400, 360, 320], "people": 1000}
    )
    return inequality.by_quantile(counts, events="waiting", population="people", kind="proportion")


def test_bars_intervals_and_slope_are_drawn(table: pd.DataFrame) -> None:
    # 0.48 to 0.32 over relative ranks 0.1 to 0.9: 0.50 to 0.30.
    ax = drawn.plot_inequality(table, index=inequality.slope_index(table), label=LABEL)
    assert [round(bar.get_height(), 3) for bar in ax.patches] == [0.48, 0.44, 0.4, 0.36, 0.32]
    assert [round(y, 6) for y in ax.lines[0].get_ydata()] == [0.5, 0.3]
    spans = [segment[:, 1].tolist() for each in ax.collections for segment in each.get_segments()]
    assert spans == table[["lower", "upper"]].to_numpy().tolist()


def test_the_title_gives_the_slope_index_with_its_interval(table: pd.DataFrame) -> None:
    # Slope weights for five equal groups are -1, -0.5, 0, 0.5, 1; variance
    # (0.2496 + 0.25 x 0.2464 + 0.25 x 0.2304 + 0.2176) / 1000 = 0.0005864; 1.96 √ = 0.0475.
    ax = drawn.plot_inequality(table, index=inequality.slope_index(table), label=LABEL)
    title = ax.get_title(loc="left").replace("\n", " ")
    assert title.endswith("−20.0 percentage points (−24.7 to −15.3)")


def test_alt_text_has_both_ends_and_the_relative_index(table: pd.DataFrame) -> None:
    text = drawn.describe_inequality(table, index=inequality.slope_index(table), label=LABEL)
    assert "from 48.0% in the most deprived to 32.0% in the least" in text
    assert "relative index of inequality is 0.60" in text
    assert 40 <= len(text) <= 400


def test_no_text_lies_on_another(table: pd.DataFrame, overlaps) -> None:
    ax = drawn.plot_inequality(table, index=inequality.slope_index(table), label=LABEL)
    assert overlaps(ax.figure) == []
