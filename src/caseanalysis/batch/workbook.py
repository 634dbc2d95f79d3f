"""The tables behind all figures as one workbook, its text as text, with contents and sources."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from caseanalysis.batch.freshness import publications
from caseanalysis.batch.ledger import area_name, report_name
from caseanalysis.case import Case
from caseanalysis.errors import BuildError
from caseanalysis.exporting import FORMULA_STARTS, XLSX_CHARACTERS, XLSX_ROWS
from caseanalysis.notebook.sources import RECORDS

#: Longest name of a sheet, and characters that it cannot have.
LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_RESERVED = ("contents", "sources", "history")
# The format does without a date of writing, so that the same tables give the same bytes.
_CREATED = datetime(2000, 1, 1)
_DATA_ROW = 6
_WIDEST = 48
_OPTIONS = {"in_memory": True}
_STYLE = re.compile(r"^(?:signed )?(?P<kind>[a-z ]+?)(?: (?P<places>\d))?$")
_UNITS = {
    "percent": "share, 0 to 1, shown as a percentage",
    "points": "difference of shares, 0 to 1",
    "pounds": "pounds",
    "million pounds": "pounds",
    "year": "year",
    "date": "date",
    "month": "month",
}
_PLACES = {"integer": 0, "pounds": 0, "million pounds": 0, "year": 0}


@dataclass(frozen=True)
class Sheet:
    """A table of a report, and the name of its sheet."""

    name: str
    report: str
    table: Mapping[str, Any]
    sources: tuple[str, ...]

    @property
    def label(self) -> str:
        """What the table is called in its report; figures that no number names have none."""
        kind, number = str(self.table["kind"]).capitalize(), self.table["number"]
        return kind if number is None else f"{kind} {number}"


def sheets(records: Mapping[str, Mapping[str, Any]]) -> list[Sheet]:
    """Return a sheet for each figure and table of the reports, each name once.

    Parameters
    ----------
    records : Mapping of str to Mapping
        The facts of each report by its area, in their order.
    """
    taken = set(_RESERVED)
    found = []
    for area, record in records.items():
        cited = {one["name"]: _cited(one) for one in record["evidence"]}
        for table in record.get("tables", ()):
            name = _free_name(f"{area} {str(table['id']).replace('-', ' ')}", taken)
            taken.add(name.casefold())
            named = tuple(cited[one] for one in table["evidence"] if one in cited)
            named += tuple(RECORDS[one] for one in table.get("records", ()))
            report = report_name(area, str(record["title"]))
            found.append(Sheet(name, report, table, named))
    return found


def _cited(evidence: Mapping[str, Any]) -> str:
    told = [f"{one['publisher']}, {one['title']}, {one['period']}" for one in evidence["inputs"]]
    return f"{evidence['title']} ({evidence['basis']}): {'; '.join(told)}"


def _free_name(wanted: str, taken: set[str]) -> str:
    plain = _NOT_IN_NAMES.sub(" ", wanted)[:LONGEST_NAME].strip()
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: LONGEST_NAME - len(str(number)) - 1]} {number}"
    return name


def workbook_bytes(case: Case, records: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return the workbook of all tables: contents, a sheet a table, sources.

    The same tables give the same bytes.

    Parameters
    ----------
    case : Case
        The case.
    records : Mapping of str to Mapping
        The facts of each report by its area, in their order.

    Raises
    ------
    BuildError
        If a table has more rows, or a text more characters, than a sheet can hold.
    """
    import xlsxwriter

    stream = io.BytesIO()
    found = sheets(records)
    with xlsxwriter.Workbook(stream, _OPTIONS) as workbook:
        workbook.set_properties({"title": f"{case.title}: all tables", "created": _CREATED})
        writer = _Writer(workbook)
        writer.contents(case, found)
        for sheet in found:
            writer.table(case, sheet)
        writer.sources(records)
    return stream.getvalue()


