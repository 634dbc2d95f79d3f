"""Sub-national population projections by local authority and age band, persons.

The checks that every reader of tables of figures needs (headings, numbers, totals, editions) are
here too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.geography import ENGLAND, parse_age_band
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.records import nearest

#: Codes of the districts that together make up England: unitary, non-metropolitan and
#: metropolitan districts, London boroughs.
ENGLISH_DISTRICT = r"^E0[6-9]"
_YEAR = re.compile(r"^(19|20|21)\d{2}$")
_NAMES = ("CODE", "AREA", "AGE GROUP")
#: Half of the last printed digit: the file prints one decimal.
_HALF_DIGIT = 0.05


def headings(file: OfficialFile) -> frozenset[str]:
    """Return the headings of a CSV file's first line; none where it is not one."""
    try:
        return frozenset(file.csv_header)
    except csv.Error:
        return frozenset()


def csv_table(file: OfficialFile, columns: Sequence[str]) -> pd.DataFrame:
    """Return a CSV file's text without blanks at the ends; the index is the row in the file.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, or the file holds no row.
    """
    table = file.frame()
    table.columns = table.columns.str.strip()
    require(file, table.columns, columns)
    if table.empty:
        raise file.broken("row 2", found="the end of the file", wanted="rows of figures")
    table.index = pd.RangeIndex(2 + file.title_rows, len(table) + 2 + file.title_rows)
    stripped: pd.DataFrame = table.apply(lambda cells: cells.str.strip())
    return stripped


def require(
    file: OfficialFile, found: Iterable[str], wanted: Iterable[str], *, place: str = "row 1"
) -> None:
    """Refuse a table without a wanted column.

    Raises
    ------
    BrokenPublicationError
        If a column is missing; the message names the heading most like it.
    """
    present = [str(name) for name in found]
    missing = [name for name in wanted if name not in present]
    if missing:
        like = nearest(missing[0], present)
        raise file.broken(
            place,
            found=f"no column {missing[0]!r}" + (f", but {like!r}" if like else ""),
            wanted=f"a column {missing[0]!r}",
        )


def numbers(file: OfficialFile, cells: pd.DataFrame, *, place: str = "") -> pd.DataFrame:
    """Return cells as numbers.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    cells : DataFrame
        Cells by row of the file (index) and heading (columns).
    place : str
        What comes before the row in the message, such as a sheet.

    Raises
    ------
    BrokenPublicationError
        If a cell is no number of 0 or more; the message names row and column.
    """
    parsed = cells.apply(_number)
    fault = ~(np.isfinite(parsed.to_numpy()) & (parsed.to_numpy() >= 0))
    if fault.any():
        row, column = np.argwhere(fault)[0]
        cell = cells.to_numpy(dtype=object)[row, column]
        raise file.broken(
            f"{place}row {cells.index[row]}, column {cells.columns[column]}",
            found="an empty cell" if cell is None or cell != cell or cell == "" else repr(cell),
            wanted="a number, 0 or more",
        )
    return parsed


