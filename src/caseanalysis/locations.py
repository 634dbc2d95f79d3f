"""Where the project's folders and the data store are."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from caseanalysis.errors import MissingDataError, StoreError


def project_root() -> Path:
    """Return the folder that holds ``notebooks/`` and ``data/``.

    ``CASEANALYSIS_HOME`` is used where it is set; otherwise the working folder, the folders above
    it, and the folders above this module are tried in turn.

    Raises
    ------
    MissingDataError
        If none of them holds ``data/cases``.
    """
    named = os.environ.get("CASEANALYSIS_HOME")
    here = Path.cwd()
    candidates = [Path(named)] if named else [here, *here.parents, *Path(__file__).parents]
    for candidate in candidates:
        if (candidate / "data" / "cases").is_dir():
            return candidate.resolve()
    raise MissingDataError(
        where=f"CASEANALYSIS_HOME={named}" if named else str(here),
        found="no folder data/cases",
        wanted="the project folder, with notebooks/ and data/",
        remedy="work inside the project folder, or set CASEANALYSIS_HOME to it",
    )


def data_root() -> Path:
    """Return the folder of registers, cases and extracts."""
    return project_root() / "data"


def store_root(named: Path | None = None) -> Path:
    """Return the folder of the data store: the one named, ``CASEANALYSIS_DATA``, or the default.

    The default is the platform's user data folder. The folder need not exist.
    """
    if named is not None:
        return named
    configured = os.environ.get("CASEANALYSIS_DATA")
    if configured:
        return Path(configured)
    return Path(platformdirs.user_data_dir("caseanalysis", appauthor=False))


def store_folder(named: Path | None = None) -> Path:
    """Return the folder of the data store as ``store_root`` does.

    Raises
    ------
    StoreError
        If something else than a folder stands there.
    """
    folder = store_root(named)
    if folder.exists() and not folder.is_dir():
        raise StoreError(
            where=f"data store {folder}",
            found="a file",
            wanted="a folder, which need not exist yet",
            remedy="name a folder with --store or CASEANALYSIS_DATA",
        )
    return folder


def cache_root() -> Path:
    """Return the folder of reports made before: ``CASEANALYSIS_CACHE``, or the user's cache."""
    configured = os.environ.get("CASEANALYSIS_CACHE")
    if configured:
        return Path(configured)
    return Path(platformdirs.user_cache_dir("caseanalysis", appauthor=False))
