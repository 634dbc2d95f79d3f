"""Latest ratings of the Care Quality Commission: the monthly workbook of locations and providers.

Only the two sheets of ratings are read, each with one row an organisation, service and domain.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.title_blocks import day_of
from caseanalysis.readers.workbook_tables import (
    column,
    known,
    rows_under,
    sheets_under,
    sheets_with,
    words,
)

#: Older editions head the domain as the key question.
_DOMAIN = "domain|key question"
_SHARED = ("service / population group", _DOMAIN, "latest rating", "publication date")
_RATINGS = (
    "outstanding",
    "good",
    "requires improvement",
    "inadequate",
    "inspected but not rated",
    "insufficient evidence to rate",
    "no published rating",
    "not rated",
    "not applicable",
    "do not include in report",
)
#: What stands for a rating or a date that there is none of.
_BLANK = ("", "-")


def _recognise(file: OfficialFile) -> bool:
    return bool(sheets_with(file, *_SHARED, "(location|provider) id"))


def _read(file: OfficialFile) -> Reading:
    parts = [
        _ratings(file, name, rows_under(grid, header))
        for name, grid, header in sheets_under(file, *_SHARED, "provider id")
    ]
    if not parts:
        raise file.broken("workbook", found="no sheet of ratings", wanted=", ".join(_SHARED))
    table = pd.concat(parts, ignore_index=True)
    if table["published"].isna().all():
        raise file.broken("Publication Date", found="no date in any row", wanted="dates")
    latest = table["published"].max()
    edition = latest[:7]
    same = table.duplicated(["org_id", "service", "domain"], keep=False)
    if same.any() and table[same].duplicated().any():
        table = table.drop_duplicates()
    return Reading(
        tables={
            "cqc_rating": schemas.validate(
                table.assign(edition=edition), "cqc_rating", where=file.path.name
            )
        },
        release=f"ratings published to {latest}",
        period=f"to {latest}",
        slice_="latest",
        published=date.fromisoformat(latest),
        notes=_not_given(table),
    )


def _not_given(table: pd.DataFrame) -> tuple[str, ...]:
    words_of = {"rating": "rating", "published": "date of publication"}
    counts = {words_of[name]: int(table[name].isna().sum()) for name in words_of}
    return tuple(f"{count} rows without a {what}" for what, count in counts.items() if count)


def _ratings(file: OfficialFile, sheet: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the ratings of one sheet: of locations where it names them, else of providers."""
    place = f"sheet {sheet}"
    level = "location" if "location id" in rows.columns else "provider"
    named = {
        "org_id": f"{level} id",
        "org_name": f"{level} name",
        "ods_code": f"{level} ods code",
        "provider_id": "provider id",
        "provider_name": "provider name",
        "service": "service / population group",
        "domain": _DOMAIN,
        "rating": "latest rating",
        "inherited": r"inherited rating.*",
    }
    text = pd.DataFrame(
        {
            name: words(rows[column(file, rows, pattern, place=place)])
            for name, pattern in named.items()
        }
    )
    text["published"] = _days(file, place, rows["publication date"], text["org_id"] != "")
    text = text[text["org_id"] != ""]
    unknown = ~text["rating"].str.casefold().isin((*_RATINGS, *_BLANK))
    for row in text.index[unknown][:1]:
        raise file.broken(
            f"{place}, row {row}, Latest Rating",
            found=repr(text.loc[row, "rating"]),
            wanted=f"one of {', '.join(_RATINGS)}, or nothing",
        )
    for name in ("ods_code", "inherited", "rating"):
        text[name] = known(text[name].replace("-", ""))
    return text.assign(level=level)


def _days(file: OfficialFile, place: str, cells: pd.Series, filled: pd.Series) -> pd.Series:
    """Return dates as ISO text; the publisher writes 31/01/2024 or a spreadsheet's date.

    A row that is not rated has none, and is missing.
    """
    days = {}
    for row, cell in cells[filled].items():
        if str(cell).strip() in _BLANK:
            continue
        day = day_of(cell)
        if day is None:
            parsed = pd.to_datetime(str(cell).strip(), format="%d/%m/%Y", errors="coerce")
            if pd.isna(parsed):
                raise file.broken(
                    f"{place}, row {row}, Publication Date", found=repr(cell), wanted="a date"
                )
            day = parsed.date()
        days[row] = day.isoformat()
    return pd.Series(days, dtype="str").reindex(cells.index)


READER = Reader(
    source="cqc_ratings",
    recognise=_recognise,
    read=_read,
    traits="README Locations Providers Location ID Location ODS Code Domain Latest Rating",
    tables=("cqc_rating",),
)
