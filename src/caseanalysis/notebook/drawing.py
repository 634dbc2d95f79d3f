"""A matplotlib figure as a small drawing for a page: text stays text, numbers are short.

The drawing sets no style of its own but attributes, which a page's style sheet may override, so
that it follows a dark page. Coordinates are tenths of a point, a seventh of a pixel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox

from caseanalysis.notebook.outlines import (
    HAIR,
    TENTHS,
    extents,
    number,
    outline,
    wider,
    within,
    written,
)

#: Families with letters as wide as those that the layout was made with.
FONTS = "DejaVu Sans,Verdana,sans-serif"
_POINTS_PER_INCH = 72.0
_HATCH_TILE = 72
# Areas of more points than a bar, a mark or a cell are not drawn together.
_FEW_POINTS = 26
_SPACES = re.compile("^ +| +$| {2,}")
# So many groups back an element may join those of its look.
_LOOK_BACK = 8
_CAPS = {"projecting": "square", "round": "round"}

_Attributes = tuple[tuple[str, str], ...]


class ImageInDrawingError(ValueError):
    """A figure holds an image of pixels, which a drawing of lines cannot take."""


def drawing_of(figure: Figure, *, identifier: str) -> str:
    """Return what stands inside an ``svg`` element whose view box is the figure in points.

    Parameters
    ----------
    figure : Figure
        A figure with its layout; it is drawn, and its background left out.
    identifier : str
        Begins the identifiers of clips and hatches, so that no two figures of a page share one.

    Raises
    ------
    ImageInDrawingError
        If the figure holds an image of pixels.
    """
    width, height = (float(inches) * _POINTS_PER_INCH for inches in figure.get_size_inches())
    with _bare(figure) as halos:
        renderer = _Drawing(width, height, identifier, halos)
        figure.draw(renderer)
    return renderer.content()


@contextmanager
def _bare(figure: Figure) -> Iterator[dict[str, tuple[float, str]]]:
    """Leave out the ground and the halos of texts; give width and colour of halos by group."""
    resolution, shown = figure.dpi, figure.patch.get_visible()
    found = [(text, _halo(text)) for text in figure.findobj(Text)]
    with_halo = [(text, halo) for text, halo in found if halo]
    before = [(text.get_path_effects(), text.get_gid()) for text, _ in with_halo]
    figure.set_dpi(_POINTS_PER_INCH)
    figure.patch.set_visible(False)
    for at, (text, _) in enumerate(with_halo):
        text.set_path_effects([])
        text.set_gid(f"halo-{at}")
    try:
        yield {f"halo-{at}": halo for at, (_, halo) in enumerate(with_halo)}
    finally:
        figure.set_dpi(resolution)
        figure.patch.set_visible(shown)
        for (text, _), (effects, group) in zip(with_halo, before, strict=True):
            text.set_path_effects(effects)
            text.set_gid(group)


def _halo(text: Any) -> tuple[float, str] | None:
    effects = text.get_path_effects()
    if len(effects) != 1 or not isinstance(effects[0], Stroke):
        return None
    look = vars(effects[0])["_gc"]
    return float(look["linewidth"]), to_hex(look["foreground"])


@dataclass
class _Part:
    """Elements of one look, and where they lie; one that is alone takes no others."""

    kind: str
    look: _Attributes
    texts: list[str]
    boxes: list[Bbox]
    alone: bool

    def html(self) -> str:
        attributes = "".join(f' {name}="{value}"' for name, value in self.look)
        content = "".join(self.texts)
        if self.kind == "path":
            return f'<path{attributes} d="{content}"/>'
        return f"<g{attributes}>{content}</g>"


class _Drawing(RendererBase):
    """Writes what matplotlib draws; like elements that follow each other become one."""

    def __init__(
        self, width: float, height: float, identifier: str, halos: dict[str, tuple[float, str]]
    ) -> None:
        super().__init__()
        self.width, self.height = width, height
        self._identifier = identifier
        self._halos = halos
        self._groups: list[str | None] = []
        self._parts: list[_Part] = []
        self._definitions: dict[str, str] = {}

    def content(self) -> str:
        """Return the elements drawn, those of one look in one group."""
        definitions = "".join(self._definitions.values())
        head = f"<defs>{definitions}</defs>" if definitions else ""
        return head + "".join(part.html() for part in self._parts)

    def _add(self, kind: str, look: _Attributes, text: str, box: Bbox, *, alone: bool) -> None:
        """Draw text or a path, with the last one of its look where nothing between lies below."""
        for part in self._parts[: -_LOOK_BACK - 1 : -1] if not alone else []:
            if (part.kind, part.look, part.alone) == (kind, look, False):
                part.texts.append(text)
                part.boxes.append(box)
                return
            if any(box.overlaps(one) for one in part.boxes):
                break
        self._parts.append(_Part(kind, look, [text], [box], alone))

    def _define(self, element: str, content: str, **attributes: object) -> str:
        """Return the identifier of a clip or hatch, defined once for the figure."""
        given = "".join(f' {name}="{value}"' for name, value in attributes.items())
        key = f"{element}{given}{content}"
        if key not in self._definitions:
            identifier = f"{self._identifier}-{element[0]}{len(self._definitions) + 1}"
            self._definitions[key] = f'<{element} id="{identifier}"{given}>{content}</{element}>'
        return self._definitions[key].split('"', 2)[1]

    # What matplotlib asks of a renderer

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def points_to_pixels(self, points: Any) -> Any:
        return points

    def open_group(self, s: str, gid: str | None = None) -> None:
        self._groups.append(gid)

    def close_group(self, s: str) -> None:
        self._groups.pop()

    def draw_path(
        self,
        gc: Any,
        path: Path,
        transform: Any,
        rgbFace: Any = None,  # noqa: N803 (matplotlib passes it by this name)
    ) -> None:
        face = rgbFace
        filled = face is not None or gc.get_hatch() is not None
        look = self._look(gc, face)
        if look is None:
            return
        clip, box = self._clip_box(gc), extents(path, transform)
        if box is None or (clip is not None and not box.overlaps(clip)):
            return
        if filled and clip is not None and not within(box, wider(clip, HAIR)):
            look = (*look, ("clip-path", f"url(#{self._clip(clip)})"))
        cut = None if filled or clip is None else wider(clip, HAIR)
        parts = outline(path, transform, self.height, filled=filled, cut=cut)
        if parts:
            # Areas that may overlap would hide nothing of each other in one element.
            alone = _is_clear(look) or (filled and len(path) > _FEW_POINTS)
            box = wider(box, gc.get_linewidth() + 1)
            self._add("path", look, written(parts), box, alone=alone)

    def draw_markers(
        self,
        gc: Any,
        marker_path: Path,
        marker_trans: Any,
        path: Path,
        trans: Any,
        rgbFace: Any = None,  # noqa: N803 (matplotlib passes it by this name)
    ) -> None:
        look, clip = self._look(gc, rgbFace), self._clip_box(gc)
        mark = marker_path.get_extents(marker_trans)
        spots = [at[-2:] for at, _ in path.iter_segments(trans, simplify=False) if len(at)]
        if clip is not None:
            seen = Bbox([np.subtract(clip.min, mark.max), np.subtract(clip.max, mark.min)])
            spots = [spot for spot in spots if seen.contains(*spot)]
        if look is None or not spots:
            return
        ends = np.min(spots, axis=0), np.max(spots, axis=0)
        box = Bbox([np.add(ends[0], mark.min), np.add(ends[1], mark.max)])
        if clip is not None and not within(box, wider(clip, HAIR)):
            look = (*look, ("clip-path", f"url(#{self._clip(clip)})"))
        parts = outline(marker_path, marker_trans, 0.0, filled=rgbFace is not None, cut=None)
        data = "".join(
            written(parts, right=round(x * TENTHS), down=round((self.height - y) * TENTHS))
            for x, y in spots
        )
        box = wider(box, gc.get_linewidth() + 1)
        self._add("path", look, data, box, alone=_is_clear(look))

    def draw_image(self, gc: Any, x: float, y: float, im: Any, *_: Any) -> None:
        raise ImageInDrawingError("an image of pixels in a figure")

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float,
        ismath: Any = False, mtext: Any = None,
    ) -> None:  # fmt: skip
        if not s.strip():
            return
        # A page joins common spaces, and drops those at the ends.
        s = _SPACES.sub(lambda found: "\N{NO-BREAK SPACE}" * len(found[0]), s)
        if ismath:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        width, tall, _ = self.get_text_width_height_descent(s, prop, ismath=False)
        box = Bbox.from_bounds(x, self.height - y, width, tall)
        if angle:
            box = wider(Bbox.from_bounds(x, self.height - y, 0, 0), width)
        look = [("fill", _colour(gc.get_rgb())), ("font-size", f"{prop.get_size_in_points():g}")]
        if prop.get_weight() in ("bold", "semibold", 600, 700):
            look.append(("font-weight", "700"))
        if self._groups and self._groups[-1] in self._halos:
            wide, halo = self._halos[str(self._groups[-1])]
            look += [("stroke", _short_colour(halo)), ("stroke-width", f"{wide:g}")]
            look += [("paint-order", "stroke")]
        look += _opacity("opacity", gc)
        place = f'x="{number(x)}" y="{number(y)}"'
        if angle:
            place = f'transform="translate({number(x)} {number(y)}) rotate({-angle:g})"'
        length = f' textLength="{number(width)}"' if len(s) > 1 else ""
        text = f"<text {place}{length}>{escape(s, quote=False)}</text>"
        self._add("text", tuple(look), text, box, alone=False)

    # Looks

    def _look(self, gc: Any, face: Any) -> _Attributes | None:
        """Return fill and stroke as attributes; None of what cannot be seen."""
        look: list[tuple[str, str]] = []
        if gc.get_hatch() is not None:
            look.append(("fill", f"url(#{self._hatch(gc, face)})"))
        elif face is not None and (len(face) < 4 or face[3] > 0):
            look.append(("fill", _colour(face)))
            look += _face_opacity(gc, face)
        if gc.get_linewidth() and gc.get_rgb()[3] > 0:
            look += _stroke(gc)
        return tuple(look) or None

    def _hatch(self, gc: Any, face: Any) -> str:
        lines = gc.get_hatch_path()
        turned = lines.transformed(Affine2D().scale(_HATCH_TILE))
        colour = _colour(gc.get_hatch_color())
        data = written(outline(turned, None, float(_HATCH_TILE), filled=False, cut=None))
        ground = (
            f'<path fill="{_colour(face)}" d="M0 0h{_HATCH_TILE}v{_HATCH_TILE}H0z"/>'
            if face is not None
            else ""
        )
        return self._define(
            "pattern",
            f'{ground}<path fill="{colour}" stroke="{colour}" '
            f'stroke-width="{gc.get_hatch_linewidth():g}" d="{data}"/>',
            width=_HATCH_TILE,
            height=_HATCH_TILE,
            patternUnits="userSpaceOnUse",
        )

    def _clip_box(self, gc: Any) -> Bbox | None:
        box = gc.get_clip_rectangle()
        path, transform = gc.get_clip_path()
        if path is not None:
            box = path.get_extents(transform)
        return None if box is None else Bbox.from_extents(*box.extents)

    def _clip(self, box: Bbox) -> str:
        x, y = number(box.x0), number(self.height - box.y1)
        size = f'width="{number(box.width)}" height="{number(box.height)}"'
        return self._define("clipPath", f'<rect x="{x}" y="{y}" {size}/>')


def _is_clear(look: _Attributes) -> bool:
    return any(name.endswith("opacity") for name, _ in look)


def _stroke(gc: Any) -> list[tuple[str, str]]:
    look = [("stroke", _colour(gc.get_rgb())), *_opacity("stroke-opacity", gc)]
    if gc.get_linewidth() != 1:
        look.append(("stroke-width", f"{gc.get_linewidth():.3g}"))
    dashes = gc.get_dashes()[1]
    if dashes is not None:
        look.append(("stroke-dasharray", " ".join(f"{dash:.3g}" for dash in dashes)))
    if gc.get_capstyle() in _CAPS:
        look.append(("stroke-linecap", _CAPS[gc.get_capstyle()]))
    if gc.get_joinstyle() != "round":
        look.append(("stroke-linejoin", gc.get_joinstyle()))
    return look


def _opacity(name: str, gc: Any) -> list[tuple[str, str]]:
    shown = gc.get_alpha() if gc.get_forced_alpha() else gc.get_rgb()[3]
    return [(name, f"{shown:.3g}")] if shown < 1 else []


def _face_opacity(gc: Any, face: Any) -> list[tuple[str, str]]:
    shown = gc.get_alpha() if gc.get_forced_alpha() else (face[3] if len(face) > 3 else 1.0)
    return [("fill-opacity", f"{shown:.3g}")] if shown < 1 else []


def _colour(rgb: Any) -> str:
    return _short_colour(to_hex(rgb[:3]))


def _short_colour(colour: str) -> str:
    short = colour[1::2] == colour[2::2]
    return f"#{colour[1::2]}" if short else colour
