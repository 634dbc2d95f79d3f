"""The workbook of all tables, read back as a spreadsheet reads it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from handmade import evidence, page, table
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from throwaway import Project

from caseanalysis.batch.facts import record_of
from caseanalysis.batch.workbook import number_format, sheets, unit_of, workbook_bytes
from caseanalysis.case import load_case
from caseanalysis.errors import BuildError


def _records(*tables: dict[str, Any], area: str = "a1") -> dict[str, dict[str, Any]]:
    made = page(area, tables=list(tables), evidence=[evidence()])
    return {area: record_of(made)}


@pytest.fixture
def made(project: Project) -> bytes:
    return workbook_bytes(load_case("three-towns"), _records(table(), table("table", 2)))


def _rows(content: bytes, sheet: str) -> list[list[Any]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def test_workbook_has_contents_a_sheet_for_each_table_and_sources(made: bytes) -> None:
    names = CalamineWorkbook.from_filelike(io.BytesIO(made)).sheet_names
    assert names == ["Contents", "a1 figure 1", "a1 table 2", "Sources"]
    listed = _rows(made, "Contents")[4:]
    assert [row[:5] for row in listed] == [
        ["a1 figure 1", "A1, Report a1", "Figure 1", "Beds by trust", 2],
        ["a1 table 2", "A1, Report a1", "Table 2", "Beds by trust", 2],
    ]


def test_sheet_has_title_source_units_and_values_as_computed(made: bytes) -> None:
    rows = _rows(made, "a1 figure 1")
    assert rows[0][0] == "Figure 1. Beds by trust"
    assert rows[2][0].startswith("Source: Beds by trust (compact extract): NHS England, Beds & <i>")
    assert rows[4] == ["Trust", "Share", "Month"]
    assert rows[5][1] == "share, 0 to 1, shown as a percentage"
    assert rows[6] == ["Upper Town", 0.525, date(2024, 3, 1)]
    assert rows[7] == ["=1+1", "", ""]


def test_sources_give_publisher_period_licence_and_hash(made: bytes) -> None:
    row = _rows(made, "Sources")[3]
    assert row[1:5] == ["NHS England", "2024-25 Q4", "2024-25 Q4", "OGL v3.0"]
    assert row[7:] == ["0" * 64, "A1"]


def test_no_text_acts_as_a_formula_or_a_link(project: Project) -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org/", "\t=1"]
    shown = table(title="=HYPERLINK(1)", rows=[[text, None, None] for text in texts])
    content = workbook_bytes(load_case("three-towns"), _records(shown))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        xml = {name: parts.read(name).decode() for name in parts.namelist()}
    assert not any("<f>" in text for name, text in xml.items() if "worksheets" in name)
    assert 'quotePrefix="1"' in xml["xl/styles.xml"]
    links = re.findall(r"<hyperlink [^>]+>", xml["xl/worksheets/sheet2.xml"])
    assert all("location=" in link for link in links)
    assert [row[0] for row in _rows(content, "a1 figure 1")[6:]] == texts


def test_same_tables_give_the_same_bytes(project: Project, made: bytes) -> None:
    again = workbook_bytes(load_case("three-towns"), _records(table(), table("table", 2)))
    assert again == made


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6), st.sampled_from(["a1", "sources"]))
@example(["x" * 40, "x" * 41, "X" * 42, "1/2: [x]", "1/2? [x]", ""], "a1")
@settings(max_examples=40)
def test_names_of_sheets_are_short_allowed_and_each_once(ids: list[str], area: str) -> None:
    names = [one.name for one in sheets(_records(*(table(id=one) for one in ids), area=area))]
    assert len({name.casefold() for name in names} - {"contents", "sources"}) == len(ids)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\']", name) for name in names)


def test_figure_without_a_number_is_named_by_what_it_shows() -> None:
    bare = table(number=None, id="figure-trend-of-beds", title="Trend of beds")
    (sheet,) = sheets(_records(bare))
    assert (sheet.name, sheet.label) == ("a1 figure trend of beds", "Figure")


def test_text_longer_than_a_cell_is_refused(project: Project) -> None:
    long = table(rows=[["x" * 32_768, 0.1, None]])
    with pytest.raises(BuildError, match=r"a1 figure 1.*32,768 characters"):
        workbook_bytes(load_case("three-towns"), _records(long))


@pytest.mark.parametrize(
    ("style", "pattern", "unit"),
    [
        ("percent", "0.0%", "share, 0 to 1, shown as a percentage"),
        ("signed percent 2", "0.00%", "share, 0 to 1, shown as a percentage"),
        ("integer", "#,##0", ""),
        ("decimal 2", "#,##0.00", ""),
        ("million pounds", "£#,##0", "pounds"),
        ("month", "mmmm yyyy", "month"),
        ("text", "General", ""),
    ],
)
def test_style_of_a_column_becomes_a_number_format(style: str, pattern: str, unit: str) -> None:
    assert (number_format(style), unit_of(style)) == (pattern, unit)
