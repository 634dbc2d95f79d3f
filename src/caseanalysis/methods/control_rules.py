"""Rules that tell special-cause from common-cause variation, and what they say of a measure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Better = Literal["higher", "lower", "neither"]
#: Rules in the order in which a point's direction is read; the last three are runs.
RULES = {
    "beyond_limit": "point beyond a limit",
    "two_of_three": "2 of 3 points beyond 2 sigma",
    "shift": "7 points on one side",
    "trend": "7 points in one direction",
}
#: Points on one side of the middle that are a shift, and points in one direction that are a trend.
RUN_OF_POINTS = 7
_CLOSE_OF_THREE = 2

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


def flags(segment: pd.DataFrame, *, skip_middle: bool = False) -> pd.DataFrame:
    """Return which rules each point of one segment breaks, and in which direction.

    Parameters
    ----------
    segment : DataFrame
        Points in order of time: ``value`` (may be missing), ``mean`` (the middle line), ``lower``,
        ``upper``, ``lower_2_sigma``, ``upper_2_sigma`` (missing on a run chart), ``follows``
        (bool: the point comes directly after the one above it).
    skip_middle : bool
        Whether a point on the middle line is passed over in a shift, as on a run chart; otherwise
        it ends the shift.

    Returns
    -------
    DataFrame
        ``beyond_limit``, ``two_of_three``, ``shift``, ``trend`` (bool) and ``direction``: high,
        low, or missing where no rule is broken. The direction is the side of the middle line; where
        a trend alone is broken, it is that of the trend.
    """
    value = segment["value"].to_numpy(float)
    side = np.nan_to_num(np.sign(value - segment["mean"].to_numpy(float)))
    parts = list(_stretches(value, segment["follows"].to_numpy(bool)))
    close = _side_beyond(value, segment, "lower_2_sigma", "upper_2_sigma")
    trend = _over(parts, value, _trend)
    found = pd.DataFrame(
        {
            "beyond_limit": _side_beyond(value, segment, "lower", "upper") != 0,
            "two_of_three": _over(parts, close, _two_of_three) != 0,
            "shift": _over(parts, side, _shift_past_middle if skip_middle else _shift) != 0,
            "trend": trend != 0,
        },
        index=segment.index,
    )
    by_side = found[["beyond_limit", "two_of_three", "shift"]].any(axis=1).to_numpy()
    sign = np.where(by_side, side, trend)
    words = np.select([sign > 0, sign < 0], ["high", "low"], default="")
    return found.assign(direction=pd.Series(words, index=segment.index).where(sign != 0))


def variation(direction: pd.Series, *, better: Better) -> pd.Series:
    """Return common cause, improvement, concern or special cause (where neither way is better)."""
    names = {
        "higher": {"high": "improvement", "low": "concern"},
        "lower": {"high": "concern", "low": "improvement"},
        "neither": {"high": "special cause", "low": "special cause"},
    }[better]
    return direction.map(names).fillna("common cause").astype(str)


def assurance(target: float, *, lower: float, upper: float, better: Better) -> str:
    """Return whether a process as it stands will reach a target.

    Returns
    -------
    str
        ``consistently hits target`` or ``consistently misses target`` where the target lies
        outside the limits, ``hit and miss`` where it lies within or on them, ``no target`` where
        there is none, ``not assessed`` without limits or where neither way is better.
    """
    if np.isnan(target):
        return "no target"
    if better == "neither" or np.isnan(lower) or np.isnan(upper):
        return "not assessed"
    if lower <= target <= upper:
        return "hit and miss"
    hits = target < lower if better == "higher" else target > upper
    return "consistently hits target" if hits else "consistently misses target"


def _stretches(value: Numbers, follows: Flags) -> Iterator[Whole]:
    """Yield positions of known points that follow each other: a gap ends every run."""
    current: list[int] = []
    for at, known in enumerate(~np.isnan(value)):
        if current and not (known and follows[at]):
            yield np.array(current)
            current = []
        if known:
            current.append(at)
    if current:
        yield np.array(current)


def _over(parts: list[Whole], values: Numbers, rule: Any) -> Numbers:
    """Return what a rule makes of each stretch, and 0 elsewhere."""
    found = np.zeros(len(values))
    for part in parts:
        found[part] = rule(values[part])
    return found


def _side_beyond(value: Numbers, segment: pd.DataFrame, low: str, high: str) -> Numbers:
    above = np.asarray(value > segment[high].to_numpy(float), dtype=np.float64)
    below = np.asarray(value < segment[low].to_numpy(float), dtype=np.float64)
    return np.subtract(above, below)


def _runs(labels: Numbers) -> Iterator[tuple[int, int]]:
    """Yield the first position of each run of equal labels, and the position after its last."""
    bounds = np.flatnonzero(np.diff(labels)) + 1
    starts, ends = [0, *bounds], [*bounds, len(labels)]
    yield from zip(map(int, starts), map(int, ends), strict=True)


def _shift(side: Numbers) -> Numbers:
    found = np.zeros(len(side))
    for start, end in _runs(side):
        if end - start >= RUN_OF_POINTS:
            found[start:end] = side[start]
    return found


def _shift_past_middle(side: Numbers) -> Numbers:
    found = np.zeros(len(side))
    if side.any():
        found[side != 0] = _shift(side[side != 0])
    return found


def _trend(value: Numbers) -> Numbers:
    found = np.zeros(len(value))
    if len(value) < RUN_OF_POINTS:
        return found
    steps = np.sign(np.diff(value))
    for start, end in _runs(steps):
        # Seven points have six steps between them.
        if end - start >= RUN_OF_POINTS - 1 and steps[start]:
            found[start : end + 1] = steps[start]
    return found


def _two_of_three(close: Numbers) -> Numbers:
    found = np.zeros(len(close))
    for start in range(len(close) - 2):
        for side in (1.0, -1.0):
            among = close[start : start + 3] == side
            if among.sum() >= _CLOSE_OF_THREE:
                found[start : start + 3][among] = side
    return found
