"""What a case answers of the questions, tests and objections that a group of trusts meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.governance import (
    Answer,
    GovernanceCase,
    GovernanceRegister,
    Kind,
    Part,
    Question,
)
from caseanalysis.methods.columns import require_columns

SAID, PUT_OFF, NOT_FOUND = "said", "put off", "not found"
NOT_ASKED = "not asked"
_OPEN, _CLOSE = "\N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
#: How far an answer goes, from all of its parts to none.
LEVELS = ("whole", "part", PUT_OFF, "none")
_PART_COLUMNS = ["kind", "question", "title", "about", "about_title", "part", "asks", "state",
                 "what", "place", "quotation"]  # fmt: skip
_VERDICT_COLUMNS = ["kind", "question", "title", "asked", "about", "about_title", "said", "put_off",
                    "parts", "level", "verdict", "says", "lacks"]  # fmt: skip


def questions(register: GovernanceRegister) -> pd.DataFrame:
    """Return what is asked of any case, for every question of every kind.

    Returns
    -------
    DataFrame
        ``kind`` (title), ``title``, ``question``, ``parts`` (what an answer has to say),
        ``reference`` (its short name); key ``kind``, ``title``. Parts that all questions of a
        kind have stand with the first.
    """
    cited = {one.id: one.short for one in register.references}
    rows = [
        {
            "kind": register.kind(one.kind).title,
            "title": one.title,
            "question": one.question,
            "parts": _asks(register, one),
            "reference": cited[one.reference],
        }
        for one in register.questions
    ]
    return pd.DataFrame(rows)


def references(register: GovernanceRegister) -> pd.DataFrame:
    """Return the publications that general knowledge rests on: ``short``, ``citation``."""
    rows = [{"short": one.short, "citation": one.citation} for one in register.references]
    return pd.DataFrame(rows)


def parts(
    register: GovernanceRegister,
    case: GovernanceCase | None,
    *,
    areas: Sequence[tuple[str, str]],
    checks: pd.DataFrame,
) -> pd.DataFrame:
    """Return every part of every question, and whether the case answers it.

    Parameters
    ----------
    register : GovernanceRegister
        Questions and their parts.
    case : GovernanceCase or None
        What the case says.
    areas : sequence of (id, title)
        Areas of the case; the tests are asked of those that would, or may, change a service.
    checks : DataFrame
        ``check``, ``holds``, ``text``, as ``governance_checks`` has them.

    Returns
    -------
    DataFrame
        ``kind``, ``question``, ``title``, ``about``, ``about_title`` (form or area), ``part``,
        ``asks``, ``state`` (``said``, ``put off`` or ``not found``), ``what``, ``place``,
        ``quotation``; key ``question``, ``about``, ``part``. No rows without a case.

    Notes
    -----
    A part with a check is said if the check holds, and not found otherwise.
    """
    if case is None:
        return pd.DataFrame(columns=_PART_COLUMNS)
    said = {(one.question, one.part, one.about): one for one in case.answers}
    held = {str(row["check"]): row for row in checks.to_dict("records")}
    rows = []
    for kind in register.kinds:
        for question in register.of_kind(kind.id) or [_alone(kind)]:
            for about, name in _subjects(kind, register, case, areas):
                about_it = {"kind": kind.id, "question": question.id, "title": question.title,
                            "about": about, "about_title": name}  # fmt: skip
                for part in question.parts or kind.parts:
                    answer = said.get((question.id, part.id, about))
                    rows.append(about_it | _state(part, answer, held))
    return pd.DataFrame(rows, columns=_PART_COLUMNS)


def told(found: pd.DataFrame) -> pd.DataFrame:
    """Return the parts that are said or put off, to be read one by one.

    Parameters
    ----------
    found : DataFrame
        As returned by `parts`.

    Returns
    -------
    DataFrame
        ``title``, ``of`` (form or area, else ``the case``), ``asks``, ``state``, ``words`` (ours,
        then the quotation), ``place``; key the first three.
    """
    kept = found[found["state"].isin([SAID, PUT_OFF])]
    quoted = [f" {_OPEN}{one}{_CLOSE}" if isinstance(one, str) else "" for one in kept["quotation"]]
    return pd.DataFrame(
        {
            "title": kept["title"],
            "of": kept["about_title"].fillna("the case"),
            "asks": kept["asks"],
            "state": kept["state"],
            "words": [f"{one}.{quote}" for one, quote in zip(kept["what"], quoted, strict=True)],
            "place": kept["place"],
        }
    ).reset_index(drop=True)


def interventions(
    register: GovernanceRegister, case: GovernanceCase | None, *, areas: Mapping[str, str]
) -> pd.DataFrame:
    """Return what a case would do, area by area, and the traits that it says each has.

    Returns
    -------
    DataFrame
        ``area`` (title), ``title``, ``traits`` (in words), ``place`` (that of the area where the
        record names none); key ``area``, ``title``.
    """
    words = {one.id: one.title for one in register.traits}
    places = {one.area: one.place for one in case.changes} if case else {}
    rows = [
        {
            "area": areas[one.area],
            "title": one.title,
            "traits": "; ".join(words[trait] for trait in one.traits) or "none of them",
            "place": one.place or places.get(one.area, "not given"),
        }
        for one in (case.interventions if case else ())
    ]
    return pd.DataFrame(rows, columns=["area", "title", "traits", "place"])


def verdicts(register: GovernanceRegister, found: pd.DataFrame, *, kind: str) -> pd.DataFrame:
    """Return for each question of a kind how far it is answered, by the parts that are.

    Parameters
    ----------
    register : GovernanceRegister
        The words for the verdicts.
    found : DataFrame
        As returned by `parts`.
    kind : str
        Kind of question.

    Returns
    -------
    DataFrame
        ``kind``, ``question``, ``title``, ``asked`` (the question), ``about``, ``about_title``,
        ``said``, ``put_off``, ``parts`` (numbers), ``level`` (one of ``LEVELS``), ``verdict``,
        ``says`` (what is said and what is put off, with its place), ``lacks`` (what is not found);
        key ``question``, ``about``.

    Notes
    -----
    Whole: every part is said. Part: some are. Put off: none is said and some are put off. None:
    nothing is found.
    """
    require_columns(found, _PART_COLUMNS, where="parts of questions")
    words = dict(zip(LEVELS, register.kind(kind).verdicts, strict=True))
    asked = {one.id: one.question for one in register.questions}
    rows = []
    own = found[found["kind"].eq(kind)]
    for _, group in own.groupby(["question", "about"], sort=False, dropna=False):
        first = group.iloc[0]
        said, later = (group[group["state"].eq(one)] for one in (SAID, PUT_OFF))
        level = _level(len(said), len(later), len(group))
        rows.append(
            {
                "kind": kind,
                "question": first["question"],
                "title": first["title"],
                "asked": asked.get(first["question"]),
                "about": first["about"],
                "about_title": first["about_title"],
                "said": len(said),
                "put_off": len(later),
                "parts": len(group),
                "level": level,
                "verdict": words[level],
                "says": _told(said, later),
                "lacks": _lacks(group),
            }
        )
    return pd.DataFrame(rows, columns=_VERDICT_COLUMNS)


def counted(table: pd.DataFrame, *, register: GovernanceRegister, kind: str) -> dict[str, object]:
    """Return how many of the verdicts of a kind are at each level; None without verdicts.

    Returns
    -------
    dict
        ``all``, ``whole``, ``part``, ``put_off``, ``none``.
    """
    names = ["whole", "part", "put_off", "none"]
    if table.empty:
        return dict.fromkeys(["all", *names])
    levels = table.loc[table["kind"].eq(register.kind(kind).id), "level"]
    numbers = [int(levels.eq(one).sum()) for one in LEVELS]
    return {"all": len(levels), **dict(zip(names, numbers, strict=True))}


def changes(case: GovernanceCase | None, *, areas: Mapping[str, str]) -> pd.DataFrame:
    """Return the areas of a case, and whether each would change a service for patients.

    Returns
    -------
    DataFrame
        ``area``, ``title``, ``change``, ``what``, ``place``; key ``area``.
    """
    columns = ["area", "title", "change", "what", "place"]
    rows = [
        {"area": one.area, "title": areas[one.area], "change": one.change, "what": one.what,
         "place": one.place}
        for one in (case.changes if case else ())
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def as_dots(table: pd.DataFrame, *, over: pd.DataFrame) -> pd.DataFrame:
    """Return verdicts on areas as a matrix of dots, areas that are not asked included.

    Parameters
    ----------
    table : DataFrame
        As returned by `verdicts` for a kind that is asked of areas.
    over : DataFrame
        As returned by `changes`: every area, in order.

    Returns
    -------
    DataFrame
        ``row`` (area), ``column`` (question), ``state`` (a level, or ``not asked``), ``verdict``;
        key ``row``, ``column``.
    """
    if table.empty or over.empty:
        return pd.DataFrame(columns=["row", "column", "state", "verdict"])
    known = table.set_index(["about", "title"])[["level", "verdict"]].to_dict("index")
    rows = []
    for area in over.to_dict("records"):
        for column in table["title"].drop_duplicates():
            found = known.get((area["area"], column))
            rows.append(
                {
                    "row": area["title"],
                    "column": column,
                    "state": found["level"] if found else NOT_ASKED,
                    "verdict": found["verdict"] if found else NOT_ASKED,
                }
            )
    return pd.DataFrame(rows)


def parts_as_dots(found: pd.DataFrame, *, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return the parts of questions of some kinds as rows of dots, in their order.

    Parameters
    ----------
    found : DataFrame
        As returned by `parts`.
    kinds : Mapping of str to str
        Name to show by kind.

    Returns
    -------
    DataFrame
        ``group`` (name of the kind), ``row`` (question), ``column`` (number of the part),
        ``state`` (``whole`` where said, ``put off``, ``none``), ``asks``, ``answer`` (in words),
        ``place``; key ``row``, ``column``.
    """
    chosen = found[found["kind"].isin(list(kinds))]
    levels = {SAID: "whole", PUT_OFF: PUT_OFF, NOT_FOUND: "none"}
    return pd.DataFrame(
        {
            "group": chosen["kind"].map(kinds),
            "row": chosen["title"],
            "column": chosen.groupby("question", sort=False).cumcount() + 1,
            "state": chosen["state"].map(levels),
            "asks": chosen["asks"],
            "answer": chosen["state"],
            "what": chosen["what"],
            "place": chosen["place"],
            "quotation": chosen["quotation"],
        }
    ).reset_index(drop=True)


