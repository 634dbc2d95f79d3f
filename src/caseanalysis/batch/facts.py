"""What the reports of a folder say, as files for machines: the manifest and one file a report."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from caseanalysis import __version__
from caseanalysis.batch.page import Page
from caseanalysis.batch.publish import MANIFEST
from caseanalysis.case import Case
from caseanalysis.errors import BuildError

#: The folder beside the pages that holds the facts.
FOLDER = "facts"
#: What the manifest repeats of a report's facts.
_SUMMARY = ("title", "order", "parameters")


def record_of(page: Page) -> dict[str, Any]:
    """Return the facts of a report with its title, order and parameters, of plain types."""
    about = {"title": page.title, "order": page.order, "parameters": dict(page.parameters)}
    return {**about, **asdict(page.facts)}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder of reports; empty where there is none.

    Raises
    ------
    BuildError
        If it is not as a build writes it.
    """
    path = folder / MANIFEST
    return _record(path) if path.exists() else {}


def read_facts(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the facts of each report in a folder, by area, in the order of the reports.

    Raises
    ------
    BuildError
        If the manifest names a report whose facts are not there, or one of the two cannot be read.
    """
    areas = read_manifest(folder).get("reports", {})
    return in_order({area: _read(_path(folder, area)) for area in areas})


def _path(folder: Path, area: str) -> Path:
    return folder / FOLDER / f"{area}.json"


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise BuildError(
            where=str(path),
            found="no file, though the manifest names its report",
            wanted="the facts of every report, as a build writes them",
            remedy="build all areas anew",
        )
    return _record(path)


def _record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        record = error
    if not isinstance(record, dict):
        raise BuildError(
            where=str(path),
            found=f"no record ({record})" if isinstance(record, ValueError) else "no record",
            wanted="the file as a build writes it",
            remedy="remove the folder of reports, or name another with --out, and build all areas",
        )
    return record


def in_order(records: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return records by area in the order of the reports."""
    return dict(sorted(records.items(), key=lambda item: (item[1]["order"], item[0])))


def write_facts(folder: Path, area: str, record: Mapping[str, Any]) -> None:
    """Write the facts of a report, the same bytes for the same facts."""
    (folder / FOLDER).mkdir(exist_ok=True)
    _path(folder, area).write_text(_by_line(record), encoding="utf-8", newline="\n")


def outline(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a report without the rows of its tables, which fill the memory."""
    tables = [
        {name: value for name, value in table.items() if name != "rows"}
        for table in record.get("tables", ())
    ]
    return {**record, "tables": tables}


def _by_line(record: Mapping[str, Any]) -> str:
    """Return a record as JSON, each key and each item of a list on a line of its own."""
    parts = []
    for name, value in sorted(record.items()):
        text = _json(value)
        if isinstance(value, list) and value:
            text = "[\n  " + ",\n  ".join(map(_json, value)) + "\n ]"
        parts.append(f" {_json(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


def write_manifest(
    folder: Path,
    case: Case,
    records: Mapping[str, Mapping[str, Any]],
    failures: Mapping[str, str],
) -> None:
    """Write what a folder of reports holds: case, version, reports with the hash of each page.

    ``failures`` are the areas whose last run failed, with the error.
    """
    reports = {
        area: {name: record[name] for name in _SUMMARY}
        | {"sha256": hashlib.sha256((folder / f"{area}.html").read_bytes()).hexdigest()}
        for area, record in records.items()
    }
    about = {"case": case.name, "title": case.title, "version": __version__}
    manifest: dict[str, Any] = {**about, "reports": reports}
    if failures:
        manifest["failures"] = dict(failures)
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def carry_over(
    old: Path,
    new: Path,
    case: Case,
    *,
    made: Collection[str],
    failed: Collection[str],
    keep_others: bool,
) -> dict[str, dict[str, Any]]:
    """Copy reports that were not made anew from the old folder, and return their outlines.

    Parameters
    ----------
    old, new : Path
        The folder to copy from, and the one to copy to.
    case : Case
        The case of the new reports.
    made, failed : collection of str
        Areas that were made anew, and are left; areas that failed, whose last good report is kept
        where there is one.
    keep_others : bool
        Whether all other reports are carried over too.

    Raises
    ------
    BuildError
        If all others are wanted and the old reports are of another case, or their facts are not
        there.
    """
    manifest = read_manifest(old)
    if keep_others and manifest and manifest["case"] != case.name:
        raise _of_another(old, manifest["case"], case)
    if manifest.get("case") != case.name:
        return {}
    others = [area for area in manifest["reports"] if area not in made]
    if not keep_others:
        others = [area for area in others if area in failed and _path(old, area).is_file()]
    (new / FOLDER).mkdir(exist_ok=True)
    return {area: _carried(old, new, area) for area in others}


def _carried(old: Path, new: Path, area: str) -> dict[str, Any]:
    record = outline(_read(_path(old, area)))
    for name in (f"{area}.html", f"{FOLDER}/{area}.json"):
        shutil.copy2(old / name, new / name)
    return record


def _of_another(old: Path, name: str, case: Case) -> BuildError:
    return BuildError(
        where=str(old),
        found=f"reports of the case {name!r}",
        wanted=f"reports of {case.name!r} beside which to put some more",
        remedy="build all areas, or name another folder with --out",
    )
