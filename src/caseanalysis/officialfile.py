"""An official file: its bytes, its SHA-256, and its contents read once."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pandas as pd
from pyarrow import ArrowException, parquet
from python_calamine import CalamineError, CalamineWorkbook

from caseanalysis import containers
from caseanalysis.errors import BrokenPublicationError, UnknownPublicationError

Cell = Any
Grid = list[list[Cell]]

#: Largest CSV file that is taken out of an archive, bytes; a month of the largest publication that
#: comes so (referral to treatment, every provider and commissioner) is about a quarter of it.
LARGEST_MEMBER = 256 * 1024**2
#: Largest file that is read, bytes, as published or once unpacked: a file is held in memory whole,
#: as bytes, as text and as cells, and the largest publication is about a quarter of this.
LARGEST_FILE = LARGEST_MEMBER
#: Most cells of a Parquet file, rows by columns; the largest held so has about a million.
MOST_PARQUET_CELLS = 100_000_000
#: Rows at the top of a sheet among which headings are looked for.
HEADING_ROWS = 60
#: Members that only a workbook or document has.
_OFFICE_MEMBERS = frozenset({"[Content_Types].xml", "xl/workbook.xml", "mimetype", "content.xml"})
_ENCRYPTED = 0x1

_SIGNATURES = {
    b"\xd0\xcf\x11\xe0": "xls",
    b"PK\x03\x04": "xlsx",
    b"PAR1": "parquet",
    b"\x1f\x8b": "gzip",
}


class OfficialFile:
    """One file as it was published, known by its content alone.

    Parameters
    ----------
    path : Path
        The file. Its name is used in messages and nowhere else.

    Raises
    ------
    UnknownPublicationError
        If it is larger than ``LARGEST_FILE``; no more than that is read.
    OSError
        If it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            # The size is unknown of what a system only shows as a file, so the reading is bounded.
            self.content = stream.read(LARGEST_FILE + 1) if size <= LARGEST_FILE else b""
        if max(size, len(self.content)) > LARGEST_FILE:
            raise UnknownPublicationError(
                where=str(path),
                found=f"a file of {max(size, len(self.content)):,} bytes",
                wanted=f"a publication of at most {LARGEST_FILE // 1024**2} MB",
                remedy="save the file again from the publisher's page, or the part of it that "
                "docs/sources.md names",
            )

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def form(self) -> str:
        """What the bytes are: ``xls``, ``xlsx``, ``parquet``, ``json``, ``text`` or ``other``.

        An archive of one CSV file is the text in it.
        """
        kind = _SIGNATURES.get(self.content[:4]) or _SIGNATURES.get(self.content[:2])
        if kind == "gzip" or (kind == "xlsx" and self.archived is not None):
            kind = None
        if kind:
            return kind
        start = self.text[:200].lstrip() if self.text is not None else ""
        if not start:
            return "other"
        return "json" if start[0] in "[{" else "text"

    @cached_property
    def text(self) -> str | None:
        """The file as text, or None where it is not text.

        Gzip and an archive of one CSV file are opened; a byte-order mark is removed.

        Raises
        ------
        BrokenPublicationError
            If it unpacks to more than ``LARGEST_FILE``.
        """
        content: bytes | None = self.content if self.archived is None else self.archived
        if content is not None and content[:2] == b"\x1f\x8b":
            try:
                content = containers.unpacked_gzip(content, limit=LARGEST_FILE)
            except containers.OversizedError as error:
                raise self._unsafe(str(error)) from None
        if content is None or b"\x00" in content:
            return None
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        return None

    @cached_property
    def archived(self) -> bytes | None:
        """The one CSV file in a zip archive, or None where the bytes are no archive of CSV files.

        Raises
        ------
        BrokenPublicationError
            If the archive holds more than one file, or one whose path leaves the archive, that is a
            link, is encrypted or is larger than ``LARGEST_MEMBER``.
        """
        if self.content[:4] != b"PK\x03\x04":
            return None
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                member = self._only_csv(archive.infolist())
                return None if member is None else self._extracted(archive, member)
        except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError,
                RuntimeError):  # fmt: skip
            return None

    def _only_csv(self, members: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
        names = {member.filename for member in members}
        files = [
            member
            for member in members
            if not member.is_dir() and not member.filename.startswith("__MACOSX/")
        ]
        if names & _OFFICE_MEMBERS or not any(_is_csv(member) for member in files):
            return None
        fault = _archive_fault(files)
        if fault:
            raise self.broken(
                "archive",
                found=fault,
                wanted=f"one CSV file of at most {LARGEST_MEMBER // 1024**2} MB, stored plainly",
            )
        return files[0]

    def _extracted(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
        with archive.open(member) as stream:
            content = stream.read(LARGEST_MEMBER + 1)
        if len(content) > LARGEST_MEMBER:
            raise self.broken(
                "archive",
                found=f"{member.filename!r}, larger than it says",
                wanted=f"a CSV file of at most {LARGEST_MEMBER // 1024**2} MB",
            )
        return content

    @cached_property
    def workbook(self) -> CalamineWorkbook | None:
        """The workbook, or None where the file is not a workbook.

        Raises
        ------
        BrokenPublicationError
            If it is truncated or damaged, or would take more memory than any that is published.
        """
        # An old workbook (.xls) can hold an archive of its own, such as a theme.
        holds_other = self.form == "xlsx" and containers.holds_other(self.content)
        if self.form not in ("xls", "xlsx") or holds_other:
            return None
        fault = containers.workbook_fault(self.content)
        if fault:
            raise self._unsafe(fault)
        try:
            with _panic_as_error():
                return CalamineWorkbook.from_filelike(io.BytesIO(self.content))
        except (CalamineError, OSError, ValueError) as error:
            raise self._unsafe(f"a workbook that cannot be opened ({error})") from None

    def _unsafe(self, found: str) -> BrokenPublicationError:
        return BrokenPublicationError(
            where=str(self.path),
            found=found,
            wanted="a workbook (.xls or .xlsx) or text file, whole and as published",
            remedy="save the file again from the publisher's page",
        )

    @cached_property
    def sheet_names(self) -> tuple[str, ...]:
        """Names of the workbook's sheets; none where the file is not a workbook."""
        return tuple(self.workbook.sheet_names) if self.workbook else ()

    def grid(self, sheet: str) -> Grid:
        """Return a sheet's cells as rows; an empty cell is an empty text. Not to be changed."""
        if sheet in self._grids:
            return self._grids[sheet]
        if self.workbook is None or sheet not in self.sheet_names:
            raise BrokenPublicationError(
                where=self.path.name,
                found=f"sheets {', '.join(self.sheet_names) or '(no workbook)'}",
                wanted=f"a sheet {sheet!r}",
                remedy="save the file again from the publisher's page",
            )
        try:
            with _panic_as_error():
                rows: Grid = self.workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError) as error:
            raise self._unsafe(f"a sheet {sheet!r} that cannot be read ({error})") from None
        self._grids[sheet] = rows
        return rows

    @cached_property
    def _grids(self) -> dict[str, Grid]:
        return {}

    @cached_property
    def _tops(self) -> dict[str, tuple[tuple[frozenset[str], ...], str]]:
        return {}

    def heading_rows(self, sheet: str) -> tuple[frozenset[str], ...]:
        """Return the filled cells of a sheet's first rows in lower case with single blanks.

        No row where the sheet cannot be read, so that a file can be recognised without an error.
        """
        return self._top(sheet)[0]

    def top_text(self, sheet: str) -> str:
        """Return the cells of ``heading_rows`` as text, one a line, each once a row."""
        return self._top(sheet)[1]

    def _top(self, sheet: str) -> tuple[tuple[frozenset[str], ...], str]:
        if sheet not in self._tops:
            try:
                grid = self.grid(sheet)[:HEADING_ROWS]
            except BrokenPublicationError:
                grid = []
            rows = tuple(
                frozenset(" ".join(str(cell).split()).casefold() for cell in row if cell != "")
                for row in grid
            )
            self._tops[sheet] = rows, "\n".join(cell for row in rows for cell in row)
        return self._tops[sheet]

    @cached_property
    def csv_header(self) -> tuple[str, ...]:
        """The first line's cells, stripped; none where the file is not text."""
        if self.form != "text" or self.text is None:
            return ()
        # Line ends are left to the CSV reader: some files end their lines in a bare CR.
        try:
            start = io.StringIO(self.text[:20000], newline="")
            rows = csv.reader(start)
            first = next(itertools.islice(rows, self.title_rows, None), [])
        except csv.Error:
            return ()
        return tuple(cell.strip() for cell in first)

    @cached_property
    def title_rows(self) -> int:
        """Rows of a title above the headings of a text file: those of one cell at its top.

        None where all the rows at the top are of one cell, as where another mark parts the cells.
        """
        if self.text is None:
            return 0
        try:
            top = list(itertools.islice(csv.reader(io.StringIO(self.text[:20000], newline="")), 10))
        except csv.Error:
            return 0
        filled = [sum(bool(cell.strip()) for cell in row) for row in top]
        titles = sum(1 for _ in itertools.takewhile(lambda cells: cells < 2, filled))
        parted = any(mark in "".join(map("".join, top[:titles])) for mark in "$|\t;")
        return 0 if titles == len(top) or parted else titles

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
        settings.setdefault("skiprows", self.title_rows)
        try:
            table: pd.DataFrame = pd.read_csv(io.StringIO(self.text), **settings)
        except (pd.errors.ParserError, ValueError) as error:
            raise BrokenPublicationError(
                where=self.path.name,
                found=str(error),
                wanted="a CSV file with the same columns in every row",
                remedy="save the file again from the publisher's page",
            ) from None
        if "index_col" not in settings and not isinstance(table.index, pd.RangeIndex):
            # Rows of one cell more than there are headings would move every column by one.
            raise self.broken(
                "row 2", found="more cells than headings", wanted="the same columns in every row"
            )
        return table

    @cached_property
    def json(self) -> Any:
        """The file as JSON, or None where it is not."""
        if self.form != "json" or self.text is None:
            return None
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            # Numbers of thousands of digits and brackets in brackets without end are no JSON here.
            return None

    @cached_property
    def parquet_columns(self) -> tuple[str, ...]:
        """Names of a Parquet file's columns; none where it is not one that can be opened."""
        if self.form != "parquet":
            return ()
        try:
            return tuple(parquet.read_schema(io.BytesIO(self.content)).names)
        except (ArrowException, OSError, ValueError):
            return ()

    def parquet_table(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return columns of a Parquet file of at most ``MOST_PARQUET_CELLS``."""
        try:
            rows = parquet.read_metadata(io.BytesIO(self.content)).num_rows
            if rows * len(columns) > MOST_PARQUET_CELLS:
                raise ValueError(f"{rows:,} rows")
            table: pd.DataFrame = pd.read_parquet(io.BytesIO(self.content), columns=list(columns))
        except (ArrowException, OSError, ValueError, KeyError) as error:
            raise self.broken("Parquet", found=str(error), wanted=", ".join(columns)) from None
        return table

    def broken(self, place: str, *, found: str, wanted: str) -> BrokenPublicationError:
        """Return the error for a fault at a place inside this file."""
        return BrokenPublicationError(
            where=f"{self.path.name}, {place}",
            found=found,
            wanted=wanted,
            remedy="compare the file with the publisher's; if its layout moved, the reader of "
            "this publication must learn it",
        )


@contextmanager
def _panic_as_error() -> Iterator[None]:
    """Raise a panic of the workbook library, which derives from no ordinary error, as one."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from None


def _is_csv(member: zipfile.ZipInfo) -> bool:
    return member.filename.casefold().endswith(".csv")


def _archive_fault(files: Sequence[zipfile.ZipInfo]) -> str | None:
    """Return what makes an archive of CSV files unsafe or not clear, or None."""
    if len(files) > 1:
        return f"{len(files)} files, among them {files[0].filename!r} and {files[1].filename!r}"
    member = files[0]
    windows, posix = PureWindowsPath(member.filename), PurePosixPath(member.filename)
    if posix.is_absolute() or windows.drive or windows.root or ".." in windows.parts:
        return f"{member.filename!r}, a path that leaves the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return f"{member.filename!r}, a link"
    if member.flag_bits & _ENCRYPTED:
        return f"{member.filename!r}, encrypted"
    if member.file_size > LARGEST_MEMBER:
        return f"{member.filename!r} of {member.file_size:,} bytes"
    return None


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
