"""Two-way fixed effects, and the comparisons it is made of: shown because it misleads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from caseanalysis.methods.evaluation.adoption import Adoption, Choices
from caseanalysis.methods.evaluation.event_study import long_panel

CLEAN = "treated and never treated"
FORWARD = "earlier treated and later treated"
FORBIDDEN = "later treated and already treated"
_KINDS = {
    "treated_vs_never": CLEAN,
    "earlier_vs_later": FORWARD,
    "later_vs_earlier": FORBIDDEN,
}
_COLUMNS = ("kind", "treated_start", "comparison_start", "value", "weight")


@dataclass(frozen=True)
class TwoWay:
    """The estimate of two-way fixed effects and its parts.

    Attributes
    ----------
    overall : DataFrame
        One row: ``treated``, ``comparison_units``, ``value``, ``lower``, ``upper``,
        ``standard_error``, ``p_value``, ``forbidden_weight`` (share), ``forbidden_value``,
        ``unit``, ``basis``.
    comparisons : DataFrame
        ``kind``, ``treated_start``, ``comparison_start`` (missing: never treated), ``value``,
        ``weight`` (share), ``unit``, ``basis``. Weighted, the values add up to the estimate.
    """

    overall: pd.DataFrame
    comparisons: pd.DataFrame


def two_way_fixed_effects(
    adoption: Adoption, *, choices: Choices, unit: str, parts: bool = True
) -> TwoWay:
    """Return the effect (outcome's unit) by two-way fixed effects, with its decomposition.

    Parameters
    ----------
    adoption : Adoption
        From ``adoption.prepare``; compared with the never treated.
    choices : Choices
        Level of the interval.
    unit : str
        Unit of the outcome.
    parts : bool
        Whether to decompose the estimate, which takes most of the time.

    Returns
    -------
    TwoWay

    Notes
    -----
    y = a(unit) + b(period) + effect x treated + e, over all periods; errors clustered by unit,
    t distribution with one degree fewer than units. The estimate is a weighted mean of all
    comparisons of two groups and two spans. Where effects grow, those that set later treated
    units against already treated ones take the growth for a trend and subtract it.

    Goodman-Bacon, A. (2021), Difference-in-differences with variation in treatment timing,
    Journal of Econometrics 225(2), 254-277.
    """
    comparisons = _comparisons(adoption) if parts else pd.DataFrame(columns=list(_COLUMNS))
    value, error = two_way_estimate(adoption)
    units = len(adoption.starts) + len(adoption.never)
    width = float(stats.t.ppf((1 + choices.confidence_level) / 2, units - 1)) * error
    forbidden = comparisons[comparisons["kind"].eq(FORBIDDEN)]
    weight = float(forbidden["weight"].sum()) if parts else np.nan
    row = {
        "treated": len(adoption.starts),
        "comparison_units": len(adoption.never),
        "value": value,
        "lower": value - width,
        "upper": value + width,
        "standard_error": error,
        "p_value": 2 * float(stats.t.sf(abs(value / error), units - 1)),
        "forbidden_weight": weight,
        "forbidden_value": _mean_value(forbidden),
    }
    labels = {"unit": unit, "basis": "two-way fixed effects"}
    return TwoWay(pd.DataFrame([row]).assign(**labels), comparisons.assign(**labels))


def _mean_value(comparisons: pd.DataFrame) -> float:
    weight = float(comparisons["weight"].sum())
    return (
        float((comparisons["weight"] * comparisons["value"]).sum()) / weight if weight else np.nan
    )


def two_way_estimate(adoption: Adoption) -> tuple[float, float]:
    """Return the coefficient of treatment and its standard error, clustered by unit."""
    outcome = adoption.outcomes[[*adoption.starts.index, *adoption.never]].to_numpy()
    periods, units = outcome.shape
    starts = np.r_[adoption.starts.to_numpy(), np.full(len(adoption.never), periods)]
    treatment = (np.arange(periods)[:, None] >= starts).astype(float)
    x, y = _demeaned(treatment), _demeaned(outcome)
    squares = float((x**2).sum())
    value = float((x * y).sum()) / squares
    scores = (x * (y - value * x)).sum(axis=0)
    count = periods * units
    spent = units + periods  # units, periods less one, and the effect
    correction = units / (units - 1) * (count - 1) / (count - spent)
    return value, float(np.sqrt(correction * (scores**2).sum()) / squares)


def _demeaned(values: np.ndarray) -> np.ndarray:
    by_unit, by_period = values.mean(axis=0), values.mean(axis=1)[:, None]
    return np.asarray(values - by_unit - by_period + values.mean())


def _comparisons(adoption: Adoption) -> pd.DataFrame:
    from diff_diff import BaconDecomposition

    found = BaconDecomposition().fit(
        long_panel(adoption, list(adoption.never)),
        outcome="y", unit="unit", time="time", first_treat="first",
    ).to_dataframe()  # fmt: skip
    return pd.DataFrame(
        {
            "kind": found["comparison_type"].map(_KINDS),
            "treated_start": _dates(adoption, found["treated_group"]),
            "comparison_start": _dates(adoption, found["control_group"]),
            "value": found["estimate"].astype(float),
            "weight": found["weight"].astype(float),
        }
    )


def _dates(adoption: Adoption, groups: pd.Series) -> list[pd.Timestamp | None]:
    """Return the first treated period of each group, which the library counts from 1."""
    numbers = pd.to_numeric(groups, errors="coerce")
    return [
        None if np.isnan(one) else adoption.outcomes.index[int(one) - 1].start_time
        for one in numbers
    ]
