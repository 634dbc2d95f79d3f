"""The artificial records, counted a second time with the csv module alone."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from caseanalysis.recordlevel import aggregate

pytestmark = pytest.mark.official_files

FILES = {
    "apc": "artificial_hes_apc_0102_truncated.csv",
    "op": "artificial_hes_op_0304_truncated.csv",
    "ae": "artificial_hes_ae_0708_truncated.csv",
}
EMERGENCY = {"21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D"}
SEXES = {"1": "male", "2": "female"}


def rows(official: Path, dataset: str) -> list[dict[str, str]]:
    path = official / "hes_artificial" / FILES[dataset]
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def episodes(official: Path) -> list[dict[str, str]]:
    return [
        row
        for row in rows(official, "apc")
        if row["EPISTAT"] == "3" and row["CLASSPAT"] not in ("3", "4")
    ]


def band(age: str) -> str:
    """Return 0, 1-4, then bands of five years, for an age or a code of a baby."""
    if not age:
        return "unknown"
    years = int(float(age))
    if years > 7000 or years < 1:
        return "0"
    if years >= 90:
        return "90+"
    return "1-4" if years < 5 else f"{years // 5 * 5}-{years // 5 * 5 + 4}"


def agrees(table: pd.DataFrame, measure: str, dimension: str, counted: Counter[str]) -> int:
    """Check each value of all providers against a count of our own; return how many were shown."""
    own = table[
        (table["provider_code"] == "all")
        & (table["dimension"] == dimension)
        & (table["measure"] == measure)
    ].set_index("category")
    assert set(own.index) == set(counted) or not counted
    for category, count in counted.items():
        value = own.loc[category, "value"]
        if 1 <= count <= 7:
            assert pd.isna(value), category
        elif not own.loc[category, "suppressed"]:
            assert abs(int(value) - count) <= 2, category
            assert int(value) % 5 == 0, category
    return int((~own["suppressed"]).sum())


def test_episodes_admissions_and_bed_days_of_all_providers(official: Path) -> None:
    table = aggregate("apc", [official / "hes_artificial" / FILES["apc"]]).table
    finished = episodes(official)
    wholes = {
        "finished_consultant_episodes": len(finished),
        "finished_admission_episodes": sum(row["EPIORDER"] == "1" for row in finished),
        "bed_days": sum(int(row["EPIDUR"]) for row in finished),
    }
    for measure, count in wholes.items():
        assert agrees(table, measure, "all", Counter({"all": count})) == 1


def test_episodes_by_age_sex_and_emergency(official: Path) -> None:
    table = aggregate("apc", [official / "hes_artificial" / FILES["apc"]]).table
    finished = episodes(official)
    measure = "finished_consultant_episodes"
    assert agrees(table, measure, "age_band", Counter(band(r["STARTAGE"]) for r in finished)) >= 18
    sexes = Counter(SEXES.get(row["SEX"], "unknown") for row in finished)
    assert agrees(table, measure, "sex", sexes) >= 1
    emergency = sum(row["ADMIMETH"] in EMERGENCY for row in finished)
    own = table[(table["provider_code"] == "all") & (table["category"] == "emergency")]
    assert abs(int(own.set_index("measure").loc[measure, "value"]) - emergency) <= 2


def test_episodes_by_month_and_provider(official: Path) -> None:
    found = aggregate(
        "apc", [official / "hes_artificial" / FILES["apc"]], period="month", dimensions=[]
    )
    counted = Counter((row["EPIEND"][:7], row["PROCODE3"]) for row in episodes(official))
    table = found.table[found.table["measure"] == "finished_consultant_episodes"]
    own = table.set_index(["period", "provider_code"])
    for (month, provider), count in counted.items():
        period = "unknown" if month == "1801-01" else month
        value = own.loc[(period, provider), "value"]
        assert pd.isna(value) if count <= 7 else pd.isna(value) or abs(int(value) - count) <= 2


def test_appointments_of_all_providers(official: Path) -> None:
    table = aggregate("op", [official / "hes_artificial" / FILES["op"]]).table
    given = rows(official, "op")
    seen = [row for row in given if row["ATTENDED"] in ("5", "6")]
    for measure, count in {
        "appointments": len(given),
        "attended": len(seen),
        "did_not_attend": sum(row["ATTENDED"] in ("3", "7") for row in given),
        "first_attendances": sum(row["FIRSTATT"] in ("1", "3") for row in seen),
    }.items():
        assert agrees(table, measure, "all", Counter({"all": count})) == 1
    ages = Counter(band(row["APPTAGE"]) for row in given)
    assert agrees(table, "appointments", "age_band", ages) >= 15


def test_attendances_of_all_providers(official: Path) -> None:
    table = aggregate("ae", [official / "hes_artificial" / FILES["ae"]]).table
    given = rows(official, "ae")
    assert agrees(table, "attendances", "all", Counter({"all": len(given)})) == 1
    first = sum(row["AEATTENDCAT"] == "1" for row in given)
    assert agrees(table, "first_attendances", "all", Counter({"all": first})) == 1
    ages = Counter(band(row["ARRIVALAGE"]) for row in given)
    assert agrees(table, "attendances", "age_band", ages) >= 12


def identifiers(rows: Iterable[dict[str, str]]) -> set[str]:
    names = ("PSEUDO_HESID", "EPIKEY", "ATTENDKEY", "AEKEY", "ATTENDID", "SUSRECID")
    return {row[name] for row in rows for name in names if row.get(name)}


@pytest.mark.parametrize("dataset", list(FILES))
def test_nothing_released_is_of_a_person(official: Path, dataset: str) -> None:
    found = aggregate(dataset, [official / "hes_artificial" / FILES[dataset]])
    secret = identifiers(rows(official, dataset))
    text = set(found.table.select_dtypes("str").to_numpy().ravel())
    assert len(secret) >= 1000
    assert not secret & text
    shown = found.table["value"].dropna()
    assert not shown.between(1, 7).any()


def test_folder_gives_what_its_file_gives_as_csv_or_parquet(official: Path, tmp_path: Path) -> None:
    folder = official / "hes_artificial"
    whole = aggregate("apc", [folder])
    assert whole.files == (FILES["apc"],)
    path = tmp_path / "apc.parquet"
    pd.read_csv(folder / FILES["apc"], dtype=str, keep_default_na=False).to_parquet(path)
    assert_frame_equal(aggregate("apc", [path]).table, whole.table)


def test_treatment_specialties_outside_the_dictionary_are_reported(official: Path) -> None:
    # 10 of 620, 8 of 823, 7 of 610, 3 of 810 and 1 of 830: 29 of 2,075 records.
    quality = aggregate("apc", [official / "hes_artificial"]).quality
    cell = quality.set_index(["field", "state"]).loc[("TRETSPEF", "outside the dictionary")]
    assert cell["records"] == 30
    assert cell["share"] == 0.014
