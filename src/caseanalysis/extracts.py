"""Compact extracts: the evidence tables of a case, written from the data store as CSV."""

from __future__ import annotations

import hashlib
import io
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError, StoreError
from caseanalysis.library import ExtractRecord, ExtractsFile, build_table, store_inputs
from caseanalysis.registers import source
from caseanalysis.store import Store
from caseanalysis.tables import EVIDENCE_TABLES, EvidenceTable
from caseanalysis.writing import write_whole

#: All extracts of the project together stay below this many bytes.
LARGEST_TOTAL = 2_000_000


@dataclass(frozen=True)
class Extract:
    """One extract as written."""

    record: ExtractRecord
    bytes: int


def write_extracts(case: Case, store: Store, folder: Path) -> list[Extract]:
    """Write every extract of a case, and the record of what each was made from.

    The bytes depend on the official files and the case alone.

    Parameters
    ----------
    case : Case
        The case.
    store : Store
        A data store that holds every official file that the extracts need.
    folder : Path
        Where to write; files of the same names are replaced.

    Raises
    ------
    MissingDataError
        If the store lacks a publication; nothing is written then.
    StoreError
        If a source without an open licence would be carried, the extracts are too large, or the
        folder cannot be written.
    """
    definitions = [table for table in EVIDENCE_TABLES.values() if table.licensed_for_extract]
    _refuse_missing(definitions, store)
    made = {table.name: _made(table, case, store) for table in definitions}
    contents = {
        name: _csv(table.drop(columns=list(_constants(table)))) for name, table in made.items()
    }
    total = sum(len(content) for content in contents.values())
    if total > LARGEST_TOTAL:
        raise StoreError(
            where=f"extracts of {case.name}",
            found=f"{total:,} bytes",
            wanted=f"at most {LARGEST_TOTAL:,}",
            remedy="drop places, peers or tables that no figure needs",
        )
    records = [
        _record(table, contents[table.name], _constants(made[table.name]), store)
        for table in definitions
    ]
    try:
        for record in records:
            write_whole(folder / record.file, contents[record.table])
        write_whole(folder / "extracts.yaml", _dump(records))
    except OSError as error:
        raise StoreError(
            where=str(folder),
            found=error.strerror or str(error),
            wanted="a folder that can be written",
            remedy="name another with --out, or free some space, and write the extracts again",
        ) from error
    return [Extract(record, len(contents[record.table])) for record in records]


def _refuse_missing(definitions: list[EvidenceTable], store: Store) -> None:
    needed = {need for table in definitions for need in (*table.needs, *table.chosen_by)}
    lacking = sorted(need for need in needed if not store.current(need))
    if lacking:
        raise MissingDataError(
            where=f"data store {store.root}",
            found=f"no file that gives {', '.join(lacking)}",
            wanted="every publication that the extracts are made from",
            remedy="add the files with `caseanalysis data add PATH`",
        )


def _made(table: EvidenceTable, case: Case, store: Store) -> pd.DataFrame:
    for record in store_inputs(table, store):
        if not source(record.source).open_licence:
            raise StoreError(
                where=f"extract {table.name}",
                found=f"source {record.source}, {source(record.source).licence}",
                wanted="openly licensed sources only",
                remedy="mark the table as not licensed for extract",
            )
    return build_table(table, store, case)


def _constants(table: pd.DataFrame) -> dict[str, str]:
    """Return the columns of text that say the same in every row of a table of several rows."""
    if len(table) < 2:
        return {}
    texts = [name for name in table.columns if isinstance(table[name].dtype, pd.StringDtype)]
    alike = [name for name in texts if table[name].eq(table[name].iloc[0]).all()]
    return {name: str(table[name].iloc[0]) for name in alike}


def _csv(table: pd.DataFrame) -> bytes:
    shortened = table.copy()
    for name in shortened.select_dtypes("float").columns:
        shortened[name] = shortened[name].map(_number)
    stream = io.StringIO()
    shortened.to_csv(stream, index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return stream.getvalue().encode()


def _number(value: float) -> str:
    """Return the shortest text that reads back as the same number."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else repr(float(value))


def _record(
    table: EvidenceTable, content: bytes, constants: dict[str, str], store: Store
) -> ExtractRecord:
    return ExtractRecord(
        table=table.name,
        file=f"{table.name}.csv",
        rows=content.count(b"\n") - 1,
        sha256=hashlib.sha256(content).hexdigest(),
        constants=constants,
        inputs=store_inputs(table, store),
    )


def _dump(records: list[ExtractRecord]) -> bytes:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 200
    stream = io.BytesIO()
    stream.write(b"# Written by `caseanalysis data extract`; do not edit.\n")
    yaml.dump(ExtractsFile(extracts=tuple(records)).model_dump(mode="json"), stream)
    return stream.getvalue()
