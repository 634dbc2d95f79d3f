"""Emergency care of residents, what could be spared, and what planning as one spares."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import emergency_use


def rates() -> pd.DataFrame:
    """Rates of a town and a country at two ages, for two activities."""
    rows = [
        ("T", "amb", 20, 0.1), ("T", "amb", 65, 0.5), ("T", "walkin", 20, 0.2),
        ("T", "walkin", 65, 0.1), ("C", "amb", 20, 0.1), ("C", "amb", 65, 0.625),
        ("C", "walkin", 20, 0.1), ("C", "walkin", 65, 0.1),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["area_code", "activity", "age_lower", "rate"])


def population() -> pd.DataFrame:
    rows = [("T", 20, 100.0), ("T", 65, 100.0), ("C", 20, 900.0), ("C", 65, 100.0)]
    table = pd.DataFrame(rows, columns=["area_code", "age_lower", "population"])
    return table.assign(year=2023)


def used(**options: object) -> pd.DataFrame:
    given = {
        "areas": {"T": "T"},
        "standard": "C",
        "measures": {"arrivals": ("amb",), "attendances": ("amb", "walkin")},
        "year": 2023,
        "ages": {"20+": 20, "65+": 65},
    }
    found = emergency_use.resident_use(rates(), population(), **(given | options))  # type: ignore[arg-type]
    return found.set_index(["measure", "ages"])


def test_use_of_residents_by_hand() -> None:
    # Arrivals: 10 + 50 of 200 people; the country 90 + 62.5 of 1,000; at its rates 10 + 62.5.
    row = used().loc[("arrivals", "20+")]
    assert (row["events"], row["residents"]) == pytest.approx((60, 200))
    assert (row["value"], row["standard_value"]) == pytest.approx((0.3, 0.1525))
    assert row["ratio"] == pytest.approx(60 / 72.5)
    assert row["lower"] < 0.3 < row["upper"]


def test_activities_of_a_measure_add_up_over_the_same_people() -> None:
    # Attendances of the old: 100 x (0.5 + 0.1) of 100 people.
    row = used().loc[("attendances", "65+")]
    assert (row["events"], row["residents"], row["value"]) == pytest.approx((60, 100, 0.6))


def test_part_of_a_district_has_the_rates_of_the_whole() -> None:
    part = population().assign(area_code=lambda table: table["area_code"].replace({"T": "P"}))
    found = emergency_use.resident_use(
        rates(), part, areas={"P": "T"}, standard="C", measures={"arrivals": ("amb",)},
        year=2023, ages={"20+": 20},
    )  # fmt: skip
    assert found["value"].tolist() == pytest.approx([0.3])


def test_area_without_rates_is_refused() -> None:
    with pytest.raises(MethodError, match="nothing of X"):
        used(areas={"T": "X"})


def test_what_is_spared_takes_both_assumptions_at_their_ends() -> None:
    use = used().reset_index()
    found = emergency_use.spared(
        use, measure="arrivals", ages="65+", shares=(0.1, 0.2, 0.4), costs=(10, 20, 30),
        price_year="2023-24",
    ).set_index("quantity")  # fmt: skip
    ends = ["lower", "value", "upper"]
    # 50 arrivals: 5, 10, 20 of them, at 10, 20, 30 pounds.
    assert found.loc["avoided", ends].tolist() == [5, 10, 20]
    assert found.loc["saving", ends].tolist() == [50, 200, 600]


def test_shares_that_do_not_rise_are_refused() -> None:
    with pytest.raises(MethodError, match="rising"):
        emergency_use.spared(
            used().reset_index(), measure="arrivals", ages="65+", shares=(0.3, 0.2, 0.4),
            costs=(1, 2, 3), price_year="2023-24",
        )  # fmt: skip


def test_closed_gap_in_people() -> None:
    gaps = pd.DataFrame(
        {"org_code": ["A"], "value": [0.6], "benchmark": [0.7], "gap": [0.1], "gap_lower": [0.05],
         "gap_upper": [0.2]}
    )  # fmt: skip
    counts = pd.DataFrame({"org_code": ["A"], "attendances": [1000.0]})
    row = emergency_use.waits_shortened(gaps, counts).iloc[0]
    assert (row["people"], row["lower"], row["upper"]) == pytest.approx((100, 50, 200))


def test_margin_of_the_group_against_those_of_its_parts() -> None:
    rows = [("A", 100.0, 110.0), ("B", 50.0, 58.0), ("both", 150.0, 163.0)]
    table = pd.DataFrame(rows, columns=["unit", "value", "upper_80"]).assign(month="2025-01")
    row = emergency_use.pooled_margin(table, unit="unit", group="both").iloc[0]
    assert (row["apart"], row["together"], row["spared"]) == (18, 13, 5)


def test_results_bear_the_entities_of_the_claims() -> None:
    use = used(measures=emergency_use.MEASURES | {"Emergency admissions": ("amb",),
                                                  "Emergency bed days": ("amb",)})  # fmt: skip
    found = emergency_use.as_results(
        use.reset_index(), area="E1", standard="C", period="2023-24", year=2023
    ).set_index(["measure", "entity", "group", "period"])["value"]
    assert found["attendance_rate", "E1", "65+", "2023-24"] == pytest.approx(0.6)
    assert found["attendance_rate", "C", "all", "2023-24"] == pytest.approx(0.2525)
    assert found["ambulance_arrivals", "group", "65+", "2023"] == pytest.approx(50)
