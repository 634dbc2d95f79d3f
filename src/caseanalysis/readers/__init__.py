"""Readers of official publications: one module each, found by the content of a file."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from caseanalysis.errors import (
    BrokenPublicationError,
    CaseAnalysisError,
    UnknownPublicationError,
)
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.registers import source

__all__ = ["Reader", "Reading", "all_readers", "identify", "nearest_reader", "read"]

T = TypeVar("T")
_WORD = re.compile(r"[^\W_]{2,}")
#: Sheets and headings that are named or looked at of an unknown file.
_FEW = 4
#: Share of a reader's words, by weight, from which on a file is near to it.
_NEAR = 0.3


@lru_cache(maxsize=1)
def all_readers() -> tuple[Reader, ...]:
    """Return every reader, sorted by source; each module of this package offers one ``READER``."""
    modules = [
        importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
    ]
    readers = [module.READER for module in modules if hasattr(module, "READER")]
    return tuple(sorted(readers, key=lambda reader: reader.source))


def identify(file: OfficialFile) -> Reader:
    """Return the reader that knows a file by its content.

    Raises
    ------
    UnknownPublicationError
        If no reader knows it; the message names the nearest publication. If two readers claim it,
        which is a fault of theirs.
    """
    known = [reader for reader in all_readers() if _guarded(reader, reader.recognise, file)]
    if len(known) == 1:
        return known[0]
    if known:
        found = "a file that fits " + " and ".join(reader.source for reader in known)
        remedy = "report this: two readers claim the same layout"
    else:
        found = _describe(file)
        remedy = _nearest_publication(file)
    raise UnknownPublicationError(
        where=str(file.path), found=found, wanted="a publication of docs/sources.md", remedy=remedy
    )


def read(file: OfficialFile) -> tuple[Reader, Reading]:
    """Return the reader of a file and what it read, validated and reconciled.

    Raises
    ------
    UnknownPublicationError
        If no reader knows the file.
    BrokenPublicationError
        If the layout moved, a value is impossible, or totals do not reconcile.
    """
    reader = identify(file)
    return reader, _guarded(reader, reader.read, file)


def _guarded(reader: Reader, task: Callable[[OfficialFile], T], file: OfficialFile) -> T:
    """Return what a reader makes of a file; what it did not foresee is a broken publication.

    A file can hold anything, so no reader foresees all of it. The error is kept as the cause.
    """
    try:
        return task(file)
    except CaseAnalysisError:
        raise
    except Exception as error:
        raise BrokenPublicationError(
            where=str(file.path),
            found=f"content that the reader of {reader.source} does not foresee "
            f"({type(error).__name__}: {error})",
            wanted=f"the file of {source(reader.source).title}, as published",
            remedy="compare the file with the publisher's; if it is the publisher's, report this",
        ) from error


def _describe(file: OfficialFile) -> str:
    if not file.content:
        return "an empty file"
    if file.sheet_names:
        return f"a workbook with the sheets {', '.join(file.sheet_names[:_FEW])}"
    if file.csv_header:
        return f"a text file that starts with {', '.join(file.csv_header[:_FEW])}"
    if file.content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "a text file in UTF-16; save it as CSV in UTF-8"
    return f"a {file.form} file" if file.form in ("json", "parquet") else "a file of another kind"


def _nearest_publication(file: OfficialFile) -> str:
    near = nearest_reader(file)
    if near is None:
        return "no known publication is near; see docs/sources.md"
    return f"nearest known: {source(near.source).title}"


def nearest_reader(file: OfficialFile) -> Reader | None:
    """Return the reader whose headings and sheet names a file shares most, or None.

    Words are weighed by how few readers have them, so that one that all have counts little. The
    share of a reader's words that the file has, by weight, is its nearness; a reader of few words,
    which many files happen to have, is less near.
    """
    given = _words(_headings(file))
    traits = {reader: _words([reader.traits]) for reader in all_readers()}
    spread = Counter(word for words in traits.values() for word in words)
    nearness = {
        reader: _weight(words & given, spread) / (1 + _weight(words, spread))
        for reader, words in traits.items()
    }
    best = max(nearness, key=lambda reader: nearness[reader], default=None)
    return best if best is not None and nearness[best] >= _NEAR else None


def _headings(file: OfficialFile) -> list[str]:
    """Return what names the layout of a file: sheet names and cells at their top, or columns."""
    found = [*file.sheet_names, *file.csv_header, *file.parquet_columns]
    for sheet in file.sheet_names[:_FEW]:
        found += [cell for row in file.heading_rows(sheet) for cell in row]
    records = file.json
    if isinstance(records, list):
        records = records[0] if records else {}
    if isinstance(records, dict):
        found += [str(key) for key in records]
    return found


def _words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of texts; numbers and lone letters tell no layout from another."""
    words = {word for text in texts for word in _WORD.findall(text.casefold())}
    return frozenset(word for word in words if not word.isdigit())


def _weight(words: Iterable[str], spread: Counter[str]) -> float:
    return sum(1 / spread[word] for word in words)
