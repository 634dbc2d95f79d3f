"""How long records in the HES layout take to aggregate, and how much memory it needs.

Run by hand; the records are made up from a seed, kept in a temporary folder and deleted::

    python benchmarks/record_level.py --rows 20000000
    python benchmarks/record_level.py --rows 2000000 --form csv

The aim is 20 million rows in under 90 seconds and 4 GB on two cores. The aggregation runs in a
process of its own, so that its peak memory is not that of the making.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

#: Rows of one file; a year of admitted patient care in England is about 20 million episodes.
ROWS_OF_FILE = 2_000_000
#: Fields that no count reads, as the layout has many: they cost what skipping them costs.
WIDTH = 5
UNREAD = ("DIAG_4_01", "DIAG_4_02", "OPERTN_4_01", "ETHNOS", "GPPRAC", "LSOA11", "PSEUDO_HESID")

ROWS = """
SELECT '2021' AS FYEAR, '202099' AS PARTYEAR,
    lpad((i * 961748941 % 999999999989)::VARCHAR, 12, '0') AS EPIKEY,
    (DATE '2020-04-01' + (h % 365)::INTEGER)::VARCHAR AS EPIEND,
    'R' || chr(65 + (h // 7 % 20)::INTEGER) || chr(65 + (h // 149 % 10)::INTEGER) AS PROCODE3,
    CASE WHEN h // 11 % 100 < 2 THEN '1' ELSE '3' END AS EPISTAT,
    CASE WHEN h // 13 % 10 < 8 THEN '1' ELSE '2' END AS EPIORDER,
    (h // 17 % 12)::VARCHAR AS EPIDUR,
    ['1', '1', '1', '2', '2', '3', '5'][(h // 19 % 7)::INTEGER + 1] AS CLASSPAT,
    ['11', '12', '13', '21', '22', '2A', '31', '82', '81', '99'][(h // 23 % 10)::INTEGER + 1]
        AS ADMIMETH,
    CASE WHEN h // 29 % 50 = 0 THEN '7001' ELSE (1 + h // 31 % 100)::VARCHAR END AS STARTAGE,
    ['1', '2', '1', '2', '9'][(h // 37 % 5)::INTEGER + 1] AS SEX,
    ['100', '110', '300', '320', '430', '501', '&'][(h // 41 % 7)::INTEGER + 1] AS TRETSPEF,
    'E0' || (7000000 + h // 43 % 300)::VARCHAR AS RESLADST_ONS,
    'X' || lpad((h // 47 % 100)::VARCHAR, 2, '0') AS CCG_RESPONSIBILITY,
    {unread}
FROM (SELECT i, (hash(i + {seed}) >> 1)::BIGINT AS h FROM range({first}, {last}) AS t(i))
"""

AGGREGATE = """
import json, resource, sys, time
from pathlib import Path
from caseanalysis.recordlevel import Engine, aggregate
folder, period, threads, memory = sys.argv[1:]
start = time.perf_counter()
engine = Engine(threads=int(threads), memory=memory, temp=Path(folder).parent)
found = aggregate("apc", [Path(folder)], period=period, engine=engine)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
seconds = time.perf_counter() - start
print(json.dumps([seconds, time.process_time(), peak, len(found.table)]))
"""


def make(folder: Path, *, rows: int, form: str, seed: int) -> int:
    """Write made-up records to a folder; return their bytes."""
    unread = ", ".join(
        f"md5((h + {number})::VARCHAR)[:{WIDTH}] AS {name}" for number, name in enumerate(UNREAD)
    )
    options = "FORMAT parquet" if form == "parquet" else "FORMAT csv, HEADER"
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as connection:
        for first in range(0, rows, ROWS_OF_FILE):
            last = min(first + ROWS_OF_FILE, rows)
            query = ROWS.format(unread=unread, first=first, last=last, seed=seed)
            path = folder / f"records_{first}.{form}"
            connection.execute(f"COPY ({query}) TO '{path}' ({options})")
    return sum(path.stat().st_size for path in folder.iterdir())


def main() -> None:
    """Print size, seconds and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--form", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--period", choices=("financial_year", "month"), default="financial_year")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--seed", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "records"
        folder.mkdir()
        size = make(folder, rows=given.rows, form=given.form, seed=given.seed)
        print(f"{given.rows:,} rows, {given.form}, {size / 1024**3:.2f} GB")
        settings = [str(folder), given.period, str(given.threads), given.memory]
        command = [sys.executable, "-c", AGGREGATE, *settings]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, busy, peak, cells = json.loads(done.stdout)
    print(f"aggregated by {given.period} in {seconds:.1f} s, peak {peak:.2f} GB, {cells:,} rows")
    # What else the machine does lengthens the seconds by the clock more than these.
    print(f"{busy:.1f} s of processor time, {busy / given.threads:.1f} s a thread")


if __name__ == "__main__":
    main()
