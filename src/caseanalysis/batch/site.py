"""The folder of reports as a whole: whether it is as a build would write it, and writing it."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from caseanalysis import __version__, reads
from caseanalysis.batch import history, workers
from caseanalysis.batch.cache import Cache, Kept
from caseanalysis.batch.changes import changes_page, compare, summary
from caseanalysis.batch.inputs import digest, names_read
from caseanalysis.batch.page import Page
from caseanalysis.case import load_case
from caseanalysis.errors import BuildError
from caseanalysis.locations import project_root, store_root

if TYPE_CHECKING:
    from caseanalysis.batch.index import Changes

#: What a build leaves for the next one, so that it can tell that nothing has changed.
STATE = ".build.json"
_WRITERS = ("caseanalysis.batch.site", "caseanalysis.batch.reports")


@dataclass(frozen=True)
class Plan:
    """What a build would publish: the reports of a case, and why others failed."""

    case: str
    keep_others: bool
    kept: Mapping[str, Kept]
    failures: Mapping[str, str]
    inputs: Mapping[str, Mapping[str, str]]
    seconds: Mapping[str, float]

    def key(self, cache: Cache) -> str:
        """Return one hash of the reports and of the code that puts them together."""
        told = sorted((area, one.digest) for area, one in self.kept.items())
        return digest(
            [
                self.case,
                self.keep_others,
                told,
                dict(self.failures),
                cache.inputs.code.digest(_WRITERS),
                cache.inputs.environment,
            ]
        )


class Pages(Sequence[Page]):
    """Reports that are read one at a time, since hundreds would fill the memory."""

    def __init__(self, kept: Sequence[Kept]) -> None:
        self._kept = kept

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, at: int) -> Page: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Page]: ...
    def __getitem__(self, at: int | slice) -> Page | Sequence[Page]:
        if isinstance(at, slice):
            return Pages(self._kept[at])
        page = self._kept[at].page()
        if page is None:
            raise BuildError(
                where=str(self._kept[at].path),
                found="a damaged file",
                wanted="the report as it was kept",
                remedy="build again with --fresh",
            )
        return page

    def __iter__(self) -> Iterator[Page]:
        return (self[at] for at in range(len(self)))


def is_current(plan: Plan, out: Path, cache: Cache) -> bool:
    """Return whether a folder of reports is already what a build would write."""
    state = _state_of(out)
    return bool(state) and (
        state["key"] == plan.key(cache)
        and cache.inputs.still(state["reads"])
        and state["files"] == hashes_of(out)
    )


def reads_of(out: Path) -> Mapping[str, str]:
    """Return what the pages across the reports were made from, with hashes."""
    reads: Mapping[str, str] = _state_of(out).get("reads", {})
    return reads


def _state_of(out: Path) -> dict[str, Any]:
    """Return what the last build left in a folder; empty where nothing can be read."""
    try:
        state = json.loads((out / STATE).read_bytes())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write(plan: Plan, new: Path, old: Path, cache: Cache) -> None:
    """Write a folder of reports, in a process that has the libraries ready."""
    settings = {"CASEANALYSIS_HOME": str(project_root()), "CASEANALYSIS_DATA": str(store_root())}
    names = workers.call(_write, plan, new, old, settings=settings)
    read = {name: cache.inputs.hash_of(name) for name in names}
    state = {"key": plan.key(cache), "reads": read, "files": hashes_of(new)}
    (new / STATE).write_text(json.dumps(state), encoding="utf-8")


def _write(plan: Plan, new: Path, old: Path) -> list[str]:
    """Write a folder of reports, and return the names of what that read."""
    from caseanalysis.batch.reports import write_reports

    reads.watch()
    write_reports(
        new,
        old,
        Pages([plan.kept[area] for area in sorted(plan.kept)]),
        load_case(plan.case),
        plan.keep_others,
        failures=plan.failures,
        changes=lambda folder: _record(plan, folder, old),
    )
    without = (new, old, *(one.path.parent for one in plan.kept.values()))
    return names_read(project_root(), store_root(), *without)


def _record(plan: Plan, new: Path, old: Path) -> Changes | None:
    """Keep the record of this run; write and return what moved since the one before."""
    from caseanalysis.batch.facts import read_facts
    from caseanalysis.batch.index import Changes

    last = history.last_run(old)
    before = last if last is not None and last["case"] == plan.case else None
    run = history.run_of(
        read_facts(new),
        plan.inputs,
        before,
        case=plan.case,
        version=__version__,
        time=datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
        seconds={area: round(seconds, 2) for area, seconds in plan.seconds.items()},
        environment={"python": sys.version.split()[0], "platform": platform.platform()},
        failures=dict(plan.failures),
    )
    history.write_run(new, run)
    if before is None:
        return None
    page = changes_page(load_case(plan.case), before, run, __version__)
    (new / "changes.html").write_text(page, encoding="utf-8", newline="\n")
    return Changes(summary(compare(before, run)))


def hashes_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every published file, by its place in the folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    found: dict[str, Any] = {}
    for path in paths:
        place = path.relative_to(folder).as_posix()
        if not place.startswith("."):
            found[place] = hashlib.sha256(path.read_bytes()).hexdigest()
    return dict(sorted(found.items()))
