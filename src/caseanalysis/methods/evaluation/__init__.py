"""Whether a treatment that units took up at different times, such as a group or merger, worked."""

from __future__ import annotations

from caseanalysis.methods.evaluation.adoption import (
    COMPARISONS,
    NEVER,
    NOT_YET,
    Adoption,
    Choices,
    prepare,
    quarterly,
    quarters_left_out,
)
from caseanalysis.methods.evaluation.event_study import EventStudy, event_study
from caseanalysis.methods.evaluation.interrupted import (
    AUTOREGRESSIVE,
    NEWEY_WEST,
    InterruptedSeries,
    interrupted_series,
)
from caseanalysis.methods.evaluation.placebo import (
    Contrasts,
    bootstrap_interval,
    contrasts,
    mean_effect,
    placebo_dates,
    placebo_groups,
    placebo_p_value,
    planted_detectable,
)
from caseanalysis.methods.evaluation.power import adjust, detectable_effect
from caseanalysis.methods.evaluation.sensitivity import sensitivity
from caseanalysis.methods.evaluation.simulation import (
    Design,
    Simulated,
    simulate_adoption,
    simulation_study,
)
from caseanalysis.methods.evaluation.synthetic import Synthetic, synthetic_control
from caseanalysis.methods.evaluation.two_way import FORBIDDEN, TwoWay, two_way_fixed_effects
from caseanalysis.methods.evaluation.whole import Evaluation, evaluate

__all__ = [
    "AUTOREGRESSIVE", "COMPARISONS", "FORBIDDEN", "NEVER", "NEWEY_WEST", "NOT_YET", "Adoption",
    "Choices", "Contrasts", "Design", "Evaluation", "EventStudy", "InterruptedSeries", "Simulated",
    "Synthetic", "TwoWay", "adjust", "bootstrap_interval", "contrasts", "detectable_effect",
    "evaluate", "event_study", "interrupted_series", "mean_effect", "placebo_dates",
    "placebo_groups", "placebo_p_value", "planted_detectable", "prepare", "quarterly",
    "quarters_left_out", "sensitivity", "simulate_adoption", "simulation_study",
    "synthetic_control", "two_way_fixed_effects",
]  # fmt: skip
