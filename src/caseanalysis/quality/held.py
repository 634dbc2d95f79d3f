"""A store as it was at one moment, and some of its files alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pandas as pd

from caseanalysis.store import Entry, Store


class Held(Store):
    """The files of a store that were listed once, so that many tables are read from one state.

    Parameters
    ----------
    store : Store
        The data store.
    entries : sequence of Entry, optional
        The files to keep to; all of them unless told.
    """

    def __init__(self, store: Store, entries: Sequence[Entry] | None = None) -> None:
        super().__init__(store.root)
        self._entries = list(store.entries() if entries is None else entries)
        self._whole: dict[str, pd.DataFrame] = {}

    def _every_entry(self) -> list[Entry]:
        return self._entries

    def table(self, name: str, **among: Collection[object]) -> pd.DataFrame:
        """Return a tidy table; one asked for whole is kept for the next time."""
        if among:
            return super().table(name, **among)
        if name not in self._whole:
            self._whole[name] = super().table(name)
        return self._whole[name]

    def of(self, source: str) -> Held:
        """Return the same store with the files of one source alone."""
        return Held(self, [entry for entry in self._entries if entry.source == source])

    def slices(self, wanted: Collection[str]) -> Held:
        """Return the same store with some slices alone."""
        return Held(self, [entry for entry in self._entries if entry.slice_ in wanted])

    def giving(self, tables: Collection[str]) -> Held:
        """Return the same store with some tables alone, and the files that give them."""
        wanted = set(tables)
        kept = [
            replace(entry, tables={k: v for k, v in entry.tables.items() if k in wanted})
            for entry in self._entries
        ]
        return Held(self, [entry for entry in kept if entry.tables])

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of every table that the files give, sorted."""
        return tuple(sorted({name for entry in self._entries for name in entry.tables}))

    def source_of(self, table: str) -> str:
        """Return the sources that give a table now, in words."""
        return " and ".join(sorted({entry.source for entry in self.current(table)}))
