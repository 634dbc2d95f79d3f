"""How long one redraw of the controls of ``notebooks/explore.ipynb`` takes.

Run by hand; from the data store, or else the compact extracts of the default case::

    python benchmarks/explore_redraw.py

The aim is under half a second from a slider's new value to the HTML of its figures. Every slider is
moved from its one end to the other; wall time depends on what else the machine does, so that the
processor's time stands beside it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from pathlib import Path
from typing import Any

from caseanalysis.notebook.explore import Explorer

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "explore.ipynb"
ROUNDS = 3


def explorers() -> dict[str, Explorer]:
    """Return what the cells of the notebook leave, by name."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)  # noqa: S102 (the project's own notebook)
    return {name: value for name, value in names.items() if isinstance(value, Explorer)}


def times(explorer: Explorer) -> list[tuple[float, float]]:
    """Return wall and processor seconds of each redraw."""
    found = []
    for slider in list(explorer.sliders.values()) * ROUNDS:
        for value in (slider.max, slider.min):
            if slider.value != value:
                wall, processor = time.perf_counter(), time.process_time()
                slider.value = value
                found.append((time.perf_counter() - wall, time.process_time() - processor))
        explorer.reset.click()
    return found


def main() -> None:
    """Print median and worst of each set of controls."""
    for name, explorer in explorers().items():
        for kind, of_kind in zip(
            ("wall", "processor"), zip(*times(explorer), strict=True), strict=True
        ):
            median, worst = statistics.median(of_kind), max(of_kind)
            print(f"{name:8} {kind:10} median {median:.2f} s, worst {worst:.2f} s")


if __name__ == "__main__":
    main()
