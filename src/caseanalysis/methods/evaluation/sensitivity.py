"""How far the result would hold if the groups had not moved in parallel without the treatment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from caseanalysis.methods.evaluation.adoption import Choices, refusal
from caseanalysis.methods.evaluation.event_study import EventStudy, effects_of

RELATIVE, STRAIGHT = "relative magnitude", "straight line"


def sensitivity(
    study: EventStudy, *, choices: Choices, bounds: Sequence[float] = (0.0, 0.5, 1.0, 2.0)
) -> pd.DataFrame:
    """Return the mean effect with the interval that holds under departures from parallel trends.

    Parameters
    ----------
    study : EventStudy
        From ``event_study.event_study``.
    choices : Choices
        Level of the intervals.
    bounds : sequence of float
        Most that a step between periods after the start may be, in multiples of the largest step
        before it; 0 is parallel trends.

    Returns
    -------
    DataFrame
        ``restriction``, ``bound``, ``value`` (under ``straight line``, which has the earlier
        drift continue unbent, the effect net of it), ``lower``, ``upper``, ``standard_error``,
        ``unit``, ``basis``; key ``restriction`` and ``bound``.

    Raises
    ------
    MethodError
        If a bound is negative, or the effects' covariance is singular, as with fewer treated
        units than periods.

    Notes
    -----
    The relative-magnitude interval, by diff-diff, is the range of the effect at the bound, with
    the steps as estimated, widened by the estimate's own error: it takes no account of error in
    the earlier steps, which noise makes larger, so that it errs on the wide side. The straight
    line is fitted to the event times before the start by least squares.

    Rambachan, A. and Roth, J. (2023), A more credible approach to parallel trends, Review of
    Economic Studies 90(5), 2555-2591.
    """
    if any(bound < 0 for bound in bounds):
        raise refusal("bounds", f"{min(bounds):g}", "0 or more")
    rows = [_relative(study, choices, bound) for bound in bounds]
    rows.append(_straight(study, choices))
    first = study.overall.iloc[0]
    return pd.DataFrame(rows).assign(unit=first["unit"], basis=first["basis"])


def _relative(study: EventStudy, choices: Choices, bound: float) -> dict[str, Any]:
    found = _bounds(study, choices, bound)
    return {
        "restriction": RELATIVE,
        "bound": bound,
        "value": found.original_estimate,
        "lower": found.ci_lb,
        "upper": found.ci_ub,
        "standard_error": found.original_se,
    }


def _straight(study: EventStudy, choices: Choices) -> dict[str, Any]:
    """Return the mean effect net of the straight line through the periods before the start.

    The line is fitted by least squares with fixed weights, the base's 0 included. Weights chosen
    for the shortest interval, as in smoothness bounds, hold the truth in 63% of simulations with
    10 treated units and 77% with 16, where they should in 95%.
    """
    times, effects, covariance = effects_of(study.surface)
    pre = np.r_[times[times < 0], -1]
    line = np.column_stack([np.ones(len(pre)), pre])
    ahead = np.array([1.0, (choices.after - 1) / 2])
    # The base is the last of the fitted points; its effect is 0 and has no error.
    drift = (ahead @ np.linalg.pinv(line))[:-1]
    weights = np.where(times >= 0, 1 / choices.after, 0.0)
    weights[times < 0] = -drift
    value = float(weights @ effects)
    error = float(np.sqrt(weights @ covariance @ weights))
    width = float(stats.t.ppf((1 + choices.confidence_level) / 2, study.surface.df_survey)) * error
    return {
        "restriction": STRAIGHT,
        "bound": 0.0,
        "value": value,
        "lower": value - width,
        "upper": value + width,
        "standard_error": error,
    }


def _bounds(study: EventStudy, choices: Choices, bound: float) -> Any:
    from diff_diff import HonestDiD

    level = 1 - choices.confidence_level
    try:
        return HonestDiD(method="relative_magnitude", M=bound, alpha=level).fit(study.surface)
    except ValueError as error:
        raise refusal(
            "sensitivity", str(error).split(".")[0], "effects with a covariance of full rank"
        ) from error
