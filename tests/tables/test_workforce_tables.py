"""Evidence tables on staff, from small files in the layouts of the publications."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from caseanalysis.case import Case
from caseanalysis.geography import ENGLAND
from caseanalysis.library import build_table
from caseanalysis.store import Store
from caseanalysis.tables import EVIDENCE_TABLES

HEAD = (
    "DATE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,ORG_CODE,ORG_NAME,ORG_TYPE,"
    "FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT\n"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def add(store: Store, *texts: str) -> None:
    for text in texts:
        path = store.root.parent / f"given {hashlib.sha256(text.encode()).hexdigest()[:8]}.csv"
        path.write_text(text, encoding="utf-8")
        store.add([path])


def made(name: str, store: Store, case: Case) -> pd.DataFrame:
    return build_table(EVIDENCE_TABLES[name], store, case)


def sickness_csv(day: str, *rows: tuple[str, str, float]) -> str:
    """Each row: code, kind and days lost of 1,000 available."""
    lines = [
        f"{day},Y61,East,QAA,Two Rivers,{code},{code} Trust,{kind},{lost},1000,{lost / 10:.2f}"
        for code, kind, lost in rows
    ]
    return HEAD + "\n".join(lines) + "\n"


def test_sickness_keeps_trusts_of_the_same_kind_and_adds_england_up(
    two_rivers: Case, store: Store
) -> None:
    rows = [("RAA", "Acute", 50), ("RXX", "Acute", 40), ("RCC", "Ambulance", 70),
            ("QZZ", "Integrated Care Board", 20)]  # fmt: skip
    add(store, sickness_csv("31/03/2025", *rows))
    table = made("sickness", store, two_rivers)
    # RCC is the peer of RAA and stays, whatever its kind; the board is neither peer nor alike.
    assert table["org_code"].tolist() == [ENGLAND, "RAA", "RCC", "RXX"]
    england = table.set_index("org_code").loc[ENGLAND]
    assert (england["fte_days_lost"], england["fte_days_available"]) == (180, 4000)


def test_sickness_of_others_is_kept_for_a_year_only(two_rivers: Case, store: Store) -> None:
    months = pd.date_range("2024-03-01", periods=13, freq="ME")
    rows = [("RAA", "Acute", 50), ("RXX", "Acute", 40)]
    add(store, *(sickness_csv(f"{day:%d/%m/%Y}", *rows) for day in months))
    held = made("sickness", store, two_rivers).groupby("org_code")["month"].nunique()
    assert held.to_dict() == {ENGLAND: 13, "RAA": 13, "RXX": 12}


TURNOVER = """DATE,ORG_CODE,ORG_NAME,STAFF_GROUP,DATA_TYPE,DENOMINATOR,JOINERS,LEAVERS,STABILITY
31/03/2025,RAA,Upper Trust,All staff groups,FTE,100,12,10,90.5
31/03/2025,RAA,Upper Trust,Nurses,FTE,60,8,6,91
31/03/2025,RAA,Upper Trust,Others,FTE,40,4,4,89
31/03/2025,RXX,Other Trust,All staff groups,FTE,200,12,10,93
"""


def test_turnover_is_that_of_all_staff_groups_of_every_organisation(
    two_rivers: Case, store: Store
) -> None:
    add(store, TURNOVER)
    table = made("turnover", store, two_rivers)
    assert table[["org_code", "stability"]].to_numpy().tolist() == [["RAA", 0.905], ["RXX", 0.93]]


ACCOUNTS = """Year,OrganisationName,WorkSheetName,TableID,MainCode,RowNumber,SubCode,Total
2023/24,UPPER TRUST,TAC09 Staff,2,A09CY01,1,STA0310,55
2023/24,UPPER TRUST,TAC09 Staff,2,A09CY01,2,STA0360,1000
2023/24,UPPER TRUST,TAC09 Staff,2,A09PY01,2,STA0360,900
2023/24,UPPER TRUST,TAC09 Staff,3,A09CY01,3,STA0370,12
2023/24,OTHER TRUST,TAC09 Staff,2,A09CY01,2,STA0360,70
"""


def test_accounts_give_agency_staff_of_the_groups_trusts_in_pounds(
    two_rivers: Case, store: Store
) -> None:
    add(store, ACCOUNTS)
    table = made("temporary_staff", store, two_rivers)
    # Thousands of pounds become pounds; the year before and other trusts are left out.
    assert table.to_numpy().tolist() == [
        ["2023-24", "RAA", "agency", 55_000],
        ["2023-24", "RAA", "all staff costs", 1_000_000],
    ]


SURVEY = """Year,Trust / Board,Indicator,Mean score,Lower CI,Upper CI,N,Outcome
2024,Upper Trust,Handover,78.5,76,81,120,Within IQR
2024,Elsewhere Trust,Handover,70,65,75,80,Within IQR
"""


def test_trainee_scores_name_the_groups_trusts_by_their_code(
    two_rivers: Case, store: Store
) -> None:
    add(store, SURVEY)
    table = made("trainee_scores", store, two_rivers).set_index("trust_name")
    assert table.loc["Upper Trust", "org_code"] == "RAA"
    assert pd.isna(table.loc["Elsewhere Trust", "org_code"])


VACANCIES = """Period,Region,Sector,Staff Group,Vacancies WTE,Establishment WTE,Vacancy Rate (%)
March 2025,England,Acute,Nursing,30,300,10.0
March 2025,East,Acute,Nursing,30,300,10.0
"""


def test_vacancies_are_those_of_every_region(two_rivers: Case, store: Store) -> None:
    add(store, VACANCIES)
    assert made("vacancies", store, two_rivers)["region"].tolist() == ["East", "England"]


# The publishers' own files


@pytest.mark.official_files
def test_official_staff_of_the_default_case_are_those_published(
    full_store: Store, default: Case
) -> None:
    staff = made("staff_in_post", full_store, default).set_index(["month", "org_code"])["fte"]
    assert staff[pd.Timestamp(2024, 6, 1), default.trust_codes[0]] == pytest.approx(8365.10179)
    groups = made("staff_groups", full_store, default)
    newest = groups[groups["month"].eq(groups["month"].max()) & groups["org_code"].eq(ENGLAND)]
    assert newest.set_index("staff_group")["fte"]["Total"] == pytest.approx(1_373_862.75008)
    scores = made("staff_experience", full_store, default)
    assert set(default.trust_codes) <= set(scores["org_code"])
