"""Control charts: limits, rules, icons and rebases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from caseanalysis.errors import MethodError
from caseanalysis.methods import control_charts
from caseanalysis.registers import Interruption


def monthly(values: list[float | None], **columns: object) -> pd.DataFrame:
    months = pd.date_range("2021-04-01", periods=len(values), freq="MS")
    return pd.DataFrame({"month": months, "value": values, **columns})


def xmr(table: pd.DataFrame, **options: object) -> pd.DataFrame:
    return control_charts.xmr(
        table, **{"value": "value", "unit": "count", "better": "lower", **options}
    )


#: Moving ranges 2, 4, 6, 2, 2, 4, 2, 4, 6, 2: mean 3.4; mean of the values 13.
STEADY = [12, 14, 10, 16, 14, 12, 16, 14, 10, 16, 14]


def test_limits_are_the_mean_with_2_66_mean_moving_ranges_either_side() -> None:
    # Sum of the values 148, mean 148 / 11; moving ranges 2 4 6 2 2 4 2 4 6 2, mean 34 / 10.
    found = xmr(monthly(STEADY)).iloc[0]
    assert found["mean"] == pytest.approx(148 / 11)
    assert found["upper"] == pytest.approx(148 / 11 + 2.66 * 3.4)
    assert found["lower"] == pytest.approx(148 / 11 - 2.66 * 3.4)
    assert found["upper_2_sigma"] == pytest.approx(148 / 11 + 2.66 * 3.4 * 2 / 3)
    assert found["chart"] == "XmR"


def test_limits_of_a_published_example() -> None:
    # NHSRplotthedots (MIT licence), test of ptd_spc_standard: twenty normal values of seed 123,
    # for which it gives the mean 0.142 and the limits -3.01 and 3.29.
    values = [-0.5605, -0.2302, 1.5587, 0.0705, 0.1293, 1.7151, 0.4609, -1.2651, -0.6869, -0.4457,
              1.2241, 0.3598, 0.4008, 0.1107, -0.5558, 1.7869, 0.4979, -1.9666, 0.7014,
              -0.4728]  # fmt: skip
    found = xmr(monthly(values)).iloc[0]
    assert found["mean"] == pytest.approx(0.142, abs=0.0005)
    assert found["lower"] == pytest.approx(-3.01, abs=0.005)
    assert found["upper"] == pytest.approx(3.29, abs=0.005)


def test_constants_are_those_of_ranges_of_two_normal_values() -> None:
    # Expected range of two unit normal values, by integration of P(range > x) = 2 P(Z > x / √2).
    x = np.linspace(0, 12, 200_001)
    exceeds = 2 * norm.sf(x / np.sqrt(2))
    mean = np.trapezoid(exceeds, x)
    deviation = np.sqrt(np.trapezoid(2 * x * exceeds, x) - mean**2)
    spread = [0, 1] * 10
    half = xmr(monthly(spread))["upper"].iloc[0] - 0.5
    assert half == pytest.approx(3 / mean, abs=0.005)
    # A range of 3.25 times the mean range stays, one of 3.28 times is screened out.
    assert 3.25 < 1 + 3 * deviation / mean < 3.28


@pytest.mark.parametrize(("jump", "screened"), [(6.6, False), (7.0, True)])
def test_a_moving_range_above_3_267_times_their_mean_is_left_out(
    jump: float, screened: bool
) -> None:
    # Nineteen ranges of 2 and one of the jump: 6.6 is below 3.267 x (38 + 6.6) / 20 = 7.29;
    # put 1.5 in place of 2 so that 7.0 is above 3.267 x (28.5 + 7) / 20 = 5.80.
    step = 1.5 if screened else 2.0
    values = [0.0, step] * 10 + [step + jump]
    found = xmr(monthly(values)).iloc[0]
    average = step if screened else (19 * step + jump) / 20
    assert found["upper"] - found["mean"] == pytest.approx(2.66 * average)
    assert ("1 of 20 screened out" in found["basis"]) is screened


def test_a_missing_month_gives_no_moving_range_and_ends_a_run() -> None:
    # Without 99 between: ranges 1 x 6 and 1 x 5; the step from 1 to 0 over the gap is not one.
    values = [0, 1, 0, 1, 0, 1, 0, None, 9, 8, 9, 8, 9, 8]
    found = xmr(monthly(values))
    assert found["upper"].iloc[0] - found["mean"].iloc[0] == pytest.approx(2.66)
    assert not found["shift"].iloc[8:].any()  # six points above the mean
    assert found["shift"].iloc[:7].all()  # seven below it
    assert found["variation"].iloc[7] == "common cause"


def test_a_month_without_a_row_is_a_gap_too() -> None:
    with_gap = monthly([0, 1, 0, 1, 0, 1, 0, None, 9, 8, 9, 8, 9, 8])
    left_out = xmr(with_gap.dropna())
    kept = xmr(with_gap).dropna(subset="value").reset_index(drop=True)
    pd.testing.assert_frame_equal(left_out, kept)


def flagged(values: list[float], rule: str) -> list[int]:
    found = xmr(monthly(values))
    return list(np.flatnonzero(found[rule]))


def test_a_point_beyond_a_limit_is_flagged() -> None:
    assert flagged([*STEADY, 40], "beyond_limit") == [11]


@pytest.mark.parametrize(("points", "positions"), [(7, list(range(7, 14))), (6, [])])
def test_a_shift_is_seven_points_on_one_side(points: int, positions: list[int]) -> None:
    low = [8, 12] * 3 + [8]
    high = [21, 25] * 3 + [21]
    mixed = [*low[: 14 - points], *high[:points]]
    found = flagged(mixed, "shift")
    assert [at for at in found if at >= 14 - points] == positions


def test_a_point_on_the_mean_ends_a_shift_but_is_passed_over_on_a_run_chart() -> None:
    side = [1.0, 2, 1, 0, 2, 1, 2, 1, -1, -2, -1, -2, -1, -2, -1]
    table = monthly(side)
    on_run = control_charts.run_chart(table, value="value", unit="", better="higher")
    assert on_run["mean"].iloc[0] == 0
    # Seven points above the median, of which the fourth month is none.
    assert list(np.flatnonzero(on_run["shift"])) == [0, 1, 2, 4, 5, 6, 7, *range(8, 15)]
    on_xmr = xmr(table)
    assert on_xmr["mean"].iloc[0] == 0
    assert list(np.flatnonzero(on_xmr["shift"])) == list(range(8, 15))


@pytest.mark.parametrize(("points", "expected"), [(7, 7), (6, 0)])
def test_a_trend_is_seven_points_in_one_direction(points: int, expected: int) -> None:
    values = [10, 30, 10, 30, 10, *np.linspace(10.5, 18, points - 1), 5, 30, 10]
    found = xmr(monthly(values))
    assert int(found["trend"].sum()) == expected
    assert found["trend"].iloc[4:11].all() == (expected == 7)


def test_an_equal_neighbour_is_no_step_of_a_trend() -> None:
    values = [10, 30, 10, 30, 11, 12, 13, 13, 14, 15, 16, 5, 30, 10]
    assert flagged(values, "trend") == []


@pytest.mark.parametrize(
    ("last", "positions"),
    [([21, 14, 21], [33, 35]), ([21, 14, 6], []), ([21, 14, 14, 21], [])],
)
def test_two_of_three_points_beyond_two_sigma_on_one_side_are_flagged(
    last: list[float], positions: list[int]
) -> None:
    found = xmr(monthly([*STEADY * 3, *last]))
    two_sigma = found[["lower_2_sigma", "upper_2_sigma"]].iloc[0]
    assert two_sigma.between(6, 21).all()
    assert not found["beyond_limit"].any()
    assert list(np.flatnonzero(found["two_of_three"])) == positions


@pytest.mark.parametrize(
    ("better", "high", "low"),
    [
        ("higher", "improvement", "concern"),
        ("lower", "concern", "improvement"),
        ("neither", "special cause", "special cause"),
    ],
)
def test_variation_follows_from_the_direction_that_is_better(
    better: str, high: str, low: str
) -> None:
    found = xmr(monthly([*STEADY, 40, *STEADY, -20]), better=better)
    assert found["variation"].iloc[11] == high
    assert found["variation"].iloc[-1] == low
    assert found["variation"].iloc[0] == "common cause"


def test_a_trend_alone_has_its_own_direction() -> None:
    # Seven points rise through the mean of 20: neither side has seven of them.
    values = [5, 35, 5, 35, 5, 35, 14, 16, 18, 20.5, 22, 24, 26, 5, 35, 5, 35]
    found = xmr(monthly(values), better="higher")
    assert list(np.flatnonzero(found["trend"])) == list(range(6, 13))
    assert not found[["beyond_limit", "two_of_three", "shift"]].any(axis=None)
    assert set(found.loc[found["trend"], "variation"]) == {"improvement"}


@pytest.mark.parametrize(
    ("target", "better", "expected"),
    [
        (30, "higher", "consistently misses target"),
        (30, "lower", "consistently hits target"),
        (1, "higher", "consistently hits target"),
        (1, "lower", "consistently misses target"),
        (13, "higher", "hit and miss"),
        (30, "neither", "not assessed"),
        (None, "higher", "no target"),
    ],
)
def test_assurance_compares_the_target_with_the_limits(
    target: float | None, better: str, expected: str
) -> None:
    found = xmr(monthly(STEADY), better=better, target=target)
    assert set(found["assurance"]) == {expected}


def test_assurance_is_read_from_the_last_segment() -> None:
    table = monthly([*STEADY, *(value + 100 for value in STEADY)])
    rebases = pd.DataFrame({"month": [table["month"].iloc[11]], "reason": ["a second ward"]})
    whole = control_charts.icons(xmr(table, target=63)).iloc[0]
    last = control_charts.icons(xmr(table, target=63, rebases=rebases)).iloc[0]
    assert whole["assurance"] == "hit and miss"
    assert last["assurance"] == "consistently misses target"  # lower is better, and 63 is below
    assert last["segments"] == 2
    assert last["points"] == 11


def test_a_target_may_change_by_month_and_the_last_counts() -> None:
    table = monthly(STEADY).assign(aim=[1] * 10 + [30])
    assert set(xmr(table, target="aim")["assurance"]) == {"consistently hits target"}


def test_a_rebase_starts_a_segment_with_its_own_limits_and_reason() -> None:
    table = monthly([*STEADY, *(value + 100 for value in STEADY)])
    rebases = pd.DataFrame({"month": [table["month"].iloc[11]], "reason": ["a second ward"]})
    found = xmr(table, rebases=rebases)
    assert found["segment"].tolist() == [1] * 11 + [2] * 11
    assert found["rebase_reason"].isna().tolist() == [True] * 11 + [False] * 11
    assert found["mean"].iloc[-1] - found["mean"].iloc[0] == pytest.approx(100)
    assert not found["beyond_limit"].any()


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_rebase_without_a_reason_is_refused(reason: str | None) -> None:
    table = monthly(STEADY * 2)
    rebases = pd.DataFrame({"month": [table["month"].iloc[11]], "reason": [reason]})
    with pytest.raises(MethodError, match="found no reason"):
        xmr(table, rebases=rebases)


@pytest.mark.parametrize("month", ["2030-01-01", "2021-04-01"])
def test_a_rebase_where_no_new_segment_can_start_is_refused(month: str) -> None:
    rebases = pd.DataFrame({"month": [pd.Timestamp(month)], "reason": ["a second ward"]})
    with pytest.raises(MethodError, match="after the first of its series"):
        xmr(monthly(STEADY * 2), rebases=rebases)


def test_a_rebase_may_be_of_one_series_alone() -> None:
    table = pd.concat([monthly(STEADY * 2, ward=name) for name in ("A", "B")])
    rebases = pd.DataFrame(
        {"ward": ["B"], "month": [table["month"].iloc[11]], "reason": ["a second ward"]}
    )
    found = xmr(table, by=["ward"], rebases=rebases)
    assert found.groupby("ward")["segment"].max().to_dict() == {"A": 1, "B": 2}


def test_recorded_interruptions_become_rebases_where_they_begin_and_end() -> None:
    pause = Interruption(
        name="Works", first_month="2021-10", last_month="2022-01", reference="a record"
    )
    before = Interruption(
        name="Before", first_month="2019-01", last_month="2019-02", reference="a record"
    )
    found = control_charts.rebases_at(monthly(STEADY * 2), interruptions=[before, pause])
    assert found["month"].tolist() == [pd.Timestamp("2021-10-01"), pd.Timestamp("2022-02-01")]
    assert found["reason"].tolist() == ["Works begins", "Works ends"]


def test_too_few_points_are_refused_and_their_number_named() -> None:
    with pytest.raises(MethodError, match=r"9 points.*10 or more"):
        xmr(monthly(STEADY[:9]))


def test_a_constant_series_is_refused() -> None:
    with pytest.raises(MethodError, match="no variation"):
        xmr(monthly([5.0] * 12))


def test_unfit_segments_can_stay_as_points_without_limits() -> None:
    found = xmr(monthly([5.0] * 12), unfit="no limits", target=3)
    assert found[["mean", "lower", "upper"]].isna().all(axis=None)
    assert set(found["assurance"]) == {"not assessed"}
    assert found["basis"].iloc[0] == "No limits: no variation between successive points"


def test_two_rows_for_a_month_are_refused() -> None:
    with pytest.raises(MethodError, match="two rows"):
        xmr(pd.concat([monthly(STEADY), monthly(STEADY)]))


@pytest.mark.parametrize("option", [{"better": "up"}, {"unfit": "drop"}])
def test_unknown_options_are_refused(option: dict[str, str]) -> None:
    with pytest.raises(MethodError, match="wanted"):
        xmr(monthly(STEADY), **option)


def counts(numerators: list[float], of: float) -> pd.DataFrame:
    return monthly([0.0] * len(numerators)).assign(events=numerators, of=of)


def p_chart(table: pd.DataFrame, **options: object) -> pd.DataFrame:
    return control_charts.p_chart(
        table, **{"numerator": "events", "denominator": "of", "better": "lower", **options}
    )


def test_p_limits_are_three_binomial_deviations_and_widen_for_small_denominators() -> None:
    # Pooled share 0.1; deviation at 100: √(0.09 / 100) = 0.03; at 400: 0.015.
    table = counts([10, 12, 8, 11, 9, 10, 12, 8, 40, 40], 100).assign(of=[100] * 8 + [400] * 2)
    found = p_chart(table, over_dispersion="no")
    assert set(found["chart"]) == {"p"}
    assert found["mean"].iloc[0] == pytest.approx(0.1)
    assert found["upper"].iloc[0] == pytest.approx(0.19)
    assert found["lower"].iloc[0] == pytest.approx(0.01)
    assert found["upper"].iloc[-1] == pytest.approx(0.145)


def test_chance_alone_is_a_p_chart_and_more_than_chance_a_p_prime_chart() -> None:
    rng = np.random.default_rng(8)
    chance = counts(list(rng.binomial(1000, 0.3, 36)), 1000)
    shares = np.clip(rng.normal(0.3, 0.06, 36), 0, 1)
    more = counts(list(rng.binomial(1000, shares)), 1000)
    assert set(p_chart(chance)["chart"]) == {"p"}
    found = p_chart(more)
    assert set(found["chart"]) == {"p′"}
    # Deviation of both sources: √(0.06² + 0.3 x 0.7 / 1000) = 0.0617.
    assert found["upper"].iloc[0] - found["mean"].iloc[0] == pytest.approx(3 * 0.0617, rel=0.2)


def test_chance_is_rarely_taken_for_over_dispersion() -> None:
    # Above 1 by 1.96 standard errors: 1 of 40 series, here 1 or 2 of 60; far from half of them.
    rng = np.random.default_rng(11)
    wards = [counts(list(rng.binomial(1000, 0.3, 30)), 1000).assign(ward=at) for at in range(60)]
    found = p_chart(pd.concat(wards), by=["ward"]).groupby("ward")["chart"].first()
    assert found.eq("p′").sum() <= 6


def test_p_prime_limits_equal_xmr_limits_where_denominators_are_equal() -> None:
    # Laney (2002): with equal denominators the standardised chart is the chart of individuals;
    # its 3 / d2 is 2.6587 before rounding.
    table = counts([30, 42, 25, 51, 38, 29, 44, 36, 27, 49, 33, 40], 100)
    attribute = p_chart(table, over_dispersion="yes").iloc[0]
    individuals = xmr(table.assign(value=table["events"] / 100)).iloc[0]
    assert attribute["upper"] == pytest.approx(individuals["upper"], rel=0.001)


def test_limits_of_a_proportion_stay_within_0_and_1() -> None:
    found = p_chart(counts([1, 0, 2, 0, 1, 3, 0, 1, 0, 2], 20), over_dispersion="no")
    assert found["lower"].min() == 0
    high = p_chart(counts([19, 20, 18, 20, 19, 17, 20, 19, 20, 18], 20), over_dispersion="no")
    assert high["upper"].max() == 1


def test_u_limits_are_three_poisson_deviations() -> None:
    # 40 falls in 10 x 50 bed days: 0.08 a bed day, deviation √(0.08 / 50) = 0.04.
    table = counts([4, 5, 3, 4, 4, 5, 3, 4, 5, 3], 50)
    found = control_charts.u_chart(
        table, numerator="events", denominator="of", better="lower", over_dispersion="no"
    ).iloc[0]
    assert found["upper"] == pytest.approx(0.08 + 0.12)
    assert found["lower"] == 0
    assert found["chart"] == "u"


@pytest.mark.parametrize(("events", "of"), [(5, 0), (-1, 10), (11, 10)])
def test_counts_that_are_no_proportion_are_refused(events: float, of: float) -> None:
    table = counts([1] * 12, 10)
    table.loc[3, ["events", "of"]] = [events, of]
    with pytest.raises(MethodError, match=f"{events} of {of}"):
        p_chart(table)


series = st.lists(st.integers(0, 50), min_size=12, max_size=40).filter(
    lambda values: len(set(np.diff(values))) > 1
)


@given(series, st.integers(2, 9))
@settings(max_examples=10, deadline=None)
def test_doubling_the_measure_doubles_limits_and_keeps_flags(values: list[int], times: int) -> None:
    one = xmr(monthly([float(value) for value in values]), unfit="no limits")
    more = xmr(monthly([float(value * times) for value in values]), unfit="no limits")
    for column in ("mean", "lower", "upper"):
        np.testing.assert_allclose(more[column], one[column] * times, rtol=1e-9, atol=1e-9)
    pd.testing.assert_series_equal(one["trend"], more["trend"])


@given(series)
@settings(max_examples=8, deadline=None)
def test_order_of_rows_and_other_series_do_not_matter(values: list[int]) -> None:
    table = monthly([float(value) for value in values], ward="A")
    alone = xmr(table, by=["ward"], unfit="no limits")
    other = monthly([float(value) for value in STEADY], ward="B")
    mixed = pd.concat([other, table]).sample(frac=1, random_state=3)
    both = xmr(mixed, by=["ward"], unfit="no limits")
    kept = both[both["ward"].eq("A")].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, alone)


@given(series)
@settings(max_examples=8, deadline=None)
def test_reversing_time_keeps_limits_and_turns_trends_round(values: list[int]) -> None:
    forward = xmr(monthly([float(value) for value in values]), unfit="no limits")
    back = xmr(monthly([float(value) for value in values[::-1]]), unfit="no limits")
    assert forward["upper"].iloc[0] == pytest.approx(back["upper"].iloc[0], nan_ok=True)
    assert forward["trend"].tolist() == back["trend"].tolist()[::-1]
