"""Readers of A&E publications, HES by age band, deprivation, lookups and boundaries."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pytest
import shapely

from caseanalysis.errors import BrokenPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import (
    ae_monthly_csv,
    ae_monthly_workbook,
    boundaries,
    deprivation_districts,
    deprivation_lsoa,
    hes_age_bands,
    lsoa_lookup,
    rural_urban,
)
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.registers import load_sources
from caseanalysis.schemas import AE_MEASURES, HES_MEASURES

READERS = tuple(
    module.READER
    for module in (
        ae_monthly_workbook,
        ae_monthly_csv,
        hes_age_bands,
        deprivation_lsoa,
        deprivation_districts,
        rural_urban,
        lsoa_lookup,
        boundaries,
    )
)
Row = list[object]


def officially(path: Path, reader: Reader) -> Reading:
    file = OfficialFile(path)
    assert [known.source for known in READERS if known.recognise(file)] == [reader.source]
    return reader.read(file)


def saved(folder: Path, text: str, name: str = "any name.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


# --- A&E workbook ---------------------------------------------------------------------------

TYPES = ("Type 1 Departments - Major A&E", "Type 2 Departments - Single Specialty",
         "Type 3 Departments - Other A&E/Minor Injury Unit")  # fmt: skip
GROUPS: Row = [
    "", "", "", "",
    "A&E attendances", "", "", "",
    "A&E attendances less than 4 hours from arrival to admission, transfer or discharge",
    "", "", "",
    "A&E attendances greater than 4 hours from arrival to admission, transfer or discharge",
    "", "", "",
    "Percentage of attendances within 4 hours",
    "Emergency Admissions", "", "", "", "", "", "", "",
]  # fmt: skip
HEADINGS: Row = [
    "", "Code", "Region", "Name",
    *TYPES, "Total attendances",
    *TYPES, "Total Attendances < 4 hours",
    *TYPES, "Total Attendances > 4 hours",
    "Percentage in 4 hours or less (all)",
    "Emergency Admissions via Type 1 A&E", "Emergency Admissions via Type 2 A&E",
    "Emergency Admissions via Type 3 and 4 A&E", "Total Emergency Admissions via A&E",
    "Other Emergency admissions (i.e not via A&E)", "Total Emergency Admissions",
    "Number of patients spending >4 hours from decision to admit to admission",
    "Number of patients spending >12 hours from decision to admit to admission",
]  # fmt: skip
# 100 + 10 + 50 attendances, of which 80 + 9 + 50 within 4 hours and 20 + 1 + 0 over; 33 + 7 = 40
# emergency admissions, 30 + 2 + 1 of them by way of A&E.
NORTH: Row = [
    "", "RZ1", "NHS England Nowhere ", "North Trust", 100, 10, 50, 160, 80, 9, 50, 139,
    20, 1, 0, 21, 0.86875, 30, 2, 1, 33, 7, 40, 8, 3,
]  # fmt: skip
SOUTH: Row = [
    "", "RZ2", "NHS England Nowhere ", "South Trust", 200, 0, 0, 200, 150, 0, 0, 150,
    50, 0, 0, 50, 0.75, 60, 0, 0, 60, 5, 65, 12, 2,
]  # fmt: skip
ENGLAND: Row = [
    "", "-", "-", "England", 300, 10, 50, 360, 230, 9, 50, 289,
    70, 1, 0, 71, 289 / 360, 90, 2, 1, 93, 12, 105, 20, 5,
]  # fmt: skip
TITLE: list[Row] = [
    ["", "", "Title:", "A&E Attendances & Emergency Admission monthly statistics, England"],
    ["", "", "Period:", "March  2031"],
    ["", "", "Published:", "10th April 2031"],
    ["", "", "Revised:", "12 June 2031"],
    [],
]
SHEET = "Provider Level Data"


def workbook_rows() -> list[Row]:
    rows = [*TITLE, GROUPS, HEADINGS, ENGLAND, [], NORTH, SOUTH, [], []]
    return [list(row) for row in rows]


def cell_xml(value: object) -> str:
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def xlsx(path: Path, sheets: dict[str, Sequence[Row]]) -> Path:
    """Write the least that an .xlsx needs: three parts of packaging and the cells."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="r{at}"/>'
        for at, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="r{at}" Type="{office}/worksheet" Target="worksheets/{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">{related}</Relationships>',
        )
        for at, rows in enumerate(sheets.values(), start=1):
            cells = "".join(f"<row>{''.join(map(cell_xml, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/{at}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
            )
    return path


def read_workbook(folder: Path, rows: Sequence[Row]) -> Reading:
    path = xlsx(folder / "any name.xlsx", {"System Level Data": [["x"]], SHEET: rows})
    return officially(path, ae_monthly_workbook.READER)


def figure(reading: Reading, code: str, measure: str) -> float:
    return float(reading.tables["ae_monthly"].set_index("org_code").loc[code, measure])


