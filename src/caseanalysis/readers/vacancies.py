"""NHS vacancy statistics: vacant posts by region, sector and staff group.

Two layouts: a long CSV, and the workbook of tables, where a sheet has a block of vacancies and a
block of rates, each with a column for every quarter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import Grid, OfficialFile
from caseanalysis.periods import parse_month
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick, plain
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import column, csv_rows, figures, rows_under, says, words

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
#: The line above a block of the workbook, such as ``Total workforce vacancy FTE``.
_BLOCK = re.compile(r"(?P<group>.+?) (?P<measure>vacancy (fte|wte)|(% )?vacancy rate( %| \(%\))?)")
_QUARTER = re.compile(r"20\d\d/\d\d q\d \((\w{3})-(\d\d)\)")
_TOTAL, _EVERY_SECTOR = re.compile(r"(?P<region>.+?) total"), "All sectors"
_GRAND = ("grand", "england")


def _recognise(file: OfficialFile) -> bool:
    if file.sheet_names:
        return says(file, r"nhs vacancy statistics", r"^region$", r"^sector$")
    return fits(headings(file), (_LABELS["staff_group"], _LABELS["region"], *_FIGURES.values()))


def _read(file: OfficialFile) -> Reading:
    joined, checks = _workbook(file) if file.sheet_names else _csv(file)
    first, last = joined["month"].min(), joined["month"].max()
    label = f"{first:%Y-%m} to {last:%Y-%m}"
    given = joined[list(_FIGURES)].dropna(axis="columns", how="all")
    missing = int(given.isna().sum().sum())
    return Reading(
        tables={"vacancies": schemas.validate(joined, "vacancies", where=file.path.name)},
        release=f"to {last:%B %Y}",
        period=label,
        slice_="vacancies",
        published=last.date(),
        checks=checks,
        notes=(f"{missing} figures are withheld and missing here",) * bool(missing),
    )


def _csv(file: OfficialFile) -> tuple[pd.DataFrame, tuple[Check, ...]]:
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
    return joined, checks


def _workbook(file: OfficialFile) -> tuple[pd.DataFrame, tuple[Check, ...]]:
    """Return the blocks of every sheet side by side; the establishment is not among them."""
    parts: dict[str, list[pd.DataFrame]] = {"vacancies": [], "rate": []}
    for name in file.sheet_names:
        for measure, block in _blocks(file, name, file.grid(name)):
            parts[measure].append(block)
    for measure, found in parts.items():
        if not found:
            raise file.broken(
                "workbook", found=f"no block of {measure}", wanted="one a staff group"
            )
    key = ["month", "region", "sector", "staff_group"]
    columns = [pd.concat(found).set_index(key)["value"] for found in parts.values()]
    for measure, series in zip(parts, columns, strict=True):
        for again in series.index[series.index.duplicated()][:1]:
            where = ", ".join(map(str, again))
            raise file.broken(f"{where}, {measure}", found="given twice", wanted="each once")
    joined = pd.concat(columns, axis=1, keys=list(parts)).reset_index()
    return joined.assign(establishment=float("nan")), _sectors(file, joined)


def _blocks(file: OfficialFile, sheet: str, grid: Grid) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield measure, and region, sector, quarter and value, of each block of a sheet."""
    titles = {
        at: found
        for at, row in enumerate(grid)
        for cell in row[:2]
        if (found := _BLOCK.fullmatch(plain(str(cell))))
    }
    for (at, found), end in zip(
        titles.items(), [*list(titles)[1:], len(grid)] if titles else [], strict=True
    ):
        rows = rows_under(grid[:end], at + 1)
        place = f"sheet {sheet}, row {at + 2}"
        region = words(rows[column(file, rows, "region", place=place)])
        sector = words(rows[column(file, rows, "sector", place=place)])
        quarters = [str(name) for name in rows.columns if _QUARTER.fullmatch(str(name))]
        if not quarters:
            raise file.broken(place, found="no quarters", wanted="such as 2024/25 Q3 (Dec-24)")
        labels = _places(region, sector)
        values = figures(
            file, rows.loc[labels.index, quarters], place=f"sheet {sheet}", withheld=_WITHHELD
        )
        rate = "rate" in found["measure"]
        if rate and (values > 1).any(axis=None):
            values = values / _PERCENT
        long = values.join(labels).melt([*labels.columns], quarters, "quarter", "value")
        long["month"] = long.pop("quarter").map(_quarter)
        yield "rate" if rate else "vacancies", long.assign(staff_group=found["group"].capitalize())


def _places(region: pd.Series, sector: pd.Series) -> pd.DataFrame:
    """Return region and sector of each row; the row of a region's total has no sector."""
    total = region.str.extract(_TOTAL.pattern, flags=re.IGNORECASE)["region"]
    named = region.mask(region == "").ffill().where(total.isna(), total)
    named = named.mask(named.str.casefold().isin(_GRAND), _ENGLAND.capitalize())
    labels = pd.DataFrame({"region": named, "sector": sector.mask(total.notna(), _EVERY_SECTOR)})
    return labels[total.notna() | (sector != "")]


def _quarter(text: str) -> pd.Timestamp:
    found = _QUARTER.fullmatch(text)
    if found is None:
        raise TypeError("a heading that was a quarter before")
    return pd.Timestamp(datetime.strptime(" ".join(found.groups()), "%b %y"))


def _sectors(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    """Check that the sectors of a region add up to its total."""
    key = ["month", "region", "staff_group"]
    every = table["sector"] == _EVERY_SECTOR
    parts = table[~every].groupby(key)["vacancies"].apply(lambda cells: cells.sum(skipna=False))
    totals = table[every].set_index(key)["vacancies"].dropna()
    both = totals.index.intersection(parts.dropna().index)
    if both.empty:
        return ()
    apart = (parts[both] - totals[both]).abs()
    if apart.max() > len(table["sector"].unique()):
        worst = int(apart.to_numpy().argmax())
        raise file.broken(
            f"{', '.join(map(str, both[worst]))}, vacancies",
            found=f"sectors that add up to {parts[both].iloc[worst]:,.1f}",
            wanted=f"{totals[both].iloc[worst]:,.1f}, the region's total",
        )
    return (Check("sectors against regions", float(parts[both].sum()), float(totals[both].sum())),)


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
