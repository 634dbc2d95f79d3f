"""Files made to do harm end in a clear refusal or in safe text, within bounded memory and time."""

from __future__ import annotations

import gzip
import io
import json
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hostile_files import lying_about_size, old_workbook, workbook
from pyarrow import parquet

from caseanalysis.containers import LARGEST_UNPACKED, OversizedError, unpacked_gzip
from caseanalysis.errors import BrokenPublicationError, CaseAnalysisError, UnknownPublicationError
from caseanalysis.officialfile import LARGEST_FILE, LARGEST_MEMBER, OfficialFile
from caseanalysis.readers import read
from caseanalysis.store import Store
from small_publications import ae_csv, ae_workbook

#: Memory that the process may take to read all of them one after another, and its time.
MEMORY, SECONDS = 4 * 1024**3, 120
PRIVATE = "a line that is nobody's business"

READ_ALL = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
from caseanalysis.errors import CaseAnalysisError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import read
for name in sys.argv[2:]:
    start = time.perf_counter()
    try:
        found = read(OfficialFile(Path(name)))[0].source
        kind = "read"
    except CaseAnalysisError as error:
        kind, found = type(error).__name__, str(error)
    print(json.dumps([Path(name).name, kind, found, time.perf_counter() - start]), flush=True)
"""


def saved(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def archive(name: str, content: bytes, *, mode: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archived:
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        archived.writestr(member, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def two_cells(first: str, last: str) -> str:
    return "".join(f'<row><c r="{place}"><v>1</v></c></row>' for place in (first, last))


def entity_bomb() -> str:
    levels = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "{"a" * 100}">{"".join(levels)}]>'


def text_cell(text: str) -> str:
    return f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>'


def truncated_workbook(path: Path) -> None:
    ae_workbook(path)
    path.write_bytes(path.read_bytes()[:-200])


def declared_size(path: Path) -> None:
    workbook(path, text_cell("a"))
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, place + 24, LARGEST_UNPACKED + 1)
    path.write_bytes(bytes(content))


def sparse(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(2 * 1024**3)


def many_members(path: Path) -> None:
    workbook(path, text_cell("a"))
    with zipfile.ZipFile(path, "a") as archived:
        for number in range(2_001):
            archived.writestr(f"xl/{number}", b"")


def parquet_of_many_rows(path: Path) -> None:
    # Runs of nothing: a few kilobytes that lie in memory as hundreds of millions of cells.
    columns = ["quarter", "org_code", "occupied"]
    parquet.write_table(pa.table({name: pa.nulls(40_000_000) for name in columns}), path)


Make = Callable[[Path], object]
BROKEN, UNKNOWN = "BrokenPublicationError", "UnknownPublicationError"
CSV = ae_csv().encode()
HOSTILE: dict[str, tuple[Make, str, str]] = {
    "truncated workbook": (truncated_workbook, BROKEN, "truncated or damaged"),
    "bomb that grows too much": (
        *(lambda path: workbook(path, b"<row/>" * 4_000_000), BROKEN),
        "grows more than 200 times",
    ),
    "bomb that says its size": (declared_size, BROKEN, "when unpacked"),
    "bomb that lies about its size": (
        *(lambda path: lying_about_size(workbook(path, b"<row/>" * 4_000_000)), BROKEN),
        "grows more than 200 times",
    ),
    "two cells far apart": (
        *(lambda path: workbook(path, two_cells("A1", "XFD1048576")), BROKEN),
        "reaches over 17,179,869,184 cells",
    ),
    "two cells far apart, in small letters": (
        *(lambda path: workbook(path, two_cells("a1", "xfd1048576")), BROKEN),
        "reaches over",
    ),
    "a long row and a late one": (
        lambda path: workbook(
            path,
            f'<row r="1">{"<c><v>1</v></c>" * 30_000}</row><row r="99999"><c><v>1</v></c></row>',
        ),
        *(BROKEN, "reaches over"),
    ),
    "old workbook with cells far apart": (
        *(lambda path: old_workbook(path, [(0, 0), (65_535, 65_535)]), BROKEN),
        "a cell in column 65,536",
    ),
    "old workbook cut short": (
        lambda path: path.write_bytes(old_workbook(path, [(0, 0)]).read_bytes()[:900]),
        *(BROKEN, "truncated or damaged"),
    ),
    "workbook of many members": (many_members, BROKEN, "members"),
    "entities in entities": (
        *(lambda path: workbook(path, text_cell("&e9;"), prolog=entity_bomb()), "any"),
        "",
    ),
    "csv of two gigabytes": (sparse, UNKNOWN, "2,147,483,648 bytes"),
    "gzip bomb": (
        saved(gzip.compress(bytes(LARGEST_FILE + 1))),
        *(BROKEN, "268,435,456 bytes when unpacked"),
    ),
    "archived csv bomb": (
        saved(archive("a.csv", bytes(LARGEST_MEMBER + 1))),
        *(BROKEN, "268,435,457 bytes"),
    ),
    "archived path that leaves": (
        saved(archive("../../a.csv", CSV)),
        *(BROKEN, "leaves the archive"),
    ),
    "archived link": (
        saved(archive("a.csv", b"/etc/passwd", mode=stat.S_IFLNK | 0o777)),
        *(BROKEN, "a link"),
    ),
    "deep json": (saved(b"[" * 1_000_000), UNKNOWN, "a json file"),
    "deep json that ends": (saved(b"[" * 50_000 + b"]" * 50_000), UNKNOWN, "json"),
    "json number of a million digits": (saved(b"[" + b"9" * 1_000_000 + b"]"), UNKNOWN, ""),
    "empty file": (saved(b""), UNKNOWN, "an empty file"),
    "nul bytes at the start": (saved(b"\0" * 10_000), UNKNOWN, "another kind"),
    "nul bytes within": (saved(CSV + b"\0" + CSV), UNKNOWN, "another kind"),
    "text in utf-16": (saved(ae_csv().encode("utf-16")), UNKNOWN, "save it as CSV in UTF-8"),
    "header without an end": (saved(b'"' + b"a," * 5_000_000), UNKNOWN, ""),
    "line of many columns": (saved(b"a," * 5_000_000), UNKNOWN, "a text file that starts with"),
}


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str, float]]:
    """How the reading of each file ended, in one process of bounded memory and time."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (make, _, _) in HOSTILE.items():
        make(folder / name)
    command = [sys.executable, "-c", READ_ALL, str(MEMORY), *(str(folder / n) for n in HOSTILE)]
    finished = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=Path.cwd()
    )
    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    assert len(lines) == len(HOSTILE), (lines[-1:], finished.stderr[-2000:])
    return {name: (kind, found, seconds) for name, kind, found, seconds in lines}


