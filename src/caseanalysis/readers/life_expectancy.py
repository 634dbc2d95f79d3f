"""Past and projected expectation of life by age and sex: the workbook of a nation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.geography import ENGLAND
from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.title_blocks import day_of
from caseanalysis.readers.workbook_tables import figures, heading_row, rows_under, says

_TITLE = r"expectations of life \(ex\)"
_EDITION = re.compile(r"\b(20\d\d-based)\b")
#: Rows at the top of a sheet among which its title is looked for.
_TITLE_ROWS = 10
_SHEET = re.compile(r"^(period|cohort) expectations of life for (males|females) \(ex\), (.+?),")
_SEXES = {"males": "male", "females": "female"}
_NATIONS = {"england": ENGLAND}
_YEAR = re.compile(r"^(19|20|21)\d\d$")


def _recognise(file: OfficialFile) -> bool:
    return says(file, _TITLE, _EDITION.pattern, sheets=1)


def _read(file: OfficialFile) -> Reading:
    cover = [plain(str(cell)) for row in file.grid(file.sheet_names[0]) for cell in row]
    edition = next((found[1] for text in cover if (found := _EDITION.search(text))), None)
    if edition is None:
        raise file.broken("first sheet", found="no edition", wanted="such as 2020-based")
    parts = list(_parts(file))
    kinds = {(part["basis"].iloc[0], part["sex"].iloc[0]) for part in parts}
    if len(parts) != len(kinds) or len(kinds) != 2 * len(_SEXES):
        raise file.broken(
            "workbook",
            found=f"tables of {', '.join(' '.join(kind) for kind in sorted(kinds)) or 'nothing'}",
            wanted="period and cohort, of males and of females, each once",
        )
    table = pd.concat(parts, ignore_index=True).assign(edition=edition)
    period = f"{table['year'].min()} to {table['year'].max()}"
    return Reading(
        tables={
            "life_expectancy": schemas.validate(table, "life_expectancy", where=file.path.name)
        },
        release=edition,
        period=period,
        slice_=edition,
        published=_published(cover),
        checks=_older_live_on(file, table),
    )


def _parts(file: OfficialFile) -> Iterator[pd.DataFrame]:
    for name in file.sheet_names:
        grid = file.grid(name)
        titles = (_SHEET.match(plain(str(row[0]))) for row in grid[:_TITLE_ROWS] if row)
        found = next((title for title in titles if title), None)
        if found:
            yield _part(file, name, grid).assign(
                basis=found[1],
                sex=_SEXES[found[2]],
                area_code=_nation(file, name, found[3]),
            )


def _nation(file: OfficialFile, name: str, text: str) -> str:
    if text not in _NATIONS:
        raise file.broken(f"sheet {name}, title", found=repr(text), wanted="England")
    return _NATIONS[text]


def _part(file: OfficialFile, name: str, grid: Grid) -> pd.DataFrame:
    header = heading_row(file, name, "age", _YEAR.pattern)
    if header is None:
        raise file.broken(f"sheet {name}", found="no row of years", wanted="age and years")
    rows = rows_under(grid, header)
    rows = rows[rows["age"] != ""]
    years = [str(column) for column in rows.columns if _YEAR.match(str(column))]
    values = figures(file, rows[["age", *years]], place=f"sheet {name}")
    ages = values.pop("age").astype(int)
    if ages.tolist() != list(range(len(ages))):
        raise file.broken(
            f"sheet {name}, column age", found="ages with a gap", wanted="0, 1, 2 and so on"
        )
    return pd.DataFrame(
        {
            "age": np.repeat(ages.to_numpy(), len(years)),
            "year": np.tile([int(year) for year in years], len(ages)),
            "years": values.to_numpy().ravel(),
        }
    )


def _published(cover: list[str]) -> date | None:
    return next((day for text in cover if "published on" in text and (day := day_of(text))), None)


def _older_live_on(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    """Check that age and expectation together never fall by more than half a year of rounding.

    Whoever reaches an age has lived at least so long, so age plus expectation rises with age.
    """
    period = table[table["basis"] == "period"]
    wide = period.pivot_table(index="age", columns=["sex", "year"], values="years")
    reached = wide.add(wide.index.to_numpy(), axis=0).diff().iloc[1:]
    rounding = 0.1 + 1e-9
    worst = float(reached.min().min())
    if worst < -rounding:
        age = int(reached.index.to_numpy()[int(reached.min(axis=1).to_numpy().argmin())])
        raise file.broken(
            f"period tables, age {age}",
            found=f"age and expectation together {-worst:.1f} years less than at age {age - 1}",
            wanted="never less: table shifted?",
        )
    return (Check("least rise of age and expectation together, years", worst, 0.0),)


READER = Reader(
    source="life_expectancy",
    recognise=_recognise,
    read=_read,
    traits="Cover sheet Contents Methodology males period ex females period ex males cohort ex",
    tables=("life_expectancy",),
)
