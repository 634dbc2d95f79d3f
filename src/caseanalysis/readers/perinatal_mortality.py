"""Perinatal mortality by organisation: the tables of MBRRACE-UK's yearly surveillance."""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import fits
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import column, csv_rows, figures, known

_LABELS = {
    "year": r"year( of birth)?",
    "org_name": r"(organisation|trust|trust/health board)( name)?",
}
_OPTIONAL = {
    "org_code": r"(organisation|trust|ods) code",
    "comparator_group": r"comparator group|type of care",
}
_BIRTHS = r"(total )?births"
_MEASURES = {
    "stillbirth": r"stillbirth",
    "neonatal": r"neonatal( death| mortality)?",
    "extended_perinatal": r"extended perinatal( death| mortality)?",
}
_FIGURES = {
    "crude_rate": r"crude( rate)?",
    "rate": r"stabilised (&|and) adjusted( rate)?",
    "lower": r"(stabilised (&|and) adjusted )?lower (95% )?(ci|limit)",
    "upper": r"(stabilised (&|and) adjusted )?upper (95% )?(ci|limit)",
}
_WITHHELD = ("", "-", "*", "n/a", "suppressed")


def _recognise(file: OfficialFile) -> bool:
    rate = f"{_MEASURES['stillbirth']}:? {_FIGURES['rate']}"
    return fits(headings(file), (*_LABELS.values(), _BIRTHS, rate))


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    table = pd.DataFrame(
        {name: rows[column(file, rows, text, place="row 1")] for name, text in _LABELS.items()}
    )
    for name, pattern in _OPTIONAL.items():
        found = [str(at) for at in rows.columns if re.fullmatch(pattern, str(at))]
        table[name] = known(rows[found[0]]) if found else pd.Series(dtype="str")
    births = figures(
        file, rows[[column(file, rows, _BIRTHS, place="row 1")]], withheld=_WITHHELD
    ).iloc[:, 0]
    parts = [_measure(file, rows, name) for name in _MEASURES if _printed(rows, name)]
    long = pd.concat([table.assign(births=births).join(part) for part in parts], ignore_index=True)
    years = _years(file, table["year"])
    missing = int(long["rate"].isna().sum())
    return Reading(
        tables={
            "perinatal_mortality": schemas.validate(
                long.assign(year=long["year"].astype(int)),
                "perinatal_mortality",
                where=file.path.name,
            )
        },
        release=years,
        period=years,
        slice_=years,
        notes=(f"{missing} rates are withheld for small numbers and missing here",) * bool(missing),
    )


def _years(file: OfficialFile, text: pd.Series) -> str:
    for row in text.index[~text.str.fullmatch(r"20\d\d")][:1]:
        raise file.broken(f"row {row}, year", found=repr(text[row]), wanted="a year")
    years = sorted(text.unique())
    return years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"


def _printed(rows: pd.DataFrame, measure: str) -> bool:
    pattern = re.compile(f"{_MEASURES[measure]}:? .*")
    return any(pattern.fullmatch(str(name)) for name in rows.columns)


def _measure(file: OfficialFile, rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return one measure's rates; the interval must hold its rate."""
    named = {
        name: column(file, rows, f"{_MEASURES[measure]}:? {pattern}", place="row 1")
        for name, pattern in _FIGURES.items()
    }
    values = figures(file, rows[list(named.values())], withheld=_WITHHELD)
    values.columns = pd.Index(list(named))
    outside = (values["rate"] < values["lower"]) | (values["rate"] > values["upper"])
    for row in values.index[outside][:1]:
        raise file.broken(
            f"row {row}, {measure}",
            found=f"a rate of {values.loc[row, 'rate']:g}",
            wanted=f"one within {values.loc[row, 'lower']:g} to {values.loc[row, 'upper']:g}",
        )
    return values.assign(measure=measure)


READER = Reader(
    source="perinatal_mortality",
    recognise=_recognise,
    read=_read,
    traits="Year Organisation Comparator group Births Stillbirth crude rate stabilised & adjusted",
    tables=("perinatal_mortality",),
)
