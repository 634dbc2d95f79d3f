"""Notebooks side by side, each in a process of its own that is watched and may be ended."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

from caseanalysis.batch.run import DRAWING_DEFAULTS, Job, Outcome, failed, run_job

T = TypeVar("T")

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
) | {"PYTHONHASHSEED": "0", "MATPLOTLIBRC": str(DRAWING_DEFAULTS)}


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


def call(function: Callable[..., T], *arguments: object, settings: Mapping[str, str]) -> T:
    """Return what a function returns, called in a process forked like those of the notebooks.

    The process has imported the libraries already; this one need not.
    """
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    results, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, ours, settings, function, arguments))
    with _settings():
        process.start()
    sender.close()
    try:
        value, error = results.recv()
    except EOFError:
        process.join()
        raise failed(function.__name__, f"that its process ended ({process.exitcode})") from None
    finally:
        process.kill()
        process.join()
        theirs.close()
        ours.close()
    if error is not None:
        raise error
    return cast(T, value)


def warm_up() -> None:
    """Let the process that the others are forked from import the libraries, without waiting."""
    if _context().get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver

    with _settings():
        forkserver.ensure_running()


@atexit.register
def _end_forkserver() -> None:
    """End the process that the others were forked from, which would take a second to end itself.

    Whoever reads what a build prints waits for all of its processes.
    """
    if "multiprocessing.forkserver" not in sys.modules:
        return
    import psutil

    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if any("multiprocessing.forkserver" in part for part in child.cmdline()):
                child.kill()


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
    with _settings():
        process.start()
    sender.close()
    return _Run(job, process, results, time.perf_counter())


@contextmanager
def _settings() -> Iterator[None]:
    """Set what a process must know before it imports anything."""
    before = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update(_SETTINGS)
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
    _obey_build(alive)
    results.send(run_job(job))
    results.close()


def _answer(
    results: Connection,
    alive: Connection,
    settings: Mapping[str, str],
    function: Callable[..., object],
    arguments: Sequence[object],
) -> None:
    """Send what a function returns, or raises."""
    _obey_build(alive)
    os.environ.update(settings)
    try:
        results.send((function(*arguments), None))
    except Exception as error:
        results.send((None, error))
    results.close()


def _obey_build(alive: Connection) -> None:
    """End when the build is gone; leave an interrupt to the build, which ends its processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_build, args=(alive,), daemon=True).start()


def _end_with_build(alive: Connection) -> None:
    with suppress(OSError):
        alive.poll(None)  # nothing is ever sent; it ends when the other side is closed
    os._exit(1)


def _outcome(run: _Run, limits: Limits) -> Outcome | None:
    """Return the outcome of a notebook that has ended or must end; None while it runs."""
    seconds = time.perf_counter() - run.start
    try:
        outcome: Outcome | None = run.results.recv() if run.results.poll() else None
    except (EOFError, OSError):
        return _failure(run, seconds, f"that its Python process ended ({_ending(run)})")
    if outcome is not None:
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
