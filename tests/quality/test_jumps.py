"""Sudden changes: found where one organisation moves alone, and not where all of them do."""

from __future__ import annotations

import numpy as np
import pytest
from small_tables import LIMITS, panel

from caseanalysis.organisations import Succession
from caseanalysis.quality.jumps import changes, jump_faults
from caseanalysis.registers import Interruption

#: Fourteen months that go up and down by a twentieth.
WAVE = [1000.0, 1050.0] * 7
OTHERS = {f"RX{letter}": list(WAVE) for letter in "ABCDEFGHIJ"}


def found(series: dict[str, list[float]], **known: object) -> list[dict[str, object]]:
    about = {"successions": [], "interruptions": [], **known}
    return list(jump_faults(panel(series), LIMITS, **about))  # type: ignore[arg-type]


def test_month_that_stands_alone_is_one_spike() -> None:
    series = {**OTHERS, "RAA": [*WAVE[:8], 0.0, *WAVE[9:]]}
    (fault,) = found(series)
    assert (fault["entity"], fault["period"], fault["kind"]) == ("RAA", "2031-09", "spike")
    # 1,050 in the month before; the others fell from 1,050 to 1,000.
    assert (fault["found"], fault["expected"], fault["size"]) == ("0", "1,000", -1.0)
    assert fault["severity"] == "high"


def test_level_that_stays_is_a_step_with_its_size_and_the_usual_range() -> None:
    series = {**OTHERS, "RAA": [*WAVE[:8], *(2 * value for value in WAVE[8:])]}
    (fault,) = found(series)
    assert (fault["kind"], fault["found"], fault["expected"]) == ("step", "2,000", "1,000")
    assert fault["size"] == pytest.approx(1.0)
    # Apart from the step the series moves exactly as the others do.
    assert fault["usual_lower"] == pytest.approx(0.0)
    assert fault["usual_upper"] == pytest.approx(0.0)
    assert fault["severity"] == "medium"


def test_change_that_all_organisations_have_is_no_jump() -> None:
    fallen = [*WAVE[:8], *(value / 3 for value in WAVE[8:])]
    assert found(dict.fromkeys([*OTHERS, "RAA"], fallen)) == []


def test_small_series_and_short_series_are_not_judged() -> None:
    small = [*(value / 20 for value in WAVE[:8]), 500.0, *(value / 20 for value in WAVE[9:])]
    assert found({**OTHERS, "RAA": small}) == []
    short = {name: values[:12] for name, values in OTHERS.items()}
    assert found({**short, "RAA": [*WAVE[:8], 0.0, *WAVE[9:12]]}) == []


def test_jump_in_the_month_of_a_merger_is_explained_by_the_record() -> None:
    merged = Succession(
        old_code="RBB", old_name="Old", new_code="RAA", new_name="New", first_month="2031-09",
        kind="merger", confidence="medium", source="a page", check="not covered",
        checked_with=None, note=None,
    )  # fmt: skip
    series = {**OTHERS, "RAA": [*WAVE[:8], *(2 * value for value in WAVE[8:])]}
    (fault,) = found(series, successions=[merged])
    assert fault["severity"] == "low"
    assert "RBB became, or gave a part to, RAA in 2031-09" in str(fault["evidence"])


def test_jump_within_an_interruption_is_slight() -> None:
    pause = Interruption(
        name="Flood", first_month="2031-09", last_month="2031-10", reference="a statute"
    )
    series = {**OTHERS, "RAA": [*WAVE[:8], 0.0, *WAVE[9:]]}
    (fault,) = found(series, interruptions=[pause])
    assert fault["severity"] == "low"


def test_score_counts_chance_where_a_series_hardly_moves() -> None:
    values = np.array([[100.0], [100.0], [100.0], [150.0]])
    seen = changes(values, common=False)
    # No spread of its own; two counts of mean 125 differ by chance with variance 2 / 125.
    assert seen.score[2, 0] == pytest.approx(np.log(1.5) / np.sqrt(2 / 125))
