"""A build: notebooks found, parameters checked, notebooks run, reports published together."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from caseanalysis.batch.discover import Notebook, check_runs, find_notebooks
from caseanalysis.batch.publish import publish, refuse_strangers
from caseanalysis.batch.reports import write_reports
from caseanalysis.batch.run import Job, Outcome
from caseanalysis.batch.workers import Limits, run_all
from caseanalysis.case import load_case
from caseanalysis.errors import BuildError
from caseanalysis.locations import project_root, store_root


@dataclass(frozen=True)
class BuiltReport:
    """A report that was built."""

    area: str
    title: str
    path: Path
    seconds: float


@dataclass(frozen=True)
class BuildResult:
    """What a build made: its reports, the index, the findings, and how long it took."""

    reports: tuple[BuiltReport, ...]
    index: Path
    findings: Path
    seconds: float


def count(areas: Sequence[str] = ()) -> int:
    """Return how many notebooks a build of some areas, or of all, would run."""
    return len(find_notebooks(areas))


def build(
    areas: Sequence[str] = (),
    *,
    case: str,
    out: Path,
    parameters: Mapping[str, object] | None = None,
    jobs: int | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> BuildResult:
    """Build reports and publish them together.

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
    on_progress : Callable
        Called with the area of each notebook that has ended.

    Raises
    ------
    ParameterError
        If an area has no notebook, or a parameter has a wrong name, type or value. Nothing has
        run then.
    BuildError
        If a notebook failed; the message names it, the cell and the reason. The others have run
        to their end, and the reports published before are as they were.
    """
    start = time.perf_counter()
    notebooks = find_notebooks(areas)
    if not notebooks:
        raise BuildError(
            where="notebooks",
            found="no notebook",
            wanted="at least one",
            remedy="work inside the project folder",
        )
    values = check_runs(notebooks, {**(parameters or {}), "case": case})
    refuse_strangers(out)
    tasks = [Job(one, values[one.area], project_root(), store_root()) for one in notebooks]
    outcomes = _run(tasks, jobs=jobs or os.cpu_count() or 1, on_progress=on_progress)
    _raise_failures(notebooks, outcomes)
    pages = [outcomes[one.area].page for one in notebooks]
    made = [page for page in pages if page is not None]
    publish(out, lambda new, old: write_reports(new, old, made, load_case(case), bool(areas)))
    return BuildResult(
        reports=tuple(
            BuiltReport(
                page.area, page.title, out / f"{page.area}.html", outcomes[page.area].seconds
            )
            for page in made
        ),
        index=out / "index.html",
        findings=out / "findings.csv",
        seconds=time.perf_counter() - start,
    )


def _run(
    tasks: Sequence[Job], *, jobs: int, on_progress: Callable[[str], None]
) -> dict[str, Outcome]:
    outcomes = {}
    for outcome in run_all(tasks, workers=jobs, limits=Limits()):
        outcomes[outcome.area] = outcome
        on_progress(outcome.area)
    return outcomes


def _raise_failures(notebooks: Sequence[Notebook], outcomes: Mapping[str, Outcome]) -> None:
    failures = [outcomes[one.area].failure for one in notebooks]
    told = [failure for failure in failures if failure is not None]
    if not told:
        return
    first, *others = told
    also = "".join(f"; also {one.where}: {one.found}" for one in others)
    raise BuildError(
        where=first.where, found=first.found + also, wanted=first.wanted, remedy=first.remedy
    )
