"""Reports are made anew exactly where what they came from has changed, and never go stale."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from throwaway import Project

from caseanalysis.batch import BuildResult, build
from caseanalysis.batch.code import Code
from caseanalysis.batch.inputs import Inputs

CASE = "three-towns"
READ = (
    "from caseanalysis.locations import data_root\n(data_root() / 'registers/own.csv').read_text()"
)
STUDY = (
    "from caseanalysis.notebook import open_study\nstudy = open_study(case=case)\nstudy.sources()"
)


@pytest.fixture(scope="module")
def settled(shared_project: Project) -> Project:
    """A project that has been built once."""
    project = shared_project
    (project.root / "data" / "registers" / "own.csv").write_text("1")
    _notebooks(project)
    _build(project)
    return project


def _notebooks(project: Project) -> None:
    project.add("a1", "# One", READ)
    project.add("a2", "# Two", "print(seed)", parameters=f'case = "{CASE}"\nseed = 0')
    project.add("context", "# Three", STUDY)


def _build(project: Project, **options: object) -> BuildResult:
    return build(case=CASE, out=project.reports, **options)


def _ran(result: BuildResult) -> set[str]:
    return {report.area for report in result.reports if report.seconds is not None}


def test_nothing_runs_and_nothing_is_written_where_nothing_changed(settled: Project) -> None:
    before = settled.reports.stat().st_ino, settled.published()
    result = _build(settled)
    assert (_ran(result), result.published) == (set(), False)
    assert (settled.reports.stat().st_ino, settled.published()) == before


def _edit_notebook(project: Project) -> None:
    project.add("a2", "# Two", "print(seed + 1)", parameters=f'case = "{CASE}"\nseed = 0')


def _edit_title(project: Project) -> None:
    path = project.root / "notebooks" / "a1.ipynb"
    content = json.loads(path.read_text())
    content["metadata"]["caseanalysis"] = {"order": 3}
    path.write_text(json.dumps(content))


def _edit_own_file(project: Project) -> None:
    (project.root / "data" / "registers" / "own.csv").write_text("2")


def _edit_case(project: Project) -> None:
    path = project.root / "data" / "cases" / CASE / "case.yaml"
    path.write_text(path.read_text().replace("a question", "two questions"))


def _add_claims(project: Project) -> None:
    (project.root / "data" / "cases" / CASE / "remarks.txt").write_text("none yet")


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (_edit_notebook, {"a2"}),
        (_edit_title, {"a1"}),
        (_edit_own_file, {"a1"}),
        # Every page has the case's name, and only one notebook reads the case itself.
        (_edit_case, {"a1", "a2", "context"}),
        (_add_claims, {"a1", "a2", "context"}),
    ],
)
def test_a_change_makes_exactly_the_reports_anew_that_depend_on_it(
    settled: Project, change: Callable[[Project], None], wanted: set[str]
) -> None:
    before = settled.published()
    change(settled)
    result = _build(settled)
    after = settled.published()
    assert _ran(result) == wanted
    assert result.published
    for area in {"a1", "a2", "context"} - wanted:
        assert after[f"{area}.html"] == before[f"{area}.html"]
        assert after[f"facts/{area}.json"] == before[f"facts/{area}.json"]


def test_a_parameter_makes_the_reports_anew_that_declare_it(settled: Project) -> None:
    assert _ran(_build(settled, parameters={"seed": 5})) == {"a2"}
    assert b"5" in settled.published()["a2.html"]
    # What was made with the value before is still kept.
    result = _build(settled)
    assert (_ran(result), result.published) == (set(), True)


def test_a_report_that_somebody_changed_is_written_again_from_what_is_kept(
    settled: Project,
) -> None:
    before = settled.published()
    (settled.reports / "a1.html").write_text("changed by hand")
    result = _build(settled)
    assert (_ran(result), result.published) == (set(), True)
    assert settled.published()["a1.html"] == before["a1.html"]


def test_a_damaged_record_makes_its_report_anew(settled: Project) -> None:
    for path in (settled.root / "cache").rglob("*.reads.json"):
        path.write_text(path.read_text()[:-9])
    assert _ran(_build(settled)) == {"a1", "a2", "context"}


def test_a_damaged_page_is_not_published(settled: Project) -> None:
    before = settled.published()
    for path in (settled.root / "cache").rglob("*.page.gz"):
        path.write_bytes(b"damaged")
    (settled.reports / "a1.html").unlink()
    assert _ran(_build(settled)) == {"a1", "a2", "context"}
    assert settled.published()["a1.html"] == before["a1.html"]


def test_where_nothing_can_be_kept_the_reports_are_right_and_a_warning_says_so(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.add("a1", "print('right')")
    (project.root / "a-file").touch()
    monkeypatch.setenv("CASEANALYSIS_CACHE", str(project.root / "a-file" / "cache"))
    result = _build(project)
    assert b"right" in project.published()["a1.html"]
    (warning,) = result.warnings
    assert "could not be kept" in warning


def test_a_failed_run_is_not_kept(project: Project) -> None:
    mark = project.root / "now-it-works"
    project.add(
        "a1", f"import os\nif not os.path.exists({str(mark)!r}): raise ValueError('not yet')"
    )
    with pytest.raises(Exception, match="not yet"):
        _build(project)
    mark.touch()
    assert _ran(_build(project)) == {"a1"}


def test_a_change_of_a_method_makes_the_reports_anew_that_reach_it(
    project: Project, root: Path
) -> None:
    project.add("a1", "from caseanalysis.methods import travel")
    project.add("a2", "from caseanalysis.formatting import MISSING")
    source = project.root / "src"
    shutil.copytree(root / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    assert _ran_apart(project) == {"a1", "a2"}
    # The command is known by now, and ends without importing what builds.
    assert list((project.root / "cache" / "standing").iterdir())
    assert _ran_apart(project) == set()
    module = source / "caseanalysis" / "methods" / "travel.py"
    module.write_text(module.read_text() + "\nANOTHER = 1\n")
    assert _ran_apart(project) == {"a1"}


def _ran_apart(project: Project) -> set[str]:
    """Build with the project's own copy of the package; return the areas that ran."""
    command = [sys.executable, "-m", "caseanalysis", "--log-json", "build", "--case", CASE]
    ended = subprocess.run(
        [*command, "--out", str(project.reports)],
        env=os.environ | {"PYTHONPATH": str(project.root / "src")},
        cwd=project.root,
        capture_output=True,
        text=True,
        check=True,
    )
    told = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    return {one["area"] for one in told if one["event"] == "report built"}


