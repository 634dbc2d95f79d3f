"""Each publication as published, moved a little, gives the same tables.

Of each source the smallest file is taken, and of the largest workbooks a part that still adds up.
Text gets a byte-order mark, other line ends, a title of
two rows and a new last column; a workbook is written anew as ``.xlsx`` with other sheet names and a
title of two rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest
from handmade_files import workbook

from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.readers import read

pytestmark = pytest.mark.official_files
SMALLEST = {
    "ae_england_series": "ae_england_series/AE_England_data.xls",
    "ae_monthly_csv": "ae_monthly_csv/Monthly-AE-March-2025.csv",
    "ae_monthly_workbook": "ae_monthly/June-2020-AE-by-provider-revised-260421-9HrqH.xls",
    "beds_overnight": "beds_kh03/Beds-Open-Overnight-Web_File-Q2-2024-25.xlsx",
    "cancer_waits": "cancer_waits/CWT-CRS-Apr-2024-to-Sep-2024-Data-Extract-Provider-Final.xlsx",
    "commons_library_prevalence": "qof/output_lad_prevalence.csv",
    "diagnostics_dm01": "diagnostics_dm01/Monthly-Diagnostics-Web-File-Provider-August-2024.xls",
    "digital_records": "digital/trust_mrc_and_epr.csv",
    "discharge": "discharge/england_trust_criteria_to_reside.csv",
    "estates_returns": "estates_eric/ERIC-2013-14.csv",
    "hes_admitted_patient_care": "hes/hosp-epis-stat-admi-diag-2023-24-tab.xlsx",
    "hes_open_data_age_bands": "hes/HES_M13_2021_OPEN_DATA_AGE_BANDS.csv",
    "hes_provider": "hes/HES MAR 2020-21 M13.csv",
    "hes_treatment_function": "hes/HES_M13_2021_OPEN_DATA_TREATMENT_FUNCTION.csv",
    "imd_2019_districts": "deprivation/imd2019_england_ltla19.csv",
    "imd_2019_lsoa": "deprivation/imd2019_england_lsoa11.csv",
    "life_expectancy": "population/engppp20ex.xlsx",
    "lsoa_lookup_2022": "lookups/lookup_lsoa11_sicbl22_icb22_ltla22.csv",
    "maternity_msds": "maternity/hosp-epis-stat-mat-msdscsv-2021-22.csv",
    "monthly_activity_return": "activity_mar/MAR_Prov-Web-file-April-15-235466.xls",
    "national_projections": "population/en_ppp_opendata2018.xls",
    "ohid_catchment_populations": "catchments/2022_trust_catchment_populations.xlsx",
    "ohid_catchment_shares": "catchments/lookup_nhs_trusts22_ltla21.csv",
    "ons_boundaries": "boundaries/Local_Authority_Districts_December_2018_UK_BUC.geojson",
    "ons_estimates_districts": "population/mye24tablesew.csv",
    "ons_estimates_health_areas": "population/ons_2022-23_pop_health_geos.xlsx",
    "ons_population_projections_2018": "population/ons_pop.csv",
    "peer_trusts": "peers/peers.csv",
    "qof_mapping": "qof/MAPPING_NHS_GEOGRAPHIES_2223.csv",
    "qof_prevalence": "qof/PREVALENCE_2223.csv",
    "rtt_england_series": "rtt/RTT_TS_data.xlsx",
    "rtt_provider_totals": "rtt/rtt_provider_totals_2021-04_2025-03.csv",
    "rural_urban_2011": "deprivation/Rural_Urban_Classification_2011_of_Lower_Layer_Super_Output_"
    "Areas_in_England_and_Wales.csv",
    "sickness_absence": "sickness/nhs_sickness_absence_2025-03.csv",
    "staff_survey": "staff_survey/NSS24 detailed spreadsheets organisational results.xlsx",
    "strategy_unit_activity_rates": "activity_by_age/rates/E07000144.json.gz",
    "strategy_unit_population_variants": "activity_by_age/pyramid/E07000145.json.gz",
    "stroke_admissions": "stroke/admissions_2017-2019.csv",
    "stroke_audit_portfolio": "stroke/2019-Portfolio.xlsx",
    "stroke_thrombectomy": "stroke/Apr2023Mar2024-ThrombectomyReport.xlsx",
    "trust_accounts_schedule": "finance_tac/2023-24-NHS-Provider-TAC-illustrative-file.xlsx",
    "trust_accounts_subcodes": "finance_tac/dim_tac_subcodes_by_year.csv",
    "trust_locations": "boundaries/points_nhs_trusts22.csv",
    "workforce_by_organisation": "workforce/NHS Workforce Statistics, "
    "August 2024 England and Organisation.xlsx",
}
#: Columns that say where in the file a figure stands, so that they move with it.
PLACES = {"item_number", "row_number", "worksheet"}
#: Sheets of these are told apart by their names alone; where one is renamed, the error lists them.
KNOWN_BY_SHEET_NAMES = {"national_projections", "ons_estimates_health_areas"}
#: A new column of these is a new item of the table, and so no column to pass over.
EACH_COLUMN_IS_AN_ITEM = {"estates_returns"}
#: What is kept of a large workbook's sheet: one trust, the first rows, a few months, a few sites.
PART: dict[str, Callable[[Grid], Grid]] = {
    "cancer_waits": lambda rows: [row for row in rows if {"ORG CODE", "R0A"} & set(row)],
    "staff_survey": lambda rows: rows[:30],
    "stroke_audit_portfolio": lambda rows: rows[:150],
    "stroke_thrombectomy": lambda rows: [row[:12] for row in rows],
    "workforce_by_organisation": lambda rows: (
        [row[:6] + row[-12:] for row in rows] if len(rows[0]) > 100 else rows
    ),
}
#: The sheets that are kept of a workbook with many alike.
FIRST_SHEETS = {"staff_survey": 4}


def plain(cell: object) -> object:
    if isinstance(cell, datetime):
        return cell.date()
    return str(cell) if isinstance(cell, time | timedelta) else cell


def part_of(source: str, file: OfficialFile, folder: Path) -> OfficialFile:
    names = file.sheet_names[: FIRST_SHEETS.get(source)]
    kept = {name: PART[source](file.grid(name)) for name in names}
    return workbook(
        folder,
        {name: [[plain(cell) for cell in row] for row in rows] for name, rows in kept.items()},
        "part.xlsx",
    )


def moved_workbook(file: OfficialFile, folder: Path, *, suffix: str) -> OfficialFile:
    return workbook(
        folder,
        {
            name[: 31 - len(suffix)] + suffix: [
                ["A new title"],
                ["A new note"],
                *([plain(cell) for cell in row] for row in file.grid(name)),
            ]
            for name in file.sheet_names
        },
    )


def moved_text(file: OfficialFile, folder: Path, *, column: bool) -> OfficialFile:
    lines = (file.text or "").splitlines()
    mark = "$" if "$" in "".join(lines[:2]) else ","
    if column:
        lines = [f"{line}{mark}{'x' if at else 'New column'}" for at, line in enumerate(lines)]
    path = folder / "moved.csv"
    text = "\r\n".join(["A new title", "A new note", *lines, ""])
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    return OfficialFile(path)


def moved_json(file: OfficialFile, folder: Path) -> OfficialFile:
    path = folder / "moved.json"
    path.write_bytes(b"\xef\xbb\xbf" + (file.text or "").encode())
    return OfficialFile(path)


def moved(source: str, file: OfficialFile, folder: Path) -> OfficialFile:
    if file.sheet_names:
        return moved_workbook(file, folder, suffix="" if source in KNOWN_BY_SHEET_NAMES else " II")
    if file.form == "text":
        return moved_text(file, folder, column=source not in EACH_COLUMN_IS_AN_ITEM)
    return moved_json(file, folder)


@pytest.mark.parametrize("source", SMALLEST)
def test_publication_that_moved_a_little_gives_the_same_tables(
    source: str, official: Path, tmp_path: Path
) -> None:
    file = OfficialFile(official / SMALLEST[source])
    if source in PART:
        file = part_of(source, file, tmp_path)
    published = read(file)[1]
    reader, reading = read(moved(source, file, tmp_path))

    assert reader.source == source
    assert (reading.period, reading.slice_) == (published.period, published.slice_)
    for name, table in published.tables.items():
        places = [column for column in table.columns if column in PLACES]
        pd.testing.assert_frame_equal(
            reading.tables[name].drop(columns=places), table.drop(columns=places)
        )
