from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import benefits, prioritisation, risks
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


VIEWS = pd.DataFrame(
    {
        "view": ["trusts", "trusts", "trusts", "economic", "economic"],
        "label": ["The trusts' accounts"] * 3 + ["Society"] * 2,
        "component": ["Cash", "Income", "Cost of delivery", "Cash", "Cost of delivery"],
        "value": [8e6, 4e6, -2e6, 8e6, -2e6],
    }
)
LINKS = pd.DataFrame(
    {
        "title": ["Staff leave", "Staff leave", "Haste makes mistakes"],
        "effect": ["benefit", "benefit", "cost"],
        "opportunity_title": ["Fewer leavers", "Shorter stays", "Shorter stays"],
        "change": [-1e6, -2e6, -20e3],
    }
)
LIKELIHOODS = pd.DataFrame(
    {
        "likelihood": [0.0, 0.5, 1.0],
        "value": [9e6, 1e6, -5e6],
        "lower": [2e6, -4e6, -9e6],
        "upper": [30e6, 9e6, -1e6],
    }
)
BEDS = pd.DataFrame(
    {
        "year": [2030, 2031, 2032],
        "value": [1800.0, 1900, 2000],
        "lower": [1800.0, 1850, 1900],
        "upper": [1800.0, 2000, 2300],
        "available": [1950.0] * 3,
    }
)


def test_parts_of_a_view_stand_side_by_side_and_costs_to_the_left(overlaps) -> None:
    ax = benefits.plot_views(VIEWS)
    spans = [sorted((bar.get_x(), bar.get_x() + bar.get_width())) for bar in ax.patches]
    assert spans == [[0, 8e6], [8e6, 12e6], [-2e6, 0], [0, 8e6], [-2e6, 0]]
    assert [text.get_text().strip() for text in ax.texts] == [
        "£10.0 million net", "£6.0 million net",
    ]  # fmt: skip
    assert overlaps(ax.figure) == []


def test_grid_of_links_has_a_cell_for_each_link_and_the_sum_of_each_risk(overlaps) -> None:
    ax = risks.plot_links(LINKS)
    written = [text.get_text() for text in ax.texts]
    assert written == ["1.0", "2.0", "3.0", "<0.1", "<0.1", "benefit", "cost"]
    assert ax.get_title(loc="left") == "“Staff leave” would take most: £3.0 million"
    assert overlaps(ax.figure) == []


def test_value_is_drawn_against_likelihood_with_its_interval(overlaps) -> None:
    ax = risks.plot_likelihoods(LIKELIHOODS)
    assert [9e6, 1e6, -5e6] in [list(line.get_ydata()) for line in ax.lines]
    assert overlaps(ax.figure) == []


def test_headline_of_beds_says_when_they_are_full(overlaps) -> None:
    ax = risks.plot_beds(BEDS)
    assert "By 2032" in ax.get_title(loc="left")
    assert "still hold" in risks.plot_beds(BEDS.head(2)).get_title(loc="left")
    assert overlaps(ax.figure) == []


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
    assert "Society, cash: +£8.0 million" in benefits.describe_views(VIEWS)
    assert "Haste makes mistakes: £0.0 million" in risks.describe_links(LINKS)
    assert "At 50%: £1.0 million" in risks.describe_likelihoods(LIKELIHOODS)
    assert "From 1,800 in 2030 to 2,000 in 2032 (1,900 to 2,300)" in risks.describe_beds(BEDS)


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (benefits.plot_waterfall, FLOW),
        (benefits.plot_tornado, SWINGS),
        (prioritisation.plot_ranks, RANKS),
        (benefits.plot_views, VIEWS),
        (risks.plot_links, LINKS),
        (risks.plot_likelihoods, LIKELIHOODS),
        (risks.plot_beds, BEDS),
    ],
)
def test_table_without_rows_is_refused(draw, table: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError):
        draw(table.iloc[:0])
