"""What a figure becomes inside a page; expected coordinates are worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

import matplotlib.patheffects as path_effects
import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes

from caseanalysis.notebook.drawing import ImageInDrawingError, drawing_of


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Axes of 0 to 10 that fill a figure of 200 by 100 points, without marks of their own."""
    figure = plt.figure(figsize=(200 / 72, 100 / 72))
    ax = figure.add_axes((0, 0, 1, 1), xlim=(0, 10), ylim=(0, 10))
    ax.set_axis_off()
    yield ax
    plt.close(figure)


def drawn(ax: Axes) -> str:
    return drawing_of(ax.figure, identifier="figure-1")


def test_a_line_goes_from_point_to_point_in_tenths_of_a_point(ax: Axes) -> None:
    # 1 of 10 is 20 points from the left and 90 from the top; steps level and upright are shorter.
    ax.plot([1, 3, 3, 5.003], [1, 1, 2, 4], color="#0072B2", linewidth=2)
    assert 'd="M20 90h40v-10l40.1-20"' in drawn(ax)
    assert 'stroke="#0072b2" stroke-width="2"' in drawn(ax)


def test_a_line_with_gaps_keeps_its_parts_and_one_of_gaps_alone_has_none(ax: Axes) -> None:
    nan = float("nan")
    ax.plot([1, 3, 5, 7, 9], [1, 1, nan, 2, 2], color="#0072B2")
    ax.plot([nan, 2, 4], [nan, 5, 5], color="#D55E00")
    ax.plot([1, 2], [nan, nan], color="#009E73")
    html = drawn(ax)
    assert 'd="M20 90h40M140 80h40"' in html
    assert 'd="M40 50h40"' in html
    assert "#009e73" not in html


def test_text_stays_text_as_wide_as_it_was_laid_out(ax: Axes) -> None:
    ax.text(5, 5, "Beds & <more>", fontsize=10, color="#222222")
    found = re.search(r'<g fill="#222" font-size="10"><text x="100" y="\d+(?:\.\d)?" '
                      r'textLength="(\d+)(?:\.\d)?">([^/]*)</text>', drawn(ax))  # fmt: skip
    assert found[2] == "Beds &amp; &lt;more&gt;"
    assert 70 < int(found[1]) < 90


def test_spaces_that_a_page_would_drop_are_kept(ax: Axes) -> None:
    ax.text(5, 5, " 9% or  8%")
    assert ">\N{NO-BREAK SPACE}9% or\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}8%</text>" in drawn(ax)


def test_the_lines_of_a_text_with_a_halo_have_it(ax: Axes) -> None:
    halo = [path_effects.withStroke(linewidth=3, foreground="white")]
    text = ax.text(5, 5, "two\nlines", path_effects=halo)
    pattern = r'stroke="#fff" stroke-width="3" paint-order="stroke">(?:<text[^>]*>\w+</text>){2}'
    assert re.search(pattern, drawn(ax))
    assert text.get_path_effects() == halo


def test_like_marks_become_one_element_in_their_order(ax: Axes) -> None:
    for at in (1, 4, 7):
        ax.plot([at, at], [0, 10], color="#d9d9d9")
        ax.text(at + 1, 5, "label")
    html = drawn(ax)
    assert html.count('stroke="#d9d9d9"') == 1
    assert html.count("<g ") == 1


def test_what_lies_between_keeps_its_place(ax: Axes) -> None:
    ax.plot([0, 10], [5, 5], color="#000000", zorder=1)
    ax.plot([5, 5], [0, 10], color="#d55e00", zorder=2)
    ax.plot([0, 10], [5, 5], color="#000000", zorder=3)
    assert re.findall(r'stroke="(#\w+)"', drawn(ax)) == ["#000", "#d55e00", "#000"]


def test_what_sticks_out_is_clipped_and_what_lies_outside_is_left_out(ax: Axes) -> None:
    ax.fill([-5, 5, 5, -5], [-5, -5, 5, 5], color="#009e73", linewidth=0)
    ax.plot([20, 30], [20, 30], color="#d55e00")
    html = drawn(ax)
    assert '<clipPath id="figure-1-c1"><rect x="0" y="0" width="200" height="100"/>' in html
    assert 'clip-path="url(#figure-1-c1)"' in html
    assert "#d55e00" not in html


def test_a_hatch_is_defined_once_under_a_name_of_the_figure(ax: Axes) -> None:
    for at in (1, 5):
        ax.bar(at, 4, hatch="///", color="#009e73", edgecolor="white", linewidth=0)
    html = drawn(ax)
    assert html.count("<pattern ") == 1
    assert 'fill="url(#figure-1-p1)"' in html


def test_an_outline_of_many_points_loses_only_what_cannot_be_seen(ax: Axes) -> None:
    across = [1 + at / 100 for at in range(801)]
    # Ups and downs of a fiftieth of a point; the corner far below stays.
    ax.fill([*across, 9, 1], [5 + (at % 2) / 500 for at in range(801)] + [1, 1], linewidth=0)
    outline = re.search(r'd="([^"]*)"', drawn(ax))[1]
    assert outline == "M20 50h160v40h-160z"


def test_an_image_of_pixels_is_refused(ax: Axes) -> None:
    ax.imshow([[1, 2], [3, 4]])
    with pytest.raises(ImageInDrawingError):
        drawn(ax)
