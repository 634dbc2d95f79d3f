"""Forecasts of monthly counts and their back-test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import forecasting


def months(count: int, start: str = "2015-04-01") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=count, freq="MS")


def noisy(count: int = 48, *, level: float = 300.0, seed: int = 4) -> pd.DataFrame:
    """Counts around a level a day, a tenth more in July than in January, with noise of 3%."""
    index = months(count)
    random = np.random.default_rng(seed)
    season = 0.05 * np.cos((index.month - 7) / 12 * 2 * np.pi)
    rate = level * np.exp(season + random.normal(0, 0.03, count))
    return pd.DataFrame({"month": index, "value": rate * index.days_in_month})


@pytest.fixture(scope="module")
def ahead() -> pd.DataFrame:
    return forecasting.forecast(noisy(), months_ahead=12)


@pytest.fixture(scope="module")
def tested() -> pd.DataFrame:
    return forecasting.back_test(noisy(), months_ahead=3).set_index("model")


def test_forecast_names_each_month_after_the_series(ahead: pd.DataFrame) -> None:
    assert list(ahead["month"]) == list(months(12, "2019-04-01"))
    assert list(ahead.columns) == [
        "month", "value", "lower_80", "upper_80", "lower_95", "upper_95", "model",
    ]  # fmt: skip
    assert set(ahead["model"]) <= set(forecasting.MODELS)


def test_intervals_lie_in_each_other(ahead: pd.DataFrame) -> None:
    order = ["lower_95", "lower_80", "value", "upper_80", "upper_95"]
    assert (np.diff(ahead[order].to_numpy(), axis=1) > 0).all()


def test_forecast_finds_level_and_season(ahead: pd.DataFrame) -> None:
    # 300 a day, times exp(0.05) in July and exp(-0.05) in January.
    by_month = ahead.set_index(ahead["month"].dt.month)["value"]
    assert by_month[7] == pytest.approx(300 * np.exp(0.05) * 31, rel=0.03)
    assert by_month[1] == pytest.approx(300 * np.exp(-0.05) * 31, rel=0.03)


def test_smoothing_beats_seasonal_naive_on_noise_around_a_season(ahead: pd.DataFrame) -> None:
    assert set(ahead["model"]) == {forecasting.EXPONENTIAL_SMOOTHING}


def test_order_of_rows_does_not_matter(ahead: pd.DataFrame) -> None:
    shuffled = noisy().sample(frac=1, random_state=np.random.default_rng(1))
    pd.testing.assert_frame_equal(forecasting.forecast(shuffled, months_ahead=12), ahead)


def test_doubling_the_counts_doubles_the_forecast(ahead: pd.DataFrame) -> None:
    table = noisy()
    doubled = forecasting.forecast(table.assign(value=2 * table["value"]), months_ahead=12)
    assert (doubled["value"] / ahead["value"]).to_numpy() == pytest.approx(2, rel=1e-3)


def test_nothing_is_learnt_from_an_interruption() -> None:
    table = noisy()
    interrupted = list(months(8, "2016-09-01"))
    inside = table["month"].isin(interrupted)
    first, second = (
        forecasting.forecast(
            table.assign(value=table["value"].mask(inside, instead)),
            months_ahead=3,
            interruptions=interrupted,
        )
        for instead in (10.0**6, np.nan)
    )
    pd.testing.assert_frame_equal(first, second)
    assert first["value"].between(8000, 10500).all()


def test_seasonal_naive_goes_back_beyond_an_interruption() -> None:
    # The third of four years is lost, so that the fourth is forecast from the second.
    table = noisy(47)
    found = forecasting.back_test(
        table, months_ahead=1, interruptions=list(months(12, "2017-04-01"))
    ).set_index("model")
    counts, days = table["value"].to_numpy(), table["month"].dt.days_in_month.to_numpy()
    rate = counts / days
    missed = [abs(rate[month - 24] * days[month] - counts[month]) for month in range(41, 47)]
    assert found.loc["seasonal naive", "wape"] == pytest.approx(sum(missed) / counts[41:].sum())


def test_error_of_seasonal_naive_grows_with_the_square_root_of_the_years() -> None:
    found = forecasting.forecast(noisy(seed=3), months_ahead=13, confidence_levels=[0.8])
    assert set(found["model"]) == {forecasting.SEASONAL_NAIVE}
    width = np.log(found["upper_80"] / found["lower_80"])
    assert width.iloc[12] == pytest.approx(width.iloc[0] * np.sqrt(2))


def test_scores_of_seasonal_naive_by_hand(tested: pd.DataFrame) -> None:
    table = noisy()
    counts, days = table["value"].to_numpy(), table["month"].dt.days_in_month.to_numpy()
    rate = counts / days
    missed, counted, scaled = [], [], []
    for origin in range(40, 46):
        ahead = range(origin, origin + 3)
        errors = [abs(rate[month - 12] - rate[month]) for month in ahead]
        scale = np.mean([abs(rate[month] - rate[month - 12]) for month in range(12, origin)])
        missed += [error * days[month] for error, month in zip(errors, ahead, strict=True)]
        counted += [counts[month] for month in ahead]
        scaled.append(np.mean(errors) / scale)
    naive = tested.loc[forecasting.SEASONAL_NAIVE]
    assert (naive["origins"], naive["months"]) == (6, 18)
    assert naive["wape"] == pytest.approx(sum(missed) / sum(counted))
    assert naive["mase"] == pytest.approx(np.mean(scaled))


def test_back_test_compares_both_models_and_marks_one_choice(tested: pd.DataFrame) -> None:
    assert list(tested.index) == list(forecasting.MODELS)
    assert tested["chosen"].sum() == 1
    smooth, naive = tested.loc["exponential smoothing"], tested.loc["seasonal naive"]
    assert smooth["wape"] < naive["wape"]
    # Noise of 3% around a known mean is missed by 3% x sqrt(2 / pi) = 2.4% on average.
    assert smooth["wape"] == pytest.approx(0.024, abs=0.015)
    assert smooth["coverage_80"] <= smooth["coverage_95"] <= 1


def test_back_test_learns_nothing_from_what_it_forecasts(tested: pd.DataFrame) -> None:
    # The last month is forecast from the last origin alone, and nothing is trained on it.
    table = noisy()
    last = table.index == 47
    spoilt = table.assign(value=table["value"].where(~last, table["value"] * 3))
    found = forecasting.back_test(spoilt, months_ahead=3).set_index("model")
    pd.testing.assert_series_equal(found["chosen"], tested["chosen"])
    # Only that month's error can differ: the sum of errors grows by what was added, or less.
    added = table["value"].iloc[-1] * 2
    counted = table["value"].to_numpy()
    total = sum(counted[origin : origin + 3].sum() for origin in range(40, 46))
    grown = found["wape"] * (total + added) - tested["wape"] * total
    assert ((grown > 0.8 * added) & (grown <= added + 1e-6)).all()


def test_interrupted_months_are_not_scored() -> None:
    table = noisy()
    found = forecasting.back_test(table, months_ahead=3, interruptions=list(table["month"].tail(1)))
    assert set(found["months"]) == {6 * 3 - 1}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda table: table.drop(index=5), "no 2015-09"),
        (lambda table: pd.concat([table, table.head(1)]), "2015-04 twice"),
        (lambda table: table.assign(month=table["month"] + pd.Timedelta(days=1)), "2015-04-02"),
        (lambda table: table.assign(value=table["value"].where(table.index != 5, 0)), "above 0"),
        (lambda table: table.assign(value=table["value"].where(table.index != 5)), "2015-09"),
        (lambda table: table.head(23), "23 months"),
        (lambda table: table.head(24), "for a choice of model"),
        (lambda table: table.head(0), "no month"),
        (lambda table: table.drop(columns="value"), "no column 'value'"),
    ],
)
def test_series_that_is_none_is_refused(spoil: object, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        forecasting.forecast(spoil(noisy()), months_ahead=3)  # type: ignore[operator]


def test_series_that_repeats_itself_is_refused() -> None:
    index = months(48)
    table = pd.DataFrame({"month": index, "value": 100.0 * index.days_in_month})
    with pytest.raises(MethodError, match="repeats itself"):
        forecasting.forecast(table, months_ahead=3)


def test_calendar_month_lost_to_interruptions_is_refused() -> None:
    table = noisy(36)
    every_march = [month for month in table["month"] if month.month == 3]
    with pytest.raises(MethodError, match="11 of the calendar's 12"):
        forecasting.forecast(table, months_ahead=3, interruptions=every_march)


def test_fewer_than_six_origins_are_refused() -> None:
    with pytest.raises(MethodError, match="6 origins or more"):
        forecasting.back_test(noisy(), months_ahead=3, origins=5)


def test_series_too_short_for_six_origins_is_refused() -> None:
    with pytest.raises(MethodError, match="6 origins or more"):
        forecasting.back_test(noisy(36), months_ahead=12)


@pytest.mark.parametrize("options", [{"months_ahead": 0}, {"confidence_levels": [80]}])
def test_option_out_of_range_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(MethodError):
        forecasting.forecast(noisy(), **{"months_ahead": 3, **options})
