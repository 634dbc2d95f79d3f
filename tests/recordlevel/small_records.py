"""Hand-made records in the HES layout: a plain record, and files of changed copies of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

#: A finished first episode: woman of 67, emergency, three days, general medicine.
EPISODE = {
    "FYEAR": "2122",
    "PARTYEAR": "202199",
    "EPIEND": "2021-05-14",
    "PROCODE3": "RAA",
    "EPISTAT": "3",
    "EPIORDER": "1",
    "EPIDUR": "3",
    "CLASSPAT": "1",
    "ADMIMETH": "21",
    "STARTAGE": "67",
    "SEX": "2",
    "TRETSPEF": "300",
    "CCG_RESPONSIBILITY": "26A",
    "PCTCODE_HIS": "",
    "RESLADST_ONS": "E07000001",
    "RESLADST": "",
}
#: An attended first appointment.
APPOINTMENT = {
    "FYEAR": "2122",
    "PARTYEAR": "202199",
    "APPTDATE": "2021-05-14",
    "PROCODE3": "RAA",
    "ATTENDED": "5",
    "FIRSTATT": "1",
    "APPTAGE": "67.0",
    "SEX": "2",
    "TRETSPEF": "130",
}
#: A first attendance by ambulance that ended in an admission.
ATTENDANCE = {
    "FYEAR": "1819",
    "PARTYEAR": "201899",
    "ARRIVALDATE": "2018-05-14",
    "PROCODE3": "RAA",
    "AEATTENDCAT": "1",
    "AEDEPTTYPE": "01",
    "AEATTENDDISP": "01",
    "AEARRIVALMODE": "1",
    "ARRIVALAGE": "67.0",
    "SEX": "1",
}
KEYS = {"EPISTAT": "EPIKEY", "ATTENDED": "ATTENDKEY", "AEATTENDCAT": "AEKEY"}

Records = list[dict[str, str]]


def records(base: Mapping[str, str], *changes: tuple[int, Mapping[str, str]]) -> Records:
    """Return so many copies of a record with each set of changes, each with a key of its own."""
    rows = [{**base, **changed} for count, changed in changes for _ in range(count)]
    key = next(key for marker, key in KEYS.items() if marker in base)
    return [{key: f"{100000000000 + at}", **row} for at, row in enumerate(rows)]


def saved(path: Path, rows: Iterable[Mapping[str, str]], *, delimiter: str = ",") -> Path:
    """Write records as CSV, or as Parquet where the file is named so."""
    table = list(rows)
    if path.suffix == ".parquet":
        pd.DataFrame(table).to_parquet(path, index=False)
        return path
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(table[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(table)
    return path


def value(table: pd.DataFrame, measure: str, **cell: str) -> object:
    """Return one value of a released table; the whole of all providers where not said otherwise."""
    wanted = {"provider_code": "all", "dimension": "all", "category": "all", **cell}
    found = table[table["measure"] == measure]
    for name, text in wanted.items():
        found = found[found[name] == text]
    assert len(found) == 1, (measure, wanted, len(found))
    return None if pd.isna(found["value"].iloc[0]) else int(found["value"].iloc[0])
