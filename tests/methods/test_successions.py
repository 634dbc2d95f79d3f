"""Series across a merger: joined by a record alone, with the break and what is unknown shown."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.methods import successions
from caseanalysis.organisations import Succession, load_successions
from caseanalysis.store import Store

NAN = float("nan")


def record(old: str, new: str, month: str = "2031-03", **changed: object) -> Succession:
    given = {
        "old_code": old, "old_name": old, "new_code": new, "new_name": new, "first_month": month,
        "kind": "merger", "confidence": "medium", "source": "a page", "check": "not covered",
        "checked_with": None, "note": None, **changed,
    }  # fmt: skip
    return Succession.model_validate(given)


def table(series: dict[str, list[float | None]]) -> pd.DataFrame:
    rows = [
        {"month": month, "org_code": code, "name": code.lower(), "attendances": value}
        for code, values in series.items()
        for month, value in zip(
            pd.date_range("2031-01-01", periods=len(values), freq="MS"), values, strict=True
        )
        if value is not None
    ]
    return pd.DataFrame(rows)


def joined(series: dict[str, list[float | None]], *records: Succession, **more: object):  # type: ignore[no-untyped-def]
    found = successions.joined(table(series), records, measures=["attendances"], **more)  # type: ignore[arg-type]
    return found.set_index(["org_code", "month"])


def column(found: pd.DataFrame, code: str, name: str) -> list[object]:
    return [None if pd.isna(value) else value for value in found.loc[code][name]]


def test_kept_code_has_the_sum_before_and_its_own_after() -> None:
    found = joined({"RAA": [10, 11, 30], "RBB": [20, 21, None]}, record("RBB", "RAA"))
    assert column(found, "RAA", "attendances") == [30.0, 32.0, 30.0]
    assert column(found, "RAA", "joined_from") == ["RAA + RBB", "RAA + RBB", None]
    assert set(found.index.get_level_values("org_code")) == {"RAA"}


def test_new_code_has_the_sum_of_those_that_became_it() -> None:
    series = {"RAA": [10, 11, None], "RBB": [20, 21, None], "RNW": [None, None, 33]}
    found = joined(series, record("RAA", "RNW"), record("RBB", "RNW"))
    assert column(found, "RNW", "attendances") == [30.0, 32.0, 33.0]
    assert column(found, "RNW", "name") == ["rnw"] * 3
    assert column(found, "RNW", "joined_from") == ["RAA + RBB", "RAA + RBB", None]


def test_break_is_told_in_the_first_month_of_the_new_organisation() -> None:
    found = joined({"RAA": [10, 11, 30], "RBB": [20, 21, None]}, record("RBB", "RAA"))
    told = "RBB became part of RAA in March 2031"
    assert column(found, "RAA", "break_note") == [None, None, told]
    series = successions.joined(
        table({"RAA": [10, 11, 30], "RBB": [20, 21, None]}),
        [record("RBB", "RAA")],
        measures=["attendances"],
    )
    assert successions.breaks(series)["break_note"].tolist() == [told]


def test_withheld_part_makes_the_sum_unknown_and_says_whose() -> None:
    found = joined({"RAA": [10, 11, 30], "RBB": [20, NAN, None]}, record("RBB", "RAA"))
    assert column(found, "RAA", "attendances") == [30.0, None, 30.0]
    assert column(found, "RAA", "unknown_because") == [None, "no figure of RBB: attendances", None]


def test_month_that_a_part_lacks_makes_the_sum_unknown() -> None:
    series = {"RAA": [10, 11, 12, 30], "RBB": [20, None, 22, None]}
    found = joined(series, record("RBB", "RAA", "2031-04"))
    assert column(found, "RAA", "attendances") == [30.0, None, 34.0, 30.0]
    assert column(found, "RAA", "unknown_because")[1] == "no figure of RBB: attendances"


def test_nothing_is_joined_without_a_record() -> None:
    found = joined({"RAA": [10, 11, 30], "RBB": [20, 21, None]})
    assert column(found, "RAA", "attendances") == [10.0, 11.0, 30.0]
    assert column(found, "RBB", "attendances") == [20.0, 21.0]
    assert found["joined_from"].isna().all()


def test_split_and_record_of_low_confidence_join_nothing_unless_asked() -> None:
    series: dict[str, list[float | None]] = {"RAA": [10, 11, 30], "RBB": [20, 21, None]}
    unsure = record("RBB", "RAA", confidence="low", note="recalled")
    assert column(joined(series, unsure), "RAA", "attendances") == [10.0, 11.0, 30.0]
    asked = joined(series, unsure, least_confidence="low")
    assert column(asked, "RAA", "attendances") == [30.0, 32.0, 30.0]
    split = record("RBB", "RAA", kind="split")
    assert column(joined(series, split), "RAA", "attendances") == [10.0, 11.0, 30.0]


def test_successor_of_a_successor_has_all_of_them() -> None:
    series = {"RAA": [1, None, None], "RBB": [10, 12, None], "RCC": [100, 100, 115]}
    found = joined(series, record("RAA", "RBB", "2031-02"), record("RBB", "RCC", "2031-03"))
    assert column(found, "RCC", "attendances") == [111.0, 112.0, 115.0]
    assert column(found, "RCC", "joined_from") == ["RAA + RBB + RCC", "RBB + RCC", None]


def test_old_code_that_goes_on_reporting_is_still_added() -> None:
    found = joined({"RAA": [10, 11, 12], "RBB": [20, 21, 22]}, record("RBB", "RAA", "2031-02"))
    assert column(found, "RAA", "attendances") == [30.0, 32.0, 34.0]


def test_old_code_without_any_figure_is_told_at_the_break() -> None:
    found = joined({"RAA": [10, 11, 30]}, record("RBB", "RAA"))
    assert column(found, "RAA", "attendances") == [10.0, 11.0, 30.0]
    assert "RBB has no figures here" in str(column(found, "RAA", "break_note")[2])


def test_rows_with_one_key_and_circles_of_records_are_refused() -> None:
    twice = pd.concat([table({"RAA": [1.0]})] * 2)
    with pytest.raises(MethodError, match="two rows for"):
        successions.joined(twice, [], measures=["attendances"])
    circle = [record("RAA", "RBB"), record("RBB", "RAA")]
    with pytest.raises(MethodError, match="each the successor of the other"):
        successions.joined(table({"RAA": [1.0]}), circle, measures=["attendances"])


def test_check_compares_the_month_on_record_with_the_figures() -> None:
    months = table({"RAA": [10, 10, 30], "RBB": [20, 20, None], "RCC": [100, 100, 100]})
    (good,) = successions.checked(months, [record("RBB", "RAA")], measure="attendances").to_dict(
        "records"
    )
    assert good["check"] == "confirmed"
    # All together 130 before and after; 30 over the 10 it had, and over the 30 of both.
    assert (good["own_ratio"], good["sum_ratio"]) == (pytest.approx(3.0), pytest.approx(1.0))
    early = successions.checked(months, [record("RBB", "RAA", "2031-02")], measure="attendances")
    assert early["check"].tolist() == ["contradicted"]
    unknown = successions.checked(months, [record("RZZ", "RAA")], measure="attendances")
    assert unknown["check"].tolist() == ["not covered"]


def test_urgent_care_keeps_the_organisations_asked_for_with_their_predecessors() -> None:
    rows = table({"RAA": [10, 11, 30], "RBB": [20, 21, None], "RCC": [1, 1, 1]})
    rows = rows.rename(columns={"name": "org_name"}).assign(region="North", level="provider")
    found = successions.urgent_care_of(rows, [record("RBB", "RAA")], codes=["RAA"])
    assert found["attendances"].tolist() == [30.0, 32.0, 30.0]
    assert set(successions.MARKS) < set(found.columns)
    assert successions.urgent_care_of(pd.DataFrame(), [], codes=["RAA"]).empty


def test_register_as_a_table_starts_with_the_latest() -> None:
    shown = successions.register_table([record("RAA", "RBB", "2030-01"), record("RCC", "RDD")])
    assert shown["old"].tolist() == ["RCC, RCC", "RAA, RAA"]


@pytest.mark.official_files
def test_every_record_says_what_the_monthly_files_show(full_store: Store) -> None:
    measures = {"ae_monthly": "attendances", "activity_return": "non_elective"}
    records = load_successions()
    checks = {
        name: successions.checked(
            full_store.table(name, level=["provider"]), records, measure=measure
        )["check"].tolist()
        for name, measure in measures.items()
    }
    for position, one in enumerate(records):
        found = {name: checks[name][position] for name in measures}
        assert found == {
            name: one.check if name == one.checked_with else "not covered" for name in measures
        }, one.old_code


@pytest.mark.official_files
def test_attendances_of_merged_trusts_go_on_without_a_jump(full_store: Store) -> None:
    urgent = full_store.table("ae_monthly", level=["provider"])
    found = successions.urgent_care_of(urgent, load_successions(), codes=["REM", "R0D"])
    attended = found.set_index(["org_code", "month"])["attendances"]
    # Two trusts in September 2019 (19,969 and 8,514) and one in October.
    assert attended["REM", "2019-09-01"] == 19_969 + 8_514
    assert attended["REM", "2019-10-01"] == 29_180
    # One of the two gave no 4-hour figures, so that those of both are unknown.
    before = found[found["org_code"].eq("R0D") & found["month"].eq("2020-09-01")].iloc[0]
    assert before["joined_from"] == "RD3 + RDZ"
    assert pd.isna(before["over_4_hours"])
    assert "RD3: " in before["unknown_because"]
