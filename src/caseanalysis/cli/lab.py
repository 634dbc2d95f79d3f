"""``caseanalysis lab``: JupyterLab on the notebooks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

#: JupyterLab asks for no news, no newer version and no list of extensions.
_OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def lab(
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help="Port on the loopback address.")
    ] = 8888,
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
        *_OFFLINE,
        *(() if browser else ("--no-browser",)),
        *(("--allow-root",) if allow_root else ()),
    ]
    finished = subprocess.run(arguments, env=_environment(root), check=False)  # noqa: S603
    raise typer.Exit(finished.returncode)


def _environment(root: Path) -> dict[str, str]:
    """Return the environment, in which this installation's kernel comes before all others."""
    own = str(Path(sys.prefix) / "share" / "jupyter")
    elsewhere = os.environ.get("JUPYTER_PATH")
    paths = os.pathsep.join([own, elsewhere] if elsewhere else [own])
    settings = {
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PATH": paths,
        "CASEANALYSIS_HOME": str(root),
    }
    return os.environ | settings
