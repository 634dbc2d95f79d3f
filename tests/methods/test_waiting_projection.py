"""Lists projected: by hand over a few weeks, and what must always hold."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods.waiting_lists import bands, implied_flows
from caseanalysis.methods.waiting_projection import fitted_order, months_to_target, project
from caseanalysis.store import Store

START = pd.Timestamp("2024-03-01")
#: Weeks in a month, so that a rate a week can be given a month.
MONTH = 365.25 / 12 / 7


def lists(*counts: float) -> pd.DataFrame:
    """Return bands of 0 to 18, 18 to 52, 52 to 65 weeks and longer."""
    edges = [0.0, 18.0, 52.0, 65.0, None]
    rows = [("R0A", edges[at], edges[at + 1], count) for at, count in enumerate(counts)]
    return pd.DataFrame(rows, columns=["org_code", "weeks_lower", "weeks_upper", "waiting"])


def scenario(name: str = "as now", **columns: float) -> pd.DataFrame:
    row = {"org_code": "R0A", "scenario": name, "demand": 100 * MONTH, "capacity": 100 * MONTH,
           "longest_first": 0.0, **columns}  # fmt: skip
    return pd.DataFrame([row])


def projected(waiting: pd.DataFrame, scenarios: pd.DataFrame, months: int = 12) -> pd.DataFrame:
    return project(waiting, scenarios, key="org_code", start=START, months=months)


def test_first_row_is_the_list_as_it_is() -> None:
    first = projected(lists(900, 500, 60, 40), scenario()).iloc[0]
    assert first["month"] == START
    assert first["waiting"] == 1500
    assert first[["within_18_weeks", "over_18_weeks", "over_52_weeks", "over_65_weeks"]].tolist() \
        == pytest.approx([900, 600, 100, 40])  # fmt: skip
    assert first["share_within_18_weeks"] == pytest.approx(0.6)
    assert pd.isna(first["treated"])


def test_months_hold_four_or_five_weeks_of_the_flows() -> None:
    table = projected(lists(900, 500, 60, 40), scenario(), months=12)
    # A month is 4.348 weeks: its end is nearest to week 4, 9, 13, 17, 22, ..., 52.
    assert table["added"].tolist()[1:6] == pytest.approx([400, 500, 400, 400, 500])
    assert table["added"].sum() == pytest.approx(5200)


def test_longest_waits_first_empties_the_list_from_its_end() -> None:
    # Nobody is added, and four weeks take the 400 longest waits.
    table = projected(
        lists(0, 0, 0, 2600), scenario(demand=0, longest_first=1.0), months=1
    )  # fmt: skip
    last = table.iloc[-1]
    assert last["waiting"] == pytest.approx(2200)
    assert last["treated"] == pytest.approx(400)


def test_half_of_the_capacity_goes_to_the_longest_waits_and_half_to_all() -> None:
    table = projected(lists(1000, 0, 0, 1000), scenario(demand=0, longest_first=0.5), months=1)
    # Each week 50 of the 1,000 longest waits, and 50 of all who are left.
    old, total = 1000.0, 2000.0
    for _ in range(4):
        old, total = (old - 50) * (1 - 50 / (total - 50)), total - 100
    assert table["over_65_weeks"].iloc[1] == pytest.approx(old)
    assert table["waiting"].iloc[1] == pytest.approx(1600)


def test_treatment_in_no_order_thins_every_wait_alike() -> None:
    # 1,000 patients of 0 to 18 weeks, 100 of them treated in each of four weeks: 600 remain, and
    # of the weeks in the band four in eighteen are over 18 weeks by then.
    table = projected(lists(1000, 0, 0, 0), scenario(demand=0), months=1)
    last = table.iloc[-1]
    assert last["waiting"] == pytest.approx(600)
    assert last["over_18_weeks"] == pytest.approx(600 * 4 / 18)


def test_validation_removes_its_share_each_month_without_treatment() -> None:
    # A month of four weeks out of 4.348: 0.9 to the power of 4/4.348 stays.
    table = projected(
        lists(1000, 0, 0, 0), scenario(demand=0, capacity=0, validated=0.1), months=1
    )  # fmt: skip
    assert table["waiting"].iloc[1] == pytest.approx(1000 * 0.9 ** (4 / MONTH))
    assert table["validated"].iloc[1] == pytest.approx(1000 * (1 - 0.9 ** (4 / MONTH)))


def test_capacity_beyond_the_list_is_shown_as_unused() -> None:
    table = projected(lists(50, 0, 0, 0), scenario(demand=0), months=1)
    assert table["waiting"].iloc[1] == 0
    assert table["unused"].iloc[1] == pytest.approx(350)
    assert table["share_within_18_weeks"].iloc[1] == 1


def test_extra_capacity_stops_after_its_months() -> None:
    extra = scenario(extra_capacity=50 * MONTH, extra_months=6)
    table = projected(lists(9000, 0, 0, 0), extra)
    # 26.09 weeks of six months: weeks 0 to 26, that is 27 of them, at 50 a week.
    assert 9000 - table["waiting"].iloc[-1] == pytest.approx(27 * 50)


def test_demand_growth_compounds() -> None:
    table = projected(lists(9000, 0, 0, 0), scenario(demand_growth=0.1), months=24)
    year = 365.25 / 7
    expected = sum(100 * 1.1 ** (week / year) for week in range(104))
    assert table["added"].sum() == pytest.approx(expected)


def test_months_to_target_must_be_kept_to_the_end() -> None:
    table = pd.DataFrame({
        "org_code": "R0A", "scenario": "s",
        "month": pd.date_range("2024-03-01", periods=5, freq="MS"),
        "share_within_18_weeks": [0.95, 0.80, 0.93, 0.94, 0.92],
    })  # fmt: skip
    found = months_to_target(table, key="org_code", share_within=0.92).iloc[0]
    assert found["months"] == 2
    assert found["month"] == pd.Timestamp("2024-05-01")
    never = months_to_target(table, key="org_code", share_within=0.93).iloc[0]
    assert pd.isna(never["months"])
    assert pd.isna(never["month"])
    assert never["last_share"] == 0.92


def test_fitted_order_gives_back_the_count_that_it_was_fitted_to() -> None:
    waiting, flows = lists(900, 500, 60, 40), scenario()
    known = projected(waiting, scenario(longest_first=0.02)).tail(1)
    found = fitted_order(waiting, flows, known, key="org_code", months=12).iloc[0]
    assert found["longest_first"] == pytest.approx(0.02, abs=0.001)


def test_count_beyond_any_order_has_no_fit() -> None:
    reached = pd.DataFrame({"org_code": ["R0A"], "over_52_weeks": [1400.0]})
    found = fitted_order(
        lists(900, 500, 60, 40), scenario(), reached, key="org_code", months=12
    )  # fmt: skip
    assert found["longest_first"].isna().all()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"demand": -1.0}, "amount of 0 or more"),
        ({"longest_first": 1.5}, "share above 1"),
        ({"validated": 1.5}, "share above 1"),
        ({"demand_growth": -1.0}, "growth of -100%"),
        ({"org_code": "R0Z"}, "no list of R0Z"),
    ],
)
def test_impossible_scenario_is_refused(columns: dict, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        projected(lists(900, 500, 60, 40), scenario().assign(**columns))


def test_scenario_without_an_order_of_treatment_is_refused() -> None:
    with pytest.raises(MethodError, match="no column 'longest_first'"):
        projected(lists(900, 500), scenario().drop(columns="longest_first"))
    with pytest.raises(MethodError, match="1 to 120"):
        projected(lists(900, 500), scenario(), months=0)


COUNTS = st.tuples(*[st.floats(0, 5000)] * 4)
FLOW = st.floats(0, 3000)
SHARE = st.floats(0, 1)


@settings(max_examples=20)
@given(counts=COUNTS, demand=FLOW, capacity=FLOW, order=SHARE, validated=st.floats(0, 0.5))
def test_patients_are_neither_made_nor_lost(
    counts: tuple[float, ...], demand: float, capacity: float, order: float, validated: float
) -> None:
    table = projected(
        lists(*counts),
        scenario(demand=demand, capacity=capacity, longest_first=order, validated=validated),
        months=4,
    )
    flows = table["added"] - table["treated"] - table["validated"]
    assert table["waiting"].diff()[1:].tolist() == pytest.approx(flows[1:].tolist(), abs=1e-6)
    parts = table["within_18_weeks"] + table["over_18_weeks"]
    assert parts.tolist() == pytest.approx(table["waiting"].tolist(), abs=1e-6)
    assert (table[["waiting", "over_65_weeks", "unused"]].fillna(0) >= -1e-9).all(axis=None)


@settings(max_examples=15)
@given(counts=COUNTS, demand=FLOW, capacity=FLOW, order=SHARE)
def test_doubling_everything_doubles_every_count(
    counts: tuple[float, ...], demand: float, capacity: float, order: float
) -> None:
    one = projected(
        lists(*counts), scenario(demand=demand, capacity=capacity, longest_first=order), months=3
    )
    two = projected(
        lists(*[2 * count for count in counts]),
        scenario(demand=2 * demand, capacity=2 * capacity, longest_first=order),
        months=3,
    )
    for column in ("waiting", "over_18_weeks", "over_52_weeks", "treated"):
        assert two[column].dropna().tolist() == pytest.approx(
            (2 * one[column].dropna()).tolist(), abs=1e-6
        )


@settings(max_examples=15)
@given(counts=COUNTS, demand=FLOW, capacity=FLOW, more=FLOW, order=SHARE)
def test_more_capacity_never_leaves_more_waiting(
    counts: tuple[float, ...], demand: float, capacity: float, more: float, order: float
) -> None:
    both = pd.concat([
        scenario("now", demand=demand, capacity=capacity, longest_first=order),
        scenario("more", demand=demand, capacity=capacity + more, longest_first=order),
    ])  # fmt: skip
    table = projected(lists(*counts), both, months=4).set_index(["scenario", "month"])
    for column in ("waiting", "over_18_weeks", "over_52_weeks"):
        assert (table.loc["more", column] <= table.loc["now", column] + 1e-6).all()


def test_order_of_rows_does_not_matter() -> None:
    waiting = lists(900, 500, 60, 40)
    both = pd.concat([scenario("a"), scenario("b", capacity=500.0)])
    one = projected(waiting, both)
    other = projected(waiting.iloc[::-1], both.iloc[::-1])
    keys = ["scenario", "month"]
    pd.testing.assert_frame_equal(
        one.sort_values(keys, ignore_index=True), other.sort_values(keys, ignore_index=True)
    )


@pytest.mark.official_files
@pytest.mark.parametrize(
    ("start", "order", "error"),
    [("2022-03-01", 0.03, 0.35), ("2023-03-01", 0.075, 0.59), ("2024-03-01", 0.105, 0.76)],
)
def test_projection_of_a_past_year_is_as_the_page_and_the_register_say(
    full_store: Store, start: str, order: float, error: float
) -> None:
    first = pd.Timestamp(start)
    last = first + pd.DateOffset(years=1)
    table = full_store.table("rtt_provider_total")
    year = table[table["month"].between(first, last) & table["org_code"].str.match("^R..$")]
    large = year.loc[year["month"].eq(first) & year["pathways"].gt(10_000), "org_code"]
    whole = year.groupby("org_code")["month"].nunique().eq(13)
    year = year[year["org_code"].isin(set(large) & set(whole[whole].index))]
    flows = implied_flows(year, key="org_code", total="pathways", within="within_18_weeks")
    means = flows[flows["month"].gt(first)].groupby("org_code", as_index=False).mean(True)
    waiting = bands(
        year[year["month"].eq(first)], key=["org_code", "month"], total="pathways",
        within="within_18_weeks",
        over={f"over_{weeks}_weeks": weeks for weeks in (52, 65, 78, 104)},
    )  # fmt: skip
    scenarios = means.rename(columns={"additions": "demand", "treated": "capacity"})
    scenarios = scenarios.assign(scenario="past", longest_first=order)
    ahead = project(waiting, scenarios, key="org_code", start=first, months=12)
    found = ahead[ahead["month"].eq(last)].set_index("org_code")
    counted = year[year["month"].eq(last)].set_index("org_code")
    assert 120 <= len(found) <= 130
    within = found["within_18_weeks"].sum() / counted["within_18_weeks"].sum()
    assert 1.015 <= within <= 1.05
    long_waits = counted["over_52_weeks"]
    assert found["over_52_weeks"].sum() / long_waits.sum() == pytest.approx(1, abs=0.025)
    errors = (found["over_52_weeks"] - long_waits).abs().sum() / long_waits.sum()
    assert errors == pytest.approx(error, abs=0.006)
