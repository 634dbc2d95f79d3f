"""Districts: put together as they were merged since, and where one stands among all of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.results import rank

_GROUPS = {"population_65_and_over": "65+", "population_85_and_over": "85+"}


def merged(ages: pd.DataFrame, *, successors: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Return residents by district on later boundaries: merged districts are added up.

    Parameters
    ----------
    ages : DataFrame
        ``area_code``, ``area_name``, ``year`` and counts of residents.
    successors : Mapping of str to (str, str)
        Code and name of the district that took the place of a former one, by the former code.

    Returns
    -------
    DataFrame
        The columns of ``ages``; key ``area_code``, ``year``. Counts add up to what they were.

    Raises
    ------
    MethodError
        If a district stands twice in a year.
    """
    require_columns(ages, ["area_code", "area_name", "year", "population"], where="ages")
    require_key(ages, ["area_code", "year"], where="ages")
    counts = [name for name in ages.columns if name.startswith("population")]
    codes = ages["area_code"].map(lambda code: successors.get(code, (code, ""))[0])
    own = dict(zip(ages["area_code"], ages["area_name"], strict=True))
    names = {**own, **dict(successors.values())}
    table = ages.assign(area_code=codes).groupby(["area_code", "year"])[counts].sum().reset_index()
    return table.assign(area_name=table["area_code"].map(names))


def shares_of_the_old(ages: pd.DataFrame) -> pd.DataFrame:
    """Return the share of residents aged 65 and over, and 85 and over, and its rank in each year.

    Parameters
    ----------
    ages : DataFrame
        ``area_code``, ``area_name``, ``year``, ``population``, ``population_65_and_over``,
        ``population_85_and_over`` (persons).

    Returns
    -------
    DataFrame
        ``area_code``, ``area_name``, ``year``, ``age_group``, ``residents`` (persons), ``share``
        (0 to 1), ``rank`` (1 the highest), ``areas`` (ranked); key ``area_code``, ``year``,
        ``age_group``.
    """
    long = _long(ages)
    shares = long.assign(share=long["residents"] / long["population"])
    ranked = rank(shares, value="share", within=["year", "age_group"])
    areas = ranked.groupby(["year", "age_group"])["area_code"].transform("count")
    order = ["area_code", "area_name", "year", "age_group", "residents", "share", "rank"]
    return ranked[order].assign(areas=areas)


def growth_of_the_old(ages: pd.DataFrame, *, start: int, end: int) -> pd.DataFrame:
    """Return the growth of older residents between two years, and its rank among all districts.

    Parameters
    ----------
    ages : DataFrame
        As for `shares_of_the_old`, with both years; the two are of one projection.
    start, end : int
        The years.

    Returns
    -------
    DataFrame
        ``area_code``, ``area_name``, ``age_group``, ``growth`` (share, 0.1 is 10%), ``rank`` (1
        the fastest), ``areas``; key ``area_code``, ``age_group``. The districts' sum stands as
        ``ALL``, without a rank.

    Raises
    ------
    MethodError
        If a year is missing.
    """
    long = _long(ages)
    wide = long.pivot_table(
        index=["area_code", "area_name", "age_group"], columns="year", values="residents"
    )
    if not {start, end} <= set(wide.columns):
        raise MethodError(
            where="growth of districts",
            found=f"the years {', '.join(str(year) for year in wide.columns)}",
            wanted=f"{start} and {end}",
            remedy="project both years, or choose years that are held",
        )
    growth = (wide[end] / wide[start] - 1).rename("growth").reset_index()
    ranked = rank(growth, value="growth", within=["age_group"])
    areas = ranked.groupby("age_group")["area_code"].transform("count")
    total = wide.groupby("age_group").sum()
    whole = (total[end] / total[start] - 1).rename("growth").reset_index()
    whole = whole.assign(area_code="ALL", area_name="All districts", rank=float("nan"))
    return pd.concat([ranked.assign(areas=areas), whole], ignore_index=True)


def _long(ages: pd.DataFrame) -> pd.DataFrame:
    keys = ["area_code", "area_name", "year", "population"]
    require_columns(ages, [*keys, *_GROUPS], where="ages")
    long = ages.melt(keys, list(_GROUPS), var_name="age_group", value_name="residents")
    return long.replace({"age_group": _GROUPS})
