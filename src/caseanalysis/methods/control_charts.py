"""Control charts as Making Data Count draws them: XmR, run, p and u, with p′ and u′."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods import control_rules
from caseanalysis.methods.columns import require_columns, require_key, row_name
from caseanalysis.methods.control_rules import RULES, Better
from caseanalysis.registers import Interruption

#: Mean and standard deviation of the range of two normal values, in standard deviations.
_D2 = 2 / np.sqrt(np.pi)
_D3 = np.sqrt(2 - 4 / np.pi)
#: Rounded as published, so that a chart can be compared to the digit: 2.66 and 3.267.
_THREE_SIGMA = round(3 / _D2, 2)
_SCREEN = round(1 + 3 * _D3 / _D2, 3)
#: Fewest points that limits rest on, unless told; below the second number they are named trial.
MINIMUM_POINTS = 10
TRIAL_POINTS = 20

_LIMITS = ["lower", "upper", "mean", "lower_2_sigma", "upper_2_sigma"]
_LATER = ["target", "segment", "rebase_reason", "points", *RULES, "direction", "variation",
          "assurance", "chart", "unit", "basis"]  # fmt: skip
Unfit = Literal["refuse", "no limits"]
_Limits = Callable[[pd.DataFrame], pd.DataFrame]


def xmr(
    table: pd.DataFrame,
    *,
    value: str,
    unit: str,
    better: Better,
    by: Sequence[str] = (),
    time: str = "month",
    target: float | str | None = None,
    rebases: pd.DataFrame | None = None,
    minimum_points: int = MINIMUM_POINTS,
    unfit: Unfit = "refuse",
) -> pd.DataFrame:
    """Return an XmR chart of a measure: each value with its mean, process limits and flags.

    Parameters
    ----------
    table : DataFrame
        One row a series and point in time. A missing value stays a gap: no moving range is taken
        across it, and it ends every run. A month without a row is a gap too.
    value, unit : str
        Column of the measure, and its unit in words (``share`` is written as a percentage).
    better : {"higher", "lower", "neither"}
        Which way is better, from the measures register.
    by : sequence of str
        Columns that name a series; none for a single one.
    time : str
        Column of the month or date; of text in order where there are no dates.
    target : float or str, optional
        The target, or the column that holds it.
    rebases : DataFrame, optional
        ``time`` column (first point of a new segment), ``reason``, and perhaps the columns ``by``
        (without them, all series are rebased).
    minimum_points : int
        Fewest known points of a segment; below 20 its limits are named trial limits.
    unfit : {"refuse", "no limits"}
        What becomes of a segment with too few points or without variation: a refusal, or points
        without limits, which ``basis`` explains.

    Returns
    -------
    DataFrame
        ``by``, ``time``, ``value``, ``lower``, ``upper``, ``mean``, ``lower_2_sigma``,
        ``upper_2_sigma``, ``target``, ``segment`` (from 1), ``rebase_reason``, ``points`` (in the
        segment), ``beyond_limit``, ``two_of_three``, ``shift``, ``trend``, ``direction``,
        ``variation`` (of the point), ``assurance`` (of the series, read from its last segment),
        ``chart``, ``unit``, ``basis``; key ``by`` and ``time``.

    Raises
    ------
    MethodError
        If there are too few points, no variation, two rows for a point in time, or a rebase has no
        reason or no such point.

    Notes
    -----
    mean ± 2.66 × mean moving range, where moving ranges of at least 3.267 × their mean are left
    out first, once. 2.66 = 3 / d2 and 3.267 = 1 + 3 d3 / d2, for ranges of two values:
    d2 = 2 / √π, d3 = √(2 - 4 / π).

    NHS England, Making Data Count; Wheeler, D. J. (2000), Understanding variation: the key to
    managing chaos, 2nd ed.; Provost, L. P. and Murray, S. K. (2011), The health care data guide.
    """
    require_columns(table, [value], where="control chart")
    named = table.assign(value=table[value].astype(float))
    return _chart(named, _xmr_limits, unit=unit, better=better, by=by, time=time, target=target,
                  rebases=rebases, minimum_points=minimum_points, unfit=unfit)  # fmt: skip


def run_chart(
    table: pd.DataFrame,
    *,
    value: str,
    unit: str,
    better: Better,
    by: Sequence[str] = (),
    time: str = "month",
    target: float | str | None = None,
    rebases: pd.DataFrame | None = None,
    minimum_points: int = MINIMUM_POINTS,
    unfit: Unfit = "refuse",
) -> pd.DataFrame:
    """Return a run chart of a measure: each value with the median, shifts and trends.

    Parameters, returned columns and errors are those of ``xmr``. ``mean`` holds the median; there
    are no limits, so that assurance is not assessed. Points on the median are passed over in a
    shift.

    Notes
    -----
    Perla, R. J., Provost, L. P. and Murray, S. K. (2011), The run chart: a simple analytical tool
    for learning from variation in healthcare processes, BMJ Quality and Safety 20(1), 46-51; runs
    of 7 points as in the other charts, where they take 6 for a shift and 5 for a trend.
    """
    require_columns(table, [value], where="control chart")
    named = table.assign(value=table[value].astype(float))
    return _chart(named, _median_line, unit=unit, better=better, by=by, time=time, target=target,
                  rebases=rebases, minimum_points=minimum_points, unfit=unfit)  # fmt: skip


def p_chart(
    table: pd.DataFrame,
    *,
    numerator: str,
    denominator: str,
    better: Better,
    by: Sequence[str] = (),
    time: str = "month",
    over_dispersion: Literal["auto", "yes", "no"] = "auto",
    target: float | str | None = None,
    rebases: pd.DataFrame | None = None,
    minimum_points: int = MINIMUM_POINTS,
    unfit: Unfit = "refuse",
) -> pd.DataFrame:
    """Return a p chart of a proportion (share, 0 to 1), or p′ where it is over-dispersed.

    Parameters
    ----------
    table, better, by, time, target, rebases, minimum_points, unfit
        As for ``xmr``.
    numerator, denominator : str
        Columns of the events and of those who could have one.
    over_dispersion : {"auto", "yes", "no"}
        Whether limits are widened by Laney's factor: always, never, or where the factor is above 1
        by more than 1.96 of its standard errors. ``chart`` names what was drawn.

    Returns
    -------
    DataFrame
        As of ``xmr``, with the two counts.

    Raises
    ------
    MethodError
        As ``xmr``; and if a denominator is 0 or the counts are no proportion.

    Notes
    -----
    p̄ ± 3 σ √(p̄(1 - p̄) / n), with p̄ the pooled share of the segment and n the denominator of the
    point. σ is 1 on a p chart; on a p′ chart it is the mean moving range of the standardised
    shares / d2, screened as on an XmR chart. A limit beyond 0 or 1 stands at 0 or 1.

    Laney, D. B. (2002), Improved control charts for attributes, Quality Engineering 14(4), 531-537.
    """
    counts = _counts(table, numerator, denominator)
    _require_parts(counts, numerator, denominator)
    limits = partial(_attribute_limits, kind="p", numerator=numerator, denominator=denominator,
                     over_dispersion=over_dispersion)  # fmt: skip
    return _chart(counts, limits, unit="share", better=better, by=by, time=time, target=target,
                  rebases=rebases, minimum_points=minimum_points, unfit=unfit,
                  kept=[numerator, denominator])  # fmt: skip


def u_chart(
    table: pd.DataFrame,
    *,
    numerator: str,
    denominator: str,
    better: Better,
    unit: str = "rate",
    by: Sequence[str] = (),
    time: str = "month",
    over_dispersion: Literal["auto", "yes", "no"] = "auto",
    target: float | str | None = None,
    rebases: pd.DataFrame | None = None,
    minimum_points: int = MINIMUM_POINTS,
    unfit: Unfit = "refuse",
) -> pd.DataFrame:
    """Return a u chart of a rate (events for each unit of exposure), or u′ if over-dispersed.

    Parameters, returned columns and errors are those of ``p_chart``; ``denominator`` is the
    exposure, such as bed days, and may be smaller than the number of events.

    Notes
    -----
    ū ± 3 σ √(ū / n), with ū the pooled rate of the segment and n the exposure of the point; σ as
    for ``p_chart``. A lower limit below 0 stands at 0.
    """
    counts = _counts(table, numerator, denominator)
    limits = partial(_attribute_limits, kind="u", numerator=numerator, denominator=denominator,
                     over_dispersion=over_dispersion)  # fmt: skip
    return _chart(counts, limits, unit=unit, better=better, by=by, time=time, target=target,
                  rebases=rebases, minimum_points=minimum_points, unfit=unfit,
                  kept=[numerator, denominator])  # fmt: skip


def icons(chart: pd.DataFrame, *, by: Sequence[str] = (), time: str = "month") -> pd.DataFrame:
    """Return one row a series: its last value, and what the icons of variation and assurance say.

    Parameters
    ----------
    chart : DataFrame
        As returned by a chart function of this module.
    by, time
        As given to it.

    Returns
    -------
    DataFrame
        ``by``, ``time`` (of the last known value), ``value``, ``lower``, ``upper``, ``mean``,
        ``target``, ``variation`` (of that point), ``direction``, ``rules`` (those it breaks, in
        words), ``assurance``, ``segments``, ``points`` (of the last segment), ``chart``, ``unit``,
        ``basis``; key ``by``.
    """
    require_columns(chart, [*by, time, "value", "variation", "assurance"], where="icons")
    known = chart[chart["value"].notna()]
    last = known.groupby(list(by), sort=False, dropna=False).tail(1) if by else known.tail(1)
    broken = [
        "; ".join(words for rule, words in RULES.items() if row[rule]) or "none"
        for row in last.to_dict("records")
    ]
    columns = [*by, time, "value", "lower", "upper", "mean", "target", "variation", "direction",
               "rules", "assurance", "segments", "points", "chart", "unit", "basis"]  # fmt: skip
    named = last.assign(rules=broken, segments=last["segment"])
    return named[columns].reset_index(drop=True)


def rebases_at(
    table: pd.DataFrame, *, interruptions: Iterable[Interruption], time: str = "month"
) -> pd.DataFrame:
    """Return rebases where recorded interruptions begin and end, within the months of a table.

    Parameters
    ----------
    table : DataFrame
        The series to chart.
    interruptions : iterable of Interruption
        Records of the register: months that are not like the rest, each with its reference.
    time : str
        Column of the month.

    Returns
    -------
    DataFrame
        ``time`` and ``reason``, as ``xmr`` takes them; no rows where none falls into the table.
    """
    require_columns(table, [time], where="control chart")
    first, months = table[time].min(), set(table[time])
    rows = []
    for one in interruptions:
        begins = pd.Timestamp(f"{one.first_month}-01")
        ends = pd.Timestamp(f"{one.last_month}-01") + pd.DateOffset(months=1)
        rows.append((begins, f"{one.name} begins"))
        rows.append((ends, f"{one.name} ends"))
    inside = [(month, reason) for month, reason in rows if month in months and month > first]
    return pd.DataFrame(inside, columns=[time, "reason"])


def _chart(
    table: pd.DataFrame,
    limits: _Limits,
    *,
    unit: str,
    better: Better,
    by: Sequence[str],
    time: str,
    target: float | str | None,
    rebases: pd.DataFrame | None,
    minimum_points: int,
    unfit: Unfit,
    kept: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the chart of every series, each segment with its own limits."""
    key = [*by, time]
    require_columns(table, [*key, *([target] if isinstance(target, str) else [])],
                    where="control chart")  # fmt: skip
    require_key(table, key, where="control chart")
    _require_options(better, unfit)
    if np.isinf(table["value"]).any():
        raise _refusal("control chart", "an infinite value", "finite or missing values",
                       "check what the value was divided by")  # fmt: skip
    target_value = (
        table[target] if isinstance(target, str) else np.nan if target is None else target
    )
    given = table.assign(target=target_value, unit=unit).astype({"target": float})
    ordered = given[[*key, *kept, "value", "target", "unit"]].sort_values(key, ignore_index=True)
    points = _with_segments(ordered, rebases, by=by, time=time)
    parts = []
    for _, segment in points.groupby([*by, "segment"], sort=False, dropna=False):
        fault = _fault(segment, minimum_points, limits is _median_line)
        if fault and unfit == "refuse":
            raise _unfit(segment, by, fault, minimum_points)
        limited = _no_limits(segment, fault) if fault else limits(segment)
        broken = control_rules.flags(limited, skip_middle=limited["chart"].iloc[0] == "run")
        parts.append(limited.assign(**{rule: broken[rule] for rule in [*RULES, "direction"]}))
    drawn = pd.concat(parts)
    ways = control_rules.variation(drawn["direction"], better=better)
    chart = _with_assurance(drawn.assign(variation=ways), by, better)
    return chart[[*key, *kept, "value", *_LIMITS, *_LATER]].reset_index(drop=True)


