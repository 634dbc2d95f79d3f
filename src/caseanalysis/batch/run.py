"""One notebook run in a scratch folder of its own, and made into a report when it ran clean."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caseanalysis import errors, reads
from caseanalysis.batch.discover import Notebook
from caseanalysis.batch.inputs import names_read
from caseanalysis.batch.page import Page, make_page
from caseanalysis.errors import BuildError, CaseAnalysisError

_KERNEL = "python3"
#: The settings that figures are drawn with, whatever those of the user are.
DRAWING_DEFAULTS = Path(__file__).with_name("matplotlibrc")


@dataclass(frozen=True)
class Job:
    """A notebook to run, with its checked parameters, the project and the data store."""

    notebook: Notebook
    parameters: Mapping[str, Any]
    home: Path
    store: Path


@dataclass(frozen=True)
class Outcome:
    """A report with what its run read, or why there is none."""

    area: str
    seconds: float
    page: Page | None = None
    failure: BuildError | None = field(default=None)
    read: tuple[str, ...] = ()


def run_job(job: Job) -> Outcome:
    """Return the report that a notebook makes, or its failure.

    For a process of its own: what the notebook sets and imports stays in it.
    """
    start = time.perf_counter()
    reads.watch()
    page: Page | None = None
    failure: BuildError | None = None
    try:
        with tempfile.TemporaryDirectory(prefix="ca-", ignore_cleanup_errors=True) as scratch:
            executed = _execute(job, Path(scratch))
        page = make_page(executed, job.notebook, job.parameters)
    except BuildError as error:
        failure = error
    except CaseAnalysisError as error:
        failure = failed(job.notebook.name, str(error))
    read = names_read(job.home, job.store, Path(scratch), job.notebook.path.parent)
    return Outcome(job.notebook.area, time.perf_counter() - start, page, failure, tuple(read))


def failed(where: str, found: str) -> BuildError:
    """Return the error of a notebook that did not run clean."""
    return BuildError(
        where=where,
        found=found,
        wanted="a run without an error",
        remedy="mend the cause and build again; until then its last good report is kept",
    )


def _execute(job: Job, scratch: Path) -> Any:
    os.environ.update(_environment(job, scratch))
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from caseanalysis.batch import engine

    work = scratch / "work"
    work.mkdir()
    try:
        return papermill.execute_notebook(
            str(job.notebook.path),
            None,
            parameters=dict(job.parameters),
            engine_name=engine.NAME,
            kernel_name=_KERNEL,
            language="python",
            cwd=str(work),
            progress_bar=False,
        )
    except PapermillExecutionError as error:
        raise failed(_place(job.notebook, error), _said(error)) from None


def _environment(job: Job, scratch: Path) -> dict[str, str]:
    # A user's own start-up files would change the reports.
    return {
        "CASEANALYSIS_HOME": str(job.home),
        "CASEANALYSIS_DATA": str(job.store),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_DATA_DIR": str(scratch / "jupyter"),
        "MATPLOTLIBRC": str(DRAWING_DEFAULTS),
    }


def _place(notebook: Notebook, error: Any) -> str:
    """Return notebook, number of the cell in the file (from 1) and its first line."""
    cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    declared = next(number for number, names in enumerate(tags) if "parameters" in names)
    # Papermill adds one cell, with the values of this run, after the declared parameters.
    number = error.cell_index + 1 - (error.cell_index > declared)
    first = next((line for line in error.source.splitlines() if line.strip()), "")
    return f"{notebook.name}, cell {number} (`{first.strip()}`)"


def _said(error: Any) -> str:
    family = getattr(errors, error.ename, None)
    if isinstance(family, type) and issubclass(family, CaseAnalysisError):
        return str(error.evalue)
    return f"{error.ename}: {error.evalue}{_last_line(error.traceback)}"


def _last_line(traceback: list[str]) -> str:
    """Return where in the module an unexpected error arose, where the traceback tells."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
    places = re.findall(r"File \S*?(caseanalysis/\S+?):(\d+)", plain)
    return f" ({places[-1][0]}, line {places[-1][1]})" if places else ""
