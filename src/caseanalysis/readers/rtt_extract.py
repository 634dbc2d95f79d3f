"""Referral to treatment: the full monthly extract by provider, of NHS England.

A CSV file in a zip archive: one row a provider, commissioner, pathway and treatment function, with
the pathways of each week of waiting. Rows of the treatment function C_999 are the total of the
others. Commissioners are added up here.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import parse_month
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick, plain
from caseanalysis.readers.title_blocks import first_day

_LABELS = {
    "period": "period",
    "org_code": "provider org code",
    "org_name": "provider org name",
    "commissioner": "commissioner org code",
    "pathway": "rtt part type",
    "treatment_function": "treatment function code",
    "treatment_function_name": "treatment function name",
}
_BAND = re.compile(r"gt (\d+)( to \d+)? weeks?( sum 1)?")
_TIMED, _UNKNOWN, _ALL = "total", "patients with unknown clock start date", "total all"
_PATHWAYS = {
    "part_1a": "admitted",
    "part_1b": "non_admitted",
    "part_2": "incomplete",
    "part_2a": "incomplete_with_decision",
    "part_3": "new_periods",
}
_TOTAL = "C_999"
_KEY = ["org_code", "pathway", "treatment_function"]
_WITHIN = 18
_THRESHOLDS = (18, 52, 65, 78, 104)
#: England has had more than 200 providers in every month since the collection began.
_FEWEST_PROVIDERS = 100


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the full extract, in its archive or taken out of it."""
    return fits(file.csv_header, (*_LABELS.values(), _ALL))


def read(file: OfficialFile) -> Reading:
    """Return pathways by provider, pathway, treatment function and time waited.

    Key: ``month``, ``org_code``, ``pathway``, ``treatment_function``. Rows where ``is_total`` are
    the total of a provider's treatment functions. Pathways over a threshold are missing where the
    extract of that time had no week that starts there.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a cell is no count, the rows are of different months or of so few
        providers that the file is a part of the extract, or totals are not the sum of their parts.
    """
    frame, bands = _frame(file)
    month = _month(file, frame["period"])
    _whole(file, frame["org_code"])
    waits = _waits(frame, bands)
    checks = _row_checks(file, frame, bands)
    names = frame.groupby(_KEY, sort=False)[["org_name", "treatment_function_name"]].first()
    sums = waits.groupby([frame[name] for name in _KEY], sort=False).sum(min_count=1)
    table = names.join(sums).reset_index()
    checks += (_total_check(file, table),)
    table["is_total"] = table["treatment_function"] == _TOTAL
    table.insert(0, "month", first_day(month))
    return Reading(
        tables={"rtt_pathway": schemas.validate(table, "rtt_pathway", where=file.path.name)},
        release=f"{month.strftime('%B %Y')}, undated",
        period=str(month),
        slice_=str(month),
        checks=checks,
        notes=_notes(table),
    )


