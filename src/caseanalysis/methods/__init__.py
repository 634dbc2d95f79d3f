"""Methods: functions from table to table, with no file access; each is refused where data fail."""

from caseanalysis.methods import (
    activity,
    agebands,
    ageing,
    catchments,
    demand,
    demography,
    deprivation,
    forecasting,
    peers,
    prevalence,
    rates,
    results,
    successions,
    trust_forecasts,
    urgent_care,
    verdicts,
)

__all__ = [
    "activity",
    "agebands",
    "ageing",
    "catchments",
    "demand",
    "demography",
    "deprivation",
    "forecasting",
    "peers",
    "prevalence",
    "rates",
    "results",
    "successions",
    "trust_forecasts",
    "urgent_care",
    "verdicts",
]
