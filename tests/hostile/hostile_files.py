"""Files made to do harm: workbooks and archives that are not what they say."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(path: Path, sheet: str | bytes, *, prolog: str = "") -> Path:
    """Write a workbook of one sheet with the given XML inside its ``sheetData``."""
    inner = sheet.encode() if isinstance(sheet, str) else sheet
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Provider Level Data" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/1.xml"/></Relationships>',
    }
    start = f'{prolog}<worksheet xmlns="{_MAIN}"><sheetData>'.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr("xl/worksheets/1.xml", start + inner + b"</sheetData></worksheet>")
    return path


def lying_about_size(path: Path) -> Path:
    """Make the directory of an archive say that its last member is one byte long."""
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, place + 24, 1)
    path.write_bytes(bytes(content))
    return path


def old_workbook(path: Path, places: list[tuple[int, int]]) -> Path:
    """Write an old workbook (.xls) with a number at each row and column, counted from 0."""
    records = [(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))]
    sheet_at = 0
    name = b"\x05\x00Sheet"
    body = b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in records)
    sheet_at = len(body) + 4 + 6 + len(name) + 4
    body += struct.pack("<HH", 0x0085, 6 + len(name)) + struct.pack("<IH", sheet_at, 0) + name
    body += struct.pack("<HH", 0x000A, 0)
    body += struct.pack("<HH", 0x0809, 16) + struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)
    for row, column in places:
        body += struct.pack("<HH", 0x0203, 14) + struct.pack("<HHHd", row, column, 0, 1.0)
    body += struct.pack("<HH", 0x000A, 0)
    return _compound(path, body.ljust(4096, b"\0"))


def _compound(path: Path, stream: bytes) -> Path:
    """Write a compound file of one stream, Workbook: header, sector table, directory, stream."""
    size, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    sectors = -(-len(stream) // size)
    chain = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    directory = _entry("Root Entry", 5, child=1, first=end, length=0)
    directory += _entry("Workbook", 2, child=free, first=2, length=len(stream))
    path.write_bytes(header + table + directory.ljust(size, b"\0") + stream.ljust(sectors * size))
    return path


def _entry(name: str, kind: int, *, child: int, first: int, length: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    free = 0xFFFFFFFF
    entry = text.ljust(64, b"\0") + struct.pack("<HBB3I", len(text), kind, 1, free, free, child)
    return entry + bytes(36) + struct.pack("<IQ", first, length)
