"""Months, organisations and figures that are not there."""

from __future__ import annotations

import numpy as np
from small_tables import panel

from caseanalysis.organisations import Succession
from caseanalysis.quality.absences import absence_faults, runs

NAN = float("nan")
MERGED = Succession(
    old_code="RBB", old_name="Old", new_code="RAA", new_name="New", first_month="2031-03",
    kind="merger", confidence="medium", source="a page", check="not covered", checked_with=None,
    note=None,
)  # fmt: skip


def found(series: dict[str, list[float | None]], *known: Succession) -> list[tuple[object, ...]]:
    return [
        (fault["kind"], fault["entity"], fault["period"])
        for fault in absence_faults(panel(series), known)
    ]


def test_runs_are_first_and_last_positions() -> None:
    assert runs(np.array([True, True, False, True])) == [(0, 1), (3, 3)]
    assert runs(np.array([False, False])) == []


def test_month_that_nobody_has_is_missing_once() -> None:
    assert found({"RAA": [1, None, 1], "RCC": [1, None, 1]}) == [
        ("missing month", "all", "2031-02")
    ]


def test_month_that_one_organisation_lacks_is_a_gap() -> None:
    assert found({"RAA": [1, 1, 1, 1], "RCC": [1, None, None, 1]}) == [
        ("gap", "RCC", "2031-02 to 2031-03")
    ]


def test_code_that_stops_is_found_unless_a_succession_says_why() -> None:
    series: dict[str, list[float | None]] = {"RAA": [1, 1, 1], "RBB": [1, 1, None]}
    assert found(series) == [("code stops", "RBB", "2031-02")]
    assert found(series, MERGED) == []


def test_code_that_starts_is_found_unless_it_is_a_successor() -> None:
    series: dict[str, list[float | None]] = {"RCC": [1, 1, 1], "RAA": [None, None, 1]}
    assert found(series) == [("code starts", "RAA", "2031-03")]
    assert found(series, MERGED) == []


def test_figures_that_one_organisation_withholds_are_named_with_their_months() -> None:
    others: dict[str, list[float | None]] = {f"RX{n}": [1, 1, 1, 1] for n in range(5)}
    assert found({**others, "RAA": [1, NAN, NAN, 1]}) == [("withheld", "RAA", "2031-02 to 2031-03")]


def test_figures_that_nobody_gives_are_not_withheld() -> None:
    assert found({"RAA": [1, NAN, 1], "RCC": [1, NAN, 1]}) == []


def test_figures_that_many_lack_are_told_once_for_the_table() -> None:
    series: dict[str, list[float | None]] = {
        "RAA": [1, NAN, 1], "RBB": [NAN, 1, 1], "RCC": [1, 1, 1], "RDD": [1, 1, 1],
    }  # fmt: skip
    assert found(series) == [("withheld", "all", "2031-01 to 2031-03")]
