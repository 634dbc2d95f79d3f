"""Forecasts of monthly counts and their back-test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import forecasting, trust_forecasts

LEVELS = ("lower_95", "lower_80", "value", "upper_80", "upper_95")


def months(count: int, start: str = "2015-04-01") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=count, freq="MS")


def noisy(count: int = 48, *, level: float = 300.0, seed: int = 4) -> pd.DataFrame:
    """Counts around a level a day, a tenth more in July than in January, with noise of 3%."""
    index = months(count)
    random = np.random.default_rng(seed)
    season = 0.05 * np.cos((index.month - 7) / 12 * 2 * np.pi)
    rate = level * np.exp(season + random.normal(0, 0.03, count))
    return pd.DataFrame({"month": index, "value": rate * index.days_in_month})


def several(count: int = 48) -> pd.DataFrame:
    parts = [
        noisy(count, level=100.0 * place, seed=place).assign(unit=name)
        for place, name in enumerate("abc", start=1)
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def ahead() -> forecasting.Forecast:
    return forecasting.forecast(noisy(), months_ahead=6)


@pytest.fixture(scope="module")
def panel() -> forecasting.Forecast:
    return forecasting.forecast(several(), by="unit", months_ahead=3)


def scores(found: forecasting.Forecast, unit: str = forecasting.ALL_SERIES) -> pd.DataFrame:
    column = found.back_test.columns[0]
    return found.back_test[found.back_test[column].eq(unit)].set_index("model")


def test_forecast_names_each_month_after_the_series(ahead: forecasting.Forecast) -> None:
    assert list(ahead.table["month"]) == list(months(6, "2019-04-01"))
    assert list(ahead.table.columns[:7]) == [
        "series", "month", "value", "lower_80", "upper_80", "lower_95", "upper_95",
    ]  # fmt: skip
    assert set(ahead.table["model"]) == {forecasting.ENSEMBLE}


def test_intervals_lie_in_each_other(panel: forecasting.Forecast) -> None:
    ordered = panel.table[list(LEVELS)].to_numpy()
    assert (np.diff(ordered, axis=1) >= 0).all()
    assert (ordered[:, 0] < ordered[:, 4]).all()


def test_forecast_finds_level_and_season(ahead: forecasting.Forecast) -> None:
    # 300 a day, times exp(0.05) in July; April lies a quarter of a year before: cos = 0.
    by_month = ahead.table.set_index(ahead.table["month"].dt.month)["value"]
    assert by_month[7] == pytest.approx(300 * np.exp(0.05) * 31, rel=0.03)
    assert by_month[4] == pytest.approx(300 * 30, rel=0.03)


def test_forecast_carries_the_scores_of_its_unit(panel: forecasting.Forecast) -> None:
    row = panel.table[panel.table["unit"].eq("b")].iloc[0]
    own = scores(panel, "b")
    assert row["wape"] == own.loc[forecasting.ENSEMBLE, "wape"]
    assert row["naive_wape"] == own.loc[forecasting.SEASONAL_NAIVE, "wape"]
    assert row["coverage_80"] == own.loc[forecasting.ENSEMBLE, "coverage_80"]


def test_order_of_rows_does_not_matter(panel: forecasting.Forecast) -> None:
    table = several().sample(frac=1, random_state=np.random.default_rng(1))
    shuffled = forecasting.forecast(table, by="unit", months_ahead=3).table
    both = [
        one.sort_values(["unit", "month"], ignore_index=True) for one in (shuffled, panel.table)
    ]
    pd.testing.assert_frame_equal(*both)


def test_doubling_the_counts_doubles_the_forecast(panel: forecasting.Forecast) -> None:
    table = several()
    doubled = forecasting.forecast(
        table.assign(value=2 * table["value"]), by="unit", months_ahead=3
    )
    ends = list(LEVELS)
    assert (doubled.table[ends] / panel.table[ends]).to_numpy() == pytest.approx(2, rel=1e-3)


def test_nothing_is_learnt_from_an_interruption() -> None:
    table = several()
    interrupted = list(months(8, "2016-09-01"))
    inside = table["month"].isin(interrupted)
    first, second = (
        forecasting.forecast(
            table.assign(value=table["value"].mask(inside, instead)),
            by="unit",
            months_ahead=1,
            interruptions=interrupted,
        )
        for instead in (10.0**6, np.nan)
    )
    pd.testing.assert_frame_equal(first.table, second.table)
    pd.testing.assert_frame_equal(first.back_test, second.back_test)
    assert first.table["value"].between(2500, 10500).all()


def test_scores_of_seasonal_naive_by_hand() -> None:
    # Origins of the last six forecasts of three months: 40 to 45 months known. Each is last
    # year's rate a day at this year's days.
    found = forecasting.forecast(noisy(), months_ahead=3, origins=6)
    table = noisy()
    counts, days = table["value"].to_numpy(), table["month"].dt.days_in_month.to_numpy()
    rate = counts / days
    missed, counted, scaled = [], [], []
    for origin in range(40, 46):
        coming = range(origin, origin + 3)
        errors = [abs(rate[month - 12] - rate[month]) for month in coming]
        scale = np.mean([abs(rate[month] - rate[month - 12]) for month in range(12, origin)])
        missed += [error * days[month] for error, month in zip(errors, coming, strict=True)]
        counted += [counts[month] for month in coming]
        scaled.append(np.mean(errors) / scale)
    naive = scores(found).loc[forecasting.SEASONAL_NAIVE]
    assert (naive["origins"], naive["months"]) == (6, 18)
    assert naive["wape"] == pytest.approx(sum(missed) / sum(counted))
    assert naive["mase"] == pytest.approx(np.mean(scaled))


def test_seasonal_naive_goes_back_beyond_an_interruption() -> None:
    # The third of four years is lost, so that the fourth is forecast from the second.
    table = noisy(47)
    found = forecasting.forecast(
        table, months_ahead=1, origins=6, interruptions=list(months(12, "2017-04-01"))
    )
    counts, days = table["value"].to_numpy(), table["month"].dt.days_in_month.to_numpy()
    rate = counts / days
    missed = [abs(rate[month - 24] * days[month] - counts[month]) for month in range(41, 47)]
    wape = scores(found).loc[forecasting.SEASONAL_NAIVE, "wape"]
    assert wape == pytest.approx(sum(missed) / sum(counts[41:47]))


def test_every_model_and_their_ensemble_are_tested(panel: forecasting.Forecast) -> None:
    tested = scores(panel)
    assert list(tested.index) == list(forecasting.MODELS)
    assert list(tested.index[tested["used"]]) == [forecasting.ENSEMBLE]
    # Noise of 3% around a known mean is missed by 3% x sqrt(2 / pi) = 2.4% on average.
    assert tested.loc[forecasting.ENSEMBLE, "wape"] == pytest.approx(0.024, abs=0.01)
    assert tested.loc[forecasting.ENSEMBLE, "wape"] < tested.loc["seasonal naive", "wape"]
    assert set(panel.back_test["unit"]) == {forecasting.ALL_SERIES, "a", "b", "c"}


def test_back_test_learns_nothing_from_what_it_forecasts() -> None:
    # The last month is forecast from the last origin alone, and nothing is trained on it.
    table = noisy()
    last = table.index == 47
    spoilt = table.assign(value=table["value"].where(~last, table["value"] * 3))
    sound, harmed = (scores(forecasting.forecast(one, months_ahead=3)) for one in (table, spoilt))
    counted = table["value"].to_numpy()
    origins = int(sound["origins"].iloc[0])
    total = sum(counted[origin : origin + 3].sum() for origin in range(46 - origins, 46))
    # Only that month's error can differ: the sum of errors grows by what was added, or less.
    added = counted[-1] * 2
    grown = harmed["wape"] * (total + added) - sound["wape"] * total
    assert ((grown > 0.8 * added) & (grown <= added + 1e-6)).all()


def test_interrupted_months_are_not_scored() -> None:
    table = noisy()
    found = forecasting.forecast(
        table, months_ahead=3, origins=6, interruptions=list(table["month"].tail(1))
    )
    assert set(found.back_test["months"]) == {6 * 3 - 1}


def test_a_model_can_be_asked_for() -> None:
    found = forecasting.forecast(noisy(), months_ahead=1, model=forecasting.SEASONAL_NAIVE)
    march = noisy()["value"].iloc[36] / 30
    assert found.table["value"].iloc[0] == pytest.approx(march * 30)
    assert found.model == forecasting.SEASONAL_NAIVE


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda table: table.drop(index=5), "no 2015-09"),
        (lambda table: pd.concat([table, table.head(1)]), "2015-04 twice"),
        (lambda table: table.assign(month=table["month"] + pd.Timedelta(days=1)), "2015-04-02"),
        (lambda table: table.assign(value=table["value"].where(table.index != 5, 0)), "above 0"),
        (lambda table: table.assign(value=table["value"].where(table.index != 5)), "2015-09"),
        (lambda table: table.assign(value=0.0), "above 0"),
        (lambda table: table.head(23), "23 months"),
        (lambda table: table.head(33), "33 months"),
        (lambda table: table.head(0), "no month"),
        (lambda table: table.drop(columns="value"), "no column 'value'"),
        (lambda table: table.assign(value=100.0), "repeats itself"),
    ],
)
def test_series_that_is_none_is_refused(
    spoil: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    with pytest.raises(MethodError, match=message):
        forecasting.forecast(spoil(noisy()), months_ahead=3)


def test_series_that_repeats_its_rate_a_day_is_refused() -> None:
    index = months(48)
    table = pd.DataFrame({"month": index, "value": 100.0 * index.days_in_month})
    with pytest.raises(MethodError, match="repeats itself"):
        forecasting.forecast(table, months_ahead=3)


def test_series_of_unlike_months_are_refused_by_name() -> None:
    table = several()
    late = table[~(table["unit"].eq("b") & table["month"].lt("2015-06-01"))]
    with pytest.raises(MethodError, match=r"series of b.*2015-06"):
        forecasting.forecast(late, by="unit", months_ahead=3)


def test_calendar_month_lost_to_interruptions_is_refused() -> None:
    table = noisy(36)
    every_march = [month for month in table["month"] if month.month == 3]
    with pytest.raises(MethodError, match="every month of the calendar"):
        forecasting.forecast(table, months_ahead=3, interruptions=every_march)


@pytest.mark.parametrize(
    "options",
    [
        {"months_ahead": 0},
        {"months_ahead": 25},
        {"confidence_levels": [80]},
        {"origins": 5},
        {"model": "crystal ball"},
    ],
)
def test_option_out_of_range_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(MethodError):
        forecasting.forecast(noisy(), **{"months_ahead": 3, **options})


def test_trusts_that_lack_months_do_not_help_the_others() -> None:
    table = several().rename(columns={"unit": "trust_name"})
    gappy = table[~(table["trust_name"].eq("c") & table["month"].eq("2016-01-01"))]
    kept = trust_forecasts.comparable(gappy, shown=["b"])
    assert list(dict.fromkeys(kept["trust_name"])) == ["b", "a"]
    lost = trust_forecasts.comparable(gappy, shown=["c"])
    assert list(dict.fromkeys(lost["trust_name"])) == ["c", "a", "b"]
