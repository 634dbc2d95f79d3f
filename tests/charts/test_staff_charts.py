"""Grid of survey scores: numbers, signs and doubts."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import staff


@pytest.fixture
def scores() -> pd.DataFrame:
    rows = [
        ("England", "handover", 71.1, None, False),
        ("Upper", "handover", 68.0, "below England", False),
        ("Lower", "handover", 71.0, "similar to England", True),
        ("England", "workload", 48.0, None, False),
        ("Upper", "workload", 52.0, "above England", False),
        ("Lower", "workload", None, None, False),
    ]
    return pd.DataFrame(rows, columns=["org_name", "group", "value", "standing", "uncertain"])


def test_cells_have_numbers_signs_and_doubts(scores: pd.DataFrame, overlaps) -> None:
    ax = staff.plot_scores(scores)
    texts = {text.get_text() for text in ax.texts}
    assert texts == {"71.1", "68.0 ▼", "71.0? ●", "48.0", "52.0 ▲"}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Handover", "Workload"]
    assert overlaps(ax.figure) == []


def test_only_certain_scores_are_counted(scores: pd.DataFrame) -> None:
    text = staff.describe_scores(scores)
    assert "1 of 2 scores of doctors in training are below England's; 1 more are unclear." in text
    assert "Below England: Upper 1 of 2." in text


def test_scores_of_a_survey_have_no_doubt(scores: pd.DataFrame) -> None:
    text = staff.describe_scores(scores.drop(columns="uncertain"))
    assert "1 of 3 scores of doctors in training are below England's." in text
