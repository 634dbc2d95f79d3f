"""Readers of stroke audits, maternity, perinatal mortality, ratings and the training survey."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from handmade_files import held, read, refusal, replaced, text_file, workbook

from caseanalysis.store import Store

PORTFOLIO: list[list[object]] = [
    ["Full results", "", "", "", "SCN", "East", "East"],
    ["", "", "", "", "Trust", "Upper Trust", "Lower Trust"],
    ["CATEGORY", "ITEM REFERENCE (Question number in proforma)", "ITEM NAME", "National 2016",
     "National 2019", "Upper Hospital", "Lower Hospital"],
    ["ORGANISATION", "A.1.", "Number of hospitals covered by this audit submission", "Total= 5",
     3, 2, 1],
    ["", "2.1b.", "Stroke unit beds", "", 70, 44, ""],
    ["", "3.1.", "On site?", "", "50% (1/2)", "Yes", "No"],
]  # fmt: skip
INTRODUCTION = [["SSNAP Acute Organisational Audit 2019 - Named site results"]]


def only(table: pd.DataFrame, **wanted: object) -> pd.Series:
    for name, value in wanted.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_portfolio_gives_each_site_its_answers(tmp_path: Path) -> None:
    file = workbook(tmp_path, {"Introduction": INTRODUCTION, "All sites": PORTFOLIO})
    items = read(file, source_id="stroke_audit_portfolio").tables["stroke_audit_item"]
    upper = only(items, site_name="Upper Hospital", reference="3.1.")
    assert (upper["value"], upper["trust_name"], upper["category"]) == (
        "Yes",
        "Upper Trust",
        "ORGANISATION",
    )
    assert only(items, site_name="National 2019", reference="3.1.")["value"] == "50% (1/2)"
    assert pd.isna(only(items, site_name="Lower Hospital", reference="2.1b.")["value"])


def test_portfolio_whose_hospitals_do_not_add_up_is_refused(tmp_path: Path) -> None:
    rows = replaced(PORTFOLIO, 3, 4)
    message = refusal(workbook(tmp_path, {"Introduction": INTRODUCTION, "All sites": rows}))
    assert "number of hospitals" in message
    assert "add up to 3" in message


THROMBECTOMY: list[list[object]] = [
    ["Thrombectomy Output:", "", "", "", "East", "West"],
    ["Based on the team first admitting the patient", "", "", "", "Upper Trust", "Lower Trust"],
    ["Category", "Items", "Data Type", "National", "Upper Hospital", "Lower Hospital"],
    ["Thrombectomy", "Thrombectomy", " n", 30, 10, 20],
    ["", "", " %", 40.0, 50.0, ""],
    ["Times", "Onset to arrival", " median", "1:30", "0:45", "-0:05"],
]
COVER = [["SSNAP Annual Portfolio for April 2023-March 2024 admissions and discharges"]]


def test_thrombectomy_gives_shares_minutes_and_missing_values(tmp_path: Path) -> None:
    file = workbook(tmp_path, {"Cover": COVER, "Transfers": THROMBECTOMY})
    reading = read(file, source_id="stroke_thrombectomy")
    table = reading.tables["stroke_thrombectomy"]
    assert only(table, team="Upper Hospital", statistic="share")["value"] == 0.5
    assert pd.isna(only(table, team="Lower Hospital", statistic="share")["value"])
    assert only(table, team="National", statistic="median")["value"] == 90
    assert only(table, team="Lower Hospital", statistic="median")["value"] == -5
    assert reading.period == "April 2023 to March 2024"
    assert reading.checks[0].ours == reading.checks[0].publishers == 30
    words = replaced(THROMBECTOMY, 10, "ten")
    assert "row 4, upper hospital" in refusal(workbook(tmp_path, {"Cover": COVER, "A": words}))


MATERNITY = """Period,Dimension,Org_Level,Org_Code,Org_Name,Measure,Count_Of,Value
2020-21,MethodOfDelivery,National,National,ALL SUBMITTERS,Spontaneous,Babies,60
2020-21,MethodOfDelivery,National,National,ALL SUBMITTERS,Missing Value/Value outside reporting \
parameters,Babies,40
2020-21,DeprivationDecileAtBooking,National,National,ALL SUBMITTERS,02,Deliveries,95
2020-21,DeprivationDecileAtBooking,Provider,RAA,UPPER TRUST,2,Deliveries,*
2020-21,TotalBabies,National,National,ALL SUBMITTERS,,Babies,100
2020-21,TotalBabies,Provider,RAA,UPPER TRUST,,Babies,100
2020-21,TotalBabies,NHS England (Region),Y61,EAST,,Babies,100
2020-21,TotalDeliveries,National,National,ALL SUBMITTERS,,Deliveries,95
2020-21,TotalDeliveries,Provider,RAA,UPPER TRUST,,Deliveries,95
2020-21,TotalDeliveries,NHS England (Region),Y61,EAST,,Deliveries,95
"""


def test_maternity_holds_renamed_dimensions_under_one_name(tmp_path: Path) -> None:
    file = text_file(tmp_path, "\ufeff" + MATERNITY)
    reading = read(file, source_id="maternity_msds")
    table = reading.tables["maternity"]
    one = only(table, category="Spontaneous")
    assert (one["dimension"], one["printed_dimension"]) == (
        "DeliveryMethodBabyGroup",
        "MethodOfDelivery",
    )
    assert "missing or outside reporting parameters" in set(table["category"])
    decile = table[table["dimension"] == "DeprivationDecileAtBooking"]
    assert set(decile["category"]) == {"2"}
    assert pd.isna(only(decile, level="provider")["value"])
    assert only(table, org_code="Y61", dimension="TotalBabies")["category"] == "all"
    assert any("1 counts are withheld" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Spontaneous,Babies,60", "Spontaneous,Babies,80", ["DeliveryMethodBabyGroup", "120"]),
        ("RAA,UPPER TRUST,,Babies,100", "RAA,UPPER TRUST,,Babies,-5", ["row 7", "'-5'"]),
        ("TotalBabies,National", "AllBabies,National", ["no TotalBabies"]),
        ("NHS England (Region)", "Area", ["row 8, Org_Level", "'Area'"]),
        ("2020-21,MethodOfDelivery", "2020,MethodOfDelivery", ["column Period"]),
    ],
)
def test_changed_maternity_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    message = refusal(text_file(tmp_path, MATERNITY.replace(old, new, 1)))
    assert [word for word in words if word not in message] == []


RATES = "stabilised & adjusted rate,Stillbirth: lower CI,Stillbirth: upper CI"
PERINATAL = f"""Year,Organisation,Comparator group,Births,Stillbirth: crude rate,Stillbirth: {RATES}
2022,Upper Trust,4000 or more,5000,3.5,3.4,3.0,3.9
2022,Lower Trust,Under 2000,900,*,*,*,*
"""


def test_perinatal_mortality_is_read_and_withheld_rates_stay_missing(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, PERINATAL), source_id="perinatal_mortality")
    table = reading.tables["perinatal_mortality"]
    assert only(table, org_name="Upper Trust")["rate"] == 3.4
    assert pd.isna(only(table, org_name="Lower Trust")["rate"])
    message = refusal(text_file(tmp_path, PERINATAL.replace("3.4,3.0", "2.4,3.0")))
    assert "row 2, stillbirth" in message


CQC_HEADINGS = ["Location ID", "Location ODS Code", "Location Name", "Provider ID",
                "Provider Name", "Service / Population Group", "Domain", "Latest Rating",
                "Publication Date", "Inherited Rating (Y/N)"]  # fmt: skip
CQC: list[list[object]] = [
    CQC_HEADINGS,
    ["1-1", "RAA01", "Upper Hospital", "RAA", "Upper Trust", "Maternity", "Safe", "Good",
     "15/03/2024", "N"],
    ["1-1", "RAA01", "Upper Hospital", "RAA", "Upper Trust", "Overall", "Overall",
     "Requires improvement", "20/04/2024", "N"],
]  # fmt: skip


def test_ratings_are_read_by_service_and_domain(tmp_path: Path) -> None:
    sheets = {"README": [["Care directory"]], "Locations": [["note"], *CQC]}
    reading = read(workbook(tmp_path, sheets), source_id="cqc_ratings")
    table = reading.tables["cqc_rating"]
    safe = only(table, domain="Safe")
    assert (safe["rating"], safe["published"], safe["level"]) == ("Good", "2024-03-15", "location")
    assert str(reading.published) == "2024-04-20"
    message = refusal(workbook(tmp_path, {"A": replaced(CQC, "Good", "Fine")}))
    assert "'Fine'" in message
    assert "row 2" in message


def test_service_that_is_not_rated_has_neither_rating_nor_date(tmp_path: Path) -> None:
    unrated = replaced(replaced(CQC, "15/03/2024", ""), "Good", "-")
    reading = read(workbook(tmp_path, {"Locations": unrated}), source_id="cqc_ratings")
    safe = only(reading.tables["cqc_rating"], domain="Safe")
    assert pd.isna(safe["rating"])
    assert pd.isna(safe["published"])
    assert reading.notes == ("1 rows without a rating", "1 rows without a date of publication")
    assert str(reading.published) == "2024-04-20"
    message = refusal(workbook(tmp_path, {"A": replaced(unrated, "20/04/2024", "")}))
    assert "no date in any row" in message


NTS = """Year,Trust / Board,Indicator,Mean score,Lower CI,Upper CI,N,Outcome
2024,Upper Trust,Overall Satisfaction,78.5,76,81,120,Within IQR
2024,Lower Trust,Overall Satisfaction,n<3,n<3,n<3,2,
"""


def test_training_survey_is_read_and_small_groups_stay_missing(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, NTS), source_id="gmc_training_survey")
    table = reading.tables["training_survey"]
    assert only(table, trust_name="Upper Trust")["score"] == 78.5
    assert pd.isna(only(table, trust_name="Lower Trust")["score"])
    assert "row 2, score" in refusal(text_file(tmp_path, NTS.replace("78.5,76", "70,76")))


def test_stroke_admissions_of_an_unknown_period_are_refused(tmp_path: Path) -> None:
    message = refusal(text_file(tmp_path, "area,Admissions\nUpper 001A,2\nUpper 001B,1.5\n"))
    assert "sum of the areas' admissions" in message
    assert "found 4" in message
    wrong = refusal(text_file(tmp_path, "area,Admissions\nUpper,2\n"))
    assert "row 2, area" in wrong


# The publishers' own files


@pytest.mark.official_files
def test_official_stroke_files_have_the_figures_that_stand_in_them(
    official: Path, full_store: Store
) -> None:
    path = official / "stroke" / "2019-Portfolio.xlsx"
    portfolio = held(full_store, path, source_id="stroke_audit_portfolio")
    beds = portfolio.tables["stroke_audit_item"]
    assert only(beds, site_name="National 2019", item_number=8)["value"] == "4847"
    assert portfolio.checks[0].ours == 183
    (path,) = (official / "stroke").glob("*Thrombectomy*")
    report = held(full_store, path, source_id="stroke_thrombectomy")
    first = report.tables["stroke_thrombectomy"]
    done = first[(first["level"] == "national") & (first["row_number"] == 4)]
    assert sorted(done["value"]) == [2201, 3671]
    path = official / "stroke" / "admissions_2017-2019.csv"
    admissions = held(full_store, path, source_id="stroke_admissions")
    assert len(admissions.tables["stroke_admission"]) == 34_752


@pytest.mark.official_files
@pytest.mark.parametrize(
    ("year", "babies", "rows"), [("2020-21", 486_155, 16_160), ("2021-22", 551_225, 16_038)]
)
def test_official_maternity_has_the_figures_that_stand_in_it(
    official: Path, full_store: Store, year: str, babies: int, rows: int
) -> None:
    path = official / "maternity" / f"hosp-epis-stat-mat-msdscsv-{year}.csv"
    table = held(full_store, path, source_id="maternity_msds").tables["maternity"]
    assert len(table) == rows
    assert only(table, level="national", dimension="TotalBabies")["value"] == babies
    assert not set(table["dimension"]) & {"MethodOfDelivery", "SmokingAtBooking"}
