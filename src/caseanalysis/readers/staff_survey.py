"""NHS Staff Survey: the detailed workbook of results by organisation.

Each sheet has a row of questions above a row of answers; a question's columns are the percentages
of its answers, or a score, and the number of responses. Percentages become shares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.population_projections import reconcile
from caseanalysis.readers.workbook_tables import column, figures, known, says, sheets_under, words

_TITLE = r"nhs staff survey (20\d\d)"
_LABELS = {
    "org_code": "ods code",
    "org_name": "organisation name",
    "benchmark_group": "benchmarking group",
    "region": "region",
    "ics": "ics",
    "weighted": "weighting",
}
_HEADINGS = tuple(_LABELS.values())
_WITHHELD = ("-", "", "*")
_PERCENT = 100
#: Percentages of one question add up to 100 but for the arithmetic of the spreadsheet.
_TOLERANCE = 0.01


def _recognise(file: OfficialFile) -> bool:
    return says(file, _TITLE, *_HEADINGS)


def _read(file: OfficialFile) -> Reading:
    found = list(sheets_under(file, *_HEADINGS))
    year = _year(file, [grid for _, grid, _ in found])
    parts = [part for name, grid, header in found for part in _questions(file, name, grid, header)]
    table = pd.concat(parts, ignore_index=True).assign(year=year)
    withheld = int(table["value"].isna().sum())
    ordered = table[list(schemas.SCHEMAS["staff_survey"].columns)]
    return Reading(
        tables={"staff_survey": schemas.validate(ordered, "staff_survey", where=file.path.name)},
        release=str(year),
        period=str(year),
        slice_=str(year),
        checks=(_whole(file, table),),
        notes=(
            f"{withheld:,} values are missing: fewer than ten people answered, or the question "
            "was not put to that organisation",
        )
        * bool(withheld),
    )


def _year(file: OfficialFile, grids: list[Grid]) -> int:
    years = {
        int(found[1])
        for grid in grids
        for row in grid[:5]
        for cell in row[:1]
        if (found := re.search(_TITLE, plain(str(cell))))
    }
    if len(years) != 1:
        raise file.broken(
            "workbook",
            found=f"{', '.join(map(str, sorted(years))) or 'no'} survey year",
            wanted="a title such as NHS Staff Survey 2024 on every sheet",
        )
    return years.pop()


def _questions(file: OfficialFile, name: str, grid: Grid, header: int) -> Iterator[pd.DataFrame]:
    """Yield one table a question: the answers of every organisation."""
    place = f"sheet {name}"
    rows = pd.DataFrame(
        grid[header + 1 :],
        index=pd.RangeIndex(header + 2, len(grid) + 1),
        columns=[plain(str(cell)) for cell in grid[header]],
        dtype=object,
    )
    labels = {
        key: words(rows[column(file, rows, heading, place=place)])
        for key, heading in _LABELS.items()
    }
    identity = pd.DataFrame(labels)
    identity = identity[identity["org_code"] != ""]
    for key in ("region", "ics"):
        identity[key] = known(identity[key].replace("-", ""))
    at = [position for position, cell in enumerate(rows.columns) if cell not in _HEADINGS and cell]
    answers = [" ".join(str(grid[header][position]).split()) for position in at]
    questions = _asked(file, place, grid[:header], at)
    cells = rows.loc[identity.index].iloc[:, at]
    cells.columns = pd.Index([f"{q}: {a}" for q, a in zip(questions, answers, strict=True)])
    values = figures(file, cells, place=place, withheld=_WITHHELD).to_numpy()
    for question in dict.fromkeys(questions):
        mine = [position for position, text in enumerate(questions) if text == question]
        yield _answers(file, place, identity, question, [answers[p] for p in mine], values[:, mine])


def _asked(file: OfficialFile, place: str, above: Grid, at: list[int]) -> list[str]:
    """Return the question of each column: the last one printed at or left of it."""
    for row in above:
        printed = {p: " ".join(str(row[p]).split()) for p in at if p < len(row) and row[p] != ""}
        if at[0] in printed:
            filled = pd.Series(printed, dtype="str").reindex(at).ffill()
            return filled.tolist()
    raise file.broken(place, found="no row of questions", wanted="one above the answers")


def _answers(
    file: OfficialFile,
    place: str,
    identity: pd.DataFrame,
    question: str,
    answers: list[str],
    values: np.ndarray,
) -> pd.DataFrame:
    code, _, text = question.partition(" - ")
    base = [position for position, answer in enumerate(answers) if answer.startswith("Base")]
    told = [position for position in range(len(answers)) if position not in base]
    if len(base) != 1 or not told:
        raise file.broken(
            f"{place}, {code}",
            found=f"columns {', '.join(answers)}",
            wanted="answers and one column Base (number of responses)",
        )
    shares = np.array([answers[position].startswith("%") for position in told])
    long = identity.loc[identity.index.repeat(len(told))].reset_index(drop=True)
    return long.assign(
        question=code.strip(),
        question_text=text.strip() or code.strip(),
        answer=np.tile(
            [
                answers[p].removeprefix("%").strip() if s else "score"
                for p, s in zip(told, shares, strict=True)
            ],
            len(identity),
        ),
        value=(values[:, told] / np.where(shares, _PERCENT, 1)).ravel(),
        unit=np.tile(np.where(shares, "share", "score of 10"), len(identity)),
        responses=np.repeat(values[:, base[0]], len(told)),
    )


def _whole(file: OfficialFile, table: pd.DataFrame) -> Check:
    told = (table["unit"] == "share") & table["value"].notna()
    shares = table.loc[told, ["org_code", "question", "value"]]
    sums = shares.groupby(["org_code", "question"], sort=False)["value"].sum()
    return reconcile(
        file,
        "shares of one question's answers",
        sums,
        pd.Series(1.0, index=sums.index),
        tolerance=_TOLERANCE,
    )


READER = Reader(
    source="staff_survey",
    recognise=_recognise,
    read=_read,
    traits="Notes YOUR JOB Q1-3 YOUR JOB Q4-6 YOUR TEAM Q7 PEOPLE IN YOUR ORGANISATION Q8",
    tables=("staff_survey",),
)
