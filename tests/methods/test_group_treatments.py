"""Who counts as treated, from when, and who may stand beside them."""

from __future__ import annotations

import pandas as pd
import pytest

from caseanalysis.errors import MethodError
from caseanalysis.groups import GroupEvent
from caseanalysis.methods import group_treatments

RULE = {"definition": "shared chief executive", "least_spell_months": 24}


def event(code: str, date: str, **other: object) -> GroupEvent:
    row: dict[str, object] = {
        **{"org_code": code, "org_name": f"{code} Trust", "group": "One"},
        **{"event": "shared chief executive", "date": date, "date_basis": "stated"},
        **{"date_precision": "month" if len(date) > 4 else "year", "form": "separate trusts"},
        **{"kind": "acute", "role": "member", "became": None, "end_date": None},
        **{"confidence": "medium", "source": "a page", "source_date": None, "note": None},
    }
    return GroupEvent.model_validate(row | other)


def table(*events: GroupEvent, units: dict[str, str] | None = None) -> pd.DataFrame:
    return group_treatments.events_table(events, units=units or {})


def why_not(events: pd.DataFrame) -> dict[str, str]:
    found = group_treatments.unused(events, **RULE)
    return dict(zip(found["unit"], found["reason"], strict=True))


def test_each_trust_counts_from_its_own_first_month() -> None:
    events = table(event("R0A", "2030-05"), event("R0B", "2030-05"), event("R0C", "2032-02"))
    treated = group_treatments.treatments(events, **RULE)
    assert treated["unit"].tolist() == ["R0A", "R0B", "R0C"]
    assert treated["start"].dt.strftime("%Y-%m").tolist() == ["2030-05", "2030-05", "2032-02"]


def test_trusts_that_merged_later_are_one_treated_unit() -> None:
    units = {"R0A": "R0B"}
    events = table(event("R0A", "2030-05"), event("R0B", "2030-05"), units=units)
    assert group_treatments.treatments(events, **RULE)["unit"].tolist() == ["R0B"]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"confidence": "low"}, "rests on recall, or its start was not found"),
        ({"role": "member with its own chief executive"}, "kept a chief executive of its own"),
        ({"kind": "community"}, "not between acute trusts"),
        ({"end_date": "2031-04"}, "ended after 12 months"),
    ],
)
def test_event_that_is_no_group_of_acute_trusts_is_not_used(
    other: dict[str, object], reason: str
) -> None:
    events = table(
        event("R0A", "2030-05", **other), event("R0B", "2030-05"), event("R0C", "2030-05")
    )
    assert why_not(events) == {"R0A": reason}


def test_year_alone_is_not_used() -> None:
    events = table(event("R0A", "2030"), event("R0B", "2030-05"), event("R0C", "2030-05"))
    assert why_not(events) == {"R0A": "only its year is known"}


def test_partner_with_its_own_chief_executive_leaves_the_other_alone() -> None:
    own = event("R0A", "2030-05", role="member with its own chief executive")
    assert why_not(table(own, event("R0B", "2030-05"))) == {
        "R0A": "kept a chief executive of its own",
        "R0B": "not between acute trusts",
    }


def test_unit_whose_first_event_cannot_be_used_is_not_treated_later() -> None:
    events = table(
        event("R0A", "2029"), event("R0A", "2031-05", group="Two"),
        event("R0B", "2031-05", group="Two"), event("R0C", "2031-05", group="Two"),
    )  # fmt: skip
    assert group_treatments.treatments(events, **RULE)["unit"].tolist() == ["R0B", "R0C"]


def test_merger_needs_two_acute_trusts_on_the_same_day() -> None:
    merger = {"event": "merger", "form": "merged"}
    events = table(
        event("R0A", "2030-04", role="predecessor", became="R0C", **merger),
        event("R0C", "2030-04", role="successor", kind="community", **merger),
        event("R0B", "2032-04", role="predecessor", became="R0C", **merger),
        event("R0C", "2032-04", role="successor", **merger),
        units={"R0A": "R0C", "R0B": "R0C"},
    )
    # The merger of an acute and a community trust came first: the later one is not the start.
    rule = RULE | {"definition": "merger"}
    assert group_treatments.treatments(events, **rule).empty


def test_units_with_another_event_do_not_stand_beside_the_treated() -> None:
    events = table(
        event("R0A", "2030-05"), event("R0B", "2030-05"), event("R0C", "2030"),
        event("R0D", "2031-03", event="shared chair"), event("R0E", "2031-04", event="planned"),
    )  # fmt: skip
    treated = group_treatments.treatments(events, **RULE)
    # The last quarter, January to March 2031, holds the shared chair and not the plan.
    left = group_treatments.excluded(
        events, treated, last=pd.Timestamp("2031-01-01"), unscreened=["R0A", "R0F"]
    )
    assert dict(zip(left["unit"], left["reason"], strict=True)) == {
        "R0C": "shared chief executive that cannot be used",
        "R0D": "another event on record: shared chair",
        "R0F": "not known whether it shares leaders",
    }


def panel(quarters: int, **gaps: int) -> pd.DataFrame:
    periods = pd.date_range("2029-01-01", periods=quarters, freq="QS")
    rows = [
        (unit, period, 0.5)
        for unit in ("R0A", "R0B", "R0C", "R0D")
        for at, period in enumerate(periods)
        if gaps.get(unit) != at
    ]
    return pd.DataFrame(rows, columns=["unit", "period", "value"])


def test_group_by_itself_is_the_case_s_own_or_the_latest_of_two_trusts() -> None:
    events = table(
        event("R0A", "2030-05", group="Own"), event("R0B", "2030-05", group="Own"),
        event("R0C", "2030-08", group="Late"), event("R0D", "2030-08", group="Late"),
    )  # fmt: skip
    treated = group_treatments.treatments(events, **RULE)
    asked = {"before": 4, "after": 4}
    found = group_treatments.chosen_group(treated, panel(12), units=["R0B"], **asked)
    assert found["unit"].tolist() == ["R0A", "R0B"]
    found = group_treatments.chosen_group(treated, panel(12), units=["R9Z"], **asked)
    assert found["unit"].tolist() == ["R0C", "R0D"]
    # With a gap in one of its two trusts, the latest group has only one.
    found = group_treatments.chosen_group(treated, panel(12, R0C=3), units=["R9Z"], **asked)
    assert found["unit"].tolist() == ["R0A", "R0B"]
    assert group_treatments.chosen_group(treated, panel(7), units=["R0B"], **asked).empty


def test_unknown_group_and_definition_are_refused() -> None:
    events = table(event("R0A", "2030-05"), event("R0B", "2030-05"))
    treated = group_treatments.treatments(events, **RULE)
    with pytest.raises(MethodError, match="One"):
        group_treatments.chosen_group(
            treated, panel(12), units=[], before=4, after=4, name="Another"
        )
    with pytest.raises(MethodError, match="first step"):
        group_treatments.treatments(events, definition="a federation", least_spell_months=24)


def test_like_size_is_nearest_by_ratio_to_any_trust() -> None:
    sizes = {"R0A": 100.0, "R0B": 1000.0, "R0C": 110.0, "R0D": 800.0, "R0E": 300.0}
    table = pd.DataFrame(
        {"unit": list(sizes), "outcome": "waits", "denominator": list(sizes.values())}
    )
    found = group_treatments.of_like_size(
        table, outcome="waits", units=["R0A", "R0B", "R9Z"], among=["R0C", "R0D", "R0E"], count=1
    )
    assert found == ["R0C", "R0D"]
