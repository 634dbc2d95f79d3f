"""A build: notebooks found, parameters checked, those run whose inputs changed, all published."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from caseanalysis import standing
from caseanalysis.batch import site
from caseanalysis.batch.cache import Cache, Kept, write_page
from caseanalysis.batch.discover import Notebook, check_runs, find_notebooks
from caseanalysis.batch.inputs import digest, places_of
from caseanalysis.batch.publish import publish, refuse_strangers
from caseanalysis.batch.run import Job, Outcome
from caseanalysis.batch.workers import Limits, run_all, warm_up
from caseanalysis.errors import BuildError
from caseanalysis.locations import cache_root, project_root, store_root
from caseanalysis.standing import Places


class Executor(Protocol):
    """Runs notebooks within limits, and yields the outcome of each as it ends."""

    def __call__(self, jobs: Sequence[Job], *, limits: Limits) -> Iterator[Outcome]:
        """Run notebooks."""


@dataclass(frozen=True)
class BuiltReport:
    """A report that was built, in how many seconds; None where what it came from is as it was."""

    area: str
    title: str
    path: Path
    seconds: float | None


@dataclass(frozen=True)
class BuildResult:
    """What a build made: its reports, the index, the findings, and how long it took.

    ``published`` is False where the folder of reports was as this build would write it;
    ``warnings`` say what did not go well, though the reports are right. ``places`` are those where
    a change would make the next build differ; None where something changed while this one ran.
    """

    reports: tuple[BuiltReport, ...]
    index: Path
    findings: Path
    seconds: float
    published: bool
    warnings: tuple[str, ...] = ()
    places: Places | None = None


def count(areas: Sequence[str] = ()) -> int:
    """Return how many notebooks a build of some areas, or of all, is about."""
    return len(find_notebooks(areas))


def build(
    areas: Sequence[str] = (),
    *,
    case: str,
    out: Path,
    parameters: Mapping[str, object] | None = None,
    jobs: int | None = None,
    limits: Limits | None = None,
    executor: Executor | None = None,
    fresh: bool = False,
    on_progress: Callable[[str], None] = lambda _: None,
) -> BuildResult:
    """Build reports and publish them together.

    A report is taken from an earlier build where its notebook, parameters, code and all that its
    run read are as they were. A folder that is already as it would be written is left alone.

    Parameters
    ----------
    areas : sequence of str
        Areas to build; none means all. Other reports that are published already are kept.
    case : str
        Name of the case.
    out : Path
        Folder of the reports, replaced as a whole.
    parameters : Mapping of str to object
        Values for the parameters of the notebooks; each notebook gets those that it declares.
    jobs : int
        Notebooks to run at once; by default as many as there are processors.
    limits : Limits
        The time and the memory that one notebook may take.
    executor : Executor
        Runs the notebooks elsewhere; ``jobs`` is then of no effect.
    fresh : bool
        Whether every notebook runs, whatever was kept.
    on_progress : Callable
        Called with the area of each report that is there.

    Raises
    ------
    ParameterError
        If an area has no notebook, or a parameter has a wrong name, type or value. Nothing has
        run then.
    BuildError
        If a notebook failed; the message names it, the cell and the reason. The others have run
        to their end and are published; of one that failed the last good report is kept, and the
        index says so. Nothing is published where no notebook ran well.
    """
    start = time.perf_counter()
    out = out.resolve()
    watch = _Watch(case, out)
    notebooks = _found(areas)
    values = check_runs(notebooks, {**(parameters or {}), "case": case})
    refuse_strangers(out)
    cache = Cache(cache_root())
    if fresh or not cache.load("seconds"):
        warm_up()  # there is something to run, for sure
    tasks = {
        one.area: Job(one, values[one.area], project_root(), store_root()) for one in notebooks
    }
    with tempfile.TemporaryDirectory(prefix="ca-") as spool:
        work = _Work(cache, tasks, Path(spool), fresh)
        here = partial(run_all, workers=jobs or os.cpu_count() or 1)
        for area in work.run(executor or here, limits or Limits()):
            on_progress(area)
        plan = site.Plan(case, bool(areas), work.kept, work.failures, work.inputs, work.seconds)
        published = bool(work.kept) and (fresh or not site.is_current(plan, out, cache))
        if published:
            publish(out, partial(watch.write, plan, cache))
    work.close()
    _raise_failures(work.outcomes)
    return BuildResult(
        reports=tuple(
            BuiltReport(area, one.title, out / f"{area}.html", work.seconds.get(area))
            for area, one in ((area, work.kept[area]) for area in tasks)
        ),
        index=out / "index.html",
        findings=out / "findings.csv",
        seconds=time.perf_counter() - start,
        published=published,
        warnings=tuple(dict.fromkeys(work.warnings)),
        places=watch.places([*work.inputs.values(), site.reads_of(out)]),
    )


def _found(areas: Sequence[str]) -> list[Notebook]:
    notebooks = find_notebooks(areas)
    if not notebooks:
        raise BuildError(
            where="notebooks",
            found="no notebook",
            wanted="at least one",
            remedy="work inside the project folder",
        )
    return notebooks


class _Watch:
    """Whether what a build comes from, or the folder of its reports, changes while it runs."""

    def __init__(self, case: str, out: Path) -> None:
        self.case = case
        self.out = out
        self.since = time.time_ns()
        self.before = places_of((), case).states()
        self.reports = standing.below(out)

    def write(self, plan: site.Plan, cache: Cache, new: Path, old: Path) -> None:
        """Write a new folder of reports."""
        site.write(plan, new, old, cache)
        self.reports = standing.below(new)

    def places(self, reads: Sequence[Mapping[str, str]]) -> Places | None:
        """Return all places that the next build would look at; None where one changed meanwhile."""
        places = places_of({name for one in reads for name in one}, self.case)
        as_it_was = standing.below(self.out) == self.reports
        if not as_it_was or not standing.settled(self.before, places, since=self.since):
            return None
        return replace(places, trees=(*places.trees, str(self.out)))


class _Work:
    """The reports of a build as they come: those kept from before, then those that run."""

    def __init__(self, cache: Cache, tasks: Mapping[str, Job], spool: Path, fresh: bool) -> None:
        self.cache = cache
        self.tasks = tasks
        self.spool = spool
        self.known = {area: cache.known(job) for area, job in tasks.items()}
        self.keys = {area: digest(known) for area, known in self.known.items()}
        found = {} if fresh else {area: cache.find(key) for area, key in self.keys.items()}
        self.kept: dict[str, Kept] = {area: one for area, one in found.items() if one}
        self.outcomes: dict[str, Outcome] = {}
        self.warnings: list[str] = []

    def close(self) -> None:
        """Keep what was learnt for later builds."""
        try:
            self.cache.close(self.seconds)
        except OSError as error:
            self.warnings.append(_not_kept(self.cache.root, error))

    @property
    def seconds(self) -> dict[str, float]:
        """How long each notebook that ran took."""
        return {area: one.seconds for area, one in self.outcomes.items() if one.failure is None}

    @property
    def inputs(self) -> dict[str, dict[str, str]]:
        """What each report came from, known before it ran or told by its run."""
        return {area: {**self.known[area], **one.read} for area, one in self.kept.items()}

    @property
    def failures(self) -> dict[str, str]:
        """Why each notebook that failed did, in the order of the notebooks."""
        failed = {area: self.outcomes[area].failure for area in self.tasks if area in self.outcomes}
        return {area: f"{one.where}: {one.found}" for area, one in failed.items() if one}

    def run(self, executor: Executor, limits: Limits) -> Iterator[str]:
        """Run what is not kept; yield each area that has been dealt with."""
        yield from self.kept
        waiting = [area for area in self._longest_first() if area not in self.kept]
        began = time.time()
        jobs = [self.tasks[area] for area in waiting]
        for outcome in executor(jobs, limits=limits):
            if outcome.page is not None:
                self.kept[outcome.area] = self._keep(outcome, began)
            # Its page is on disk, and pages are large.
            self.outcomes[outcome.area] = Outcome(
                outcome.area, outcome.seconds, failure=outcome.failure
            )
            yield outcome.area

    def _longest_first(self) -> list[str]:
        """Return the areas, those that took longest before at the start, so that none ends late.

        Of those that never ran, the longest notebooks come first.
        """
        seconds = self.cache.load("seconds")
        sizes = {area: job.notebook.path.stat().st_size for area, job in self.tasks.items()}
        return sorted(self.tasks, key=lambda area: (-seconds.get(area, sys.maxsize), -sizes[area]))

    def _keep(self, outcome: Outcome, began: float) -> Kept:
        """Keep a report for later builds; for this one only, where its inputs changed meanwhile."""
        page, key = outcome.page, self.keys[outcome.area]
        assert page is not None  # noqa: S101
        read = self.cache.inputs.all_of(outcome.read, since=began)
        try:
            if read is not None:
                return self.cache.keep(key, page, read)
        except OSError as error:
            self.warnings.append(_not_kept(self.cache.root, error))
        return write_page(self.spool / f"{outcome.area}.page.gz", key, page, {})


def _not_kept(folder: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"reports could not be kept in {folder} ({reason}): the next build runs them again"


def _raise_failures(outcomes: Mapping[str, Outcome]) -> None:
    told = [one.failure for _, one in sorted(outcomes.items()) if one.failure is not None]
    if not told:
        return
    first, *others = told
    also = "".join(f"; also {one.where}: {one.found}" for one in others)
    raise BuildError(
        where=first.where, found=first.found + also, wanted=first.wanted, remedy=first.remedy
    )
