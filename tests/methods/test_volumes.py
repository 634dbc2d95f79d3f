"""Volumes against guidelines, ranks, busy days, beds and growth of a service."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import organisation_tables, service_beds, service_growth, volumes
from caseanalysis.registers import Assumption


def assumption(low: float, central: float, high: float) -> Assumption:
    return Assumption(
        id="made_up", title="Made up", low=low, central=central, high=high, unit="unit",
        reference="Judgement.", reason="For the test.", used_by=("tests",), checker=None,
        checked_on=None,
    )  # fmt: skip


def units(**counts: float) -> pd.DataFrame:
    return pd.DataFrame({"org_code": list(counts), "patients": list(counts.values())})


def test_a_volume_is_below_a_guideline_only_if_its_whole_interval_is() -> None:
    # 95% Poisson intervals: about 490 +- 43, 580 +- 47, 1,000 +- 62.
    found = volumes.against_guideline(units(RXA=490, RXB=580, RXC=1000), count="patients",
                                      guideline=600)  # fmt: skip
    assert found["standing"].tolist() == ["below", "not told apart", "above"]
    assert found["shortfall"].tolist() == [110.0, 20.0, 0.0]
    assert found["ratio"].round(3).tolist() == [0.817, 0.967, 1.667]


def test_a_service_without_a_count_has_no_standing() -> None:
    found = volumes.against_guideline(units(RXA=490, RXB=np.nan), count="patients", guideline=600)
    assert found["org_code"].tolist() == ["RXA"]


def test_a_guideline_of_nothing_is_refused() -> None:
    with pytest.raises(MethodError, match="a guideline of 0; wanted above 0"):
        volumes.against_guideline(units(RXA=1), count="patients", guideline=0)


def test_the_group_is_the_sum_of_its_trusts() -> None:
    found = volumes.with_group(units(RXA=3, RXB=4, RXC=9), code="org_code", codes=["RXA", "RXB"],
                               counts=["patients"])  # fmt: skip
    assert found.set_index("org_code").loc["group", "patients"] == 7


def test_the_group_has_no_volume_where_that_of_a_trust_is_withheld() -> None:
    table = units(RXA=3, RXB=np.nan)
    found = volumes.with_group(table, code="org_code", codes=["RXA", "RXB"], counts=["patients"])
    assert found.set_index("org_code")["patients"].isna()["group"]


def test_a_trust_that_lacks_a_year_leaves_the_group_unknown_in_it() -> None:
    table = pd.concat([units(RXA=3, RXB=4).assign(year=2030), units(RXA=5).assign(year=2031)])
    found = volumes.with_group(
        table, code="org_code", codes=["RXA", "RXB"], counts=["patients"], by=["year"]
    )
    sums = found[found["org_code"].eq("group")].set_index("year")["patients"]
    assert sums[2030] == 7
    assert np.isnan(sums[2031])


def test_a_trust_that_never_gives_the_service_is_passed_over() -> None:
    found = volumes.with_group(units(RXA=3), code="org_code", codes=["RXA", "RXB"],
                               counts=["patients"])  # fmt: skip
    assert found.set_index("org_code").loc["group", "patients"] == 3


def test_the_group_ranks_in_the_place_of_its_trusts() -> None:
    found = volumes.ranked(
        units(RXA=50, RXB=40, RXC=80, RXD=45), code="org_code", codes=["RXA", "RXB"],
        value="patients",
    ).set_index("org_code")  # fmt: skip
    # 50 + 40 = 90 is more than any other; single trusts rank among all four.
    assert found.loc["group", ["rank", "of"]].tolist() == [1, 3]
    assert found["rank"].drop("group").to_dict() == {"RXA": 2, "RXB": 4, "RXC": 1, "RXD": 3}


def test_ranks_start_anew_in_each_year() -> None:
    both = pd.concat([units(RXA=5, RXB=4).assign(year="2030-31"),
                      units(RXA=3, RXB=4).assign(year="2031-32")])  # fmt: skip
    found = volumes.ranked(both, code="org_code", codes=["RXZ"], value="patients", by=["year"])
    assert found.set_index(["year", "org_code"])["rank"].to_dict() == {
        ("2030-31", "RXA"): 1, ("2030-31", "RXB"): 2, ("2031-32", "RXA"): 2, ("2031-32", "RXB"): 1,
    }  # fmt: skip


def test_the_standing_is_told_in_words() -> None:
    found = volumes.against_guideline(units(RXA=490, RXC=1000), count="patients", guideline=600)
    assert volumes.standing_in_words(found) == "1 of 2"
    assert volumes.standing_in_words(pd.DataFrame()) is None


def test_what_lies_over_a_number_is_told_of_the_trusts_named_alone() -> None:
    found = volumes.over(units(RXA=490, RXB=700), count="patients", least=600, code="org_code",
                         codes=["RXA"])  # fmt: skip
    assert found["spare"].iloc[0] == -110
    assert found["spare"].isna().iloc[1]


def test_beds_are_patients_a_day_by_days_of_stay() -> None:
    table = units(RXA=730).assign(lower=365, upper=1460)
    found = service_beds.bed_loads(table, code="org_code", count="patients", length_of_stay=10,
                                   days=365)  # fmt: skip
    assert found[["load", "lower", "upper"]].iloc[0].tolist() == [20, 10, 40]


def test_the_mean_stay_of_the_latest_year_is_bed_days_over_admissions() -> None:
    totals = pd.DataFrame({"period": ["2030-31", "2031-32"], "bed_days": [999.0, 60.0],
                           "finished_admission_episodes": [1.0, 6.0]})  # fmt: skip
    found = service_beds.bed_loads_at_mean_stay(units(RXA=73), totals, code="org_code",
                                                count="patients", days=365)  # fmt: skip
    assert found["load"].iloc[0] == pytest.approx(73 / 365 * 10)


def test_a_stay_of_nothing_is_refused() -> None:
    with pytest.raises(MethodError, match="a stay of 0 days"):
        service_beds.bed_loads(units(RXA=1), code="org_code", count="patients", length_of_stay=0,
                               days=365)  # fmt: skip


def test_beds_spared_are_worth_their_days_at_each_end_of_the_cost() -> None:
    pooled = pd.DataFrame({"beds_spared": [2, 3]})
    worth = service_beds.worth_of_beds(pooled, cost=assumption(100, 300, 500), days=365)
    assert worth["saving"].tolist() == [2 * 365 * 300, 3 * 365 * 300]
    whole = service_beds.spared(worth).iloc[0]
    assert whole[["beds_spared", "saving_lower", "saving_upper"]].tolist() == [
        5, 5 * 365 * 100, 5 * 365 * 500,
    ]  # fmt: skip


def test_organisations_are_named_and_told_apart() -> None:
    found = organisation_tables.labelled(
        units(RXA=1, RXB=2, RXC=3, group=4, E92000001=5), names={"RXA": "Alpha"}, trusts=["RXA"],
        peers=["RXB"],
    )  # fmt: skip
    assert found["org_name"].tolist() == ["Alpha", "RXB", "RXC", "group", "E92000001"]
    assert found["kind"].tolist() == ["trust", "peers", "other", "group", "England"]


def test_a_median_of_too_few_comparators_is_not_given() -> None:
    pairs = pd.DataFrame({"org_code": ["RXA"] * 3 + ["RXB"],
                          "peer_code": ["RXC", "RXD", "RXE", "RXC"]})  # fmt: skip
    found = organisation_tables.peer_median(units(RXA=9, RXB=9, RXC=1, RXD=5, RXE=7), pairs,
                                            value="patients")  # fmt: skip
    assert found[["org_code", "peers", "median"]].to_numpy().tolist() == [["RXA", 3, 5]]


def test_figures_beside_are_missing_where_the_other_table_has_none() -> None:
    found = organisation_tables.beside(units(RXA=1, RXB=2),
                                       pd.DataFrame({"org_code": ["RXB"], "rank": [7.0]}),
                                       columns=["rank"])  # fmt: skip
    assert found["rank"].isna().tolist() == [True, False]
    empty = organisation_tables.beside(units(RXA=1), pd.DataFrame(), columns=["rank"])
    assert empty["rank"].isna().all()


RESIDENTS = pd.DataFrame(
    [("E07000991", 2030, 0, 39, 100.0), ("E07000991", 2030, 40, None, 100.0),
     ("E07000991", 2040, 0, 39, 100.0), ("E07000991", 2040, 40, None, 150.0)],
    columns=["area_code", "year", "age_lower", "age_upper", "population"],
).astype({"age_lower": "Int64", "age_upper": "Int64"}).assign(area_name="Home")  # fmt: skip
CATCHMENT = pd.DataFrame({"trust_code": ["RXA"], "area_code": ["E07000991"], "share": [1.0]})


def grown(ages: list[tuple[int, int | None, float]], counts: pd.DataFrame) -> pd.DataFrame:
    events = pd.DataFrame(ages, columns=["age_lower", "age_upper", "events"])
    events = events.astype({"age_lower": "Int64", "age_upper": "Int64"}).assign(period="2030-31")
    return service_growth.by_trust(
        events, counts, RESIDENTS, residents=RESIDENTS, catchment=CATCHMENT, base_year=2030,
        horizon_year=2040, minimum_coverage=1.0, events="events", count="patients",
    )  # fmt: skip


def test_a_service_grows_as_the_ages_that_use_it() -> None:
    # Three quarters of the events are of the older, who grow by half: 0.75 x 50% = 37.5%.
    found = grown([(0, 39, 10.0), (40, None, 30.0)], units(RXA=80)).set_index("org_code")
    assert found.loc["RXA", ["base", "horizon"]].tolist() == [80, pytest.approx(110)]
    assert found.loc["group", "growth"] == pytest.approx(0.375)


def test_ages_outside_the_events_are_taken_to_have_none() -> None:
    found = grown([(0, 39, 10.0)], units(RXA=80)).set_index("org_code")
    assert found.loc["RXA", "growth"] == pytest.approx(0)


def test_the_group_does_not_grow_where_a_trust_has_no_catchment() -> None:
    found = grown([(0, 39, 10.0), (40, None, 30.0)], units(RXA=80, RXB=5))
    assert found["org_code"].tolist() == ["RXA"]


def test_the_horizon_has_the_interval_of_its_base_count() -> None:
    # The 95% interval of 100 events is about 81 to 122; twice as many are expected.
    found = service_growth.grown(pd.DataFrame({"base": [100.0], "horizon": [200.0]})).iloc[0]
    assert 160 < found["lower"] < 165
    assert 240 < found["upper"] < 246
