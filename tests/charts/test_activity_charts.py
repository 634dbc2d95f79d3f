from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.charts import activity


@pytest.fixture
def additional() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "activity": ["A&E attendances", "outpatient attendances", "Births"],
            "printed": [64.0, 453.0, np.nan],
            "recomputed": [61.2, 402.0, -1.4],
            "lower": [52.0, 371.0, -3.2],
            "upper": [71.0, 440.0, 0.5],
        }
    )


@pytest.fixture
def totals() -> pd.DataFrame:
    return pd.DataFrame(
        [("Births", "Trust A", 4800.0), ("Births", "Trust B", np.nan),
         ("A&E attendances", "Trust A", 140_000.0), ("A&E attendances", "Trust B", 70_000.0)],
        columns=["activity", "trust_name", "value"],
    )  # fmt: skip


def test_printed_and_recomputed_are_drawn_with_the_interval(additional: pd.DataFrame) -> None:
    ax = activity.plot_additional_activity(additional, label="Additional events a day by 2033/34")
    recomputed, printed = ax.lines[:2]
    assert list(recomputed.get_xdata()) == [61.2, 402.0, -1.4]
    np.testing.assert_array_equal(printed.get_xdata(), [64.0, 453.0, np.nan])
    intervals = [tuple(segment[:, 0]) for segment in ax.collections[1].get_segments()]
    assert intervals == [(52.0, 71.0), (371.0, 440.0), (-3.2, 0.5)]
    assert ax.get_xlabel() == "Additional events a day by 2033/34"


def test_both_numbers_are_written_and_a_missing_one_is_none(
    additional: pd.DataFrame, overlaps
) -> None:
    ax = activity.plot_additional_activity(additional)
    texts = [text.get_text() for text in ax.texts]
    assert {"+453", "+402 (371 to 440)", "none", "−1.4 (−3.2 to 0.5)"} <= set(texts)
    assert overlaps(ax.figure) == []


def test_additional_alt_text_names_the_greatest_distance(additional: pd.DataFrame) -> None:
    # Distances: 2.8 for A&E, 51 for outpatients.
    text = activity.describe_additional_activity(additional)
    assert "furthest apart for outpatient attendances: +453 against +402 a day" in text
    assert "from −1.4 (Births) to +402 (outpatient attendances)" in text
    assert 40 <= len(text) <= 400


def test_without_any_printed_number_the_greatest_growth_is_named(
    additional: pd.DataFrame,
) -> None:
    text = activity.describe_additional_activity(additional.assign(printed=np.nan))
    assert "Outpatient attendances grow most, by +402 a day recomputed" in text


def test_a_withheld_total_has_no_bar_and_no_number(totals: pd.DataFrame, overlaps) -> None:
    before = totals.copy(deep=True)
    ax = activity.plot_totals(totals, label="Events in 2022-23")
    assert sorted(bar.get_width() for bar in ax.patches) == [4800, 70_000, 140_000]
    assert {text.get_text() for text in ax.texts} == {
        *("4,800", "70,000 Trust B", "140,000 Trust A")
    }
    assert ax.get_title(loc="left") == "Trust A has 140,000 A&E attendances, Trust B 70,000"
    assert overlaps(ax.figure) == []
    pd.testing.assert_frame_equal(totals, before)


def test_trusts_differ_by_hatch_as_well_as_colour(totals: pd.DataFrame) -> None:
    ax = activity.plot_totals(totals)
    assert len({(bar.get_hatch(), bar.get_facecolor()) for bar in ax.patches}) == 2
    assert len({bar.get_hatch() for bar in ax.patches}) == 2


def test_totals_alt_text_counts_what_is_missing(totals: pd.DataFrame) -> None:
    text = activity.describe_totals(totals, label="events in 2022-23")
    assert "The most is 140,000 (A&E attendances, Trust A), the least 4,800" in text
    assert "1 withheld or missing." in text
    assert 40 <= len(text) <= 400
