"""Diagnostics waiting times and activity (DM01): the monthly workbook by provider, of NHS England.

The sheet of providers by test has one row a provider and test, a row of the test "Total" for each
provider, and a row of England. The sheet of providers repeats the rows of the test "Total".
"""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.ae_totals import ROUNDING, england_checks, part_checks
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.title_blocks import first_day, stated_month, stated_release
from caseanalysis.readers.workbook_tables import (
    NOT_GIVEN,
    cells_below,
    figures,
    first_sheet,
    places_of,
    sheets_with,
    words,
)

_TRAITS = ("provider code", "total waiting list", "diagnostic id", "diagnostic test name")
_USUAL = r"provider by test"
_WEEKS = {f"waiting_week_{week}": rf"0?{week} <0?{week + 1} weeks" for week in range(13)}
_FIGURES = {
    "waiting": r"total waiting list",
    "waiting_6_weeks": r"number waiting 6\+ weeks",
    "waiting_13_weeks": r"number waiting 13\+ weeks",
    **_WEEKS,
    "week_13_and_over": r"13\+ weeks",
    "planned_tests": r"planned tests / procedures",
    "unscheduled_tests": r"unscheduled tests / procedures",
    "waiting_list_tests": r"waiting list tests / procedures \(excluding planned\)",
}
_LABELS = {
    "region_code": r"(regional team|region|parent org|area team) code",
    "org_code": r"provider code",
    "org_name": r"provider name",
    "test": r"diagnostic id",
    "test_name": r"diagnostic test name",
}
_WHOLES = {
    "waiting": (*_WEEKS, "week_13_and_over"),
    "waiting_6_weeks": (*list(_WEEKS)[6:], "week_13_and_over"),
    "waiting_13_weeks": ("week_13_and_over",),
}
_TOTAL = "total"


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the monthly diagnostics workbook by provider."""
    return bool(sheets_with(file, *_TRAITS, usual=_USUAL))


def read(file: OfficialFile) -> Reading:
    """Return diagnostic waits and activity of one month by provider and test.

    Key: ``month``, ``org_code``, ``test``. The test ``total`` is all tests of a provider; England
    has that one alone. ``waiting_week_n`` counts patients who have waited n to n + 1 weeks.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing or doubled, a cell is no count, or England, the test "Total" or the
        waiting list is not the sum of its parts.
    """
    sheet, grid, header = first_sheet(file, *_TRAITS, usual=_USUAL)
    place = f"sheet {sheet}, row {header + 1}"
    places = places_of(file, place, grid[header], _LABELS | _FIGURES)
    cells = cells_below(grid, header, places)
    cells = cells[(cells != "").any(axis=1)]
    labels = _labels(file, sheet, cells)
    values = figures(file, cells[list(_FIGURES)], place=f"sheet {sheet}", withheld=NOT_GIVEN)
    month = stated_month(file, sheet, grid)
    published, release, notes = stated_release(
        file, sheet, grid, period=month.strftime("%B %Y"), year=month.year
    )
    checks = _reconcile(file, sheet, labels, values)
    table = pd.concat([labels, values.drop(columns="week_13_and_over")], axis=1)
    table.insert(0, "month", first_day(month))
    return Reading(
        tables={
            "diagnostic_wait": schemas.validate(table, "diagnostic_wait", where=file.path.name)
        },
        release=release,
        period=str(month),
        slice_=str(month),
        published=published,
        checks=checks,
        notes=notes + _not_given(values, labels),
    )


def _labels(file: OfficialFile, sheet: str, cells: pd.DataFrame) -> pd.DataFrame:
    labels = cells[list(_LABELS)].apply(words)
    england = (labels["org_code"] == "") & (labels["org_name"].str.casefold() == _TOTAL)
    if england.sum() != 1:
        raise file.broken(
            f"sheet {sheet}, Provider Name",
            found=f"{england.sum() or 'no'} rows 'Total' without a code",
            wanted="one, which is England",
        )
    nameless = labels.index[
        ~england & (labels[["org_code", "test", "test_name"]] == "").any(axis=1)
    ]
    for row in nameless[:1]:
        raise file.broken(
            f"sheet {sheet}, row {row}",
            found=f"provider {labels.loc[row, 'org_code']!r}, test {labels.loc[row, 'test']!r}",
            wanted="the codes of a provider and a test",
        )
    labels["is_total"] = england | (labels["test_name"].str.casefold() == _TOTAL)
    labels["test"] = labels["test"].str.removesuffix(".0").mask(labels["is_total"], _TOTAL)
    labels["test_name"] = labels["test_name"].mask(england, "Total")
    labels["level"] = england.map({True: "england", False: "provider"})
    labels.loc[england, ["org_code", "org_name"]] = ["ENGLAND", "England"]
    labels["region_code"] = labels["region_code"].mask(labels["region_code"] == "")
    return labels


def _reconcile(
    file: OfficialFile, sheet: str, labels: pd.DataFrame, values: pd.DataFrame
) -> tuple[Check, ...]:
    place = f"sheet {sheet}"
    england = labels["level"] == "england"
    totals = values[labels["is_total"] & ~england]
    named = values.set_axis(labels["org_code"] + " " + labels["test_name"])
    return (
        *england_checks(file, totals, values[england].iloc[0], place=place),
        *part_checks(file, named, _WHOLES, place=place),
        _tests_check(file, sheet, labels, values),
    )


def _tests_check(
    file: OfficialFile, sheet: str, labels: pd.DataFrame, values: pd.DataFrame
) -> Check:
    """Return the tests of each provider beside its row of the test "Total"."""
    provider = labels["level"] == "provider"
    tests = values[provider & ~labels["is_total"]].groupby(labels["org_code"]).sum(min_count=1)
    total = values[provider & labels["is_total"]].groupby(labels["org_code"]).sum(min_count=1)
    total = total.reindex(tests.index.union(total.index))
    tests = tests.reindex(total.index)
    apart = ~((tests - total).abs() <= ROUNDING) & ~(tests.isna() & total.isna())
    for code in total.index[apart.any(axis=1)][:1]:
        measure = str(apart.columns[apart.loc[code]][0])
        raise file.broken(
            f"sheet {sheet}, provider {code}, Total, {measure}",
            found=f"{total.loc[code, measure]:,.0f}",
            wanted=f"{tests.loc[code, measure]:,.0f}, the sum of its tests",
        )
    name = "tests = Total of each provider: waiting"
    return Check(name, float(tests["waiting"].sum()), float(total["waiting"].sum()))


def _not_given(values: pd.DataFrame, labels: pd.DataFrame) -> tuple[str, ...]:
    codes = sorted(set(labels.loc[values.isna().any(axis=1), "org_code"]))
    return (f"figures not given and missing here: {', '.join(codes)}",) if codes else ()


READER = Reader(
    source="diagnostics_dm01",
    recognise=recognise,
    read=read,
    traits="Provider Provider by Test Guidance & Definitions Notes",
    tables=("diagnostic_wait",),
)
