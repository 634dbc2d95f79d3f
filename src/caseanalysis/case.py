"""A case: the trusts, places, areas of opportunity and claims of one group, all of it data."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from caseanalysis.errors import RecordError
from caseanalysis.geography import AREA_CODE, TRUST_CODE
from caseanalysis.locations import data_root
from caseanalysis.records import CheckedRecord, Record, load_csv, load_yaml, load_yaml_list, nearest

#: The scenario of a study that names none; every case has it.
DEFAULT_SCENARIO = "do-nothing"

#: What the name of a case, and of its folder, looks like.
CASE_NAME = r"^[a-z][a-z0-9-]*$"


def _area_code(code: str) -> str:
    if not AREA_CODE.match(code):
        raise ValueError("an area code of the Office for National Statistics, such as E09000001")
    return code


def _trust_code(code: str) -> str:
    if not TRUST_CODE.match(code):
        raise ValueError("an NHS trust's ODS code, R and two letters or digits, such as RQX")
    return code


AreaCode = Annotated[str, AfterValidator(_area_code)]
TrustCode = Annotated[str, AfterValidator(_trust_code)]


class Site(Record):
    """A hospital of a trust and the place (local authority) that it stands in."""

    name: str
    place: AreaCode


class Trust(Record):
    """A trust of the group, by its code of the Organisation Data Service."""

    code: TrustCode
    name: str
    short_name: str
    sites: tuple[Site, ...] = ()
    predecessors: tuple[TrustCode, ...] = ()


class WholeArea(Record):
    """The larger area that a place is part of, for publications that give only the whole."""

    code: AreaCode
    name: str
    boundary_year: int = Field(ge=1974, le=2100)


class Place(Record):
    """A local authority, or the part of one, whose residents the group serves."""

    code: AreaCode
    name: str
    boundary_year: int = Field(ge=1974, le=2100)
    part_of: WholeArea | None = None


class Commissioner(Record):
    """The integrated care board, by its area code and its ODS code."""

    code: AreaCode
    ods_code: str = Field(pattern=r"^Q[A-Z0-9]{2}$")
    name: str
    short_name: str
    boundary_year: int = Field(ge=2022, le=2100)


class TrustPeers(Record):
    """The comparators of each trust, with the rule that chose them."""

    rule: str
    source: str
    members: dict[TrustCode, tuple[TrustCode, ...]]


class CommissionerPeers(Record):
    """The comparators of the commissioner, with the rule that chose them."""

    rule: str
    source: str
    members: tuple[AreaCode, ...]


class Peers(Record):
    """Comparators."""

    trusts: TrustPeers
    commissioners: CommissionerPeers


class Area(Record):
    """An opportunity area; its id names its notebook."""

    id: str = Field(pattern=r"^[a-z]\d{1,2}$")
    title: str
    short_title: str


class Theme(Record):
    """A theme of the case and its opportunity areas."""

    id: str = Field(pattern=r"^[A-Z]$")
    title: str
    areas: tuple[Area, ...] = Field(min_length=1)


class Document(Record):
    """The published case that the claims are taken from."""

    title: str
    publisher: str
    date: str


def _require_once(identifiers: list[str], what: str) -> None:
    repeated = sorted({name for name in identifiers if identifiers.count(name) > 1})
    if repeated:
        raise ValueError(f"each {what} once; {repeated[0]!r} stands there twice")


class Case(Record):
    """One group of trusts, and the case made for it."""

    name: str = Field(pattern=CASE_NAME)
    title: str
    region_name: str
    summary: str
    document: Document | None = None
    base_year: int = Field(ge=2000, le=2100)
    horizon_year: int = Field(ge=2000, le=2100)
    commissioner: Commissioner
    trusts: tuple[Trust, ...] = Field(min_length=1)
    places: tuple[Place, ...] = Field(min_length=1)
    peers: Peers
    themes: tuple[Theme, ...] = ()

    @field_validator("horizon_year")
    @classmethod
    def _after_base_year(cls, year: int, info: ValidationInfo) -> int:
        base = info.data.get("base_year")
        if base is not None and year <= base:
            raise ValueError(f"a year after base_year ({base})")
        return year

    @field_validator("trusts", "places")
    @classmethod
    def _each_code_once(
        cls, members: tuple[Trust, ...] | tuple[Place, ...]
    ) -> tuple[Trust, ...] | tuple[Place, ...]:
        _require_once([member.code for member in members], "code")
        return members

    @field_validator("themes")
    @classmethod
    def _each_area_once(cls, themes: tuple[Theme, ...]) -> tuple[Theme, ...]:
        _require_once([theme.id for theme in themes], "theme")
        _require_once([area.id for theme in themes for area in theme.areas], "area")
        return themes

    @field_validator("peers")
    @classmethod
    def _peers_of_the_trusts(cls, peers: Peers, info: ValidationInfo) -> Peers:
        trusts = {trust.code for trust in info.data.get("trusts", ())}
        strangers = sorted(set(peers.trusts.members) - trusts)
        if trusts and strangers:
            raise ValueError(f"peers only for trusts of the case, not for {strangers[0]!r}")
        return peers

    @property
    def areas(self) -> tuple[Area, ...]:
        """Opportunity areas of every theme, in order."""
        return tuple(area for theme in self.themes for area in theme.areas)

    @property
    def trust_codes(self) -> tuple[str, ...]:
        """Codes of the group's trusts, in order."""
        return tuple(trust.code for trust in self.trusts)

    @property
    def place_codes(self) -> tuple[str, ...]:
        """Codes of the group's places, in order."""
        return tuple(place.code for place in self.places)

    @property
    def peer_trust_codes(self) -> tuple[str, ...]:
        """Codes of every peer trust, each once, sorted."""
        members = self.peers.trusts.members.values()
        return tuple(sorted({code for codes in members for code in codes}))

    @property
    def trust_names(self) -> dict[str, str]:
        """Short name of each trust of the group by its code."""
        return {trust.code: trust.short_name for trust in self.trusts}

    @property
    def place_names(self) -> dict[str, str]:
        """Name of each place by its code."""
        return {place.code: place.name for place in self.places}

    def area(self, identifier: str) -> Area:
        """Return an opportunity area by its id.

        Raises
        ------
        RecordError
            If the case has no such area.
        """
        for area in self.areas:
            if area.id == identifier:
                return area
        like = nearest(identifier, [area.id for area in self.areas])
        raise RecordError(
            where=f"case {self.name}",
            found=f"no opportunity area {identifier!r}",
            wanted=", ".join(area.id for area in self.areas) or "an area in the case",
            remedy=f"did you mean {like!r}?" if like else "add it to the case",
        )


