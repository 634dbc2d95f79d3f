"""The blank schedules of the trust accounts consolidation: what each sub-code means."""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.periods import financial_year_label
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.workbook_tables import says

_TITLE = r"illustrative tac"
_YEAR = re.compile(r"form (20\d\d)/(\d\d)\b")
_CODE = re.compile(r"^[A-Z]{2,3}\d{4}[A-Z]*$")
_HEADING = "subcode"


def _recognise(file: OfficialFile) -> bool:
    return says(file, _TITLE, _YEAR.pattern)


def _read(file: OfficialFile) -> Reading:
    year = _year(file)
    rows = [
        (name.strip(), code, label)
        for name in file.sheet_names
        for code, label in _lines(file.grid(name))
    ]
    if not rows:
        raise file.broken("workbook", found="no sub-code", wanted="columns headed Subcode")
    table = pd.DataFrame(rows, columns=["worksheet", "subcode", "label"])
    # The schedule of the year comes first, that of the year before repeats its codes.
    first = table.drop_duplicates(["worksheet", "subcode"]).assign(year=year, origin="schedule")
    return Reading(
        tables={"tac_subcode": schemas.validate(first, "tac_subcode", where=file.path.name)},
        release=year,
        period=year,
        slice_=f"{year}, schedule",
        notes=("a blank form: it holds what each line means, and no figures",),
    )


def _year(file: OfficialFile) -> str:
    for name in file.sheet_names[:2]:
        for row in file.grid(name)[:40]:
            for cell in row:
                found = _YEAR.search(plain(str(cell)))
                if found and (int(found[1]) + 1) % 100 == int(found[2]):
                    return financial_year_label(int(found[1]))
    raise file.broken("introduction", found="no year", wanted="such as 'TAC form 2023/24'")


def _lines(grid: Grid) -> list[tuple[str, str]]:
    """Return sub-code and label of each line; each block of a sheet says where its codes stand."""
    lines = []
    at: int | None = None
    for row in grid:
        texts = [str(cell).strip() for cell in row]
        headed = [position for position, text in enumerate(texts) if plain(text) == _HEADING]
        if headed:
            at = headed[0]
        elif at is not None and at < len(texts) and _CODE.match(texts[at]):
            label = next((text for text in texts[:at] if text), "")
            lines.append((texts[at], " ".join(label.split()) or "(no label)"))
    return lines


READER = Reader(
    source="trust_accounts_schedule",
    recognise=_recognise,
    read=_read,
    traits="Intro TAC02 SoCI TAC03 SoFP TAC04 SOCIE TAC05 SoCF TAC06 Op Inc 1",
    rank=1,
    tables=("tac_subcode",),
)
