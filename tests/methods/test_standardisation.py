"""Directly and indirectly standardised rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import rates, standardisation


def areas() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area": ["Young", "Young", "Old", "Old"],
            "age_lower": [0, 65, 0, 65],
            "events": [8, 20, 2, 80],
            "people": [800, 200, 200, 800],
        }
    )


STANDARD = pd.DataFrame({"age_lower": [0, 65], "weight": [70, 30]})


def direct(table: pd.DataFrame, standard: pd.DataFrame = STANDARD, **options: object) -> pd.Series:
    return standardisation.directly_standardised_rate(
        table, by=["area"], strata=["age_lower"], events="events", population="people",
        standard=standard, **options,
    ).set_index("area")  # fmt: skip


def test_rates_of_areas_that_differ_in_age_alone_become_equal() -> None:
    # Both have 1% below 65 and 10% from 65 on: 0.7 x 0.01 + 0.3 x 0.1 = 0.037.
    found = direct(areas())
    assert found["value"].tolist() == pytest.approx([0.037, 0.037])
    assert found["crude_rate"].tolist() == pytest.approx([0.028, 0.082])


def test_dobson_interval_by_hand() -> None:
    # Young: V = 0.49 x 8/800² + 0.09 x 20/200² = 6.125e-6 + 45e-6 = 51.125e-6; O = 28, whose
    # Byar limits are 28 (1 - 1/252 - 1.959964 / (3 √28))³ = 18.6017 and, with 29, 40.4693.
    # Scale √(51.125e-6 / 28) = 0.00135125: 0.037 - 0.00135125 x 9.3983, + 0.00135125 x 12.4693.
    found = direct(areas()).loc["Young"]
    assert found["lower"] == pytest.approx(0.037 - 0.00135125 * 9.3983, abs=2e-6)
    assert found["upper"] == pytest.approx(0.037 + 0.00135125 * 12.4693, abs=2e-6)


def test_one_stratum_gives_the_crude_rate_and_its_interval() -> None:
    table = pd.DataFrame({"area": ["A"], "age_lower": [0], "events": [40], "people": [1000]})
    found = direct(table, STANDARD.head(1)).iloc[0]
    crude = rates.poisson_interval(table, events="events", exposure="people").iloc[0]
    assert found[["value", "lower", "upper"]].tolist() == pytest.approx(
        crude[["rate", "lower", "upper"]].tolist()
    )


def test_fewer_than_ten_events_bear_no_rate() -> None:
    found = direct(areas().assign(events=[4, 5, 2, 8])).loc[["Young", "Old"]]
    assert found["value"].isna().tolist() == [True, False]
    assert found["basis"].iloc[0] == "not given: fewer than 10 events"
    assert found["events"].tolist() == [9, 10]


def test_standard_of_any_total_gives_the_same_rate() -> None:
    thousandfold = STANDARD.assign(weight=STANDARD["weight"] * 1000)
    pd.testing.assert_frame_equal(direct(areas()), direct(areas(), thousandfold))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (areas().assign(age_lower=[0, 60, 0, 65]), "stratum that the standard lacks"),
        (areas().head(3), "stratum missing"),
        (areas().assign(people=[800, 0, 200, 800]), "people of 0"),
        (pd.concat([areas(), areas()]), "two rows"),
        (areas().assign(events=[8, None, 2, 80]), "missing value"),
    ],
)
def test_misaligned_or_empty_strata_are_refused(table: pd.DataFrame, words: str) -> None:
    with pytest.raises(MethodError, match=words):
        direct(table)


def indirect(table: pd.DataFrame, reference: pd.DataFrame) -> pd.DataFrame:
    return standardisation.indirectly_standardised_ratio(
        table, by=["area"], strata=["age_lower"], events="events", population="people",
        reference=reference,
    ).set_index("area")  # fmt: skip


REFERENCE = pd.DataFrame({"age_lower": [0, 65], "events": [500, 4000], "people": [1e5, 5e4]})


def test_ratio_by_hand() -> None:
    # Rates of the reference 0.005 and 0.08. Young: expected 800 x 0.005 + 200 x 0.08 = 20.
    # Byar limits of 28: 18.6017 and 40.4693. Crude rate of the reference 4500 / 150,000 = 0.03.
    found = indirect(areas(), REFERENCE).loc["Young"]
    assert found["expected"] == pytest.approx(20)
    assert found["value"] == pytest.approx(1.4)
    assert found["lower"] == pytest.approx(18.6017 / 20, abs=1e-5)
    assert found["upper"] == pytest.approx(40.4693 / 20, abs=1e-5)
    assert found["standardised_rate"] == pytest.approx(0.042)


def test_reference_compared_with_itself_is_as_expected() -> None:
    own = REFERENCE.assign(area="Reference")
    assert indirect(own, REFERENCE)["value"].tolist() == pytest.approx([1])


@given(st.lists(st.integers(0, 500), min_size=2, max_size=2), st.integers(2, 20))
@settings(max_examples=12, deadline=None)
def test_parts_of_an_area_add_up_to_the_whole(events: list[int], times: int) -> None:
    parts = areas().assign(events=[*events, 10, 20])
    found = indirect(parts, REFERENCE)
    whole = parts.groupby("age_lower", as_index=False)[["events", "people"]].sum()
    together = indirect(whole.assign(area="Both"), REFERENCE).iloc[0]
    assert found["observed"].sum() == together["observed"]
    assert found["expected"].sum() == pytest.approx(together["expected"])
    more = indirect(parts.assign(people=parts["people"] * times), REFERENCE)
    np.testing.assert_allclose(more["value"] * times, found["value"])


def test_order_of_rows_does_not_matter() -> None:
    pd.testing.assert_frame_equal(
        direct(areas()).sort_index(), direct(areas().iloc[::-1]).sort_index()
    )


def test_observed_over_expected_uses_the_exact_interval_for_few_deaths() -> None:
    table = pd.DataFrame({"trust": ["A", "B"], "deaths": [5, 0], "model": [10.0, 2.0]})
    found = standardisation.observed_to_expected(table, observed="deaths", expected="model")
    assert found["value"].tolist() == [0.5, 0]
    assert found["lower"].round(4).tolist() == [0.1623, 0]
    assert found["upper"].round(4).tolist() == [1.1668, 1.8444]
    assert found["basis"].tolist() == ["observed over expected, exact interval"] * 2
