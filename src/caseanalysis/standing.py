"""Whether a command that built reports has nothing to do, told by the state of files alone.

To hash all that reports come from, and to import what does so, takes longer than to look at each
file's size, times and number. A build therefore keeps what it looked at, by its command; where all
of that is as it was, the same command ends at once. Whatever differs, the build looks itself.
Nothing here imports more than it must.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from caseanalysis.errors import CaseAnalysisError
from caseanalysis.locations import cache_root, store_root

#: Most commands that are kept; those used longest ago go first.
_MOST = 100
#: Two changes of a file within so many nanoseconds may leave it with the same times.
_TICK = 20_000_000
#: Folders in which the interpreter leaves what it compiled.
_COMPILED = "__pycache__"

#: The state of a file: size, times of change of content and of the file, number.
State = tuple[int, int, int, int]


@dataclass(frozen=True)
class Places:
    """Where a build looked.

    Attributes
    ----------
    trees : tuple of str
        Folders, each with every file below it; one that is not there counts as empty.
    files : tuple of str
        Single files elsewhere.
    folders : tuple of str
        Folders elsewhere, of which only the names in them count.
    """

    trees: tuple[str, ...]
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    def states(self) -> dict[str, State | None]:
        """Return the state of each file and each name, by path."""
        found: dict[str, State | None] = {}
        for tree in self.trees:
            found.update((path, _state(path)) for path in _below(tree))
        for folder in self.folders:
            found.update(dict.fromkeys(_names(folder)))
        found.update((path, _state(path)) for path in self.files)
        return found


@dataclass(frozen=True)
class Line:
    """A line of the result: its text, and the event and fields of the log."""

    text: str
    event: str
    fields: Mapping[str, object]


def settled(before: Mapping[str, State | None], places: Places, *, since: int) -> bool:
    """Return whether places are as they were at a time, nanoseconds, and will tell if they change.

    A file that changed within a tick of that time may change again and look the same.
    """
    now = places.states()
    young = (one for one in now.values() if one is not None and one[2] > since - _TICK)
    return all(now.get(path) == one for path, one in before.items()) and not any(young)


def below(tree: Path) -> dict[str, State | None]:
    """Return the state of each file below a folder, by its place in it."""
    return {os.path.relpath(path, tree): _state(path) for path in _below(str(tree))}


def keep(command: Sequence[str], places: Places, lines: Sequence[Line], *, form: str) -> None:
    """Keep that a command has nothing to do as long as some places are as they are.

    Parameters
    ----------
    command : sequence of str
        Its arguments.
    places : Places
        Where it looked; they must be settled.
    lines : sequence of Line
        What it prints where nothing has changed.
    form : str
        How it prints: ``text``, ``quiet`` or ``json``.
    """
    from caseanalysis.writing import write_whole

    path = _record_path(command)
    told = {"places": asdict(places), "digest": _digest(places), "form": form}
    record = {**told, "lines": [asdict(line) for line in lines]}
    write_whole(path, json.dumps(record).encode())
    kept = sorted(path.parent.glob("*.json"), key=lambda one: -one.stat().st_mtime)
    for old in kept[_MOST:]:
        old.unlink(missing_ok=True)


def told(command: Sequence[str]) -> bool:
    """Print that a command has nothing to do, and return True; return False where it may have."""
    try:
        record = json.loads(_record_path(command).read_bytes())
        places = Places(*(tuple(one) for one in record["places"].values()))
        if _digest(places) != record["digest"]:
            return False
    except (OSError, ValueError, KeyError, TypeError, CaseAnalysisError):
        return False  # none is kept, or one that was cut off; a fault the command itself tells
    _print(record["lines"], record["form"])
    return True


def environment() -> list[Any]:
    """Return the interpreter, the platform, and the packages installed with their versions."""
    folders = [entry for entry in sys.path if entry.endswith("site-packages")]
    packages = {
        name for folder in folders for name in _listed(folder) if name.endswith(".dist-info")
    }
    return [sys.version, platform.platform(), sorted(packages)]


def _record_path(command: Sequence[str]) -> Path:
    settings = {name: value for name, value in os.environ.items() if "CASEANALYSIS" in name}
    here = [os.getcwd(), str(store_root()), __file__, sys.executable]  # noqa: PTH109
    key = json.dumps([list(command), here, sorted(settings.items()), environment()])
    return cache_root() / "standing" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _digest(places: Places) -> str:
    states = sorted(places.states().items())
    return hashlib.sha256(json.dumps(states).encode()).hexdigest()


def _state(path: str) -> State | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a thousand of them, and a Path costs more
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _below(tree: str) -> Iterator[str]:
    for folder, inner, names in os.walk(tree):
        inner[:] = [name for name in inner if name != _COMPILED]
        yield from (f"{folder}{os.sep}{name}" for name in names)


def _names(folder: str) -> Iterator[str]:
    return (f"{folder}{os.sep}{name}" for name in _listed(folder))


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []


def _print(lines: Sequence[Mapping[str, Any]], form: str) -> None:
    for line in lines:
        if form == "text":
            print(line["text"])
        elif form == "json":
            now = time.time()
            stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
            about = {"time": f"{stamp},{int(now % 1 * 1000):03}", "level": "INFO"}
            print(json.dumps({**about, "event": line["event"], **line["fields"]}), file=sys.stderr)
