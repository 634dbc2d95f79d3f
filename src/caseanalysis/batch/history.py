"""What each build found and from what, kept beside the reports so that builds can be compared."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from caseanalysis.errors import BuildError

#: The folder of the runs within a folder of reports.
FOLDER = ".history"
#: How many runs are kept.
MOST = 12

#: What a build found and from what, of plain types: ``case``, ``version``, ``time``, ``seconds`` by
#: area, ``environment``, ``failures`` and ``reports`` by area, each with ``parameters``, ``inputs``
#: (name and hash), ``answer``, ``findings`` by claim and ``tables`` by title.
Run = Mapping[str, Any]
_OF_FINDING = ("statement", "unit", "recomputed", "lower", "upper", "verdict")


def run_of(
    records: Mapping[str, Mapping[str, Any]],
    inputs: Mapping[str, Mapping[str, str]],
    before: Run | None,
    **about: Any,
) -> dict[str, Any]:
    """Return the record of a run.

    Parameters
    ----------
    records : Mapping of str to Mapping
        The facts of every report that is published now, by area.
    inputs : Mapping of str to Mapping
        What each report of this build came from, by area.
    before : Run or None
        The run before, which knows the inputs of reports that this build left as they were.
    **about
        Case, version, time, seconds, environment and failures.
    """
    known = {**_inputs_of(before), **inputs}
    return {**about, "reports": {a: _report(r, known.get(a, {})) for a, r in records.items()}}


def _inputs_of(run: Run | None) -> dict[str, Mapping[str, str]]:
    return {area: report["inputs"] for area, report in (run or {}).get("reports", {}).items()}


def _report(record: Mapping[str, Any], inputs: Mapping[str, str]) -> dict[str, Any]:
    findings = record.get("findings", [])
    return {
        "title": record["title"],
        "parameters": record["parameters"],
        "inputs": dict(inputs),
        "answer": (record.get("headline") or {}).get("answer"),
        "findings": {one["claim_id"]: {n: one.get(n) for n in _OF_FINDING} for one in findings},
        "tables": {
            f"{one['kind']} {one['id']}": {
                "title": one["title"],
                "names": [column["name"] for column in one["columns"]],
                "columns": [column["label"] for column in one["columns"]],
                "rows": one["rows"],
            }
            for one in record.get("tables", [])
        },
    }


def write_run(folder: Path, run: Run) -> int:
    """Keep a run in a folder of reports, remove the oldest beyond the most; return its number."""
    held = numbers(folder)
    number = held[-1] + 1 if held else 1
    path = _path(folder, number)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(run, sort_keys=True).encode(), 6, mtime=0))
    for old in [*held, number][:-MOST]:
        _path(folder, old).unlink()
    return number


def numbers(folder: Path) -> list[int]:
    """Return the numbers of the runs that a folder of reports keeps, oldest first."""
    return sorted(int(path.name.split(".")[0]) for path in (folder / FOLDER).glob("*.json.gz"))


def last_run(folder: Path) -> Run | None:
    """Return the last run that a folder of reports keeps, or None."""
    held = numbers(folder)
    return load_run(folder, held[-1]) if held else None


def load_run(folder: Path, number: int) -> Run:
    """Return a run by its number.

    Raises
    ------
    BuildError
        If the folder keeps no such run, or its record is damaged.
    """
    path = _path(folder, number)
    if not path.is_file():
        raise BuildError(
            where=str(folder),
            found=f"no record of run {number}",
            wanted=f"one of the runs kept: {', '.join(map(str, numbers(folder))) or 'none'}",
            remedy="name another run, or build",
        )
    try:
        run: Run = json.loads(gzip.decompress(path.read_bytes()))
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise BuildError(
            where=str(path),
            found=f"a damaged record of run {number} ({type(error).__name__})",
            wanted="the record as a build writes it",
            remedy="remove the file, and build again; the other runs can still be compared",
        ) from error
    return run


def find_runs(named: Sequence[str], folder: Path) -> tuple[tuple[str, Run], tuple[str, Run]]:
    """Return two runs with their names: those named, or of a folder the last two.

    Parameters
    ----------
    named : sequence of str
        None, one or two: the number of a run of the folder, or another folder of reports, which
        stands for its last run. One alone is compared with the last run of the folder.
    folder : Path
        A folder of reports.

    Raises
    ------
    BuildError
        If there are not two runs, or one that is named is not there.
    """
    held = numbers(folder)
    names = list(named) or [str(number) for number in held[-2:]]
    if len(names) == 1 and (named and held):
        names.append(str(held[-1]))
    if len(names) != 2:
        raise BuildError(
            where=str(folder),
            found=f"{len(held)} runs on record",
            wanted="two runs to compare",
            remedy="build again after a change, or name another folder of reports",
        )
    first, second = (_named(name, folder) for name in names)
    return first, second


def _named(name: str, folder: Path) -> tuple[str, Run]:
    if name.isdigit():
        return f"run {name}", load_run(folder, int(name))
    run = last_run(Path(name))
    if run is None:
        raise BuildError(
            where=name,
            found="no run on record",
            wanted="the number of a run, or a folder of reports",
            remedy=f"the runs of {folder} are {', '.join(map(str, numbers(folder))) or 'none'}",
        )
    return f"the last run of {name}", run


def _path(folder: Path, number: int) -> Path:
    return folder / FOLDER / f"{number:04}.json.gz"