def _number(cells: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(cells):
        return cells.astype(float)
    return pd.to_numeric(cells.astype("str").str.strip(), errors="coerce").astype(float)


def reconcile(
    file: OfficialFile, name: str, ours: pd.Series, publishers: pd.Series, *, tolerance: float
) -> Check:
    """Return the worst pair of our totals and the publisher's, or refuse the file.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    name : str
        What is compared.
    ours, publishers : Series
        The totals, by the same labels in any order.
    tolerance : float
        Largest difference that rounding explains.

    Raises
    ------
    BrokenPublicationError
        If a total differs by more, or one of the two is missing; the message gives both.
    """
    stated = publishers.reindex(ours.index)
    difference = (ours - stated).abs().fillna(np.inf)
    worst = int(difference.to_numpy().argmax())
    label = ours.index[worst]
    if difference.iloc[worst] > tolerance:
        raise file.broken(
            f"{name}, {', '.join(map(str, label)) if isinstance(label, tuple) else label}",
            found=f"parts that add up to {ours.iloc[worst]:,.10g}",
            wanted=f"{stated.iloc[worst]:,.10g}, the publisher's own total",
        )
    return Check(
        f"{name} (worst of {len(ours):,})", float(ours.iloc[worst]), float(stated.iloc[worst])
    )


def flat(table: pd.DataFrame) -> pd.Series:
    """Return a table's figures in one column, labelled by row and heading."""
    rows = [label if isinstance(label, tuple) else (label,) for label in table.index]
    labels = [(*row, column) for row in rows for column in table.columns]
    return pd.Series(table.to_numpy().ravel(), index=pd.MultiIndex.from_tuples(labels))


def age_ends(file: OfficialFile, bands: pd.Series, *, column: str) -> pd.DataFrame:
    """Return the first and last age (years) of each band; the last is missing where it is open.

    Raises
    ------
    BrokenPublicationError
        If a text is no age band; the message names its row.
    """
    ends: dict[str, tuple[int, int | None]] = {}
    for band in bands.unique():
        try:
            ends[band] = parse_age_band(band)
        except ValueError:
            row = bands.index[bands == band][0]
            raise file.broken(
                f"row {row}, column {column}",
                found=repr(band),
                wanted="an age band such as 65-69 or 90+",
            ) from None
    lower = bands.map({band: lower for band, (lower, _) in ends.items()})
    upper = bands.map({band: upper for band, (_, upper) in ends.items()})
    return pd.DataFrame({"age_lower": lower, "age_upper": upper.astype("Int64")})


def _recognise(file: OfficialFile) -> bool:
    found = headings(file)
    return found.issuperset(_NAMES) and sum(bool(_YEAR.match(name)) for name in found) > 1


def _read(file: OfficialFile) -> Reading:
    table = csv_table(file, _NAMES)
    years = _years(file, table)
    figures = numbers(file, table[years])
    is_total = table["AGE GROUP"].str.casefold() == "all ages"
    checks = (
        _check_bands(file, table, figures, is_total),
        *_check_england(file, table, figures, is_total),
    )
    edition = f"{years[0]}-based"
    projected = _long(file, table[~is_total], figures[~is_total], edition)
    return Reading(
        tables={
            "population_projection": schemas.validate(
                projected, "population_projection", where=file.path.name
            )
        },
        release=edition,
        period=f"{years[0]} to {years[-1]}",
        slice_=edition,
        checks=checks,
        notes=(f"{years[0]} is the mid-year estimate that the projection starts from",),
    )


def _years(file: OfficialFile, table: pd.DataFrame) -> list[str]:
    years = sorted(name for name in table.columns if _YEAR.match(name))
    if len(years) < 2:
        raise file.broken("row 1", found=f"{len(years)} year", wanted="a column for each year")
    for year in range(int(years[0]), int(years[-1])):
        require(file, years, (str(year),))
    return years


def _by_area(table: pd.DataFrame, figures: pd.DataFrame) -> pd.Series:
    """Return the sum of the rows of each area, by area code and year."""
    return flat(figures.groupby(table["CODE"]).sum())


def _check_bands(
    file: OfficialFile, table: pd.DataFrame, figures: pd.DataFrame, is_total: pd.Series
) -> Check:
    return reconcile(
        file,
        "age bands against 'All ages'",
        _by_area(table[~is_total], figures[~is_total]),
        _by_area(table[is_total], figures[is_total]),
        tolerance=_HALF_DIGIT * (table["AGE GROUP"].nunique() + 1),
    )


def _check_england(
    file: OfficialFile, table: pd.DataFrame, figures: pd.DataFrame, is_total: pd.Series
) -> tuple[Check, ...]:
    district = is_total & table["CODE"].str.match(ENGLISH_DISTRICT)
    england = is_total & (table["CODE"] == ENGLAND)
    if not england.any() or not district.any():
        return ()
    return (
        reconcile(
            file,
            "local authorities against England",
            figures[district].sum(),
            figures[england].sum(),
            tolerance=_HALF_DIGIT * (int(district.sum()) + 1),
        ),
    )


def _long(
    file: OfficialFile, table: pd.DataFrame, figures: pd.DataFrame, edition: str
) -> pd.DataFrame:
    ends = age_ends(file, table["AGE GROUP"], column="AGE GROUP")
    years = figures.shape[1]
    identity = pd.DataFrame({"area_code": table["CODE"], "area_name": table["AREA"], **ends})
    repeated = identity.loc[identity.index.repeat(years)].reset_index(drop=True)
    return repeated.assign(
        edition=edition,
        sex="persons",
        year=np.tile(figures.columns.astype(int), len(table)),
        population=figures.to_numpy().ravel(),
    )


READER = Reader(
    source="ons_population_projections_2018",
    recognise=_recognise,
    read=_read,
    traits="CODE AREA AGE GROUP 2018 2019 2020",
    tables=("population_projection",),
)
