"""The projection by single year of age and sex: hand-worked cases, refusals, properties."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.case import default_case, load_case
from caseanalysis.errors import MethodError
from caseanalysis.library import open_library
from caseanalysis.methods import projection
from caseanalysis.registers import load_assumptions

YEARS = (2020, 2021, 2022)
AGES = (60, 61, 62)
RATES = (0.1, 0.2, 0.4)
COUNTS = {2020: (100, 100, 100), 2021: (100, 110, 120), 2022: (100, 120, 150)}


def residents(trust: str = "R0X", counts: dict[int, tuple[float, ...]] = COUNTS) -> pd.DataFrame:
    rows = [
        (trust, "admissions", year, "female", age, float(count))
        for year, of_year in counts.items()
        for age, count in zip(AGES, of_year, strict=True)
    ]
    columns = ["trust_code", "activity", "year", "sex", "age", "population"]
    return pd.DataFrame(rows, columns=columns)


def rates(values: tuple[float, ...] = RATES) -> pd.DataFrame:
    return pd.DataFrame({"activity": "admissions", "sex": "female", "age": AGES, "rate": values})


def outturn(*levels: tuple[str, float]) -> pd.DataFrame:
    table = pd.DataFrame(levels or [("R0X", 700.0)], columns=["trust_code", "outturn"])
    return table.assign(activity="admissions")


def gains(years: tuple[float, ...] = (20.0, 20.5, 21.0)) -> pd.DataFrame:
    rows = [
        (year, "female", age, life) for year, life in zip(YEARS, years, strict=True) for age in AGES
    ]
    return pd.DataFrame(rows, columns=["year", "sex", "age", "years"])


def factors(*rows: tuple[str, str, float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["factor", "kind", "low", "central", "high"])
    activity = table["kind"].map(lambda kind: "" if kind == "health" else "admissions")
    return projection.checked(table.assign(activity=activity))


NEUTRAL = factors(("g", "growth", 1, 1, 1))


def put_together(**given_: object) -> projection.Demand:
    made = {"base_year": 2020, "horizon_year": 2022, **given_}
    tables = [made.pop(name, default()) for name, default in
              (("residents", residents), ("rates", rates), ("outturn", outturn))]  # fmt: skip
    return projection.assemble(*tables, **made)


# --- by hand --------------------------------------------------------------------------------


def test_path_follows_residents_and_rates() -> None:
    # 100 x 0.1 + 100 x 0.2 + 100 x 0.4 = 70; then 10 + 22 + 48 = 80; then 10 + 24 + 60 = 94.
    table = projection.path(put_together(), NEUTRAL)
    own = table[table["trust_code"].eq("R0X")]
    assert own["value"].tolist() == pytest.approx([700, 800, 940])


def test_every_factor_by_hand() -> None:
    demand = put_together(life_expectancy=gains(), first_age=61)
    held = factors(
        ("g", "growth", 1.1, 1.1, 1.1),
        ("a", "avoidance", 0.2, 0.2, 0.2),
        ("b", "avoidance", 0.1, 0.1, 0.1),
        ("l", "stay", 0.05, 0.05, 0.05),
        ("h", "health", 0.5, 0.5, 0.5),
    )
    # 2022: one year gained, half of it counts: 61 reads 60.5 (0.15), 62 reads 61.5 (0.3), 60 stays.
    # 100 x 0.1 + 120 x 0.15 + 150 x 0.3 = 73, for 70 in 2020.
    # Growth 1.1 x 1.1; what is left after two avoidances (1 - 0.2)(1 - 0.1) and shorter stays 0.95.
    expected = 700 * 73 / 70 * 1.21 * 0.8 * 0.9 * 0.95
    # 2021 is half way: 0.25 years, 61 reads 60.75 (0.175), 62 reads 61.75 (0.35).
    half = 700 * (10 + 110 * 0.175 + 120 * 0.35) / 70 * 1.1 * 0.9 * 0.95 * 0.975
    values = projection.path(demand, held)
    own = values[values["trust_code"].eq("R0X")]["value"].tolist()
    assert own == pytest.approx([700, half, expected])


def test_trend_multiplies_and_is_a_part_of_its_own() -> None:
    trend = pd.DataFrame({"activity": "admissions", "year": YEARS, "ratio": [1.0, 1.1, 1.2]})
    demand = put_together(trend=trend)
    assert projection.path(demand, NEUTRAL)["value"].tolist()[:3] == pytest.approx([700, 880, 1128])
    parts = projection.by_factor(demand, NEUTRAL).set_index(["trust_code", "factor"])["change"]
    assert parts["R0X", "births"] == pytest.approx(140)


def test_parts_by_hand() -> None:
    demand = put_together(life_expectancy=gains())
    held = factors(("g", "growth", 1.1, 1.1, 1.1), ("h", "health", 0.5, 0.5, 0.5))
    parts = projection.by_factor(demand, held).set_index(["trust_code", "factor"])["change"]["R0X"]
    # 370 residents for 300; at the later structure 94 / 370 for 70 / 300 of them.
    assert parts["population size"] == pytest.approx(700 * 70 / 300)
    assert parts["age structure"] == pytest.approx(700 * (94 / 370 * 300 / 70 - 1))
    # The residents of 2020 with ages read half a year younger: 0.1, 0.15 and 0.3 make 55 for 70.
    assert parts["health status"] == pytest.approx(700 * (55 / 70 - 1))
    assert parts["non-demographic growth"] == pytest.approx(700 * 0.21)
    total = 700 * (73 / 70 * 1.21 - 1)
    assert parts["total"] == pytest.approx(total)
    named = ["population size", "age structure", "health status", "non-demographic growth"]
    assert parts["interaction"] == pytest.approx(total - parts[named].sum())


def test_age_beyond_the_last_keeps_its_rate() -> None:
    demand = put_together(life_expectancy=gains())
    older = factors(("h", "health", -1, -1, -1))
    # A year older: 60 reads 0.2, 61 reads 0.4, 62 is the open age and stays at 0.4.
    later = projection.path(demand, older)["value"].tolist()[2]
    assert later == pytest.approx(10 * (100 * 0.2 + 120 * 0.4 + 150 * 0.4))


def test_activity_by_age_group_adds_up() -> None:
    groups = [(60, 61), (62, None), (0, 30)]
    table = projection.by_age(put_together(), NEUTRAL, groups=groups)
    own = table[table["trust_code"].eq("R0X")].set_index("age_group")
    assert own["base"].to_dict() == pytest.approx({"60-61": 300, "62+": 400})
    assert own["horizon"].to_dict() == pytest.approx({"60-61": 340, "62+": 600})
    assert own.loc["62+", "growth"] == pytest.approx(0.5)


def test_sensitivity_moves_one_factor_at_a_time() -> None:
    held = factors(("g", "growth", 0.9, 1, 1.1), ("a", "avoidance", 0, 0, 0.5))
    ends = projection.sensitivity(put_together(), held).set_index(["trust_code", "factor"])
    assert ends.loc[("R0X", "g"), ["at_low", "at_high"]].tolist() == pytest.approx(
        [940 * 0.81, 940 * 1.21]
    )
    assert ends.loc[("R0X", "a"), ["at_low", "at_high"]].tolist() == pytest.approx([940, 470])


def test_sites_take_their_share_of_the_trust() -> None:
    shares = pd.DataFrame(
        {"trust_code": "R0X", "activity": "admissions", "site": ["A", "B"], "share": [0.75, 0.25]}
    )
    path = projection.path(put_together(), NEUTRAL)
    table = projection.by_site(path, shares)
    assert table[table["year"].eq(2022)]["value"].tolist() == pytest.approx([705, 235])
    with pytest.raises(MethodError, match=r"add up to 0.75.*wanted 1"):
        projection.by_site(path, shares.iloc[:1])


# --- inputs ---------------------------------------------------------------------------------


def bands(edition: str = "first") -> pd.DataFrame:
    rows = [(0, 1, 300.0), (2, None, 100.0)]
    table = pd.DataFrame(rows, columns=["age_lower", "age_upper", "population"])
    return table.assign(area_code="E01", area_name="North", year=2020, edition=edition)


def england(edition: str = "first") -> pd.DataFrame:
    table = pd.DataFrame({"age": [0, 1, 2], "female": [10.0, 20, 5], "male": [20.0, 10, 15]})
    return table.assign(year=2020, edition=edition)


def test_band_is_split_as_in_england_and_adds_up() -> None:
    people = projection.single_ages(bands(), england()).set_index(["sex", "age"])["population"]
    # 300 over 10 + 20 + 20 + 10 of England; 100 over 5 + 15.
    assert people["female", 0] == pytest.approx(50)
    assert people["male", 2] == pytest.approx(75)
    assert people.sum() == pytest.approx(400)


def test_two_editions_are_never_mixed() -> None:
    with pytest.raises(MethodError, match="found first, second; wanted one edition"):
        projection.single_ages(bands("first"), england("second"))


def test_year_that_england_lacks_is_refused() -> None:
    with pytest.raises(MethodError, match="wanted the year 2020"):
        projection.single_ages(bands(), england().assign(year=2021))


def test_misaligned_ages_are_refused() -> None:
    with pytest.raises(MethodError, match="admissions: female of 60 among residents or rates"):
        put_together(rates=rates().iloc[1:])
    with pytest.raises(MethodError, match="lacks ages"):
        put_together(residents=residents().iloc[1:])


def test_year_that_is_missing_from_the_residents_is_refused() -> None:
    with pytest.raises(MethodError, match="residents without 2021"):
        put_together(residents=residents()[lambda table: table["year"].ne(2021)])


def test_missing_life_expectancy_is_refused() -> None:
    with pytest.raises(MethodError, match="life expectancy without some age"):
        put_together(life_expectancy=gains().iloc[1:])


def test_outturn_of_an_unknown_activity_is_refused() -> None:
    with pytest.raises(MethodError, match="outturn of visits"):
        put_together(outturn=outturn().assign(activity="visits"))


def test_graduated_rates_keep_the_events_of_each_band() -> None:
    people = pd.DataFrame(
        {"area_code": "E92", "year": 2020, "sex": "female", "age": range(20),
         "population": np.linspace(100, 50, 20)}
    )  # fmt: skip
    given_ = pd.DataFrame(
        {"activity": "admissions", "age_lower": [0, 5, 10, 15], "age_upper": [4, 9, 14, None],
         "rate": [0.3, 0.1, 0.2, 0.6]}
    )  # fmt: skip
    found = projection.graduated(given_, people)
    women = found[found["sex"].eq("female")].sort_values("age")
    events = (women["rate"].to_numpy() * people["population"].to_numpy()).reshape(4, 5).sum(axis=1)
    of_bands = people["population"].to_numpy().reshape(4, 5).sum(axis=1)
    assert events == pytest.approx(of_bands * [0.3, 0.1, 0.2, 0.6])
    assert women["rate"].min() > 0


def test_equal_band_rates_stay_equal() -> None:
    people = pd.DataFrame(
        {"area_code": "E92", "year": 2020, "sex": "male", "age": range(10), "population": 7.0}
    )
    given_ = pd.DataFrame(
        {"activity": "a", "age_lower": [0, 5], "age_upper": [4, None], "rate": 0.25}
    )
    assert projection.graduated(given_, people)["rate"].tolist() == pytest.approx([0.25] * 20)


def test_deliveries_are_counted_by_woman_and_follow_births() -> None:
    women = pd.DataFrame(
        [(year, "female", age, count) for year, count in ((2020, 100.0), (2021, 200.0))
         for age in (20, 21)],
        columns=["year", "sex", "age", "population"],
    )  # fmt: skip
    booked = pd.DataFrame({"age_lower": [20], "age_upper": [21], "deliveries": [20.0]})
    found = projection.delivery_rates(booked, women[women["year"].eq(2020)])
    assert found["rate"].tolist() == pytest.approx([0.1, 0.1])
    births = pd.DataFrame({"year": [2020, 2021], "births": [20.0, 30.0]})
    trend = projection.births_trend(births, women, found, base_year=2020)
    # Twice the women and 1.5 times the births: three quarters for each woman.
    assert trend["ratio"].tolist() == pytest.approx([1, 0.75])


def test_catchment_keeps_each_area_s_share_in_the_base_year() -> None:
    people = pd.DataFrame(
        [(area, year, "female", 60, count)
         for area, counts in (("E01", (100.0, 100.0)), ("E02", (400.0, 800.0)))
         for year, count in zip((2020, 2021), counts, strict=True)],
        columns=["area_code", "year", "sex", "age", "population"],
    )  # fmt: skip
    own = rates().iloc[:1]
    shares = pd.DataFrame({"trust_code": "R0X", "area_code": ["E01", "E02"], "share": [0.6, 0.4]})
    found = projection.of_catchments(people, own, catchment=shares, base_year=2020)
    # The first area stays, the second doubles: 0.6 + 0.4 x 2 = 1.4.
    base, later = found.sort_values("year")["population"]
    assert later / base == pytest.approx(1.4)


def test_printed_total_is_split_as_in_another_year() -> None:
    totals = pd.DataFrame({"total": ["planned"], "value": [1000.0]})
    shares = pd.DataFrame(
        {"total": "planned", "trust_code": ["R0X", "R0Y", "R0X", "R0Y"],
         "activity": ["day", "day", "night", "night"], "value": [50, 30, 15, 5]}
    )  # fmt: skip
    table = projection.of_printed_totals(totals, shares, base_year=2020, basis="as printed")
    assert table["outturn"].tolist() == pytest.approx([500, 300, 150, 50])


def test_bed_days_come_from_the_last_year_of_beds() -> None:
    beds = pd.DataFrame(
        {"org_code": "R0X", "quarter_start": ["2023-10-01", "2024-07-01", "2025-01-01"],
         "occupied": [900.0, 100.0, 120.0]}
    )  # fmt: skip
    table = projection.of_beds(beds)
    assert table["outturn"].tolist() == [110 * 365]
    assert table["base_year"].tolist() == [2024]


def level_table() -> pd.DataFrame:
    return pd.DataFrame(
        {"trust_code": ["R0X", "R0Y"], "activity": "admissions", "outturn": [700.0, 70.0],
         "base_year": 2020}
    )  # fmt: skip


def taken(**changes: object) -> dict[str, object]:
    """Return what a whole projection takes, but for random numbers, draws and age groups."""
    people = residents().drop(columns=["trust_code", "activity"]).assign(area_code="E01")
    catchment = pd.DataFrame(
        {"trust_code": ["R0X", "R0Y"], "area_code": "E01", "share": [1.0, 0.5]}
    )
    tables = {"people": people, "rates": rates(), "levels": level_table(), "catchment": catchment}
    return {**tables, "horizon_year": 2022, "assumptions": load_assumptions(), **changes}


def whole(**changes: object) -> projection.Projection:
    return projection.project_levels(
        **taken(**changes), rng=np.random.default_rng(8), age_groups=[(60, None)], draws=50
    )


def test_paths_alone_are_those_of_the_whole_projection() -> None:
    prepared = projection.prepare_levels(**taken())
    alone = projection.project_paths(
        prepared, assumptions=load_assumptions(), rng=np.random.default_rng(8), draws=50
    )
    pd.testing.assert_frame_equal(alone.path, whole().path)
    pd.testing.assert_frame_equal(alone.interval, whole().interval)
    nothing = projection.prepare_levels(**taken(levels=pd.DataFrame()))
    projected = projection.project_paths(
        nothing, assumptions=load_assumptions(), rng=np.random.default_rng(8)
    )
    assert projection.paths(projected, trust_code="group").empty


def test_whole_projection_leaves_out_a_trust_whose_patients_are_not_covered() -> None:
    table = projection.summary(whole()).set_index(["trust_code", "activity"])
    assert set(table.index.get_level_values("trust_code")) == {"R0X", "group"}
    assert table.loc[("R0X", "admissions"), ["base", "horizon"]].tolist() == pytest.approx(
        [700, 940]
    )
    assert table.loc[("R0X", "admissions"), "growth"] == pytest.approx(240 / 700)


def test_projection_of_nothing_is_empty_everywhere() -> None:
    projected = whole(levels=pd.DataFrame())
    assert projected.parts.empty
    assert projection.summary(projected).empty
    assert projection.paths(projected, trust_code="group").empty


def test_paths_hold_the_central_line_and_the_interval() -> None:
    table = projection.paths(whole(), trust_code="R0X")
    assert table["path"].tolist() == pytest.approx([700, 800, 940])
    assert (table["lower"] <= table["upper"]).all()


def test_factors_of_the_register_are_found_by_activity() -> None:
    table = projection.of_register(load_assumptions(), activities=["A&E attendances", "deliveries"])
    named = dict(zip(table["factor"], table["activity"], strict=True))
    assert named["non_demographic_growth_ae_attendances"] == "A&E attendances"
    assert named["health_status_share"] == ""
    titles = projection.titled(table, load_assumptions())["title"]
    assert titles.str.contains("A&E attendances").any()


@pytest.mark.parametrize("place", ["E07000206", "E07000149"])
def test_single_years_of_a_place_add_up_to_its_published_bands(place: str) -> None:
    library = open_library(load_case(default_case()))
    residents_ = library.evidence("population").table
    people = projection.single_ages(
        residents_[residents_["area_code"].eq(place)], library.evidence("england_ages").table
    )
    own = residents_[residents_["area_code"].eq(place) & residents_["year"].eq(2033)]
    of_year = people[people["year"].eq(2033)]
    assert of_year["population"].sum() == pytest.approx(own["population"].sum())
    oldest = of_year[of_year["age"].ge(85)]["population"].sum()
    assert oldest == pytest.approx(own[own["age_lower"].ge(85)]["population"].sum())


# --- draws ----------------------------------------------------------------------------------


def test_even_range_is_the_normal_of_the_published_interval() -> None:
    held = factors(("h", "health", -1, 0, 1))
    drawn = projection.draw(held, draws=40_000, rng=np.random.default_rng(1))["h"]
    width = 2 * NormalDist().inv_cdf(0.9)
    assert width == pytest.approx(2.563103, abs=1e-6)
    assert drawn.std() == pytest.approx(2 / width, rel=0.01)


@pytest.mark.parametrize(
    ("kind", "low", "central", "high"),
    [("growth", 0.98, 1.0, 1.05), ("avoidance", 0.02, 0.1, 0.5), ("health", -0.2, 0.3, 1.0)],
)
def test_draws_have_the_percentiles_of_the_record(
    kind: str, low: float, central: float, high: float
) -> None:
    held = factors(("f", kind, low, central, high))
    drawn = projection.draw(held, draws=60_000, rng=np.random.default_rng(2))["f"]
    found = drawn.quantile([0.1, 0.5, 0.9]).tolist()
    assert found == pytest.approx([low, central, high], abs=0.02 * (high - low))
    if kind == "avoidance":
        assert drawn.between(0, 1, inclusive="neither").all()


def test_correlation_of_scores_is_the_one_given() -> None:
    held = factors(("f", "growth", 0.99, 1, 1.01), ("g", "growth", 0.9, 1, 1.11))
    pairs = projection.equal_correlation(held, kind="growth", value=0.6)
    drawn = projection.draw(held, draws=40_000, rng=np.random.default_rng(3), correlation=pairs)
    assert np.log(drawn).corr().loc["f", "g"] == pytest.approx(0.6, abs=0.02)


def test_same_seed_gives_the_same_draws() -> None:
    held = factors(("f", "growth", 0.99, 1, 1.01))
    one, other = (projection.draw(held, draws=5, rng=np.random.default_rng(4)) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_impossible_correlations_are_refused() -> None:
    held = factors(*((name, "growth", 0.99, 1, 1.01) for name in "abc"))
    pairs = projection.equal_correlation(held, kind="growth", value=-0.9)
    with pytest.raises(MethodError, match="cannot hold together"):
        projection.draw(held, draws=5, rng=np.random.default_rng(4), correlation=pairs)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("f", "growth", 0, 1, 1), "ratio above 0"),
        (("f", "avoidance", -0.1, 0, 0.1), "share from 0 to 1"),
        (("f", "avoidance", 0, 0.1, 0.2), "range inside"),
        (("f", "growth", 1, 0.9, 1.1), "low <= central <= high"),
    ],
)
def test_impossible_factor_is_refused(row: tuple, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        factors(row)


def test_what_nobody_chose_is_not_drawn() -> None:
    held = factors(("a", "avoidance", 0, 0, 0.2))
    drawn = projection.draw(held, draws=50, rng=np.random.default_rng(5))
    assert drawn["a"].eq(0).all()


def test_variant_of_the_population_moves_the_draws_that_follow_it() -> None:
    rows = [
        (variant, year, "female", age, ratio if year == 2022 else 1.0)
        for variant, ratio in (("main", 1.0), ("high", 1.5))
        for year in YEARS
        for age in AGES
    ]
    variants = pd.DataFrame(rows, columns=["variant", "year", "sex", "age", "ratio"])
    demand = put_together(variants=variants)
    drawn = pd.DataFrame({"g": [1.0] * 4, "variant": ["main", "high", "high", "high"]})
    table = projection.simulate(demand, NEUTRAL, drawn)
    later = table[table["year"].eq(2022) & table["trust_code"].eq("R0X")]
    assert later["mean"].tolist() == pytest.approx([(940 + 3 * 1410) / 4])


def test_interval_agrees_with_resampled_records() -> None:
    """20,000 records, each kept or repeated at random under the same draws of the factors."""
    rng = np.random.default_rng(6)
    share = np.array(COUNTS[2020]) * RATES
    ages = rng.choice(3, size=20_000, p=share / share.sum())
    counts = np.bincount(ages, minlength=3)
    level = outturn(("R0X", 20_000.0))
    ratio = np.array([1.0, 1.2, 1.5])
    base = counts / RATES
    demand = put_together(
        residents=residents(counts={2020: base, 2021: base, 2022: base * ratio}), outturn=level
    )
    held = factors(("g", "growth", 0.98, 1, 1.03), ("a", "avoidance", 0.02, 0.05, 0.12))
    drawn = projection.draw(held, draws=400, rng=rng)
    table = projection.simulate(demand, held, drawn)
    later = table[table["year"].eq(2022) & table["trust_code"].eq("R0X")].iloc[0]
    made = []
    for growth, avoided in drawn[["g", "a"]].to_numpy():
        repeated = rng.poisson(ratio[ages] * growth**2)
        made.append(rng.binomial(repeated, 1 - avoided).sum())
    sampled = np.array(made)
    found = [sampled.mean(), *np.quantile(sampled, [0.1, 0.9])]
    assert found == pytest.approx(later[["mean", "lower", "upper"]].tolist(), rel=0.01)


# --- properties -----------------------------------------------------------------------------

counts_of_a_year = st.tuples(*(st.floats(1, 1000) for _ in AGES))
ranges = st.tuples(st.floats(0.95, 0.999), st.floats(1.001, 1.05))


@settings(max_examples=20)
@given(later=counts_of_a_year, growth=st.floats(0.9, 1.1), health=st.floats(-1, 1))
def test_parts_sum_to_the_whole(later: tuple[float, ...], growth: float, health: float) -> None:
    people = residents(counts={**COUNTS, 2022: later})
    both = pd.concat([people, people.assign(trust_code="R0Y")])
    demand = put_together(
        residents=both, outturn=outturn(("R0X", 5.0), ("R0Y", 7.0)), life_expectancy=gains()
    )
    held = factors(("g", "growth", growth, growth, growth), ("h", "health", health, health, health))
    parts = projection.by_factor(demand, held).pivot_table(
        index="factor", columns="trust_code", values="change"
    )
    assert parts.drop("total").sum().to_numpy() == pytest.approx(parts.loc["total"].to_numpy())
    assert (parts["R0X"] + parts["R0Y"]).to_numpy() == pytest.approx(parts["group"].to_numpy())
    path = projection.path(demand, held).pivot_table(
        index="year", columns="trust_code", values="value"
    )
    assert (path["R0X"] + path["R0Y"]).to_numpy() == pytest.approx(path["group"].to_numpy())
    assert path.loc[2022, "group"] - 12 == pytest.approx(parts.loc["total", "group"])


@settings(max_examples=15)
@given(later=counts_of_a_year, factor=st.floats(0.5, 4))
def test_doubling_doubles(later: tuple[float, ...], factor: float) -> None:
    people = residents(counts={**COUNTS, 2022: later})
    plain = projection.path(put_together(residents=people), NEUTRAL)["value"]
    more = put_together(residents=people, outturn=outturn(("R0X", 700 * factor)))
    assert projection.path(more, NEUTRAL)["value"].tolist() == pytest.approx(
        (plain * factor).tolist()
    )
    # Residents and rates on another scale change nothing: only their pattern counts.
    scaled = people.assign(population=people["population"] * factor)
    same = put_together(residents=scaled, rates=rates().assign(rate=[r * factor for r in RATES]))
    assert projection.path(same, NEUTRAL)["value"].tolist() == pytest.approx(plain.tolist())


@settings(max_examples=15)
@given(order=st.permutations(range(9)))
def test_order_of_rows_does_not_matter(order: list[int]) -> None:
    shuffled = residents().iloc[order]
    one = projection.path(put_together(), NEUTRAL)
    other = projection.path(
        put_together(residents=shuffled, rates=rates().iloc[[2, 0, 1]]), NEUTRAL
    )
    pd.testing.assert_frame_equal(one, other)


@settings(max_examples=20)
@given(ends=ranges, wider=st.floats(0, 0.03))
def test_wider_assumption_never_narrows_the_interval(
    ends: tuple[float, float], wider: float
) -> None:
    demand = put_together()
    widths = []
    for more in (0.0, wider):
        held = factors(("g", "growth", ends[0] - more, 1, ends[1] + more))
        drawn = projection.draw(held, draws=200, rng=np.random.default_rng(7))
        table = projection.simulate(demand, held, drawn)
        widths.append((table["upper"] - table["lower"]).to_numpy())
    assert (widths[1] >= widths[0] - 1e-9).all()
