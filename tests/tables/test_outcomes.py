"""Outcomes by quarter, with merged trusts as one unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from caseanalysis.organisations import Succession
from caseanalysis.store import Store
from caseanalysis.tables import EVIDENCE_TABLES, outcomes
from caseanalysis.tables.outcomes import by_quarter, by_unit

JOINED = [
    Succession(
        old_code=old, old_name=old, new_code="R0B", new_name="R0B", first_month=month, kind=kind,
        confidence="high", source="a page", check="confirmed", checked_with="files", note=None,
    )
    for old, month, kind in (("R0A", "2031-03", "merger"), ("R0S", "2031-02", "split"))
]  # fmt: skip


@pytest.fixture(autouse=True)
def made_up_successions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "full_store" not in request.fixturenames:
        monkeypatch.setattr(outcomes, "load_successions", lambda: JOINED[:1])


def counts(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["org_code", "month", "numerator", "denominator"])
    return table.assign(month=pd.to_datetime(table["month"]))


def test_merged_trusts_are_added_up_before_the_merger_too() -> None:
    found = by_unit(
        counts(
            [
                ("R0A", "2031-01", 10, 40), ("R0A", "2031-02", 10, 40),
                ("R0B", "2031-01", 20, 60), ("R0B", "2031-02", 20, 60), ("R0B", "2031-03", 33, 100),
            ]
        ),
        amounts=False,
    )  # fmt: skip
    assert found["unit"].unique().tolist() == ["R0B"]
    assert found[["numerator", "denominator"]].to_numpy().tolist() == [[30, 100]] * 2 + [[33, 100]]


def test_time_is_not_added_up_so_that_a_merger_makes_no_jump() -> None:
    rows = [("R0A", f"2031-0{month}", 300.0, 30.0) for month in (1, 2)]
    rows += [("R0B", f"2031-0{month}", 600.0, 30.0) for month in (1, 2)]
    table = by_unit(counts([*rows, ("R0B", "2031-03", 900.0, 30.0)]), amounts=True)
    found = by_quarter(table, outcome="log_beds")
    # 900 in 30 days in each of the three months.
    assert found["value"].tolist() == pytest.approx([np.log(30)])


def test_quarter_in_which_a_part_of_the_unit_is_silent_is_left_out() -> None:
    rows = [("R0A", month, 10.0, 40.0) for month in ("2031-01", "2031-03")]
    rows += [("R0B", f"2031-0{month}", 20.0, 60.0) for month in (1, 2, 3, 4, 5, 6)]
    found = by_quarter(by_unit(counts(rows), amounts=False), outcome="bed_occupancy")
    # R0A has no February; from April on it is no part of the unit any more.
    assert found["period"].dt.strftime("%Y-%m").tolist() == ["2031-04"]
    assert found["value"].tolist() == pytest.approx([20 / 60])


def test_withheld_month_leaves_its_quarter_out() -> None:
    rows = [("R0C", f"2031-0{month}", 5.0, 10.0) for month in (1, 2, 3, 4, 5, 6)]
    table = counts(rows)
    table.loc[4, "numerator"] = np.nan
    found = by_quarter(by_unit(table, amounts=False), outcome="bed_occupancy")
    assert found["period"].dt.strftime("%Y-%m").tolist() == ["2031-01"]


def test_unit_has_no_figures_before_a_hospital_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "load_successions", lambda: JOINED[1:])
    rows = [("R0B", f"2031-0{month}", 5.0, 10.0) for month in (1, 2, 3)]
    assert by_unit(counts(rows), amounts=False)["month"].dt.month.tolist() == [2, 3]


def test_only_openly_licensed_outcomes_are_carried() -> None:
    assert EVIDENCE_TABLES["four_hour_outcomes"].licensed_for_extract
    assert not EVIDENCE_TABLES["outcomes"].licensed_for_extract


@pytest.mark.official_files
def test_unit_is_the_sum_of_its_trusts_in_the_publisher_s_files(full_store: Store) -> None:
    table = EVIDENCE_TABLES["four_hour_outcomes"].build(full_store, None)  # type: ignore[arg-type]
    row = table.set_index(["unit", "period"]).loc[("RBN", pd.Timestamp("2022-04-01"))]
    parts = full_store.table("ae_monthly", org_code=["RBN", "RVY"])
    quarter = parts[parts["month"].between("2022-04-01", "2022-06-01")]
    assert len(quarter) == 6
    assert row["denominator"] == quarter["attendances_timed"].sum()
    assert row["numerator"] == (quarter["attendances_timed"] - quarter["over_4_hours"]).sum()


@pytest.mark.official_files
def test_mergers_make_no_jump_in_staff_or_beds(full_store: Store) -> None:
    table = EVIDENCE_TABLES["outcomes"].build(full_store, None)  # type: ignore[arg-type]
    amounts = table[table["outcome"].isin(["log_staff", "log_beds"])]
    wide = amounts.pivot_table(index="period", columns=["outcome", "unit"], values="value")
    # Two trusts of like size would show as a step of about 0.7.
    for unit, month in (("RDE", "2018-07"), ("RAJ", "2020-04"), ("R0D", "2020-10")):
        for outcome in ("log_staff", "log_beds"):
            step = wide[(outcome, unit)].diff().loc[f"{month}-01"]
            assert abs(step) < 0.3, (unit, outcome)