#: Units that a case prints its numbers in; a year is a date, months are a span.
PrintedUnit = Literal[
    "percent",
    "persons",
    "count",
    "count a day",
    "days",
    "minutes",
    "months",
    "year",
    "pounds",
    "rank",
    "points",
]


def _numbers(given: object) -> object:
    """Return the numbers of a cell such as ``71.3; 61.2``."""
    if given is None:
        return ()
    return given.split(";") if isinstance(given, str) else given


class Claim(CheckedRecord):
    """A number, or a comparison, that the case printed.

    ``value`` and ``step`` are in the printed unit; ``step`` is the size of one unit in the last
    printed digit, so a printed 17% stands for 16.5% to 17.5%. ``measure``, ``entity``, ``group``
    and ``period`` name the quantity as the notebooks compute it. An ``operator`` other than
    ``equal`` compares the entity with the ``comparator``. ``candidates`` are the other numbers that
    may have stood in a cell of a table whose scan displaced them.
    """

    id: str = Field(pattern=r"^[a-z0-9]+-\d{3}$")
    section: str
    area: str
    figure: int | None = Field(ge=1)
    place: str
    quotation: str | None
    statement: str
    measure: str | None
    entity: str
    group: str
    period: str
    operator: Literal["equal", "above", "below", "at least", "at most"]
    value: float | None
    unit: PrintedUnit
    step: float | None = Field(gt=0)
    comparator: str | None
    printed_source: str | None
    untestable: str | None
    note: str | None
    candidates: Annotated[tuple[float, ...], BeforeValidator(_numbers)] = ()

    @field_validator("quotation")
    @classmethod
    def _short(cls, quotation: str | None) -> str | None:
        if quotation and len(quotation.split()) > 25:
            raise ValueError("a quotation of 25 words at most")
        return quotation

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.value is None) != (self.step is None):
            raise ValueError("value and step together, or neither")
        if self.value is None and not self.comparator:
            raise ValueError("a value, or a comparator for a claim without a numeral")
        if (self.measure is None) == (self.untestable is None):
            raise ValueError("either the measure that tests the claim, or why it is untestable")
        return self


