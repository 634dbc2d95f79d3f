"""The register of groups and mergers, the outcomes and the published studies."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from caseanalysis.errors import RecordError
from caseanalysis.groups import (
    GroupEvent,
    composite_units,
    composition_breaks,
    load_group_events,
    load_group_outcomes,
    load_published_studies,
    load_unsearched,
)
from caseanalysis.methods import group_treatments
from caseanalysis.organisations import Succession, load_successions
from caseanalysis.parameters import GroupDefinition
from caseanalysis.registers import load_measures
from caseanalysis.schemas import SCHEMAS
from caseanalysis.tables.outcomes import unknown_outcomes

EVENT = {
    **{"org_code": "R0A", "org_name": "First", "group": "Two", "event": "shared chair"},
    **{"date": "2031-05", "date_precision": "month", "date_basis": "stated"},
    **{"form": "separate trusts", "kind": "acute", "role": "member", "became": None},
    **{"end_date": None, "confidence": "high", "source": "a page", "source_date": None},
    "note": None,
}


def succession(old: str, new: str, month: str, kind: str = "merger") -> Succession:
    return Succession(
        old_code=old, old_name=old, new_code=new, new_name=new, first_month=month, kind=kind,
        confidence="high", source="a page", check="confirmed", checked_with="files", note=None,
    )  # fmt: skip


def test_every_merger_is_a_succession_of_the_same_month_and_the_other_way_round() -> None:
    known = {(one.old_code, one.new_code, one.first_month) for one in load_successions()}
    found = {
        (one.org_code, code, one.date)
        for one in load_group_events()
        if one.role == "predecessor"
        for code in str(one.became).split(";")
    }
    assert found == known


def test_mergers_and_moved_sites_are_told_apart_as_in_the_successions() -> None:
    splits = {one.old_code for one in load_successions() if one.kind == "split"}
    moved = {
        one.org_code
        for one in load_group_events()
        if one.event == "sites moved" and one.role == "predecessor"
    }
    assert moved == splits


@pytest.mark.parametrize("definition", group_treatments.DEFINITIONS)
def test_no_estimate_rests_on_recall_or_on_a_year_alone(definition: str) -> None:
    register = load_group_events()
    events = group_treatments.events_table(register, units=composite_units(load_successions()))
    treated = group_treatments.treatments(events, definition=definition, least_spell_months=24)
    assert len(treated) >= 5
    sure = {
        (one.group, one.event, one.date)
        for one in register
        if one.confidence != "low" and one.date_precision == "month"
    }
    months = treated["start"].dt.strftime("%Y-%m")
    used = set(zip(treated["group"], treated["event"], months, strict=True))
    assert used <= sure


def test_event_without_a_page_has_a_low_confidence() -> None:
    unseen = [one for one in load_group_events() if not one.source.startswith("http")]
    assert unseen
    assert {one.confidence for one in unseen} == {"low"}


@pytest.mark.parametrize(
    "change",
    [
        {"date": "2031"},
        {"date": "2031", "date_precision": "year"},
        {"date_basis": "recalled"},
        {"date_basis": "inferred"},
        {"confidence": "medium", "date_basis": "recalled"},
        {"role": "predecessor"},
        {"became": "R0B"},
        {"end_date": "2031-04"},
    ],
)
def test_event_surer_than_its_date_is_refused(change: dict[str, str]) -> None:
    GroupEvent.model_validate(EVENT)
    with pytest.raises(ValidationError):
        GroupEvent.model_validate(EVENT | change)


def test_repeated_event_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "registers"
    folder.mkdir()
    row = ",".join(str(value or "") for value in EVENT.values())
    text = "\n".join([",".join(EVENT), row, row])
    (folder / "groups.csv").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(RecordError, match="line 3"):
        load_group_events(tmp_path)


def test_merged_trusts_are_one_unit_along_the_whole_line() -> None:
    line = [
        succession("R0A", "R0B", "2030-04"),
        succession("R0B", "R0C", "2031-04", kind="renamed"),
        succession("R0D", "R0C", "2031-04"),
        succession("R0E", "R0F", "2031-07", kind="split"),
    ]
    assert composite_units(line) == {"R0A": "R0C", "R0B": "R0C", "R0D": "R0C"}


def test_hospital_that_moved_breaks_both_units_in_its_last_month() -> None:
    line = [
        succession("R0A", "R0F", "2030-04", kind="split"),
        succession("R0A", "R0G", "2031-07", kind="split"),
        succession("R0A", "R0B", "2032-01"),
    ]
    assert composition_breaks(line) == {"R0B": "2031-07", "R0F": "2030-04", "R0G": "2031-07"}


def test_outcomes_are_those_that_can_be_made_and_name_known_measures() -> None:
    assert unknown_outcomes() == []
    measures = load_measures()
    for one in load_group_outcomes().values():
        assert set(one.measures.split(";")) <= set(measures), one.outcome
        assert one.table in SCHEMAS, one.outcome
        assert (one.unit == "log") == one.outcome.startswith("log_"), one.outcome


def test_published_studies_say_what_was_compared_and_their_limits() -> None:
    studies = load_published_studies()
    assert {one.effect for one in studies} >= {"measured against a comparison", "described"}
    assert [one.year for one in studies] == sorted(one.year for one in studies)
    assert all(str(one.year) in one.citation and len(one.limits.split()) >= 3 for one in studies)


def test_trusts_not_searched_have_no_leader_on_record() -> None:
    leaders = {"shared chair", "shared chief executive", "group formed"}
    known = {one.org_code for one in load_group_events() if one.event in leaders}
    assert not known & {one.org_code for one in load_unsearched()}


def test_parameter_offers_every_definition() -> None:
    assert get_args(GroupDefinition) == tuple(group_treatments.DEFINITIONS)