def test_ae_workbook_gives_each_provider_and_england(tmp_path: Path) -> None:
    reading = read_workbook(tmp_path, workbook_rows())

    table = reading.tables["ae_monthly"]
    assert table["org_code"].tolist() == ["ENGLAND", "RZ1", "RZ2"]
    assert table["level"].tolist() == ["england", "provider", "provider"]
    assert table.loc[1, list(AE_MEASURES)].tolist() == [
        100, 10, 50, 160, 20, 1, 0, 21, 30, 2, 1, 33, 7, 40, 8, 3,
    ]  # fmt: skip
    assert table.loc[1, "region"] == "NHS England Nowhere"
    assert set(table["month"]) == {pd.Timestamp("2031-03-01")}
    assert (reading.period, reading.slice_) == ("2031-03", "2031-03")
    assert reading.notes == ()


def test_ae_workbook_is_dated_by_the_later_of_publication_and_revision(tmp_path: Path) -> None:
    assert read_workbook(tmp_path, workbook_rows()).published == date(2031, 6, 12)

    rows = workbook_rows()
    rows[3][3] = ""
    assert read_workbook(tmp_path, rows).published == date(2031, 4, 10)


def test_ae_workbook_totals_are_kept_beside_the_publishers(tmp_path: Path) -> None:
    checks = {check.name: check for check in read_workbook(tmp_path, workbook_rows()).checks}

    england = checks["providers sum to England: attendances"]
    assert (england.ours, england.publishers) == (360, 360)
    timed = checks["England's attendances under and over 4 hours"]
    assert (timed.ours, timed.publishers) == (360, 360)


def test_ae_workbook_is_read_wherever_rows_and_columns_stand(tmp_path: Path) -> None:
    moved = [[], [], ["note above the title"], *workbook_rows()]
    for row in moved[3:]:
        if len(row) > 20:
            row[20:20] = ["A new column" if row[1] == "Code" else ("" if row[1] == "" else 99)]
            row.insert(2, row.pop(3))

    reading = read_workbook(tmp_path, moved)

    assert figure(reading, "RZ1", "admissions_via_type_3") == 1
    assert figure(reading, "RZ1", "admissions_via_ae") == 33
    assert reading.tables["ae_monthly"].loc[1, "org_name"] == "North Trust"


def test_ae_column_of_the_same_heading_is_told_by_its_group(tmp_path: Path) -> None:
    rows = workbook_rows()
    for row in rows:
        if len(row) > 20:
            # The group over 4 hours comes first, then under 4 hours, then all attendances.
            row[4:16] = row[12:16] + row[8:12] + row[4:8]

    reading = read_workbook(tmp_path, rows)

    assert figure(reading, "RZ2", "attendances_type_1") == 200
    assert figure(reading, "RZ2", "over_4_hours_type_1") == 50


@pytest.mark.parametrize(
    ("row", "column", "value", "named"),
    [
        (6, 23, "Patients who waited", "row 7, decision_to_admit_over_4_hours"),
        (6, 1, "Provider", "no row of headings"),
        (5, 12, "Other attendances", "row 7, over_4_hours_type_1"),
        (1, 3, "soon", "row 2, Period"),
        (2, 3, "yesterday", "row 3, Published"),
        (9, 4, "many", "row 10, attendances_type_1"),
        (9, 3, "", "row 10"),
        (7, 3, "Wales", "row 8"),
    ],
    ids=["heading", "header row", "group", "period", "date", "figure", "name", "england"],
)
def test_changed_ae_workbook_is_refused_with_its_place(
    tmp_path: Path, row: int, column: int, value: str, named: str
) -> None:
    rows = workbook_rows()
    rows[row][column] = value
    with pytest.raises(BrokenPublicationError, match=named):
        read_workbook(tmp_path, rows)


@pytest.mark.parametrize(
    ("row", "column", "value", "named"),
    [
        (7, 5, 11, "England row, attendances_type_2.*found 11 .*sum to 10"),
        (7, 24, 6, "England row, decision_to_admit_over_12_hours"),
        (9, 7, 161, "England row, attendances"),
        (9, 5, 11, "England row, attendances_type_2"),
    ],
)
def test_england_that_is_not_the_sum_of_its_providers_is_refused(
    tmp_path: Path, row: int, column: int, value: int, named: str
) -> None:
    rows = workbook_rows()
    rows[row][column] = value
    with pytest.raises(BrokenPublicationError, match=named):
        read_workbook(tmp_path, rows)


def test_types_that_do_not_add_up_are_refused_even_where_england_does(tmp_path: Path) -> None:
    rows = workbook_rows()
    rows[9][5], rows[10][5] = 4, 6
    with pytest.raises(BrokenPublicationError, match="row of RZ1, attendances: found 160"):
        read_workbook(tmp_path, rows)


