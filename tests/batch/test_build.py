"""Builds that go well, and those refused before anything runs."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass

import pytest
from throwaway import DRAW, FIGURE, FINDINGS, STAND_IN, Project

from caseanalysis.batch import BuildResult, build, count
from caseanalysis.errors import BuildError, ParameterError

CASE = "three-towns"


@dataclass
class Built:
    """Three builds one after another: everything, the same again, one area changed."""

    result: BuildResult
    done: list[str]
    first: dict[str, bytes]
    again: dict[str, bytes]
    changed: dict[str, bytes]

    def text(self, name: str) -> str:
        return self.first[name].decode()


@pytest.fixture(scope="module")
def built(shared_project: Project) -> Built:
    project = shared_project
    _write_notebooks(project)
    done: list[str] = []
    result = build(case=CASE, out=project.reports, parameters={"seed": 7}, on_progress=done.append)
    first = project.published()
    shutil.rmtree(project.reports)
    build(case=CASE, out=project.reports, parameters={"seed": 7}, jobs=1, fresh=True)
    again = project.published()
    project.add("a2", "print('changed')")
    build(["a2"], case=CASE, out=project.reports)
    return Built(result, done, first, again, project.published())


def _write_notebooks(project: Project) -> None:
    headline = (
        'study.headline("How many beds?", "{beds:integer} beds.", beds=2050)\n'
        'study.key_numbers({"Beds of all trusts": (2050, "integer")})'
    )
    project.add(
        "a1",
        "# Beds & <em>trusts</em>",
        STAND_IN + DRAW,
        "## What there is\n\n<script>alert(1)</script>",
        headline,
        FIGURE,
        "## Findings",
        FINDINGS,
        "study.sources()",
        "import warnings\nwarnings.warn('mind this', stacklevel=1)",
    )
    project.add("a2", "print('seed is', seed, flush=True)", parameters=f'case = "{CASE}"\nseed = 0')
    project.add(
        "context",
        "from caseanalysis.notebook import open_study\nstudy = open_study(case=case)",
        'people = study.evidence("population")',
        DRAW + 'study.figure(plot_beds, people, number=1, title="Residents", '
        'describe=describe_beds, columns={"age": "Age"}, evidence="population")',
        "study.sources()",
    )


def test_a_build_tells_what_it_made(built: Built) -> None:
    assert sorted(built.done) == ["a1", "a2", "context"]
    assert [report.path.name for report in built.result.reports] == [
        "a1.html",
        "a2.html",
        "context.html",
    ]
    assert built.result.reports[0].title == "Beds & <em>trusts</em>"
    assert 0 < built.result.reports[0].seconds <= built.result.seconds


def test_the_report_begins_with_its_title_and_answer(built: Built) -> None:
    page = built.text("a1.html")
    assert page.count("<h1") == 1
    assert "<h1>Beds &amp; &lt;em&gt;trusts&lt;/em&gt;</h1>" in page
    assert page.index("2,050 beds.") < page.index(">What there is</a>")
    assert page.index("Beds of all trusts") < page.index(">What there is</a>")


def test_markup_in_data_and_prose_is_shown_as_text(built: Built) -> None:
    page = built.text("a1.html")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Upper &lt;b&gt;Town&lt;/b&gt;" in page
    assert "Three Towns &lt;hospitals&gt; group" in built.text("index.html")


def test_code_is_folded_away_but_there(built: Built) -> None:
    page = built.text("a1.html")
    assert page.count('<details class="code" open>') >= 7
    assert "how many beds" not in page.lower().split("<main")[0]


def test_a_warning_is_shown_without_the_number_of_its_process(built: Built) -> None:
    page = built.text("a1.html")
    assert "UserWarning: mind this" in page
    assert "ipykernel_" not in page


def test_the_index_links_reports_and_names_areas_without_one(built: Built) -> None:
    index = built.text("index.html")
    for name in ("a1.html", "a2.html", "context.html", "findings.csv"):
        assert f'href="{name}"' in index
    assert "2,050 beds." in index
    assert "2 statements of the case; 2 of them could be set beside" in index


def test_findings_lead_to_their_claims_in_the_ledger(built: Built) -> None:
    assert '<a href="ledger.html#a1-001">a1-001</a>' in built.text("a1.html")


def test_findings_are_listed_with_their_exact_numbers(built: Built) -> None:
    rows = list(csv.DictReader(io.StringIO(built.first["findings.csv"].decode("utf-8-sig"))))
    assert [(row["claim_id"], row["recomputed"], row["verdict"]) for row in rows] == [
        ("a1-001", "17.23", "reproduced"),
        ("a1-002", "9.0", "differs"),
    ]


def test_a_parameter_reaches_the_notebooks_that_declare_it(built: Built) -> None:
    assert "seed is 7" in built.text("a2.html")
    assert "seed" not in built.text("a1.html")


def test_missing_evidence_becomes_a_panel_and_is_told_on_the_index(built: Built) -> None:
    page = built.text("context.html")
    assert "Not shown: the figure “Figure 1. Residents”" in page
    assert "<img" not in page
    assert "Not shown for want of data" in built.text("index.html")
    facts = json.loads(built.first["facts/context.json"])
    assert facts["missing"] == ["the figure “Figure 1. Residents”"]
    assert [panel["what"] for panel in facts["panels"]] == facts["missing"]
    assert all(panel["needs"] and panel["where"] for panel in facts["panels"])


def test_the_same_inputs_give_the_same_bytes(built: Built) -> None:
    assert built.again == built.first


def test_building_one_area_keeps_the_other_reports(built: Built) -> None:
    assert b"changed" in built.changed["a2.html"]
    for name in ("a1.html", "context.html", "findings.csv"):
        assert built.changed[name] == built.first[name]


def test_a_misspelt_parameter_is_refused_before_anything_runs(project: Project) -> None:
    mark = project.root / "it-ran"
    cell = f"open({str(mark)!r}, 'w').close()"
    project.add("a1", cell, parameters=f'case = "{CASE}"\nseed = 0')
    with pytest.raises(ParameterError, match="did you mean 'seed'"):
        build(case=CASE, out=project.reports, parameters={"sead": 1})
    assert not mark.exists()


def test_a_notebook_without_a_case_is_refused(project: Project) -> None:
    project.add("a1", "1", parameters="seed = 0")
    with pytest.raises(ParameterError, match=r"no parameter 'case' in notebooks/a1\.ipynb"):
        build(case=CASE, out=project.reports)


def test_an_area_without_a_notebook_is_refused_with_the_nearest(project: Project) -> None:
    project.add("context", "1")
    with pytest.raises(ParameterError, match="did you mean 'context'"):
        build(["contxt"], case=CASE, out=project.reports)


def test_a_notebook_cannot_take_the_place_of_the_index(project: Project) -> None:
    project.add("index", "1")
    with pytest.raises(ParameterError, match="cannot name a page"):
        count()


def test_notebooks_are_counted(project: Project) -> None:
    project.add("a1", "1")
    project.add("a2", "1")
    assert (count(), count(["a2"])) == (2, 1)


def test_a_project_without_notebooks_is_refused(project: Project) -> None:
    with pytest.raises(BuildError, match="found no notebook"):
        build(case=CASE, out=project.reports)
