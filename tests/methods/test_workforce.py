"""Staff in post: index, forecast, back-test and need, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import workforce


def series(values: list[float], name: str = "Upper", start: str = "2030-01-01") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trust_name": name,
            "org_code": name[:3].upper(),
            "month": pd.date_range(start, periods=len(values), freq="MS"),
            "value": values,
        }
    )


def staff(values: dict[str, list[float]], start: str = "2030-01-01") -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "month": pd.date_range(start, periods=len(fte), freq="MS"),
                "org_code": code,
                "fte": fte,
            }
        )
        for code, fte in values.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_index_starts_at_the_first_month_that_all_have() -> None:
    late = staff({"RBB": [50, 75]}, start="2030-02-01")
    table = workforce.indexed(pd.concat([staff({"RAA": [100, 110, 121]}), late]))
    shares = table.set_index(["org_code", "month"])["share"]
    assert shares["RAA"].round(6).tolist() == [1.0, 1.1]
    assert shares["RBB"].tolist() == [1.0, 1.5]


def test_group_is_the_sum_in_months_that_all_report() -> None:
    table = workforce.with_group(
        staff({"RAA": [100, 110], "RBB": [50]}), codes=["RAA", "RBB"], name="group"
    )
    assert table.loc[table["org_code"].eq("group"), "fte"].tolist() == [150]


def test_series_with_a_gap_or_too_short_is_left_out() -> None:
    table = staff({"RAA": [1.0] * 24, "RBB": [1.0] * 23, "RCC": [1.0] * 25})
    table = table[~(table["org_code"].eq("RCC") & table["month"].eq("2030-05-01"))]
    table = table.assign(org_name=table["org_code"])
    found = workforce.long_series(table, codes=["RCC", "RBB", "RAA"], value="fte")
    assert found["org_code"].unique().tolist() == ["RAA"]


def test_drift_goes_on_by_the_mean_change_with_its_error() -> None:
    # Changes alternate 1 and 3 over 24 steps: mean 2, standard deviation 1.0215.
    values = np.concatenate([[100], 100 + np.cumsum([1, 3] * 12)])
    ahead = workforce.drift_forecast(series(list(values)), until_year=2032)
    # The series ends in January 2032; July is six months on.
    assert len(ahead) == 6
    last = ahead.iloc[-1]
    assert last["value"] == pytest.approx(148 + 6 * 2)
    error = np.std([1, 3] * 12, ddof=1) * np.sqrt(6 * (1 + 6 / 24))
    assert last["upper_95"] - last["value"] == pytest.approx(1.959964 * error, rel=1e-6)
    assert last["value"] - last["lower_80"] == pytest.approx(1.281552 * error, rel=1e-6)


@settings(max_examples=20)
@given(st.lists(st.floats(100, 200), min_size=24, max_size=40))
def test_drift_runs_through_the_ends_of_the_series(values: list[float]) -> None:
    ahead = workforce.drift_forecast(series(values), until_year=2036)
    steps = len(ahead)
    mean = (values[-1] - values[0]) / (len(values) - 1)
    assert ahead["value"].iloc[-1] == pytest.approx(values[-1] + steps * mean, abs=1e-6)
    assert (ahead["lower_95"] <= ahead["lower_80"]).all()


def test_gap_and_a_past_horizon_are_refused() -> None:
    table = series([100.0 + at for at in range(30)])
    with pytest.raises(MethodError, match="29 of 30 months"):
        workforce.drift_forecast(table.drop(index=12), until_year=2036)
    with pytest.raises(MethodError, match="a last month before July 2031"):
        workforce.drift_forecast(table, until_year=2031)


def test_back_test_of_a_straight_line_has_no_error_with_drift() -> None:
    table = series([100.0 + 2 * at for at in range(48)])
    tested = workforce.back_test(table, months_ahead=3, origins=6).set_index("model")
    assert tested.loc["random walk with drift", "wape"] == pytest.approx(0)
    # Without change it misses by 2, 4 and 6 at each origin, of outturns around 185.
    outturn = sum(100 + 2 * (44 - back + at) for back in range(6) for at in (1, 2, 3))
    assert tested.loc["no change", "wape"] == pytest.approx(6 * 12 / outturn)
    assert tested["origins"].tolist() == [6, 6]
    assert np.isnan(tested.loc["no change", "coverage_80"])


def test_back_test_sees_nothing_after_its_origin() -> None:
    calm = [100.0 + at % 2 for at in range(48)]
    jump = [*calm[:-3], 500, 500, 500]
    before = workforce.back_test(series(calm), months_ahead=3, origins=1)
    after = workforce.back_test(series(jump), months_ahead=3, origins=1)
    # Forecast near 100 of an outturn of 500: the error is four fifths of the outturn.
    assert after["wape"].iloc[0] == pytest.approx(0.8, abs=0.01)
    assert before["wape"].iloc[0] < 0.02


def test_need_grows_the_mean_of_the_base_year() -> None:
    growth = pd.DataFrame({"growth": [0.1], "lower": [0.08], "upper": [0.15]})
    table = staff({"RAA": [90] * 6 + [110] * 6 + [500]})
    found = workforce.needed(table, growth, base_year=2030, horizon_year=2040).iloc[0]
    assert found["base"] == 100
    assert [found[name] for name in ("value", "lower", "upper")] == pytest.approx([110, 108, 115])
    with pytest.raises(MethodError, match="2 rows"):
        workforce.needed(table, pd.concat([growth, growth]), base_year=2030, horizon_year=2040)


def test_staff_beyond_need_take_the_outer_ends_of_both() -> None:
    month = pd.Timestamp(2040, 7, 1)
    need = pd.DataFrame(
        {"org_code": ["RAA"], "month": [month], "base": 100.0, "value": 110.0, "lower": 108.0,
         "upper": 115.0}
    )  # fmt: skip
    ahead = pd.DataFrame(
        {"org_code": ["RAA"], "month": [month], "value": 120.0, "lower_95": 100.0,
         "upper_95": 140.0}
    )  # fmt: skip
    found = workforce.against_need(ahead, need)
    assert found.loc[0, ["value", "lower", "upper"]].tolist() == [10, -15, 32]
    assert workforce.together(found).loc[0, "value"] == 10


def test_printed_staff_stand_beside_both_counts_of_the_month() -> None:
    printed = pd.DataFrame(
        {"entity": ["RAA", "RBB"], "period": ["2030-02", "2030-02"], "value": [110, 60]}
    )
    days = pd.DataFrame(
        {"org_code": ["RAA"], "month": [pd.Timestamp(2030, 2, 1)], "fte_days_available": [3080]}
    )
    found = workforce.counts_beside(printed, staff({"RAA": [100, 105]}), days)
    row = found.set_index("org_code")
    # 3,080 days in the 28 days of February.
    assert row.loc["RAA", ["value", "fte", "fte_sickness"]].tolist() == [110, 105, 110]
    assert row.loc["RBB", ["fte", "fte_sickness"]].isna().all()


def test_month_becomes_a_period() -> None:
    assert workforce.by_period(staff({"RAA": [1]}))["period"].tolist() == ["2030-01"]
