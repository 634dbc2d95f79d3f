"""Forecasts of a monthly count, with intervals, and their back-test against seasonal naive."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.rates import check_confidence_level

SEASONAL_NAIVE = "seasonal naive"
EXPONENTIAL_SMOOTHING = "exponential smoothing"
MODELS = (SEASONAL_NAIVE, EXPONENTIAL_SMOOTHING)
#: Fewest origins of a back-test; also how many the choice of a model looks at, where they fit.
LEAST_ORIGINS = 6

_YEAR = 12
#: Two years, so that each seasonal effect and its error are seen at least once.
_LEAST_MONTHS = 2 * _YEAR


#: Where the search for parameters stops. Tighter stops follow ridges on which the forecast no
#: longer changes (parameters at their bounds), and take three times as long.
_SEARCH = {"factr": 1e10, "pgtol": 1e-3, "maxiter": 500}


@dataclass(frozen=True)
class _LogForecast:
    """Mean and standard error of the logarithm of events a day."""

    mean: pd.Series
    error: pd.Series


def forecast(
    series: pd.DataFrame,
    *,
    months_ahead: int,
    confidence_levels: Sequence[float] = (0.8, 0.95),
    interruptions: Sequence[str | pd.Timestamp] = (),
) -> pd.DataFrame:
    """Return the forecast count (events a month) of the months after a series, with intervals.

    Parameters
    ----------
    series : DataFrame
        ``month`` (first day of each month, no gap), ``value`` (events in the month, above 0), of
        one unit.
    months_ahead : int
        Number of months to forecast.
    confidence_levels : sequence of float
        Levels (0 to 1) of the prediction intervals.
    interruptions : sequence of str or Timestamp
        Months that are not like the rest, such as those of a pandemic. Their values are treated
        as missing: the models bridge them, and neither season nor error is learnt from them.

    Returns
    -------
    DataFrame
        ``month``, ``value`` (the median), ``lower_80``, ``upper_80`` ... for each level, and
        ``model``; key ``month``.

    Raises
    ------
    MethodError
        If the series has gaps, repeated months or values that are not above 0, is too short,
        repeats itself exactly, or has no smoothing that the search for its parameters settles on.

    Notes
    -----
    Models are of the logarithm of events a day, since months differ in length. Seasonal naive
    repeats the same month of the latest year that was not interrupted; its error grows with the
    square root of the years between. Exponential smoothing has additive errors, a damped trend
    and twelve seasonal effects, ETS(A, Ad, A), in the state-space form that takes missing months.
    The model with the smaller absolute error at up to six rolling origins within the series is
    used. Intervals are normal on the logarithm, and take the fitted parameters as known, so that
    they can be too narrow: `back_test` shows their coverage. Nothing is drawn at random.

    Hyndman, R. J. and Athanasopoulos, G. (2021), Forecasting: principles and practice, 3rd ed.,
    sections 5.2, 5.5, 5.10 and 8.7. Hyndman, R. J., Koehler, A. B., Ord, J. K. and Snyder, R. D.
    (2008), Forecasting with exponential smoothing: the state space approach.
    """
    _check_options(months_ahead, confidence_levels)
    observed = _log_rate(series, interruptions)
    _require_history(observed, "series")
    model = _choose(observed, months_ahead)
    found = _run(model, observed, months_ahead)
    return _counts(found, confidence_levels).assign(model=model)


def back_test(
    series: pd.DataFrame,
    *,
    months_ahead: int,
    origins: int = LEAST_ORIGINS,
    confidence_levels: Sequence[float] = (0.8, 0.95),
    interruptions: Sequence[str | pd.Timestamp] = (),
) -> pd.DataFrame:
    """Return how well each model forecast the last part of a series from earlier origins.

    Parameters
    ----------
    series, months_ahead, confidence_levels, interruptions
        As for `forecast`.
    origins : int
        Number of origins, six or more, one month apart; the last leaves ``months_ahead`` months.

    Returns
    -------
    DataFrame
        ``model``, ``origins``, ``months`` (forecasts scored), ``wape``, ``mase``,
        ``coverage_80``, ``coverage_95`` ... (shares), ``chosen`` (the model that the months
        before the first origin favour); key ``model``.

    Raises
    ------
    MethodError
        As for `forecast`, or if there are fewer than six origins, or a month to be forecast
        leaves nothing to score.

    Notes
    -----
    WAPE = sum of absolute errors / sum of counts, over all origins. MASE = mean absolute error of
    events a day / mean absolute change on the same month of the latest year not interrupted, the
    latter within the training part of each origin alone; then the mean over origins. Interrupted
    months are not scored. Models are fitted again at each origin, on what was known then.

    Hyndman, R. J. and Koehler, A. B. (2006), Another look at measures of forecast accuracy,
    International Journal of Forecasting 22(4), 679-688.
    """
    _check_options(months_ahead, confidence_levels)
    observed = _log_rate(series, interruptions)
    lengths = _origins(observed, months_ahead, origins)
    if origins < LEAST_ORIGINS or len(lengths) < origins:
        raise _too_short(
            f"{len(observed)} months, {int(observed.notna().sum())} of them not interrupted, "
            f"for {origins} origins {months_ahead} months ahead",
            f"{LEAST_ORIGINS} origins or more, each after {_LEAST_MONTHS} months",
        )
    chosen = _choose(observed.iloc[: lengths[0]], months_ahead)
    rows = []
    for model in MODELS:
        scores = [
            _score(model, observed, length, months_ahead, confidence_levels) for length in lengths
        ]
        rows.append({"model": model, **_summary(scores), "chosen": model == chosen})
    return pd.DataFrame(rows)


def _check_options(months_ahead: int, levels: Sequence[float]) -> None:
    for level in levels:
        check_confidence_level(level)
    if months_ahead < 1:
        raise MethodError(
            where="months_ahead",
            found=str(months_ahead),
            wanted="1 or more",
            remedy="give the number of months to forecast",
        )


def _log_rate(series: pd.DataFrame, interruptions: Sequence[str | pd.Timestamp]) -> pd.Series:
    """Return the logarithm of events a day by month; interrupted months are missing."""
    require_columns(series, ["month", "value"], where="series")
    months = pd.DatetimeIndex(series["month"])
    _require_months(months)
    values = pd.Series(series["value"].astype(float).to_numpy(), index=months).sort_index()
    interrupted = values.index.isin(pd.DatetimeIndex(list(interruptions)))
    at_fault = values[~interrupted & ~(values.gt(0) & np.isfinite(values))]
    if len(at_fault):
        raise MethodError(
            where=f"series, month {at_fault.index[0]:%Y-%m}",
            found=str(at_fault.iloc[0]),
            wanted="a count above 0 in every month that is not an interruption",
            remedy="declare the month an interruption, or forecast a larger unit",
        )
    rate = values.where(~interrupted) / _months(values).days_in_month
    return pd.Series(np.log(rate), name="log_rate").asfreq("MS")


def _months(series: pd.Series) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(series.index)


def _require_months(months: pd.DatetimeIndex) -> None:
    whole = pd.date_range(months.min(), months.max(), freq="MS") if len(months) else months
    if months.has_duplicates:
        found = f"{months[months.duplicated()][0]:%Y-%m} twice"
    elif not months.is_month_start.all():
        found = f"{months[~months.is_month_start][0]:%Y-%m-%d}"
    elif len(months) < len(whole) or not len(months):
        found = f"no {whole.difference(months)[0]:%Y-%m}" if len(months) else "no month"
    else:
        return
    raise MethodError(
        where="series, month",
        found=found,
        wanted="the first day of every month once, without gap",
        remedy="select one unit; give a month without figures as missing, among the interruptions",
    )


def _enough(observed: pd.Series) -> bool:
    seen = observed.dropna()
    return len(seen) >= _LEAST_MONTHS and _months(seen).month.nunique() == _YEAR


def _require_history(observed: pd.Series, where: str) -> None:
    if not _enough(observed):
        seen = observed.dropna()
        raise _too_short(
            f"{len(seen)} months that were not interrupted, "
            f"{_months(seen).month.nunique()} of the calendar's 12",
            f"{_LEAST_MONTHS} at least, with every month of the calendar",
        )


def _too_short(found: str, wanted: str) -> MethodError:
    return MethodError(
        where="series",
        found=found,
        wanted=wanted,
        remedy="add earlier months, look fewer months ahead, or leave the forecast out",
    )


def _origins(observed: pd.Series, months_ahead: int, most: int) -> list[int]:
    """Return lengths of the training parts, rising, that leave enough before and after."""
    last = len(observed) - months_ahead
    lengths = range(max(last - most + 1, 0), last + 1)
    return [length for length in lengths if _enough(observed.iloc[:length])]


def _choose(observed: pd.Series, months_ahead: int) -> str:
    """Return the model with the smaller error at origins within the series.

    The smoothing parameters are fitted once, on what precedes the first of these origins.
    """
    lengths = _origins(observed, months_ahead, LEAST_ORIGINS)
    if not lengths:
        raise _too_short(
            f"{len(observed)} months for a choice of model {months_ahead} months ahead",
            f"{_LEAST_MONTHS} months that were not interrupted before the last {months_ahead}",
        )
    parameters = _fit(observed.iloc[: lengths[0]])
    errors = dict.fromkeys(MODELS, 0.0)
    for length in lengths:
        training, actual = observed.iloc[:length], observed.iloc[length : length + months_ahead]
        for model, found in (
            (SEASONAL_NAIVE, _seasonal_naive(training, months_ahead)),
            (EXPONENTIAL_SMOOTHING, _smooth(training, parameters, months_ahead)),
        ):
            errors[model] += float((np.exp(found.mean) - np.exp(actual)).abs().sum())
    return min(MODELS, key=lambda model: errors[model])


def _run(model: str, observed: pd.Series, months_ahead: int) -> _LogForecast:
    if model == SEASONAL_NAIVE:
        return _seasonal_naive(observed, months_ahead)
    return _smooth(observed, _fit(observed), months_ahead)


def _seasonal_changes(observed: pd.Series) -> pd.DataFrame:
    """Return ``change`` on, and ``years`` since, the same month of the latest observed year."""
    seen = observed.dropna()
    months = _months(seen)
    table = pd.DataFrame({"change": seen, "years": months.year}, index=months)
    return (table - table.groupby(months.month).shift()).dropna()


def _seasonal_naive(observed: pd.Series, months_ahead: int) -> _LogForecast:
    changes = _seasonal_changes(observed)
    variance = float((changes["change"] ** 2 / changes["years"]).mean())
    _require_variation(variance)
    seen = observed.dropna()
    ahead = _months_after(observed, months_ahead)
    latest = seen.groupby(_months(seen).month).tail(1)
    sources = pd.Series(latest.index, index=_months(latest).month).reindex(ahead.month)
    years = ahead.year - pd.DatetimeIndex(sources).year
    mean = pd.Series(seen.reindex(pd.DatetimeIndex(sources)).to_numpy(), index=ahead)
    return _LogForecast(mean, pd.Series(np.sqrt(variance * years), index=ahead))


def _require_variation(variance: float) -> None:
    if variance < np.finfo(float).eps:
        raise MethodError(
            where="series",
            found="a series that repeats itself exactly",
            wanted="counts that vary",
            remedy="check that the figures were not filled in",
        )


def _months_after(observed: pd.Series, months_ahead: int) -> pd.DatetimeIndex:
    first = observed.index[-1] + pd.offsets.MonthBegin()
    return pd.date_range(first, periods=months_ahead, freq="MS")


def _model(observed: pd.Series) -> ExponentialSmoothing:
    return ExponentialSmoothing(
        observed,
        trend=True,
        damped_trend=True,
        seasonal=_YEAR,
        initialization_method="concentrated",
    )


def _fit(observed: pd.Series) -> np.ndarray:
    """Return the smoothing and damping parameters of largest likelihood."""
    # The warning is not lost: what it says is read from ``mle_retvals`` and becomes a refusal.
    # The overflow is that of a logistic transform whose limit, a bound, is the right answer.
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = _model(observed).fit(disp=0, cov_type="none", **_SEARCH)
    parameters = np.asarray(found.params, dtype=float)
    if not (found.mle_retvals["converged"] and np.isfinite(parameters).all()):
        raise MethodError(
            where=f"series to {observed.index[-1]:%Y-%m}, exponential smoothing",
            found="no parameters that the search settles on",
            wanted="a series that the model can describe",
            remedy="declare unlike months as interruptions, or forecast a larger unit",
        )
    return parameters


def _smooth(observed: pd.Series, parameters: np.ndarray, months_ahead: int) -> _LogForecast:
    found = _model(observed).smooth(parameters, cov_type="none").get_forecast(months_ahead)
    return _LogForecast(found.predicted_mean, np.sqrt(found.var_pred_mean))


def _counts(found: _LogForecast, levels: Sequence[float]) -> pd.DataFrame:
    days = _months(found.mean).days_in_month
    columns = {"month": found.mean.index, "value": (np.exp(found.mean) * days).to_numpy()}
    for level in levels:
        z = norm.isf((1 - level) / 2)
        for side, sign in (("lower", -1), ("upper", 1)):
            end = np.exp(found.mean + sign * z * found.error) * days
            columns[f"{side}_{100 * level:g}"] = end.to_numpy()
    return pd.DataFrame(columns)


def _score(
    model: str, observed: pd.Series, length: int, months_ahead: int, levels: Sequence[float]
) -> dict[str, float]:
    training, actual = observed.iloc[:length], observed.iloc[length : length + months_ahead]
    scored = actual.dropna()
    if scored.empty:
        raise _too_short("an origin followed by interruptions alone", "months to score")
    found = _run(model, training, months_ahead)
    rates = np.exp(training)
    steps = _seasonal_changes(rates)["change"].abs().mean()
    misses = (np.exp(found.mean) - np.exp(actual)).abs()
    days = _months(actual).days_in_month
    table = _counts(found, levels).set_index("month").reindex(scored.index)
    counts = np.exp(scored) * _months(scored).days_in_month
    score = {
        "months": float(len(scored)),
        "missed": float((misses * days).sum()),
        "counted": float(counts.sum()),
        "mase": float(misses.mean() / steps),
    }
    for level in levels:
        name = f"{100 * level:g}"
        inside = counts.between(table[f"lower_{name}"], table[f"upper_{name}"])
        score[f"coverage_{name}"] = float(inside.sum())
    return score


def _summary(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    table = pd.DataFrame(scores)
    months = table["months"].sum()
    coverage = [name for name in table.columns if name.startswith("coverage_")]
    return {
        "origins": len(table),
        "months": int(months),
        "wape": table["missed"].sum() / table["counted"].sum(),
        "mase": table["mase"].mean(),
        **{name: table[name].sum() / months for name in coverage},
    }
