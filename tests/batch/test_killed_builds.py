"""Builds killed at any moment, and two at once: reports stay whole, and the next build goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest
from throwaway import Project

from caseanalysis.batch.publish import publish
from caseanalysis.batch.site import STATE, hashes_of

#: How often a whole build is killed; publications alone are killed far more often.
KILLS = int(os.environ.get("CASEANALYSIS_KILLS", "12"))
#: Replaces a folder of reports again and again, each time by files that all say the same number.
PUBLISHER = """
import itertools, sys
from pathlib import Path
from caseanalysis.batch.publish import publish

def write(number):
    def into(new, old):
        for name in ["manifest.json", *(f"{at}.html" for at in range(30))]:
            (new / name).write_text(str(number))
    return into

for number in itertools.count():
    publish(Path(sys.argv[1]), write(number))
    if number == 0:
        print("ready", flush=True)
"""


def _start(
    project: Project, *more: str, says_to: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "caseanalysis", "-q", "build", "--case", "three-towns"]
    return subprocess.Popen(
        [*command, "--out", str(project.reports), *more],
        cwd=project.root,
        env=dict(os.environ),
        stderr=says_to,
    )


def _says(project: Project, number: int) -> None:
    for area in ("a1", "a2", "context"):
        project.add(area, f"# {area}", f"print('edition {number}')")


def _editions(reports: Path) -> set[str]:
    """Return which editions the pages are of; one where nothing is mixed."""
    pages = [(reports / f"{area}.html").read_text() for area in ("a1", "a2", "context")]
    return {page.split("edition ")[-1].split("<")[0].strip() for page in pages}


def test_publications_killed_again_and_again_leave_whole_reports(tmp_path: Path) -> None:
    out, chance = tmp_path / "reports", random.Random(7)  # noqa: S311
    for _ in range(44):
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(out)], stdout=subprocess.PIPE
        )
        assert process.stdout
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        # On Linux the reports are never away; elsewhere the next build brings them back.
        if sys.platform == "linux":
            assert len({path.read_text() for path in out.iterdir()}) == 1
            assert len(list(out.iterdir())) == 31
    publish(out, lambda new, old: (new / "manifest.json").write_text("last"))
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_builds_killed_at_random_moments_leave_whole_reports_and_are_resumed(
    project: Project,
) -> None:
    _says(project, 0)
    began = time.perf_counter()
    assert _start(project).wait() == 0
    usual, chance = time.perf_counter() - began, random.Random(11)  # noqa: S311
    for number in range(1, KILLS + 1):
        _says(project, number)
        process = _start(project)
        time.sleep(chance.uniform(0.2, usual))
        process.send_signal(signal.SIGKILL)
        process.wait()
        state = json.loads((project.reports / STATE).read_text())
        assert state["files"] == hashes_of(project.reports)
        assert len(_editions(project.reports)) == 1
    assert _start(project).wait() == 0
    assert _editions(project.reports) == {str(KILLS)}
    assert [one.name for one in project.root.glob("reports*")] == ["reports"]


def test_two_builds_at_once_publish_one_after_the_other(project: Project) -> None:
    _says(project, 1)
    both = [_start(project), _start(project, "--fresh")]
    assert [process.wait() for process in both] == [0, 0]
    state = json.loads((project.reports / STATE).read_text())
    assert state["files"] == hashes_of(project.reports)
    assert _editions(project.reports) == {"1"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of a terminal")
def test_an_interrupt_ends_the_notebooks_and_leaves_the_reports(
    project: Project, tmp_path: Path
) -> None:
    _says(project, 1)
    assert _start(project).wait() == 0
    before = project.published()
    mark = project.root / "running"
    project.add("a1", f"import time\nopen({str(mark)!r}, 'w').close()\ntime.sleep(600)")
    said = tmp_path / "said"
    with said.open("wb") as stream:
        process = _start(project, says_to=stream)
        while not mark.exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
    assert said.read_text().strip() == "interrupted; reports already published are as they were"
    assert project.published() == before
