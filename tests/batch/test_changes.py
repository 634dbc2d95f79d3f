"""What moved between two runs, by how much, and because of which input."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from throwaway import FINDINGS, STAND_IN, Project
from typer.testing import CliRunner

from caseanalysis.batch import build, history
from caseanalysis.batch.changes import NOTHING, beyond, compare, summary
from caseanalysis.cli import app
from caseanalysis.errors import BuildError


def _report() -> dict[str, Any]:
    return {
        "title": "Beds",
        "parameters": {},
        "inputs": {"parameter:seed": "0", "file:data/registers/beds.csv": "aa", "store:beds": "bb"},
        "answer": "2,050 beds.",
        "findings": {
            "a1-001": {"statement": "Beds grow", "recomputed": 17.0, "verdict": "reproduced"},
        },
        "tables": {
            "figure figure-1": {
                "title": "Beds by trust",
                "names": ["trust", "beds"],
                "columns": ["Trust", "Beds"],
                "rows": [["Upper Town", 1200.0], ["Lower Town", 850.0]],
            }
        },
    }


def _run(**reports: dict[str, Any]) -> dict[str, Any]:
    return {"case": "three-towns", "version": "1", "time": "then", "reports": reports}


@pytest.fixture
def two() -> tuple[dict[str, Any], dict[str, Any]]:
    """Two runs that are alike."""
    run = _run(a1=_report())
    return run, copy.deepcopy(run)


def test_runs_that_are_alike_differ_in_nothing(two: tuple[Any, Any]) -> None:
    assert compare(*two) == []
    assert summary([]) == ("No finding, verdict or figure moved since the build before.",)


def test_value_that_moved_is_told_with_its_share_and_its_cause(two: tuple[Any, Any]) -> None:
    before, after = two
    after["reports"]["a1"]["findings"]["a1-001"]["recomputed"] = 20.0
    after["reports"]["a1"]["inputs"]["file:data/registers/beds.csv"] = "changed"
    (change,) = compare(before, after)
    assert (change.kind, change.before, change.after) == ("value", "17", "20")
    assert change.size == pytest.approx(3 / 20)
    assert change.because == ("data/registers/beds.csv",)


def test_verdict_is_beyond_every_tolerance_and_a_value_beyond_its_share(
    two: tuple[Any, Any],
) -> None:
    before, after = two
    after["reports"]["a1"]["findings"]["a1-001"] |= {"recomputed": 16.0, "verdict": "differs"}
    changes = compare(before, after)
    assert [change.kind for change in beyond(changes, 0.01)] == ["verdict", "value"]
    # One seventeenth, a little under six in a hundred.
    assert [change.kind for change in beyond(changes, 0.06)] == ["verdict"]


def test_of_a_figure_the_cell_that_moved_most_is_told(two: tuple[Any, Any]) -> None:
    before, after = two
    rows = after["reports"]["a1"]["tables"]["figure figure-1"]["rows"]
    rows[0][1], rows[1][1] = 1212.0, 425.0
    (change,) = compare(before, after)
    assert (change.kind, change.what) == ("figure", "Beds by trust")
    assert (change.before, change.after) == ("Beds 850 (and 1 more)", "425")
    assert change.size == pytest.approx(0.5)


def test_figure_of_other_rows_has_no_size(two: tuple[Any, Any]) -> None:
    before, after = two
    after["reports"]["a1"]["tables"]["figure figure-1"]["rows"].pop()
    (change,) = compare(before, after)
    assert (change.before, change.after, change.size) == ("2 rows of 2", "1 rows of 2", None)


def test_claims_and_reports_that_come_and_go_are_told(two: tuple[Any, Any]) -> None:
    before, after = two
    del after["reports"]["a1"]["findings"]["a1-001"]
    after["reports"]["a2"] = _report()
    assert [(change.area, change.kind) for change in compare(before, after)] == [
        ("a1", "claim"),
        ("a2", "report"),
    ]


def test_change_without_a_changed_input_says_so(two: tuple[Any, Any]) -> None:
    before, after = two
    after["reports"]["a1"]["answer"] = "2,051 beds."
    (change,) = compare(before, after)
    assert change.because == (NOTHING,)


def test_causes_are_told_in_words(two: tuple[Any, Any]) -> None:
    before, after = two
    after["reports"]["a1"]["answer"] = "2,051 beds."
    after["reports"]["a1"]["inputs"] |= {"parameter:seed": "1", "store:beds": "cc"}
    after["reports"]["a1"]["inputs"]["code:caseanalysis.methods.rates"] = "new"
    (change,) = compare(before, after)
    assert change.because == (
        "the parameter seed, from 0 to 1",
        "the table beds of the data store",
        "the code caseanalysis.methods.rates",
    )


def test_only_the_latest_runs_are_kept(tmp_path: Path) -> None:
    numbers = [history.write_run(tmp_path, _run()) for _ in range(history.MOST + 3)]
    assert numbers[-1] == history.MOST + 3
    assert history.numbers(tmp_path) == numbers[3:]


def test_run_that_is_not_kept_is_refused(tmp_path: Path) -> None:
    history.write_run(tmp_path, _run())
    with pytest.raises(BuildError, match="one of the runs kept: 1"):
        history.find_runs(["4"], tmp_path)
    with pytest.raises(BuildError, match="two runs to compare"):
        history.find_runs([], tmp_path)


@pytest.mark.parametrize("place", [0, 10, 15, -6])
def test_damaged_record_of_a_run_is_named(tmp_path: Path, place: int) -> None:
    for _ in range(2):
        history.write_run(tmp_path, _run(a1=_report()))
    path = tmp_path / ".history" / "0001.json.gz"
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(BuildError, match="remove the file") as refused:
        history.find_runs([], tmp_path)
    assert refused.value.where == str(path)
    path.unlink()
    assert history.numbers(tmp_path) == [2]


def test_command_tells_what_moved_and_ends_with_its_own_code(project: Project) -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(app, [*arguments, "--out", str(project.reports)])

    project.add("a1", "# Beds", STAND_IN, FINDINGS, "study.sources()")
    build(case="three-towns", out=project.reports)
    assert "changes.html" not in project.published()
    project.add("a1", "# Beds", STAND_IN, FINDINGS.replace("17.23", "17.3"), "study.sources()")
    built = run("build", "--case", "three-towns", "--tolerance", "0.01")
    assert built.exit_code == 0
    page = project.published()["changes.html"].decode()
    assert "17.23" in page
    assert "notebooks/a1.ipynb" in page
    assert "changes.html" in project.published()["index.html"].decode()
    # 0.07 of 17.3 is four thousandths.
    assert run("diff", "--tolerance", "0.01").exit_code == 0
    assert run("diff", "--tolerance", "0.001").exit_code == 11
