"""The common look of all charts: colours, lines, hatches, labels and numbers in words."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.container import BarContainer
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import blended_transform_factory, offset_copy

from caseanalysis.errors import MissingDataError

#: Text and reference lines.
INK = "#222222"
#: Secondary marks.
GREY = "#6b6b6b"
#: Grid lines and backgrounds of marked periods.
PALE = "#d9d9d9"
#: The palette of Okabe and Ito (2008), its purple darkened to 3:1 against white.
BLUE, VERMILLION, GREEN, PURPLE, SKY = "#0072B2", "#D55E00", "#009E73", "#A8578A", "#56B4E9"

#: Width and height in inches of a chart in a report column about 760 pixels wide.
SIZE = (8.0, 4.5)
#: Most characters of a description.
LONGEST_DESCRIPTION = 400

_RC: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.dpi": 100,
    "figure.titlesize": 13,
    "figure.titleweight": "bold",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "hatch.linewidth": 1.2,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "caseanalysis",
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 10.5,
    "ytick.color": INK,
    "ytick.labelsize": 10.5,
}


@contextmanager
def use_style() -> Iterator[None]:
    """Draw and save in the common look; also a decorator. SVG ids are fixed."""
    with mpl.rc_context(_RC):
        yield


@dataclass(frozen=True)
class SeriesStyle:
    """How one series looks, in colour and without: line, marker and hatch differ too."""

    colour: str
    line: Any
    marker: str
    hatch: str = ""
    width: float = 2.0


_SERIES = (
    SeriesStyle(BLUE, "-", "o"),
    SeriesStyle(VERMILLION, (0, (5.0, 1.5)), "s", "///"),
    SeriesStyle(GREEN, (0, (1.2, 1.2)), "^", "---"),
    SeriesStyle(PURPLE, (0, (5.0, 1.5, 1.2, 1.5)), "D", "xxx"),
    SeriesStyle(SKY, (0, (8.0, 2.0)), "v", "\\\\\\"),
)
#: The national figure, wherever it stands beside others.
ENGLAND_STYLE = SeriesStyle(INK, "-", "o", "", 1.3)
#: The comparator group, wherever it stands beside others.
PEERS_STYLE = SeriesStyle(GREY, (0, (6.0, 3.0)), "s", "///", 1.6)


def series_styles(names: Iterable[str]) -> dict[str, SeriesStyle]:
    """Return a style for each name, in order; after five the styles start again."""
    return {name: _SERIES[at % len(_SERIES)] for at, name in enumerate(names)}


def trust_styles(names: Iterable[str]) -> dict[str, SeriesStyle]:
    """Return a style for each organisation: the same in each chart of the same organisations.

    Styles go by the alphabet, whatever the order of the names here, which stays as it is.
    """
    given = list(dict.fromkeys(names))
    styles = series_styles(sorted(given, key=str.casefold))
    return {name: styles[name] for name in given}


def organisation_styles(table: pd.DataFrame, *, name: str, kind: str) -> dict[str, SeriesStyle]:
    """Return a style for each organisation: England and peers always have their own."""
    kinds = dict(zip(table[name], table[kind], strict=True))
    fixed = {"England": ENGLAND_STYLE, "peers": PEERS_STYLE}
    styles = trust_styles([each for each, what in kinds.items() if what not in fixed])
    return {each: fixed[what] if what in fixed else styles[each] for each, what in kinds.items()}


def check_columns(table: pd.DataFrame, columns: Collection[str], *, chart: str, value: str) -> None:
    """Refuse a table without the columns that a chart draws, or without any value to draw.

    Raises
    ------
    MissingDataError
        If a column is missing, the table is empty or its column ``value`` holds nothing.
    """
    missing = sorted(set(columns) - set(table.columns))
    if missing or table[value].isna().all():
        raise MissingDataError(
            where=f"chart {chart}",
            found=f"no column {', '.join(missing)}" if missing else f"no figure in column {value}",
            wanted=f"rows with {', '.join(columns)}",
            remedy="pass the table that the method returns, or say in the report what is missing",
        )


def in_order(values: Iterable[Hashable]) -> list[Any]:
    """Return the different values in the order in which they first appear."""
    return list(dict.fromkeys(values))


def extremes(table: pd.DataFrame, value: str) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return the rows with the smallest and the greatest known value."""
    known = table.loc[table[value].notna()]
    return (
        known.iloc[int(known[value].to_numpy().argmin())],
        known.iloc[int(known[value].to_numpy().argmax())],
    )


