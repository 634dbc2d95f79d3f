"""Columns of the yearly workbooks of admitted patient care: by diagnosis and by provider alike.

Two columns share the heading "Emergency (FAE)": admissions by method, and those among them that
took no bed day. The totals tell them apart, not their place: the methods sum to the admissions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from caseanalysis.geography import parse_age_band
from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.readers.contract import Check
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.workbook_tables import NOT_GIVEN, cells_below, figures, places_of
from caseanalysis.schemas.planned_care import HES_YEAR_AVERAGES, HES_YEAR_COUNTS

#: Headings that a row of either workbook has.
TRAITS = ("finished consultant episodes", "fce bed days")
_FAE, _FCE = r" ?(\(fae\))?", r" ?(\(fce\))?"
_ONCE = {
    "finished_consultant_episodes": r"finished consultant episodes",
    "finished_admission_episodes": r"(finished )?admission( episode)?s",
    "male_episodes": "male" + _FCE,
    "female_episodes": "female" + _FCE,
    "sex_unknown_episodes": "gender unknown" + _FCE,
    "waiting_list_admissions": "waiting list" + _FAE,
    "planned_admissions": "planned" + _FAE,
    "day_case_episodes": "day case" + _FCE,
    "bed_days": r"fce bed days",
    "zero_bed_day_elective": "elective" + _FAE,
    "mean_days_waited": r"mean time waited( \(days\))?",
    "median_days_waited": r"median time waited( \(days\))?",
    "mean_length_of_stay": r"mean length of stay( \(days\))?",
    "median_length_of_stay": r"median length of stay( \(days\))?",
    "mean_age": r"mean age( \(years\))?",
}
#: Headings that stand twice: for admissions by method, and for those without a bed day.
_TWICE = {"emergency": "emergency" + _FAE, "other": "other" + _FAE}
_AGE = re.compile(r"age ((\d+)(-\d+|\+)?)" + _FCE)
_METHODS = (
    "emergency_admissions",
    "waiting_list_admissions",
    "planned_admissions",
    "other_admissions",
)
_SEXES = ("male_episodes", "female_episodes", "sex_unknown_episodes")
_YEAR = re.compile(r"\b(20\d{2})[-/](\d{2})\b")


@dataclass(frozen=True)
class Admitted:
    """Rows of a yearly workbook: counts and averages, and episodes by age band."""

    measures: pd.DataFrame
    ages: pd.DataFrame
    bands: tuple[tuple[int, int | None], ...]


def read_rows(file: OfficialFile, sheet: str, grid: Grid, header: int, rows: pd.Index) -> Admitted:
    """Return the figures of rows of a sheet, by row of the sheet.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    sheet : str
        The sheet.
    grid : list of list
        Its cells.
    header : int
        Index of the row of headings.
    rows : Index
        Rows of the sheet to read, from 1.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing, or stands more often than it should, a cell is no number, the age
        bands leave out an age, or the two columns of emergencies cannot be told apart.
    """
    place = f"sheet {sheet}, row {header + 1}"
    places = places_of(file, place, grid[header], _ONCE)
    bands = _bands(file, place, grid[header])
    pairs = {name: _pair(file, place, grid[header], form) for name, form in _TWICE.items()}
    named = {f"{name} {at}": at for name, found in pairs.items() for at in found}
    ages = {f"age {lower}": at for at, (lower, _) in bands.items()}
    cells = cells_below(grid, header, {**places, **named, **ages}).loc[rows]
    values = figures(file, cells, place=f"sheet {sheet}", withheld=(*NOT_GIVEN, ":"))
    measures = pd.concat([values[list(places)], _told_apart(file, place, values, pairs)], axis=1)
    return Admitted(
        measures[[*HES_YEAR_COUNTS, *HES_YEAR_AVERAGES]],
        values[list(ages)],
        tuple(bands.values()),
    )


def _bands(
    file: OfficialFile, place: str, header: list[object]
) -> dict[int, tuple[int, int | None]]:
    """Return first and last age of each column of ages, by its position."""
    bands = {
        at: parse_age_band(found[1])
        for at, cell in enumerate(header)
        if (found := _AGE.fullmatch(plain(str(cell))))
    }
    ordered = sorted(bands.values(), key=lambda band: band[0])
    starts = [lower for lower, _ in ordered]
    ends = [upper for _, upper in ordered]
    if starts != [0, *(upper + 1 for upper in ends[:-1] if upper is not None)] or ends[-1:] != [
        None
    ]:
        raise file.broken(
            place,
            found=f"age bands that start at {', '.join(map(str, starts)) or 'no age'}",
            wanted="columns of ages that follow each other from 0 to an open one",
        )
    return bands


def _pair(file: OfficialFile, place: str, header: list[object], form: str) -> tuple[int, int]:
    found = [at for at, cell in enumerate(header) if re.fullmatch(form, plain(str(cell)))]
    if len(found) != 2:
        raise file.broken(
            place,
            found=f"{len(found) or 'no'} columns headed like {form!r}",
            wanted="two: admissions by method, and those without a bed day",
        )
    return found[0], found[1]


def _told_apart(
    file: OfficialFile, place: str, values: pd.DataFrame, pairs: dict[str, tuple[int, int]]
) -> pd.DataFrame:
    """Return both columns of emergencies and of others: the methods sum to the admissions."""
    rest = (
        values["finished_admission_episodes"]
        - values["waiting_list_admissions"]
        - values["planned_admissions"]
    )
    fitting = []
    for emergency in pairs["emergency"]:
        for other in pairs["other"]:
            ours = values[f"emergency {emergency}"] + values[f"other {other}"]
            if (ours - rest).abs().sum() <= 0.01 * rest.sum() and rest.sum() > 0:
                fitting.append((emergency, other))
    if len(fitting) != 1:
        raise file.broken(
            place,
            found=f"{len(fitting) or 'no'} ways to read the columns headed Emergency and Other",
            wanted="one in which emergency, waiting list, planned and other sum to admissions",
        )
    emergency, other = fitting[0]
    spare = {name: sum(found) - at for (name, found), at in
             zip(pairs.items(), (emergency, other), strict=True)}  # fmt: skip
    return pd.DataFrame(
        {
            "emergency_admissions": values[f"emergency {emergency}"],
            "other_admissions": values[f"other {other}"],
            "zero_bed_day_emergency": values[f"emergency {spare['emergency']}"],
            "zero_bed_day_other": values[f"other {spare['other']}"],
        }
    )


def part_sums(
    file: OfficialFile, sheet: str, admitted: Admitted, *, slack: float
) -> tuple[Check, ...]:
    """Return sexes, methods and ages of each row beside their totals.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    sheet : str
        The sheet, for the message.
    admitted : Admitted
        The rows.
    slack : float
        How far each part may be from its true count, such as by rounding.

    Raises
    ------
    BrokenPublicationError
        If the parts of a row, all given, do not sum to its total.
    """
    measures, ages = admitted.measures, admitted.ages
    checks = []
    for name, parts, whole in (
        ("sexes", measures[list(_SEXES)], measures["finished_consultant_episodes"]),
        ("methods", measures[list(_METHODS)], measures["finished_admission_episodes"]),
        ("ages", ages, measures["finished_consultant_episodes"]),
    ):
        ours = parts.sum(axis=1, skipna=False)
        room = slack * (parts.shape[1] + 1) + 1 / 2
        # Ages that were not recorded are in no band, so ages may sum to less.
        apart = (ours - whole > room) | ((whole - ours > room) & (name != "ages"))
        for row in measures.index[apart][:1]:
            raise file.broken(
                f"sheet {sheet}, row {row}, {whole.name}",
                found=f"{whole[row]:,.0f}",
                wanted=f"{ours[row]:,.0f}, the sum of its {name}",
            )
        both = (ours - whole).notna()
        if name != "ages":
            label = f"{name} = {whole.name}, rows with all of them"
            checks.append(Check(label, float(ours[both].sum()), float(whole[both].sum())))
    return tuple(checks)


def by_age(admitted: Admitted, identity: pd.DataFrame) -> pd.DataFrame:
    """Return episodes by age band, one row each; identity columns are repeated."""
    width = admitted.ages.shape[1]
    lower, upper = zip(*admitted.bands, strict=True)
    repeated = identity.loc[identity.index.repeat(width)].reset_index(drop=True)
    return repeated.assign(
        age_lower=np.tile(lower, len(identity)),
        age_upper=pd.Series(pd.array(list(upper) * len(identity), dtype="Int64")),
        finished_consultant_episodes=admitted.ages.to_numpy().ravel(),
    )


def stated_year(file: OfficialFile, grid: Grid, header: int) -> str | None:
    """Return the financial year that cells above the headings or the first sheet name."""
    first = file.heading_rows(file.sheet_names[0])
    cells = chain((str(cell) for row in grid[:header] for cell in row), chain(*first))
    years = {found.groups() for cell in cells if (found := _YEAR.search(cell))}
    return "-".join(years.pop()) if len(years) == 1 else None
