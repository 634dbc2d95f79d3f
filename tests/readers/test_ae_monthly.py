"""Readers of the monthly A&E figures by provider: the workbook and the CSV."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import pytest
from handmade_files import held

from caseanalysis import readers
from caseanalysis.errors import BrokenPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import ae_monthly_csv, ae_monthly_workbook
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.schemas import AE_MEASURES
from caseanalysis.store import Store

READERS = (ae_monthly_workbook.READER, ae_monthly_csv.READER)
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
    assert not ae_monthly_workbook.READER.recognise(OfficialFile(other))

    torn = tmp_path / "b.xlsx"
    torn.write_bytes(other.read_bytes()[:200])
    with pytest.raises(BrokenPublicationError, match="truncated or damaged"):
        readers.identify(OfficialFile(torn))


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


# --- The publisher's own files ---------------------------------------------------------------


@pytest.fixture(scope="module")
def workbooks(official: Path, full_store: Store) -> dict[str, Reading]:
    paths = sorted((official / "ae_monthly").glob("*.xls"))
    readings = [held(full_store, path, source_id="ae_monthly_workbook") for path in paths]
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
