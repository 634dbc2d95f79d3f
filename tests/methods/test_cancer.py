"""Cancer: shares told in time, people who could be, the register's rule and earlier stages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import cancer, cancer_register, register_shares, stage_shift
from caseanalysis.registers import Assumption

ENGLAND = "E92000001"


def waits(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["org_code", "cancer_type", "treated", "within_standard"])


def assumption(low: float, central: float, high: float) -> Assumption:
    return Assumption(
        id="made_up", title="Made up", low=low, central=central, high=high, unit="unit",
        reference="Judgement.", reason="For the test.", used_by=("tests",), checker=None,
        checked_on=None,
    )  # fmt: skip


OWN = waits(("RXA", "skin", 1000, 500), ("RXB", "skin", 1000, 900), ("RXA", "lung", 20, 20),
            ("RXB", "lung", 200, 100), ("RXC", "skin", 400, 280), ("RXD", "skin", 400, 320),
            ("RXE", "skin", 400, 240))  # fmt: skip
PAIRS = pd.DataFrame({"org_code": ["RXA"] * 3 + ["RXB"] * 3,
                      "peer_code": ["RXC", "RXD", "RXE"] * 2})  # fmt: skip


def more(table: pd.DataFrame = OWN, pairs: pd.DataFrame = PAIRS) -> pd.DataFrame:
    told = cancer.shares(table, by=["cancer_type"], codes=["RXA", "RXB"])
    return cancer.more_in_time(
        told, codes=["RXA", "RXB"], standard=0.75, pairs=pairs, least=100,
        rng=np.random.default_rng(1),
    )  # fmt: skip


def test_the_group_is_the_share_of_all_its_patients() -> None:
    told = cancer.shares(OWN, by=["cancer_type"], codes=["RXA", "RXB"])
    row = told.set_index(["org_code", "cancer_type"]).loc[("group", "skin")]
    assert (row["treated"], row["share"], row["breaches"]) == (2000, 0.7, 600)


def test_a_type_without_a_patient_has_no_share() -> None:
    told = cancer.shares(waits(("RXA", "skin", 0, 0)), by=["cancer_type"], codes=["RXA"])
    assert told.empty


def test_people_are_counted_up_to_each_aim() -> None:
    found = more().set_index(["org_code", "cancer_type", "aim"])["more"]
    assert found["RXA", "skin", cancer.STANDARD] == pytest.approx(250)
    assert found["RXA", "skin", cancer.BEST] == pytest.approx(400)
    # The comparators' shares are 0.7, 0.8 and 0.6; their median is 0.7.
    assert found["RXA", "skin", cancer.MEDIAN] == pytest.approx(200)
    assert found["RXB", "skin", cancer.MEDIAN] == 0


def test_the_best_trust_has_no_gap_to_itself() -> None:
    best = more().set_index(["org_code", "cancer_type", "aim"]).loc[("RXB", "skin", cancer.BEST)]
    assert best[["more", "more_lower", "more_upper"]].tolist() == [0, 0, 0]


def test_a_tiny_service_is_no_aim_for_others() -> None:
    # RXA tells 20 of 20 in time, fewer than 100 people: RXB's own share is the best that counts.
    found = more().set_index(["org_code", "cancer_type", "aim"])
    assert found.loc[("RXB", "lung", cancer.BEST), "more"] == 0
    assert ("RXB", "lung", cancer.MEDIAN) not in found.index


def test_no_comparators_leave_the_other_aims() -> None:
    assert set(more(pairs=PAIRS.head(0))["aim"]) == {cancer.STANDARD, cancer.BEST}


def test_intervals_of_a_sum_add_their_squares() -> None:
    parts = pd.DataFrame({"aim": ["x", "x"], "treated": [10.0, 20.0], "more": [100.0, 200.0],
                          "more_lower": [97.0, 196.0], "more_upper": [106.0, 208.0]})  # fmt: skip
    row = cancer.added_up(parts).iloc[0]
    assert row[["told", "more", "more_lower", "more_upper"]].tolist() == [30, 300, 295, 310]


def test_months_of_a_calendar_year_are_named() -> None:
    months = pd.DataFrame({
        "month": pd.to_datetime(["2030-04-01", "2030-12-01", "2031-01-01"]), "standard": "28-day",
        "org_code": "RXA", "cancer_type": "skin", "treated": [10.0, 20.0, 5.0],
        "within_standard": [5.0, 5.0, 5.0],
    })  # fmt: skip
    found = cancer.by_calendar_year(months)
    assert found[["period", "months", "treated"]].to_numpy().tolist() == [
        ["2030", "April to December", 30], ["2031", "January to January", 5],
    ]  # fmt: skip
    assert cancer.last_months(months, count=2)["treated"].tolist() == [25]


def test_only_types_that_every_trust_tells_enough_of_are_common() -> None:
    found = cancer.common_types(OWN, codes=["RXA", "RXB"], least=100)
    assert set(found["cancer_type"]) == {"skin"}


def test_the_largest_trust_can_stand_for_the_group() -> None:
    found = cancer.largest_for_group(OWN, codes=["RXA", "RXB"])
    assert found["treated"].tolist() == [1000, 200]
    assert set(found["org_code"]) == {"group"}


def test_what_a_standard_asks_for_is_counted_in_people() -> None:
    told = cancer.shares(OWN.assign(standard="62-day"), by=["standard"], codes=["RXA", "RXB"])
    found = cancer.against_standards(told, standards={"62-day": 0.85}).set_index("org_code")
    assert found.loc["RXC", "more"] == pytest.approx(400 * 0.15)


SURVIVAL = {1: 0.7, 5: 0.54, 10: 0.5}


def test_the_register_holds_the_area_under_the_survival_curve() -> None:
    # Nobody dies for ten years: ten years of diagnoses are all there.
    everybody = cancer_register.accumulated_years(10, survival={10: 1.0}, yearly_mortality=0.1)
    assert everybody == pytest.approx(10)
    # Constant mortality of 0.1 a year from diagnosis on: (1 - e^-1) / 0.1 after ten years.
    falling = cancer_register.accumulated_years(10, survival={}, yearly_mortality=0.1)
    assert falling == pytest.approx((1 - np.exp(-1)) / 0.1)


@settings(max_examples=25)
@given(st.floats(0.1, 40), st.floats(0.1, 40))
def test_a_register_never_shrinks_with_age(one: float, other: float) -> None:
    young, old = sorted((one, other))
    sizes = [cancer_register.accumulated_years(age, survival=SURVIVAL, yearly_mortality=0.03)
             for age in (young, old)]  # fmt: skip
    assert sizes[0] <= sizes[1] <= old


def test_survival_that_rises_is_refused() -> None:
    with pytest.raises(MethodError, match="shares that fall from 1"):
        cancer_register.accumulated_years(5, survival={1: 0.5, 2: 0.6}, yearly_mortality=0.1)


def test_growth_by_the_rule_lies_beside_what_was_measured() -> None:
    growth = pd.DataFrame({"period": ["2013-14 to 2023-24"], "growth": [0.7]})
    found = cancer_register.beside_the_rule(
        growth, start_year=2003, survival={}, mortality={"low": 0.01, "central": 0.1, "high": 0.2}
    ).iloc[0]
    # Eleven and twenty-one years at 0.1 a year: (1 - e^-2.1) / (1 - e^-1.1) - 1.
    assert found["by_rule"] == pytest.approx((1 - np.exp(-2.1)) / (1 - np.exp(-1.1)) - 1)
    assert found["by_rule_lower"] < found["by_rule"] < found["by_rule_upper"]


REGISTERS = pd.DataFrame(
    [("district", "2029-30", "E07000991", 30.0, 1000.0),
     ("district", "2029-30", "E07000992", 50.0, 1000.0),
     ("commissioner", "2032-33", "E54000999", 90.0, 2000.0),
     ("England, all districts", "2029-30", ENGLAND, 3000.0, 100000.0),
     ("England, all practices", "2032-33", ENGLAND, 3300.0, 100000.0)],
    columns=["geography", "period", "area_code", "registered", "list_size"],
).assign(register="CAN")  # fmt: skip


def test_the_area_grows_from_its_districts_to_its_practices() -> None:
    shares = register_shares.board_and_england(REGISTERS, board="E54000999",
                                               places=["E07000991", "E07000992"])  # fmt: skip
    growth = register_shares.change_each(shares).set_index("area_code")["growth"]
    # 80 of 2,000 to 90 of 2,000, and 3.0% to 3.3%.
    assert growth["E54000999"] == pytest.approx(0.125)
    assert growth[ENGLAND] == pytest.approx(0.1)
    gap = register_shares.gap_of_growth(register_shares.change_each(shares), reference=ENGLAND)
    assert gap["gap"].tolist() == [pytest.approx(0.025)]
    over = register_shares.over(shares, reference=ENGLAND)
    assert over["excess"].round(4).tolist() == [0.3333, 0.3636]


def test_printed_shares_stand_beside_published_ones() -> None:
    shares = register_shares.board_and_england(REGISTERS, board="E54000999", places=["E07000991"])
    printed = pd.DataFrame({"entity": ["E54000999"], "period": ["2033-34"], "value": [0.05],
                            "lower": [0.045], "upper": [0.055]})  # fmt: skip
    found = register_shares.history(shares, printed, names={"E54000999": "Here"},
                                    kinds={"E54000999": "trust"})  # fmt: skip
    assert found[["year", "source"]].to_numpy().tolist() == [
        [2030, "published"], [2033, "published"], [2034, "printed"],
    ]  # fmt: skip


def test_a_saving_is_divided_by_the_people_it_is_for() -> None:
    volumes = pd.DataFrame({"org_code": ["group"], "treated": [1000.0]})
    people = stage_shift.people_found_earlier(
        volumes, base=assumption(0.5, 0.55, 0.6), target=0.75, staged=assumption(0.8, 1, 1)
    )
    assert people[["people", "lower", "upper"]].iloc[0].round(6).tolist() == [200, 120, 250]
    printed = pd.DataFrame({"claim_id": ["x"], "value": [4e6], "lower": [3.9e6], "upper": [4.2e6]})
    needed = stage_shift.needed_for(people, printed).iloc[0]
    assert needed[["each", "lower", "upper"]].round().tolist() == [20000, 15600, 35000]
    assert stage_shift.needed_for(people, pd.DataFrame()).empty
    saved = stage_shift.saving(people, each=assumption(1000, 4000, 9000)).iloc[0]
    assert saved[["saving", "saving_lower", "saving_upper"]].round().tolist() == [
        800000, 120000, 2250000,
    ]  # fmt: skip
    rows = stage_shift.in_rows(people, saved=saved.to_frame().T, needed=needed.to_frame().T)
    assert rows["what"].tolist()[0] == "Found earlier"
    assert len(rows) == 4


def test_a_scenario_may_set_the_target_of_early_stages() -> None:
    assert stage_shift.target_of(pd.DataFrame(), otherwise=0.7) == 0.7
    assert stage_shift.target_of(pd.DataFrame({"value": [0.8]}), otherwise=0.7) == 0.8
    with pytest.raises(MethodError, match="2 targets"):
        stage_shift.target_of(pd.DataFrame({"value": [0.8, 0.9]}), otherwise=0.7)
