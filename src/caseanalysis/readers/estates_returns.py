"""Estates Returns Information Collection (ERIC), trust level: the yearly file of NHS England.

Fields are separated by ``$``. The second line has the headings, each with its unit in brackets;
headings change from year to year and are kept as printed. Nothing in the file names its year.
"""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.population_projections import reconcile

_SEPARATOR = "$"
_LABELS = {
    "org_code": "organisation code",
    "org_name": "organisation name",
    "region": "commissioning region",
    "org_type": "organisation type",
}
_REGION = re.compile(r"COMMISSIONING REGION$")
_UNIT = re.compile(r"^(?P<item>.*?)\s*\((?P<unit>[^()]*)\)$")
_AREA = re.compile(r"^gross internal (site )?floor area")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_SOURCE = "estates_returns"
#: What stands for a pound sign where a file was saved in another encoding.
_LOST_SIGN = "�"
_BACKLOG = re.compile(r"^Cost to eradicate (high|significant|moderate|low) risk backlog$")
_ALL_BACKLOG = "Cost to eradicate backlog"
_POUND = 1.0
#: Lines at the top among which the headings are looked for.
_TOP = 12


def _recognise(file: OfficialFile) -> bool:
    if file.form != "text" or file.text is None:
        return False
    lines = file.text[:20_000].splitlines()[:_TOP]
    return any(
        {plain(cell) for cell in line.split(_SEPARATOR)}.issuperset(_LABELS.values())
        for line in lines
    )


def _read(file: OfficialFile) -> Reading:
    rows, header = _rows(file)
    names = [cell.replace(_LOST_SIGN, "£").strip() for cell in rows[header]]
    body, shifted = _aligned(file, rows[header + 1 :], names, header)
    at = {key: _position(file, names, label, header) for key, label in _LABELS.items()}
    wide = [p for p, name in enumerate(names) if name and p not in at.values()]
    table = _long(body, names, at, wide)
    area = table[table["item"].str.casefold().str.match(_AREA.pattern)]["value"].sum()
    known = edition_of(file, _SOURCE, float(area), "sum of the gross internal floor area")
    year = known.edition
    return Reading(
        tables={
            "estates_return": schemas.validate(
                table.assign(year=year), "estates_return", where=file.path.name
            )
        },
        release=year,
        period=year,
        slice_=year,
        checks=(
            Check("square metres of floor, all trusts", float(area), float(known.value)),
            *_backlog(file, table),
        ),
        notes=_notes(table, shifted, rows[header]),
    )


def _rows(file: OfficialFile) -> tuple[list[list[str]], int]:
    stream = io.StringIO(file.text or "", newline="")
    rows = [row for row in csv.reader(stream, delimiter=_SEPARATOR) if row]
    for index, row in enumerate(rows[:_TOP]):
        if {plain(cell) for cell in row}.issuperset(_LABELS.values()):
            return rows, index
    raise file.broken("first lines", found="no row of headings", wanted=", ".join(_LABELS.values()))


def _position(file: OfficialFile, names: list[str], label: str, header: int) -> int:
    found = [p for p, name in enumerate(names) if plain(name) == label]
    if len(found) != 1:
        raise file.broken(
            f"row {header + 1}", found=f"{len(found)} columns {label!r}", wanted="one"
        )
    return found[0]


def _aligned(
    file: OfficialFile, body: list[list[str]], names: list[str], header: int
) -> tuple[list[list[str]], dict[str, bool]]:
    """Return rows under their headings, and the trusts whose name was cut at a comma.

    A name such as ``A, B AND C TRUST`` was cut in two by the publisher, so that all that follows
    stands one column too far right and, where there is no spare column, the last figure is lost.
    """
    code, name, region = (_position(file, names, _LABELS[key], header) for key in
                          ("org_code", "org_name", "region"))  # fmt: skip
    aligned, shifted = [], {}
    for number, row in enumerate(body, start=header + 2):
        if len(row) != len(names):
            raise file.broken(
                f"row {number}", found=f"{len(row)} fields", wanted=f"{len(names)}, as headings"
            )
        moved = next(
            (p - region for p in range(region, region + 4) if _REGION.search(row[p])), None
        )
        if moved is None:
            raise file.broken(
                f"row {number}, {names[region]}", found=repr(row[region]), wanted="a region"
            )
        if moved:
            whole = ",".join(row[name : name + moved + 1])
            shifted[row[code].strip()] = not any(row[-moved:])
            row = [*row[:name], whole, *row[name + moved + 1 :], *[""] * moved]
        aligned.append(row)
    return aligned, shifted


def _long(
    body: list[list[str]], names: list[str], at: dict[str, int], wide: list[int]
) -> pd.DataFrame:
    """Return one row a trust and heading: a number, or an answer in words."""
    split = [_UNIT.match(names[p]) for p in wide]
    items = [found["item"] if found else names[p] for found, p in zip(split, wide, strict=True)]
    units = [(found["unit"] or None) if found else None for found in split]
    items = [
        f"{item} ({unit})" if items.count(item) > 1 else item
        for item, unit in zip(items, units, strict=True)
    ]
    cells = np.array([[row[p].strip() for p in wide] for row in body], dtype=object).ravel()
    text = pd.Series(cells, dtype="str")
    is_number = text.str.fullmatch(_NUMBER.pattern)
    identity = pd.DataFrame({key: [row[p].strip() for row in body] for key, p in at.items()})
    long = identity.loc[identity.index.repeat(len(wide))].reset_index(drop=True)
    return long.assign(
        item=np.tile(items, len(body)),
        unit=pd.Series(units * len(body), dtype="str"),
        value=pd.to_numeric(text.where(is_number), errors="coerce").astype(float),
        answer=text.mask(is_number | (text == "")),
    )


def _backlog(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    """Check, where the file has the total, that the backlog is that of the four risks."""
    parts = table[table["item"].str.fullmatch(_BACKLOG.pattern)]
    whole = table[table["item"] == _ALL_BACKLOG].set_index("org_code")["value"].dropna()
    if whole.empty:
        return ()
    ours = parts.groupby("org_code")["value"].sum().loc[whole.index]
    name = "backlog of four risks against all backlog, pounds"
    return (reconcile(file, name, ours, whole, tolerance=_POUND),)


def _notes(table: pd.DataFrame, shifted: dict[str, bool], headings: list[str]) -> tuple[str, ...]:
    notes = []
    if shifted:
        notes.append(
            "names cut at a comma, with all that follows one column to the right, put back: "
            + ", ".join(shifted)
        )
    lost = int((table["value"].isna() & table["answer"].isna()).sum())
    if lost:
        notes.append(f"{lost} cells are empty in the file and missing here")
    below = table[table["value"] < 0]
    notes += [
        f"{row.org_code}, {row.item}: {row.value:,.0f}, below 0" for row in below.itertuples()
    ]
    if any(_LOST_SIGN in heading for heading in headings):
        notes.append("the pound sign of some headings was lost in the file and is put back")
    return tuple(notes)


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits="Organisation Code$Organisation Name$Commissioning Region$Organisation Type",
    tables=("estates_return",),
)
