"""``caseanalysis build``: every report of a case, or some of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from caseanalysis.cli.reporting import reporter


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
) -> None:
    """Run the notebooks and publish their reports, all at once or not at all."""
    from caseanalysis import batch
    from caseanalysis.case import default_case
    from caseanalysis.locations import project_root
    from caseanalysis.parameters import parse_assignments

    chosen = case or default_case()
    parameters = parse_assignments(param or [])
    folder = out or project_root() / "reports"
    total = batch.count(areas or [])
    with reporter.progress("building", total) as step:
        result = batch.build(
            areas or [], case=chosen, parameters=parameters, jobs=jobs, out=folder, on_progress=step
        )
    for report in result.reports:
        reporter.say(
            f"{report.area:8} {report.seconds:5.1f} s  {report.path}",
            event="report built",
            area=report.area,
            seconds=round(report.seconds, 2),
            path=str(report.path),
        )
    reporter.say(f"index            {result.index}", event="reports published", out=str(folder))
