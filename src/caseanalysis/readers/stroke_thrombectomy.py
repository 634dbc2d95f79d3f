"""SSNAP thrombectomy report: one team a column, by where it was done and who admitted first."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Cell, Grid, OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.workbook_tables import known, says, sheets_under, words

_HEADINGS = ("category", "items", "data type", "national")
_TITLE = r"thrombectomy output"
_PERIOD = re.compile(r"([a-z]+) ?(20\d\d) ?(?:-|to|and|–) ?([a-z]+) ?(20\d\d)", flags=re.IGNORECASE)
_CLOCK = re.compile(r"^(-?)(\d+):([0-5]\d)$")
_MINUTES = 60
_SHARE = "%"
_PERCENT = 100


def _recognise(file: OfficialFile) -> bool:
    return says(file, _TITLE, *_HEADINGS)


def _read(file: OfficialFile) -> Reading:
    period = _period(file)
    parts = [_team_rows(file, *found) for found in sheets_under(file, *_HEADINGS)]
    table = pd.concat(parts, ignore_index=True).assign(period=period)
    checks, notes = _compare(table)
    return Reading(
        tables={
            "stroke_thrombectomy": schemas.validate(
                table, "stroke_thrombectomy", where=file.path.name
            )
        },
        release=period,
        period=period,
        slice_=period,
        checks=checks,
        notes=notes,
    )


def _period(file: OfficialFile) -> str:
    for name in file.sheet_names:
        for row in file.grid(name)[:40]:
            for cell in row[:4]:
                found = _PERIOD.search(str(cell))
                if found:
                    return f"{found[1]} {found[2]} to {found[3]} {found[4]}"
    raise file.broken("workbook", found="no period", wanted="such as April 2023-March 2024")


def _team_rows(file: OfficialFile, sheet: str, grid: Grid, header: int) -> pd.DataFrame:
    names = [plain(str(cell)) for cell in grid[header]]
    at = {key: names.index(key) for key in _HEADINGS}
    if header < 2 or not plain(str(grid[header - 1][0])).startswith("based on the team"):
        raise file.broken(
            f"sheet {sheet}, above row {header + 1}",
            found="no line that says which team",
            wanted="networks, then trusts beside 'Based on the team ...'",
        )
    wide = [position for position in range(at["national"], len(names)) if names[position]]
    body = grid[header + 1 :]
    labels = _labels(body, at, first=header + 2)
    teams = _teams(grid, header, wide, national=at["national"])
    long = pd.concat(
        [
            labels.loc[labels.index.repeat(len(wide))].reset_index(drop=True),
            pd.concat([teams] * len(body), ignore_index=True),
        ],
        axis=1,
    )
    values = [
        _number(file, f"sheet {sheet}, row {number}, {names[p]}", row[p])
        for number, row in enumerate(body, start=header + 2)
        for p in wide
    ]
    basis = " ".join(str(grid[header - 1][0]).split()).rstrip(".")
    return _in_shares(long.assign(basis=basis, value=np.array(values, dtype=float)))


def _labels(body: Grid, at: dict[str, int], *, first: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row_number": np.arange(first, first + len(body)),
            "category": known(words(_column(body, at["category"]))).ffill(),
            "item": known(words(_column(body, at["items"]))).ffill(),
            "statistic": words(_column(body, at["data type"])),
        }
    )


def _teams(grid: Grid, header: int, wide: list[int], *, national: int) -> pd.DataFrame:
    """Return each column's team, with the trust and the network that stand above it."""
    return pd.DataFrame(
        {
            "team": words(pd.Series([grid[header][p] for p in wide])),
            "trust_name": known(words(pd.Series([grid[header - 1][p] for p in wide]))),
            "network": known(words(pd.Series([grid[header - 2][p] for p in wide]))),
            "level": ["national" if p == national else "team" for p in wide],
        }
    )


def _column(body: Grid, at: int) -> pd.Series:
    return pd.Series([row[at] for row in body], dtype=object)


def _number(file: OfficialFile, place: str, cell: Cell) -> float:
    """Return a cell as a number, hours and minutes in minutes; an empty cell is missing."""
    if isinstance(cell, int | float):
        return float(cell)
    text = str(cell).strip()
    if text in ("", "-", "."):
        return float("nan")
    clock = _CLOCK.match(text)
    if clock:
        minutes = int(clock[2]) * _MINUTES + int(clock[3])
        return float(-minutes if clock[1] else minutes)
    raise file.broken(place, found=repr(cell), wanted="a number, or hours:minutes")


def _in_shares(table: pd.DataFrame) -> pd.DataFrame:
    percent = table["statistic"] == _SHARE
    return table.assign(
        value=table["value"].mask(percent, table["value"] / _PERCENT),
        statistic=table["statistic"].mask(percent, "share"),
    )


def _compare(table: pd.DataFrame) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Return thrombectomies of the teams beside the national number, and what falls short."""
    counts = table[table["statistic"] == "n"]
    teams = counts[counts["level"] == "team"].groupby(["basis", "row_number"])["value"]
    ours = teams.sum(min_count=1)
    national = counts[counts["level"] == "national"].set_index(["basis", "row_number"])["value"]
    hidden = teams.apply(lambda values: values.isna().any())
    apart = ((ours - national).abs() > 0) & ~hidden
    checks = tuple(
        Check(
            f"counts of teams without a missing one, {basis}",
            float(ours[~hidden].xs(basis).sum()),
            float(national[~hidden].xs(basis).sum()),
        )
        for basis in table["basis"].unique()
    )
    early = table[(table["value"] < 0)]
    notes = [f"{int(apart.sum())} counts of teams do not add up to the national one"]
    missing = int(table["value"].isna().sum())
    return checks, (
        *(notes if apart.any() else ()),
        *((f"{missing:,} values are empty in the file and missing here",) * bool(missing)),
        *(
            f"row {row.row_number}, {row.team}: a time of {row.value:.0f} minutes, below 0, is the "
            "publisher's"
            for row in early.itertuples()
        ),
    )


READER = Reader(
    source="stroke_thrombectomy",
    recognise=_recognise,
    read=_read,
    traits="Cover Thrombectomy centres Thrombectomy transfers",
    tables=("stroke_thrombectomy",),
)
