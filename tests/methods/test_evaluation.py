"""Group-time effects, and the sample they rest on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from caseanalysis.errors import MethodError
from caseanalysis.methods import evaluation

CHOICES = evaluation.Choices(
    before=2, after=1, least_treated=3, least_comparisons=3, least_reporting=0.7,
    confidence_level=0.95, power=0.8,
)  # fmt: skip
NEVER, NOT_YET = evaluation.COMPARISONS


def panel_of(series: dict[str, list[float]], *, frequency: str = "QS") -> pd.DataFrame:
    periods = pd.date_range("2001-01-01", periods=len(next(iter(series.values()))), freq=frequency)
    wide = pd.DataFrame(series, index=pd.Index(periods, name="period"))
    return wide.melt(ignore_index=False, var_name="unit").reset_index()


def starts_of(starts: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({"unit": list(starts), "start": pd.to_datetime(list(starts.values()))})


def studied(adoption: evaluation.Adoption, choices: evaluation.Choices, comparison: str):
    return evaluation.event_study(
        adoption, choices=choices, comparison=comparison,
        generator=np.random.default_rng(1), unit="share",
    )  # fmt: skip


@pytest.fixture(scope="module")
def staggered() -> tuple[pd.DataFrame, pd.DataFrame, evaluation.Choices]:
    generator = np.random.default_rng(7)
    values = generator.normal(0, 1, (12, 14)).cumsum(axis=0)
    panel = panel_of({f"U{at:02d}": list(values[:, at]) for at in range(14)})
    dates = ["2001-10-01", "2001-10-01", "2002-04-01", "2002-07-01", "2002-07-01", "2002-07-01"]
    starts = starts_of({f"U{at:02d}": day for at, day in enumerate(dates)})
    return panel, starts, replace(CHOICES, before=3, after=3)


def test_effect_and_error_of_two_groups_and_two_periods_by_hand() -> None:
    # Changes over the start: treated 1, 2, 3, the others 0, 1, 2: effect 2 - 1 = 1.
    # Variance (2/3)/3 + (2/3)/3 = 4/9, widened by 3/2 for three treated units: 2/3.
    panel = panel_of(
        {"A": [0, 1, 2], "B": [1, 1, 3], "C": [2, 1, 4],
         "X": [0, 1, 1], "Y": [1, 0, 1], "Z": [0, 0, 2]}
    )  # fmt: skip
    starts = starts_of(dict.fromkeys("ABC", "2001-07-01"))
    adoption = evaluation.prepare(panel, starts, choices=CHOICES)
    row = studied(adoption, CHOICES, NEVER).overall.iloc[0]
    assert row["value"] == pytest.approx(1)
    assert row["standard_error"] == pytest.approx((2 / 3) ** 0.5)
    # t with 2 degrees: 4.302653 at 97.5%, 1.060660 at 80%.
    assert row["upper"] == pytest.approx(1 + 4.302653 * (2 / 3) ** 0.5, rel=1e-6)
    assert row["detectable"] == pytest.approx((4.302653 + 1.060660) * (2 / 3) ** 0.5, rel=1e-6)


def test_event_study_equals_saturated_regression(staggered) -> None:
    panel, starts, choices = staggered
    found = studied(evaluation.prepare(panel, starts, choices=choices), choices, NEVER).table
    expected = saturated_regression(panel, starts)
    for event_time in (-3, -2, 0, 1, 2):
        row = found[found["event_time"].eq(event_time)].iloc[0]
        assert row["value"] == pytest.approx(expected[event_time], abs=1e-9), event_time


def saturated_regression(panel: pd.DataFrame, starts: pd.DataFrame) -> dict[int, float]:
    """Least squares on units, periods and each start by each period but the one before it."""
    table = panel.merge(starts, on="unit", how="left")
    time = table["period"].dt.to_period("Q").astype("int64")
    first = table["start"].dt.to_period("Q")
    since = (time - first.astype("int64").where(first.notna())).fillna(-1).astype(int)
    cell = first.astype(str) + "/" + since.astype(str)
    cells = pd.get_dummies(cell.where(table["start"].notna() & since.ne(-1)), dtype=float)
    fixed = pd.get_dummies(table[["unit"]].assign(time=time.astype(str)), dtype=float)
    design = pd.concat([cells, fixed.drop(columns=fixed.columns[-1])], axis=1)
    fit = sm.OLS(table["value"], design).fit()
    sizes = starts["start"].dt.to_period("Q").astype(str).value_counts()
    return {
        event_time: sum(
            sizes[start] * fit.params[f"{start}/{event_time}"] for start in sizes.index
        ) / sizes.sum()
        for event_time in (-3, -2, 0, 1, 2)
    }  # fmt: skip


def test_not_yet_treated_serve_as_comparison_until_their_own_start(staggered) -> None:
    panel, starts, choices = staggered
    adoption = evaluation.prepare(panel, starts, choices=choices)
    found = studied(adoption, choices, NOT_YET).table.set_index("event_time")["value"]
    wide = panel.pivot_table(index="period", columns="unit", values="value").to_numpy()
    first = np.r_[adoption.starts.to_numpy(), np.full(8, 99)]
    for event_time in (0, 1, 2):
        effects = []
        for unit, start in enumerate(first[:6]):
            change = wide[start + event_time] - wide[start - 1]
            effects.append(change[unit] - change[first > start + event_time].mean())
        assert found[event_time] == pytest.approx(np.mean(effects))


def test_groups_weighted_by_their_units_give_the_overall_effect(staggered) -> None:
    panel, starts, choices = staggered
    study = studied(evaluation.prepare(panel, starts, choices=choices), choices, NEVER)
    groups = study.groups
    assert list(groups["units"]) == [2, 1, 3]
    assert (groups["units"] @ groups["value"]) / 6 == pytest.approx(study.overall["value"].iloc[0])


def test_simultaneous_band_is_wider_than_the_intervals(staggered) -> None:
    panel, starts, choices = staggered
    table = studied(evaluation.prepare(panel, starts, choices=choices), choices, NEVER).table
    free = table[table["event_time"].ne(-1)]
    assert (free["band_upper"] > free["upper"]).all()
    assert (free["band_lower"] < free["lower"]).all()


def test_every_unit_left_out_has_its_reason() -> None:
    series = {name: list(np.random.default_rng(at).normal(0, 1, 8))
              for at, name in enumerate("ABCDEFGHXYZVW")}  # fmt: skip
    series["V"][3] = np.nan
    panel = panel_of(series)
    starts = starts_of(
        dict.fromkeys("ABC", "2001-08-15")
        | {"D": "2001-04-01", "E": "2002-10-01", "F": "2003-06-01", "G": "2001-07-01",
           "Q": "2001-07-01", "H": "2002-04-01"}
    )  # fmt: skip
    excluded = pd.DataFrame({"unit": ["G"], "reason": ["its date is not sourced"]})
    adoption = evaluation.prepare(
        panel, starts, choices=replace(CHOICES, after=2), excluded=excluded,
        interrupted=(pd.Timestamp("2002-07-01"),),
    )  # fmt: skip
    reasons = adoption.left_out.set_index("unit")["reason"].to_dict()
    assert reasons == {
        "D": "fewer than 2 periods before its start",
        "E": "fewer than 2 periods from its start on",
        "G": "its date is not sourced",
        "H": "its window holds an interrupted period",
        "Q": "no value in any period",
        "V": "no value in 1 of 8 periods",
    }
    assert list(adoption.starts.index) == ["A", "B", "C"]
    assert adoption.never == ("W", "X", "Y", "Z")
    # F is treated only after the last period: not never treated, but untreated so far.
    assert adoption.untreated(NEVER) == ["W", "X", "Y", "Z"]
    assert adoption.untreated(NOT_YET) == ["W", "X", "Y", "Z", "F"]


def test_longest_run_of_reported_periods_is_used() -> None:
    # Of 8 periods the third is reported by nobody: the five after it are the longer run.
    values = np.random.default_rng(3).normal(0, 1, (8, 6))
    values[2] = np.nan
    panel = panel_of({name: list(values[:, at]) for at, name in enumerate("ABCXYZ")})
    starts = starts_of(dict.fromkeys("ABC", "2002-07-01"))
    adoption = evaluation.prepare(panel, starts, choices=CHOICES)
    assert [str(period) for period in adoption.outcomes.index[[0, -1]]] == ["2001Q4", "2002Q4"]


def test_too_few_treated_units_are_refused_with_the_count() -> None:
    panel = panel_of({name: [0.0, 1.0, float(at)] for at, name in enumerate("ABXYZ")})
    starts = starts_of(dict.fromkeys("AB", "2001-07-01"))
    with pytest.raises(MethodError, match=r"2 treated units.*3 or more"):
        evaluation.prepare(panel, starts, choices=CHOICES)


def test_units_that_all_change_alike_are_refused() -> None:
    panel = panel_of({name: [at, 1.0 + at, 3.0 + at] for at, name in enumerate("ABCXYZ")})
    starts = starts_of(dict.fromkeys("ABC", "2001-07-01"))
    adoption = evaluation.prepare(panel, starts, choices=CHOICES)
    with pytest.raises(MethodError, match="all change alike"):
        studied(adoption, CHOICES, NEVER)


@pytest.mark.parametrize("choice", ["before", "least_treated", "power"])
def test_choice_out_of_range_is_refused(choice: str) -> None:
    with pytest.raises(MethodError, match=choice):
        replace(CHOICES, **{choice: 0})


def test_quarter_is_the_ratio_of_its_sums_and_thin_quarters_are_listed() -> None:
    panel = pd.DataFrame(
        {
            "unit": "A",
            "outcome": "seen",
            "period": pd.date_range("2001-01-01", periods=5, freq="MS"),
            "value": [0.5, 0.8, 0.9, 0.7, 0.7],
            "numerator": [10, 80, 90, 7, 7],
            "denominator": [20, 100, 100, 10, 10],
        }
    )
    quarters = evaluation.quarterly(panel, least_months=3)
    assert list(quarters["value"]) == pytest.approx([180 / 220])
    thin = evaluation.quarters_left_out(panel, least_months=3)
    assert thin[["period", "months"]].to_numpy().tolist() == [[pd.Timestamp("2001-04-01"), 2]]
    plain = panel.drop(columns=["numerator", "denominator"])
    assert evaluation.quarterly(plain, least_months=2)["value"].tolist() == pytest.approx(
        [2.2 / 3, 0.7]
    )
