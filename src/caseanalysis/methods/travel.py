"""How far residents live from a service, as the crow flies, if some hospitals give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_amounts, require_columns, require_key

_POINT = ["area_code", "point"]


def residents(population: pd.DataFrame, *, year: int, areas: Sequence[str]) -> pd.DataFrame:
    """Return the residents of some areas in a year, all ages together.

    Parameters
    ----------
    population : DataFrame
        ``area_code``, ``year``, ``population`` by age.
    year : int
        The year.
    areas : sequence of str
        Codes of the areas.

    Returns
    -------
    DataFrame
        ``area_code``, ``population``; key ``area_code``.
    """
    require_columns(population, ["area_code", "year", "population"], where="population")
    rows = population[population["area_code"].isin(list(areas)) & population["year"].eq(year)]
    return rows.groupby("area_code", as_index=False)[["population"]].sum()


def nearest(
    distances: pd.DataFrame, residents: pd.DataFrame, *, sites: Sequence[str]
) -> pd.DataFrame:
    """Return for each point the nearest of some sites, its distance, and the residents there.

    Parameters
    ----------
    distances : DataFrame
        ``area_code``, ``point``, ``trust_code``, ``kilometres``; every point to every site.
    residents : DataFrame
        ``area_code``, ``population``: residents, births or patients of each area.
    sites : sequence of str
        Values of ``trust_code`` that give the service.

    Returns
    -------
    DataFrame
        ``area_code``, ``point``, ``trust_code`` (the nearest), ``kilometres``, ``population``;
        key the first two. The residents of an area are spread evenly over its points.

    Raises
    ------
    MethodError
        If a site has no distances, an area has none or no residents, or a row stands twice.

    Notes
    -----
    The shortest line on the map, neither a road nor a journey time. Residents live in towns and
    not evenly, so that the figures of a large district are rough.
    """
    require_columns(distances, [*_POINT, "trust_code", "kilometres"], where="distances")
    require_columns(residents, ["area_code", "population"], where="residents")
    require_key(distances, [*_POINT, "trust_code"], where="distances")
    require_key(residents, ["area_code"], where="residents")
    require_amounts(residents, ["population"], key=["area_code"], where="residents")
    absent = [site for site in sites if site not in set(distances["trust_code"])]
    if absent or not len(sites):
        raise _refusal(f"no distance to {absent[0]}" if absent else "no site", "distances to each")
    chosen = distances[distances["trust_code"].isin(list(sites))]
    first = chosen.sort_values([*_POINT, "kilometres", "trust_code"]).drop_duplicates(_POINT)
    people = residents.set_index("area_code")["population"]
    lacking = sorted(set(first["area_code"]) - set(people.index))
    if lacking:
        raise _refusal(f"no residents of {lacking[0]}", "residents of every area")
    points = first.groupby("area_code")["point"].transform("size")
    share = first["area_code"].map(people) / points
    table = first[[*_POINT, "trust_code", "kilometres"]].assign(population=share)
    return table.reset_index(drop=True)


def compare(
    distances: pd.DataFrame,
    residents: pd.DataFrame,
    *,
    configurations: Mapping[str, Sequence[str]],
    within: float,
) -> pd.DataFrame:
    """Return how far residents live from the nearest site under each way of placing a service.

    Parameters
    ----------
    distances, residents
        As for `nearest`.
    configurations : mapping of str to sequence of str
        Sites that give the service, by the name of the configuration; the first one is today's.
    within : float
        Kilometres, for the share of residents who live no farther.

    Returns
    -------
    DataFrame
        ``configuration``, ``mean_kilometres``, ``farthest_tenth`` (the distance that a tenth of
        residents exceed), ``share_within`` (0 to 1), ``farther`` (residents who live farther than
        ``within`` but did not under the first configuration), ``population``; key the first.
    """
    rows = []
    before: pd.Series | None = None
    for name, sites in configurations.items():
        found = nearest(distances, residents, sites=sites)
        people, away = found["population"], found["kilometres"]
        beyond = away.gt(within)
        before = beyond if before is None else before
        rows.append(
            {
                "configuration": name,
                "mean_kilometres": float(np.average(away, weights=people)),
                "farthest_tenth": _weighted_quantile(away, people, 0.9),
                "share_within": float(people[~beyond].sum() / people.sum()),
                "farther": float(people[beyond & ~before].sum()),
                "population": float(people.sum()),
            }
        )
    return pd.DataFrame(rows)


def without_each(names: Mapping[str, str], *, elsewhere: str) -> dict[str, list[str]]:
    """Return ways of placing a service: at every trust, then without each, and at each alone.

    Parameters
    ----------
    names : mapping of str to str
        Name of each trust of the group by its code.
    elsewhere : str
        The site that stands for trusts outside the group; it is open in every way.

    Returns
    -------
    dict of str to list of str
        Sites by name, as `compare` takes them; a group of two has no "at each alone", which
        would be the same.
    """
    codes = list(names)
    found = {"Every trust": [*codes, elsewhere]}
    if len(codes) > 1:
        for code in codes:
            found[f"Not at {names[code]}"] = [*(one for one in codes if one != code), elsewhere]
    if len(codes) > 2:
        found |= {f"At {names[code]} alone": [code, elsewhere] for code in codes}
    return found


def volumes_by_site(
    distances: pd.DataFrame,
    residents: pd.DataFrame,
    *,
    configurations: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Return the patients of each site if everybody went to the nearest, for each configuration.

    Parameters
    ----------
    distances : DataFrame
        As for `nearest`.
    residents : DataFrame
        ``area_code``, ``population``: the patients of a year who live in each area.
    configurations : mapping
        As for `compare`.

    Returns
    -------
    DataFrame
        ``configuration``, ``trust_code``, ``patients`` (a year), ``share`` (of all); key the first
        two.
    """
    parts = []
    for name, sites in configurations.items():
        found = nearest(distances, residents, sites=sites)
        sums = found.groupby("trust_code", as_index=False)[["population"]].sum()
        parts.append(sums.rename(columns={"population": "patients"}).assign(configuration=name))
    table = pd.concat(parts, ignore_index=True)
    total = table.groupby("configuration")["patients"].transform("sum")
    return table.assign(share=table["patients"] / total)[
        ["configuration", "trust_code", "patients", "share"]
    ]


def _weighted_quantile(values: pd.Series, weights: pd.Series, share: float) -> float:
    order = values.sort_values().index
    reached = weights.loc[order].cumsum() / weights.sum()
    return float(values.loc[reached.index[reached.ge(share)][0]])


def _refusal(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="travel", found=found, wanted=wanted, remedy="take tables of the same areas and sites"
    )
