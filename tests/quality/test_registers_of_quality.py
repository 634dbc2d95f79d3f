"""Every caution, correction, check and succession on record is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseanalysis.errors import RecordError
from caseanalysis.organisations import load_successions, predecessors
from caseanalysis.quality import cautions_for, cautions_table
from caseanalysis.quality.checks import load_checks
from caseanalysis.registers import load_cautions, load_corrections, load_sources
from caseanalysis.schemas import SCHEMAS
from caseanalysis.store import Store

HEADER = (
    "old_code,old_name,new_code,new_name,first_month,kind,confidence,source,check,checked_with,note"
)


def successions_at(root: Path, *rows: str) -> Path:
    path = root / "registers" / "successions.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return path


def test_every_caution_names_sources_tables_and_columns_that_exist() -> None:
    sources, cautions = load_sources(), load_cautions()
    assert cautions
    for one in cautions:
        assert set(one.sources) <= set(sources), one.id
        columns = {name for table in one.tables for name in SCHEMAS[table].columns}
        assert set(one.columns) <= columns, one.id
        given = {table for source in one.sources for table in sources[source].tables}
        assert set(one.tables) <= given, one.id
        assert len(one.evidence.split()) >= 5, one.id


def test_every_correction_names_a_whole_key_of_its_table() -> None:
    for one in load_corrections():
        assert set(one.where) == set(SCHEMAS[one.table].key), one.id
        assert one.column in SCHEMAS[one.table].units, one.id
        assert one.table in load_sources()[one.source].tables, one.id


def test_every_check_names_tables_and_columns_that_exist() -> None:
    checks = load_checks()
    for narrowed in checks.narrowed:
        columns = SCHEMAS[narrowed.table].columns
        assert {*narrowed.only, *narrowed.columns} <= set(columns), narrowed.table
    for pair in checks.pairs:
        assert pair.first.by == pair.second.by, pair.id
        for side in (pair.first, pair.second):
            assert {*side.by, *side.only, side.value} <= set(SCHEMAS[side.table].columns), pair.id
    for rule in checks.explained:
        assert rule.column in SCHEMAS[rule.table].columns
        assert all(rule.by_column in SCHEMAS[name].columns for name in rule.by)


def test_every_succession_has_a_source_or_says_that_none_was_seen() -> None:
    records = load_successions()
    assert len(records) > 30
    for one in records:
        assert one.source.startswith("http") or (
            one.source == "no page seen" and one.note and one.confidence != "high"
        ), one


def test_confidence_above_what_the_files_show_is_refused(tmp_path: Path) -> None:
    row = "RAA,Old,RBB,New,2031-04,merger,high,https://example.org,not covered,,"
    path = successions_at(tmp_path, row)
    with pytest.raises(RecordError, match="a lower confidence") as caught:
        load_successions(tmp_path)
    assert caught.value.where == f"{path}, line 2"


def test_month_that_is_none_is_refused(tmp_path: Path) -> None:
    successions_at(
        tmp_path, "RAA,Old,RBB,New,2031-13,merger,medium,https://example.org,not covered,,"
    )
    with pytest.raises(RecordError, match="first_month = '2031-13'"):
        load_successions(tmp_path)


def test_predecessors_of_predecessors_are_found_and_splits_are_not(tmp_path: Path) -> None:
    end = "medium,https://example.org,not covered,,"
    successions_at(
        tmp_path,
        f"RAA,A,RBB,B,2029-04,merger,{end}",
        f"RBB,B,RCC,C,2031-04,renamed,{end}",
        f"RDD,D,RCC,C,2031-04,split,{end}",
        "REE,E,RCC,C,2031-04,merger,low,no page seen,not covered,,recalled",
    )
    records = load_successions(tmp_path)
    assert predecessors(["RCC"], records) == ("RAA", "RBB")
    assert predecessors(["RCC"], records, least_confidence="low") == ("RAA", "RBB", "REE")


def test_cautions_are_chosen_by_source_and_by_who_is_shown() -> None:
    cautions = load_cautions()
    sources = ["ae_monthly_workbook"]
    assert {"ae_monthly_workbook" in one.sources for one in cautions_for(cautions, sources=sources)}
    only = cautions_for(cautions, sources=sources, entities=["RX1"])
    assert [one.id for one in only] == ["four_hour_figures_withheld"]
    table = cautions_table(only)
    assert table.loc[0, "period"] == "2019-05 to 2023-05"
    assert cautions_for(cautions, sources=["none"]) == []


@pytest.mark.official_files
def test_cautions_quote_figures_that_stand_in_the_files(full_store: Store) -> None:
    beds = full_store.table("bed_occupancy", sector=["general_and_acute"], level=["england"])
    england = beds.set_index("quarter")["available"]
    quarters = [england[f"2024-25 Q{number}"] for number in (2, 3, 4)]
    assert [round(value) for value in quarters] == [103_656, 107_410, 106_068]
    urgent = full_store.table("ae_monthly", org_code=["R1K"]).set_index("month")
    months = ["2022-07-01", "2022-08-01", "2022-09-01"]
    assert urgent.loc[months, "attendances_type_3"].tolist() == [16_822, 0, 15_316]
    returned = full_store.table("activity_return", org_code=["RR1", "RGT"])
    returned = returned.set_index(["org_code", "month"])
    later = returned.loc["RR1"].loc["2014-07-01":"2015-03-01", ["elective", "non_elective"]]
    assert later.eq(0).all(axis=None)
    assert returned.loc[("RR1", "2015-04-01"), "non_elective"] == 7_952
    assert returned.loc[("RR1", "2014-06-01"), "non_elective"] == 8_581
    assert returned.loc[("RGT", "2014-10-01"), "elective_planned"] == 3_963
    waiting = full_store.table("rtt_provider_total")["org_code"]
    assert not waiting.isin(["RW6", "RBZ", "RA4", "RVY", "RAP"]).any()
