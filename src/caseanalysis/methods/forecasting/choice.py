"""Choice of settings, members and model by the errors that were known at each origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from caseanalysis.methods.forecasting.candidates import SINGLE_MODELS
from caseanalysis.methods.forecasting.panels import Array, Panel

ENSEMBLE = "ensemble"
AUTOMATIC = "automatic choice"
#: The models of a back-test: the single ones, their ensemble, and the best of these so far.
MODELS = (*SINGLE_MODELS, ENSEMBLE, AUTOMATIC)
#: Share of the candidates that make the ensemble: those of the smaller error so far.
_KEPT = 0.5


@dataclass(frozen=True)
class Rolled:
    """Forecasts from every origin and what happened.

    Attributes
    ----------
    panel : Panel
        The series.
    origins : array of int
        Lengths of the training parts.
    outturn : array
        Logarithm of events a day, origins by months ahead by units; missing if not known.
    days : array
        Days of the months, origins by months ahead.
    """

    panel: Panel
    origins: np.ndarray[tuple[int], np.dtype[np.int64]]
    outturn: Array
    days: Array

    @property
    def months_ahead(self) -> int:
        """Months forecast from each origin."""
        return self.outturn.shape[1]

    def known(self, origin: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return which forecasts (origins by months ahead) had an outturn before an origin."""
        target = self.origins[:, None] + np.arange(self.months_ahead)
        return np.asarray((target < origin) & ~np.isnan(self.outturn[:, :, 0]))


def rolled(panel: Panel, origins: Sequence[int], months_ahead: int) -> Rolled:
    """Return the outturn that each forecast from some origins is compared with."""
    targets = np.asarray(origins)[:, None] + np.arange(months_ahead)
    padded = np.vstack([panel.rates, np.full((months_ahead, len(panel.names)), np.nan)])
    return Rolled(panel, np.asarray(origins), padded[targets], panel.days[targets])


def combine(found: Sequence[tuple[str, Array]], rolls: Rolled) -> dict[str, Array]:
    """Return the forecasts of every model, each setting and member chosen anew at each origin.

    Parameters
    ----------
    found : sequence of (str, array)
        Candidates: the model's name and forecasts, origins by months ahead by units.
    rolls : Rolled
        Origins and outturn.

    Notes
    -----
    The error of a candidate at an origin is the sum of its absolute errors over the sum of counts,
    over all units and over all forecasts whose month lies before that origin. A model with several
    settings takes the one with the least; the ensemble is the mean of the half of the candidates
    with the smaller errors; the automatic choice is the model with the least error, the ensemble
    included. Where nothing is known yet, all settings are averaged.
    """
    names = [name for name, _ in found]
    stack = np.stack([values for _, values in found])
    ranks = _ranks(stack, rolls)
    models = {
        name: _mean_of_best(stack, ranks, [at for at, one in enumerate(names) if one == name], 1)
        for name in SINGLE_MODELS
    }
    kept = int(np.ceil(_KEPT * len(names)))
    models[ENSEMBLE] = _mean_of_best(stack, ranks, list(range(len(names))), kept)
    stack = np.stack(list(models.values()))
    every = list(range(len(models)))
    models[AUTOMATIC] = _mean_of_best(stack, _ranks(stack, rolls), every, 1)
    return models


def _errors(stack: Array, rolls: Rolled, origin: int) -> Array:
    """Return the weighted absolute percentage error (share) of each candidate at an origin."""
    known = rolls.known(origin)
    counts = np.exp(rolls.outturn[known]) * rolls.days[known][:, None]
    missed = np.exp(stack[:, known]) * rolls.days[known][:, None] - counts
    return np.asarray(np.abs(missed).sum(axis=(1, 2)) / counts.sum())


def _ranks(stack: Array, rolls: Rolled) -> list[Array | None]:
    return [
        _errors(stack, rolls, origin) if rolls.known(origin).any() else None
        for origin in map(int, rolls.origins)
    ]


def _mean_of_best(
    stack: Array, errors: Sequence[Array | None], among: list[int], kept: int
) -> Array:
    chosen = []
    for at, error in enumerate(errors):
        taken = among
        if error is not None:
            taken = [among[place] for place in error[among].argsort(kind="stable")[:kept]]
        chosen.append(stack[taken, at].mean(axis=0))
    return np.stack(chosen)
