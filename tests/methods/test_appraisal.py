"""Net present values in the trusts' accounts, in public cash and for society."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from invented_case import RATES, recomputed, uncertain

from caseanalysis.methods import appraisal
from caseanalysis.methods.benefits import Plan

NO_DISCOUNT = RATES
WIDER = appraisal.economic_factors(
    uncertain(), capacity=[0, 0.5, 1], health_value=[100, 100, 100], health={"one": [1, 2, 3]}
)


def plan(years: int = 10, *, money: float = 0.0, wider: pd.DataFrame = WIDER) -> Plan:
    rates = NO_DISCOUNT | {"rate": money}
    return appraisal.plan_of(
        recomputed(), wider, years=years, rates=rates, health_rates=NO_DISCOUNT
    )


def test_each_view_counts_what_is_its_own() -> None:
    # Half is attained. Trusts: 180 + 80 + 40 of income, less a tenth of the 600 planned. Public
    # cash: no income, and its cost neither. Society: the 100 of capacity before the share in
    # cash x (0.8 + half of 0.2), no income, the whole cost; health: 2 years x 0.5 x 0.5 x 100.
    found = appraisal.present_values(plan()).iloc[0]
    assert found.to_dict() == pytest.approx(
        {"trusts": 2400, "bankable": 2080, "resources": 2100, "economic": 2600}
    )


def test_health_has_a_discount_rate_of_its_own() -> None:
    # Two years, money at 25%: 210 x (1 + 0.8); health of 50 is not discounted here.
    found = appraisal.present_values(plan(2, money=0.25)).iloc[0]
    assert found["resources"] == pytest.approx(378)
    assert found["economic"] == pytest.approx(478)


def test_without_health_on_record_society_has_none() -> None:
    wider = appraisal.economic_factors(uncertain(), capacity=[0, 0, 0], health_value=[1, 1, 1])
    found = appraisal.present_values(plan(wider=wider)).iloc[0]
    assert found["economic"] == found["resources"] == pytest.approx(2000)
    assert appraisal.HEALTH not in set(appraisal.components(plan(wider=wider))["component"])


def test_parts_of_a_view_add_up_to_it() -> None:
    made = appraisal.components(plan())
    net = made.groupby("view")["value"].sum()
    assert net.to_dict() == pytest.approx(appraisal.present_values(plan()).iloc[0].to_dict())
    income = made[made["component"].eq("Income from the commissioner")]
    assert income["view"].tolist() == ["trusts"]


def test_each_kind_is_shown_by_view() -> None:
    found = appraisal.by_kind(plan()).set_index("kind")
    assert found.loc["income", ["printed", "trusts", "bankable", "resources"]].tolist() == (
        pytest.approx([200, 40, 0, 0])
    )
    assert found.loc["capacity", ["bankable", "resources"]].tolist() == pytest.approx([80, 90])
    assert found.loc["cash-releasing", "health"] == pytest.approx(50)


def test_break_even_is_where_the_cost_is_covered() -> None:
    # Public cash: 520 a year if all came, 52 of cost; the 260 attained could pay as much.
    assert appraisal.break_even(plan())["bankable"] == pytest.approx(0.1)
    assert appraisal.break_even(plan())["trusts"] == pytest.approx(0.1)
    assert appraisal.affordable(plan())["bankable"] == pytest.approx(260)
    assert appraisal.in_the_accounts(plan()) == pytest.approx(240)


def test_views_over_years_share_their_draws_and_hold_their_medians() -> None:
    found = appraisal.over_years(
        recomputed(), WIDER, horizons=[5, 10], rates=NO_DISCOUNT, health_rates=NO_DISCOUNT,
        number=400, correlation=0.3, confidence_level=0.9, rng=np.random.default_rng(1),
    ).set_index(["view", "years"])  # fmt: skip
    assert found.loc["bankable", "central"].tolist() == pytest.approx([1040, 2080])
    assert (found["lower"] < found["value"]).all()
    assert (found["value"] < found["upper"]).all()
    # Without discounting ten years are worth twice as much as five, draw by draw.
    ten, five = (found.xs(years, level="years")["value"] for years in (10, 5))
    assert (ten / five).tolist() == pytest.approx([2] * len(ten))


def test_society_gains_more_where_more_is_used_again() -> None:
    def value(share: float) -> float:
        wider = appraisal.economic_factors(
            uncertain(), capacity=[share] * 3, health_value=[1, 1, 1]
        )
        return float(appraisal.present_values(plan(wider=wider))["resources"].iloc[0])

    # Two of 400 is planned at 200, 40 of it not in cash, half attained, over ten years.
    assert value(0.25) - value(0) == pytest.approx(50)
    assert value(1) - value(0) == pytest.approx(200)
