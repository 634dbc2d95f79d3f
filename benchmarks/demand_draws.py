"""How long a thousand draws of a ten-year path take, and how much a plain loop would take.

Run by hand; residents, rates and factors are made up from a seed::

    python benchmarks/demand_draws.py

The aim is 1,000 draws of a ten-year path for three trusts, six activity types and 100 ages by sex
in under 2 seconds on one core. The plain loop goes draw by draw and cell by cell, over a few draws
only, and is scaled up; both must give the same numbers.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time

import numpy as np
import pandas as pd

from caseanalysis.methods import projection
from caseanalysis.methods.projection.model import run

TRUSTS = ("R0X", "R0Y", "R0Z")
ACTIVITIES = tuple(f"type {number}" for number in range(1, 7))
YEARS = tuple(range(2023, 2034))
SEXES = ("female", "male")
AGES = tuple(range(100))
FIRST_AGE = 55


def made_up(rng: np.random.Generator) -> projection.Demand:
    """Return a projection of the size of the aim."""
    cells = pd.MultiIndex.from_product([SEXES, AGES], names=["sex", "age"]).to_frame(index=False)
    people = pd.MultiIndex.from_product(
        [TRUSTS, ACTIVITIES, YEARS, SEXES, AGES],
        names=["trust_code", "activity", "year", "sex", "age"],
    ).to_frame(index=False)
    growth = 1 + 0.002 * (people["year"] - YEARS[0]) * people["age"] / 50
    people["population"] = rng.uniform(500, 5000, len(people)) * growth
    rates = cells.merge(pd.DataFrame({"activity": ACTIVITIES}), how="cross")
    rates["rate"] = 0.05 + 0.5 * (rates["age"] / 100) ** 3 + rng.uniform(0, 0.01, len(rates))
    life = cells.merge(pd.DataFrame({"year": YEARS}), how="cross")
    life["years"] = (100 - life["age"]) * 0.8 + 0.1 * (life["year"] - YEARS[0])
    pairs = [(trust, activity) for trust in TRUSTS for activity in ACTIVITIES]
    outturn = pd.DataFrame(pairs, columns=["trust_code", "activity"]).assign(outturn=50_000.0)
    return projection.assemble(
        people, rates, outturn, base_year=YEARS[0], horizon_year=YEARS[-1],
        life_expectancy=life, first_age=FIRST_AGE,
    )  # fmt: skip


def named_factors() -> pd.DataFrame:
    """Return growth and avoidance of every type, one of shorter stays, and health."""
    rows = [
        ("health", "", "health", -0.2, 0.3, 1.0),
        ("stay", ACTIVITIES[0], "stay", 0.02, 0.05, 0.1),
    ]
    for activity in ACTIVITIES:
        rows += [(f"growth {activity}", activity, "growth", 0.995, 1.01, 1.03)]
        rows += [(f"avoidance {activity}", activity, "avoidance", 0.01, 0.03, 0.1)]
    columns = ["factor", "activity", "kind", "low", "central", "high"]
    return projection.checked(pd.DataFrame(rows, columns=columns))


def plain_loop(demand: projection.Demand, factors: pd.DataFrame, draws: pd.DataFrame) -> np.ndarray:
    """Return the same activity cell by cell, as one would write it on paper."""
    ages, span = np.array(demand.ages, float), len(demand.years) - 1
    result = np.empty((len(draws), len(TRUSTS), len(ACTIVITIES), len(YEARS)))
    for number, values in enumerate(draws.to_dict("records")):
        for t in range(len(TRUSTS)):
            for a, activity in enumerate(ACTIVITIES):
                sums = []
                for y in range(len(YEARS)):
                    total = 0.0
                    for s in range(len(SEXES)):
                        for g, age in enumerate(AGES):
                            read = age - values["health"] * demand.gains[y, s, g]
                            rate = np.interp(read, ages, demand.rates[a, s])
                            total += demand.residents[0, t, a, y, s, g] * rate
                    sums.append(total)
                for y, total in enumerate(sums):
                    effect = values[f"growth {activity}"] ** y
                    effect *= 1 - values[f"avoidance {activity}"] * y / span
                    if activity == ACTIVITIES[0]:
                        effect *= 1 - values["stay"] * y / span
                    result[number, t, a, y] = demand.outturn[t, a] * total / sums[0] * effect
    return result


def main() -> None:
    """Print the seconds measured, those of a plain loop, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--loop-draws", type=int, default=2)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    demand, factors = made_up(rng), named_factors()
    pairs = projection.equal_correlation(factors, kind="growth", value=0.5)
    start = time.perf_counter()
    draws = projection.draw(factors, draws=given.draws, rng=rng, correlation=pairs)
    table = projection.simulate(demand, factors, draws)
    seconds = time.perf_counter() - start
    few = draws.iloc[: given.loop_draws]
    start = time.perf_counter()
    slow = plain_loop(demand, factors, few)
    loop = (time.perf_counter() - start) * given.draws / len(few)
    fast = run(demand, factors, {name: few[name].to_numpy() for name in few})
    worst = np.abs(fast / slow - 1).max()
    print(f"{given.draws} draws, {len(table)} rows: {seconds:.2f} s (aim: under 2 s on one core)")
    print(f"plain loop: {loop:.0f} s, {loop / seconds:.0f} times as long; differs by {worst:.1e}")


if __name__ == "__main__":
    main()
