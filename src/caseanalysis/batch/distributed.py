"""Notebooks run on an existing Dask cluster, with the results and errors of one computer."""

from __future__ import annotations

import pickle
import queue
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from caseanalysis.batch import errands
from caseanalysis.batch.run import Job, Outcome, failed
from caseanalysis.batch.surroundings import check_same, surroundings
from caseanalysis.batch.workers import Limits
from caseanalysis.errors import BuildError

#: Seconds that a scheduler has to accept a build.
CONNECT = 15.0
#: Seconds that it has for an answer later; a busy one is not a lost one.
ANSWER = 30.0
#: Seconds that a cluster may be without a worker: one that is lost may be started again.
WITHOUT_WORKER = 30.0


def run_all(jobs: Sequence[Job], *, scheduler: str, limits: Limits) -> Iterator[Outcome]:
    """Run notebooks on a Dask cluster; yield the outcome of each as it ends.

    Each slot of the cluster, a thread of a worker, runs one notebook at a time in a process of its
    own. What a worker that is lost was running runs anew on another; leaving the iterator early
    ends what still runs.

    Parameters
    ----------
    jobs : sequence of Job
        The notebooks, those that should start first at the start.
    scheduler : str
        Address of the scheduler, ``tcp://host:8786``.
    limits : Limits
        What one notebook may take.

    Raises
    ------
    BuildError
        If ``distributed`` is not installed, the scheduler cannot be reached or is lost, there is
        no worker, or on a worker the same notebook could make another report. In the last two
        cases nothing has run.
    """
    if not jobs:
        return
    about = (jobs[0].home, jobs[0].store, [job.notebook.path for job in jobs])
    wanted, build = surroundings(*about), uuid.uuid4().hex
    futures: dict[Any, Job] = {}
    with _connected(scheduler) as client:
        try:
            _prepare(client, build, about, wanted)
            for number, job in enumerate(jobs):
                future = client.submit(
                    errands.run,
                    *(build, about, wanted, pickle.dumps((job, limits))),
                    key=f"{job.notebook.area}-{build}",
                    priority=-number,
                )
                futures[future] = job
            yield from _outcomes(client, futures)
        finally:
            _leave(client, build, list(futures))


@contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    """Yield a client; tell any loss of the scheduler as what it is."""
    distributed = _library()
    try:
        client = distributed.Client(scheduler, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise _unreachable(scheduler, f"no answer ({_said(error)})") from error
    try:
        yield client
    except (OSError, distributed.client.FutureCancelledError) as error:
        raise _unreachable(scheduler, "that it was lost during the build") from error
    finally:
        client.close(timeout=CONNECT)


def _library() -> Any:
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise BuildError(
            where="--executor dask",
            found=f"no package {error.name!r}",
            wanted="the packages of the extra 'dask'",
            remedy="pip install caseanalysis[dask]",
        ) from error
    return distributed


def _prepare(client: Any, build: str, about: errands.About, wanted: dict[str, Any]) -> None:
    """Refuse a cluster without a worker, and one with a worker that would make other reports."""
    try:
        client.wait_for_workers(1, timeout=WITHOUT_WORKER)
    except TimeoutError:
        raise _without_worker(client) from None
    told = client.run(errands.prepare, build, about, on_error="return")
    for address, found in sorted(told.items()):
        if isinstance(found, BaseException):
            raise BuildError(
                where=f"Dask worker {address}",
                found=f"that it cannot run notebooks ({_said(found)})",
                wanted="caseanalysis and its dependencies, as where the build was started",
                remedy="install them there, see the worker's log, and start the worker again",
            )
        check_same(wanted, found, where=f"Dask worker {address}")


def _outcomes(client: Any, futures: dict[Any, Job]) -> Iterator[Outcome]:
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for future in futures:
        future.add_done_callback(done.put)
    seen = time.monotonic()
    while futures:
        try:
            future = done.get(timeout=1)
        except queue.Empty:
            seen = _look_for_workers(client, seen)
            continue
        job = futures.pop(future)
        yield _outcome(job, future)
        future.release()


def _look_for_workers(client: Any, seen: float) -> float:
    """Return when the cluster last had a worker."""
    if client.sync(client.scheduler.ncores, callback_timeout=ANSWER):
        return time.monotonic()
    if time.monotonic() - seen > WITHOUT_WORKER:
        raise _without_worker(client)
    return seen


def _outcome(job: Job, future: Any) -> Outcome:
    """Return what became of a notebook; the loss of all workers that ran it is its failure."""
    error = future.exception()
    if error is None:
        outcome: Outcome = pickle.loads(future.result())  # noqa: S301
        return outcome
    if isinstance(error, BuildError):
        raise error
    if type(error).__name__ == "KilledWorker":
        reason = "that every Dask worker that ran it was lost"
    else:
        reason = f"that a Dask worker could not run it ({_said(error)})"
    return Outcome(job.notebook.area, 0.0, failure=failed(job.notebook.name, reason))


def _leave(client: Any, build: str, futures: Sequence[Any]) -> None:
    """End what still runs for a build."""
    if client.status == "running":
        client.cancel(futures)
        client.run(errands.end, build, on_error="ignore")


def _unreachable(scheduler: str, found: str) -> BuildError:
    return BuildError(
        where=f"Dask scheduler {scheduler}",
        found=found,
        wanted="a scheduler that runs and can be reached",
        remedy="start it or mend its address and build again; the reports are as they were",
    )


def _without_worker(client: Any) -> BuildError:
    return BuildError(
        where=f"Dask scheduler {client.scheduler.address}",
        found=f"no worker for {WITHOUT_WORKER:g} seconds",
        wanted="at least one worker",
        remedy="start workers (docs/scheduling.md) and build again; the reports are as they were",
    )


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
