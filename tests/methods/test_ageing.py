"""How old the residents of each board are, ranked."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods.ageing import older_share_ranks

BOARDS = pd.DataFrame(
    {
        "edition": "any",
        "area_code": ["E1", "E2", "E3"],
        "year": 2022,
        "population": [100.0, 200.0, 50.0],
        "population_65_and_over": [25.0, 40.0, 12.5],
        "population_85_and_over": [2.0, 8.0, 1.0],
    }
)


def test_boards_are_ranked_by_share_within_each_age_group() -> None:
    table = older_share_ranks(BOARDS).set_index(["age_group", "area_code"])
    # 65+: 25%, 20%, 25%; 85+: 2%, 4%, 2%. Ties share the best rank.
    assert table["share"].to_dict() == {
        **{("65+", "E1"): 0.25, ("65+", "E2"): 0.2, ("65+", "E3"): 0.25},
        **{("85+", "E1"): 0.02, ("85+", "E2"): 0.04, ("85+", "E3"): 0.02},
    }
    assert table.loc["65+", "rank"].tolist() == [1.0, 3.0, 1.0]
    assert table.loc["85+", "rank"].tolist() == [2.0, 1.0, 2.0]


def test_order_of_boards_does_not_matter() -> None:
    keys = ["age_group", "area_code"]
    pd.testing.assert_frame_equal(
        older_share_ranks(BOARDS.iloc[::-1]).sort_values(keys, ignore_index=True),
        older_share_ranks(BOARDS).sort_values(keys, ignore_index=True),
    )


def test_missing_column_is_refused() -> None:
    with pytest.raises(MethodError, match="population_85_and_over"):
        older_share_ranks(BOARDS.drop(columns="population_85_and_over"))
