"""Hand-written YAML and CSV files: every fault names the file, the line and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseanalysis.errors import RecordError
from caseanalysis.records import Record, load_csv, load_yaml, load_yaml_list, nearest


class Ward(Record):
    code: str
    beds: int


class Hospital(Record):
    name: str
    wards: tuple[Ward, ...]
    area: str | None = None


class Reading(Record):
    ward: str
    month: str
    value: float | None


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def hospital_error(folder: Path, text: str) -> RecordError:
    path = written(folder, "hospital.yaml", text)
    with pytest.raises(RecordError) as caught:
        load_yaml(path, Hospital)
    assert str(path) in caught.value.where
    return caught.value


def reading_error(folder: Path, text: str) -> RecordError:
    path = written(folder, "readings.csv", text)
    with pytest.raises(RecordError) as caught:
        load_csv(path, Reading, key=("ward", "month"))
    assert str(path) in caught.value.where
    return caught.value


def ward_list_error(folder: Path, text: str) -> RecordError:
    path = written(folder, "wards.yaml", text)
    with pytest.raises(RecordError) as caught:
        load_yaml_list(path, Ward, name="wards", key="code")
    assert str(path) in caught.value.where
    return caught.value


WHOLE = """name: General
wards:
  - code: A
    beds: 20
  - code: B
    beds: 30
