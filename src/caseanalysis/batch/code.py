"""The code that a notebook reaches, found by reading imports and never by running them."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

PACKAGE = "caseanalysis"
#: Modules that list others by name, with the reason: what a run takes from the list is noted while
#: it runs (`caseanalysis.reads`), so that one table's code does not make every report anew.
_LISTS = ("caseanalysis.tables",)
#: A module, and whether it is needed whole or only as the package that another one is in.
_Need = tuple[str, bool]
_RESOURCES = (".j2", ".css", ".json", ".js")


class Code:
    """The modules of the package as they are now.

    Parameters
    ----------
    root : Path
        The folder of the package.
    known : dict
        What modules import, by the SHA-256 of their text, as found before; it is added to.
    """

    def __init__(self, root: Path, known: dict[str, Any]) -> None:
        self.root = root
        self.known = known
        self._needs: dict[_Need, set[_Need]] = {}

    @cached_property
    def files(self) -> dict[str, Path]:
        """The modules of the package by name."""
        found = {}
        for path in sorted(self.root.rglob("*.py")):
            parts = path.relative_to(self.root).with_suffix("").parts
            found[".".join((PACKAGE, *(part for part in parts if part != "__init__")))] = path
        return found

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each module's text."""
        return {name: _sha256(path.read_bytes()) for name, path in self.files.items()}

    @cached_property
    def _resources(self) -> dict[str, tuple[str, frozenset[str]]]:
        """Templates and style sheets by place: their SHA-256, and the resources that they name."""
        paths = [path for path in sorted(self.root.rglob("*")) if path.suffix in _RESOURCES]
        text = {str(path.relative_to(self.root)): path.read_text("utf-8") for path in paths}
        return {
            place: (_sha256(one.encode()), frozenset(_named(one, text)))
            for place, one in text.items()
        }

    def reached_from(self, modules: Iterable[str]) -> set[str]:
        """Return modules and all that they import, directly or not."""
        reached: set[_Need] = set()
        waiting = [(name, True) for name in modules if name in self.files]
        while waiting:
            need = waiting.pop()
            if need not in reached:
                reached.add(need)
                waiting.extend(self._needed_by(*need))
        return {name for name, _ in reached}

    def parts(self, modules: Iterable[str]) -> list[tuple[str, str]]:
        """Return modules, all that they import, and the resources that these name, with hashes."""
        reached = sorted(self.reached_from(modules))
        named = {place for name in reached for place in self._known(name)["resources"]}
        resources = [(place, self._resources[place][0]) for place in self._with_inner(named)]
        return [(name, self.hashes[name]) for name in reached] + sorted(resources)

    def digest(self, modules: Iterable[str]) -> str:
        """Return one hash for modules, all that they import, and the resources that these name."""
        return _sha256(json.dumps(self.parts(modules)).encode())

    def imported_by(self, notebook: Path) -> set[str]:
        """Return the modules that the code cells of a notebook import and use."""
        content = notebook.read_bytes()
        key = _sha256(content)
        if key not in self.known:
            cells = json.loads(content)["cells"]
            code = [_python("".join(one["source"])) for one in cells if one["cell_type"] == "code"]
            whole = ast.Module([line for cell in code for line in cell.body], [])
            self.known[key] = {"imports": _imports(whole)}
        return {name for name, _ in self._resolved(self.known[key]["imports"])}

    def _with_inner(self, places: set[str]) -> set[str]:
        """Return resources with those that they name, and so on."""
        inner = {one for place in places for one in self._resources[place][1]}
        return places if inner <= places else self._with_inner(places | inner)

    def _needed_by(self, name: str, whole: bool) -> set[_Need]:
        if (name, whole) not in self._needs:
            self._needs[name, whole] = self._find_needs(name, whole)
        return self._needs[name, whole]

    def _find_needs(self, name: str, whole: bool) -> set[_Need]:
        imports = self._imports_of(name)
        needed = self._resolved(imports)
        if name in _LISTS or (not whole and self._only_gathers(name)):
            needed = {one for one in needed if not one[0].startswith(f"{name}.")}
        if ["import_module", "", ""] in imports:
            needed |= {(one, True) for one in self.files if one.startswith(f"{name}.")}
        parents = name.split(".")[:-1]
        return needed | {(".".join(parents[: end + 1]), False) for end in range(len(parents))}

    def _imports_of(self, name: str) -> list[list[str]]:
        imports: list[list[str]] = self._known(name)["imports"]
        return imports

    def _only_gathers(self, name: str) -> bool:
        return self.files[name].name == "__init__.py" and bool(self._known(name)["gathers"])

    def _known(self, name: str) -> dict[str, Any]:
        """Return what a module imports and names; read once for each of its states."""
        key = self.hashes[name] + self._of_resources
        if key not in self.known:
            text = self.files[name].read_text("utf-8")
            tree = ast.parse(text)
            self.known[key] = {
                "imports": _imports(tree),
                "gathers": all(map(_gathers, tree.body)),
                "resources": sorted(_named(text, self._resources)),
            }
        found: dict[str, Any] = self.known[key]
        return found

    @cached_property
    def _of_resources(self) -> str:
        # Another resource may be one that a module has named all along.
        return _sha256("\n".join(self._resources).encode())[:8]

    def _resolved(self, imports: Iterable[Sequence[str]]) -> set[_Need]:
        """Return the modules behind imports, and whether each is needed whole."""
        found: set[_Need] = set()
        for module, name, used in imports:
            inner = f"{module}.{name}" if name else module
            if inner in self.files:
                found |= self._resolved([[inner, used, ""]]) if used else {(inner, True)}
            elif module in self.files:
                origin = self._origin(module, name)
                found |= {(module, not origin), *origin}
        return found

    def _origin(self, package: str, name: str) -> set[_Need]:
        """Return where a package that only gathers names takes one of them from."""
        if not self._only_gathers(package):
            return set()
        return self._resolved([one for one in self._imports_of(package) if one[1] == name])