def _with_segments(
    points: pd.DataFrame, rebases: pd.DataFrame | None, *, by: Sequence[str], time: str
) -> pd.DataFrame:
    """Return the points with segment, reason of the rebase, and whether each follows the last."""
    starts = _starts(points, rebases, by=by, time=time)
    series = points[list(by)].apply(tuple, axis=1) if by else pd.Series("", index=points.index)
    begun = starts.notna()
    segment = begun.groupby(series, sort=False).cumsum().astype(int) + 1
    reason = starts.groupby([series, segment], sort=False).ffill().astype("str")
    known = points["value"].notna().groupby([series, segment]).transform("sum").astype(int)
    return points.assign(
        segment=segment, rebase_reason=reason, points=known, follows=_follows(points, by, time)
    )


def _starts(
    points: pd.DataFrame, rebases: pd.DataFrame | None, *, by: Sequence[str], time: str
) -> pd.Series:
    """Return the reason at each point where a segment starts, missing elsewhere."""
    if rebases is None or rebases.empty:
        return pd.Series(None, index=points.index, dtype=object)
    require_columns(rebases, [time, "reason"], where="rebases")
    key = [*(name for name in by if name in rebases.columns), time]
    require_key(rebases, key, where="rebases")
    _require_reasons(rebases, key)
    merged = points[[*by, time]].merge(rebases[[*key, "reason"]], on=key, how="left")
    found = merged.dropna(subset="reason")
    firsts = points.groupby(list(by))[time].transform("min") if by else points[time].min()
    held = rebases[key].apply(tuple, axis=1).isin(list(found[key].apply(tuple, axis=1)))
    if not held.all() or points.loc[found.index, time].eq(firsts).any():
        row = rebases[~held].iloc[0] if not held.all() else found.iloc[0]
        raise _refusal(
            f"rebases, {row_name(row, key)}",
            "no later point of a series there",
            "a point after the first of its series",
            "name the first month of the new segment",
        )
    return merged["reason"].astype(object)


