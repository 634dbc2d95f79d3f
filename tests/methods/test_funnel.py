"""Funnel plots: exact limits, and limits for units that vary by more than chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from caseanalysis.errors import MethodError
from caseanalysis.methods import funnel


def units(events: list[float], of: list[float]) -> pd.DataFrame:
    codes = [f"R{number:02}" for number in range(len(events))]
    return pd.DataFrame({"code": codes, "events": events, "of": of})


def limits(table: pd.DataFrame, kind: str = "proportion", **options: object) -> pd.DataFrame:
    return funnel.funnel_limits(
        table, key="code", numerator="events", denominator="of", kind=kind, **options
    )


def by_chance(seed: int, between: float = 0.0, count: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(200, 5000, count)
    shares = np.clip(rng.normal(0.3, between, count), 0.01, 0.99)
    return units(list(rng.binomial(sizes, shares)), list(sizes))


def test_exact_limits_are_interpolated_as_spiegelhalter_does() -> None:
    # Binomial of 50 and 0.2: P(R <= 4) = 0.0185, P(R <= 5) = 0.0480, so that the 2.5% point lies
    # (0.0480 - 0.025) / (0.0480 - 0.0185) = 0.7797 below 5: 4.2203 / 50.
    at = funnel.limits_at(np.array([50.0]), centre=0.2, tau=0, kind="proportion").iloc[0]
    low, high = binom.cdf(4, 50, 0.2), binom.cdf(5, 50, 0.2)
    assert (round(low, 4), round(high, 4)) == (0.0185, 0.0480)
    assert at["lower_95"] == pytest.approx((5 - (high - 0.025) / (high - low)) / 50)


def test_exact_limits_come_near_the_normal_ones_for_large_units() -> None:
    at = funnel.limits_at(np.array([1e6]), centre=0.3, tau=0, kind="proportion").iloc[0]
    deviation = np.sqrt(0.3 * 0.7 / 1e6)
    assert at["upper_95"] == pytest.approx(0.3 + norm.isf(0.025) * deviation, abs=1e-6)
    assert at["lower_998"] == pytest.approx(0.3 - norm.isf(0.001) * deviation, abs=1e-6)


def test_units_that_vary_by_chance_alone_have_exact_limits() -> None:
    found = limits(by_chance(1))
    assert found["tau"].iloc[0] == 0
    assert found["dispersion"].iloc[0] < 1
    assert found["position"].eq("within").mean() > 0.85
    expected = funnel.limits_at(
        found["of"].to_numpy(float), centre=found["centre"].iloc[0], tau=0, kind="proportion"
    )
    assert found["upper_998"].tolist() == expected["upper_998"].tolist()


def test_variation_between_units_widens_the_limits_by_about_as_much() -> None:
    # A deviation of 0.04 between units around 0.3 is 0.04 / (2 √(0.3 x 0.7)) = 0.0436 in arcsin √.
    # Winsorised at 1.2816 deviations, normal values keep 0.3502 + 0.2 x 1.2816² = 0.6787 of their
    # variance: √0.6787 x 0.0436 = 0.036.
    table = by_chance(2, between=0.04, count=600)
    found = limits(table)
    assert found["tau"].iloc[0] == pytest.approx(0.036, rel=0.1)
    narrow = limits(table, over_dispersion="no")
    assert found["upper_998"].gt(narrow["upper_998"]).all()
    assert narrow["position"].ne("within").sum() > 300
    assert found["position"].ne("within").sum() < 90


def test_tau_by_hand() -> None:
    # Ten rates with 400 units of exposure: s = 1 / (2 √400) = 0.025; square roots of the rates
    # 1 ± 0.1, five each; centre 1.01, the mean of 1.21 and 0.81, g = √1.01 = 1.004988.
    # z = (1.1 - 1.004988) / 0.025 = 3.80050 and (0.9 - 1.004988) / 0.025 = -4.19950; the
    # percentiles pull in nothing. Dispersion = (14.4438 + 17.6358) / 2 = 16.0398.
    # w = 1600: Σw - Σw²/Σw = 16,000 - 1600 = 14,400; tau² = (160.398 - 9) / 14,400 = 0.0105138.
    table = units([484.0, 324.0] * 5, [400.0] * 10)
    found = limits(table, kind="rate").iloc[0]
    assert found["centre"] == pytest.approx(1.01)
    assert found["dispersion"] == pytest.approx(16.0398, abs=0.001)
    assert found["tau"] ** 2 == pytest.approx(0.0105138, abs=1e-6)
    reach = 1.959964 * np.sqrt(0.000625 + 0.0105138)
    assert found["upper_95"] == pytest.approx((1.004988 + reach) ** 2, abs=1e-4)


def test_a_few_extreme_units_do_not_widen_the_limits() -> None:
    # Winsorised: two far units among sixty are pulled in to the 90th percentile.
    table = by_chance(1)
    table.loc[[3, 7], "events"] = table.loc[[3, 7], "of"] * 9 // 10
    found = limits(table, centre=0.3)
    assert found["tau"].iloc[0] < 0.02
    assert set(found.loc[[3, 7], "position"]) == {"above 99.8%"}


def test_a_ratio_is_compared_with_one() -> None:
    found = limits(units([110.0, 90.0] * 6, [100.0] * 12), kind="ratio")
    assert found["centre"].iloc[0] == 1
    assert found["unit"].iloc[0] == "ratio"


def test_the_smallest_units_stay_and_have_the_widest_limits() -> None:
    table = units([2, *[300] * 11], [3, *[1000] * 11])
    found = limits(table)
    assert len(found) == 12
    assert found["position"].iloc[0] == "within"
    width = found["upper_998"] - found["lower_998"]
    assert width.iloc[0] > width.iloc[1:].max()


def test_limits_stay_on_the_scale_of_a_share() -> None:
    rng = np.random.default_rng(3)
    table = units(list(rng.integers(0, 20, 30)), [20] * 30)
    found = limits(table)
    assert found["tau"].iloc[0] > 0
    assert found["lower_998"].min() >= 0
    assert found["upper_998"].max() <= 1


def test_limits_of_rare_events_stop_at_zero() -> None:
    # Below zero the square root would fold back: (√0.01 - 3.09 x tau)² with tau above 0.05.
    table = units([0, 0, 40, 10, 0, 30, 20, 0, 0, 0, 10, 0], [1000] * 12)
    found = limits(table, kind="rate").iloc[0]
    assert found["tau"] > 0.05
    assert (found["lower_95"], found["lower_998"]) == (0, 0)


def test_order_of_units_does_not_matter() -> None:
    table = by_chance(2, between=0.04)
    turned = limits(table.iloc[::-1]).sort_index()
    pd.testing.assert_frame_equal(limits(table), turned)


def test_curves_pass_through_the_limits_of_each_unit() -> None:
    table = by_chance(2, between=0.04)
    found = limits(table)
    drawn = funnel.curves(found, denominator="of")
    assert drawn["denominator"].is_monotonic_increasing
    assert drawn["denominator"].min() < table["of"].min()
    assert drawn["denominator"].max() > table["of"].max()
    at = np.interp(found["of"], drawn["denominator"], drawn["upper_95"])
    np.testing.assert_allclose(at, found["upper_95"], atol=2e-4)


@pytest.mark.parametrize(
    ("table", "kind", "words"),
    [
        (units([1] * 9, [10] * 9), "proportion", "9 units"),
        (units([11, *[1] * 11], [10] * 12), "proportion", "counts of a proportion"),
        (units([1] * 12, [0, *[10] * 11]), "rate", "counts of a rate"),
        (units([0] * 12, [10] * 12), "proportion", "chance can vary"),
        (units([1] * 12, [10] * 12), "share", "'ratio'"),
        (pd.concat([units([1] * 6, [10] * 6)] * 2), "rate", "two rows"),
    ],
)
def test_what_bears_no_funnel_is_refused(table: pd.DataFrame, kind: str, words: str) -> None:
    with pytest.raises(MethodError, match=words):
        limits(table, kind)
