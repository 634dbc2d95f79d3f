"""What a Dask worker does for a build: hand each notebook to a process of its own that runs it.

The worker imports no notebook and is no parent of one, so that none can harm it. For each of its
slots it keeps a fresh Python process, which forks a child for each notebook just as a build on one
computer does. Only standard input and output join the two: a worker may be a process that is
allowed no children by ``multiprocessing``, and whatever ends the worker ends what it has started.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import platform
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from caseanalysis.batch.surroundings import Surroundings, check_same, surroundings

#: Seconds after which a process without work ends, where the build that it was for is gone.
IDLE = 60.0
_LENGTH = struct.Struct("!Q")
_SERVE = "from caseanalysis.batch.errands import serve; serve()"

#: Where the project and the store are, and the notebooks that will run.
About = tuple[Path, Path, Sequence[Path]]


class Runner:
    """A process that runs notebooks, one after another, and tells what they would come from."""

    def __init__(self, about: About) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.surroundings: Surroundings = pickle.loads(self.ask(pickle.dumps(about)))  # noqa: S301

    def ask(self, message: bytes) -> bytes:
        """Return the answer to a message.

        Raises
        ------
        OSError, EOFError
            If the process has ended.
        """
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        _send(self._process.stdin, message)
        return _receive(self._process.stdout)

    def end(self) -> None:
        """End the process, and with it the notebook that it runs."""
        self._process.kill()
        self._process.wait()


class _Runners:
    """The processes of a Dask worker, by the build that they are for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, list[Runner]] = {}
        self._idle: dict[str, list[tuple[Runner, threading.Timer]]] = {}

    def take(self, build: str, about: About) -> Runner:
        """Return a process that is free, or a new one."""
        with self._lock:
            idle = self._idle.get(build)
            if idle:
                runner, timer = idle.pop()
                timer.cancel()
                return runner
        runner = Runner(about)
        with self._lock:
            self._all.setdefault(build, []).append(runner)
        return runner

    def rest(self, build: str, runner: Runner) -> None:
        """Keep a process for the next notebook, for some time."""
        timer = threading.Timer(IDLE, self._end_idle, [build, runner])
        timer.daemon = True
        with self._lock:
            self._idle.setdefault(build, []).append((runner, timer))
        timer.start()

    def end(self, build: str) -> None:
        """End the processes of a build."""
        with self._lock:
            idle, ended = self._idle.pop(build, []), self._all.pop(build, [])
        for _, timer in idle:
            timer.cancel()
        for runner in ended:
            runner.end()

    def _end_idle(self, build: str, runner: Runner) -> None:
        with self._lock:
            idle = self._idle.get(build, [])
            if runner not in [one for one, _ in idle]:
                return
            self._idle[build] = [one for one in idle if one[0] is not runner]
            self._all[build].remove(runner)
        runner.end()


_RUNNERS = _Runners()


async def prepare(build: str, about: About) -> Surroundings:
    """Start a process for a build; return what reports would come from on this computer."""
    # Elsewhere than in the thread by which the worker tells the scheduler that it lives.
    runner = await asyncio.to_thread(_RUNNERS.take, build, about)
    _RUNNERS.rest(build, runner)
    return runner.surroundings


def run(build: str, about: About, wanted: Surroundings, message: bytes) -> bytes:
    """Return the outcome of a notebook; both the message and the outcome are pickled.

    Raises
    ------
    BuildError
        If the same notebook could make another report here than where the build was started.
    OSError, EOFError
        If the process that ran it has ended.
    """
    runner = _RUNNERS.take(build, about)
    check_same(wanted, runner.surroundings, where=f"a Dask worker on {platform.node()}")
    answer = runner.ask(message)
    _RUNNERS.rest(build, runner)
    return answer


def end(build: str) -> None:
    """End all that this worker runs and keeps for a build."""
    _RUNNERS.end(build)


def serve() -> None:
    """Answer what comes by standard input, until that is closed; then end at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed goes to the log of the worker
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    about = pickle.loads(asked.get())  # noqa: S301
    _send(answers, pickle.dumps(surroundings(*about)))
    while True:
        _send(answers, pickle.dumps(_run_one(*pickle.loads(asked.get()))))  # noqa: S301


def _run_one(job: Any, limits: Any) -> Any:
    from caseanalysis.batch.workers import run_all

    [outcome] = run_all([job], workers=1, limits=limits)
    return outcome


def _listen(stream: BinaryIO, asked: queue.SimpleQueue[bytes]) -> None:
    try:
        while True:
            asked.put(_receive(stream))
    except EOFError:
        os._exit(0)


def _send(stream: Any, message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def _receive(stream: Any) -> bytes:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    message: bytes = stream.read(length)
    if len(message) < length:
        raise EOFError
    return message
