"""The national tidy tables of the data store for analysts: one call a table, with its sources.

>>> from caseanalysis import official
>>> official.tables()                                    # what can be asked for   # doctest: +SKIP
>>> official.ae_monthly(case="a-case", org_code=["RAA"])                           # doctest: +SKIP

Every table of ``caseanalysis.schemas`` is a function of this module, found by tab completion. What
it returns is a DataFrame that names its publications below the rows when it is displayed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from caseanalysis.case import Case, load_case
from caseanalysis.errors import ParameterError
from caseanalysis.geography import ENGLAND
from caseanalysis.library import Input, cite_entries
from caseanalysis.locations import store_root
from caseanalysis.records import nearest
from caseanalysis.schemas import SCHEMAS
from caseanalysis.store import Store


class OfficialTable(pd.DataFrame):
    """A table that knows the publications it was read from.

    Attributes
    ----------
    sources : tuple of Input
        Publications, with release, period, licence and SHA-256.
    """

    _metadata = ["sources"]  # noqa: RUF012 - the name and type that pandas asks for

    sources: tuple[Input, ...]

    @property
    def _constructor(self) -> type[OfficialTable]:
        return OfficialTable

    def source_note(self) -> str:
        """Return the publications in a line of text."""
        cited = [f"{one.publisher}, {one.title} ({one.release})" for one in self.sources]
        return "Source: " + ("; ".join(cited) or "none")

    def _repr_html_(self) -> str:
        rows = super()._repr_html_()  # type: ignore[misc]
        return f"{rows}<p>{escape(self.source_note())}</p>"


def table(
    name: str,
    *,
    case: str | None = None,
    store: Path | None = None,
    **among: Collection[object],
) -> OfficialTable:
    """Return a tidy table of the data store, for one case or the nation.

    Parameters
    ----------
    name : str
        A table; ``tables()`` lists them.
    case : str, optional
        Keep the rows of a case's trusts, peers, places and commissioner, and of England.
    store : Path, optional
        The data store, where it is not at its usual place.
    **among
        For a column, the values to keep.

    Raises
    ------
    MissingDataError
        If no official file in the store gives the table.
    ParameterError
        If there is no table of that name.
    RecordError
        If there is no such case.
    """
    if name not in SCHEMAS:
        raise ParameterError(
            where="official",
            found=f"no table {name!r}",
            wanted=f"one of the {len(SCHEMAS)} that official.tables() lists",
            remedy=_meant(name),
        )
    held = Store(store_root(store))
    kept = _rows_of_case(name, load_case(case)) if case else {}
    found, entries = held.table_with_entries(name, {**kept, **among})
    rows = OfficialTable(found)
    rows.sources = cite_entries(entries)
    return rows


def tables() -> dict[str, str]:
    """Return what each table holds, by its name."""
    return {name: schema.title for name, schema in sorted(SCHEMAS.items())}


def _meant(name: str) -> str:
    like = nearest(name, SCHEMAS)
    return f"did you mean {like!r}?" if like else "official.tables() lists them"


def _rows_of_case(name: str, case: Case) -> dict[str, Collection[object]]:
    columns = SCHEMAS[name].columns
    trusts = {*case.trust_codes, *case.peer_trust_codes, "ENGLAND"}
    trusts |= {code for trust in case.trusts for code in trust.predecessors}
    wholes = {place.part_of.code for place in case.places if place.part_of}
    boards = {case.commissioner.code, *case.peers.commissioners.members}
    areas = {*case.place_codes, *wholes, *boards, ENGLAND}
    wanted = {"org_code": trusts, "trust_code": trusts, "area_code": areas, "icb_code": boards}
    return {column: values for column, values in wanted.items() if column in columns}


def __getattr__(name: str) -> Callable[..., OfficialTable]:
    if name not in SCHEMAS:
        raise AttributeError(f"module {__name__!r} has no table {name!r}; {_meant(name)}")
    schema = SCHEMAS[name]
    call: Any = partial(table, name)
    units = "\n".join(f"    {column}: {unit}" for column, unit in schema.units.items())
    call.__doc__ = (
        f"{schema.title}.\n\nKey: {', '.join(schema.key)}.\nColumns: "
        f"{', '.join(schema.columns)}.\n\nUnits:\n{units}\n\nParameters are those of ``table``."
    )
    found: Callable[..., OfficialTable] = call
    return found


def __dir__() -> list[str]:
    return sorted({*SCHEMAS, "OfficialTable", "table", "tables"})