def test_under_and_over_4_hours_that_miss_the_attendances_are_refused(tmp_path: Path) -> None:
    rows = workbook_rows()
    for row, sign in ((9, 1), (10, -1)):
        rows[row][12] = rows[row][12] + sign  # type: ignore[operator]
        rows[row][15] = rows[row][15] + sign  # type: ignore[operator]
    with pytest.raises(BrokenPublicationError, match="row of RZ1, attendances_type_1"):
        read_workbook(tmp_path, rows)


def withheld_workbook_rows() -> list[Row]:
    rows = workbook_rows()
    rows[9][8:17] = ["-"] * 9
    rows[7][8:17] = [150, 0, 0, 150, 50, 0, 0, 50, 0.75]
    return rows


def test_withheld_4_hour_figures_are_missing_and_told(tmp_path: Path) -> None:
    reading = read_workbook(tmp_path, withheld_workbook_rows())

    assert np.isnan(figure(reading, "RZ1", "over_4_hours"))
    assert np.isnan(figure(reading, "RZ1", "over_4_hours_type_3"))
    assert figure(reading, "RZ1", "attendances") == 160
    assert figure(reading, "ENGLAND", "over_4_hours") == 50
    assert any("over_4_hours" in note and "RZ1" in note for note in reading.notes)
    assert any("cover 200 of its 360 attendances" in note for note in reading.notes)


def test_4_hour_total_of_others_than_those_who_reported_is_refused(tmp_path: Path) -> None:
    rows = withheld_workbook_rows()
    rows[7][8], rows[7][11] = 230, 230
    with pytest.raises(BrokenPublicationError, match="England row, under_4_hours_type_1"):
        read_workbook(tmp_path, rows)


def test_notes_below_the_providers_are_told_and_are_no_rows(tmp_path: Path) -> None:
    rows = workbook_rows()
    rows += [["", "Note:"], ["", "1. Organisations that did not submit"], ["", "code - RZ9", "x"]]
    reading = read_workbook(tmp_path, rows)
    assert len(reading.tables["ae_monthly"]) == 3
    assert any("did not submit" in note and "RZ9" in note for note in reading.notes)


def test_workbook_of_another_kind_is_not_taken(tmp_path: Path) -> None:
    other = xlsx(tmp_path / "a.xlsx", {SHEET: [["", "Title:", "Diagnostics waiting times"]]})
    assert not any(reader.recognise(OfficialFile(other)) for reader in READERS)

    torn = tmp_path / "b.xlsx"
    torn.write_bytes(other.read_bytes()[:200])
    assert not any(reader.recognise(OfficialFile(torn)) for reader in READERS)


# --- A&E CSV --------------------------------------------------------------------------------

AE_CSV = (
    "Period,Org Code,Parent Org,Org name,"
    "A&E attendances Type 1,A&E attendances Type 2,A&E attendances Other A&E Department,"
    "A&E attendances Booked Appointments Type 1,A&E attendances Booked Appointments Type 2,"
    "A&E attendances Booked Appointments Other Department,"
    "Attendances over 4hrs Type 1,Attendances over 4hrs Type 2,"
    "Attendances over 4hrs Other Department,"
    "Attendances over 4hrs Booked Appointments Type 1,"
    "Attendances over 4hrs Booked Appointments Type 2,"
    "Attendances over 4hrs Booked Appointments Other Department,"
    "Patients who have waited 4-12 hs from DTA to admission,"
    "Patients who have waited 12+ hrs from DTA to admission,"
    "Emergency admissions via A&E - Type 1,Emergency admissions via A&E - Type 2,"
    "Emergency admissions via A&E - Other A&E department,Other emergency admissions\n"
    "MSitAE-MARCH-2031,RZ1,NHS ENGLAND NOWHERE ,NORTH TRUST,"
    "90,10,40,10,0,10,15,1,0,5,0,0,5,3,30,2,1,7\n"
    "MSitAE-MARCH-2031,RZ2,NHS ENGLAND NOWHERE ,SOUTH TRUST,"
    "200,0,0,0,0,0,50,0,0,0,0,0,10,2,60,0,0,5\n"
    "TOTAL,TOTAL,TOTAL,TOTAL,290,10,40,10,0,10,65,1,0,5,0,0,15,5,90,2,1,12\n"
)


def read_ae_csv(folder: Path, text: str) -> Reading:
    return officially(saved(folder, text), ae_monthly_csv.READER)


def test_ae_csv_gives_the_figures_of_the_workbook_of_the_month(tmp_path: Path) -> None:
    csv = read_ae_csv(tmp_path, AE_CSV)
    workbook = read_workbook(tmp_path, workbook_rows())

    pd.testing.assert_frame_equal(
        csv.tables["ae_monthly"].set_index("org_code").sort_index()[list(AE_MEASURES)],
        workbook.tables["ae_monthly"].set_index("org_code").sort_index()[list(AE_MEASURES)],
    )
    assert csv.slice_ == workbook.slice_
    assert ae_monthly_csv.READER.rank < ae_monthly_workbook.READER.rank
    assert csv.published is None


