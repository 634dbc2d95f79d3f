"""A&E attendances and emergency admissions: the time series of England, of NHS England.

Two sheets: activity, and performance within 4 hours. Some months are estimated from weekly figures.
Performance has a second block for the sites that tested other standards; they are a part of England
until the test began.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import HEADING_ROWS, Grid, OfficialFile
from caseanalysis.periods import parse_month
from caseanalysis.readers.ae_totals import part_checks
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.title_blocks import stated_release
from caseanalysis.readers.workbook_tables import (
    NOT_GIVEN,
    cells_below,
    figures,
    first_sheet,
    sheets_with,
)

_TYPES = {"type_1": r"type 1 dep.*", "type_2": r"type 2 dep.*", "type_3": r"type 3 dep.*"}
_ACTIVITY_TRAITS = ("period", "total attendances", "total emergency admissions via a&e")
_PERFORMANCE_TRAITS = ("period", "total attendances < 4 hours", "total attendances > 4 hours")
_ACTIVITY = {
    **{f"attendances_{kind}": ("a&e attendances", form) for kind, form in _TYPES.items()},
    "attendances": ("a&e attendances", r"total attendances"),
    "admissions_via_type_1": ("emergency admissions", r"emergency admissions via type 1 .*"),
    "admissions_via_type_2": ("emergency admissions", r"emergency admissions via type 2 .*"),
    "admissions_via_type_3": ("emergency admissions", r"emergency admissions via type 3 .*"),
    "admissions_via_ae": ("emergency admissions", r"total emergency admissions via a&e"),
    "other_emergency_admissions": ("emergency admissions", r"other emergency admissions .*"),
    "emergency_admissions": ("emergency admissions", r"total emergency admissions"),
    "decision_to_admit_over_4_hours": ("emergency admissions", r".*spending >4 hours from.*"),
    "decision_to_admit_over_12_hours": ("emergency admissions", r".*spending >12 hours from.*"),
}
_LESS, _MORE = r"a&e attendances less than 4 hours .*", r"a&e attendances greater than 4 hours .*"
_PERFORMANCE = {
    **{f"within_4_hours_{kind}": (_LESS, form) for kind, form in _TYPES.items()},
    "within_4_hours": (_LESS, r"total attendances < 4 hours"),
    **{f"over_4_hours_{kind}": (_MORE, form) for kind, form in _TYPES.items()},
    "over_4_hours": (_MORE, r"total attendances > 4 hours"),
}
_WHOLES = {
    "attendances": ("attendances_type_1", "attendances_type_2", "attendances_type_3"),
    "within_4_hours": ("within_4_hours_type_1", "within_4_hours_type_2", "within_4_hours_type_3"),
    "over_4_hours": ("over_4_hours_type_1", "over_4_hours_type_2", "over_4_hours_type_3"),
    "admissions_via_ae": (
        "admissions_via_type_1",
        "admissions_via_type_2",
        "admissions_via_type_3",
    ),
    "emergency_admissions": ("admissions_via_ae", "other_emergency_admissions"),
}
_ESTIMATED = re.compile(r"figures from (\w+ \d{4}) to (\w+ \d{4}) have been estimated")
_TESTING = re.compile(r"testing .* started in (\w+ \d{4})")
_OTHER_BLOCK = "field testing sites only"
_FRACTION = 1e-6


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the A&E time series of England."""
    return bool(
        sheets_with(file, *_ACTIVITY_TRAITS, usual=r"activity")
        and sheets_with(file, *_PERFORMANCE_TRAITS, usual=r"performance")
    )


def read(file: OfficialFile) -> Reading:
    """Return attendances, 4-hour waits and emergency admissions of England by month.

    Key: ``month``. ``estimated`` months are apportioned from weekly figures by the publisher. Waits
    of 4 hours are missing in the months before they were collected.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing, a month does not follow the one before, a cell is no number, or a
        total is not the sum of its parts.
    """
    counted = first_sheet(file, *_ACTIVITY_TRAITS, usual=r"activity")
    timed = first_sheet(file, *_PERFORMANCE_TRAITS, usual=r"performance")
    activity, waits = _series(file, *counted, _ACTIVITY), _series(file, *timed, _PERFORMANCE)
    activity_sheet, upper, _ = counted
    values = activity.join(waits, how="outer")[list(schemas.SCHEMAS["ae_england"].columns)[2:]]
    remarks = _remarks(upper)
    table = values.rename_axis("month").reset_index()
    table.insert(1, "estimated", _estimated(values.index, remarks))
    months = f"{values.index[0]:%Y-%m}", f"{values.index[-1]:%Y-%m}"
    published, release, notes = stated_release(
        file,
        activity_sheet,
        upper,
        period=f"{months[0]} to {months[1]}",
        year=values.index[-1].year,
    )
    return Reading(
        tables={"ae_england": schemas.validate(table, "ae_england", where=file.path.name)},
        release=release,
        period=f"{months[0]} to {months[1]}",
        slice_="all months",
        published=published,
        checks=_reconcile(file, values, _testing(remarks)),
        notes=notes + _fractions(table),
    )


