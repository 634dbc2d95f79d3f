"""The projection beside a resampling of records under the same factors.

Run by hand; the records are made up from a seed::

    python benchmarks/demand_records.py --records 400000 --draws 1000

Each record is a stay of a person of some age and sex. In each draw it is repeated as often as a
Poisson number with the mean that its age, the adjustment for health and the growth of the draw
give, then avoided or not, and its bed days are thinned night by night. Mean, 10th and 90th
percentile must agree with those of the projection within 1%.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from caseanalysis.methods import projection

YEARS = (2023, 2033)
SEXES = ("female", "male")
AGES = np.arange(91)
FIRST_AGE = 55
#: Gain in life expectancy to the horizon, in years.
GAIN = 1.2
#: Nights of a stay: 1 and a geometric number more, longer at higher ages.
NIGHTS = 1 + 0.08 * AGES


def records(rng: np.random.Generator, *, size: int) -> pd.DataFrame:
    """Return records with age, sex and nights."""
    weight = 0.02 + (AGES / 90) ** 3
    age = rng.choice(AGES, size=size, p=weight / weight.sum())
    sex = rng.choice(2, size=size, p=[0.54, 0.46])
    nights = rng.geometric(1 / NIGHTS[age])
    return pd.DataFrame({"age": age, "sex": sex, "nights": nights})


def population() -> np.ndarray:
    """Return residents by year, sex and age: the old grow, the young do not."""
    base = np.outer([1.0, 0.95], 15_000 * (1.02 - (AGES / 92) ** 2))
    return np.stack([base, base * (0.97 + 0.45 * (AGES / 90) ** 4)])


def long(values: np.ndarray, name: str, years: tuple[int, ...] = ()) -> pd.DataFrame:
    """Return an array by year, sex and age, or by sex and age, as a table."""
    axes: list[object] = [list(years)] if years else []
    names = [*(["year"] if years else []), "sex", "age"]
    index = pd.MultiIndex.from_product([*axes, list(SEXES), list(AGES)], names=names)
    return pd.DataFrame({name: values.reshape(-1)}, index=index).reset_index()


def assembled(made: pd.DataFrame) -> projection.Demand:
    """Return the projection of admissions and bed days of the records."""
    people = population()
    parts, levels = [], []
    for activity, amount in (("admissions", np.ones(len(made))), ("bed days", made["nights"])):
        events = np.zeros((2, len(AGES)))
        np.add.at(events, (made["sex"], made["age"]), amount)
        parts.append(long(events / people[0], "rate").assign(activity=activity))
        levels.append(("R0X", activity, float(events.sum())))
    middle = [people[0] + (people[1] - people[0]) * step / 10 for step in range(11)]
    years = tuple(range(YEARS[0], YEARS[1] + 1))
    one = long(np.stack(middle), "population", years).assign(trust_code="R0X")
    life = [np.full((2, len(AGES)), 10 + GAIN * step / 10) for step in range(11)]
    outturn = pd.DataFrame(levels, columns=["trust_code", "activity", "outturn"])
    both = [one.assign(activity=name) for name in outturn["activity"]]
    return projection.assemble(
        pd.concat(both), pd.concat(parts), outturn, base_year=YEARS[0], horizon_year=YEARS[1],
        life_expectancy=long(np.stack(life), "years", years), first_age=FIRST_AGE,
    )  # fmt: skip


def named_factors() -> pd.DataFrame:
    """Return the factors that both ways take."""
    rows = [("health", "", "health", -0.2, 0.3, 1.0), ("stay", "bed days", "stay", 0.02, 0.05, 0.1)]
    for activity in ("admissions", "bed days"):
        rows += [(f"growth {activity}", activity, "growth", 0.996, 1.01, 1.027)]
        rows += [(f"avoidance {activity}", activity, "avoidance", 0.01, 0.03, 0.08)]
    columns = ["factor", "activity", "kind", "low", "central", "high"]
    return projection.checked(pd.DataFrame(rows, columns=columns))


def resampled(
    made: pd.DataFrame, demand: projection.Demand, draws: pd.DataFrame, rng: np.random.Generator
) -> np.ndarray:
    """Return admissions and bed days at the horizon, draw by draw, from the records."""
    grown = population()[1] / population()[0]
    sex, age, nights = (made[name].to_numpy() for name in ("sex", "age", "nights"))
    result = np.empty((len(draws), 2))
    for number, values in enumerate(draws.to_dict("records")):
        shift = np.where(AGES >= FIRST_AGE, values["health"] * GAIN, 0.0)
        for kind, activity in enumerate(("admissions", "bed days")):
            rates = demand.rates[demand.activities.index(activity)]
            read = np.stack([np.interp(AGES - shift, AGES, rates[s]) / rates[s] for s in (0, 1)])
            mean = (grown * read * values[f"growth {activity}"] ** 10)[sex, age]
            kept = rng.binomial(rng.poisson(mean), 1 - values[f"avoidance {activity}"])
            whole = kept if kind == 0 else rng.binomial(kept * nights, 1 - values["stay"])
            result[number, kind] = whole.sum()
    return result


def main() -> None:
    """Print mean, P10 and P90 of both ways and by how much they differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=400_000)
    parser.add_argument("--draws", type=int, default=1000)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    made = records(rng, size=given.records)
    demand, factors = assembled(made), named_factors()
    pairs = projection.equal_correlation(factors, kind="growth", value=0.5)
    draws = projection.draw(factors, draws=given.draws, rng=rng, correlation=pairs)
    start = time.perf_counter()
    table = projection.simulate(demand, factors, draws)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    sampled = resampled(made, demand, draws, rng)
    loop = time.perf_counter() - start
    worst = 0.0
    for kind, activity in enumerate(("admissions", "bed days")):
        later = table[table["activity"].eq(activity) & table["year"].eq(YEARS[1])]
        cells = later[later["trust_code"].eq("R0X")].iloc[0][["mean", "lower", "upper"]]
        found = [sampled[:, kind].mean(), *np.quantile(sampled[:, kind], [0.1, 0.9])]
        gaps = [one / other - 1 for one, other in zip(found, cells, strict=True)]
        worst = max(worst, *map(abs, gaps))
        print(activity)
        for name, cell, record, gap in zip(("mean", "P10", "P90"), cells, found, gaps, strict=True):
            print(f"  {name}: {cell:,.0f} by cell, {record:,.0f} by record ({gap:+.2%})")
    print(f"greatest gap {worst:.2%} (aim: 1%); {seconds:.2f} s by cell, {loop:.0f} s by record")


if __name__ == "__main__":
    main()
