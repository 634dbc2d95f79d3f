"""What a report comes from, each thing with a hash: files, folders, tables of the store, code."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from caseanalysis import catalogue, reads, standing
from caseanalysis.batch.code import PACKAGE, Code
from caseanalysis.locations import project_root, store_root
from caseanalysis.standing import Places

#: What a run read: kind and name, with a hash of the content.
Reads = Mapping[str, str]


class Inputs:
    """What there is to read now, each hashed once."""

    def __init__(self, known: dict[str, Any] | None = None) -> None:
        root = Path(sys.modules[PACKAGE].__file__ or "").parent
        self.code = Code(root, dict(known or {}))
        self._hashes: dict[str, str] = {}

    def still(self, read: Reads) -> bool:
        """Return whether all that a run read is there as it was."""
        return all(self.hash_of(name) == sha for name, sha in read.items())

    def hash_of(self, name: str) -> str:
        """Return the hash of a file, a folder's names, a table of the store or some code."""
        if name not in self._hashes:
            kind, _, what = name.partition(":")
            self._hashes[name] = _HASHES[kind](self, what)
        return self._hashes[name]

    def all_of(self, names: Iterable[str], *, since: float) -> dict[str, str] | None:
        """Return what was read with its hashes; None where a file has changed since a time."""
        if any(_changed(name) > since for name in names):
            return None
        return {name: self.hash_of(name) for name in names}

    @cached_property
    def environment(self) -> list[Any]:
        """The interpreter, the platform, and the packages installed with their versions."""
        return standing.environment()

    def file(self, name: str) -> str:
        """Return the hash of a file's bytes."""
        try:
            return hashlib.sha256((project_root() / name).read_bytes()).hexdigest()
        except OSError as error:
            return f"unreadable: {error.strerror}"

    def folder(self, name: str) -> str:
        """Return the hash of the names in a folder."""
        return digest(names_in(project_root() / name))

    def store(self, table: str) -> str:
        """Return the hash of what the data store has for a table, or of all that it holds."""
        mark, whole = f'"{table}"'.encode(), table == reads.WHOLE_STORE
        return digest([sha for content, sha in self._records if whole or mark in content])

    @cached_property
    def _records(self) -> list[tuple[bytes, str]]:
        """The records of the store's catalogue, each with its hash."""
        contents = [path.read_bytes() for path in catalogue.record_paths(store_root())]
        return [(content, hashlib.sha256(content).hexdigest()) for content in contents]

    def module(self, name: str) -> str:
        """Return the hash of a module and of all that it imports."""
        return self.code.digest([name])


_HASHES = {
    "file": Inputs.file,
    "folder": Inputs.folder,
    "store": Inputs.store,
    "code": Inputs.module,
}


def names_read(home: Path, store: Path, *also_without: Path) -> list[str]:
    """Return the names of what this process read since it began to watch.

    Files of the interpreter, of installed packages and of the system are left out, since the key
    of a report has their versions.
    """
    installed = {Path(folder) for folder in (sys.prefix, sys.base_prefix, *_package_folders())}
    system = [Path(one) for one in ("/usr", "/lib", "/etc", "/proc", "/sys", "/dev", "/bin")]
    without = (*installed, *system, store.absolute(), *also_without)
    files, folders = reads.watched(without=without)
    names = [f"file:{_short(path, home)}" for path in files if path.is_file()]
    # An import lists the folders that it looks in.
    searched = {Path(entry or ".").absolute() for entry in sys.path}
    names += [f"folder:{_short(p, home)}" for p in folders if p.is_dir() and p not in searched]
    return names + [f"{kind}:{name}" for kind, name in reads.noted()]


def _package_folders() -> Iterator[str]:
    yield str(Path(sys.modules[PACKAGE].__file__ or "").parent)
    yield from (entry for entry in sys.path if entry.endswith(("site-packages", ".zip")))


def _short(path: Path, home: Path) -> str:
    return str(path.relative_to(home)) if path.is_relative_to(home) else str(path)


def places_of(names: Iterable[str], case: str) -> Places:
    """Return where all lies that reports come from: what every build looks at, and what was read.

    Parameters
    ----------
    names : iterable of str
        What was read, with its kind.
    case : str
        The case.
    """
    home = project_root()
    package = Path(sys.modules[PACKAGE].__file__ or "").parent
    parts = ("notebooks", "data/registers", f"data/cases/{case}", f"data/extracts/{case}")
    trees = [*(home / part for part in parts), package, store_root().absolute() / "catalogue"]
    apart = {"file": {str(home / "data/cases/default.yaml")}, "folder": {str(home / "data/cases")}}
    for kind, _, what in (name.partition(":") for name in names):
        if kind in apart and not any((home / what).is_relative_to(tree) for tree in trees):
            apart[kind].add(str(home / what))
    return Places(tuple(map(str, trees)), *(tuple(sorted(one)) for one in apart.values()))


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; none where there is no such folder."""
    return sorted(os.listdir(folder)) if folder.is_dir() else []  # noqa: PTH208


def _changed(name: str) -> float:
    kind, _, what = name.partition(":")
    path = project_root() / what
    return path.stat().st_mtime if kind == "file" and path.is_file() else 0.0


def digest(value: Any) -> str:
    """Return the SHA-256 of a value of plain types."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
