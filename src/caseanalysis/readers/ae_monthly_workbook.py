"""A&E attendances and emergency admissions: the monthly workbook by provider, of NHS England.

The sheet of providers has a title block, a row of group headings, a row of headings, the England
row, a blank row, the providers and, in some months, notes at the foot. Columns are found by
heading, those of the same heading by the group above them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
from python_calamine import CalamineError

from caseanalysis import schemas
from caseanalysis.officialfile import Cell, Grid, OfficialFile, column_positions, find_row
from caseanalysis.periods import parse_date, parse_month
from caseanalysis.readers.ae_totals import (
    ROUNDING,
    england_checks,
    part_checks,
    withheld_notes,
)
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain

_SHEET = "Provider Level Data"
_IDENTITY = ("Code", "Region", "Name")
#: Sheets, and rows of each, among which the title is looked for.
_SEARCHED, _TOP = 4, 40
_TITLE = "a&e attendances & emergency admission"
_WITHHELD = ("-", "")

_GROUPS = {
    "attendances": r"a&e attendances$",
    "under_4_hours": r"a&e attendances less than 4 hours",
    "over_4_hours": r"a&e attendances greater than 4 hours",
}
_IN_GROUP = {"_type_1": r"type 1\b", "_type_2": r"type 2\b", "_type_3": r"type 3\b", "": r"total\b"}
_ALONE = {
    "admissions_via_type_1": r"emergency admissions via type 1\b",
    "admissions_via_type_2": r"emergency admissions via type 2\b",
    "admissions_via_type_3": r"emergency admissions via type 3\b",
    "admissions_via_ae": r"total emergency admissions via a&e$",
    "other_emergency_admissions": r"other emergency admissions\b",
    "emergency_admissions": r"total emergency admissions$",
    "decision_to_admit_over_4_hours": r"number of patients spending >\s*4 hours from decision",
    "decision_to_admit_over_12_hours": r"number of patients spending >\s*12 hours from decision",
}
#: Each figure: the heading of its group where it needs one, and its own heading.
_HEADINGS: dict[str, tuple[str | None, str]] = {
    **{
        group + kind: (above, heading)
        for group, above in _GROUPS.items()
        for kind, heading in _IN_GROUP.items()
    },
    **{name: (None, heading) for name, heading in _ALONE.items()},
}
_WHOLES = {
    **{
        whole: (f"{whole}_type_1", f"{whole}_type_2", f"{whole}_type_3")
        for whole in ("attendances", "under_4_hours", "over_4_hours")
    },
    "admissions_via_ae": (
        "admissions_via_type_1",
        "admissions_via_type_2",
        "admissions_via_type_3",
    ),
    "emergency_admissions": ("admissions_via_ae", "other_emergency_admissions"),
}
_TIMED = {
    f"attendances{kind}": (f"under_4_hours{kind}", f"over_4_hours{kind}") for kind in _IN_GROUP
}


@dataclass(frozen=True)
class _Rows:
    """The rows below the headings: names of organisations, figures, and notes at the foot."""

    labels: pd.DataFrame
    figures: pd.DataFrame
    footnotes: tuple[str, ...]


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the monthly A&E workbook by provider."""
    return _sheet(file) is not None


def _sheet(file: OfficialFile) -> str | None:
    """Return the sheet of providers: by its usual name, or the first that has the title."""
    names = sorted(file.sheet_names[:_SEARCHED], key=lambda name: name != _SHEET)
    return next((name for name in names if _has_title(file, name)), None)


def _has_title(file: OfficialFile, sheet: str) -> bool:
    if file.workbook is None:
        return False
    try:
        top = file.workbook.get_sheet_by_name(sheet).to_python(nrows=_TOP)
    except CalamineError:
        return False
    titled = any(_TITLE in str(cell).casefold() for row in top for cell in row)
    return titled and (sheet == _SHEET or find_row(top, *_IDENTITY) is not None)


