"""How much emergency care the residents of an area use, and what fewer conveyances would spare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from caseanalysis.case import Place
from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.rates import poisson_limits
from caseanalysis.methods.results import collect

#: Activities of the published rates that make up each measure, and ages to show. There are no
#: rates of children, and the youngest whole five-year band starts at 20.
ARRIVALS = "A&E arrivals by ambulance"
MEASURES = {
    "A&E attendances": ("amb", "walkin"),
    ARRIVALS: ("amb",),
    "Emergency admissions": ("emer_n",),
    "Emergency bed days": ("emer_bds",),
}
AGES = {"20+": 20, "65+": 65, "85+": 85}
_RATES = {
    "attendance_rate": "A&E attendances",
    "emergency_admission_rate": "Emergency admissions",
}
_BASIS = (
    "rates of adults by age of one year, not stated which, at the residents of the area; districts "
    "cut by the area's edge have the whole district's rates"
)

_AGES = ["age_lower"]


def resident_use(
    rates: pd.DataFrame,
    population: pd.DataFrame,
    *,
    areas: Mapping[str, str],
    standard: str,
    measures: Mapping[str, Sequence[str]],
    year: int,
    ages: Mapping[str, int],
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return what residents use a year (events a resident), against a standard area.

    Parameters
    ----------
    rates : DataFrame
        ``area_code``, ``activity``, ``age_lower``, ``rate`` (events a resident and year).
    population : DataFrame
        ``area_code``, ``year``, ``age_lower``, ``population``, of the same age bands.
    areas : mapping of str to str
        By area whose residents count, the area whose rates stand for them: its own, or that of a
        district that it belongs to.
    standard : str
        Area to compare with, such as England.
    measures : mapping of str to sequence of str
        Published activities that make up each measure.
    year : int
        Year of the population.
    ages : mapping of str to int
        Least age by name of the group of ages.
    confidence_level : float
        Of the Poisson interval of the counts that the rates stand for.

    Returns
    -------
    DataFrame
        ``measure``, ``ages``, ``events``, ``residents``, ``value``, ``lower``, ``upper`` (events
        a resident), ``standard_value``, ``ratio`` (events over those at the standard's rates by
        age); key the first two.

    Raises
    ------
    MethodError
        If an area has no rates or no population of the year.

    Notes
    -----
    value = sum of rate × residents / residents; ratio is the indirectly standardised one, so that
    an old population alone does not raise it. Ages below the youngest rate are left out.
    """
    require_columns(rates, ["area_code", "activity", "age_lower", "rate"], where="rates")
    require_columns(population, ["area_code", "year", *_AGES, "population"], where="population")
    people = population[population["year"].eq(year)].groupby(["area_code", *_AGES])["population"]
    joined = _joined(rates, people.sum().reset_index(), areas=areas, standard=standard)
    rows = [
        {"measure": measure, "ages": name}
        | _use(
            joined[joined["activity"].isin(activities) & joined["age_lower"].ge(least)],
            standard=standard,
            parts=len(activities),
        )
        for measure, activities in measures.items()
        for name, least in ages.items()
    ]
    found = pd.DataFrame(rows)
    ends = poisson_limits(found["events"], confidence_level=confidence_level)
    return found.assign(
        lower=ends["lower"] / found["residents"], upper=ends["upper"] / found["residents"]
    )


def rated_areas(places: Iterable[Place]) -> dict[str, str]:
    """Return by place the area whose rates stand for it: itself, or the one it is part of."""
    return {place.code: place.part_of.code if place.part_of else place.code for place in places}


