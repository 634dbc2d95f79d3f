"""Spending, patient records and districts."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import districts, estates, patient_records, spending, spread, staff_mix


def interval(entity: str, value: float, half: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"entity": [entity], "value": [value], "lower": [value - half], "upper": [value + half]}
    )


def test_total_follows_from_an_amount_and_its_share() -> None:
    found = spending.implied_total(interval("RAA", 200.0, 10.0), interval("RAA", 0.2, 0.05))
    # 200 / 0.2; 190 / 0.25; 210 / 0.15.
    assert found["entity"].tolist() == ["RAA"]
    assert found[["value", "lower", "upper"]].round(6).iloc[0].tolist() == [1000, 760, 1400]


def test_entity_without_a_share_has_no_total() -> None:
    assert spending.implied_total(interval("RAA", 200, 1), interval("RBB", 0.2, 0.01)).empty


def test_share_that_may_be_nothing_gives_no_total() -> None:
    with pytest.raises(MethodError, match="reaches 0"):
        spending.implied_total(interval("RAA", 200.0, 1.0), interval("RAA", 0.05, 0.05))


def test_lower_prices_save_a_share_of_the_spending() -> None:
    both = pd.concat([interval("RAA", 100.0, 0.5), interval("RBB", 50.0, 0.5)])
    found = spending.lower_prices(both, low=0.0, central=0.02, high=0.1).set_index("entity")
    assert found["value"].round(9).to_dict() == {"RAA": 2.0, "RBB": 1.0, "group": 3.0}
    # 10% of 100.5 and of 50.5.
    assert found["upper"].round(9).to_dict() == {"RAA": 10.05, "RBB": 5.05, "group": 15.1}
    assert found["lower"].eq(0).all()


def test_percent_in_the_place_of_a_share_is_refused() -> None:
    with pytest.raises(MethodError, match=r"2% as 0\.02"):
        spending.lower_prices(interval("RAA", 1.0, 0.0), low=0, central=2, high=10)
    with pytest.raises(MethodError, match=r"0\.8% as 0\.008"):
        spending.widest_gap(interval("RAA", 1.0, 0.0), lowest=0.2, highest=8)


def test_widest_gap_is_the_gap_of_the_shares_of_the_total() -> None:
    found = spending.widest_gap(interval("RAA", 1000.0, 100.0), lowest=0.002, highest=0.008)
    assert found[["value", "lower", "upper"]].round(9).iloc[0].tolist() == [6.0, 5.4, 6.6]


SYSTEMS = pd.DataFrame(
    {
        "trust_code": ["RAA", "RBB", "RCC", "RDD", "REE", "RFF"],
        "trust_type": ["Acute", "Acute", "Acute", "Acute", "Acute", "Ambulance"],
        "supplier": ["No EPR - soon", "Some Ltd", "Some Ltd", "No EPR - soon", None, "Some Ltd"],
        "answered": [True, True, True, True, False, True],
    }
)


def test_records_of_a_group_are_set_beside_others_of_its_kind() -> None:
    found = patient_records.with_record(
        SYSTEMS, codes=["RAA"], name="group", others="others"
    ).set_index("entity")
    # Of four acute trusts that answered, RAA has none; of the other three, two have one.
    assert found.loc["group", ["trusts", "having", "share"]].tolist() == [1, 0, 0]
    assert found.loc["others", ["trusts", "having"]].tolist() == [3, 2]
    assert found.loc["others", "lower"] < 2 / 3 < found.loc["others", "upper"]


def test_group_that_did_not_answer_gives_no_rows() -> None:
    assert patient_records.with_record(SYSTEMS, codes=["REE"], name="group", others="others").empty


def test_year_that_a_trust_lacks_is_no_year_of_the_group() -> None:
    costs = pd.DataFrame(
        {
            "year": ["2030-31", "2030-31", "2031-32", "2031-32"],
            "trust_code": ["RAA", "RBB", "RAA", "RBB"],
            "total": [10.0, 5.0, 11.0, None],
        }
    )
    found = patient_records.storage_by_year(costs, codes=["RAA", "RBB"])
    assert found.to_dict("records") == [{"year": "2030-31", "value": 15.0, "trusts": 2}]


def test_break_even_is_what_the_spared_spending_leaves() -> None:
    found = patient_records.break_even(investment=200.0, years=2, spared=25.0, discount_rate=0.25)
    # 100 in year 0 and 100 / 1.25 = 80 in year 1; 25 + 20 spared.
    assert found == {
        "cost_a_year": 100.0,
        "present_cost": 180.0,
        "present_spared": 45.0,
        "covered": 0.25,
        "still_needed": 75.0,
    }
    with pytest.raises(MethodError):
        patient_records.break_even(investment=0.0, years=2, spared=1.0, discount_rate=0.0)


def ages() -> pd.DataFrame:
    """Three districts; the second and the third were merged into one."""
    rows = [
        ("E07000001", "Sea", 2030, 100.0, 30.0, 6.0),
        ("E07000002", "Hill", 2030, 50.0, 20.0, 4.0),
        ("E07000003", "Dale", 2030, 150.0, 20.0, 1.0),
        ("E07000001", "Sea", 2040, 100.0, 33.0, 12.0),
        ("E07000002", "Hill", 2040, 50.0, 24.0, 5.0),
        ("E07000003", "Dale", 2040, 150.0, 26.0, 2.0),
    ]
    columns = ["area_code", "area_name", "year", "population",
               "population_65_and_over", "population_85_and_over"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


MERGER = {"E07000002": ("E06000009", "Hill and Dale"), "E07000003": ("E06000009", "Hill and Dale")}


def test_merged_districts_are_added_up_and_can_change_a_rank() -> None:
    before = districts.shares_of_the_old(ages())
    later = districts.merged(ages(), successors=MERGER)
    after = districts.shares_of_the_old(later)
    one = {"year": 2030, "age_group": "85+", "area_code": "E07000001"}

    def rank_of(table: pd.DataFrame) -> list[float]:
        kept = (table[list(one)] == pd.Series(one)).all(axis=1)
        return table.loc[kept, ["share", "rank", "areas"]].iloc[0].tolist()

    # 6% is second to Hill's 8%, but first once Hill is part of a district with 5 of 200.
    assert rank_of(before) == [0.06, 2, 3]
    assert rank_of(after) == [0.06, 1, 2]
    assert later["population"].sum() == ages()["population"].sum()
    assert set(later["area_name"]) == {"Sea", "Hill and Dale"}


def test_growth_is_ranked_and_set_beside_all_districts() -> None:
    found = districts.growth_of_the_old(ages(), start=2030, end=2040)
    old = found[found["age_group"].eq("65+")].set_index("area_code")
    # 33/30, 24/20, 26/20; all together 83/70.
    assert old["growth"].round(4).to_dict() == {
        "E07000001": 0.1,
        "E07000002": 0.2,
        "E07000003": 0.3,
        "ALL": 0.1857,
    }
    assert old["rank"].dropna().to_dict() == {"E07000001": 3, "E07000002": 2, "E07000003": 1}


def test_year_that_is_not_held_is_refused() -> None:
    with pytest.raises(MethodError, match="2030 and 2050"):
        districts.growth_of_the_old(ages(), start=2030, end=2050)


ACCOUNTS = pd.DataFrame(
    [
        ("RAA", "income from patient care", 90.0),
        ("RAA", "other operating income", 10.0),
        ("RAA", "research and development income", 2.0),
        ("RAA", "clinical supplies and services", 11.0),
        ("RAA", "general supplies and services", 3.0),
        ("RAA", "drugs", 6.0),
        ("RAA", "total operating expenditure", 80.0),
        ("RBB", "income from patient care", 50.0),
    ],
    columns=["org_code", "item", "value"],
).assign(year="2030-31")


def test_shares_of_accounts_leave_out_a_trust_that_lacks_a_line() -> None:
    research = spending.research_shares(ACCOUNTS)
    # 2 of 90 + 10; the other trust gives no other income and no research.
    assert research[["org_code", "value"]].to_numpy().tolist() == [["RAA", 0.02]]
    supplies = spending.supplies_shares(ACCOUNTS)
    # 11 + 3 + 6 of 80.
    assert supplies[["org_code", "value", "spend"]].to_numpy().tolist() == [["RAA", 0.25, 20.0]]


def test_printed_range_has_its_two_ends_with_their_rounding() -> None:
    claims = pd.DataFrame(
        {
            "measure": ["share"] * 3,
            "operator": ["at least", "at most", "equal"],
            "value": [0.2, 0.8, 5.0],
            "step": [0.1, 0.1, 1.0],
            "period": ["2030-31"] * 3,
        }
    )
    found = spending.printed_range(claims, measure="share").set_index("end")
    assert found.loc["lowest", ["value", "lower", "upper"]].round(6).tolist() == [
        0.002,
        0.0015,
        0.0025,
    ]
    assert found.loc["highest", "value"] == pytest.approx(0.008)
    assert spending.printed_range(claims, measure="other").empty


def test_printed_people_are_a_share_of_residents() -> None:
    counted = pd.DataFrame(
        {"period": ["2030-31"], "value": [50.0], "lower": [45.0], "upper": [55.0]}
    )
    found = spending.share_of_residents(counted, pd.DataFrame({"population": [1000.0]})).iloc[0]
    assert found[["value", "lower", "upper"]].tolist() == [0.05, 0.045, 0.055]
    with pytest.raises(MethodError, match="2 numbers"):
        spending.share_of_residents(counted, pd.DataFrame({"population": [1.0, 2.0]}))


def test_spending_for_each_member_of_staff_uses_the_mean_of_a_whole_year() -> None:
    months = pd.date_range("2030-01-01", periods=12, freq="MS")
    staff = pd.DataFrame({"month": months, "org_code": "RAA", "fte": [10.0] * 6 + [20.0] * 6})
    partial_year = staff.iloc[:11].assign(org_code="RBB")
    mean = spending.staff_in_year(pd.concat([staff, partial_year]), year=2030)
    assert mean.to_dict("records") == [{"org_code": "RAA", "fte": 15.0}]
    both = pd.concat([interval("RAA", 300.0, 1.0), interval("RBB", 300.0, 1.0)])
    found = spending.per_member_of_staff(both, mean).set_index("entity")
    assert found.loc["RAA", "per_fte"] == 20
    assert pd.isna(found.loc["RBB", "per_fte"])


def test_smallest_buyer_gains_most_volume() -> None:
    found = spending.share_of_group(pd.concat([interval("RAA", 80, 1), interval("RBB", 20, 1)]))
    assert found["share"].tolist() == [0.8, 0.2]
    assert found["times"].tolist() == [1.25, 5.0]


def staff_table() -> pd.DataFrame:
    rows = [
        ("Consultant", 50.0),
        ("Core Training", 20.0),
        ("Specialty Registrar", 40.0),
        ("Central functions", 60.0),
        ("Managers", 15.0),
        ("Senior managers", 5.0),
        ("Total", 1000.0),
    ]
    table = pd.DataFrame(rows, columns=["staff_group", "fte"])
    return table.assign(month=pd.Timestamp("2031-05-01"), org_code="RAA")


def test_training_and_central_functions_are_shares_of_staff() -> None:
    trained = staff_mix.per_hundred_consultants(staff_table()).iloc[0]
    assert trained[["in_training", "consultants", "value"]].tolist() == [60, 50, 120]
    central = staff_mix.central_share(staff_table()).iloc[0]
    # 60 + 15 + 5 of 1,000.
    assert central[["central", "value"]].tolist() == [80, 0.08]


def test_trust_without_consultants_trains_no_doctors_here() -> None:
    none = staff_table()[lambda table: table["staff_group"].ne("Consultant")]
    assert staff_mix.per_hundred_consultants(none).empty


def test_break_even_of_a_printed_investment_carries_its_rounding() -> None:
    investment = pd.DataFrame({"value": [200.0], "lower": [190.0], "upper": [210.0]})
    storage = pd.DataFrame({"year": ["2030-31", "2031-32"], "value": [99.0, 25.0]})
    found = patient_records.break_even_table(
        investment, storage, years=2, discount_rate=0.0
    ).set_index("quantity")
    # 25 of 100 a year, of 95 or of 105: the latest year of storage counts.
    covered = found.loc["Share covered by ending paper storage"]
    assert covered[["lower", "value", "upper"]].round(4).tolist() == [0.2381, 0.25, 0.2632]
    assert covered["unit"] == "share"
    needed = found.loc["Still needed a year", ["lower", "value", "upper"]]
    assert needed.tolist() == [70, 75, 80]
    with pytest.raises(MethodError, match="0 investments"):
        patient_records.break_even_table(investment.iloc[:0], storage, years=2, discount_rate=0.0)


def test_backlog_is_told_by_risk_and_for_each_square_metre() -> None:
    rows = [
        ("RAA", "Cost to eradicate low risk backlog", 100.0),
        ("RAA", "Cost to eradicate high risk backlog", 300.0),
        ("RAA", "Gross internal floor area", 10.0),
        ("RBB", "Cost to eradicate low risk backlog", 20.0),
        ("RBB", "Cost to eradicate high risk backlog", 0.0),
        ("RBB", "Gross internal site floor area", 1.0),
        ("RCC", "Cost to eradicate high risk backlog", 5.0),
    ]
    returns = pd.DataFrame(rows, columns=["org_code", "item", "value"]).assign(year="2030-31")
    by_risk = estates.backlog_by_risk(returns)
    assert by_risk["risk"].tolist()[:2] == ["high risk", "low risk"]
    area = estates.backlog_per_area(returns).set_index("org_code")
    # 400 over 10 and 20 over 1; the third trust gives no floor. The median of 40 and 20 is 30.
    assert area["value"].to_dict() == {"RAA": 40, "RBB": 20}
    assert area["high"].to_dict() == {"RAA": 30, "RBB": 0}
    assert set(area["median"]) == {30}


def test_spread_of_a_group_is_set_beside_that_of_comparators() -> None:
    values = {"RAA": 0.5, "RBB": 0.7, "RCC": 0.1, "RDD": 0.2, "REE": 0.3, "RFF": 0.4, "RGG": 0.5}
    table = pd.DataFrame({"org_code": list(values), "share": list(values.values())})
    both = pd.concat(
        [
            spread.measured(table, measure="in time", value="share"),
            spread.measured(table.iloc[:1], measure="known of one", value="share"),
            spread.measured(pd.DataFrame(), measure="unknown", value="share"),
        ]
    )
    found = spread.beside(both, own=["RAA", "RBB"], peers=["RCC", "RDD", "REE", "RFF", "RGG"])
    # 0.7 - 0.5; of the five peers the quartiles are 0.2 and 0.4.
    assert found["measure"].tolist() == ["in time"]
    assert found[["spread", "peer_spread"]].round(9).iloc[0].tolist() == [0.2, 0.2]


def test_total_is_the_share_of_the_sums() -> None:
    table = pd.DataFrame({"central": [10.0, 30.0], "all": [100.0, 300.0]})
    assert spread.total(table, part="central", whole="all").iloc[0].tolist() == [40, 400, 0.1]
