"""Evidence tables of maternity, stroke, cancer, travel and conditions."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.case import Case
from caseanalysis.geography import ENGLAND
from caseanalysis.library import build_table
from caseanalysis.store import Store
from caseanalysis.tables import EVIDENCE_TABLES, stroke
from caseanalysis.tables.travel import ELSEWHERE

pytestmark = pytest.mark.official_files


@pytest.fixture(scope="module")
def made(full_store: Store, default: Case):
    def table(name: str) -> pd.DataFrame:
        return build_table(EVIDENCE_TABLES[name], full_store, default)

    return table


def test_names_of_trusts_are_compared_without_their_legal_form() -> None:
    one = stroke.plain_name("The Queen's Hospital, Anytown, NHS Foundation Trust")
    assert one == stroke.plain_name("Queens Hospital Anytown National Health Service Trust")


def test_deliveries_are_those_of_the_publication(made) -> None:
    units = made("maternity_units").set_index(["year", "org_code"])["deliveries"]
    # The sheet's own totals for 2021-22, rounded to 5.
    assert units["2021-22"][["RM1", "RGP", "RCX"]].tolist() == [4920, 1715, 1945]
    assert units["2021-22", ENGLAND] == 546100


def test_cancer_patients_are_counted_once(made) -> None:
    providers = made("cancer_providers").set_index(["standard", "org_code"])["treated"]
    # Rows by modality and by type both add up to 667,932; together they would be twice that.
    assert providers["31-day", ENGLAND] == 667932
    assert providers["first treatment", ENGLAND] == 364474
    months = made("cancer_months")
    every = months[months["cancer_type"].eq("all") & months["org_code"].eq(ENGLAND)]
    assert every.groupby("standard")["treated"].sum()["31-day"] == 667932


def test_every_suspected_cancer_has_its_short_name(made) -> None:
    types = made("cancer_types")
    assert types["standard"].unique().tolist() == ["28-day"]
    assert types["cancer_type"].str.contains("Suspected|Exhibited|Missing").sum() == 0
    skin = types.set_index(["org_code", "cancer_type"]).loc[("RM1", "skin")]
    assert skin[["treated", "within_standard"]].tolist() == [10519, 4832]


def test_stroke_teams_find_the_trusts_of_the_case(made, default: Case) -> None:
    teams = made("stroke_teams")
    own = teams[teams["trust_code"].isin(default.trust_codes)].set_index("trust_code")
    assert own["patients"].to_dict() == {"RM1": 1007, "RGP": 490, "RCX": 533}
    done = teams[teams["basis"].eq("performing") & teams["level"].eq("national")].iloc[0]
    assert done["thrombectomies"] - done["directly_admitted"] == 2201


def test_every_small_area_of_the_places_has_its_stroke_admissions(made) -> None:
    residents = made("stroke_residents")
    assert residents["small_areas_unknown"].sum() == 0
    assert 2000 < residents["admissions_a_year"].sum() < 2100


def test_points_are_spread_over_each_place(made, default: Case) -> None:
    distances = made("distances")
    sites = {*default.trust_codes, ELSEWHERE}
    assert set(distances["trust_code"]) == sites
    points = distances.groupby("area_code")["point"].nunique()
    assert points.between(80, 120).all()
    # The hospital stands in its own place, so that some point of it is within 15 km.
    nearest = distances.groupby("trust_code")["kilometres"].min()
    assert nearest[list(default.trust_codes)].lt(15).all()


def test_conditions_are_added_up_over_their_diagnoses(made) -> None:
    totals = made("condition_totals").set_index("condition")
    # One group of diagnoses, I60-I69, as printed.
    assert totals.loc["stroke", "bed_days"] == 1969930
    ages = made("condition_ages")
    assert ages.groupby("condition").size().to_dict() == {"cancer": 24, "stroke": 24}


def test_registers_are_held_for_every_board(made) -> None:
    registers = made("board_registers")
    assert registers["area_code"].nunique() == 42


def test_tables_of_unlicensed_publications_are_in_no_extract() -> None:
    for name in ("stroke_teams", "stroke_audit", "stroke_residents", "distances"):
        assert not EVIDENCE_TABLES[name].licensed_for_extract
