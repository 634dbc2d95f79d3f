"""How long the monthly A&E workbooks take to read: bare cells beside validated tables.

Run by hand, with the folder of workbooks as the publisher names them::

    python benchmarks/read_ae_workbooks.py ../shared/data/ae_monthly

Both are measured in one run on one core, the bare cells first, each file opened anew each time.
The aim is 72 validated tables in under 3 seconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from python_calamine import CalamineWorkbook

from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.ae_monthly_workbook import READER

SHEET = "Provider Level Data"


def bare_cells(path: Path) -> int:
    """Return the number of rows of the sheet of providers, its cells read and left alone."""
    return len(CalamineWorkbook.from_path(path).get_sheet_by_name(SHEET).to_python())


def validated_table(path: Path) -> int:
    """Return the number of rows of the table: recognised, read, reconciled and validated."""
    file = OfficialFile(path)
    if not READER.recognise(file):
        raise SystemExit(f"{path} is not a monthly A&E workbook")
    return len(READER.read(file).tables["ae_monthly"])


def seconds(task: Callable[[Path], int], paths: list[Path]) -> tuple[float, float, int]:
    """Return wall and processor seconds of a task over all files, and the rows it met."""
    wall, processor = time.perf_counter(), time.process_time()
    rows = sum(task(path) for path in paths)
    return time.perf_counter() - wall, time.process_time() - processor, rows


def main() -> None:
    """Print the seconds of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of the workbooks (.xls)")
    paths = sorted(parser.parse_args().folder.glob("*.xls*"))
    if not paths:
        raise SystemExit("no workbook in that folder")
    bare, bare_processor, cells = seconds(bare_cells, paths)
    ours, ours_processor, rows = seconds(validated_table, paths)
    print(f"{len(paths)} workbooks")
    print(f"bare cells       {bare:6.2f} s ({bare_processor:.2f} s of processor), {cells:,} rows")
    print(f"validated tables {ours:6.2f} s ({ours_processor:.2f} s of processor), {rows:,} rows")
    print(f"ratio            {ours / bare:6.1f}")


if __name__ == "__main__":
    main()
