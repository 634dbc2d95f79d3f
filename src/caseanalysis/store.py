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
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import duckdb
import pandas as pd
from pyarrow import ArrowException, parquet

from caseanalysis import intake, readers, reads, schemas
from caseanalysis.catalogue import (
    Entry,
    file_path,
    load_entries,
    load_entry,
    record_path,
    record_paths,
    table_path,
)
from caseanalysis.errors import (
    CaseAnalysisError,
    MissingDataError,
    StoreError,
    UnknownPublicationError,
)
from caseanalysis.intake import Found, Offer
from caseanalysis.officialfile import OfficialFile
from caseanalysis.records import nearest
from caseanalysis.schemas import SCHEMAS

__all__ = ["Entry", "Fault", "Outcome", "Store", "entry_age_days"]

#: The start of a SHA-256 that is long enough to name one file.
_SHA_START = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True)
class Outcome:
    """What became of one file that was offered to the store."""

    path: Path
    result: str
    detail: str
    source: str | None = None
    period: str | None = None


@dataclass(frozen=True)
class Fault:
    """A damaged file of the store, and what mends it."""

    path: Path
    file_name: str
    found: str
    remedy: str


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
        reads.note("store", reads.WHOLE_STORE)
        return self._every_entry()

    def _every_entry(self) -> list[Entry]:
        found = load_entries(self.root)
        return sorted(found, key=lambda entry: (entry.source, entry.slice_, entry.sha256))

    def count(self) -> int:
        """Return how many files are held, whether their records can be read or not."""
        return len(record_paths(self.root))

    def holds(self, sha256: str) -> bool:
        """Return whether a file is held with tables of this version."""
        return intake.held_entry(self.root, sha256) is not None

    def current(self, table: str) -> list[Entry]:
        """Return the entries that give a table now: of each slice the best and latest release."""
        reads.note("store", table)
        best: dict[str, Entry] = {}
        for entry in self._every_entry():
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
            If a table was made by another version of its reader, or is damaged.
        """
        return self.table_with_entries(name, among)[0]

    def table_with_entries(
        self, name: str, among: Mapping[str, Collection[object]]
    ) -> tuple[pd.DataFrame, list[Entry]]:
        """Return a tidy table as ``table`` does, and the entries that give it."""
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
        paths = [str(table_path(self.root, name, entry.sha256)) for entry in entries]
        return self._query(paths, name, among), entries

    def add(
        self,
        paths: Collection[Path],
        *,
        jobs: int = 1,
        progress: Callable[[Path], None] = lambda path: None,
    ) -> list[Outcome]:
        """Take files, and every file of folders, that a reader knows; return what became of each.

        A file that is held already is known by its SHA-256 and not read again. The outcomes are in
        the order of the paths, whatever the number of processes.

        Parameters
        ----------
        paths : collection of Path
            Files and folders.
        jobs : int
            Most processes that read at once.
        progress : callable
            Called with each path as it is done with.

        Raises
        ------
        UnknownPublicationError, BrokenPublicationError
            If a file that was named itself, not found in a folder, is unknown or broken; the files
            before it are kept.
        StoreError
            If a path does not exist or the store cannot be written.
        """
        found = intake.find_files(paths)
        hashes = [_hash(item) for item in found]
        held = {sha: intake.held_entry(self.root, sha) for sha in hashes if isinstance(sha, str)}
        offers = self._offers(found, hashes, held)
        size = sum(offer.path.stat().st_size for offer in offers.values())
        results = intake.take_all(self.root, list(offers.values()), jobs=jobs, size=size)
        outcomes = []
        taken: dict[str, Entry | CaseAnalysisError] = {}
        with closing(results):
            for item, sha in zip(found, hashes, strict=True):
                progress(item.path)
                if not isinstance(sha, str):
                    outcomes.append(_left_out(item, sha))
                elif sha in taken or held[sha] is not None:
                    outcomes.append(_repeated(item, taken.get(sha) or held[sha]))
                else:
                    taken[sha] = next(results)
                    outcomes.append(_settled(item, taken[sha]))
        return outcomes

    def remove(self, selector: str) -> list[str]:
        """Remove one file by the start of its SHA-256, or all of a source; return their SHA-256.

        The record goes first, so that a file is held or it is not.

        Raises
        ------
        StoreError
            If nothing held is named so, or more than one file; or the store cannot be written.
        """
        removed = self._named(selector)
        for sha256 in removed:
            try:
                record_path(self.root, sha256).unlink(missing_ok=True)
                for table in sorted((self.root / "tables").glob(f"*/{sha256}.parquet")):
                    table.unlink(missing_ok=True)
                file_path(self.root, sha256).unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(
                    where=str(self.root),
                    found=error.strerror or str(error),
                    wanted="a folder that can be written",
                    remedy="check its permissions",
                ) from error
        return removed

    def verify(self, *, progress: Callable[[str], None] = lambda name: None) -> list[Fault]:
        """Return what is damaged: bytes unlike their SHA-256, tables or records unreadable."""
        faults = []
        for path in record_paths(self.root):
            progress(path.stem)
            try:
                entry = load_entry(path)
            except StoreError as error:
                faults.append(Fault(path, "unknown", error.found, error.remedy))
                continue
            faults += self._faults(entry)
        return faults

    def refresh(
        self,
        selector: str | None = None,
        *,
        progress: Callable[[Entry], None] = lambda entry: None,
    ) -> int:
        """Read again, from the bytes held, every file whose reader has changed; return how many.

        Parameters
        ----------
        selector : str or None
            Read these again in any case: the start of a SHA-256, or a source.
        progress : callable
            Called with each entry before it is read.

        Raises
        ------
        StoreError
            If bytes held are not those that were added.
        """
        if selector is None:
            entries = self.entries()
            stale = [e for e in entries if e.reader_digest != intake.reader_digest(e.source)]
        else:
            stale = [load_entry(record_path(self.root, sha)) for sha in self._named(selector)]
        for entry in stale:
            progress(entry)
            fault = self._file_fault(entry)
            if fault:
                raise StoreError(
                    where=str(fault.path),
                    found=fault.found,
                    wanted=f"the bytes of {fault.file_name} as added",
                    remedy=fault.remedy,
                )
            file = OfficialFile(file_path(self.root, entry.sha256))
            reader, reading = readers.read(file)
            intake.keep(
                self.root, file, reader, reading, file_name=entry.file_name, added=entry.added
            )
        return len(stale)

    def _offers(
        self,
        found: list[Found],
        hashes: list[str | CaseAnalysisError],
        held: dict[str, Entry | None],
    ) -> dict[str, Offer]:
        """Return what is to be read, by SHA-256, each file once."""
        now = datetime.now(UTC)
        offers: dict[str, Offer] = {}
        for position, (item, sha) in enumerate(zip(found, hashes, strict=True)):
            if isinstance(sha, str) and held[sha] is None and sha not in offers:
                # Of two undated releases the later in order counts as added later.
                added = now + timedelta(microseconds=position)
                offers[sha] = Offer(item.path, sha, added.isoformat(timespec="microseconds"))
        return offers

    def _named(self, selector: str) -> list[str]:
        """Return the SHA-256 of the files that the start of a SHA-256, or a source, names."""
        held = [path.stem for path in record_paths(self.root)]
        like = [sha256 for sha256 in held if sha256.startswith(selector)]
        if _SHA_START.fullmatch(selector):
            sources, named = [], like
        else:
            entries = self.entries()
            sources = sorted({entry.source for entry in entries})
            named = [entry.sha256 for entry in entries if entry.source == selector]
        if not named or (_SHA_START.fullmatch(selector) and len(named) > 1):
            near = nearest(selector, sources)
            raise StoreError(
                where=f"data store {self.root}",
                found=f"{len(named) or 'no'} files of {selector!r}",
                wanted="at least 8 characters of one SHA-256, or a source of files held",
                remedy=f"did you mean {near!r}?" if near else "see `caseanalysis data status`",
            )
        return named

    def _faults(self, entry: Entry) -> Iterator[Fault]:
        damaged = self._file_fault(entry)
        if damaged:
            yield damaged
        for name, rows in entry.tables.items():
            path = table_path(self.root, name, entry.sha256)
            found = _table_fault(path, rows)
            if found:
                short = entry.sha256[:12]
                mend = f"run `caseanalysis data refresh {short}`"
                remedy = damaged.remedy if damaged else mend
                yield Fault(path, entry.file_name, found, remedy)

    def _file_fault(self, entry: Entry) -> Fault | None:
        path = file_path(self.root, entry.sha256)
        try:
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
            damage = f"other bytes, of SHA-256 {found[:12]}…" if found != entry.sha256 else None
        except OSError as error:
            damage = f"no readable file ({error.strerror})"
        if damage is None:
            return None
        remedy = (
            f"run `caseanalysis data remove {entry.sha256[:12]}`, then add {entry.file_name} again"
        )
        return Fault(path, entry.file_name, damage, remedy)

    def _refuse_stale(self, entry: Entry) -> None:
        if entry.reader_digest != intake.reader_digest(entry.source):
            raise StoreError(
                where=f"data store {self.root}",
                found=f"tables of {entry.file_name} that another version of the reader made",
                wanted="tables of this version",
                remedy="run `caseanalysis data refresh`",
            )

    def _query(
        self, paths: list[str], name: str, among: Mapping[str, Collection[object]]
    ) -> pd.DataFrame:
        schema = SCHEMAS[name]
        unknown = set(among) - set(schema.columns)
        if unknown:
            raise ValueError(f"table {name} has no column {sorted(unknown)[0]!r}")
        for column, values in among.items():
            if isinstance(values, str):
                raise ValueError(f"{column}: a list of values, such as [{values!r}]")
        # Values that are listed one by one are compared faster than those of a subquery.
        conditions = [
            f'"{column}" IN ({", ".join("?" * len(values))})' if values else "false"
            for column, values in among.items()
        ]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        query = f"SELECT * FROM read_parquet(?){where}"  # noqa: S608
        listed = [sorted(values, key=str) for values in among.values()]
        arguments = [paths, *(value for values in listed for value in values)]
        try:
            with _engine().cursor() as cursor:
                table = cursor.sql(query, params=arguments).to_arrow_table()
        except duckdb.Error as error:
            raise StoreError(
                where=f"data store {self.root}, table {name}",
                found=str(error).splitlines()[0],
                wanted="tables that can be read",
                remedy="run `caseanalysis data verify`",
            ) from error
        return schemas.conform(schemas.in_key_order(table, schema.key), schema)


@lru_cache(maxsize=1)
def _engine() -> duckdb.DuckDBPyConnection:
    """Return the query engine of this process; to start one takes longer than most queries.

    On several processors a filtered table loses its order, and to sort it takes longer than to
    read it.
    """
    return duckdb.connect(config={"threads": 1})


def _precedence(entry: Entry) -> tuple[int, str, str, str]:
    return entry.rank, entry.published or "", entry.added, entry.sha256


def _hash(item: Found) -> str | CaseAnalysisError:
    """Return the SHA-256 of a file, or why it is not offered; raise that of a named one."""
    if item.fault:
        return StoreError(
            where=str(item.path),
            found=item.fault,
            wanted="a file",
            remedy="name it itself to add it",
        )
    try:
        return intake.open_file(item.path).sha256
    except CaseAnalysisError as error:
        if item.named:
            raise
        return error


def _settled(item: Found, result: Entry | CaseAnalysisError) -> Outcome:
    if isinstance(result, Entry):
        return Outcome(item.path, "added", result.release, result.source, result.period)
    if item.named or isinstance(result, StoreError):
        raise result
    return _left_out(item, result)


def _repeated(item: Found, result: Entry | CaseAnalysisError | None) -> Outcome:
    if isinstance(result, Entry):
        return Outcome(item.path, "already held", result.release, result.source, result.period)
    if result is None:
        raise TypeError("a file that is neither held nor taken")
    return _settled(item, result)


def _left_out(item: Found, error: CaseAnalysisError) -> Outcome:
    unknown = isinstance(error, UnknownPublicationError)
    result = "unknown" if unknown else "refused"
    return Outcome(item.path, result, f"{error.found}; {error.remedy}")


def _table_fault(path: Path, rows: int) -> str | None:
    """Return what is wrong with a table, read whole and by its checksums, or None."""
    if not path.is_file():
        return "no file"
    try:
        with parquet.ParquetFile(path, page_checksum_verification=True) as table:
            held = sum(batch.num_rows for batch in table.iter_batches())
    except (ArrowException, OSError, ValueError) as error:
        return f"a table that cannot be read ({str(error).splitlines()[0]})"
    return None if held == rows else f"{held:,} rows; its record says {rows:,}"


def entry_age_days(entry: Entry, *, today: date) -> int:
    """Return the days since a file was added."""
    return (today - datetime.fromisoformat(entry.added).date()).days
