"""Several cases in one folder, each with its reports in a folder of its own, and a page of all."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caseanalysis import __version__
from caseanalysis.batch.facts import read_manifest
from caseanalysis.batch.index import checked_text
from caseanalysis.batch.ledger import bar
from caseanalysis.batch.publish import MANIFEST
from caseanalysis.batch.shell import render, sheet
from caseanalysis.errors import BuildError
from caseanalysis.notebook.signs import SIGNS
from caseanalysis.writing import write_whole

PAGE = "index.html"


def refuse_others(folder: Path) -> None:
    """Refuse a folder that holds anything but folders of reports and the page of all cases.

    Raises
    ------
    BuildError
        If it does; the message names the first.
    """
    if not folder.exists():
        return
    held = sorted(folder.iterdir()) if folder.is_dir() else [folder]
    strange = [
        path.name
        for path in held
        if not path.name.startswith(".") and path.name != PAGE and not (path / MANIFEST).is_file()
    ]
    if strange:
        raise BuildError(
            where=str(folder),
            found=f"{strange[0]!r}, which no build of several cases wrote",
            wanted="an empty folder, or one with a folder of reports for each case",
            remedy="name another folder with --out",
        )


def write_overview(folder: Path, failures: Mapping[str, str]) -> Path:
    """Write the page of all cases in a folder, and return its place.

    Parameters
    ----------
    folder : Path
        The folder with a folder of reports for each case.
    failures : Mapping of str to str
        Cases whose build failed, with the reason; what was published before stands.
    """
    names = {path.parent.name for path in folder.glob(f"*/{MANIFEST}")} | set(failures)
    cases = [_told(folder / name, failures.get(name, "")) for name in sorted(names)]
    page = render("cases.html.j2", more_css=sheet("index"), cases=cases, version=__version__)
    if not (folder / PAGE).is_file() or (folder / PAGE).read_text("utf-8") != page:
        write_whole(folder / PAGE, page.encode())
    return folder / PAGE


def _told(folder: Path, failure: str) -> dict[str, Any]:
    """Return what the page says of a case: its title, its reports, its claims by verdict."""
    manifest = read_manifest(folder)
    title = manifest.get("title", folder.name)
    told = {"title": title, "href": "", "failure": failure}
    if not manifest:
        return told
    counts = _verdicts(folder)
    return told | {
        "href": f"{folder.name}/index.html",
        "reports": len(manifest["reports"]),
        "failed": sorted(manifest.get("failures", {})),
        "checked": checked_text(counts) if counts else "",
        "bar": bar(counts, of=sum(counts.values())) if counts else "",
        "verdicts": counts,
    }


def _verdicts(folder: Path) -> dict[str, int]:
    """Return how many claims of a case have each verdict, from its ledger."""
    with (folder / "ledger.csv").open(encoding="utf-8-sig", newline="") as stream:
        found = Counter(row["verdict"] for row in csv.DictReader(stream))
    return {verdict: found[verdict] for verdict in SIGNS if found[verdict]}
