"""A build on a Dask cluster: a real scheduler and workers, one of which is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
import pytest
from throwaway import DRAW, FIGURE, STAND_IN, Project

from caseanalysis.batch import Limits, build, distributed
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
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(20)


def until(met: Callable[[], object], seconds: float = 30) -> None:
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
