"""Readers of accounts, costs, estate, digital records, national populations, places and peers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from handmade_files import read, refusal, replaced, text_file, workbook

from caseanalysis.officialfile import OfficialFile

TAC: list[list[object]] = [
    ["OrganisationName", "WorkSheetName", "TableID", "MainCode", "RowNumber", "SubCode", "Total"],
    ["Upper Trust", "TAC02 SoCI", 1, "A02CY01", 1, "SCI0100A", 900],
    ["Upper Trust", "TAC02 SoCI", 1, "A02CY01", 2, "SCI0110A", 100],
    ["Upper Trust", "TAC02 SoCI", 1, "A02CY01", 3, "SCI0125A", -980],
    ["Upper Trust", "TAC02 SoCI", 1, "A02CY01", 4, "SCI0140A", 20],
    ["Upper Trust", "TAC09 Staff", 2, "A09CY01", 1, "STA0310", 55],
]
INTRODUCTION = [["TAC data in NHS foundation trusts' accounts for 2023-24, with 2022-23"]]


def only(table: pd.DataFrame, **wanted: object) -> pd.Series:
    for name, value in wanted.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_accounts_are_read_with_their_year_from_the_introduction(tmp_path: Path) -> None:
    file = workbook(tmp_path, {"Intro": INTRODUCTION, "All data": [[], *TAC]})
    reading = read(file, source_id="trust_accounts")
    agency = only(reading.tables["trust_accounts"], subcode="STA0310")
    assert (agency["value"], agency["year"], agency["table_id"]) == (55, "2023-24", "2")
    assert reading.checks[0].ours == 20


def test_accounts_as_text_take_the_year_from_a_column(tmp_path: Path) -> None:
    lines = [",".join(map(str, [*row, "2022/23" if at else "Year"])) for at, row in enumerate(TAC)]
    reading = read(text_file(tmp_path, "\n".join(lines)), source_id="trust_accounts")
    assert set(reading.tables["trust_accounts"]["year"]) == {"2022-23"}


def test_accounts_without_a_year_or_with_another_surplus_are_refused(tmp_path: Path) -> None:
    message = refusal(workbook(tmp_path, {"All data": TAC}))
    assert "A02CY01 SCI0100A" in message
    assert "trust_accounts,EDITION" in message
    wrong = {"Intro": INTRODUCTION, "All data": replaced(TAC, 20, 25)}
    message = refusal(workbook(tmp_path, wrong))
    assert "Upper Trust" in message
    assert "operating surplus" in message


SCHEDULE: list[list[object]] = [
    ["", "STATEMENT", "", "A02CY01", "Maincode"],
    ["", "", "", "£000", "Subcode"],
    ["", "Operating income", "+", 0, "SCI0100A"],
    ["", "STATEMENT, year before", "", "A02PY01", "", "Maincode"],
    ["", "", "", "£000", "", "Subcode"],
    ["", "Operating income of last year", "+", 0, "", "SCI0100A"],
    ["", "Other income", "+", 0, "", "SCI0110A"],
]


def test_schedule_gives_each_subcode_the_words_of_the_year(tmp_path: Path) -> None:
    title = [["Illustrative TAC - Trust accounts consolidation (TAC) form 2023/24"]]
    file = workbook(tmp_path, {"Intro": title, "TAC02 SoCI": SCHEDULE})
    table = read(file, source_id="trust_accounts_schedule").tables["tac_subcode"]
    assert dict(zip(table["subcode"], table["label"], strict=True)) == {
        "SCI0100A": "Operating income",
        "SCI0110A": "Other income",
    }


def test_list_of_subcodes_needs_financial_years(tmp_path: Path) -> None:
    text = "fy,WorkSheetName,SubCode,subcode_label\n2023-24,TAC02 SoCI,SCI0100A,Income\n"
    reading = read(text_file(tmp_path, text), source_id="trust_accounts_subcodes")
    assert reading.tables["tac_subcode"]["label"].tolist() == ["Income"]
    assert "column fy" in refusal(text_file(tmp_path, text.replace("2023-24", "2023-25")))


COSTS = """Year,Org code,Department code,Service code,Currency code,Unit cost,Activity,Actual cost
2021/22,RAA,EL,100,AA22C,1500,10,15000
2021/22,RAA,EL,100,AA22C,1000,10,10000
2021/22,RAA,OPATT,300,WF01A,120.5,200,24100
"""


def test_accounts_with_the_older_headings_are_read(tmp_path: Path) -> None:
    older = replaced(
        replaced(TAC, "OrganisationName", "Organisation Name"), "Total", "Value number"
    )
    file = workbook(tmp_path, {"Intro": INTRODUCTION, "All data": older})
    accounts = read(file, source_id="trust_accounts").tables["trust_accounts"]
    assert only(accounts, subcode="STA0310")["value"] == 55


def test_costs_without_unit_costs_are_read_and_without_a_year_refused(tmp_path: Path) -> None:
    text = """Provider Code,Department Code,Service Code,Currency code,Activity,Actual Cost,FY
