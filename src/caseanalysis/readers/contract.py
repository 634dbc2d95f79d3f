"""What a reader is, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from caseanalysis.officialfile import OfficialFile


@dataclass(frozen=True)
class Check:
    """A total of ours beside the publisher's own, or another test that a file passed."""

    name: str
    ours: float
    publishers: float


@dataclass(frozen=True)
class Reading:
    """What one official file holds.

    Attributes
    ----------
    tables : Mapping of str to DataFrame
        Tidy tables by name; each satisfies the schema of that name.
    release : str
        The edition, as the publisher names it.
    period : str
        The period that the figures cover, such as ``2025-03`` or ``2018 to 2043``.
    slice_ : str
        What this file replaces: a later release of the same source and slice supersedes it.
    published : date or None
        When it was published or last revised, where the file says so.
    checks : tuple of Check
        The reconciliations that it passed.
    notes : tuple of str
        Traits of this file that a user should know, such as withheld values.
    """

    tables: Mapping[str, pd.DataFrame]
    release: str
    period: str
    slice_: str
    published: date | None = None
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """One publication: how it is known, and how it is read.

    Attributes
    ----------
    source : str
        Id of the source record.
    recognise : Callable
        Whether a file is this publication, from its content alone; never raises.
    read : Callable
        The file's tables; raises BrokenPublicationError where the file is not what it says.
    traits : str
        Sheet names or column headings, to name the nearest publication of an unknown file.
    rank : int
        Where two sources give the same table and slice, the higher rank is used.
    """

    source: str
    recognise: Callable[[OfficialFile], bool]
    read: Callable[[OfficialFile], Reading]
    traits: str
    rank: int = 0
    tables: tuple[str, ...] = field(default=())
