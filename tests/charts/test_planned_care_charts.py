"""Charts of planned care."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import planned_care
from caseanalysis.errors import CaseAnalysisError

TABLE = pd.DataFrame(
    {
        "category": ["Surgery", "Surgery", "Eyes"],
        "org_name": ["Upper", "Lower", "Upper"],
        "value": [30.0, 10.0, 55.0],
    }
)


def test_split_stacks_trusts_and_writes_the_total() -> None:
    ax = planned_care.plot_split(TABLE, label="Beds")
    widths = [[bar.get_width() for bar in bars] for bars in ax.containers]
    # Largest category first: eyes 55 at Upper alone, surgery 30 and 10.
    assert widths == [[55, 30], [0, 10]]
    # Both trusts are named in surgery, the only bar of both.
    assert [text.get_text() for text in ax.texts] == ["55", "40", "Upper", "Lower"]
    assert {text.get_position()[1] for text in ax.texts[2:]} == {1}
    assert ax.get_title(loc="left") == "1 of 2 specialties are at all 2 trusts"


def test_description_of_a_split_names_the_largest_and_its_parts() -> None:
    text = planned_care.describe_split(TABLE, label="Beds")
    assert "2 specialties by trust: beds" in text
    assert "The largest is Eyes: Upper 55." in text


def test_split_without_numbers_is_refused() -> None:
    with pytest.raises(CaseAnalysisError):
        planned_care.plot_split(TABLE.drop(columns="value"), label="Beds")
