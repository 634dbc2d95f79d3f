"""The library of a case: each evidence table from the data store, or from its compact extract."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from caseanalysis import reads
from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError, ParameterError, RecordError
from caseanalysis.locations import data_root, store_root
from caseanalysis.records import Record, load_yaml, nearest
from caseanalysis.registers import publications_of, source
from caseanalysis.schemas import TableSchema, validate_as
from caseanalysis.store import Entry, Store
from caseanalysis.tables import EVIDENCE_TABLES, EvidenceTable

Basis = Literal["data store", "compact extract"]


class FileRecord(Record):
    """An official file that a table was made from."""

    sha256: str
    slice: str


class InputRecord(Record):
    """A publication that a table was made from, and its files."""

    source: str
    release: str
    period: str
    files: tuple[FileRecord, ...]


class ExtractRecord(Record):
    """A compact extract: its file, and the official files that it was made from.

    ``constants`` are the columns of text that say the same in every row; the file leaves them out.
    """

    table: str
    file: str
    rows: int
    sha256: str
    constants: dict[str, str] = Field(default={})
    inputs: tuple[InputRecord, ...]


class ExtractsFile(Record):
    """The extracts of one case."""

    extracts: tuple[ExtractRecord, ...]


@dataclass(frozen=True)
class Input:
    """A publication behind a table, ready to be cited."""

    source: str
    title: str
    publisher: str
    release: str
    period: str
    licence: str
    attribution: str | None
    page: str
    files: int
    sha256: str


@dataclass(frozen=True)
class Evidence:
    """A table, what it was made from, and which of the two ways it came."""

    name: str
    title: str
    table: pd.DataFrame
    basis: Basis
    inputs: tuple[Input, ...]
    note: str | None = None


class Library:
    """Evidence tables of one case, each loaded once.

    Parameters
    ----------
    case : Case
        The case.
    store : Store
        The data store; it may be empty.
    root : Path
        The folder of registers, cases and extracts.
    """

    def __init__(self, case: Case, *, store: Store, root: Path) -> None:
        self.case = case
        self.store = store
        self.root = root
        self._loaded: dict[str, Evidence] = {}

    @property
    def used(self) -> tuple[Evidence, ...]:
        """The evidence that was asked for so far, in order of first use."""
        return tuple(self._loaded.values())

    def has(self, name: str) -> bool:
        """Return whether the store or an extract gives a table.

        Raises
        ------
        ParameterError
            If there is no evidence table of that name.
        """
        reads.note("code", _definition(name).module)
        return bool(self._in_store(name)) or self._extract_record(name) is not None

    def evidence(self, name: str) -> Evidence:
        """Return a table with its provenance.

        The data store is used where it holds every row that the compact extract has; a store that
        holds fewer is not mixed with the extract, and the evidence says so.

        Raises
        ------
        MissingDataError
            If neither gives the table; the message names the publications that would.
        ParameterError
            If there is no evidence table of that name.
        """
        if name not in self._loaded:
            reads.note("code", _definition(name).module)
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table alone; see ``evidence``."""
        return self.evidence(name).table

    def _load(self, name: str) -> Evidence:
        definition = EVIDENCE_TABLES[name]
        extract = self._extract_record(name)
        if not self._in_store(name):
            if extract is None:
                raise self._missing(definition)
            return self._from_extract(definition, extract, note=None)
        if extract is None:
            return self._from_store(definition)
        try:
            held = self._from_store(definition)
        except MissingDataError as error:
            # Files of the right kind, but of other areas or years than the case needs.
            note = f"the data store does not serve, {error.where}: {error.found}"
            return self._from_extract(definition, extract, note=note)
        if not definition.cumulative:
            return held
        embedded = self._from_extract(definition, extract, note=None)
        absent = _absent_keys(embedded.table, held.table, definition.schema)
        if not absent:
            return held
        note = f"the data store lacks {absent} of the extract's {extract.rows} rows"
        return self._from_extract(definition, extract, note=note)

    def _in_store(self, name: str) -> bool:
        definition = EVIDENCE_TABLES[name]
        needed = (*definition.needs, *definition.chosen_by)
        return all(self.store.current(need) for need in needed)

    def _from_store(self, definition: EvidenceTable) -> Evidence:
        return Evidence(
            name=definition.name,
            title=definition.schema.title,
            table=build_table(definition, self.store, self.case),
            basis="data store",
            inputs=_cite(store_inputs(definition, self.store)),
        )

    def _from_extract(
        self, definition: EvidenceTable, record: ExtractRecord, *, note: str | None
    ) -> Evidence:
        path = self._extract_folder() / record.file
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != record.sha256:
            raise RecordError(
                where=str(path),
                found="other bytes than its record says" if content else "no file, or an empty one",
                wanted=f"SHA-256 {record.sha256}",
                remedy="restore the file, or write it anew with `caseanalysis data extract`",
            )
        table = _parse_csv(content, definition.schema, record.constants)
        return Evidence(
            name=definition.name,
            title=definition.schema.title,
            table=validate_as(table, definition.schema, definition.name, where=path.name),
            basis="compact extract",
            inputs=_cite(record.inputs),
            note=note,
        )

    def _extract_folder(self) -> Path:
        return self.root / "extracts" / self.case.name

    def _extract_record(self, name: str) -> ExtractRecord | None:
        path = self._extract_folder() / "extracts.yaml"
        if not path.is_file():
            return None
        records = load_yaml(path, ExtractsFile).extracts
        return next((record for record in records if record.table == name), None)

    def _missing(self, definition: EvidenceTable) -> MissingDataError:
        return MissingDataError(
            where=f"table {definition.name} of case {self.case.name}",
            found="neither official files in the data store nor a compact extract",
            wanted=" and ".join(map(publications_of, definition.needs)),
            remedy="add the files with `caseanalysis data add PATH`; docs/sources.md says where "
            "to get them",
        )


