"""A&E attendances and emergency admissions: the monthly CSV by provider, of NHS England.

The file counts booked appointments beside other attendances; the table holds both together, as
the publisher's workbook of the same month does. The last row is the England total.
"""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.periods import parse_month
from caseanalysis.readers.ae_totals import england_checks, withheld_notes
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick, plain

_LABELS = {
    "period": "period",
    "org_code": "org code",
    "region": "parent org",
    "org_name": "org name",
}
_WITHHELD = ("-", "")
_TYPES = {"1": "type 1", "2": "type 2", "3": "other( a&e)? department"}
#: The headings whose columns add up to each figure.
_PARTS: dict[str, tuple[str, ...]] = {
    **{
        f"attendances_type_{number}": (
            f"a&e attendances {kind}",
            f"a&e attendances booked appointments {kind}",
        )
        for number, kind in _TYPES.items()
    },
    **{
        f"over_4_hours_type_{number}": (
            f"attendances over 4hrs {kind}",
            f"attendances over 4hrs booked appointments {kind}",
        )
        for number, kind in _TYPES.items()
    },
    **{
        f"admissions_via_type_{number}": (f"emergency admissions via a&e - {kind}",)
        for number, kind in _TYPES.items()
    },
    "other_emergency_admissions": ("other emergency admissions",),
    "decision_to_admit_over_4_hours": (
        r"patients who have waited 4-12 hr?s from dta to admission",
        r"patients who have waited 12\+ hr?s from dta to admission",
    ),
    "decision_to_admit_over_12_hours": (
        r"patients who have waited 12\+ hr?s from dta to admission",
    ),
}
_HEADINGS = tuple(dict.fromkeys(heading for parts in _PARTS.values() for heading in parts))
_SUMS = {
    **{
        whole: (f"{stem}_type_1", f"{stem}_type_2", f"{stem}_type_3")
        for whole, stem in (
            ("attendances", "attendances"),
            ("over_4_hours", "over_4_hours"),
            ("admissions_via_ae", "admissions_via"),
        )
    },
    "emergency_admissions": ("admissions_via_ae", "other_emergency_admissions"),
}


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the monthly A&E CSV by provider."""
    attendances, waits = _PARTS["attendances_type_1"][0], _PARTS["over_4_hours_type_1"][0]
    return fits(file.csv_header, (*_LABELS.values(), attendances, waits))


def read(file: OfficialFile) -> Reading:
    """Return the A&E figures of one month, one row a provider and one for England.

    Key: ``month``, ``org_code``. Attendances are the ordinary and the booked ones together; waits
    of over 4 hours from the decision to admit include those of over 12.

    Raises
    ------
    BrokenPublicationError
        If a column or the TOTAL row is missing, a cell is no count, the rows are of different
        months, or England is not the sum of its providers.
    """
    frame = file.frame()
    labels = _labels(file, frame)
    month = _month(file, labels)
    printed = _printed(file, frame)
    england = labels["level"] == "england"
    providers = printed[~england].set_index(labels.loc[~england, "org_code"])
    figures = _figures(printed.rename(columns=plain))
    table = pd.concat([labels.drop(columns="period"), figures], axis=1)
    table.insert(0, "month", pd.Timestamp(year=month.year, month=month.month, day=1))
    return Reading(
        tables={"ae_monthly": schemas.validate(table, "ae_monthly", where=file.path.name)},
        release=f"{month.strftime('%B %Y')}, undated",
        period=str(month),
        slice_=str(month),
        checks=england_checks(file, providers, printed[england].iloc[0], place="the file"),
        notes=withheld_notes(providers) + _unused(frame),
    )


def _labels(file: OfficialFile, frame: pd.DataFrame) -> pd.DataFrame:
    columns = pick(file, frame, _LABELS)
    labels = pd.DataFrame({name: frame[heading].str.strip() for name, heading in columns.items()})
    total = labels["period"].str.casefold() == "total"
    if total.sum() != 1:
        raise file.broken(
            "column Period",
            found=f"{total.sum() or 'no'} rows TOTAL",
            wanted="one row TOTAL, which is England",
        )
    nameless = labels.index[(labels[["org_code", "org_name"]] == "").any(axis=1)]
    if len(nameless):
        raise file.broken(
            f"row {nameless[0] + 2}",
            found="no code or no name of the organisation",
            wanted="both",
        )
    labels["level"] = total.map({True: "england", False: "provider"})
    labels["region"] = labels["region"].mask(total | (labels["region"] == ""))
    labels.loc[total, ["org_code", "org_name"]] = ["ENGLAND", "England"]
    return labels


def _month(file: OfficialFile, labels: pd.DataFrame) -> pd.Period:
    texts = labels.loc[labels["level"] == "provider", "period"].unique()
    try:
        months = {parse_month(text) for text in texts}
    except ValueError as error:
        raise file.broken(
            "column Period", found=str(error), wanted="text such as MSitAE-MARCH-2025"
        ) from None
    if len(months) != 1:
        raise file.broken(
            "column Period",
            found=f"{len(months) or 'no'} months",
            wanted="one month in every row above TOTAL",
        )
    return months.pop()


def _printed(file: OfficialFile, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of figures as printed; '-' and blank are missing."""
    columns = pick(file, frame, {heading: heading for heading in _HEADINGS})
    return pd.DataFrame(
        {name: counts(file, frame[name], withheld=_WITHHELD) for name in columns.values()}
    )


def _figures(printed: pd.DataFrame) -> pd.DataFrame:
    """Return the measures; one that a missing figure is part of is missing."""
    figures = pd.DataFrame(
        {
            name: printed[[at for at in printed if _one_of(headings, str(at))]].sum(
                axis=1, skipna=False
            )
            for name, headings in _PARTS.items()
        }
    )
    for whole, parts in _SUMS.items():
        figures[whole] = figures[list(parts)].sum(axis=1, skipna=False)
    ordered: pd.DataFrame = figures[list(schemas.AE_MEASURES)]
    # The file was first published after the last month in which waits were withheld.
    return ordered.assign(
        attendances_timed=ordered["attendances"].where(ordered["over_4_hours"].notna())
    )


def _one_of(headings: tuple[str, ...], text: str) -> bool:
    return any(re.fullmatch(heading, text) for heading in headings)


def _unused(frame: pd.DataFrame) -> tuple[str, ...]:
    known = (*_LABELS.values(), *_HEADINGS)
    extra = [
        str(name)
        for name in frame.columns
        if not _one_of(known, plain(name)) and frame[name].str.strip().ne("").any()
    ]
    return (f"columns that this table does not hold: {', '.join(extra)}",) if extra else ()


READER = Reader(
    source="ae_monthly_csv",
    recognise=recognise,
    read=read,
    traits="Period Org Code Parent Org Org name A&E attendances Type 1",
    rank=0,
    tables=("ae_monthly",),
)