def _require_reasons(rebases: pd.DataFrame, key: Sequence[str]) -> None:
    blank = rebases[rebases["reason"].fillna("").astype(str).str.strip().eq("")]
    if len(blank):
        raise _refusal(
            f"rebases, {row_name(blank.iloc[0], key)}",
            "no reason",
            "what changed in the process, in words",
            "record why the limits change, or leave the rebase out",
        )


def _follows(points: pd.DataFrame, by: Sequence[str], time: str) -> pd.Series:
    """Return whether each point comes one step after the one above; text is taken as complete."""
    if not pd.api.types.is_datetime64_any_dtype(points[time]):
        return pd.Series(True, index=points.index)
    steps = points.groupby(list(by))[time].diff() if by else points[time].diff()
    # Months have 28 to 31 days, so that one and a half of the shortest step is less than two.
    return steps.le(1.5 * steps[steps.gt(pd.Timedelta(0))].min())


def _moving_ranges(values: pd.Series, follows: pd.Series) -> pd.Series:
    return values.diff().abs().where(follows).dropna()


def _kept(ranges: pd.Series) -> pd.Series:
    """Return the moving ranges that screening leaves."""
    return ranges[ranges.lt(_SCREEN * ranges.mean())]


def _xmr_limits(segment: pd.DataFrame) -> pd.DataFrame:
    mean = segment["value"].mean()
    ranges = _moving_ranges(segment["value"], segment["follows"])
    kept = _kept(ranges)
    half = _THREE_SIGMA * kept.mean()
    left_out = len(ranges) - len(kept)
    screen = f", {left_out} of {len(ranges)} screened out" if left_out else ""
    return segment.assign(
        mean=mean, lower=mean - half, upper=mean + half, lower_2_sigma=mean - half * 2 / 3,
        upper_2_sigma=mean + half * 2 / 3, chart="XmR",
        basis=f"XmR chart of {_span(segment)}: mean ± {_THREE_SIGMA} × mean moving range{screen}",
    )  # fmt: skip


