"""National training survey of doctors: the export of results by trust and indicator."""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures, known

_LABELS = {
    "year": r"(survey )?year",
    "trust_name": r"trust ?/ ?board( name)?|trust( name)?",
    "indicator": r"indicator",
}
_GROUP = r"(programme|post|specialty) (group|type)|report group"
_FIGURES = {
    "score": r"(mean )?score|mean",
    "lower": r"lower (95% )?(ci|confidence interval)|lower ci",
    "upper": r"upper (95% )?(ci|confidence interval)|upper ci",
    "responses": r"n|number of (responses|respondents)|respondents",
}
_OUTCOME = r"outcome|result|flag"
_WITHHELD = ("", "-", "*", "n<3", "suppressed")
_ALL = "all doctors in training"


def _recognise(file: OfficialFile) -> bool:
    found = headings(file)
    wanted = (*_LABELS.values(), _FIGURES["score"], _FIGURES["responses"], _OUTCOME)
    return fits(found, wanted)


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    named = pick(file, rows, _LABELS | {"outcome": _OUTCOME})
    table = rows[list(named.values())].set_axis(list(named), axis="columns")
    table["outcome"] = known(table["outcome"])
    groups = [str(name) for name in rows.columns if re.fullmatch(_GROUP, str(name))]
    table["group"] = rows[groups[0]].mask(rows[groups[0]] == "", _ALL) if groups else _ALL
    given = pick(file, rows, _FIGURES)
    values = figures(file, rows[list(given.values())], withheld=_WITHHELD)
    values.columns = pd.Index(list(given))
    _inside(file, values)
    years = sorted(table["year"].unique())
    for year in years:
        if not re.fullmatch(r"20\d\d", year):
            raise file.broken("column year", found=repr(year), wanted="a year")
    table["year"] = table["year"].astype(int)
    label = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    joined = pd.concat([table, values], axis=1)
    hidden = int(values["score"].isna().sum())
    return Reading(
        tables={
            "training_survey": schemas.validate(joined, "training_survey", where=file.path.name)
        },
        release=label,
        period=label,
        slice_=label,
        notes=(f"{hidden} scores of fewer than three doctors are withheld",) * bool(hidden),
    )


def _inside(file: OfficialFile, values: pd.DataFrame) -> None:
    """Refuse a score outside its own interval: columns that were swapped."""
    outside = (values["score"] < values["lower"]) | (values["score"] > values["upper"])
    for row in values.index[outside][:1]:
        low, high = values.loc[row, "lower"], values.loc[row, "upper"]
        raise file.broken(
            f"row {row}, score",
            found=f"{values.loc[row, 'score']:g}",
            wanted=f"one within its interval, {low:g} to {high:g}",
        )


READER = Reader(
    source="gmc_training_survey",
    recognise=_recognise,
    read=_read,
    traits="Year Trust / Board Indicator Mean score Lower CI Upper CI N Outcome",
    tables=("training_survey",),
)
