"""Recorded prevalence of areas and of areas put together."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods.prevalence import recorded


def patients(rows: list[tuple[str, str, float, float]], period: str = "2022-23") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["area_code", "register", "registered", "list_size"])
    return table.assign(geography="district", period=period, area_name="District " +
                        table["area_code"])  # fmt: skip


TABLE = patients(
    [("E1", "DM", 10, 100), ("E1", "AF", 5, 100), ("E2", "DM", 90, 300), ("E2", "AF", 3, 300)]
)
ASKED = {"geography": "district", "kind": "place", "confidence_level": 0.95}


def test_share_is_of_the_list_with_a_wilson_interval() -> None:
    table = recorded(TABLE, **ASKED, registers=["DM"], area_codes=["E1"])
    (row,) = table.to_dict("records")
    assert (row["share"], row["area_kind"], row["area_name"]) == (0.1, "place", "District E1")
    # Wilson, 10 of 100: (2*10 + 3.8415 -+ 1.96*sqrt(3.8415 + 4*10*0.9)) / (2*(100 + 3.8415)).
    assert row["lower"] == pytest.approx(0.0552, abs=1e-4)
    assert row["upper"] == pytest.approx(0.1744, abs=1e-4)


def test_rows_stand_in_the_order_asked_for() -> None:
    table = recorded(TABLE, **ASKED, registers=["DM", "AF"], area_codes=["E2", "E1"])
    pairs = list(zip(table["register"], table["area_code"], strict=True))
    assert pairs == [("DM", "E2"), ("DM", "E1"), ("AF", "E2"), ("AF", "E1")]


def test_areas_together_have_their_patients_added_up_not_their_shares() -> None:
    table = recorded(TABLE, **ASKED, registers=["DM", "AF"], pooled_name="both")
    assert table["area_code"].tolist() == ["both", "both"]
    # 100 of 400 and 8 of 400; the mean of the shares 10% and 30% would be 20%.
    assert table["share"].tolist() == [0.25, 0.02]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 500)), min_size=1, max_size=8))
def test_areas_together_are_the_sum_of_the_areas(counts: list[tuple[int, int]]) -> None:
    table = patients([(f"E{n}", "DM", *map(float, pair)) for n, pair in enumerate(counts)])
    apart = recorded(table, **ASKED, registers=["DM"])
    both = recorded(table.iloc[::-1], **ASKED, registers=["DM"], pooled_name="all")
    assert both["registered"].iloc[0] == apart["registered"].sum()
    assert both["list_size"].iloc[0] == apart["list_size"].sum()
    assert apart["share"].min() - 1e-12 <= both["share"].iloc[0] <= apart["share"].max() + 1e-12
    assert apart["lower"].le(apart["share"]).all()
    assert apart["upper"].ge(apart["share"]).all()


def test_area_without_a_register_is_refused() -> None:
    with pytest.raises(MethodError, match="no register AF for E2"):
        recorded(TABLE.iloc[:3], **ASKED, registers=["DM", "AF"])


def test_area_that_is_not_there_is_refused() -> None:
    with pytest.raises(MethodError, match="no register DM for E9"):
        recorded(TABLE, **ASKED, registers=["DM"], area_codes=["E1", "E9"])


def test_two_periods_at_once_are_refused() -> None:
    both = pd.concat([TABLE, TABLE.assign(period="2023-24")])
    with pytest.raises(MethodError, match="the periods 2022-23, 2023-24"):
        recorded(both, **ASKED, registers=["DM"])


def test_more_patients_than_the_list_is_refused() -> None:
    with pytest.raises(MethodError, match="121"):
        recorded(patients([("E1", "LD", 121, 118)]), **ASKED, registers=["LD"])
