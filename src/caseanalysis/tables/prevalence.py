"""Patients on disease registers: places, the commissioner, its peers and England."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from caseanalysis.case import Case
from caseanalysis.geography import ENGLAND
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable


def _prevalence(store: Store, case: Case) -> pd.DataFrame:
    practices = store.table("prevalence_practice").merge(
        store.table("practice_geography")[["period", "practice_code", "icb_code", "icb_name"]],
        on=["period", "practice_code"],
        validate="many_to_one",
    )
    boards = {case.commissioner.code, *case.peers.commissioners.members}
    by_board = _sum(
        practices[practices["icb_code"].isin(boards)].rename(
            columns={"icb_code": "area_code", "icb_name": "area_name"}
        )
    )
    england = _sum(practices.assign(area_code=ENGLAND, area_name="England"))
    districts = store.table("prevalence_district")
    wholes = {place.part_of.code if place.part_of else place.code for place in case.places}
    in_case = districts[districts["area_code"].isin(wholes)]
    all_districts = _sum(districts.assign(area_code=ENGLAND, area_name="England"))
    parts = (
        by_board.assign(geography="commissioner"),
        england.assign(geography="England, all practices"),
        in_case.assign(geography="district"),
        all_districts.assign(geography="England, all districts"),
    )
    return pd.concat(parts, ignore_index=True).sort_values(list(_KEY), ignore_index=True)


def _sum(patients: pd.DataFrame) -> pd.DataFrame:
    keys = ["period", "area_code", "area_name", "register"]
    # A practice that withholds a register has no list to be counted against.
    given = patients[patients["registered"].notna()]
    return given.groupby(keys, as_index=False)[["registered", "list_size"]].sum()


_KEY = ("geography", "period", "area_code", "register")

PREVALENCE = EvidenceTable(
    name="prevalence",
    schema=TableSchema(
        "Patients on each disease register and the list that they are counted against",
        _KEY,
        {"geography": pa.Column(str), **SCHEMAS["prevalence_district"].columns},
        SCHEMAS["prevalence_district"].units,
    ),
    needs=("prevalence_practice", "practice_geography", "prevalence_district"),
    build=_prevalence,
)
