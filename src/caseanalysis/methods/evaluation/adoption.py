"""Who took up a treatment and when, beside whom, over which periods: the sample of an estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key

NEVER, NOT_YET = "never treated", "not yet treated"
#: What a unit is compared with.
COMPARISONS = (NEVER, NOT_YET)
TREATED, COMPARISON = "treated", "comparison"
_QUARTER_STARTS = (1, 4, 7, 10)


@dataclass(frozen=True)
class Choices:
    """What an estimate asks of its data, and how sure it is to be.

    Attributes
    ----------
    before, after : int
        Periods of the window before the start of treatment and from it on, 2 or more and 1 or
        more. Only units with the whole window count, so that every event time has the same units.
    least_treated, least_comparisons : int
        Fewest treated units, 3 or more, and fewest comparison units.
    least_reporting : float
        Share of units (0 to 1) that must report a period for it to be used.
    confidence_level, power : float
        Level of the intervals and chance to find the detectable effect, between 0 and 1.
    """

    before: int
    after: int
    least_treated: int
    least_comparisons: int
    least_reporting: float
    confidence_level: float
    power: float

    def __post_init__(self) -> None:
        """Refuse a choice out of range."""
        ranges = {
            "before": (self.before >= 2, "2 periods or more"),
            "after": (self.after >= 1, "1 period or more"),
            "least_treated": (self.least_treated >= 3, "3 units or more"),
            "least_comparisons": (self.least_comparisons >= 3, "3 units or more"),
            "least_reporting": (0 < self.least_reporting <= 1, "a share above 0, at most 1"),
            "confidence_level": (0 < self.confidence_level < 1, "a share between 0 and 1"),
            "power": (0 < self.power < 1, "a share between 0 and 1"),
        }
        for name, (right, wanted) in ranges.items():
            if not right:
                raise refusal(f"choices, {name}", f"{getattr(self, name)}", wanted)


@dataclass(frozen=True)
class Adoption:
    """A complete panel of one outcome with the start of each treated unit.

    Attributes
    ----------
    outcomes : DataFrame
        One row a period (unbroken), one column a unit, nothing missing.
    starts : Series
        Row number of the first treated period, by treated unit.
    never, later : tuple of str
        Units never treated, and units treated only after the last period.
    left_out : DataFrame
        ``unit``, ``role`` (treated or comparison), ``reason``.
    """

    outcomes: pd.DataFrame
    starts: pd.Series
    never: tuple[str, ...]
    later: tuple[str, ...]
    left_out: pd.DataFrame

    def untreated(self, comparison: str) -> list[str]:
        """Return the units that are untreated throughout, for a kind of comparison."""
        return [*self.never, *(self.later if comparison == NOT_YET else ())]


def quarterly(panel: pd.DataFrame, *, least_months: int) -> pd.DataFrame:
    """Return the panel by calendar quarter: sums of counts, or else the mean of values.

    Parameters
    ----------
    panel : DataFrame
        ``unit``, ``period`` (first day of a month), ``outcome``, ``value``; where ``numerator``
        and ``denominator`` are known for every month, their sums give the value.
    least_months : int
        Months, 1 to 3, that a quarter needs; a thinner one is left out
        (`quarters_left_out` lists them).

    Returns
    -------
    DataFrame
        ``unit``, ``outcome``, ``period`` (first day of the quarter), ``value``, ``months``.

    Raises
    ------
    MethodError
        If a column is missing, a key is repeated or the number of months is out of range.
    """
    quarters = _quarters(panel, least_months)
    return quarters[quarters["months"].ge(least_months)].reset_index(drop=True)


def quarters_left_out(panel: pd.DataFrame, *, least_months: int) -> pd.DataFrame:
    """Return the quarters that `quarterly` leaves out, with the months that they have."""
    quarters = _quarters(panel, least_months)
    thin = quarters[quarters["months"].lt(least_months)]
    return thin[["unit", "outcome", "period", "months"]].reset_index(drop=True)


def _quarters(panel: pd.DataFrame, least_months: int) -> pd.DataFrame:
    require_columns(panel, ["unit", "period", "outcome", "value"], where="panel")
    require_key(panel, ["unit", "outcome", "period"], where="panel")
    if least_months not in (1, 2, 3):
        raise refusal("least_months", str(least_months), "1, 2 or 3 months of a quarter")
    counts = [name for name in ("numerator", "denominator") if name in panel.columns]
    known = panel.dropna(subset=["value"]).assign(months=1)
    known = known.assign(period=known["period"].dt.to_period("Q").dt.to_timestamp())
    groups = known.groupby(["unit", "outcome", "period"], observed=True)
    table = groups.agg(value=("value", "mean"), months=("months", "sum"))
    if len(counts) == 2:
        sums = groups[counts].sum(min_count=1)
        complete = groups[counts].count().eq(table["months"], axis=0).all(axis=1)
        ratio = sums["numerator"] / sums["denominator"].where(sums["denominator"].gt(0))
        table["value"] = table["value"].where(~complete | ratio.isna(), ratio)
    return table.reset_index()


def prepare(
    panel: pd.DataFrame,
    treatments: pd.DataFrame,
    *,
    choices: Choices,
    excluded: pd.DataFrame | None = None,
    interrupted: tuple[pd.Timestamp, ...] = (),
) -> Adoption:
    """Return the sample of one estimate, and every unit that it leaves out with the reason.

    Parameters
    ----------
    panel : DataFrame
        ``unit``, ``period``, ``value`` of one outcome; a missing or absent value is withheld.
    treatments : DataFrame
        ``unit``, ``start`` (a day in the first treated period) of one definition; units that are
        absent are never treated.
    choices : Choices
        Window and fewest units.
    excluded : DataFrame, optional
        ``unit``, ``reason``: units to leave out altogether.
    interrupted : tuple of Timestamp
        Periods; treated units whose base or treated window holds one are left out.

    Returns
    -------
    Adoption

    Raises
    ------
    MethodError
        If a column is missing, a key is repeated, nothing is reported widely enough, or too few
        treated or comparison units are left.
    """
    wide = _wide(panel)
    run = _longest_run(wide, choices.least_reporting)
    starts = _starts(treatments, run)
    reasons = pd.Series(index=run.columns.union(starts.index), dtype=object)
    _give(reasons, _excluded(excluded))
    _give(reasons, _withheld(run, reasons.index))
    _give(reasons, _outside(starts, run, choices, interrupted))
    left = reasons[reasons.notna()]
    kept = starts[~starts.index.isin(left.index)]
    later = kept[kept >= len(run)].index
    treated = kept[kept < len(run)].astype(int)
    never = run.columns.difference(starts.index).difference(left.index)
    _enough(len(treated), choices.least_treated, "treated units", left, starts)
    _enough(len(never), choices.least_comparisons, "comparison units", left, starts)
    used = run[[*treated.index, *never, *later]].astype(float)
    return Adoption(used, treated, tuple(never), tuple(later), _left_out(left, set(starts.index)))


def _wide(panel: pd.DataFrame) -> pd.DataFrame:
    require_columns(panel, ["unit", "period", "value"], where="panel")
    require_key(panel, ["unit", "period"], where="panel")
    wide = panel.pivot_table(
        index="period", columns="unit", values="value", dropna=False, observed=True
    ).sort_index()
    months = pd.DatetimeIndex(wide.index)
    frequency = "Q" if set(months.month) <= set(_QUARTER_STARTS) else "M"
    wide.index = months.to_period(frequency)
    return wide.reindex(pd.period_range(wide.index[0], wide.index[-1], freq=frequency))


def _longest_run(wide: pd.DataFrame, least_reporting: float) -> pd.DataFrame:
    """Return the longest unbroken run of periods that enough units report."""
    enough = wide.notna().mean(axis=1).ge(least_reporting).to_numpy()
    edges = np.flatnonzero(np.diff(np.r_[0, enough.astype(int), 0]))
    if not len(edges):
        raise refusal(
            "panel", "no period with enough units", f"a share of {least_reporting:g} in some period"
        )
    first, last = max(zip(edges[::2], edges[1::2], strict=True), key=lambda run: run[1] - run[0])
    return wide.iloc[first:last]


def _starts(treatments: pd.DataFrame, run: pd.DataFrame) -> pd.Series:
    require_columns(treatments, ["unit", "start"], where="treatments")
    require_key(treatments, ["unit"], where="treatments")
    if treatments["start"].isna().any():
        raise refusal("treatments, start", "a unit without a date", "a date for every unit")
    periods = pd.PeriodIndex(run.index)
    when = pd.DatetimeIndex(treatments["start"]).to_period(periods.freqstr)
    ordinals = np.asarray([one.ordinal for one in when])
    return pd.Series(ordinals - periods[0].ordinal, index=treatments["unit"].to_numpy())


def _give(reasons: pd.Series, found: dict[str, str]) -> None:
    """Give units a reason where they have none yet."""
    for unit, reason in found.items():
        if unit in reasons.index and pd.isna(reasons[unit]):
            reasons[unit] = reason


def _excluded(excluded: pd.DataFrame | None) -> dict[str, str]:
    if excluded is None:
        return {}
    require_columns(excluded, ["unit", "reason"], where="excluded")
    return dict(zip(excluded["unit"], excluded["reason"], strict=True))


def _withheld(run: pd.DataFrame, units: pd.Index) -> dict[str, str]:
    gaps = run.reindex(columns=units).isna().sum()
    total = len(run)
    return {
        str(unit): f"no value in {count} of {total} periods"
        if count < total
        else "no value in any period"
        for unit, count in gaps[gaps.gt(0)].items()
    }


def _outside(
    starts: pd.Series,
    run: pd.DataFrame,
    choices: Choices,
    interrupted: tuple[pd.Timestamp, ...],
) -> dict[str, str]:
    periods = pd.PeriodIndex(run.index)
    breaks = [pd.Period(one, periods.freqstr).ordinal - periods[0].ordinal for one in interrupted]
    return {
        str(unit): reason
        for unit, start in starts.items()
        if (reason := _why_outside(int(start), len(run), choices, breaks))
    }


def _why_outside(start: int, periods: int, choices: Choices, breaks: list[int]) -> str:
    if start < choices.before:
        return f"fewer than {choices.before} periods before its start"
    if start >= periods:
        return ""
    if start + choices.after > periods:
        return f"fewer than {choices.after} periods from its start on"
    if any(start - 1 <= one < start + choices.after for one in breaks):
        return "its window holds an interrupted period"
    return ""


def _enough(count: int, least: int, name: str, left: pd.Series, starts: pd.Series) -> None:
    if count >= least:
        return
    treated = left.index.isin(starts.index)
    lost = left[treated if name.startswith("treated") else ~treated]
    counts = lost.value_counts()
    why = "; ".join(f"{number} left out: {reason}" for reason, number in counts.items())
    raise MethodError(
        where="sample",
        found=f"{count} {name}{f' ({why})' if why else ''}",
        wanted=f"{least} or more",
        remedy="take a longer series, a shorter window or a wider definition, or give no estimate",
    )


def _left_out(left: pd.Series, treated: set[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": left.index.astype(str),
            "role": [TREATED if unit in treated else COMPARISON for unit in left.index],
            "reason": left.to_numpy(),
        }
    )


def refusal(where: str, found: str, wanted: str) -> MethodError:
    """Return the refusal of an input or option of an evaluation."""
    return MethodError(
        where=where, found=found, wanted=wanted, remedy="correct the table or the option"
    )
