"""Scores of surveys and stability of staff, worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.methods import staff


def survey() -> pd.DataFrame:
    rows = [
        (2029, "Upper", "RAA", "Handover", 60.0, 10),
        (2030, "Upper", "RAA", "Handover", 70.0, 30),
        (2030, "Lower", "RBB", "Handover", 50.0, 10),
        (2030, "Elsewhere", None, "Handover", 80.0, 60),
        (2030, "Tiny", None, "Handover", None, 2),
    ]
    columns = ["year", "trust_name", "org_code", "indicator", "score", "responses"]
    return pd.DataFrame(rows, columns=columns).assign(lower=None, upper=None)


def test_mean_of_all_trusts_and_of_the_group_is_by_doctors() -> None:
    scores = staff.trainee_scores(survey(), england="ENG", group="group")
    latest = staff.latest_year(scores).set_index("entity")["value"]
    # (70 x 30 + 50 x 10) / 40 and (70 x 30 + 50 x 10 + 80 x 60) / 100; the withheld one is out.
    assert latest.to_dict() == {"RAA": 70, "RBB": 50, "group": 65, "ENG": 74}
    assert set(scores["group"]) == {"handover"}


def test_margin_itself_is_still_similar_to_england() -> None:
    scores = pd.DataFrame(
        {
            "entity": ["ENG", "RAA", "RBB", "RCC"],
            "group": "handover",
            "value": [71.1, 68.6, 68.5, 73.7],
        }
    )
    compared = staff.against_england(scores, england="ENG", margin=2.5).set_index("entity")
    assert pd.isna(compared.loc["ENG", "standing"])
    assert compared.loc[["RAA", "RBB", "RCC"], "standing"].tolist() == [
        staff.SIMILAR,
        staff.BELOW,
        staff.ABOVE,
    ]


def test_score_without_england_has_no_standing() -> None:
    scores = pd.DataFrame({"entity": ["RAA"], "group": ["handover"], "value": [70.0]})
    assert staff.against_england(scores, england="ENG", margin=2.5)["standing"].isna().all()


def test_other_readings_of_the_print_are_named() -> None:
    printed = pd.DataFrame({"value": [70.0, 60.0], "candidates": [(), (61.25, 58.0)]})
    found = staff.with_doubt(printed)
    assert found["uncertain"].tolist() == [False, True]
    assert found["others"].tolist() == ["none", "61.2, 58.0"]


def test_survey_ranks_within_the_kind_of_organisation() -> None:
    rows = [("RAA", "acute", 6.0), ("RP1", "acute", 7.0), ("RP2", "acute", 5.0), ("RX", "other", 9)]
    table = pd.DataFrame(rows, columns=["org_code", "benchmark_group", "value"]).assign(
        year=2030, question="M_1", question_text="Leaving"
    )
    found = staff.survey_positions(table, codes=["RAA"], questions=["M_1", "PP5"]).iloc[0]
    assert (found["rank"], found["among"], found["median"]) == (2, 3, 6)
    assert (found["lower"], found["upper"]) == (5.5, 6.5)


def test_most_stable_organisation_has_rank_one() -> None:
    table = pd.DataFrame(
        {
            "period_end": pd.Timestamp(2030, 3, 1),
            "org_code": ["RAA", "RP1", "RP2"],
            "basis": "headcount",
            "staff": [100.0, 0.0, 50.0],
            "leavers": [12.0, 0.0, 5.0],
            "stability": [0.88, 0.9, None],
        }
    )
    found = staff.stability(table, codes=["RAA", "RP1"]).set_index("org_code")
    assert found["rank"].to_dict() == {"RAA": 2, "RP1": 1}
    assert found["among"].tolist() == [2, 2]
    assert found.loc["RAA", "leaving"] == pytest.approx(0.12)
    assert pd.isna(found.loc["RP1", "leaving"])
    assert found.loc["RAA", "period"] == "2030"