def test_ae_csv_is_read_with_mark_crlf_and_columns_moved(tmp_path: Path) -> None:
    frame = pd.read_csv(io.StringIO(AE_CSV))
    frame["A new column"] = "x"
    text = "\ufeff" + frame[frame.columns[::-1]].to_csv(index=False, lineterminator="\r\n")

    reading = read_ae_csv(tmp_path, text)

    assert figure(reading, "RZ1", "attendances") == 160
    assert any("A new column" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("Attendances over 4hrs Booked Appointments Type 1", "Booked waits", "row 1"),
        (
            "TOTAL,TOTAL,TOTAL,TOTAL,290",
            "TOTAL,TOTAL,TOTAL,TOTAL,291",
            "England row, A&E .* Type 1",
        ),
        ("TOTAL,TOTAL,TOTAL", "MSitAE-MARCH-2031,RZ3,X", "no rows TOTAL"),
        ("MSitAE-MARCH-2031,RZ2", "MSitAE-APRIL-2031,RZ2", "2 months"),
        ("MSitAE-MARCH-2031,RZ2", "MSitAE-2031,RZ2", "column Period"),
        (",200,0,", ",2OO,0,", "row 3, A&E attendances Type 1"),
        (",RZ2,", ",,", "row 3"),
    ],
)
def test_changed_ae_csv_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        read_ae_csv(tmp_path, replaced(AE_CSV, old, new))


def test_withheld_figure_of_the_ae_csv_is_missing(tmp_path: Path) -> None:
    text = replaced(AE_CSV, "30,2,1,7", "30,2,-,7")
    text = replaced(text, "90,2,1,12", "90,2,0,12")
    reading = read_ae_csv(tmp_path, text)
    assert np.isnan(figure(reading, "RZ1", "admissions_via_type_3"))
    assert np.isnan(figure(reading, "RZ1", "emergency_admissions"))
    assert any("RZ1" in note for note in reading.notes)


# --- HES by age band ------------------------------------------------------------------------

HES_HEADINGS = (
    "Month_Ending,FY_Start_Date,FY_End_Date,PARTYEAR,Age_Band,FCE,FCEs_With_Procedure,"
    "Ordinary_Admission_Episodes,FCE_DAY_CASES,FCE_DAY_WITH_PROCEDURE,FAE,EMERGENCY,"
    "Total_Appointments,Attended_Appointments,DNA_Appointments,First_Attendance,"
    "Follow_Up_Attendance\n"
)
HES = HES_HEADINGS + "".join(
    f"{month},01APR2030,31MAR2031,203113,{band},100,50,60,40,30,90,20,200,150,20,60,80\n"
    for month in ("31MAR2031", "28FEB2031")
    for band in ("01. 0 - 4", "02. 5", "03. 6+", "04. unknown")
)


def test_hes_gives_episodes_by_month_and_band(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, "\ufeff" + HES), hes_age_bands.READER)

    table = reading.tables["hes_age_band"]
    assert table["age_band"].tolist()[:4] == ["0-4", "5", "6+", "unknown"]
    assert table["age_lower"].tolist()[:3] == [0, 5, 6]
    assert table["age_upper"].tolist()[:2] == [4, 5]
    assert table.loc[2:3, "age_upper"].isna().all()
    assert table.loc[0, list(HES_MEASURES)].tolist() == [100, 60, 40, 90, 20, 200, 150, 20, 60, 80]
    assert sorted(set(table["month"])) == [pd.Timestamp("2031-02-01"), pd.Timestamp("2031-03-01")]
    assert reading.period == "2031-02 to 2031-03"
    assert (reading.checks[0].ours, reading.checks[0].publishers) == (800, 800)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("DNA_Appointments", "Missed", "row 1, outpatient_not_attended"),
        ("31MAR2031,01APR", "30MAR2031,01APR", "row 2, Month_Ending"),
        ("04. unknown", "04. unborn", "row 5, Age_Band"),
        (",100,50,60,40", ",100,50,61,40", "row 2, FCE"),
        (",100,50,60,40", ",1OO,50,60,40", "row 2, FCE"),
        (",200,150,20,", ",160,150,20,", "row 2, outpatient_appointments"),
    ],
)
def test_changed_hes_file_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(HES, old, new)), hes_age_bands.READER)


def test_hes_month_without_a_band_is_refused(tmp_path: Path) -> None:
    text = "".join(HES.splitlines(keepends=True)[:-1])
    with pytest.raises(BrokenPublicationError, match=r"February 2031.*band unknown"):
        officially(saved(tmp_path, text), hes_age_bands.READER)


def test_hes_bands_that_leave_out_an_age_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenPublicationError, match="bands that start at 0, 5, 7"):
        officially(saved(tmp_path, HES.replace("03. 6+", "03. 7+")), hes_age_bands.READER)


