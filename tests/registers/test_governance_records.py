"""The register of forms, questions and objections, and what each case says of them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from caseanalysis.case import case_folder, list_cases, load_case
from caseanalysis.errors import RecordError
from caseanalysis.governance import (
    GovernanceRegister,
    load_governance,
    load_governance_register,
)
from small_publications import CASE

#: Words in a row that no text of ours may share with a document.
LONGEST_RUN = 7
HELD = [name for name in list_cases() if (case_folder(name) / "governance.yaml").is_file()]
SHORT = """read: all
answers: [{question: talent, part: given, what: w, place: p}]
interventions: [{id: hub, area: a1, title: t, traits: [saves]}]
"""


def printed(official: Path, name: str) -> str:
    document = load_case(name).document
    assert document is not None
    texts = (path.read_text("utf-8") for path in (official.parent / "seeds").glob("*.txt"))
    return next(" ".join(one.split()) for one in texts if one.startswith(document.title))


def test_register_has_the_forms_reasons_questions_and_tests() -> None:
    register = load_governance_register()
    assert len(register.of_kind("reason")) == 6
    assert len(register.of_kind("clarity")) == 4
    assert len(register.of_kind("test")) == 4
    assert len(register.of_kind("objection")) >= 7
    models = {one.id: one.model for one in register.forms}
    assert {"contract", "company", "one body"} <= set(models.values())
    assert {"group", "buddying", "management-contract", "merger"} <= set(models)


@pytest.mark.official_files
@pytest.mark.parametrize("name", HELD)
def test_every_quotation_of_an_answer_stands_in_the_document(official: Path, name: str) -> None:
    text, stated = printed(official, name), load_governance(name)
    assert stated is not None
    quoted = [one.quotation for one in (*stated.answers, *stated.shared, *stated.changes)]
    assert [one for one in quoted if one and one not in text] == []


@pytest.mark.official_files
@pytest.mark.parametrize("name", HELD)
def test_what_is_not_found_has_none_of_its_words_in_the_document(official: Path, name: str) -> None:
    text, stated = printed(official, name).lower(), load_governance(name)
    assert stated is not None
    found = {(one.question, one.part) for one in stated.answers}
    overlooked = [
        (question, part.id, word)
        for _, question, part in load_governance_register().asked()
        if (question, part.id) not in found
        for word in part.words
        if re.search(rf"\b{re.escape(word.lower())}\b", text)
    ]
    assert not overlooked


def runs(text: str) -> set[str]:
    words = re.findall(r"[\w'-]+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return {" ".join(words[at : at + LONGEST_RUN]) for at in range(len(words) - LONGEST_RUN + 1)}


@pytest.mark.official_files
@pytest.mark.parametrize("name", HELD)
def test_no_sentence_of_the_document_is_copied_into_what_we_say_of_it(
    official: Path, name: str
) -> None:
    copied, stated = runs(printed(official, name)), load_governance(name)
    assert stated is not None
    ours = [one.what for one in (*stated.answers, *stated.shared, *stated.changes)]
    ours += [one.title for one in (*stated.principles, *stated.interventions)]
    assert [one for one in ours if runs(one) & copied] == []


@cache
def register() -> str:
    path = Path(__file__).parents[2] / "data" / "registers" / "governance.yaml"
    return json.dumps(YAML(typ="safe").load(path.read_text("utf-8")))


def broken(**change: Any) -> dict[str, Any]:
    return dict(json.loads(register())) | change


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"features": []}, "feature"),
        ({"references": []}, "reference"),
        ({"kinds": []}, "kind"),
        ({"traits": [{"id": "near", "title": "t"}] * 2}, "once"),
    ],
)
def test_register_refuses_what_it_does_not_have(change: dict[str, Any], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        GovernanceRegister.model_validate(broken(**change))


def test_form_shares_a_feature_always_or_at_times_not_both() -> None:
    forms = broken()["forms"]
    forms[0] = forms[0] | {"may": forms[0]["always"]}
    with pytest.raises(ValidationError, match="once"):
        GovernanceRegister.model_validate(broken(forms=forms))


THEMES = """
themes:
  - {id: A, title: A, areas: [{id: a1, title: Stays, short_title: Stays}]}
"""


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    """A case with one area and no records of its governance."""
    found = tmp_path / "cases" / "two-rivers"
    found.mkdir(parents=True)
    (tmp_path / "registers").symlink_to(root / "data" / "registers", target_is_directory=True)
    (found / "case.yaml").write_text(CASE + THEMES, encoding="utf-8")
    return found


def test_case_without_the_file_has_no_records(folder: Path) -> None:
    assert load_governance("two-rivers", folder.parents[1]) is None
    (folder / "governance.yaml").write_text(SHORT, encoding="utf-8")
    found = load_governance("two-rivers", folder.parents[1])
    assert found is not None and found.answers[0].state == "said"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("question: talent", "question: talents", "talents"),
        ("part: given", "part: giving", "talent, giving"),
        ("place: p}", "place: p, about: a1}", "'a1'"),
        ("area: a1", "area: z9", "'z9'"),
        ("[saves]", "[saved]", "'saved'"),
        ("what: w", f"quotation: {'word ' * 26}, what: w", "25 words"),
        ("question: talent, part: given", "question: to-themselves, part: sized", "sized"),
    ],
)
def test_case_refuses_what_the_register_does_not_have(
    folder: Path, old: str, new: str, found: str
) -> None:
    (folder / "governance.yaml").write_text(SHORT.replace(old, new), encoding="utf-8")
    with pytest.raises(RecordError, match=re.escape(found)):
        load_governance("two-rivers", folder.parents[1])
