"""A build in which notebooks fail, each in its own way, after one that went well."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from throwaway import DRAW, FIGURE, STAND_IN, Project

from caseanalysis.batch import Limits, build
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
    project.add("b7", "import os\nos._exit(3)")
    project.add("b6", "from caseanalysis.formatting import format_value\nformat_value(1, 'x')")
    done: list[str] = []
    with pytest.raises(BuildError) as caught:
        build(case="three-towns", out=project.reports, on_progress=done.append)
    return Failed(caught.value, done, before, project.published())


def test_notebook_cell_and_first_line_are_named(failed: Failed) -> None:
    assert failed.error.where == "notebooks/b1.ipynb, cell 4 (`# a remark`)"
    assert failed.error.found.startswith("ZeroDivisionError: division by zero; also ")


def test_the_other_notebooks_run_to_their_end(failed: Failed) -> None:
    assert sorted(failed.done) == ["a1", "b1", "b2", "b3", "b4", "b5", "b6", "b7"]


def test_reports_that_went_well_stay_byte_for_byte(failed: Failed) -> None:
    assert failed.after["a1.html"] == failed.before["a1.html"]
    assert not [name for name in failed.after if name.startswith("b") and name != "board.html"]


def test_the_index_shows_what_failed(failed: Failed) -> None:
    index = failed.after["index.html"].decode()
    assert "ZeroDivisionError: division by zero" in index
    assert "ZeroDivisionError" not in failed.before["index.html"].decode()


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
    killed = "notebooks/b3.ipynb: that its Python process ended (short of memory, or killed)"
    assert killed in failed.error.found
    assert "notebooks/b7.ipynb: that its Python process ended (exit code 3)" in failed.error.found


def test_a_picture_without_a_description_is_refused(failed: Failed) -> None:
    assert "a picture without a description" in failed.error.found


def test_a_figure_without_its_sources_is_refused(failed: Failed) -> None:
    assert "from 'beds' without its source" in failed.error.found


def test_last_good_report_is_kept_and_said_to_be_so(project: Project) -> None:
    project.add("a1", "# Fine", "print('good')")
    project.add("a2", "# Fine too", "1 + 1")
    build(case="three-towns", out=project.reports)
    before = project.published()
    project.add("a1", "# Fine", "1 / 0")
    with pytest.raises(BuildError, match="ZeroDivisionError"):
        build(case="three-towns", out=project.reports)
    after = project.published()
    assert after["a1.html"] == before["a1.html"]
    assert "ZeroDivisionError" in after["index.html"].decode()
    project.add("a1", "# Fine", "print('good')")
    build(case="three-towns", out=project.reports)
    assert "ZeroDivisionError" not in project.published()["index.html"].decode()


def test_nothing_is_published_where_no_notebook_ran_well(project: Project) -> None:
    project.add("a1", "1 / 0")
    with pytest.raises(BuildError, match="ZeroDivisionError"):
        build(case="three-towns", out=project.reports)
    assert not project.reports.exists()


@pytest.mark.parametrize(
    ("cell", "limits", "said"),
    [
        ("while True: pass", Limits(seconds=3), "more than 3 seconds"),
        ("held = b'x' * 10**9\nimport time\ntime.sleep(60)", Limits(megabytes=800), "800 MB"),
    ],
)
def test_a_notebook_that_takes_too_much_is_ended(
    project: Project, cell: str, limits: Limits, said: str
) -> None:
    project.add("a1", cell)
    with pytest.raises(BuildError, match=said):
        build(case="three-towns", out=project.reports, limits=limits)
