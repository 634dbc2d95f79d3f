"""Official files: what their bytes are, and what is said of bytes that are damaged."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseanalysis.errors import BrokenPublicationError, CaseAnalysisError
from caseanalysis.officialfile import OfficialFile, column_positions, find_row
from caseanalysis.readers import all_readers, read
from small_publications import ae_csv, ae_workbook, xlsx


def file_of(folder: Path, content: bytes) -> OfficialFile:
    path = folder / "given"
    path.write_bytes(content)
    return OfficialFile(path)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"a,b\n1,2\n", "text"),
        (b"  \n[1, 2]", "json"),
        (b'\xef\xbb\xbf{"a": 1}', "json"),
        (gzip.compress(b'[{"a": 1}]', mtime=0), "json"),
        (gzip.compress(b"a,b\n", mtime=0), "text"),
        (b"PK\x03\x04", "xlsx"),
        (b"\xd0\xcf\x11\xe0", "xls"),
        (b"a\x00b", "other"),
        (b"", "other"),
    ],
)
def test_form_is_known_by_the_bytes(tmp_path: Path, content: bytes, form: str) -> None:
    file = file_of(tmp_path, content)
    assert file.form == form
    assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_text_of_windows_is_read_where_it_is_not_utf_8(tmp_path: Path) -> None:
    # In code page 1252 byte 92 is a typographic apostrophe.
    assert file_of(tmp_path, b"King\x92s Lynn").text == "King’s Lynn"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_heading_is_read_whatever_ends_the_lines(tmp_path: Path, end: str) -> None:
    file = file_of(tmp_path, f'Code ,"Name, short",Size{end}E1,A,1{end}'.encode())
    assert file.csv_header == ("Code", "Name, short", "Size")


def test_table_is_text_with_nothing_taken_for_missing(tmp_path: Path) -> None:
    table = file_of(tmp_path, b"code,name\n007,NA\n008,\n").frame()
    assert table.to_numpy().tolist() == [["007", "NA"], ["008", ""]]


def test_table_with_a_longer_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenPublicationError, match="same columns in every row"):
        file_of(tmp_path, b"a,b\n1,2\n1,2,3\n").frame()


def test_table_of_rows_longer_than_the_heading_is_refused(tmp_path: Path) -> None:
    # The CSV reader would take the first column for names of the rows, and move all the others.
    with pytest.raises(BrokenPublicationError, match="more cells than headings"):
        file_of(tmp_path, b"a,b\n1,2,3\n4,5,6\n").frame()


def test_bytes_that_are_no_text_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(BrokenPublicationError, match="not text"):
        file_of(tmp_path, b"\x00\x01").frame()


def test_sheet_is_read_as_rows(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book", "One", [["Code", "Size"], ["RAA", 2]])
    file = OfficialFile(path)
    assert file.sheet_names == ("One",)
    assert file.grid("One") == [["Code", "Size"], ["RAA", 2.0]]
    with pytest.raises(BrokenPublicationError, match="a sheet 'Two'"):
        file.grid("Two")


def test_heading_row_is_found_without_regard_to_case_and_blanks() -> None:
    grid = [["Title"], ["", " CODE ", "Name"], ["", "RAA", "Upper"]]
    assert find_row(grid, "code", "Name") == 1
    assert find_row(grid, "code", "size") is None
    assert column_positions(["", "Two  words", "two words", "B"]) == {"two words": 1, "b": 3}


def test_damaged_compression_is_no_text(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(b"code,name\n" * 500, mtime=0))
    for place in range(11, len(content)):
        damaged = content.copy()
        damaged[place] ^= 0xFF
        assert file_of(tmp_path, bytes(damaged)).text in (None, "code,name\n" * 500)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_publication_is_read_or_refused_in_the_family_of_errors(
    tmp_path: Path, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(["workbook", "csv", "random"]))
    if source == "random":
        content = bytearray(data.draw(st.binary(max_size=60)))
    else:
        path = tmp_path / source
        if not path.exists():
            ae_workbook(path) if source == "workbook" else path.write_text(ae_csv())
        content = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
        content = content[: data.draw(st.sampled_from([len(content), place + 1]))]
    file = file_of(tmp_path, bytes(content))
    try:
        reader, _ = read(file)
    except CaseAnalysisError as error:
        assert error.remedy
    else:
        assert reader in all_readers()
