"""Notebooks side by side, each in a process of its own that is watched and may be ended."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from caseanalysis.batch.run import Job, Outcome, failed, run_job

#: How often the limits of a running notebook are looked at, in seconds.
_PATIENCE = 0.25
_MEGABYTE = 2**20
#: Workers run side by side, so each may use one thread for linear algebra; and names have the same
#: order in every run.
_SETTINGS = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
) | {"PYTHONHASHSEED": "0"}


@dataclass(frozen=True)
class Limits:
    """What one notebook may take: seconds, and megabytes of memory."""

    seconds: float = 600
    megabytes: float = 3000


@dataclass
class _Run:
    """A notebook that is running."""

    job: Job
    process: Any
    results: Connection
    start: float


def run_all(jobs: Sequence[Job], *, workers: int, limits: Limits) -> Iterator[Outcome]:
    """Run notebooks, some at once, in their order; yield the outcome of each as it ends.

    A notebook that takes more than the limits is ended, and one whose process dies is noticed at
    once; either is an outcome with a failure. Leaving the iterator early ends what still runs.
    """
    waiting, running = deque(jobs), list[_Run]()
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                running.append(_start(context, waiting.popleft(), ours))
            wait([run.results for run in running], timeout=_PATIENCE)
            for run in list(running):
                outcome = _outcome(run, limits)
                if outcome is not None:
                    running.remove(run)
                    yield outcome
    finally:
        for run in running:
            _end(run)
        theirs.close()
        ours.close()


def run_apart(job: Job, limits: Limits) -> Outcome:
    """Run one notebook in a process of its own and return its outcome."""
    return next(run_all([job], workers=1, limits=limits))


def _context() -> Any:
    # To fork is safe only where the system's libraries allow it.
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["caseanalysis.batch.preload"])
    return context


def _start(context: Any, job: Job, alive: Connection) -> _Run:
    results, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, sender, alive), daemon=True)
    with _settings(job):
        process.start()
    sender.close()
    return _Run(job, process, results, time.perf_counter())


@contextmanager
def _settings(job: Job) -> Iterator[None]:
    """Set what a process must know before it imports anything."""
    settings = {**_SETTINGS, "MATPLOTLIBRC": str(job.drawing_defaults)}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(job: Job, results: Connection, alive: Connection) -> None:
    """Run a notebook in this process, and end when the build is gone."""
    threading.Thread(target=_end_with_build, args=(alive,), daemon=True).start()
    results.send(run_job(job))
    results.close()


def _end_with_build(alive: Connection) -> None:
    alive.poll(None)  # nothing is ever sent; it ends when the other side is closed
    os._exit(1)


def _outcome(run: _Run, limits: Limits) -> Outcome | None:
    """Return the outcome of a notebook that has ended or must end; None while it runs."""
    seconds = time.perf_counter() - run.start
    if run.results.poll():
        try:
            outcome: Outcome = run.results.recv()
        except (EOFError, OSError):
            return _failure(run, seconds, f"that its Python process ended ({_ending(run)})")
        _end(run, gently=True)
        return outcome
    if seconds > limits.seconds:
        return _failure(run, seconds, f"that it took more than {limits.seconds:g} seconds")
    if _megabytes(run.process.pid) > limits.megabytes:
        return _failure(run, seconds, f"that it took more than {limits.megabytes:g} MB of memory")
    return None


def _failure(run: _Run, seconds: float, reason: str) -> Outcome:
    _end(run)
    name = run.job.notebook.name
    return Outcome(run.job.notebook.area, seconds, failure=failed(name, reason))


def _ending(run: _Run) -> str:
    run.process.join(1)
    code = run.process.exitcode
    return f"exit code {code}" if code and code > 0 else "short of memory, or killed"


def _end(run: _Run, *, gently: bool = False) -> None:
    if gently:
        run.process.join(5)
    run.process.kill()
    run.process.join()
    run.results.close()


def _megabytes(process: int | None) -> float:
    import psutil

    try:
        return float(psutil.Process(process).memory_info().rss) / _MEGABYTE
    except psutil.Error:
        return 0.0  # it has ended, which the next look tells
