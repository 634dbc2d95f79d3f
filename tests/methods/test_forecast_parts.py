"""The parts of a forecast: smoothing, season, working days, intervals, scores, choice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from caseanalysis.methods.forecasting import (
    calendars,
    choice,
    panels,
    prediction,
    scores,
    seasonality,
    smoothing,
    statespace,
)

CALENDAR = np.arange(60) % 12


def logs(series: int = 3, count: int = 48, *, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    season = 0.1 * np.cos(CALENDAR[:count] / 12 * 2 * np.pi)
    return 5 + season[:, None] + random.normal(0, 0.02, (count, series)).cumsum(axis=0)


def panel_of(rates: np.ndarray, ahead: int = 6) -> panels.Panel:
    months = pd.date_range("2015-01-01", periods=len(rates) + ahead, freq="MS")
    return panels.Panel(list(range(rates.shape[1])), months, rates)


def test_holt_winters_agrees_with_statsmodels() -> None:
    # The same first states and rates, run by ETSModel(A, Ad, A) of statsmodels.
    values = logs()
    level, season = smoothing.first_states(values, CALENDAR)
    rate, slope, damping, seasonal = 0.4, 0.05, 0.9, 0.1
    ours = smoothing.run_grid(
        values, CALENDAR, 6, grid=np.array([[rate, slope, damping, seasonal]]),
        level=level, season=season,
    )  # fmt: skip
    for unit in range(values.shape[1]):
        model = ETSModel(
            values[:, unit], error="add", trend="add", damped_trend=True, seasonal="add",
            seasonal_periods=12, initialization_method="known", initial_level=level[unit],
            initial_trend=0.0, initial_seasonal=season[:, unit],
        )  # fmt: skip
        values_of = {
            "smoothing_level": rate, "smoothing_trend": slope, "smoothing_seasonal": seasonal,
            "damping_trend": damping,
        }  # fmt: skip
        found = model.smooth([values_of[name] for name in model.param_names[:4]])
        assert ours[:, unit] == pytest.approx(found.forecast(6), rel=1e-9)


def test_simple_smoothing_by_hand() -> None:
    # From the mean of 1, 2, 3: 2 -> 1.5 -> 1.75 -> 2.375 -> (missing) -> 4.1875 with rate 1/2.
    values = np.array([[1.0], [2.0], [3.0], [np.nan], [6.0]])
    assert smoothing.simple_level(values, 0.5) == pytest.approx([4.1875])


def test_grid_takes_the_rate_with_the_least_error() -> None:
    # A level that steps once: the fastest smoothing is closest.
    values = np.repeat([[1.0], [2.0]], 24, axis=0)
    season = np.zeros((12, 1))
    grid = np.array([[0.1, 0, 1, 0], [0.9, 0, 1, 0], [0.5, 0, 1, 0]])
    found = smoothing.run_grid(values, CALENDAR, 1, grid=grid, level=np.array([1.0]), season=season)
    assert found[0, 0] == pytest.approx(2.0, abs=1e-9)


def test_season_of_all_is_found_through_an_interruption() -> None:
    count = 54
    random = np.random.default_rng(3)
    true = 0.1 * np.cos(CALENDAR[:count] / 12 * 2 * np.pi)
    rates = 5 + true[:, None] + random.normal(0, 0.005, (count, 8))
    rates[20:27] = np.nan
    effects = seasonality.find_season(panel_of(rates), count).effects
    expected = 0.1 * np.cos((np.arange(count, count + 6) % 12) / 12 * 2 * np.pi)
    # Drawn to zero by the ridge: of the height of the season, half or more is found.
    high = np.abs(expected) > 0.05
    found = effects[count:].mean(axis=1)[high] / expected[high]
    assert ((found > 0.5) & (found < 1.1)).all()


def test_own_season_is_drawn_to_that_of_all() -> None:
    # One of ten units alone has a tenth more each July: 4 years seen against a prior of 4 leave
    # at most half of it, and nothing of it goes to the others but their share in the mean.
    rates = np.full((48, 10), 5.0) + np.random.default_rng(1).normal(0, 1e-4, (48, 10))
    rates[CALENDAR[:48] == 6, 0] += 0.1
    effects = seasonality.find_season(panel_of(rates), 48).effects
    july = effects[6] - effects[5]
    assert 0.03 < july[0] < 0.06
    assert np.abs(july[1:]).max() < 0.01


def test_working_days_of_a_month_with_bank_holidays() -> None:
    # December 2024: weekends on 1, 7, 8, 14, 15, 21, 22, 28, 29; Christmas and Boxing Day on a
    # Wednesday and a Thursday: 11 of 31 days. February 2023: 8 weekend days of 28.
    index = pd.DatetimeIndex(["2023-02-01", "2024-12-01"])
    whole = pd.date_range(index[0], index[1], freq="MS")
    found = pd.Series(calendars.non_working_share(whole), index=whole)
    assert found[index].tolist() == pytest.approx([8 / 28, 11 / 31])


def test_single_bank_holidays_count() -> None:
    # May 2023: 8 weekend days, early May and spring bank holidays, and the coronation: 11 of 31.
    share = calendars.non_working_share(pd.DatetimeIndex(["2023-05-01"]))
    assert share.tolist() == pytest.approx([11 / 31])


@pytest.mark.parametrize("model", [statespace.sarimax, statespace.structural])
def test_rolled_forecast_is_that_of_statsmodels(model: object) -> None:
    values = logs(1)[:, 0]
    values[20:24] = np.nan
    rolled = statespace.roll(model, values[:, None], origins=[40, 41], months_ahead=4)  # type: ignore[arg-type]
    parameters = statespace._fitted(model, values[:40])  # type: ignore[arg-type]
    for place, origin in enumerate((40, 41)):
        whole = model(values[:origin]).filter(parameters, cov_type="none")  # type: ignore[operator]
        assert rolled[place, :, 0] == pytest.approx(whole.forecast(4), rel=1e-8)


def test_wape_and_coverage_by_hand() -> None:
    forecast, outturn = np.array([10.0, 20.0, 5.0]), np.array([12.0, 16.0, np.nan])
    # (2 + 4) / (12 + 16); the third month is not scored.
    assert scores.weighted_absolute_percentage_error(forecast, outturn) == pytest.approx(6 / 28)
    assert scores.coverage(forecast - 2, forecast + 2, outturn) == 0.5


def test_mase_by_hand() -> None:
    # One origin, two months, two units: mean errors 2 and 6 over scales 4 and 3.
    missed = np.array([[[1.0, 4.0], [3.0, 8.0]]])
    assert scores.mean_absolute_scaled_error(missed, np.array([[4.0, 3.0]])) == (0.5 + 2) / 2


def test_pinball_by_hand() -> None:
    # 0.9 x (12 - 10) = 1.8; (0.9 - 1) x (8 - 10) = 0.2; sum 2.0 over 20; the median: 0.5 x 4 / 20.
    outturn = np.array([12.0, 8.0])
    quantiles = {0.9: np.array([10.0, 10.0]), 0.5: np.array([10.0, 10.0])}
    assert scores.pinball_loss(quantiles, outturn) == pytest.approx((2.0 / 20 + 2.0 / 20) / 2)


def rolls_of(outturn: np.ndarray, first: int = 30) -> choice.Rolled:
    """One month ahead: outturn by origin and unit."""
    origins = np.arange(first, first + len(outturn))
    rates = np.vstack([np.full((first, outturn.shape[1]), 5.0), outturn])
    return choice.rolled(panel_of(rates), list(origins), 1)


def test_settings_are_chosen_by_errors_known_at_the_origin() -> None:
    # The first candidate is right until the fourth origin, the second from then on.
    outturn = np.array([[1.0], [1.0], [1.0], [1.0], [2.0], [2.0]])
    rolls = rolls_of(outturn)
    one, two = (np.full((6, 1, 1), value) for value in (1.0, 2.0))
    names = [(name, one) for name in choice.SINGLE_MODELS if name != "pooled seasonality"]
    found = choice.combine(
        [*names, ("pooled seasonality", one), ("pooled seasonality", two)], rolls
    )
    picked = found["pooled seasonality"][:, 0, 0]
    # Nothing is known at the first: the mean of both. The fifth comes before its own error.
    assert picked.tolist() == [1.5, 1.0, 1.0, 1.0, 1.0, 1.0]


def test_interval_is_the_quantile_of_known_errors() -> None:
    # Nine origins with errors of 1 to 9 tenths of two units alike: at the tenth, 18 errors are
    # known; of them the ceil(19 x 0.8) = 16th, which is 0.8, when coverage has not moved the level.
    errors = np.arange(1, 11) / 10
    rolls = rolls_of(np.repeat(errors[:, None], 2, axis=1))
    widths = prediction.half_widths(np.zeros((10, 1, 2)), rolls, level=0.8)
    assert np.isnan(widths[0]).all()
    # Each new error lay outside all before it, so that the level went up: the widest known.
    assert widths[9, 0].tolist() == pytest.approx([0.9, 0.9])


def test_level_follows_coverage() -> None:
    # Errors all alike are always covered: the level falls by 0.1 x (1 - 0.8) an origin, and the
    # interval stays what it was, since every quantile is the same.
    rolls = rolls_of(np.full((10, 2), 0.5))
    widths = prediction.half_widths(np.zeros((10, 1, 2)), rolls, level=0.8)
    assert widths[1:, 0].ravel() == pytest.approx(0.5)


@settings(max_examples=20)
@given(st.floats(0.5, 0.9), st.floats(0.01, 0.09), st.integers(0, 10**6))
def test_a_wider_level_is_never_narrower(level: float, more: float, seed: int) -> None:
    outturn = np.random.default_rng(seed).normal(0, 1, (8, 3))
    rolls = rolls_of(outturn)
    narrow, wide = (
        prediction._quantiles(np.abs(rolls.outturn), rolls.known(38), np.array([one]))
        for one in (level, level + more)
    )
    assert (wide >= narrow).all()
