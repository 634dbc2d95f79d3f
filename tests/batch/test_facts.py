"""What a folder of reports tells machines, and which reports are carried over."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from handmade import finding, page, table, written

from caseanalysis.batch.facts import read_facts
from caseanalysis.errors import BuildError

pytestmark = pytest.mark.usefixtures("project")


def _manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_facts_are_read_back_as_they_were_in_the_order_of_the_reports(tmp_path: Path) -> None:
    late = page("a1", order=20, findings=[finding()], tables=[table()])
    folder = written(tmp_path / "new", late, page("context", order=0))
    facts = read_facts(folder)
    assert list(facts) == ["context", "a1"]
    assert facts["a1"]["tables"] == [table()]
    assert facts["a1"]["findings"] == [finding()]
    assert (facts["a1"]["title"], facts["a1"]["order"]) == ("Report a1", 20)


def test_manifest_is_a_summary_with_the_hash_of_each_page(tmp_path: Path) -> None:
    folder = written(tmp_path / "new", page("a1", tables=[table()]))
    manifest = _manifest(folder)
    assert set(manifest) == {"case", "title", "version", "reports"}
    assert manifest["case"] == "three-towns"
    digest = hashlib.sha256((folder / "a1.html").read_bytes()).hexdigest()
    assert manifest["reports"]["a1"] == {
        "title": "Report a1",
        "order": 10,
        "parameters": {"case": "three-towns"},
        "sha256": digest,
    }


def test_same_reports_give_the_same_bytes(tmp_path: Path) -> None:
    made = [
        written(tmp_path / name, page("a1", findings=[finding()], tables=[table()]))
        for name in ("one", "two")
    ]
    first, second = (
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in made
    )
    assert first == second
    assert {"facts/a1.json", "index.html", "three-towns-reports.zip", "three-towns-tables.xlsx"} < (
        set(first)
    )


def test_no_text_of_a_finding_acts_as_a_formula(tmp_path: Path) -> None:
    told = finding(statement="=1+1", reason="-1", recomputed=-2.5)
    folder = written(tmp_path / "new", page("a1", findings=[told]))
    text = (folder / "findings.csv").read_text(encoding="utf-8-sig")
    assert ",'=1+1," in text
    assert ",-2.5,,,reproduced,'-1," in text


def test_a_failed_report_stays_as_it_was_and_others_of_before_go(tmp_path: Path) -> None:
    old = written(tmp_path / "old", page("a1", tables=[table()]), page("a2"), page("context"))
    new = written(tmp_path / "new", page("context"), old=old, failures={"a1": "KeyError: 'x'"})
    assert list(read_facts(new)) == ["a1", "context"]
    assert (new / "a1.html").read_bytes() == (old / "a1.html").read_bytes()
    assert (new / "facts/a1.json").read_bytes() == (old / "facts/a1.json").read_bytes()
    assert _manifest(new)["failures"] == {"a1": "KeyError: 'x'"}


def test_a_failure_is_remembered_until_its_report_is_made(tmp_path: Path) -> None:
    old = written(tmp_path / "old", page("a1"))
    failed = written(tmp_path / "failed", page("a2"), old=old, failures={"a1": "KeyError: 'x'"})
    later = written(tmp_path / "later", page("a2"), old=failed, keep_others=True)
    assert "KeyError: &#39;x&#39;" in (later / "index.html").read_text(encoding="utf-8")
    mended = written(tmp_path / "mended", page("a1"), old=later, keep_others=True)
    assert "failures" not in _manifest(mended)


def test_a_failed_area_without_an_earlier_report_has_none(tmp_path: Path) -> None:
    new = written(tmp_path / "new", page("a2"), failures={"a1": "KeyError: 'x'"})
    assert not (new / "a1.html").exists()
    assert list(read_facts(new)) == ["a2"]


def test_reports_of_another_case_are_not_put_beside_these(tmp_path: Path) -> None:
    old = written(tmp_path / "old", page("a1"))
    manifest = {**_manifest(old), "case": "two-towns"}
    (old / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BuildError, match="reports of the case 'two-towns'"):
        written(tmp_path / "new", page("a2"), old=old, keep_others=True)
    alone = written(tmp_path / "alone", page("a2"), old=old, failures={"a1": "KeyError"})
    assert list(read_facts(alone)) == ["a2"]


def test_facts_that_are_gone_are_named(tmp_path: Path) -> None:
    old = written(tmp_path / "old", page("a1"))
    (old / "facts" / "a1.json").unlink()
    with pytest.raises(BuildError, match=r"a1\.json.*no file"):
        read_facts(old)


@pytest.mark.parametrize("file", ["manifest.json", "facts/a1.json"])
@pytest.mark.parametrize("content", ['{"case": "thr', "[]", "\x00"])
def test_what_no_build_wrote_is_named_with_the_remedy(
    tmp_path: Path, file: str, content: str
) -> None:
    folder = written(tmp_path / "new", page("a1"))
    (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(BuildError, match="remove the folder of reports") as refused:
        read_facts(folder)
    assert refused.value.where == str(folder / file)


def test_a_folder_without_reports_has_no_facts(tmp_path: Path) -> None:
    assert read_facts(tmp_path) == {}
