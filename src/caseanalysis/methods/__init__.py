"""Methods: functions from table to table, with no file access; each is refused where data fail."""

from caseanalysis.methods import (
    activity,
    ageing,
    catchments,
    demand,
    demography,
    deprivation,
    peers,
    prevalence,
    rates,
    results,
    urgent_care,
    verdicts,
)

__all__ = [
    "activity",
    "ageing",
    "catchments",
    "demand",
    "demography",
    "deprivation",
    "peers",
    "prevalence",
    "rates",
    "results",
    "urgent_care",
    "verdicts",
]
