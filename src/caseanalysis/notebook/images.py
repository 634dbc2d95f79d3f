"""A chart as an image inside the page: sharp, self-contained and the same bytes each time."""

from __future__ import annotations

import base64
import io
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from PIL import Image

#: Above this size in bytes a drawing, such as a map of many boundaries, becomes a picture.
LARGEST_SVG = 250_000
_PNG_DPI = 144
_PNG_COLOURS = 128
_CSS_DPI = 96

# Identifiers inside the drawing come from this salt, not from chance.
_FIXED: dict[Any, Any] = {"svg.hashsalt": "caseanalysis", "svg.fonttype": "path"}


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


def image_html(figure: Figure, *, alt: str) -> str:
    """Return an image element with the figure inside it, and close the figure.

    Raises
    ------
    ValueError
        If the description is too short to describe anything.
    """
    from html import escape

    if len(alt.strip()) < 40:
        raise ValueError(f"a description of 40 characters or more, not {alt!r}")
    width, height = (round(inches * _CSS_DPI) for inches in figure.get_size_inches())
    media, content = _render(figure)
    plt.close(figure)
    data = base64.b64encode(content).decode("ascii")
    return (
        f'<img src="data:{media};base64,{data}" width="{width}" height="{height}" '
        f'alt="{escape(alt)}">'
    )


def _render(figure: Figure) -> tuple[str, bytes]:
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")
    stream = io.BytesIO()
    with mpl.rc_context(_FIXED):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    if stream.tell() <= LARGEST_SVG:
        return "image/svg+xml", stream.getvalue()
    return "image/png", _png(figure)


def _png(figure: Figure) -> bytes:
    drawn, reduced = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_PNG_DPI, metadata={"Software": None})
    picture = Image.open(drawn).convert("RGB").quantize(_PNG_COLOURS)
    picture.save(reduced, format="png", optimize=True)
    return reduced.getvalue()