def waits_shortened(gaps: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return how many people a year would wait within the standard if each gap were closed.

    Parameters
    ----------
    gaps : DataFrame
        ``org_code``, ``value``, ``benchmark``, ``gap``, ``gap_lower``, ``gap_upper`` (shares), as
        returned by ``opportunity.gaps``.
    counts : DataFrame
        ``org_code``, ``attendances`` of the year.

    Returns
    -------
    DataFrame
        ``org_code``, ``share``, ``benchmark``, ``people``, ``lower``, ``upper``, ``unit``; key
        ``org_code``.
    """
    joined = gaps.merge(counts[["org_code", "attendances"]], on="org_code", validate="one_to_one")
    people = {
        new: joined[old] * joined["attendances"]
        for new, old in (("people", "gap"), ("lower", "gap_lower"), ("upper", "gap_upper"))
    }
    return joined[["org_code", "benchmark"]].assign(
        share=joined["value"], **people, unit="people a year"
    )


def spared(
    use: pd.DataFrame,
    *,
    measure: str,
    ages: str,
    shares: Sequence[float],
    costs: Sequence[float],
    price_year: str,
) -> pd.DataFrame:
    """Return what fewer events would spare (people and pounds a year), low, central and high.

    Parameters
    ----------
    use : DataFrame
        As returned by `resident_use`.
    measure, ages : str
        Row of it whose events could at most be spared.
    shares, costs : sequence of float
        Low, central and high: the share of them that is avoidable, and pounds that one costs.
    price_year : str
        Year of the prices.

    Returns
    -------
    DataFrame
        ``quantity`` (``avoided``, ``saving``), ``value``, ``lower``, ``upper``, ``unit``; key
        ``quantity``. The ends take both assumptions at their low or at their high end, which is
        wider than chance would have it.
    """
    for name, three in (("shares", shares), ("costs", costs)):
        if list(three) != sorted(three) or min(three) < 0:
            raise MethodError(
                where=name,
                found=", ".join(map(str, three)),
                wanted="low, central and high, rising, none below 0",
                remedy="mend the record in the register of assumptions",
            )
    chosen = use[use["measure"].eq(measure) & use["ages"].eq(ages)]
    avoided = float(chosen["events"].iloc[0]) * np.asarray(shares)
    saving = avoided * np.asarray(costs)
    return pd.DataFrame(
        [
            {"quantity": name, "value": three[1], "lower": three[0], "upper": three[2],
             "unit": unit}
            for name, three, unit in (
                ("avoided", avoided, "attendances a year"),
                ("saving", saving, f"pounds a year, prices of {price_year}"),
            )
        ]
    )  # fmt: skip


def as_results(
    use: pd.DataFrame, *, area: str, standard: str, period: str, year: int
) -> pd.DataFrame:
    """Return rates of use as results that claims can be tested on.

    Parameters
    ----------
    use : DataFrame
        As returned by `resident_use` for `MEASURES` and `AGES`.
    area, standard : str
        Entities of the residents' rates and of the standard's.
    period : str
        Financial year to give the rates for.
    year : int
        Calendar year to give the arrivals by ambulance for, as the group's: those of its residents
        wherever they went and whatever became of them, so that they are an upper bound.

    Returns
    -------
    DataFrame
        As `results.collect`.
    """
    groups = use.assign(ages=use["ages"].replace({"20+": "all"}))
    parts = []
    for measure, name in _RATES.items():
        rows = groups[groups["measure"].eq(name)]
        shared = partial(
            collect, rows, measure=measure, group="ages", period=period, unit="share", basis=_BASIS
        )
        own = shared(entity=area, value="value", interval=("lower", "upper"))
        other = shared(entity=standard, value="standard_value")
        parts += [own, other]
    arrivals = groups[groups["measure"].eq(ARRIVALS)]
    whole = collect(
        arrivals, measure="ambulance_arrivals", entity="group", group="ages", period=str(year),
        value="events", unit="persons",
        basis=f"every arrival, admitted or not, which is an upper bound; {_BASIS}",
    )  # fmt: skip
    return pd.concat([*parts, whole], ignore_index=True)


def _joined(
    rates: pd.DataFrame, people: pd.DataFrame, *, areas: Mapping[str, str], standard: str
) -> pd.DataFrame:
    wanted = {**areas, standard: standard}
    for held, needed, where in (
        (people["area_code"], wanted, "population"),
        (rates["area_code"], wanted.values(), "rates"),
    ):
        absent = sorted(set(needed) - set(held))
        if absent:
            raise MethodError(
                where=where,
                found=f"nothing of {', '.join(absent)}",
                wanted="every area of the case and the standard",
                remedy="add the files of those areas",
            )
    local = people[people["area_code"].isin(wanted)]
    local = local.assign(rated=local["area_code"].map(wanted))
    own = rates.rename(columns={"area_code": "rated"})[["rated", "activity", *_AGES, "rate"]]
    usual = rates[rates["area_code"].eq(standard)].rename(columns={"rate": "standard_rate"})
    joined = local.merge(own, on=["rated", *_AGES])
    return joined.merge(usual[["activity", *_AGES, "standard_rate"]], on=["activity", *_AGES])


def _use(rows: pd.DataFrame, *, standard: str, parts: int) -> dict[str, float]:
    inside = rows["area_code"].ne(standard)
    events = (rows["rate"] * rows["population"]).groupby(inside).sum()
    # Each resident stands once for each activity of the measure.
    residents = rows.groupby(inside)["population"].sum() / parts
    expected = float((rows["standard_rate"] * rows["population"])[inside].sum())
    return {
        "events": float(events[True]),
        "residents": float(residents[True]),
        "value": float(events[True] / residents[True]),
        "standard_value": float(events[False] / residents[False]),
        "ratio": float(events[True] / expected),
    }


def pooled_margin(table: pd.DataFrame, *, unit: str, group: str, level: str = "80") -> pd.DataFrame:
    """Return how far above the forecast each unit must be ready to go, apart and as one.

    Parameters
    ----------
    table : DataFrame
        A forecast: ``unit``, ``month``, ``value``, ``upper_80`` ..., the group being one of the
        units and the sum of the others.
    unit : str
        Column of the unit.
    group : str
        Name of the group in it.
    level : str
        Level of the interval whose upper end is taken.

    Returns
    -------
    DataFrame
        ``month``, ``apart`` (sum over the units of upper end less forecast), ``together`` (the
        group's), ``spared`` (apart less together); key ``month``.
    """
    require_columns(table, [unit, "month", "value", f"upper_{level}"], where="forecast")
    margin = table.assign(margin=table[f"upper_{level}"] - table["value"])
    whole = margin[unit].eq(group)
    apart = margin[~whole].groupby("month")["margin"].sum()
    together = margin[whole].set_index("month")["margin"]
    found = pd.DataFrame({"apart": apart, "together": together})
    return found.assign(spared=found["apart"] - found["together"]).reset_index()
