"""What is counted, and as what: worked by hand on small records."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_records import APPOINTMENT, ATTENDANCE, EPISODE, records, saved, value

from caseanalysis.recordlevel import aggregate

FCE, FAE = "finished_consultant_episodes", "finished_admission_episodes"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "records"
    made.mkdir()
    return made


def test_admission_is_the_first_finished_episode_of_a_spell(folder: Path) -> None:
    rows = records(
        EPISODE,
        (30, {}),
        (20, {"EPIORDER": "2"}),
        (10, {"EPIORDER": "99"}),
        (40, {"EPISTAT": "1"}),
    )
    table = aggregate("apc", [saved(folder / "a.csv", rows)]).table
    assert value(table, FCE) == 60
    assert value(table, FAE) == 30
    assert value(table, "bed_days") == 180


def test_regular_attenders_are_no_episodes(folder: Path) -> None:
    rows = records(EPISODE, (30, {}), (15, {"CLASSPAT": "3"}), (10, {"CLASSPAT": "4"}))
    found = aggregate("apc", [saved(folder / "a.csv", rows)])
    assert value(found.table, FCE) == 30
    quality = found.quality.set_index(["field", "state"])["records"]
    assert quality["record", "left out: regular day or night attender"] == 25


@pytest.mark.parametrize(
    ("method", "patient_class", "category"),
    [
        ("11", "2", "day case"),
        ("12", "1", "elective ordinary"),
        ("13", "9", "elective, class unknown"),
        ("2A", "1", "emergency"),
        ("2d", "1", "emergency"),
        ("28", "2", "emergency"),
        ("31", "1", "maternity"),
        ("82", "1", "birth"),
        ("81", "1", "transfer"),
        ("99", "1", "unknown"),
        ("", "1", "unknown"),
        ("77", "1", "unknown"),
    ],
)
def test_admission_type_follows_method_and_class(
    folder: Path, method: str, patient_class: str, category: str
) -> None:
    changed = {"ADMIMETH": method, "CLASSPAT": patient_class}
    rows = records(EPISODE, (20, changed), (10, {"ADMIMETH": "32"}))
    table = aggregate("apc", [saved(folder / "a.csv", rows)], dimensions=["admission_type"]).table
    wanted = 30 if category == "maternity" else 20
    assert value(table, FCE, dimension="admission_type", category=category) == wanted


@pytest.mark.parametrize(
    ("age", "band"),
    [
        ("7001", "0"),
        ("7007", "0"),
        ("7007.0", "0"),
        ("1", "1-4"),
        ("4", "1-4"),
        ("5", "5-9"),
        ("89", "85-89"),
        ("90.0", "90+"),
        ("120", "90+"),
        ("0", "unknown"),
        ("121", "unknown"),
        ("7000", "unknown"),
        ("7008", "unknown"),
        ("", "unknown"),
        ("x", "unknown"),
    ],
)
def test_babies_are_under_one_and_ages_beyond_the_dictionary_are_unknown(
    folder: Path, age: str, band: str
) -> None:
    rows = records(EPISODE, (20, {"STARTAGE": age}), (10, {"STARTAGE": "50"}))
    table = aggregate("apc", [saved(folder / "a.csv", rows)], dimensions=["age_band"]).table
    assert value(table, FCE, dimension="age_band", category=band) == 20


def test_bands_of_age_are_those_asked_for(folder: Path) -> None:
    rows = records(EPISODE, (20, {"STARTAGE": "7003"}), (15, {"STARTAGE": "64"}), (10, {}))
    found = aggregate(
        "apc", [saved(folder / "a.csv", rows)], dimensions=["age_band"], age_bands=(0, 65)
    )
    assert value(found.table, FCE, dimension="age_band", category="0-64") == 35
    assert value(found.table, FCE, dimension="age_band", category="65+") == 10


def test_sex_is_a_word_and_every_other_code_unknown(folder: Path) -> None:
    changes = [
        (20, {"SEX": "1"}),
        (15, {}),
        (10, {"SEX": "9"}),
        (10, {"SEX": "X"}),
        (5, {"SEX": "Q"}),
    ]
    found = aggregate("apc", [saved(folder / "a.csv", records(EPISODE, *changes))])
    parts = {
        sex: value(found.table, FCE, dimension="sex", category=sex)
        for sex in ("male", "female", "unknown")
    }
    assert parts == {"male": 20, "female": 15, "unknown": 25}


def test_code_outside_the_dictionary_is_reported_as_a_share(folder: Path) -> None:
    rows = records(EPISODE, (60, {}), (30, {"TRETSPEF": "999"}), (10, {"TRETSPEF": "&"}))
    found = aggregate("apc", [saved(folder / "a.csv", rows)])
    cell = {"dimension": "treatment_function", "category": "unknown"}
    assert value(found.table, FCE, **cell) == 40
    shares = found.quality.set_index(["field", "state"])["share"]
    assert shares["TRETSPEF", "outside the dictionary"] == 0.3
    assert shares["TRETSPEF", "not known"] == 0.1
    assert shares["TRETSPEF", "unknown"] == 0.4


def test_month_is_of_the_end_of_the_episode_and_a_bad_date_is_unknown(folder: Path) -> None:
    rows = records(
        EPISODE,
        (20, {"EPIEND": "2021-04-30"}),
        (15, {"EPIEND": "2021-05-01 00:00:00"}),
        (10, {"EPIEND": "1801-01-01"}),
        (10, {"EPIEND": "31/05/2021"}),
    )
    table = aggregate("apc", [saved(folder / "a.csv", rows)], period="month").table
    whole = table[(table["dimension"] == "all") & (table["provider_code"] == "all")]
    counts = whole[whole["measure"] == FCE].set_index("period")["value"].to_dict()
    assert counts == {"2021-04": 20, "2021-05": 15, "unknown": 20}
    starts = whole.drop_duplicates("period").set_index("period")["period_start"]
    assert starts["2021-04"] == pd.Timestamp("2021-04-01")
    assert pd.isna(starts["unknown"])


@pytest.mark.parametrize(
    ("given", "year"),
    [("2122", "2021-22"), ("0102", "2001-02"), ("102", "2001-02"), ("9900", "1999-00"),
     ("8990", "1989-90"), ("2123", "unknown"), ("", "unknown")],
)  # fmt: skip
def test_financial_year_is_that_of_the_data_year(folder: Path, given: str, year: str) -> None:
    rows = records(EPISODE, (20, {"FYEAR": given}), (10, {"FYEAR": "1011"}))
    table = aggregate("apc", [saved(folder / "a.csv", rows)]).table
    assert value(table, FCE, period=year, provider_code="all") == 20


def test_current_geography_is_preferred_and_the_old_one_taken_where_it_is_empty(
    folder: Path,
) -> None:
    old = {"RESLADST_ONS": "", "RESLADST": "33UC", "CCG_RESPONSIBILITY": "", "PCTCODE_HIS": "5PQ"}
    nowhere = {"RESLADST_ONS": "Y", "CCG_RESPONSIBILITY": "59999"}
    rows = records(EPISODE, (20, {"RESLADST": "33UD"}), (15, old), (10, nowhere))
    table = aggregate("apc", [saved(folder / "a.csv", rows)]).table
    for dimension, wanted in {
        "residence": {"E07000001": 20, "33UC": 15, "unknown": 10},
        "commissioner": {"26A": 20, "5PQ": 15, "unknown": 10},
    }.items():
        for category, count in wanted.items():
            assert value(table, FCE, dimension=dimension, category=category) == count


def test_provider_with_a_code_of_the_new_structure_is_known(folder: Path) -> None:
    rows = records(EPISODE, (20, {"PROCODE3": "A1B2C"}), (10, {"PROCODE3": "??"}), (10, {}))
    table = aggregate("apc", [saved(folder / "a.csv", rows)]).table
    assert value(table, FCE, provider_code="A1B2C") == 20
    assert value(table, FCE, provider_code="unknown") == 10


def test_bed_days_of_unknown_length_are_reported_and_not_guessed(folder: Path) -> None:
    rows = records(EPISODE, (20, {}), (10, {"EPIDUR": ""}), (10, {"EPIDUR": "29201"}))
    found = aggregate("apc", [saved(folder / "a.csv", rows)])
    assert value(found.table, "bed_days") == 60
    shares = found.quality.set_index(["field", "state"])["share"]
    assert shares["EPIDUR", "unknown"] == 0.5


def test_appointments_are_split_by_outcome_and_attendances_by_kind(folder: Path) -> None:
    rows = records(
        APPOINTMENT,
        (20, {}),
        (15, {"ATTENDED": "6", "FIRSTATT": "4"}),
        (10, {"ATTENDED": "5", "FIRSTATT": "9"}),
        (10, {"ATTENDED": "3"}),
        (10, {"ATTENDED": "7"}),
        (15, {"ATTENDED": "2"}),
        (25, {"ATTENDED": "4"}),
        (10, {"ATTENDED": "9"}),
    )
    table = aggregate("op", [saved(folder / "a.csv", rows)]).table
    wanted = {
        "appointments": 115,
        "attended": 45,
        "did_not_attend": 20,
        "cancelled_by_patient": 15,
        "cancelled_by_provider": 25,
        "outcome_unknown": 10,
        "first_attendances": 20,
        "follow_up_attendances": 15,
        "attendances_of_unknown_kind": 10,
    }
    assert {name: value(table, name) for name in wanted} == wanted


def test_emergency_attendances_are_split_by_category_department_and_disposal(
    folder: Path,
) -> None:
    rows = records(
        ATTENDANCE,
        (20, {}),
        (15, {"AEATTENDCAT": "2", "AEATTENDDISP": "3"}),
        (10, {"AEATTENDCAT": "3", "AEATTENDDISP": "12", "AEDEPTTYPE": "3", "AEARRIVALMODE": "2"}),
        (10, {"AEATTENDCAT": "9", "AEATTENDDISP": "99", "AEDEPTTYPE": "99"}),
    )
    table = aggregate("ae", [saved(folder / "a.csv", rows)]).table
    assert value(table, "attendances") == 55
    assert value(table, "first_attendances") == 20
    assert value(table, "planned_follow_ups") == 15
    assert value(table, "unplanned_follow_ups") == 10
    assert value(table, "attendances_of_unknown_category") == 10
    for dimension, category, count in [
        ("department_type", "type 1", 35),
        ("department_type", "type 3", 10),
        ("department_type", "unknown", 10),
        ("disposal", "admitted", 20),
        ("disposal", "discharged", 15),
        ("disposal", "left before or refused treatment", 10),
        ("arrival_mode", "other", 10),
    ]:
        assert value(table, "attendances", dimension=dimension, category=category) == count
