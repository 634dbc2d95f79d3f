"""Synthetic control and interrupted series: one unit or group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from caseanalysis.errors import MethodError
from caseanalysis.methods import evaluation

LEVELS = {"unit": "share", "confidence_level": 0.95, "power": 0.8}
QUARTERS = pd.date_range("2001-01-01", periods=16, freq="QS")
START = QUARTERS[10]
DONORS = [f"D{at:02d}" for at in range(24)]
MONTHS = pd.date_range("2001-01-01", periods=108, freq="MS")
CHANGE = MONTHS[72]
BREAK = (MONTHS[40], MONTHS[51], "closure")


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    values = generator.normal(0, 0.02, (16, 24)).cumsum(axis=0) + generator.normal(0.7, 0.1, 24)
    wide = pd.DataFrame(values, index=pd.Index(QUARTERS, name="period"), columns=DONORS)
    own = 0.5 * wide["D03"] + 0.3 * wide["D08"] + 0.2 * wide["D11"]
    wide["T"] = own + generator.normal(0, 0.004, 16) - np.where(QUARTERS >= START, 0.15, 0)
    return wide.melt(ignore_index=False, var_name="unit").reset_index()


@pytest.fixture(scope="module")
def mixed(panel: pd.DataFrame) -> evaluation.Synthetic:
    return evaluation.synthetic_control(panel, treated=["T"], start=START, donors=DONORS, **LEVELS)


@pytest.mark.parametrize("demeaned", [True, False])
def test_weights_equal_constrained_least_squares(panel: pd.DataFrame, demeaned: bool) -> None:
    found = evaluation.synthetic_control(
        panel, treated=["T"], start=START, donors=[*DONORS[:8], "D08", "D11"],
        demeaned=demeaned, **LEVELS,
    )  # fmt: skip
    wide = panel.pivot_table(index="period", columns="unit", values="value")
    early = wide[wide.index < START]
    early = early - early.mean() if demeaned else early
    names = [*DONORS[:8], "D08", "D11"]
    size = 1000.0  # the search stops by the size of the sum of squares
    best = optimize.minimize(
        lambda w: size * ((early["T"] - early[names] @ w) ** 2).sum(), np.full(10, 0.1),
        bounds=[(0, 1)] * 10, constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP", options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    weights = found.weights.set_index("unit")["weight"].reindex(names, fill_value=0.0)
    assert weights.to_numpy() == pytest.approx(best.x, abs=2e-3)
    later = wide[wide.index >= START]
    shift = early.mean() * 0 if not demeaned else wide[wide.index < START].mean()
    gap = (later["T"] - shift["T"]) - (later[names] - shift[names]) @ best.x
    assert found.summary["value"].iloc[0] == pytest.approx(gap.mean(), abs=1e-3)


def test_planted_effect_is_found_and_ranks_first(mixed: evaluation.Synthetic) -> None:
    row = mixed.summary.iloc[0]
    assert not row["poor_fit"]
    assert row["value"] == pytest.approx(-0.15, abs=0.03)
    assert (row["rank"], row["donors"]) == (1, 24)
    assert row["p_value"] == pytest.approx(1 / 25)
    assert row["least_p_value"] == pytest.approx(1 / 25)


def test_detectable_effect_needs_enough_donors(
    panel: pd.DataFrame, mixed: evaluation.Synthetic
) -> None:
    few = evaluation.synthetic_control(
        panel, treated=["T"], start=START, donors=DONORS[:12], **LEVELS
    )
    # One of 12 is 0.083: no effect, however large, could have a p value of 0.05.
    assert np.isnan(few.summary["detectable"].iloc[0])
    size = mixed.summary["detectable"].iloc[0]
    gaps = mixed.placebos.pivot_table(index="period", columns="unit", values="gap")
    after = gaps.index >= START
    error = (gaps[~after] ** 2).mean() ** 0.5
    ratio = (gaps[after] ** 2).mean() ** 0.5 / error
    first = [
        min(((gaps.loc[after, name] + sign * size) ** 2).mean() ** 0.5 for sign in (1, -1))
        / error[name]
        >= ratio.drop(name).max() - 1e-9
        for name in gaps.columns
    ]
    assert 0.8 <= np.mean(first) <= 0.8 + 1 / 24


def test_donor_with_a_gap_is_left_out_with_the_reason(panel: pd.DataFrame) -> None:
    holed = panel[~(panel["unit"].eq("D05") & panel["period"].eq(QUARTERS[4]))]
    found = evaluation.synthetic_control(
        holed, treated=["T"], start=START, donors=DONORS[:10], **LEVELS
    )
    assert found.left_out.to_numpy().tolist() == [["D05", "no value in 1 of 16 periods"]]


def test_treated_unit_with_a_gap_and_too_few_donors_are_refused(panel: pd.DataFrame) -> None:
    holed = panel[~(panel["unit"].eq("T") & panel["period"].eq(QUARTERS[4]))]
    with pytest.raises(MethodError, match="withheld"):
        evaluation.synthetic_control(holed, treated=["T"], start=START, donors=DONORS, **LEVELS)
    with pytest.raises(MethodError, match="4 donors"):
        evaluation.synthetic_control(panel, treated=["T"], start=START, donors=DONORS[:4], **LEVELS)


def series(*, noise: float, persistence: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """A trend, a season, a closure that shifts the level, and a change of -0.05 in month 72."""
    generator = np.random.default_rng(seed)
    error = np.zeros(158)
    for at in range(1, 158):
        error[at] = persistence * error[at - 1] + generator.normal(0, noise)
    time = np.arange(108)
    season = 0.02 * np.sin(2 * np.pi * MONTHS.month.to_numpy() / 12)
    values = 0.8 - 0.0005 * time + season + error[50:] - 0.05 * (time >= 72) + 0.03 * (time > 51)
    values[40:52] += 0.2
    values[time >= 72] += 0.001 * (time[time >= 72] - 72)
    return pd.DataFrame({"period": MONTHS, "value": values})


@pytest.mark.parametrize("errors", [evaluation.NEWEY_WEST, evaluation.AUTOREGRESSIVE])
def test_change_of_level_and_slope_is_recovered(errors: str) -> None:
    found = evaluation.interrupted_series(
        series(noise=1e-6), start=CHANGE, after=12, errors=errors, interruptions=[BREAK], **LEVELS
    )
    values = found.effects.set_index("term")["value"]
    assert values["level"] == pytest.approx(-0.05, abs=1e-4)
    assert values["slope a year"] == pytest.approx(0.012, abs=1e-4)
    # Over the first year the slope adds 0.001 x (0 + 1 + ... + 11) / 12.
    assert values["mean effect"] == pytest.approx(-0.05 + 0.0055, abs=1e-4)
    assert found.effects["periods"].unique().tolist() == [96]
    path = found.path[~found.path["interrupted"]]
    gap = (path["fitted"] - path["without"])[path["period"].eq(CHANGE)].iloc[0]
    assert gap == pytest.approx(-0.05, abs=1e-4)


def test_values_of_the_interruption_do_not_count() -> None:
    plain = series(noise=0.01)
    wild = plain.copy()
    wild.loc[40:51, "value"] = np.linspace(5, -5, 12)
    tables = [
        evaluation.interrupted_series(
            one, start=CHANGE, after=12, interruptions=[BREAK], **LEVELS
        ).effects
        for one in (plain, wild)
    ]
    numbers = ["value", "lower", "upper"]
    np.testing.assert_allclose(tables[0][numbers], tables[1][numbers], atol=1e-6)


def test_autoregressive_intervals_hold_the_truth_where_newey_west_falls_short() -> None:
    inside = {evaluation.NEWEY_WEST: 0, evaluation.AUTOREGRESSIVE: 0}
    for seed in range(20):
        one = series(noise=0.01, persistence=0.6, seed=seed)
        for errors in inside:
            row = evaluation.interrupted_series(
                one, start=CHANGE, after=12, errors=errors, interruptions=[BREAK], **LEVELS
            ).effects.iloc[0]
            inside[errors] += row["lower"] <= -0.05 <= row["upper"]
    assert inside[evaluation.AUTOREGRESSIVE] > 16
    assert inside[evaluation.NEWEY_WEST] < inside[evaluation.AUTOREGRESSIVE]


def test_start_at_the_end_of_an_interruption_is_refused() -> None:
    with pytest.raises(MethodError, match="coincides with the end"):
        evaluation.interrupted_series(
            series(noise=0.01), start=MONTHS[52], after=12, interruptions=[BREAK], **LEVELS
        )


def test_less_than_a_year_on_one_side_is_refused() -> None:
    with pytest.raises(MethodError, match="11 from it on"):
        evaluation.interrupted_series(
            series(noise=0.01), start=MONTHS[97], after=6, interruptions=[BREAK], **LEVELS
        )
