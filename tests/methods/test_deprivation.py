"""Deprivation and rurality of places, from counts of small areas."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import deprivation

COUNTS = pd.DataFrame(
    {
        "edition": "2019",
        "area_code": ["E1", "E1", "E1", "E2"],
        "imd_decile": [1, 2, 3, 10],
        "small_areas": [2, 1, 1, 5],
        "sum_of_ranks": [300, 4000, 7700, 160_000],
    }
)
CLASSES = pd.DataFrame(
    {
        "edition": "2011",
        "area_code": ["E1", "E1", "E2"],
        "rural": [True, False, True],
        "small_areas": [1, 3, 5],
    }
)


def test_average_rank_and_most_deprived_fifth_of_a_place() -> None:
    table = deprivation.by_place(COUNTS).set_index("area_code")
    # E1: (300 + 4,000 + 7,700) / 4 small areas; three of the four in deciles 1 and 2.
    assert table.loc["E1"].tolist() == [4.0, 3000.0, 0.75]
    assert table.loc["E2"].tolist() == [5.0, 32_000.0, 0.0]


def test_rural_share_of_a_place() -> None:
    table = deprivation.rural_share(CLASSES).set_index("area_code")
    assert table["rural_share"].to_dict() == {"E1": 0.25, "E2": 1.0}


def test_places_together_are_weighted_by_their_small_areas() -> None:
    together = deprivation.together(deprivation.rural_share(CLASSES), code="all")
    # 1 + 5 of 4 + 5 small areas; the mean of the shares would be 62.5%.
    assert together.to_numpy().tolist() == [["all", 9.0, pytest.approx(6 / 9)]]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=9))
def test_together_is_the_share_of_all_small_areas(counts: list[tuple[int, int]]) -> None:
    rows = [
        {"area_code": f"E{n}", "rural": rural, "small_areas": count}
        for n, pair in enumerate(counts)
        for rural, count in zip((True, False), pair, strict=True)
    ]
    shares = deprivation.rural_share(pd.DataFrame(rows))
    whole = deprivation.together(shares.iloc[::-1], code="all")["rural_share"].iloc[0]
    assert whole == pytest.approx(
        sum(rural for rural, _ in counts) / sum(map(sum, counts)), abs=1e-12
    )
    assert shares["rural_share"].between(0, 1).all()


@given(st.permutations(range(4)))
def test_order_of_rows_does_not_matter(order: list[int]) -> None:
    pd.testing.assert_frame_equal(
        deprivation.by_place(COUNTS.iloc[order]), deprivation.by_place(COUNTS)
    )


def test_two_editions_are_not_added_up() -> None:
    with pytest.raises(MethodError, match="2019, 2025"):
        deprivation.by_place(pd.concat([COUNTS, COUNTS.assign(edition="2025")]))
    with pytest.raises(MethodError, match="2011, 2021"):
        deprivation.rural_share(pd.concat([CLASSES, CLASSES.assign(edition="2021")]))


def test_missing_column_is_refused() -> None:
    with pytest.raises(MethodError, match="no column 'imd_decile'"):
        deprivation.by_place(COUNTS.drop(columns="imd_decile"))


def test_map_has_the_most_deprived_place_first_with_name_and_outline() -> None:
    outline = pd.DataFrame({"area_code": ["E2", "E1"], "geometry": ["POINT (2 2)", "POINT (1 1)"]})
    table = deprivation.mapped(
        deprivation.by_place(COUNTS),
        deprivation.rural_share(CLASSES),
        outline,
        names={"E1": "Upper", "E2": "Lower"},
    )
    kept = table[["area_name", "average_rank", "rural_share", "geometry"]]
    assert kept.to_numpy().tolist() == [
        ["Upper", 3000.0, 0.25, "POINT (1 1)"],
        ["Lower", 32_000.0, 1.0, "POINT (2 2)"],
    ]
