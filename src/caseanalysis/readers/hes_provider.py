"""Hospital Episode Statistics in the measures of the Monthly Activity Return, by organisation.

One file has five levels: England, regions of commissioner and of provider, commissioners and
providers. England is exact; below it counts are rounded to 5, and counts of 1 to 7 are withheld, so
that each level must sum to England within what rounding and withholding explain.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick

_LABELS = {
    "year": "financial year",
    "release": "reporting period",
    "month": "activity month",
    "level": "organisation breakdown",
    "org_code": "org code",
    "org_name": "org name",
    "region_code": "region code",
    "region_name": "region name",
}
_SPECIALTIES = {"specific acute": "specific acute specialties", "all": "all specialties"}
_MEASURES = {
    "elective_ordinary": "ordinary elective",
    "elective_day_case": "daycase elective",
    "elective": "elective total",
    "non_elective": "non-elective",
    "outpatient_first_gp_referred": "first attendances seen - gp referrals",
    "outpatient_first_other_referred": "first attendances seen - other referrals",
    "outpatient_first": "first attendances seen total",
    "outpatient_first_not_attended": "first attendances dna",
    "outpatient_follow_up": "subsequent attendances seen",
    "outpatient_follow_up_not_attended": "subsequent attendances dna",
}
_LEVELS = {
    "national": "england",
    "region of ccg": "region of commissioner",
    "region of sub-icb": "region of commissioner",
    "region of provider": "region of provider",
    "ccg": "commissioner",
    "sub-icb": "commissioner",
    "provider": "provider",
}
_WHOLES = {
    "elective": ["elective_ordinary", "elective_day_case"],
    "outpatient_first": ["outpatient_first_gp_referred", "outpatient_first_other_referred"],
}
_WITHHELD = ("*",)
_UNKNOWN = "-"
#: Below England counts are rounded to 5, so each is at most so far from the true one.
_ROUNDED = 5 / 2
#: Counts of 1 to 7 are withheld below England.
_LARGEST_WITHHELD = 7


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is HES in the measures of the Monthly Activity Return."""
    acute = _SPECIALTIES["specific acute"]
    return fits(
        file.csv_header,
        ("activity month", "organisation breakdown", f"{acute}: {_MEASURES['elective']}"),
    )


def read(file: OfficialFile) -> Reading:
    """Return admissions and outpatient attendances by month, level, organisation and specialties.

    Key: ``month``, ``level``, ``org_code``, ``specialties``. Levels overlap: each is all of
    England. A region is the organisation of its level; the code ``-`` is what no organisation of
    the level is known for. A withheld count is missing.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a month, level or count cannot be read, England's totals are not
        the sum of their parts, or a level is not England within rounding and withholding.
    """
    frame = file.frame()
    columns = pick(file, frame, _LABELS)
    labels = pd.DataFrame({name: frame[given].str.strip() for name, given in columns.items()})
    labels = _identified(file, labels)
    table = pd.concat(
        [
            pd.concat([labels, _figures(file, frame, heading)], axis=1).assign(specialties=name)
            for name, heading in _SPECIALTIES.items()
        ],
        ignore_index=True,
    )
    checks = (*_england_parts(file, table), *_levels(file, table))
    first, last = (f"{month:%Y-%m}" for month in (table["month"].min(), table["month"].max()))
    kept = table.drop(columns=["year", "release", "region_name"])
    return Reading(
        tables={"hes_activity": schemas.validate(kept, "hes_activity", where=file.path.name)},
        release=f"{labels['year'].iloc[0]}, month {labels['release'].iloc[0]}",
        period=f"{first} to {last}",
        slice_=f"{first} to {last}",
        checks=checks,
        notes=_notes(kept),
    )