def read(file: OfficialFile) -> Reading:
    """Return the A&E figures of one month, one row a provider and one for England.

    Key: ``month``, ``org_code``. A withheld figure ('-' or blank) is missing, and the England
    figures of the 4-hour standard then cover only the organisations that gave theirs.

    Raises
    ------
    BrokenPublicationError
        If a heading, the England row or the period is not found, a cell is no count, England is
        not the sum of its providers, or parts do not add up to their whole.
    """
    grid = file.grid(_sheet(file) or _SHEET)
    header = find_row(grid, *_IDENTITY)
    if header is None:
        raise file.broken(
            f"sheet {_sheet(file)}",
            found="no row of headings",
            wanted="a row with Code, Region and Name",
        )
    month = _month(file, grid[:header])
    rows = _rows(file, grid, header)
    checks, notes = _reconcile(file, rows)
    published, release = _release(file, grid[:header], month)
    timed = rows.figures["under_4_hours"] + rows.figures["over_4_hours"]
    figures = rows.figures[list(schemas.AE_MEASURES)].assign(attendances_timed=timed)
    table = pd.concat([rows.labels, figures], axis=1)
    table.insert(0, "month", pd.Timestamp(year=month.year, month=month.month, day=1))
    return Reading(
        tables={"ae_monthly": schemas.validate(table, "ae_monthly", where=file.path.name)},
        release=release,
        period=str(month),
        slice_=str(month),
        published=published,
        checks=checks,
        notes=notes + rows.footnotes,
    )


def _titled(grid: Grid, label: str) -> tuple[int, Cell]:
    """Return the sheet's row number of a label in the title block, and the cell beside it."""
    for number, row in enumerate(grid, start=1):
        for at, cell in enumerate(row):
            if str(cell).strip().casefold() == label:
                filled = [beside for beside in row[at + 1 :] if str(beside).strip()]
                return number, filled[0] if filled else ""
    return 0, ""


def _month(file: OfficialFile, title: Grid) -> pd.Period:
    number, cell = _titled(title, "period:")
    if isinstance(cell, date):
        return pd.Period(year=cell.year, month=cell.month, freq="M")
    try:
        return parse_month(str(cell))
    except ValueError:
        raise file.broken(
            f"sheet {_sheet(file)}, row {number}, Period"
            if number
            else f"sheet {_sheet(file)}, title block",
            found=repr(cell) if number else "no cell 'Period:'",
            wanted="a month and year such as March 2025",
        ) from None


def _release(file: OfficialFile, title: Grid, month: pd.Period) -> tuple[date | None, str]:
    """Return the later of the dates of publication and revision, and the edition in words."""
    dates = {}
    for word in ("published", "revised"):
        number, cell = _titled(title, f"{word}:")
        if isinstance(cell, datetime):
            dates[word] = cell.date()
        elif isinstance(cell, date):
            dates[word] = cell
        elif str(cell).strip() not in _WITHHELD:
            try:
                dates[word] = parse_date(str(cell))
            except ValueError:
                raise file.broken(
                    f"sheet {_sheet(file)}, row {number}, {word.capitalize()}",
                    found=repr(cell),
                    wanted="a date such as 10th April 2025, or nothing",
                ) from None
    if not dates:
        return None, f"{month.strftime('%B %Y')}, undated"
    word = max(dates, key=lambda name: dates[name])
    return dates[word], f"{month.strftime('%B %Y')}, {word} {dates[word].isoformat()}"


def _positions(file: OfficialFile, grid: Grid, header: int) -> dict[str, int]:
    """Return the column of each figure, by its heading and the heading of its group."""
    above = grid[header - 1] if header else [""] * len(grid[header])
    groups = (
        pd.Series([plain(str(cell)) or None for cell in above], dtype=object).ffill().fillna("")
    )
    columns = list(zip(groups.astype(str), map(plain, map(str, grid[header])), strict=True))
    positions = {}
    for name, (group, heading) in _HEADINGS.items():
        found = [
            at
            for at, (over, text) in enumerate(columns)
            if re.match(heading, text) and (group is None or re.match(group, over))
        ]
        if len(found) != 1:
            raise file.broken(
                f"sheet {_sheet(file)}, row {header + 1}, {name}",
                found=f"{len(found) or 'no'} columns headed so",
                wanted=f"one column headed like {heading!r}"
                + (f" under a group headed like {group!r}" if group else ""),
            )
        positions[name] = found[0]
    return positions


