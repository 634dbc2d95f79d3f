"""A new area from the template: it builds as it is, and refuses what it cannot be."""

from __future__ import annotations

import json

import pytest
from throwaway import Project

from caseanalysis.batch import build
from caseanalysis.batch.discover import find_notebooks
from caseanalysis.cli import main
from caseanalysis.errors import ParameterError
from caseanalysis.parameters import read_declared


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["caseanalysis", *arguments])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def new(monkeypatch: pytest.MonkeyPatch, area: str, title: str = "A title") -> int:
    return run(monkeypatch, "area", "new", area, "--title", title, "--case", "three-towns")


def test_new_area_builds_as_it_is_and_says_what_is_missing(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new(monkeypatch, "mental-health", 'Minds & "souls"') == 0
    said = " ".join(capsys.readouterr().out.split())
    for word in ("mental-health.ipynb written", "build mental-health", "case.yaml", "claims.csv"):
        assert word in said
    path = project.root / "notebooks" / "mental-health.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert 8 <= len(cells) <= 12
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert read_declared(path)["case"] == "three-towns"
    result = build(["mental-health"], case="three-towns", out=project.reports, jobs=1)
    assert [report.area for report in result.reports] == ["mental-health"]
    page = (project.reports / "mental-health.html").read_text(encoding="utf-8")
    assert "Minds &amp; &#34;souls&#34;</h1>" in page or 'Minds &amp; "souls"</h1>' in page
    assert "Not shown: the figure" in page


@pytest.mark.parametrize("area", ["index", "method-x", "Mind", "1a", "a b", "../a", ""])
def test_name_that_is_no_page_of_its_own_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, area: str
) -> None:
    assert new(monkeypatch, area) == 3
    assert not list((project.root / "notebooks").iterdir())


def test_notebook_that_is_there_is_left_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project.add("a1", "print('mine')")
    before = path.read_bytes()
    assert new(monkeypatch, "a1") == 3
    assert path.read_bytes() == before
    assert "edit the notebook that is there" in capsys.readouterr().err


@pytest.mark.parametrize("title", ["", "  ", "two\nlines"])
def test_title_is_one_line(project: Project, monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    assert new(monkeypatch, "d1", title) == 3


def test_case_that_there_is_not_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "area", "new", "d1", "--title", "A", "--case", "no-such") == 4


def test_notebook_that_is_no_report_is_not_built(project: Project) -> None:
    path = project.add("a2", "raise ValueError")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["caseanalysis"] = {"report": False}
    path.write_text(json.dumps(content), encoding="utf-8")
    project.add("a1", "print('a report')")
    assert [one.area for one in find_notebooks()] == ["a1"]
    with pytest.raises(ParameterError, match="a2"):
        find_notebooks(["a2"])
