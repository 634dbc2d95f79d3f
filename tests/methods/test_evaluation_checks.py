"""Two-way fixed effects and its parts, placebos, sensitivity, power, and the whole evaluation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from caseanalysis.errors import MethodError
from caseanalysis.methods import evaluation

CHOICES = evaluation.Choices(
    before=6, after=6, least_treated=10, least_comparisons=20, least_reporting=0.8,
    confidence_level=0.95, power=0.8,
)  # fmt: skip
DESIGN = evaluation.Design(
    units=60, treated=14, periods=20, earliest=6, latest=13, effect=-0.098, growing=True,
    unequal=1.0, noise=0.03, persistence=0.5,
)  # fmt: skip
NEVER, NOT_YET = evaluation.COMPARISONS


@pytest.fixture(scope="module")
def made() -> evaluation.Simulated:
    return evaluation.simulate_adoption(DESIGN, after=6, generator=np.random.default_rng(11))


@pytest.fixture(scope="module")
def adoption(made: evaluation.Simulated) -> evaluation.Adoption:
    return evaluation.prepare(made.panel, made.treatments, choices=CHOICES)


@pytest.fixture(scope="module")
def study(adoption: evaluation.Adoption) -> evaluation.EventStudy:
    return evaluation.event_study(adoption, choices=CHOICES, comparison=NEVER,
                                  generator=np.random.default_rng(1), unit="share")  # fmt: skip


@pytest.fixture(scope="module")
def placebos(adoption: evaluation.Adoption) -> pd.DataFrame:
    return evaluation.placebo_groups(
        adoption, choices=CHOICES, draws=300, generator=np.random.default_rng(2)
    )


def three_groups() -> evaluation.TwoWay:
    """Two early, two late and two never treated units over ten periods, 6 and 5 alike twice."""
    time = np.arange(10.0)
    early, late = np.maximum(time - 1, 0), np.maximum(time - 4, 0)
    wide = pd.DataFrame(
        {**dict.fromkeys("ABC", early), **dict.fromkeys("DEF", late), **dict.fromkeys("XYZ", 0.0)},
        index=pd.Index(pd.date_range("2001-01-01", periods=10, freq="QS"), name="period"),
    )
    starts = dict.fromkeys("ABC", wide.index[2]) | dict.fromkeys("DEF", wide.index[5])
    treatments = pd.DataFrame({"unit": list(starts), "start": list(starts.values())})
    choices = replace(CHOICES, before=2, after=2, least_treated=6, least_comparisons=3)
    panel = wide.melt(ignore_index=False, var_name="unit").reset_index()
    adoption = evaluation.prepare(panel, treatments, choices=choices)
    return evaluation.two_way_fixed_effects(adoption, choices=choices, unit="share")


def test_weights_of_the_parts_by_hand() -> None:
    # Three groups of one size; treated 0.8 and 0.5 of the time. Goodman-Bacon's weights in
    # proportion: 0.8 x 0.2, 0.5 x 0.5, 0.5^2 x (0.3/0.5)(0.2/0.5), 0.8^2 x (0.5/0.8)(0.3/0.8)
    # = 0.16, 0.25, 0.06, 0.15, which add up to 0.62.
    found = three_groups().comparisons
    clean = found[found["comparison_start"].isna()].sort_values("treated_start")
    assert list(clean["weight"]) == pytest.approx([0.16 / 0.62, 0.25 / 0.62])
    forward = found[found["kind"].eq("earlier treated and later treated")]
    assert list(forward["weight"]) == pytest.approx([0.06 / 0.62])
    forbidden = found[found["kind"].eq(evaluation.FORBIDDEN)]
    assert list(forbidden["weight"]) == pytest.approx([0.15 / 0.62])


def test_forbidden_comparison_turns_a_growing_gain_into_a_loss() -> None:
    # Late units gain 3 on average; the early ones, already treated, gain 6 - 2 = 4 more meanwhile.
    row = three_groups().overall.iloc[0]
    assert row["forbidden_value"] == pytest.approx(-1)
    assert row["forbidden_weight"] == pytest.approx(0.15 / 0.62)


def test_two_way_estimate_equals_regression_on_dummies(made, adoption) -> None:
    found = evaluation.two_way_fixed_effects(adoption, choices=CHOICES, unit="share")
    table = made.panel.merge(made.treatments[["unit", "start"]], on="unit", how="left")
    design = pd.get_dummies(table[["unit"]].assign(time=table["period"].astype(str)), dtype=float)
    treated = (table["period"] >= table["start"]).astype(float).rename("treated")
    design = pd.concat([treated, design.drop(columns=design.columns[-1])], axis=1)
    groups = pd.factorize(table["unit"])[0]
    fit = sm.OLS(table["value"], design).fit(cov_type="cluster", cov_kwds={"groups": groups})
    row = found.overall.iloc[0]
    assert row["value"] == pytest.approx(fit.params["treated"])
    assert row["standard_error"] == pytest.approx(fit.bse["treated"])
    parts = found.comparisons
    assert parts["weight"].sum() == pytest.approx(1)
    assert (parts["weight"] * parts["value"]).sum() == pytest.approx(row["value"])


def test_placebo_estimate_is_the_same_estimate(study, adoption) -> None:
    # The closed form used for placebos must give the library's effect and error on real groups.
    parts = evaluation.contrasts(adoption, first=0, last=5, base=-1)
    value, error = evaluation.mean_effect(parts)
    row = study.overall.iloc[0]
    assert value == pytest.approx(row["value"], rel=1e-9)
    assert error == pytest.approx(row["standard_error"], rel=1e-9)


def test_placebo_groups_find_something_as_often_as_the_level_allows(placebos) -> None:
    # 300 groups at 5%: within three standard errors, 0.05 +- 0.038.
    assert 0.01 <= placebos["significant"].mean() <= 0.088
    assert abs(placebos["value"].mean()) < 0.003


def test_effect_stronger_than_all_placebos_has_the_smallest_p(placebos) -> None:
    assert evaluation.placebo_p_value(placebos, value=-1.0, standard_error=0.01) == 1 / 301
    assert evaluation.placebo_p_value(placebos, value=0.0, standard_error=0.01) == 1


def test_planted_effect_is_found_from_the_detectable_size_on(study, placebos) -> None:
    planted = evaluation.planted_detectable(placebos, choices=CHOICES, treated=14)
    assert planted == pytest.approx(study.overall["detectable"].iloc[0], rel=0.25)
    # t with 13 degrees: 2.160369.
    found = (placebos["value"] + planted) / placebos["standard_error"] >= 2.160369 - 1e-5
    assert found.mean() == pytest.approx(0.8, abs=0.005)


def test_too_few_never_treated_for_placebo_groups_are_refused(adoption) -> None:
    few = replace(adoption, never=adoption.never[:20])
    with pytest.raises(MethodError, match="twice as many"):
        evaluation.placebo_groups(few, choices=CHOICES, draws=5, generator=np.random.default_rng(1))


def test_placebo_date_uses_only_periods_before_the_start(made, adoption) -> None:
    found = evaluation.placebo_dates(adoption, choices=CHOICES, periods_earlier=[3])
    touched = adoption.outcomes.copy()
    for unit, start in adoption.starts.items():
        touched.iloc[start:, touched.columns.get_loc(unit)] += 99.0
    same = evaluation.placebo_dates(
        replace(adoption, outcomes=touched), choices=CHOICES, periods_earlier=[3]
    )
    pd.testing.assert_frame_equal(found, same)
    assert found["p_value"].iloc[0] > 0.01
    with pytest.raises(MethodError, match="1 to 5"):
        evaluation.placebo_dates(adoption, choices=CHOICES, periods_earlier=[6])


def test_bootstrap_agrees_with_the_interval_of_the_estimate(study, adoption) -> None:
    lower, upper = evaluation.bootstrap_interval(
        adoption, choices=CHOICES, draws=2000, generator=np.random.default_rng(4)
    )
    row = study.overall.iloc[0]
    # The bootstrap knows no correction for few treated units: 1.96 against 2.16 x sqrt(14/13).
    ratio = 1.959964 / (2.160369 * (14 / 13) ** 0.5)
    assert (upper - lower) / (row["upper"] - row["lower"]) == pytest.approx(ratio, rel=0.08)


def test_sensitivity_widens_by_the_largest_earlier_step(study) -> None:
    table = evaluation.sensitivity(study, choices=CHOICES, bounds=[0.0, 1.0])
    overall = study.overall.iloc[0]
    effects = study.table.set_index("event_time")["value"]
    step = np.abs(np.diff(effects.loc[-6:-1])).max()
    at = table[table["restriction"].eq("relative magnitude")].set_index("bound")
    assert at.loc[0.0, "lower"] == pytest.approx(overall["lower"], rel=1e-6)
    # Six periods, steps of at most `step` each: on average (1 + 2 + ... + 6) / 6 = 3.5 of them.
    assert at.loc[1.0, "upper"] == pytest.approx(overall["upper"] + 3.5 * step, rel=1e-6)


def test_interval_reaches_no_effect_at_the_breakdown_value(study) -> None:
    breakdown = study.overall["breakdown"].iloc[0]
    assert breakdown > 0
    table = evaluation.sensitivity(study, choices=CHOICES, bounds=[breakdown])
    assert table["upper"].iloc[0] == pytest.approx(0, abs=1e-6)


def test_drift_before_the_start_fails_the_pre_trend_test_and_is_taken_off(made) -> None:
    panel = made.panel.copy()
    drifting = panel["unit"].isin(made.treatments["unit"])
    quarter = panel["period"].dt.to_period("Q").astype("int64")
    panel.loc[drifting, "value"] += 0.02 * (quarter - quarter.min())
    adoption = evaluation.prepare(panel, made.treatments, choices=CHOICES)
    study = evaluation.event_study(adoption, choices=CHOICES, comparison=NEVER,
                                   generator=np.random.default_rng(1), unit="share")  # fmt: skip
    assert study.overall["pre_trend_p"].iloc[0] < 0.01
    table = evaluation.sensitivity(study, choices=CHOICES).set_index("restriction")
    straight = table.loc["straight line"]
    assert straight["lower"] < made.true_window < straight["upper"]
    effects = study.table.set_index("event_time")["value"]
    slope, level = np.polyfit(range(-6, 0), effects.loc[-6:-1], 1)
    # Event times 0 to 5 lie at 2.5 on average.
    assert straight["value"] == pytest.approx(effects.loc[0:].mean() - level - 2.5 * slope)


def test_detectable_effect_is_2_8_standard_errors_with_many_units() -> None:
    found = evaluation.detectable_effect(
        0.01, degrees=float("inf"), confidence_level=0.95, power=0.8
    )
    assert found == pytest.approx(0.01 * (1.959964 + 0.841621), rel=1e-6)
    with pytest.raises(MethodError, match="standard error"):
        evaluation.detectable_effect(0.0, degrees=5, confidence_level=0.95, power=0.8)


def test_p_values_are_corrected_within_their_group() -> None:
    table = pd.DataFrame({"kind": ["a", "b", "a", "a"], "p_value": [0.01, 0.03, 0.04, 0.02]})
    found = evaluation.adjust(table, by=["kind"], p_value="p_value")
    # Holm: 3 x 0.01, then max(0.03, 2 x 0.02), then max(0.04, 0.04). One test alone: as it is.
    assert list(found["p_holm"]) == pytest.approx([0.03, 0.03, 0.04, 0.04])
    # Benjamini-Hochberg from the largest: 0.04, min(0.04, 1.5 x 0.02), min(0.03, 3 x 0.01).
    assert list(found["p_false_discovery"]) == pytest.approx([0.03, 0.03, 0.04, 0.03])


def test_simulated_truth_is_the_mean_over_the_window(made) -> None:
    assert made.true_window == pytest.approx(-0.098)
    assert made.true_all < made.true_window


def test_group_time_effects_recover_a_growing_effect_and_two_way_does_not() -> None:
    design = replace(DESIGN, treated=30)
    table = evaluation.simulation_study(
        design, choices=CHOICES, replications=24, generator=np.random.default_rng(5)
    ).set_index("estimator")
    for name in ("group-time effects, never treated", "group-time effects, not yet treated"):
        assert abs(table.loc[name, "bias"]) < 0.05
        assert table.loc[name, "coverage"] >= 0.85
        assert table.loc[name, "pre_trend_found"] <= 0.2
    assert table.loc["two-way fixed effects", "bias"] < -0.15
    assert table.loc["two-way fixed effects", "coverage"] < 0.3


def test_whole_evaluation_gives_every_estimate_or_its_refusal(made) -> None:
    few = made.treatments.head(4).assign(treatment="few")
    treatments = pd.concat([made.treatments, few], ignore_index=True)
    panel = pd.concat([made.panel.assign(outcome=name) for name in ("a", "b")], ignore_index=True)
    options = {"choices": CHOICES, "units": {"a": "share", "b": "share"}, "placebo_draws": 20}
    before = panel.copy(), treatments.copy()
    found = evaluation.evaluate(panel, treatments, generator=np.random.default_rng(1), **options)
    assert len(found.effects) == 4
    assert found.effects["p_holm"].ge(found.effects["p_value"]).all()
    assert set(found.refused["treatment"]) == {"few"}
    assert found.refused["reason"].str.contains("4 treated units").all()
    assert len(found.event_study) == 2 * 2 * 12
    pd.testing.assert_frame_equal(panel, before[0])
    pd.testing.assert_frame_equal(treatments, before[1])


def test_outcome_that_stands_still_before_the_start_is_refused(made) -> None:
    still = made.panel.copy()
    still.loc[still["period"] < made.treatments["start"].min(), "value"] = 0.0
    found = evaluation.evaluate(
        still, made.treatments.assign(start=made.treatments["start"].min()), choices=CHOICES,
        units={"made up": "share"}, generator=np.random.default_rng(1), placebo_draws=5,
    )  # fmt: skip
    assert found.effects.empty
    assert found.refused["reason"].str.contains("no unit that differs").sum() == 2


def test_same_seed_gives_the_same_tables(made) -> None:
    tables = [
        evaluation.evaluate(
            made.panel, made.treatments, choices=CHOICES, units={"made up": "share"},
            generator=np.random.default_rng(1), placebo_draws=20, comparisons=[NEVER],
        )
        for _ in range(2)
    ]  # fmt: skip
    pd.testing.assert_frame_equal(tables[0].effects, tables[1].effects)
    pd.testing.assert_frame_equal(tables[0].event_study, tables[1].event_study)


def test_outcome_without_a_unit_is_refused(made) -> None:
    with pytest.raises(MethodError, match="no unit for the outcome"):
        evaluation.evaluate(made.panel, made.treatments, choices=CHOICES, units={},
                            generator=np.random.default_rng(1), placebo_draws=5)  # fmt: skip
