"""Files of records: any form, any size of folder, and errors that show no value of a record."""

from __future__ import annotations

import gzip
import traceback
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from small_records import APPOINTMENT, EPISODE, records, saved, value

from caseanalysis.errors import (
    BrokenPublicationError,
    CaseAnalysisError,
    ParameterError,
    UnknownPublicationError,
)
from caseanalysis.recordlevel import Engine, aggregate

FCE = "finished_consultant_episodes"
SECRET = "4929001SECRET"  # noqa: S105
ROWS = records(EPISODE, (30, {}), (20, {"SEX": "1", "STARTAGE": "7001"}), (10, {"PROCODE3": "RBB"}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "records"
    made.mkdir()
    return made


def failure(*paths: Path, dataset: str = "apc", **options: object) -> CaseAnalysisError:
    """Return the error of an aggregation, which shows no value of a record."""
    with pytest.raises(CaseAnalysisError) as caught:
        aggregate(dataset, list(paths), **options)  # type: ignore[arg-type]
    report = "".join(traceback.format_exception(caught.value))
    assert SECRET not in report
    assert caught.value.__context__ is None or SECRET not in str(caught.value.__context__)
    return caught.value


def test_csv_and_parquet_give_the_same(folder: Path) -> None:
    text = aggregate("apc", [saved(folder / "a.csv", ROWS)])
    columns = aggregate("apc", [saved(folder / "a.parquet", ROWS)])
    assert_frame_equal(text.table, columns.table)
    assert_frame_equal(text.quality, columns.quality)


def test_order_of_the_records_makes_no_difference(folder: Path) -> None:
    # One count is withheld, and so is one more, of several that are alike.
    groups = [(3, {"TRETSPEF": "100"})]
    groups += [(20, {"TRETSPEF": code}) for code in ("110", "120", "130", "300", "320", "430")]
    rows = records(EPISODE, *groups)
    first = aggregate("apc", [saved(folder / "a.csv", rows)])
    second = aggregate("apc", [saved(folder / "b.csv", rows[::-1])])
    assert first.table.loc[first.table["value"].isna(), "category"].isin(["100", "110"]).all()
    assert_frame_equal(first.table, second.table)


def test_parquet_with_dates_and_numbers_gives_the_same_as_text(folder: Path) -> None:
    text = aggregate("apc", [saved(folder / "a.csv", ROWS)], period="month")
    typed = pd.DataFrame(ROWS).astype({"EPISTAT": int, "EPIORDER": float, "STARTAGE": float})
    typed["EPIEND"] = pd.to_datetime(typed["EPIEND"])
    typed.to_parquet(folder / "a.parquet", index=False)
    columns = aggregate("apc", [folder / "a.parquet"], period="month")
    assert_frame_equal(text.table, columns.table)


@pytest.mark.parametrize("delimiter", ["|", "\t", ";"])
def test_other_delimiters_and_fields_in_lower_case_are_read(folder: Path, delimiter: str) -> None:
    wanted = aggregate("apc", [saved(folder / "a.csv", ROWS)]).table
    path = saved(folder / "b.txt", ROWS, delimiter=delimiter)
    header, rest = path.read_text().split("\n", 1)
    path.write_text("\ufeff" + header.lower() + "\n" + rest, encoding="utf-8")
    assert_frame_equal(aggregate("apc", [path]).table, wanted)


def test_gzip_is_read_whatever_its_name(folder: Path) -> None:
    plain = saved(folder / "a.csv", ROWS)
    packed = folder / "b.dat"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert_frame_equal(aggregate("apc", [packed]).table, aggregate("apc", [plain]).table)


def test_folder_is_one_set_of_records_and_other_files_are_named(folder: Path) -> None:
    saved(folder / "a.csv", ROWS[:35])
    moved = [{name: row[name] for name in reversed(row)} for row in ROWS[35:50]]
    saved(folder / "b.csv", moved)
    (folder / "later").mkdir()
    saved(folder / "later" / "c.parquet", ROWS[50:])
    saved(folder / "d.csv", records(APPOINTMENT, (9, {})))
    (folder / "read me.txt").write_text("nothing to count")
    found = aggregate("apc", [folder])
    assert set(found.files) == {"a.csv", "b.csv", "c.parquet"}
    assert set(found.left) == {"d.csv", "read me.txt"}
    one = aggregate("apc", [saved(folder / "whole.csv", ROWS)])
    assert_frame_equal(found.table, one.table)


def test_file_that_is_named_twice_is_counted_once(folder: Path) -> None:
    path = saved(folder / "a.csv", ROWS)
    assert value(aggregate("apc", [path, folder, path]).table, FCE) == 60


def test_breakdown_whose_field_is_absent_is_left_out_with_a_note(folder: Path) -> None:
    rows = [{n: v for n, v in row.items() if not n.startswith("RESLADST")} for row in ROWS]
    found = aggregate("apc", [saved(folder / "a.csv", rows)])
    assert "residence" not in set(found.table["dimension"])
    assert found.notes == ("no breakdown by residence: a file lacks RESLADST_ONS or RESLADST",)


def test_breakdown_that_was_asked_for_needs_its_field(folder: Path) -> None:
    rows = [{n: v for n, v in row.items() if n != "TRETSPEF"} for row in ROWS]
    error = failure(saved(folder / "a.csv", rows), dimensions=["treatment_function"])
    assert isinstance(error, BrokenPublicationError)
    assert error.where == "a.csv, header"
    assert "TRETSPEF" in error.found


def test_missing_field_is_named_with_the_one_most_like_it(folder: Path) -> None:
    rows = [{"START_AGE" if n == "STARTAGE" else n: v for n, v in row.items()} for row in ROWS]
    error = failure(saved(folder / "a.csv", rows))
    assert isinstance(error, BrokenPublicationError)
    assert "no field STARTAGE" in error.found
    assert "'START_AGE'" in error.remedy


def test_records_without_an_identifier_are_counted_with_a_note(folder: Path) -> None:
    rows = [{n: v for n, v in row.items() if n != "EPIKEY"} for row in ROWS]
    found = aggregate("apc", [saved(folder / "a.csv", rows)])
    assert found.notes == ("records could not be checked for repeats: there is no EPIKEY",)


def test_records_that_stand_twice_are_refused(folder: Path) -> None:
    saved(folder / "a.csv", [{**row, "EPIKEY": SECRET + row["EPIKEY"]} for row in ROWS])
    saved(folder / "b.csv", [{**row, "EPIKEY": SECRET + row["EPIKEY"]} for row in ROWS[:1]])
    error = failure(folder)
    assert isinstance(error, BrokenPublicationError)
    assert "EPIKEY" in error.where


def test_two_extracts_of_one_year_are_refused(folder: Path) -> None:
    later = [{**row, "PARTYEAR": "202113", "EPIKEY": "2" + row["EPIKEY"][1:]} for row in ROWS]
    saved(folder / "a.csv", ROWS)
    saved(folder / "b.csv", later)
    error = failure(folder)
    assert isinstance(error, BrokenPublicationError)
    assert "PARTYEAR" in error.where
    assert "2021" in error.found


def test_field_without_any_code_of_the_dictionary_is_refused(folder: Path) -> None:
    error = failure(saved(folder / "a.csv", [{**row, "SEX": SECRET} for row in ROWS]))
    assert isinstance(error, BrokenPublicationError)
    assert error.where == "a.csv, field SEX, row 2"


def test_ragged_row_is_named_by_its_number_alone(folder: Path) -> None:
    path = saved(folder / "a.csv", [{**row, "TRETSPEF": SECRET} for row in ROWS[:3]])
    with path.open("a", encoding="utf-8", newline="") as stream:
        stream.write(f"{SECRET},{SECRET}\r\n")
    error = failure(path)
    assert isinstance(error, BrokenPublicationError)
    assert error.where == "a.csv, row 5"


def test_text_that_is_not_utf8_is_refused(folder: Path) -> None:
    path = saved(folder / "a.csv", [{**row, "TRETSPEF": SECRET} for row in ROWS])
    path.write_bytes(path.read_bytes().replace(SECRET.encode(), SECRET.encode() + b"\xff\xfe", 1))
    assert isinstance(failure(path), BrokenPublicationError)


def test_truncated_parquet_is_refused(folder: Path) -> None:
    path = saved(folder / "a.parquet", [{**row, "TRETSPEF": SECRET} for row in ROWS])
    path.write_bytes(path.read_bytes()[:-20])
    assert isinstance(failure(path), UnknownPublicationError)


def test_file_without_a_record_is_refused(folder: Path) -> None:
    path = folder / "a.csv"
    path.write_text(",".join(ROWS[0]) + "\n")
    assert failure(path).found == "no record"


def test_records_that_are_all_left_out_by_definition_are_refused(folder: Path) -> None:
    rows = records(EPISODE, (20, {"EPISTAT": "1"}), (20, {"CLASSPAT": "3"}))
    assert failure(saved(folder / "a.csv", rows)).found == "no record that is counted"


@pytest.mark.parametrize("content", ["", "EPISTAT\n3\n", "EPISTAT,EPISTAT\n3,3\n", "a,b\n1,2\n"])
def test_named_file_that_is_no_such_record_is_unknown(folder: Path, content: str) -> None:
    path = folder / "a.csv"
    path.write_text(content)
    assert isinstance(failure(path), UnknownPublicationError)


def test_other_data_set_missing_file_and_empty_folder_are_unknown(folder: Path) -> None:
    for path in (
        folder,
        folder / "none.csv",
        saved(folder / "op.csv", records(APPOINTMENT, (9, {}))),
    ):
        assert isinstance(failure(path), UnknownPublicationError)


@pytest.mark.parametrize(
    "options",
    [
        {"dataset": "admitted"},
        {"period": "quarter"},
        {"dimensions": ["ages"]},
        {"age_bands": (1, 65)},
        {"age_bands": (0, 65, 18)},
        {"age_bands": ()},
    ],
)
def test_option_that_is_not_one_is_refused(folder: Path, options: dict[str, object]) -> None:
    assert isinstance(failure(saved(folder / "a.csv", ROWS), **options), ParameterError)  # type: ignore[arg-type]


def test_misspelt_breakdown_names_the_nearest(folder: Path) -> None:
    error = failure(saved(folder / "a.csv", ROWS), dimensions=["age_bands"])
    assert error.remedy == "did you mean 'age_band'?"


@pytest.mark.parametrize("limits", [{"threads": 0}, {"memory": "much"}])
def test_engine_takes_only_limits_that_mean_something(limits: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        Engine(**limits)  # type: ignore[arg-type]


def test_nothing_is_left_in_the_folder_for_working_files(folder: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    aggregate("apc", [saved(folder / "a.csv", ROWS)], engine=Engine(1, "200MB", scratch))
    assert not list(scratch.iterdir())


def test_path_with_quotes_is_a_path_and_nothing_else(folder: Path) -> None:
    odd = folder / "it's; drop.csv"
    assert value(aggregate("apc", [saved(odd, ROWS)]).table, FCE) == 60
