"""How old the residents of each board are, ranked."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import ageing
from caseanalysis.methods.ageing import older_share_ranks
from caseanalysis.registers import load_assumptions

BOARDS = pd.DataFrame(
    {
        "edition": "any",
        "area_code": ["E1", "E2", "E3"],
        "year": 2022,
        "population": [100.0, 200.0, 50.0],
        "population_65_and_over": [25.0, 40.0, 12.5],
        "population_85_and_over": [2.0, 8.0, 1.0],
    }
)


def test_boards_are_ranked_by_share_within_each_age_group() -> None:
    table = older_share_ranks(BOARDS).set_index(["age_group", "area_code"])
    # 65+: 25%, 20%, 25%; 85+: 2%, 4%, 2%. Ties share the best rank.
    assert table["share"].to_dict() == {
        **{("65+", "E1"): 0.25, ("65+", "E2"): 0.2, ("65+", "E3"): 0.25},
        **{("85+", "E1"): 0.02, ("85+", "E2"): 0.04, ("85+", "E3"): 0.02},
    }
    assert table.loc["65+", "rank"].tolist() == [1.0, 3.0, 1.0]
    assert table.loc["85+", "rank"].tolist() == [2.0, 1.0, 2.0]


def test_order_of_boards_does_not_matter() -> None:
    keys = ["age_group", "area_code"]
    pd.testing.assert_frame_equal(
        older_share_ranks(BOARDS.iloc[::-1]).sort_values(keys, ignore_index=True),
        older_share_ranks(BOARDS).sort_values(keys, ignore_index=True),
    )


def test_missing_column_is_refused() -> None:
    with pytest.raises(MethodError, match="population_85_and_over"):
        older_share_ranks(BOARDS.drop(columns="population_85_and_over"))


def test_patients_ahead_lie_between_all_residents_and_the_older_ones() -> None:
    recorded = pd.DataFrame({"register": ["AF"], "registered": [1000.0], "share": [0.02]})
    growth = pd.DataFrame({"age_group": ["all", "65+"], "growth": [0.05, 0.2]})
    row = ageing.patients_ahead(recorded, growth).iloc[0]
    assert (row["lower"], row["upper"], row["more"]) == pytest.approx((1050, 1200, 200))


def test_yearly_growth_compounds_over_the_same_years() -> None:
    yearly = pd.DataFrame(
        [("R0X", "2019-20", 100.0), ("R0X", "2021-22", 121.0), ("R0Y", "2019-20", 50.0),
         ("R0Y", "2021-22", 50.0), ("R0Z", "2020-21", 10.0), ("R0Z", "2021-22", 20.0)],
        columns=["org_code", "financial_year", "stays"],
    )  # fmt: skip
    table = ageing.yearly_growth(yearly, column="stays", last_year="2021-22")
    assert table.set_index("org_code")["value"].to_dict() == pytest.approx({"R0X": 0.1, "R0Y": 0})


def test_shorter_stays_are_worth_their_days_from_low_to_high_cost() -> None:
    cost = load_assumptions()["cost_of_bed_day"].model_copy(
        update={"low": 100, "central": 300, "high": 500}
    )
    key = {"trust_code": ["R0X"], "activity": ["bed days"]}
    ends = pd.DataFrame(key).assign(factor="stay", value=1000.0, at_low=1000.0, at_high=900.0)
    interval = pd.DataFrame(key).assign(year=2033, lower=800.0, upper=1200.0)
    row = ageing.worth_of_shorter_stays(ends, interval, factor="stay", cost=cost, days=100).iloc[0]
    # A tenth of the days: 100 of 1,000, 80 of the lower end at the low cost, 120 at the high one.
    assert row["bed_days"] == pytest.approx(100)
    assert row["beds"] == pytest.approx(1)
    assert (row["saving"], row["lower"], row["upper"]) == pytest.approx((30_000, 8_000, 60_000))


def test_register_entries_count_each_condition_of_a_patient() -> None:
    boards = pd.DataFrame(
        [("E1", "AF", 20.0, 100.0), ("E1", "DEP", 10.0, 80.0), ("E2", "AF", 10.0, 100.0),
         ("E2", "DEP", 20.0, 90.0)],
        columns=["area_code", "register", "registered", "list_size"],
    ).assign(period="2022-23")  # fmt: skip
    table = ageing.register_entries(boards, whole="E92").set_index("area_code")["value"]
    assert table.to_dict() == pytest.approx({"E1": 0.3, "E2": 0.3, "E92": 0.3})


def test_age_group_with_most_activity_a_resident_is_first() -> None:
    by_age = pd.DataFrame({"age_group": ["0-64", "65+"], "base": [100.0, 100.0]})
    grouped = pd.DataFrame(
        {"area_code": "E1", "age_group": ["0-64", "65+"], "year": 2023, "population": [1000, 200]}
    )
    table = ageing.rates_by_age(by_age, grouped, year=2023).set_index("age_group")
    assert table["value"].to_dict() == pytest.approx({"0-64": 0.1, "65+": 0.5})
    assert table["rank"].to_dict() == {"0-64": 2, "65+": 1}


def test_only_organisations_with_enough_comparators_are_compared() -> None:
    pairs = pd.DataFrame({"org_code": ["A", "A", "B", "B"], "peer_code": ["X", "Y", "X", "Z"]})
    table = pd.DataFrame({"org_code": ["X", "Y"]})
    assert set(ageing.with_enough_peers(pairs, table, least=2)["org_code"]) == {"A"}
