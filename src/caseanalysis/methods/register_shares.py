"""Shares of patients on disease registers, area by area, and how they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import pandas as pd

from caseanalysis.case import Place
from caseanalysis.geography import ENGLAND
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.rates import wilson_interval
from caseanalysis.periods import financial_year_start


def shares_of(registers: pd.DataFrame, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Return the share of listed patients on each register (0 to 1), with a Wilson interval.

    Parameters
    ----------
    registers : DataFrame
        ``period``, ``area_code``, ``register``, ``registered``, ``list_size``.
    confidence_level : float
        Of the interval.

    Returns
    -------
    DataFrame
        ``period``, ``area_code``, ``register``, ``registered``, ``list_size``, ``share``,
        ``lower``, ``upper``; key the first three.
    """
    keys = ["period", "area_code", "register"]
    require_columns(registers, [*keys, "registered", "list_size"], where="registers")
    require_key(registers, keys, where="registers")
    found = wilson_interval(
        registers[[*keys, "registered", "list_size"]],
        numerator="registered",
        denominator="list_size",
        confidence_level=confidence_level,
    )
    return found.reset_index(drop=True)


def wholes(places: Iterable[Place]) -> list[str]:
    """Return the code of the whole area of each place that is part of one."""
    return [place.part_of.code for place in places if place.part_of]


def entire(places: Iterable[Place]) -> list[str]:
    """Return the code of each place that is a whole area."""
    return [place.code for place in places if place.part_of is None]


def standing_for_parts(shares: pd.DataFrame, *, places: Iterable[Place]) -> pd.DataFrame:
    """Return shares with the code of each place that is part of an area in the place of its whole.

    The rate of the whole stands for that of the part.
    """
    require_columns(shares, ["area_code"], where="shares")
    parts = {place.part_of.code: place.code for place in places if place.part_of}
    return shares.assign(area_code=shares["area_code"].replace(parts))


