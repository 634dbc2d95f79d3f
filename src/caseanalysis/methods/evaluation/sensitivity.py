"""How far the result would hold if the groups had not moved in parallel without the treatment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from caseanalysis.methods.evaluation.adoption import Choices, refusal
from caseanalysis.methods.evaluation.event_study import EventStudy

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
        ``restriction``, ``bound``, ``value`` (under ``straight line`` the effect net of it),
        ``lower``, ``upper``, ``unit``, ``basis``; key ``restriction`` and ``bound``. ``straight
        line`` has the earlier drift continue unbent.

    Raises
    ------
    MethodError
        If a bound is negative, or the effects' covariance is singular, as with fewer treated
        units than periods.

    Notes
    -----
    By diff-diff. The relative-magnitude interval is the range of the effect at the bound, with
    the steps as estimated, widened by the estimate's own error: it takes no account of error in
    the earlier steps, which noise makes larger, so that it errs on the wide side. The straight
    line is smoothness with bound 0, by the shortest fixed-length interval.

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
    found = _bounds(study, choices, method="relative_magnitude", bound=bound)
    return {
        "restriction": RELATIVE,
        "bound": bound,
        "value": found.original_estimate,
        "lower": found.ci_lb,
        "upper": found.ci_ub,
    }


def _straight(study: EventStudy, choices: Choices) -> dict[str, Any]:
    found = _bounds(study, choices, method="smoothness", bound=0.0)
    return {
        "restriction": STRAIGHT,
        "bound": 0.0,
        "value": (found.ci_lb + found.ci_ub) / 2,
        "lower": found.ci_lb,
        "upper": found.ci_ub,
    }


def _bounds(study: EventStudy, choices: Choices, *, method: str, bound: float) -> Any:
    from diff_diff import HonestDiD

    try:
        return HonestDiD(method=method, M=bound, alpha=1 - choices.confidence_level).fit(
            study.surface
        )
    except ValueError as error:
        raise refusal(
            "sensitivity", str(error).split(".")[0], "effects with a covariance of full rank"
        ) from error
