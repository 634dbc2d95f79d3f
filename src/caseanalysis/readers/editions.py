"""Editions of publications that name none: known by a figure that only one edition has."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from caseanalysis.errors import BrokenPublicationError
from caseanalysis.locations import data_root
from caseanalysis.officialfile import OfficialFile
from caseanalysis.records import Record, load_csv

_REGISTER = "data/registers/editions.csv"


class Edition(Record):
    """An edition of a publication that names none in its files, and what it is known by.

    Attributes
    ----------
    source : str
        Id of the source record.
    edition : str
        The edition, as the tidy table names it.
    identified_by : str
        The figure in words.
    value : int
        The figure, rounded to a whole number.
    evidence : str
        Where edition and figure stand together.
    """

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    edition: str
    identified_by: str
    value: int = Field(gt=0)
    evidence: str
    checker: str
    checked_on: date


def load_editions(root: Path | None = None) -> list[Edition]:
    """Return every edition on record.

    Raises
    ------
    RecordError
        If the register cannot be read, or a source has one figure twice.
    """
    path = (root or data_root()) / "registers" / "editions.csv"
    status = path.stat() if path.is_file() else None
    return list(_load(path, (status.st_mtime_ns, status.st_size) if status else (0, 0)))


@lru_cache(maxsize=4)
def _load(path: Path, state: tuple[int, int]) -> tuple[Edition, ...]:
    """Return the register, read once for each state of its file."""
    return tuple(load_csv(path, Edition, key=("source", "value")))


def edition_of(file: OfficialFile, source: str, found: float, what: str) -> Edition:
    """Return the edition of a file that names none, known by a figure that only it has.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    source : str
        Id of the source record.
    found : float
        The figure in the file.
    what : str
        Where it stands, or of what it is the sum.

    Raises
    ------
    BrokenPublicationError
        If no edition on record has that figure; the message gives the row to add.
    """
    known = [record for record in load_editions() if record.source == source]
    for record in known:
        if record.value == round(found):
            return record
    held = " or ".join(f"{record.value:,} ({record.edition})" for record in known)
    words = known[0].identified_by if known else what
    raise BrokenPublicationError(
        where=f"{file.path.name}, {what}",
        found=f"{found:,.0f}",
        wanted=f"{held or 'a figure on record'}: the file names no year",
        remedy=f"if this is a later edition, add to {_REGISTER} the row `{source},EDITION,"
        f'"{words}",{round(found)},EVIDENCE,CHECKER,DATE`; if it is not, save the file again '
        "from the publisher's page",
    )
