"""Monthly series of several units as one panel of rates a day, and what is refused of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.forecasting.calendars import non_working_share

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

YEAR = 12
#: Two years, so that each seasonal effect and its error are seen at least once.
LEAST_MONTHS = 2 * YEAR


@dataclass(frozen=True)
class Panel:
    """Logarithms of events a day, by month and unit; interrupted months are missing.

    Attributes
    ----------
    names : list
        Units, in the order of the series.
    months : DatetimeIndex
        Months of the series, then those to forecast.
    rates : array
        Logarithm of events a day, months of the series by units.
    """

    names: list[object]
    months: pd.DatetimeIndex
    rates: Array

    @property
    def length(self) -> int:
        """Number of months of the series."""
        return len(self.rates)

    @property
    def seen(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Whether each month of the series was observed."""
        return ~np.isnan(self.rates[:, 0])

    @property
    def days(self) -> Array:
        """Days of each month, those to forecast included."""
        return np.asarray(self.months.days_in_month, dtype=float)

    @property
    def calendar(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """Month of the calendar less one, 0 to 11."""
        return np.asarray(self.months.month, dtype=int) - 1

    @property
    def non_working(self) -> Array:
        """Share of the days of each month that are weekends or bank holidays, less its mean."""
        return np.asarray(non_working_share(self.months) - NON_WORKING_MEAN)


#: Weekends alone; any constant would do, since only the change from month to month matters.
NON_WORKING_MEAN = 2 / 7


def make_panel(
    series: pd.DataFrame,
    *,
    by: str | None,
    months_ahead: int,
    interruptions: Sequence[str | pd.Timestamp],
) -> Panel:
    """Return series as a panel; refuse gaps, counts of 0 and series of unlike months.

    Raises
    ------
    MethodError
        If the series have gaps or repeated months, do not cover the same months, or hold a count
        that is not above 0 in a month that was not declared an interruption.
    """
    require_columns(series, [*([by] if by else []), "month", "value"], where="series")
    keyed = series if by else series.assign(unit="series")
    wide = _wide(keyed, by or "unit")
    interrupted = wide.index.isin(pd.DatetimeIndex(list(interruptions)))
    _require_counts(wide[~interrupted])
    days = np.asarray(pd.DatetimeIndex(wide.index).days_in_month, dtype=float)
    counts = np.where(interrupted[:, None], np.nan, wide.to_numpy(float))
    months = pd.date_range(wide.index[0], periods=len(wide) + months_ahead, freq="MS")
    return Panel(list(wide.columns), months, np.log(counts / days[:, None]))


def enough(panel: Panel, length: int) -> bool:
    """Return whether the first months of a panel suffice: two years, every calendar month."""
    seen = np.flatnonzero(panel.seen[:length])
    return len(seen) >= LEAST_MONTHS and len(set(panel.calendar[seen])) == YEAR


def too_short(found: str, wanted: str) -> MethodError:
    """Return the refusal of a series that is too short."""
    return MethodError(
        where="series",
        found=found,
        wanted=wanted,
        remedy="add earlier months, look fewer months ahead, or leave the forecast out",
    )


def _wide(series: pd.DataFrame, by: str) -> pd.DataFrame:
    if series.empty:
        raise _no_month("no month")
    for name, rows in series.groupby(by, sort=False):
        _require_months(pd.DatetimeIndex(rows["month"]), where=f"series of {name}, month")
    wide = series.set_index(["month", by])["value"].unstack()  # noqa: PD010 keys were checked
    spans = series.groupby(by)["month"].agg(["min", "max"])
    other = spans[spans["min"].gt(wide.index.min()) | spans["max"].lt(wide.index.max())]
    if len(other):
        late = other.index[0]
        raise MethodError(
            where=f"series of {late}",
            found=f"{spans.loc[late, 'min']:%Y-%m} to {spans.loc[late, 'max']:%Y-%m}",
            wanted=f"{wide.index.min():%Y-%m} to {wide.index.max():%Y-%m}, as the other series",
            remedy="leave the series out, or cut all to the months that they share",
        )
    return wide[list(dict.fromkeys(series[by]))].sort_index()


def _require_months(months: pd.DatetimeIndex, *, where: str) -> None:
    whole = pd.date_range(months.min(), months.max(), freq="MS")
    if months.has_duplicates:
        raise _no_month(f"{months[months.duplicated()][0]:%Y-%m} twice", where=where)
    if not months.is_month_start.all():
        raise _no_month(f"{months[~months.is_month_start][0]:%Y-%m-%d}", where=where)
    if len(months) < len(whole):
        raise _no_month(f"no {whole.difference(months)[0]:%Y-%m}", where=where)


def _no_month(found: str, *, where: str = "series, month") -> MethodError:
    return MethodError(
        where=where,
        found=found,
        wanted="the first day of every month once, without gap",
        remedy="give a month without figures as missing, among the interruptions",
    )


def _require_counts(observed: pd.DataFrame) -> None:
    values = observed.to_numpy(float)
    bad = np.argwhere(~(np.isfinite(values) & (values > 0)))
    if len(bad):
        row, column = bad[0]
        raise MethodError(
            where=f"series of {observed.columns[column]}, month {observed.index[row]:%Y-%m}",
            found=str(values[row, column]),
            wanted="a count above 0 in every month that is not an interruption",
            remedy="declare the month an interruption, or forecast a larger unit",
        )
    flat = np.flatnonzero((np.ptp(values, axis=0) == 0) & (len(values) > 1))
    if len(flat):
        raise repeats_itself(observed.columns[flat[0]])


def repeats_itself(name: object) -> MethodError:
    """Return the refusal of a series without variation."""
    return MethodError(
        where=f"series of {name}",
        found="a series that repeats itself exactly",
        wanted="counts that vary",
        remedy="check that the figures were not filled in",
    )
