"""Evidence tables of a made-up case, from small files in the layouts of the publications."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.geography import ENGLAND
from caseanalysis.library import build_table
from caseanalysis.registers import load_assumptions
from caseanalysis.schemas import HES_MEASURES
from caseanalysis.store import Store
from caseanalysis.tables import EVIDENCE_TABLES
from caseanalysis.tables.deprivation import small_areas
from caseanalysis.tables.places import whole_area_codes
from small_publications import (
    ae_csv,
    boundaries_json,
    catchment_csv,
    deprivation_csv,
    lookup_csv,
    rates_json,
    rural_urban_csv,
    variants_json,
)

HOME, PART, WHOLE = "E07000991", "E07000206", "E07000244"
BOARD, NEIGHBOUR = "E54000999", "E54000998"
AREAS = [f"E0100{number:04d}" for number in range(10)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def add(store: Store, *texts: str) -> None:
    for text in texts:
        path = store.root.parent / f"given {hashlib.sha256(text.encode()).hexdigest()[:8]}"
        path.write_text(text, encoding="utf-8")
        store.add([path])


def made(name: str, store: Store, case: Case) -> pd.DataFrame:
    return build_table(EVIDENCE_TABLES[name], store, case)


# --- places ---------------------------------------------------------------------------------


def test_part_of_an_area_is_widened_to_all_that_the_area_was_made_of(two_rivers: Case) -> None:
    # Waveney is part of East Suffolk, which was made of Suffolk Coastal and Waveney.
    assert whole_area_codes(two_rivers) == (HOME, "E07000205", PART)


def test_default_case_is_widened_by_one_district(default: Case) -> None:
    widened = set(whole_area_codes(default)) - set(default.place_codes)
    assert widened == {"E07000205"}


def test_outline_is_taken_from_the_latest_boundaries(two_rivers: Case, store: Store) -> None:
    add(store, boundaries_json([HOME, PART], year=18, side=1000))
    add(store, boundaries_json([HOME, WHOLE], year=22, side=3000))
    table = made("outline", store, two_rivers).set_index("area_code")
    assert table["boundary_year"].to_dict() == {HOME: 2022, PART: 2018}
    assert "603000" in table.loc[HOME, "geometry"]


def test_missing_outline_is_refused(two_rivers: Case, store: Store) -> None:
    add(store, boundaries_json([HOME, WHOLE], year=22))
    with pytest.raises(MissingDataError, match=f"none of {PART};"):
        made("outline", store, two_rivers)


SHARES = {
    **{("RAA", HOME): 0.6, ("RAA", WHOLE): 0.396, ("RAA", "E07000992"): 0.004},
    **{("RBB", HOME): 0.2, ("RBB", "E07000992"): 0.8, ("RCC", HOME): 1.0},
}


def test_patients_of_the_whole_area_are_attributed_to_the_part(
    two_rivers: Case, store: Store
) -> None:
    add(store, catchment_csv(SHARES))
    table = made("catchment", store, two_rivers)
    rows = table[["trust_code", "area_code", "share", "attribution"]].to_numpy().tolist()
    # 0.4% of the patients of RAA are too few to be kept; RCC is no trust of the case.
    assert load_assumptions()["catchment_share_shown"].central == 0.005
    assert rows == [
        ["RAA", PART, 0.396, "the part stands for the whole area"],
        ["RAA", HOME, 0.6, "as published"],
        ["RBB", HOME, 0.2, "as published"],
        ["RBB", "E07000992", 0.8, "as published"],
    ]


def test_patients_of_another_merged_area_are_refused(two_rivers: Case, store: Store) -> None:
    # Dorset was made in 2019 of districts that the projection of 2018 still has.
    add(store, catchment_csv({("RAA", "E06000059"): 0.2, ("RAA", HOME): 0.8}))
    with pytest.raises(MissingDataError, match="patients from E06000059"):
        made("catchment", store, two_rivers)


# --- population -----------------------------------------------------------------------------


def projection_csv(figures: dict[str, tuple[float, float]]) -> str:
    """Two age bands in two years; the second year has one resident more in each band."""
    lines = [",CODE,AREA,AGE GROUP,2018,2019"]
    for code, (young, old) in figures.items():
        bands = {"0-64": young, "65+": old, "All ages": young + old}
        for band, value in bands.items():
            more = 2 if band == "All ages" else 1
            lines.append(f"{len(lines)},{code},Area {code},{band}, {value},{value + more}")
    return "\n".join(lines) + "\n"


def test_population_has_the_places_their_wholes_the_catchment_and_england(
    two_rivers: Case, store: Store
) -> None:
    held = [HOME, PART, "E07000205", "E07000992", "E07000993"]
    figures = dict.fromkeys(held, (100.0, 20.0))
    add(store, projection_csv({**figures, "E10000001": (7, 7)}), catchment_csv(SHARES))
    table = made("population", store, two_rivers)
    assert set(table["area_code"]) == {HOME, PART, "E07000205", "E07000992"}
    both = table.set_index(["area_code", "year", "age_lower"])["population"]
    assert both[HOME, 2018, 65] == 20.0
    assert both[HOME, 2019, 0] == 101.0
    with_england = projection_csv({HOME: (100.0, 20.0), ENGLAND: (100.0, 20.0)})
    add(store, with_england)
    assert ENGLAND in set(made("population", store, two_rivers)["area_code"])


@pytest.mark.official_files
def test_estimates_of_districts_alone_give_no_ages_of_boards(
    two_rivers: Case, tmp_path: Path, full_store: Store
) -> None:
    # A store that holds the estimates of local authorities, and not those of health geographies.
    entries = full_store.current("population_estimate")
    (districts,) = [entry for entry in entries if entry.source == "ons_estimates_districts"]
    store = Store(tmp_path / "store")
    store.add([full_store.root / "files" / districts.sha256])
    with pytest.raises(MissingDataError, match="none by sub-board location"):
        made("commissioner_ages", store, two_rivers)


@pytest.mark.official_files
def test_boards_of_england_add_up_to_the_estimate(full_store: Store, default: Case) -> None:
    table = made("commissioner_ages", full_store, default)
    assert len(table) == 42
    # England mid-2022 in the publisher's workbook of health geographies (SAPE24).
    assert table["population"].sum() == 57_106_398
    assert set(table["year"]) == {2022}
    assert table["population_85_and_over"].lt(table["population_65_and_over"]).all()


# --- small areas ----------------------------------------------------------------------------

#: Four small areas at home (one over the commissioner's border), four of the larger district
#: inside the border and two outside it.
DISTRICTS = {
    **dict.fromkeys(AREAS[:3], (HOME, BOARD)),
    AREAS[3]: (HOME, NEIGHBOUR),
    **dict.fromkeys(AREAS[4:8], (WHOLE, BOARD)),
    **dict.fromkeys(AREAS[8:], (WHOLE, NEIGHBOUR)),
}


def test_part_has_the_small_areas_inside_the_commissioners_border(
    two_rivers: Case, store: Store
) -> None:
    add(store, lookup_csv(DISTRICTS))
    table = small_areas(store, two_rivers).set_index("lsoa_code")["area_code"].to_dict()
    wanted = {**dict.fromkeys(AREAS[:4], HOME), **dict.fromkeys(AREAS[4:8], PART)}
    assert table == wanted


def test_latest_lookup_is_used(two_rivers: Case, store: Store) -> None:
    add(store, lookup_csv(DISTRICTS), lookup_csv({**DISTRICTS, AREAS[8]: (WHOLE, BOARD)}, year=23))
    assert small_areas(store, two_rivers)["area_code"].value_counts().to_dict() == {
        HOME: 4,
        PART: 5,
    }


def test_place_without_small_areas_is_refused(two_rivers: Case, store: Store) -> None:
    add(store, lookup_csv(dict.fromkeys(AREAS, (HOME, BOARD))))
    with pytest.raises(MissingDataError, match=f"none of {PART};"):
        small_areas(store, two_rivers)


def test_deprivation_is_counted_by_place_and_decile(two_rivers: Case, store: Store) -> None:
    # Ten areas ranked 1 to 10, one a decile; ranks 9 and 10 are outside the border.
    add(store, lookup_csv(DISTRICTS), deprivation_csv(AREAS))
    table = made("deprivation", store, two_rivers)
    by_place = table.groupby("area_code")
    assert by_place["small_areas"].sum().to_dict() == {HOME: 4, PART: 4}
    assert by_place["sum_of_ranks"].sum().to_dict() == {HOME: 1 + 2 + 3 + 4, PART: 5 + 6 + 7 + 8}
    assert by_place["imd_decile"].apply(list).to_dict() == {HOME: [1, 2, 3, 4], PART: [5, 6, 7, 8]}


def test_rurality_is_counted_by_place_and_class(two_rivers: Case, store: Store) -> None:
    rural = {code: position in (0, 4, 5) for position, code in enumerate(AREAS)}
    add(store, lookup_csv(DISTRICTS), rural_urban_csv(rural))
    table = made("rurality", store, two_rivers)
    rows = table[["area_code", "class_code", "rural", "small_areas"]].to_numpy().tolist()
    assert rows == [
        *([PART, "C1", False, 2], [PART, "E1", True, 2]),
        *([HOME, "C1", False, 3], [HOME, "E1", True, 1]),
    ]


def test_small_area_without_a_class_is_refused(two_rivers: Case, store: Store) -> None:
    add(store, lookup_csv(DISTRICTS), rural_urban_csv(dict.fromkeys(AREAS[1:], True)))
    with pytest.raises(MissingDataError, match=f"nothing for 1 small areas, {AREAS[0]} first"):
        made("rurality", store, two_rivers)


# --- activity -------------------------------------------------------------------------------


def test_band_is_weighted_by_the_residents_of_each_age_and_sex(
    two_rivers: Case, store: Store
) -> None:
    # Ages 18 and 19 do not fill 15 to 19. Of 20 to 24: women have rates 1 to 5, men 0, and there
    # are three women to one man at each age, so the rate is 15 x 3 / (5 x 4) = 2.25.
    rates = {age: (float(abs(age - 19)), 0.0) for age in range(18, 26)}
    people = dict.fromkeys(range(18, 40), (3, 1))
    for area in (ENGLAND, HOME, WHOLE):
        add(store, rates_json(area, rates), variants_json(area, {2019: people, 2020: people}))
    table = made("local_rates", store, two_rivers)
    table = table[table["area_code"].eq(ENGLAND)]
    one = table[table["activity"].eq("emer_n")].set_index("age_lower")
    assert one.index.tolist() == [20, 25]
    assert one.loc[20, ["age_upper", "rate"]].tolist() == [24, 2.25]
    assert pd.isna(one.loc[25, "age_upper"])
    assert table["activity"].nunique() == 13


def test_last_age_is_weighted_by_everybody_of_that_age_and_over(
    two_rivers: Case, store: Store
) -> None:
    # Of those aged 25 exactly there are as many women as men; of 25 and over 3 women to 1 man.
    rates = dict.fromkeys(range(20, 26), (1.0, 0.0))
    people = {**dict.fromkeys(range(20, 26), (1, 1)), 26: (2, 0)}
    for area in (ENGLAND, HOME, WHOLE):
        add(store, rates_json(area, rates), variants_json(area, {2020: people}))
    table = made("local_rates", store, two_rivers)
    rate = table[table["area_code"].eq(ENGLAND)].set_index(["activity", "age_lower"])["rate"]
    assert rate["emer_n", 20] == 0.5
    assert rate["emer_n", 25] == 0.75


def test_rates_of_other_areas_are_left_out(two_rivers: Case, store: Store) -> None:
    for area in (ENGLAND, WHOLE, HOME, "E07000993"):
        ages = range(20, 31)
        add(store, rates_json(area, dict.fromkeys(ages, (0.5, 0.5))))
        add(store, variants_json(area, {2020: dict.fromkeys(ages, (1, 1))}))
    assert set(made("local_rates", store, two_rivers)["area_code"]) == {ENGLAND, WHOLE, HOME}


def test_rates_that_lack_a_place_of_the_case_are_refused(two_rivers: Case, store: Store) -> None:
    for area in (ENGLAND, HOME):
        ages = range(20, 31)
        add(store, rates_json(area, dict.fromkeys(ages, (0.5, 0.5))))
        add(store, variants_json(area, {2020: dict.fromkeys(ages, (1, 1))}))
    with pytest.raises(MissingDataError, match=f"none of {WHOLE}"):
        made("local_rates", store, two_rivers)


@pytest.mark.official_files
def test_hospital_activity_has_whole_financial_years_alone(
    full_store: Store, default: Case
) -> None:
    table = made("hospital_activity", full_store, default)
    monthly = full_store.table("hes_age_band")
    for year, rows in table.groupby("financial_year"):
        start = pd.Timestamp(int(str(year)[:4]), 4, 1)
        inside = monthly["month"].between(start, start + pd.DateOffset(months=11))
        assert monthly.loc[inside, "month"].nunique() == 12
        for measure in HES_MEASURES:
            assert rows[measure].sum() == monthly.loc[inside, measure].sum(), (year, measure)
    assert table["financial_year"].nunique() < monthly["month"].dt.year.nunique()


# --- urgent care ----------------------------------------------------------------------------


def test_urgent_care_has_the_group_its_predecessors_its_peers_and_england(
    two_rivers: Case, store: Store
) -> None:
    counts = (100, 20, 30, 37)
    add(store, ae_csv(trusts=dict.fromkeys(("RAA", "RBA", "RBB", "RCC", "RDD"), counts)))
    table = made("urgent_care", store, two_rivers)
    assert table["org_code"].tolist() == ["ENGLAND", "RAA", "RBA", "RBB", "RCC"]
    assert table.loc[0, "attendances"] == 500.0


# --- prevalence -----------------------------------------------------------------------------


@pytest.mark.official_files
def test_prevalence_of_boards_and_england_adds_up(full_store: Store, default: Case) -> None:
    table = made("prevalence", full_store, default).set_index(["geography", "register"])
    practices = full_store.table("prevalence_practice")
    # A published figure: England's list of all ages of the publication of 2022-23.
    whole = table.loc["England, all practices"]
    assert whole["list_size"].max() == 62_378_057
    by_register = practices.groupby("register")["registered"].sum()
    pd.testing.assert_series_equal(
        whole["registered"].sort_index(), by_register.sort_index(), check_names=False
    )
    boards = table.loc["commissioner"]
    assert boards["area_code"].nunique() == 1 + len(default.peers.commissioners.members)
    assert boards["registered"].le(boards["list_size"]).all()
