"""How long the data store takes to fill, to take one more month, and to answer for one case.

Run by hand, from the project's folder, with the official files::

    .venv/bin/python benchmarks/store_queries.py ../shared/data [--jobs 2] [--case NAME]

The files go from nothing into a new store; the latest month is taken out and added again in the
same process; then each table is asked for the rows of one case. Hashing and reading the same bytes
without making anything of them is measured beside it. The aims are 30 s for all files on two
processors, 1 s for a month and 50 ms for a query. Nothing is asserted: machines differ.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

from caseanalysis import official
from caseanalysis.case import default_case
from caseanalysis.store import Store

MONTH = "ae_monthly_workbook"


def bare_seconds(folder: Path) -> float:
    """Return the seconds to read and hash every file."""
    start = time.perf_counter()
    for path in folder.rglob("*"):
        if path.is_file():
            hashlib.sha256(path.read_bytes()).hexdigest()
    return time.perf_counter() - start


def filled(folder: Path, root: Path, jobs: int) -> Store:
    """Fill a store from nothing, and print the seconds."""
    store = Store(root)
    start = time.perf_counter()
    outcomes = store.add([folder], jobs=jobs)
    seconds = time.perf_counter() - start
    counts = Counter(outcome.result for outcome in outcomes)
    summary = ", ".join(f"{number} {result}" for result, number in sorted(counts.items()))
    print(f"bare bytes, hashed     {bare_seconds(folder):7.2f} s")
    print(f"all files, {jobs} processes {seconds:7.2f} s   {summary}")
    start = time.perf_counter()
    store.add([folder], jobs=jobs)
    print(f"all files, held        {time.perf_counter() - start:7.2f} s")
    return store


def one_more_month(store: Store) -> None:
    """Take a month out of the store, add it again, and print the seconds."""
    entry = max((one for one in store.entries() if one.source == MONTH), key=lambda one: one.slice_)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / entry.file_name
        path.write_bytes((store.root / "files" / entry.sha256).read_bytes())
        store.remove(entry.sha256)
        start = time.perf_counter()
        store.add([path])
        print(f"one month more         {time.perf_counter() - start:7.2f} s")


def queries(store: Store, case: str) -> None:
    """Ask each table for the rows of a case three times, and print the first and the least."""
    print(f"{'table':28}{'rows':>9}{'first ms':>10}{'least ms':>10}")
    for name in sorted({table for entry in store.entries() for table in entry.tables}):
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            rows = len(official.table(name, case=case, store=store.root))
            taken.append((time.perf_counter() - start) * 1000)
        print(f"{name:28}{rows:>9,}{taken[0]:>10.1f}{min(taken):>10.1f}")


def main() -> None:
    """Print the seconds of each, one after another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of official files")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--case", default=default_case())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        store = filled(options.folder, Path(root) / "store", options.jobs)
        one_more_month(store)
        queries(store, options.case)


if __name__ == "__main__":
    main()