def test_suppressed_hes_count_is_missing_and_told(tmp_path: Path) -> None:
    text = replaced(HES, ",100,50,60,40", ",100,50,*,40")
    reading = officially(saved(tmp_path, text), hes_age_bands.READER)
    assert np.isnan(reading.tables["hes_age_band"].loc[0, "ordinary_episodes"])
    assert any("suppressed" in note for note in reading.notes)


# --- Deprivation, rurality, lookup ----------------------------------------------------------

# Five areas: the decile of rank r among 5 is r * 10 / 5, rounded up. Two share rank 2.
IMD_RANKS = [(1, 2), (2, 4), (2, 4), (4, 8), (5, 10)]
IMD = "lsoa11_code,IMD_decile,Income_decile,IMD_rank\r\n" + "".join(
    f"E0100000{at},{decile}.0,1.0,{rank}.0\r\n" for at, (rank, decile) in enumerate(IMD_RANKS)
)


def test_deprivation_of_areas_gives_rank_and_decile(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, IMD), deprivation_lsoa.READER)
    table = reading.tables["deprivation_lsoa"]
    assert table["imd_rank"].tolist() == [1, 2, 2, 4, 5]
    assert table["imd_decile"].tolist() == [2, 4, 4, 8, 10]
    assert set(table["edition"]) == {load_sources()["imd_2019_lsoa"].edition}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("4,10.0,1.0,5.0", "4,10.0,1.0,6.0", "row 6, imd_rank"),
        ("3,8.0,1.0,4.0", "3,8.0,1.0,3.0", "row 5, imd_rank"),
        ("0,2.0,1.0,1.0", "0,1.0,1.0,1.0", "row 2, imd_decile"),
        ("0,2.0,1.0,1.0", "0,2.0,1.0,1.5", "row 2, IMD_rank"),
        ("E01000004", "E01000003", "lsoa_code"),
        ("E01000004", "E0100004", "lsoa_code"),
    ],
)
def test_impossible_ranks_and_deciles_are_refused(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(IMD, old, new)), deprivation_lsoa.READER)


DISTRICTS = (
    "ltla31_code,Score,Proportion,Extent,Income_Score\n"
    "E06000001,35.037,0.3621,0.4973,0.228\nE06000002,40.46,0.0,0.571,0.25\n"
)


def test_deprivation_of_districts_is_of_the_edition_of_its_boundaries(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, DISTRICTS), deprivation_districts.READER)
    assert reading.slice_ == "2031"
    table = reading.tables["deprivation_district"].set_index("area_code")
    assert table.loc["E06000001"].tolist() == ["2031", 35.037, 0.3621]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("0.3621", "36.21", "share_in_most_deprived_decile"),
        ("35.037", "n/a", "row 2, Score"),
        ("E06000002", "E06000001", "each key once"),
    ],
)
def test_impossible_district_deprivation_is_refused(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(DISTRICTS, old, new)), deprivation_districts.READER)


RURAL = (
    "\ufeffLSOA11CD,LSOA11NM,RUC11CD,RUC11,FID\r\n"
    "E01000001,Place 001A,C1,Urban city and town,1\r\n"
    "E01000002,Place 001B,E2,Rural village and dispersed in a sparse setting,2\r\n"
)


def test_rurality_is_read_from_the_name_of_the_class(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, RURAL), rural_urban.READER)
    table = reading.tables["rural_urban_lsoa"]
    assert table["rural"].tolist() == [False, True]
    assert table["class_code"].tolist() == ["C1", "E2"]
    assert reading.slice_ == "2011"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("E2,Rural village", "C1,Rural village", "two names of the class C1"),
        ("Rural village and dispersed", "Village", "rural or an urban"),
        ("E01000002", "E01000001", "each key once"),
    ],
)
def test_impossible_rurality_is_refused(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(RURAL, old, new)), rural_urban.READER)


LOOKUP = (
    "lsoa11_name,lsoa11_code,sicbl22_name,sicbl22_code,sicbl22_code_h,icb22_name,icb22_code,"
    "icb22_code_h,ltla22_name,ltla22_code\n"
    "Place 001A,E01000001,NHS Here,E38000001,01A,NHS Here ICB,E54000001,QZ1,Place,E06000001\n"
    "Place 001B,E01000002,NHS Here,E38000001,01A,NHS Here ICB,E54000001,QZ1,Place,E06000001\n"
)


def test_lookup_gives_commissioner_and_district(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, LOOKUP), lsoa_lookup.READER)
    assert reading.tables["lsoa_lookup"].loc[1].tolist() == [
        "2022", "E01000002", "Place 001B", "E38000001", "E54000001", "NHS Here ICB",
        "E06000001", "Place",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("E54000001,QZ1,Place,E06000001\nPlace", "E54000002,QZ1,Place,E06000001\nPlace", "icb_cod"),
        ("Place,E06000001\nPlace", "Other,E06000001\nPlace", "district_name"),
        ("Place 001B", "", "row 3, lsoa_name"),
        ("E01000002", "E01000001", "each key once"),
    ],
)
def test_impossible_lookup_is_refused(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(LOOKUP, old, new)), lsoa_lookup.READER)