RAA,EL,100,AA22C,10,15000,2023/24
RAA,EL,100,AA23C,*,*,2023/24
"""
    costs = read(text_file(tmp_path, text), source_id="national_cost_collection")
    table = costs.tables["reference_cost"]
    assert only(table, currency="AA22C")["unit_cost"] == 1500
    assert pd.isna(only(table, currency="AA23C")["cost"])
    no_year = text.replace(",FY", "").replace(",2023/24", "")
    message = refusal(text_file(tmp_path, no_year))
    assert "found 15,000" in message
    assert "national_cost_collection,EDITION" in message


def test_costs_of_one_currency_are_added_up(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, COSTS), source_id="national_cost_collection")
    split = only(reading.tables["reference_cost"], currency="AA22C")
    assert (split["activity"], split["cost"], split["unit_cost"]) == (20, 25_000, 1250)
    assert "1 rows of the same currency" in reading.notes[0]
    assert "row 4, cost" in refusal(text_file(tmp_path, COSTS.replace("24100", "2410")))
    assert "financial year" in refusal(text_file(tmp_path, COSTS.replace("2021/22", "2021")))


def estates(*rows: str) -> str:
    headings = (
        "Organisation Code$Organisation Name$Commissioning Region$Organisation Type$"
        "Gross internal floor area (m²)$Strategy (Yes/No)$Value of services (\ufffd)$"
        "Cost to eradicate high risk backlog (£)$Cost to eradicate backlog (£)"
    )
    return "\n".join(["$$$$Areas$$$$", headings, *rows, ""])


UPPER = "RAA$UPPER TRUST$EAST COMMISSIONING REGION$ACUTE - LARGE$26000000$Yes$5$7$7"
CUT = "RBB$LOWER$ MIDDLE TRUST$EAST COMMISSIONING REGION$ACUTE$813998$No$-6$0"


def test_estates_row_that_was_cut_at_a_comma_is_put_back(tmp_path: Path) -> None:
    file = text_file(tmp_path, estates(UPPER, CUT.replace("$0", "$0", 1)))
    reading = read(file, source_id="estates_returns")
    table = reading.tables["estates_return"]
    area = only(table, org_code="RBB", unit="m²")
    assert (area["org_name"], area["value"], area["year"]) == (
        "LOWER, MIDDLE TRUST",
        813_998,
        "2015-16",
    )
    assert only(table, org_code="RAA", item="Strategy")["answer"] == "Yes"
    assert only(table, org_code="RBB", item="Value of services")["unit"] == "£"
    lost = only(table, org_code="RBB", item="Cost to eradicate backlog")
    assert pd.isna(lost["value"])
    assert any("RBB" in note and "put back" in note for note in reading.notes)
    assert any("-6, below 0" in note for note in reading.notes)


def test_estates_of_an_unknown_year_or_another_backlog_are_refused(tmp_path: Path) -> None:
    other = estates(UPPER, CUT).replace("813998", "813999")
    assert "gross internal floor area" in refusal(text_file(tmp_path, other))
    apart = estates(UPPER, CUT).replace("$5$7$7", "$5$7$9")
    assert "RAA" in refusal(text_file(tmp_path, apart))
    short = estates(UPPER.removesuffix("$7"), CUT)
    assert "row 3" in refusal(text_file(tmp_path, short))


DIGITAL = """trust_code,trust_name,mrc_off_202324,mrc_on_202324,mrc_service_provision_202324,\
mrc_type_202324,mrc_total_202324,trust_type_from_foi,trust_epr,in_foi_data
RAA,UPPER TRUST,10.0,5.0,Extenal,3. Mixed,15.0,Acute,TPP,True
RBB,LOWER TRUST,0.0,0.0,,,0.0,,,False
"""


def test_cost_of_records_without_a_return_is_missing_not_0(tmp_path: Path) -> None:
    reading = read(text_file(tmp_path, DIGITAL), source_id="digital_records")
    costs = reading.tables["medical_records_cost"]
    upper = only(costs, trust_code="RAA")
    assert (upper["total"], upper["provision"], upper["kind"]) == (15, "External", "Mixed")
    assert only(costs, trust_code="RBB")[["off_site", "on_site", "total"]].isna().all()
    records = reading.tables["electronic_patient_record"]
    assert not only(records, trust_code="RBB")["answered"]
    assert "RAA, 2023-24" in refusal(
        text_file(tmp_path, DIGITAL.replace("15.0,Acute", "16.0,Acute"))
    )


def expectations() -> dict[str, list[list[object]]]:
    sheets: dict[str, list[list[object]]] = {
        "Cover sheet": [
            ["Past and projected expectations of life (ex) from the 2020-based life tables"],
            ["The data tables in this spreadsheet were published on 12th January 2022"],
        ]
    }
    for basis in ("Period", "Cohort"):
        for sex in ("males", "females"):
            sheets[f"{sex} {basis} ex"] = [
                [f"{basis} expectations of life for {sex} (ex), England, 1981 to 1982"],
                ["age", "1981", "1982"],
                [0, 71.1, 71.3],
                [1, 71.0, 71.2],
                [2, 70.1, 70.2],
            ]
    return sheets


def test_life_expectancy_is_read_by_basis_sex_and_age(tmp_path: Path) -> None:
    reading = read(workbook(tmp_path, expectations()), source_id="life_expectancy")
    table = reading.tables["life_expectancy"]
    assert only(table, basis="cohort", sex="female", age=2, year=1982)["years"] == 70.2
    assert len(table) == 2 * 2 * 3 * 2
    assert str(reading.published) == "2022-01-12"
    sheets = expectations()
    sheets["males Period ex"] = replaced(sheets["males Period ex"], 70.1, 60.1)
    assert "age 2" in refusal(workbook(tmp_path, sheets))


def national() -> dict[str, list[list[object]]]:
    flows = [[1, " 0", "In", 5], [1, " 0", "Out", 3], [1, " 0", "Net", 2]]
    return {
        "Contents": [
            ["2018-based National Population Projections", "", ""],
            ["Published 21 October 2019", "", ""],
            ["Coverage:  ", "", "England (en)"],
            ["Projection type:  ", "", "Principal"],
        ],
        "Population": [
            ["Sex", "Age", "2018", "2019"],
            [1, "           0", 10, 11],
            [1, "105 - 109", 1, 2],
            [2, "110 and over", 2, 1],
        ],
        "Births": [["Sex", "Age", "2018 - 2019"], [2, 15, 4]],
        "Deaths": [["Sex", "Age", "2018 - 2019"], [1, "Birth", 1], [2, "105+", 4]],
        "Total_migration": [["Sex", "Age", "Flow", "2018 - 2019"], *flows],
    }


def test_national_projection_balances_from_year_to_year(tmp_path: Path) -> None:
    reading = read(workbook(tmp_path, national()), source_id="national_projections")
    table = reading.tables["national_projection"]
    assert only(table, age_lower=105, year=2019)["population"] == 2
    assert pd.isna(only(table, age_lower=110, year=2019)["age_upper"])
    assert reading.checks[0].ours == 14
    change = only(reading.tables["national_projection_change"], year=2019)
    assert (change["births"], change["deaths"], change["immigration"]) == (4, 5, 5)


@pytest.mark.parametrize(
    ("sheet", "old", "new", "named"),
    [
        ("Population", 11, 12, "2019"),
        ("Population", "105 - 109", "old", "Age"),
        ("Births", "Sex", "Gender", "sheet Births"),
        ("Contents", "England (en)", "Wales (wa)", "Coverage"),
        ("Deaths", 1, 3, "sex '3'"),
    ],
)
def test_changed_national_projection_is_refused_with_its_place(
    tmp_path: Path, sheet: str, old: object, new: object, named: str
) -> None:
    sheets = national()
    sheets[sheet] = replaced(sheets[sheet], old, new)
    assert named in refusal(workbook(tmp_path, sheets))


def test_points_of_hospitals_that_stand_twice_are_held_once(tmp_path: Path) -> None:
    text = "hospital22_name,lon,lat\nUpper,0.5,52.5\nUpper,0.5,52.5\nUpper,0.6,52.5\n"
    reading = read(text_file(tmp_path, text), source_id="trust_locations")
    assert len(reading.tables["nhs_location"]) == 2
    assert reading.notes[1] == "1 rows stand twice and are held once"
    assert "longitude" in refusal(text_file(tmp_path, text.replace("0.6", "52.5")))


def test_own_code_among_peers_is_left_out(tmp_path: Path) -> None:
    text = "procode,peer\nRAA,RAA\nRAA,RBB\nRAA,RCC\n"
    table = read(text_file(tmp_path, text), source_id="peer_trusts").tables["trust_peer"]
    assert table["peer_code"].tolist() == ["RBB", "RCC"]
    assert table["position"].tolist() == [1, 2]
    assert "row 3, peer_code" in refusal(text_file(tmp_path, text.replace("RBB", "BB")))


# The publishers' own files


@pytest.mark.official_files
def test_official_subcodes_all_stand_in_the_schedule_of_their_year(official: Path) -> None:
    folder = official / "finance_tac"
    (form,) = folder.glob("*illustrative*.xlsx")
    schedule = read(OfficialFile(form), source_id="trust_accounts_schedule").tables["tac_subcode"]
    listed = read(
        OfficialFile(folder / "dim_tac_subcodes_by_year.csv"), source_id="trust_accounts_subcodes"
    ).tables["tac_subcode"]
    key = ["year", "worksheet", "subcode"]
    both = listed[listed["year"] == "2023-24"].merge(schedule, on=key)
    assert len(both) == 999
    assert only(schedule, subcode="STA0310")["label"] == "Temporary staff - agency/contract staff"


@pytest.mark.official_files
@pytest.mark.parametrize(
    ("year", "trusts", "floor"),
    [("2013-14", 251, 26_100_812), ("2014-15", 241, 26_295_411), ("2015-16", 238, 26_813_998)],
)
def test_official_estates_are_known_by_their_floor(
    official: Path, year: str, trusts: int, floor: int
) -> None:
    file = OfficialFile(official / "estates_eric" / f"ERIC-{year}.csv")
    table = read(file, source_id="estates_returns").tables["estates_return"]
    area = table[table["item"].str.startswith("Gross internal")]
    assert (set(table["year"]), table["org_code"].nunique()) == ({year}, trusts)
    assert area["value"].sum() == floor
    assert table["region"].str.endswith("COMMISSIONING REGION").all()


@pytest.mark.official_files
def test_official_records_places_and_peers_are_whole(official: Path) -> None:
    digital = read(
        OfficialFile(official / "digital" / "trust_mrc_and_epr.csv"), source_id="digital_records"
    )
    first = only(digital.tables["medical_records_cost"], trust_code="RTQ", year="2019-20")
    assert first["total"] == 730_671
    points = read(
        OfficialFile(official / "boundaries" / "points_nhs_trusts22.csv"),
        source_id="trust_locations",
    ).tables["nhs_location"]
    assert (len(points), (points["status"] == "closed").sum()) == (218, 6)
    peers = read(OfficialFile(official / "peers" / "peers.csv"), source_id="peer_trusts")
    assert len(peers.tables["trust_peer"]) == 2224 - 189


@pytest.mark.official_files
def test_official_national_figures_stand_in_the_workbooks(official: Path) -> None:
    projected = read(
        OfficialFile(official / "population" / "en_ppp_opendata2018.xls"),
        source_id="national_projections",
    ).tables["national_projection"]
    assert projected.loc[projected["year"] == 2018, "population"].sum() == 55_977_178
    assert only(projected, sex="male", age_lower=0, year=2024)["population"] == 313_552
    expected = read(
        OfficialFile(official / "population" / "engppp20ex.xlsx"), source_id="life_expectancy"
    ).tables["life_expectancy"]
    assert only(expected, basis="period", sex="female", age=0, year=1981)["years"] == 77.1
    assert only(expected, basis="cohort", sex="male", age=100, year=1981)["years"] == 1.9
