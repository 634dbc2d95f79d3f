"""The registers: sources, assumptions and measures, one record each under ``data/registers``."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, StringConstraints, model_validator

from caseanalysis.errors import RecordError
from caseanalysis.locations import data_root
from caseanalysis.records import CheckedRecord, Record, load_csv, load_yaml, load_yaml_list, nearest


class Quirk(Record):
    """A known trait or fault of a publication, with the evidence for it."""

    note: str
    evidence: str


class Source(Record):
    """A publication: who publishes it, under which licence, where, and what is odd about it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    publisher: str
    edition: str
    licence: str
    licence_url: HttpUrl | None = None
    open_licence: bool
    attribution: str | None = None
    page: HttpUrl
    obtain: str
    cadence: str
    next_due: str | None = None
    form: Literal["as published", "re-keyed by others", "derived by others"]
    checked_against: str | None = None
    tables: tuple[str, ...] = Field(min_length=1)
    quirks: tuple[Quirk, ...] = ()
    seen: bool
    checker: str | None
    checked_on: date | None

    @model_validator(mode="after")
    def _second_source_where_others_keyed(self) -> Self:
        if self.form != "as published" and self.open_licence and not self.checked_against:
            raise ValueError("figures that others keyed need `checked_against`: what, how, result")
        return self


_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
#: What follows ``under``: it ends in the publisher's name of the file, escaped as in the address.
_FileUnder = Annotated[str, StringConstraints(pattern=r"^([^\s/]+/)*[^\s/]+\.[A-Za-z0-9]{2,8}$")]


class Address(Record):
    """Where a publisher keeps one file of a source, and the SHA-256 that it must have."""

    source: str
    period: str
    url: HttpUrl
    sha256: _Sha256

    def within(self, period: str) -> bool:
        """Return whether any month of the file is one of a period.

        Raises
        ------
        ValueError
            If the text is no period.
        """
        (first, last), (start, end) = _span(self.period), _span(period)
        return first <= end and start <= last


def _span(period: str) -> tuple[int, int]:
    """Return the first and the last month of a period, counted from the year 0.

    A period is a month (``2024-05``), a financial year (``2024-25``), a quarter of one
    (``2024-25 Q2``), a year (``2024``), or two of these joined by `` to ``. What may be a month or
    a financial year, such as ``2011-12``, is the year.
    """
    start, _, end = period.partition(" to ")
    first, last = _months(start)[0], _months(end or start)[1]
    if last < first:
        raise ValueError(f"a period that ends after it begins, not {period!r}")
    return first, last


def _months(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?: Q([1-4]))?)?", text)
    if found is None:
        raise ValueError(f"a period such as 2024-05, 2024-25, 2024-25 Q2 or 2024, not {text!r}")
    year, part, quarter = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    first, months = 12 * year + 1, 12
    if found[2] and part == (year + 1) % 100:
        first, months = 12 * year + 4 + 3 * max(quarter - 1, 0), 3 if quarter else 12
    elif found[2] and not quarter and 1 <= part <= 12:
        first, months = 12 * year + part, 1
    elif found[2]:
        raise ValueError(f"a month or a financial year, not {text!r}")
    return first, first + months - 1


class _Addresses(CheckedRecord):
    """The addresses of a source: how each begins, where they were seen, and one line a file.

    ``files`` gives, by its period, the rest of the address of a file and its SHA-256.
    """

    source: str
    under: HttpUrl
    evidence: str
    files: dict[str, tuple[_FileUnder, _Sha256]] = Field(min_length=1)

    @model_validator(mode="after")
    def _joined(self) -> Self:
        if not str(self.under).endswith("/"):
            raise ValueError("`under` ends in a slash: the files follow it")
        for period in self.files:
            _span(period)
        return self

    def each(self) -> tuple[Address, ...]:
        """Return the addresses, one a file."""
        return tuple(
            Address(
                source=self.source, period=period, url=HttpUrl(f"{self.under}{rest}"), sha256=sha256
            )
            for period, (rest, sha256) in self.files.items()
        )


class Assumption(Record):
    """A number that no publication gives: low, central and high, with unit and reference."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    low: float
    central: float
    high: float
    unit: str
    reference: str
    reason: str
    used_by: tuple[str, ...] = Field(min_length=1)
    checker: str | None
    checked_on: date | None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError("low <= central <= high")
        return self


class Measure(CheckedRecord):
    """A quantity that notebooks compute and claims speak of."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    unit: Literal["share", "persons", "count", "count a day", "days", "pounds", "rank", "points"]
    numerator: str
    denominator: str | None
    better: Literal["higher", "lower", "neither"]