class _Writer:
    """Writes sheets of one workbook; text never acts as a formula or a link."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def _format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def _text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        if len(text) > XLSX_CHARACTERS:
            found = f"a text of {len(text):,} characters"
            raise _too_large(sheet.get_name(), found, f"at most {XLSX_CHARACTERS:,}")
        if text.startswith(FORMULA_STARTS):
            properties = {**properties, "quote_prefix": True}
        sheet.write_string(row, column, text, self._format(**properties))

    def contents(self, case: Case, found: Sequence[Sheet]) -> None:
        """Write the list of sheets, with a link to each."""
        sheet = self.workbook.add_worksheet("Contents")
        self._text(sheet, 0, 0, f"{case.title}: the tables behind all figures", **_TITLE)
        self._text(sheet, 1, 0, "Values are as computed: shares run from 0 to 1.")
        self._head(sheet, 3, ("Sheet", "Report", "What", "Title", "Rows", "Sources"))
        link = self._format(font_color="#00508C", underline=1)
        for row, one in enumerate(found, start=4):
            sheet.write_url(row, 0, f"internal:'{one.name}'!A1", link, string=one.name)
            told = (one.report, one.label, str(one.table["title"]))
            for column, text in enumerate(told, start=1):
                self._text(sheet, row, column, text)
            sheet.write_number(row, 4, len(one.table["rows"]))
            self._text(sheet, row, 5, "; ".join(one.sources))
        for column, width in enumerate((24, 40, 12, 70, 8, 90)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(4, 1)

    def table(self, case: Case, one: Sheet) -> None:
        """Write a table with its title, units and sources above it."""
        table = one.table
        if len(table["rows"]) + _DATA_ROW >= XLSX_ROWS:
            found = f"{len(table['rows']):,} rows"
            raise _too_large(one.name, found, f"fewer than {XLSX_ROWS - _DATA_ROW:,}")
        sheet = self.workbook.add_worksheet(one.name)
        self._text(sheet, 0, 0, f"{one.label}. {table['title']}", **_TITLE)
        self._text(sheet, 1, 0, f"{case.title}: {one.report}")
        self._text(sheet, 2, 0, f"Source: {' | '.join(one.sources) or 'not told'}")
        sheet.write_url(
            3, 0, "internal:'Contents'!A1", self._format(font_color="#00508C"), "Contents"
        )
        self._head(sheet, _DATA_ROW - 2, [str(column["label"]) for column in table["columns"]])
        for at, column in enumerate(table["columns"]):
            cells = [row[at] for row in table["rows"]]
            self._text(sheet, _DATA_ROW - 1, at, unit_of(column["style"]), italic=True, **_WRAPPED)
            self._column(sheet, at, cells, str(column["style"]))
            sheet.set_column(at, at, _width(column, cells))
        sheet.freeze_panes(_DATA_ROW, 0)

    def _column(self, sheet: Any, at: int, cells: Sequence[Any], style: str) -> None:
        pattern = number_format(style)
        for row, cell in enumerate(cells, start=_DATA_ROW):
            if cell is None:
                continue
            if isinstance(cell, bool):
                sheet.write_boolean(row, at, cell)
            elif isinstance(cell, int | float):
                sheet.write_number(row, at, cell, self._format(num_format=pattern))
            elif style in ("date", "month"):
                sheet.write_datetime(
                    row, at, date.fromisoformat(cell), self._format(num_format=pattern)
                )
            else:
                self._text(sheet, row, at, str(cell))

    def sources(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the publications behind the tables."""
        sheet = self.workbook.add_worksheet("Sources")
        self._text(sheet, 0, 0, "Publications behind the tables", **_TITLE)
        labels = ("Publication", "Publisher", "Release", "Period", "Licence", "Page", "Basis")
        self._head(sheet, 2, (*labels, "SHA-256", "Reports"))
        for row, cells in enumerate(_source_rows(records), start=3):
            for column, text in enumerate(cells):
                self._text(sheet, row, column, text)
        for column, width in enumerate((60, 24, 24, 22, 28, 50, 16, 66, 30)):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(3, 1)

    def _head(self, sheet: Any, row: int, labels: Sequence[str]) -> None:
        for column, label in enumerate(labels):
            self._text(sheet, row, column, label, bold=True, bottom=1, **_WRAPPED)


_TITLE = {"bold": True, "font_size": 14}
_WRAPPED = {"text_wrap": True, "valign": "top"}


def _source_rows(records: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    cited = {
        (one["source"], one["release"], one["period"], evidence["basis"]): one
        for record in records.values()
        for evidence in record["evidence"]
        for one in evidence["inputs"]
    }
    for found in publications(records):
        one = cited[found.source, found.release, found.period, found.basis]
        yield (
            *(found.title, found.publisher, found.release, found.period),
            *(str(one["licence"]), found.page, found.basis, str(one["sha256"])),
            ", ".join(map(area_name, found.areas)),
        )


def unit_of(style: str) -> str:
    """Return the unit of a column of a style, as its values stand in the sheet."""
    found = _STYLE.match(style)
    return _UNITS.get(found["kind"] if found else "", "")


def number_format(style: str) -> str:
    """Return the spreadsheet's number format of a style."""
    found = _STYLE.match(style)
    kind = found["kind"] if found else "text"
    if kind in ("date", "month"):
        return "d mmmm yyyy" if kind == "date" else "mmmm yyyy"
    places = int((found and found["places"]) or _PLACES.get(kind, 1))
    decimals = f".{'0' * places}" if places else ""
    patterns = {
        "percent": f"0{decimals}%",
        "points": f"0{decimals}%",
        "pounds": f"£#,##0{decimals}",
        "million pounds": "£#,##0",
        "year": "0",
        "integer": "#,##0",
        "decimal": f"#,##0{decimals}",
    }
    return patterns.get(kind, "General")


def _width(column: Mapping[str, Any], cells: Sequence[Any]) -> int:
    texts = [len(cell) for cell in cells if isinstance(cell, str)]
    return min(_WIDEST, max([12, len(str(column["label"])) // 2 + 4, *texts]) + 1)


def _too_large(where: str, found: str, wanted: str) -> BuildError:
    return BuildError(
        where=f"workbook, sheet {where}",
        found=found,
        wanted=wanted,
        remedy="show a shorter table, or a shorter text, in the report",
    )
