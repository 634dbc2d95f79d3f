"""Activity rates, projection of activity, and the parts of its change."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import demand

BANDS = [(0, 64), (65, 84), (85, None)]


def people(counts: dict[int, tuple[float, ...]], area: str = "E01") -> pd.DataFrame:
    rows = [
        (area, area, year, lower, upper, float(persons))
        for year, of_year in counts.items()
        for (lower, upper), persons in zip(BANDS, of_year, strict=True)
    ]
    columns = ["area_code", "area_name", "year", "age_lower", "age_upper", "population"]
    return pd.DataFrame(rows, columns=columns)


def rates(*values: float, activity: str = "admissions") -> pd.DataFrame:
    return pd.DataFrame(BANDS, columns=["age_lower", "age_upper"]).assign(
        activity=activity, rate=values
    )


def activity(rows: list[tuple[float | None, float | None, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["age_lower", "age_upper", "admissions"])


GROWING = people({2020: (700, 200, 100), 2030: (700, 250, 150)})


def test_rate_is_events_over_residents() -> None:
    found = demand.activity_rates(
        activity([(0, 64, 70), (65, 84, 60), (85, None, 50)]),
        people({2020: (700, 200, 100)}),
        measures=["admissions"],
    )
    assert found["rate"].tolist() == pytest.approx([0.1, 0.3, 0.5])
    assert found["unknown_age_share"].tolist() == [0, 0, 0]
    assert list(found.columns) == [
        "age_lower", "age_upper", "activity", "rate", "unknown_age_share",
    ]  # fmt: skip


def test_finer_bands_are_added_up() -> None:
    found = demand.activity_rates(
        activity([(0, 0, 20), (1, 64, 50), (65, 84, 60), (85, 89, 20), (90, None, 30)]),
        people({2020: (700, 200, 100)}),
        measures=["admissions"],
    )
    assert found["rate"].tolist() == pytest.approx([0.1, 0.3, 0.5])


def test_unknown_age_is_left_out_and_its_share_shown() -> None:
    found = demand.activity_rates(
        activity([(0, 64, 70), (65, 84, 60), (85, None, 50), (None, None, 20)]),
        people({2020: (700, 200, 100)}),
        measures=["admissions"],
    )
    assert found["rate"].tolist() == pytest.approx([0.1, 0.3, 0.5])
    assert found["unknown_age_share"].tolist() == pytest.approx([0.1] * 3)


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 69, 70), (70, 84, 60), (85, None, 50)],
        [(0, 64, 70), (65, None, 60)],
    ],
)
def test_misaligned_age_band_is_refused(rows: list[tuple[float, float | None, float]]) -> None:
    with pytest.raises(MethodError, match="lie wholly inside or outside"):
        demand.activity_rates(
            activity(rows), people({2020: (700, 200, 100)}), measures=["admissions"]
        )


def test_suppressed_count_is_refused() -> None:
    with pytest.raises(MethodError, match=r"age_lower 65, admissions: found a missing value"):
        demand.activity_rates(
            activity([(0, 64, 70), (65, 84, float("nan")), (85, None, 50)]),
            people({2020: (700, 200, 100)}),
            measures=["admissions"],
        )


def test_activity_of_nobody_is_refused() -> None:
    with pytest.raises(MethodError, match="0 residents and 50 admissions"):
        demand.activity_rates(
            activity([(0, 64, 70), (65, 84, 60), (85, None, 50)]),
            people({2020: (700, 200, 0)}),
            measures=["admissions"],
        )


def test_rates_need_one_year() -> None:
    with pytest.raises(MethodError, match="year: found 2 values"):
        demand.activity_rates(
            activity([(0, 64, 70), (65, 84, 60), (85, None, 50)]),
            GROWING,
            measures=["admissions"],
        )


def test_age_outside_the_population_is_refused() -> None:
    with pytest.raises(MethodError, match="outside the bands"):
        demand.activity_rates(
            activity([(0, 64, 70), (65, 84, 60)]),
            people({2020: (700, 200, 100)}).head(1),
            measures=["admissions"],
        )


def test_projection_multiplies_rate_and_population() -> None:
    found = demand.project(rates(0.1, 0.3, 0.5), GROWING, base_year=2020, horizon_year=2030)
    assert found["base"].tolist() == pytest.approx([70, 60, 50])
    assert found["horizon"].tolist() == pytest.approx([70, 75, 75])
    assert found["change"].tolist() == pytest.approx([0, 15, 25])


def test_path_gives_every_year() -> None:
    found = demand.path(rates(0.1, 0.3, 0.5), GROWING, years=[2020, 2030])
    assert found.groupby("year")["expected"].sum().to_dict() == pytest.approx(
        {2020: 180, 2030: 220}
    )


def test_rates_of_other_bands_are_refused() -> None:
    with pytest.raises(MethodError, match="bands of the population"):
        demand.project(rates(0.1, 0.3, 0.5).head(2), GROWING, base_year=2020, horizon_year=2030)


def test_year_without_population_is_refused() -> None:
    with pytest.raises(MethodError, match="year 2040"):
        demand.project(rates(0.1, 0.3, 0.5), GROWING, base_year=2020, horizon_year=2040)


def test_areas_may_have_rates_of_their_own() -> None:
    both = pd.concat([GROWING, GROWING.assign(area_code="E02")])
    own = pd.concat(
        [rates(0.1, 0.3, 0.5).assign(area_code="E01"), rates(0.2, 0.6, 1.0).assign(area_code="E02")]
    )
    found = demand.project(own, both, base_year=2020, horizon_year=2030)
    assert found.groupby("area_code")["base"].sum().to_dict() == pytest.approx(
        {"E01": 180, "E02": 360}
    )


def test_area_without_rates_of_its_own_is_refused() -> None:
    both = pd.concat([GROWING, GROWING.assign(area_code="E02")])
    with pytest.raises(MethodError, match=r"area_code E02: found no rate"):
        demand.project(
            rates(0.1, 0.3, 0.5).assign(area_code="E01"), both, base_year=2020, horizon_year=2030
        )


def test_area_with_one_year_is_refused() -> None:
    both = pd.concat([GROWING, people({2020: (1, 1, 1)}, "E02")])
    with pytest.raises(MethodError, match="one of the two years"):
        demand.project(rates(0.1, 0.3, 0.5), both, base_year=2020, horizon_year=2030)


def test_growth_is_summed_before_it_is_divided() -> None:
    projected = demand.project(rates(0.1, 0.3, 0.5), GROWING, base_year=2020, horizon_year=2030)
    found = demand.summarise_growth(projected, by=["activity"]).iloc[0]
    assert (found["base"], found["horizon"]) == pytest.approx((180, 220))
    assert found["growth"] == pytest.approx(40 / 180)


def test_growth_by_age_group() -> None:
    projected = demand.project(rates(0.1, 0.3, 0.5), GROWING, base_year=2020, horizon_year=2030)
    found = demand.summarise_growth(
        projected, by=["age_group"], age_groups=[(0, 64), (65, None)]
    ).set_index("age_group")
    assert found.loc["65+", "growth"] == pytest.approx(40 / 110)


@pytest.mark.parametrize("groups", [[(0, 64), (65, 84)], [(0, 64), (0, 84), (85, None)]])
def test_age_groups_that_lose_or_repeat_ages_are_refused(
    groups: list[tuple[int, int | None]],
) -> None:
    projected = demand.project(rates(0.1, 0.3, 0.5), GROWING, base_year=2020, horizon_year=2030)
    with pytest.raises(MethodError, match="each age in one group"):
        demand.summarise_growth(projected, by=["age_group"], age_groups=groups)


def test_change_splits_into_size_structure_and_interaction() -> None:
    # 1000 residents become 1100; base rate 180 / 1000, at the horizon 220 / 1100 = 0.2.
    found = demand.decompose(
        rates(0.1, 0.3, 0.5), GROWING, base_year=2020, horizon_year=2030
    ).set_index("component")
    assert found["change"].to_dict() == pytest.approx(
        {"size": 100 * 0.18, "age structure": 1000 * 0.02, "interaction": 100 * 0.02, "total": 40}
    )
    assert found.loc["total", "growth"] == pytest.approx(40 / 180)


def test_population_that_only_grows_has_no_ageing() -> None:
    doubled = people({2020: (700, 200, 100), 2030: (1400, 400, 200)})
    found = demand.decompose(
        rates(0.1, 0.3, 0.5), doubled, base_year=2020, horizon_year=2030
    ).set_index("component")["change"]
    assert found["size"] == pytest.approx(180)
    assert found["age structure"] == pytest.approx(0, abs=1e-9)


def test_activity_without_events_has_parts_of_nought_and_no_growth() -> None:
    found = demand.decompose(rates(0, 0, 0), GROWING, base_year=2020, horizon_year=2030)
    assert found["change"].eq(0).all()
    assert found["growth"].isna().all()


def test_empty_area_cannot_be_decomposed() -> None:
    empty = people({2020: (0, 0, 0), 2030: (1, 1, 1)})
    with pytest.raises(MethodError, match="0 persons"):
        demand.decompose(rates(0.1, 0.3, 0.5), empty, base_year=2020, horizon_year=2030)


def test_additional_activity_a_day() -> None:
    found = demand.additional_a_day(
        pd.DataFrame({"activity": ["admissions"], "outturn": [73000]}),
        pd.DataFrame({"activity": ["admissions", "births"], "growth": [0.2, 0.0]}),
    ).iloc[0]
    assert found["additional"] == pytest.approx(14600)
    assert found["additional_a_day"] == pytest.approx(40)


def test_activity_without_growth_is_refused() -> None:
    with pytest.raises(MethodError, match="activity births"):
        demand.additional_a_day(
            pd.DataFrame({"activity": ["births"], "outturn": [1]}),
            pd.DataFrame({"activity": ["admissions"], "growth": [0.2]}),
        )


def test_days_that_are_no_year_are_refused() -> None:
    table = pd.DataFrame({"activity": ["births"], "outturn": [1], "growth": [0.1]})
    with pytest.raises(MethodError, match="365 or 366"):
        demand.additional_a_day(table, table, days=252)


persons = st.tuples(*[st.integers(1, 10**6)] * 3)
rate_values = st.tuples(*[st.floats(0.001, 10)] * 3)


@given(persons, persons, rate_values)
@settings(max_examples=25, deadline=None)
def test_parts_add_up_to_the_total(
    base: tuple[int, ...], horizon: tuple[int, ...], values: tuple[float, ...]
) -> None:
    residents = people({2020: base, 2030: horizon})
    found = demand.decompose(
        rates(*values), residents, base_year=2020, horizon_year=2030
    ).set_index("component")["change"]
    expected = sum(r * (h - b) for r, b, h in zip(values, base, horizon, strict=True))
    scale = sum(r * (h + b) for r, b, h in zip(values, base, horizon, strict=True))
    assert found["total"] == pytest.approx(expected, abs=1e-9 * scale)
    parts = found[["size", "age structure", "interaction"]].sum()
    assert parts == pytest.approx(expected, abs=1e-9 * scale)
    # The remainder is (N1 - N0) x (change of the crude rate), worked out on its own.
    crude = [sum(r * n for r, n in zip(values, year, strict=True)) / sum(year)
             for year in (base, horizon)]  # fmt: skip
    interaction = (sum(horizon) - sum(base)) * (crude[1] - crude[0])
    assert found["interaction"] == pytest.approx(interaction, abs=1e-9 * scale)


@given(persons, persons, rate_values)
@settings(max_examples=25, deadline=None)
def test_doubling_the_rates_doubles_the_activity_and_keeps_the_growth(
    base: tuple[int, ...], horizon: tuple[int, ...], values: tuple[float, ...]
) -> None:
    residents = people({2020: base, 2030: horizon})
    years = {"base_year": 2020, "horizon_year": 2030}
    once = demand.summarise_growth(
        demand.project(rates(*values), residents, **years), by=["activity"]
    )
    twice = demand.summarise_growth(
        demand.project(rates(*(2 * value for value in values)), residents, **years),
        by=["activity"],
    )
    assert twice["horizon"].iloc[0] == pytest.approx(2 * once["horizon"].iloc[0])
    assert twice["growth"].iloc[0] == pytest.approx(once["growth"].iloc[0])
