"""Populations put together, grouped by age and compared between two years."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import demography

GROUPS = [(0, 64), (65, 84), (85, None)]


def population(**changed: object) -> pd.DataFrame:
    """Two areas, two years, three bands."""
    rows = [
        (area, f"Area {area}", year, lower, upper, persons)
        for area, year, counts in (
            ("E01", 2020, (700, 200, 100)),
            ("E01", 2030, (700, 250, 150)),
            ("E02", 2020, (90, 10, 0)),
            ("E02", 2030, (80, 20, 5)),
        )
        for (lower, upper), persons in zip(GROUPS, counts, strict=True)
    ]
    columns = ["area_code", "area_name", "year", "age_lower", "age_upper", "population"]
    return pd.DataFrame(rows, columns=columns).assign(**changed)


def combined(table: pd.DataFrame) -> pd.DataFrame:
    return demography.combine_areas(table, area_codes=["E01", "E02"], code="X", name="Both")


def test_areas_add_up_band_by_band() -> None:
    found = combined(population())
    assert found["population"].tolist() == [790, 210, 100, 780, 270, 155]
    assert set(found["area_code"]) == {"X"}
    assert set(found["area_name"]) == {"Both"}


def test_missing_area_is_refused_by_its_code() -> None:
    with pytest.raises(MethodError, match="no E03"):
        demography.combine_areas(population(), area_codes=["E01", "E03"], code="X", name="x")


def test_area_named_twice_is_refused() -> None:
    with pytest.raises(MethodError, match="E01 twice"):
        demography.combine_areas(population(), area_codes=["E01", "E01"], code="X", name="x")


def test_areas_with_other_years_are_refused() -> None:
    table = population()
    short = table[~(table["area_code"].eq("E02") & table["year"].eq(2030))]
    with pytest.raises(MethodError, match=r"year 2030: found 1 of the 2 areas"):
        combined(short)


def test_editions_are_never_mixed() -> None:
    table = population(edition=["2018-based"] * 6 + ["2022-based"] * 6)
    with pytest.raises(MethodError, match="edition: found 2 values: 2018-based, 2022-based"):
        combined(table)


def test_one_edition_is_accepted() -> None:
    assert len(combined(population(edition="2018-based", sex="persons"))) == 6


def test_sexes_beside_each_other_are_refused() -> None:
    with pytest.raises(MethodError, match="sex"):
        combined(population(sex=["female", "male"] * 6))


def test_missing_figure_is_refused() -> None:
    with pytest.raises(MethodError, match=r"area_code E01, year 2020, age_lower 65.*missing"):
        combined(population(population=[1.0, None] + [1.0] * 10))


def test_negative_figure_is_refused() -> None:
    with pytest.raises(MethodError, match=r"found -1.*wanted an amount of 0 or more"):
        combined(population(population=[1.0, -1.0] + [1.0] * 10))


def test_band_given_twice_is_refused() -> None:
    table = population()
    with pytest.raises(MethodError, match="two rows"):
        combined(pd.concat([table, table.head(1)]))


def test_total_among_the_bands_is_refused() -> None:
    total = population().head(1).assign(age_lower=0, age_upper=None, year=2040)
    with pytest.raises(MethodError, match="followed by"):
        combined(pd.concat([population(), total]))


def test_row_without_ages_is_refused() -> None:
    total = population().head(1).assign(age_lower=None)
    with pytest.raises(MethodError, match="a row without age_lower"):
        combined(pd.concat([population(), total]))


def test_area_without_a_band_is_refused() -> None:
    with pytest.raises(MethodError, match=r"area_code E02, year 2030: found 2 age bands"):
        demography.by_age_group(population().iloc[:-1], groups=GROUPS)


def test_share_of_an_age_group_is_of_all_ages() -> None:
    found = demography.by_age_group(population(), groups=[(65, None)])
    first = found.iloc[0]
    assert (first["age_group"], first["population"], first["share"]) == ("65+", 300, 0.3)


def test_groups_may_overlap() -> None:
    found = demography.by_age_group(population(), groups=[(65, None), (85, None)])
    own = found[found["area_code"].eq("E01") & found["year"].eq(2020)]
    assert own["population"].tolist() == [300, 100]


@pytest.mark.parametrize("group", [(0, 69), (70, None), (85, 94), (0, None)])
def test_group_is_filled_by_whole_bands_or_refused(group: tuple[int, int | None]) -> None:
    if group == (0, None):
        assert demography.by_age_group(population(), groups=[group])["share"].eq(1).all()
        return
    with pytest.raises(MethodError, match="lie wholly inside or outside"):
        demography.by_age_group(population(), groups=[group])


def test_group_beyond_the_bands_is_refused() -> None:
    with pytest.raises(MethodError, match="bands that fill"):
        demography.by_age_group(population().query("age_lower < 85"), groups=[(65, 84), (85, None)])


@pytest.mark.parametrize("groups", [[], [(64, 0)], [(0, 64), (0, 64)]])
def test_group_that_is_none_is_refused(groups: list[tuple[int, int | None]]) -> None:
    with pytest.raises(MethodError, match=r"groups: found"):
        demography.by_age_group(population(), groups=groups)


def test_growth_is_horizon_over_base_less_one() -> None:
    grouped = demography.by_age_group(population(), groups=GROUPS)
    found = demography.growth(grouped, base_year=2020, horizon_year=2030)
    own = found[found["area_code"].eq("E01")].set_index("age_group")
    assert own.loc["85+", ["base", "horizon", "change"]].tolist() == [100, 150, 50]
    assert own["growth"].tolist() == pytest.approx([0, 0.25, 0.5])


def test_growth_from_nobody_is_missing() -> None:
    grouped = demography.by_age_group(population(), groups=GROUPS)
    found = demography.growth(grouped, base_year=2020, horizon_year=2030)
    from_nobody = found[found["area_code"].eq("E02") & found["age_group"].eq("85+")].iloc[0]
    assert from_nobody["change"] == 5
    assert pd.isna(from_nobody["growth"])


def test_year_beyond_the_projection_is_refused() -> None:
    grouped = demography.by_age_group(population(), groups=GROUPS)
    with pytest.raises(MethodError, match="year 2040"):
        demography.growth(grouped, base_year=2020, horizon_year=2040)


def test_years_the_wrong_way_round_are_refused() -> None:
    grouped = demography.by_age_group(population(), groups=GROUPS)
    with pytest.raises(MethodError, match="rising"):
        demography.growth(grouped, base_year=2030, horizon_year=2020)


def test_area_with_one_of_the_years_is_refused() -> None:
    grouped = demography.by_age_group(population(), groups=GROUPS)
    with pytest.raises(MethodError, match="one of the two years"):
        demography.growth(grouped.iloc[:-1], base_year=2020, horizon_year=2030)


def test_inputs_come_back_unchanged() -> None:
    table = population()
    before = table.copy(deep=True)
    demography.by_age_group(combined(table), groups=GROUPS)
    pd.testing.assert_frame_equal(table, before)


counts = st.lists(st.integers(1, 10**6), min_size=12, max_size=12)


@given(counts)
@settings(max_examples=25, deadline=None)
def test_groups_add_up_to_the_whole(persons: list[int]) -> None:
    found = demography.by_age_group(population(population=persons), groups=GROUPS)
    sums = found.groupby(["area_code", "year"])["share"].sum()
    assert sums.tolist() == pytest.approx([1.0] * 4)
    assert found["population"].sum() == sum(persons)


@given(counts, st.randoms())
@settings(max_examples=25, deadline=None)
def test_order_of_rows_does_not_matter(persons: list[int], random: object) -> None:
    table = population(population=persons)
    order = list(range(12))
    random.shuffle(order)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(combined(table), combined(table.iloc[order]))


@pytest.mark.official_files
def test_growth_of_the_official_projection(official: Path) -> None:
    # 2018-based projection of the Office for National Statistics, eight local authorities.
    table = pd.read_csv(official / "population" / "ons_pop.csv", index_col=0, thousands=",")
    long = table.melt(["CODE", "AREA", "AGE GROUP"], var_name="year", value_name="population")
    long = long[long["AGE GROUP"].ne("All ages")]
    ages = long["AGE GROUP"].str.extract(r"^(\d+)(?:-(\d+))?").astype(float)
    tidy = pd.DataFrame(
        {
            "area_code": long["CODE"],
            "area_name": long["AREA"],
            "year": long["year"].astype(int),
            "age_lower": ages[0],
            "age_upper": ages[1],
            "population": long["population"].astype(str).str.strip().astype(float),
        }
    )
    codes = [f"E0700014{last}" for last in range(3, 10)]
    for others, growth in (
        (["E07000206"], [0.1622, 0.4561]),
        (["E07000206", "E07000205"], [0.1669, 0.4638]),
    ):
        whole = demography.combine_areas(tidy, area_codes=codes + others, code="X", name="x")
        grouped = demography.by_age_group(whole, groups=[(65, 84), (85, None)])
        found = demography.growth(grouped, base_year=2023, horizon_year=2033)
        assert found["growth"].round(4).tolist() == growth
