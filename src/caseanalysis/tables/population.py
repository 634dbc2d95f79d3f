"""Residents of the places of a case, projected by age, and of every commissioner, estimated."""

from __future__ import annotations

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.geography import ENGLAND
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable
from caseanalysis.tables.places import catchment, whole_area_codes


def _population(store: Store, case: Case) -> pd.DataFrame:
    of_patients = catchment(store, case)["area_code"]
    areas = {*case.place_codes, *whole_area_codes(case), *of_patients, ENGLAND}
    projection = store.table("population_projection", area_code=areas)
    return projection[list(POPULATION.schema.columns)]


def commissioner_ages(store: Store) -> pd.DataFrame:
    """Return residents of every board by broad age, in the latest year of the estimates."""
    estimates = store.table("population_estimate", geography=["sub_icb"])
    if estimates.empty:
        raise MissingDataError(
            where=f"population estimates in {store.root}",
            found="none by sub-board location",
            wanted="estimates from which every board can be summed",
            remedy="add the estimates for health geographies",
        )
    latest = estimates[estimates["year"].eq(estimates["year"].max())]
    latest = latest[latest["parent_code"].str.startswith("E")]
    totals = latest.groupby(["edition", "parent_code"])["population"].sum().rename("population")
    older = {
        f"population_{age}_and_over": latest[latest["age_lower"].ge(age)]
        .groupby(["edition", "parent_code"])["population"]
        .sum()
        for age in (65, 85)
    }
    table = totals.to_frame().assign(**older, year=latest["year"].iloc[0]).reset_index()
    return table.rename(columns={"parent_code": "area_code"})


_projection = SCHEMAS["population_projection"]

POPULATION = EvidenceTable(
    name="population",
    schema=TableSchema(
        "Projected residents by place, year and age band, with England and the areas that the "
        "trusts' patients live in",
        _projection.key,
        _projection.columns,
        _projection.units,
    ),
    needs=("population_projection",),
    chosen_by=("catchment_share",),
    build=_population,
)

_estimate = SCHEMAS["population_estimate"].columns

COMMISSIONER_AGES = EvidenceTable(
    name="commissioner_ages",
    schema=TableSchema(
        "Residents of each integrated care board at mid-year, in all and aged 65 and 85 and over",
        ("edition", "area_code"),
        {
            "edition": _estimate["edition"],
            "area_code": _estimate["area_code"],
            "year": _estimate["year"],
            "population": _estimate["population"],
            "population_65_and_over": _estimate["population"],
            "population_85_and_over": _estimate["population"],
        },
        {
            "population": "persons",
            "population_65_and_over": "persons",
            "population_85_and_over": "persons",
        },
    ),
    needs=("population_estimate",),
    build=lambda store, _case: commissioner_ages(store),
    sources=("ons_estimates_health_areas",),
)
