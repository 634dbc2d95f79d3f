"""Trusts over time: which code took the place of which, when, and how well that is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from caseanalysis.geography import TRUST_CODE
from caseanalysis.locations import data_root
from caseanalysis.records import CheckedRecord, load_csv

Confidence = Literal["high", "medium", "low"]

#: From the least to the most that is known.
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")


class Succession(CheckedRecord):
    """One code that stopped, or lost a part, and the code that has its activity since.

    A ``split`` gives only a part of the old organisation, so no series can be joined by it.
    ``check`` says whether official monthly files show the change in that month, and
    ``checked_with`` which files; a record that they contradict or do not cover has a lower
    ``confidence``.
    """

    old_code: str = Field(pattern=TRUST_CODE.pattern)
    old_name: str
    new_code: str = Field(pattern=TRUST_CODE.pattern)
    new_name: str
    first_month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    kind: Literal["merger", "renamed", "split"]
    confidence: Confidence
    source: str
    check: Literal["confirmed", "contradicted", "not covered"]
    checked_with: str | None
    note: str | None

    @model_validator(mode="after")
    def _as_sure_as_the_files_allow(self) -> Self:
        if self.old_code == self.new_code:
            raise ValueError("a code that another takes the place of")
        if self.confidence == "high" and self.check != "confirmed":
            raise ValueError("a lower confidence where the files do not confirm the month")
        if (self.check == "not covered") != (self.checked_with is None):
            raise ValueError("checked_with where files were found that cover the month, else empty")
        if self.confidence == "low" and not self.note:
            raise ValueError("a note that says why the confidence is low")
        return self


def load_successions(root: Path | None = None) -> list[Succession]:
    """Return every succession of trusts, in order of the month in which the new code starts.

    Raises
    ------
    RecordError
        If a row breaks the schema or stands there twice.
    """
    path = (root or data_root()) / "registers" / "successions.csv"
    records = load_csv(path, Succession, key=("old_code", "new_code"))
    return sorted(records, key=lambda record: (record.first_month, record.old_code))


def joinable(
    successions: Iterable[Succession], *, least_confidence: Confidence = "medium"
) -> list[Succession]:
    """Return the successions that a series may be joined by: whole organisations, well known."""
    least = CONFIDENCES.index(least_confidence)
    return [
        record
        for record in successions
        if record.kind != "split" and CONFIDENCES.index(record.confidence) >= least
    ]


def predecessors(
    codes: Iterable[str],
    successions: Sequence[Succession],
    *,
    least_confidence: Confidence = "medium",
) -> tuple[str, ...]:
    """Return the codes that became any of some codes, their predecessors' predecessors too.

    Parameters
    ----------
    codes : iterable of str
        Codes of today.
    successions : sequence of Succession
        The register.
    least_confidence : str
        Records that are less sure are passed over.

    Returns
    -------
    tuple of str
        Sorted, without the codes themselves.
    """
    wanted = set(codes)
    known = joinable(successions, least_confidence=least_confidence)
    found: set[str] = set()
    while more := {one.old_code for one in known if one.new_code in wanted | found} - found:
        found |= more
    return tuple(sorted(found - wanted))
