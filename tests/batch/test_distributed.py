"""A build on a Dask cluster: a real scheduler and workers, one of which is killed in the middle."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
import pytest
from throwaway import DRAW, FIGURE, STAND_IN, Project
from typer.testing import CliRunner

from caseanalysis.batch import Limits, build, distributed
from caseanalysis.batch.discover import find_notebooks
from caseanalysis.batch.run import Job, Outcome
from caseanalysis.batch.surroundings import check_same, surroundings
from caseanalysis.cli import app
from caseanalysis.errors import BuildError

#: It tells which processes it runs in, and waits until it may go on.
WAITING = """\
import os, pathlib, time, psutil
home = pathlib.Path(os.environ["CASEANALYSIS_HOME"])
pids = [os.getpid(), *(one.pid for one in psutil.Process().parents())]
(home / "ran-in.new").write_text(" ".join(map(str, pids)))
(home / "ran-in.new").rename(home / f"ran-in-{os.getpid()}")
while not (home / "go-on").exists():
    time.sleep(0.05)
"""


@dataclass
class Cluster:
    """A scheduler and its workers on this computer, each a process of its own."""

    folder: Path
    address: str = ""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str, **settings: str) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "dask", *arguments, "--no-dashboard"]
        log = (self.folder / f"{name}.log").open("wb")
        self.processes[name] = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=self.folder, env=os.environ | settings
        )
        log.close()

    def start_scheduler(self) -> None:
        told = self.folder / "scheduler.json"
        here = ("--host", "127.0.0.1", "--port", "0")
        self.start("scheduler", "scheduler", *here, "--scheduler-file", str(told))
        until(lambda: told.exists() and told.read_text().endswith("}"))
        self.address = json.loads(told.read_text())["address"]

    def start_worker(self, name: str, *options: str, **settings: str) -> None:
        self.start(name, "worker", self.address, "--nthreads", "1", *options, **settings)

    def stop(self) -> None:
        """End all at once, nannies with their workers."""
        started = [psutil.Process(one.pid) for one in self.processes.values() if one.poll() is None]
        for process in started + [inner for one in started for inner in one.children()]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for one in self.processes.values():
            one.wait(20)


def until(met: Callable[[], object], seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(folder)
    try:
        cluster.start_scheduler()
        yield cluster
    finally:
        cluster.stop()


@dataclass
class Built:
    """What a build left: its reports and the error that it ended with."""

    published: dict[str, bytes]
    error: str


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("cluster")) as started:
        # Under a nanny a worker may have no children by multiprocessing; without one it may.
        started.start_worker("first")
        started.start_worker("second", "--no-nanny")
        yield started


def where_it_runs(project: Project, *, but: tuple[Path, ...] = ()) -> Path:
    """Return the file in which the waiting notebook tells its processes."""

    def told() -> list[Path]:
        return sorted(set(project.root.glob("ran-in-*")) - {*but})

    until(told)
    return told()[0]


def pids(told: Path) -> list[int]:
    return [int(pid) for pid in told.read_text().split()]


def kill_its_worker(project: Project) -> None:
    """Kill the worker that runs the waiting notebook, and let that go on once it has ended."""
    try:
        notebook, _, _, worker, *_ = pids(where_it_runs(project))
        os.kill(worker, signal.SIGKILL)
        until(lambda: not psutil.pid_exists(notebook))
    finally:
        (project.root / "go-on").touch()


def built(project: Project, **options: object) -> Built:
    with pytest.raises(BuildError, match="ZeroDivisionError") as caught:
        build(case="three-towns", out=project.reports, fresh=True, **options)
    return Built(project.published(), str(caught.value))


@pytest.fixture(scope="module")
def both(shared_project: Project, cluster: Cluster) -> tuple[Built, Built]:
    """The same project built on the cluster, which loses a worker, and on this computer."""
    project = shared_project
    project.add("a1", "# Waits", WAITING)
    project.add("a2", STAND_IN + DRAW, FIGURE, "study.sources()")
    project.add("a3", "# Fine", "print(seed)", parameters='case = "three-towns"\nseed = 7')
    project.add("b1", "# Broken", "x = 1", "\n# a remark\ny = x / 0")
    project.add("b2", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(kill_its_worker, project)
        there = built(project, executor=on(cluster))
        killed.result()
    shutil.rmtree(project.reports)
    return there, built(project)


def on(cluster: Cluster) -> partial[Iterator[Outcome]]:
    return partial(distributed.run_all, scheduler=cluster.address)


def test_no_report_is_lost_and_every_byte_is_that_of_a_build_here(
    both: tuple[Built, Built], shared_project: Project
) -> None:
    there, here = both
    assert {"a1.html", "a2.html", "a3.html"} <= set(here.published)
    assert there.published == here.published
    first, second, _ = sorted(shared_project.root.glob("ran-in-*"), key=os.path.getmtime)
    assert pids(first)[3] != pids(second)[3]


def test_errors_are_those_of_a_build_here(both: tuple[Built, Built]) -> None:
    there, here = both
    assert there.error == here.error
    assert "notebooks/b1.ipynb, cell 4 (`# a remark`)" in here.error
    assert "ZeroDivisionError: division by zero" in here.error
    assert "b2.ipynb: that its Python process ended (short of memory, or killed)" in here.error


def waiting_jobs(project: Project) -> list[Job]:
    (project.root / "go-on").unlink(missing_ok=True)
    project.add("c1", WAITING)
    store = project.root / "store"
    return [
        Job(one, {"case": "three-towns"}, project.root, store) for one in find_notebooks(["c1"])
    ]


@pytest.mark.usefixtures("both")
def test_leaving_early_ends_what_runs(shared_project: Project, cluster: Cluster) -> None:
    before = tuple(shared_project.root.glob("ran-in-*"))
    outcomes = distributed.run_all(
        waiting_jobs(shared_project), scheduler=cluster.address, limits=Limits()
    )
    with ThreadPoolExecutor(1) as pool:
        ran = pool.submit(where_it_runs, shared_project, but=before)
        interrupt = pool.submit(lambda: (ran.result(), os.kill(os.getpid(), signal.SIGINT)))
        with pytest.raises(KeyboardInterrupt):
            next(outcomes)
    assert interrupt.exception() is None
    until(lambda: not psutil.pid_exists(pids(ran.result())[0]))


@pytest.mark.usefixtures("both")
def test_a_scheduler_that_is_lost_ends_the_build_with_the_reports_as_they_were(
    shared_project: Project, cluster: Cluster
) -> None:
    before, told = shared_project.published(), tuple(shared_project.root.glob("ran-in-*"))
    waiting_jobs(shared_project)
    with ThreadPoolExecutor(1) as pool:
        ran = pool.submit(where_it_runs, shared_project, but=told)
        pool.submit(lambda: (ran.result(), cluster.processes["scheduler"].kill()))
        with pytest.raises(BuildError, match="lost during the build") as caught:
            build(["c1"], case="three-towns", out=shared_project.reports, executor=on(cluster))
    assert caught.value.exit_code == 8
    assert shared_project.published() == before


def test_a_scheduler_that_is_not_there_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed, "CONNECT", 0.5)
    project.add("a1", "1 + 1")
    nowhere = partial(distributed.run_all, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(BuildError, match="9: found no answer"):
        build(case="three-towns", out=project.reports, executor=nowhere)
    assert not project.reports.exists()


def test_the_extra_that_is_not_installed_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    project.add("a1", "1 + 1")
    nowhere = partial(distributed.run_all, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(BuildError, match=r"pip install caseanalysis\[dask\]"):
        build(case="three-towns", out=project.reports, executor=nowhere)


@pytest.mark.parametrize(
    "options",
    [
        ["--executor", "dask"],
        ["--scheduler", "tcp://127.0.0.1:9"],
        ["--executor", "dask", "--scheduler", "tcp://127.0.0.1:9", "--jobs", "2"],
        ["--executor", "cloud"],
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str], project: Project) -> None:
    project.add("a1", "1 + 1")
    ended = CliRunner().invoke(app, ["build", "--case", "three-towns", *options])
    assert ended.exit_code == 2


# --- workers that would make another report ------------------------------------------------------


def test_a_worker_that_would_make_another_report_is_refused(project: Project) -> None:
    notebook = project.add("a1", "1 + 1")

    def seen() -> dict[str, object]:
        return surroundings(project.root, project.root / "store", [notebook])

    here = seen()
    check_same(here, seen(), where="w")
    (project.root / "data" / "registers" / "new.csv").write_text("a")
    with pytest.raises(BuildError, match=f"w: found project folder {project.root}"):
        check_same(here, seen(), where="w")
    absent = surroundings(project.root / "elsewhere", project.root / "store", [])
    with pytest.raises(BuildError, match="hash of its notebooks and data: absent; wanted"):
        check_same(here, absent, where="w")


@pytest.mark.parametrize(
    ("differs", "said"),
    [
        ({"python": "3.99"}, "found Python: 3.99; wanted 3."),
        ({"version": "0.0.1"}, "found version of caseanalysis: 0.0.1; wanted"),
        ({"code": "0" * 64}, "found code of caseanalysis, as a hash: 000000000000; wanted"),
        ({"packages": {"pandas": "0.1", "more": "1"}}, "found package pandas: 0.1; wanted"),
    ],
)
def test_another_version_is_named(project: Project, differs: dict[str, object], said: str) -> None:
    here = surroundings(project.root, project.root / "store", [])
    check_same(here, {**here, "packages": {**here["packages"], "more": "1"}}, where="w")
    with pytest.raises(BuildError) as caught:
        check_same(here, {**here, **differs}, where="w")
    assert said in str(caught.value)
    assert "start the workers again" in str(caught.value)
