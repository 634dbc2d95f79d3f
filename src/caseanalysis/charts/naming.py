"""Names of series written at what they name, so that no reader has to go to a key and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text

from caseanalysis.charts import style

#: Bars may get shorter by this factor to make room for a name; beyond it there is a key instead.
LONGEST_AXIS = 1.45
#: Room around a text, in points.
_ROOM = 6


def name_beside_bars(
    ax: Axes, labels: Mapping[str, Sequence[Annotation]], keys: Sequence[Any]
) -> None:
    """Write the names of the series after the numbers of one category, the first with room.

    Parameters
    ----------
    ax : Axes
        Axes with all bars and numbers drawn, their limits and the names of categories final.
    labels : Mapping of str to sequence of Annotation
        The number at each bar by series, as ``style.label_bar`` returns it. Categories lie at
        whole heights.
    keys : sequence
        Handles of the key that stands in where no category has room.
    """
    if len(labels) < 2:
        return
    style.lay_out(ax)
    for named in _categories(labels):
        before = [text.get_text() for text in named.values()]
        for name, text in named.items():
            text.set_text(f"{text.get_text()} {name}")
        if _stretch(ax, list(named.values())):
            return
        for text, told in zip(named.values(), before, strict=True):
            text.set_text(told)
    style.add_key(ax, keys)


def _categories(labels: Mapping[str, Sequence[Annotation]]) -> list[dict[str, Annotation]]:
    """Return the numbers by series of each category whose bars all point to the right."""
    rows: dict[int, dict[str, Annotation]] = {}
    for name, texts in labels.items():
        for text in texts:
            if text.get_horizontalalignment() == "left":
                rows.setdefault(round(float(text.xy[1])), {})[name] = text
    return [rows[at] for at in sorted(rows) if len(rows[at]) == len(labels)]


def make_room(ax: Axes, texts: Sequence[Annotation], *, most: float = LONGEST_AXIS) -> bool:
    """Make the axis longer so that texts at the ends of bars lie within it.

    Parameters
    ----------
    ax : Axes
        Axes with their limits and names of categories final.
    texts : sequence of Annotation
        As ``style.label_bar`` returns them.
    most : float
        Bars may get shorter by this factor.

    Returns
    -------
    bool
        Whether there was room; without it nothing is changed.
    """
    style.lay_out(ax)
    return _stretch(ax, texts, most=most)


def _stretch(ax: Axes, texts: Sequence[Annotation], *, most: float = LONGEST_AXIS) -> bool:
    """Do what `make_room` says on Axes that are laid out."""
    low, high = ax.get_xlim()
    needed = _needed(ax, texts)
    if needed - low > most * (high - low):
        return False
    ax.set_xlim(low, max(high, needed))
    return True


def _needed(ax: Axes, texts: Sequence[Annotation]) -> float:
    """Return the end of the axis at which every text lies within the Axes."""
    low, width = ax.get_xlim()[0], ax.bbox.width
    room = _ROOM * style.figure_of(ax).dpi / 72
    needed = low
    for text in texts:
        left = width - text.get_window_extent().width - room
        if left <= 0:
            return float("inf")
        needed = max(needed, low + (float(text.xy[0]) - low) * width / left)
    return needed


def name_in_bars(
    ax: Axes,
    bars: Mapping[str, Sequence[Rectangle]],
    keys: Sequence[Any],
    *,
    size: float = 10,
) -> None:
    """Write the name of each series into one of its bars, or draw a key where one fits nowhere.

    All names stand in one category, the one with the most room, where they fit; else each in the
    widest bar of its series.

    Parameters
    ----------
    ax : Axes
        Axes with all bars drawn and their limits final.
    bars : Mapping of str to sequence of Rectangle
        The bars of each series. Categories lie at whole heights.
    keys : sequence
        Handles of the key that stands in where a name fits into no bar.
    size : float
        Size of the letters in points.
    """
    shown = {name: list(parts) for name, parts in bars.items() if any(map(_width, parts))}
    if len(shown) < 2:
        return
    style.lay_out(ax)
    for chosen in _choices(shown):
        texts = [_written_in(ax, bar, name, size) for name, bar in chosen.items()]
        if all(_fits(ax, text, bar) for text, bar in zip(texts, chosen.values(), strict=True)):
            return
        for text in texts:
            text.remove()
    style.add_key(ax, keys)


def _choices(bars: Mapping[str, Sequence[Rectangle]]) -> list[dict[str, Rectangle]]:
    """Return the bars that may hold the names: of the roomiest category, then each the widest."""
    rows: dict[int, dict[str, Rectangle]] = {}
    for name, parts in bars.items():
        for bar in parts:
            rows.setdefault(round(bar.get_y() + bar.get_height() / 2), {})[name] = bar
    whole = [row for _, row in sorted(rows.items()) if len(row) == len(bars)]
    room = [min(map(_width, row.values())) for row in whole]
    roomiest = [whole[room.index(max(room))]] if room else []
    return [*roomiest, {name: max(parts, key=_width) for name, parts in bars.items()}]


def _width(bar: Rectangle) -> float:
    return abs(bar.get_width())


def _written_in(ax: Axes, bar: Rectangle, name: str, size: float) -> Text:
    return ax.text(
        bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height() / 2, name,
        ha="center", va="center_baseline", fontsize=size,
        bbox={"facecolor": "white", "edgecolor": "none", "boxstyle": "square,pad=0.15"},
    )  # fmt: skip


def _fits(ax: Axes, text: Text, bar: Rectangle) -> bool:
    room = _ROOM * style.figure_of(ax).dpi / 72
    area, box = bar.get_window_extent(), text.get_window_extent()
    return box.width + room <= area.width and box.height <= area.height + 1


def name_above(
    ax: Axes, ends: Sequence[style.EndLabel], keys: Sequence[Any], *, height: float
) -> None:
    """Write names side by side above marks, each tied to its mark, or draw a key without room.

    Parameters
    ----------
    ax : Axes
        Axes with all marks drawn, their limits and the names of categories final.
    ends : sequence of EndLabel
        The marks of the uppermost row.
    keys : sequence
        Handles of the key that stands in where the names do not fit side by side.
    height : float
        Where the names stand, in data coordinates.
    """
    style.lay_out(ax)
    texts = [ax.text(end.x, height, end.text, ha="center", va="center") for end in ends]
    room = _ROOM * style.figure_of(ax).dpi / 72
    widths = [text.get_window_extent().width + room for text in texts]
    if sum(widths) > ax.bbox.width:
        for text in texts:
            text.remove()
        style.add_key(ax, keys)
        return
    wanted = [float(ax.transData.transform((end.x, end.y))[0]) for end in ends]
    places = style.spread(wanted, widths, low=ax.bbox.x0, high=ax.bbox.x1)
    for text, end, at in zip(texts, ends, places, strict=True):
        text.set_x(float(ax.transData.inverted().transform((at, 0))[0]))
        ax.annotate(
            "", (end.x, end.y), xytext=(text.get_position()[0], height), zorder=0.9,
            arrowprops={"arrowstyle": "-", "color": end.colour, "linewidth": 0.9, "shrinkA": 7,
                        "shrinkB": 3},
        )  # fmt: skip
