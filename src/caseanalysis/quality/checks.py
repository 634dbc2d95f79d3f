"""The register of checks: limits of jumps, pairs of publications, and where codes are explained."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from caseanalysis.locations import data_root
from caseanalysis.records import Record, load_yaml


class JumpLimits(Record):
    """When a change from one month to the next is a jump.

    ``score`` is in robust standard deviations of the series' own changes, ``change`` the least
    relative change, ``level`` the least median of the series, ``periods`` the fewest to judge by,
    ``organisations`` the fewest whose median is taken as the change that all of them had.
    """

    score: float = Field(gt=0)
    change: float = Field(gt=0)
    level: float = Field(gt=0)
    periods: int = Field(ge=4)
    organisations: int = Field(ge=3)
    reason: str


class Narrowing(Record):
    """The rows of a table whose series are looked at, where it has others too."""

    table: str
    only: dict[str, tuple[str, ...]] = Field(default={})
    columns: tuple[str, ...] = ()
    reason: str


class Side(Record):
    """A quantity of one table: its rows, summed by some columns."""

    table: str
    value: str
    by: tuple[str, ...] = Field(min_length=1)
    only: dict[str, tuple[str, ...]] = Field(default={})


class Pair(Record):
    """The same quantity in two publications, and the relative difference that passes."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    first: Side
    second: Side
    tolerance: float = Field(ge=0)
    reason: str


class Explained(Record):
    """Codes of one table that another should have."""

    table: str
    column: str
    by: tuple[str, ...] = Field(min_length=1)
    by_column: str
    starting: str = ""
    reason: str


class Checks(Record):
    """What the loader looks for by itself."""

    jumps: JumpLimits
    narrowed: tuple[Narrowing, ...] = ()
    left_out: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    explained: tuple[Explained, ...] = ()


def load_checks(root: Path | None = None) -> Checks:
    """Return the register of checks.

    Raises
    ------
    RecordError
        If it breaks its schema.
    """
    return load_yaml((root or data_root()) / "registers" / "quality_checks.yaml", Checks)