def _identified(file: OfficialFile, labels: pd.DataFrame) -> pd.DataFrame:
    """Return labels with months, our names of levels, and regions as organisations."""
    months = pd.to_datetime(labels["month"], format="%b %Y", errors="coerce")
    level = labels["level"].str.casefold().map(_LEVELS)
    for name, known, wanted in (
        ("Activity Month", months, "a month such as Mar 2021"),
        ("Organisation breakdown", level, "one of " + ", ".join(_LEVELS)),
    ):
        given = labels["month" if name == "Activity Month" else "level"]
        for row in labels.index[known.isna()][:1]:
            raise file.broken(f"row {row + 2}, {name}", found=repr(given[row]), wanted=wanted)
    regional = level.str.startswith("region")
    england = level == "england"
    return labels.assign(
        month=months,
        level=level,
        org_code=labels["org_code"].mask(regional, labels["region_code"]).mask(england, "ENGLAND"),
        org_name=labels["org_name"].mask(regional, labels["region_name"]).mask(england, "England"),
        region_code=labels["region_code"].mask(labels["region_code"] == _UNKNOWN),
    )


def _figures(file: OfficialFile, frame: pd.DataFrame, specialties: str) -> pd.DataFrame:
    headings = {name: f"{specialties}: {heading}" for name, heading in _MEASURES.items()}
    columns = pick(file, frame, headings)
    return pd.DataFrame(
        {name: counts(file, frame[given], withheld=_WITHHELD) for name, given in columns.items()}
    )


def _england_parts(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    england = table[table["level"] == "england"].set_index(["month", "specialties"])
    checks = []
    for whole, parts in _WHOLES.items():
        ours = england[parts].sum(axis=1, skipna=False)
        for month, specialties in england.index[~(ours == england[whole])][:1]:
            raise file.broken(
                f"National, {month:%B %Y}, {specialties} specialties, {whole}",
                found=f"{england.loc[(month, specialties), whole]:,.0f}",
                wanted=f"{ours[month, specialties]:,.0f}, the sum of {' and '.join(parts)}",
            )
        name = f"{' + '.join(parts)} = {whole}, England"
        checks.append(Check(name, float(ours.sum()), float(england[whole].sum())))
    return tuple(checks)


def _levels(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    """Return the sum of each level beside England; refuse what rounding cannot explain."""
    names = list(_MEASURES)
    by = ["month", "specialties"]
    england = table[table["level"] == "england"].set_index(by)[names]
    checks = []
    for level, rows in table[table["level"] != "england"].groupby("level"):
        values = rows[names]
        keys = [rows[name] for name in by]
        sums, given = values.groupby(keys).sum(), values.groupby(keys).count()
        withheld = values.isna().groupby(keys).sum()
        below, above = (england - sums).align(given, join="inner")
        low = -_ROUNDED * above
        high = _ROUNDED * above + _LARGEST_WITHHELD * withheld
        apart = ~((below >= low) & (below <= high)).to_numpy()
        for row, column in np.argwhere(apart)[:1]:
            month, specialties = below.index[row]
            raise file.broken(
                f"{level}, {month:%B %Y}, {specialties} specialties, {names[column]}",
                found=f"a sum of {sums.iloc[row, column]:,.0f}",
                wanted=f"England's {england.loc[(month, specialties), names[column]]:,.0f} within "
                f"{low.iloc[row, column]:+,.0f} and {high.iloc[row, column]:+,.0f}, what "
                "rounding to 5 and withheld counts explain",
            )
        checks += [
            Check(
                f"{level} sums to England within rounding and withholding: {name}",
                float(sums[name].sum()),
                float(england[name].sum()),
            )
            for name in ("elective", "non_elective")
        ]
    return tuple(checks)


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    withheld = int(table[list(_MEASURES)].isna().sum().sum())
    notes = ["counts below England are rounded to 5"]
    if withheld:
        notes.append(f"{withheld:,} counts of 1 to 7 are withheld and missing here")
    return tuple(notes)


READER = Reader(
    source="hes_provider",
    recognise=recognise,
    read=read,
    traits="Financial Year Reporting Period Activity Month Organisation breakdown Org Code",
    tables=("hes_activity",),
)
