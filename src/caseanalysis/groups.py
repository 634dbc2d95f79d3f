"""Groups and mergers of trusts, when each came about, and what earlier studies of them found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from caseanalysis.geography import TRUST_CODE
from caseanalysis.locations import data_root
from caseanalysis.organisations import Confidence, Succession, joinable
from caseanalysis.records import CheckedRecord, load_csv, load_yaml_list

Event = Literal[
    "shared chair", "shared chief executive", "group formed", "merger", "sites moved", "planned"
]
#: The event of a hospital that went from one trust to another.
SITES_MOVED: Event = "sites moved"
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


class GroupEvent(CheckedRecord):
    """What happened to one trust: an event of a group or merger, with its date and source.

    ``kind`` is that of the trust at the time. ``date_basis`` says how the date is known;
    ``date_precision`` whether its month is. ``became`` names the codes that follow a
    predecessor, set apart by semicolons. ``end_date`` is the last month of a spell that ended.
    """

    org_code: str = Field(pattern=TRUST_CODE.pattern)
    org_name: str
    group: str
    event: Event
    date: str = Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$")
    date_precision: Literal["month", "year"]
    date_basis: Literal["stated", "approximate", "inferred", "planned", "recalled"]
    form: Literal["separate trusts", "merged", "single trust with sites"]
    kind: Literal["acute", "specialist", "community"]
    role: Literal["member", "member with its own chief executive", "successor", "predecessor"]
    became: str | None = Field(pattern=r"^R[A-Z0-9]{2}(;R[A-Z0-9]{2})*$")
    end_date: str | None = Field(pattern=_MONTH)
    confidence: Confidence
    source: str
    source_date: str | None = Field(pattern=r"^\d{4}(-\d{2}){0,2}$")
    note: str | None

    @model_validator(mode="after")
    def _as_sure_as_its_date(self) -> Self:
        if (len(self.date) == len("2031-01")) != (self.date_precision == "month"):
            raise ValueError("a date as precise as date_precision says")
        if self.confidence == "high" and (
            self.date_precision == "year" or self.date_basis in ("inferred", "recalled")
        ):
            raise ValueError("a lower confidence where the month is not stated")
        if self.confidence != "low" and self.date_basis == "recalled":
            raise ValueError("a low confidence where the date is recalled")
        if (self.role == "predecessor") != (self.became is not None):
            raise ValueError("the codes that a predecessor became, and of no other role")
        if self.end_date and not self.date < self.end_date:
            raise ValueError("an end after the start")
        return self

    @property
    def dated(self) -> bool:
        """Whether an estimate may rest on the date: its month is known, and not by recall."""
        return self.confidence != "low" and self.date_precision == "month"


class UnsearchedTrust(CheckedRecord):
    """A trust of which it is not known whether it shares leaders: its absence proves nothing."""

    org_code: str = Field(pattern=TRUST_CODE.pattern)
    org_name: str
    search: Literal["nothing found", "not searched"]


class PublishedStudy(CheckedRecord):
    """A published study or report on mergers or groups, in our own words.

    ``effect`` says whether it measured one against a comparison.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    citation: str
    year: int = Field(ge=1980, le=2100)
    url: str = Field(pattern=r"^https?://")
    subject: Literal["mergers", "groups", "both"]
    country: str
    design: str
    effect: Literal["measured against a comparison", "described", "argued"]
    found: str
    limits: str


class GroupOutcome(CheckedRecord):
    """An outcome that the evaluation looks at: what it is, its unit and which way is better.

    A ``log`` outcome is the natural logarithm of an amount, so that an effect of 0.01 is about
    one percent. ``measures`` are measures of the register that speak of the same thing, set apart
    by semicolons; ``table`` is the tidy table that it comes from.
    """

    outcome: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    short_title: str
    unit: Literal["share", "log"]
    better: Literal["higher", "lower", "neither"]
    measures: str
    table: str
    meaning: str


def load_group_events(root: Path | None = None) -> list[GroupEvent]:
    """Return every event of a group or merger, in order of date.

    Raises
    ------
    RecordError
        If a row breaks the schema or stands there twice.
    """
    path = (root or data_root()) / "registers" / "groups.csv"
    records = load_csv(path, GroupEvent, key=("org_code", "group", "event", "date"))
    return sorted(records, key=lambda one: (one.date, one.group, one.event, one.org_code))


def load_unsearched(root: Path | None = None) -> list[UnsearchedTrust]:
    """Return the trusts of which it is not known whether they share leaders.

    Raises
    ------
    RecordError
        If a row breaks the schema or stands there twice.
    """
    path = (root or data_root()) / "registers" / "groups_not_searched.csv"
    return load_csv(path, UnsearchedTrust, key=("org_code",))


def load_published_studies(root: Path | None = None) -> list[PublishedStudy]:
    """Return the published studies of groups and mergers, oldest first.

    Raises
    ------
    RecordError
        If the file breaks the schema.
    """
    path = (root or data_root()) / "registers" / "evidence_on_groups.yaml"
    found = load_yaml_list(path, PublishedStudy, name="studies", key="id")
    return sorted(found, key=lambda one: (one.year, one.id))


def load_group_outcomes(root: Path | None = None) -> dict[str, GroupOutcome]:
    """Return the outcomes of the evaluation by name, in order of the register.

    Raises
    ------
    RecordError
        If a row breaks the schema or stands there twice.
    """
    path = (root or data_root()) / "registers" / "group_outcomes.csv"
    return {one.outcome: one for one in load_csv(path, GroupOutcome, key=("outcome",))}


def composite_units(successions: Iterable[Succession]) -> dict[str, str]:
    """Return the unit of each code that merged or was renamed: the last code of its line.

    A trust that merged is thereby one unit with its predecessors, before the merger too. Codes
    that are not there are units of their own.
    """
    follows = {one.old_code: one.new_code for one in joinable(successions)}
    units = {}
    for code in follows:
        last, passed = code, {code}
        while last in follows and follows[last] not in passed:
            last = follows[last]
            passed.add(last)
        units[code] = last
    return units


def composition_breaks(successions: Iterable[Succession]) -> dict[str, str]:
    """Return the last month, by unit, in which a hospital came from or went to another unit.

    Before that month the unit is not the same hospitals, so its earlier figures are no history
    of it.
    """
    known = list(successions)
    units = composite_units(known)
    breaks: dict[str, str] = {}
    for one in known:
        if one.kind == "split":
            for code in (one.old_code, one.new_code):
                unit = units.get(code, code)
                breaks[unit] = max(breaks.get(unit, ""), one.first_month)
    return breaks
