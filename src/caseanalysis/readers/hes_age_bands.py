"""Hospital Episode Statistics, provisional monthly open data: England by age band.

Finished consultant episodes, admissions and outpatient appointments of each calendar month. The
file has no total of its own: what must hold is that episodes are ordinary or day case ones, that
attended and missed appointments are among those made, and that every month has every age.
"""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis import schemas
from caseanalysis.geography import age_band_label, parse_age_band
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick

_HEADINGS = {
    "month": "month_ending",
    "age_band": "age_band",
    "finished_consultant_episodes": "fce",
    "ordinary_episodes": "ordinary_admission_episodes",
    "day_case_episodes": "fce_day_cases",
    "finished_admission_episodes": "fae",
    "emergency_admission_episodes": "emergency",
    "outpatient_appointments": "total_appointments",
    "outpatient_attended": "attended_appointments",
    "outpatient_not_attended": "dna_appointments",
    "outpatient_first": "first_attendance",
    "outpatient_follow_up": "follow_up_attendance",
}
_UNKNOWN = "unknown"
_SUPPRESSED = ("", "*")
#: Each whole and the parts that may not exceed it: sums of different things counted once.
_WITHIN = {
    "outpatient_appointments": ["outpatient_attended", "outpatient_not_attended"],
    "outpatient_attended": ["outpatient_first", "outpatient_follow_up"],
    "finished_admission_episodes": ["emergency_admission_episodes"],
    "finished_consultant_episodes": ["finished_admission_episodes"],
}


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the HES monthly open data by age band."""
    return fits(file.csv_header, ("month_ending", "age_band", "fce", "fae", "emergency"))


def read(file: OfficialFile) -> Reading:
    """Return episodes, admissions and appointments in England by month and age band.

    Key: ``month``, ``age_band``. Counts are of patients whose age is in the band; those of
    unknown age have no ends of a band. A suppressed count is missing.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a month, band or count cannot be read, a month lacks a band, or
        the parts of a count do not fit it.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    table = pd.DataFrame({"month": _months(file, frame[columns["month"]])})
    table = pd.concat([table, _bands(file, frame[columns["age_band"]])], axis=1)
    for name in schemas.HES_MEASURES:
        table[name] = counts(file, frame[columns[name]], withheld=_SUPPRESSED)
    _every_band(file, table)
    checks = _reconcile(file, table)
    first, last = (f"{month:%Y-%m}" for month in (table["month"].min(), table["month"].max()))
    return Reading(
        tables={"hes_age_band": schemas.validate(table, "hes_age_band", where=file.path.name)},
        release=f"provisional, to {table['month'].max():%B %Y}",
        period=f"{first} to {last}",
        slice_=f"{first} to {last}",
        checks=checks,
        notes=_suppressed(table),
    )


def _months(file: OfficialFile, text: pd.Series) -> pd.Series:
    ends = pd.to_datetime(text.str.strip(), format="%d%b%Y", errors="coerce")
    wrong = text.index[~(ends.dt.is_month_end & ends.notna())]
    if len(wrong):
        raise file.broken(
            f"row {wrong[0] + 2}, Month_Ending",
            found=repr(text[wrong[0]]),
            wanted="the last day of a month, such as 31MAR2021",
        )
    return pd.Series(ends.to_numpy().astype("datetime64[M]").astype("datetime64[us]"))


def _bands(file: OfficialFile, text: pd.Series) -> pd.DataFrame:
    """Return label, first and last age of each band; ``04. 15`` is age 15, the fourth band."""
    known = {}
    for printed in text.unique():
        band = re.sub(r"^\d+\.\s*", "", printed.strip())
        try:
            lower, upper = (None, None) if band.casefold() == _UNKNOWN else parse_age_band(band)
        except ValueError as error:
            raise file.broken(
                f"row {text.index[text == printed][0] + 2}, Age_Band",
                found=str(error),
                wanted="a band such as '09. 20 - 24', '23. 90+' or '24. unknown'",
            ) from None
        known[printed] = (_UNKNOWN if lower is None else age_band_label(lower, upper), lower, upper)
    columns = ["age_band", "age_lower", "age_upper"]
    rows = pd.DataFrame([known[printed] for printed in text], columns=columns)
    return rows.astype({"age_lower": "Int64", "age_upper": "Int64"})


def _every_band(file: OfficialFile, table: pd.DataFrame) -> None:
    """Refuse a file whose bands leave out an age, or a month that lacks a band."""
    bands = table.drop_duplicates("age_band").dropna(subset="age_lower").sort_values("age_lower")
    starts = bands["age_lower"].tolist()
    wanted = [0] + [upper + 1 for upper in bands["age_upper"].tolist()[:-1]]
    if starts != wanted or bands["age_upper"].notna().iloc[-1]:
        raise file.broken(
            "column Age_Band",
            found=f"bands that start at {', '.join(map(str, starts))}",
            wanted="bands that follow each other from 0 to an open one",
        )
    for month, printed in table.groupby("month")["age_band"]:
        lacking = set(table["age_band"]) - set(printed)
        if lacking:
            raise file.broken(
                f"month {month:%B %Y}",
                found=f"no row of the band {sorted(lacking)[0]}",
                wanted="one row a band in every month",
            )


def _reconcile(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    parts = table["ordinary_episodes"] + table["day_case_episodes"]
    whole = table["finished_consultant_episodes"]
    wrong = table.index[(parts - whole).abs() > 0]
    if len(wrong):
        raise file.broken(
            f"row {wrong[0] + 2}, FCE",
            found=f"{whole[wrong[0]]:,.0f}",
            wanted=f"ordinary and day case episodes together, {parts[wrong[0]]:,.0f}",
        )
    for name, within in _WITHIN.items():
        wrong = table.index[table[within].sum(axis=1) > table[name]]
        if len(wrong):
            raise file.broken(
                f"row {wrong[0] + 2}, {name}",
                found=f"{table.loc[wrong[0], name]:,.0f}",
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


def _suppressed(table: pd.DataFrame) -> tuple[str, ...]:
    count = int(table[list(schemas.HES_MEASURES)].isna().sum().sum())
    return (f"{count} counts are suppressed by the publisher and missing here",) if count else ()


READER = Reader(
    source="hes_open_data_age_bands",
    recognise=recognise,
    read=read,
    traits="Month_Ending FY_Start_Date FY_End_Date PARTYEAR Age_Band FCE FCEs_With_Procedure",
    tables=("hes_age_band",),
)
