"""Builds of small notebooks, run for real."""

from __future__ import annotations

import csv
import json

import pytest
from throwaway import DRAW, FIGURE, FINDINGS, STAND_IN, Project

from caseanalysis.batch import build
from caseanalysis.errors import BuildError, ParameterError

CASE = "three-towns"


def whole_notebook(project: Project, area: str) -> None:
    headline = 'study.headline("How many beds?", "{beds:integer} beds.", beds=2050)'
    project.add(
        area,
        "# Beds & <em>trusts</em>",
        STAND_IN + DRAW,
        "## What there is\n\n<script>alert(1)</script>",
        headline,
        FIGURE,
        "## Findings",
        FINDINGS,
        "study.sources()",
    )


def test_a_clean_run_becomes_a_report_an_index_and_a_list_of_findings(project: Project) -> None:
    whole_notebook(project, "a1")
    done: list[str] = []
    result = build(case=CASE, out=project.reports, on_progress=done.append)

    assert done == ["a1"]
    assert [report.path.name for report in result.reports] == ["a1.html"]
    page = (project.reports / "a1.html").read_text()
    assert "<h1>Beds &amp; &lt;em&gt;trusts&lt;/em&gt;</h1>" in page
    assert page.index("2,050 beds.") < page.index("What there is")  # the answer comes first
    assert "<script" not in page
    assert "Upper &lt;b&gt;Town&lt;/b&gt;" in page
    index = result.index.read_text()
    assert 'href="a1.html"' in index
    assert "2,050 beds." in index
    assert index.count("No notebook yet") == 1
    with result.findings.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["claim_id"], row["recomputed"], row["verdict"]) for row in rows] == [
        ("a1-001", "17.23", "reproduced"),
        ("a1-002", "9.0", "differs"),
    ]


def test_the_same_inputs_give_the_same_bytes(project: Project) -> None:
    whole_notebook(project, "a1")
    build(case=CASE, out=project.reports)
    first = project.published()
    build(case=CASE, out=project.reports)
    assert project.published() == first


def test_a_failed_notebook_is_named_and_leaves_the_reports_as_they_were(project: Project) -> None:
    project.add("a1", "# Fine", "1 + 1")
    build(case=CASE, out=project.reports)
    before = project.published()

    project.add("a2", "# Broken", "x = 1", "\n# a remark\ny = x / 0")
    done: list[str] = []
    with pytest.raises(BuildError) as caught:
        build(case=CASE, out=project.reports, jobs=1, on_progress=done.append)
    assert sorted(done) == ["a1", "a2"]
    assert caught.value.where == "notebooks/a2.ipynb, cell 4 (`# a remark`)"
    assert caught.value.found == "ZeroDivisionError: division by zero"
    assert project.published() == before


def test_a_users_error_is_told_in_its_own_words(project: Project) -> None:
    cell = "from caseanalysis.case import load_case\nload_case('three-town')"
    project.add("a1", cell)
    with pytest.raises(BuildError, match="did you mean 'three-towns'") as caught:
        build(case=CASE, out=project.reports)
    assert "RecordError" not in caught.value.found
    assert not project.reports.exists()


def test_every_failed_notebook_is_named(project: Project) -> None:
    project.add("a1", "raise ValueError('one')")
    project.add("a2", "raise ValueError('two')")
    with pytest.raises(BuildError) as caught:
        build(case=CASE, out=project.reports)
    assert "ValueError: one" in caught.value.found
    assert "also notebooks/a2.ipynb, cell 2 (`raise ValueError('two')`)" in caught.value.found


def test_a_process_that_dies_is_a_failure_told(project: Project) -> None:
    project.add("a1", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(BuildError, match="its Python process ended"):
        build(case=CASE, out=project.reports)


def test_a_misspelt_parameter_is_refused_before_anything_runs(project: Project) -> None:
    mark = project.root / "it-ran"
    cell = f"open({str(mark)!r}, 'w').close()"
    project.add("a1", cell, parameters='case = "three-towns"\nseed = 0')
    with pytest.raises(ParameterError, match="did you mean 'seed'"):
        build(case=CASE, out=project.reports, parameters={"sead": 1})
    assert not mark.exists()


def test_a_parameter_reaches_only_the_notebooks_that_declare_it(project: Project) -> None:
    show = 'print("seed is", globals().get("seed"))'
    project.add("a1", show, parameters='case = "three-towns"\nseed = 0')
    project.add("a2", show)
    build(case=CASE, out=project.reports, parameters={"seed": 7})
    assert "seed is 7" in (project.reports / "a1.html").read_text()
    assert "seed is None" in (project.reports / "a2.html").read_text()


def test_building_one_area_keeps_the_other_reports(project: Project) -> None:
    project.add("a1", "# One", "print('first')")
    project.add("a2", "# Two", "print('first')")
    build(case=CASE, out=project.reports)
    before = project.published()
    project.add("a1", "# One", "print('second')")
    build(["a1"], case=CASE, out=project.reports)
    after = project.published()
    assert b"second" in after["a1.html"]
    assert after["a2.html"] == before["a2.html"]
    assert after["index.html"] == before["index.html"]


def test_an_area_without_a_notebook_is_refused_with_the_nearest(project: Project) -> None:
    project.add("context", "1")
    with pytest.raises(ParameterError, match="did you mean 'context'"):
        build(["contxt"], case=CASE, out=project.reports)


def test_a_picture_without_a_description_is_refused(project: Project) -> None:
    project.add("a1", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    with pytest.raises(BuildError, match="picture without a description"):
        build(case=CASE, out=project.reports)


def test_a_figure_without_its_sources_is_refused(project: Project) -> None:
    project.add("a1", STAND_IN + DRAW, FIGURE)
    with pytest.raises(BuildError, match="without its source"):
        build(case=CASE, out=project.reports)


def test_evidence_that_is_missing_becomes_a_panel_and_a_note_on_the_index(
    project: Project,
) -> None:
    project.add(
        "a1",
        "from caseanalysis.notebook import open_study\nstudy = open_study(case=case)",
        'people = study.evidence("population")',
        DRAW + 'study.figure(plot_beds, people, number=1, title="Residents", '
        'describe=describe_beds, columns={"age": "Age"}, evidence="population")',
        "study.sources()",
    )
    build(case=CASE, out=project.reports)
    page = (project.reports / "a1.html").read_text()
    assert "Not shown: the figure “Figure 1. Residents”" in page
    assert "<img" not in page
    assert "Not shown for want of data" in (project.reports / "index.html").read_text()
    manifest = json.loads((project.reports / "manifest.json").read_text())
    assert manifest["reports"]["a1"]["missing"] == ["the figure “Figure 1. Residents”"]
