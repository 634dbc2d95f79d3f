"""Sessions and slots, worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import norm

from caseanalysis.errors import MethodError
from caseanalysis.methods.sessions import sessions_needed, slots_needed


def sessions(
    cases: float = 100, minutes: float = 60, deviation: float = 20, overrun: float = 0.2
) -> pd.Series:
    table = pd.DataFrame({"cases": [cases], "minutes": [minutes], "deviation": [deviation]})
    return sessions_needed(
        table, cases="cases", minutes="minutes", deviation="deviation", session_minutes=240,
        turnover_minutes=10, acceptable_overrun=overrun,
    ).iloc[0]  # fmt: skip


def test_three_cases_of_an_hour_fit_into_four_hours() -> None:
    # Three take 180 + 20 minutes, 40 to spare, against a deviation of 20 sqrt(3) = 34.64; four
    # would take 240 + 30.
    found = sessions()
    assert found["cases_per_session"] == 3
    assert found["overrun"] == pytest.approx(norm.sf(40 / 34.641016), abs=1e-6)
    assert found["utilisation"] == pytest.approx(0.75)
    assert found["sessions"] == 34


def test_less_tolerance_of_overruns_or_more_variation_needs_more_sessions() -> None:
    # At 5% three need 200 + 1.645 x 34.64 = 257 minutes.
    assert sessions(overrun=0.05)["cases_per_session"] == 2
    assert sessions(deviation=30)["cases_per_session"] == 2
    assert sessions(deviation=0, overrun=0.01)["cases_per_session"] == 3


def test_doubling_the_cases_doubles_the_sessions() -> None:
    assert sessions(cases=300)["sessions"] == 100
    assert sessions(cases=600)["sessions"] == 200


def test_case_longer_than_a_session_is_refused() -> None:
    with pytest.raises(MethodError, match="longer than the session"):
        sessions(minutes=300)


def test_no_minutes_or_an_impossible_overrun_is_refused() -> None:
    with pytest.raises(MethodError, match="0 minutes"):
        sessions(minutes=0)
    with pytest.raises(MethodError, match="overrun"):
        sessions(overrun=0.9)


def test_slots_make_up_for_those_that_go_unused() -> None:
    table = pd.DataFrame({"attended": [90.0, 91.0], "missed": [0.1, 0.0]})
    assert slots_needed(table, attended="attended", missed="missed")["slots"].tolist() == [100, 91]
    with pytest.raises(MethodError, match="every slot"):
        slots_needed(table.assign(missed=1.0), attended="attended", missed="missed")
