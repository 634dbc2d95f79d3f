"""An official file: its bytes, its SHA-256, and its contents read once."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from caseanalysis.errors import BrokenPublicationError

Cell = Any
Grid = list[list[Cell]]

_SIGNATURES = {b"\xd0\xcf\x11\xe0": "xls", b"PK\x03\x04": "xlsx", b"\x1f\x8b": "gzip"}


class OfficialFile:
    """One file as it was published, known by its content alone.

    Parameters
    ----------
    path : Path
        The file. Its name is used in messages and nowhere else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = path.read_bytes()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def form(self) -> str:
        """What the bytes are: ``xls``, ``xlsx``, ``json``, ``text`` or ``other``."""
        kind = _SIGNATURES.get(self.content[:4]) or _SIGNATURES.get(self.content[:2])
        if kind == "gzip":
            kind = None
        if kind:
            return kind
        start = self.text[:200].lstrip() if self.text is not None else ""
        if not start:
            return "other"
        return "json" if start[0] in "[{" else "text"

    @cached_property
    def text(self) -> str | None:
        """The file as text (gzip opened, byte-order mark removed), or None where it is not text."""
        content = self.content
        if content[:2] == b"\x1f\x8b":
            try:
                content = gzip.decompress(content)
            except (OSError, EOFError, zlib.error):
                return None
        if b"\x00" in content[:4096]:
            return None
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        return None

    @cached_property
    def workbook(self) -> CalamineWorkbook | None:
        """The workbook, or None where the file is not one that can be opened."""
        if self.form not in ("xls", "xlsx"):
            return None
        try:
            return CalamineWorkbook.from_filelike(io.BytesIO(self.content))
        except (CalamineError, OSError, ValueError):
            return None

    @cached_property
    def sheet_names(self) -> tuple[str, ...]:
        """Names of the workbook's sheets; none where the file is not a workbook."""
        return tuple(self.workbook.sheet_names) if self.workbook else ()

    def grid(self, sheet: str) -> Grid:
        """Return a sheet's cells as rows; an empty cell is an empty text."""
        if self.workbook is None or sheet not in self.sheet_names:
            raise BrokenPublicationError(
                where=self.path.name,
                found=f"sheets {', '.join(self.sheet_names) or '(no workbook)'}",
                wanted=f"a sheet {sheet!r}",
                remedy="save the file again from the publisher's page",
            )
        rows: Grid = self.workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return rows

    @cached_property
    def csv_header(self) -> tuple[str, ...]:
        """The first line's cells, stripped; none where the file is not text."""
        if self.form != "text" or self.text is None:
            return ()
        # Line ends are left to the CSV reader: some files end their lines in a bare CR.
        first = next(csv.reader(io.StringIO(self.text[:20000], newline="")), [])
        return tuple(cell.strip() for cell in first)

    def frame(self, **options: Any) -> pd.DataFrame:
        """Return the CSV file as a table of text, or as ``options`` of pandas ask."""
        if self.text is None:
            raise BrokenPublicationError(
                where=self.path.name,
                found="bytes that are not text",
                wanted="a CSV file",
                remedy="save the file again from the publisher's page",
            )
        settings: dict[str, Any] = {"dtype": str, "keep_default_na": False} | options
        try:
            table: pd.DataFrame = pd.read_csv(io.StringIO(self.text), **settings)
        except (pd.errors.ParserError, ValueError) as error:
            raise BrokenPublicationError(
                where=self.path.name,
                found=str(error),
                wanted="a CSV file with the same columns in every row",
                remedy="save the file again from the publisher's page",
            ) from None
        return table

    @cached_property
    def json(self) -> Any:
        """The file as JSON, or None where it is not."""
        if self.form != "json" or self.text is None:
            return None
        try:
            return json.loads(self.text)
        except json.JSONDecodeError:
            return None

    def broken(self, place: str, *, found: str, wanted: str) -> BrokenPublicationError:
        """Return the error for a fault at a place inside this file."""
        return BrokenPublicationError(
            where=f"{self.path.name}, {place}",
            found=found,
            wanted=wanted,
            remedy="compare the file with the publisher's; if its layout moved, the reader of "
            "this publication must learn it",
        )


def find_row(grid: Grid, *wanted: str) -> int | None:
    """Return the index of the first row that holds every wanted heading, or None.

    Headings are compared without case and without blanks at either end.
    """
    targets = {heading.casefold() for heading in wanted}
    for index, row in enumerate(grid):
        if targets <= {str(cell).strip().casefold() for cell in row}:
            return index
    return None


def column_positions(header: Sequence[Cell]) -> dict[str, int]:
    """Return the first position of each heading, casefolded and stripped."""
    positions: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = " ".join(str(cell).split()).casefold()
        if name:
            positions.setdefault(name, index)
    return positions
