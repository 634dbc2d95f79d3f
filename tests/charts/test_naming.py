"""Names of series in or beside their bars, and the key where they have no room."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from caseanalysis.charts import naming, style


@pytest.fixture
def ax() -> Axes:
    """Axes from 0 to 100, about 380 points wide."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    ax = figure.subplots()
    ax.set(xlim=(0, 100), ylim=(2.5, -0.5))
    return ax


def numbers(ax: Axes, *values: float) -> list[Annotation]:
    return [style.label_bar(ax, value, height, f"{value:g}") for height, value in enumerate(values)]


def keys(*names: str) -> list[object]:
    return style.bar_keys(style.series_styles(names))


def in_the_key(ax: Axes) -> list[str]:
    return [text.get_text() for key in ax.figure.legends for text in key.get_texts()]


def test_names_follow_the_numbers_of_the_first_category(ax: Axes) -> None:
    labels = {"bank": numbers(ax, 10, 30), "agency": numbers(ax, 20, 40)}
    naming.name_beside_bars(ax, labels, keys("bank", "agency"))
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["10 bank", "30", "20 agency", "40"]
    assert ax.get_xlim() == (0, 100)
    assert in_the_key(ax) == []


def test_bars_get_shorter_for_a_name_but_not_by_much(ax: Axes) -> None:
    labels = {"bank": numbers(ax, 10, 30), "agency and others": numbers(ax, 98, 40)}
    naming.name_beside_bars(ax, labels, keys("bank", "agency and others"))
    assert 110 < ax.get_xlim()[1] <= 100 * naming.LONGEST_AXIS
    ends = [text.get_window_extent().x1 for text in ax.texts]
    style.lay_out(ax)
    assert max(ends) < ax.get_window_extent().x1 + 1


def test_a_category_with_a_decrease_or_without_room_is_passed_over(ax: Axes) -> None:
    long = "a name of a series of so many words"
    labels = {"bank": numbers(ax, -10, 30, 5), long: numbers(ax, 20, 100, 6)}
    naming.name_beside_bars(ax, labels, keys("bank", long))
    assert [text.get_text() for text in ax.texts] == [
        *("-10", "30", "5 bank", "20", "100", f"6 {long}")
    ]


def test_names_without_room_anywhere_stand_in_a_key(ax: Axes) -> None:
    long = "a name of a series of so many words that nothing holds it, not even twice the room"
    labels = {"bank": numbers(ax, 10, 30), long: numbers(ax, 90, 99)}
    naming.name_beside_bars(ax, labels, keys("bank", long))
    assert [text.get_text() for text in ax.texts] == ["10", "30", "90", "99"]
    assert in_the_key(ax) == ["bank", long]


def test_one_series_needs_no_name(ax: Axes) -> None:
    naming.name_beside_bars(ax, {"bank": numbers(ax, 10, 30)}, keys("bank"))
    assert [text.get_text() for text in ax.texts] == ["10", "30"]


def test_names_in_bars_stand_in_one_category_where_they_fit(ax: Axes) -> None:
    first, second = ax.barh([0, 1], [90, 40]), ax.barh([0, 1], [5, 30], left=[90, 40])
    naming.name_in_bars(ax, {"A": first.patches, "B": second.patches}, keys("A", "B"))
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [
        ("A", (20, 1)),
        ("B", (55, 1)),
    ]


def test_a_name_that_fits_into_no_bar_stands_in_a_key(ax: Axes) -> None:
    first, second = ax.barh([0, 1], [90, 40]), ax.barh([0, 1], [1, 2], left=[90, 40])
    naming.name_in_bars(ax, {"A": first.patches, "Bee": second.patches}, keys("A", "Bee"))
    assert list(ax.texts) == []
    assert in_the_key(ax) == ["A", "Bee"]


def test_a_series_without_any_bar_is_not_named(ax: Axes) -> None:
    first, second = ax.barh([0, 1], [50, 40]), ax.barh([0, 1], [30, 20], left=[50, 40])
    none = ax.barh([0, 1], [0, 0])
    bars = {"A": first.patches, "B": second.patches, "C": none.patches}
    naming.name_in_bars(ax, bars, keys(*bars))
    assert [text.get_text() for text in ax.texts] == ["A", "B"]


def test_names_above_marks_that_lie_close_stand_side_by_side(ax: Axes) -> None:
    ends = [style.EndLabel(x, 1, name, style.BLUE) for x, name in ((50, "Upper"), (51, "Lower"))]
    naming.name_above(ax, ends, keys("Upper", "Lower"), height=0)
    upper, lower = (text for text in ax.texts if text.get_text())
    assert upper.get_window_extent().x1 < lower.get_window_extent().x0
    assert in_the_key(ax) == []


def test_names_too_long_for_one_line_above_stand_in_a_key(ax: Axes) -> None:
    names = [f"a rather long name of the trust number {one}" for one in range(3)]
    ends = [style.EndLabel(50, 1, name, style.BLUE) for name in names]
    naming.name_above(ax, ends, keys(*names), height=0)
    assert list(ax.texts) == []
    assert in_the_key(ax) == names
