"""Results in one shape: collected, selected, ranked and explained."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseanalysis.errors import MethodError
from caseanalysis.methods import results, verdicts

GROWTH = pd.DataFrame(
    {
        "area_code": ["E1", "E2"],
        "age_group": ["65+", "65+"],
        "year": [2023, 2033],
        "growth": [0.25, 0.5],
        "low": [0.2, 0.4],
        "high": [0.3, 0.6],
    }
)
SAME = {"measure": "growth", "value": "growth", "unit": "share", "basis": "projection"}


def collected(**changed: object) -> pd.DataFrame:
    named = {"entity": "area_code", "group": "age_group", "period": "year"}
    return results.collect(GROWTH, **{**SAME, **named, **changed})


def test_columns_are_named_and_texts_are_taken_as_they_are() -> None:
    table = collected(group="all ages", interval=("low", "high"))
    assert table.columns.tolist() == [
        *("measure", "entity", "group", "period", "value", "lower", "upper", "unit", "basis"),
    ]
    assert table.iloc[1].tolist() == [
        *("growth", "E2", "all ages", "2033", 0.5, 0.4, 0.6, "share", "projection"),
    ]


def test_period_given_as_text_stands_in_every_row() -> None:
    assert collected(period="2023 to 2033")["period"].tolist() == ["2023 to 2033"] * 2


def test_result_without_an_interval_has_none() -> None:
    assert collected()[["lower", "upper"]].isna().all().all()


def test_empty_table_gives_no_results() -> None:
    table = results.collect(pd.DataFrame(), **SAME, entity="a", group="b", period="c")
    assert table.empty
    assert "measure" in table


@pytest.mark.parametrize("changed", [{"value": "grwth"}, {"interval": ("low", "hihg")}])
def test_misspelt_column_of_numbers_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(MethodError, match="no column"):
        collected(**changed)


@pytest.mark.parametrize(
    "wanted",
    [
        ["E1", "E3"],
        ("E1",),
        {"E1"},
        pd.Index(["E1"]),
        pd.Series(["E1"]),
        np.array(["E1"]),
        {"E1": 1}.keys(),
        "E1",
    ],
    ids=["list", "tuple", "set", "index", "series", "array", "keys", "text"],
)
def test_rows_are_selected_by_one_value_or_several(wanted: object) -> None:
    chosen = results.select(GROWTH, area_code=wanted)
    assert chosen["area_code"].tolist() == ["E1"]


def test_selection_needs_every_column_to_fit() -> None:
    assert len(results.select(GROWTH, area_code=["E1", "E2"], year=2033)) == 1
    assert len(results.select(GROWTH, area_code="E1", year=2033)) == 0
    with pytest.raises(MethodError, match="no column 'yaer'"):
        results.select(GROWTH, yaer=2033)


def test_rank_1_is_the_greatest_and_ties_share_the_best() -> None:
    table = pd.DataFrame({"unit": list("abcd"), "share": [0.2, 0.4, 0.4, math.nan]})
    ranked = results.rank(table, value="share")
    assert ranked["rank"].tolist()[:3] == [3.0, 1.0, 1.0]
    assert math.isnan(ranked["rank"].iloc[3])
    least = results.rank(table, value="share", least_first=True)
    assert least["rank"].tolist()[:3] == [1.0, 2.0, 2.0]


def test_rank_within_groups_starts_anew() -> None:
    table = pd.DataFrame({"age": ["65+", "85+", "65+"], "share": [0.1, 0.05, 0.2]})
    ranked = results.rank(table, value="share", within=["age"])
    assert ranked["rank"].tolist() == [2.0, 1.0, 1.0]
    with pytest.raises(MethodError, match="no column 'group'"):
        results.rank(table, value="share", within=["group"])


@given(st.lists(st.integers(0, 20), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_rank_does_not_depend_on_the_order_of_rows(values: list[int], random: object) -> None:
    table = pd.DataFrame({"unit": range(len(values)), "value": values})
    shuffled = table.sample(frac=1, random_state=random.randrange(1000))  # type: ignore[attr-defined]
    first = results.rank(table, value="value").set_index("unit")["rank"]
    second = results.rank(shuffled, value="value").set_index("unit")["rank"]
    pd.testing.assert_series_equal(first, second.sort_index())
    # By definition: 1 more than the number of greater values.
    assert first.tolist() == [1 + sum(other > value for other in values) for value in values]


# --- explain --------------------------------------------------------------------------------

CLAIMS = pd.DataFrame(
    [
        {
            **{"id": f"a1-00{number}", "area": "a1", "figure": None, "statement": "It grows."},
            **{"quotation": "a growth", "place": "paragraph 1", "measure": "growth"},
            **{"entity": entity, "group": "all", "period": "2033", "operator": "equal"},
            **{"value": 17.0, "unit": "percent", "step": 1.0, "comparator": None},
            **{"section": "2", "printed_source": None, "untestable": None, "note": None},
        }
        for number, entity in enumerate(["E1", "E2", "E3"], start=1)
    ]
)


def values(basis: str, **by_entity: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                **{"measure": "growth", "entity": entity, "group": "all", "period": "2033"},
                **{"value": value, "lower": math.nan, "upper": math.nan},
                **{"unit": "share", "basis": basis},
            }
            for entity, value in by_entity.items()
        ]
    )


def test_inference_is_added_only_where_the_other_basis_gives_the_printed_number() -> None:
    # Printed 17% of each: E1 is reproduced, E2 differs and the wider area has it, E3 differs.
    findings = verdicts.test_claims(CLAIMS, values("places", E1=0.17, E2=0.14, E3=0.14))
    wider = values("districts", E1=0.17, E2=0.17, E3=0.12)
    explained = results.explain(findings, CLAIMS, wider, explanation="The wider area")
    assert explained["verdict"].tolist() == ["reproduced", "differs", "differs"]
    added = "The wider area gives the printed number; that it was used is our inference."
    assert [added in reason for reason in explained["reason"]] == [False, True, False]
    assert explained["reason"].iloc[1].startswith(findings["reason"].iloc[1])
    pd.testing.assert_frame_equal(explained.drop(columns="reason"), findings.drop(columns="reason"))


def test_explanation_follows_the_claims_whatever_their_order() -> None:
    findings = verdicts.test_claims(CLAIMS, values("places", E1=0.17, E2=0.14, E3=0.14))
    wider = values("districts", E3=0.17, E2=0.12)
    explained = results.explain(
        findings.iloc[::-1], CLAIMS, wider, explanation="The wider area"
    ).set_index("claim_id")["reason"]
    assert "inference" in explained["a1-003"]
    assert "inference" not in explained["a1-002"]
