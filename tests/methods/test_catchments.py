"""Catchments as weighted populations, and the parts of each trust's change."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import catchments, demand

SPAN = {"base_year": 2023, "horizon_year": 2033}
RATES = pd.DataFrame(
    {"age_lower": [0, 65], "age_upper": [64, None], "activity": "admissions", "rate": [0.1, 0.4]}
).astype({"age_lower": "Int64", "age_upper": "Int64"})


def people(areas: dict[str, tuple[float, float, float, float]]) -> pd.DataFrame:
    """Residents under and over 65 in 2023, then in 2033."""
    return pd.DataFrame(
        [
            {
                **{"area_code": code, "area_name": f"Area {code}", "year": year},
                **{"age_lower": lower, "age_upper": upper, "population": float(count)},
            }
            for code, counts in areas.items()
            for (year, (lower, upper)), count in zip(
                [(year, band) for year in (2023, 2033) for band in ((0, 64), (65, None))],
                counts,
                strict=True,
            )
        ]
    ).astype({"age_lower": "Int64", "age_upper": "Int64"})


#: Expected in 2023: E1 100 x .1 + 50 x .4 = 30, E2 200 x .1 + 25 x .4 = 30.
AREAS = people({"E1": (100, 50, 100, 100), "E2": (200, 25, 220, 25)})
CATCHMENT = pd.DataFrame(
    {"trust_code": ["RAA", "RAA", "RBB"], "area_code": ["E1", "E2", "E2"], "share": [0.6, 0.3, 1]}
)


def weighted(population: pd.DataFrame = AREAS, catchment: pd.DataFrame = CATCHMENT) -> pd.DataFrame:
    projected = demand.project(RATES, population, **SPAN)
    return catchments.catchment_population(population, projected, catchment=catchment)


def test_area_with_the_greatest_weight_counts_in_full_and_others_by_their_part() -> None:
    table = weighted().set_index(["area_code", "year", "age_lower"])["population"]
    # RAA: weights .6 / 30 and .3 / 30, that is 1 and 1/2.
    assert table["RAA", 2023, 0] == pytest.approx(100 + 200 / 2)
    assert table["RAA", 2033, 65] == pytest.approx(100 + 25 / 2)
    assert table["RBB", 2023, 65] == pytest.approx(25)


def test_rates_applied_to_the_weighted_population_spread_activity_as_the_shares_do() -> None:
    # By area: 30 events from E1 and 15 from E2, two to one as .6 to .3.
    only_e1 = weighted(AREAS[AREAS["area_code"].eq("E1")], CATCHMENT.iloc[:1])
    both = weighted(catchment=CATCHMENT.iloc[:2])
    first = demand.project(RATES, only_e1, **SPAN)["base"].sum()
    assert first == pytest.approx(30)
    assert demand.project(RATES, both, **SPAN)["base"].sum() == pytest.approx(45)


counts = st.tuples(*[st.floats(1, 1000)] * 4)


@settings(max_examples=25)
@given(
    st.lists(counts, min_size=3, max_size=3), st.lists(st.floats(0.01, 0.3), min_size=3, max_size=3)
)
def test_parts_of_the_change_agree_with_the_growth_by_trust(
    areas: list[tuple[float, float, float, float]], shares: list[float]
) -> None:
    population = people({f"E{n}": one for n, one in enumerate(areas)})
    catchment = pd.DataFrame(
        {"trust_code": "RAA", "area_code": ["E0", "E1", "E2"], "share": shares}
    )
    outturn = pd.DataFrame({"trust_code": ["RAA"], "activity": "admissions", "outturn": 5000.0})
    projected = demand.project(RATES, population, **SPAN)
    by_trust = demand.by_trust(
        projected, catchment=catchment, outturn=outturn, uncovered="as covered"
    )
    growth = by_trust["horizon"].sum() / by_trust["base"].sum() - 1
    parts = demand.decompose(RATES, weighted(population, catchment), **SPAN)
    found = parts.set_index("component")["growth"]
    assert found["total"] == pytest.approx(growth, rel=1e-9, abs=1e-12)
    assert found.drop("total").sum() == pytest.approx(found["total"], rel=1e-9, abs=1e-12)
    level = catchments.scaled_to(parts, outturn).set_index("component")["change"]
    assert level["total"] == pytest.approx(by_trust["change"].sum(), rel=1e-9, abs=1e-8)


def test_area_without_a_projection_is_left_out_as_in_the_growth_by_trust() -> None:
    beyond = pd.DataFrame({"trust_code": ["RAA"], "area_code": ["E9"], "share": [0.1]})
    pd.testing.assert_frame_equal(weighted(catchment=pd.concat([CATCHMENT, beyond])), weighted())


def test_area_without_any_expected_activity_is_refused() -> None:
    nobody = people({"E1": (100, 50, 100, 100), "E2": (0, 0, 1, 1)})
    with pytest.raises(MethodError, match="area_code E2"):
        weighted(nobody)


def test_share_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(MethodError, match="trust_code RBB, area_code E2"):
        weighted(catchment=pd.concat([CATCHMENT, CATCHMENT.iloc[2:]]))


def test_projection_of_two_activities_is_refused() -> None:
    rates = pd.concat([RATES, RATES.assign(activity="attendances")])
    projected = demand.project(rates, AREAS, **SPAN)
    with pytest.raises(MethodError, match="admissions, attendances"):
        catchments.catchment_population(AREAS, projected, catchment=CATCHMENT)


OUTTURN = pd.DataFrame({"trust_code": ["RAA", "RBB"], "outturn": [1000.0, 500.0]})


def parts() -> pd.DataFrame:
    return demand.decompose(RATES, weighted(), **SPAN)


def test_parts_are_scaled_to_the_outturn_of_each_trust() -> None:
    table = catchments.scaled_to(parts(), OUTTURN).set_index(["trust_code", "component"])
    # RAA: base 30 + 15, horizon 50 + 32 / 2, so 21 / 45; RBB: 30 to 32.
    assert table.loc[("RAA", "total"), "change"] == pytest.approx(1000 * 21 / 45)
    assert table.loc[("RBB", "total"), "change"] == pytest.approx(500 * 2 / 30)


def test_trusts_together_are_the_sum_of_the_trusts_and_parts_make_up_the_whole() -> None:
    scaled = catchments.scaled_to(parts(), OUTTURN)
    table = catchments.together(scaled).set_index("component")
    total = scaled.loc[scaled["component"].eq("total"), "change"].sum()
    assert table.loc["total"].tolist() == pytest.approx([total, 1.0])
    assert table.drop("total")["part"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("outturn", [OUTTURN.iloc[:1], OUTTURN.assign(outturn=[1.0, None])])
def test_trust_without_an_outturn_is_refused(outturn: pd.DataFrame) -> None:
    with pytest.raises(MethodError, match="trust_code RBB"):
        catchments.scaled_to(parts(), outturn)


def test_coverage_is_the_known_share_of_each_trusts_patients() -> None:
    outturn = OUTTURN.assign(activity="admissions")
    projected = demand.project(RATES, AREAS, **SPAN)
    by_band = demand.by_trust(projected, catchment=CATCHMENT, outturn=outturn, minimum_coverage=0.9)
    table = catchments.coverage(by_band)
    assert table.to_numpy().tolist() == [["RAA", pytest.approx(0.9)], ["RBB", 1.0]]


def test_flows_add_up_to_the_trust_with_the_rest_from_elsewhere() -> None:
    table = catchments.flows(CATCHMENT, OUTTURN)
    sums = table.groupby("trust_code")["value"].sum()
    assert sums.to_dict() == pytest.approx(OUTTURN.set_index("trust_code")["outturn"].to_dict())
    rest = table[table["area_code"].eq("elsewhere")].set_index("trust_code")["share"]
    assert rest["RAA"] == pytest.approx(0.1)


def test_patients_of_known_areas_are_counted() -> None:
    areas = list(CATCHMENT["area_code"].unique())
    found = catchments.covered(CATCHMENT, area_codes=areas).set_index("trust_code")["coverage"]
    assert found.to_dict() == pytest.approx({"RAA": 0.9, "RBB": 1.0})
    assert catchments.covered(CATCHMENT, area_codes=[])["coverage"].eq(0).all()
