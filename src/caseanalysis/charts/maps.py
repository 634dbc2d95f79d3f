"""Maps of areas shaded by class, each with its name and value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import matplotlib.patheffects as path_effects
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap, to_hex
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

from caseanalysis.charts import style

#: Light to dark blue, told apart in grey too (ColorBrewer "Blues", Brewer 2003).
_BLUES = ("#eff3ff", "#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c")
#: From this shade on, text on an area is white.
_DARK = frozenset(_BLUES[-2:])
_METRES_OF_SCALE_BARS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
_BRITISH_GRID = "EPSG:27700"


@dataclass(frozen=True)
class _Measure:
    """What a map shows and how its numbers are written."""

    value: str
    label: str
    share: bool
    decimals: int

    def text(self, value: float) -> str:
        write = style.share_text if self.share else style.count_text
        return write(value, decimals=self.decimals)


@style.use_style()
def plot_choropleth(
    table: pd.DataFrame,
    *,
    value: str,
    label: str,
    share: bool = False,
    decimals: int = 1,
    classes: int = 4,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw areas shaded by class, each with its name and value printed.

    Parameters
    ----------
    table : DataFrame
        ``area_name``, ``geometry`` (WKT text in metres of the British National Grid) and the
        column named by ``value``. An area without a value is hatched.
    value : str
        Column to draw.
    label : str
        What the value is and its unit, for the key.
    share : bool
        Whether the value is a share (0 to 1), written as a percentage.
    decimals : int
        Decimals of the printed values.
    classes : int
        About how many classes of equal width, their limits being round numbers.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the highest and lowest area.

    Returns
    -------
    Axes
        A map with a scale bar and a key of class limits. A name that does not fit into its area
        stands beside it, tied to it by a line.
    """
    measure = _Measure(value, label, share, decimals)
    areas = _areas(table, measure)
    ax = style.new_axes(ax, height=_height(areas, 6.6))
    style.set_headline(ax, title or _headline(areas, measure))
    colours = _draw_areas(ax, areas, measure, classes)
    _name_areas(ax, areas, measure, colours)
    return ax


def describe_choropleth(
    table: pd.DataFrame, *, value: str, label: str, share: bool = False, decimals: int = 1
) -> str:
    """Return alt text for a map: what is shaded, the highest and the lowest area."""
    measure = _Measure(value, label, share, decimals)
    areas = _areas(table, measure)
    return style.compose_description(
        f"Map of {len(areas)} areas shaded by {style.in_sentence(label)}.",
        f"{_headline(areas, measure)}.",
    )


