"""``caseanalysis build``: every report of a case, or some of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseanalysis import standing
from caseanalysis.cli.cases import sound_records
from caseanalysis.cli.diff import tell_changes
from caseanalysis.cli.reporting import reporter
from caseanalysis.errors import CaseAnalysisError
from caseanalysis.standing import Line

if TYPE_CHECKING:
    from caseanalysis.batch import BuildResult, BuiltReport, Limits
    from caseanalysis.batch.build import Executor


class _Executor(StrEnum):
    local = "local"
    dask = "dask"


@dataclass(frozen=True)
class _Run:
    """What every case of a command is built with."""

    command: Sequence[str]
    areas: Sequence[str]
    parameters: Mapping[str, object]
    jobs: int | None
    limits: Limits
    executor: Executor | None
    fresh: bool


def build(
    areas: Annotated[
        list[str] | None, typer.Argument(metavar="[AREA…]", help="Reports to build (default: all).")
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", help="A case; several, each into a folder of its own."),
    ] = None,
    all_cases: Annotated[
        bool, typer.Option("--all-cases", help="Every case, each into a folder of its own.")
    ] = False,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="A parameter of the notebooks."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Notebooks at once (default: processors).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the reports (default: reports/).")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Run every notebook, whatever is as it was.")
    ] = False,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1, help="Seconds that one notebook may take.")
    ] = 600,
    memory_limit: Annotated[
        float, typer.Option("--memory-limit", min=100, help="Megabytes that one notebook may take.")
    ] = 3000,
    executor: Annotated[
        _Executor, typer.Option("--executor", help="Where notebooks run: here, or a Dask cluster.")
    ] = _Executor.local,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", metavar="ADDRESS", help="Scheduler of the cluster, tcp://HOST:8786."
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            min=0,
            help="End with code 11 where a finding or figure moved by more than this share.",
        ),
    ] = None,
) -> None:
    """Run the notebooks whose inputs changed, and publish all reports of a case by one swap."""
    from caseanalysis import batch
    from caseanalysis.case import default_case, list_cases
    from caseanalysis.locations import project_root
    from caseanalysis.parameters import parse_assignments

    if all_cases and case:
        raise typer.BadParameter("--all-cases stands for every --case")
    cases = list_cases() if all_cases else case or [default_case()]
    several = all_cases or len(cases) > 1
    run = _Run(
        command=sys.argv[1:],
        areas=areas or [],
        parameters=parse_assignments(param or []),
        jobs=jobs,
        limits=batch.Limits(time_limit, memory_limit),
        executor=_cluster(executor, scheduler, jobs),
        fresh=fresh,
    )
    folder = out or project_root() / "reports"
    _look_at_store()
    if several:
        _build_each(cases, folder, run, tolerance)
    elif _build_one(cases[0], folder, run):
        _tell_moved(folder, tolerance)


def _build_each(cases: Sequence[str], folder: Path, run: _Run, tolerance: float | None) -> None:
    """Build cases one after another; a case that fails stops none of the others."""
    from caseanalysis.batch import several

    several.refuse_others(folder)
    codes, failures = list[int](), dict[str, str]()
    for case in dict.fromkeys(cases):
        told = replace(run, command=[*run.command, f"the case {case}"])
        try:
            if run.fresh or not standing.told(told.command):
                published = _build_one(case, folder / case, told)
                _tell_moved(folder / case, tolerance if published else None)
        except CaseAnalysisError as error:
            reporter.error(error)
            codes.append(error.exit_code)
            failures[case] = f"{error.where}: {error.found}"
        except typer.Exit as ended:
            codes.append(ended.exit_code)
    page = several.write_overview(folder, failures)
    reporter.say(
        f"{'cases':16}   {page}", event="cases built", out=str(folder), failed=len(failures)
    )
    if codes:
        raise typer.Exit(codes[0])


def _build_one(case: str, folder: Path, run: _Run) -> bool:
    """Build a case into a folder, tell of it, and return whether something was published."""
    from caseanalysis import batch
    from caseanalysis.batch import checking
    from caseanalysis.case import list_cases, load_case

    if case in list_cases():  # any other name is a wrong parameter, which the build tells
        sound_records(case)
    total = batch.count(run.areas)
    with reporter.progress(f"building {case}", total) as step:
        result = batch.build(
            run.areas,
            case=case,
            parameters=run.parameters,
            jobs=run.jobs,
            out=folder,
            limits=run.limits,
            executor=run.executor,
            fresh=run.fresh,
            on_progress=step,
        )
    for line in _lines(result, folder):
        reporter.say(line.text, event=line.event, **line.fields)
    for warning in result.warnings:
        reporter.warn(warning, event="reports not kept")
    if result.published:
        reporter.warn(checking.warning(checking.unchecked(load_case(case))), event="unchecked")
    if not run.fresh and run.executor is None:
        _keep(result, folder, run.command)
    return result.published


def _tell_moved(folder: Path, tolerance: float | None) -> None:
    """Tell what moved since the build before, where a tolerance is given."""
    from caseanalysis.batch import history

    if tolerance is not None and len(history.numbers(folder)) > 1:
        tell_changes(*history.find_runs([], folder), tolerance)


def _look_at_store() -> None:
    """Warn of a data store that was named and is not there."""
    from caseanalysis.locations import store_folder

    named = os.environ.get("CASEANALYSIS_DATA")
    if not store_folder().exists() and named:
        told = f"no data store at {named}: the reports come from the compact extracts alone"
        reporter.warn(told, event="no data store")


def _cluster(executor: _Executor, scheduler: str | None, jobs: int | None) -> Executor | None:
    """Return what runs notebooks on a Dask cluster; None where they run here."""
    if executor is _Executor.local:
        if scheduler is not None:
            raise typer.BadParameter("--scheduler goes with --executor dask")
        return None
    if scheduler is None:
        raise typer.BadParameter("--executor dask needs --scheduler ADDRESS")
    if jobs is not None:
        raise typer.BadParameter("--jobs goes with --executor local; a cluster has its own slots")
    from caseanalysis.batch.distributed import run_all

    return partial(run_all, scheduler=scheduler)


def _lines(result: BuildResult, folder: Path) -> list[Line]:
    """Return what is told of a build, a line a report and one of the index."""
    told = "" if result.published else "unchanged"
    event = "reports published" if result.published else "nothing changed"
    about = {"out": str(folder), "seconds": round(result.seconds, 2)}
    index = Line(f"{'index':16} {told}  {result.index}", event, about)
    return [*map(_line, result.reports), index]


def _line(report: BuiltReport) -> Line:
    took = report.seconds
    return Line(
        f"{report.area:16} {'unchanged' if took is None else f'{took:7.1f} s'}  {report.path}",
        "report unchanged" if took is None else "report built",
        {
            "area": report.area,
            "seconds": None if took is None else round(took, 2),
            "path": str(report.path),
        },
    )


def _keep(result: BuildResult, folder: Path, command: Sequence[str]) -> None:
    """Let the same command end at once, as long as all is as it is now."""
    if result.places is None or result.warnings:
        return
    reports = tuple(replace(report, seconds=None) for report in result.reports)
    same = replace(result, reports=reports, published=False, seconds=0.0)
    try:
        standing.keep(command, result.places, _lines(same, folder), form=reporter.form)
    except OSError as error:
        told = f"{error.strerror or error}: the next build looks at everything again"
        reporter.warn(told, event="command not kept")
