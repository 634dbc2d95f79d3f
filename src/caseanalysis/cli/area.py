"""``caseanalysis area``: a new area of a case."""

from __future__ import annotations

from typing import Annotated

import typer

from caseanalysis.cli.reporting import reporter

app = typer.Typer(help="Add an area.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Add an area."""


@app.command()
def new(
    area: Annotated[str, typer.Argument(help="Name of the area and of its notebook, such as d1.")],
    title: Annotated[str, typer.Option("--title", help="Title of the report.")],
    case: Annotated[
        str | None, typer.Option("--case", help="The case (default: data/cases/default.yaml).")
    ] = None,
) -> None:
    """Write the notebook of a new area from a template that builds as it is."""
    from caseanalysis.batch.areas import write_area
    from caseanalysis.case import default_case, load_case

    chosen = load_case(case or default_case())
    path = write_area(area, title=title, case=chosen.name)
    reporter.say(f"{path} written", event="area written", area=area, path=str(path))
    short = chosen.name
    steps = [
        f"caseanalysis build {area} --case {short}",
        f"list it among the areas of a theme in data/cases/{short}/case.yaml: "
        f'{{id: {area}, title: "{title.strip()}", short_title: …}}',
        f"add what the case printed about it to data/cases/{short}/claims.csv, area {area}",
        "put your own evidence in the place of the template's (docs/adding.md, “An area”)",
    ]
    for step in steps:
        reporter.say(f"next: {step}", event="next step", area=area, step=step)