def _series(
    file: OfficialFile,
    sheet: str,
    grid: Grid,
    header: int,
    wanted: dict[str, tuple[str, str]],
) -> pd.DataFrame:
    """Return the figures of a sheet by month."""
    headings = [plain(str(cell)) for cell in grid[header]]
    period_at = headings.index("period")
    places = _places(file, sheet, grid, header, wanted)
    cells = cells_below(grid, header, {"period": period_at, **places})
    dated = cells[[isinstance(cell, date) for cell in cells["period"]]]
    months = pd.DatetimeIndex([pd.Timestamp(cell) for cell in dated["period"]])
    following = pd.date_range(months[0], periods=len(months), freq="MS") if len(months) else None
    if following is None or not months.equals(following):
        raise file.broken(
            f"sheet {sheet}, Period",
            found=f"{len(months)} months that do not follow each other",
            wanted="one row a month",
        )
    return figures(file, dated[list(places)], place=f"sheet {sheet}", withheld=NOT_GIVEN).set_axis(
        months
    )


def _places(
    file: OfficialFile,
    sheet: str,
    grid: Grid,
    header: int,
    wanted: dict[str, tuple[str, str]],
) -> dict[str, int]:
    """Return the column of each figure by its group and heading, outside the other block."""
    block = group = ""
    columns = []
    above = grid[header - 2] if header > 1 else [""] * len(grid[header])
    for at, cell in enumerate(grid[header]):
        block = plain(str(above[at])) or block
        group = plain(str(grid[header - 1][at])) or group
        columns.append(("" if block == _OTHER_BLOCK else group, plain(str(cell))))
    places = {}
    for name, (over, form) in wanted.items():
        found = [
            at
            for at, (group, heading) in enumerate(columns)
            if re.fullmatch(over, group) and re.fullmatch(form, heading)
        ]
        if len(found) != 1:
            raise file.broken(
                f"sheet {sheet}, row {header + 1}, {name}",
                found=f"{len(found) or 'no'} columns headed so",
                wanted=f"one column headed like {form!r} under {over!r}",
            )
        places[name] = found[0]
    return places


def _remarks(grid: Grid) -> str:
    cells = [str(cell) for row in grid[:HEADING_ROWS] for cell in row]
    return " ".join(cell for cell in map(plain, cells) if cell.startswith("notes:"))


def _month(text: str) -> pd.Timestamp | None:
    """Return a month written in full or by its first three letters."""
    for spelling in ("%B %Y", "%b %Y"):
        found = pd.to_datetime(text, format=spelling, errors="coerce")
        if pd.notna(found):
            return pd.Timestamp(found)
    return parse_month(text).to_timestamp()


def _estimated(months: pd.Index, remarks: str) -> np.ndarray:
    found = _ESTIMATED.search(remarks)
    if found is None:
        return np.zeros(len(months), dtype=bool)
    first, last = (_month(text) for text in found.groups())
    return np.asarray((months >= first) & (months <= last))


def _testing(remarks: str) -> pd.Timestamp | None:
    """Return the month from which waits leave out the sites that test other standards."""
    found = _TESTING.search(remarks)
    return _month(found[1]) if found else None


def _reconcile(
    file: OfficialFile, values: pd.DataFrame, testing: pd.Timestamp | None
) -> tuple[Check, ...]:
    named = values.set_axis(pd.DatetimeIndex(values.index).strftime("%B %Y"))
    timed = named if testing is None else named[values.index < testing]
    return (
        *part_checks(file, named, _WHOLES, place="England"),
        *part_checks(
            file, timed, {"attendances": ("within_4_hours", "over_4_hours")}, place="England"
        ),
    )


def _fractions(table: pd.DataFrame) -> tuple[str, ...]:
    """Return a note on months that are not said to be estimated and yet are no whole counts."""
    counts = table[list(schemas.SCHEMAS["ae_england"].columns)[2:]]
    broken = ((counts - counts.round()).abs() > _FRACTION).any(axis=1) & ~table["estimated"]
    names = ", ".join(f"{month:%B %Y}" for month in table.loc[broken, "month"])
    return (f"not said to be estimated, yet no whole counts: {names}",) if names else ()


READER = Reader(
    source="ae_england_series",
    recognise=recognise,
    read=read,
    traits="Activity Performance Chart Data Charts",
    tables=("ae_england",),
)
