"""Forms in which trusts work together, what to ask of one, and what a case says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from caseanalysis.case import case_folder, load_case
from caseanalysis.errors import RecordError
from caseanalysis.locations import data_root
from caseanalysis.records import CheckedRecord, Record, load_yaml, nearest

#: What it takes for something that is shared to end, from the easiest to the hardest.
WayBack = Literal["each trust alone", "with the partner", "staff move back", "national bodies act"]
WAYS_BACK: tuple[WayBack, ...] = get_args(WayBack)
#: What other records of a case can tell, by which a part of a question may be decided.
Check = Literal[
    "risks-sized", "risks-owned", "risks-triggered", "costs-stated", "recomputable", "needs-group",
    "years-to-half", "urgent-whole", "numbers-agree", "aims-shown", "groups-measured",
    "mergers-measured", "own-evaluation",
]  # fmt: skip
_ID = r"^[a-z][a-z0-9-]*$"
_MOST_WORDS_QUOTED = 25


class Reference(Record):
    """A publication that general knowledge rests on, with its short name in tables."""

    id: str = Field(pattern=_ID)
    short: str
    citation: str


class Feature(Record):
    """Something that trusts can share, and what it takes for that to end."""

    id: str = Field(pattern=_ID)
    title: str
    way_back: Literal[
        "each trust alone", "with the partner", "staff move back", "national bodies act"
    ]
    reference: str


class Form(Record):
    """A form in which trusts work together: what it shares by its nature, and what it may share."""

    id: str = Field(pattern=_ID)
    title: str
    model: Literal["goodwill", "contract", "company", "one body"]
    what: str
    always: tuple[str, ...] = Field(min_length=1)
    may: tuple[str, ...] = ()
    reference: str

    @model_validator(mode="after")
    def _once(self) -> Self:
        shared = [*self.always, *self.may]
        if len(set(shared)) != len(shared):
            raise ValueError("each feature once, either always or may")
        return self


class Part(Record):
    """What an answer would have to say; ``check`` decides it from other records instead.

    None of ``words`` stands in a document that does not answer the part.
    """

    id: str = Field(pattern=_ID)
    asks: str
    check: Check | None = None
    words: tuple[str, ...] = ()


class Kind(Record):
    """A kind of question; its parts are asked of each form or area, or of each of its questions.

    ``verdicts`` are the words where all parts are answered, some, none but put off, and none.
    """

    id: str = Field(pattern=_ID)
    title: str
    over: Literal["questions", "areas", "forms"]
    verdicts: tuple[str, str, str, str]
    parts: tuple[Part, ...] = ()


class Question(Record):
    """A question of a kind, or an objection, with what bears on it in other records."""

    id: str = Field(pattern=_ID)
    kind: str
    title: str
    question: str
    reference: str
    parts: tuple[Part, ...] = ()
    bearing: tuple[Check, ...] = ()


class Trait(Record):
    """What a change can have about it."""

    id: str = Field(pattern=_ID)
    title: str


class GovernanceRegister(CheckedRecord):
    """General knowledge about forms of working together, for every case."""

    references: tuple[Reference, ...]
    features: tuple[Feature, ...]
    forms: tuple[Form, ...]
    kinds: tuple[Kind, ...]
    questions: tuple[Question, ...]
    traits: tuple[Trait, ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in ("references", "features", "forms", "kinds", "questions", "traits"):
            _each_once([one.id for one in getattr(self, name)], name)
        cited = [one.reference for one in self.features]
        cited += [one.reference for one in self.forms]
        cited += [one.reference for one in self.questions]
        _known(cited, [one.id for one in self.references], "reference")
        shared = [name for form in self.forms for name in (*form.always, *form.may)]
        _known(shared, [one.id for one in self.features], "feature")
        _known([one.kind for one in self.questions], [one.id for one in self.kinds], "kind")
        for question in self.questions:
            if not self.parts_of(question):
                raise ValueError(f"parts of the question {question.id}, or of its kind")
        return self

    def kind(self, name: str) -> Kind:
        """Return a kind of question by its id."""
        return next(one for one in self.kinds if one.id == name)

    def of_kind(self, name: str) -> list[Question]:
        """Return the questions of a kind, in order."""
        return [one for one in self.questions if one.kind == name]

    def parts_of(self, question: Question) -> tuple[Part, ...]:
        """Return the parts of a question: its own, or those of its kind."""
        return question.parts or self.kind(question.kind).parts

    def asked(self) -> Iterator[tuple[str, str, Part]]:
        """Yield what each question or kind is asked over, its id and each of its parts."""
        for kind in self.kinds:
            questions = self.of_kind(kind.id)
            for part in () if questions else kind.parts:
                yield kind.over, kind.id, part
            for question in questions:
                for part in self.parts_of(question):
                    yield kind.over, question.id, part


class _Placed(Record):
    """What a document says, in our own words, with its place and at most 25 words of its own."""

    what: str
    place: str
    quotation: str | None = None

    @model_validator(mode="after")
    def _short(self) -> Self:
        if self.quotation and len(self.quotation.split()) > _MOST_WORDS_QUOTED:
            raise ValueError(f"a quotation of {_MOST_WORDS_QUOTED} words at most")
        return self


class Shared(_Placed):
    """What the trusts of a case share today, would share, or leave open."""

    feature: str
    stage: Literal["today", "proposed", "left open", "ruled out"]


class Change(_Placed):
    """Whether an area of a case would change a service for patients."""

    area: str
    change: Literal["proposed", "possible", "none"]


class Answer(_Placed):
    """What a case says on a part of a question, or that it puts it off or refers elsewhere.

    ``about`` is the form or the area, where the question is asked of each.
    """

    question: str
    part: str
    about: str | None = None
    state: Literal["said", "put off"] = "said"


class Principle(Record):
    """A principle of a case; an intervention meets a part with any one of its traits."""

    id: str = Field(pattern=_ID)
    title: str
    place: str
    parts: tuple[tuple[str, ...], ...] = Field(min_length=1)


class Intervention(Record):
    """What a case would do in an area, and the traits that it says this has."""

    id: str = Field(pattern=_ID)
    area: str
    title: str
    traits: tuple[str, ...] = ()
    place: str | None = None


class GovernanceCase(CheckedRecord):
    """What a case says of its form, its reasons, its governance and its changes of service.

    ``read`` is how much of the document was read: what is not listed was not found in that.
    """

    read: str
    shared: tuple[Shared, ...] = ()
    changes: tuple[Change, ...] = ()
    answers: tuple[Answer, ...] = ()
    principles: tuple[Principle, ...] = ()
    interventions: tuple[Intervention, ...] = ()

    @model_validator(mode="after")
    def _each_thing_once(self) -> Self:
        _each_once([one.feature for one in self.shared], "shared")
        _each_once([one.area for one in self.changes], "changes")
        _each_once([one.id for one in self.principles], "principles")
        _each_once([one.id for one in self.interventions], "interventions")
        asked = [f"{one.question}, {one.part}, {one.about}" for one in self.answers]
        _each_once(asked, "answers")
        return self


def load_governance_register(root: Path | None = None) -> GovernanceRegister:
    """Return the general knowledge about forms, questions, tests and objections.

    Raises
    ------
    RecordError
        If the register breaks the schema, or names what it does not have.
    """
    return load_yaml((root or data_root()) / "registers" / "governance.yaml", GovernanceRegister)


def load_governance(name: str, root: Path | None = None) -> GovernanceCase | None:
    """Return what a case says of its governance; None where it has no such records.

    Raises
    ------
    RecordError
        If ``governance.yaml`` breaks the schema, or names a feature, form, trait, question, part or
        area that there is not.
    """
    path = case_folder(name, root) / "governance.yaml"
    if not path.is_file():
        return None
    found = load_yaml(path, GovernanceCase)
    register = load_governance_register(root)
    areas = [one.id for one in load_case(name, root).areas]
    _require([one.feature for one in found.shared], [one.id for one in register.features], path)
    _require([one.area for one in found.changes], areas, path)
    _require([one.area for one in found.interventions], areas, path)
    traits = [name for one in found.interventions for name in one.traits]
    traits += [name for one in found.principles for part in one.parts for name in part]
    _require(traits, [one.id for one in register.traits], path)
    about: dict[str, Sequence[str | None]] = {
        "questions": [None],
        "areas": areas,
        "forms": [one.id for one in register.forms],
    }
    for over, question, part in register.asked():
        given = [
            one.about for one in found.answers if (one.question, one.part) == (question, part.id)
        ]
        _require(given, about[over], path, where=f"{question}, {part.id}")
    wanted = [f"{question}, {part.id}" for _, question, part in register.asked() if not part.check]
    _require([f"{one.question}, {one.part}" for one in found.answers], wanted, path)
    return found


def _each_once(names: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"each of the {where} once, not twice {name!r}")
        seen.add(name)


def _known(names: Iterable[str], known: list[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"as {what} one of {', '.join(known)}, not {name!r}")


def _require(
    names: Iterable[str | None], known: Iterable[str | None], path: Path, where: str | None = None
) -> None:
    among = list(known)
    for name in names:
        if name not in among:
            like = nearest(str(name), [str(one) for one in among])
            raise RecordError(
                where=f"{path}, {where}" if where else str(path),
                found=repr(name),
                wanted=f"one of {', '.join(map(str, among))}",
                remedy=f"did you mean {like!r}?" if like else "add it, or name another",
            )
