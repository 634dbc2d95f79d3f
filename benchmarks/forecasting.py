"""Forecasts of type 1 A&E attendances of every trust, side by side with AutoETS of statsforecast.

Run by hand, from the project's folder, with a data store that holds the monthly A&E workbooks, in
an environment that has statsforecast too (the extra ``benchmark``)::

    .venv/bin/python benchmarks/forecasting.py STORE [--months 6] [--origins 12] [--jobs 2]

Both see the same series, of every trust with type 1 attendances in the last month, joined over
mergers, and are scored at the same origins on the same months. The recorded interruptions are
missing to ours. AutoETS takes no missing values: it is given events a day either of the months
after the last interruption alone, or of all months with a straight line through the interruption;
the better of the two is the one to beat. The constants of our method (the ridge and the prior of
the season, the rates of the grids, the half that makes the ensemble, the window and the step of
the intervals) were chosen for their errors on origins before those scored here, whose scores were
seen too while the method was made; everything else is chosen anew at each origin from what was
known there. Nothing is asserted: machines differ.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

from caseanalysis.methods import successions, trust_forecasts
from caseanalysis.methods.forecasting import ALL_SERIES, forecast
from caseanalysis.organisations import load_successions
from caseanalysis.registers import load_interruptions
from caseanalysis.store import Store

LEVELS = (80, 95)


def series_of(store: Store) -> pd.DataFrame:
    """Return type 1 attendances of each trust of the last month, by month."""
    monthly = store.table("ae_monthly", level=["provider"])
    last = monthly[monthly["month"].eq(monthly["month"].max())]
    codes = sorted(last.loc[last["attendances_type_1"].gt(0), "org_code"])
    joined = successions.urgent_care_of(monthly, load_successions(), codes=codes)
    return joined[["org_code", "month", "attendances_type_1"]].set_axis(
        ["org_code", "month", "value"], axis=1
    )


def automatic_smoothing(
    wide: pd.DataFrame, interrupted: list[pd.Timestamp], *, bridged: bool, months: int, origins: int
) -> dict[str, float]:
    """Return the scores of AutoETS at the last origins."""
    days = np.asarray(pd.DatetimeIndex(wide.index).days_in_month, dtype=float)
    rates = wide.div(days, axis=0)
    if bridged:
        rates = rates[~rates.index.isin(interrupted)].reindex(rates.index).interpolate()
    else:
        rates = rates[rates.index > max(interrupted)]
    parts, last = [], len(wide) - months
    for known in range(last - origins + 1, last + 1):
        training = rates[rates.index < wide.index[known]]
        found = _fitted(training, months)
        shape = (len(wide.columns), months)
        span = days[known : known + months]
        ends = {name: found[name].to_numpy().reshape(shape).T * span[:, None]
                for name in found.columns if name.startswith("AutoETS")}  # fmt: skip
        parts.append((ends, wide.to_numpy()[known : known + months]))
    missed = sum(np.abs(ends["AutoETS"] - outturn).sum() for ends, outturn in parts)
    scores = {"wape": missed / sum(outturn.sum() for _, outturn in parts)}
    for level in LEVELS:
        lower, upper = f"AutoETS-lo-{level}", f"AutoETS-hi-{level}"
        inside = [(ends[lower] <= outturn) & (outturn <= ends[upper]) for ends, outturn in parts]
        scores[f"coverage_{level}"] = float(np.mean(inside))
    return scores


def _fitted(training: pd.DataFrame, months: int) -> pd.DataFrame:
    from statsforecast import StatsForecast
    from statsforecast.models import AutoETS

    long = training.reset_index(names="ds").melt("ds", var_name="unique_id", value_name="y")
    model = StatsForecast(models=[AutoETS(season_length=12)], freq="MS", n_jobs=1)
    return model.forecast(df=long, h=months, level=list(LEVELS)).sort_values(["unique_id", "ds"])


def main() -> None:
    """Print the back-test of every model and of AutoETS, and the seconds of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path, help="folder of the data store")
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--origins", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    options = parser.parse_args()
    series = series_of(Store(options.store))
    interrupted = trust_forecasts.months_of(load_interruptions())
    start = time.perf_counter()
    found = forecast(series, by="org_code", months_ahead=options.months, jobs=options.jobs,
                     origins=options.origins, interruptions=interrupted)  # fmt: skip
    seconds = time.perf_counter() - start
    tested = found.back_test[found.back_test["org_code"].eq(ALL_SERIES)].drop(columns="org_code")
    rows = tested.to_dict("records")
    if importlib.util.find_spec("statsforecast"):
        wide = series.pivot_table(index="month", columns="org_code", values="value")
        same = {"months": options.months, "origins": int(tested["origins"].iloc[0])}
        for bridged, name in ((False, "after the interruption"), (True, "bridged by a line")):
            scores = automatic_smoothing(wide, interrupted, bridged=bridged, **same)
            rows.append({"model": f"AutoETS of statsforecast, {name}", **scores})
    pd.set_option("display.width", 200, "display.max_columns", 20)
    print(f"{series['org_code'].nunique()} trusts, {options.months} months ahead")
    print(pd.DataFrame(rows).round(4).to_string(index=False))
    print(
        f"all models of ours with back-test and forecast: {seconds:.1f} s, {options.jobs} processes"
    )


if __name__ == "__main__":
    main()
