"""A build in which notebooks fail, each in its own way, after one that went well."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from throwaway import DRAW, FIGURE, STAND_IN, Project

from caseanalysis.batch import build
from caseanalysis.errors import BuildError


@dataclass
class Failed:
    """What is known after the failed build."""

    error: BuildError
    done: list[str]
    before: dict[str, bytes]
    after: dict[str, bytes]


@pytest.fixture(scope="module")
def failed(shared_project: Project) -> Failed:
    project = shared_project
    project.add("a1", "# Fine", "1 + 1")
    build(case="three-towns", out=project.reports)
    before = project.published()
    project.add("b1", "# Broken", "x = 1", "\n# a remark\ny = x / 0")
    project.add("b2", "from caseanalysis.case import load_case\nload_case('three-town')")
    project.add("b3", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    project.add("b4", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    project.add("b5", STAND_IN + DRAW, FIGURE)
    project.add("b6", "from caseanalysis.formatting import format_value\nformat_value(1, 'x')")
    done: list[str] = []
    with pytest.raises(BuildError) as caught:
        build(case="three-towns", out=project.reports, on_progress=done.append)
    return Failed(caught.value, done, before, project.published())


def test_notebook_cell_and_first_line_are_named(failed: Failed) -> None:
    assert failed.error.where == "notebooks/b1.ipynb, cell 4 (`# a remark`)"
    assert failed.error.found.startswith("ZeroDivisionError: division by zero; also ")


def test_the_other_notebooks_run_to_their_end(failed: Failed) -> None:
    assert sorted(failed.done) == ["a1", "b1", "b2", "b3", "b4", "b5", "b6"]


def test_reports_published_before_stay_byte_for_byte(failed: Failed) -> None:
    assert sorted(failed.before) == [
        *("a1.html", "findings.csv", "index.html"),
        *("ledger.csv", "ledger.html", "manifest.json"),
    ]
    assert failed.after == failed.before


def test_a_users_error_is_told_without_the_name_of_its_class(failed: Failed) -> None:
    assert "notebooks/b2.ipynb, cell 2 (`from caseanalysis.case import load_case`): " in str(
        failed.error
    )
    assert "did you mean 'three-towns'?" in failed.error.found
    assert "RecordError" not in failed.error.found


def test_an_unexpected_error_is_told_with_its_place_in_the_module(failed: Failed) -> None:
    assert "ValueError: no style 'x'" in failed.error.found
    assert "(caseanalysis/formatting.py, line " in failed.error.found


def test_a_process_that_dies_is_told(failed: Failed) -> None:
    assert "notebooks/b3.ipynb: that its Python process ended" in failed.error.found


def test_a_picture_without_a_description_is_refused(failed: Failed) -> None:
    assert "a picture without a description" in failed.error.found


def test_a_figure_without_its_sources_is_refused(failed: Failed) -> None:
    assert "from 'beds' without its source" in failed.error.found
