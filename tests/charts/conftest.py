"""Figures of chart tests: drawn without a screen, closed after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import matplotlib as mpl
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def overlaps() -> Callable[[Figure], list[tuple[str, str]]]:
    """Pairs of texts that lie on each other in a drawn figure."""

    def pairs(figure: Figure) -> list[tuple[str, str]]:
        figure.draw_without_rendering()
        texts = [
            text
            for text in figure.findobj(Text)
            if text.get_text().strip() and text.get_visible() and _is_drawn(text, figure)
        ]
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
        return [
            (one, other)
            for (one, box), (other, rival) in combinations(boxes, 2)
            if box.x0 < rival.x1 - 1
            and rival.x0 < box.x1 - 1
            and box.y0 < rival.y1 - 1
            and rival.y0 < box.y1 - 1
        ]

    return pairs


def _is_drawn(text: Text, figure: Figure) -> bool:
    """Tell ticks beyond the limits and hidden tick labels from what is on the page."""
    axes = text.axes
    for ax in figure.axes:
        if not ax.axison and text in ax.get_xticklabels() + ax.get_yticklabels():
            return False
        for axis in (ax.xaxis, ax.yaxis):
            if text in [
                part for tick in axis.get_major_ticks() for part in (tick.label1, tick.label2)
            ]:
                low, high = sorted(axis.get_view_interval())
                place = text.get_position()[0 if axis is ax.xaxis else 1]
                return low <= place <= high
    return axes is None or axes.axison or text not in (axes.xaxis.label, axes.yaxis.label)
