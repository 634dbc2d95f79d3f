from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from caseanalysis.charts import population
from caseanalysis.errors import MissingDataError


@pytest.fixture
def ages() -> pd.DataFrame:
    shares = {
        ("E07000001", "Harbour", 2023): [0.30, 0.45, 0.25],
        ("E07000001", "Harbour", 2033): [0.25, 0.43, 0.32],
        ("E92000001", "England", 2023): [0.35, 0.46, 0.19],
        ("E92000001", "England", 2033): [0.33, 0.44, 0.23],
    }
    return pd.DataFrame(
        [
            (*key, band, share)
            for key, values in shares.items()
            for band, share in zip(["0-19", "20-64", "65+"], values, strict=True)
        ],
        columns=["area_code", "area_name", "year", "age_group", "share"],
    )


@pytest.fixture
def growth() -> pd.DataFrame:
    return pd.DataFrame(
        [("Harbour", "0-64", -0.05), ("Harbour", "65+", 0.46), ("England", "0-64", 0.02),
         ("England", "65+", 0.4)],
        columns=["area_name", "age_group", "growth"],
    )  # fmt: skip


def test_one_bar_an_age_band_and_year_with_englands_mark_on_each(ages: pd.DataFrame) -> None:
    ax = population.plot_age_distribution(ages)
    assert sorted(round(bar.get_width(), 2) for bar in ax.patches) == [
        0.25, 0.25, 0.30, 0.32, 0.43, 0.45,
    ]  # fmt: skip
    marks = [each for each in ax.collections if isinstance(each, LineCollection)]
    places = {round(float(x), 2) for each in marks for x in np.array(each.get_segments())[:, 0, 0]}
    assert places == {0.35, 0.46, 0.19, 0.33, 0.44, 0.23}


def test_englands_mark_lies_on_the_bar_of_the_same_band_and_year(ages: pd.DataFrame) -> None:
    ax = population.plot_age_distribution(ages)
    bar = next(each for each in ax.patches if round(each.get_width(), 2) == 0.32)
    segments = np.concatenate([np.array(each.get_segments()) for each in ax.collections])
    mark = segments[np.isclose(segments[:, 0, 0], 0.23)][0]
    assert bar.get_y() < mark[:, 1].mean() < bar.get_y() + bar.get_height()


def test_the_oldest_band_stands_at_the_top_and_units_are_on_the_axes(ages: pd.DataFrame) -> None:
    ax = population.plot_age_distribution(ages)
    ax.figure.draw_without_rendering()
    heights = {t.get_text(): t.get_window_extent().y0 for t in ax.get_yticklabels()}
    assert heights["65+"] > heights["20-64"] > heights["0-19"]
    assert ax.get_xlabel() == "Share of all residents"
    assert ax.get_ylabel() == "Age (years)"
    assert all(text.get_text().endswith("%") for text in ax.get_xticklabels())


def test_title_and_alt_text_name_the_band_furthest_from_england(ages: pd.DataFrame) -> None:
    # In 2033: 0-19 8 points below, 20-64 1 below, 65+ 9 above.
    wanted = "Ages 65+ stand out most from England: 32.0% of residents against 23.0% in 2033"
    title = population.plot_age_distribution(ages).get_title(loc="left").replace("\n", " ")
    text = population.describe_age_distribution(ages)
    assert title == wanted
    assert wanted in text
    assert "from 25.0% at ages 0-19 to 43.0% at ages 20-64" in text
    assert 40 <= len(text) <= 400


def test_a_distribution_without_england_is_refused(ages: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError, match="England not"):
        population.plot_age_distribution(ages.loc[ages["area_name"].ne("England")])


def test_age_distribution_leaves_its_table_alone_and_no_text_on_another(
    ages: pd.DataFrame, overlaps
) -> None:
    before = ages.copy(deep=True)
    ax = population.plot_age_distribution(ages)
    assert overlaps(ax.figure) == []
    pd.testing.assert_frame_equal(ages, before)


def test_growth_is_written_beside_each_bar(growth: pd.DataFrame, overlaps) -> None:
    ax = population.plot_growth(growth)
    assert len(ax.patches) == 4
    assert {text.get_text() for text in ax.texts} == {
        *("−5%", "+46% Harbour", "+2%", "+40% England")
    }
    assert overlaps(ax.figure) == []


def test_growth_alt_text_gives_the_range(growth: pd.DataFrame) -> None:
    text = population.describe_growth(growth)
    assert "Ages 65+ grow most: +46% in Harbour." in text
    assert "The least is −5% at ages 0-64 in Harbour." in text
    assert 40 <= len(text) <= 400


def test_a_chart_is_drawn_on_the_axes_given(growth: pd.DataFrame) -> None:
    figure, ax = plt.subplots()
    assert population.plot_growth(growth, ax=ax, title="Seen") is ax
    assert ax.get_title(loc="left") == "Seen"
    assert plt.get_fignums() == [figure.number]
