"""The evaluation of groups as a whole, on made-up trusts with a known effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from caseanalysis.groups import GroupEvent
from caseanalysis.methods import group_evaluation, group_treatments
from caseanalysis.methods.evaluation import NEVER, Choices
from caseanalysis.registers import Interruption, load_assumptions

DEFINITION, EFFECT = "shared chief executive", 0.05
WINDOW = Choices(before=4, after=4, least_treated=6, least_comparisons=10, least_reporting=0.8,
                 confidence_level=0.95, power=0.8)  # fmt: skip
SETTING = group_evaluation.Setting({"waits": "share", "short": "share"}, 24, draws=19, seed=1)
CODES = [f"R{number:02d}" for number in range(40)]
STARTS = {code: "2031-04" if at % 2 else "2032-01" for at, code in enumerate(CODES[:8])}


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    rows = [
        GroupEvent(
            org_code=code, org_name=code, group=f"of {start}", event=DEFINITION, date=start,
            date_precision="month", date_basis="stated", form="separate trusts", kind="acute",
            role="member", became=None, end_date=None, confidence="high", source="a page",
            source_date=None, note=None,
        )
        for code, start in STARTS.items()
    ]  # fmt: skip
    return group_treatments.events_table(rows, units={})


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    periods = pd.date_range("2029-01-01", periods=20, freq="QS")
    noise = generator.normal(scale=0.01, size=(len(CODES), len(periods)))
    table = pd.DataFrame(0.6 + noise, index=CODES, columns=periods)
    for code, start in STARTS.items():
        table.loc[code, periods >= pd.Timestamp(start)] += EFFECT
    long = table.rename_axis("unit").reset_index().melt("unit", var_name="period")
    long["period"] = pd.to_datetime(long["period"])
    waits = long.assign(outcome="waits", denominator=100.0)
    early = waits["period"].lt(pd.Timestamp("2030-01-01"))
    return pd.concat([waits, waits[early].assign(outcome="short")], ignore_index=True)


def test_known_effect_is_found_and_a_short_outcome_refused(
    panel: pd.DataFrame, events: pd.DataFrame
) -> None:
    found = group_evaluation.estimate(
        panel, events, definition=DEFINITION, window=WINDOW, setting=SETTING
    )
    row = found.effects.set_index("outcome").loc["waits"]
    assert row["lower"] < EFFECT < row["upper"]
    assert row["value"] == pytest.approx(EFFECT, abs=0.015)
    assert (row["treated"], row["comparison_units"]) == (8, 32)
    assert found.refused["outcome"].unique().tolist() == ["short"]


def test_variants_keep_what_cannot_be_estimated_with_the_reason(
    panel: pd.DataFrame, events: pd.DataFrame
) -> None:
    pandemic = Interruption(
        name="epidemic", first_month="2031-05", last_month="2031-06", reference="a law"
    )
    found = group_evaluation.variants(
        panel, events, definition=DEFINITION, window=WINDOW, setting=SETTING,
        unscreened=CODES[20:25], interruptions=[pandemic], alike=CODES[8:20],
    ).set_index(["variant", "outcome"])  # fmt: skip
    waits = found.xs("waits", level="outcome")
    assert waits.loc[f"{DEFINITION} (as above)", "comparison_units"] == 32
    assert waits.loc["first step", "value"] == pytest.approx(EFFECT, abs=0.015)
    assert waits.loc["beside trusts known to share no leader", "comparison_units"] == 27
    assert waits.loc["beside trusts of like size", "comparison_units"] == 12
    # The four that start in the quarter of the epidemic are out, and four are too few.
    assert waits.loc["no window in the pandemic", "reason"].startswith("4 treated units")
    assert pd.isna(waits.loc["no window in the pandemic", "value"])
    assert waits.loc["merger", "reason"].startswith("0 treated units")


def test_same_seed_gives_the_same_estimates(panel: pd.DataFrame, events: pd.DataFrame) -> None:
    asked = {"definition": DEFINITION, "window": WINDOW, "comparisons": (NEVER,)}
    waits = panel[panel["outcome"].eq("waits")]
    first, second = (
        group_evaluation.estimate(waits, events, setting=SETTING, **asked) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first.effects, second.effects)


def test_group_by_itself_shows_the_gap_and_the_change(
    panel: pd.DataFrame, events: pd.DataFrame
) -> None:
    waits = panel[panel["outcome"].eq("waits")]
    treated = group_treatments.treatments(events, definition=DEFINITION, least_spell_months=24)
    chosen = treated[treated["start"].eq("2032-01-01")]
    pool = group_evaluation.donors(waits, events, treated=treated)
    assert pool == CODES[8:]
    asked = {"unit": "share", "window": WINDOW}
    synthetic = group_evaluation.beside_synthetic(waits, chosen, donors=pool, **asked)
    assert synthetic.summary["value"].iloc[0] == pytest.approx(EFFECT, abs=0.01)
    single = group_evaluation.interrupted(waits, chosen, interruptions=[], **asked)
    assert single.path["after"].sum() == 8


def test_short_window_is_the_least_on_record_and_the_other_the_central_one() -> None:
    record = load_assumptions()
    name = "evaluation_quarters_after"
    record = record | {name: record[name].model_copy(update={"low": 3, "central": 7})}
    short, long = (
        group_evaluation.choices(record, confidence_level=0.9, short=short)
        for short in (True, False)
    )
    assert (short.after, long.after) == (3, 7)
    assert short.confidence_level == 0.9
    assert replace(short, after=7, before=long.before) == long
