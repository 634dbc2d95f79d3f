"""What an evidence table is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.schemas import TableSchema
from caseanalysis.store import Store


@dataclass(frozen=True)
class EvidenceTable:
    """A table that notebooks work on, for one case.

    Attributes
    ----------
    name : str
        Name of the table and of its extract.
    schema : TableSchema
        Key, columns and units.
    needs : tuple of str
        Tidy tables of the store that its figures come from; their sources are cited.
    chosen_by : tuple of str
        Tidy tables that decide only which rows are kept.
    sources : tuple of str
        The sources to cite, where a tidy table has others too; all of them unless told.
    build : Callable
        Makes it from a store for a case.
    cumulative : bool
        Whether more official files only ever add rows, so that a store which lacks a row of the
        extract is the poorer of the two.
    licensed_for_extract : bool
        Whether every source is openly licensed, so that an extract may be carried in the project.
    open_sources_only : bool
        Whether it is made from the files of openly licensed sources alone, whatever else is held.
    """

    name: str
    schema: TableSchema
    needs: tuple[str, ...]
    build: Callable[[Store, Case], pd.DataFrame]
    chosen_by: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    cumulative: bool = True
    licensed_for_extract: bool = True
    open_sources_only: bool = False

    @property
    def module(self) -> str:
        """The module that makes it."""
        build: Callable[..., object] = inspect.unwrap(self.build)
        while isinstance(build, partial):
            build = build.func
        return build.__module__
