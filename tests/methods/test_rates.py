"""Intervals of counts, rates and exact proportions."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, poisson
from statsmodels.stats.proportion import proportion_confint

from caseanalysis.errors import MethodError
from caseanalysis.methods import rates


def interval(events: float, exposure: float = 1.0, level: float = 0.95) -> pd.Series:
    table = pd.DataFrame({"events": [events], "exposure": [exposure]})
    return rates.poisson_interval(
        table, events="events", exposure="exposure", confidence_level=level
    ).iloc[0]


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (9, 4.115, 17.085)],
)
def test_few_events_have_the_exact_interval_of_published_tables(
    events: int, lower: float, upper: float
) -> None:
    # Confidence limits of a Poisson count, as tabulated since Garwood (1936), Biometrika 28.
    found = interval(events)
    assert (round(found["lower"], 3), round(found["upper"], 3)) == (lower, upper)
    assert found["interval_method"] == "exact"


def test_byar_by_hand_for_ten_events() -> None:
    # Lower: 10 (1 - 1/90 - 1.959964 / (3 √10))³ = 10 x 0.782291³ = 4.7875.
    # Upper: 11 (1 - 1/99 + 1.959964 / (3 √11))³ = 11 x 1.186883³ = 18.3915.
    found = interval(10)
    assert found["lower"] == pytest.approx(4.7875, abs=0.0005)
    assert found["upper"] == pytest.approx(18.3915, abs=0.0005)
    assert found["interval_method"] == "Byar"


@pytest.mark.parametrize("events", [10, 12, 20, 65, 1045, 90_000])
def test_byar_is_within_a_fifth_of_a_percent_of_exact_from_ten_events_on(events: int) -> None:
    # Public Health England, Technical guide: confidence intervals (2018): within 0.2%.
    found = interval(events)
    assert found["lower"] == pytest.approx(chi2.ppf(0.025, 2 * events) / 2, rel=0.002)
    assert found["upper"] == pytest.approx(chi2.isf(0.025, 2 * events + 2) / 2, rel=0.002)


@given(st.integers(0, 9), st.floats(0.8, 0.999))
@settings(max_examples=40, deadline=None)
def test_exact_ends_are_where_the_count_becomes_as_rare_as_the_level_says(
    events: int, level: float
) -> None:
    found, tail = interval(events, level=level), (1 - level) / 2
    assert poisson.cdf(events, found["upper"]) == pytest.approx(tail, rel=1e-6)
    if events:
        assert poisson.sf(events - 1, found["lower"]) == pytest.approx(tail, rel=1e-6)
    else:
        assert found["lower"] == 0


@given(st.integers(0, 3000), st.floats(0.01, 1e6), st.floats(2, 50))
@settings(max_examples=40, deadline=None)
def test_a_rate_scales_with_its_exposure(events: int, exposure: float, times: float) -> None:
    one, other = interval(events, exposure), interval(events, exposure * times)
    for column in ("rate", "lower", "upper"):
        assert one[column] == pytest.approx(other[column] * times, rel=1e-9)


@given(st.integers(0, 3000), st.floats(0.5, 0.99), st.floats(0.001, 0.009))
@settings(max_examples=40, deadline=None)
def test_a_higher_confidence_level_never_narrows_an_interval(
    events: int, level: float, more: float
) -> None:
    narrow, wide = interval(events, level=level), interval(events, level=level + more)
    assert wide["lower"] <= narrow["lower"] <= narrow["rate"]
    assert wide["upper"] >= narrow["upper"] >= narrow["rate"]


@given(st.integers(1, 5000), st.floats(0, 1), st.floats(0.5, 0.999))
@settings(max_examples=40, deadline=None)
def test_clopper_pearson_agrees_with_statsmodels_and_scipy(
    of: int, part: float, level: float
) -> None:
    events = round(part * of)
    table = pd.DataFrame({"events": [events], "of": [of]})
    found = rates.clopper_pearson_interval(
        table, numerator="events", denominator="of", confidence_level=level
    ).iloc[0]
    expected = proportion_confint(events, of, alpha=1 - level, method="beta")
    assert (found["lower"], found["upper"]) == pytest.approx(expected, abs=1e-9)
    other = binomtest(events, of).proportion_ci(level, method="exact")
    assert (found["lower"], found["upper"]) == pytest.approx((other.low, other.high), abs=1e-9)


@pytest.mark.parametrize(
    ("events", "exposure", "words"),
    [(-1, 1, "count of 0 or more"), (float("nan"), 1, "count of 0 or more"), (3, 0, "above 0")],
)
def test_counts_and_exposures_that_bear_no_rate_are_refused(
    events: float, exposure: float, words: str
) -> None:
    with pytest.raises(MethodError, match=words):
        interval(events, exposure)


def test_without_exposure_the_rate_is_the_count() -> None:
    found = rates.poisson_interval(pd.DataFrame({"deaths": [4, 40]}), events="deaths")
    assert found["rate"].tolist() == [4, 40]
    assert found["interval_method"].tolist() == ["exact", "Byar"]
