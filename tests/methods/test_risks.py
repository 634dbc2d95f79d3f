"""Risks: what the register lacks, what each takes, all together, and what is given for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from invented_case import RATES, recomputed, risk, uncertain
from pydantic import ValidationError

from caseanalysis.case import default_case
from caseanalysis.errors import ParameterError
from caseanalysis.methods import risks
from caseanalysis.opportunities import Risk, load_risks
from caseanalysis.registers import load_assumptions

SIZES = {"delay": 1.0, "cost": 0.5, "benefit": 0.25}
SETTING = risks.Setting(recomputed(), uncertain(), years=10, rates=RATES, sizes=SIZES)
#: One gains 180 and costs 36 a year, two gains 80 and costs 16: 2,080 in ten years.
NAMED = [
    risk("loss", effect="benefit", opportunities=["one"]),
    risk("late", effect="delay"),
    risk("dear", effect="cost"),
    risk("other"),
]
DRAWS = {"number": 400, "correlation": 0.0, "confidence_level": 0.8}


def together(named: list[Risk], likelihoods: list[float], seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return risks.together(SETTING, named, likelihoods=likelihoods, rng=rng, **DRAWS)


def test_fields_that_a_case_leaves_empty_are_shown_as_not_stated() -> None:
    named = load_risks(default_case())
    table = risks.register(named)
    assert len(table) >= 15
    for name in ("likelihood", "impact", "owner", "trigger", "cost"):
        assert set(table[name]) == {"not stated"}, name
    filled = risks.emptiness(named).set_index("field")
    assert filled.loc["Likelihood", ["filled", "empty"]].tolist() == [0, len(named)]
    assert risks.register([]).empty
    assert risks.emptiness([]).empty


def test_values_given_fill_the_register_with_their_units() -> None:
    given = {"late": {"likelihood": 0.3, "impact": 2.0, "owner": "A director", "cost": 5e4}}
    found = risks.register(risks.with_values(NAMED, given)).set_index("id").loc["late"]
    assert found[["likelihood", "impact", "owner", "trigger", "cost"]].tolist() == [
        "30%", "2.0 years of delay", "A director", "not stated", "£50,000",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [("other", {"impact": 0.2}, "effect"), ("loss", {"impact": 1.2}, "1 at most")],
)
def test_impact_that_does_not_fit_the_risk_is_refused(
    name: str, values: dict[str, float], wanted: str
) -> None:
    with pytest.raises(ParameterError, match=wanted):
        risks.with_values(NAMED, {name: values})


def test_likelihood_outside_0_to_1_is_refused_in_a_record() -> None:
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        risk("sure", likelihood=1.1)


def test_each_risk_strikes_what_it_is_linked_to() -> None:
    # A quarter of 180 x 10 years; a year less of 260; half more of 52 a year.
    found = risks.alone(SETTING, NAMED).set_index("id")
    assert found["change"].to_dict() == pytest.approx({"loss": -450, "late": -260, "dear": -260})
    assert found["bears_on"].to_dict() == {"loss": "One", "late": "all", "dear": "all"}
    assert found.loc["loss", "ten_points"] == pytest.approx(-45)
    assert found.loc["loss", "share"] == pytest.approx(450 / 2080)
    grid = risks.links(SETTING, NAMED).set_index(["id", "opportunity"])["change"]
    assert grid["loss"].to_dict() == pytest.approx({"one": -450})
    assert grid["late"].to_dict() == pytest.approx({"one": -180, "two": -80, "three": 0})


def test_size_at_which_nothing_is_left_is_worked_out() -> None:
    found = risks.alone(SETTING, NAMED).set_index("id")["break_even"]
    # 2,600 less 260 a year of delay meets the cost of 520 after 8 years; cost must be 5 times as
    # high; the loss of all of one, 1,800, leaves 280.
    assert found["late"] == "8.0 years of delay"
    assert found["dear"] == "400% more cost of delivery"
    assert found["loss"].startswith("none")


def test_cost_alone_makes_a_risk_count_once() -> None:
    known = risks.with_values(NAMED, {"other": {"likelihood": 0.5, "cost": 4160.0}})
    found = risks.alone(SETTING, known).set_index("id").loc["other"]
    assert found["change"] == -4160
    assert found["break_even_likelihood"] == pytest.approx(0.5)


def test_losses_together_multiply_and_delays_run_at_the_same_time() -> None:
    losses = [risk(name, effect="benefit", impact=0.5) for name in ("a", "b")]
    delays = [risk("c", effect="delay", impact=2.0), risk("d", effect="delay", impact=1.0)]
    table = uncertain()
    ends = ["low", "central", "high"]
    free = table.assign(**{end: table[end].where(table["part"].ne("cost"), 0.0) for end in ends})
    setting = risks.Setting(recomputed(), free, years=10, rates=RATES, sizes=SIZES)
    found = risks.together(
        setting, [*losses, *delays], likelihoods=[0.0, 1.0], rng=np.random.default_rng(2), **DRAWS
    )
    # Without a cost a quarter is left, over eight years of ten, in every draw.
    assert found["mean"].iloc[1] / found["mean"].iloc[0] == pytest.approx(0.25 * 0.8)
    assert found["upper"].iloc[1] / found["upper"].iloc[0] == pytest.approx(0.25 * 0.8)


def test_overruns_together_add_up() -> None:
    dear = [risk(name, effect="cost", impact=1.0) for name in ("a", "b")]
    once, twice = together(dear[:1], [0.0, 1.0])["mean"], together(dear, [0.0, 1.0])["mean"]
    assert once[0] - once[1] > 0
    # The same draws of the benefits: two overruns take twice what one takes.
    assert twice[0] - twice[1] == pytest.approx(2 * (once[0] - once[1]))


def test_likelihood_at_which_nothing_is_left_lies_between_its_neighbours() -> None:
    table = pd.DataFrame({"likelihood": [0.0, 0.5, 1.0], "value": [30.0, 10.0, -10.0]})
    assert risks.likelihood_for_nothing(table) == pytest.approx(0.75)
    assert risks.likelihood_for_nothing(table.head(2)) is None
    assert risks.likelihood_for_nothing(pd.DataFrame()) is None


def test_only_risks_with_a_likelihood_enter_the_simulation() -> None:
    rng = np.random.default_rng(3)
    assert risks.simulated(SETTING, NAMED, rng=rng, **DRAWS).empty
    known = risks.with_values(NAMED, {"loss": {"likelihood": 1.0}, "late": {"owner": "Nobody"}})
    found = risks.simulated(SETTING, known, rng=rng, **DRAWS)
    assert found["case"].tolist() == ["Without the risks", "Loss", "All of these together"]
    assert found["mean"].iloc[2] == found["mean"].iloc[1] < found["mean"].iloc[0]


def test_larger_risks_need_be_less_likely() -> None:
    names = {"delay": "benefit_risk_delay", "cost": "benefit_risk_cost_overrun",
             "benefit": "benefit_risk_loss"}  # fmt: skip
    ranges = {effect: load_assumptions()[name] for effect, name in names.items()}
    found = risks.by_size(
        SETTING, NAMED, sizes=ranges, likelihoods=[0.0, 0.5, 1.0], rng=np.random.default_rng(4),
        **DRAWS,
    ).set_index("sizes")  # fmt: skip
    assert found["delay"].tolist() == [ranges["delay"].low, ranges["delay"].central,
                                       ranges["delay"].high]  # fmt: skip
    assert found["certain"].is_monotonic_decreasing
    assert risks.central_sizes(ranges)["benefit"] == ranges["benefit"].central


def test_value_never_rises_with_likelihood() -> None:
    found = together(NAMED, [0.0, 0.05, 0.3, 0.9, 1.0])
    assert (found["mean"].diff().dropna() <= 0).all()
    assert found["mean"].iloc[-1] < found["mean"].iloc[0]
