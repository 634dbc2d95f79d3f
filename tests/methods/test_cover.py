"""Spare staff kept apart and shared, against the binomial distribution."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import cover


def groups(**fte: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"org_code": list(fte), "staff_group": "Midwives", "fte": list(fte.values())}
    )


def absence(**share: float) -> pd.DataFrame:
    return pd.DataFrame({"org_code": list(share), "share": list(share.values())})


def test_two_people_apart_and_shared() -> None:
    # One person absent half of the time: 1 is enough on 75% of days, which is 0.5 spare in each
    # trust. Together 0, 1, 2 are absent on 25%, 50%, 25% of days: 1 is enough, and it is the mean.
    found = cover.cover_reserve(
        groups(RAA=1, RBB=1), absence(RAA=0.5, RBB=0.5), service_level=0.75
    ).iloc[0]
    assert (found["apart"], found["shared"], found["value"]) == (1.0, 0.0, 1.0)


def test_published_quantile_of_the_binomial_is_met() -> None:
    # B(20, 0.25): P(X <= 8) = 0.9591, P(X <= 7) = 0.8982 in tables of the distribution.
    found = cover.cover_reserve(groups(RAA=20), absence(RAA=0.25), service_level=0.95).iloc[0]
    assert found["apart"] == pytest.approx(8 - 5)
    assert found["shared"] == pytest.approx(3)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(50, 400), st.floats(0.03, 0.08)), min_size=2, max_size=3),
    st.sampled_from([0.9, 0.95, 0.99]),
)
def test_sharing_takes_no_more_than_one_person_beyond_keeping_apart(
    trusts: list[tuple[int, float]], level: float
) -> None:
    codes = [f"R{at}A" for at in range(len(trusts))]
    found = cover.cover_reserve(
        groups(**dict(zip(codes, (size for size, _ in trusts), strict=True))),
        absence(**dict(zip(codes, (share for _, share in trusts), strict=True))),
        service_level=level,
    ).iloc[0]
    # People are whole, so that the last of them may be in the way of an exact comparison.
    assert found["shared"] <= found["apart"] + 1


def test_group_twice_and_a_level_in_percent_are_refused() -> None:
    twice = pd.concat([groups(RAA=5), groups(RAA=6)])
    with pytest.raises(MethodError, match="two rows for org_code RAA"):
        cover.cover_reserve(twice, absence(RAA=0.1), service_level=0.9)
    with pytest.raises(MethodError, match="between 0 and 1"):
        cover.cover_reserve(groups(RAA=5), absence(RAA=0.1), service_level=95)


def test_sums_and_the_latest_month() -> None:
    reserve = cover.cover_reserve(
        groups(RAA=1, RBB=1), absence(RAA=0.5, RBB=0.5), service_level=0.75
    )
    assert cover.totals(reserve).loc[0, ["fte", "value", "share"]].tolist() == [2, 1, 0.5]
    months = pd.DataFrame({"month": pd.to_datetime(["2030-01-01", "2030-02-01"]), "fte": [1, 2]})
    assert cover.latest_month(months)["fte"].tolist() == [2]
