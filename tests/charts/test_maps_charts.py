from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely

from caseanalysis.charts import maps
from caseanalysis.errors import MissingDataError


def _square(left: float, bottom: float, size: float) -> str:
    return shapely.box(left, bottom, left + size, bottom + size).wkt


@pytest.fixture
def table() -> pd.DataFrame:
    """Three large areas, and a small one at the corner of all three; sides in metres."""
    return pd.DataFrame(
        {
            "area_name": ["Harbour", "Moor and Fen District", "South Downs", "Tiny Borough"],
            "geometry": [
                _square(0, 0, 40_000), _square(40_000, 0, 40_000), _square(0, 40_000, 40_000),
                _square(42_000, 41_000, 3_000),
            ],
            "score": [10.5, 22.25, 31.0, 15.0],
            "rural": [0.0, 0.5, 0.9, 0.25],
        }
    )  # fmt: skip


def _names(ax) -> dict[str, object]:
    return {
        " ".join(text.get_text().split("\n")[:-1]): text
        for text in ax.texts
        if not text.get_text().endswith("km")
    }


def test_every_area_has_its_name_and_value_printed(table: pd.DataFrame) -> None:
    ax = maps.plot_choropleth(table, value="score", label="Score (points)")
    values = {name: text.get_text().split("\n")[-1] for name, text in _names(ax).items()}
    assert values == {
        "Harbour": "10.5", "Moor and Fen District": "22.2", "South Downs": "31.0",
        "Tiny Borough": "15.0",
    }  # fmt: skip


def test_names_do_not_lie_on_each_other(table: pd.DataFrame) -> None:
    ax = maps.plot_choropleth(table, value="score", label="Score (points)")
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in _names(ax).values()]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_the_name_of_a_small_area_stands_beside_it_with_a_line(table: pd.DataFrame) -> None:
    ax = maps.plot_choropleth(table, value="score", label="Score (points)")
    x, y = _names(ax)["Tiny Borough"].get_position()
    assert not (42_000 < x < 45_000 and 41_000 < y < 44_000)
    starts = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines]
    assert any(42_000 < a < 45_000 and 41_000 < b < 44_000 for a, b in starts)


def test_the_key_gives_round_class_limits_and_the_unit(table: pd.DataFrame) -> None:
    ax = maps.plot_choropleth(table, value="score", label="Score (points)")
    key = ax.figure.axes[1]
    limits = [float(text.get_text()) for text in key.get_xticklabels()]
    assert limits[0] <= 10.5
    assert limits[-1] >= 31
    assert np.ptp(np.diff(limits)) == pytest.approx(0)
    assert key.get_xlabel() == "Score (points)"


def test_a_darker_colour_means_more_in_grey_too(table: pd.DataFrame) -> None:
    ax = maps.plot_choropleth(table, value="score", label="Score (points)")
    greys = ax.collections[0].get_facecolors()[:, :3] @ [0.299, 0.587, 0.114]
    # In the order of the table: 10.5, 22.25, 31 and 15.
    assert greys[2] < greys[1] < greys[0]


def test_a_scale_bar_gives_kilometres_true_to_the_map(table: pd.DataFrame) -> None:
    ax = maps.plot_choropleth(table, value="score", label="Score (points)")
    text = next(each.get_text() for each in ax.texts if each.get_text().endswith("km"))
    bar = ax.lines[0].get_xdata()
    assert bar[1] - bar[0] == 1000 * float(text.removesuffix(" km"))
    assert not ax.axison


def test_an_area_without_a_value_is_hatched_and_says_so(table: pd.DataFrame) -> None:
    table.loc[0, "score"] = np.nan
    ax = maps.plot_choropleth(table, value="score", label="Score (points)")
    assert _names(ax)["Harbour"].get_text().endswith("no figure")
    assert ax.collections[1].get_hatch() == "////"


def test_a_map_without_data_is_refused(table: pd.DataFrame) -> None:
    with pytest.raises(MissingDataError, match="no figure in column score"):
        maps.plot_choropleth(table.assign(score=np.nan), value="score", label="Score (points)")


def test_two_maps_have_a_key_each_and_write_shares_as_percentages(table: pd.DataFrame) -> None:
    before = table.copy(deep=True)
    axes = maps.plot_two_maps(
        table, values=["score", "rural"], labels=["Score (points)", "Rural share"], shares=["rural"]
    )
    assert len(axes) == 2
    assert {ax.get_xlabel() for ax in axes[0].figure.axes[2:]} == {"Score (points)", "Rural share"}
    assert _names(axes[1])["Moor and Fen District"].get_text().endswith("50.0%")
    pd.testing.assert_frame_equal(table, before)


def test_alt_text_names_the_highest_and_the_lowest_area(table: pd.DataFrame) -> None:
    text = maps.describe_two_maps(
        table, values=["score", "rural"], labels=["score", "rural share"], shares=["rural"]
    )
    assert "Highest in South Downs (31.0), lowest in Harbour (10.5)" in text
    assert "Highest in South Downs (90.0%), lowest in Harbour (0.0%)" in text
    assert 40 <= len(text) <= 400


def test_names_of_many_small_neighbours_do_not_lie_on_each_other(table: pd.DataFrame) -> None:
    small = pd.DataFrame(
        {
            "area_name": [f"Borough Number {at}" for at in range(5)],
            "geometry": [_square(41_000 + 2_500 * at, 45_000, 2_500) for at in range(5)],
            "score": [12.0, 14.0, 16.0, 18.0, 20.0],
        }
    )
    ax = maps.plot_choropleth(pd.concat([table, small]), value="score", label="Score (points)")
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in _names(ax).values()]
    assert len(boxes) == 9
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