def _median_line(segment: pd.DataFrame) -> pd.DataFrame:
    none = dict.fromkeys(["lower", "upper", "lower_2_sigma", "upper_2_sigma"], np.nan)
    return segment.assign(
        mean=segment["value"].median(), **none, chart="run",
        basis=f"Run chart of {int(segment['points'].iloc[0])} points: median, no limits",
    )  # fmt: skip


def _attribute_limits(
    segment: pd.DataFrame, *, kind: str, numerator: str, denominator: str, over_dispersion: str
) -> pd.DataFrame:
    known = segment[segment["value"].notna()]
    pooled = known[numerator].sum() / known[denominator].sum()
    spread = pooled * (1 - pooled) if kind == "p" else pooled
    sigma = np.sqrt(spread / segment[denominator])
    ranges = _moving_ranges((segment["value"] - pooled) / sigma, segment["follows"])
    factor, name = _laney(_kept(ranges), kind, over_dispersion)
    half = 3 * factor * sigma
    highest = 1.0 if kind == "p" else np.inf
    widened = f" × {factor:.2f} (Laney's factor)" if "′" in name else ""
    law = "binomial" if kind == "p" else "Poisson"
    return segment.assign(
        mean=pooled, chart=name,
        lower=(pooled - half).clip(lower=0), upper=(pooled + half).clip(upper=highest),
        lower_2_sigma=pooled - half * 2 / 3, upper_2_sigma=pooled + half * 2 / 3,
        basis=f"{name} chart of {_span(segment)}: mean ± 3 {law} deviations{widened}",
    )  # fmt: skip


