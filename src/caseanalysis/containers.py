"""Containers of official files opened with bounded memory: gzip, and the two forms of workbook.

A workbook is laid out in memory as one block from the first cell to the farthest, so two cells in
a file of a kilobyte can ask for hundreds of gigabytes. Its size is therefore known before it is
opened: what it unpacks to, and how far its cells reach.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

#: Most that a workbook may unpack to, bytes; ten times the largest that is published (25 MB).
LARGEST_UNPACKED = 256 * 1024**2
#: Most that a workbook may grow when unpacked; published ones grow up to 28 times.
LARGEST_RATIO = 200
#: Unpacked size up to which the growth is of no concern, bytes.
HARMLESS = 16 * 1024**2
#: Most members of a workbook; published ones have up to about a hundred.
MOST_MEMBERS = 2_000
#: Most cells that a sheet may reach over, rows by columns; an old workbook (.xls) has 16.8 million.
MOST_CELLS = 20_000_000
#: Columns of an old workbook (.xls).
XLS_COLUMNS = 256

#: Rows and columns that need no closer look: up to four digits, and up to two letters.
_FEW_ROWS, _FEW_COLUMNS = 9_999, 702
_FAR = re.compile(rb"""\sr\s*=\s*["'](?:[A-Za-z]{3}|[A-Za-z]{0,2}\d{5})""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})(\d{0,10})""")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row(?=[\s/>])")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])")
_SLICE = 1024**2
_LOCAL_HEADER = 30
_STORED, _DEFLATED = 0, 8

_SECTOR_END = 0xFFFFFFFA
_STREAM_NAMES = ("Workbook", "Book", "WORKBOOK", "BOOK")
_MULTIPLE = 0x00BD
#: Records of cells: numbers, text, formulas, truth values, blanks.
_CELL_RECORDS = frozenset((0x0203, 0x027E, 0x00FD, _MULTIPLE, 0x0006, 0x0204, 0x0205, 0x00D6))
_RECORD = struct.Struct("<4H")


class OversizedError(ValueError):
    """What a container unpacks to is more than is taken."""


def unpacked_gzip(content: bytes, *, limit: int) -> bytes | None:
    """Return what gzip bytes unpack to, or None where they are damaged.

    Raises
    ------
    OversizedError
        If that is more than ``limit`` bytes.
    """
    parts: list[bytes] = []
    room = limit
    rest = content
    while rest.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            part = unpacker.decompress(rest, room + 1)
        except zlib.error:
            return None
        if len(part) > room:
            raise OversizedError(f"more than {limit:,} bytes when unpacked")
        if not unpacker.eof:
            return None
        parts.append(part)
        room -= len(part)
        rest = unpacker.unused_data.lstrip(b"\x00")
    return None if rest else b"".join(parts)


