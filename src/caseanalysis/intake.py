"""What comes into the data store: files found in folders, read once, on several processors."""

from __future__ import annotations

import hashlib
import inspect
import io
import multiprocessing
import os
from collections.abc import Collection, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from caseanalysis import containers, officialfile, readers, schemas
from caseanalysis.catalogue import (
    Entry,
    file_path,
    load_entry,
    record_path,
    table_path,
    write_entry,
)
from caseanalysis.errors import (
    BrokenPublicationError,
    CaseAnalysisError,
    StoreError,
    UnknownPublicationError,
)
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import Reader, Reading
from caseanalysis.recordlevel.datasets import DATASETS
from caseanalysis.writing import write_whole

#: Bytes to be read from which on other processes are worth their start, a second or two each.
_WORTH_A_PROCESS = 8 * 1024**2


@dataclass(frozen=True)
class Found:
    """A path that was offered: named itself or found in a folder, and why it is left out."""

    path: Path
    named: bool
    fault: str | None = None


@dataclass(frozen=True)
class Offer:
    """A file to be read and kept, its SHA-256, and the moment that counts as its adding."""

    path: Path
    sha256: str
    added: str


def find_files(paths: Collection[Path]) -> list[Found]:
    """Return the files that are named, and every file of the folders, in order.

    Links inside a folder are not followed, since they can lead out of it or in a circle; hidden
    files and folders are passed over.

    Raises
    ------
    StoreError
        If a path is neither a file nor a folder.
    """
    found: list[Found] = []
    for path in paths:
        if path.is_dir():
            found += sorted(_inside(path), key=lambda item: item.path)
        elif path.is_file():
            found.append(Found(path, named=True))
        else:
            raise StoreError(
                where=str(path),
                found="no such file or folder" if not path.exists() else "no ordinary file",
                wanted="official files or folders of them",
                remedy="check the path",
            )
    return found


def _inside(folder: Path) -> Iterator[Found]:
    faults: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=faults.append):
        linked = [name for name in folders if (Path(parent) / name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".") and name not in linked]
        for name in (*files, *linked):
            path = Path(parent) / name
            if name.startswith("."):
                continue
            if path.is_symlink():
                yield Found(path, named=False, fault="a link; links in a folder are not followed")
            elif path.is_file():
                yield Found(path, named=False)
    for fault in faults:
        yield Found(Path(str(fault.filename)), named=False, fault=f"{fault.strerror}; not read")


def open_file(path: Path) -> OfficialFile:
    """Return a file with its bytes.

    Raises
    ------
    StoreError
        If it cannot be read.
    UnknownPublicationError
        If it is larger than any publication.
    """
    try:
        return OfficialFile(path)
    except OSError as error:
        raise StoreError(
            where=str(path),
            found=error.strerror or str(error),
            wanted="a readable file",
            remedy="check the path and its permissions",
        ) from None


def held_entry(root: Path, sha256: str) -> Entry | None:
    """Return the entry of a file that is held with tables of this version, or None."""
    record = record_path(root, sha256)
    if not record.is_file():
        return None
    entry = load_entry(record)
    return entry if entry.reader_digest == reader_digest(entry.source) else None


def take(root: Path, offer: Offer) -> Entry:
    """Read a file and keep it with its tables.

    Raises
    ------
    UnknownPublicationError, BrokenPublicationError
        If no reader knows it, or it is not what it says.
    StoreError
        If the file cannot be read, or the store not be written.
    """
    file = open_file(offer.path)
    try:
        reader, reading = readers.read(file)
    except UnknownPublicationError as error:
        raise _as_records(file, error) from None
    return keep(root, file, reader, reading, file_name=offer.path.name, added=offer.added)


def _as_records(file: OfficialFile, error: UnknownPublicationError) -> UnknownPublicationError:
    """Return the error for a file that no reader knows; records of patients are named as such."""
    given = {name.upper() for name in file.csv_header}
    for dataset in DATASETS.values():
        if {dataset.marker, dataset.key} <= given:
            return UnknownPublicationError(
                where=error.where,
                found=f"records of {dataset.title}, which are no publication",
                wanted=error.wanted,
                remedy=f"`caseanalysis data aggregate {dataset.name}` makes tables of them",
            )
    return error


