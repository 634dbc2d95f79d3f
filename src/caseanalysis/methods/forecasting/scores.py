"""Scores of forecasts against what happened: WAPE, MASE, pinball loss and coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caseanalysis.methods.forecasting.panels import Array


@dataclass(frozen=True)
class Scored:
    """Forecasts of one model and their outturn, in events a month; missing if not scored.

    Attributes
    ----------
    forecast, outturn : array
        Origins by months ahead by units.
    ends : Mapping of float to (array, array)
        By level, the lower and the upper end.
    days : array
        Days of the months, origins by months ahead.
    scale : array
        Mean absolute seasonal change of events a day in training, origins by units.
    """

    forecast: Array
    outturn: Array
    ends: Mapping[float, tuple[Array, Array]]
    days: Array
    scale: Array


def weighted_absolute_percentage_error(forecast: Array, outturn: Array) -> float:
    """Return the sum of absolute errors over the sum of the outturn (share)."""
    seen = ~np.isnan(outturn)
    return float(np.abs(forecast - outturn)[seen].sum() / outturn[seen].sum())


def mean_absolute_scaled_error(missed: Array, scale: Array) -> float:
    """Return the mean error as a multiple of the mean seasonal change in training.

    Parameters
    ----------
    missed : array
        Absolute errors of events a day, origins by months ahead by units; missing if not scored.
    scale : array
        Mean absolute seasonal change of events a day in training, origins by units.

    Notes
    -----
    By origin and unit the mean error over the months ahead, divided by the scale; then the mean.
    """
    seen = ~np.isnan(missed)
    mean = np.where(seen, missed, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return float((mean / scale)[seen.any(axis=1)].mean())


def pinball_loss(quantiles: Mapping[float, Array], outturn: Array) -> float:
    """Return the mean pinball loss of some quantiles, as a share of the outturn.

    Parameters
    ----------
    quantiles : Mapping of float to array
        Forecast by probability, 0 to 1.
    outturn : array
        What happened, of the same shape; missing if not scored.

    Notes
    -----
    Loss = max(p (y - q), (p - 1) (y - q)), summed over months, over the sum of y, and averaged
    over the quantiles given.
    """
    seen = ~np.isnan(outturn)
    total = outturn[seen].sum()
    losses = [
        np.maximum(share * over, (share - 1) * over).sum() / total
        for share, quantile in quantiles.items()
        for over in [(outturn - quantile)[seen]]
    ]
    return float(np.mean(losses))


def coverage(lower: Array, upper: Array, outturn: Array) -> float:
    """Return the share of months that lie in their interval."""
    seen = ~np.isnan(outturn)
    return float(((lower <= outturn) & (outturn <= upper))[seen].mean())


def score(scored: Scored) -> dict[str, float]:
    """Return every score of a model, by name: errors, loss, and coverage of each level."""
    outturn, seen = scored.outturn, ~np.isnan(scored.outturn)
    missed = np.abs(scored.forecast - outturn) / scored.days[:, :, None]
    quantiles = {0.5: scored.forecast}
    for level, (lower, upper) in scored.ends.items():
        quantiles |= {(1 - level) / 2: lower, (1 + level) / 2: upper}
    return {
        "origins": int(seen.any(axis=(1, 2)).sum()),
        "months": int(seen.sum()),
        "wape": weighted_absolute_percentage_error(scored.forecast, outturn),
        "mase": mean_absolute_scaled_error(missed, scored.scale),
        "pinball": pinball_loss(quantiles, outturn),
        **{
            f"coverage_{100 * level:g}": coverage(*ends, outturn)
            for level, ends in scored.ends.items()
        },
    }


def of_unit(scored: Scored, unit: int) -> Scored:
    """Return the same of one unit."""
    return Scored(
        scored.forecast[:, :, [unit]],
        scored.outturn[:, :, [unit]],
        {
            level: (lower[:, :, [unit]], upper[:, :, [unit]])
            for level, (lower, upper) in scored.ends.items()
        },
        scored.days,
        scored.scale[:, [unit]],
    )


def score_table(
    scored: Mapping[str, Scored], *, names: Sequence[object], by: str, every: str
) -> pd.DataFrame:
    """Return the scores of each model, over all units and by unit.

    Parameters
    ----------
    scored : Mapping of str to Scored
        By model.
    names : sequence
        Units.
    by : str
        Column for the unit.
    every : str
        What to call all of them together; those rows come first.
    """
    rows = [{by: every, "model": model, **score(one)} for model, one in scored.items()]
    if len(names) > 1:
        rows += [
            {by: name, "model": model, **score(of_unit(one, unit))}
            for unit, name in enumerate(names)
            for model, one in scored.items()
        ]
    return pd.DataFrame(rows)
