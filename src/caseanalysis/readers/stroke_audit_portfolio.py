"""SSNAP acute organisational audit: the portfolio of named sites' answers, one site a column."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Cell, OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.workbook_tables import known, one_sheet, says, words

_TITLE = r"acute organisational audit (20\d\d)"
_HEADINGS = ("category", "item reference.*", "item name", r"national 20\d\d")
#: Only the sheet of all sites has the name of a site's trust above its column, after this label.
_TRUST = "trust"
_NETWORK = "scn"


def _recognise(file: OfficialFile) -> bool:
    return says(file, r"ssnap", _TITLE, *_HEADINGS)


def _read(file: OfficialFile) -> Reading:
    year = _year(file)
    sheet, grid, header = one_sheet_of_sites(file)
    names = [plain(str(cell)) for cell in grid[header]]
    national = [at for at, name in enumerate(names) if re.fullmatch(r"national 20\d\d", name)]
    above = {str(grid[row][at]).strip().casefold(): row for row in range(header)
             for at in range(max(national) + 1)}  # fmt: skip
    wide = [at for at in range(min(national), len(names)) if names[at]]
    body = grid[header + 1 :]
    site = words(pd.Series([grid[header][at] for at in wide]))
    is_national = np.isin(wide, national)
    trust, network = (
        words(pd.Series([grid[above[label]][at] for at in wide])).mask(is_national, "")
        for label in (_TRUST, _NETWORK)
    )
    left = _left(file, sheet, body, names, header)
    cells = np.array([[_shown(row[at]) for at in wide] for row in body], dtype=object)
    long = left.loc[left.index.repeat(len(wide))].reset_index(drop=True)
    table = long.assign(
        year=year,
        site_name=np.tile(site, len(body)),
        trust_name=known(pd.Series(np.tile(trust, len(body)), dtype="str")),
        network=known(pd.Series(np.tile(network, len(body)), dtype="str")),
        level=np.tile(np.where(is_national, "national", "site"), len(body)),
        value=known(pd.Series(cells.ravel(), dtype="str")),
    )
    counted = (table["reference"] != "") | table["value"].notna()
    return Reading(
        tables={
            "stroke_audit_item": schemas.validate(
                table[counted], "stroke_audit_item", where=file.path.name
            )
        },
        release=str(year),
        period=str(year),
        slice_=str(year),
        checks=_hospitals(file, sheet, body, wide, national),
    )


def one_sheet_of_sites(file: OfficialFile) -> tuple[str, list[list[Cell]], int]:
    """Return the sheet with the headings and with trusts named above the sites."""
    for name in file.sheet_names:
        grid = file.grid(name)
        labels = {str(cell).strip().casefold() for row in grid[:6] for cell in row[:8]}
        if {_TRUST, _NETWORK, "category", "item name"} <= labels:
            header = next(
                index
                for index, row in enumerate(grid)
                if "item name" in {plain(str(cell)) for cell in row}
            )
            return name, grid, header
    return one_sheet(file, *_HEADINGS, _TRUST)


def _year(file: OfficialFile) -> int:
    for name in file.sheet_names[:4]:
        for row in file.grid(name)[:5]:
            found = re.search(_TITLE, plain(str(row[0]))) if row else None
            if found:
                return int(found[1])
    raise file.broken("workbook", found="no title with a year", wanted="audit and its year")


def _left(
    file: OfficialFile, sheet: str, body: list[list[Cell]], names: list[str], header: int
) -> pd.DataFrame:
    at = {
        key: next((position for position, name in enumerate(names) if name.startswith(key)), None)
        for key in ("category", "item reference", "item name")
    }
    for key, position in at.items():
        if position is None:
            raise file.broken(f"sheet {sheet}, row {header + 1}", found=f"no {key}", wanted=key)
    columns = {
        key: words(pd.Series([row[position] for row in body], dtype=object))
        for key, position in at.items()
        if position is not None
    }
    return pd.DataFrame(
        {
            "item_number": np.arange(header + 2, header + 2 + len(body)),
            "category": known(columns["category"]).ffill(),
            "reference": columns["item reference"],
            "item": columns["item name"],
        }
    )


def _shown(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def _hospitals(
    file: OfficialFile,
    sheet: str,
    body: list[list[Cell]],
    wide: list[int],
    national: list[int],
) -> tuple[Check, ...]:
    """Check that the hospitals that the sites stand for add up to the national number."""
    row = next((row for row in body if "number of hospitals" in plain(" ".join(map(str, row[:4])))),
               None)  # fmt: skip
    if row is None or not isinstance(row[max(national)], float):
        return ()
    ours = float(sum(row[at] for at in wide if at not in national and isinstance(row[at], float)))
    publishers = float(row[max(national)])
    if ours != publishers:
        raise file.broken(
            f"sheet {sheet}, number of hospitals",
            found=f"sites that add up to {ours:.0f}",
            wanted=f"{publishers:.0f}, the publisher's own total",
        )
    return (Check("hospitals of all sites", ours, publishers),)


READER = Reader(
    source="stroke_audit_portfolio",
    recognise=_recognise,
    read=_read,
    traits="Introduction Key recommendations Key Indicators Summary All site results GIRFT results",
    tables=("stroke_audit_item",),
)
