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

from caseanalysis import errors
from caseanalysis.batch.discover import Notebook
from caseanalysis.batch.page import Page, make_page
from caseanalysis.errors import BuildError, CaseAnalysisError

#: Workers run side by side, so each may use one thread for linear algebra.
_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
# Longer paths than this leave no room for the name of a socket.
_LONGEST_SOCKET_FOLDER = 45
_KERNEL = "python3"


@dataclass(frozen=True)
class Job:
    """A notebook to run, with its checked parameters."""

    notebook: Notebook
    parameters: Mapping[str, Any]
    home: Path


@dataclass(frozen=True)
class Outcome:
    """A report, or why there is none."""

    area: str
    seconds: float
    page: Page | None = None
    failure: BuildError | None = field(default=None)


def run_job(job: Job) -> Outcome:
    """Return the report that a notebook makes, or its failure."""
    start = time.perf_counter()
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
    return Outcome(job.notebook.area, time.perf_counter() - start, page, failure)


def failed(where: str, found: str) -> BuildError:
    """Return the error of a notebook that did not run clean."""
    return BuildError(
        where=where,
        found=found,
        wanted="a run without an error",
        remedy="mend the cause and build again; the reports published before are as they were",
    )


def _execute(job: Job, scratch: Path) -> Any:
    os.environ.update(_environment(job, scratch))
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    work = scratch / "work"
    work.mkdir()
    try:
        return papermill.execute_notebook(
            str(job.notebook.path),
            None,
            parameters=dict(job.parameters),
            kernel_name=_KERNEL,
            language="python",
            cwd=str(work),
            progress_bar=False,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            config=Config({"KernelManager": {"transport": _transport(scratch)}}),
        )
    except PapermillExecutionError as error:
        raise failed(_place(job.notebook, error), _said(error)) from None
    except DeadKernelError:
        raise failed(
            job.notebook.name, "that its Python process ended (short of memory, or killed)"
        ) from None


def _environment(job: Job, scratch: Path) -> dict[str, str]:
    # A user's own start-up files, kernels and drawing defaults would change the reports.
    settings = scratch / "matplotlibrc"
    settings.write_text("", encoding="utf-8")
    return {
        **_ONE_THREAD,
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger's remarks on the terminal
        "CASEANALYSIS_HOME": str(job.home),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_DATA_DIR": str(scratch / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "r"),
        "MATPLOTLIBRC": str(settings),
    }


def _transport(scratch: Path) -> str:
    # Many kernels at once over TCP race for ports; sockets in the scratch folder do not.
    short = len(str(scratch)) <= _LONGEST_SOCKET_FOLDER
    return "ipc" if os.name == "posix" and short else "tcp"


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
