"""Charts: a result table in, Axes out, and alt text written from the same table.

Each module has pairs of functions, ``plot_x(table) -> Axes`` and ``describe_x(table) -> str``.
A chart calculates nothing except what drawing needs. Save pictures inside
:func:`caseanalysis.charts.style.use_style`, so that the same table gives the same bytes. Shares in
tables run from 0 to 1 and turn into percentages on the axis only.
"""

from caseanalysis.charts import (
    activity,
    benefits,
    cancer,
    capacity,
    control_charts,
    demand,
    evaluation,
    forecasting,
    funnel,
    governance,
    inequality,
    intervals,
    maps,
    opportunity,
    planned_care,
    population,
    prevalence,
    prioritisation,
    risks,
    staff,
    travel,
    unit_sizes,
    urgent_care,
    waiting_lists,
    workforce,
)

__all__ = [
    "activity",
    "benefits",
    "cancer",
    "capacity",
    "control_charts",
    "demand",
    "evaluation",
    "forecasting",
    "funnel",
    "governance",
    "inequality",
    "intervals",
    "maps",
    "opportunity",
    "planned_care",
    "population",
    "prevalence",
    "prioritisation",
    "risks",
    "staff",
    "travel",
    "unit_sizes",
    "urgent_care",
    "waiting_lists",
    "workforce",
]
