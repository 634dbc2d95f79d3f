"""Readers of beds, workforce, sickness, turnover, vacancies and the staff survey."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from handmade_files import Rows, held, read, refusal, replaced, text_file, workbook

from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import Reading
from caseanalysis.store import Store

SECTORS = ["Total ", "General & Acute", "Learning Disabilities", "Maternity", "Mental Illness"]
TITLE: list[list[object]] = [
    ["", "Title:", "Average daily number of available and occupied beds open overnight by sector"],
    ["", "Period:", "October to December 2024"],
    ["", "Published:", "20th February 2025"],
    ["", "Revised:", "21st May 2025"],
    [],
]
GROUPS = ["", "", "", "", "", "", "Available", "", "", "", "", "", "Occupied", "", "", "", ""]


def sectors(name: list[object], beds: list[float], occupied: list[float]) -> list[object]:
    return ["", "2024-25", "December", *name, *beds, "", *occupied, ""]


def kh03() -> dict[str, Rows]:
    names = ["", "Year", "Period End", "Region Code", "Org Code", "Org Name"]
    england: tuple[list[float], list[float]] = ([300, 250, 0, 30, 20], [190, 160, 0, 15, 15])
    first: tuple[list[float], list[float]] = ([100, 80, 0, 10, 10], [90, 80, 0, 5, 5])
    second: tuple[list[float], list[float]] = ([200, 170, 0, 20, 10], [100, 80, 0, 10, 10])
    specialties = ["100 General Surgery", "501 Obstetrics", "710 Adult Mental Illness"]
    return {
        "Data Quality": [
            ["Data Quality KH03 Q3 2024-25"],
            ["The following trusts did not submit and the previous year period was used:"],
            ["RBB", "LOWER TRUST"],
        ],
        "NHS Trust by Sector": [
            *TITLE,
            GROUPS,
            [*names, *SECTORS, "", *SECTORS, ""],
            sectors(["", "", "England"], *england),
            [],
            sectors(["Y61", "RAA", "UPPER TRUST"], *first),
            sectors(["Y61", "RBB", "LOWER TRUST"], *second),
        ],
        "Region by Sector": [
            *TITLE,
            GROUPS[1:],
            ["", "Year", "Period End", "Region Code", "AT Name", *SECTORS, "", *SECTORS, ""],
            sectors(["", "England"], *england),
            [],
            sectors(["Y61", "EAST OF ENGLAND"], *england),
        ],
        "Occupied by Specialty": [
            *TITLE,
            [*names, *specialties],
            ["", "2024-25", "December", "", "", "England", 160, 15, 15],
            ["", "2024-25", "December", "Y61", "RAA", "UPPER TRUST", 80, 5, 5],
            ["", "2024-25", "December", "Y61", "RBB", "LOWER TRUST", 80, 10, 10],
        ],
    }


def only(table: pd.DataFrame, **wanted: object) -> pd.Series:
    for name, value in wanted.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_overnight_beds_become_one_row_an_organisation_and_sector(tmp_path: Path) -> None:
    reading = read(workbook(tmp_path, kh03()), source_id="beds_overnight")
    beds = reading.tables["bed_occupancy"]
    upper = only(beds, org_code="RAA", sector="general_and_acute")
    assert (upper["available"], upper["occupied"], upper["quarter"]) == (80, 80, "2024-25 Q3")
    assert upper["quarter_start"] == pd.Timestamp("2024-10-01")
    assert only(beds, org_code="ENGLAND", sector="all")["occupied"] == 190
    assert only(beds, org_code="Y61", sector="all")["level"] == "region"
    assert len(beds) == 5 * (1 + 2 + 1)
    specialty = only(reading.tables["bed_specialty"], org_code="RBB", specialty_code="501")
    assert (specialty["occupied"], specialty["specialty_name"]) == (10, "Obstetrics")


def test_overnight_beds_are_dated_by_their_revision_and_name_the_estimates(tmp_path: Path) -> None:
    reading = read(workbook(tmp_path, kh03()), source_id="beds_overnight")
    assert reading.published == date(2025, 5, 21)
    assert reading.slice_ == "2024-25 Q3"
    assert reading.notes == ("estimated by the publisher, not returned: RBB",)


def test_overnight_beds_are_found_in_renamed_sheets_and_lower_rows(tmp_path: Path) -> None:
    sheets = {f"new {name}": [[], ["note"], *rows] for name, rows in kh03().items()}
    moved = read(workbook(tmp_path, sheets), source_id="beds_overnight")
    usual = read(workbook(tmp_path, kh03()), source_id="beds_overnight")
    pd.testing.assert_frame_equal(moved.tables["bed_occupancy"], usual.tables["bed_occupancy"])


@pytest.mark.parametrize(
    ("sheet", "old", "new", "words"),
    [
        ("NHS Trust by Sector", 300, 299, ["providers against England", "all, available", "299"]),
        ("NHS Trust by Sector", 170, 171, ["general_and_acute", "251", "250"]),
        ("Region by Sector", 300, 310, ["regions against England", "300", "310"]),
        ("Occupied by Specialty", 80, 81, ["specialties", "RAA", "91", "90"]),
        ("NHS Trust by Sector", 80, "eighty", ["row 10", "available: general & acute", "'eighty'"]),
        ("NHS Trust by Sector", "Maternity", "Births", ["available: maternity", "no columns"]),
        ("NHS Trust by Sector", "England", "Engeland", ["without a code"]),
        ("NHS Trust by Sector", "October to December 2024", "2024", ["Period", "a quarter"]),
    ],
)
def test_changed_overnight_beds_are_refused_with_their_place(
    tmp_path: Path, sheet: str, old: object, new: object, words: list[str]
) -> None:
    sheets = kh03()
    sheets[sheet] = replaced(sheets[sheet], old, new)
    message = refusal(workbook(tmp_path, sheets))
    assert [word for word in words if word not in message] == []


def test_series_takes_quarters_from_labels_and_not_from_dates(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "quarter": "2020-21 Q4",
            "period_start": [date(2020, 1, 1)] * 2,
            "org_code": "RAA",
            "org_name": "Upper Trust",
            "specialty_group": "general_and_acute",
            "available_total": 12.0,
            "occupied_total": 10.0,
            "specialty_code": ["100", "300"],
            "specialty_name": ["Surgery", "Medicine"],
            "occupied": [4.0, 5.5],
        }
    )
    rows.to_parquet(tmp_path / "a.parquet")
    reading = read(OfficialFile(tmp_path / "a.parquet"), source_id="beds_overnight_series")
    one = only(reading.tables["bed_occupancy"], org_code="RAA")
    assert one["quarter_start"] == pd.Timestamp("2021-01-01")
    assert (one["available"], one["occupied"]) == (12, 10)
    assert "add up to 9.50, the total says 10.00" in reading.notes[0]
    assert reading.notes[1].startswith("2 rows carry a date that is not that of their quarter")


SITREP: list[list[object]] = [
    ["Period:", "November 2024"],
    ["Region", "Code", "Name", "G&A beds available", "G&A beds occupied", "G&A occupancy rate",
     "Adult G&A beds available", "Adult G&A beds occupied"],
    ["-", "-", "England", 300, 270, 0.9, 250, 220],
    [],
    ["East", "RAA", "Upper Trust", 100, 90, 0.9, 90, 80],
    ["East", "RBB", "Lower Trust", 200, 180, 0.9, 160, 140],
]  # fmt: skip


def test_situation_report_gives_each_kind_of_bed(tmp_path: Path) -> None:
    reading = read(workbook(tmp_path, {"Data": SITREP}), source_id="beds_general_and_acute")
    beds = reading.tables["bed_sitrep"]
    assert only(beds, org_code="RBB", bed_kind="general_and_acute")["occupied"] == 180
    assert only(beds, org_code="ENGLAND", bed_kind="adult_general_and_acute")["available"] == 250
    assert reading.slice_ == "2024-11"
    assert "England" in refusal(workbook(tmp_path, {"Data": replaced(SITREP, 180, 150)}))


STAFF = ["Total", "Professionally qualified clinical staff", "HCHS Doctors",
         "Nurses & health visitors", "Midwives", "Ambulance staff",
         "Scientific, therapeutic & technical staff", "Support to clinical staff",
         "NHS infrastructure support",
         "Other staff or those with unknown classification"]  # fmt: skip
LABELS = ["NHS England region code", "NHS England region name", "ICS code", "ICS name",
          "Organisation name", "Organisation code"]  # fmt: skip
MONTHS: list[object] = [date(2024, 7, 31), date(2024, 8, 31)]


def staff_rows(scale: float) -> list[list[object]]:
    groups: list[float] = [10, 6, 1, 2, 1, 1, 1, 2, 1, 1]
    doubled = [2 * scale * group for group in groups]
    single = [scale * group for group in groups]
    return [
        ["", "England", "", "", "", "", *doubled],
        ["Y61", "East", "", "", "", "", *doubled],
        ["", "", "QAA", "Two Rivers", "", "", *doubled],
        ["", "", "", "", "Upper Trust", "RAA", *single],
        ["", "", "", "", "Two Rivers ICB", "QAA", *single],
    ]


def workforce() -> dict[str, Rows]:
    title = "Table: NHS Hospital & Community Health Service (HCHS) monthly workforce statistics - "
    sheets: dict[str, Rows] = {
        "Title sheet": [
            ["NHS Hospital & Community Health Service (HCHS) monthly workforce statistics"],
            ["Table 2 - HCHS staff by Organisation and main staff group"],
        ],
        "1. England": [["", "", *MONTHS, "Annual Change"]],
    }
    blocks: list[list[object]] = [["", "", *MONTHS, "Annual Change"]]
    for number, (name, scale) in enumerate((("Headcount", 2.0), ("Full Time Equivalent", 1.0))):
        rows = staff_rows(scale)
        top: list[list[object]] = [[f"{title}{name}"], ["August 2024 monthly data"]]
        foot: list[list[object]] = [[], ["Notes:"], [f"{name} totals are unlikely to equal"]]
        sheets[f"by group {number}"] = [*top, [*LABELS, *STAFF], [], *rows, *foot]
        series = [[*row[:6], 0, row[6]] for row in rows]
        sheets[f"series {number}"] = [[f"{title}{name}"], [*LABELS, *MONTHS], *series, *foot]
        blocks.append([name.upper()])
        blocks += [
            ["", group.replace("HCHS D", "HCHS d"), 0, value, 0.1]
            for group, value in zip(STAFF, rows[0][6:], strict=True)
        ]
    sheets["1. England"] = blocks
    return sheets


def test_workforce_gives_organisation_system_region_and_england(tmp_path: Path) -> None:
    reading = read(workbook(tmp_path, workforce()), source_id="workforce_by_organisation")
    staff = reading.tables["workforce_staff_group"]
    upper = only(staff, org_code="RAA", staff_group="Nurses & health visitors")
    assert (upper["headcount"], upper["fte"], upper["month"]) == (4, 2, pd.Timestamp("2024-08-01"))
    assert (upper["region_code"], upper["ics_code"]) == ("Y61", "QAA")
    both = staff[(staff["org_code"] == "QAA") & (staff["staff_group"] == "Total")]
    assert dict(zip(both["level"], both["fte"], strict=True)) == {"ics": 20, "organisation": 10}
    assert "Unknown classification" in set(staff["staff_group"])
    series = reading.tables["workforce_series"]
    assert only(series, org_code="RAA", month=pd.Timestamp("2024-08-01"))["headcount"] == 20
    assert set(series["edition"]) == {"2024-08"}


@pytest.mark.parametrize(
    ("sheet", "old", "new", "words"),
    [
        ("by group 1", 12.0, 13.0, ["Professionally qualified", "12", "13"]),
        ("series 1", 20.0, 21.0, ["England", "20", "21"]),
        ("by group 0", "August 2024 monthly data", "July 2024 monthly data", ["one month"]),
        ("by group 1", 1.0, "few", ["row 8", "'few'"]),
        ("1. England", 40.0, 41.0, ["table 1", "Total", "41"]),
    ],
)
def test_changed_workforce_is_refused_with_its_place(
    tmp_path: Path, sheet: str, old: object, new: object, words: list[str]
) -> None:
    sheets = workforce()
    sheets[sheet] = replaced(sheets[sheet], old, new)
    message = refusal(workbook(tmp_path, sheets))
    assert [word for word in words if word not in message] == []


def test_dash_is_none_and_dot_is_unknown_as_the_publisher_says(tmp_path: Path) -> None:
    sheets = workforce()
    for name in ("by group 1", "series 1"):
        rows = [list(row) for row in sheets[name]]
        for row in rows:
            if row[5:6] == ["RAA"] and name == "series 1":
                row[6] = "-"
        sheets[name] = rows
    reading = read(workbook(tmp_path, sheets), source_id="workforce_by_organisation")
    series = reading.tables["workforce_series"]
    assert only(series, org_code="RAA", month=pd.Timestamp("2024-07-01"))["fte"] == 0


SICKNESS = """DATE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,ORG_CODE,ORG_NAME,ORG_TYPE,\
FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT
31/03/2025,Y61,East,QAA,Two Rivers,RAA,Upper Trust,Acute,50.5,1000,5.05
31/03/2025,Y61,East,QAA,Two Rivers,RBB,Lower Trust,Acute,,,
"""


def test_sickness_rate_is_a_share_and_withheld_figures_stay_missing(tmp_path: Path) -> None:
    text = "\ufeff" + SICKNESS.replace("\n", "\r\n")
    reading = read(text_file(tmp_path, text), source_id="sickness_absence")
    table = reading.tables["sickness_absence"]
    assert only(table, org_code="RAA")["rate"] == pytest.approx(0.0505)
    assert only(table, org_code="RBB")[["fte_days_lost", "rate"]].isna().all()
    assert (reading.slice_, reading.notes) == ("2025-03", ("withheld by the publisher: RBB",))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("5.05", "5.50", ["row 2, rate", "5.50", "5.05"]),
        ("50.5", "-50.5", ["row 2, fte_days_lost", "'-50.5'"]),
        ("31/03/2025,Y61,East,QAA,Two Rivers,RBB", "30/04/2025,Y61,East,QAA,Two Rivers,RBB",
         ["2 months"]),
        ("31/03/2025", "March", ["row 2, DATE", "'March'"]),
        ("ORG_TYPE", "KIND", ["org_type", "no columns"]),
    ],
)  # fmt: skip
def test_changed_sickness_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    message = refusal(text_file(tmp_path, SICKNESS.replace(old, new, 1)))
    assert [word for word in words if word not in message] == []


TURNOVER = """DATE,ORG_CODE,ORG_NAME,STAFF_GROUP,DATA_TYPE,DENOMINATOR,JOINERS,LEAVERS,STABILITY
31/03/2025,RAA,Upper Trust,All staff groups,FTE,100,12,10,90.5
31/03/2025,RAA,Upper Trust,Nurses,FTE,60,8,6,91
31/03/2025,RAA,Upper Trust,Others,FTE,40,4,4,89
"""


def test_turnover_is_read_and_groups_that_miss_the_total_are_refused(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, TURNOVER), source_id="turnover_and_stability")
    nurses = only(reading.tables["staff_turnover"], staff_group="Nurses")
    assert (nurses["leavers"], nurses["stability"]) == (6, pytest.approx(0.91))
    assert nurses["period_end"] == pd.Timestamp("2025-03-01")
    message = refusal(text_file(tmp_path, TURNOVER.replace(",6,91", ",9,91")))
    assert "RAA, March 2025, leavers" in message
    assert "13.00" in message


LONG_TURNOVER = """PERIOD,TYPE,ORG_CODE,ORG_NAME,MAIN_STAFF_GROUP,STAFF_GROUP,HC,FTE
202403 to 202503,Denominator,RAA,Upper Trust,All,All staff groups,110,100
202403 to 202503,Joiners,RAA,Upper Trust,All,All staff groups,13,12
202403 to 202503,Leavers,RAA,Upper Trust,All,All staff groups,11,10
"""


def test_turnover_with_a_row_for_each_figure_is_read_on_both_bases(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, LONG_TURNOVER), source_id="turnover_and_stability")
    people = only(reading.tables["staff_turnover"], basis="headcount")
    assert (people["staff"], people["joiners"], people["leavers"]) == (110, 13, 11)
    assert people["period_end"] == pd.Timestamp("2025-03-01")
    assert pd.isna(people["stability"])
    other = LONG_TURNOVER.replace("Joiners", "Returners")
    assert "Returners" in refusal(text_file(tmp_path, other))
    twice = LONG_TURNOVER.replace("Joiners", "Leavers")
    assert "given twice" in refusal(text_file(tmp_path, twice))


VACANCIES = """Period,Region,Sector,Staff Group,Vacancies WTE,Establishment WTE,Vacancy Rate (%)
March 2025,England,Acute,Nursing,30,300,10.0
March 2025,East,Acute,Nursing,10,100,10.0
March 2025,West,Acute,Nursing,20,200,10.0
"""


def test_vacancies_are_read_and_reconciled_with_england(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, VACANCIES), source_id="vacancies")
    assert only(reading.tables["vacancies"], region="East")["rate"] == pytest.approx(0.1)
    assert "row 3, rate" in refusal(
        text_file(tmp_path, VACANCIES.replace("10,100,10.0", "10,100,12.0"))
    )
    apart = VACANCIES.replace("West,Acute,Nursing,20,200", "West,Acute,Nursing,50,500")
    assert "60.0" in refusal(text_file(tmp_path, apart))


QUARTERS = ["Region", "Sector", "2024/25 Q2 (Sep-24)", "2024/25 Q3 (Dec-24)"]
VACANCY_TABLES: list[list[object]] = [
    ["NHS Vacancy Statistics"],
    ["Total workforce vacancy FTE"],
    QUARTERS,
    ["East", "Acute", 10, 12],
    ["", "Community", 5, 6],
    ["East Total", "", 15, 18],
    ["Grand Total", "", 15, 18],
    [],
    ["Total workforce % vacancy rate"],
    QUARTERS,
    ["East", "Acute", 8.5, 10.2],
    ["", "Community", 4, "*"],
    ["East Total", "", 6, 7],
    ["Grand Total", "", 6, 7],
]


def test_vacancy_tables_are_read_by_quarter_and_sectors_reconciled(tmp_path: Path) -> None:
    file = workbook(tmp_path, {"Total 2018 onwards": VACANCY_TABLES})
    table = read(file, source_id="vacancies").tables["vacancies"]
    december = table[table["month"] == pd.Timestamp("2024-12-01")]
    community = only(december, region="East", sector="Community")
    assert community["vacancies"] == 6
    assert pd.isna(community["rate"])
    assert only(december, region="East", sector="Acute")["rate"] == pytest.approx(0.102)
    assert only(december, region="England")["vacancies"] == 18
    wrong = replaced(VACANCY_TABLES, 12, 21)
    message = refusal(workbook(tmp_path, {"Total 2018 onwards": wrong}))
    assert "27.0" in message
    assert "18.0, the region's total" in message


SURVEY: list[list[object]] = [
    ["NHS Staff Survey 2024 - WEIGHTED Results", "", "", "", "", "", "Q4a - The recognition I get.",
     "", "", "PP1 - We are compassionate", ""],
    ["note"],
    ["ODS code", "Organisation name", "Benchmarking group", "Region", "ICS", "Weighting",
     "% Satisfied", "% Not", "Base (number of responses)", "PP1 - score",
     "Base (number of responses)"],
    ["RAA", "Upper Trust", "Acute", "East", "Two Rivers", "Occupation Group", 60.5, 39.5, 200,
     7.5, 190],
    ["RBB", "Lower Trust", "Acute", "-", "-", "Occupation Group", "-", "-", 7, 6.5, 90],
]  # fmt: skip


def test_staff_survey_gives_shares_scores_and_responses(tmp_path: Path) -> None:
    reading = read(workbook(tmp_path, {"YOUR JOB": SURVEY}), source_id="staff_survey")
    table = reading.tables["staff_survey"]
    answer = only(table, org_code="RAA", question="Q4a", answer="Satisfied")
    assert (answer["value"], answer["unit"], answer["responses"]) == (0.605, "share", 200)
    score = only(table, org_code="RBB", question="PP1")
    assert (score["value"], score["unit"], score["answer"]) == (6.5, "score of 10", "score")
    hidden = table[(table["org_code"] == "RBB") & (table["question"] == "Q4a")]
    assert hidden["value"].isna().all()
    assert reading.period == "2024"


def test_staff_survey_whose_answers_miss_the_whole_is_refused(tmp_path: Path) -> None:
    message = refusal(workbook(tmp_path, {"A": replaced(SURVEY, 39.5, 29.5)}))
    assert "RAA, Q4a" in message
    assert "0.9" in message
    no_base = replaced(SURVEY, "Base (number of responses)", "% Neither")
    assert "Base (number of responses)" in refusal(workbook(tmp_path, {"A": no_base}))


# The publishers' own files


Official = Callable[[str, str], Reading]


@pytest.fixture
def official_reading(official: Path, full_store: Store) -> Official:
    def reading(pattern: str, source_id: str) -> Reading:
        (path,) = official.glob(pattern)
        return held(full_store, path, source_id=source_id)

    return reading


@pytest.mark.official_files
def test_official_overnight_beds_have_the_figures_that_stand_in_them(
    official_reading: Official,
) -> None:
    reading = official_reading("beds_kh03/*Q3*.xlsx", "beds_overnight")
    beds = reading.tables["bed_occupancy"]
    england = only(beds, org_code="ENGLAND", sector="general_and_acute")
    assert england["available"] == pytest.approx(107409.8152, abs=1e-4)
    assert england["occupied"] == pytest.approx(96124.9674, abs=1e-4)
    assert (beds["level"] == "provider").sum() == 5 * 185
    assert reading.published == date(2025, 5, 21)


@pytest.mark.official_files
def test_official_series_of_beds_is_complete(official_reading: Official) -> None:
    reading = official_reading("beds_kh03/*.parquet", "beds_overnight_series")
    assert len(reading.tables["bed_specialty"]) == 169_646
    assert reading.tables["bed_occupancy"]["quarter"].nunique() == 48


@pytest.mark.official_files
def test_official_workforce_has_the_figures_that_stand_in_it(official_reading: Official) -> None:
    reading = official_reading("workforce/*May 2025*.xlsx", "workforce_by_organisation")
    staff = reading.tables["workforce_staff_group"]
    england = only(staff, level="england", staff_group="Total")
    assert england["headcount"] == 1_540_716
    assert england["fte"] == pytest.approx(1_373_862.75, abs=0.01)
    first = only(staff, org_code="RJ1", staff_group="Consultant")
    assert first["headcount"] == 1561
    series = reading.tables["workforce_series"]
    oldest = series[(series["level"] == "england") & (series["staff_group"] == "Total")]
    assert oldest.sort_values("month")["headcount"].iloc[0] == 1_154_679
    assert len(oldest) == 189


@pytest.mark.official_files
def test_official_sickness_of_twelve_months_is_read(official: Path, full_store: Store) -> None:
    readings = [
        held(full_store, path, source_id="sickness_absence")
        for path in sorted((official / "sickness").glob("*.csv"))
    ]
    counts = [len(reading.tables["sickness_absence"]) for reading in readings]
    assert counts == [285] * 6 + [283, 281, 280, 280, 280, 280]
    first = only(readings[0].tables["sickness_absence"], org_code="0AR")
    assert (first["fte_days_lost"], first["rate"]) == (1868.54684, pytest.approx(0.0353))


@pytest.mark.official_files
def test_official_staff_survey_has_the_figures_that_stand_in_it(official_reading: Official) -> None:
    reading = official_reading("staff_survey/*.xlsx", "staff_survey")
    table = reading.tables["staff_survey"]
    answer = only(table, org_code="0AR", question="Q1", answer="Yes, frequently")
    assert answer["value"] == pytest.approx(0.141205615)
    assert only(table, org_code="0AR", question="PP1")["value"] == pytest.approx(7.3790571)
    assert table["org_code"].nunique() == 263
