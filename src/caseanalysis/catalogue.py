"""The catalogue of the data store: what each file held is, one record a file, written last."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from caseanalysis.errors import StoreError
from caseanalysis.writing import write_whole

_RECORD_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """What the catalogue knows of one file."""

    sha256: str
    source: str
    file_name: str
    bytes: int
    release: str
    period: str
    slice_: str
    rank: int
    published: str | None
    added: str
    tables: dict[str, int]
    checks: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    reader_digest: str


def file_path(root: Path, sha256: str) -> Path:
    """Return where the bytes of a file are kept."""
    return root / "files" / sha256


def table_path(root: Path, name: str, sha256: str) -> Path:
    """Return where a tidy table of a file is kept."""
    return root / "tables" / name / f"{sha256}.parquet"


def record_path(root: Path, sha256: str) -> Path:
    """Return where the record of a file is kept."""
    return root / "catalogue" / f"{sha256}.json"


def record_paths(root: Path) -> list[Path]:
    """Return the records of a store, by SHA-256."""
    folder = root / "catalogue"
    # To sort names takes a small part of the time that it takes to sort paths.
    names = sorted(path.name for path in folder.glob("*.json"))
    return [folder / name for name in names]


def load_entry(path: Path) -> Entry:
    """Return the entry that a record holds.

    Raises
    ------
    StoreError
        If it cannot be read, or is the record of another file.
    """
    return _entry(str(path), path.stem, path.stat)


def load_entries(root: Path) -> list[Entry]:
    """Return every entry of a store, by SHA-256.

    Raises
    ------
    StoreError
        If one cannot be read; see ``load_entry``.
    """
    folder = root / "catalogue"
    if not folder.is_dir():
        return []
    # To list a folder tells the state of a file in less time than to ask for it by its path.
    with os.scandir(folder) as listed:
        found = sorted((one.name, one) for one in listed if one.name.endswith(".json"))
    return [_entry(one.path, name.removesuffix(".json"), one.stat) for name, one in found]


def _entry(path: str, stem: str, state: Callable[[], os.stat_result]) -> Entry:
    try:
        status = state()
        entry = _load_entry(path, status.st_mtime_ns, status.st_size, status.st_ino)
        if entry.sha256 != stem and _RECORD_NAME.fullmatch(stem):
            raise ValueError(f"the record of another file, {entry.sha256}")
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise StoreError(
            where=path,
            found=str(error),
            wanted="a catalogue record of this version",
            remedy="remove that record and add the file again",
        ) from error
    return entry


@lru_cache(maxsize=4096)
def _load_entry(path: str, changed: int, size: int, inode: int) -> Entry:
    """Return the entry of a record, read once for each state of the file."""
    fields = json.loads(Path(path).read_text(encoding="utf-8"))
    entry = Entry(**fields)
    return replace(entry, checks=tuple(entry.checks), notes=tuple(entry.notes))


def write_entry(root: Path, entry: Entry) -> None:
    """Write the record of a file; the file is held from then on."""
    record = json.dumps(asdict(entry), indent=1, ensure_ascii=False)
    write_whole(record_path(root, entry.sha256), record.encode())
