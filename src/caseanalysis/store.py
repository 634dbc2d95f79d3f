"""The data store: official files as published, by SHA-256, with the tidy tables read from them.

Layout of the folder::

    files/<sha256>                   the bytes as published
    tables/<table>/<sha256>.parquet  a tidy table of that file
    catalogue/<sha256>.json          what the file is; written last, so a file is held or it is not

Every file is written beside its place and renamed into it, so a kill at any moment leaves the
store readable, and adding a file twice changes nothing.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from caseanalysis import officialfile, readers, schemas
from caseanalysis.errors import (
    CaseAnalysisError,
    MissingDataError,
    StoreError,
    UnknownPublicationError,
)
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import Reader, Reading
from caseanalysis.schemas import SCHEMAS


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


@dataclass(frozen=True)
class Outcome:
    """What became of one file that was offered to the store."""

    path: Path
    result: str
    detail: str
    source: str | None = None
    period: str | None = None


class Store:
    """Official files and their tidy tables in one folder.

    Parameters
    ----------
    root : Path
        The folder; it is made when the first file is added.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def entries(self) -> list[Entry]:
        """Return what is held, by source and slice.

        Raises
        ------
        StoreError
            If a catalogue record cannot be read.
        """
        folder = self.root / "catalogue"
        found = [_load_entry(path) for path in sorted(folder.glob("*.json"))]
        return sorted(found, key=lambda entry: (entry.source, entry.slice_, entry.sha256))

    def current(self, table: str) -> list[Entry]:
        """Return the entries that give a table now: of each slice the best and latest release."""
        best: dict[str, Entry] = {}
        for entry in self.entries():
            if table in entry.tables:
                rival = best.get(entry.slice_)
                if rival is None or _precedence(entry) > _precedence(rival):
                    best[entry.slice_] = entry
        return [best[slice_] for slice_ in sorted(best)]

    def table(self, name: str, **among: Collection[object]) -> pd.DataFrame:
        """Return a tidy table, each slice from its latest release, sorted by its key.

        Parameters
        ----------
        name : str
            A table of ``schemas.SCHEMAS``.
        **among
            For a column, the values to keep.

        Raises
        ------
        MissingDataError
            If no file in the store gives the table.
        StoreError
            If a table was made by another version of its reader.
        """
        entries = self.current(name)
        if not entries:
            raise MissingDataError(
                where=f"data store {self.root}",
                found=f"no file that gives the table {name}",
                wanted="one",
                remedy="add it with `caseanalysis data add PATH`; docs/sources.md says where "
                "to get it",
            )
        for entry in entries:
            self._refuse_stale(entry)
        paths = [str(self._table_path(name, entry.sha256)) for entry in entries]
        return _query(paths, name, among)

    def add(
        self, paths: Collection[Path], *, progress: Callable[[Path], None] = lambda path: None
    ) -> list[Outcome]:
        """Take files, and every file of folders, that a reader knows; return what became of each.

        Raises
        ------
        UnknownPublicationError, BrokenPublicationError
            If a file that was named itself, not found in a folder, is unknown or broken.
        StoreError
            If a path does not exist or the store cannot be written.
        """
        outcomes = []
        for path, named in _expand(paths):
            progress(path)
            try:
                outcomes.append(self._add_file(path))
            except CaseAnalysisError as error:
                if named or isinstance(error, StoreError):
                    raise
                unknown = isinstance(error, UnknownPublicationError)
                result = "unknown" if unknown else "refused"
                outcomes.append(Outcome(path, result, f"{error.found}; {error.remedy}"))
        return outcomes

    def refresh(self, *, progress: Callable[[Entry], None] = lambda entry: None) -> int:
        """Read again, from the bytes held, every file whose reader has changed; return how many."""
        stale = [entry for entry in self.entries() if entry.reader_digest != _digest(entry.source)]
        for entry in stale:
            progress(entry)
            file = OfficialFile(self.root / "files" / entry.sha256)
            reader, reading = readers.read(file)
            self._keep(file, reader, reading, file_name=entry.file_name, added=entry.added)
        return len(stale)

    def _add_file(self, path: Path) -> Outcome:
        try:
            file = OfficialFile(path)
        except OSError as error:
            raise StoreError(
                where=str(path),
                found=error.strerror or str(error),
                wanted="a readable file",
                remedy="check the path and its permissions",
            ) from None
        held = self.root / "catalogue" / f"{file.sha256}.json"
        if held.is_file() and _load_entry(held).reader_digest == _digest(_load_entry(held).source):
            entry = _load_entry(held)
            return Outcome(path, "already held", entry.release, entry.source, entry.period)
        reader, reading = readers.read(file)
        entry = self._keep(file, reader, reading, file_name=path.name, added=_now())
        return Outcome(path, "added", entry.release, entry.source, entry.period)

    def _keep(
        self, file: OfficialFile, reader: Reader, reading: Reading, *, file_name: str, added: str
    ) -> Entry:
        entry = Entry(
            sha256=file.sha256,
            source=reader.source,
            file_name=file_name,
            bytes=len(file.content),
            release=reading.release,
            period=reading.period,
            slice_=reading.slice_,
            rank=reader.rank,
            published=reading.published.isoformat() if reading.published else None,
            added=added,
            tables={name: len(table) for name, table in reading.tables.items()},
            checks=tuple(asdict(check) for check in reading.checks),
            notes=reading.notes,
            reader_digest=_digest(reader.source),
        )
        try:
            _write(self.root / "files" / entry.sha256, file.content)
            for name, table in reading.tables.items():
                content = table.to_parquet(index=False, compression="zstd")
                _write(self._table_path(name, entry.sha256), content)
            record = json.dumps(asdict(entry), indent=1, ensure_ascii=False)
            _write(self.root / "catalogue" / f"{entry.sha256}.json", record.encode())
        except OSError as error:
            raise StoreError(
                where=str(self.root),
                found=error.strerror or str(error),
                wanted="a folder that can be written",
                remedy="name another with --store or CASEANALYSIS_DATA, or free some space",
            ) from error
        return entry

    def _table_path(self, name: str, sha256: str) -> Path:
        return self.root / "tables" / name / f"{sha256}.parquet"

    def _refuse_stale(self, entry: Entry) -> None:
        if entry.reader_digest != _digest(entry.source):
            raise StoreError(
                where=f"data store {self.root}",
                found=f"tables of {entry.file_name} that another version of the reader made",
                wanted="tables of this version",
                remedy="run `caseanalysis data refresh`",
            )