class FactorRange(Record):
    """What a scenario puts in the place of an assumption: low, central and high."""

    low: float
    central: float
    high: float

    @model_validator(mode="before")
    @classmethod
    def _certain(cls, given: object) -> object:
        if isinstance(given, int | float) and not isinstance(given, bool):
            return {"low": given, "central": given, "high": given}
        return given

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError("low <= central <= high")
        return self


class Target(Record):
    """What a scenario reaches: a value of a measure, or a place among the comparators.

    ``peer_quantile`` is the share of the comparators that the target is at least as good as,
    whichever way the measure is better: 0.5 is their median, 0.75 the edge of their best quarter.
    ``entities`` are trusts of the case, the commissioner, or ``group``; empty for every trust.
    ``by_year`` is empty where the case names no year.
    """

    measure: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    entities: tuple[str, ...] = ()
    group: str = "all"
    value: float | None = None
    peer_quantile: float | None = Field(default=None, ge=0, le=1)
    unit: Literal["share", "persons", "count", "count a day", "days", "pounds", "rank", "points"]
    by_year: int | None = Field(default=None, ge=2000, le=2100)
    reference: str
    claims: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_aim(self) -> Self:
        if (self.value is None) == (self.peer_quantile is None):
            raise ValueError("either `value` or `peer_quantile`")
        if self.unit == "share" and self.value is not None and not 0 <= self.value <= 1:
            raise ValueError("a share from 0 to 1; 75% is 0.75")
        return self