# --- Boundaries -----------------------------------------------------------------------------


def square(west: float, south: float, side: float) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def collection(crs: str | None, rings: list[list[list[float]]], **properties: object) -> str:
    members: dict[str, object] = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"LAD31CD": f"E0600000{at}", "LAD31NM": f"Place {at}"} | properties,
            }
            for at, ring in enumerate(rings)
        ],
    }
    if crs:
        members["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(members)


def read_boundaries(folder: Path, text: str) -> Reading:
    return officially(saved(folder, text, "any.txt"), boundaries.READER)


def test_outline_is_kept_in_whole_metres_with_its_boundary_year(tmp_path: Path) -> None:
    text = collection("EPSG:27700", [square(600000.4, 300000.4, 1000)])
    reading = read_boundaries(tmp_path, text.replace("LAD31", "lad31"))
    row = reading.tables["boundary"].loc[0]
    assert row.drop("geometry").tolist() == ["district", 2031, "E06000000", "Place 0"]
    assert shapely.from_wkt(row["geometry"]).equals(shapely.box(600000, 300000, 601000, 301000))
    assert "." not in row["geometry"]
    assert reading.notes == ()


@pytest.mark.parametrize("crs", ["EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", None])
def test_degrees_are_brought_to_the_national_grid(tmp_path: Path, crs: str | None) -> None:
    # The ONS prints for E38000006, April 2023: LONG -1.54925, LAT 53.5258 and BNG 429979, 403330.
    text = collection(crs, [square(-1.54925 - 0.01, 53.5258 - 0.01, 0.02)])
    text = text.replace("LAD31", "SICBL31").replace("E06000000", "E38000006")
    table = read_boundaries(tmp_path, text).tables["boundary"]
    centre = shapely.from_wkt(table.loc[0, "geometry"]).centroid
    assert table.loc[0, "geography"] == "sub_icb"
    assert centre.x == pytest.approx(429979, abs=5)
    assert centre.y == pytest.approx(403330, abs=5)


def test_outline_that_crosses_itself_is_mended_and_named(tmp_path: Path) -> None:
    bow = [[0.0, 0.0], [100.0, 100.0], [100.0, 0.0], [0.0, 100.0], [0.0, 0.0]]
    text = collection("EPSG:27700", [[[x + 600000, y + 300000] for x, y in bow]])
    reading = read_boundaries(tmp_path, text)
    outline = shapely.from_wkt(reading.tables["boundary"].loc[0, "geometry"])
    assert outline.is_valid
    assert outline.area == 5000
    assert any("E06000000" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (collection("EPSG:3857", [square(600000, 300000, 1000)]), "crs.*EPSG:3857"),
        (collection("EPSG:4326", [square(600000, 300000, 1000)]), "crs"),
        (collection("EPSG:27700", [square(1.0, 52.0, 0.1)]), "crs"),
        (collection("EPSG:27700", [square(6e5, 3e5, 9)], LAD31NM=None), "LAD31NM"),
        (collection("EPSG:27700", [square(6e5, 3e5, 9)], LAD32CD="E06000009"), "LAD32CD"),
        (collection("EPSG:27700", [square(6e5, 3e5, 9)] * 2, LAD31CD="E06000009"), "each key once"),
        (collection("EPSG:27700", [square(6e5, 3e5, 9)], BNG_E=7e5, BNG_N=3e5), "700000"),
    ],
    ids=["unknown", "metres as degrees", "degrees as metres", "name", "two codes", "twice", "far"],
)
def test_outlines_that_cannot_be_placed_are_refused(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        read_boundaries(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "FeatureCollection", "features": [3]}',
        '{"type": "FeatureCollection", "features": [{"properties": {"LAD22CD": "x"}}]}',
        "Period,Org Code\n",
        '"unclosed',
    ],
)
def test_no_reader_takes_a_file_of_another_kind(tmp_path: Path, text: str) -> None:
    file = OfficialFile(saved(tmp_path, text, "x.csv"))
    assert not any(reader.recognise(file) for reader in READERS)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.source)
def test_every_reader_has_a_source_record_of_its_tables(reader: Reader) -> None:
    record = load_sources()[reader.source]
    assert record.tables == reader.tables
    assert record.open_licence


# --- The publishers' own files --------------------------------------------------------------

LSOA_IMD = "deprivation/imd2019_england_lsoa11.csv"
LTLA_IMD = "deprivation/imd2019_england_ltla19.csv"
RUC = (
    "deprivation/Rural_Urban_Classification_2011_of_Lower_Layer_Super_Output_Areas_"
    "in_England_and_Wales.csv"
)
LSOA_LOOKUP = "lookups/lookup_lsoa11_sicbl22_icb22_ltla22.csv"


