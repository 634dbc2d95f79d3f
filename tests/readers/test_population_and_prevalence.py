"""Readers of population, activity rates, prevalence and catchments."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest
from handmade_files import held

from caseanalysis.errors import BrokenPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import Reading, all_readers
from caseanalysis.readers import read as read_any
from caseanalysis.registers import source
from caseanalysis.store import Store

POPULATION_READERS = [
    reader
    for reader in all_readers()
    if reader.source.startswith(("ons_pop", "ons_est", "strategy", "qof", "commons", "ohid"))
]
PROJECTION = """"","CODE","AREA","AGE GROUP","2018","2019"
"1","E92000001","England","0-4"," 30"," 31.0"
"2","E92000001","England","90+"," 70"," 72.0"
"3","E92000001","England","All ages"," 100"," 103.0"
"4","E06000001","Here","0-4"," 10"," 11.0"
"5","E06000001","Here","90+"," 20"," 21.1"
"6","E06000001","Here","All ages"," 30"," 32.2"
"7","E07000206","There","0-4"," 20"," 20.0"
"8","E07000206","There","90+"," 50"," 50.9"
"9","E07000206","There","All ages"," 70"," 70.9"
"""
QOF_HEADER = "PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE"
#: Two practices whose lists add up to England's of 2022-23.
QOF = f"""{QOF_HEADER}
A81001,AF,112.0,TOTAL,3996
A81001,DM,200.0,17OV,3200
A81002,AF,99.0,TOTAL,62374061
A81002,DM,500.0,17OV,50000000
"""
COMMONS = """lad_code,lad_name,group_code,register,list,prevalence
E06000001,Hartlepool,AF,30221276,60442552,0.5
E06000001,Hartlepool,DM,10,40,0.25
"""
SHARES = """nhs_trust22_code,ltla21_code,proportion_trust_came_from_ltla
R0A,E06000002,0.25
R0A,E06000006,0.75
RYR,E06000002,1
"""
GROUPS = {
    "edc": ["walkin", "amb"],
    "apc": ["emer_n", "emer_bds", "daycase_n", "ordelec_n", "ordelec_bds"],
    "opc": ["surg_proc", "non-surg_proc", "surg_first", "non-surg_first", "surg_fup",
            "non-surg_fup"],
}  # fmt: skip


def text_file(folder: Path, text: str, *, name: str = "download.dat") -> OfficialFile:
    path = folder / name
    path.write_bytes(text.encode())
    return OfficialFile(path)


def workbook(folder: Path, sheets: dict[str, list[list[object]]]) -> OfficialFile:
    """Write a bare workbook: the fewest parts that a spreadsheet program accepts."""
    names = list(sheets)
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    path = folder / "download.xlsx"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{types}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r0" '
            f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook {ns} xmlns:r="{rel}"><sheets>'
            + "".join(
                f'<sheet name="{escape(name)}" sheetId="{i}" r:id="r{i}"/>'
                for i, name in enumerate(names, 1)
            )
            + "</sheets></workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}">'
            + "".join(
                f'<Relationship Id="r{i}" Type="{rel}/worksheet" Target="worksheets/sheet{i}.xml"/>'
                for i in range(1, len(names) + 1)
            )
            + "</Relationships>",
        )
        for i, name in enumerate(names, 1):
            rows = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in sheets[name])
            book.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f"<worksheet {ns}><sheetData>{rows}</sheetData></worksheet>",
            )
    return OfficialFile(path)


def cell(value: object) -> str:
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def read(file: OfficialFile, *, source_id: str) -> Reading:
    reader, reading = read_any(file)
    assert reader.source == source_id
    assert set(reading.tables) == set(reader.tables) == set(source(source_id).tables)
    return reading


def only(table: pd.DataFrame, **wanted: object) -> pd.Series:
    """Return the one row that has the wanted values."""
    for name, value in wanted.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def refusal(file: OfficialFile) -> str:
    with pytest.raises(BrokenPublicationError) as error:
        read_any(file)
    return str(error.value)


# Projections


def projection(file: OfficialFile) -> pd.DataFrame:
    reading = read(file, source_id="ons_population_projections_2018")
    return reading.tables["population_projection"]


def test_projection_becomes_one_row_an_area_year_and_band_without_all_ages(tmp_path: Path) -> None:
    table = projection(text_file(tmp_path, PROJECTION))

    assert len(table) == 3 * 2 * 2
    oldest = only(table, area_code="E07000206", year=2019, age_lower=90)
    assert oldest["population"] == 50.9
    assert pd.isna(oldest["age_upper"])
    assert oldest["edition"] == "2018-based"
    assert only(table, area_code="E06000001", year=2018, age_lower=0)["age_upper"] == 4


def test_projection_survives_bom_crlf_moved_and_added_columns(tmp_path: Path) -> None:
    plain = projection(text_file(tmp_path, PROJECTION))
    lines = [line.split(",") for line in PROJECTION.splitlines()]
    moved = [[row[5], row[3], '"x"', row[4], row[2], row[1]] for row in lines]
    moved[0][2] = '"NOTE"'
    other = "\ufeff" + "\r\n".join(",".join(row) for row in moved) + "\r\n"

    pd.testing.assert_frame_equal(projection(text_file(tmp_path, other)), plain)


def test_projection_of_another_base_year_is_another_slice(tmp_path: Path) -> None:
    later = text_file(tmp_path, PROJECTION.replace('"2018","2019"', '"2022","2023"'))

    assert read(later, source_id="ons_population_projections_2018").slice_ == "2022-based"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('" 21.1"', '" 22.1"', ["age bands against 'All ages'", "E06000001", "33.1", "32.2"]),
        ('" 100"', '"about 100"', ["row 4", "column 2018", "'about 100'", "a number"]),
        ('" 20"," 21.1"', '""," 21.1"', ["row 6", "column 2018", "an empty cell"]),
        ('" 20"," 21.1"', '"-20"," 21.1"', ["row 6", "column 2018", "'-20'"]),
        ('"Here","90+"', '"Here","ninety"', ["row 6", "AGE GROUP", "'ninety'"]),
        ('"2019"', '"2020"', ["no column '2019'"]),
    ],
)
def test_faulty_projection_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    assert old in PROJECTION
    message = refusal(text_file(tmp_path, PROJECTION.replace(old, new, 1)))

    assert [word for word in words if word not in message] == []


def test_england_that_is_not_the_sum_of_its_local_authorities_is_refused(tmp_path: Path) -> None:
    text = PROJECTION.replace('" 30"," 31.0"', '" 31"," 31.0"').replace('" 100"', '" 101"')

    assert "local authorities against England, 2018" in refusal(text_file(tmp_path, text))


def test_repeated_area_is_refused(tmp_path: Path) -> None:
    text = PROJECTION + "".join(PROJECTION.splitlines(keepends=True)[7:])
    england = text.replace('" 30"," 31.0"', '" 50"," 51.0"').replace('" 70"," 72.0"', '"120","123"')
    england = england.replace('" 100"," 103.0"', '"170","174"')

    assert "each key once" in refusal(text_file(tmp_path, england))


def test_file_that_is_no_table_is_claimed_by_no_reader_of_population(tmp_path: Path) -> None:
    for text in ["", "a\rb\rc", "[1, 2]", "{", '{"area_code": 1}', "CODE,AREA\n1,2\n"]:
        file = text_file(tmp_path, text)
        assert [reader.source for reader in POPULATION_READERS if reader.recognise(file)] == []


# Estimates


def estimates(*, england: int = 58_620_101, extra: str = "") -> str:
    ages = [str(age) for age in range(90)] + ["90+"]
    zeros = ["0"] * 89
    rows = [
        ["Code", "Name", "Geography", "All ages", *ages],
        ["E92000001", "ENGLAND", "Country", str(england), str(england - 5), *zeros, "5"],
        ["E06000001", "Here", "Unitary Authority", "58620001", "58619998", *zeros, "3"],
        ["E07000206", "There", "Non-metropolitan District", "100", "98", *zeros, "2"],
    ]
    return "\n".join(",".join(row) + extra for row in rows) + "\n"


def test_district_estimates_keep_the_geography_of_each_row(tmp_path: Path) -> None:
    file = text_file(tmp_path, "\ufeff" + estimates(extra=",note").replace("\n", "\r\n"))
    reading = read(file, source_id="ons_estimates_districts")
    table = reading.tables["population_estimate"]

    assert reading.slice_ == "mid-2024"
    row = only(table, area_code="E07000206", age_lower=90)
    assert (row["population"], row["geography"]) == (2, "Non-metropolitan District")
    assert (row["year"], row["sex"]) == (2024, "persons")
    assert pd.isna(row["age_upper"])
    assert table["parent_code"].isna().all()
    assert len(table) == 3 * 91


def test_district_estimates_of_an_unknown_year_are_refused(tmp_path: Path) -> None:
    message = refusal(text_file(tmp_path, estimates(england=58_000_000)))

    assert "58,000,000" in message
    assert "58,620,101 (mid-2024)" in message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",100,98,", ",101,98,", ["single ages against 'All ages'", "E07000206", "100", "101"]),
        (",58619998,", ",58619997,", ["single ages against 'All ages'", "E06000001"]),
        (",89,90+", ",89,90", ["no open last age"]),
        (",44,45,", ",44,x,", ["no column for age 45"]),
        (",98,0,", ",98,none,", ["row 4", "column 1", "'none'"]),
    ],
)
def test_faulty_district_estimates_are_refused(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    assert old in estimates()
    message = refusal(text_file(tmp_path, estimates().replace(old, new)))

    assert [word for word in words if word not in message] == []


def health_sheets() -> dict[str, list[list[object]]]:
    header = ["SICBL 2023 Code", "SICBL 2023 Name", "ICB 2023 Code", "ICB 2023 Name",
              "NHSER 2023 Code", "NSHER 2023 Name", "Total", "F0", "F1", "M0", "M1"]  # fmt: skip
    one = ["E38000006", "One", "E54000061", "Board", "E40000012", "North", 10, 1, 2, 3, 4]
    two = ["E38000007", "Two", "E54000061", "Board", "E40000012", "North", 26, 5, 6, 7, 8]
    title = [["Estimates by single year of age and sex"], ["This worksheet contains one table."]]
    return {
        "Cover sheet": [["Title"], ["Release number: SAPE24"], ["Date published: 19th March 2024"]],
        "Mid-2021 ICB 2023": [*title, [*header], [*one], [*two]],
        "Mid-2022 ICB 2023": [*title, [*header], [*two], [*one]],
    }


def test_health_estimates_give_both_years_sexes_and_parents(tmp_path: Path) -> None:
    file = workbook(tmp_path, health_sheets())
    reading = read(file, source_id="ons_estimates_health_areas")
    table = reading.tables["population_estimate"]

    assert (reading.release, reading.slice_) == ("SAPE24", "mid-2022")
    assert str(reading.published) == "2024-03-19"
    assert len(table) == 2 * 2 * 4
    row = only(table, year=2021, area_code="E38000007", sex="male", age_lower=1)
    assert (row["population"], row["parent_code"], row["geography"]) == (8, "E54000061", "sub_icb")
    assert pd.isna(row["age_upper"])


def test_health_estimates_of_moved_columns_and_another_boundary_year_are_read(
    tmp_path: Path,
) -> None:
    sheets = health_sheets()
    plain = read(workbook(tmp_path, sheets), source_id="ons_estimates_health_areas")
    for name in list(sheets)[1:]:
        moved = [[*row[::-1]] if len(row) > 1 else row for row in sheets.pop(name)]
        moved[2] = [str(text).replace("2023", "2024") for text in moved[2]]
        sheets[name.replace("2023", "2024")] = moved
    other = read(workbook(tmp_path, sheets), source_id="ons_estimates_health_areas")

    pd.testing.assert_frame_equal(
        other.tables["population_estimate"], plain.tables["population_estimate"]
    )


def test_wrong_total_text_and_missing_age_of_health_estimates_are_refused(tmp_path: Path) -> None:
    wrong = health_sheets()
    wrong["Mid-2021 ICB 2023"][3][6] = 11
    text = health_sheets()
    text["Mid-2022 ICB 2023"][4][8] = "two"
    gap = health_sheets()
    gap["Mid-2022 ICB 2023"][2][7] = "Infants"

    message = refusal(workbook(tmp_path, wrong))
    assert "E38000006" in message
    assert "add up to 10" in message
    assert "wanted 11" in message
    assert "sheet Mid-2022 ICB 2023, row 5, column F1" in refusal(workbook(tmp_path, text))
    assert "no column 'F0'" in refusal(workbook(tmp_path, gap))


# Variants and activity rates


def variants() -> list[dict[str, object]]:
    ages = [{"age": 0, "f": 3, "m": 4}, {"age": 1, "f": 5, "m": 6}]
    return [
        {"area_code": "E07000206", "variant": name, "year": year, "totals": {"f": 8, "m": 10},
         "data": ages}
        for name, year in [("v0", 2023), ("v1", 2024)]
    ]  # fmt: skip


def json_file(folder: Path, records: object) -> OfficialFile:
    path = folder / "download.gz"
    path.write_bytes(gzip.compress(json.dumps(records).encode()))
    return OfficialFile(path)


def test_variants_are_one_row_an_age_and_sex_and_replace_by_area(tmp_path: Path) -> None:
    file = json_file(tmp_path, variants())
    reading = read(file, source_id="strategy_unit_population_variants")
    table = reading.tables["population_variant"]

    assert (reading.slice_, reading.period) == ("E07000206", "2023 to 2024")
    assert len(table) == 2 * 2 * 2
    row = only(table, variant="v1", year=2024, sex="male", age_lower=1)
    assert row["population"] == 6
    assert pd.isna(row["age_upper"])
    assert only(table, variant="v0", year=2023, sex="female", age_lower=0)["age_upper"] == 0


def test_faulty_variants_are_refused(tmp_path: Path) -> None:
    total = variants()
    total[1]["totals"] = {"f": 8, "m": 11}
    text = variants()
    text[0]["data"] = [{"age": 0, "f": "three", "m": 4}, {"age": 1, "f": 5, "m": 6}]
    gap = variants()
    gap[0]["data"] = [{"age": 0, "f": 3, "m": 4}, {"age": 2, "f": 5, "m": 6}]
    area = variants()
    area[1]["area_code"] = "E07000145"

    assert "v1, 2024, m: found parts that add up to 10" in refusal(json_file(tmp_path, total))
    assert "'three'" in refusal(json_file(tmp_path, text))
    assert "record 1, age: found a gap" in refusal(json_file(tmp_path, gap))
    assert "E07000145, E07000206" in refusal(json_file(tmp_path, area))
    assert "v0 2023 twice" in refusal(json_file(tmp_path, [*variants(), variants()[0]]))


def rates() -> list[dict[str, object]]:
    return [
        {"area_code": "E07000206", "pod": pod, "group": group, "label": group,
         "data": [{"age": age, "f": 0.1, "m": 0.2, "fs": 0.3, "ms": 0.4} for age in (89, 90)]}
        for pod, groups in GROUPS.items()
        for group in groups
    ]  # fmt: skip


def test_activity_rates_are_read_counted_and_smoothed(tmp_path: Path) -> None:
    reading = read(json_file(tmp_path, rates()), source_id="strategy_unit_activity_rates")
    table = reading.tables["activity_rate"]

    assert len(table) == 13 * 2 * 2
    row = only(table, activity="non-surg_fup", sex="male", age_lower=90)
    assert (row["rate"], row["smoothed_rate"]) == (0.2, 0.4)
    assert pd.isna(row["age_upper"])
    assert only(table, activity="amb", sex="female", age_lower=89)["smoothed_rate"] == 0.3


def test_unknown_missing_and_repeated_activity_groups_are_refused(tmp_path: Path) -> None:
    unknown = rates()
    unknown[0]["group"] = "minor"

    assert "record 1, pod and group: found edc minor" in refusal(json_file(tmp_path, unknown))
    assert "opc non-surg_fup 0 times" in refusal(json_file(tmp_path, rates()[:-1]))
    assert "edc walkin 2 times" in refusal(json_file(tmp_path, [*rates(), rates()[0]]))


# Prevalence


def test_prevalence_pairs_each_register_with_the_list_of_its_ages(tmp_path: Path) -> None:
    text = "\ufeff" + "\r\n".join(f"{line},x" for line in QOF.splitlines())
    reading = read(text_file(tmp_path, text), source_id="qof_prevalence")
    table = reading.tables["prevalence_practice"]

    assert (reading.period, reading.notes) == ("2022-23", ())
    row = only(table, practice_code="A81001", register="DM")
    assert (row["registered"], row["list_type"], row["list_size"]) == (200, "17OV", 3200)


def test_prevalence_of_an_edition_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    message = refusal(text_file(tmp_path, QOF.replace("62374061", "62374062")))

    assert "62,378,058" in message
    assert "62,378,057 (2022-23)" in message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "A81002,AF,",
            "A81002,CHDX,",
            ["row 4", "GROUP_CODE", "'CHDX'", "21 registers", "disease_registers.csv"],
        ),
        ("200.0,17OV", "200.0,18OV", ["row 3", "PATIENT_LIST_TYPE", "'18OV'", "'17OV'"]),
        ("112.0", "many", ["row 2", "column REGISTER", "'many'"]),
        ("17OV,3200", "17OV,", ["row 3", "column PRACTICE_LIST_SIZE", "an empty cell"]),
        ("PATIENT_LIST_TYPE", "LIST_TYPE", ["no column 'PATIENT_LIST_TYPE', but 'LIST_TYPE'"]),
        ("A81002,DM,500.0", "A81001,DM,500.0", ["list sizes of one practice", "A81001"]),
    ],
)
def test_faulty_prevalence_is_refused(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in QOF
    message = refusal(text_file(tmp_path, QOF.replace(old, new, 1)))

    assert [word for word in words if word not in message] == []


def test_repeated_register_of_a_practice_is_refused(tmp_path: Path) -> None:
    assert "each key once" in refusal(text_file(tmp_path, QOF + "A81001,AF,112.0,TOTAL,3996\n"))


def test_register_above_its_list_missing_and_empty_registers_are_kept_and_told(
    tmp_path: Path,
) -> None:
    text = QOF.replace("DM,200.0", "DM,3201.0").replace("A81002,DM,500.0,17OV,50000000\n", "")
    text = text.replace("A81002,AF,99.0", "A81002,AF,")
    reading = read(text_file(tmp_path, text), source_id="qof_prevalence")

    assert len(reading.tables["prevalence_practice"]) == 3
    assert reading.notes == (
        "practice A81001 reports 3201 patients on register DM out of a list of 3200",
        "practice A81002 has only 1 registers",
        "registers left empty by the publisher: A81002 AF",
    )


def mapping(*, practices: int = 6378, board_of_last: str = "E54000050") -> str:
    header = ("NAT_ONS_CODE,REGION_ONS_CODE,REGION_NAME,ICB_ODS_CODE,ICB_ONS_CODE,ICB_NAME,"
              "SUB_ICB_ONS_CODE,PCN_ODS_CODE,PCN_NAME,PRACTICE_CODE,PRACTICE_NAME")  # fmt: skip
    rows = [
        "E92000001,E40000012,North,QHM,"
        f"{board_of_last if number == practices - 1 else 'E54000050'},Board ,E38000247,"
        f"{'U' if number else 'U89141'},A PCN,A{number:05d},A surgery"
        for number in range(practices)
    ]
    return "\n".join([header, *rows]) + "\n"


def test_mapping_gives_network_and_commissioner_of_each_practice(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, mapping()), source_id="qof_mapping")
    row = only(reading.tables["practice_geography"], practice_code="A00000")

    assert (row["network_code"], row["sub_icb_code"]) == ("U89141", "E38000247")
    assert (row["icb_ods_code"], row["icb_name"]) == ("QHM", "Board")
    assert reading.notes == ("6377 practices belong to no network (code U)",)


def test_mapping_of_another_edition_or_with_faults_is_refused(tmp_path: Path) -> None:
    assert "6,378 (2022-23)" in refusal(text_file(tmp_path, mapping(practices=3)))
    stray = mapping(practices=3, board_of_last="E54000051")
    assert "row 4, column ICB_ONS_CODE: found 'E54000051'" in refusal(text_file(tmp_path, stray))
    empty = mapping(practices=3).replace(",A surgery", ",", 1)
    assert "row 2, column PRACTICE_NAME: found an empty cell" in refusal(text_file(tmp_path, empty))
    repeated = mapping() + mapping().splitlines()[-1]
    assert "each key once" in refusal(text_file(tmp_path, repeated))


def test_district_prevalence_is_read_with_its_own_list(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, COMMONS), source_id="commons_library_prevalence")
    row = only(reading.tables["prevalence_district"], area_code="E06000001", register="DM")

    assert (row["registered"], row["list_size"], row["period"]) == (10, 40, "2019-20")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("10,40,0.25", "10,40,0.26", ["E06000001, DM", "0.25", "0.26"]),
        ("10,40,0.25", "ten,40,0.25", ["row 3", "column register", "'ten'"]),
        ("60442552", "60442551", ["60,442,551", "2019-20"]),
        ("E06000001,Hartlepool,DM", "E06000002,Elsewhere,DM", []),
        ("prevalence", "rate", ["no column 'prevalence'"]),
    ],
)
def test_faulty_district_prevalence_is_refused(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    extra = "E06000002,Elsewhere,AF,0,0.4,0\n" if "Elsewhere" in new else ""
    message = refusal(text_file(tmp_path, COMMONS.replace(old, new, 1) + extra))

    assert [word for word in words if word not in message] == []


# Catchments


def test_catchment_shares_take_their_years_from_the_headings(tmp_path: Path) -> None:
    lines = [line.split(",")[::-1] for line in SHARES.splitlines()]
    text = "\ufeff" + "\r\n".join(",".join([*row, "x"]) for row in lines)
    reading = read(text_file(tmp_path, text), source_id="ohid_catchment_shares")
    row = only(reading.tables["catchment_share"], trust_code="R0A", area_code="E06000006")

    assert (row["share"], row["edition"]) == (0.75, "trusts 2022, districts 2021")
    assert reading.checks[0].publishers == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("0.75", "0.7", ["shares of a trust against 1, R0A", "0.95"]),
        ("0.75", "most", ["row 3", "'most'"]),
        ("RYR", "X24", ["row 4", "'X24'", "a trust's code"]),
        ("R0A,E06000006,0.75", "R0A,E06000002,0.75", ["each key once"]),
        ("proportion_trust_came_from_ltla", "share", ["no column 'proportion_trust_came"]),
    ],
)
def test_faulty_catchment_shares_are_refused(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    message = refusal(text_file(tmp_path, SHARES.replace(old, new, 1)))

    assert [word for word in words if word not in message] == []


def catchment(*rows: list[object], header: list[object] | None = None) -> dict[str, list]:
    names = ["TrustCode", "TrustName", "All admissions", "Emergency admissions"]
    return {"Sheet1": [header or names, *rows]}


def test_catchment_populations_are_read_for_both_kinds_of_admission(tmp_path: Path) -> None:
    rows = [["Note", 56_550_000, 56_550_100, "One Trust", "R0A"], ["", 138, 38, "Two", "RYR"]]
    header = ["Comment", "Emergency admissions", "All admissions", "TrustName", "TrustCode"]
    file = workbook(tmp_path, catchment(*rows, header=header))
    table = read(file, source_id="ohid_catchment_populations").tables["catchment_population"]

    assert only(table, trust_code="R0A", admissions="all")["population"] == 56_550_100
    assert only(table, trust_code="RYR", admissions="emergency")["population"] == 138


def test_faulty_catchment_populations_are_refused(tmp_path: Path) -> None:
    one, two = ["R0A", "One", 56_550_000, 56_550_100], ["RYR", "Two", 138, 38]
    assert "all against emergency" in refusal(workbook(tmp_path, catchment(one, [*two[:3], 39])))
    assert "row 3, column All" in refusal(
        workbook(tmp_path, catchment(one, ["RYR", "Two", "?", 38]))
    )
    assert "56,550,000" in refusal(workbook(tmp_path, catchment(one)))
    assert "'Two'" in refusal(workbook(tmp_path, catchment(one, ["Two", "RYR", 138, 38])))
    again = catchment(["R0A", "One", 56_550_000, 56_550_100], ["R0A", "One", 138, 38])
    assert "each key once" in refusal(workbook(tmp_path, again))


# The publishers' own files: values read from the bytes with text tools


@pytest.mark.official_files
@pytest.mark.parametrize(
    ("path", "source_id", "wanted", "column", "value"),
    [
        ("population/ons_pop.csv", "ons_population_projections_2018",
         {"area_code": "E07000145", "year": 2033, "age_lower": 90}, "population", 1724.8),
        ("population/ons_pop.csv", "ons_population_projections_2018",
         {"area_code": "E92000001", "year": 2043, "age_lower": 90}, "population", 1037497.0),
        ("population/ons_2022-23_pop_health_geos.xlsx", "ons_estimates_health_areas",
         {"area_code": "E38000239", "year": 2021, "sex": "female", "age_lower": 0},
         "population", 4115),
        ("population/ons_2022-23_pop_health_geos.xlsx", "ons_estimates_health_areas",
         {"area_code": "E38000239", "year": 2022, "sex": "male", "age_lower": 90},
         "population", 4636),
        ("population/mye24tablesew.csv", "ons_estimates_districts",
         {"area_code": "E07000145", "age_lower": 90}, "population", 1028),
        ("activity_by_age/pyramid/E07000145.json.gz", "strategy_unit_population_variants",
         {"variant": "v1", "year": 2033, "sex": "female", "age_lower": 85}, "population", 442),
        ("activity_by_age/rates/E07000145.json.gz", "strategy_unit_activity_rates",
         {"activity": "emer_n", "sex": "male", "age_lower": 90}, "smoothed_rate", 0.6913),
        ("qof/PREVALENCE_2223.csv", "qof_prevalence",
         {"practice_code": "D82001", "register": "OST"}, "list_size", 8454),
        ("qof/MAPPING_NHS_GEOGRAPHIES_2223.csv", "qof_mapping",
         {"practice_code": "D82001"}, "sub_icb_code", "E38000239"),
        ("qof/output_lad_prevalence.csv", "commons_library_prevalence",
         {"area_code": "E06000001", "register": "AF"}, "registered", 2182.7136593164687),
        ("catchments/lookup_nhs_trusts22_ltla21.csv", "ohid_catchment_shares",
         {"trust_code": "RGP", "area_code": "E07000145"}, "share", 0.43286306919110956),
        ("catchments/2022_trust_catchment_populations.xlsx", "ohid_catchment_populations",
         {"trust_code": "RGP", "admissions": "emergency"}, "population", 229771),
    ],
)  # fmt: skip
def test_official_file_gives_the_figure_that_stands_in_it(
    official: Path,
    full_store: Store,
    path: str,
    source_id: str,
    wanted: dict,
    column: str,
    value: object,
) -> None:
    reading = held(full_store, official / path, source_id=source_id)
    (table,) = reading.tables.values()

    assert only(table, **wanted)[column] == value


@pytest.mark.official_files
def test_official_totals_are_those_that_the_publishers_print(
    official: Path, full_store: Store
) -> None:
    def stated(path: str, source_id: str) -> set[float]:
        reading = held(full_store, official / path, source_id=source_id)
        return {check.publishers for check in reading.checks}

    assert 61_806_682 in stated("population/mye24tablesew.csv", "ons_estimates_districts")
    health_areas = stated(
        "population/ons_2022-23_pop_health_geos.xlsx", "ons_estimates_health_areas"
    )
    assert 57_106_398 in health_areas
    assert stated("qof/PREVALENCE_2223.csv", "qof_prevalence") == {62_378_057}
    catchments = "catchments/2022_trust_catchment_populations.xlsx"
    assert stated(catchments, "ohid_catchment_populations") == {56_550_138}


@pytest.mark.official_files
def test_every_file_of_population_by_area_is_known_and_complete(
    official: Path, full_store: Store
) -> None:
    kinds = {
        "pyramid": ("strategy_unit_population_variants", 49_288),
        "rates": ("strategy_unit_activity_rates", 1_898),
    }
    for kind, (source_id, rows) in kinds.items():
        for path in sorted((official / "activity_by_age" / kind).glob("*.gz")):
            reading = held(full_store, path, source_id=source_id)
            assert reading.slice_ == path.name.split(".")[0]
            assert [len(table) for table in reading.tables.values()] == [rows]


@pytest.mark.official_files
def test_one_practice_reports_more_patients_than_its_list(
    official: Path, full_store: Store
) -> None:
    path = official / "qof" / "PREVALENCE_2223.csv"
    reading = held(full_store, path, source_id="qof_prevalence")

    assert reading.notes == (
        "practice Y05750 reports 121 patients on register LD out of a list of 118",
    )
