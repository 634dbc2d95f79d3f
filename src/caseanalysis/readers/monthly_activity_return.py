"""Monthly Activity Return: admissions and referrals by provider, workbooks of NHS England.

The sheet of providers has a row of England and one of each provider, under the region of the time:
strategic health authority, area team or commissioning region. A second sheet has the regions.
"""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.ae_totals import ROUNDING, england_checks
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.title_blocks import first_day, stated_month, stated_release
from caseanalysis.readers.workbook_tables import (
    NOT_GIVEN,
    cells_below,
    figures,
    first_sheet,
    heading_row,
    places_of,
    sheets_with,
    words,
)

_TRAITS = ("year", "period", "org code", r"gp referrals made \(g&a\)")
_REGION_TRAITS = ("year", "period", r"gp referrals made \(g&a\)")
_REGION = r"(sha|area team|region|regional team|parent) "
_LABELS = {
    "year": r"year",
    "period": r"period",
    "region_code": _REGION + "code",
    "region_name": _REGION + "name",
    "org_code": r"org code",
    "org_name": r"org name",
}
_FIGURES = {
    "elective_ordinary": r"elective g&a ordinary admissions \(ffces\)",
    "elective_day_case": r"elective g&a daycase admissions \(ffces\)",
    "elective": r"elective g&a total admissions \(ffces\)",
    "elective_planned_ordinary": r"elective g&a planned ordinary admissions \(ffces\)",
    "elective_planned_day_case": r"elective g&a planned daycase admissions \(ffces\)",
    "elective_planned": r"elective g&a planned total admissions \(ffces\)",
    "elective_treatment_centres": r"elective g&a admissions \(ffces\) ?- ?nhs treatment centres.*",
    "non_elective": r"total non-elective g&a admissions \(ffces\)",
    "gp_referrals_made_all_specialties": r"gp referrals made \(all specialties\)",
    "gp_referrals_seen_all_specialties": r"gp referrals seen \(all specialties\)",
    "gp_referrals_made": r"gp referrals made \(g&a\)",
    "gp_referrals_seen": r"gp referrals seen \(g&a\)",
    "other_referrals_made": r"other referrals made \(g&a\)",
    "outpatient_first": r"all 1st outpatient attendances \(g&a\)",
}
_WHOLES = {
    "elective": ("elective_ordinary", "elective_day_case"),
    "elective_planned": ("elective_planned_ordinary", "elective_planned_day_case"),
}
#: Providers whose two parts may miss their total before the columns themselves are doubted: each
#: provider typed all three, and in a few months one of them typed a wrong one.
_MISTYPED = 3


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is a Monthly Activity Return by provider."""
    return bool(sheets_with(file, *_TRAITS, usual=r"provider"))


def read(file: OfficialFile) -> Reading:
    """Return admissions, referrals and first attendances of one month by provider.

    Key: ``month``, ``org_code``. Figures are of general and acute specialties except those whose
    name says all specialties; admissions are first finished consultant episodes.

    Raises
    ------
    BrokenPublicationError
        If a heading is missing or doubled, a cell is no count, a row is of another month, England
        is not the sum of the providers, or the elective totals of more than three providers are
        not the sum of their parts.
    """
    sheet, grid, header = first_sheet(file, *_TRAITS, usual=r"provider")
    place = f"sheet {sheet}, row {header + 1}"
    cells = cells_below(grid, header, places_of(file, place, grid[header], _LABELS | _FIGURES))
    cells = cells[(cells != "").any(axis=1)]
    month = stated_month(file, sheet, grid)
    labels = _labels(file, sheet, cells, month)
    values = figures(file, cells[list(_FIGURES)], place=f"sheet {sheet}", withheld=NOT_GIVEN)
    published, release, notes = stated_release(
        file, sheet, grid, period=month.strftime("%B %Y"), year=month.year
    )
    checks, mistyped = _reconcile(file, sheet, labels, values)
    table = pd.concat([labels.drop(columns=["year", "period"]), values], axis=1)
    table.insert(0, "month", first_day(month))
    return Reading(
        tables={
            "activity_return": schemas.validate(table, "activity_return", where=file.path.name)
        },
        release=release,
        period=str(month),
        slice_=str(month),
        published=published,
        checks=checks + _region_checks(file, sheet, values[labels["level"] == "provider"]),
        notes=notes + mistyped + _not_given(values, labels),
    )


def _labels(file: OfficialFile, sheet: str, cells: pd.DataFrame, month: pd.Period) -> pd.DataFrame:
    labels = cells[list(_LABELS)].apply(words)
    england = (labels["org_code"] == "") & (labels["org_name"].str.casefold() == "england")
    if england.sum() != 1:
        raise file.broken(
            f"sheet {sheet}, Org Name",
            found=f"{england.sum() or 'no'} rows England without a code",
            wanted="one",
        )
    nameless = labels.index[~england & (labels[["org_code", "org_name"]] == "").any(axis=1)]
    for row in nameless[:1]:
        raise file.broken(
            f"sheet {sheet}, row {row}", found="no code or no name", wanted="both of a provider"
        )
    other = labels.index[~england & (labels["period"].str.casefold() != f"{month:%B}".casefold())]
    for row in other[:1]:
        raise file.broken(
            f"sheet {sheet}, row {row}, Period",
            found=repr(labels.loc[row, "period"]),
            wanted=f"{month:%B}, the month of the title",
        )
    labels["level"] = england.map({True: "england", False: "provider"})
    labels.loc[england, ["org_code", "org_name"]] = ["ENGLAND", "England"]
    for name in ("region_code", "region_name"):
        labels[name] = labels[name].mask(england | (labels[name] == ""))
    return labels


def _reconcile(
    file: OfficialFile, sheet: str, labels: pd.DataFrame, values: pd.DataFrame
) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """Return the totals beside their parts, and a note on each that a provider mistyped."""
    england = labels["level"] == "england"
    providers = values[~england].set_axis(labels.loc[~england, "org_code"])
    checks = england_checks(file, providers, values[england].iloc[0], place=f"sheet {sheet}")
    notes: tuple[str, ...] = ()
    for whole, parts in _WHOLES.items():
        ours = providers[list(parts)].sum(axis=1)
        apart = (ours - providers[whole]).abs() > ROUNDING
        for code in providers.index[apart][_MISTYPED:][:1]:
            raise file.broken(
                f"sheet {sheet}, provider {code}, {whole}",
                found=f"{providers.loc[code, whole]:,.0f}, and {apart.sum()} providers like it",
                wanted=f"{ours[code]:,.0f}, the sum of {' and '.join(parts)}",
            )
        notes += tuple(
            f"{code} gave {providers.loc[code, whole]:,.0f} as {whole}, its parts sum to "
            f"{ours[code]:,.0f}; England has the same difference"
            for code in providers.index[apart]
        )
        sums = (float(frame[~apart].sum()) for frame in (ours, providers[whole]))
        checks += (Check(f"{' + '.join(parts)} = {whole}, each provider", *sums),)
    return checks, notes


def _region_checks(
    file: OfficialFile, providers_sheet: str, providers: pd.DataFrame
) -> tuple[Check, ...]:
    """Return the providers' sums beside the England row of the sheet of regions, where it is."""
    sheets = [name for name in file.sheet_names[:3] if name != providers_sheet]
    for sheet in sheets:
        header = heading_row(file, sheet, *_REGION_TRAITS)
        if header is not None:
            grid = file.grid(sheet)
            named = {"region_name": _LABELS["region_name"], **_FIGURES}
            cells = cells_below(
                grid, header, places_of(file, f"sheet {sheet}", grid[header], named)
            )
            england = cells[words(cells["region_name"]).str.casefold() == "england"]
            if len(england) == 1:
                rows = england[list(_FIGURES)]
                stated = figures(file, rows, place=f"sheet {sheet}", withheld=NOT_GIVEN).iloc[0]
                return england_checks(file, providers, stated, place=f"sheet {sheet}")
    return ()


def _not_given(values: pd.DataFrame, labels: pd.DataFrame) -> tuple[str, ...]:
    codes = sorted(set(labels.loc[values.isna().any(axis=1), "org_code"]))
    return (f"figures not given and missing here: {', '.join(codes)}",) if codes else ()


READER = Reader(
    source="monthly_activity_return",
    recognise=recognise,
    read=read,
    traits="Provider SHA Area Team Region Notes",
    tables=("activity_return",),
)
