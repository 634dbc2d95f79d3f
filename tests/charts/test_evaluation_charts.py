"""Charts of an evaluation."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import evaluation
from caseanalysis.errors import CaseAnalysisError

EVENTS = pd.DataFrame(
    {
        "event_time": [-3, -2, -1, 0, 1],
        "value": [0.01, -0.01, 0.0, -0.02, -0.06],
        "lower": [-0.01, -0.03, 0.0, -0.05, -0.08],
        "upper": [0.03, 0.01, 0.0, 0.01, -0.04],
        "band_lower": [-0.02, -0.04, 0.0, -0.06, -0.09],
        "band_upper": [0.04, 0.02, 0.0, 0.02, -0.03],
        "treated": 12,
    }
)
EFFECTS = pd.DataFrame(
    {
        "outcome": ["Seen within 4 hours", "Sickness absence"],
        "value": [-0.06, 0.001],
        "lower": [-0.09, -0.004],
        "upper": [-0.03, 0.006],
        "detectable": [0.04, 0.007],
        "treated": [12, 14],
    }
)
PARTS = pd.DataFrame(
    {
        "kind": ["treated and never treated", "later treated and already treated"],
        "value": [-0.08, 0.02],
        "weight": [0.75, 0.25],
    }
)
QUARTERS = pd.date_range("2001-01-01", periods=8, freq="QS")
PATH = pd.DataFrame(
    {
        "period": QUARTERS,
        "actual": [0.8, 0.79, 0.8, 0.78, 0.7, 0.69, 0.7, 0.68],
        "synthetic": [0.81, 0.79, 0.79, 0.78, 0.77, 0.77, 0.76, 0.75],
        "after": [False] * 4 + [True] * 4,
    }
).assign(gap=lambda table: table["actual"] - table["synthetic"])
SERIES = PATH.assign(
    value=PATH["actual"], fitted=PATH["actual"], without=PATH["synthetic"], interrupted=False
)


def test_event_study_counts_times_outside_no_effect_on_both_sides() -> None:
    text = evaluation.describe_event_study(EVENTS, label="Effect on the share", number="points 1")
    assert "at 1 of 2 times from the start on, and at 0 of 2 before" in text
    assert "At event time 1 the effect is −6.0 points (−8.0 to −4.0)." in text
    ax = evaluation.plot_event_study(EVENTS, label="Effect", number="points 1")
    assert ax.get_title(loc="left").replace("\n", " ").endswith("at 0 of 2 before")


@pytest.mark.parametrize("number", ["points 1", "signed points 1"])
def test_forest_marks_what_excludes_no_effect_and_shows_what_could_be_found(number: str) -> None:
    ax = evaluation.plot_forest(EFFECTS, label="Effect", number=number)
    assert [text.get_text() for text in ax.texts] == [
        "−6.0 points (−9.0 to −3.0)",
        "+0.1 points (−0.4 to +0.6)",
    ]
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [
        (-0.04, 0.08),
        (-0.007, 0.014),
    ]
    text = evaluation.describe_forest(EFFECTS, label="Effect", number="points 1")
    assert "1 of 2 effects beyond what chance allows" in text


def test_parts_add_up_to_the_estimate_and_each_kind_has_its_weight() -> None:
    text = evaluation.describe_two_way_parts(PARTS, label="Effect", number="points 1")
    # 0.75 x -8 + 0.25 x 2 = -5.5 points.
    assert "the estimate, is −5.5 points" in text
    assert "Later treated and already treated: 25% of the weight, mean +2.0 points." in text
    ax = evaluation.plot_two_way_parts(PARTS, label="Effect", number="points 1")
    assert "estimate −5.5 points" in [text.get_text() for text in ax.texts]


def test_synthetic_control_says_the_mean_gap_in_points() -> None:
    text = evaluation.describe_synthetic_control(PATH, label="Share seen", number="percent 1")
    # (-7 - 8 - 6 - 7) / 4 = -7 points; before it (1 + 0 + 1 + 0) / 4 = 0.5.
    assert "the actual is 7.0 points below the synthetic control" in text
    assert "0.5 points apart" in text
    assert "start in January 2002" in text
    ax = evaluation.plot_synthetic_control(PATH, label="Share seen", number="percent 0")
    assert {"actual", "synthetic\ncontrol"} <= {text.get_text() for text in ax.texts}


def test_interrupted_series_says_how_far_it_left_its_course() -> None:
    text = evaluation.describe_interrupted_series(SERIES, label="Share seen", number="percent 1")
    assert "7.0 points below its earlier course" in text
    assert "0 of 8 periods count as interrupted." in text
    ax = evaluation.plot_interrupted_series(SERIES, label="Share seen", number="percent 0")
    assert "fitted" in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(
    "draw",
    [
        evaluation.plot_event_study, evaluation.plot_forest, evaluation.plot_two_way_parts,
        evaluation.plot_synthetic_control, evaluation.plot_interrupted_series,
    ],
)  # fmt: skip
def test_table_without_the_columns_is_refused(draw) -> None:
    with pytest.raises(CaseAnalysisError, match="no column"):
        draw(pd.DataFrame({"value": [1.0]}), label="Effect", number="points 1")
