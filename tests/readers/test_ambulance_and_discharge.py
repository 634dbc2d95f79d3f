"""Readers of ambulance response, ambulance handover and discharge."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_workbooks import workbook
from test_planned_care import one, read_as, refused, saved

from caseanalysis import readers
from caseanalysis.officialfile import OfficialFile

Row = list[object]

# --- Ambulance Systems Indicators -------------------------------------------------------------

NUMBERS = (0, 1, 7, 8, 9, 10, 11, 12, 17, *range(24, 39), 53, 54, 55, 56)
INDICATORS = [f"A{number}" for number in NUMBERS]


def service(code: str, name: str, incidents: int) -> list[str]:
    """Incidents: a tenth of category 1, the rest of category 2; means of 400 and 1,200 seconds."""
    first, second = incidents // 10, incidents - incidents // 10
    values = dict.fromkeys(INDICATORS, ".")
    values |= {"A0": "2,000", "A1": str(incidents * 2), "A7": str(incidents), "A17": "5"}
    values |= {"A8": str(first), "A24": str(first * 400), "A25": "400", "A26": "700"}
    values |= {"A10": str(second), "A30": str(second * 1200), "A31": "1200", "A32": "2400"}
    values |= {"A53": str(incidents // 2), "A54": "0", "A55": "10", "A56": str(incidents // 2 + 10)}
    return ["2031", "4", "Y56", code, name, *values.values()]


def ambulance_csv() -> str:
    england = service("Eng", "England", 300)
    england[5 + INDICATORS.index("A55")] = "20"
    england[5 + INDICATORS.index("A56")] = "170"
    rows = [england, service("Y56", "London", 100), service("RRU", "London Ambulance", 100),
            service("RYC", "East Ambulance", 200)]  # fmt: skip
    heading = ["Year", "Month", "Region", "Org Code", "Org Name", *INDICATORS]
    return "\n".join(
        ",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in [heading, *rows]
    )


def test_ambulance_response_by_category(tmp_path: Path) -> None:
    reading = read_as("ambulance", saved(tmp_path, ambulance_csv()))
    response = reading.tables["ambulance_response"]
    row = one(response, org_code="RYC", category="C2")
    assert (row["incidents"], row["mean_seconds"], row["p90_seconds"]) == (180, 1200, 2400)
    assert np.isnan(one(response, org_code="RYC", category="C4")["incidents"])
    activity = reading.tables["ambulance_activity"]
    assert activity["level"].tolist() == ["england", "region", "provider", "provider"]
    assert one(activity, org_code="RRU")["contacts"] == 2000
    assert one(activity, org_code="ENGLAND")["face_to_face"] == 170


def test_ambulance_file_with_a_heading_printed_twice_gives_the_same_figures(tmp_path: Path) -> None:
    published = read_as("ambulance", saved(tmp_path, ambulance_csv()))
    lines = ambulance_csv().splitlines()
    twice = [f"{line},{'.,.' if at else 'A5,A5'}" for at, line in enumerate(lines)]
    reading = read_as("ambulance", saved(tmp_path, "\n".join(twice)))
    pd.testing.assert_frame_equal(
        reading.tables["ambulance_activity"], published.tables["ambulance_activity"]
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("1200,2400", "1300,2400", "mean response of C2: found 1,300 seconds; wanted 1,200"),
        ("2031,4,Y56,RRU", "2031,April,Y56,RRU", "row 4, Year and Month: found '2031', 'April'"),
        (",600,300,", ",600,301,", "Eng, April 2031, incidents: found 301; wanted 300"),
        (",20,170", ",20,171", "Eng, April 2031, face_to_face"),
        (",A31,", ",B31,", "unknown|no known|nearest"),
    ],
)
def test_ambulance_file_with_a_fault_is_refused(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = ambulance_csv()
    assert old in text
    with pytest.raises(Exception, match=told):
        readers.read(OfficialFile(saved(tmp_path, text.replace(old, new, 1))))


# --- Ambulance handovers ----------------------------------------------------------------------

BLOCK = ["Handover time known", "Over 15 minutes", "Over 30 minutes", "Over 60 minutes",
         "Handover time unknown", "All handovers"]  # fmt: skip


def handovers() -> list[Row]:
    return [
        ["", "", "", date(2031, 1, 1), *[""] * 5, date(2031, 1, 2), *[""] * 5],
        ["Region", "Code", "Name", *BLOCK, *BLOCK],
        ["", "-", "England", 30, 20, 9, 3, 2, 32, 33, 21, 8, 2, 0, 33],
        [""] * 15,
        ["London", "RAA", "Upper", 10, 5, 2, 1, 2, 12, 11, 6, 2, 1, 0, 11],
        ["East", "RBB", "Lower", 20, 15, 7, 2, 0, 20, 22, 15, 6, 1, "-", 22],
    ]


def test_handovers_by_trust_and_day(tmp_path: Path) -> None:
    rows = [["Title"], *handovers()]
    reading = read_as("ambulance_handover", workbook(tmp_path / "any", {"All Handovers": rows}))
    table = reading.tables["ambulance_handover"]
    assert len(table) == 3 * 2
    row = one(table, org_code="RBB", day=pd.Timestamp("2031-01-02"))
    assert (row["handovers"], row["over_30_minutes"], row["over_60_minutes"]) == (22, 6, 1)
    assert np.isnan(row["handovers_not_timed"])
    assert np.isnan(row["over_45_minutes"])
    assert reading.period == "2031-01-01 to 2031-01-02"


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (2, 3, 31, "England, 01 January 2031, handovers_timed: found 31; wanted 30"),
        (4, 11, 7, "RAA, 02 January 2031, over_30_minutes: found 7; wanted at most 6"),
        (0, 9, date(2031, 1, 3), "2 days that do not follow each other"),
        (1, 11, "Late", "02 January 2031, over_30_minutes: found no columns"),
        (4, 3, "ten", "row 5, handovers_timed: found 'ten'"),
        (2, 2, "Total", "no rows England"),
    ],
)
def test_handovers_with_a_fault_are_refused(
    tmp_path: Path, row: int, column: int, cell: object, told: str
) -> None:
    rows = [list(line) for line in handovers()]
    rows[row][column] = cell
    assert told in refused(workbook(tmp_path / "any", {"Handovers": rows}))


# --- Discharge --------------------------------------------------------------------------------

DISCHARGE = """"nhs_trust31_code","date","do_not_meet_criteria_to_reside"
"RAA",2031-04-01,110
"RAA",2031-04-02,0
"RAA",2031-04-03,105
"RBB",2031-04-01,NA
"RBB",2031-04-02,0
"RBB",2031-04-03,0
NA,2031-04-02,NA
"""


def test_day_of_zeros_alone_is_no_day_without_patients(tmp_path: Path) -> None:
    reading = read_as("discharge", saved(tmp_path, DISCHARGE))
    table = reading.tables["criteria_to_reside"].set_index(["org_code", "day"])["patients"]
    assert table["RAA"].tolist()[::2] == [110, 105]
    # 2 April has 0 for both trusts; 3 April has 0 for one of them, which is kept.
    assert table.isna().tolist() == [False, True, False, True, True, False]
    assert "NA" not in table.index.get_level_values("org_code")
    assert any("02 April 2031: every trust has 0" in note for note in reading.notes)
    assert any("1 rows of no trust" in note for note in reading.notes)


def test_sudden_jump_is_told_with_what_is_usual(tmp_path: Path) -> None:
    text = DISCHARGE.replace("03,105", "03,900") + "".join(
        f'"RAA",2031-04-{day:02d},110\n' for day in range(4, 9)
    )
    reading = read_as("discharge", saved(tmp_path, text))
    wanted = "RAA, 03 April 2031: 900 patients while 110 are usual there"
    assert wanted in reading.notes


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("04-01,110", "04-01,some", "row 2, do_not_meet_criteria_to_reside: found 'some'"),
        ("NA,2031-04-02,NA", "NA,2031-04-02,5", "row 8, nhs_trust31_code: found no trust for 5"),
        ("2031-04-03,105", "1 April,105", "row 4, date: found '1 April'"),
        ('"RBB",2031-04-03', '"RAA",2031-04-03', "each key once"),
    ],
)
def test_discharge_with_a_fault_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in refused(saved(tmp_path, DISCHARGE.replace(old, new, 1)))


@pytest.mark.official_files
def test_official_discharge_series(official: Path) -> None:
    (path,) = (official / "discharge").glob("*.csv")
    reading = read_as("discharge", path)
    table = reading.tables["criteria_to_reside"]
    assert table["org_code"].nunique() == 121
    # The first line of the file, and a day on which every line has 0.
    assert one(table, org_code="RAJ", day=pd.Timestamp("2022-04-01"))["patients"] == 111
    assert table.loc[table["day"] == "2022-06-19", "patients"].isna().all()
    england = table.groupby("day")["patients"].sum(min_count=1)
    assert england["2022-04-01"] == 24029
    assert any("RDE, 28 September 2024: 1,936" in note for note in reading.notes)