def _code(folder: Path, files: dict[str, str]) -> Code:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Code(folder, {})


def test_code_is_followed_through_imports_and_not_beside_them(tmp_path: Path) -> None:
    code = _code(
        tmp_path,
        {
            "__init__.py": "",
            "methods/__init__.py": "from caseanalysis.methods import one, two\n__all__ = ['one']",
            "methods/one.py": "from caseanalysis.deep import X",
            "methods/two.py": "",
            "deep.py": "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from caseanalysis.only_types import T",
            "only_types.py": "",
            "user.py": "from caseanalysis import methods\nmethods.one.run()",
            "greedy.py": "from caseanalysis import methods\nprint(methods)",
            "late.py": "def f():\n    from caseanalysis.methods.two import g",
        },
    )

    def reached(name: str) -> set[str]:
        return {one.removeprefix("caseanalysis.") for one in code.reached_from([name])}

    assert reached("caseanalysis.user") == {
        *("caseanalysis", "user", "methods", "methods.one", "deep"),
    }
    assert reached("caseanalysis.greedy") >= {"methods.one", "methods.two", "deep"}
    assert reached("caseanalysis.late") == {"caseanalysis", "late", "methods", "methods.two"}


def test_a_template_counts_where_a_module_names_it(tmp_path: Path) -> None:
    files = {
        "__init__.py": "",
        "shell.py": "TEMPLATE = 'page.html.j2'",
        "other.py": "",
        "template/page.html.j2": "<style>{% include 'page.css' %}",
        "template/page.css": "a {}",
        "template/index.html.j2": "",
    }
    before = _code(tmp_path, files)
    digests = before.digest(["caseanalysis.shell"]), before.digest(["caseanalysis.other"])
    (tmp_path / "template" / "page.css").write_text("b {}")
    (tmp_path / "template" / "index.html.j2").write_text("changed")
    after = Code(tmp_path, {})
    assert after.digest(["caseanalysis.shell"]) != digests[0]
    assert after.digest(["caseanalysis.other"]) == digests[1]


def test_a_file_for_the_store_changes_the_tables_that_it_gives(project: Project) -> None:
    records = project.root / "store" / "catalogue"
    records.mkdir(parents=True)
    before = {name: Inputs().hash_of(f"store:{name}") for name in ("beds", "waits", "*")}
    (records / f"{'0' * 64}.json").write_text(json.dumps({"tables": {"beds": 3}}))
    after = {name: Inputs().hash_of(f"store:{name}") for name in before}
    assert {name for name in before if before[name] != after[name]} == {"beds", "*"}


def test_other_versions_of_packages_change_every_key(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Inputs().environment
    folder = project.root / "site-packages"
    (folder / "pandas-99.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(folder))
    assert Inputs().environment != before
