"""National population projections: the open data workbook of one nation and one variant.

Ages above 104 are the bands 105 to 109 and 110 and over. Flows are those of the twelve months to
the middle of a year; with them each year's population follows from the one before, to the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.geography import ENGLAND, parse_age_band
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import plain
from caseanalysis.readers.population_projections import reconcile
from caseanalysis.readers.title_blocks import beside, day_of
from caseanalysis.readers.workbook_tables import figures, heading_row, rows_under, says, words

_TITLE = r"^(20\d\d)-based national population projections"
_SEXES = {"1": "male", "2": "female"}
_NATIONS = {"england (en)": ENGLAND}
_YEAR = re.compile(r"^(20|21)\d\d$")
_TWELVE_MONTHS = re.compile(r"^((20|21)\d\d) ?- ?((20|21)\d\d)$")
_FLOWS = {"in": "immigration", "out": "emigration"}
_PERSON = 0.5


def _recognise(file: OfficialFile) -> bool:
    return says(file, _TITLE, "projection type", sheets=1)


def _read(file: OfficialFile) -> Reading:
    cover = file.grid(file.sheet_names[0])
    edition = _edition(file)
    named = {
        "edition": f"{edition}-based",
        "area_code": _nation(file, str(beside(cover, "coverage:"))),
        "variant": plain(str(beside(cover, "projection type:"))),
    }
    population = _population(file).assign(**named)
    change = _change(file).assign(**named)
    years = population["year"]
    return Reading(
        tables={
            "national_projection": schemas.validate(
                population, "national_projection", where=file.path.name
            ),
            "national_projection_change": schemas.validate(
                change, "national_projection_change", where=file.path.name
            ),
        },
        release=f"{edition}-based, {named['variant']}",
        period=f"{years.min()} to {years.max()}",
        slice_=f"{edition}-based, {named['variant']}, {named['area_code']}",
        published=_published(cover),
        checks=(_balance(file, population, change),),
        notes=(f"{years.min()} is the mid-year estimate that the projection starts from",),
    )


def _edition(file: OfficialFile) -> str:
    for row in file.grid(file.sheet_names[0])[:10]:
        found = re.search(_TITLE, plain(str(row[0]))) if row else None
        if found:
            return found[1]
    raise file.broken("first sheet", found="no title", wanted="'2018-based National Population'")


def _nation(file: OfficialFile, text: str) -> str:
    if plain(text) not in _NATIONS:
        raise file.broken("first sheet, Coverage", found=repr(text), wanted="England (en)")
    return _NATIONS[plain(text)]


def _published(cover: list[list[object]]) -> date | None:
    texts = [str(cell) for row in cover for cell in row if "published" in str(cell).casefold()]
    return next((day for text in texts if (day := day_of(text))), None)


def _sheet(
    file: OfficialFile, name: str, period: re.Pattern[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the labels and the figures, by year, of a sheet of sex, age and years."""
    given = {plain(sheet): sheet for sheet in file.sheet_names}
    if name not in given:
        raise file.broken("workbook", found=", ".join(file.sheet_names), wanted=f"a sheet {name}")
    place = f"sheet {given[name]}"
    grid = file.grid(given[name])
    header = heading_row(file, given[name], "sex", "age")
    if header is None:
        raise file.broken(place, found="no row of headings", wanted="Sex, Age and years")
    rows = rows_under(grid, header)
    rows = rows[words(rows["sex"]) != ""]
    years = [str(column) for column in rows.columns if period.match(str(column))]
    labels = rows[[column for column in ("sex", "age", "flow") if column in rows]].apply(words)
    labels["sex"] = labels["sex"].str.removesuffix(".0")
    for row in labels.index[~labels["sex"].isin(list(_SEXES))][:1]:
        raise file.broken(
            f"{place}, row {row}", found=f"sex {labels.loc[row, 'sex']!r}", wanted="1 or 2"
        )
    values = figures(file, rows[years], place=place, least=None)
    values.columns = pd.Index([int(year[-4:]) for year in years])
    return labels, values


def _population(file: OfficialFile) -> pd.DataFrame:
    labels, values = _sheet(file, "population", _YEAR)
    try:
        ends = {text: parse_age_band(text.removesuffix(".0")) for text in labels["age"].unique()}
    except ValueError as error:
        raise file.broken("sheet Population, Age", found=str(error), wanted="an age") from None
    years = values.shape[1]
    identity = pd.DataFrame(
        {
            "sex": labels["sex"].map(_SEXES),
            "age_lower": labels["age"].map({text: lower for text, (lower, _) in ends.items()}),
            "age_upper": labels["age"]
            .map({text: upper for text, (_, upper) in ends.items()})
            .astype("Int64"),
        }
    )
    long = identity.loc[identity.index.repeat(years)].reset_index(drop=True)
    return long.assign(
        year=np.tile(values.columns.to_numpy(), len(values)), population=values.to_numpy().ravel()
    )


def _change(file: OfficialFile) -> pd.DataFrame:
    births = _sheet(file, "births", _TWELVE_MONTHS)[1].sum()
    deaths = _sheet(file, "deaths", _TWELVE_MONTHS)[1].sum()
    labels, moves = _sheet(file, "total_migration", _TWELVE_MONTHS)
    if "flow" not in labels:
        raise file.broken("sheet Total_migration", found="no column Flow", wanted="In, Out and Net")
    flow = labels["flow"].str.casefold()
    table = pd.DataFrame({"births": births, "deaths": deaths})
    for printed, name in _FLOWS.items():
        table[name] = moves[flow == printed].sum()
    return table.rename_axis("year").reset_index()


def _balance(file: OfficialFile, population: pd.DataFrame, change: pd.DataFrame) -> Check:
    """Check that each year's population is the last one with births, deaths and moves."""
    total = population.groupby("year")["population"].sum()
    flows = change.set_index("year")
    grown: Callable[[int], float] = lambda year: float(  # noqa: E731
        total[year - 1]
        + flows.loc[year, "births"]
        - flows.loc[year, "deaths"]
        + flows.loc[year, "immigration"]
        - flows.loc[year, "emigration"]
    )
    years = total.index[1:]
    return reconcile(
        file,
        "the year before, births, deaths and migration against the population",
        pd.Series({year: grown(year) for year in years}),
        total.loc[years],
        tolerance=_PERSON,
    )


READER = Reader(
    source="national_projections",
    recognise=_recognise,
    read=_read,
    traits="Contents Terms & conditions Population Fertility_assumptions Mortality_assumptions",
    tables=("national_projection", "national_projection_change"),
)
