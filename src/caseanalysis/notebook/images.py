"""A chart as a picture inside the page: sharp, self-contained and the same bytes each time."""

from __future__ import annotations

import base64
import io
from html import escape

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from PIL import Image

from caseanalysis.notebook.drawing import FONTS, ImageInDrawingError, drawing_of

#: Above this size in bytes a drawing, such as a map of many boundaries, becomes pixels.
LARGEST_SVG = 150_000
#: The least characters that describe anything.
SHORTEST_DESCRIPTION = 40
_PNG_DPI = 144
_PNG_COLOURS = 128
_CSS_DPI = 96
_POINTS = 72


def figure_of(drawn: object) -> Figure:
    """Return the figure that a chart, or an array of panels, was drawn on.

    Raises
    ------
    TypeError
        If what was drawn is neither a figure nor axes.
    """
    if isinstance(drawn, np.ndarray) and drawn.size:
        drawn = drawn.flat[0]
    figure = drawn if isinstance(drawn, Figure) else None
    if isinstance(drawn, Artist) and figure is None:
        figure = drawn.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise TypeError(f"a chart returns its Axes or Figure, not {type(drawn).__name__}")
    return figure


def image_html(figure: Figure, *, alt: str, identifier: str) -> str:
    """Return the figure as a drawing inside the page, or as pixels where that is smaller.

    Parameters
    ----------
    figure : Figure
        The figure, which is closed.
    alt : str
        The text that stands for it.
    identifier : str
        Identifier of the figure on the page; the element ``{identifier}-long`` describes it.

    Raises
    ------
    ValueError
        If the description is too short to describe anything.
    """
    if len(alt.strip()) < SHORTEST_DESCRIPTION:
        raise ValueError(f"a description of 40 characters or more, not {alt!r}")
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")
    try:
        html = _drawn(figure, alt, identifier)
    except ImageInDrawingError:
        html = ""
    if not html or len(html.encode()) > LARGEST_SVG:
        html = _pixels(figure, alt, identifier)
    plt.close(figure)
    return html


def _size(figure: Figure, *, each: int) -> tuple[int, int]:
    width, height = (round(inches * each) for inches in figure.get_size_inches())
    return width, height


def _drawn(figure: Figure, alt: str, identifier: str) -> str:
    width, height = _size(figure, each=_CSS_DPI)
    across, down = _size(figure, each=_POINTS)
    return (
        f'<svg class="ca-chart" role="img" aria-label="{escape(alt)}" '
        f'aria-describedby="{identifier}-long" viewBox="0 0 {across} {down}" '
        f'width="{width}" height="{height}" fill="none" stroke-linejoin="round" '
        f'font-family="{FONTS}">{drawing_of(figure, identifier=identifier)}</svg>'
    )


def _pixels(figure: Figure, alt: str, identifier: str) -> str:
    width, height = _size(figure, each=_CSS_DPI)
    data = base64.b64encode(_png(figure)).decode("ascii")
    return (
        f'<img class="ca-chart" src="data:image/png;base64,{data}" width="{width}" '
        f'height="{height}" alt="{escape(alt)}" aria-describedby="{identifier}-long">'
    )


def _png(figure: Figure) -> bytes:
    drawn, reduced = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_PNG_DPI, metadata={"Software": None})
    picture = Image.open(drawn).convert("RGB").quantize(_PNG_COLOURS)
    picture.save(reduced, format="png", optimize=True)
    return reduced.getvalue()
