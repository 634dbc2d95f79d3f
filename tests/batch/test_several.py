"""Several cases by one command: each published by itself, and a page that leads to all."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from throwaway import Project

from caseanalysis.cli import main

FAILS = "if case == 'two-towns': raise ValueError('no data of the second')\nprint(case)"


def _second_case(project: Project) -> None:
    folder = project.root / "data" / "cases"
    (folder / "two-towns").mkdir()
    text = (folder / "three-towns" / "case.yaml").read_text(encoding="utf-8")
    text = text.replace("name: three-towns", "name: two-towns", 1).replace("Three Towns <", "Two <")
    (folder / "two-towns" / "case.yaml").write_text(text, encoding="utf-8")


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["caseanalysis", *arguments])
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _ran(capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"]
    events: dict[str, list[str]] = {}
    for one in told:
        path = Path(str(one.get("path", one.get("out", ""))))
        events.setdefault(one["event"], []).append(f"{path.parent.name}/{path.name}")
    return events


def test_cases_are_built_side_by_side_and_one_that_fails_stops_no_other(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.add("a1", "# One", "print(case)")
    _second_case(project)
    command = ("--log-json", "build", "--all-cases", "--out", str(project.reports))
    assert _run(monkeypatch, *command) == 0
    assert _ran(capsys)["report built"] == ["three-towns/a1.html", "two-towns/a1.html"]
    page = (project.reports / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<h2><a href="(.*?)">(.*?)</a>', page) == [
        ("three-towns/index.html", "Three Towns &lt;hospitals&gt; group"),
        ("two-towns/index.html", "Two &lt;hospitals&gt; group"),
    ]
    before = project.published()

    # Nothing has changed: nothing is written, and each case is told by the state of files.
    assert _run(monkeypatch, *command) == 0
    assert "report built" not in _ran(capsys)
    assert project.published() == before

    # The second case fails now: its last good report stands, and the page tells why.
    project.add("a1", "# One", FAILS)
    assert _run(monkeypatch, *command) == 8
    assert _ran(capsys)["report built"] == ["three-towns/a1.html"]
    after = project.published()
    assert after["two-towns/a1.html"] == before["two-towns/a1.html"]
    assert after["three-towns/a1.html"] != before["three-towns/a1.html"]
    assert "no data of the second" in after["index.html"].decode()


def test_several_cases_are_not_built_over_the_reports_of_one(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.reports.mkdir()
    (project.reports / "manifest.json").write_text("{}")
    command = ("build", "--case", "three-towns", "--case", "two-towns")
    assert _run(monkeypatch, *command, "--out", str(project.reports)) == 8
    assert "--out" in capsys.readouterr().err
    assert _run(monkeypatch, *command, "--all-cases") == 2


def test_a_case_that_is_not_there_is_told_and_the_others_are_built(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project.add("a1", "# One")
    command = ("build", "--case", "no-towns", "--case", "three-towns")
    assert _run(monkeypatch, *command, "--out", str(project.reports)) != 0
    assert "no-towns" in capsys.readouterr().err
    page = project.published()["index.html"].decode()
    assert "three-towns/index.html" in page
    assert "no-towns" in page
