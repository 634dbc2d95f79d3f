"""Aims and priorities that a case states, each tied to an indicator or to missing data."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from caseanalysis.case import case_folder, load_case
from caseanalysis.errors import RecordError
from caseanalysis.records import CheckedRecord, Record, load_yaml_list, nearest
from caseanalysis.registers import load_measures


class Indicator(Record):
    """A measure that shows whether a priority is met, and the report that has it.

    The report is an area of the case, or ``context``.
    """

    measure: str
    area: str = Field(pattern=r"^[a-z][a-z0-9-]*$")


class MissingIndicator(Record):
    """What would show whether a priority is met, and who holds it."""

    what: str
    source: str


class Priority(CheckedRecord):
    """An aim or a priority of a case, in our own words, with its place in the document.

    ``quotation`` is at most 25 words of the document.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: Literal["aim", "shared priority"]
    statement: str
    place: str
    quotation: str | None = None
    indicators: tuple[Indicator, ...] = ()
    missing: tuple[MissingIndicator, ...] = ()

    @model_validator(mode="after")
    def _shown_or_missing(self) -> Self:
        if not self.indicators and not self.missing:
            raise ValueError("an indicator, or the data that is missing")
        if self.quotation and len(self.quotation.split()) > 25:
            raise ValueError("a quotation of 25 words at most")
        return self


def load_priorities(name: str, root: Path | None = None) -> list[Priority]:
    """Return the aims and priorities of a case, in order; an empty list where it has none.

    Raises
    ------
    RecordError
        If ``priorities.yaml`` breaks the schema, names a measure that is not in the register or
        an area that the case does not have.
    """
    path = case_folder(name, root) / "priorities.yaml"
    if not path.is_file():
        return []
    found = load_yaml_list(path, Priority, name="priorities", key="id")
    measures = load_measures(root)
    areas = ["context", *(area.id for area in load_case(name, root).areas)]
    for one in found:
        for indicator in one.indicators:
            _require(indicator.measure, list(measures), f"{path}, {one.id}: measure")
            _require(indicator.area, areas, f"{path}, {one.id}: area")
    return found


def _require(name: str, known: list[str], where: str) -> None:
    if name not in known:
        like = nearest(name, known)
        raise RecordError(
            where=where,
            found=repr(name),
            wanted=f"one of {', '.join(known)}",
            remedy=f"did you mean {like!r}?" if like else "add it, or name another",
        )