def load_sources(root: Path | None = None) -> dict[str, Source]:
    """Return every source record by its id.

    Raises
    ------
    RecordError
        If a record breaks the schema, or a file's name is not its record's id.
    """
    folder = (root or data_root()) / "registers" / "sources"
    return _load_sources(folder, tuple(_stamp(path) for path in sorted(folder.glob("*.yaml"))))


@lru_cache(maxsize=4)
def _load_sources(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> dict[str, Source]:
    records: dict[str, Source] = {}
    for name, _, _ in stamps:
        path = folder / name
        record = load_yaml(path, Source)
        if record.id != path.stem:
            raise RecordError(
                where=f"{path}, line 1",
                found=f"id {record.id!r}",
                wanted=f"{path.stem!r}, the file's name",
                remedy="rename the file or the record",
            )
        records[record.id] = record
    return records


def _stamp(path: Path) -> tuple[str, int, int]:
    status = path.stat()
    return path.name, status.st_mtime_ns, status.st_size


def source(identifier: str, root: Path | None = None) -> Source:
    """Return one source record.

    Raises
    ------
    RecordError
        If there is no such record; the message names the nearest.
    """
    records = load_sources(root)
    if identifier not in records:
        like = nearest(identifier, records)
        raise RecordError(
            where="data/registers/sources",
            found=f"no record {identifier!r}",
            wanted="the id of a source record",
            remedy=f"did you mean {like!r}?" if like else "add a record",
        )
    return records[identifier]


def load_addresses(root: Path | None = None) -> dict[str, tuple[Address, ...]]:
    """Return the stable addresses of files, by source; a source that has none is left out.

    Raises
    ------
    RecordError
        If a record breaks the schema, or there is no source of that name.
    """
    path = (root or data_root()) / "registers" / "addresses.yaml"
    known = load_sources(root)
    found = {}
    for record in load_yaml_list(path, _Addresses, name="addresses", key="source"):
        if record.source not in known:
            like = nearest(record.source, known)
            raise RecordError(
                where=str(path),
                found=f"addresses of {record.source!r}",
                wanted="the id of a source record",
                remedy=f"did you mean {like!r}?" if like else "add a source record",
            )
        found[record.source] = record.each()
    return found


def publications_of(table: str) -> str:
    """Return the publications that give a tidy table, by title, in words."""
    titles = [record.title for record in load_sources().values() if table in record.tables]
    return " or ".join(f"“{title}”" for title in titles) or f"a publication of {table}"


def load_assumptions(root: Path | None = None) -> dict[str, Assumption]:
    """Return every assumption by its id."""
    path = (root or data_root()) / "registers" / "assumptions.yaml"
    records = load_yaml_list(path, Assumption, name="assumptions", key="id")
    return {record.id: record for record in records}


def load_measures(root: Path | None = None) -> dict[str, Measure]:
    """Return every measure by its id."""
    path = (root or data_root()) / "registers" / "measures.csv"
    return {record.id: record for record in load_csv(path, Measure, key=("id",))}


class AreaSuccession(CheckedRecord):
    """A local authority that took the place of others, and the year."""

    new_code: str
    new_name: str
    year: int
    old_code: str
    old_name: str


def load_area_successions(root: Path | None = None) -> list[AreaSuccession]:
    """Return which local authorities were made of which."""
    path = (root or data_root()) / "registers" / "area_successions.csv"
    return load_csv(path, AreaSuccession, key=("new_code", "old_code"))


class DiseaseRegister(CheckedRecord):
    """A disease register of the Quality and Outcomes Framework, by its code.

    ``list_type`` is the publisher's word for the ages of the patients who are its denominator, such
    as ``18OV``; empty where no prevalence by practice has been published.
    """

    code: str = Field(pattern=r"^[A-Z]+$")
    name: str
    list_type: str | None = Field(default=None, pattern=r"^(TOTAL|\d\dOV)$")


def load_disease_registers(root: Path | None = None) -> dict[str, str]:
    """Return the name of each disease register by its code."""
    return {record.code: record.name for record in _disease_registers(root)}


def load_list_types(root: Path | None = None) -> dict[str, str]:
    """Return the list that is the denominator of each disease register published by practice."""
    return {one.code: one.list_type for one in _disease_registers(root) if one.list_type}


def _disease_registers(root: Path | None) -> list[DiseaseRegister]:
    path = (root or data_root()) / "registers" / "disease_registers.csv"
    return load_csv(path, DiseaseRegister, key=("code",))


class Activity(CheckedRecord):
    """An activity type: what gives its level in the base year, and what its profile by age.

    ``printed_part`` is the part of the printed measure that it is: all, first appointments, or
    the rest of them.
    """

    activity: str
    outturn_column: str | None
    printed_measure: str
    printed_part: Literal["all", "first", "rest"]
    hes_measures: str | None
    local_activities: str | None
    profile_note: str


def load_activities(root: Path | None = None) -> list[Activity]:
    """Return the activity types that are projected, in the order in which they are shown."""
    path = (root or data_root()) / "registers" / "activities.csv"
    return load_csv(path, Activity, key=("activity",))


class Interruption(CheckedRecord):
    """Months that are not like the rest, and why."""

    name: str
    first_month: str = Field(pattern=r"^\d{4}-\d{2}$")
    last_month: str = Field(pattern=r"^\d{4}-\d{2}$")
    reference: str

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_month < self.first_month:
            raise ValueError("last_month not before first_month")
        return self


def load_interruptions(root: Path | None = None) -> list[Interruption]:
    """Return the interruptions that monthly methods treat openly."""
    path = (root or data_root()) / "registers" / "interruptions.csv"
    return load_csv(path, Interruption, key=("name",))


Severity = Literal["high", "medium", "low"]
_PERIOD = r"^\d{4}(-\d{2})?$"


class Caution(Record):
    """A known fault or trait of a publication that its figures are shown with.

    ``columns`` and ``entities`` are empty where it holds for all of them; a period is a month or a
    year, and is missing where the caution has no beginning or no end.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    sources: tuple[str, ...] = Field(min_length=1)
    tables: tuple[str, ...] = Field(min_length=1)
    columns: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    first_period: str | None = Field(default=None, pattern=_PERIOD)
    last_period: str | None = Field(default=None, pattern=_PERIOD)
    note: str
    evidence: str
    severity: Severity
    checker: str
    checked_on: date


class Correction(Record):
    """A figure that the producer printed wrong: where it stands, the old value and the new one.

    ``where`` gives a value for each column of the table's key; months are written ``2024-03-01``.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    source: str
    table: str
    where: dict[str, str] = Field(min_length=1)
    column: str
    old_value: float
    new_value: float | None
    reason: str
    evidence: str
    checker: str
    checked_on: date

    @model_validator(mode="after")
    def _changes_a_measure(self) -> Self:
        if self.column in self.where:
            raise ValueError("a column that is no part of the key")
        if self.old_value == self.new_value:
            raise ValueError("a new value other than the old one")
        return self


def load_cautions(root: Path | None = None) -> list[Caution]:
    """Return every caution, in order."""
    path = (root or data_root()) / "registers" / "cautions.yaml"
    return load_yaml_list(path, Caution, name="cautions", key="id")


def load_corrections(root: Path | None = None) -> list[Correction]:
    """Return every correction, in order."""
    path = (root or data_root()) / "registers" / "corrections.yaml"
    return load_yaml_list(path, Correction, name="corrections", key="id")


class Decision(CheckedRecord):
    """A choice between ways of doing the analysis: what was chosen, over what, why, and for whom.

    ``recorded_on`` is the day on which the choice entered the project's history; ``reference`` the
    document that explains it.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    decision: str
    alternatives: tuple[str, ...] = Field(min_length=1)
    reason: str
    affects: str
    recorded_on: date
    reference: str


class Limitation(CheckedRecord):
    """What the whole analysis, or several reports of it, cannot do, and what a reader should do.

    ``reports`` are areas; ``all`` stands for every report.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    limitation: str
    advice: str
    reports: tuple[str, ...] = Field(min_length=1)
    reference: str


class Comparison(CheckedRecord):
    """What a method was set beside that is not of its own making, and where that can be run.

    ``page`` is a page of ``docs/methods``; ``words`` stand in the file that makes the comparison.
    """

    page: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    compared_with: str
    kind: Literal["another implementation", "published example", "simulation", "exhaustion"]
    where: str
    words: str


class SignOff(Record):
    """A file of records that somebody other than its authors checked as a whole.

    ``file`` is its path below ``data``; ``records`` how many it held then.
    """

    file: str
    checker: str
    checked_on: date
    records: int = Field(ge=1)
    how: str


def load_decisions(root: Path | None = None) -> list[Decision]:
    """Return the decisions log, in order."""
    path = (root or data_root()) / "registers" / "decisions.yaml"
    return load_yaml_list(path, Decision, name="decisions", key="id")


def load_limitations(root: Path | None = None) -> list[Limitation]:
    """Return the limitations of the analysis, in order."""
    path = (root or data_root()) / "registers" / "limitations.yaml"
    return load_yaml_list(path, Limitation, name="limitations", key="id")


def load_comparisons(root: Path | None = None) -> list[Comparison]:
    """Return what the methods were compared with, in order."""
    path = (root or data_root()) / "registers" / "comparisons.csv"
    return load_csv(path, Comparison, key=("page", "compared_with"))


def load_sign_offs(root: Path | None = None) -> list[SignOff]:
    """Return the files that were checked as a whole, in order."""
    path = (root or data_root()) / "registers" / "sign_offs.csv"
    return load_csv(path, SignOff, key=("file",))
