"""Sudden changes from one period to the next, beyond those that all organisations had."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from caseanalysis.geography import TRUST_CODE
from caseanalysis.organisations import Succession
from caseanalysis.quality.checks import JumpLimits
from caseanalysis.quality.contract import fault, number
from caseanalysis.quality.series import Panel
from caseanalysis.registers import Interruption

#: Makes the median absolute deviation of a normal sample its standard deviation: 1 / 0.674490.
_NORMAL = 1.482602
#: The middle 95% of a series' changes are its usual ones.
_USUAL = (2.5, 97.5)
#: A change of three times or more, up or down, is grave.
_GRAVE = 3.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Changes:
    """Changes of a measure, period by period (the first row is the change to the second period).

    Attributes
    ----------
    own : ndarray
        Logarithm of each change, less that of the median organisation and the series' own median.
    usual : ndarray
        That of the median organisation and the series' own median together.
    score : ndarray
        ``own`` in robust standard deviations of the series, or of a count of that size where
        chance alone gives more.
    """

    own: Array
    usual: Array
    score: Array


def changes(values: Array, *, common: bool) -> Changes:
    """Return the changes of each column of a matrix, and how far each is out of the usual.

    The count of 0 is taken as one half, so that a series which stops is seen.

    Parameters
    ----------
    values : ndarray
        Periods down, series across; missing where not given.
    common : bool
        Whether the change of the median series is taken out.
    """
    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        # A period or series without any figure has no median, and stays missing.
        warnings.simplefilter("ignore", RuntimeWarning)
        logs = np.log(np.where(values > 0, values, np.where(values == 0, 1 / 2, np.nan)))
        raw = np.diff(logs, axis=0)
        shared = np.nanmedian(raw, axis=1, keepdims=True) if common else np.zeros((len(raw), 1))
        apart = raw - shared
        middle = np.nanmedian(apart, axis=0, keepdims=True)
        own = apart - middle
        spread = _NORMAL * np.nanmedian(np.abs(own), axis=0, keepdims=True)
        # The log ratio of two counts of one mean has a variance of 2 / mean.
        chance = np.sqrt(2 / ((values[1:] + values[:-1]) / 2))
        score = own / np.fmax(spread, chance)
    return Changes(own, shared + middle, score)


def jump_faults(
    panel: Panel,
    limits: JumpLimits,
    *,
    successions: Sequence[Succession],
    interruptions: Sequence[Interruption],
) -> Iterator[dict[str, Any]]:
    """Yield each jump of a table once, at the measure where it is furthest out of the usual."""
    found: dict[tuple[int, int], list[tuple[float, str, dict[str, Any]]]] = {}
    for measure in panel.measures:
        for period, series, row in _jumps(panel, measure, limits):
            found.setdefault((period, series), []).append((row.pop("score"), measure, row))
    for (period, series), rows in sorted(found.items()):
        score, _, row = max(rows, key=lambda one: one[0])
        label = panel.label(series)
        names = ", ".join(sorted(measure for _, measure, _ in rows))
        entity, month = panel.entity_of(series), panel.text(period)
        known = _explanation(entity, month, successions, interruptions)
        grave = abs(np.log1p(row["size"])) >= np.log(_GRAVE) if row["size"] > -1 else True
        yield fault(
            source=panel.source,
            table=panel.table,
            period=month,
            **({"entity": entity} if entity else {}),
            column=f"{names} ({label})" if label else names,
            severity=_severity(entity, grave=bool(grave), known=bool(known)),
            evidence=f"{score:.0f} robust standard deviations from the series' usual change"
            + (f"; {known}" if known else ""),
            **row,
        )


def _jumps(
    panel: Panel, measure: str, limits: JumpLimits
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    every = panel.matrix(measure)
    judged = _judged(every, limits)
    if not len(judged):
        return
    values = every[:, judged]
    seen = changes(values, common=len(judged) >= limits.organisations)
    with np.errstate(invalid="ignore"):
        far = np.abs(seen.score) > limits.score
        lower, upper = _usual(np.where(far, np.nan, seen.own))
        far &= np.abs(seen.own) > np.log1p(limits.change)
    back = _comes_back(seen.own, far)
    for row, column in np.argwhere(far & ~_is_return(back)):
        now, expected = values[row + 1, column], _expected(values, seen, row, column)
        found = {
            "kind": "spike" if back[row, column] else "step",
            "found": number(now),
            "expected": number(round(expected)),
            "size": float(now / expected - 1) if expected else float("nan"),
            "usual_lower": float(lower[column]),
            "usual_upper": float(upper[column]),
            "score": float(abs(seen.score[row, column])),
        }
        yield int(row) + 1, int(judged[column]), found


def _expected(values: Array, seen: Changes, row: int, column: int) -> float:
    """Return the figure before, changed as the others and the series itself usually change."""
    return float(values[row, column] * np.exp(seen.usual[row, column]))


def _usual(own: Array) -> tuple[Array, Array]:
    """Return the ends of the middle 95% of the changes that are not out of the usual."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        lower, upper = np.expm1(np.nanpercentile(own, _USUAL, axis=0))
    return lower, upper


def _judged(values: Array, limits: JumpLimits) -> NDArray[np.intp]:
    """Return the series that are long and large enough."""
    given = np.isfinite(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        level = np.nan_to_num(np.nanmedian(values, axis=0))
    return np.flatnonzero((given.sum(axis=0) >= limits.periods) & (level >= limits.level))


def _comes_back(own: Array, far: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a jump is undone, by more than half, in the next period."""
    after = np.vstack([own[1:], np.full((1, own.shape[1]), np.nan)])
    with np.errstate(invalid="ignore"):
        undone = np.abs(own + after) < np.abs(own) / 2
    back: NDArray[np.bool_] = far & undone
    return back


def _is_return(back: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the way back of a spike, which is no second jump; a run of them takes turns."""
    returns = np.zeros_like(back)
    for row in range(1, len(back)):
        returns[row] = back[row - 1] & ~returns[row - 1]
    return returns


def _severity(entity: str | None, *, grave: bool, known: bool) -> str:
    if known:
        return "low"
    # A change of a small provider moves no total that a report shows.
    whole = entity is None or entity.isalpha() or bool(TRUST_CODE.match(entity))
    return "high" if grave and whole else "medium" if grave or whole else "low"


def _explanation(
    entity: str | None,
    month: str,
    successions: Sequence[Succession],
    interruptions: Sequence[Interruption],
) -> str:
    for one in successions:
        if entity in (one.old_code, one.new_code) and _months_apart(one.first_month, month) <= 1:
            return f"{one.old_code} became, or gave a part to, {one.new_code} in {one.first_month}"
    for pause in interruptions:
        if pause.first_month <= month <= pause.last_month:
            return f"within an interruption on record, {pause.name}"
    return ""


def _months_apart(one: str, other: str) -> int:
    return abs((pd.Period(one, freq="M") - pd.Period(other, freq="M")).n)
