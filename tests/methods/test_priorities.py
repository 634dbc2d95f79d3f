"""Aims and priorities of a case, and the indicators beside them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from caseanalysis.case import list_cases
from caseanalysis.errors import RecordError
from caseanalysis.methods import priorities
from caseanalysis.priorities import Priority, load_priorities
from caseanalysis.registers import load_measures
from small_publications import CASE

MEASURES = load_measures()
STATED = [
    Priority.model_validate(
        {
            "id": "faster",
            "kind": "aim",
            "statement": "Be faster.",
            "place": "1",
            "indicators": [
                {"measure": "four_hour_performance", "area": "a2"},
                {"measure": "sickness_absence", "area": "c2"},
            ],
        }
    ),
    Priority.model_validate(
        {
            "id": "kinder",
            "kind": "shared priority",
            "statement": "Be kinder.",
            "place": "2",
            "missing": [{"what": "A survey", "source": "Its publisher"}],
        }
    ),
]


def results(**columns: object) -> pd.DataFrame:
    rows = [
        ("RAA", "2030-31", 0.5),
        ("RAA", "2031-32", 0.6),
        ("RBB", "2031-32", 0.7),
        ("E92000001", "2031-32", 0.8),
        ("RZZ", "2032-33", 0.1),
    ]
    table = pd.DataFrame(rows, columns=["entity", "period", "value"])
    given = {"measure": "four_hour_performance", "group": "all", "unit": "share"} | columns
    return table.assign(**given)


def found(table: pd.DataFrame) -> pd.DataFrame:
    return priorities.with_indicators(
        table,
        priorities=STATED,
        measures=MEASURES,
        members=["RAA", "RBB"],
        england="E92000001",
    )


def test_indicator_is_of_the_latest_period_in_which_a_trust_of_the_case_has_it() -> None:
    shown = found(results()).set_index("measure")
    now = shown.loc["four_hour_performance"]
    # 2032-33 is held of another trust alone.
    assert now["period"] == "2031-32"
    assert now[["lowest", "highest", "england"]].tolist() == [0.6, 0.7, 0.8]
    assert now["better"] == "higher"
    assert shown.loc["sickness_absence", "state"] == "no data held"


def test_month_is_told_without_its_day() -> None:
    shown = found(results(period="2031-04-01"))
    assert shown["period"].tolist()[0] == "2031-04"


def test_what_no_indicator_shows_is_the_missing_data_and_the_figures_not_held() -> None:
    table = priorities.not_shown(STATED, found(results()))
    assert table["id"].tolist() == ["kinder", "faster"]
    assert table["what"].tolist() == ["A survey", MEASURES["sickness_absence"].title]
    assert priorities.counts(STATED, found(results())).iloc[0].tolist() == [2, 1]


def test_case_without_figures_still_says_what_is_missing() -> None:
    nothing = pd.DataFrame()
    assert priorities.not_shown(STATED, nothing)["what"].tolist() == ["A survey"]
    assert priorities.counts(STATED, nothing).iloc[0].tolist() == [2, 0]
    assert priorities.counts([], nothing).empty


@pytest.mark.parametrize("name", list_cases())
def test_every_priority_of_every_case_names_a_measure_or_what_is_missing(name: str) -> None:
    for one in load_priorities(name):
        assert one.indicators or one.missing, one.id
        assert one.statement.endswith("."), one.id


def project(folder: Path, priority: str) -> Path:
    case = folder / "cases" / "two-rivers"
    case.mkdir(parents=True)
    (case / "case.yaml").write_text(CASE, encoding="utf-8")
    (case / "priorities.yaml").write_text(f"priorities:\n  - {priority}\n", encoding="utf-8")
    registers = folder / "registers"
    registers.mkdir()
    header = "id,title,unit,numerator,denominator,better\n"
    (registers / "measures.csv").write_text(
        header + "sickness_absence,Sickness,share,days,days,lower\n", encoding="utf-8"
    )
    return folder


def test_misspelt_measure_is_refused_with_the_nearest(tmp_path: Path) -> None:
    root = project(
        tmp_path,
        "{id: a, kind: aim, statement: S., place: p, "
        "indicators: [{measure: sicknes_absence, area: context}]}",
    )
    with pytest.raises(RecordError, match="did you mean 'sickness_absence'"):
        load_priorities("two-rivers", root)


def test_priority_without_indicator_or_missing_data_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path, "{id: a, kind: aim, statement: S., place: p}")
    with pytest.raises(RecordError, match="the data that is missing"):
        load_priorities("two-rivers", root)