def _definition(name: str) -> EvidenceTable:
    if name not in EVIDENCE_TABLES:
        like = nearest(name, EVIDENCE_TABLES)
        raise ParameterError(
            where="evidence",
            found=f"no table {name!r}",
            wanted=f"one of the {len(EVIDENCE_TABLES)} evidence tables",
            remedy=f"did you mean {like!r}?" if like else f"choose {', '.join(EVIDENCE_TABLES)}",
        )
    return EVIDENCE_TABLES[name]


def open_library(case: Case, *, store: Path | None = None) -> Library:
    """Return the library of a case, with the data store at its usual place or the one named."""
    return Library(case, store=Store(store_root(store)), root=data_root())


def build_table(definition: EvidenceTable, store: Store, case: Case) -> pd.DataFrame:
    """Return an evidence table made from a store, validated."""
    table = definition.build(store, case)
    return validate_as(table, definition.schema, definition.name, where=f"data store {store.root}")


def store_inputs(definition: EvidenceTable, store: Store) -> tuple[InputRecord, ...]:
    """Return the publications and files in a store that a table is made from now."""
    entries = [entry for need in definition.needs for entry in store.current(need)]
    cited = definition.sources
    return _inputs(
        [
            entry
            for entry in entries
            if (not cited or entry.source in cited)
            and (not definition.open_sources_only or source(entry.source).open_licence)
        ]
    )


def cite_entries(entries: Iterable[Entry]) -> tuple[Input, ...]:
    """Return the publications of entries of a store, ready to be cited."""
    return _cite(_inputs(entries))


def _inputs(entries: Iterable[Entry]) -> tuple[InputRecord, ...]:
    by_source: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        by_source.setdefault(entry.source, {})[entry.sha256] = entry
    return tuple(_input(list(held.values())) for _, held in sorted(by_source.items()))


def _input(entries: list[Entry]) -> InputRecord:
    ordered = sorted(entries, key=lambda entry: (entry.slice_, entry.sha256))
    first, last = ordered[0], ordered[-1]
    single = len(ordered) == 1
    same = first.period == last.period
    return InputRecord(
        source=first.source,
        release=first.release if single else f"{len(ordered)} files",
        period=first.period if same else f"{_ends(first)[0]} to {_ends(last)[-1]}",
        files=tuple(FileRecord(sha256=e.sha256, slice=e.slice_) for e in ordered),
    )


def _ends(entry: Entry) -> list[str]:
    """Return the first and the last part of a period, which may be one."""
    return entry.period.split(" to ")


def _cite(inputs: Iterable[InputRecord]) -> tuple[Input, ...]:
    cited = []
    for record in inputs:
        publication = source(record.source)
        cited.append(
            Input(
                source=record.source,
                title=publication.title,
                publisher=publication.publisher,
                release=record.release,
                period=record.period,
                licence=publication.licence,
                attribution=publication.attribution,
                page=str(publication.page),
                files=len(record.files),
                sha256=combined_sha256([file.sha256 for file in record.files]),
            )
        )
    return tuple(cited)


def combined_sha256(hashes: list[str]) -> str:
    """Return a file's SHA-256; of several files, that of their sorted hashes, one a line."""
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def _absent_keys(wanted: pd.DataFrame, held: pd.DataFrame, schema: TableSchema) -> int:
    keys = list(schema.key)
    both = wanted[keys].merge(held[keys], on=keys, how="left", indicator=True)
    return int(both["_merge"].eq("left_only").sum())


def _parse_csv(content: bytes, schema: TableSchema, constants: Mapping[str, str]) -> pd.DataFrame:
    # Codes and labels are text, whatever they look like, "NA" too; only an empty cell is missing.
    # Numbers are typed by the schema.
    text = {
        name: str
        for name, column in schema.columns.items()
        if isinstance(column.dtype.type, pd.StringDtype)
    }
    table = pd.read_csv(
        io.BytesIO(content),
        dtype={name: kind for name, kind in text.items() if name not in constants},
        encoding="utf-8",
        keep_default_na=False,
        na_values=[""],
    )
    return table.assign(**constants)[list(schema.columns)]
