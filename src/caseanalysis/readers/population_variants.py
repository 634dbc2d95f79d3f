"""Population by single year of age and sex for each projection variant, one area a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.geography import AREA_CODE
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.population_projections import flat, numbers, reconcile, require

_SEXES = {"f": "female", "m": "male"}
_START = 600
_ESTIMATES = "v0"


def json_starts_with(file: OfficialFile, *keys: str) -> bool:
    """Return whether a file is JSON whose first record holds every key."""
    if file.form != "json" or file.text is None:
        return False
    start = file.text[:_START]
    return all(f'"{key}"' in start for key in keys)


def json_records(file: OfficialFile, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return a JSON file's records of one area, each with its keys and a list of ages.

    Raises
    ------
    BrokenPublicationError
        If the file is no list of such records, or they are of more than one area.
    """
    if not isinstance(file.json, list) or not file.json:
        raise file.broken("start", found="no list of records", wanted="a JSON list of records")
    for number, record in enumerate(file.json, start=1):
        found = record if isinstance(record, dict) else {}
        require(file, found, ("area_code", *keys, "data"), place=f"record {number}")
        if not isinstance(record["data"], list) or not record["data"]:
            raise file.broken(f"record {number}, data", found="no ages", wanted="a list of ages")
    areas = sorted({str(record["area_code"]) for record in file.json})
    if len(areas) != 1 or not AREA_CODE.match(areas[0]):
        raise file.broken("area_code", found=", ".join(areas), wanted="the code of one area")
    records: list[dict[str, Any]] = file.json
    return records


def json_ages(
    file: OfficialFile, records: list[dict[str, Any]], columns: tuple[str, ...]
) -> pd.DataFrame:
    """Return the figures of every record and age as numbers, with the record's position.

    Raises
    ------
    BrokenPublicationError
        If a figure is missing or no number, or the ages of a record have a gap.
    """
    lengths = [len(record["data"]) for record in records]
    cells = pd.DataFrame([entry for record in records for entry in record["data"]])
    require(file, cells.columns, ("age", *columns), place="data")
    figures = numbers(file, cells[["age", *columns]], place="data, ")
    figures["record"] = np.repeat(np.arange(len(records)), lengths)
    step = figures.groupby("record")["age"].diff().dropna()
    if (step != 1).any():
        at = int(figures["record"].loc[step.index[step != 1][0]])
        raise file.broken(
            f"record {at + 1}, age", found="a gap or repeat", wanted="consecutive ages"
        )
    if figures.groupby("record")["age"].agg(["min", "max"]).drop_duplicates().shape[0] != 1:
        raise file.broken("age", found="records with other ages", wanted="the same ages in each")
    return figures


def by_sex(figures: pd.DataFrame, columns: dict[str, str], value: str) -> pd.DataFrame:
    """Return a figure of each sex, which the file keeps in two columns, as rows."""
    oldest = figures["age"].max()
    parts = [
        pd.DataFrame(
            {
                "record": figures["record"],
                "sex": sex,
                "age_lower": figures["age"].astype("Int64"),
                # The last age is open: it holds everybody of that age and over.
                "age_upper": figures["age"].astype("Int64").mask(figures["age"] == oldest),
                value: figures[column],
            }
        )
        for column, sex in columns.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _recognise(file: OfficialFile) -> bool:
    return json_starts_with(file, "area_code", "variant", "year", "totals")


def _read(file: OfficialFile) -> Reading:
    records = json_records(file, ("variant", "year", "totals"))
    figures = json_ages(file, records, tuple(_SEXES))
    check = _check(file, records, figures)
    long = by_sex(figures, _SEXES, "population")
    identity = pd.DataFrame(records)[["area_code", "variant", "year"]]
    years = numbers(file, identity[["year"]], place="record, ")["year"].astype(int)
    table = identity.loc[long["record"]].reset_index(drop=True).join(long.drop(columns="record"))
    area = str(records[0]["area_code"])
    return Reading(
        tables={
            "population_variant": schemas.validate(
                table, "population_variant", where=file.path.name
            )
        },
        release=_release(identity["variant"], years),
        period=f"{years.min()} to {years.max()}",
        slice_=area,
        checks=(check,),
    )


def _release(variants: pd.Series, years: pd.Series) -> str:
    estimated = years[variants == _ESTIMATES]
    projected = years[variants != _ESTIMATES]
    spans = {"estimates": estimated, "projections": projected}
    return ", ".join(
        f"{name} {span.min()} to {span.max()}" for name, span in spans.items() if len(span)
    )


def _check(file: OfficialFile, records: list[dict[str, Any]], figures: pd.DataFrame) -> Check:
    labels = pd.MultiIndex.from_tuples(
        [(str(record["variant"]), str(record["year"])) for record in records]
    )
    ours = figures.groupby("record")[list(_SEXES)].sum().set_axis(labels)
    for number, record in enumerate(records, start=1):
        found = record["totals"] if isinstance(record["totals"], dict) else {}
        require(file, found, tuple(_SEXES), place=f"record {number}, totals")
    stated = numbers(file, pd.DataFrame([record["totals"] for record in records]), place="totals, ")
    stated = stated[list(_SEXES)].set_axis(labels)
    repeated = labels[labels.duplicated()]
    if len(repeated):
        raise file.broken(
            "records",
            found=f"{' '.join(map(str, repeated[0]))} twice",
            wanted="each variant and year once",
        )
    return reconcile(file, "single ages against totals", flat(ours), flat(stated), tolerance=0.5)


READER = Reader(
    source="strategy_unit_population_variants",
    recognise=_recognise,
    read=_read,
    traits="area_code variant year totals data",
    tables=("population_variant",),
)
