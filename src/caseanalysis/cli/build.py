"""``caseanalysis build``: every report of a case, or some of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseanalysis import standing
from caseanalysis.cli.diff import tell_changes
from caseanalysis.cli.reporting import reporter
from caseanalysis.standing import Line

if TYPE_CHECKING:
    from caseanalysis.batch import BuildResult, BuiltReport
    from caseanalysis.batch.build import Executor


class _Executor(StrEnum):
    local = "local"
    dask = "dask"


def build(
    areas: Annotated[
        list[str] | None, typer.Argument(metavar="[AREA…]", help="Reports to build (default: all).")
    ] = None,
    case: Annotated[
        str | None, typer.Option("--case", help="The case (default: data/cases/default.yaml).")
    ] = None,
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
    """Run the notebooks whose inputs changed, and publish all reports by one swap."""
    from caseanalysis import batch
    from caseanalysis.batch import checking, history
    from caseanalysis.case import default_case, load_case
    from caseanalysis.locations import project_root
    from caseanalysis.parameters import parse_assignments

    chosen = case or default_case()
    run_on = _cluster(executor, scheduler, jobs)
    parameters = parse_assignments(param or [])
    folder = out or project_root() / "reports"
    total = batch.count(areas or [])
    with reporter.progress("building", total) as step:
        result = batch.build(
            areas or [],
            case=chosen,
            parameters=parameters,
            jobs=jobs,
            out=folder,
            limits=batch.Limits(time_limit, memory_limit),
            executor=run_on,
            fresh=fresh,
            on_progress=step,
        )
    for line in _lines(result, folder):
        reporter.say(line.text, event=line.event, **line.fields)
    for warning in result.warnings:
        reporter.warn(warning, event="reports not kept")
    if result.published:
        reporter.warn(checking.warning(checking.unchecked(load_case(chosen))), event="unchecked")
    if not fresh and run_on is None:
        _keep(result, folder)
    if tolerance is not None and result.published and len(history.numbers(folder)) > 1:
        tell_changes(*history.find_runs([], folder), tolerance)


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


def _keep(result: BuildResult, folder: Path) -> None:
    """Let the same command end at once, as long as all is as it is now."""
    if result.places is None or result.warnings:
        return
    reports = tuple(replace(report, seconds=None) for report in result.reports)
    same = replace(result, reports=reports, published=False, seconds=0.0)
    try:
        standing.keep(sys.argv[1:], result.places, _lines(same, folder), form=reporter.form)
    except OSError as error:
        told = f"{error.strerror or error}: the next build looks at everything again"
        reporter.warn(told, event="command not kept")
