"""Ambulance Systems Indicators: the monthly CSV by ambulance service, of NHS England.

Columns are numbered indicators. The mean of a category is its total seconds over its incidents,
which is the check that the numbers still mean what they did.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick

_LABELS = {
    "year": "year",
    "month": "month",
    "region": "region",
    "org_code": "org code",
    "org_name": "org name",
}
#: Incidents, total, mean and 90th centile of the response time of each category, seconds.
_RESPONSE = {
    "C1": ("a8", "a24", "a25", "a26"),
    "C1T": ("a9", "a27", "a28", "a29"),
    "C2": ("a10", "a30", "a31", "a32"),
    "C3": ("a11", "a33", "a34", "a35"),
    "C4": ("a12", "a36", "a37", "a38"),
}
_MEASURES = ("incidents", "total_seconds", "mean_seconds", "p90_seconds")
_ACTIVITY = {
    "contacts": "a0",
    "calls_answered": "a1",
    "incidents": "a7",
    "closed_on_telephone": "a17",
    "conveyed_to_emergency_department": "a53",
    "conveyed_elsewhere": "a54",
    "treated_at_scene": "a55",
    "face_to_face": "a56",
}
_PLACES = ("conveyed_to_emergency_department", "conveyed_elsewhere", "treated_at_scene")
_NOT_GIVEN = (".", "", "-")
#: Means are printed in whole seconds.
_SECOND = 1


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the CSV of Ambulance Systems Indicators."""
    return fits(file.csv_header, (*_LABELS.values(), "a7", "a25", "a31"))


def read(file: OfficialFile) -> Reading:
    """Return response times by category of call, and incidents by outcome.

    Keys: ``month``, ``org_code``, ``category``; and ``month``, ``org_code``. An indicator that was
    not collected, printed as a dot, is missing.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a cell is no count, a month cannot be read, a mean is not the total
        over the incidents, or England is not the sum of the services.
    """
    frame = file.frame()
    columns = pick(file, frame, _LABELS)
    labels = pd.DataFrame({name: frame[given].str.strip() for name, given in columns.items()})
    labels = _identified(file, labels)
    codes = [*_ACTIVITY.values(), *(code for group in _RESPONSE.values() for code in group)]
    given = pick(file, frame, {code: code for code in codes})
    values = pd.DataFrame(
        {
            code: counts(file, frame[name].str.replace(",", ""), withheld=_NOT_GIVEN)
            for code, name in given.items()
        }
    )
    activity = pd.concat(
        [labels, values[list(_ACTIVITY.values())].set_axis(list(_ACTIVITY), axis=1)], axis=1
    )
    response = _by_category(labels, values)
    checks = (*_means(file, response), *_totals(file, activity))
    first, last = (f"{month:%Y-%m}" for month in (labels["month"].min(), labels["month"].max()))
    where = file.path.name
    return Reading(
        tables={
            "ambulance_response": schemas.validate(response, "ambulance_response", where=where),
            "ambulance_activity": schemas.validate(activity, "ambulance_activity", where=where),
        },
        release=f"to {last}, undated",
        period=f"{first} to {last}",
        slice_="all months",
        checks=checks,
    )


def _identified(file: OfficialFile, labels: pd.DataFrame) -> pd.DataFrame:
    """Return month, code, name and level; regions have the codes of NHS regions."""
    months = pd.to_datetime(
        labels["year"] + "-" + labels["month"].str.zfill(2), format="%Y-%m", errors="coerce"
    )
    for row in labels.index[months.isna()][:1]:
        raise file.broken(
            f"row {row + 2}, Year and Month",
            found=f"{labels.loc[row, 'year']!r}, {labels.loc[row, 'month']!r}",
            wanted="a year and the number of a month",
        )
    england = (
        labels[["region", "org_code"]].apply(lambda cells: cells.str.casefold()) == "eng"
    ).any(axis=1)
    region = labels["org_code"].str.fullmatch(r"Y\d{2}")
    named = labels.assign(
        month=months, level=np.select([england, region], ["england", "region"], "provider")
    )
    named.loc[england, ["org_code", "org_name"]] = ["ENGLAND", "England"]
    return named[["month", "org_code", "org_name", "level"]]


def _by_category(labels: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    parts = [
        pd.concat([labels, values[list(codes)].set_axis(list(_MEASURES), axis=1)], axis=1).assign(
            category=category
        )
        for category, codes in _RESPONSE.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _means(file: OfficialFile, response: pd.DataFrame) -> tuple[Check, ...]:
    given = response[response["incidents"] > 0].dropna(subset=["total_seconds", "mean_seconds"])
    ours = given["total_seconds"] / given["incidents"]
    for row in given.index[(ours - given["mean_seconds"]).abs() > _SECOND][:1]:
        found = given.loc[row]
        raise file.broken(
            f"{found['org_code']}, {found['month']:%B %Y}, mean response of {found['category']}",
            found=f"{found['mean_seconds']:,.0f} seconds",
            wanted=f"{ours[row]:,.0f}, the total over the incidents",
        )
    if given.empty:
        return ()
    stated = float((given["mean_seconds"] * given["incidents"]).sum() / given["incidents"].sum())
    mean = float(given["total_seconds"].sum() / given["incidents"].sum())
    return (Check("mean response = total seconds over incidents, to the second", mean, stated),)


def _totals(file: OfficialFile, activity: pd.DataFrame) -> tuple[Check, ...]:
    """Return services beside England, and outcomes beside face-to-face responses."""
    england = activity[activity["level"] == "england"].set_index("month")
    services = activity[activity["level"] == "provider"].groupby("month")
    checks = []
    for name in ("calls_answered", "incidents", "face_to_face"):
        ours = services[name].sum(min_count=1)
        total = england[name].reindex(ours.index)
        for month in ours.index[(ours - total).abs() > 1 / 2][:1]:
            raise file.broken(
                f"Eng, {month:%B %Y}, {name}",
                found=f"{total[month]:,.0f}",
                wanted=f"{ours[month]:,.0f}, the sum of the services",
            )
        both = (ours - total).notna()
        label = f"services sum to England: {name}"
        checks.append(Check(label, float(ours[both].sum()), float(total[both].sum())))
    parts = activity[list(_PLACES)].sum(axis=1, skipna=False)
    apart = (parts - activity["face_to_face"]).abs() > 1 / 2
    for row in activity.index[apart][:1]:
        raise file.broken(
            f"row {row + 2}, A56",
            found=f"{activity.loc[row, 'face_to_face']:,.0f}",
            wanted=f"{parts[row]:,.0f}, A53 + A54 + A55",
        )
    return tuple(checks)


READER = Reader(
    source="ambulance",
    recognise=recognise,
    read=read,
    traits="Year Month Region Org Code Org Name A0 A1 A2 A3 A7 A8 A24 A25",
    tables=("ambulance_response", "ambulance_activity"),
)
