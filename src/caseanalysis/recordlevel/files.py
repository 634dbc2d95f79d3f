"""Files of records: found, known by their content, and named to the engine column by column.

No message quotes a cell: a header may be named, a record never.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection
from pyarrow import parquet

from caseanalysis.errors import BrokenPublicationError, UnknownPublicationError
from caseanalysis.recordlevel.datasets import Dataset
from caseanalysis.records import nearest

_DELIMITERS = (",", "|", "\t", ";")
#: Longest header line that is read, bytes; the longest known layout has about 3,000.
_LONGEST_HEADER = 1024**2


@dataclass(frozen=True)
class RecordFile:
    """One file of records, and how the engine is to read it.

    Attributes
    ----------
    path : Path
        The file.
    form : str
        ``parquet``, ``csv`` or ``gzip``.
    fields : tuple of str
        Its columns in order, as they are written.
    delimiter : str
        What stands between two cells of text.
    """

    path: Path
    form: str
    fields: tuple[str, ...]
    delimiter: str = ","

    @property
    def given(self) -> dict[str, str]:
        """Its columns as written, by their name in capitals."""
        return {name.strip().upper(): name for name in self.fields}

    def scan_sql(self, wanted: Sequence[str]) -> str:
        """Return SQL that selects wanted fields, those that it lacks as NULL."""
        given = self.given
        columns = [
            f"CAST({_identifier(given[name])} AS VARCHAR) AS {name}"
            if name in given
            else f"NULL::VARCHAR AS {name}"
            for name in wanted
        ]
        return f"SELECT {', '.join(columns)} FROM {self._source_sql()}"  # noqa: S608

    def _source_sql(self) -> str:
        path = _text(str(self.path))
        if self.form == "parquet":
            return f"read_parquet({path})"
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in self.fields)
        compression = "gzip" if self.form == "gzip" else "none"
        return (
            f"read_csv({path}, auto_detect=false, header=true, delim={_text(self.delimiter)}, "
            f"quote='\"', escape='\"', columns={{{columns}}}, compression='{compression}')"
        )


def as_parquet(
    connection: DuckDBPyConnection, file: RecordFile, wanted: Sequence[str], folder: Path
) -> RecordFile:
    """Return the wanted fields of a file of text as Parquet, written into a folder.

    A column of Parquet lists each code once, so that a code is looked up once and not in every
    record: to write it takes less time than it saves, since records are read twice.
    """
    if file.form == "parquet":
        return file
    given = [name for name in wanted if name in file.given]
    path = folder / f"{len(list(folder.iterdir()))}.parquet"
    connection.execute(f"COPY ({file.scan_sql(given)}) TO {_text(str(path))} (FORMAT parquet)")
    return RecordFile(path, "parquet", tuple(given))


def find_files(paths: Sequence[Path], dataset: Dataset) -> tuple[list[RecordFile], list[str]]:
    """Return the files of a data set among files and folders, and those that were left.

    A file in a folder that is not of the data set is left and named; a file that was named must
    be of it. A file met twice is taken once.

    Raises
    ------
    UnknownPublicationError
        If a named file is missing or not of the data set, or a folder holds none of it.
    """
    found: dict[Path, RecordFile] = {}
    left: list[str] = []
    for path in paths:
        if path.is_dir():
            known = {one.resolve(): _open(one) for one in sorted(path.rglob("*")) if one.is_file()}
            taken = {at: one for at, one in known.items() if one and dataset.marker in one.given}
            left += [at.name for at in known if at not in taken]
            found |= {at: one for at, one in taken.items() if one}
        else:
            found[path.resolve()] = _named(path, dataset)
    if not found:
        raise _unknown(str(paths[0]) if paths else "no path", "no file of these records", dataset)
    return list(found.values()), left


def require_fields(files: Sequence[RecordFile], needed: Sequence[tuple[str, ...]]) -> None:
    """Refuse a file that lacks a field; of several that give one quantity, one is enough.

    Raises
    ------
    BrokenPublicationError
        Naming the file, the field and what stands there that is most like it.
    """
    for file in files:
        for fields in needed:
            if not set(fields) & set(file.given):
                like = nearest(fields[0], file.given)
                raise BrokenPublicationError(
                    where=f"{file.path.name}, header",
                    found=f"no field {' or '.join(fields)}",
                    wanted="the field as the HES data dictionary names it",
                    remedy=f"is it headed {like!r} here? rename it, or ask for an extract with it"
                    if like
                    else "ask for an extract with the field, or leave its breakdown out",
                )


def _named(path: Path, dataset: Dataset) -> RecordFile:
    if not path.is_file():
        raise _unknown(path.name, "no such file", dataset)
    file = _open(path)
    if file is None:
        raise _unknown(path.name, "neither CSV text with a header nor Parquet", dataset)
    if dataset.marker not in file.given:
        raise _unknown(path.name, f"no field {dataset.marker}", dataset)
    return file


def _unknown(where: str, found: str, dataset: Dataset) -> UnknownPublicationError:
    return UnknownPublicationError(
        where=where,
        found=found,
        wanted=f"HES records of {dataset.title}, CSV or Parquet, with the field {dataset.marker}",
        remedy="name the file or folder of that data set; docs/record-level.md lists the fields",
    )


def _open(path: Path) -> RecordFile | None:
    """Return a file whose columns can be read, or None."""
    with path.open("rb") as stream:
        start = stream.read(4)
    try:
        if start == b"PAR1":
            return RecordFile(path, "parquet", tuple(parquet.read_schema(path).names))
        form = "gzip" if start[:2] == b"\x1f\x8b" else "csv"
        with gzip.open(path) if form == "gzip" else path.open("rb") as stream:
            header = stream.readline(_LONGEST_HEADER).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError, pa.ArrowException):
        return None
    delimiter = max(_DELIMITERS, key=header.count)
    fields = next(csv.reader([header], delimiter=delimiter), [])
    unique = {name.strip().upper() for name in fields}
    if len(fields) < 2 or len(unique) < len(fields) or "" in unique or "\x00" in header:
        return None
    return RecordFile(path, form, tuple(fields), delimiter)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
