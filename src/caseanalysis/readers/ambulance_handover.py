"""Ambulance handovers by hospital trust and day: the daily situation report, of NHS England.

The sheet has a block of columns a day. The day stands in a row above the headings, over the first
column of its block.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.readers.ae_totals import ROUNDING
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.workbook_tables import (
    NOT_GIVEN,
    cells_below,
    figures,
    first_sheet,
    places_of,
    sheets_with,
    words,
)

_TRAITS = ("handover time known", "over 60 minutes", "all handovers")
_FIGURES = {
    "handovers_timed": "handover time known",
    "over_15_minutes": "over 15 minutes",
    "over_30_minutes": "over 30 minutes",
    "over_45_minutes": "over 45 minutes",
    "over_60_minutes": "over 60 minutes",
    "handovers_not_timed": "handover time unknown",
    "handovers": "all handovers",
}
_OPTIONAL = ("over_45_minutes",)
_LABELS = {
    "org_code": r"(org(anisation)? |trust |provider )?code",
    "org_name": r"(org(anisation)? |trust |provider )?name|trust|provider|organisation",
}
_ORDER = ("over_60_minutes", "over_45_minutes", "over_30_minutes", "over_15_minutes",
          "handovers_timed")  # fmt: skip


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the daily report of ambulance handovers."""
    return bool(sheets_with(file, *_TRAITS, usual=r".*handovers?.*"))


def read(file: OfficialFile) -> Reading:
    """Return ambulance handovers by trust and day, and how many took longer than each limit.

    Key: ``day``, ``org_code``. A figure that is not given is missing.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing, days do not follow each other, a cell is no count, longer delays
        are more than shorter ones, or England is not the sum of the trusts.
    """
    sheet, grid, header = first_sheet(file, *_TRAITS, usual=r".*handovers?.*")
    blocks = _blocks(file, sheet, grid, header)
    labels = _labels(file, sheet, grid, header)
    parts = []
    for day, places in blocks.items():
        cells = cells_below(grid, header, places).loc[labels.index]
        values = figures(file, cells, place=f"sheet {sheet}, {day:%d %B %Y}", withheld=NOT_GIVEN)
        parts.append(pd.concat([labels.assign(day=day), values], axis=1))
    table = pd.concat(parts, ignore_index=True)
    for name in _OPTIONAL:
        if name not in table:
            table[name] = float("nan")
    _refuse_longer_delays(file, sheet, table)
    checks = _england(file, sheet, table)
    first, last = (f"{day:%Y-%m-%d}" for day in (min(blocks), max(blocks)))
    return Reading(
        tables={
            "ambulance_handover": schemas.validate(
                table, "ambulance_handover", where=file.path.name
            )
        },
        release=f"{first} to {last}, undated",
        period=f"{first} to {last}",
        slice_=f"from {first}",
        published=max(blocks).date(),
        checks=checks,
    )


def _blocks(
    file: OfficialFile, sheet: str, grid: Grid, header: int
) -> dict[pd.Timestamp, dict[str, int]]:
    """Return the columns of each day: its headings, from the day's column to the next day's."""
    dated = [
        {at: pd.Timestamp(cell) for at, cell in enumerate(row) if isinstance(cell, date)}
        for row in grid[:header]
    ]
    days = max(dated, key=len, default={})
    ordered = list(days.values())
    if not ordered or ordered != list(pd.date_range(ordered[0], periods=len(ordered))):
        raise file.broken(
            f"sheet {sheet}, above row {header + 1}",
            found=f"{len(ordered)} days that do not follow each other",
            wanted="a row with the day over each block of columns",
        )
    ends = [*list(days)[1:], len(grid[header])]
    blocks = {}
    for (start, day), end in zip(days.items(), ends, strict=True):
        block = [plain(str(cell)) for cell in grid[header][start:end]]
        wanted = {
            name: form for name, form in _FIGURES.items() if name not in _OPTIONAL or form in block
        }
        place = f"sheet {sheet}, row {header + 1}, {day:%d %B %Y}"
        found = places_of(file, place, block, wanted)
        blocks[day] = {name: start + at for name, at in found.items()}
    return blocks


def _labels(file: OfficialFile, sheet: str, grid: Grid, header: int) -> pd.DataFrame:
    """Return code, name and level of each row; England has no code, or a dash."""
    places = places_of(file, f"sheet {sheet}, row {header + 1}", grid[header], _LABELS)
    labels = cells_below(grid, header, places).apply(words)
    england = labels["org_code"].isin(("", "-", "ENG")) & (
        labels["org_name"].str.casefold() == "england"
    )
    if england.sum() != 1:
        raise file.broken(
            f"sheet {sheet}", found=f"{england.sum() or 'no'} rows England", wanted="one"
        )
    labels.loc[england, "org_code"] = "ENGLAND"
    labels["level"] = england.map({True: "england", False: "provider"})
    return labels[~labels["org_code"].isin(("", "-")) & (labels["org_name"] != "")]


def _refuse_longer_delays(file: OfficialFile, sheet: str, table: pd.DataFrame) -> None:
    pairs = list(pairwise(_ORDER))
    for longer, shorter in (*pairs, ("over_60_minutes", "over_30_minutes")):
        for row in table.index[table[longer] > table[shorter]][:1]:
            found = table.loc[row]
            raise file.broken(
                f"sheet {sheet}, {found['org_code']}, {found['day']:%d %B %Y}, {longer}",
                found=f"{found[longer]:,.0f}",
                wanted=f"at most {found[shorter]:,.0f}, its {shorter}",
            )


def _england(file: OfficialFile, sheet: str, table: pd.DataFrame) -> tuple[Check, ...]:
    england = table[table["level"] == "england"].set_index("day")
    trusts = table[table["level"] == "provider"].groupby("day")
    checks = []
    for name in ("handovers", "handovers_timed", "over_30_minutes", "over_60_minutes"):
        ours, total = trusts[name].sum(min_count=1), england[name]
        for day in ours.index[(ours - total).abs() > ROUNDING][:1]:
            raise file.broken(
                f"sheet {sheet}, England, {day:%d %B %Y}, {name}",
                found=f"{total[day]:,.0f}",
                wanted=f"{ours[day]:,.0f}, the sum of the trusts",
            )
        checks.append(
            Check(f"trusts sum to England: {name}", float(ours.sum()), float(total.sum()))
        )
    return tuple(checks)


READER = Reader(
    source="ambulance_handover",
    recognise=recognise,
    read=read,
    traits="Handovers Handover time known Over 15 minutes Over 30 minutes Over 60 minutes",
    tables=("ambulance_handover",),
)
