"""Printed numbers as values with the interval of their rounding."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.case import Claim
from caseanalysis.methods import printed, verdicts


def claim(number: int, **changed: object) -> Claim:
    given: dict[str, object] = {
        "id": f"c1-{number:03d}",
        "section": "1",
        "area": "c1",
        "figure": None,
        "place": "page 1",
        "quotation": None,
        "statement": "The vacancy rate is 9.8%.",
        "measure": "sickness_absence",
        "entity": "RAA",
        "group": "all",
        "period": "2030-07",
        "operator": "equal",
        "value": 9.8,
        "unit": "percent",
        "step": 0.1,
        "comparator": None,
        "printed_source": None,
        "untestable": None,
        "note": None,
        "candidates": (),
    }
    return Claim(**(given | changed))  # type: ignore[arg-type]


def test_percent_is_a_share_with_half_a_digit_either_way() -> None:
    table = verdicts.claims_table([claim(1), claim(2, value=None, step=None, comparator="RBB",
                                                   operator="above")])  # fmt: skip
    found = printed.values(table, measure="sickness_absence")
    assert found["claim_id"].tolist() == ["c1-001"]
    assert found.loc[0, ["value", "lower", "upper"]].tolist() == pytest.approx(
        [0.098, 0.0975, 0.0985]
    )
    assert found.loc[0, "unit"] == "share"


def test_words_find_what_no_measure_names() -> None:
    other = claim(2, statement="Something else.", measure=None, untestable="no data")
    vacant = claim(
        3, measure=None, untestable="no data", value=5000000, unit="pounds", step=1000000
    )
    found = printed.values(verdicts.claims_table([other, vacant]), words="Vacancy Rate")
    assert found[["value", "lower", "upper"]].to_numpy().tolist() == [[5e6, 4.5e6, 5.5e6]]


def test_no_claims_give_no_rows() -> None:
    found = printed.values(verdicts.claims_table([]), measure="staff_costs")
    assert found.empty
    assert printed.wide(found, by=["entity"], name="cost").columns.tolist() == [
        "entity",
        "cost",
        "cost_lower",
        "cost_upper",
    ]


def test_number_printed_twice_keeps_its_first_mention() -> None:
    table = verdicts.claims_table([claim(1), claim(2, value=7.0)])
    wide = printed.wide(printed.values(table), by=["entity"], name="rate")
    assert wide["rate"].tolist() == pytest.approx([0.098])


def findings(
    claims: list[Claim], recomputed: dict[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = verdicts.claims_table(claims)
    results = pd.DataFrame(
        {
            "measure": "sickness_absence",
            "entity": list(recomputed),
            "group": "all",
            "period": "2030-07",
            "value": list(recomputed.values()),
            "lower": None,
            "upper": None,
            "unit": "share",
            "basis": "published",
        }
    )
    return verdicts.test_claims(table, results), table


def test_two_numbers_that_fit_when_exchanged_are_named() -> None:
    claims = [claim(1, value=6.2), claim(2, entity="RBB", value=6.1)]
    found = printed.exchanged(*findings(claims, {"RAA": 0.0612, "RBB": 0.0616}))
    assert found["verdict"].tolist() == ["differs", "differs"]
    assert "The figure of RBB gives this printed number" in found["reason"].iloc[0]
    assert "The figure of RAA gives this printed number" in found["reason"].iloc[1]


def test_two_numbers_that_do_not_fit_are_left_alone() -> None:
    claims = [claim(1, value=6.2), claim(2, entity="RBB", value=6.1)]
    found, table = findings(claims, {"RAA": 0.0612, "RBB": 0.09})
    pd.testing.assert_frame_equal(printed.exchanged(found, table), found)