def holds_other(content: bytes) -> bool:
    """Return whether bytes are a sound archive of something else than an .xlsx workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "xl/workbook.xml" not in {name.casefold() for name in archive.namelist()}
    except (zipfile.BadZipFile, struct.error, ValueError, OSError, RuntimeError):
        return False


def workbook_fault(content: bytes) -> str | None:
    """Return why the bytes of a workbook are not opened, or None where they may be.

    Covers what they unpack to, the number of their members, and how far the cells of each sheet
    reach. Bytes that are no workbook at all give no fault; opening them fails.
    """
    if content[:4] == b"PK\x03\x04":
        return _zip_fault(content)
    return _xls_fault(content)


def _zip_fault(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, OSError, RuntimeError):
        return "an archive that is truncated or damaged"
    if len(members) > MOST_MEMBERS:
        return f"an archive of {len(members):,} members"
    total = sum(member.file_size for member in members)
    try:
        _require_room(total, len(content))
        return _members_fault(content, members)
    except OversizedError as error:
        return str(error)
    except (zlib.error, struct.error, IndexError):
        return "an archive that is truncated or damaged"


def _members_fault(content: bytes, members: list[zipfile.ZipInfo]) -> str | None:
    total = 0
    for member in members:
        # The directory can lie about the size, so that every member is unpacked and measured.
        part = _unpacked(content, member, room=LARGEST_UNPACKED - total)
        total += len(part)
        _require_room(total, len(content))
        cells = _cells(part) if b"sheetData" in part else 0
        if cells > MOST_CELLS:
            return f"{member.filename!r}, a sheet that reaches over {cells:,} cells"
    return None


def _require_room(unpacked: int, packed: int) -> None:
    if unpacked > LARGEST_UNPACKED:
        raise OversizedError(f"an archive of more than {LARGEST_UNPACKED:,} bytes when unpacked")
    if unpacked > HARMLESS and unpacked > packed * LARGEST_RATIO:
        raise OversizedError(f"an archive that grows more than {LARGEST_RATIO} times when unpacked")


def _unpacked(content: bytes, member: zipfile.ZipInfo, *, room: int) -> bytes:
    start = member.header_offset
    name, extra = struct.unpack_from("<HH", content, start + _LOCAL_HEADER - 4)
    start += _LOCAL_HEADER + name + extra
    packed = content[start : start + member.compress_size]
    if member.compress_type == _STORED:
        return packed
    if member.compress_type != _DEFLATED:
        raise OversizedError(f"{member.filename!r}, packed in a way that workbooks are not")
    part = zlib.decompressobj(wbits=-15).decompress(packed, room + 1)
    if len(part) > room:
        raise OversizedError(f"an archive of more than {LARGEST_UNPACKED:,} bytes when unpacked")
    return part


def _cells(xml: bytes) -> int:
    """Return over how many cells a sheet reaches at most, counted from its first cell."""
    in_rows = _ROW.split(xml) if b":row" in xml else xml.split(b"<row")
    pattern = _CELL if b":c" in xml else None
    widest = max(len(pattern.findall(row)) if pattern else row.count(b"<c") for row in in_rows)
    rows = max(len(in_rows), _FEW_ROWS)
    columns = max(widest, _FEW_COLUMNS)
    if _FAR.search(xml) is None and rows * columns <= MOST_CELLS:
        return rows * columns
    far_row, far_column = _farthest(xml)
    return max(len(in_rows) - 1, far_row) * max(widest, far_column, 1)


def _farthest(xml: bytes) -> tuple[int, int]:
    rows, columns = {b"0"}, {b""}
    for start in range(0, len(xml), _SLICE):
        # A little more than a slice, so that a place on the edge is seen whole.
        for letters, digits in _PLACE.findall(xml, start, start + _SLICE + 64):
            columns.add(letters)
            rows.add(digits)
    return max(int(row or b"0") for row in rows), max(map(_column, columns))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _xls_fault(content: bytes) -> str | None:
    try:
        stream = _xls_stream(content)
    except (struct.error, IndexError, ValueError):
        return "a workbook that is truncated or damaged"
    at = 0
    while at + _RECORD.size <= len(stream):
        kind, size, _, column = _RECORD.unpack_from(stream, at)
        if kind == _MULTIPLE:
            # Cells side by side, each of 6 bytes, after the row and the first column.
            column += max(size - _RECORD.size, 0) // 6
        if column >= XLS_COLUMNS and kind in _CELL_RECORDS:
            return f"a cell in column {column + 1:,}"
        at += 4 + size
    return None


def _xls_stream(content: bytes) -> bytes:
    """Return the stream of records of an old workbook (.xls) from its compound file."""
    power = struct.unpack_from("<H", content, 30)[0]
    if power not in (9, 12):
        raise ValueError("sectors of another size")
    size = 1 << power
    first_directory, _, smallest = struct.unpack_from("<3I", content, 48)
    following = _sector_table(content, size)
    directory = _chain(content, size, following, first_directory)
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        if name in _STREAM_NAMES:
            first, bytes_ = struct.unpack_from("<2I", directory, at + 116)
            if bytes_ < smallest:
                raise ValueError("a stream too short for a workbook")
            return _chain(content, size, following, first)[:bytes_]
    raise ValueError("no stream of a workbook")


def _sector_table(content: bytes, size: int) -> tuple[int, ...]:
    """Return, for each sector, the one that follows it."""
    per_sector = size // 4
    sectors = list(struct.unpack_from("<109I", content, 76))
    further, count = struct.unpack_from("<2I", content, 68)
    for _ in range(min(count, len(content) // size)):
        if further >= _SECTOR_END:
            break
        *more, further = struct.unpack_from(f"<{per_sector}I", content, (further + 1) * size)
        sectors += more
    used = [sector for sector in sectors if sector < _SECTOR_END]
    tables = [struct.unpack_from(f"<{per_sector}I", content, (at + 1) * size) for at in used]
    return tuple(following for table in tables for following in table)


def _chain(content: bytes, size: int, following: tuple[int, ...], first: int) -> bytes:
    parts: list[bytes] = []
    sector = first
    # A chain longer than the file runs in a circle.
    for _ in range(len(content) // size + 1):
        if sector >= _SECTOR_END:
            return b"".join(parts)
        parts.append(content[(sector + 1) * size : (sector + 2) * size])
        sector = following[sector]
    raise ValueError("a chain of sectors in a circle")