@style.use_style()
def plot_two_maps(
    table: pd.DataFrame,
    *,
    values: Sequence[str],
    labels: Sequence[str],
    shares: Collection[str] = (),
    decimals: int = 1,
    classes: int = 4,
    columns: int = 2,
    figure: Figure | SubFigure | None = None,
    titles: Sequence[str] | None = None,
) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Draw maps of the same areas side by side, each with its own key.

    Parameters
    ----------
    table : DataFrame
        As for :func:`plot_choropleth`.
    values, labels : sequence of str
        Columns to draw, and what each is with its unit.
    shares : collection of str
        Columns that are shares (0 to 1).
    decimals : int
        Decimals of the printed values.
    classes : int
        About how many classes in each map.
    columns : int
        Maps in a row; 1 puts them below each other.
    figure : Figure, optional
        Empty figure to draw on.
    titles : sequence of str, optional
        Title of each map.

    Returns
    -------
    array of Axes
        One map a column.
    """
    measures = [
        _Measure(value, label, value in shares, decimals)
        for value, label in zip(values, labels, strict=True)
    ]
    areas = [_areas(table, measure) for measure in measures]
    # Each map has its share of the width; without the 0.6 inches that panels add for a headline.
    height = _height(areas[0], 7.0 / columns) - 0.6
    axes = style.new_panels(len(values), columns=columns, height=height, figure=figure)
    colours = []
    for at, measure in enumerate(measures):
        style.set_headline(axes[at], titles[at] if titles else _headline(areas[at], measure))
        colours.append(_draw_areas(axes[at], areas[at], measure, classes))
    # Names need the final size of every map, so they come last.
    for ax, drawn, measure, shades in zip(axes, areas, measures, colours, strict=True):
        _name_areas(ax, drawn, measure, shades)
    return axes


def describe_two_maps(
    table: pd.DataFrame,
    *,
    values: Sequence[str],
    labels: Sequence[str],
    shares: Collection[str] = (),
    decimals: int = 1,
) -> str:
    """Return alt text for maps side by side: the highest and lowest area of each."""
    return style.compose_description(
        *(
            describe_choropleth(
                table, value=value, label=label, share=value in shares, decimals=decimals
            )
            for value, label in zip(values, labels, strict=True)
        )
    )


def _areas(table: pd.DataFrame, measure: _Measure) -> gpd.GeoDataFrame:
    columns = ("area_name", "geometry", measure.value)
    style.check_columns(table, columns, chart="map", value=measure.value)
    shapes = gpd.GeoSeries.from_wkt(table["geometry"], crs=_BRITISH_GRID)
    return gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes)


def _height(areas: gpd.GeoDataFrame, width: float) -> float:
    """Return the height in inches of a map of this width, with its title and key."""
    left, bottom, right, top = areas.total_bounds
    return float(np.clip(1.9 + width * (top - bottom) / (right - left), 3.5, 10.0))


def _headline(areas: gpd.GeoDataFrame, measure: _Measure) -> str:
    least, most = style.extremes(areas, measure.value)
    return (
        f"Highest in {most['area_name']} ({measure.text(most[measure.value])}), "
        f"lowest in {least['area_name']} ({measure.text(least[measure.value])})"
    )


def _shades(values: pd.Series[float], classes: int) -> tuple[ScalarMappable, list[float]]:
    """Return colours for classes of equal width, and the round limits of the classes."""
    locator = MaxNLocator(nbins=classes, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    limits = locator.tick_values(values.min(), values.max())
    at = np.linspace(0, len(_BLUES) - 1, len(limits) - 1).round().astype(int)
    colours = ListedColormap([_BLUES[shade] for shade in at])
    return ScalarMappable(BoundaryNorm(limits, len(at)), colours), list(limits)


def _draw_areas(ax: Axes, areas: gpd.GeoDataFrame, measure: _Measure, classes: int) -> list[str]:
    """Draw the areas, their key and a scale bar; return the colour of each area."""
    shades, limits = _shades(areas[measure.value], classes)
    missing = areas[measure.value].isna()
    colours = [
        "white" if gap else to_hex(tuple(shades.to_rgba(value)))
        for gap, value in zip(missing, areas[measure.value], strict=True)
    ]
    areas.plot(color=colours, edgecolor=style.INK, linewidth=0.9, ax=ax)
    if missing.any():
        areas.loc[missing].plot(color="white", edgecolor=style.GREY, hatch="////", ax=ax)
    ax.set_axis_off()
    ax.set_aspect("equal")
    _draw_key(ax, shades, limits, measure)
    _draw_scale_bar(ax, areas)
    return colours


def _draw_key(ax: Axes, shades: ScalarMappable, limits: list[float], measure: _Measure) -> None:
    step = (limits[1] - limits[0]) * (100 if measure.share else 1)
    exact = _Measure(measure.value, measure.label, measure.share, 0 if step >= 1 else 1)
    key = ax.figure.colorbar(
        shades, ax=ax, location="bottom", shrink=0.7, aspect=24, pad=0.02, ticks=limits,
        format=FuncFormatter(lambda x, _: exact.text(x)),
    )  # fmt: skip
    key.set_label(measure.label)
    key.ax.tick_params(length=0)


def _draw_scale_bar(ax: Axes, areas: gpd.GeoDataFrame) -> None:
    left, bottom, right, top = areas.total_bounds
    fitting = [each for each in _METRES_OF_SCALE_BARS if each <= (right - left) / 4]
    length = fitting[-1] if fitting else _METRES_OF_SCALE_BARS[0]
    height = bottom - 0.06 * (top - bottom)
    ax.plot([left, left + length], [height, height], color=style.INK, linewidth=3,
            solid_capstyle="butt")  # fmt: skip
    ax.annotate(
        f"{length / 1000:.0f} km", (left + length, height), xytext=(5, 0),
        textcoords="offset points", va="center", fontsize=10,
    )  # fmt: skip
    # The margins leave room for names beside small areas at the edge.
    width = ax.get_position().width * style.figure_of(ax).get_figwidth()
    across, up = (0.08 if width > 5 else 0.12) * (right - left), 0.08 * (top - bottom)
    ax.set(xlim=(left - across, right + across), ylim=(height - up, top + up))


# Names on the map: inside the area where they fit, else beside it with a line.


def _name_areas(
    ax: Axes, areas: gpd.GeoDataFrame, measure: _Measure, colours: Sequence[str]
) -> None:
    style.figure_of(ax).draw_without_rendering()
    taken: list[shapely.Geometry] = []
    rows = areas.assign(colour=colours).to_dict("records")
    for area in sorted(rows, key=lambda row: -row["geometry"].area):
        value = area[measure.value]
        number = "no figure" if pd.isna(value) else measure.text(value)
        name = style.broken(area["area_name"], width=11)
        text = ax.text(0, 0, f"{name}\n{number}", ha="center", va="center", fontsize=10, zorder=5,
                       linespacing=1.05)  # fmt: skip
        text.set_in_layout(False)
        spot, shape = _place(ax, text, area["geometry"], areas, taken)
        taken.append(shape)
        _write(ax, text, spot, area)


def _write(ax: Axes, text: Text, spot: shapely.Point, area: dict[Any, Any]) -> None:
    """Put a name at its place, in a colour that can be read there."""
    box = _box_at(spot, text.get_window_extent().transformed(ax.transData.inverted()))
    within = area["geometry"].contains(spot)
    text.set_position((spot.x, spot.y))
    if box.intersection(area["geometry"]).area > 0.85 * box.area:
        text.set_color("white" if area["colour"] in _DARK else style.INK)
    else:
        text.set_path_effects([path_effects.withStroke(linewidth=2.8, foreground="white")])
    if not within:
        start = area["geometry"].representative_point()
        tie = shapely.LineString([start, spot]).difference(box)
        ax.plot(*tie.xy, color=style.INK, linewidth=1, zorder=4)
        ax.plot(start.x, start.y, "o", markersize=4, color=style.INK, markeredgecolor="white",
                zorder=4)  # fmt: skip


def _place(
    ax: Axes,
    text: Text,
    area: shapely.Geometry,
    areas: gpd.GeoDataFrame,
    taken: list[shapely.Geometry],
) -> tuple[shapely.Point, shapely.Geometry]:
    """Return the best free place of a text, and the shape that it and its line take, in metres.

    A text never lies on another. It should not hide most of an area, run into other areas, have its
    line cross another text, or stand far away: the weights below say how much each counts.
    """
    box = text.get_window_extent().transformed(ax.transData.inverted())
    inside = area.representative_point()
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    frame = shapely.box(left, bottom, right, top)
    others = areas.loc[~areas.geometry.geom_equals(area)].union_all()

    def cost(spot: shapely.Point) -> float:
        covered = _box_at(spot, box)
        clash = sum(covered.intersection(other).area for other in taken)
        clash += covered.difference(frame).area
        stray = covered.intersection(others).area
        hidden = max(0.0, covered.intersection(area).area / area.area - 0.4)
        tie = shapely.LineString([inside, spot])
        crossed = sum(tie.intersects(other) for other in taken)
        spread = (1e3 * clash + 12 * stray) / covered.area
        return float(spread + 25 * hidden + 8 * crossed + tie.length / box.height)

    spot = min(_spots(area, inside, box), key=cost)
    tie = shapely.LineString([inside, spot]).buffer(box.height / 20)
    return spot, _box_at(spot, box).union(tie)


def _box_at(spot: shapely.Point, box: Bbox) -> shapely.Geometry:
    across, up = 0.53 * box.width, 0.53 * box.height
    return shapely.box(spot.x - across, spot.y - up, spot.x + across, spot.y + up)


def _spots(area: shapely.Geometry, inside: shapely.Point, box: Bbox) -> Iterator[shapely.Point]:
    """Yield places for a name: inside its area, at its widest part, then in rings around."""
    yield inside
    yield shapely.maximum_inscribed_circle(area).centroid
    for ring in range(1, 13):
        for direction in np.linspace(0, 2 * np.pi, 24, endpoint=False):
            yield shapely.Point(
                inside.x + ring * 0.4 * box.width * np.cos(direction),
                inside.y + ring * 0.4 * box.height * np.sin(direction),
            )
