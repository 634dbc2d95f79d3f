"""Readers of official publications: one module each, found by the content of a file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from caseanalysis.errors import UnknownPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.records import nearest
from caseanalysis.registers import source

__all__ = ["Reader", "Reading", "all_readers", "identify", "read"]


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
    known = [reader for reader in all_readers() if reader.recognise(file)]
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
    return reader, reader.read(file)


def _describe(file: OfficialFile) -> str:
    if file.sheet_names:
        return f"a workbook with the sheets {', '.join(file.sheet_names[:4])}"
    if file.csv_header:
        return f"a text file that starts with {', '.join(file.csv_header[:4])}"
    return "a file of another kind" if file.content else "an empty file"


def _nearest_publication(file: OfficialFile) -> str:
    traits = " ".join((*file.sheet_names, *file.csv_header)).casefold()
    like = nearest(traits, {reader.traits.casefold() for reader in all_readers()})
    for reader in all_readers():
        if like and reader.traits.casefold() == like:
            return f"nearest known: {source(reader.source).title}"
    return "no known publication is near; see docs/sources.md"
