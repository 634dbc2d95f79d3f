"""Hospital Episode Statistics, provisional monthly open data: England by treatment function."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick

_HEADINGS = {
    "month": "month_ending",
    "treatment_function": "tretspef",
    "treatment_function_name": "tretspef_description",
    "finished_consultant_episodes": "fce",
    "episodes_with_procedure": "fces_with_procedure",
    "ordinary_episodes": "ordinary_admission_episodes",
    "day_case_episodes": "fce_day_cases",
    "day_cases_with_procedure": "fce_day_with_procedure",
    "finished_admission_episodes": "fae",
    "emergency_admission_episodes": "emergency",
    "outpatient_appointments": "total_appointments",
    "outpatient_attended": "attended_appointments",
    "outpatient_not_attended": "dna_appointments",
    "outpatient_first": "first_attendance",
    "outpatient_follow_up": "follow_up_attendance",
}
_COUNTS = tuple(_HEADINGS)[3:]
_NOT_GIVEN = ("", "*")
_MONTHS = ("%d%b%y", "%d%b%Y")
_WITHIN = {
    "outpatient_appointments": ["outpatient_attended", "outpatient_not_attended"],
    "finished_consultant_episodes": ["episodes_with_procedure"],
    "day_case_episodes": ["day_cases_with_procedure"],
    "finished_admission_episodes": ["emergency_admission_episodes"],
}


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the HES monthly open data by treatment function."""
    return fits(file.csv_header, ("month_ending", "tretspef", "fce", "fae", "emergency"))


def read(file: OfficialFile) -> Reading:
    """Return episodes, admissions and appointments in England by month and treatment function.

    Key: ``month``, ``treatment_function``. A count that is not given is missing: a function with
    no admissions has no count of them.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a month or count cannot be read, a month is missing, or the parts
        of a count do not fit it.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    table = pd.DataFrame({"month": _months(file, frame[columns["month"]])})
    for name in ("treatment_function", "treatment_function_name"):
        table[name] = frame[columns[name]].str.strip()
    for name in _COUNTS:
        table[name] = counts(file, frame[columns[name]], withheld=_NOT_GIVEN)
    checks = _reconcile(file, table)
    first, last = (f"{month:%Y-%m}" for month in (table["month"].min(), table["month"].max()))
    return Reading(
        tables={
            "hes_treatment_function": schemas.validate(
                table, "hes_treatment_function", where=file.path.name
            )
        },
        release=f"provisional, to {table['month'].max():%B %Y}",
        period=f"{first} to {last}",
        slice_=f"{first} to {last}",
        checks=checks,
        notes=_notes(table),
    )


def _months(file: OfficialFile, text: pd.Series) -> pd.Series:
    ends = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    for form in _MONTHS:
        ends = ends.fillna(pd.to_datetime(text.str.strip(), format=form, errors="coerce"))
    for row in text.index[~(ends.dt.is_month_end & ends.notna())][:1]:
        raise file.broken(
            f"row {row + 2}, Month_Ending",
            found=repr(text[row]),
            wanted="the last day of a month, such as 31MAR21",
        )
    months: pd.Series = ends.dt.to_period("M").dt.to_timestamp()
    lacking = pd.date_range(months.min(), months.max(), freq="MS").difference(
        pd.DatetimeIndex(months)
    )
    if len(lacking):
        raise file.broken(
            "column Month_Ending", found=f"no row of {lacking[0]:%B %Y}", wanted="every month"
        )
    return months


def _reconcile(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    parts = table["ordinary_episodes"] + table["day_case_episodes"]
    whole = table["finished_consultant_episodes"]
    for row in table.index[(parts - whole).abs() > 0][:1]:
        raise file.broken(
            f"row {row + 2}, FCE",
            found=f"{whole[row]:,.0f}",
            wanted=f"ordinary and day case episodes together, {parts[row]:,.0f}",
        )
    for name, within in _WITHIN.items():
        for row in table.index[table[within].sum(axis=1) > table[name]][:1]:
            raise file.broken(
                f"row {row + 2}, {name}",
                found=f"{table.loc[row, name]:,.0f}",
                wanted=f"at least the sum of {', '.join(within)}",
            )
    given = (parts - whole).notna()
    return (
        Check(
            "ordinary + day case episodes = finished consultant episodes, each row",
            float(parts[given].sum()),
            float(whole[given].sum()),
        ),
    )


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    missing = int(table[list(_COUNTS)].isna().sum().sum())
    if missing:
        notes.append(f"{missing:,} counts are not given and missing here")
    names = table.groupby("treatment_function")["treatment_function_name"].unique()
    notes += [
        f"treatment function {code} is named {' and '.join(map(repr, found))}"
        for code, found in names.items()
        if len(found) > 1
    ]
    return tuple(notes)


READER = Reader(
    source="hes_treatment_function",
    recognise=recognise,
    read=read,
    traits="PARTYEAR Month_Ending FY_Start_Date FY_End_Date TRETSPEF TRETSPEF_DESCRIPTION FCE",
    tables=("hes_treatment_function",),
)
