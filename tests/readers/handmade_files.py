"""Bare workbooks of several sheets, with dates, in the fewest parts that the format needs."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from caseanalysis.errors import BrokenPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import Reading
from caseanalysis.readers import read as read_any
from caseanalysis.readers.contract import Check
from caseanalysis.registers import source
from caseanalysis.store import Store

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: Style 1 shows a number as a date (format 14 of the standard).
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
Rows = Sequence[Sequence[object]]


def workbook(folder: Path, sheets: Mapping[str, Rows], name: str = "a.xlsx") -> OfficialFile:
    """Write a workbook and return it as an official file."""
    listed = "".join(
        f'<sheet name="{escape(title)}" sheetId="{number}" r:id="r{number}"/>'
        for number, title in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" '
        f'Target="worksheets/{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
            "</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r0" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}">{related}<Relationship Id="s" '
            f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        )
        archive.writestr("xl/styles.xml", _STYLES)
        for number, rows in enumerate(sheets.values(), start=1):
            cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/{number}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>',
            )
    return OfficialFile(path)


def _cell(value: object) -> str:
    if isinstance(value, date):
        return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def text_file(folder: Path, text: str, name: str = "a.csv") -> OfficialFile:
    """Write a text file and return it as an official file."""
    path = folder / name
    path.write_bytes(text.encode())
    return OfficialFile(path)


def read(file: OfficialFile, *, source_id: str) -> Reading:
    """Return what a file holds, read by the one reader that knows it, which must be this one."""
    reader, reading = read_any(file)
    assert reader.source == source_id
    assert set(reading.tables) == set(reader.tables) == set(source(source_id).tables)
    return reading


def held(store: Store, path: Path, *, source_id: str) -> Reading:
    """Return what a store keeps of an official file, read by the one reader that knows it.

    Every official file is read once for all tests, and not again for each.
    """
    sha256 = OfficialFile(path).sha256
    (entry,) = (entry for entry in store.entries() if entry.sha256 == sha256)
    assert entry.source == source_id
    assert set(entry.tables) == set(source(source_id).tables)
    return Reading(
        tables={
            name: pd.read_parquet(store.root / "tables" / name / f"{sha256}.parquet")
            for name in entry.tables
        },
        release=entry.release,
        period=entry.period,
        slice_=entry.slice_,
        published=date.fromisoformat(entry.published) if entry.published else None,
        checks=tuple(Check(**check) for check in entry.checks),
        notes=entry.notes,
    )


def refusal(file: OfficialFile) -> str:
    """Return the words with which a known file is refused."""
    with pytest.raises(BrokenPublicationError) as error:
        read_any(file)
    return str(error.value)


def replaced(rows: Rows, old: object, new: object) -> list[list[object]]:
    """Return rows with one cell, the first that is ``old``, made ``new``."""
    copy = [list(row) for row in rows]
    for row in copy:
        if old in row:
            row[row.index(old)] = new
            return copy
    raise AssertionError(old)
