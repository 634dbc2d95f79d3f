"""A cold build of every report against the same cells run as plain Python, side by side.

Run by hand, from the project's folder::

    .venv/bin/python benchmarks/cold_build.py [--runs 3]

Each run builds all reports into a new folder, and runs the code cells of the same notebooks as
scripts, as many at once, each in a fresh interpreter; the order alternates. The medians and their
ratio are printed. Nothing is asserted: machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SETTINGS = os.environ | THREADS | {"CASEANALYSIS_HOME": str(ROOT), "MPLBACKEND": "agg"}


def script_of(notebook: Path) -> str:
    """Return a notebook's code cells as one script."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def build(folder: Path, jobs: int) -> None:
    """Build every report into a folder."""
    command = [sys.executable, "-m", "caseanalysis", "--quiet", "build", "--jobs", str(jobs)]
    subprocess.run([*command, "--out", str(folder / "reports")], check=True, env=SETTINGS, cwd=ROOT)


def plain(folder: Path, jobs: int) -> None:
    """Run the cells of every notebook as plain Python."""
    paths = []
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        path = folder / f"{notebook.stem}.py"
        path.write_text(script_of(notebook), encoding="utf-8")
        paths.append(path)
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda path: _run(path, folder), paths))


def _run(path: Path, folder: Path) -> None:
    command = [sys.executable, "-W", "ignore", str(path)]
    subprocess.run(command, check=True, env=SETTINGS, cwd=folder, stdout=subprocess.DEVNULL)


def seconds(way: object, jobs: int) -> float:
    """Return the wall time of one way, in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        way(Path(folder), jobs)  # type: ignore[operator]
        return time.perf_counter() - start


def main() -> None:
    """Measure both ways in turn, and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    built, ran = [], []
    for _ in range(options.runs):
        built.append(seconds(build, options.jobs))
        ran.append(seconds(plain, options.jobs))
    print(f"jobs {options.jobs}, {options.runs} runs, medians")
    print(f"build of every report  {statistics.median(built):6.1f} s")
    print(f"the same cells, plain  {statistics.median(ran):6.1f} s")
    ratios = [one / other for one, other in zip(built, ran, strict=True)]
    print(f"ratio                  {statistics.median(ratios):6.2f}")


if __name__ == "__main__":
    main()
