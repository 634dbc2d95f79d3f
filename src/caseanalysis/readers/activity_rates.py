"""Hospital activity rates by single year of age and sex, one area a file."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.population_variants import (
    by_sex,
    json_ages,
    json_records,
    json_starts_with,
)

_RATE = {"f": "female", "m": "male"}
_SMOOTHED = {"fs": "female", "ms": "male"}
#: The groups of the file, by point of delivery.
_GROUPS = {
    "edc": ("walkin", "amb"),
    "apc": ("emer_n", "emer_bds", "daycase_n", "ordelec_n", "ordelec_bds"),
    "opc": (
        "surg_proc",
        "non-surg_proc",
        "surg_first",
        "non-surg_first",
        "surg_fup",
        "non-surg_fup",
    ),
}


def _recognise(file: OfficialFile) -> bool:
    return json_starts_with(file, "area_code", "pod", "group", "label")


def _read(file: OfficialFile) -> Reading:
    records = json_records(file, ("pod", "group"))
    _check_groups(file, [(str(record["pod"]), str(record["group"])) for record in records])
    figures = json_ages(file, records, (*_RATE, *_SMOOTHED))
    rates = by_sex(figures, _RATE, "rate")
    rates["smoothed_rate"] = by_sex(figures, _SMOOTHED, "smoothed_rate")["smoothed_rate"]
    identity = pd.DataFrame(records)[["area_code", "group"]].rename(columns={"group": "activity"})
    table = identity.loc[rates["record"]].reset_index(drop=True).join(rates.drop(columns="record"))
    area = str(records[0]["area_code"])
    return Reading(
        tables={"activity_rate": schemas.validate(table, "activity_rate", where=file.path.name)},
        release="not stated in the file",
        period="not stated in the file",
        slice_=area,
        notes=("the file carries no totals; its groups and ages were found complete",),
    )


def _check_groups(file: OfficialFile, found: list[tuple[str, str]]) -> None:
    known = [(pod, group) for pod, groups in _GROUPS.items() for group in groups]
    for number, pair in enumerate(found, start=1):
        if pair not in known:
            raise file.broken(
                f"record {number}, pod and group",
                found=" ".join(pair),
                wanted="one of " + ", ".join(" ".join(pair) for pair in known),
            )
    for pair in known:
        if found.count(pair) != 1:
            raise file.broken(
                "pod and group",
                found=f"{' '.join(pair)} {found.count(pair)} times",
                wanted="each group once",
            )


READER = Reader(
    source="strategy_unit_activity_rates",
    recognise=_recognise,
    read=_read,
    traits="area_code pod group label data",
    tables=("activity_rate",),
)
