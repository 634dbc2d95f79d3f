"""Readers of planned care: referral to treatment, diagnostics, cancer and cancelled operations."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_workbooks import title_block, workbook

from caseanalysis import readers
from caseanalysis.errors import BrokenPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reading

Row = list[object]


def read_as(source: str, path: Path) -> Reading:
    reader, reading = readers.read(OfficialFile(path))
    assert reader.source == source
    assert set(reading.tables) == set(reader.tables)
    return reading


def refused(path: Path) -> str:
    with pytest.raises(BrokenPublicationError) as error:
        readers.read(OfficialFile(path))
    return str(error.value)


def saved(folder: Path, content: str | bytes, name: str = "any") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def one(table: pd.DataFrame, **where: object) -> pd.Series:
    rows = table
    for name, value in where.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


# --- Referral to treatment: the extract -------------------------------------------------------

WEEKS = [f"Gt {week:02d} To {week + 1:02d} Weeks SUM 1" for week in range(104)]
EXTRACT = [
    "Period", "Provider Parent Org Code", "Provider Org Code", "Provider Org Name",
    "Commissioner Org Code", "RTT Part Type", "Treatment Function Code",
    "Treatment Function Name", *WEEKS, "Gt 104 Weeks SUM 1", "Total",
    "Patients with unknown clock start date", "Total All",
]  # fmt: skip


def extract_row(
    provider: str, commissioner: str, part: str, function: str, weeks: dict[int, int], unknown: str
) -> list[str]:
    counts = [str(weeks.get(week, 0)) for week in range(105)]
    timed = sum(weeks.values())
    total = timed + int(unknown or 0)
    return [
        "RTT-April-2031", "QE1", provider, f"{provider} TRUST", commissioner, part, function,
        "Total" if function == "C_999" else "Some Service", *counts,
        str(timed) if unknown else "", unknown, str(total),
    ]  # fmt: skip


def extract(providers: int = 120) -> list[list[str]]:
    """Two commissioners a provider: 7 patients wait 0-1 weeks, 3 wait 17-18 and 2 over 104."""
    rows = [EXTRACT]
    for number in range(providers):
        code = f"P{number:03d}"
        for commissioner, weeks in (("00A", {0: 3, 17: 1, 104: 2}), ("00B", {0: 4, 17: 2})):
            rows.append(extract_row(code, commissioner, "Part_2", "C_100", weeks, ""))
            rows.append(extract_row(code, commissioner, "Part_2", "C_999", weeks, ""))
        rows.append(extract_row(code, "00A", "Part_1A", "C_100", {18: 5}, "1"))
        rows.append(extract_row(code, "00A", "Part_1A", "C_999", {18: 5}, "1"))
    return rows


def zipped(rows: list[list[str]], *, name: str = "extract.csv", end: str = "\r\n") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, end.join(",".join(row) for row in rows) + end)
    return content.getvalue()


def test_extract_adds_up_commissioners_and_counts_waits(tmp_path: Path) -> None:
    reading = read_as("rtt_extract", saved(tmp_path, zipped(extract())))
    table = reading.tables["rtt_pathway"]
    # Two rows a provider for each of two pathways.
    assert len(table) == 120 * 4
    row = one(table, org_code="P007", pathway="incomplete", treatment_function="C_100")
    # 3 + 1 + 2 and 4 + 2 patients; 3 + 1 + 4 + 2 = 10 of them within 18 weeks, 2 over 104.
    assert (row["pathways"], row["pathways_timed"]) == (12, 12)
    assert (row["within_18_weeks"], row["over_18_weeks"], row["over_104_weeks"]) == (10, 2, 2)
    assert np.isnan(row["unknown_start"])
    assert not row["is_total"]
    treated = one(table, org_code="P007", pathway="admitted", treatment_function="C_999")
    assert (treated["pathways"], treated["unknown_start"], treated["within_18_weeks"]) == (6, 1, 0)
    assert treated["is_total"]
    assert (reading.period, reading.slice_) == ("2031-04", "2031-04")
    assert [(check.ours, check.publishers) for check in reading.checks] == [
        (120 * (24 + 12), 120 * (24 + 12)),
        (120 * 18, 120 * 18),
    ]


def test_extract_is_read_out_of_its_archive_too(tmp_path: Path) -> None:
    text = "\ufeff" + "\n".join(",".join(row) for row in extract())
    reading = read_as("rtt_extract", saved(tmp_path, text))
    assert reading.tables["rtt_pathway"]["pathways"].sum() == 120 * (12 + 12 + 6 + 6)


def test_part_of_the_extract_is_refused(tmp_path: Path) -> None:
    assert "2 providers" in refused(saved(tmp_path, zipped(extract(2))))


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (1, "Total All", "13", "row 2, Total All: found 13; wanted 6"),
        (5, WEEKS[3], "x", "row 6, Gt 03 To 04 Weeks SUM 1: found 'x'"),
        (5, WEEKS[3], "-1", "found '-1'; wanted a count"),
        (1, "RTT Part Type", "Part_9", "row 2, RTT Part Type: found 'Part_9'"),
        (1, "Period", "RTT-May-2031", "2 months"),
        (0, WEEKS[3], "Gt three", "without a gap"),
        (0, "Treatment Function Name", "Specialty", "no known publication|nearest"),
    ],
)
def test_extract_with_a_fault_is_refused_at_its_place(
    tmp_path: Path, row: int, column: str, cell: str, told: str
) -> None:
    rows = extract()
    at = EXTRACT.index(column)
    rows[row] = [*rows[row][:at], cell, *rows[row][at + 1 :]]
    path = saved(tmp_path, zipped(rows))
    with pytest.raises(Exception, match=told):
        readers.read(OfficialFile(path))


def test_total_that_its_treatment_functions_do_not_give_is_refused(tmp_path: Path) -> None:
    rows = extract()
    rows[2] = extract_row("P000", "00A", "Part_2", "C_999", {0: 4, 17: 1, 104: 2}, "")
    assert "provider P000, incomplete, C_999" in refused(saved(tmp_path, zipped(rows)))


@pytest.mark.official_files
def test_sample_of_the_extract_is_known_and_refused(official: Path) -> None:
    path = official / "rtt" / "rtt_2023-04.zip"
    assert readers.identify(OfficialFile(path)).source == "rtt_extract"
    assert "2 providers" in refused(path)


@pytest.mark.official_files
def test_real_layout_of_the_extract_is_read(official: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(official / "rtt" / "rtt_2023-04.zip") as archive:
        header, *lines = archive.read(archive.namelist()[0]).decode("utf-8-sig").splitlines()
    # The two providers of the sample, sixty times under other codes, pass for a whole extract.
    many = [
        line.replace(",A4M8P,", f",A{number:03d},").replace(",AAV,", f",B{number:03d},")
        for number in range(60)
        for line in lines
    ]
    rows = [[line] for line in (header, *many)]
    table = read_as("rtt_extract", saved(tmp_path, zipped(rows))).tables["rtt_pathway"]
    row = one(table, org_code="A011", pathway="incomplete", treatment_function="C_999")
    # What the re-keyed totals have for A4M8P in April 2023.
    totals = pd.read_csv(official / "rtt" / "rtt_provider_totals_2021-04_2025-03.csv")
    known = one(totals, org_code="A4M8P", month_start="2023-04-01")
    assert row["pathways"] == known["total_incomplete"] == 3500
    assert row["within_18_weeks"] == known["within_18wk"] == 2178
    assert row["over_52_weeks"] == known["over_52wk"] == 177
    assert row["over_65_weeks"] == known["over_65wk"]


# --- Archives ---------------------------------------------------------------------------------


def archive(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
        for name, inside in members:
            written.writestr(name, inside)
    return content.getvalue()


def linked(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = 0o120777 << 16
    return member


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (archive(("a.csv", b"a,b"), ("b.csv", b"c,d")), "2 files"),
        (archive(("a.csv", b"a,b"), ("run.sh", b"c,d")), "2 files"),
        (archive(("../a.csv", b"a,b")), "leaves the archive"),
        (archive(("/etc/a.csv", b"a,b")), "leaves the archive"),
        (archive(("C:\\a.csv", b"a,b")), "leaves the archive"),
        (archive((linked("a.csv"), b"/etc/passwd")), "a link"),
    ],
)
def test_unsafe_or_unclear_archive_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in refused(saved(tmp_path, content))


def test_archive_larger_than_the_bound_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caseanalysis.officialfile.LARGEST_MEMBER", 1000)
    bomb = archive(("a.csv", b"0" * 2000))
    assert "2,000 bytes" in refused(saved(tmp_path, bomb))
    # The same archive, which now declares 999 bytes in both of its directories.
    lying = bomb.replace((2000).to_bytes(4, "little"), (999).to_bytes(4, "little"))
    assert lying != bomb
    assert OfficialFile(saved(tmp_path, lying)).archived in (None, b"0" * 999)


def test_archive_with_folders_and_resource_forks_of_one_file_is_read(tmp_path: Path) -> None:
    content = archive(("in/", b""), ("in/a.csv", b"a,b\n1,2\n"), ("__MACOSX/in/._a.csv", b"x"))
    file = OfficialFile(saved(tmp_path, content))
    assert (file.form, file.csv_header) == ("text", ("a", "b"))


# --- Referral to treatment: totals and England -------------------------------------------------

TOTALS = """org_code,month_start,total_incomplete,within_18wk,over_52wk,over_65wk,over_78wk,\
over_104wk
RAA,2031-04-01,100.0,60.0,8.0,4.0,2.0,0.0
RBB,2031-04-01,50.0,50.0,,,,
RAA,2031-05-01,110.0,61.0,9.0,4.0,2.0,1.0
"""


def test_blank_total_stays_unknown(tmp_path: Path) -> None:
    reading = read_as("rtt_provider_totals", saved(tmp_path, TOTALS))
    table = reading.tables["rtt_provider_total"]
    row = one(table, org_code="RBB")
    assert (row["pathways"], row["within_18_weeks"]) == (50, 50)
    assert np.isnan(row["over_52_weeks"])
    assert any("over_52_weeks: 1 blanks" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("8.0,4.0,2.0,0.0", "8.0,9.0,2.0,0.0", "row 2, over_65wk: found 9; wanted at most 8"),
        ("2031-05-01", "2031-06-01", "no row of May 2031"),
        ("2031-05-01", "2031-05-02", "row 4, month_start"),
        ("110.0,61.0", "110.0,n/a", "row 4, within_18wk: found 'n/a'"),
        ("RBB,2031-04", "RAA,2031-04", "each key once"),
    ],
)
def test_totals_with_a_fault_are_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in refused(saved(tmp_path, TOTALS.replace(old, new, 1)))


SERIES_GROUPS: Row = [
    "", "Year", "Month", "Incomplete RTT pathways", "", "", "", "", "",
    "Admitted (unadjusted) RTT pathways", "Non-Admitted RTT pathways", "New RTT periods",
    "Admitted (adjusted) RTT pathways",
]  # fmt: skip
SERIES_HEADINGS: Row = [
    "", "", "", "Median wait (weeks)", "92nd percentile (weeks)", "No. within 18 weeks",
    "% within 18 weeks", "No. > 18 weeks", "Total waiting (mil)", "No. of pathways (all)",
    "No. of pathways (all)", "No. of new RTT periods", "No. of pathways (all)",
]  # fmt: skip


def series() -> list[Row]:
    return [
        ["", "Title:", "RTT"],
        SERIES_GROUPS,
        SERIES_HEADINGS,
        ["", "2030/31", date(2031, 3, 1), 10.5, "52+", 60, 0.6, 40, 100, 20, 30, "-", "-"],
        ["", "2031/32", date(2031, 4, 1), 11.5, 40.5, 50, 0.5, 50, 100, 21, 31, 41, "-"],
        ["", "", date(2031, 5, 1), "", "", "", "", "", "", "", "", "", "-"],
        ["", "Notes:"],
    ]


def test_series_of_england_is_read_by_group_and_heading(tmp_path: Path) -> None:
    shifted = [[], *(["", *row] for row in series())]
    path = workbook(tmp_path / "any", {"Renamed": shifted})
    reading = read_as("rtt_england_series", path)
    table = reading.tables["rtt_england"]
    march = one(table, month=pd.Timestamp("2031-03-01"), pathway="incomplete")
    assert (march["median_weeks"], march["pathways"], march["over_18_weeks"]) == (10.5, 100, 40)
    assert np.isnan(march["p92_weeks"])
    april = one(table, month=pd.Timestamp("2031-04-01"), pathway="new_periods")
    assert april["pathways"] == 41
    # March: incomplete, admitted, non-admitted; April: those and new periods; May: nothing.
    assert len(table) == 3 + 4
    assert reading.period == "2031-03 to 2031-04"
    assert any("1 percentiles" in note for note in reading.notes)
    assert any("after 2031-04" in note for note in reading.notes)


def test_wrong_share_is_told_and_the_counts_kept(tmp_path: Path) -> None:
    rows = series()
    rows[3][6] = 0.61
    reading = read_as("rtt_england_series", workbook(tmp_path / "any", {"S": rows}))
    assert any("March 2031" in note and "0.610000" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (3, 8, 101, "March 2031, Total waiting: found 101; wanted 100"),
        (4, 2, date(2031, 5, 1), "row 5: found 2031-05-01"),
        (4, 5, "many", "row 5, incomplete within_18_weeks: found 'many'"),
        (2, 8, "Everybody", "no column of pathways for incomplete"),
        (2, 4, "Median wait (weeks)", "two columns"),
    ],
)
def test_series_with_a_fault_is_refused(
    tmp_path: Path, row: int, column: int, cell: object, told: str
) -> None:
    rows = [list(line) for line in series()]
    rows[row][column] = cell
    assert told in refused(workbook(tmp_path / "any", {"S": rows}))


@pytest.mark.official_files
def test_official_waiting_times_of_england(official: Path) -> None:
    reading = read_as("rtt_england_series", official / "rtt" / "RTT_TS_data.xlsx")
    table = reading.tables["rtt_england"]
    last = one(table, month=pd.Timestamp("2022-11-01"), pathway="incomplete")
    # Read off the sheet's last filled row with another program.
    assert (last["pathways"], last["pathways_estimated"]) == (6926635, 7185359)
    assert (last["over_52_weeks"], last["over_104_weeks"]) == (379316, 1338)
    assert last["median_weeks"] == pytest.approx(13.621067544)
    assert any("September 2021" in note and "0.664888" in note for note in reading.notes)


@pytest.mark.official_files
def test_official_totals_are_near_the_series_of_england(official: Path) -> None:
    path = official / "rtt" / "rtt_provider_totals_2021-04_2025-03.csv"
    providers = read_as("rtt_provider_totals", path).tables["rtt_provider_total"]
    england = read_as("rtt_england_series", official / "rtt" / "RTT_TS_data.xlsx")
    series_ = england.tables["rtt_england"].query("pathway == 'incomplete'").set_index("month")
    ratio = (providers.groupby("month")["pathways"].sum() / series_["pathways"]).dropna()
    assert len(ratio) == 20
    assert ratio.between(1.003, 1.010).all()


# --- Diagnostics -----------------------------------------------------------------------------

DM_HEADINGS: Row = [
    "", "Regional Team Code", "Regional Team Name", "Provider Code", "Provider Name",
    "Diagnostic ID", "Diagnostic Test Name", "Total Waiting List", "Number waiting 6+ Weeks",
    "Number waiting 13+ Weeks", "Percentage waiting 6+ weeks",
    *(f"{week:02d} <{week + 1:02d} weeks" if week else "0 <01 weeks" for week in range(13)),
    "13+ weeks", "", "Planned tests / procedures", "Unscheduled tests / procedures",
    "Waiting list tests / procedures (excluding planned)",
]  # fmt: skip


def dm_row(code: str, test: object, name: str, waits: tuple[int, int, int], planned: int) -> Row:
    """Patients who wait 0-1 weeks, 6-7 weeks and 13 or more."""
    first, sixth, last = waits
    bands = [first, 0, 0, 0, 0, 0, sixth, 0, 0, 0, 0, 0, 0]
    total = sum(waits)
    return ["", "Y56" if code else "", "Region", code, f"{code} Trust" if code else "Total",
            test, name, total, sixth + last, last, (sixth + last) / total, *bands, last, "",
            planned, 2, 3]  # fmt: skip


def diagnostics() -> list[Row]:
    england = dm_row("", "", "", (16, 4, 2), 10)
    england[-2:] = [4, 6]
    rows = [
        dm_row("RAA", 1, "Magnetic Resonance Imaging", (6, 2, 1), 4),
        dm_row("RAA", 2, "Computed Tomography", (4, 1, 1), 1),
        dm_row("RAA", 16, "Total", (10, 3, 2), 5),
        dm_row("RBB", 1, "Magnetic Resonance Imaging", (6, 1, 0), 5),
        dm_row("RBB", 16, "Total", (6, 1, 0), 5),
    ]
    rows[2][-2:] = [4, 6]
    england[-2:] = [6, 9]
    return [*title_block("March 2031"), DM_HEADINGS, england, [""] * len(DM_HEADINGS), *rows]


def test_diagnostics_are_read_by_test_with_totals_marked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "any", {"Provider": [["x"]], "Provider by Test": diagnostics()})
    reading = read_as("diagnostics_dm01", path)
    table = reading.tables["diagnostic_wait"]
    row = one(table, org_code="RAA", test="1")
    assert (row["waiting"], row["waiting_6_weeks"], row["waiting_13_weeks"]) == (9, 3, 1)
    assert (row["waiting_week_0"], row["waiting_week_6"], row["planned_tests"]) == (6, 2, 4)
    assert table.loc[table["is_total"], "org_code"].tolist() == ["ENGLAND", "RAA", "RBB"]
    england = one(table, level="england")
    assert (england["test"], england["waiting"]) == ("total", 22)
    assert reading.published == date(2031, 4, 10)


def test_diagnostics_with_other_order_of_columns_and_sheet_name(tmp_path: Path) -> None:
    rows = [row[:4] + list(reversed(row[4:])) if len(row) > 20 else row for row in diagnostics()]
    reading = read_as("diagnostics_dm01", workbook(tmp_path / "any", {"Sheet1": [[], *rows]}))
    assert one(reading.tables["diagnostic_wait"], org_code="RBB", test="1")["waiting"] == 7


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (5, 7, 23, "England row, waiting: found 23 while the providers sum to 22"),
        (9, 7, 16, "England row, waiting"),
        (7, 17, 3, "row of RAA Magnetic Resonance Imaging, waiting"),
        (7, 26, 5, "provider RAA, Total, planned_tests: found 5; wanted 6"),
        (7, 26, "few", "row 8, planned_tests: found 'few'"),
        (4, 17, "06 to 07", "waiting_week_6: found no columns headed so"),
        (4, 25, "13+ weeks", "week_13_and_over: found 2 columns headed so"),
        (5, 4, "All", "no rows 'Total'"),
    ],
)
def test_diagnostics_with_a_fault_are_refused(
    tmp_path: Path, row: int, column: int, cell: object, told: str
) -> None:
    rows = [list(line) for line in diagnostics()]
    rows[row][column] = cell
    assert told in refused(workbook(tmp_path / "any", {"Provider by Test": rows}))


def test_figure_that_is_not_given_stays_unknown(tmp_path: Path) -> None:
    rows = [list(line) for line in diagnostics()]
    for line in (5, 10, 11):
        rows[line][26] = "-"
    rows[5][26] = 5
    reading = read_as("diagnostics_dm01", workbook(tmp_path / "any", {"S": rows}))
    assert np.isnan(
        one(reading.tables["diagnostic_wait"], org_code="RBB", test="1")["planned_tests"]
    )
    assert any("RBB" in note for note in reading.notes)


@pytest.mark.official_files
def test_official_diagnostics_of_march_2025(official: Path) -> None:
    (path,) = (official / "diagnostics_dm01").glob("*March-2025*")
    reading = read_as("diagnostics_dm01", path)
    table = reading.tables["diagnostic_wait"]
    # The England row of the sheet, and one provider's, read off with another program.
    england = one(table, level="england")
    assert (england["waiting"], england["waiting_6_weeks"]) == (1703242, 312744)
    gastroscopy = one(table, org_code="RCB", test="15")
    assert (gastroscopy["waiting"], gastroscopy["waiting_6_weeks"]) == (567, 131)
    assert reading.published == date(2025, 5, 15)


@pytest.mark.official_files
def test_official_diagnostics_of_august_2024_are_the_revised_ones(official: Path) -> None:
    (path,) = (official / "diagnostics_dm01").glob("*August-2024*")
    reading = read_as("diagnostics_dm01", path)
    assert reading.published == date(2025, 7, 10)
    assert "revised" in reading.release
