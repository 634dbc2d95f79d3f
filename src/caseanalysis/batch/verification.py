"""The verification record: which page, example and tests check each method, and who uses it.

It is read from the project's own files each time, so that it cannot fall behind them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from caseanalysis import methods
from caseanalysis.batch.discover import find_notebooks
from caseanalysis.batch.notes import Note, load_notes
from caseanalysis.locations import project_root
from caseanalysis.registers import Comparison, load_comparisons

_PACKAGE = "caseanalysis.methods"
_TAKEN = re.compile(rf"^\s*from {_PACKAGE} import (?:\(([^)]*)\)|([^\n(#]+))", re.MULTILINE)
_WITHIN = re.compile(rf"^\s*from {_PACKAGE}\.(\w+)", re.MULTILINE)
_NAMED = re.compile(r"\bmethods\.([a-z_]+)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_CODE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Verified:
    """A method, what is said of it and what checks it.

    Attributes
    ----------
    page, title : str
        The page of ``docs/methods`` without its ending, and its title.
    modules : tuple of str
        Modules of methods that the page is about.
    limits : str
        As the page has them, without markup.
    examples : int
        Assertions of the worked example, which the tests run.
    tests : Mapping of str to int
        Files of tests that import the method, each with how many tests it holds.
    compared : tuple of Comparison
        What it was set beside that is not of its own making.
    reports : tuple of str
        Areas whose notebooks use it, also by way of another method.
    """

    page: str
    title: str
    modules: tuple[str, ...]
    limits: str
    examples: int
    tests: Mapping[str, int]
    compared: tuple[Comparison, ...]
    reports: tuple[str, ...]


def verified_methods() -> list[Verified]:
    """Return the verification record, by title; none where the project's pages are not at hand."""
    root = project_root()
    uses, tests = notebook_uses(), _tests(root)
    known = load_comparisons() if (root / "data/registers/comparisons.csv").is_file() else []
    return [_verified(note, uses, tests, known) for note in load_notes(root / "docs" / "methods")]


def without_page(record: Iterable[Verified]) -> dict[str, tuple[str, ...]]:
    """Return the modules of methods that notebooks import and no page is about, with the areas."""
    paged = {module for one in record for module in one.modules}
    found: dict[str, list[str]] = {}
    for area, names in _direct_uses().items():
        for name in sorted(names - paged):
            found.setdefault(name, []).append(area)
    return {name: tuple(found[name]) for name in sorted(found)}


def notebook_uses() -> dict[str, set[str]]:
    """Return the modules of methods that each notebook uses, also by way of others, by area."""
    within = _imports_within()
    return {area: _closure(names, within) for area, names in _direct_uses().items()}


def _direct_uses() -> dict[str, set[str]]:
    found = {}
    for notebook in find_notebooks():
        cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        found[notebook.area] = modules_in("\n".join(code)) & _names()
    return found


def _verified(
    note: Note,
    uses: Mapping[str, set[str]],
    tests: Mapping[str, tuple[set[str], int]],
    comparisons: Iterable[Comparison],
) -> Verified:
    modules = {name.split(".")[2] for name in note.modules if name.startswith(f"{_PACKAGE}.")}
    blocks = "\n".join(_CODE.findall(note.text))
    return Verified(
        page=note.name,
        title=note.title,
        modules=tuple(sorted(modules)),
        limits=_part(note.text.split("\n## ")[0], "Limits"),
        examples=sum(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(blocks))),
        tests={name: count for name, (used, count) in tests.items() if used & modules},
        compared=tuple(one for one in comparisons if one.page == note.name),
        reports=tuple(area for area, used in uses.items() if used & modules),
    )


def _part(text: str, name: str) -> str:
    found = re.search(rf"^\*\*{name}\.\*\* (.*?)(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return _LINK.sub(r"\1", found[1]).replace("`", "").replace("*", "") if found else ""


def modules_in(source: str) -> set[str]:
    """Return the modules of methods that a piece of Python imports or names as ``methods.x``.

    Read by its words and not parsed, since a notebook may hold commands that are no Python.
    """
    found = set(_WITHIN.findall(source)) | set(_NAMED.findall(source))
    for brackets, line in _TAKEN.findall(source):
        found |= {one.split(" as ")[0].strip() for one in (brackets or line).split(",")}
    return found


def _tests(root: Path) -> dict[str, tuple[set[str], int]]:
    """Return the modules that each file of tests of methods uses, and how many tests it holds."""
    found = {}
    for path in sorted((root / "tests" / "methods").glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        count = len(re.findall(r"^def test_", text, re.MULTILINE))
        found[path.relative_to(root).as_posix()] = (modules_in(text), count)
    return found


def _folder() -> Path:
    return Path(methods.__path__[0])


def _names() -> set[str]:
    return {path.stem for path in _folder().glob("[a-z]*")}


def _imports_within() -> dict[str, set[str]]:
    """Return the modules of methods that each of them imports."""
    found: dict[str, set[str]] = {}
    for path in _folder().rglob("*.py"):
        name = path.relative_to(_folder()).parts[0].removesuffix(".py")
        if name != "__init__":
            found.setdefault(name, set()).update(modules_in(path.read_text(encoding="utf-8")))
    return found


def _closure(names: Iterable[str], within: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += within.get(name, set())
    return found
