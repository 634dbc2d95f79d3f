"""Deprivation groups, slope and relative index of inequality."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import inequality


def places() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": list("ABCDEFGHIJ"),
            "score": [50, 10, 40, 30, 20, 45, 15, 35, 25, 5],
            "people": [100] * 10,
        }
    )


def grouped(table: pd.DataFrame, most: str = "highest", groups: int = 5) -> pd.Series:
    return (
        inequality.quantiles(
            table, key="code", deprivation="score", population="people", most_deprived=most,
            groups=groups,
        )
        .set_index("code")["quantile"]
        .sort_index()
    )  # fmt: skip


def test_the_highest_scores_are_the_most_deprived_fifth() -> None:
    # In order: A 50, F 45, C 40, H 35, D 30, I 25, E 20, G 15, B 10, J 5; two to a fifth.
    assert grouped(places()).to_dict() == dict(
        zip("ABCDEFGHIJ", [1, 5, 2, 3, 4, 1, 4, 2, 3, 5], strict=True)
    )


def test_of_ranks_the_lowest_is_the_most_deprived() -> None:
    assert grouped(places(), "lowest").tolist() == [6 - one for one in grouped(places())]


def test_groups_are_equal_in_residents_not_in_number_of_areas() -> None:
    # A has half of all residents: 900 of 1,800; the middle of its range is 0.25.
    table = places().assign(people=[900, *[100] * 9])
    assert grouped(table, groups=2).to_dict() == {"A": 1, **dict.fromkeys("BCDEFGHIJ", 2)}


def test_values_of_a_group_are_pooled_not_averaged() -> None:
    table = pd.DataFrame({"quantile": [1, 1, 2], "ill": [1, 99, 30], "people": [100, 900, 1000]})
    found = inequality.by_quantile(table, events="ill", population="people", kind="proportion")
    assert found["value"].tolist() == pytest.approx([0.1, 0.03])
    assert found["standard_error"].iloc[0] == pytest.approx(np.sqrt(0.09 / 1000))
    rate = inequality.by_quantile(table, events="ill", population="people", kind="rate")
    assert rate["standard_error"].iloc[0] == pytest.approx(np.sqrt(100) / 1000)


#: Documented example of PHEindicatormethods::phe_sii, area 1: decile, population, value and error.
POPULATION = [7291, 7997, 6105, 7666, 5790, 6934, 5918, 5974, 7147, 7534]
VALUE = [75.9, 78.3, 83.8, 83.6, 80.5, 81.1, 81.7, 84.2, 80.6, 86.3]
ERROR = [1.64, 1.58, 1.51, 1.78, 1.7, 1.56, 1.37, 1.4, 2.43, 1.57]


def deciles(**columns: object) -> pd.DataFrame:
    table = pd.DataFrame({"quantile": range(1, 11), "population": POPULATION, "value": VALUE,
                          "standard_error": ERROR})  # fmt: skip
    return table.assign(**columns)


def test_slope_agrees_with_weighted_least_squares_of_statsmodels() -> None:
    table = deciles()
    rank = (np.cumsum(POPULATION) - np.array(POPULATION) / 2) / np.sum(POPULATION)
    fitted = sm.WLS(VALUE, sm.add_constant(rank), weights=POPULATION).fit()
    found = inequality.slope_index(table).iloc[0]
    intercept, slope = fitted.params
    assert found["value"] == pytest.approx(slope)
    assert found["fitted_most"] == pytest.approx(intercept)
    assert found["relative_index"] == pytest.approx((intercept + slope) / intercept)


def test_interval_agrees_with_a_simulation_from_the_same_errors() -> None:
    # As PHEindicatormethods does it: each value drawn from its own normal distribution.
    found = inequality.slope_index(deciles()).iloc[0]
    draws = np.random.default_rng(7).normal(VALUE, ERROR, size=(20_000, 10))
    rank = (np.cumsum(POPULATION) - np.array(POPULATION) / 2) / np.sum(POPULATION)
    design = sm.add_constant(rank) * np.sqrt(POPULATION)[:, None]
    coefficients = np.linalg.lstsq(design, (draws * np.sqrt(POPULATION)).T, rcond=None)[0]
    ends = np.quantile(coefficients[1], [0.025, 0.975])
    assert [found["lower"], found["upper"]] == pytest.approx(list(ends), abs=0.12)
    ratios = np.quantile(coefficients.sum(axis=0) / coefficients[0], [0.025, 0.975])
    assert [found["relative_lower"], found["relative_upper"]] == pytest.approx(
        list(ratios), abs=0.002
    )


def test_a_straight_gradient_gives_its_own_slope() -> None:
    # Fifths of equal size at relative ranks 0.1 to 0.9: 100 - 40 x rank.
    table = pd.DataFrame({"quantile": [1, 2, 3, 4, 5], "value": [96, 88, 80, 72, 64],
                          "standard_error": 0.0, "population": 10})  # fmt: skip
    found = inequality.slope_index(table).iloc[0]
    assert found[["value", "lower", "upper"]].tolist() == pytest.approx([-40] * 3)
    assert found[["fitted_most", "fitted_least"]].tolist() == pytest.approx([100, 60])
    assert found["relative_index"] == pytest.approx(0.6)


def test_without_a_positive_line_there_is_no_relative_index() -> None:
    found = inequality.slope_index(deciles(value=[-5, *range(9)])).iloc[0]
    assert np.isnan(found["relative_index"])
    assert np.isfinite(found["value"])


@given(st.floats(0.1, 50), st.floats(0.5, 0.9), st.floats(0.01, 0.09))
@settings(max_examples=30, deadline=None)
def test_scaling_scales_the_slope_alone_and_confidence_only_widens(
    times: float, level: float, more: float
) -> None:
    scaled = deciles(value=np.array(VALUE) * times, standard_error=np.array(ERROR) * times)
    one = inequality.slope_index(deciles(), confidence_level=level).iloc[0]
    other = inequality.slope_index(scaled, confidence_level=level).iloc[0]
    assert other["value"] == pytest.approx(one["value"] * times)
    assert other["relative_upper"] == pytest.approx(one["relative_upper"])
    wide = inequality.slope_index(deciles(), confidence_level=level + more).iloc[0]
    assert wide["lower"] <= one["lower"] <= one["upper"] <= wide["upper"]


def test_each_year_has_its_own_index_and_order_does_not_matter() -> None:
    both = pd.concat([deciles(year=2021), deciles(year=2022, value=VALUE[::-1])])
    found = inequality.slope_index(both.sample(frac=1, random_state=1), by=["year"])
    alone = inequality.slope_index(deciles(year=2021), by=["year"])
    kept = found[found["year"].eq(2021)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, alone)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (deciles().head(4), "4 groups"),
        (deciles(value=[np.nan, *VALUE[1:]]), "no value"),
        (deciles(population=[0, *POPULATION[1:]]), "no value or residents"),
        (deciles(quantile=[1, 1, *range(3, 11)]), "two rows"),
    ],
)
def test_what_bears_no_index_is_refused(table: pd.DataFrame, words: str) -> None:
    with pytest.raises(MethodError, match=words):
        inequality.slope_index(table)


def test_more_groups_than_areas_are_refused() -> None:
    with pytest.raises(MethodError, match="11 groups of 10 areas"):
        grouped(places(), groups=11)
