"""The command line: ``caseanalysis build``, ``data``, ``case``, ``area`` and ``lab``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from caseanalysis import __version__
from caseanalysis.cli import area, build, cases, data, diff, lab, records
from caseanalysis.cli.reporting import Reporter, reporter
from caseanalysis.errors import CaseAnalysisError

_EXIT_CODES = """Exit codes: 0 done; 1 unexpected fault; 2 wrong usage; 3 wrong parameter;
4 wrong record or case; 5 unknown publication; 6 broken publication; 7 data missing;
8 a notebook failed; 9 data store; 10 a method refused the data;
11 something moved beyond the tolerance; 130 interrupted."""

#: The exit code of a command that the user stopped.
INTERRUPTED = 130

app = typer.Typer(
    name="caseanalysis",
    help="Rebuild every figure, forecast and saving of a case from official data.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("build")(build.build)
app.command("diff")(diff.diff)
data.app.command("aggregate")(records.aggregate)
app.add_typer(data.app, name="data")
app.add_typer(cases.app, name="case")
app.add_typer(area.app, name="area")
app.command("lab")(lab.lab)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"caseanalysis {__version__}")
        raise typer.Exit


@app.callback()
def _global_options(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log to standard error as one JSON object a line.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    reporter.configure(quiet=quiet, log_json=log_json)


def main() -> None:
    """Run the command line; a user's mistake ends in one message and its exit code."""
    try:
        app()
    except CaseAnalysisError as error:
        reporter.error(error)
        sys.exit(error.exit_code)
    except SystemExit as ended:
        # What Typer makes of an interrupt, without a word.
        if ended.code == INTERRUPTED:
            reporter.interrupted()
        raise


__all__ = ["INTERRUPTED", "Reporter", "app", "main"]
