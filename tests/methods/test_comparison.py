"""Differences from a comparator, and what is said of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.rates import confint_poisson_2indep

from caseanalysis.errors import MethodError
from caseanalysis.methods import comparison


def difference(counts: tuple[float, float, float, float], better: str = "higher") -> pd.Series:
    names = ["within", "of", "comparator_within", "comparator_of"]
    table = pd.DataFrame([counts], columns=names)
    return comparison.difference_in_proportions(
        table, numerator="within", denominator="of", better=better
    ).iloc[0]


@pytest.mark.parametrize(
    ("counts", "lower", "upper"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
    ],
)
def test_published_examples(
    counts: tuple[float, float, float, float], lower: float, upper: float
) -> None:
    # Newcombe (1998), Statistics in Medicine 17(8), 873-890, table II, method 10.
    found = difference(counts)
    assert round(found["lower"], 4) == lower
    assert round(found["upper"], 4) == upper


@given(st.integers(1, 5000), st.floats(0, 1), st.integers(1, 5000), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_difference_agrees_with_statsmodels(of: int, part: float, n: int, other: float) -> None:
    a, b = round(part * of), round(other * n)
    found = difference((a, of, b, n))
    expected = confint_proportions_2indep(a, of, b, n, method="newcomb", compare="diff")
    assert (found["lower"], found["upper"]) == pytest.approx(expected, abs=1e-9)
    assert found["lower_998"] <= found["lower"] <= found["value"]
    assert found["value"] <= found["upper"] <= found["upper_998"]


@given(st.integers(1, 500), st.integers(2, 500), st.integers(1, 500), st.integers(2, 500))
@settings(max_examples=30, deadline=None)
def test_exchanging_the_two_turns_the_difference_round(a: int, n: int, b: int, m: int) -> None:
    one = difference((min(a, n), n, min(b, m), m))
    other = difference((min(b, m), m, min(a, n), n))
    assert one["value"] == pytest.approx(-other["value"])
    assert one["lower"] == pytest.approx(-other["upper"])


def ratio(counts: tuple[float, float, float, float], better: str = "lower") -> pd.Series:
    names = ["falls", "days", "comparator_falls", "comparator_days"]
    table = pd.DataFrame([counts], columns=names)
    return comparison.ratio_of_rates(table, events="falls", exposure="days", better=better).iloc[0]


def test_ratio_of_rates_by_hand() -> None:
    # 60 / 1000 over 40 / 1000 = 1.5; √(1/60 + 1/40) = 0.204124; x 1.959964 = 0.400080;
    # e^0.400080 = 1.491944: 1.005400 to 2.237916.
    found = ratio((60, 1000, 40, 1000))
    assert found["value"] == pytest.approx(1.5)
    assert found["lower"] == pytest.approx(1.0054, abs=1e-4)
    assert found["upper"] == pytest.approx(2.2379, abs=1e-4)
    assert (found["judgement"], found["certainty"]) == ("worse", "95%")


@given(st.integers(1, 900), st.floats(1, 1e4), st.integers(1, 900), st.floats(1, 1e4))
@settings(max_examples=30, deadline=None)
def test_ratio_agrees_with_statsmodels(a: int, n: float, b: int, m: float) -> None:
    found = ratio((a, n, b, m))
    expected = confint_poisson_2indep(a, n, b, m, method="wald-log", compare="ratio")
    assert (found["lower"], found["upper"]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("counts", [(0, 10, 5, 10), (5, 10, 0, 10), (5, 0, 5, 10)])
def test_a_rate_of_nothing_has_no_ratio(counts: tuple[float, float, float, float]) -> None:
    with pytest.raises(MethodError, match="no events or no exposure"):
        ratio(counts)


@pytest.mark.parametrize(
    ("interval", "better", "judgement", "certainty"),
    [
        ((0.01, 0.05, 0.002, 0.06), "higher", "better", "99.8%"),
        ((0.01, 0.05, -0.002, 0.06), "higher", "better", "95%"),
        ((0.01, 0.05, -0.002, 0.06), "lower", "worse", "95%"),
        ((-0.05, -0.01, -0.06, -0.001), "higher", "worse", "99.8%"),
        ((-0.05, 0.01, -0.06, 0.02), "higher", "similar", "none"),
        ((0.0, 0.05, -0.01, 0.06), "higher", "similar", "none"),
        ((0.01, 0.05, -0.002, 0.06), "neither", "higher", "95%"),
        ((np.nan,) * 4, "higher", "not judged", "none"),
    ],
)
def test_the_rule_says_better_similar_or_worse(
    interval: tuple[float, ...], better: str, judgement: str, certainty: str
) -> None:
    names = ["lower", "upper", "lower_998", "upper_998"]
    table = pd.DataFrame([interval], columns=names).assign(value=np.mean(interval))
    found = comparison.judge(table, better=better, reference=0).iloc[0]
    assert (found["judgement"], found["certainty"]) == (judgement, certainty)


def test_unknown_direction_is_refused() -> None:
    with pytest.raises(MethodError, match="'neither'"):
        difference((1, 2, 1, 2), better="up")


def months() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "org_code": ["R0A", "R0B", "ENGLAND", "R0A", "ENGLAND"],
            "month": ["May", "May", "May", "June", "June"],
            "within": [7, 5, 70, 8, 60],
            "of": [10, 10, 100, 10, 100],
        }
    )


def beside(table: pd.DataFrame) -> pd.DataFrame:
    return comparison.beside_comparator(
        table, key="org_code", comparator="ENGLAND", columns=["within", "of"], within=["month"]
    )


def test_each_unit_stands_beside_the_comparator_of_its_month() -> None:
    found = beside(months())
    assert found["org_code"].tolist() == ["R0A", "R0B", "R0A"]
    assert found["comparator_within"].tolist() == [70, 70, 60]


def test_a_month_without_the_comparator_is_refused() -> None:
    with pytest.raises(MethodError, match="no figures of 'ENGLAND'"):
        beside(months().head(4))
