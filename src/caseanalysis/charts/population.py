"""Charts of residents by age: a place against England, and growth by age band."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from caseanalysis.charts import naming, style
from caseanalysis.errors import MissingDataError
from caseanalysis.geography import ENGLAND

_AGE_COLUMNS = ("area_code", "area_name", "year", "age_group", "share")
_GROWTH_COLUMNS = ("area_name", "age_group", "growth")


@dataclass(frozen=True)
class _Ages:
    """The place, England and the two years of an age distribution."""

    place: pd.DataFrame
    england: pd.DataFrame
    name: str
    years: tuple[int, int]


@style.use_style()
def plot_age_distribution(
    table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None
) -> Axes:
    """Draw the share of residents by age band: bars for the place, marks for England.

    Parameters
    ----------
    table : DataFrame
        ``area_code``, ``area_name``, ``year``, ``age_group`` in order from the youngest, ``share``
        (0 to 1), for one place and England in a base and a horizon year.
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the age band that stands out most from England.

    Returns
    -------
    Axes
        One bar an age band and year, the oldest at the top; a black mark is England's share.

    Raises
    ------
    MissingDataError
        If a column, England, the place or one of two years is missing.
    """
    ages = _split(table)
    bands = style.in_order(ages.place["age_group"])
    ax = style.new_axes(ax, height=style.bar_chart_height(2 * len(bands)))
    styles = {
        f"{ages.name}, {ages.years[0]}": style.SeriesStyle(style.SKY, "-", "o", "//"),
        f"{ages.name}, {ages.years[1]}": style.SeriesStyle(style.BLUE, "-", "o"),
    }
    bars = ages.place.assign(series=[f"{ages.name}, {year}" for year in ages.place["year"]])
    style.draw_grouped_bars(
        ax, bars, value="share", category="age_group", group="series", styles=styles
    )
    marked = _mark_england(ax, ages, bands)
    style.label_above(ax, "Age (years)", categories=True)
    ax.set(xlabel="Share of all residents", ylim=(len(bands) - 0.4, -0.6))
    style.show_shares(ax.xaxis)
    style.set_headline(ax, title or _age_headline(ages))
    naming.name_in_bars(ax, style.bars_of(ax, styles), style.bar_keys(styles))
    naming.make_room(ax, [marked])
    return ax


def describe_age_distribution(table: pd.DataFrame) -> str:
    """Return alt text for the age distribution: its range and where it differs from England."""
    ages = _split(table)
    place = ages.place.loc[ages.place["year"].eq(ages.years[1])].set_index("age_group")["share"]
    return style.compose_description(
        f"Bars of the share of residents by age band in {ages.name}, {ages.years[0]} and "
        f"{ages.years[1]}, with England marked.",
        f"{_age_headline(ages)}.",
        f"Shares in {ages.years[1]} run from {style.share_text(place.min())} at ages "
        f"{place.idxmin()} to {style.share_text(place.max())} at ages {place.idxmax()}.",
    )


def _split(table: pd.DataFrame) -> _Ages:
    style.check_columns(table, _AGE_COLUMNS, chart="age distribution", value="share")
    is_england = table["area_code"].eq(ENGLAND)
    names = style.in_order(table.loc[~is_england, "area_name"])
    years = sorted(set(table["year"]))
    if len(names) != 1 or not is_england.any() or len(years) != 2:
        raise MissingDataError(
            where="chart age distribution",
            found=f"places {names}, years {years}, England {'there' if any(is_england) else 'not'}",
            wanted="one place and England, in two years",
            remedy="choose the rows of one place and England, base and horizon year",
        )
    # The oldest band goes to the top, as in a population pyramid.
    turned = table.iloc[::-1]
    return _Ages(
        turned.loc[turned["area_code"].ne(ENGLAND)],
        turned.loc[turned["area_code"].eq(ENGLAND)],
        str(names[0]),
        (int(years[0]), int(years[1])),
    )


def _mark_england(ax: Axes, ages: _Ages, bands: list[str]) -> Annotation:
    """Draw England's marks; name the one that stands farthest beyond its bar."""
    offset = {ages.years[0]: -0.21, ages.years[1]: 0.21}
    centres = [
        bands.index(band) + offset[year]
        for band, year in zip(ages.england["age_group"], ages.england["year"], strict=True)
    ]
    lower, upper = [at - 0.19 for at in centres], [at + 0.19 for at in centres]
    # A white border keeps the mark visible on a dark bar.
    for colour, width in (("white", 5.5), (style.INK, 2.6)):
        ax.vlines(ages.england["share"], lower, upper, color=colour, linewidth=width, zorder=3)
    both = ages.england.merge(ages.place, on=["age_group", "year"], suffixes=("", "_here"))
    row = both.iloc[int((both["share"] - both["share_here"]).to_numpy().argmax())]
    height = bands.index(row["age_group"]) + offset[row["year"]]
    return style.label_bar(ax, row["share"], height, "England, same year")