def _gathers(statement: ast.stmt) -> bool:
    """Return whether a statement does nothing but import, or list what is imported."""
    listed = isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"
    return listed or isinstance(statement, ast.Import | ast.ImportFrom | ast.Expr)


def _named(text: str, places: Iterable[str]) -> Iterator[str]:
    """Yield the resources that a text names, by file or, in quotation marks, by folder."""
    for place in places:
        path = Path(place)
        if path.name in text or f'"{path.parent.name}"' in text:
            yield place


def _imports(tree: ast.Module) -> list[list[str]]:
    """Return what is imported from the package: module, name in it, and what is used of that."""
    nodes = list(_run(tree))
    found: list[list[str]] = []
    names: dict[str, list[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            found += [[one.name, "", ""] for one in node.names if one.name.startswith(PACKAGE)]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            names |= {one.asname or one.name: [str(node.module), one.name] for one in node.names}
        elif isinstance(node, ast.Attribute) and node.attr == "import_module":
            found.append(["import_module", "", ""])
    used = [
        one for one in nodes if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name)
    ]
    parts = {(one.value.id, one.attr) for one in used if isinstance(one.value, ast.Name)}
    inner = {id(one.value) for one in used}
    bare = {one.id for one in nodes if isinstance(one, ast.Name) and id(one) not in inner}
    for name, (module, own) in names.items():
        attributes = sorted(attribute for one, attribute in parts if one == name)
        # A name that is handed on whole, or only passed through, stands for all that it holds.
        whole = name in bare or not attributes
        found += [[module, own, one] for one in ([""] if whole else attributes)]
    return found


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree without what only a type checker sees."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _run(child)


def _python(source: str) -> ast.Module:
    """Return the tree of a cell; of one with magics or faults, that of the lines it has without."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return ast.parse("")  # it fails when it runs, and a failure is never kept


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