def _laney(kept: pd.Series, kind: str, option: str) -> tuple[float, str]:
    """Return Laney's factor and the name of the chart: p, p′, u or u′."""
    if option not in ("auto", "yes", "no"):
        raise _refusal("over_dispersion", repr(option), "'auto', 'yes' or 'no'", "choose one")
    factor = float(kept.mean() / _D2)
    by_chance = factor <= 1 + 1.96 * _error_of_factor(len(kept))
    if option == "no" or (option == "auto" and by_chance):
        return 1.0, kind
    return factor, f"{kind}′"


def _error_of_factor(ranges: int) -> float:
    """Return the standard error of a mean of successive moving ranges / d2, of unit normal values.

    Neighbouring ranges share a value: with correlation -1/2 of successive differences, their
    covariance is 4/π (√3/2 + π/12 - 1).
    """
    variance = _D3**2
    covariance = 4 / np.pi * (np.sqrt(3) / 2 + np.pi / 12 - 1)
    summed = ranges * variance + 2 * (ranges - 1) * covariance
    return float(np.sqrt(summed) / ranges / _D2)


def _with_assurance(chart: pd.DataFrame, by: Sequence[str], better: Better) -> pd.DataFrame:
    known = chart[chart["value"].notna()]
    last = known.groupby(list(by), sort=False, dropna=False).tail(1) if by else known.tail(1)
    said = last.assign(
        assurance=[
            control_rules.assurance(
                row["target"], lower=row["lower"], upper=row["upper"], better=better
            )
            for row in last.to_dict("records")
        ]
    )
    if not by:
        return chart.assign(assurance=said["assurance"].iloc[0])
    return chart.merge(said[[*by, "assurance"]], on=list(by), how="left", validate="many_to_one")