@pytest.fixture(scope="module")
def workbooks(official: Path) -> dict[str, Reading]:
    paths = sorted((official / "ae_monthly").glob("*.xls"))
    readings = [officially(path, ae_monthly_workbook.READER) for path in paths]
    return {reading.slice_: reading for reading in readings}


@pytest.mark.official_files
def test_72_workbooks_give_every_month(workbooks: dict[str, Reading]) -> None:
    months = pd.period_range("2019-04", "2025-03", freq="M").astype(str)
    assert sorted(workbooks) == months.tolist()
    assert all(reading.published for reading in workbooks.values())
    assert workbooks["2019-04"].published == date(2020, 8, 13)
    assert workbooks["2023-09"].published == date(2024, 6, 13)
    assert workbooks["2025-03"].published == date(2025, 4, 10)


@pytest.mark.official_files
def test_workbook_has_the_figures_that_stand_in_it(workbooks: dict[str, Reading]) -> None:
    march = workbooks["2025-03"]
    assert figure(march, "RGP", "attendances_type_1") == 7416
    assert figure(march, "RGP", "over_4_hours_type_1") == 3330
    assert figure(march, "ENGLAND", "attendances") == 2389064
    assert figure(workbooks["2019-05"], "ENGLAND", "over_4_hours") == 261465
    assert figure(workbooks["2020-04"], "ENGLAND", "attendances") == 916575


@pytest.mark.official_files
def test_england_is_the_sum_of_its_providers_in_every_month(workbooks: dict[str, Reading]) -> None:
    for reading in workbooks.values():
        table = reading.tables["ae_monthly"].set_index("level")[list(AE_MEASURES)]
        assert table.loc["provider"].sum().equals(table.loc["england"])


@pytest.mark.official_files
def test_field_testing_trusts_withhold_from_may_2019_to_may_2023(
    workbooks: dict[str, Reading],
) -> None:
    table = pd.concat([reading.tables["ae_monthly"] for reading in workbooks.values()])
    withheld = table[table["over_4_hours"].isna()]
    by_month = withheld.groupby("month")["org_code"].nunique()
    assert by_month.index.min() == pd.Timestamp("2019-05-01")
    assert by_month.index.max() == pd.Timestamp("2023-05-01")
    assert by_month.tolist() == [14] * 49
    assert {"RGT", "RC9", "RGR", "RQM", "RK9"} <= set(withheld["org_code"])
    others = [name for name in AE_MEASURES if not name.startswith("over_4_hours")]
    assert table[others].notna().all(axis=None)


@pytest.mark.official_files
def test_csv_agrees_with_the_workbook_of_the_same_month(
    official: Path, workbooks: dict[str, Reading]
) -> None:
    readings = [
        officially(path, ae_monthly_csv.READER)
        for path in (official / "ae_monthly_csv").glob("*.csv")
    ]
    assert len(readings) == 8
    for reading in readings:
        csv = reading.tables["ae_monthly"].set_index("org_code").sort_index()
        workbook = workbooks[reading.slice_].tables["ae_monthly"].set_index("org_code").sort_index()
        pd.testing.assert_frame_equal(csv[list(AE_MEASURES)], workbook[list(AE_MEASURES)])


@pytest.mark.official_files
def test_hes_by_age_agrees_with_hes_by_treatment_function(official: Path) -> None:
    path = official / "hes" / "HES_M13_2021_OPEN_DATA_AGE_BANDS.csv"
    table = officially(path, hes_age_bands.READER).tables["hes_age_band"]
    assert table.groupby("month").size().tolist() == [24] * 36

    other = pd.read_csv(official / "hes" / "HES_M13_2021_OPEN_DATA_TREATMENT_FUNCTION.csv")
    other["month"] = pd.to_datetime(other["Month_Ending"], format="%d%b%y").dt.to_period("M")
    months = table["month"].dt.to_period("M")
    for ours, theirs in (
        ("finished_consultant_episodes", "FCE"),
        ("emergency_admission_episodes", "EMERGENCY"),
        ("outpatient_attended", "Attended_Appointments"),
    ):
        expected = other.groupby("month")[theirs].sum()
        assert table.groupby(months)[ours].sum().tolist() == expected.tolist()


@pytest.mark.official_files
def test_deprivation_of_areas_agrees_with_that_of_districts(official: Path) -> None:
    areas = officially(official / LSOA_IMD, deprivation_lsoa.READER).tables["deprivation_lsoa"]
    lookup = officially(official / LSOA_LOOKUP, lsoa_lookup.READER).tables["lsoa_lookup"]
    districts = officially(official / LTLA_IMD, deprivation_districts.READER)

    joined = areas.merge(lookup, on="lsoa_code", validate="one_to_one")
    assert len(joined) == len(areas) == 32844
    counted = joined["imd_decile"].eq(1).groupby(joined["district_code"]).mean()
    printed = districts.tables["deprivation_district"].set_index("area_code")[
        "share_in_most_deprived_decile"
    ]
    both = pd.concat([counted, printed], axis=1, join="inner")
    assert len(both) == 306
    # Four printed places: half a unit of the last one is the most that rounding explains.
    assert both.diff(axis=1).iloc[:, 1].abs().max() <= 0.00005 + 1e-12
    assert set(areas["edition"]) == {districts.slice_}


