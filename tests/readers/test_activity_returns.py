"""Readers of the Monthly Activity Return, HES by organisation and year, and the A&E series."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from handmade_files import held
from small_workbooks import title_block, workbook
from test_planned_care import one, read_as, refused, saved

from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import ae_monthly_workbook, hes_age_bands
from caseanalysis.store import Store

Row = list[object]

# --- Monthly Activity Return ------------------------------------------------------------------

MAR_FIGURES = [
    "Elective G&A Ordinary Admissions (FFCEs)", "Elective G&A Daycase Admissions (FFCEs)",
    "Elective G&A Total Admissions (FFCEs)", "Elective G&A Planned Ordinary Admissions (FFCEs)",
    "Elective G&A Planned Daycase Admissions  (FFCEs)",
    "Elective G&A Planned Total Admissions (FFCEs)",
    "Elective G&A Admissions (FFCEs) -NHS Treatment Centres (TCs)",
    "Total Non-elective G&A Admissions (FFCEs)", "GP Referrals Made (All specialties) ",
    "GP Referrals Seen (All specialties) ", "GP Referrals Made (G&A) ",
    "GP Referrals Seen (G&A) ", "Other Referrals Made (G&A)",
    "All 1st Outpatient Attendances (G&A)",
]  # fmt: skip
UPPER = [10, 20, 30, 1, 2, 3, 0, 40, 50, 45, 48, 44, 12, 60]
LOWER = [5, 6, 11, 1, 1, 2, 0, 7, 8, 7, 8, 6, 4, 9]
ENGLAND = [15, 26, 41, 2, 3, 5, 0, 47, 58, 52, 56, 50, 16, 69]


def activity_return(area: str = "Area Team") -> list[Row]:
    return [
        *title_block("April 2031", published="13th June 2031", revised="12th July 2032"),
        [
            "",
            "Year",
            "Period",
            f"{area} Code",
            f"{area} Name",
            "Org Code",
            "Org Name",
            *MAR_FIGURES,
        ],
        ["", "2031-32", "APRIL", "", "", "", "England", *ENGLAND],
        [""] * 21,
        ["", "2031-32", "APRIL", "Q1", "NORTH", "RAA", "UPPER", *UPPER],
        ["", "2031-32", "APRIL", "Q2", "SOUTH", "RBB", "LOWER", *LOWER],
    ]


@pytest.mark.parametrize("area", ["SHA", "Area Team", "Region"])
def test_return_is_read_under_the_regions_of_its_time(tmp_path: Path, area: str) -> None:
    rows = [[], *(["", *row] for row in activity_return(area))]
    reading = read_as("monthly_activity_return", workbook(tmp_path / "any", {"Trusts": rows}))
    table = reading.tables["activity_return"]
    row = one(table, org_code="RAA")
    assert (row["elective"], row["gp_referrals_made"], row["outpatient_first"]) == (30, 48, 60)
    assert (row["region_code"], row["region_name"]) == ("Q1", "NORTH")
    assert one(table, level="england")["non_elective"] == 47
    assert (reading.period, reading.published) == ("2031-04", date(2032, 7, 12))


def test_sheet_of_regions_must_agree(tmp_path: Path) -> None:
    regions: list[Row] = [
        ["", "Year", "Period", "Region Code", "Region Name", *MAR_FIGURES],
        ["", "2031-32", "APRIL", "", "England", *ENGLAND],
    ]
    good = workbook(tmp_path / "a", {"Provider": activity_return(), "Region": regions})
    assert len(read_as("monthly_activity_return", good).checks) == 14 + 2 + 14
    regions[1][-1] = 70
    bad = workbook(tmp_path / "b", {"Provider": activity_return(), "Region": regions})
    assert "sheet Region, England row, outpatient_first: found 70" in refused(bad)


def test_part_that_a_provider_mistyped_is_told(tmp_path: Path) -> None:
    rows = activity_return()
    rows[7][9], rows[5][9] = 31, 42
    reading = read_as("monthly_activity_return", workbook(tmp_path / "any", {"Provider": rows}))
    assert any("RAA gave 31 as elective, its parts sum to 30" in note for note in reading.notes)


def test_parts_that_nobody_gives_right_are_refused(tmp_path: Path) -> None:
    rows = activity_return()
    rows = [*rows, *(["", "2031-32", "APRIL", "Q", "N", f"RC{at}", "C", *UPPER] for at in range(4))]
    for at in range(8, 13):
        rows[at][9] = 1
    rows[5][7:] = [float(sum(row[at] for row in rows[7:])) for at in range(7, 21)]
    assert "and 5 providers like it" in refused(workbook(tmp_path / "any", {"Provider": rows}))


def test_date_of_revision_a_century_late_is_not_used(tmp_path: Path) -> None:
    rows = activity_return()
    rows[2][2] = "12th July 2131"
    reading = read_as("monthly_activity_return", workbook(tmp_path / "any", {"Provider": rows}))
    assert reading.published == date(2031, 6, 13)
    assert any("12th July 2131" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (5, 7, 16, "England row, elective_ordinary: found 16 while the providers sum to 15"),
        (7, 2, "MAY", "row 8, Period: found 'MAY'"),
        (7, 8, "none", "row 8, elective_day_case: found 'none'"),
        (7, 5, "", "row 8: found no code or no name"),
        (4, 14, "Non-elective", "non_elective: found no columns headed so"),
        (0, 2, "Spring", "Period: found 'Spring'"),
        (1, 2, "soon", "Published: found 'soon'"),
    ],
)
def test_return_with_a_fault_is_refused(
    tmp_path: Path, row: int, column: int, cell: object, told: str
) -> None:
    rows = [list(line) for line in activity_return()]
    rows[row][column] = cell
    assert told in refused(workbook(tmp_path / "any", {"Provider": rows}))


@pytest.mark.official_files
def test_every_official_return_is_read(official: Path, full_store: Store) -> None:
    readings = [
        held(full_store, path, source_id="monthly_activity_return")
        for path in sorted((official / "activity_mar").glob("*.xls"))
    ]
    assert sorted(reading.slice_ for reading in readings) == [
        str(month) for month in pd.period_range("2012-04", "2016-03", freq="M")
    ]
    assert all(len(reading.checks) == 30 for reading in readings)
    notes = {reading.slice_: reading.notes for reading in readings if reading.notes}
    assert sorted(notes) == ["2012-12", "2014-04", "2014-10", "2015-02"]
    assert notes["2014-10"][0].startswith("RGT gave 3,963 as elective_planned")
    march = next(reading for reading in readings if reading.slice_ == "2016-03")
    # The row of the sheet, read off with another program.
    row = one(march.tables["activity_return"], org_code="RXQ")
    assert (row["elective"], row["non_elective"], row["elective_planned"]) == (4500, 3119, 1451)
    assert march.published == date(2017, 2, 9)


# --- HES by organisation ----------------------------------------------------------------------

HES_MEASURES = (
    "Ordinary Elective", "Daycase Elective", "Elective total", "Non-Elective",
    "First attendances seen - GP referrals", "First attendances seen - other referrals",
    "First attendances seen total", "First attendances DNA", "Subsequent attendances seen",
    "Subsequent attendances DNA",
)  # fmt: skip
HES_HEADINGS = (
    "Financial Year", "Reporting Period", "Activity Month", "Organisation breakdown", "Org Code",
    "Org Name", "Region Code", "Region Name",
    *(f"{kind}: {name}" for kind in ("Specific acute specialties", "All specialties")
      for name in HES_MEASURES),
)  # fmt: skip


def hes_csv(england: int = 33, provider: str = "*") -> str:
    """England 33 day cases: 25 of one provider, and 1 to 7 withheld of another, both rounded."""
    figures = {
        "National,All,-,-,-": f"6,{england},{england + 6},50,10,20,30,4,60,5",
        "Provider,RAA,UPPER,Y56,LONDON": "5,25,30,50,10,20,30,5,60,5",
        "Provider,RBB,LOWER,Y61,EAST": f"*,{provider},*,*,0,0,0,*,*,*",
        "Region of Provider,-,-,Y56,LONDON": "5,35,40,50,10,20,30,5,60,5",
    }
    rows = [f"2030-31,13,Apr 2030,{name},{cells},{cells}" for name, cells in figures.items()]
    return "\ufeff" + "\r\n".join([",".join(HES_HEADINGS), *rows]) + "\r\n"


def test_levels_of_hes_are_told_apart_and_withheld_counts_unknown(tmp_path: Path) -> None:
    reading = read_as("hes_provider", saved(tmp_path, hes_csv()))
    table = reading.tables["hes_activity"]
    assert len(table) == 4 * 2
    row = one(table, org_code="RAA", specialties="specific acute")
    assert (row["elective"], row["outpatient_first"], row["region_code"]) == (30, 30, "Y56")
    assert np.isnan(one(table, org_code="RBB", specialties="all")["elective"])
    assert one(table, level="region of provider", specialties="all")["org_code"] == "Y56"
    assert any("14 counts" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (hes_csv(england=50), "provider, April 2030, all specialties, elective_day_case"),
        # 25 is 27 at most and a withheld count 7 at most, which is less than 36.
        (hes_csv(england=36), "found a sum of 25; wanted England's 36"),
        (hes_csv(provider="60"), "elective_day_case: found a sum of 85; wanted England's 33"),
        (hes_csv().replace("6,33,39", "6,33,41"), "National, April 2030, specific acute"),
        (hes_csv().replace("Apr 2030", "April", 1), "row 2, Activity Month: found 'April'"),
        (hes_csv().replace("Region of Provider", "Borough"), "row 5, Organisation breakdown"),
        (hes_csv().replace("5,25,30", "5,x,30", 1), "row 3, Specific acute specialties: Daycase"),
        (hes_csv().replace("All specialties: Non-Elective", "Other"), "non_elective: found no"),
    ],
)
def test_hes_with_a_fault_is_refused(tmp_path: Path, content: str, told: str) -> None:
    assert told in refused(saved(tmp_path, content))


@pytest.mark.official_files
def test_official_hes_by_organisation(official: Path) -> None:
    reading = read_as("hes_provider", official / "hes" / "HES MAR 2020-21 M13.csv")
    table = reading.tables["hes_activity"]
    # The first line of the file: April 2020, National.
    england = table[(table["level"] == "england") & (table["month"] == "2020-04-01")]
    acute = one(england, specialties="specific acute")
    assert (acute["elective"], acute["non_elective"]) == (189867, 368761)
    assert one(england, specialties="all")["outpatient_follow_up_not_attended"] == 183357
    assert table["level"].value_counts()["provider"] == 2 * 14086


TREATMENT = """PARTYEAR,Month_Ending,FY_Start_Date,FY_End_Date,TRETSPEF,TRETSPEF_DESCRIPTION,\
FCE,FCEs_With_Procedure,Ordinary_Admission_Episodes,FCE_DAY_CASES,FCE_DAY_WITH_PROCEDURE,FAE,\
EMERGENCY,Total_Appointments,Attended_Appointments,DNA_Appointments,First_Attendance,\
Follow_Up_Attendance,Latest_Month_Flag
203013,31MAR31,01APR30,31MAR31,100,General Surgery,10,7,6,4,3,9,5,40,30,5,12,18,1
203013,28FEB31,01APR30,31MAR31,812,Diagnostic Imaging,,,,,,,,20,18,2,1,17,
"""


def test_treatment_functions_without_admissions_have_none_known(tmp_path: Path) -> None:
    reading = read_as("hes_treatment_function", saved(tmp_path, TREATMENT))
    table = reading.tables["hes_treatment_function"]
    surgery = one(table, treatment_function="100")
    assert surgery["month"] == pd.Timestamp("2031-03-01")
    assert (surgery["day_case_episodes"], surgery["outpatient_first"]) == (4, 12)
    assert np.isnan(one(table, treatment_function="812")["finished_consultant_episodes"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",10,7,6,4", ",11,7,6,4", "row 2, FCE: found 11; wanted ordinary and day case"),
        ("31MAR31", "30MAR31", "row 2, Month_Ending: found '30MAR31'"),
        ("28FEB31", "31JAN31", "no row of February 2031"),
        (",40,30,5,", ",34,30,5,", "row 2, outpatient_appointments: found 34"),
        (",9,5,", ",9,five,", "row 2, EMERGENCY: found 'five'"),
    ],
)
def test_treatment_functions_with_a_fault_are_refused(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert told in refused(saved(tmp_path, TREATMENT.replace(old, new, 1)))


@pytest.mark.official_files
def test_official_treatment_functions_sum_to_the_age_bands(official: Path) -> None:
    folder = official / "hes"
    path = folder / "HES_M13_2021_OPEN_DATA_TREATMENT_FUNCTION.csv"
    reading = read_as("hes_treatment_function", path)
    functions = reading.tables["hes_treatment_function"].groupby("month")
    bands = hes_age_bands.READER.read(OfficialFile(folder / "HES_M13_2021_OPEN_DATA_AGE_BANDS.csv"))
    ages = bands.tables["hes_age_band"].groupby("month")
    for name in ("finished_consultant_episodes", "outpatient_appointments", "outpatient_first"):
        assert (functions[name].sum() == ages[name].sum()).all()
    assert functions["finished_consultant_episodes"].sum().sum() == 57818730


# --- HES by year ------------------------------------------------------------------------------

YEAR_HEADINGS: Row = [
    "Finished consultant episodes", "Finished Admission Episodes", "Male \n(FCE)",
    "Female \n(FCE)", "Gender Unknown \n(FCE)", "Emergency \n(FAE)", "Waiting list \n(FAE)",
    "Planned (FAE)", "Other (FAE)", "Mean time waited \n(Days)", "Median time waited \n(Days)",
    "Mean length of stay \n(Days)", "Median length of stay \n(Days)", "Mean age \n(Years)",
    "Age 0 \n(FCE)", "Age 1-64 \n(FCE)", "Age 65+ \n(FCE)", "Day case \n(FCE)", "FCE bed days",
    "Emergency \n(FAE)", "Elective\n(FAE)", "Other\n(FAE)",
]  # fmt: skip
# 100 episodes and 80 admissions, 50 of them emergencies; 20 emergencies took no bed day.
YEAR_FIGURES: Row = [100, 80, 45, 54, 1, 50, 20, 8, 2, 30.5, 20, 4.5, 2, 61.5,
                     5, 35, 58, 12, 300, 20, 3, 1]  # fmt: skip


def diagnoses(order: list[int] | None = None) -> list[Row]:
    columns = order or list(range(len(YEAR_HEADINGS)))
    return [
        ["Hospital Admitted Patient Care Activity, 2030-31"],
        ["Primary diagnosis: summary code and description", "",
         *(YEAR_HEADINGS[at] for at in columns)],
        ["A00-A09", "Intestinal infections", *(YEAR_FIGURES[at] for at in columns)],
        ["", "", *("" for _ in columns)],
    ]  # fmt: skip


def test_diagnosis_of_a_year_with_ages(tmp_path: Path) -> None:
    path = workbook(tmp_path / "any", {"Primary Diagnosis Summary": diagnoses()})
    reading = read_as("hes_admitted_patient_care", path)
    row = one(reading.tables["hes_diagnosis"], diagnosis="A00-A09")
    assert (row["emergency_admissions"], row["zero_bed_day_emergency"]) == (50, 20)
    assert (row["other_admissions"], row["zero_bed_day_other"], row["bed_days"]) == (2, 1, 300)
    assert (row["period"], row["mean_age"]) == ("2030-31", 61.5)
    ages = reading.tables["hes_diagnosis_age"]
    assert ages["finished_consultant_episodes"].tolist() == [5, 35, 58]
    assert ages["age_upper"].tolist() == [0, 64, pd.NA]
    assert "2 episodes are of unknown age" in reading.notes


def test_columns_of_one_heading_are_told_apart_by_totals_not_by_place(tmp_path: Path) -> None:
    # Those without a bed day come first.
    order = [0, 1, 2, 3, 4, *range(17, 22), *range(5, 17)]
    path = workbook(tmp_path / "any", {"Primary Diagnosis Summary": diagnoses(order)})
    row = one(read_as("hes_admitted_patient_care", path).tables["hes_diagnosis"])
    assert (row["emergency_admissions"], row["zero_bed_day_emergency"]) == (50, 20)


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (
            2,
            4,
            46,
            "row 3, finished_consultant_episodes: found 100; wanted 101, the sum of its sexes",
        ),
        (2, 17, 40, "the sum of its ages"),
        (2, 7, 55, "no ways to read the columns headed Emergency and Other"),
        (1, 17, "Age 2-64 (FCE)", "age bands that start at 0, 2, 65"),
        (1, 21, "Urgent (FAE)", "1 columns headed like"),
        (2, 20, "?", "row 3, bed_days: found '?'"),
        (0, 0, "Hospital activity", "the file names no year"),
    ],
)
def test_diagnoses_with_a_fault_are_refused(
    tmp_path: Path, row: int, column: int, cell: object, told: str
) -> None:
    rows = [list(line) for line in diagnoses()]
    rows[row][column] = cell
    assert told in refused(workbook(tmp_path / "any", {"Primary Diagnosis Summary": rows}))


@pytest.mark.official_files
def test_official_diagnoses_of_2023_24(official: Path) -> None:
    path = official / "hes" / "hosp-epis-stat-admi-diag-2023-24-tab.xlsx"
    reading = read_as("hes_admitted_patient_care", path)
    table = reading.tables["hes_diagnosis"]
    assert (len(table), reading.period) == (216, "2023-24")
    # The sheet's first row of figures.
    row = one(table, diagnosis="A00-A09")
    assert (row["emergency_admissions"], row["zero_bed_day_emergency"]) == (114231, 36569)
    assert (row["finished_consultant_episodes"], row["bed_days"]) == (203152, 425201)
    assert np.isnan(one(table, diagnosis="R95-R99")["mean_days_waited"])
    ages = reading.tables["hes_diagnosis_age"]
    assert ages.loc[ages["diagnosis"] == "A00-A09", "age_lower"].tolist()[:4] == [0, 1, 5, 10]


def hospital_providers(england: int = 128) -> list[Row]:
    total: Row = [england, *YEAR_FIGURES[1:]]
    total[1:5], total[14:17] = [110, 60, england - 61, 1], [5, 45, england - 52]
    total[5:9] = [80, 20, 8, 2]
    small: Row = [
        30,
        30,
        "*",
        "*",
        "*",
        30,
        "*",
        "*",
        "*",
        *["-"] * 5,
        "*",
        10,
        20,
        0,
        90,
        "*",
        0,
        0,
    ]
    return [
        ["Hospital Admitted Patient Care Activity, 2030-31: hospital providers"],
        ["Hospital provider code and description", "", *YEAR_HEADINGS],
        ["", "Total", *total],
        ["Y56", "LONDON COMMISSIONING REGION", *YEAR_FIGURES],
        ["RAA", "UPPER TRUST", *YEAR_FIGURES],
        ["RBB", "LOWER TRUST", *small],
    ]


def test_hospital_providers_of_a_year(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "any", {"Title": [["x"]], "Hospital Providers": hospital_providers()}
    )
    reading = read_as("hes_apc_provider", path)
    table = reading.tables["hes_provider_year"]
    assert table["level"].tolist() == ["england", "region", "provider", "provider"]
    assert one(table, org_code="RAA")["emergency_admissions"] == 50
    assert np.isnan(one(table, org_code="RBB")["male_episodes"])
    ages = reading.tables["hes_provider_age"]
    assert ages.loc[ages["org_code"] == "RAA", "finished_consultant_episodes"].sum() == 98


def test_providers_that_do_not_sum_to_england_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "any", {"Hospital Providers": hospital_providers(england=200)})
    assert "Total, finished_consultant_episodes: found 200; wanted about 130" in refused(path)


OUTPATIENTS = """REPORTING_PERIOD,GEOGRAPHY_LEVEL,ORGANISATION_CODE,ORGANISATION_DESCRIPTION,\
MEASURE_TYPE,MEASURE,MEASURE_VALUE
2030-31,01.National,ALL,England,Attendance Type,Attended first appointment,43
2030-31,02.Commissioning Region,Y56,London,Attendance Type,Attended first appointment,40
2030-31,03.Provider,RAA,Upper,Attendance Type,Attended first appointment,40
2030-31,03.Provider,RBB,Lower,Attendance Type,Attended first appointment,*
2030-31,01.National,ALL,England,Did not Attend by Age Group,Oct-19,10
2030-31,03.Provider,RAA,Upper,Did not Attend by Age Group,Oct-19,10
"""


def test_outpatients_by_provider_with_the_age_band_put_right(tmp_path: Path) -> None:
    reading = read_as("outpatients_by_provider", saved(tmp_path, OUTPATIENTS))
    table = reading.tables["outpatient_provider"]
    assert one(table, org_code="RAA", measure="10-19")["appointments"] == 10
    assert np.isnan(one(table, org_code="RBB")["appointments"])
    assert sorted(table["level"].unique()) == ["england", "provider", "region"]
    assert reading.period == "2030-31"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "appointment,43",
            "appointment,60",
            "Attended first appointment: found 60; wanted about 40",
        ),
        ("03.Provider", "03.Ward", "row 4, GEOGRAPHY_LEVEL: found '03.Ward'"),
        ("2030-31,02", "2031-32,02", "found '2030-31', '2031-32'; wanted one financial year"),
        ("appointment,43", "appointment,many", "row 2, MEASURE_VALUE: found 'many'"),
    ],
)
def test_outpatients_with_a_fault_are_refused(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert told in refused(saved(tmp_path, OUTPATIENTS.replace(old, new, 1)))


# --- A&E series of England --------------------------------------------------------------------

TYPES = ("Type 1 Departments - Major A&E", "Type 2 Departments - Single Specialty",
         "Type 3 Departments - Other A&E/Minor Injury Unit")  # fmt: skip
REMARK = (
    "Notes: \n1. Figures from Nov 2030 to Dec 2030 have been estimated from published weekly data"
)
LESS = "A&E attendances less than 4 hours from arrival to admission, transfer or discharge"
MORE = "A&E attendances greater than 4 hours from arrival to admission, transfer or discharge"


def ae_series() -> dict[str, list[Row]]:
    activity = [
        ["", "A&E attendances", "", "", "", "Emergency Admissions"],
        ["Period", *TYPES, "Total Attendances", "Emergency Admissions via Type 1 A&E",
         "Emergency Admissions via Type 2 A&E", "Emergency Admissions via Type 3 and 4 A&E",
         "Total Emergency Admissions via A&E", "Other Emergency Admissions (i.e not via A&E)",
         "Total Emergency Admissions",
         "Number of patients spending >4 hours from decision to admit to admission",
         "Number of patients spending >12 hours from decision to admit to admission"],
        [date(2030, 11, 1), 60.5, 10, 29.5, 100, 20, 1, 2, 23, 7, 30, 4, 1],
        [date(2030, 12, 1), 70, 10, 30, 110, 21, 1, 2, 24, 7, 31, 5, 0],
        [date(2031, 1, 1), 80, 10.5, 30, 120.5, 22, 1, 2, 25, 7, 32, 6, 0],
    ]  # fmt: skip
    block = [LESS, "", "", "", MORE, "", "", ""]
    named = [*TYPES, "Total Attendances < 4 hours", *TYPES, "Total Attendances > 4 hours"]
    performance: list[Row] = [
        ["England Level Data", *[""] * 8, "Field Testing Sites Only", *[""] * 8],
        ["", *block, "", *block],
        ["Period", *named, "Period", *named],
        [date(2030, 12, 1), 50, 9, 29, 88, 20, 1, 1, 22, date(2030, 12, 1), *[1] * 8],
        [date(2031, 1, 1), 60, 9.5, 29, 98.5, 20, 1, 1, 22, date(2031, 1, 1), *[1] * 8],
    ]
    top: list[Row] = [*title_block("August 2030 - present"), ["", REMARK]]
    return {"Activity": [*top, *activity], "Performance": [*top, *performance]}


def test_series_of_england_joins_activity_and_waits(tmp_path: Path) -> None:
    reading = read_as("ae_england_series", workbook(tmp_path / "any", ae_series()))
    table = reading.tables["ae_england"]
    assert table["estimated"].tolist() == [True, True, False]
    assert np.isnan(table["over_4_hours"].iloc[0])
    # The block of England, not that of the field testing sites.
    assert table["within_4_hours"].tolist()[1:] == [88, 98.5]
    assert table["emergency_admissions"].tolist() == [30, 31, 32]
    assert any("no whole counts: January 2031" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("sheet", "row", "column", "cell", "told"),
    [
        ("Activity", 8, 4, 111, "row of December 2030, attendances: found 111"),
        ("Performance", 8, 8, 23, "row of December 2030"),
        ("Activity", 8, 0, date(2031, 2, 1), "do not follow each other"),
        ("Activity", 6, 11, "Waits", "decision_to_admit_over_4_hours: found no columns"),
        ("Performance", 8, 5, "?", "row 9, over_4_hours_type_1: found '?'"),
    ],
)
def test_ae_series_with_a_fault_is_refused(
    tmp_path: Path, sheet: str, row: int, column: int, cell: object, told: str
) -> None:
    sheets = ae_series()
    sheets[sheet][row][column] = cell
    assert told in refused(workbook(tmp_path / "any", sheets))


@pytest.mark.official_files
def test_official_series_is_near_the_workbook_of_the_month(official: Path) -> None:
    (path,) = (official / "ae_england_series").glob("*.xls")
    reading = read_as("ae_england_series", path)
    table = reading.tables["ae_england"]
    (monthly,) = (official / "ae_monthly").glob("Monthly-AE-April-2019*")
    workbook_ = ae_monthly_workbook.READER.read(OfficialFile(monthly)).tables["ae_monthly"]
    april = one(table, month=pd.Timestamp("2019-04-01"))
    england = one(workbook_, level="england")
    assert april["attendances_type_1"] == england["attendances_type_1"] == 1330825
    assert april["emergency_admissions"] == england["emergency_admissions"] == 535226
    # The workbook was revised after the series was published.
    assert april["attendances_type_3"] - england["attendances_type_3"] == 19
    assert table["estimated"].sum() == 55
    assert any("January 2016" in note for note in reading.notes)
