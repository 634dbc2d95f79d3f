"""``caseanalysis diff``: what moved between two builds, by how much, and because of which input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caseanalysis.cli.reporting import reporter

if TYPE_CHECKING:
    from caseanalysis.batch.history import Run

#: The exit code where something moved beyond the tolerance.
MOVED = 11


def diff(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN] [RUN]",
            help="Numbers of runs, or folders of reports (default: the last two runs).",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of the reports (default: reports/).")
    ] = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", min=0, help="Share by which a number may move.")
    ] = 0.0,
) -> None:
    """Tell what moved between two builds; end with code 11 where it is beyond the tolerance."""
    from caseanalysis.batch import history
    from caseanalysis.locations import project_root

    folder = out or project_root() / "reports"
    tell_changes(*history.find_runs(runs or [], folder), tolerance)


def tell_changes(before: tuple[str, Run], after: tuple[str, Run], tolerance: float) -> None:
    """Print what moved between two runs; end with the exit code 11 where that is too much."""
    from caseanalysis.batch import changes

    (old_name, old), (new_name, new) = before, after
    found = changes.compare(old, new)
    columns = ("Report", "What", "Before", "After", "Change", "Because of")
    rows = [
        (
            one.area,
            f"{one.kind}: {one.what}",
            one.before,
            one.after,
            "–" if one.size is None else f"{one.size:.2%}",
            "; ".join(one.because),
        )
        for one in found
    ]
    title = f"what moved from {old_name} ({old['time']}) to {new_name} ({new['time']})"
    if rows:
        reporter.table(title, columns, rows)
    for sentence in changes.summary(found):
        reporter.say(sentence, event="changes", moved=len(found))
    if changes.beyond(found, tolerance):
        raise typer.Exit(MOVED)
