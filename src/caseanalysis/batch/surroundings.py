"""What a report comes from on a computer, so that two computers can be known to make the same."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from caseanalysis import __version__, catalogue
from caseanalysis.batch.code import PACKAGE
from caseanalysis.batch.inputs import digest
from caseanalysis.errors import BuildError

#: Python, package, project and data store of a computer, each as its version or its hash.
Surroundings = Mapping[str, Any]
_ABSENT = "absent"
_INSTALL = "install the same there as here, and start the workers again"
_SHARE = "give the workers the same shared folder, at the same path"
#: What must agree: how it is called, and what to do where it does not.
_KINDS = {
    "python": ("Python", _INSTALL),
    "version": ("version of caseanalysis", _INSTALL),
    "code": ("code of caseanalysis, as a hash", _INSTALL),
    "project": ("project folder {home}, as a hash of its notebooks and data", _SHARE),
    "store": ("data store {store}, as a hash of what it lists", _SHARE),
}


def surroundings(home: Path, store: Path, notebooks: Sequence[Path]) -> dict[str, Any]:
    """Return what reports of a project would come from on this computer.

    Parameters
    ----------
    home, store : Path
        The project folder and the folder of the data store.
    notebooks : sequence of Path
        The notebooks that will run.
    """
    root = Path(sys.modules[PACKAGE].__file__ or "").parent
    code = (path for path in root.rglob("*") if "__pycache__" not in path.parts)
    data = [*notebooks, *(home / "data").rglob("*")]
    return {
        "home": str(home),
        "store_at": str(store),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "version": __version__,
        "code": _hash_of(root, code),
        "project": _hash_of(home, data) if home.is_dir() else _ABSENT,
        "store": digest(sorted(path.name for path in catalogue.record_paths(store))),
        "packages": _packages(),
    }


def check_same(here: Surroundings, there: Surroundings, *, where: str) -> None:
    """Refuse a computer on which the same notebook could make another report.

    Packages that only one of the two has are no difference.

    Parameters
    ----------
    here, there : Mapping
        As ``surroundings`` gives them.
    where : str
        The name of the other computer in the message.

    Raises
    ------
    BuildError
        If Python, the package, its code, the project, the store or a package differs.
    """
    for key, (name, remedy) in _KINDS.items():
        if here[key] != there[key]:
            told = name.format(home=here["home"], store=here["store_at"])
            raise _differs(where, told, there[key], here[key], remedy)
    for name, version in here["packages"].items():
        other = there["packages"].get(name, version)
        if other != version:
            raise _differs(where, f"package {name}", other, version, _INSTALL)


def _differs(where: str, name: str, found: str, wanted: str, remedy: str) -> BuildError:
    return BuildError(
        where=where,
        found=f"{name}: {found[:12]}",
        wanted=f"{wanted[:12]}, as where the build was started",
        remedy=remedy,
    )


def _hash_of(root: Path, paths: Iterable[Path]) -> str:
    """Return one hash of files by their place."""
    files = sorted(path for path in paths if path.is_file())
    places = [path.relative_to(root).as_posix() for path in files]
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return digest(list(zip(places, hashes, strict=True)))


def _packages() -> dict[str, str]:
    """Return the packages installed and their versions, by the names of their records."""
    folders = [Path(entry) for entry in sys.path if entry.endswith("site-packages")]
    records = sorted(one.stem for folder in folders for one in folder.glob("*.dist-info"))
    parts = [name.rpartition("-") for name in records if not name.startswith(f"{PACKAGE}-")]
    return {name.lower(): version for name, _, version in parts}
