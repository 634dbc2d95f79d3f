"""What the command line prints: tables on standard output, progress and logs on standard error."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, Protocol

from rich.console import Console
from rich.table import Table

from caseanalysis.errors import CaseAnalysisError

#: How results are printed: as text, not at all, or as lines of a log.
Form = Literal["text", "quiet", "json"]


class Step(Protocol):
    """Called once for each step done, with its name."""

    def __call__(self, name: str) -> None:
        """Report one step."""


class Reporter:
    """Prints results, progress and errors as the global options ask."""

    def __init__(self) -> None:
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)
        self.log = logging.getLogger("caseanalysis")
        self.quiet = False
        self.log_json = False

    def configure(self, *, quiet: bool, log_json: bool) -> None:
        """Set what is printed, and attach the JSON log where it is asked for."""
        self.quiet, self.log_json = quiet, log_json
        self.log.handlers.clear()
        self.log.propagate = False
        self.log.setLevel(logging.WARNING if quiet else logging.INFO)
        if log_json:
            from pythonjsonlogger.json import JsonFormatter

            handler = logging.StreamHandler()
            handler.setFormatter(
                JsonFormatter(
                    "%(asctime)s %(levelname)s %(message)s",
                    rename_fields={"asctime": "time", "levelname": "level", "message": "event"},
                )
            )
            self.log.addHandler(handler)
        else:
            self.log.addHandler(logging.NullHandler())

    @property
    def form(self) -> Form:
        """How results are printed."""
        return "json" if self.log_json and not self.quiet else "quiet" if self.quiet else "text"

    def say(self, text: str, *, event: str, **fields: object) -> None:
        """Print a line of the result, and log it."""
        self.log.info(event, extra=fields)
        if not self.quiet and not self.log_json:
            self.out.print(text, soft_wrap=True, highlight=False, markup=False)

    def warn(self, text: str, *, event: str) -> None:
        """Print a warning on standard error, and log it; nothing where there is no text."""
        if not text:
            return
        self.log.warning(event, extra={"text": text})
        if not self.quiet and not self.log_json:
            self.err.print("warning", style="bold yellow", end=" ")
            self.err.print(text, highlight=False, markup=False, soft_wrap=True)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Print a table of the result; as JSON, log one event a row."""
        for row in rows:
            fields = dict(
                zip((name.lower().replace(" ", "_") for name in columns), row, strict=True)
            )
            self.log.info(title, extra={"row": fields})
        if self.quiet or self.log_json:
            return
        table = Table(title=title, title_justify="left")
        for name in columns:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        self.out.print(table, markup=False)

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Step]:
        """Show progress over a number of steps; yield the call that reports one."""
        if self.quiet or self.log_json:
            yield lambda name: self.log.info(what, extra={"step": name})
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(what, total=total)

            def step(name: str) -> None:
                bar.update(task, advance=1, description=f"{what}: {name}")

            yield step

    def error(self, error: CaseAnalysisError) -> None:
        """Print an error: where, what was found, what was wanted, what to do."""
        fields = {"where": error.where, "found": error.found, "wanted": error.wanted}
        self.log.error(
            type(error).__name__,
            extra={**fields, "remedy": error.remedy, "exit_code": error.exit_code},
        )
        if self.log_json:
            return
        self.err.print("error", style="bold red", end=" ")
        self.err.print(error.where, style="bold", highlight=False, markup=False, soft_wrap=True)
        for label, text in (
            ("found ", error.found),
            ("wanted", error.wanted),
            ("do    ", error.remedy),
        ):
            self.err.print(f"  {label}  {text}", highlight=False, markup=False, soft_wrap=True)

    def interrupted(self) -> None:
        """Say that the user stopped the command."""
        self.log.error("interrupted")
        if not self.log_json:
            self.err.print("interrupted; reports already published are as they were")


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr)
    if not console.is_terminal:
        # A log file has no width to fit; narrow columns would only break names apart.
        console.width = 200
    return console


reporter = Reporter()