def _query(paths: list[str], name: str, among: dict[str, Collection[object]]) -> pd.DataFrame:
    import duckdb

    schema = SCHEMAS[name]
    unknown = set(among) - set(schema.columns)
    if unknown:
        raise ValueError(f"table {name} has no column {sorted(unknown)[0]!r}")
    conditions = [f'"{column}" IN (SELECT unnest(?))' for column in among]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = ", ".join(f'"{column}"' for column in schema.key)
    query = f"SELECT * FROM read_parquet(?){where} ORDER BY {order}"  # noqa: S608
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        arguments = [paths, *(sorted(values, key=str) for values in among.values())]
        table = connection.execute(query, arguments).df()
    return schemas.conform(table, schema)


def _precedence(entry: Entry) -> tuple[int, str, str, str]:
    return entry.rank, entry.published or "", entry.added, entry.sha256


def _load_entry(path: Path) -> Entry:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        entry = Entry(**fields)
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(
            where=str(path),
            found=str(error),
            wanted="a catalogue record of this version",
            remedy="remove that record and add the file again",
        ) from error
    return replace(entry, checks=tuple(entry.checks), notes=tuple(entry.notes))


def _expand(paths: Collection[Path]) -> Iterator[tuple[Path, bool]]:
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.is_file())
            yield from ((item, False) for item in inside if not _hidden(item, path))
        elif path.is_file():
            yield path, True
        else:
            raise StoreError(
                where=str(path),
                found="no such file or folder",
                wanted="official files or folders of them",
                remedy="check the path",
            )


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@lru_cache(maxsize=256)
def _digest(source: str) -> str:
    """Return a digest of the code that makes a source's tables; empty where no reader is left."""
    for reader in readers.all_readers():
        if reader.source == source:
            own = Path(str(inspect.getsourcefile(reader.read)))
            code = "".join(path.read_text("utf-8") for path in (own, *_shared_code()))
            return hashlib.sha256(code.encode()).hexdigest()[:16]
    return ""


@lru_cache(maxsize=1)
def _shared_code() -> tuple[Path, ...]:
    """Return the files that every reader rests on: contents of files, schemas, common checks."""
    own = {Path(str(inspect.getsourcefile(reader.read))) for reader in readers.all_readers()}
    folder = Path(str(readers.__file__)).parent
    common = [path for path in sorted(folder.glob("*.py")) if path not in own]
    kept = sorted(Path(str(schemas.__file__)).parent.glob("*.py"))
    return (Path(str(officialfile.__file__)), *kept, *common)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def entry_age_days(entry: Entry, *, today: date) -> int:
    """Return the days since a file was added."""
    return (today - datetime.fromisoformat(entry.added).date()).days
