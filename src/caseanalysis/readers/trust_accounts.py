"""Accounts of NHS providers: the trust accounts consolidation (TAC), one line a figure.

Figures are thousands of pounds. A figure is told by its main code (the column of a schedule) and
its sub-code (the row); ``tac_subcode`` says what a sub-code means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import financial_year_label
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick, plain
from caseanalysis.readers.editions import edition_of
from caseanalysis.readers.population_projections import headings, reconcile
from caseanalysis.readers.workbook_tables import (
    csv_rows,
    figures,
    heading_row,
    rows_under,
    sheets_with,
    words,
)

_LABELS = {
    "org_name": r"organisation ?name",
    "worksheet": r"work ?sheet ?name",
    "table_id": r"table ?id",
    "main_code": r"main ?code",
    "row_number": r"row ?number",
    "subcode": r"sub ?code",
}
_VALUE = {"value": r"total|value( ?number)?"}
_HEADINGS = (*_LABELS.values(), *_VALUE.values())
_YEAR_COLUMN = r"(financial[_ ]?)?year|fy"
_YEAR = re.compile(r"\b(20\d\d)[-/](?:20)?(\d\d)\b")
_KIND = re.compile(r"(nhs foundation trusts|nhs trusts)")
#: The statement of comprehensive income of the year: what the operating surplus is made of.
_INCOME_TABLE = "A02CY01"
_SURPLUS = "SCI0140A"
_INCOME = "SCI0100A"
_SURPLUS_PARTS = (_INCOME, "SCI0110A", "SCI0125A")
_EVERY_KIND = "all providers in the file"
_THOUSAND = 1
_SOURCE = "trust_accounts"
_WITHHELD = ("", "-")


def _recognise(file: OfficialFile) -> bool:
    if file.form == "text":
        return fits(headings(file), _HEADINGS)
    return bool(sheets_with(file, *_HEADINGS))


def _read(file: OfficialFile) -> Reading:
    place, rows, said = _rows(file)
    named = pick(file, rows, _LABELS | _VALUE)
    table = rows[list(named.values())].set_axis(list(named), axis="columns")
    for name in _LABELS:
        table[name] = words(table[name]).str.replace(r"\.0$", "", regex=True)
    table["value"] = figures(file, table[["value"]], place=place, withheld=_WITHHELD, least=None)[
        "value"
    ]
    year, kind = _edition(file, rows, said, table)
    checked = schemas.validate(table.assign(year=year), "trust_accounts", where=file.path.name)
    missing = int(checked["value"].isna().sum())
    return Reading(
        tables={"trust_accounts": checked},
        release=f"{year}, {kind}",
        period=year,
        slice_=f"{year}, {kind}",
        checks=tuple(_surplus(file, checked)),
        notes=(f"{missing} figures are not given and missing here",) * bool(missing),
    )


def _rows(file: OfficialFile) -> tuple[str, pd.DataFrame, list[str]]:
    """Return where the lines stand, the lines, and what the sheets before them say."""
    if file.form == "text":
        return "", csv_rows(file), []
    said: list[str] = []
    for name in file.sheet_names:
        grid = file.grid(name)
        header = heading_row(file, name, *_HEADINGS)
        if header is not None:
            rows = rows_under(grid, header)
            filled = words(rows.iloc[:, 0]) != ""
            return f"sheet {name}", rows[filled], said
        said += [plain(str(cell)) for row in grid[:60] for cell in row if cell != ""]
    raise file.broken("workbook", found="no table of lines", wanted=", ".join(_HEADINGS))


def _edition(
    file: OfficialFile, rows: pd.DataFrame, said: list[str], table: pd.DataFrame
) -> tuple[str, str]:
    """Return financial year and kind of provider; a file that names none is told by its income."""
    year = _year(file, rows, said)
    kinds = {found[1] for text in said if (found := _KIND.search(text))}
    kind = kinds.pop() if len(kinds) == 1 else _EVERY_KIND
    if year is not None:
        return year, kind
    lines = (table["main_code"] == _INCOME_TABLE) & (table["subcode"] == _INCOME)
    income = float(table.loc[lines, "value"].sum())
    known = edition_of(file, _SOURCE, income, f"sum of {_INCOME_TABLE} {_INCOME}")
    year, _, named = known.edition.partition(", ")
    return year, named or kind


def _year(file: OfficialFile, rows: pd.DataFrame, said: list[str]) -> str | None:
    """Return the financial year that a column or the introduction names, or None."""
    columns = [str(name) for name in rows.columns if re.fullmatch(_YEAR_COLUMN, str(name))]
    texts = [text for name in columns for text in words(rows[name]).unique()] or said
    years = [
        int(found[1])
        for text in texts
        for found in _YEAR.finditer(text)
        if (int(found[1]) + 1) % 100 == int(found[2])
    ]
    if columns and len(set(years)) != 1:
        raise file.broken(
            "column Year",
            found=f"{len(set(years)) or 'no'} financial years",
            wanted="one, such as 2023/24",
        )
    if not years:
        return None
    # An introduction may speak of the year before as well; the accounts are those of the last.
    return financial_year_label(max(years))


def _surplus(file: OfficialFile, table: pd.DataFrame) -> Iterator[Check]:
    """Check that income and expenses add up to the operating surplus of each provider."""
    income = table[table["main_code"] == _INCOME_TABLE]
    wide = income.pivot_table(index="org_name", columns="subcode", values="value", aggfunc="sum")
    if set(wide.columns) >= {_SURPLUS, *_SURPLUS_PARTS}:
        parts = wide[list(_SURPLUS_PARTS)].fillna(0).sum(axis=1)
        name = "income less expenses against the operating surplus"
        yield reconcile(file, name, parts, wide[_SURPLUS].fillna(0), tolerance=_THOUSAND)


READER = Reader(
    source=_SOURCE,
    recognise=_recognise,
    read=_read,
    traits="OrganisationName WorkSheetName TableID MainCode RowNumber SubCode Total",
    tables=("trust_accounts",),
)
