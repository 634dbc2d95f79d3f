"""The comparators that the default case names are those that its two rules give."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.case import Case
from caseanalysis.library import build_table
from caseanalysis.methods import ageing, peers
from caseanalysis.store import Store
from caseanalysis.tables import EVIDENCE_TABLES

pytestmark = pytest.mark.official_files

YEAR = pd.date_range("2023-04-01", "2024-03-01", freq="MS")


@pytest.fixture(scope="module")
def attendances(full_store: Store) -> pd.DataFrame:
    """Type 1 attendances of the year of the rule, of trusts with some in every month."""
    monthly = full_store.table("ae_monthly", level=["provider"])
    monthly = monthly[monthly["month"].isin(YEAR) & monthly["attendances_type_1"].gt(0)]
    totals = monthly.groupby("org_code").agg(
        months=("month", "nunique"), attendances=("attendances_type_1", "sum")
    )
    return totals[totals["months"].eq(12)].reset_index()


def test_rule_says_the_year_that_is_recomputed(default: Case) -> None:
    assert "April 2023 to March 2024" in default.peers.trusts.rule.replace("\n", " ")
    assert "mid-2022" in default.peers.commissioners.rule


def test_trusts_are_compared_with_the_five_nearest_in_size(
    default: Case, attendances: pd.DataFrame
) -> None:
    for trust in default.trust_codes:
        nearest = peers.nearest(
            attendances,
            **{"value": "attendances", "key": "org_code", "of": trust, "count": 5},
            exclude=default.trust_codes,
        )
        assert tuple(nearest["org_code"]) == default.peers.trusts.members[trust], trust


def test_commissioner_is_compared_with_the_five_nearest_in_age(
    default: Case, full_store: Store
) -> None:
    boards = build_table(EVIDENCE_TABLES["commissioner_ages"], full_store, default)
    assert set(boards["year"]) == {2022}
    shares = ageing.older_share_ranks(boards)
    shares = shares[shares["age_group"].eq("65+")].set_index("area_code")["share"]
    others = shares.drop(default.commissioner.code)
    distance = (others - shares[default.commissioner.code]).abs().sort_values()
    assert tuple(distance.index[:5]) == default.peers.commissioners.members
    # The sixth is further away than the fifth by more than rounding.
    assert distance.iloc[5] - distance.iloc[4] > 1e-6