def served(case: GovernanceCase | None, *, areas: Mapping[str, str]) -> pd.DataFrame:
    """Return how far each intervention of a case serves each of its principles.

    Returns
    -------
    DataFrame
        ``intervention``, ``title``, ``area``, ``area_title``, ``principle``, ``principle_title``,
        ``place`` (of the principle), ``met``, ``parts`` (numbers), ``level`` (``whole``, ``part``
        or ``none``); key ``intervention``, ``principle``.

    Notes
    -----
    A part of a principle is met by any of its traits. Whole: every part; part: some.
    """
    columns = ["intervention", "title", "area", "area_title", "principle", "principle_title",
               "place", "met", "parts", "level"]  # fmt: skip
    rows = []
    for one in case.interventions if case else ():
        for principle in case.principles if case else ():
            met = sum(bool(set(part) & set(one.traits)) for part in principle.parts)
            rows.append(
                {
                    "intervention": one.id,
                    "title": one.title,
                    "area": one.area,
                    "area_title": areas[one.area],
                    "principle": principle.id,
                    "principle_title": principle.title,
                    "place": principle.place,
                    "met": met,
                    "parts": len(principle.parts),
                    "level": _level(met, 0, len(principle.parts)),
                }
            )
    return pd.DataFrame(rows, columns=columns)


