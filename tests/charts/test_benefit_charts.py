from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import benefits, prioritisation
from caseanalysis.errors import MissingDataError

FLOW = pd.DataFrame(
    {
        "step": ["printed", "transfers", "bankable"],
        "label": ["As printed", "Paid by another public body", "A cautious board could bank"],
        "change": [9e6, -6e6, 3e6],
        "total": [9e6, 3e6, 3e6],
        "kind": ["total", "change", "total"],
    }
)
SWINGS = pd.DataFrame(
    {
        "part": ["cash", "cost"],
        "label": ["Share that leaves the accounts", "Cost of delivery"],
        "central": [5e6, 5e6],
        "worst": [-1e6, 4e6],
        "best": [9e6, 6e6],
    }
)
RANKS = pd.DataFrame(
    {
        "name": ["Shorter stays", "Fewer leavers"],
        "kind": ["first phase", "later"],
        "value": [1.0, 2.0],
        "lower": [1.0, 1.0],
        "upper": [1.0, 2.0],
        "best": [1, 1],
        "worst": [2, 2],
    }
)


def test_bars_of_the_waterfall_hang_from_the_total_before(overlaps) -> None:
    ax = benefits.plot_waterfall(FLOW)
    spans = [sorted((bar.get_x(), bar.get_x() + bar.get_width())) for bar in ax.patches]
    assert spans == [[0, 9e6], [3e6, 9e6], [0, 3e6]]
    assert {text.get_text().strip() for text in ax.texts} == {
        "£9.0 million", "\N{MINUS SIGN}£6.0 million", "£3.0 million",
    }  # fmt: skip
    assert ax.get_title(loc="left") == "Of £9.0 million a year £3.0 million is left"
    assert overlaps(ax.figure) == []


def test_tornado_has_both_ends_of_each_factor(overlaps) -> None:
    ax = benefits.plot_tornado(SWINGS)
    ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
    assert ends == [-1e6, 9e6, 4e6, 6e6]
    assert overlaps(ax.figure) == []


def test_ranks_are_drawn_from_best_to_worst(overlaps) -> None:
    ax = prioritisation.plot_ranks(RANKS)
    assert [1, 2] in [list(line.get_xdata()) for line in ax.lines]
    assert overlaps(ax.figure) == []


def test_descriptions_have_the_numbers() -> None:
    assert "Paid by another public body: \N{MINUS SIGN}£6.0 million" in benefits.describe_waterfall(
        FLOW
    )
    assert "Cost of delivery: £4.0 million to £6.0 million" in benefits.describe_tornado(SWINGS)
    assert "Fewer leavers: 2 (1 to 2)" in prioritisation.describe_ranks(RANKS)


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (benefits.plot_waterfall, FLOW),
        (benefits.plot_tornado, SWINGS),
        (prioritisation.plot_ranks, RANKS),
    ],
)
def test_table_without_rows_is_refused(draw, table: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError):
        draw(table.iloc[:0])
