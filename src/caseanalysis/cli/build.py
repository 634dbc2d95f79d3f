"""``caseanalysis build``: every report of a case, or some of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseanalysis.cli.diff import tell_changes
from caseanalysis.cli.reporting import reporter

if TYPE_CHECKING:
    from caseanalysis.batch import BuiltReport


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
    from caseanalysis.batch import history
    from caseanalysis.case import default_case
    from caseanalysis.locations import project_root
    from caseanalysis.parameters import parse_assignments

    chosen = case or default_case()
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
            fresh=fresh,
            on_progress=step,
        )
    for report in result.reports:
        _say_report(report)
    reporter.say(
        f"{'index':16} {'' if result.published else 'unchanged'}  {result.index}",
        event="reports published" if result.published else "nothing changed",
        out=str(folder),
        seconds=round(result.seconds, 2),
    )
    if tolerance is not None and result.published and len(history.numbers(folder)) > 1:
        tell_changes(*history.find_runs([], folder), tolerance)


def _say_report(report: BuiltReport) -> None:
    took = report.seconds
    reporter.say(
        f"{report.area:16} {'unchanged' if took is None else f'{took:7.1f} s'}  {report.path}",
        event="report unchanged" if took is None else "report built",
        area=report.area,
        seconds=None if took is None else round(took, 2),
        path=str(report.path),
    )
