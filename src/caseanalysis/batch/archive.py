"""The reports as one archive, for sending: the same reports give the same bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path

# The earliest date that the format knows; the day of writing would change the bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o100644


def write_archive(folder: Path, name: str) -> Path:
    """Write every visible file of a folder into an archive in it, and return the archive.

    The archive holds one folder of its own name. It does not hold itself, and no hidden file.

    Parameters
    ----------
    folder : Path
        The folder of reports.
    name : str
        Name of the archive without its ending.
    """
    target = folder / f"{name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in _files(folder, target):
            inside = zipfile.ZipInfo(f"{name}/{path.relative_to(folder).as_posix()}", _DATE)
            inside.create_system, inside.external_attr = _UNIX, _READABLE << 16
            inside.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(inside, path.read_bytes(), compresslevel=9)
    return target


def _files(folder: Path, but: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() and path != but]
    shown = [
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    return sorted(shown, key=lambda path: path.relative_to(folder).as_posix())
