"""Readers of cancer waiting times and cancelled operations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from handmade_files import held
from small_workbooks import title_block, workbook
from test_planned_care import one, read_as, refused, saved

from caseanalysis.store import Store

Row = list[object]

HEADINGS: Row = [
    "PERIOD", "YEAR", "MONTH", "STANDARD", "ORG CODE", "STAGE/ROUTE", "TREATMENT MODALITY",
    "CANCER TYPE", "TOTAL TREATED", "WITHIN STANDARD", "BREACHES",
]  # fmt: skip
ROUTE = "Urgent Suspected Cancer"


def wait(standard: str, route: str, modality: str, cancer: str, within: float, late: float) -> Row:
    return [date(2031, 4, 1), "2031/32", "APR", standard, "RAA", route, modality, cancer,
            within + late, within, late]  # fmt: skip


def waits() -> list[Row]:
    return [
        HEADINGS,
        wait("28-day FDS", ROUTE.upper(), "", "Suspected lung cancer", 20, 4),
        wait("62-day Combined", ROUTE, "Surgery", "ALL CANCERS", 5, 1.5),
        wait("62-day Combined", ROUTE, "Other", "ALL CANCERS", 2, 1),
        wait("62-day Combined", ROUTE, "ALL MODALITIES", "Lung", 4, 2),
        wait("62-day Combined", ROUTE, "ALL MODALITIES", "Breast", 3, 0.5),
    ]


def test_rows_that_count_twice_are_told_apart(tmp_path: Path) -> None:
    reading = read_as("cancer_waits", workbook(tmp_path / "any", {"CWT CRS Provider": waits()}))
    table = reading.tables["cancer_wait"]
    by = table[table["standard"] == "62-day"].groupby("breakdown")["treated"].sum()
    # 6.5 + 3 patients by modality, 6 + 3.5 by cancer type: 9.5 in both, 19 if all are added.
    assert by.to_dict() == {"modality": 9.5, "cancer_type": 9.5}
    told = one(table, standard="28-day")
    assert (told["breakdown"], told["modality"]) == ("cancer_type", "all modalities")
    assert (told["route"], told["within_standard"]) == ("urgent suspected cancer", 20)
    assert {(check.ours, check.publishers) for check in reading.checks} == {
        (9.5, 9.5), (7, 7), (2.5, 2.5),
    }  # fmt: skip


def test_row_of_everything_is_a_total_and_must_agree(tmp_path: Path) -> None:
    rows = [*waits(), wait("62-day Combined", ROUTE, "ALL MODALITIES", "ALL CANCERS", 7, 2.5)]
    table = read_as("cancer_waits", workbook(tmp_path / "a", {"S": rows})).tables["cancer_wait"]
    assert one(table, breakdown="total")["treated"] == 9.5
    rows[-1][8:] = [9, 7, 2]
    assert "as by total" in refused(workbook(tmp_path / "b", {"S": rows}))


def test_columns_in_another_order_below_a_title(tmp_path: Path) -> None:
    rows: list[Row] = [["Cancer"], [], *([*reversed(row), "added"] for row in waits())]
    table = read_as("cancer_waits", workbook(tmp_path / "a", {"S": rows})).tables["cancer_wait"]
    assert one(table, modality="surgery")["breaches"] == 1.5


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (2, 8, 7, "row 3, TOTAL TREATED: found 7; wanted 6.5"),
        (2, 9, "5?", "row 3, within_standard: found '5?'"),
        (2, 3, "14-day", "row 3, STANDARD: found '14-day'"),
        (2, 0, "April", "row 3, PERIOD: found 'April'"),
        (2, 0, date(2031, 2, 1), "no row of March 2031"),
        (0, 10, "LATE", "breaches: found no columns headed so"),
        (4, 7, "Breast", "each key once"),
    ],
)
def test_waits_with_a_fault_are_refused(
    tmp_path: Path, row: int, column: int, cell: object, told: str
) -> None:
    rows = [list(line) for line in waits()]
    rows[row][column] = cell
    assert told in refused(workbook(tmp_path / "any", {"S": rows}))


def test_breakdowns_that_disagree_are_refused(tmp_path: Path) -> None:
    rows = waits()
    rows[4] = wait("62-day Combined", ROUTE, "ALL MODALITIES", "Lung", 5, 2)
    message = refused(workbook(tmp_path / "any", {"S": rows}))
    assert "9.5 by modality; wanted 10.5, as by cancer_type" in message


def test_third_of_a_patient_is_refused(tmp_path: Path) -> None:
    rows = [*waits(), wait("28-day FDS", "SCREENING", "", "Suspected lung cancer", 0.25, 0)]
    assert "whole patients or halves" in refused(workbook(tmp_path / "any", {"S": rows}))


@pytest.mark.official_files
def test_official_cancer_waits_by_both_breakdowns(official: Path, full_store: Store) -> None:
    (path,) = (official / "cancer_waits").glob("*Oct-2024*")
    table = held(full_store, path, source_id="cancer_waits").tables["cancer_wait"]
    # Sums by modality and by cancer type of the sheet, made with another program.
    treated = table.groupby(["standard", "breakdown"])["treated"].sum()
    assert treated["62-day", "modality"] == treated["62-day", "cancer_type"] == 162121.5
    assert treated["31-day", "modality"] == treated["31-day", "cancer_type"] == 331310
    assert treated["28-day", "cancer_type"] == 55918 + 73930 + 1463674
    row = one(
        table, month=pd.Timestamp("2025-03-01"), org_code="RYR", modality="surgery",
        route="urgent suspected cancer",
    )  # fmt: skip
    assert (row["treated"], row["within_standard"], row["breaches"]) == (201, 144, 57)


# --- Cancelled operations ---------------------------------------------------------------------

SHEET_HEADINGS: Row = [
    "", "Region Code", "Region Name", "Organisation Code", "Organisation Name",
    "Number of last minute elective operations cancelled for non clinical reasons",
    "Number of patients not treated within 28 days of last minute elective cancellation",
]  # fmt: skip


def quarter_sheet() -> list[Row]:
    return [
        *title_block("Quarter 4, 2030-31 (January to March 2031)", published="12th May 2031"),
        SHEET_HEADINGS,
        ["", "-", "-", "-", "England", 30, 5],
        [""] * 7,
        ["", "Y56", "London", "RAA", "Upper", 10, 5],
        ["", "Y61", "East", "RBB", "Lower", 20, "-"],
    ]


def test_cancelled_operations_of_a_quarter(tmp_path: Path) -> None:
    reading = read_as("cancelled_operations", workbook(tmp_path / "a", {"P": quarter_sheet()}))
    table = reading.tables["cancelled_operation"]
    assert table["quarter"].unique().tolist() == [pd.Timestamp("2031-01-01")]
    assert one(table, level="england")["cancelled_at_last_minute"] == 30
    assert np.isnan(one(table, org_code="RBB")["not_treated_within_28_days"])
    assert (reading.slice_, reading.published) == ("2031-01", date(2031, 5, 12))


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (5, 5, 31, "England row, cancelled_at_last_minute: found 31"),
        (0, 2, "Winter", "Period: found 'Winter'"),
        (4, 6, "Breaches", "not_treated_within_28_days: found no columns"),
        (7, 5, "ten", "row 8, cancelled_at_last_minute: found 'ten'"),
    ],
)
def test_quarter_with_a_fault_is_refused(
    tmp_path: Path, row: int, column: int, cell: object, told: str
) -> None:
    rows = [list(line) for line in quarter_sheet()]
    rows[row][column] = cell
    assert told in refused(workbook(tmp_path / "any", {"Provider": rows}))


YEAR = """Year,Period Name,Parent Org Code,Parent Name,Org Code,Org Name,Cancelled Operations,\
Breaches Of Standard
2030 - 31,JUNE,Y56,London,RAA,Upper,10,1
2030 - 31,MARCH,Y56,London,RAA,Upper,12,
"""


def test_quarters_of_a_year_are_named_by_their_last_month(tmp_path: Path) -> None:
    reading = read_as("cancelled_operations", saved(tmp_path, YEAR))
    table = reading.tables["cancelled_operation"]
    # June 2030 ends the quarter of April; March of the financial year 2030-31 is in 2031.
    assert table["quarter"].tolist() == [pd.Timestamp("2030-04-01"), pd.Timestamp("2031-01-01")]
    assert np.isnan(table["not_treated_within_28_days"].iloc[1])


def test_period_that_ends_no_quarter_is_refused(tmp_path: Path) -> None:
    assert "'MAY'" in refused(saved(tmp_path, YEAR.replace("JUNE", "MAY")))
