"""``caseanalysis lab``: JupyterLab on the notebooks."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer


def lab(
    port: Annotated[int, typer.Option("--port", help="Port on the loopback address.")] = 8888,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    allow_root: Annotated[
        bool, typer.Option("--allow-root", help="Run as the root user, as in a container.")
    ] = False,
) -> None:
    """Open JupyterLab on the notebooks, on the loopback address only, with a token."""
    from caseanalysis.locations import project_root

    root = project_root()
    arguments = [
        *(sys.executable, "-m", "jupyterlab", str(root / "notebooks")),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.allow_remote_access=False",
        *(() if browser else ("--no-browser",)),
        *(("--allow-root",) if allow_root else ()),
    ]
    # The kernel of this environment comes before one of the same name elsewhere.
    settings = {"JUPYTER_PREFER_ENV_PATH": "1", "CASEANALYSIS_HOME": str(root)}
    finished = subprocess.run(arguments, env=os.environ | settings, check=False)  # noqa: S603
    raise typer.Exit(finished.returncode)
