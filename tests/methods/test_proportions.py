"""Wilson intervals of proportions."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from caseanalysis.errors import MethodError
from caseanalysis.methods import rates


def interval(events: float, of: float, level: float = 0.95) -> pd.Series:
    table = pd.DataFrame({"events": [events], "of": [of]})
    return rates.wilson_interval(
        table, numerator="events", denominator="of", confidence_level=level
    ).iloc[0]


@pytest.mark.parametrize(
    ("events", "of", "lower", "upper"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_examples(events: int, of: int, lower: float, upper: float) -> None:
    # Newcombe (1998), Statistics in Medicine 17(8), 857-872, table I, method 3.
    found = interval(events, of)
    assert round(found["lower"], 4) == lower
    assert round(found["upper"], 4) == upper


@given(st.integers(1, 10**6), st.floats(0, 1), st.floats(0.5, 0.999))
@settings(max_examples=50, deadline=None)
def test_agrees_with_statsmodels(of: int, part: float, level: float) -> None:
    events = round(part * of)
    found = interval(events, of, level)
    lower, upper = proportion_confint(events, of, alpha=1 - level, method="wilson")
    assert (found["lower"], found["upper"]) == pytest.approx((lower, upper), abs=1e-9)
    assert 0 <= found["lower"] <= found["share"] <= found["upper"] <= 1


@pytest.mark.parametrize(("events", "of"), [(5, 4), (-1, 4), (0, 0), (float("nan"), 4)])
def test_counts_that_are_no_proportion_are_refused(events: float, of: float) -> None:
    with pytest.raises(MethodError, match="no more than it"):
        interval(events, of)


def test_percentage_as_confidence_level_is_refused() -> None:
    with pytest.raises(MethodError, match=r"such as 0\.95"):
        interval(1, 4, 95)
