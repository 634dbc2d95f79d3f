"""The whole evaluation of groups on made-up panels: its seconds, and whether it finds the truth.

Run by hand, from the project's folder; it needs no data::

    .venv/bin/python benchmarks/evaluation.py [--outcomes 10] [--definitions 4] [--replications 200]

First it times the evaluation of several outcomes of about 120 units over six years under several
definitions of the treatment, from monthly figures: quarters, estimates against both comparisons,
pre-trends, sensitivity, two-way fixed effects with its parts, placebo groups and dates, bootstrap,
and one synthetic control and interrupted series. Then it draws many panels with a known effect
and reports the bias of each estimate, and how often its interval holds the truth. Nothing is
asserted: machines differ.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from caseanalysis.methods import evaluation

CHOICES = evaluation.Choices(
    before=8, after=8, least_treated=10, least_comparisons=20, least_reporting=0.8,
    confidence_level=0.95, power=0.8,
)  # fmt: skip
#: Few treated units, one or two a quarter, as with groups of trusts; the effect grows.
FEW = evaluation.Design(
    units=120, treated=25, periods=28, earliest=8, latest=20, effect=-0.098, growing=True,
    unequal=1.0, noise=0.04, persistence=0.5,
)  # fmt: skip
DESIGNS = {
    "25 of 120 treated, growing effect": FEW,
    "10 of 120 treated, growing effect": replace(FEW, treated=10),
    "100 of 120 treated, growing effect": replace(FEW, treated=100),
    "25 of 120 treated, no effect": replace(FEW, effect=0.0, growing=False),
}
YEARS = 6
SEED = 20261122


def monthly_panel(outcomes: int, definitions: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a monthly panel of several outcomes, and several definitions of the treatment."""
    generator = np.random.default_rng(SEED)
    months = pd.date_range("2001-01-01", periods=12 * YEARS, freq="MS")
    units = [f"U{at:03d}" for at in range(120)]
    parts = []
    for outcome in range(outcomes):
        values = 0.8 + generator.normal(0, 0.03, (len(months), len(units)))
        wide = pd.DataFrame(values, index=pd.Index(months, name="period"), columns=units)
        long = wide.melt(ignore_index=False, var_name="unit").reset_index()
        parts.append(long.assign(outcome=f"outcome {outcome + 1}"))
    starts = [
        pd.DataFrame(
            {
                "unit": units[:25],
                "start": months[generator.integers(24, 12 * YEARS - 24, 25)],
                "treatment": f"definition {definition + 1}",
            }
        )
        for definition in range(definitions)
    ]
    return pd.concat(parts, ignore_index=True), pd.concat(starts, ignore_index=True)


def time_evaluation(outcomes: int, definitions: int) -> None:
    """Print the seconds of the whole evaluation."""
    panel, treatments = monthly_panel(outcomes, definitions)
    units = dict.fromkeys(panel["outcome"].unique(), "share")
    start = time.perf_counter()
    quarters = evaluation.quarterly(panel, least_months=3)
    found = evaluation.evaluate(
        quarters, treatments, choices=CHOICES, generator=np.random.default_rng(SEED),
        units=units, placebo_draws=499,
    )  # fmt: skip
    estimated = time.perf_counter()
    one = quarters[quarters["outcome"].eq("outcome 1")]
    evaluation.synthetic_control(
        one, treated=["U000", "U001"], start=pd.Timestamp("2004-01-01"),
        donors=[unit for unit in one["unit"].unique() if unit > "U025"],
        unit="share", confidence_level=0.95, power=0.8,
    )  # fmt: skip
    mixed = time.perf_counter()
    own = panel[panel["outcome"].eq("outcome 1") & panel["unit"].eq("U000")]
    evaluation.interrupted_series(own, start=pd.Timestamp("2004-01-01"), after=12, unit="share",
                                  confidence_level=0.95, power=0.8)  # fmt: skip
    end = time.perf_counter()
    print(
        f"{outcomes} outcomes, {definitions} definitions, {panel['unit'].nunique()} units, "
        f"{12 * YEARS} months: {len(found.effects)} effects in {estimated - start:.1f} s; "
        f"synthetic control {mixed - estimated:.1f} s; interrupted series {end - mixed:.1f} s; "
        f"together {end - start:.1f} s"
    )


def main() -> None:
    """Print the seconds of the evaluation and the results of the simulations."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outcomes", type=int, default=10)
    parser.add_argument("--definitions", type=int, default=4)
    parser.add_argument("--replications", type=int, default=200)
    options = parser.parse_args()
    pd.set_option("display.width", 200, "display.max_columns", 20)
    time_evaluation(options.outcomes, options.definitions)
    for name, design in DESIGNS.items() if options.replications else ():
        start = time.perf_counter()
        choices = CHOICES if design.treated < 100 else replace(CHOICES, least_comparisons=10)
        table = evaluation.simulation_study(
            design, choices=choices, replications=options.replications,
            generator=np.random.default_rng(SEED),
        )  # fmt: skip
        print(f"\n{name}: {options.replications} panels, {time.perf_counter() - start:.1f} s")
        print(table.round(4).to_string(index=False))


if __name__ == "__main__":
    main()
