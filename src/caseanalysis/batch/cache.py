"""Reports made before, kept as long as all that they came from is as it was.

A report is found by a key of what is known before it runs: the notebook, its parameters, the code
that it reaches, the packages installed. Beside the report stands what its run read; only where all
of that is as it was then is the report taken instead of a run.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from caseanalysis.batch.inputs import Inputs, Reads, digest, names_in
from caseanalysis.batch.page import Facts, Page
from caseanalysis.batch.run import Job
from caseanalysis.writing import write_whole

#: The most bytes that are kept; the reports used longest ago go first.
MOST_BYTES = 10**9
#: Code that makes every report, whatever its notebook imports.
_RUNNERS = ("caseanalysis.batch.run", "caseanalysis.batch.workers")
_LAYOUT = 1


@dataclass(frozen=True)
class Kept:
    """A report made before: where it is kept, its hash, that with its key, what it read."""

    path: Path
    sha256: str
    digest: str
    read: Reads
    title: str

    def page(self) -> Page | None:
        """Return the report; None where its file is damaged."""
        if _sha256(self.path) != self.sha256:
            return None
        fields = json.loads(gzip.decompress(self.path.read_bytes()))
        return Page(**{**fields, "facts": Facts(**fields["facts"])})


class Cache:
    """Reports made before, in one folder.

    Parameters
    ----------
    root : Path
        The folder; it is made when the first report is kept.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.inputs = Inputs(self.load("imports"))

    def known(self, job: Job) -> dict[str, str]:
        """Return what is known of a report before it runs, each with its hash or its value."""
        code = self.inputs.code
        reached = code.parts({*_RUNNERS, *code.imported_by(job.notebook.path)})
        about = (job.notebook.area, job.notebook.title, job.notebook.order)
        notebook = _sha256(job.notebook.path)
        return {
            **{f"parameter:{name}": repr(value) for name, value in job.parameters.items()},
            f"notebook:{job.notebook.name}": digest([notebook, about]),
            **{f"code:{name}": sha for name, sha in reached},
            **{f"folder:{name}": digest(names) for name, names in _folders(job)},
            "environment:": digest([_LAYOUT, self.inputs.environment]),
        }

    def find(self, key: str) -> Kept | None:
        """Return the report of a key whose run read what is there now; None where there is none."""
        for path in sorted(self._folder(key).glob("*.reads.json")):
            told = _load(path)
            page = path.with_name(path.name.replace(".reads.json", ".page.gz"))
            if told and _sha256(page) == told["page"] and self.inputs.still(told["reads"]):
                os.utime(page)
                whole = digest([key, told["page"]])
                return Kept(page, told["page"], whole, told["reads"], told["title"])
        return None

    def keep(self, key: str, page: Page, read: Reads) -> Kept:
        """Keep a report with what its run read, and return it as found again."""
        name = digest(dict(read))[:16]
        kept = write_page(self._folder(key) / f"{name}.page.gz", key, page, read)
        told = {"reads": dict(read), "page": kept.sha256, "title": page.title}
        # Written last: a report is kept with all that it came from, or it is not.
        record = self._folder(key) / f"{name}.reads.json"
        write_whole(record, json.dumps(told).encode())
        return kept

    def load(self, name: str) -> dict[str, Any]:
        """Return a record of this folder; empty where there is none that can be read."""
        return _load(self.root / f"{name}.json") or {}

    def save(self, name: str, record: Mapping[str, Any]) -> None:
        """Write a record of this folder where it has changed."""
        if self.load(name) != record:
            write_whole(self.root / f"{name}.json", json.dumps(record).encode())

    def close(self, seconds: Mapping[str, float]) -> None:
        """Keep what was learnt, and remove what was used longest ago beyond the most bytes."""
        self.save("imports", self.inputs.code.known)
        self.save("seconds", {**self.load("seconds"), **seconds})
        pages = [(path.stat(), path) for path in self.root.glob("*/*/*.page.gz")]
        total = 0
        for status, path in sorted(pages, key=lambda one: -one[0].st_mtime):
            total += status.st_size
            if total > MOST_BYTES:
                path.unlink(missing_ok=True)
                path.with_name(path.name.replace(".page.gz", ".reads.json")).unlink(missing_ok=True)

    def _folder(self, key: str) -> Path:
        return self.root / key[:2] / key


def write_page(path: Path, key: str, page: Page, read: Reads) -> Kept:
    """Write a report to a file, and return where it is."""
    content = gzip.compress(json.dumps(asdict(page)).encode(), compresslevel=1, mtime=0)
    write_whole(path, content)
    sha = hashlib.sha256(content).hexdigest()
    return Kept(path, sha, digest([key, sha]), dict(read), page.title)


def _folders(job: Job) -> list[tuple[str, list[str]]]:
    """Return the names in the folders where a file may be added that was not there to be read."""
    case = str(job.parameters["case"])
    places = ("data/registers", f"data/cases/{case}", f"data/extracts/{case}")
    return [(place, names_in(job.home / place)) for place in places]


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _load(path: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None  # none yet, or one that was cut off: the report is made anew
    return record if isinstance(record, dict) else None
