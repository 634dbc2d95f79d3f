"""Comparators nearest in size."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import peers


def trusts() -> pd.DataFrame:
    return pd.DataFrame({"org_code": ["D", "A", "B", "C", "E"], "beds": [100, 50, 200, 400, 110]})


def nearest(table: pd.DataFrame, count: int, exclude: tuple[str, ...] = ()) -> pd.DataFrame:
    return peers.nearest(table, value="beds", key="org_code", of="D", count=count, exclude=exclude)


def test_half_and_double_are_equally_far_and_ties_go_by_code() -> None:
    found = nearest(trusts(), 3)
    assert found["org_code"].tolist() == ["E", "A", "B"]
    assert found["distance"].tolist()[1:] == pytest.approx([0.693147, 0.693147], abs=1e-6)
    assert found["rank"].tolist() == [1, 2, 3]


def test_excluded_units_and_the_unit_itself_are_never_chosen() -> None:
    assert nearest(trusts(), 3, ("E",))["org_code"].tolist() == ["A", "B", "C"]


def test_order_of_rows_does_not_matter() -> None:
    pd.testing.assert_frame_equal(nearest(trusts(), 4), nearest(trusts().iloc[::-1], 4))


@pytest.mark.parametrize("count", [0, 5])
def test_more_comparators_than_units_are_refused(count: int) -> None:
    with pytest.raises(MethodError, match="of 4 units"):
        nearest(trusts(), count)


def test_unknown_unit_is_refused() -> None:
    with pytest.raises(MethodError, match="no 'D'"):
        nearest(trusts().query("org_code != 'D'"), 1)


def test_unit_without_size_is_refused() -> None:
    with pytest.raises(MethodError, match="for C"):
        nearest(trusts().assign(beds=[100, 50, 200, 0, 110]), 1)
