"""Outlines as the short data of a drawing: steps from point to point, in tenths of a point."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from matplotlib.path import Path
from matplotlib.transforms import Bbox

#: Steps of a coordinate in one point.
TENTHS = 10
#: A width that does not show.
HAIR = 0.6
# Outlines of areas are drawn as closely as this, in points.
_TOLERANCE = 0.15
_MANY_POINTS = 16
_CIRCLE = np.asarray(Path.unit_circle().codes)
_LETTERS = {Path.LINETO: ("l", 1), Path.CURVE3: ("q", 2), Path.CURVE4: ("c", 3)}


def wider(box: Bbox, by: float) -> Bbox:
    """Return a box with a margin on each side."""
    return Bbox.from_extents(box.x0 - by, box.y0 - by, box.x1 + by, box.y1 + by)


def within(inner: Bbox, outer: Bbox) -> bool:
    """Return whether a box lies wholly in another."""
    low = np.all(inner.min >= outer.min)
    return bool(low and np.all(inner.max <= outer.max))


def extents(path: Path, transform: Any) -> Bbox | None:
    """Return the box around a path, its gaps left out; None of one that is all gaps."""
    box = path.get_extents(transform)
    if np.isfinite(box.get_points()).all():
        return box
    known = transform.transform(path.vertices)
    known = known[np.isfinite(known).all(axis=1)]
    return Bbox([known.min(axis=0), known.max(axis=0)]) if len(known) else None


def _is_circle(path: Path) -> bool:
    size = path.get_extents().size
    kinds = np.asarray(path.codes)
    return bool(np.array_equal(kinds, _CIRCLE) and abs(size[0] - size[1]) < HAIR / TENTHS)


def outline(
    path: Path, transform: Any, height: float, *, filled: bool, cut: Bbox | None
) -> list[tuple[int, int, str]]:
    """Return the parts of a path: where each starts, in tenths of a point, and its steps.

    Parameters
    ----------
    path, transform
        The path, and what brings it to points of a figure whose origin lies below.
    height : float
        Height of the figure; the origin of a drawing lies above.
    filled : bool
        Whether it is an area, of whose many points those that cannot be seen are left out.
    cut : Bbox, optional
        Lines are cut off at its edge.
    """
    if _is_circle(path):
        return [_circle(path.get_extents(transform), height)]
    # Matplotlib leaves out points that cannot be seen, but not of areas.
    clean = path.cleaned(
        transform=transform,
        remove_nans=True,
        clip=None if cut is None else cut.extents,
        simplify=None if not filled else False,
    )
    parts = (_piece(points, codes, height) for points, codes in _pieces(clean, filled))
    return [part for part in parts if part[2]]


def written(parts: list[tuple[int, int, str]], *, right: int = 0, down: int = 0) -> str:
    """Return the parts of a path as data, moved by some tenths of a point."""
    return "".join(f"M{short(x + right)}{after(y + down)}{steps}" for x, y, steps in parts)


def _circle(box: Bbox, height: float) -> tuple[int, int, str]:
    radius = round(box.width / 2 * TENTHS)
    arc = f"a{short(radius)} {short(radius)} 0 1 0 "
    across = short(2 * radius)
    x, y = round(box.x0 * TENTHS), round((height - (box.y0 + box.y1) / 2) * TENTHS)
    return x, y, f"{arc}{across} 0{arc}-{across} 0z"


def _pieces(path: Path, filled: bool) -> Iterator[tuple[np.ndarray[Any, Any], Any]]:
    """Yield the parts of a path between its moves, areas of many points with fewer of them."""
    stop = np.asarray(path.codes) == Path.STOP
    codes = np.asarray(path.codes)[~stop]
    points = np.asarray(path.vertices)[~stop]
    starts = [*np.flatnonzero(codes == Path.MOVETO), len(codes)]
    for start, end in pairwise(starts):
        part, kinds = points[start:end], codes[start:end]
        if filled and len(part) > _MANY_POINTS and set(kinds[1:]) <= {Path.LINETO, Path.CLOSEPOLY}:
            closed = kinds[-1] == Path.CLOSEPOLY
            line = shapely.LineString(part[:-1] if closed else part).simplify(_TOLERANCE)
            part = shapely.get_coordinates(line)
            kinds = np.full(len(part), Path.LINETO)
            if closed:
                part, kinds = np.vstack([part, part[:1]]), np.append(kinds, Path.CLOSEPOLY)
        yield part, kinds


def _piece(points: np.ndarray[Any, Any], codes: Any, height: float) -> tuple[int, int, str]:
    flipped = np.column_stack([points[:, 0], height - points[:, 1]])
    tenths = np.rint(flipped * TENTHS).astype(int).tolist()
    x, y = start = tenths[0]
    told: list[str] = []
    at, last = 1, ""
    while at < len(codes):
        if codes[at] == Path.CLOSEPOLY:
            told.append("z")
            at, last = at + 1, "z"
            continue
        letter, count = _LETTERS[codes[at]]
        steps = [(one[0] - x, one[1] - y) for one in tenths[at : at + count]]
        x, y = tenths[at + count - 1]
        at += count
        if letter == "l" and not any(steps[0]):
            continue
        letter, values = _command(letter, steps)
        text = short(values[0]) if letter != last else after(values[0])
        told.append((letter if letter != last else "") + text + "".join(map(after, values[1:])))
        last = letter
    return (*start, "".join(told))


def _command(letter: str, steps: list[tuple[int, int]]) -> tuple[str, list[int]]:
    if letter == "l":
        across, down = steps[0]
        if not down:
            return "h", [across]
        if not across:
            return "v", [down]
    return letter, [value for step in steps for value in step]


@lru_cache(maxsize=20_000)
def short(tenths: int) -> str:
    """Return tenths as a number without needless digits."""
    whole, rest = divmod(abs(tenths), TENTHS)
    digits = f"{whole}" if not rest else f"{whole or ''}.{rest}"
    return f"-{digits}" if tenths < 0 else digits


def after(tenths: int) -> str:
    """Return a number as it follows another."""
    return short(tenths) if tenths < 0 else f" {short(tenths)}"


def number(value: float) -> str:
    """Return a length in points to the tenth."""
    return short(round(value * TENTHS))