def by_principle(table: pd.DataFrame) -> pd.DataFrame:
    """Return the interventions that serve each principle in whole, in part, or not.

    Parameters
    ----------
    table : DataFrame
        As returned by `served`.

    Returns
    -------
    DataFrame
        ``principle``, ``title``, ``place``, ``whole``, ``part``, ``none`` (interventions),
        ``examples`` (titles of those in whole, else in part); key ``principle``.
    """
    columns = ["principle", "title", "place", "whole", "part", "none", "examples"]
    rows = []
    for principle, group in table.groupby("principle", sort=False):
        titles = {level: group.loc[group["level"].eq(level), "title"].tolist()
                  for level in ("whole", "part", "none")}  # fmt: skip
        chosen = "; ".join(titles["whole"])
        if not chosen and titles["part"]:
            chosen = f"in part: {'; '.join(titles['part'])}"
        rows.append(
            {
                "principle": principle,
                "title": group["principle_title"].iloc[0],
                "place": group["place"].iloc[0],
                **{level: len(names) for level, names in titles.items()},
                "examples": chosen or "none",
            }
        )
    return pd.DataFrame(rows, columns=columns)


def principles_as_dots(table: pd.DataFrame) -> pd.DataFrame:
    """Return how far any intervention of an area serves each principle, as a matrix of dots.

    Parameters
    ----------
    table : DataFrame
        As returned by `served`.

    Returns
    -------
    DataFrame
        ``row`` (principle), ``column`` (area), ``state`` (the best level), ``number`` (of
        interventions in whole), ``some`` (in part); key ``row``, ``column``.
    """
    rows = []
    for (row, column), group in table.groupby(["principle_title", "area_title"], sort=False):
        whole, some = (int(group["level"].eq(level).sum()) for level in ("whole", "part"))
        state = "whole" if whole else "part" if some else "none"
        rows.append({"row": row, "column": column, "state": state, "number": whole, "some": some})
    found = pd.DataFrame(rows, columns=["row", "column", "state", "number", "some"])
    order = {name: at for at, name in enumerate(table["principle_title"].drop_duplicates())}
    return found.sort_values("row", key=lambda one: one.map(order), kind="stable",
                             ignore_index=True)  # fmt: skip


