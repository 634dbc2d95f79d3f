"""Demand projected by single year of age and sex, with named factors, every year and an interval.

`residents` and `profiles` make the inputs, `model.assemble` aligns them, `factors` says what may
change beside the population, and `results` gives interval, parts and sensitivity.
"""

from caseanalysis.methods.projection.factors import (
    checked,
    draw,
    equal_correlation,
    of_register,
    variant_probabilities,
    with_variants,
)
from caseanalysis.methods.projection.levels import (
    elective,
    of_beds,
    of_claims,
    of_columns,
    of_deliveries,
    of_printed_totals,
)
from caseanalysis.methods.projection.model import Demand, assemble, path
from caseanalysis.methods.projection.profiles import (
    births_trend,
    delivery_rates,
    graduated,
    growth_by_profile,
    growth_of_rates,
    of_publications,
    of_single_years,
)
from caseanalysis.methods.projection.residents import (
    combined,
    of_areas,
    of_catchments,
    single_ages,
    variant_ratios,
    within_ages,
)
from caseanalysis.methods.projection.results import (
    by_age,
    by_factor,
    by_site,
    sensitivity,
    simulate,
    without_idle,
)
from caseanalysis.methods.projection.whole import (
    Prepared,
    Projection,
    growth_with_interval,
    paths,
    prepare_levels,
    project_levels,
    project_paths,
    summary,
    titled,
)

__all__ = [
    "Demand",
    "Prepared",
    "Projection",
    "assemble",
    "births_trend",
    "by_age",
    "by_factor",
    "by_site",
    "checked",
    "combined",
    "delivery_rates",
    "draw",
    "elective",
    "equal_correlation",
    "graduated",
    "growth_by_profile",
    "growth_of_rates",
    "growth_with_interval",
    "of_areas",
    "of_beds",
    "of_catchments",
    "of_claims",
    "of_columns",
    "of_deliveries",
    "of_printed_totals",
    "of_publications",
    "of_register",
    "of_single_years",
    "path",
    "paths",
    "prepare_levels",
    "project_levels",
    "project_paths",
    "sensitivity",
    "simulate",
    "single_ages",
    "summary",
    "titled",
    "variant_probabilities",
    "variant_ratios",
    "with_variants",
    "within_ages",
    "without_idle",
]