# Numbers and words


def count_text(value: float, *, decimals: int = 0) -> str:
    """Return ``1,234`` or ``1,234.5``; a minus sign stands for a negative number."""
    return f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def share_text(value: float, *, decimals: int = 1) -> str:
    """Return ``12.3%`` for the share 0.123."""
    return f"{count_text(100 * value, decimals=decimals)}%"


def signed_text(value: float, *, share: bool = False, decimals: int = 0) -> str:
    """Return ``+1,234``, or ``+46%`` for the share 0.46; zero has no sign."""
    text = share_text(value, decimals=decimals) if share else count_text(value, decimals=decimals)
    digits = text.strip("\N{MINUS SIGN}%")
    if not float(digits.replace(",", "")):
        return text.lstrip("\N{MINUS SIGN}")
    return f"+{text}" if value > 0 else text


def month_text(month: pd.Timestamp) -> str:
    """Return ``March 2025``."""
    return f"{month:%B %Y}"


def opening(text: str) -> str:
    """Return text with a capital at its start, as it stands on an axis."""
    return text[:1].upper() + text[1:]


def in_sentence(text: str) -> str:
    """Return text as it stands within a sentence; abbreviations such as A&E keep their capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def list_text(names: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def broken(text: str, *, width: int) -> str:
    """Return text in as few lines of at most ``width`` characters as it needs, evenly filled."""
    lines = len(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))
    narrowest = min(width, max(len(text) // lines, *(len(word) for word in text.split()), 1))
    tries = (
        textwrap.wrap(text, narrow, break_long_words=False, break_on_hyphens=False)
        for narrow in range(narrowest, width + 1)
    )
    return "\n".join(next(wrapped for wrapped in tries if len(wrapped) <= lines))


def compose_description(*sentences: str) -> str:
    """Return the leading sentences that fit into 400 characters; the first is shortened if need be.

    Sentences come in the order of their weight, so that a long name costs the last one.
    """
    text = textwrap.shorten(sentences[0], LONGEST_DESCRIPTION, placeholder="…")
    for sentence in sentences[1:]:
        if len(text) + 1 + len(sentence) > LONGEST_DESCRIPTION:
            break
        text = f"{text} {sentence}"
    return text


# Axes


def new_axes(ax: Axes | None, *, height: float = SIZE[1]) -> Axes:
    """Return the Axes given, or those of a new figure of the usual width."""
    if ax is not None:
        return ax
    return plt.subplots(figsize=(SIZE[0], height), layout="constrained")[1]


def new_panels(
    count: int,
    *,
    columns: int,
    height: float,
    figure: Figure | SubFigure | None = None,
    sharex: bool = False,
    sharey: bool = False,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return Axes for small multiples, row by row; ``height`` is that of one row in inches."""
    rows = -(-count // columns)
    if figure is None:
        figure = plt.figure(figsize=(SIZE[0], height * rows + 0.6), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=sharex, sharey=sharey, squeeze=False).flatten()
    for unused in grid[count:]:
        unused.remove()
    return np.asarray(grid[:count])


def bar_chart_height(bars: int) -> float:
    """Return the height in inches that gives each horizontal bar room for its label."""
    return max(SIZE[1], 1.5 + 0.21 * bars)


def show_shares(axis: Axis, *, decimals: int = 0) -> None:
    """Write shares as percentages on an axis."""
    axis.set_major_formatter(FuncFormatter(lambda x, _: share_text(x, decimals=decimals)))


def show_counts(axis: Axis) -> None:
    """Write numbers with thousands separators on an axis."""
    axis.set_major_formatter(
        FuncFormatter(lambda x, _: count_text(x, decimals=0 if float(x).is_integer() else 1))
    )


def time_position(month: pd.Timestamp) -> float:
    """Return where a month stands on a time axis, in the units of that axis."""
    return float(np.datetime64(month, "D").astype(int))


def show_years(ax: Axes) -> None:
    """Write about eight years at most on a time axis, or quarters where it spans one year."""
    first, last = (pd.Timestamp(day, unit="D") for day in ax.get_xlim())
    years = round((last - first).days / 365.25)
    ticks = pd.date_range(first.ceil("D"), last, freq="YS" if years > 1 else "QS")
    shown = ticks[:: max(1, -(-years // 8))]
    labels = [f"{tick:%Y}" if years > 1 else f"{tick:%b %Y}" for tick in shown]
    ax.set_xticks([time_position(tick) for tick in shown], labels=labels)


def few_ticks(axis: Axis, *, most: int) -> None:
    """Keep the tick labels of a narrow panel apart."""
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]))


def leave_room(axes: Iterable[Axes]) -> None:
    """Give panels on one scale room for the numbers beyond the ends of their bars."""
    panels = list(axes)
    low = min(0.0, *(float(ax.dataLim.x0) for ax in panels))
    high = max(0.0, *(float(ax.dataLim.x1) for ax in panels))
    room = 0.35 * (high - low)
    # Sums of steps may miss zero by a rounding error, which needs no room.
    left = low - room if low < -1e-9 * room else 0.0
    for ax in panels:
        ax.set_xlim(left, high + room)


def clear_category_axis(ax: Axes) -> None:
    """Leave a horizontal bar or dot chart only the grid lines across its values."""
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def set_headline(ax: Axes, title: str) -> None:
    """Write a title at the left edge of the figure or, beside other panels, of the Axes."""
    figure = figure_of(ax)
    alone = len(figure.axes) == 1
    width = figure.get_figwidth() * (1 if alone else ax.get_position().width)
    pad = 10 + 16 * bool(ax.get_ylabel())
    text = ax.set_title(broken(title, width=max(16, int(width * 9))), loc="left", pad=pad)
    if alone:
        place = blended_transform_factory(figure.transFigure, ax.transAxes)
        text.set(x=0.01, transform=offset_copy(place, figure, y=pad, units="points"))


def set_figure_headline(axes: np.ndarray[Any, np.dtype[np.object_]], title: str) -> None:
    """Write the title of small multiples, at the left above all panels."""
    figure = axes[0].figure
    figure.suptitle(broken(title, width=int(SIZE[0] * 9)), x=0.01, ha="left")


def set_panel_title(ax: Axes, title: str, *, width: int = 20, below: Sequence[str] = ()) -> None:
    """Write the title of one of several panels, with lines in plain text below it."""
    label_height = 16 * bool(ax.get_ylabel())
    ax.set_title(broken(title, width=width), fontsize=11, pad=6 + label_height + 14 * len(below))
    ax.annotate(
        "\n".join(below), (0, 1), xycoords="axes fraction", xytext=(0, 4 + label_height),
        textcoords="offset points", fontsize=10, va="bottom",
    )  # fmt: skip


def label_above(ax: Axes, label: str, *, categories: bool = False) -> None:
    """Write the label of the vertical axis above it, so that nobody has to turn the head."""
    ax.set_ylabel(label, rotation=0, ha="right" if categories else "left", va="bottom")
    place = offset_copy(ax.transAxes, figure_of(ax), x=-5 * categories, y=4,
                        units="points")  # fmt: skip
    ax.yaxis.set_label_coords(0, 1, transform=place)


def figure_of(ax: Axes) -> Figure:
    """Return the whole figure that Axes belong to."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("the Axes belong to no figure")
    return figure


def lay_out(ax: Axes) -> None:
    """Give the whole figure its layout, so that positions on the page can be asked for.

    To draw it, even without a renderer, takes twice as long; only Axes of a fixed aspect need it.
    """
    figure = figure_of(ax)
    engine = figure.get_layout_engine()
    if engine is None:
        figure.draw_without_rendering()
    else:
        engine.execute(figure)


# Bars and labels


def draw_grouped_bars(
    ax: Axes,
    table: pd.DataFrame,
    *,
    value: str,
    category: str,
    group: str,
    styles: Mapping[str, SeriesStyle],
) -> dict[str, list[tuple[float, float]]]:
    """Draw horizontal bars side by side; return the value and height of each bar by group."""
    order = in_order(table[category])
    sns.barplot(
        table, x=value, y=category, hue=group, orient="h", order=order, hue_order=list(styles),
        palette={name: style.colour for name, style in styles.items()},
        saturation=1, errorbar=None, legend=False, ax=ax, width=0.84, gap=0.06,
    )  # fmt: skip
    drawn: dict[str, list[tuple[float, float]]] = {}
    groups = [each for each in ax.containers if isinstance(each, BarContainer)]
    for (name, style), bars in zip(styles.items(), groups, strict=True):
        for bar in bars:
            bar.set(hatch=style.hatch, edgecolor="white", linewidth=0)
            point = (bar.get_x() + bar.get_width(), bar.get_y() + bar.get_height() / 2)
            drawn.setdefault(name, []).append(point)
    clear_category_axis(ax)
    return drawn


def bars_of(ax: Axes, names: Iterable[str]) -> dict[str, list[Rectangle]]:
    """Return the bars of Axes by series, in the order in which the series were drawn."""
    drawn = [list(each.patches) for each in ax.containers if isinstance(each, BarContainer)]
    return dict(zip(names, drawn, strict=True))


def label_bar(ax: Axes, value: float, height: float, text: str) -> Annotation:
    """Write text just beyond the end of a horizontal bar, and return it."""
    side = -1 if value < 0 else 1
    return ax.annotate(
        text, (value, height), xytext=(4 * side, 0), textcoords="offset points",
        ha="right" if side < 0 else "left", va="center", fontsize=10,
    )  # fmt: skip


def bar_keys(styles: Mapping[str, SeriesStyle]) -> list[Any]:
    """Return keys of hatched colours for a legend."""
    return [
        Patch(facecolor=style.colour, hatch=style.hatch, edgecolor="white", label=name)
        for name, style in styles.items()
    ]


def add_key(ax: Axes, handles: Sequence[Any], *, columns: int = 3) -> None:
    """Put the key of a chart below the axis, in one line where it fits."""
    if sum(len(handle.get_label()) + 7 for handle in handles) > 80:
        columns = 2
    ax.figure.legend(handles=list(handles), loc="outside lower center", ncols=columns)


@dataclass(frozen=True)
class EndLabel:
    """A label at the right end of a line: where the line ends, what it says, its colour."""

    x: float
    y: float
    text: str
    colour: str


def spread(
    centres: Sequence[float], sizes: Sequence[float], *, low: float, high: float
) -> list[float]:
    """Return positions near ``centres``, in the same order, at which labels do not overlap.

    Labels that touch are pushed apart as one block around the mean of their wishes, which is the
    least-squares solution (pool adjacent violators), then moved inside ``low`` to ``high``.
    """
    order = sorted(range(len(centres)), key=lambda at: centres[at])
    starts = [0.0]
    for lower, upper in pairwise(order):
        starts.append(starts[-1] + (sizes[lower] + sizes[upper]) / 2)
    blocks: list[list[float]] = []
    for at, start in zip(order, starts, strict=True):
        blocks.append([centres[at] - start])
        while len(blocks) > 1 and np.mean(blocks[-2]) >= np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    top = high - sizes[order[-1]] / 2 - starts[-1]
    bottom = low + sizes[order[0]] / 2
    shifts = [max(min(float(np.mean(block)), top), bottom) for block in blocks for _ in block]
    placed = [0.0] * len(order)
    for at, start, shift in zip(order, starts, shifts, strict=True):
        placed[at] = start + shift
    return placed


def label_ends(ax: Axes, labels: Sequence[EndLabel], *, width: int = 20) -> None:
    """Write labels to the right of the Axes, none over another, each tied to the end of its line.

    Parameters
    ----------
    ax : Axes
        Axes with all lines drawn and their limits final.
    labels : sequence of EndLabel
        Ends of lines in data coordinates.
    width : int
        Characters after which a label is broken.
    """
    texts = [
        ax.text(1.03, 0.5, broken(label.text, width=width), transform=ax.transAxes, va="center")
        for label in labels
    ]
    lay_out(ax)
    heights = [text.get_window_extent().height * 1.06 for text in texts]
    wanted = [float(ax.transData.transform((label.x, label.y))[1]) for label in labels]
    low, high = ax.bbox.y0, ax.bbox.y1
    places = spread(wanted, heights, low=low, high=high)
    for text, label, at in zip(texts, labels, places, strict=True):
        height = float(ax.transAxes.inverted().transform((0, at))[1])
        text.set_y(height)
        ax.annotate(
            "", (label.x, label.y), xytext=(1.025, height), xycoords="data",
            textcoords="axes fraction", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": label.colour, "linewidth": 0.9,
                        "shrinkA": 0, "shrinkB": 2},
        )  # fmt: skip
