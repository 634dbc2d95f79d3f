"""Reports published by one swap: the whole new folder, or the old one as it was."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from caseanalysis.errors import BuildError

#: What a build leaves in a folder of reports, and by which it knows the folder again.
MANIFEST = "manifest.json"

#: Writes a new folder of reports, given the old one.
Write = Callable[[Path, Path], None]


def publish(out: Path, write: Write) -> None:
    """Replace a folder of reports by one swap.

    Files and folders whose name starts with a dot are carried over. What an interrupted swap left
    behind is put right first.

    Parameters
    ----------
    out : Path
        The folder of reports; it need not exist.
    write : Callable
        Takes the new, empty folder and the old one; writes the whole content.

    Raises
    ------
    BuildError
        If the folder holds files that no build wrote, or cannot be replaced. The reports are then
        as they were.
    """
    out = out.resolve()
    with FileLock(_lock_path(out)):
        repair(out)
        refuse_strangers(out)
        new = out.with_name(out.name + ".new")
        try:
            new.mkdir(parents=True)
            _carry_hidden(out, new)
            write(new, out)
            _swap(out, new)
        except OSError as error:
            raise _unwritable(out, error) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)


def repair(out: Path) -> None:
    """Put right what an interrupted swap left: the old reports come back, the rest goes."""
    old, new = out.with_name(out.name + ".old"), out.with_name(out.name + ".new")
    if old.is_dir() and not out.exists():
        old.rename(out)
    for leftover in (old, new):
        if leftover.is_dir():
            shutil.rmtree(leftover)


def _swap(out: Path, new: Path) -> None:
    old = out.with_name(out.name + ".old")
    if out.exists() and _exchange(out, new):
        new.rename(old)
    else:
        if out.exists():
            out.rename(old)
        try:
            new.rename(out)
        except OSError:
            if old.exists():
                old.rename(out)
            raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; return False where the system cannot.

    Between two renames, which other systems need, there is a moment without any reports.
    """
    if sys.platform != "linux":
        return False
    system = ctypes.CDLL(None, use_errno=True)
    if not hasattr(system, "renameat2"):
        return False
    paths = (os.fsencode(path) for path in (one, other))
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of the system's headers
    first, second = paths
    return bool(system.renameat2(here, first, here, second, exchange) == 0)


def _carry_hidden(out: Path, new: Path) -> None:
    for path in sorted(out.glob(".*")) if out.is_dir() else ():
        if path.is_dir():
            shutil.copytree(path, new / path.name)
        else:
            shutil.copy2(path, new / path.name)


def refuse_strangers(out: Path) -> None:
    """Refuse a folder that holds files which no build wrote.

    Raises
    ------
    BuildError
        If there are such files; the message names the first.
    """
    if not out.exists():
        return
    held = sorted(path.name for path in out.iterdir()) if out.is_dir() else [out.name]
    visible = [name for name in held if not name.startswith(".")]
    if visible and MANIFEST not in visible:
        raise BuildError(
            where=str(out),
            found=f"{visible[0]!r}, which no build wrote",
            wanted="an empty folder, or one of earlier reports",
            remedy="name another folder with --out, since a build replaces the whole folder",
        )


def _unwritable(out: Path, error: OSError) -> BuildError:
    return BuildError(
        where=str(out),
        found=f"that the new reports could not be put there ({error})",
        wanted="a folder that can be written and renamed",
        remedy="close the programs that use it and build again; the old reports are as they were",
    )


def _lock_path(out: Path) -> Path:
    # Not beside the reports: a lock file that is removed no longer locks, and one that stays is
    # litter in the project.
    # Not shared between users either, since one cannot open the file of another.
    name = hashlib.sha256(f"{Path.home()} {out}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"caseanalysis-{name}.lock"
