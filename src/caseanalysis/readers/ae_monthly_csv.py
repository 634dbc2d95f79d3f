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

_LABELS = {"period": "period", "org code": "org_code", "parent org": "region",
           "org name": "org_name"}  # fmt: skip
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
_TRAITS = ("period", "org code", "org name", "a&e attendances type 1",
           "attendances over 4hrs type 1")  # fmt: skip


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the monthly A&E CSV by provider."""
    return set(_TRAITS) <= {_plain(heading) for heading in file.csv_header}


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
    frame = file.frame().rename(columns=_plain)
    labels = _labels(file, frame)
    month = _month(file, labels)
    figures = _figures(file, frame)
    england = labels["level"] == "england"
    providers = figures[~england].set_index(labels.loc[~england, "org_code"])
    table = pd.concat([labels.drop(columns="period"), figures], axis=1)
    table.insert(0, "month", pd.Timestamp(year=month.year, month=month.month, day=1))
    return Reading(
        tables={"ae_monthly": schemas.validate(table, "ae_monthly", where=file.path.name)},
        release=f"{month.strftime('%B %Y')}, undated",
        period=str(month),
        slice_=str(month),
        checks=england_checks(file, providers, figures[england].iloc[0], place="the file"),
        notes=withheld_notes(providers) + _unused(frame),
    )


def _plain(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _labels(file: OfficialFile, frame: pd.DataFrame) -> pd.DataFrame:
    missing = [heading for heading in _LABELS if heading not in frame.columns]
    if missing:
        raise file.broken("row 1", found=f"no column {missing[0]!r}", wanted="that column")
    labels = frame[list(_LABELS)].rename(columns=_LABELS).apply(lambda column: column.str.strip())
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


def _figures(file: OfficialFile, frame: pd.DataFrame) -> pd.DataFrame:
    figures = pd.DataFrame(
        {
            name: sum((_column(file, frame, heading) for heading in headings), start=0.0)
            for name, headings in _PARTS.items()
        }
    )
    for whole, parts in _SUMS.items():
        figures[whole] = figures[list(parts)].sum(axis=1, skipna=False)
    return figures[list(schemas.AE_MEASURES)]


def _column(file: OfficialFile, frame: pd.DataFrame, heading: str) -> pd.Series:
    """Return one column of counts; '-' and blank are missing."""
    found = [name for name in frame.columns if re.fullmatch(heading, name)]
    if len(found) != 1:
        raise file.broken(
            "row 1",
            found=f"{len(found) or 'no'} columns headed so",
            wanted=f"one column headed like {heading!r}",
        )
    text = frame[found[0]].str.strip()
    withheld = text.isin(["", "-"])
    wrong = frame.index[~withheld & ~text.str.fullmatch(r"\d+(\.0+)?")]
    if len(wrong):
        raise file.broken(
            f"row {wrong[0] + 2}, {found[0]}",
            found=repr(text[wrong[0]]),
            wanted="a count, or '-' where it is withheld",
        )
    return pd.to_numeric(text.mask(withheld)).astype(float)


def _unused(frame: pd.DataFrame) -> tuple[str, ...]:
    known = [heading for headings in _PARTS.values() for heading in headings]
    extra = [
        str(name)
        for name in frame.columns
        if name not in _LABELS
        and not any(re.fullmatch(heading, name) for heading in known)
        and frame[name].str.strip().ne("").any()
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
