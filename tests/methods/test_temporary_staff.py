"""Vacancies, bank and agency staff: posts, pounds and savings, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import temporary_staff
from caseanalysis.methods.temporary_staff import NET


def printed(**values: float) -> pd.DataFrame:
    """Shares by trust with a rounding of a tenth of a percent."""
    return pd.DataFrame(
        {
            "entity": list(values),
            "group": "agency",
            "period": "2030-02",
            "value": list(values.values()),
            "lower": [value - 0.0005 for value in values.values()],
            "upper": [value + 0.0005 for value in values.values()],
        }
    )


def costs(**values: float) -> pd.DataFrame:
    pounds = list(values.values())
    return pd.DataFrame(
        {"entity": list(values), "cost": pounds, "cost_lower": pounds, "cost_upper": pounds}
    )


STAFF = pd.DataFrame(
    {
        "org_code": ["RAA", "RAA"],
        "month": pd.to_datetime(["2030-02-01", "2030-05-01"]),
        "fte": [900.0, 1000.0],
    }
)


def test_vacancy_rate_is_a_share_of_all_posts() -> None:
    posts = temporary_staff.vacant_posts(printed(RAA=0.1, RBB=0.2), STAFF)
    # 900 in post at 10% vacant are nine tenths of 1,000 posts; RBB has no staff of that month.
    assert posts["org_code"].tolist() == ["RAA"]
    assert posts.loc[0, "value"] == pytest.approx(100)
    assert posts.loc[0, "lower"] < 100 < posts.loc[0, "upper"]


def test_spending_is_the_share_of_staff_costs() -> None:
    spend = temporary_staff.temporary_spend(printed(RAA=0.05), costs(RAA=2e6))
    assert spend.loc[0, ["value", "lower", "upper"]].tolist() == pytest.approx(
        [100_000, 99_000, 101_000]
    )


def test_temporary_staff_stand_beside_what_they_may_stand_in_for() -> None:
    posts = pd.DataFrame({"org_code": ["RAA"], "value": [60.0]})
    absence = pd.DataFrame({"org_code": ["RAA"], "share": [0.04], "fte": [1000.0]})
    spend = pd.DataFrame({"org_code": ["RAA", "RAA"], "value": [3e6, 2e6]})
    unit = pd.DataFrame({"org_code": ["RAA"], "cost": [50_000.0]})
    row = temporary_staff.accounted_for(posts, absence, spend, unit).iloc[0]
    # 5 million at 50,000 each are 100, beside 60 vacant and 40 absent.
    assert row[["vacant", "absent", "temporary", "spend", "share"]].tolist() == [
        60, 40, 100, 5e6, 1,
    ]  # fmt: skip


def test_accounts_give_shares_of_all_staff_costs() -> None:
    accounts = pd.DataFrame(
        {
            "year": ["2029-30"] * 2 + ["2030-31"] * 2,
            "org_code": "RAA",
            "item": ["agency", "all staff costs"] * 2,
            "value": [50.0, 1000.0, 30.0, 1000.0],
        }
    )
    shares = temporary_staff.shares_of_accounts(accounts)
    assert shares["value"].tolist() == [0.05, 0.03]
    assert temporary_staff.latest_year(shares)["year"].tolist() == ["2030-31"]


def test_saving_without_uncertainty_is_exact() -> None:
    shares = printed(RAA=0.05, RBB=0.02).assign(
        lower=lambda t: t["value"], upper=lambda t: t["value"]
    )
    found = temporary_staff.agency_saving(
        shares,
        costs(RAA=1e6, RBB=1e6),
        aim=(0.03, 0.03, 0.03),
        premium=(0.25, 0.25, 0.25),
        confidence_level=0.95,
        rng=np.random.default_rng(1),
        draws=10,
    ).set_index(["org_code", "kind"])
    # 2% of a million above the aim; a fifth of it is the premium of a quarter.
    assert found.loc[("RAA", "gross"), ["value", "lower", "upper"]].tolist() == pytest.approx(
        [20_000] * 3
    )
    assert found.loc[("RAA", NET), "value"] == pytest.approx(4_000)
    assert found.loc[("RBB", "gross"), "value"] == 0
    assert found.loc[("group", NET), "value"] == pytest.approx(4_000)


def test_interval_of_the_saving_holds_it_and_the_seed_repeats_it() -> None:
    def saving() -> pd.DataFrame:
        return temporary_staff.agency_saving(
            printed(RAA=0.05),
            costs(RAA=1e6),
            aim=(0.02, 0.03, 0.04),
            premium=(0.1, 0.2, 0.4),
            confidence_level=0.9,
            rng=np.random.default_rng(7),
            draws=500,
        )

    found = saving()
    assert (found["lower"] < found["value"]).all()
    assert (found["value"] < found["upper"]).all()
    pd.testing.assert_frame_equal(found, saving())


def test_confidence_in_percent_is_refused() -> None:
    with pytest.raises(MethodError, match="between 0 and 1"):
        temporary_staff.agency_saving(
            printed(RAA=0.05),
            costs(RAA=1e6),
            aim=(0, 0, 0),
            premium=(0, 0, 0),
            confidence_level=95,
            rng=np.random.default_rng(1),
        )


def test_cost_of_a_full_time_equivalent_is_printed_or_assumed() -> None:
    staff = pd.concat([STAFF, STAFF.assign(org_code="RBB")])
    assumed = {"cost": 60_000.0, "cost_lower": 50_000.0, "cost_upper": 70_000.0}
    found = temporary_staff.cost_per_fte(
        staff, costs=costs(RAA=45e6), year="2029-30", otherwise=assumed
    ).set_index("org_code")
    # February 2030 alone falls into 2029-30: 45 million by 900.
    assert found.loc["RAA", "cost"] == 50_000
    assert found.loc["RBB", ["cost", "cost_upper", "basis"]].tolist() == [60_000, 70_000, "assumed"]
    alone = temporary_staff.cost_per_fte(
        STAFF, costs=costs().astype(object), year="2029-30", otherwise=assumed
    )
    assert alone["cost"].tolist() == [60_000]


def test_vacancies_of_the_latest_quarter_come_highest_first() -> None:
    table = pd.DataFrame(
        {
            "month": pd.to_datetime(["2030-01-01", "2030-04-01", "2030-04-01"]),
            "region": ["East", "East", "West"],
            "rate": [0.3, 0.1, 0.2],
        }
    )
    assert temporary_staff.latest_vacancies(table)["region"].tolist() == ["West", "East"]
