"""NHS vacancy statistics: vacant posts by region, sector and staff group."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import parse_month
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures

_LABELS = {
    "period": r"(period|date|quarter[_ ]end|month)",
    "region": r"(nhs[e]?[_ ])?(england[_ ])?region([_ ]name)?",
    "sector": r"(sector|care[_ ]setting)",
    "staff_group": r"(main[_ ])?staff[_ ]group",
}
_FIGURES = {
    "vacancies": r"(total[_ ])?(wte[_ ])?vacanc(y|ies)([_ ]wte)?",
    "establishment": r"(planned[_ ])?(wte[_ ])?(total[_ ])?establishment([_ ]wte)?",
    "rate": r"vacancy[_ ]rate([_ ](percent|\(%\)))?",
}
_WITHHELD = ("", "-", "*")
_PERCENT = 100
_HALF_DIGIT = 0.051
_ENGLAND = "england"


def _recognise(file: OfficialFile) -> bool:
    return fits(headings(file), (_LABELS["staff_group"], _LABELS["region"], *_FIGURES.values()))


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    named = pick(file, rows, _LABELS)
    table = rows[list(named.values())].set_axis(list(named), axis="columns")
    months = table.pop("period").map(lambda text: _month(file, text))
    given = pick(file, rows, _FIGURES)
    values = figures(file, rows[list(given.values())], withheld=_WITHHELD)
    values.columns = pd.Index(list(given))
    joined = pd.concat([table, values], axis=1).assign(month=months)
    checks = (_rates(file, joined), *_regions(file, joined))
    joined["rate"] = joined["rate"] / _PERCENT
    first, last = months.min(), months.max()
    label = f"{first:%Y-%m} to {last:%Y-%m}"
    missing = int(values.isna().sum().sum())
    return Reading(
        tables={"vacancies": schemas.validate(joined, "vacancies", where=file.path.name)},
        release=f"to {last:%B %Y}",
        period=label,
        slice_="vacancies",
        published=last.date(),
        checks=checks,
        notes=(f"{missing} figures are withheld and missing here",) * bool(missing),
    )


def _month(file: OfficialFile, text: str) -> pd.Timestamp:
    day = pd.to_datetime(text, format="%d/%m/%Y", errors="coerce")
    if not pd.isna(day):
        return pd.Timestamp(year=day.year, month=day.month, day=1)
    try:
        return parse_month(text).to_timestamp()
    except ValueError as error:
        raise file.broken("column period", found=str(error), wanted="such as March 2025") from None


def _rates(file: OfficialFile, table: pd.DataFrame) -> Check:
    """Check that each rate is the vacancies as a share of the establishment."""
    known = table.dropna(subset=list(_FIGURES))
    known = known[known["establishment"] > 0]
    ours = known["vacancies"] / known["establishment"] * _PERCENT
    apart = (ours - known["rate"]).abs()
    for row in known.index[apart > _HALF_DIGIT][:1]:
        raise file.broken(
            f"row {row}, rate",
            found=f"{known.loc[row, 'rate']:.2f}",
            wanted=f"{ours[row]:.2f}, vacancies as a share of the establishment",
        )
    worst = float(apart.max()) if len(apart) else 0.0
    return Check("largest difference of a printed rate, percentage points", worst, 0.0)


def _regions(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    """Check that the vacancies of the regions are England's, where England stands beside them."""
    key = ["month", "sector", "staff_group"]
    nation = table["region"].str.casefold() == _ENGLAND
    england = table[nation].set_index(key)["vacancies"].dropna()
    parts = table[~nation].groupby(key)["vacancies"].apply(lambda cells: cells.sum(skipna=False))
    both = england.index.intersection(parts.dropna().index)
    if both.empty:
        return ()
    apart = (parts[both] - england[both]).abs()
    if apart.max() > len(table["region"].unique()):
        worst = int(apart.to_numpy().argmax())
        where = ", ".join(map(str, both[worst]))
        raise file.broken(
            f"{where}, vacancies",
            found=f"regions that add up to {parts[both].iloc[worst]:,.1f}",
            wanted=f"{england[both].iloc[worst]:,.1f}, England's",
        )
    return (Check("regions against England", float(parts[both].sum()), float(england[both].sum())),)


READER = Reader(
    source="vacancies",
    recognise=_recognise,
    read=_read,
    traits="Period Region Sector Staff Group Vacancies WTE Establishment WTE Vacancy Rate (%)",
    tables=("vacancies",),
)