# Names of 2011 that are short or older forms of the district's name of 2022.
OTHER_NAMES = {
    "Bristol": "Bristol, City of",
    "Herefordshire": "Herefordshire, County of",
    "Kingston upon Hull": "Kingston upon Hull, City of",
    "Shepway": "Folkestone and Hythe",
}
# Mergers by order of Parliament, April 2019 to April 2021.
MERGERS = {
    "Bournemouth, Christchurch and Poole": "Bournemouth; Christchurch; Poole",
    "Buckinghamshire": "Aylesbury Vale; Chiltern; South Bucks; Wycombe",
    "Dorset": "East Dorset; North Dorset; Purbeck; West Dorset; Weymouth and Portland",
    "East Suffolk": "Suffolk Coastal; Waveney",
    "North Northamptonshire": "Corby; East Northamptonshire; Kettering; Wellingborough",
    "Somerset West and Taunton": "Taunton Deane; West Somerset",
    "West Northamptonshire": "Daventry; Northampton; South Northamptonshire",
    "West Suffolk": "Forest Heath; St Edmundsbury",
}


@pytest.mark.official_files
def test_lookup_agrees_with_the_names_that_the_ons_gives_each_area(official: Path) -> None:
    lookup = officially(official / LSOA_LOOKUP, lsoa_lookup.READER).tables["lsoa_lookup"]
    rural = officially(official / RUC, rural_urban.READER).tables["rural_urban_lsoa"]
    assert len(rural) == 34753
    assert rural["rural"].sum() == 6204

    english = rural[rural["lsoa_code"].str.startswith("E")]
    joined = lookup.merge(english, on="lsoa_code", suffixes=("", "_ons"), how="outer")
    assert len(joined) == len(lookup) == 32844
    assert joined["lsoa_name"].equals(joined["lsoa_name_ons"])

    since = OTHER_NAMES | {old: new for new, olds in MERGERS.items() for old in olds.split("; ")}
    stem = joined["lsoa_name_ons"].str.replace(r" \d{3}[A-Z]+$", "", regex=True)
    assert stem.replace(since).equals(joined["district_name"])
    assert (stem == joined["district_name"]).sum() == 30705


@pytest.mark.official_files
def test_waveney_part_of_east_suffolk_is_with_norfolk(official: Path) -> None:
    lookup = officially(official / LSOA_LOOKUP, lsoa_lookup.READER).tables["lsoa_lookup"]
    divided = lookup[lookup["district_code"] == "E07000244"]
    stem = divided["lsoa_name"].str.replace(r" \d{3}[A-Z]$", "", regex=True)
    assert divided.groupby([stem, "icb_name"]).size().to_dict() == {
        ("Suffolk Coastal", "NHS Suffolk and North East Essex Integrated Care Board"): 73,
        ("Waveney", "NHS Norfolk and Waveney Integrated Care Board"): 73,
    }


@pytest.mark.official_files
def test_boundaries_are_valid_and_in_place(official: Path) -> None:
    folder = official / "boundaries"
    readings = [officially(path, boundaries.READER) for path in sorted(folder.glob("*json"))]
    assert [reading.slice_ for reading in readings] == [
        "district 2018",
        "district 2022",
        "sub_icb 2023",
    ]
    assert [reading.checks[0].ours for reading in readings] == [391, 374, 106]
    outlines = {
        (reading.slice_, row.area_code): shapely.from_wkt(row.geometry)
        for reading in readings
        for row in reading.tables["boundary"].itertuples()
    }
    assert all(outline.is_valid for outline in outlines.values())

    parts = shapely.union_all(
        [outlines["district 2018", "E07000205"], outlines["district 2018", "E07000206"]]
    )
    whole = outlines["district 2022", "E07000244"]
    assert parts.intersection(whole).area / parts.union(whole).area > 0.98


@pytest.mark.official_files
def test_each_reader_takes_its_own_files_and_no_others(official: Path) -> None:
    taken: dict[str, list[str]] = {reader.source: [] for reader in READERS}
    for path in sorted(official.rglob("*")):
        if path.is_file():
            file = OfficialFile(path)
            for reader in READERS:
                if reader.recognise(file):
                    taken[reader.source].append(path.relative_to(official).parts[0])
    assert {source: len(folders) for source, folders in taken.items()} == {
        "ae_monthly_workbook": 72,
        "ae_monthly_csv": 8,
        "hes_open_data_age_bands": 1,
        "imd_2019_lsoa": 1,
        "imd_2019_districts": 1,
        "rural_urban_2011": 1,
        "lsoa_lookup_2022": 1,
        "ons_boundaries": 3,
    }
    assert set(taken["ae_monthly_workbook"]) == {"ae_monthly"}
