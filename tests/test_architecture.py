"""The code keeps to its layers, its style, its types and its own rules."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from caseanalysis.case import list_cases, load_case


def run(root: Path, *command: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_lint_is_clean(root: Path) -> None:
    run(root, "ruff", "check", ".")


def test_format_is_clean(root: Path) -> None:
    run(root, "ruff", "format", "--check", ".")


def test_types_are_clean(root: Path) -> None:
    run(root, "mypy")


def test_layers_are_kept(root: Path) -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    finished = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout


#: What Python has on other systems only, of the modules that the package uses or might.
NOT_ON_WINDOWS = {
    "os": """O_ACCMODE O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_SYNC chown fchown fork forkpty
        getegid geteuid getgid getloadavg getpgid getuid killpg lchown mkfifo nice pread pwrite
        sched_getaffinity sched_setaffinity sendfile setsid setuid statvfs sync sysconf uname wait
        wait3 wait4""",
    "signal": """SIGALRM SIGCHLD SIGHUP SIGKILL SIGQUIT SIGUSR1 SIGUSR2 alarm pause setitimer
        sigwait""",
}
MODULES_NOT_ON_WINDOWS = "crypt|fcntl|grp|posix|pty|pwd|resource|syslog|termios|tty"


def test_code_uses_nothing_that_windows_lacks(root: Path) -> None:
    uses = [
        rf"(?<![\w.]){module}\.(?:{'|'.join(names.split())})\b"
        for module, names in NOT_ON_WINDOWS.items()
    ]
    imports = rf"^\s*(?:import|from) (?:{MODULES_NOT_ON_WINDOWS})\b|^from (?:os|signal) import"
    lacking = re.compile("|".join([*uses, imports]), re.M)
    found = {
        path.name: lacking.findall(path.read_text("utf-8")) for path in root.glob("src/**/*.py")
    }
    assert {name: words for name, words in found.items() if words} == {}


def test_top_level_holds_what_the_project_says(root: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    top = {Path(name).parts[0] for name in tracked}
    shape = {"notebooks", "src", "data", "reports", "tests", "pyproject.toml", "README.md"}
    beside = {
        *("docs", "benchmarks", "requirements", "Makefile", ".ci", "LICENSE", "CHANGELOG.md"),
        *("CONTRIBUTING.md", ".gitignore"),
    }
    assert shape <= top
    assert top <= shape | beside


def test_code_names_no_trust_and_no_place_of_a_case(root: Path) -> None:
    names: set[str] = set()
    for name in list_cases():
        case = load_case(name)
        names |= {trust.code for trust in case.trusts}
        names |= {trust.short_name for trust in case.trusts}
        names |= {place.name for place in case.places} | {place.code for place in case.places}
        names |= {case.region_name, case.commissioner.code, name}
    pattern = re.compile(r"\b(" + "|".join(re.escape(name) for name in sorted(names)) + r")\b")
    for path in (root / "src").rglob("*.py"):
        found = pattern.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name} names {found.group()}"


def test_code_names_no_year_of_a_case(root: Path) -> None:
    years = {
        year
        for name in list_cases()
        for year in (load_case(name).base_year, load_case(name).horizon_year)
    }
    for path in (root / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in years:
                pytest.fail(f"{path.name}, line {node.lineno}: names the year {node.value}")


def test_extracts_are_small(root: Path) -> None:
    total = sum(path.stat().st_size for path in (root / "data").rglob("*") if path.is_file())
    assert total < 2_000_000


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb")))
def test_notebooks_are_thin_and_clean(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    tagged = [cell for cell in code if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    for cell in code:
        tree = ast.parse("".join(cell["source"]))
        logic = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.If, ast.With)
        assert not any(isinstance(node, logic) for node in ast.walk(tree)), cell["source"]
        # Whoever reads a figure or a table is told what it rests on.
        shows = ("study.figure", "study.table")
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in shows:
                told = {given.arg for given in call.keywords}
                assert told & {"evidence", "records"}, ast.unparse(call)
