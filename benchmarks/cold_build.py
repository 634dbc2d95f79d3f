"""A cold build of every report beside the same notebooks run in the ways of stock tools.

Run by hand, from the project's folder::

    .venv/bin/python benchmarks/cold_build.py [--runs 3] [--jobs 2]

Each round runs every way once, in an order that turns, each into a new folder with an empty cache:

``build``
    ``caseanalysis build``, index, ledger and all other pages included.
``stock``
    ``papermill``, then ``jupyter nbconvert``, for each notebook, one after another.
``pool``
    The Papermill interface in a pool of as many workers, one linear-algebra thread each, with
    conversion in the worker; its kernels are stock.
``plain``
    The code cells as scripts, as many at once, each in a fresh interpreter: no report at all.

The medians and ratios of one round to the other are printed, then what a build takes where nothing
has changed. Nothing is asserted: machines differ.
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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SETTINGS = os.environ | THREADS | {"CASEANALYSIS_HOME": str(ROOT), "MPLBACKEND": "agg"}
POOL = """
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

def run(path):
    import papermill
    from nbconvert import HTMLExporter
    out = Path(sys.argv[1]) / Path(path).name
    nb = papermill.execute_notebook(path, str(out), progress_bar=False, kernel_name="python3")
    html, _ = HTMLExporter().from_notebook_node(nb)
    out.with_suffix(".html").write_text(html)

if __name__ == "__main__":
    with ProcessPoolExecutor(int(sys.argv[2])) as pool:
        list(pool.map(run, sys.argv[3:]))
"""


def notebooks() -> list[Path]:
    """Return the notebooks that a build runs."""
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    told = {path: json.loads(path.read_text(encoding="utf-8"))["metadata"] for path in paths}
    return [path for path in paths if told[path].get("caseanalysis", {}).get("report", True)]


def script_of(notebook: Path) -> str:
    """Return a notebook's code cells as one script."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def run(command: list[str], folder: Path) -> None:
    """Run a command in a folder, with an empty cache of reports."""
    settings = SETTINGS | {"CASEANALYSIS_CACHE": str(folder / "cache")}
    subprocess.run(command, check=True, env=settings, cwd=folder, capture_output=True)


def build(folder: Path, jobs: int) -> None:
    """Build every report into a folder."""
    command = [sys.executable, "-m", "caseanalysis", "--quiet", "build", "--jobs", str(jobs)]
    run([*command, "--out", str(folder / "reports")], folder)


def stock(folder: Path, jobs: int) -> None:
    """Run and convert each notebook by the commands of Papermill and nbconvert."""
    for path in notebooks():
        run([str(BIN / "papermill"), str(path), path.name, "--kernel", "python3"], folder)
        run([str(BIN / "jupyter"), "nbconvert", "--to", "html", path.name], folder)


def pool(folder: Path, jobs: int) -> None:
    """Run and convert the notebooks in a pool of workers."""
    script = folder / "pool.py"
    script.write_text(POOL, encoding="utf-8")
    run([sys.executable, str(script), str(folder), str(jobs), *map(str, notebooks())], folder)


def plain(folder: Path, jobs: int) -> None:
    """Run the cells of every notebook as plain Python."""
    paths = []
    for notebook in notebooks():
        path = folder / f"{notebook.stem}.py"
        path.write_text(script_of(notebook), encoding="utf-8")
        paths.append(path)
    with ThreadPoolExecutor(jobs) as threads:
        list(
            threads.map(lambda one: run([sys.executable, "-W", "ignore", str(one)], folder), paths)
        )


WAYS: dict[str, Callable[[Path, int], None]] = {
    "build": build,
    "stock": stock,
    "pool": pool,
    "plain": plain,
}


def seconds(way: Callable[[Path, int], None], jobs: int) -> float:
    """Return the wall time of one way, in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        way(Path(folder), jobs)
        return time.perf_counter() - start


def unchanged(jobs: int) -> float:
    """Return the wall time of a build where nothing has changed."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), jobs)
        return min(_timed(Path(folder), jobs) for _ in range(3))


def _timed(folder: Path, jobs: int) -> float:
    start = time.perf_counter()
    build(folder, jobs)
    return time.perf_counter() - start


def main() -> None:
    """Measure every way in turn, and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    taken: dict[str, list[float]] = {name: [] for name in WAYS}
    for number in range(options.runs):
        names = list(WAYS)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            taken[name].append(seconds(WAYS[name], options.jobs))
    print(f"{len(notebooks())} notebooks, {options.jobs} at once, {options.runs} runs, medians")
    for name, times in taken.items():
        ratio = statistics.median(b / t for b, t in zip(taken["build"], times, strict=True))
        print(f"{name:6} {statistics.median(times):7.1f} s   build takes {ratio:.2f} of it")
    print(f"nothing changed {unchanged(options.jobs):.2f} s")


if __name__ == "__main__":
    main()
