from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import governance
from caseanalysis.errors import MissingDataError

FORMS = pd.DataFrame(
    {
        "title": ["Pact", "Merger", "This case, today"],
        "kind": ["form", "form", "this case"],
        "least": [1, 7, 2],
        "most": [3, 8, 2],
        "back_least": [0, 3, 0],
        "back_most": [2, 3, 0],
    }
)
DOTS = pd.DataFrame(
    {
        "row": ["Stroke", "Stroke", "Purchasing", "Purchasing"],
        "column": ["Choice kept", "Public engaged"] * 2,
        "state": ["whole", "put off", "not asked", "none"],
    }
)


def test_bars_of_forms_run_from_least_to_most_with_the_way_back_in_words(overlaps) -> None:
    ax = governance.plot_forms(FORMS)
    bars = [tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
    assert bars == [(1, 3), (7, 8), (2, 2)]
    words = [text.get_text() for text in ax.texts]
    alone = "from each trust alone\nto staff move back"
    assert words == [alone, "national bodies act", "each trust alone"]
    assert ax.figure.legends == []
    assert not overlaps(ax.figure)
    bold = [label.get_fontweight() for label in ax.get_yticklabels()]
    assert bold == ["normal", "normal", "bold"]


def test_forms_are_told_with_their_numbers() -> None:
    told = governance.describe_forms(FORMS)
    assert "Merger: 7 to 8, national bodies act." in told
    assert len(told) <= 400


def test_dots_differ_by_marker_and_filling_without_colour(overlaps) -> None:
    ax = governance.plot_dots(DOTS, what="tests")
    looks = {(line.get_marker(), line.get_fillstyle()) for line in ax.lines}
    assert len(looks) == 4
    assert ax.get_title(loc="left") == "Of 3 tests, 1 in full and 1 not found"
    assert not overlaps(ax.figure)


def test_long_matrix_turns_its_column_names_and_rows_may_differ_in_length() -> None:
    wide = pd.DataFrame({"row": "A", "column": list("abcdefg"), "state": "part"})
    assert governance.plot_dots(wide).get_xticklabels()[0].get_rotation() == 60
    ragged = pd.DataFrame({"row": ["A", "A", "B"], "column": [1, 2, 1], "state": "none"})
    ax = governance.plot_dots(ragged)
    assert [label.get_text() for label in ax.get_xticklabels()] == []
    assert len(ax.lines) == 3


def test_dots_are_told_by_state_and_what_is_in_full() -> None:
    told = governance.describe_dots(DOTS)
    assert "1 in full, 1 put off, 1 not found and 1 not asked" in told
    assert "In full: Stroke, Choice kept." in told


def test_empty_tables_are_refused() -> None:
    with pytest.raises(MissingDataError):
        governance.plot_forms(FORMS.iloc[:0])
    with pytest.raises(MissingDataError):
        governance.plot_dots(DOTS.iloc[:0])