def _counts(table: pd.DataFrame, numerator: str, denominator: str) -> pd.DataFrame:
    require_columns(table, [numerator, denominator], where="control chart")
    counts = table.astype({numerator: float, denominator: float})
    both = counts[numerator].notna() & counts[denominator].notna()
    at_fault = counts[both & ~(counts[numerator].ge(0) & counts[denominator].gt(0))]
    if len(at_fault):
        row = at_fault.iloc[0]
        raise _refusal(
            f"control chart, {row_name(row, [numerator, denominator])}",
            f"{row[numerator]:g} of {row[denominator]:g}",
            "0 or more events of a denominator above 0",
            "leave the point out on purpose, or set both counts to missing",
        )
    return counts.assign(value=(counts[numerator] / counts[denominator]).where(both))


def _require_parts(counts: pd.DataFrame, numerator: str, denominator: str) -> None:
    at_fault = counts[counts[numerator].gt(counts[denominator])]
    if len(at_fault):
        row = at_fault.iloc[0]
        raise _refusal(
            f"control chart, {row_name(row, [numerator, denominator])}",
            f"{row[numerator]:g} of {row[denominator]:g}",
            "no more events than the denominator",
            "check which counts belong together, or draw a u chart",
        )


def _require_options(better: str, unfit: str) -> None:
    if better not in ("higher", "lower", "neither"):
        raise _refusal("better", repr(better), "'higher', 'lower' or 'neither'",
                       "take it from the measures register")  # fmt: skip
    if unfit not in ("refuse", "no limits"):
        raise _refusal("unfit", repr(unfit), "'refuse' or 'no limits'", "choose one")


def _fault(segment: pd.DataFrame, minimum: int, middle_alone: bool) -> str | None:
    """Return why a segment bears no limits, or None where it does."""
    known = int(segment["value"].notna().sum())
    if known < minimum or known == 0:
        return f"{known} points"
    if (
        not middle_alone
        and not _kept(_moving_ranges(segment["value"], segment["follows"])).gt(0).any()
    ):
        return "no variation between successive points"
    return None


def _unfit(segment: pd.DataFrame, by: Sequence[str], fault: str, minimum: int) -> MethodError:
    return _refusal(
        f"control chart, {row_name(segment.iloc[0], [*by, 'segment'])}",
        fault,
        f"{minimum} or more known points that vary, in each segment",
        "take a longer series, leave a rebase out, draw a run chart, or ask for no limits there",
    )


def _no_limits(segment: pd.DataFrame, fault: str) -> pd.DataFrame:
    none = dict.fromkeys(_LIMITS, np.nan)
    return segment.assign(**none, chart="no limits", basis=f"No limits: {fault}")


def _span(segment: pd.DataFrame) -> str:
    points = int(segment["value"].notna().sum())
    return f"{points} points{' (trial limits)' if points < TRIAL_POINTS else ''}"


def _refusal(where: str, found: str, wanted: str, remedy: str) -> MethodError:
    return MethodError(where=where, found=found, wanted=wanted, remedy=remedy)
