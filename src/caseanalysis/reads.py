"""What a run reads: files, folders, tables of the data store, and code chosen by name.

A report is made anew when something that it read has changed. Files and folders are noted by the
interpreter itself, from ``watch`` on; what it cannot see is noted by those who read it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Literal

#: A table of the data store by its name (``*`` for all that is held), or a module of the package.
Kind = Literal["store", "code"]
#: Every table of the data store.
WHOLE_STORE = "*"

# Windows has no O_ACCMODE, which is these two.
_WRITING = os.O_WRONLY | os.O_RDWR

_noted: set[tuple[str, str]] = set()
_opened: set[str] = set()
_listed: set[str] = set()


def note(kind: Kind, name: str) -> None:
    """Note that a run depends on a table of the store, or on a module that it found by name."""
    _noted.add((kind, name))


def noted() -> list[tuple[str, str]]:
    """Return what has been noted, sorted."""
    return sorted(_noted)


def watch() -> None:
    """Note every file that this process opens for reading, and every folder that it lists.

    It cannot be ended, so it is for a process that does one thing.
    """
    sys.addaudithook(_look)


def watched(*, without: tuple[Path, ...]) -> tuple[list[Path], list[Path]]:
    """Return the files opened and the folders listed since ``watch``, sorted.

    Parameters
    ----------
    without : tuple of Path
        Folders whose content is left out. What lies below a folder or file whose name starts with
        a dot is left out too: settings and caches.
    """
    left_out = tuple(f"{folder}{os.sep}" for folder in without)
    found = []
    for names in (_opened, _listed):
        paths = {os.path.abspath(name) for name in set(names)}  # noqa: PTH100
        kept = (
            Path(path)
            for path in sorted(paths)
            if not f"{path}{os.sep}".startswith(left_out) and f"{os.sep}." not in path
        )
        found.append(list(kept))
    return found[0], found[1]


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    # Called for every event of the interpreter, so the common ones leave at once.
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, (str, bytes, os.PathLike)) and not (flags or 0) & _WRITING:
            _opened.add(os.fsdecode(path))
    elif event in ("os.listdir", "os.scandir"):
        path = arguments[0]
        if isinstance(path, (str, bytes, os.PathLike)):
            _listed.add(os.fsdecode(path))
