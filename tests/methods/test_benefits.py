"""Benefits: as printed, recomputed, net, and over the years; risks and their effects."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from caseanalysis.case import default_case, list_cases
from caseanalysis.errors import MethodError, RecordError
from caseanalysis.methods import benefits
from caseanalysis.opportunities import Opportunity, Risk, load_opportunities, load_risks

CASE = default_case()
#: No discounting, so that present values can be worked by hand.
RATES = {"rate": 0.0, "later_rate": 0.0, "change_year": 30}


def share(value: float, low: float | None = None, high: float | None = None) -> dict[str, object]:
    ends = (value if low is None else low, value, value if high is None else high)
    return {**dict(zip(("low", "central", "high"), ends, strict=True)), "reason": "Judgement."}


def opportunity(name: str, **changes: object) -> Opportunity:
    score = {"score": 3, "evidence": "None."}
    record = {
        "id": name, "title": name.title(), "area": "a1", "claims": [f"a1-{name}"],
        "method": "A method", "inputs_printed": "None", "inputs_missing": "All",
        "recurring": True, "kind": "cash-releasing", "gains": "A trust", "start_year": 0,
        "ramp_years": 1, "timing_reason": "Judgement.", "group_share": share(0.5),
        "cash_share": share(0.8), "effort": 1,
        "scores": dict.fromkeys(("impact", "urgency", "quick_results", "economy"), score),
    }  # fmt: skip
    return Opportunity.model_validate(record | changes)


#: 1,000 a year, of which a tenth is in the other; 500, recomputed as 400; 200 of income.
STATED = [
    opportunity("one", overlaps=[{"opportunity": "two", "share": share(0.1)}]),
    opportunity("two", derivations=["a1-d01"]),
    opportunity("three", transfer=True, kind="income"),
]
CLAIMS = pd.DataFrame(
    {"id": ["a1-one", "a1-two", "a1-three"], "value": [1000.0, 500, 200], "step": [100.0, 10, 10]}
)
DERIVED = pd.DataFrame(
    {"derivation_id": ["a1-d01"], "value": [400.0], "low": [380.0], "high": [420.0]}
)


@pytest.fixture
def amounts() -> pd.DataFrame:
    return benefits.recomputed(benefits.as_printed(STATED, CLAIMS), STATED, DERIVED)


@pytest.fixture
def factors(amounts: pd.DataFrame) -> pd.DataFrame:
    return benefits.factors(amounts, STATED, attainment=[0.2, 0.5, 1.0], cost=[0.0, 0.1, 0.2])


def test_printed_amounts_have_the_interval_of_their_digits() -> None:
    found = benefits.as_printed(STATED, CLAIMS).set_index("id")
    assert found.loc["one", ["value", "lower", "upper"]].tolist() == [1000, 950, 1050]
    assert set(found["cost_stated"]) == {"not stated"}
    assert found.loc["one", "overlaps"] == "Two: 10%"


def test_official_figures_come_before_the_case_s_own_inputs(amounts: pd.DataFrame) -> None:
    assert amounts["value"].tolist() == [1000, 400, 200]
    assert amounts["basis"].tolist() == ["as printed", "the case's own inputs", "as printed"]
    stated = [STATED[0], opportunity("two", derivations=["a1-d01"], official="earlier diagnosis")]
    fact = pd.DataFrame({"value": [300.0], "lower": [100.0], "upper": [350.0]})
    found = benefits.recomputed(
        benefits.as_printed(stated, CLAIMS), stated, DERIVED, {"earlier diagnosis": fact}
    )
    assert found["value"].tolist() == [1000, 300]
    assert found["basis"].iloc[1] == "official figures"


def test_each_step_of_the_waterfall_takes_off_its_own(
    amounts: pd.DataFrame, factors: pd.DataFrame
) -> None:
    flow = benefits.waterfall(benefits.steps(amounts, factors)).set_index("step")
    # 1,700 printed; 1,600 recomputed; 1,400 without income; 1,300 once; 80% cash; half of it the
    # group's, 520; half attained, 260; cost a tenth of the 520 planned.
    expected = [1700, 1600, 1400, 1300, 1040, 520, 260, 208, 208]
    assert flow["total"].tolist() == pytest.approx(expected)
    changes = flow.loc[flow["kind"].eq("change"), "change"].sum()
    assert flow.loc["printed", "change"] + changes == pytest.approx(flow.loc["bankable", "total"])


def test_present_value_without_discounting_is_the_yearly_amount_times_the_years(
    amounts: pd.DataFrame, factors: pd.DataFrame
) -> None:
    plan = benefits.plan_of(amounts, factors, years=10, rates=RATES)
    assert benefits.present_values(plan).iloc[0] == pytest.approx(2080)


def test_break_even_is_where_cost_is_covered(amounts: pd.DataFrame, factors: pd.DataFrame) -> None:
    plan = benefits.plan_of(amounts, factors, years=10, rates=RATES)
    assert benefits.break_even(plan) == pytest.approx(0.1)


def test_stated_cost_takes_the_place_of_the_share(
    amounts: pd.DataFrame, factors: pd.DataFrame
) -> None:
    costly = amounts.assign(delivery_cost=[100.0, np.nan, np.nan])
    after = benefits.steps(costly, factors).set_index("id")
    # One: 1,000 x 0.9 x 0.8 x 0.5 = 360 planned, 180 attained, less 100.
    assert after.loc["one", "cost"] == pytest.approx(80)
    assert after.loc["two", "cost"] == pytest.approx(400 * 0.8 * 0.5 * (0.5 - 0.1))


def test_tornado_moves_one_kind_of_factor_at_a_time(
    amounts: pd.DataFrame, factors: pd.DataFrame
) -> None:
    found = benefits.tornado(amounts, factors, years=1, rates=RATES).set_index("part")
    # Planned 520: attained 0.2 to 1 less a tenth; cost 0.2 to 0 beside half attained.
    assert found.loc["attainment", ["worst", "best"]].tolist() == pytest.approx([52, 468])
    assert found.loc["cost", ["worst", "best"]].tolist() == pytest.approx([156, 260])
    assert found.index[0] == "attainment"


def test_draws_keep_their_bounds_repeat_by_seed_and_move_together(
    amounts: pd.DataFrame, factors: pd.DataFrame
) -> None:
    plan = benefits.plan_of(amounts, factors, years=5, rates=RATES)

    def drawn(correlation: float) -> pd.DataFrame:
        rng = np.random.default_rng(3)
        return benefits.draws(plan, number=2000, correlation=correlation, rng=rng)

    values = drawn(0.5)
    pd.testing.assert_frame_equal(values, drawn(0.5))
    ends = factors.set_index("factor")
    assert (values.min() >= ends["low"] - 1e-9).all()
    assert (values.max() <= ends["high"] + 1e-9).all()
    spread = [float(benefits.present_values(plan, drawn(one)).std()) for one in (0.0, 0.9)]
    assert spread[1] > spread[0]


def test_impossible_correlation_is_refused(amounts: pd.DataFrame, factors: pd.DataFrame) -> None:
    plan = benefits.plan_of(amounts, factors, years=5, rates=RATES)
    with pytest.raises(MethodError, match="correlation"):
        benefits.draws(plan, number=10, correlation=1.5, rng=np.random.default_rng(0))


def test_interval_over_years_holds_its_median(amounts: pd.DataFrame, factors: pd.DataFrame) -> None:
    found = benefits.over_years(
        amounts, factors, horizons=[5, 10], rates=RATES, number=500, correlation=0.3,
        confidence_level=0.9, rng=np.random.default_rng(1),
    )  # fmt: skip
    assert found["central"].tolist() == pytest.approx([1040, 2080])
    assert (found["lower"] < found["value"]).all()
    assert (found["value"] < found["upper"]).all()


def test_deficit_is_set_against_what_is_printed_and_bankable(
    amounts: pd.DataFrame, factors: pd.DataFrame
) -> None:
    flow = benefits.waterfall(benefits.steps(amounts, factors))
    deficits = pd.DataFrame({"statement": ["A deficit."], "value": [3400.0]})
    found = benefits.against(deficits, flow).iloc[0]
    assert found["printed"] == pytest.approx(0.5)
    assert found["bankable"] == pytest.approx(208 / 3400)


def test_risk_strikes_what_it_is_linked_to(amounts: pd.DataFrame, factors: pd.DataFrame) -> None:
    def risk(name: str, **changes: object) -> Risk:
        record = {"id": name, "kind": "k", "statement": "s", "mitigation": None, "place": "p"}
        return Risk.model_validate(record | changes)

    risks = [
        risk("loss", effect="benefit", opportunities=["one"]),
        risk("late", effect="delay"),
        risk("dear", effect="cost"),
        risk("other"),
    ]
    sizes = {"delay": 1.0, "cost": 0.5, "benefit": 0.25}
    found = benefits.risk_effects(
        amounts, factors, risks, years=10, rates=RATES, sizes=sizes
    ).set_index("id")
    # One is 360 of the 520 planned: a quarter of 360 x (0.5 - 0.1) x 10 years is lost. A year less
    # of 260. Half more of 52 a year.
    assert found["opportunities"].to_dict() == {"loss": "One", "late": "all", "dear": "all"}
    assert found["change"].to_dict() == pytest.approx({"loss": -360, "late": -260, "dear": -260})


def test_empty_fields_of_a_risk_are_shown_as_not_stated() -> None:
    table = benefits.register(load_risks(CASE))
    assert len(table) >= 15
    for name in ("likelihood", "impact", "owner", "trigger", "cost"):
        assert set(table[name]) == {"not stated"}, name


def test_opportunities_of_every_case_stand_on_claims_and_reasons() -> None:
    for name in list_cases():
        for one in load_opportunities(name):
            judgements = [one.group_share, one.cash_share, *(lap.share for lap in one.overlaps)]
            assert all(len(each.reason.split()) >= 3 for each in judgements), one.id
        assert isinstance(load_risks(name), list)


def test_case_without_claims_has_no_amounts() -> None:
    assert benefits.as_printed(STATED, CLAIMS.iloc[:0]).empty


@pytest.mark.parametrize(
    ("old", "new", "file"),
    [
        ("claims: [a1-019]", "claims: [a1-999]", "opportunities.yaml"),
        ("opportunity: length-of-stay", "opportunity: length-of-stray", "opportunities.yaml"),
        ("opportunities: [retention, recruitment]", "opportunities: [retentions]", "risks.yaml"),
    ],
)
def test_unknown_name_is_refused(root: Path, tmp_path: Path, old: str, new: str, file: str) -> None:
    shutil.copytree(root / "data" / "cases" / CASE, tmp_path / "cases" / CASE)
    path = tmp_path / "cases" / CASE / file
    path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    load = load_opportunities if file.startswith("opp") else load_risks
    with pytest.raises(RecordError, match=r"found"):
        load(CASE, tmp_path)
