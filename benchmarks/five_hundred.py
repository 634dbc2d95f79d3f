"""What one report costs in a batch of hundreds against one in a batch of sixteen.

Run by hand, from the project's folder::

    .venv/bin/python benchmarks/five_hundred.py [--small 16] [--large 500] [--areas a1 b1 c1 c4]

Two ways, each in a temporary project of its own with an empty cache. ``cases``: generated cases,
copies of one case under other names, all built by one command, each into a folder of its own, as
for every commissioner or every trust. ``batch``: one build of one case with that many notebooks,
copies of those of the areas named. For each it prints the seconds, wall and processor, a report,
and the peak memory of the whole tree of processes (pages that are shared count once). Nothing is
asserted: machines differ, and where others use the machine only the processor's seconds compare.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
EVERY = 0.5


@dataclass
class Cost:
    """What some builds took: seconds, seconds of processors, megabytes at the peak."""

    wall: float = 0.0
    processor: float = 0.0
    peak: float = 0.0


def cases_project(home: Path, case: str, areas: Sequence[str], count: int) -> list[str]:
    """Make a project of generated cases; return how to build them all."""
    for area in areas:
        shutil.copy2(ROOT / "notebooks" / f"{area}.ipynb", home / "notebooks")
    for number in range(1, round(count / len(areas)) + 1):
        copied_case(home, case, f"generated-{number:03}")
    return ["--all-cases"]


def copied_case(home: Path, case: str, name: str) -> None:
    """Copy a case and its extracts under another name."""
    for folder in ("cases", "extracts"):
        if (ROOT / "data" / folder / case).is_dir():
            shutil.copytree(ROOT / "data" / folder / case, home / "data" / folder / name)
    path = home / "data" / "cases" / name / "case.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"name: {case}\n", f"name: {name}\n", 1), encoding="utf-8")


def batch_project(home: Path, case: str, areas: Sequence[str], count: int) -> list[str]:
    """Make a project of one case with copies of notebooks; return how to build it."""
    for number in range(count):
        area = areas[number % len(areas)]
        content = json.loads((ROOT / "notebooks" / f"{area}.ipynb").read_text(encoding="utf-8"))
        about = content["metadata"].setdefault("caseanalysis", {})
        # The first of each keeps its place in the case.
        about["area"] = area if number < len(areas) else f"{area}-{number:03}"
        target = home / "notebooks" / f"{about['area']}.ipynb"
        target.write_text(json.dumps(content), encoding="utf-8")
    copied_case(home, case, case)
    return ["--case", case]


WAYS = {"cases": cases_project, "batch": batch_project}


def measured(way: str, count: int, options: argparse.Namespace) -> Cost:
    """Build that many reports one way in a new project, and return what it took."""
    with tempfile.TemporaryDirectory(prefix="ca-bench-") as folder:
        home = Path(folder)
        (home / "notebooks").mkdir()
        shutil.copytree(ROOT / "data" / "registers", home / "data" / "registers")
        what = WAYS[way](home, options.case, options.areas, count)
        command = [sys.executable, "-m", "caseanalysis", "--quiet", "build", *what]
        where = ["--jobs", str(options.jobs), "--out", str(home / "reports")]
        return cost_of([*command, *where], settings(home, options.store))


def settings(home: Path, store: Path | None) -> dict[str, str]:
    """Return the environment of a build in a project of its own."""
    return os.environ | {
        "CASEANALYSIS_HOME": str(home),
        "CASEANALYSIS_CACHE": str(home / "cache"),
        "CASEANALYSIS_DATA": str(store or home / "store"),
    }


def cost_of(command: Sequence[str], environment: dict[str, str]) -> Cost:
    """Run a build to its end, and return what it took."""
    cost, start = Cost(), time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    while process.poll() is None:
        seconds, megabytes = looked_at(process.pid)
        cost.processor, cost.peak = max(cost.processor, seconds), max(cost.peak, megabytes)
        time.sleep(EVERY)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with code {process.returncode}")
    cost.wall = time.perf_counter() - start
    return cost


def looked_at(pid: int) -> tuple[float, float]:
    """Return processor seconds and megabytes of a process and all that it has started."""
    seconds = megabytes = 0.0
    try:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0.0, 0.0
    for one in tree:
        try:
            seconds += sum(one.cpu_times()[:4])
            held = one.memory_full_info()
        except psutil.Error:
            continue  # it has just ended; its parent has its seconds
        megabytes += getattr(held, "pss", held.rss) / 2**20
    return seconds, megabytes


def main() -> None:
    """Measure both ways at both sizes, and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=16)
    parser.add_argument("--large", type=int, default=500)
    parser.add_argument("--areas", nargs="+", default=["a1", "b1", "c1", "c4"])
    parser.add_argument("--case", default="norfolk-waveney")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args()
    for way in options.ways:
        each = {}
        for count in (options.small, options.large):
            cost = measured(way, count, options)
            each[count] = cost.processor / count
            print(
                f"{way:6} {count:4} reports: wall {cost.wall / count:6.2f} s a report, "
                f"processor {each[count]:6.2f} s a report, peak {cost.peak:6.0f} MB",
                flush=True,
            )
        print(f"{way:6} ratio of processor {each[options.large] / each[options.small]:.3f}")


if __name__ == "__main__":
    main()