def together(
    registers: pd.DataFrame, *, areas: Sequence[str], code: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return the share of the patients of several areas together, as `shares_of` does.

    Parameters
    ----------
    registers : DataFrame
        As for `shares_of`.
    areas : sequence of str
        Areas whose patients are added up; those without a row are passed over.
    code : str
        Code of the whole.
    confidence_level : float
        Of the interval.
    """
    keys = ["period", "register"]
    require_columns(registers, [*keys, "area_code"], where="registers")
    own = registers[registers["area_code"].isin(list(areas))]
    sums = own.groupby(keys, as_index=False)[["registered", "list_size"]].sum()
    return shares_of(sums.assign(area_code=code), confidence_level=confidence_level)


def change(shares: pd.DataFrame, *, base: str, horizon: str) -> pd.DataFrame:
    """Return the growth of recorded prevalence between two periods, area by area.

    Parameters
    ----------
    shares : DataFrame
        ``period``, ``area_code``, ``register``, ``share``.
    base, horizon : str
        The two periods.

    Returns
    -------
    DataFrame
        ``area_code``, ``register``, ``period`` (as ``2019-20 to 2022-23``), ``base``,
        ``horizon``, ``growth`` (relative); key the first two. Areas without both are left out.
    """
    keys = ["area_code", "register"]
    require_columns(shares, ["period", *keys, "share"], where="prevalence")
    require_key(shares, ["period", *keys], where="prevalence")
    first = shares[shares["period"].eq(base)].set_index(keys)["share"]
    last = shares[shares["period"].eq(horizon)].set_index(keys)["share"]
    table = pd.DataFrame({"base": first, "horizon": last}).dropna().reset_index()
    return table.assign(period=f"{base} to {horizon}", growth=table["horizon"] / table["base"] - 1)[
        [*keys, "period", "base", "horizon", "growth"]
    ]


def board_and_england(
    prevalence: pd.DataFrame,
    *,
    board: str,
    places: Sequence[str],
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return the shares of the board's area and of England in every year held, as `shares_of` does.

    Parameters
    ----------
    prevalence : DataFrame
        ``geography`` (commissioner, district, and England of each), ``period``, ``area_code``,
        ``register``, ``registered``, ``list_size``.
    board : str
        Code of the commissioner; where a year is held by district alone, of its places together.
    places : sequence of str
        Districts that stand for the board's area.
    confidence_level : float
        Of the interval.

    Notes
    -----
    Registers by district are estimates from where practices' patients live, those of a board are
    its practices': a change between the two holds the difference of the kinds too.
    """
    areas = {
        "district": (board, list(places)),
        "England, all districts": (ENGLAND, [ENGLAND]),
        "commissioner": (board, [board]),
        "England, all practices": (ENGLAND, [ENGLAND]),
    }
    require_columns(prevalence, ["geography"], where="registers")
    parts = [
        together(
            prevalence[prevalence["geography"].eq(geography)],
            areas=among,
            code=code,
            confidence_level=confidence_level,
        )
        for geography, (code, among) in areas.items()
    ]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def change_each(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the growth from each period held to the next, as `change` does.

    Parameters
    ----------
    shares : DataFrame
        ``period`` (financial years), ``area_code``, ``register``, ``share``.
    """
    require_columns(shares, ["period"], where="prevalence")
    periods = sorted(shares["period"].unique(), key=financial_year_start)
    parts = [change(shares, base=base, horizon=horizon) for base, horizon in pairwise(periods)]
    columns = ["area_code", "register", "period", "base", "horizon", "growth"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def stated_growth(printed: pd.DataFrame) -> pd.DataFrame:
    """Return printed growth in the shape of `change`, each area and period once.

    Parameters
    ----------
    printed : DataFrame
        ``entity``, ``group``, ``period``, ``value`` (relative growth).
    """
    require_columns(printed, ["entity", "group", "period", "value"], where="printed growth")
    once = printed.drop_duplicates(["entity", "group", "period"])
    named = once.rename(columns={"entity": "area_code", "group": "register", "value": "growth"})
    return named[["area_code", "register", "period", "growth"]].reset_index(drop=True)


def history(
    official: pd.DataFrame,
    printed: pd.DataFrame,
    *,
    names: Mapping[str, str],
    kinds: Mapping[str, str],
) -> pd.DataFrame:
    """Return one register over the years, published shares and printed ones, as a chart takes them.

    Parameters
    ----------
    official : DataFrame
        As returned by `shares_of` or `together`, of one register.
    printed : DataFrame
        ``entity``, ``period``, ``value`` (share): what the case printed of that register; may be
        empty.
    names, kinds : mapping of str to str
        Name and kind (trust, peers, England) by area code; other areas are left out.

    Returns
    -------
    DataFrame
        ``period``, ``year`` (in which the financial year ends), ``area_code``, ``area_name``,
        ``kind``, ``share``, ``lower``, ``upper``, ``printed`` (whether it is the case's own number)
        and ``source`` (the same in a word); key ``period``, ``area_code``, ``printed``.
    """
    require_columns(official, ["period", "area_code", "share", "lower", "upper"], where="shares")
    columns = ["period", "area_code", "share", "lower", "upper"]
    parts = [official[columns].assign(printed=False)]
    if len(printed):
        claims = printed.drop_duplicates(["entity", "period"])
        claims = claims.rename(columns={"entity": "area_code", "value": "share"})
        parts.append(claims[columns].assign(printed=True))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["area_code"].isin(list(names))]
    return table.assign(
        year=table["period"].map(financial_year_start) + 1,
        area_name=table["area_code"].map(names),
        kind=table["area_code"].map(kinds),
        source=table["printed"].map({True: "printed", False: "published"}),
    ).sort_values(["year", "area_code"], ignore_index=True)


def over(shares: pd.DataFrame, *, reference: str) -> pd.DataFrame:
    """Return each area's share over that of a reference area, less 1, in the same period.

    Parameters
    ----------
    shares : DataFrame
        ``period``, ``area_code``, ``register``, ``share``.
    reference : str
        Code of the area to compare with; areas and periods without it are left out.

    Returns
    -------
    DataFrame
        ``period``, ``area_code``, ``register``, ``share``, ``reference``, ``excess`` (0.24 is 24%
        higher); key the first three.
    """
    keys = ["period", "register"]
    require_columns(shares, [*keys, "area_code", "share"], where="shares")
    other = shares[shares["area_code"].eq(reference)].rename(columns={"share": "reference"})
    both = shares.merge(other[[*keys, "reference"]], on=keys, validate="many_to_one")
    both = both[both["area_code"].ne(reference)]
    return both.assign(excess=both["share"] / both["reference"] - 1)[
        ["period", "area_code", "register", "share", "reference", "excess"]
    ].reset_index(drop=True)


def gap_of_growth(growth: pd.DataFrame, *, reference: str) -> pd.DataFrame:
    """Return how far each area's growth lies above that of a reference area (points, 0 to 1).

    Parameters
    ----------
    growth : DataFrame
        As returned by `change`.
    reference : str
        Code of the area to compare with.
    """
    keys = ["period", "register"]
    require_columns(growth, [*keys, "area_code", "growth"], where="growth")
    other = growth[growth["area_code"].eq(reference)].rename(columns={"growth": "reference"})
    both = growth.merge(other[[*keys, "reference"]], on=keys, validate="many_to_one")
    both = both[both["area_code"].ne(reference)]
    return both.assign(gap=both["growth"] - both["reference"]).reset_index(drop=True)
