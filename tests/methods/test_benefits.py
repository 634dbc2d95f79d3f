"""Benefits: as printed, recomputed, net, and over the years; risks and their effects."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invented_case import CLAIMS, DERIVED, RATES, STATED, opportunity, recomputed, uncertain

from caseanalysis.case import default_case, list_cases
from caseanalysis.errors import MethodError, RecordError
from caseanalysis.methods import benefits
from caseanalysis.opportunities import load_opportunities, load_risks
from caseanalysis.registers import load_assumptions

CASE = default_case()


@pytest.fixture
def amounts() -> pd.DataFrame:
    return recomputed()


@pytest.fixture
def factors() -> pd.DataFrame:
    return uncertain()


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


def test_values_given_take_the_place_of_the_records() -> None:
    given = {
        "one": {"cash": 0.2, "overlap": 0.0, "delivery_cost": 7.0, "start_year": 3},
        "two": {"amount": 50.0},
    }
    stated = benefits.with_values(STATED, given)
    listed = benefits.as_printed(stated, CLAIMS)
    found = benefits.recomputed(listed, stated, DERIVED, given=given).set_index("id")
    assert found.loc["two", ["value", "lower", "upper"]].tolist() == [50, 50, 50]
    assert found.loc["two", "basis"] == "the parameter"
    assert found.loc["one", ["delivery_cost", "start_year"]].tolist() == [7, 3]
    assert stated[0].cash_share.high == 0.2
    assert stated[0].overlaps[0].share.central == 0
    assert stated[2] == STATED[2]


def test_number_given_takes_the_place_of_an_assumption() -> None:
    register = load_assumptions()
    found = benefits.assumed(register, {"discount_rate": 0.05})
    rate = found["discount_rate"]
    assert [rate.low, rate.central, rate.high] == [0.05] * 3
    assert found["benefit_attainment"] == register["benefit_attainment"]


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


def test_deficit_is_set_against_what_is_printed_and_bankable(
    amounts: pd.DataFrame, factors: pd.DataFrame
) -> None:
    flow = benefits.waterfall(benefits.steps(amounts, factors))
    deficits = pd.DataFrame({"statement": ["A deficit."], "value": [3400.0]})
    found = benefits.against(deficits, flow, in_the_accounts=340.0).iloc[0]
    assert found["trusts"] == pytest.approx(0.1)
    assert found["printed"] == pytest.approx(0.5)
    assert found["bankable"] == pytest.approx(208 / 3400)


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
        ("unit_cost: cost_of_bed_day", "unit_cost: cost_of_bed_night", "opportunities.yaml"),
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
