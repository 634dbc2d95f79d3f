"""A synthetic control: one unit or group beside the mix of others that moved like it before."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.evaluation.adoption import refusal

_TREATED = "treated"
#: Fewest periods before the start and fewest donors.
_LEAST_BEFORE, _LEAST_DONORS = 4, 5


@dataclass(frozen=True)
class Synthetic:
    """A unit beside its synthetic control.

    Attributes
    ----------
    path : DataFrame
        ``period``, ``actual``, ``synthetic``, ``gap``, ``after`` (from the start on), ``unit``.
    summary : DataFrame
        One row: ``value`` (mean gap from the start on), ``p_value`` (placebo in space),
        ``rank`` (1: the largest ratio of errors), ``donors``, ``pre_error`` and ``post_error``
        (root mean square gap), ``poor_fit`` (whether the gap before the start exceeds the standard
        deviation of the unit's own outcomes there), ``detectable`` (missing where no effect could
        rank first often enough), ``least_p_value`` (smallest that so many donors allow), ``unit``,
        ``basis``.
    weights : DataFrame
        ``unit``, ``weight`` (share) of donors with a weight.
    placebos : DataFrame
        ``unit``, ``period``, ``gap``: the same for each donor, the treated left out.
    left_out : DataFrame
        ``unit``, ``reason``: donors that could not serve.
    """

    path: pd.DataFrame
    summary: pd.DataFrame
    weights: pd.DataFrame
    placebos: pd.DataFrame
    left_out: pd.DataFrame


def synthetic_control(
    panel: pd.DataFrame,
    *,
    treated: Sequence[str],
    start: pd.Timestamp,
    donors: Sequence[str],
    unit: str,
    confidence_level: float,
    power: float,
    demeaned: bool = True,
) -> Synthetic:
    """Return the gap (outcome's unit) between a unit and its synthetic control, with placebo test.

    Parameters
    ----------
    panel : DataFrame
        ``unit``, ``period``, ``value`` of one outcome.
    treated : sequence of str
        The unit, or the units of a group, whose mean is taken.
    start : Timestamp
        First treated period.
    donors : sequence of str
        Untreated units to mix; one with a gap in its series is left out.
    unit : str
        Unit of the outcome.
    confidence_level, power : float
        For the detectable effect.
    demeaned : bool
        Whether to take each unit's mean before the start off first, so that the mix must move
        alike but need not lie as high.

    Returns
    -------
    Synthetic

    Raises
    ------
    MethodError
        If a column is missing, a treated unit is absent or has gaps, or there are fewer than 4
        periods before the start, none from it on, or fewer than 5 donors.

    Notes
    -----
    Weights of 0 or more that add up to 1 and leave the least sum of squared gaps before the start
    (diff-diff, all earlier outcomes with equal importance). Test: the same for each donor, the
    treated never among its donors; p = rank of the treated among all by the ratio of the root
    mean square gap after the start to that before / number of all. With J donors p cannot fall
    below 1 / (J + 1). Detectable effect: the smallest that, added to each donor's gaps, gives p
    of at most 1 - confidence level in the share ``power`` of donors.

    Abadie, A., Diamond, A. and Hainmueller, J. (2010), Journal of the American Statistical
    Association 105(490), 493-505. Demeaned: Doudchenko, N. and Imbens, G. (2016), NBER 22791.
    """
    wide, left_out = _complete(panel, treated, donors)
    after = np.asarray(wide.index >= pd.Timestamp(start))
    _check(after, wide.shape[1] - 1)
    outcomes = wide - wide[~after].mean() if demeaned else wide
    gap, weights = _fit(outcomes, _TREATED, after)
    names = [name for name in wide.columns if name != _TREATED]
    others = outcomes[names]
    gaps = pd.DataFrame({name: _fit(others, name, after)[0] for name in names}, index=wide.index)
    values = _summary(gap, gaps.to_numpy(), after, level=1 - confidence_level, power=power)
    values["poor_fit"] = bool(values["pre_error"] > outcomes.loc[~after, _TREATED].std())
    basis = "synthetic control, demeaned" if demeaned else "synthetic control"
    actual = wide[_TREATED].to_numpy()
    path = pd.DataFrame({"period": wide.index, "actual": actual, "synthetic": actual - gap,
                         "gap": gap, "after": after, "unit": unit})  # fmt: skip
    placebos = gaps.melt(ignore_index=False, var_name="unit", value_name="gap").reset_index()
    return Synthetic(
        path,
        pd.DataFrame([values]).assign(unit=unit, basis=basis),
        weights,
        placebos[["unit", "period", "gap"]],
        left_out,
    )


def _summary(
    gap: np.ndarray, gaps: np.ndarray, after: np.ndarray, *, level: float, power: float
) -> dict[str, float]:
    """Return the mean gap, its rank among the donors' and what could have been found."""
    donors = gaps.shape[1]
    rank = 1 + int((_ratios(gaps, after) >= _ratios(gap[:, None], after)[0]).sum())
    return {
        "value": float(gap[after].mean()),
        "p_value": rank / (donors + 1),
        "rank": rank,
        "donors": donors,
        "pre_error": _size(gap[~after]),
        "post_error": _size(gap[after]),
        "detectable": _detectable(gaps, after, level, power),
        "least_p_value": 1 / (donors + 1),
    }


def _complete(
    panel: pd.DataFrame, treated: Sequence[str], donors: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the treated mean and the donors without a gap, over the treated's periods."""
    require_columns(panel, ["unit", "period", "value"], where="panel")
    require_key(panel, ["unit", "period"], where="panel")
    wide = panel.pivot_table(
        index="period", columns="unit", values="value", dropna=False, observed=True
    ).sort_index()
    absent = [name for name in treated if name not in wide.columns]
    if absent or not len(treated):
        raise refusal("panel, unit", f"no unit {', '.join(absent) or 'named'}", "the treated units")
    own = wide[list(treated)]
    span = wide[own.first_valid_index() : own.last_valid_index()]
    if span[list(treated)].isna().to_numpy().any():
        raise refusal("panel", "a treated unit with a period withheld", "an unbroken series")
    asked = [name for name in donors if name not in set(treated)]
    gaps = span.reindex(columns=asked).isna().sum()
    left = gaps[gaps.gt(0)]
    reasons = [f"no value in {number} of {len(span)} periods" for number in left]
    left_out = pd.DataFrame({"unit": left.index.astype(str), "reason": reasons})
    kept = [name for name in asked if name not in set(left.index)]
    return span[kept].assign(**{_TREATED: span[list(treated)].mean(axis=1)}), left_out


def _check(after: np.ndarray, donors: int) -> None:
    before, treated = int((~after).sum()), int(after.sum())
    if before < _LEAST_BEFORE or treated < 1 or donors < _LEAST_DONORS:
        found = f"{before} periods before the start, {treated} from it on, {donors} donors"
        wanted = f"{_LEAST_BEFORE} or more before, 1 or more after, {_LEAST_DONORS} or more donors"
        raise refusal("synthetic control", found, wanted)


def _fit(outcomes: pd.DataFrame, name: str, after: np.ndarray) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the gaps of one unit from the mix of all others, and the weights."""
    from diff_diff import SyntheticControl

    periods = np.arange(len(outcomes))
    long = outcomes.set_axis(periods).melt(ignore_index=False, var_name="unit", value_name="y")
    long = long.rename_axis("time").reset_index()
    long["treated"] = (long["unit"].eq(name) & np.tile(after, outcomes.shape[1])).astype(int)
    model = SyntheticControl(
        v_method="custom", custom_v=np.ones(int((~after).sum())), standardize="none"
    )
    with warnings.catch_warnings():
        # Told as ``poor_fit`` of the summary instead; a donor's shows in its ratio of errors.
        warnings.filterwarnings("ignore", message="Pre-treatment fit is poor")
        found = model.fit(long, outcome="y", treatment="treated", unit="unit", time="time")
    gap = found.get_gap_df().set_index("period")["gap"].reindex(periods).to_numpy()
    weights = found.get_weights_df()
    return gap, weights[weights["weight"].gt(0)].reset_index(drop=True)


def _size(gaps: np.ndarray) -> float:
    return float(np.sqrt((gaps**2).mean()))


def _ratios(gaps: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the root mean square gap after the start over that before, a column a unit."""
    later = np.sqrt((gaps[after] ** 2).mean(axis=0))
    return np.asarray(later / np.sqrt((gaps[~after] ** 2).mean(axis=0)))


def _detectable(gaps: np.ndarray, after: np.ndarray, level: float, power: float) -> float:
    """Return the smallest effect that ranks a donor high enough, for a share of donors."""
    number = gaps.shape[1]
    # A donor takes the place of the treated, so that p = rank / number among donors.
    allowed = int(np.floor(level * number + 1e-9))
    if allowed < 1:
        return np.nan
    ratios = _ratios(gaps, after)
    needed = [
        _needed(gaps[:, at], after, np.sort(np.delete(ratios, at))[-allowed])
        for at in range(number)
    ]
    return float(np.quantile(needed, power, method="higher"))


def _needed(gap: np.ndarray, after: np.ndarray, ratio: float) -> float:
    """Return the smallest size of a constant effect, of the worse sign, that exceeds a ratio.

    The mean square of gap + D is D^2 + 2 D mean + mean square; it must exceed
    (ratio x error before)^2.
    """
    mean, square = abs(gap[after].mean()), (gap[after] ** 2).mean()
    wanted = (ratio * _size(gap[~after])) ** 2
    return float(mean + np.sqrt(max(mean**2 - square + wanted, 0.0))) if wanted > square else 0.0