def with_bearing(
    table: pd.DataFrame, *, register: GovernanceRegister, checks: pd.DataFrame
) -> pd.DataFrame:
    """Return verdicts with ``bearing``: what other records show on the question, in words.

    Parameters
    ----------
    table : DataFrame
        As returned by `verdicts`.
    register : GovernanceRegister
        Which checks bear on which question.
    checks : DataFrame
        ``check``, ``text``.
    """
    text = dict(zip(checks["check"], checks["text"], strict=True)) if len(checks) else {}
    bearing = {
        one.id: " ".join(text[name] for name in one.bearing if name in text)
        for one in register.questions
    }
    return table.assign(bearing=table["question"].map(bearing).replace({"": "nothing on record"}))


def bears_on(register: GovernanceRegister, checks: pd.DataFrame) -> pd.DataFrame:
    """Return checks with ``on``: the questions that they decide a part of, or bear on."""
    on = {
        check: [
            one.title
            for one in register.questions
            if check in (*one.bearing, *(part.check for part in register.parts_of(one)))
        ]
        for check in checks["check"]
    }
    return checks.assign(on=[", ".join(on[check]) or "nothing" for check in checks["check"]])


def _alone(kind: Kind) -> Question:
    """Return a kind without questions as the one question that it is."""
    return Question(id=kind.id, kind=kind.id, title=kind.title, question=kind.title, reference="")


def _subjects(
    kind: Kind,
    register: GovernanceRegister,
    case: GovernanceCase,
    areas: Sequence[tuple[str, str]],
) -> list[tuple[str | None, str | None]]:
    if kind.over == "forms":
        return [(one.id, one.title) for one in register.forms]
    if kind.over == "areas":
        changed = {one.area for one in case.changes if one.change != "none"}
        return [(area, title) for area, title in areas if area in changed]
    return [(None, None)]


def _state(
    part: Part, answer: Answer | None, held: Mapping[str, Mapping[Any, Any]]
) -> dict[str, object]:
    row: dict[str, object] = {"part": part.id, "asks": part.asks, "state": NOT_FOUND, "what": None,
                              "place": None, "quotation": None}  # fmt: skip
    if part.check:
        if part.check not in held:
            return row | {"what": "no records to tell it by"}
        known = held[part.check]
        state = SAID if known["holds"] else NOT_FOUND
        return row | {"state": state, "what": known["text"], "place": "computed from the records"}
    if answer is None:
        return row
    state = SAID if answer.state == "said" else PUT_OFF
    return row | {"state": state, "what": answer.what, "place": answer.place,
                  "quotation": answer.quotation}  # fmt: skip


def _level(said: int, later: int, asked: int) -> str:
    if asked < 1:
        raise MethodError(
            where="how far a question is answered",
            found="a question without parts",
            wanted="one part or more",
            remedy="give it parts in the register, or to its kind",
        )
    if said == asked:
        return "whole"
    if said:
        return "part"
    return PUT_OFF if later else "none"


def _asks(register: GovernanceRegister, question: Question) -> str:
    first = register.of_kind(question.kind)[0]
    if not question.parts and question != first:
        return "as above"
    return "; ".join(part.asks for part in register.parts_of(question))


def _told(said: pd.DataFrame, later: pd.DataFrame) -> str:
    texts = [_with_place(said)] if len(said) else []
    texts += [f"put off: {_with_place(later)}"] if len(later) else []
    found = "; ".join(texts) or "nothing"
    return f"{found[:1].upper()}{found[1:]}"


def _with_place(rows: pd.DataFrame) -> str:
    texts = [
        f"{row['what']} ({str(row['place'])[:1].lower()}{str(row['place'])[1:]})"
        for row in rows.to_dict("records")
    ]
    return "; ".join(texts)


def _lacks(group: pd.DataFrame) -> str:
    """Return what is not found of a question, with what the records show in place of it."""
    lacking = group[group["state"].eq(NOT_FOUND)].to_dict("records")
    if len(lacking) == len(group) and not any(isinstance(one["what"], str) for one in lacking):
        return "all of it"
    texts = [
        f"{one['asks']} ({one['what'].rstrip('.')})"
        if isinstance(one["what"], str)
        else one["asks"]
        for one in lacking
    ]
    return "; ".join(texts) or "nothing"