def _age_headline(ages: _Ages) -> str:
    horizon = ages.years[1]
    place = ages.place.loc[ages.place["year"].eq(horizon)].set_index("age_group")["share"]
    england = ages.england.loc[ages.england["year"].eq(horizon)].set_index("age_group")["share"]
    band = str((place - england).abs().idxmax())
    return (
        f"Ages {band} stand out most from England: {style.share_text(place[band])} of residents "
        f"against {style.share_text(england[band])} in {horizon}"
    )


@style.use_style()
def plot_growth(table: pd.DataFrame, *, ax: Axes | None = None, title: str | None = None) -> Axes:
    """Draw the relative growth of each age band in each area, with its number.

    Parameters
    ----------
    table : DataFrame
        ``area_name``, ``age_group``, ``growth`` (0.46 is 46% more).
    ax : Axes, optional
        Axes to draw on.
    title : str, optional
        Title; without it the age band and area that grow most.

    Returns
    -------
    Axes
        Horizontal bars, one an area within each age band, in the order of the table.
    """
    style.check_columns(table, _GROWTH_COLUMNS, chart="population growth", value="growth")
    areas = style.in_order(table["area_name"])
    ax = style.new_axes(ax, height=style.bar_chart_height(len(table)))
    styles = style.series_styles(areas)
    if "England" in styles:
        styles["England"] = style.SeriesStyle(style.GREY, "-", "o", "//")
    drawn = style.draw_grouped_bars(
        ax, table, value="growth", category="age_group", group="area_name", styles=styles
    )
    labels = {
        name: [style.label_bar(ax, value, height, style.signed_text(value, share=True))
               for value, height in bars]
        for name, bars in drawn.items()
    }  # fmt: skip
    ax.axvline(0, color=style.INK, linewidth=1)
    ax.margins(x=0.12)
    ax.set_xlabel("Change in residents")
    style.label_above(ax, "Age (years)", categories=True)
    style.show_shares(ax.xaxis)
    style.set_headline(ax, title or _growth_headline(table))
    naming.name_beside_bars(ax, labels, style.bar_keys(styles))
    return ax


def describe_growth(table: pd.DataFrame) -> str:
    """Return alt text for growth by age band: its range, and where it is greatest."""
    style.check_columns(table, _GROWTH_COLUMNS, chart="population growth", value="growth")
    least = style.extremes(table, "growth")[0]
    areas = style.in_order(table["area_name"])
    return style.compose_description(
        f"Bars of the change in residents by age band in {style.list_text(areas)}.",
        f"{_growth_headline(table)}.",
        f"The least is {style.signed_text(least['growth'], share=True)} at ages "
        f"{least['age_group']} in {least['area_name']}.",
    )


def _growth_headline(table: pd.DataFrame) -> str:
    most = style.extremes(table, "growth")[1]
    change = style.signed_text(most["growth"], share=True)
    return f"Ages {most['age_group']} grow most: {change} in {most['area_name']}"
