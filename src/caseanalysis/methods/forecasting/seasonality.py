"""The season that all units of a panel share, the working-day effect, and each unit's own season.

The shared effects come from the month-to-month changes of the mean over units, so that no trend
has to be assumed: twelve effects, drawn to zero, and one of the share of non-working days. A
unit's own season is what remains around its own moving level and around the other units, drawn to
zero by the number of years seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from caseanalysis.methods.forecasting.panels import YEAR, Array, Panel

#: How strongly the twelve shared effects are drawn to zero: as one third of a month-to-month change
#: each. Set on origins before those of the published back-test.
_RIDGE = 0.3
#: Years of data that the shared season counts for against a unit's own. Set as `_RIDGE`.
_PRIOR_YEARS = 4.0
#: Months before and after that make the moving level; fewest of them that must be seen.
_HALF_WINDOW, _LEAST_WINDOW = 6, 6


@dataclass(frozen=True)
class Season:
    """Effects on the logarithm of events a day.

    Attributes
    ----------
    effects : array
        For every month of the panel, those to forecast included, by unit.
    """

    effects: Array


def find_season(panel: Panel, length: int) -> Season:
    """Return the seasonal and working-day effects that the first months of a panel show."""
    shared = _design(panel) @ _shared(panel, length)
    rest = panel.rates[:length] - shared[:length, None]
    own = _own(panel, rest)
    return Season(shared[:, None] + own[panel.calendar])


def _design(panel: Panel) -> Array:
    months = np.eye(YEAR)[panel.calendar]
    return np.column_stack([months, panel.non_working])


def _shared(panel: Panel, length: int) -> Array:
    """Return twelve effects and that of non-working days, by ridge regression of changes."""
    seen = np.flatnonzero(panel.seen[:length])
    level = panel.rates[seen].mean(axis=1)
    # A change over a gap says less about the season: its variance grows with the months between.
    weights = 1 / np.sqrt(np.diff(seen) + 0.5)
    design = np.diff(_design(panel)[seen], axis=0) * weights[:, None]
    changes = np.diff(level) * weights
    penalty = np.diag([_RIDGE] * YEAR + [np.finfo(float).eps])
    effects = np.linalg.solve(design.T @ design + penalty, design.T @ changes)
    effects[:YEAR] -= effects[:YEAR].mean()
    return np.asarray(effects)


def _own(panel: Panel, rest: Array) -> Array:
    """Return each unit's own twelve effects around the shared season, drawn to zero."""
    length = len(rest)
    seen = panel.seen[:length]
    near = np.abs(np.subtract.outer(np.arange(length), np.arange(length))) <= _HALF_WINDOW
    window = (near & seen[None, :]).astype(float)
    count = window.sum(axis=1)
    used = seen & (count >= _LEAST_WINDOW)
    level = window @ np.where(seen[:, None], rest, 0.0) / np.maximum(count, 1)[:, None]
    apart = (rest - level)[used]
    apart -= apart.mean(axis=1, keepdims=True)
    months = np.eye(YEAR)[panel.calendar[:length][used]]
    return np.asarray(months.T @ apart / (months.sum(axis=0) + _PRIOR_YEARS)[:, None])