@pytest.mark.skipif(sys.platform == "win32", reason="memory is limited as POSIX systems do")
@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_file_is_refused_in_bounded_memory_and_time(
    ends: dict[str, tuple[str, str, float]], name: str
) -> None:
    kind, found, seconds = ends[name]
    _, wanted, words = HOSTILE[name]
    assert kind in ({BROKEN, UNKNOWN} if wanted == "any" else {wanted}), found
    assert words in found
    assert seconds < 20


def test_wrong_encoding_is_read_as_the_text_that_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(ae_csv().replace("RAA TRUST", "KING’S TRUST").encode("cp1252"))
    _, reading = read(OfficialFile(path))
    assert "KING’S TRUST" in reading.tables["ae_monthly"]["org_name"].tolist()


def test_entity_of_a_local_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(PRIVATE, encoding="utf-8")
    prolog = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file://{secret}">]>'
    path = workbook(tmp_path / "a.xlsx", text_cell("&f;"), prolog=prolog)
    try:
        cells = str(OfficialFile(path).grid("Provider Level Data"))
    except CaseAnalysisError as error:
        cells = str(error)
    assert PRIVATE not in cells


def test_workbook_within_the_limits_is_read(tmp_path: Path) -> None:
    wide = workbook(tmp_path / "wide.xlsx", two_cells("A1", "XFD10"))
    assert len(OfficialFile(wide).grid("Provider Level Data")[0]) == 16_384
    old = old_workbook(tmp_path / "old.xls", [(0, 0), (2, 255)])
    assert len(OfficialFile(old).grid("Sheet")[0]) == 256


def test_workbook_of_another_program_is_unknown(tmp_path: Path) -> None:
    # A spreadsheet that repeats a cell a billion times in a few bytes is not opened at all.
    path = tmp_path / "a.ods"
    path.write_bytes(archive("content.xml", b"<office/>"))
    with pytest.raises(UnknownPublicationError):
        read(OfficialFile(path))


def test_gzip_of_several_parts_is_unpacked_up_to_the_limit() -> None:
    content = gzip.compress(b"a" * 10) + gzip.compress(b"b" * 10)
    assert unpacked_gzip(content, limit=20) == b"a" * 10 + b"b" * 10
    with pytest.raises(OversizedError, match="more than 19 bytes"):
        unpacked_gzip(content, limit=19)
    assert unpacked_gzip(content[:-4], limit=20) is None


def test_parquet_file_of_more_cells_than_are_published_is_refused(tmp_path: Path) -> None:
    parquet_of_many_rows(tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 1_000_000
    with pytest.raises(BrokenPublicationError, match="40,000,000 rows"):
        OfficialFile(tmp_path / "a.parquet").parquet_table(["quarter", "org_code", "occupied"])


@pytest.mark.official_files
def test_every_published_workbook_is_within_the_limits(official: Path, full_store: Store) -> None:
    # One that is not would have been refused, and so not be in the store.
    held = {entry.file_name for entry in full_store.entries()}
    assert {path.name for path in official.rglob("*.xls*")} <= held


def test_special_file_without_an_end_is_refused(tmp_path: Path) -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("needs a device that never ends")
    link = tmp_path / "endless"
    link.symlink_to("/dev/zero")
    with pytest.raises(UnknownPublicationError, match="a file of"):
        OfficialFile(link)


def test_size_is_known_before_a_file_is_read(tmp_path: Path) -> None:
    sparse(tmp_path / "large.csv")
    with pytest.raises(UnknownPublicationError, match="at most 256 MB"):
        OfficialFile(tmp_path / "large.csv")


def test_damaged_sheet_is_refused_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", '<row r="1"><c r="A1" t="s"><v>99</v></c></row>')
    file = OfficialFile(path)
    with pytest.raises(BrokenPublicationError, match="Provider Level Data"):
        file.grid("Provider Level Data")