"""


def test_whole_file_becomes_a_record(tmp_path: Path) -> None:
    hospital = load_yaml(written(tmp_path, "hospital.yaml", WHOLE), Hospital)
    assert hospital == Hospital(
        name="General", wards=(Ward(code="A", beds=20), Ward(code="B", beds=30))
    )


def test_record_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Ward(code="A", beds=20).beds = 21  # type: ignore[misc]


def test_unknown_key_is_refused_with_the_nearest_right_one(tmp_path: Path) -> None:
    error = hospital_error(tmp_path, WHOLE.replace("    beds: 30", "    beds: 30\n    bed: 31"))
    assert error.where.endswith("hospital.yaml, line 7")
    assert error.found == "the unknown key 'bed'"
    assert error.remedy == "did you mean 'beds'?"


def test_unknown_key_like_no_other_is_to_be_removed(tmp_path: Path) -> None:
    error = hospital_error(tmp_path, WHOLE + "zzz: 1\n")
    assert error.where.endswith(", line 7")
    assert error.remedy == "remove it"


def test_duplicate_key_is_refused(tmp_path: Path) -> None:
    error = hospital_error(tmp_path, "name: General\nwards: []\nname: Royal\n")
    assert error.where.endswith(", line 3")
    assert "name" in error.found
    assert error.wanted == "each key once"


def test_missing_key_is_named_at_the_record_that_lacks_it(tmp_path: Path) -> None:
    error = hospital_error(
        tmp_path, "name: General\nwards:\n  - code: A\n    beds: 20\n  - code: B\n"
    )
    assert error.where.endswith(", line 5")
    assert error.found == "no wards.1.beds"
    assert error.remedy == "add the key"


def test_wrong_type_is_named_at_its_key(tmp_path: Path) -> None:
    error = hospital_error(tmp_path, WHOLE.replace("beds: 30", "beds: many"))
    assert error.where.endswith(", line 6")
    assert error.found == "wards.1.beds = 'many'"


def test_number_is_not_taken_for_text(tmp_path: Path) -> None:
    error = hospital_error(tmp_path, WHOLE.replace("code: B", "code: 7"))
    assert error.where.endswith(", line 5")
    assert error.found == "wards.1.code = 7"


def test_several_faults_are_counted(tmp_path: Path) -> None:
    error = hospital_error(tmp_path, WHOLE.replace("beds: 20", "beds: x").replace("30", "y"))
    assert error.where.endswith(", line 4")
    assert "(and 1 more in this file)" in error.remedy


def test_broken_yaml_is_refused_at_its_line(tmp_path: Path) -> None:
    error = hospital_error(tmp_path, "name: General\nwards: [\n  - code: A\n")
    assert error.where.endswith((", line 3", ", line 4"))
    assert error.wanted == "YAML"


@pytest.mark.parametrize("text", ["", "- General\n", "General\n"])
def test_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    error = hospital_error(tmp_path, text)
    assert error.where.endswith(", line 1")
    assert error.found == "no keys"


def test_control_character_is_refused(tmp_path: Path) -> None:
    error = hospital_error(tmp_path, "name: Gen\x00eral\nwards: []\n")
    assert "UTF-8" in error.wanted


@pytest.mark.parametrize(("name", "load"), [("none.yaml", "yaml"), ("none.csv", "csv")])
def test_missing_file_is_refused(tmp_path: Path, name: str, load: str) -> None:
    with pytest.raises(RecordError, match="no such file"):
        if load == "yaml":
            load_yaml(tmp_path / name, Hospital)
        else:
            load_csv(tmp_path / name, Reading, key=("ward",))


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_bytes(
        "ward,month,value\nCaf\u00e9,2024-01,1\n".encode("cp1252")
    )
    with pytest.raises(RecordError, match="readable UTF-8"):
        load_csv(tmp_path / "readings.csv", Reading, key=("ward",))


LIST = "wards:\n  - code: A\n    beds: 20\n  - code: B\n    beds: 30\n"


def test_list_of_records_is_read_in_order(tmp_path: Path) -> None:
    wards = load_yaml_list(written(tmp_path, "wards.yaml", LIST), Ward, name="wards", key="code")
    assert [ward.code for ward in wards] == ["A", "B"]


def test_repeated_key_in_a_list_names_both_lines(tmp_path: Path) -> None:
    error = ward_list_error(tmp_path, LIST.replace("code: B", "code: A"))
    assert error.where.endswith(", line 4")
    assert error.found == "code = 'A', as on line 2"


def test_fault_in_a_list_is_named_at_its_line(tmp_path: Path) -> None:
    error = ward_list_error(tmp_path, LIST.replace("beds: 30", "beds: 30.5"))
    assert error.where.endswith(", line 5")
    assert error.found == "beds = 30.5"


def test_list_under_another_name_is_refused(tmp_path: Path) -> None:
    error = ward_list_error(tmp_path, LIST.replace("wards:", "ward:"))
    assert error.found == "the keys ward"
    assert error.wanted == "one list, wards"


def test_text_in_place_of_a_list_is_refused(tmp_path: Path) -> None:
    assert ward_list_error(tmp_path, "wards: none\n").found == "no list"


ROWS = "ward,month,value\nA,2024-01,1.5\nA,2024-02,\n"


def test_empty_cell_is_none_and_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    path = written(tmp_path, "readings.csv", "value,ward,month\n1.5,A,2024-01\n,A,2024-02\n")
    assert load_csv(path, Reading, key=("ward", "month")) == [
        Reading(ward="A", month="2024-01", value=1.5),
        Reading(ward="A", month="2024-02", value=None),
    ]


def test_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = written(tmp_path, "readings.csv", "\ufeff" + ROWS)
    assert len(load_csv(path, Reading, key=("ward", "month"))) == 2


def test_unknown_column_is_refused_with_the_nearest_right_one(tmp_path: Path) -> None:
    error = reading_error(tmp_path, ROWS.replace("month", "months"))
    assert error.where.endswith(", line 1")
    assert error.found == "column 'months'"
    assert error.remedy == "did you mean 'month'?"


def test_column_twice_is_refused(tmp_path: Path) -> None:
    error = reading_error(tmp_path, "ward,month,value,ward\nA,2024-01,1,A\n")
    assert error.where.endswith(", line 1")
    assert error.found == "column 'ward' twice"


def test_missing_column_is_refused(tmp_path: Path) -> None:
    error = reading_error(tmp_path, "ward,month\nA,2024-01\n")
    assert error.where.endswith(", line 1")
    assert error.found == "no column 'value'"


@pytest.mark.parametrize("row", ["A,2024-03", "A,2024-03,1,2"])
def test_wrong_number_of_cells_is_refused(tmp_path: Path, row: str) -> None:
    error = reading_error(tmp_path, ROWS + row + "\n")
    assert error.where.endswith(", line 4")
    assert error.wanted == "3 cells"
    assert error.remedy == "quote a cell that holds a comma"


def test_wrong_value_in_a_row_is_named(tmp_path: Path) -> None:
    error = reading_error(
        tmp_path, ROWS.replace("1.5", "1,5").replace("A,2024-01,1,5", 'A,x,"1,5"')
    )
    assert error.where.endswith(", line 2")
    assert error.found == "value = '1,5'"


def test_missing_value_in_a_row_is_named(tmp_path: Path) -> None:
    error = reading_error(tmp_path, ROWS + ",2024-03,2\n")
    assert error.where.endswith(", line 4")
    assert error.found == "ward = None"


def test_repeated_key_of_a_row_names_both_lines(tmp_path: Path) -> None:
    error = reading_error(tmp_path, ROWS + "A,2024-01,9\n")
    assert error.where.endswith(", line 4")
    assert error.found == "ward = 'A', month = '2024-01', as on line 2"


def test_nearest_name_is_none_where_nothing_is_like_it() -> None:
    assert nearest("hospitl", ["hospital", "ward"]) == "hospital"
    assert nearest("xyz", ["hospital", "ward"]) is None
