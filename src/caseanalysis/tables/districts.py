"""How old the residents of every district of England are, to see a place among all of them."""

from __future__ import annotations

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.geography import AREA_CODE
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.schemas.contract import amount
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

_AGES = (65, 85)
#: Districts, unitary and metropolitan, and London boroughs.
_DISTRICTS = ("E06", "E07", "E08", "E09")


def _district_ages(store: Store, case: Case) -> pd.DataFrame:
    years = [case.base_year, case.horizon_year]
    projection = store.table("population_projection", year=years, sex=["persons"])
    known = projection["area_code"].str.match(AREA_CODE)
    projection = projection[known & projection["area_code"].str[:3].isin(_DISTRICTS)]
    if set(projection["year"]) != set(years):
        raise MissingDataError(
            where=f"population projections in {store.root}",
            found=f"not both of {years[0]} and {years[1]}",
            wanted="the base and the horizon year of the case",
            remedy="add a projection that reaches from one to the other",
        )
    keys = ["edition", "area_code", "area_name", "year"]
    table = projection.groupby(keys)["population"].sum().to_frame()
    for age in _AGES:
        older = projection[projection["age_lower"].ge(age)]
        table[f"population_{age}_and_over"] = older.groupby(keys)["population"].sum()
    return table.reset_index().sort_values(["area_code", "year"], ignore_index=True)


_projection = SCHEMAS["population_projection"]

DISTRICT_AGES = EvidenceTable(
    "district_ages",
    TableSchema(
        "Residents of every district of England, of all ages, aged 65 and over and 85 and over, "
        "in the base and the horizon year",
        ("edition", "area_code", "year"),
        {
            **{name: _projection.columns[name] for name in ("edition", "area_code", "area_name")},
            "year": _projection.columns["year"],
            "population": amount(),
            **{f"population_{age}_and_over": amount() for age in _AGES},
        },
        dict.fromkeys(("population", *(f"population_{age}_and_over" for age in _AGES)), "persons"),
    ),
    ("population_projection",),
    _district_ages,
)