def _rows(file: OfficialFile, grid: Grid, header: int) -> _Rows:
    positions = _positions(file, grid, header)
    named = column_positions(grid[header])
    label_at = [named["code"], named["name"], named["region"]]
    labels, cells, numbers, footnotes = [], [], [], []
    for number, row in enumerate(grid[header + 1 :], start=header + 2):
        code, name, region = (str(row[at]).strip() for at in label_at)
        figures = [row[at] for at in positions.values()]
        empty = all(cell == "" for cell in figures)
        if empty and not name:
            if code or region:
                footnotes.append(" ".join(text for text in (code, region) if text))
            continue
        labels.append(_label(file, number, code, name, region))
        cells.append(figures)
        numbers.append(number)
    table = pd.DataFrame(labels, columns=["org_code", "org_name", "region", "level"])
    values = _counts(file, cells, numbers, list(positions))
    note = (f"note of the publisher: {'; '.join(footnotes)}",) if footnotes else ()
    return _Rows(table, pd.DataFrame(values, columns=list(positions)), note)


def _label(
    file: OfficialFile, number: int, code: str, name: str, region: str
) -> tuple[str, str, str | None, str]:
    """Return code, name, region and level of one row."""
    if name.casefold() == "england" and code in _WITHHELD:
        return "ENGLAND", name, None, "england"
    if code in _WITHHELD or not name:
        raise file.broken(
            f"sheet {_sheet(file)}, row {number}",
            found=f"figures with the code {code!r} and the name {name!r}",
            wanted="the code and name of an organisation",
        )
    return code, name, region or None, "provider"


def _counts(
    file: OfficialFile, cells: Sequence[Sequence[Cell]], numbers: Sequence[int], names: list[str]
) -> np.ndarray:
    """Return the cells as numbers, missing where the publisher withheld one."""
    values = np.array(cells, dtype=object).reshape(len(cells), len(names))
    values[(values == "-") | (values == "")] = np.nan
    try:
        return values.astype(float)
    except (TypeError, ValueError):
        for row, number in zip(values, numbers, strict=True):
            for name, cell in zip(names, row, strict=True):
                if not isinstance(cell, int | float):
                    raise file.broken(
                        f"sheet {_sheet(file)}, row {number}, {name}",
                        found=repr(cell),
                        wanted="a count, or '-' where it is withheld",
                    ) from None
        raise


def _reconcile(file: OfficialFile, rows: _Rows) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Return the totals that hold, and notes on what is withheld."""
    place = f"sheet {_sheet(file)}"
    figures = rows.figures.set_index(rows.labels["org_code"])
    england = figures[(rows.labels["level"] == "england").to_numpy()]
    if len(england) != 1:
        raise file.broken(
            place,
            found=f"{len(england) or 'no'} England rows",
            wanted="one row of England, with '-' for its code",
        )
    providers = figures[(rows.labels["level"] == "provider").to_numpy()]
    checks = (
        england_checks(file, providers, england.iloc[0], place=place)
        + part_checks(file, figures, _WHOLES, place=place)
        + part_checks(file, providers, _TIMED, place=place)
    )
    timed, note = _england_timed(file, providers, england.iloc[0])
    return (*checks, timed), withheld_notes(providers[list(schemas.AE_MEASURES)]) + note


def _england_timed(
    file: OfficialFile, providers: pd.DataFrame, england: pd.Series
) -> tuple[Check, tuple[str, ...]]:
    """Return England's timed attendances beside those of the organisations that gave times."""
    gave = providers["over_4_hours"].notna()
    ours = float(providers.loc[gave, "attendances"].sum())
    publishers = float(england["under_4_hours"] + england["over_4_hours"])
    if abs(ours - publishers) > ROUNDING:
        raise file.broken(
            f"sheet {_sheet(file)}, England row, under and over 4 hours",
            found=f"{publishers:,.0f} attendances",
            wanted=f"{ours:,.0f}, those of the organisations that gave times",
        )
    check = Check("England's attendances under and over 4 hours", ours, publishers)
    if gave.all():
        return check, ()
    return check, (
        f"England's 4-hour figures cover {publishers:,.0f} of its {england['attendances']:,.0f} "
        "attendances: only the organisations whose figures are not withheld",
    )


READER = Reader(
    source="ae_monthly_workbook",
    recognise=recognise,
    read=read,
    traits="Provider Level Data Non-Booked Data Booked Appointments Data System Level Data",
    rank=1,
    tables=("ae_monthly",),
)