def _frame(file: OfficialFile) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return labels and counts under our names, and the first week of each band of waiting."""
    headings = pd.DataFrame(columns=list(file.csv_header))
    bands = {
        name: int(found[1]) for name in file.csv_header if (found := _BAND.fullmatch(plain(name)))
    }
    if sorted(bands.values()) != list(range(max(bands.values(), default=-1) + 1)) or not bands:
        raise file.broken(
            "row 1",
            found=f"weeks of waiting that start at {sorted(bands.values())[:5]} ...",
            wanted="one column a week from 'Gt 00 To 01 Weeks', without a gap",
        )
    figures = pick(file, headings, {name: name for name in (_TIMED, _UNKNOWN, _ALL)})
    labels = pick(file, headings, _LABELS)
    wanted = [*bands, *figures.values()]
    frame = file.frame(
        usecols=[*labels.values(), *wanted],
        dtype=dict.fromkeys(labels.values(), "str"),
        na_values={name: [""] for name in wanted},
        low_memory=False,
    )
    frame[wanted] = _numeric(file, frame[wanted])
    frame = frame.rename(columns={given: name for name, given in (labels | figures).items()})
    frame["pathway"] = _pathways(file, frame["pathway"])
    return frame, bands


def _numeric(file: OfficialFile, cells: pd.DataFrame) -> pd.DataFrame:
    """Return counts; pandas has read a column as numbers unless it has another cell."""
    numeric = {}
    for name, column in cells.items():
        if pd.api.types.is_numeric_dtype(column) and not bool((column < 0).any()):
            numeric[name] = column.astype(float)
        else:
            text = column.astype(object).fillna("").astype("str").rename(str(name))
            numeric[name] = counts(file, text, withheld=("",))
    return pd.DataFrame(numeric)


def _pathways(file: OfficialFile, parts: pd.Series) -> pd.Series:
    names = parts.str.strip().str.casefold().map(_PATHWAYS)
    for row in parts.index[names.isna()][:1]:
        raise file.broken(
            f"row {row + 2}, RTT Part Type",
            found=repr(parts[row]),
            wanted="one of Part_1A, Part_1B, Part_2, Part_2A, Part_3",
        )
    return names


def _month(file: OfficialFile, texts: pd.Series) -> pd.Period:
    try:
        months = {parse_month(text) for text in texts.unique()}
    except ValueError as error:
        raise file.broken(
            "column Period", found=str(error), wanted="text such as RTT-April-2023"
        ) from None
    if len(months) != 1:
        raise file.broken(
            "column Period", found=f"{len(months) or 'no'} months", wanted="one month in every row"
        )
    return months.pop()


def _whole(file: OfficialFile, codes: pd.Series) -> None:
    """Refuse a part of the extract: sums over it would be taken for sums over England."""
    providers = codes.nunique()
    if providers < _FEWEST_PROVIDERS:
        raise file.broken(
            "column Provider Org Code",
            found=f"{providers} providers, so a part or a sample of the extract",
            wanted=f"the whole extract, which has more than {_FEWEST_PROVIDERS}",
        )


def _waits(frame: pd.DataFrame, bands: dict[str, int]) -> pd.DataFrame:
    """Return all, timed and untimed pathways, and those within and over each threshold."""
    starts = np.array(list(bands.values()))
    weeks = frame[list(bands)].to_numpy(float)
    given = ~np.isnan(weeks).all(axis=1)
    waits = {
        "pathways": frame[_ALL],
        # Pathways of patients still waiting always have a known start, so the file leaves the
        # total of the timed ones empty there.
        "pathways_timed": frame[_TIMED].fillna(_row_sums(weeks, given)),
        "unknown_start": frame[_UNKNOWN],
        "within_18_weeks": _row_sums(weeks[:, starts < _WITHIN], given),
    }
    for week in _THRESHOLDS:
        over = _row_sums(weeks[:, starts >= week], given & (week in starts))
        waits[f"over_{week}_weeks"] = over
    return pd.DataFrame(waits)


def _row_sums(weeks: np.ndarray, given: np.ndarray) -> pd.Series:
    return pd.Series(np.where(given, np.nansum(weeks, axis=1), np.nan))


def _row_checks(
    file: OfficialFile, frame: pd.DataFrame, bands: dict[str, int]
) -> tuple[Check, ...]:
    """Return the weeks of each row beside the row's own total."""
    weeks = frame[list(bands)].sum(axis=1, min_count=1)
    ours = weeks + frame[_UNKNOWN].fillna(0)
    both = ours.notna() & frame[_ALL].notna()
    for row in frame.index[both & (ours != frame[_ALL])][:1]:
        raise file.broken(
            f"row {row + 2}, Total All",
            found=f"{frame.loc[row, _ALL]:,.0f}",
            wanted=f"{ours[row]:,.0f}, the sum of the weeks and of unknown starts",
        )
    name = "weeks of waiting + unknown starts = Total All, each row"
    return (Check(name, float(ours[both].sum()), float(frame.loc[both, _ALL].sum())),)


def _total_check(file: OfficialFile, table: pd.DataFrame) -> Check:
    """Return the treatment functions of each provider and pathway beside C_999."""
    by = [table["org_code"], table["pathway"]]
    total = table["treatment_function"] == _TOTAL
    parts = table["pathways"].mask(total).groupby(by).sum(min_count=1)
    wholes = table["pathways"].where(total).groupby(by).sum(min_count=1)
    for code, pathway in parts.index[(parts - wholes).fillna(np.inf) != 0][:1]:
        raise file.broken(
            f"provider {code}, {pathway}, {_TOTAL}",
            found=f"{wholes[code, pathway]:,.0f} pathways",
            wanted=f"{parts[code, pathway]:,.0f}, the sum of its treatment functions",
        )
    return Check(
        f"treatment functions = {_TOTAL}, each provider and pathway",
        float(parts.sum()),
        float(wholes.sum()),
    )


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    absent = [
        week
        for week in _THRESHOLDS
        if table.loc[table["pathway"] == "incomplete", f"over_{week}_weeks"].isna().all()
    ]
    names = ", ".join(map(str, absent))
    return (f"no week of waiting starts at {names}: missing here",) if absent else ()


READER = Reader(
    source="rtt_extract",
    recognise=recognise,
    read=read,
    traits="Period Provider Parent Org Code Provider Org Code RTT Part Type Treatment Function",
    tables=("rtt_pathway",),
)
