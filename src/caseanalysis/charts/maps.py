"""Maps of areas shaded by class, each with its name and value."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import geopandas as gpd
import matplotlib.patheffects as path_effects
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

from caseanalysis.charts import style
from caseanalysis.errors import MissingDataError

#: Light to dark blue, told apart in grey too (ColorBrewer "Blues", Brewer 2003).
_BLUES = ("#eff3ff", "#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c")
_METRES_OF_SCALE_BARS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
_BRITISH_GRID = "EPSG:27700"


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
    areas = _areas(table, value)
    ax = style.new_axes(ax, height=6.0)
    style.set_headline(ax, title or _headline(areas, value, share, decimals))
    _draw_areas(ax, areas, value, label, share, classes)
    _draw_scale_bar(ax, areas)
    _name_areas(ax, areas, value, share, decimals)
    return ax


def describe_choropleth(
    table: pd.DataFrame, *, value: str, label: str, share: bool = False, decimals: int = 1
) -> str:
    """Return alt text for a map: what is shaded, the highest and the lowest area."""
    areas = _areas(table, value)
    return style.compose_description(
        f"Map of {len(areas)} areas shaded by {label}.",
        f"{_headline(areas, value, share, decimals)}.",
    )


@style.use_style()
def plot_two_maps(
    table: pd.DataFrame,
    *,
    values: Sequence[str],
    labels: Sequence[str],
    shares: Collection[str] = (),
    decimals: int = 1,
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
    figure : Figure, optional
        Empty figure to draw on.
    titles : sequence of str, optional
        Title of each map.

    Returns
    -------
    array of Axes
        One map a column.
    """
    axes = style.new_panels(len(values), columns=2, height=4.8, figure=figure)
    for at, (ax, value) in enumerate(zip(axes, values, strict=True)):
        plot_choropleth(
            table, value=value, label=labels[at], share=value in shares, decimals=decimals, ax=ax,
            title=titles[at] if titles else None,
        )  # fmt: skip
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


def _areas(table: pd.DataFrame, value: str) -> gpd.GeoDataFrame:
    style.check_columns(table, ("area_name", "geometry", value), chart="map")
    if table[value].isna().all():
        raise MissingDataError(
            where=f"chart map, column {value}",
            found="no value for any area",
            wanted="a value for at least one area",
            remedy="say in the report what is missing; a map without data is not drawn",
        )
    shapes = gpd.GeoSeries.from_wkt(table["geometry"], crs=_BRITISH_GRID)
    return gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=shapes)


def _value_text(value: float, share: bool, decimals: int) -> str:
    write = style.share_text if share else style.count_text
    return write(value, decimals=decimals)


def _headline(areas: gpd.GeoDataFrame, value: str, share: bool, decimals: int) -> str:
    most, least = areas.loc[areas[value].idxmax()], areas.loc[areas[value].idxmin()]
    return (
        f"Highest in {most['area_name']} ({_value_text(most[value], share, decimals)}), "
        f"lowest in {least['area_name']} ({_value_text(least[value], share, decimals)})"
    )


def _draw_areas(
    ax: Axes, areas: gpd.GeoDataFrame, value: str, label: str, share: bool, classes: int
) -> None:
    limits = MaxNLocator(nbins=classes, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2).tick_values(
        areas[value].min(), areas[value].max()
    )
    shades = np.linspace(0, len(_BLUES) - 1, len(limits) - 1).round().astype(int)
    colours = ListedColormap([_BLUES[shade] for shade in shades])
    norm = BoundaryNorm(limits, colours.N)
    areas.plot(
        column=value, cmap=colours, norm=norm, edgecolor=style.INK, linewidth=0.9, ax=ax,
        missing_kwds={"color": "white", "edgecolor": style.GREY, "hatch": "////"},
    )  # fmt: skip
    step = limits[1] - limits[0]
    decimals = 0 if float(100 * step if share else step).is_integer() else 1
    key = ax.figure.colorbar(
        ScalarMappable(norm, colours), ax=ax, location="bottom", shrink=0.7, aspect=24, pad=0.02,
        ticks=limits, format=FuncFormatter(lambda x, _: _value_text(x, share, decimals)),
    )  # fmt: skip
    key.set_label(label)
    key.ax.tick_params(length=0)
    ax.set_axis_off()
    ax.set_aspect("equal")


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
    across, up = 0.05 * (right - left), 0.03 * (top - bottom)
    ax.set(xlim=(left - across, right + across), ylim=(height - 2 * up, top + 2 * up))


# Names on the map: inside the area where they fit, else beside it with a line.


def _name_areas(
    ax: Axes, areas: gpd.GeoDataFrame, value: str, share: bool, decimals: int
) -> None:
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("the Axes belong to no figure")
    figure.draw_without_rendering()
    taken: list[shapely.Geometry] = []
    largest_first = areas.iloc[np.argsort(-areas.area.to_numpy(), kind="stable")]
    for area in largest_first.to_dict("records"):
        number = (
            "no figure" if pd.isna(area[value]) else _value_text(area[value], share, decimals)
        )
        name = style.broken(area["area_name"], width=14)
        text = ax.text(0, 0, f"{name}\n{number}", ha="center", va="center", fontsize=10, zorder=5,
                       linespacing=1.05)  # fmt: skip
        text.set_in_layout(False)
        text.set_path_effects([path_effects.withStroke(linewidth=2.6, foreground="white")])
        taken.append(_place(ax, text, area["geometry"], areas, taken))


def _place(
    ax: Axes,
    text: Text,
    area: shapely.Geometry,
    areas: gpd.GeoDataFrame,
    taken: list[shapely.Geometry],
) -> shapely.Geometry:
    """Move a text to its best free place and return the box that it takes, in metres."""
    box = text.get_window_extent().transformed(ax.transData.inverted())
    inside = area.representative_point()
    centre = shapely.maximum_inscribed_circle(area).centroid
    frame = shapely.box(ax.get_xlim()[0], ax.get_ylim()[0], ax.get_xlim()[1], ax.get_ylim()[1])
    others = areas.loc[~areas.geometry.geom_equals(area)].union_all()

    def cost(spot: shapely.Point) -> float:
        covered = _box_at(spot, box)
        clash = sum(covered.intersection(other).area for other in taken)
        outside = covered.difference(frame).area
        stray = covered.intersection(others).area / covered.area
        shift = spot.distance(inside) / box.height
        return 1e3 * (clash + outside) / covered.area + 6 * stray + shift

    spot = min(_spots(area, centre, inside, box), key=cost)
    text.set_position((spot.x, spot.y))
    if not area.contains(spot):
        ax.plot([inside.x, spot.x], [inside.y, spot.y], color=style.INK, linewidth=0.9, zorder=4)
        ax.plot(inside.x, inside.y, marker="o", markersize=3.5, color=style.INK, zorder=4)
    return _box_at(spot, box)


def _box_at(spot: shapely.Point, box: Bbox) -> shapely.Geometry:
    across, up = 0.52 * box.width, 0.52 * box.height
    return shapely.box(spot.x - across, spot.y - up, spot.x + across, spot.y + up)


def _spots(
    area: shapely.Geometry, centre: shapely.Point, inside: shapely.Point, box: Bbox
) -> Iterator[shapely.Point]:
    yield inside
    yield centre
    for ring in range(1, 13):
        for direction in np.linspace(0, 2 * np.pi, 24, endpoint=False):
            yield shapely.Point(
                inside.x + ring * 0.5 * box.width * np.cos(direction),
                inside.y + ring * 0.5 * box.height * np.sin(direction),
            )
