"""Hospital care of groups of conditions by age, and registers of every board, for comparison."""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.schemas.contract import AGES, amount, area, text
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: Groups of primary diagnoses (ICD-10 blocks, as the publication groups them).
CONDITIONS = {"cancer": r"C\d\d-C\d\d", "stroke": r"I60-I69"}
_FIGURES = ["finished_admission_episodes", "bed_days"]


def _condition(codes: pd.Series) -> pd.Series:
    found = {
        code: next((name for name, like in CONDITIONS.items() if re.fullmatch(like, code)), None)
        for code in codes.unique()
    }
    return codes.map(found)


def _ages(store: Store, case: Case) -> pd.DataFrame:
    episodes = store.table("hes_diagnosis_age")
    episodes = episodes.assign(condition=_condition(episodes["diagnosis"]))
    keys = ["period", "condition", "age_lower", "age_upper"]
    chosen = episodes[episodes["condition"].notna()]
    return chosen.groupby(keys, as_index=False, dropna=False)[
        ["finished_consultant_episodes"]
    ].sum()


def _totals(store: Store, case: Case) -> pd.DataFrame:
    totals = store.table("hes_diagnosis")
    totals = totals.assign(condition=_condition(totals["diagnosis"]))
    chosen = totals[totals["condition"].notna()]
    return chosen.groupby(["period", "condition"], as_index=False)[_FIGURES].sum()


def _board_registers(store: Store, case: Case) -> pd.DataFrame:
    practices = store.table("prevalence_practice").merge(
        store.table("practice_geography")[["period", "practice_code", "icb_code"]],
        on=["period", "practice_code"],
        validate="many_to_one",
    )
    # A practice that withholds a register has no list to be counted against.
    given = practices[practices["registered"].notna()].rename(columns={"icb_code": "area_code"})
    keys = list(BOARD_REGISTERS.schema.key)
    return given.groupby(keys, as_index=False)[["registered", "list_size"]].sum()


_names = tuple(CONDITIONS)

CONDITION_AGES = EvidenceTable(
    name="condition_ages",
    schema=TableSchema(
        "Hospital episodes of England by group of conditions and age",
        ("period", "condition", "age_lower"),
        {
            "period": text(),
            "condition": text(among=_names),
            **AGES,
            "finished_consultant_episodes": amount(),
        },
        {"finished_consultant_episodes": "episodes"},
    ),
    needs=("hes_diagnosis_age",),
    build=_ages,
)

CONDITION_TOTALS = EvidenceTable(
    name="condition_totals",
    schema=TableSchema(
        "Admissions and bed days of England by group of conditions",
        ("period", "condition"),
        {
            "period": text(),
            "condition": text(among=_names),
            "finished_admission_episodes": amount(),
            "bed_days": amount(),
        },
        {"finished_admission_episodes": "admissions", "bed_days": "bed days"},
    ),
    needs=("hes_diagnosis",),
    build=_totals,
)

BOARD_REGISTERS = EvidenceTable(
    name="board_registers",
    schema=TableSchema(
        "Patients on each disease register and the list they are counted against, every board",
        ("period", "area_code", "register"),
        {
            "period": text(),
            "area_code": area(),
            "register": text(),
            "registered": amount(),
            "list_size": amount(),
        },
        SCHEMAS["prevalence_district"].units,
    ),
    needs=("prevalence_practice", "practice_geography"),
    build=_board_registers,
)