class Scenario(CheckedRecord):
    """What is supposed to happen: factors other than the register's, and targets to reach.

    ``factors`` holds, by the id of an assumption, what takes its place; a plain number stands for
    low, central and high alike. ``includes`` names scenarios above it whose factors and targets it
    takes in; once loaded, they stand among its own.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    description: str
    factors: dict[str, FactorRange] = Field(default={})
    targets: tuple[Target, ...] = ()
    includes: tuple[str, ...] = ()


def case_folder(name: str, root: Path | None = None) -> Path:
    """Return the folder of a case.

    Raises
    ------
    RecordError
        If there is no such case; the message names the nearest.
    """
    folder = (root or data_root()) / "cases" / name
    if not (folder / "case.yaml").is_file():
        names = list_cases(root)
        like = nearest(name, names)
        raise RecordError(
            where=str(folder),
            found="no case.yaml",
            wanted=f"one of the cases {', '.join(names) or '(none yet)'}",
            remedy=f"did you mean {like!r}?" if like else "add the folder with a case.yaml",
        )
    return folder


def default_case(root: Path | None = None) -> str:
    """Return the name of the case that is used where none is named."""

    class _Default(Record):
        default_case: str

    return load_yaml((root or data_root()) / "cases" / "default.yaml", _Default).default_case


def list_cases(root: Path | None = None) -> list[str]:
    """Return the names of all cases, sorted."""
    folder = (root or data_root()) / "cases"
    return sorted(path.parent.name for path in folder.glob("*/case.yaml"))


def load_case(name: str, root: Path | None = None) -> Case:
    """Return a case, strictly validated.

    Raises
    ------
    RecordError
        If there is no such case or its file breaks the schema.
    """
    path = case_folder(name, root) / "case.yaml"
    status = path.stat()
    return _load_case(path, name, (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=8)
def _load_case(path: Path, name: str, stamp: tuple[int, int]) -> Case:
    """Return a case; read once for each state of its file."""
    case = load_yaml(path, Case)
    if case.name != name:
        raise RecordError(
            where=f"{path}, line 1",
            found=f"name {case.name!r}",
            wanted=f"{name!r}, the folder's name",
            remedy="rename the folder or the case",
        )
    return case


def load_claims(name: str, root: Path | None = None) -> list[Claim]:
    """Return the claims of a case, in order; an empty list where it has none.

    Raises
    ------
    RecordError
        If ``claims.csv`` breaks the schema.
    """
    path = case_folder(name, root) / "claims.csv"
    return load_csv(path, Claim, key=("id",)) if path.is_file() else []


def load_scenarios(name: str, root: Path | None = None) -> dict[str, Scenario]:
    """Return the scenarios of a case by id: those of every case, then its own.

    Raises
    ------
    RecordError
        If a record breaks the schema, an id is used twice, or a target is for an entity that is
        not of the case.
    """
    folder, case = case_folder(name, root), load_case(name, root)
    common = (root or data_root()) / "registers" / "scenarios.yaml"
    own = folder / "scenarios.yaml"
    found: dict[str, Scenario] = {}
    for path in (common, *([own] if own.is_file() else [])):
        for record in load_yaml_list(path, Scenario, name="scenarios", key="id"):
            where = f"{path}, scenario {record.id}"
            if record.id in found:
                raise RecordError(
                    where=where,
                    found="an id that every case has",
                    wanted="an id of its own",
                    remedy="rename the scenario",
                )
            _require_entities(record, case, where)
            found[record.id] = _with_included(record, found, where)
    return found


def _with_included(scenario: Scenario, above: dict[str, Scenario], where: str) -> Scenario:
    """Return a scenario with the factors and targets of those that it includes before its own."""
    factors: dict[str, FactorRange] = {}
    for name in scenario.includes:
        if name not in above:
            like = nearest(name, above)
            raise RecordError(
                where=f"{where}, includes",
                found=repr(name),
                wanted=f"a scenario above it: {', '.join(above)}",
                remedy=f"did you mean {like!r}?" if like else "move it above, or leave it out",
            )
        for factor, value in above[name].factors.items():
            if factors.setdefault(factor, value) != value and factor not in scenario.factors:
                raise RecordError(
                    where=f"{where}, includes",
                    found=f"two values for the factor {factor!r}",
                    wanted="one",
                    remedy="say under its own factors which of them it takes",
                )
    targets = tuple(target for name in scenario.includes for target in above[name].targets)
    return scenario.model_copy(
        update={
            "factors": {**factors, **scenario.factors},
            "targets": (*targets, *scenario.targets),
        }
    )


def _require_entities(scenario: Scenario, case: Case, where: str) -> None:
    known = (*case.trust_codes, case.commissioner.code, "group")
    for target in scenario.targets:
        for entity in target.entities:
            if entity not in known:
                raise RecordError(
                    where=f"{where}, target {target.measure}",
                    found=f"the entity {entity!r}",
                    wanted=f"one of {', '.join(known)}",
                    remedy="name a trust of the case, its commissioner or the group",
                )


def load_standard_themes(root: Path | None = None) -> list[Theme]:
    """Return the themes that a newly drafted case starts from."""
    path = (root or data_root()) / "registers" / "themes.yaml"
    return load_yaml_list(path, Theme, name="themes", key="id")
