"""Charts of unit sizes, distances and cancer."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.charts import cancer, travel, unit_sizes
from caseanalysis.errors import MissingDataError


@pytest.fixture
def units() -> pd.DataFrame:
    sizes = pd.DataFrame({"value": [9000.0, 5000.0, 4000.0, 1800.0, 1700.0]})
    return sizes.assign(
        org_name=["The group", "Other", "Alpha", "Beta", "Gamma"],
        kind=["group", "other", "trust", "trust", "trust"],
        lower=sizes["value"] - 80,
        upper=sizes["value"] + 80,
    )


def test_named_units_are_labelled_and_none_lies_on_another(units: pd.DataFrame, overlaps) -> None:
    ax = unit_sizes.plot_unit_sizes(units, label="Deliveries a year", guideline=2000)
    texts = [text.get_text() for text in ax.texts]
    for label in ("Alpha 4,000", "Beta 1,800", "Gamma 1,700", "Guideline 2,000"):
        assert label in texts
    assert not overlaps(ax.figure)
    assert "4 units" in ax.get_xlabel()


def test_description_counts_the_units_below_the_guideline(units: pd.DataFrame) -> None:
    text = unit_sizes.describe_unit_sizes(units, label="Deliveries a year", guideline=2000)
    assert "Deliveries a year of 4 units" in text
    assert "2 of 4 lie below 2,000." in text


def test_a_table_without_sizes_is_refused(units: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError, match="chart unit sizes"):
        unit_sizes.plot_unit_sizes(units.head(0), label="Deliveries")


WAYS = pd.DataFrame({
    "configuration": ["Every trust", "Not at Alpha"], "mean_kilometres": [16.0, 26.0],
    "farthest_tenth": [28.0, 41.0], "share_within": [1.0, 0.89],
})  # fmt: skip


def test_each_way_shows_its_mean_and_its_share_within(overlaps) -> None:
    ax = travel.plot_configurations(WAYS, within=40)
    assert [text.get_text() for text in ax.texts] == ["100% within 40 km", "89% within 40 km"]
    assert not overlaps(ax.figure)
    assert "Every trust: mean 16 km" in travel.describe_configurations(WAYS, within=40)


TYPES = pd.DataFrame({
    "cancer_type": ["skin", "skin", "lung", "lung"], "org_name": ["Alpha", "England"] * 2,
    "kind": ["trust", "England"] * 2, "share": [0.45, 0.85, 0.7, 0.8],
    "lower": [0.44, 0.84, 0.66, 0.79], "upper": [0.46, 0.86, 0.74, 0.81],
})  # fmt: skip


def test_a_type_is_a_row_and_the_lowest_trust_the_title(overlaps) -> None:
    ax = cancer.plot_by_type(TYPES, standard=0.75)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["skin", "lung"]
    assert "Alpha tells fewest in time for skin: 45%" in ax.get_title(loc="left").replace("\n", " ")
    assert not overlaps(ax.figure)
    assert "2 of 2 marks" in cancer.describe_by_type(TYPES, standard=0.75)


def test_organisations_are_named_above_the_first_type_or_in_a_key_where_one_has_no_mark() -> None:
    whole = cancer.plot_by_type(TYPES, standard=0.75)
    assert set(TYPES["org_name"]) <= {text.get_text() for text in whole.texts}
    assert whole.figure.legends == []
    gap = TYPES.assign(share=TYPES["share"].mask(TYPES.index == 0))
    (key,) = cancer.plot_by_type(gap, standard=0.75).figure.legends
    assert {text.get_text() for text in key.get_texts()} == set(TYPES["org_name"])


YEARS = pd.DataFrame({
    "year": [2014, 2020, 2023, 2024, 2020, 2023], "area_name": ["Here"] * 4 + ["England"] * 2,
    "kind": ["trust"] * 4 + ["England"] * 2, "share": [0.026, 0.039, 0.043, 0.045, 0.031, 0.035],
    "printed": [True, False, False, True, False, False],
})  # fmt: skip


def test_printed_shares_are_hollow_and_not_joined(overlaps) -> None:
    ax = cancer.plot_register(YEARS)
    hollow = [line for line in ax.lines if line.get_fillstyle() == "none"]
    assert list(hollow[0].get_xdata()) == [2014, 2024]
    assert hollow[0].get_linestyle() == "None"
    assert not overlaps(ax.figure)
    assert [one.get_text() for one in ax.get_xticklabels()][-2:] == ["", "2022-23,\n2023-24"]
    assert "Here 2013-14: 2.60% (printed)." in cancer.describe_register(YEARS)


MORE = pd.DataFrame({
    "org_name": ["Alpha", "Alpha", "Beta"], "aim": ["one", "two", "one"],
    "more": [6200.0, 5600.0, 1100.0], "more_lower": [6000.0, 5500.0, 1000.0],
    "more_upper": [6400.0, 5700.0, 1200.0],
})  # fmt: skip


def test_each_bar_has_its_number_and_its_interval(overlaps) -> None:
    ax = cancer.plot_more_in_time(MORE)
    texts = [text.get_text() for text in ax.texts]
    assert {"6,200 one", "1,100"} <= set(texts)
    assert len([text for text in texts if text.startswith("5,600 ")]) == 1
    assert not overlaps(ax.figure)
    assert "Beta, one: 1,100 (1,000 to 1,200)." in cancer.describe_more_in_time(MORE)