def take_all(
    root: Path, offers: Sequence[Offer], *, jobs: int, size: int
) -> Generator[Entry | CaseAnalysisError]:
    """Read and keep files, on several processes where that is worth it; give each in its order.

    Parameters
    ----------
    root : Path
        Folder of the store.
    offers : sequence of Offer
        The files.
    jobs : int
        Most processes at once.
    size : int
        Bytes of all the files.

    Yields
    ------
    Entry or CaseAnalysisError
        What became of each; a file that ends its process, as one does that takes all memory, is a
        broken publication.
    """
    if jobs < 2 or len(offers) < 2 or size < _WORTH_A_PROCESS:
        for offer in offers:
            yield _taken(root, offer)
        return
    left = list(offers)
    workers = min(jobs, len(offers))
    while left:
        count = 0
        with closing(_pooled(root, left, workers)) as results:
            for result in results:
                count += 1
                yield result
        left = left[count:]
        if left and workers == 1:
            # One process takes one file after another, so this is the one that ended it.
            yield _ended(left.pop(0))
        workers = 1


def _pooled(
    root: Path, offers: Sequence[Offer], workers: int
) -> Generator[Entry | CaseAnalysisError]:
    """Give what becomes of each file, up to the first that was lost with its process."""
    # A forked process would inherit the locks of threads that do not live on in it.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, mp_context=context)
    tasks: list[Future[Entry | CaseAnalysisError]] = []
    try:
        tasks = [pool.submit(_taken, root, offer) for offer in offers]
        for task in tasks:
            yield task.result()
    except BrokenProcessPool:
        return
    finally:
        wait([task for task in tasks if not task.cancel()])
        # A process that is killed while it tells its last result keeps a lock, for which the others
        # would wait for ever before they end.
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        pool.shutdown()


def _taken(root: Path, offer: Offer) -> Entry | CaseAnalysisError:
    try:
        return take(root, offer)
    except CaseAnalysisError as error:
        return error


def _ended(offer: Offer) -> BrokenPublicationError:
    return BrokenPublicationError(
        where=str(offer.path),
        found="a file that ended the process that read it",
        wanted="a publication that can be read within the memory of this machine",
        remedy="save the file again from the publisher's page",
    )


def keep(
    root: Path, file: OfficialFile, reader: Reader, reading: Reading, *, file_name: str, added: str
) -> Entry:
    """Write the bytes and tables of a file, and its record last; return its entry.

    Raises
    ------
    StoreError
        If the store cannot be written.
    """
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
        reader_digest=reader_digest(reader.source),
    )
    try:
        write_whole(file_path(root, entry.sha256), file.content)
        for name, table in reading.tables.items():
            write_whole(table_path(root, name, entry.sha256), _parquet(name, table))
        write_entry(root, entry)
    except OSError as error:
        raise StoreError(
            where=str(root),
            found=error.strerror or str(error),
            wanted="a folder that can be written",
            remedy="name another with --store or CASEANALYSIS_DATA, or free some space",
        ) from error
    return entry


def _parquet(name: str, table: pd.DataFrame) -> bytes:
    """Return a tidy table as Parquet, in the order of its key, so that no query need sort it."""
    rows = schemas.in_key_order(
        pa.Table.from_pandas(table, preserve_index=False), schemas.SCHEMAS[name].key
    )
    content = io.BytesIO()
    # Checksums of the pages let damage be found; the format has none by default.
    parquet.write_table(rows, content, compression="zstd", write_page_checksum=True)
    return content.getvalue()


@lru_cache(maxsize=256)
def reader_digest(source: str) -> str:
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
    opened = (Path(str(officialfile.__file__)), Path(str(containers.__file__)))
    return (*opened, *kept, *common)
