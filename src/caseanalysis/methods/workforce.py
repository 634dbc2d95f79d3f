"""Staff in post: growth, forecast with its back-test, and what the demand to come would need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns

#: Fewest months of a drift: its error is a standard deviation of monthly changes.
LEAST_MONTHS = 24
#: Origins of a back-test: two years of them, so that each month of the year counts as often.
ORIGINS = 24
_LEVELS = (0.8, 0.95)


def with_group(staff: pd.DataFrame, *, codes: Sequence[str], name: str) -> pd.DataFrame:
    """Return the table with the trusts of a group added up as one more organisation.

    A month that one of them lacks is left out of the group. Headcounts of trusts do not add up to
    people, since somebody may work in two; ``fte`` does.
    """
    require_columns(staff, ["month", "org_code", "fte"], where="staff in post")
    members = staff[staff["org_code"].isin(codes)].dropna(subset="fte")
    months = members.groupby("month")
    whole = months["org_code"].nunique().eq(len(set(codes)))
    sums = months[["fte"]].sum()[whole].reset_index()
    return pd.concat([staff, sums.assign(org_code=name)], ignore_index=True)


def indexed(staff: pd.DataFrame) -> pd.DataFrame:
    """Return staff in post as a share of the first month that all organisations have.

    Parameters
    ----------
    staff : DataFrame
        ``month``, ``org_code``, ``fte``.

    Returns
    -------
    DataFrame
        The rows from that month on, with ``share`` (1 in the first month) and ``first``.
    """
    require_columns(staff, ["month", "org_code", "fte"], where="staff in post")
    known = staff.dropna(subset="fte")
    first = known.groupby("org_code")["month"].min().max()
    start = known[known["month"].eq(first)].set_index("org_code")["fte"]
    rows = known[known["month"].ge(first)].reset_index(drop=True)
    return rows.assign(share=rows["fte"] / rows["org_code"].map(start), first=first)


def long_series(
    table: pd.DataFrame, *, codes: Sequence[str], value: str, months: int = LEAST_MONTHS
) -> pd.DataFrame:
    """Return monthly series of trusts (``trust_name``, ``org_code``, ``month``, ``value``).

    Parameters
    ----------
    table : DataFrame
        ``month``, ``org_code``, ``org_name`` and the value.
    codes : sequence of str
        The trusts, in order; one with fewer months than asked for, or with a gap, is left out.
    value : str
        Column of the value; a missing value is a gap.
    months : int
        Fewest months in a row, the latest of which is the last.
    """
    own = table[table["org_code"].isin(codes)].dropna(subset=value)
    spans = own.groupby("org_code")["month"].agg(["nunique", "min", "max"])
    length = (spans["max"].dt.year - spans["min"].dt.year) * 12
    length += spans["max"].dt.month - spans["min"].dt.month + 1
    enough = spans.index[spans["nunique"].ge(months) & spans["nunique"].eq(length)]
    kept = own[own["org_code"].isin(enough)].sort_values(
        ["org_code", "month"],
        key=lambda column: column.map(list(codes).index) if column.name == "org_code" else column,
    )
    named = kept.rename(columns={"org_name": "trust_name", value: "value"})
    return named[["trust_name", "org_code", "month", "value"]].reset_index(drop=True)


def drift_forecast(staff: pd.DataFrame, *, until_year: int) -> pd.DataFrame:
    """Return staff in post (full-time equivalents) of the months after a series, with intervals.

    Parameters
    ----------
    staff : DataFrame
        ``trust_name``, ``org_code``, ``month``, ``value``: full-time equivalents; no month may be
        missing.
    until_year : int
        Year whose July, the middle of the year, is the last month forecast.

    Returns
    -------
    DataFrame
        ``trust_name``, ``org_code``, ``month``, ``value``, ``lower_80``, ``upper_80``,
        ``lower_95``, ``upper_95``, ``model``; key ``org_code``, ``month``.

    Raises
    ------
    MethodError
        If a series is shorter than two years, has a gap or reaches the last month itself.

    Notes
    -----
    Random walk with drift: y(T+h) = y(T) + h d, where d is the mean monthly change, with standard
    error s sqrt(h (1 + h / (T - 1))), s that of the monthly changes. It has no seasons, and takes
    changes of different months as independent.

    Hyndman, R. J. and Athanasopoulos, G. (2021), Forecasting: principles and practice, 3rd ed.,
    sections 5.2 and 5.5.
    """
    parts = [
        _until(_complete(rows, name), until_year).assign(trust_name=str(name), org_code=str(code))
        for (name, code), rows in staff.groupby(["trust_name", "org_code"], sort=False)
    ]
    table = pd.concat(parts, ignore_index=True).assign(model="random walk with drift")
    first = ["trust_name", "org_code"]
    ordered: pd.DataFrame = table[first + [name for name in table if name not in first]]
    return ordered


def back_test(staff: pd.DataFrame, *, months_ahead: int, origins: int = ORIGINS) -> pd.DataFrame:
    """Return how well the drift, and no change at all, forecast the last part of each series.

    Parameters
    ----------
    staff : DataFrame
        As for ``drift_forecast``.
    months_ahead : int
        Months ahead of each origin that are compared.
    origins : int
        Origins, one month apart, the last so that all its months are known.

    Returns
    -------
    DataFrame
        ``trust_name``, ``model`` (random walk with drift, no change), ``origins``, ``wape`` (share:
        sum of absolute errors / sum of the outturn), ``coverage_80``, ``coverage_95`` (share of
        months inside the interval; missing for no change); key the first two.
    """
    rows = []
    for name, part in staff.groupby("trust_name", sort=False):
        series = _complete(part, str(name))
        errors = [
            _errors(series.iloc[: len(series) - months_ahead - back], series, months_ahead)
            for back in range(origins)
        ]
        rows += _scores(str(name), pd.concat(errors))
    return pd.DataFrame(rows)


def needed(
    staff: pd.DataFrame, growth: pd.DataFrame, *, base_year: int, horizon_year: int
) -> pd.DataFrame:
    """Return the staff that the demand of the horizon year takes at the staffing of the base year.

    Parameters
    ----------
    staff : DataFrame
        ``org_code``, ``month``, ``fte``.
    growth : DataFrame
        One row: ``growth``, ``lower``, ``upper`` of demand between the two years (shares).
    base_year, horizon_year : int
        Calendar years.

    Returns
    -------
    DataFrame
        ``org_code``, ``base`` (mean full-time equivalents of the base year), ``value``, ``lower``,
        ``upper`` (of the horizon year), ``month`` (July of that year), ``unit``, ``basis``; key
        ``org_code``.

    Notes
    -----
    base x (1 + growth): every group of staff grows as demand does. That is neither a plan nor a
    forecast; it leaves productivity, skill mix and the shortage of the base year as they were.
    """
    if len(growth) != 1:
        raise MethodError(
            where="growth",
            found=f"{len(growth)} rows",
            wanted="one row, the growth of demand",
            remedy="select one activity",
        )
    rows = staff[staff["month"].dt.year.eq(base_year)]
    base = rows.groupby("org_code", as_index=False).agg(base=("fte", "mean"))
    rise = growth.iloc[0]
    ends = {"value": "growth", "lower": "lower", "upper": "upper"}
    staff_needed = {name: base["base"] * (1 + float(rise[end])) for name, end in ends.items()}
    table: pd.DataFrame = base.join(pd.DataFrame(staff_needed))
    return table.assign(
        month=pd.Timestamp(horizon_year, 7, 1),
        unit="full-time equivalents",
        basis="staff of the base year by the growth of demand from size and ages of the population",
    )


def against_need(ahead: pd.DataFrame, need: pd.DataFrame) -> pd.DataFrame:
    """Return the staff forecast beyond those that demand takes (full-time equivalents).

    Parameters
    ----------
    ahead : DataFrame
        As returned by ``drift_forecast``, to the month of the need.
    need : DataFrame
        As returned by ``needed``.

    Returns
    -------
    DataFrame
        ``org_code``, ``month``, ``base``, ``needed``, ``forecast``, ``forecast_lower``,
        ``forecast_upper``, ``value``, ``lower``, ``upper`` (below 0 where fewer are forecast than
        needed), ``unit``, ``basis``; key ``org_code``.

    Notes
    -----
    The ends of the difference take the opposite ends of the two: they are outer bounds.
    """
    merged = need.merge(
        ahead[["org_code", "month", "value", "lower_95", "upper_95"]],
        on=["org_code", "month"],
        suffixes=("", "_forecast"),
        validate="one_to_one",
    )
    found: pd.DataFrame = pd.DataFrame(
        {
            **{name: merged[name] for name in ("org_code", "month", "base")},
            "needed": merged["value"],
            "forecast": merged["value_forecast"],
            "forecast_lower": merged["lower_95"],
            "forecast_upper": merged["upper_95"],
            "value": merged["value_forecast"] - merged["value"],
            "lower": merged["lower_95"] - merged["upper"],
            "upper": merged["upper_95"] - merged["lower"],
        }
    )
    return found.assign(unit="full-time equivalents", basis="staff forecast less those needed")


def together(compared: pd.DataFrame) -> pd.DataFrame:
    """Return the sums over trusts of what ``against_need`` returns: one row."""
    sums = compared[["base", "needed", "forecast", "value"]].sum()
    return sums.to_frame().T


def by_period(staff: pd.DataFrame) -> pd.DataFrame:
    """Return staff in post with ``period``, the month as ``2024-06``."""
    return staff.assign(period=staff["month"].dt.strftime("%Y-%m"))


def counts_beside(
    printed: pd.DataFrame, staff: pd.DataFrame, sickness: pd.DataFrame
) -> pd.DataFrame:
    """Return printed staff beside two published counts of the same month.

    Parameters
    ----------
    printed : DataFrame
        ``entity``, ``period`` (a month, as ``2024-06``), ``value``.
    staff : DataFrame
        ``org_code``, ``month``, ``fte``: the workforce statistics.
    sickness : DataFrame
        ``org_code``, ``month``, ``fte_days_available``.

    Returns
    -------
    DataFrame
        ``org_code``, ``period``, ``value``, ``fte``, ``fte_sickness`` (days available by the days
        of the month); key the first two. A count that is not held is missing.
    """
    days = sickness["fte_days_available"] / sickness["month"].dt.days_in_month
    other = sickness.assign(fte_sickness=days)[["org_code", "month", "fte_sickness"]]
    both = staff[["org_code", "month", "fte"]].merge(other, on=["org_code", "month"], how="outer")
    both = both.assign(period=both["month"].dt.strftime("%Y-%m"))
    named = printed.rename(columns={"entity": "org_code"})[["org_code", "period", "value"]]
    return named.merge(both.drop(columns="month"), on=["org_code", "period"], how="left")


def _complete(rows: pd.DataFrame, name: object) -> pd.Series:
    require_columns(rows, ["month", "value"], where="staff in post")
    series = rows.set_index("month")["value"].sort_index().astype(float)
    months = pd.date_range(series.index[0], series.index[-1], freq="MS")
    if len(months) < LEAST_MONTHS or len(series) != len(months) or series.isna().any():
        raise MethodError(
            where=f"staff in post, {name}",
            found=f"{int(series.notna().sum())} of {len(months)} months",
            wanted=f"{LEAST_MONTHS} months in a row or more",
            remedy="leave the trust out on purpose, or start after the gap",
        )
    return series


def _until(series: pd.Series, year: int) -> pd.DataFrame:
    last = series.index[-1]
    ahead = (year - last.year) * 12 + 7 - last.month
    if ahead < 1:
        raise MethodError(
            where="staff in post",
            found=f"figures to {last:%B %Y}",
            wanted=f"a last month before July {year}",
            remedy="choose a later horizon year",
        )
    return _drift(series, ahead)


def _drift(series: pd.Series, months_ahead: int) -> pd.DataFrame:
    changes = np.diff(series.to_numpy())
    steps = np.arange(1, months_ahead + 1)
    error = changes.std(ddof=1) * np.sqrt(steps * (1 + steps / len(changes)))
    start = series.index[-1] + pd.DateOffset(months=1)
    table = pd.DataFrame({"month": pd.date_range(start, periods=months_ahead, freq="MS")})
    table["value"] = series.iloc[-1] + steps * changes.mean()
    for level in _LEVELS:
        half = norm.isf((1 - level) / 2) * error
        table[f"lower_{level:.0%}".rstrip("%")] = table["value"] - half
        table[f"upper_{level:.0%}".rstrip("%")] = table["value"] + half
    return table


def _errors(known: pd.Series, series: pd.Series, months_ahead: int) -> pd.DataFrame:
    ahead = _drift(_complete(known.rename("value").reset_index(), "back-test"), months_ahead)
    actual = series.reindex(ahead["month"]).to_numpy()
    return pd.DataFrame(
        {
            "actual": actual,
            "drift": np.abs(actual - ahead["value"]),
            "none": np.abs(actual - known.iloc[-1]),
            **{
                f"in_{level}": (ahead[f"lower_{level}"] <= actual)
                & (actual <= ahead[f"upper_{level}"])
                for level in (80, 95)
            },
        }
    )


def _scores(name: str, errors: pd.DataFrame) -> list[dict[str, object]]:
    total = errors["actual"].sum()
    origins = int((errors.index == 0).sum())
    covered = {f"coverage_{level}": errors[f"in_{level}"].mean() for level in (80, 95)}
    blank = dict.fromkeys(covered, float("nan"))
    same = {"trust_name": name, "origins": origins}
    return [
        {
            **same,
            "model": "random walk with drift",
            "wape": errors["drift"].sum() / total,
            **covered,
        },
        {**same, "model": "no change", "wape": errors["none"].sum() / total, **blank},
    ]
