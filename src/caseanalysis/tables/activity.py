"""Hospital activity by age: England by financial year, and local rates where they are held."""

from __future__ import annotations

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.geography import ENGLAND
from caseanalysis.periods import financial_year
from caseanalysis.schemas import HES_MEASURES, SCHEMAS, TableSchema
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

_hes = SCHEMAS["hes_age_band"]


def _hospital_activity(store: Store, case: Case) -> pd.DataFrame:
    monthly = store.table("hes_age_band")
    years = monthly["month"].dt.to_period("M").map(financial_year)
    monthly = monthly.assign(financial_year=years.astype(str))
    months = monthly.groupby("financial_year")["month"].transform("nunique")
    whole = monthly[months.eq(12)]
    keys = ["financial_year", "age_band", "age_lower", "age_upper"]
    yearly = whole.groupby(keys, as_index=False, dropna=False)[list(HES_MEASURES)].sum(min_count=12)
    return yearly.sort_values(["financial_year", "age_band"], ignore_index=True)


def _local_rates(store: Store, case: Case) -> pd.DataFrame:
    """Return rates by five-year band, weighted by the residents of each age and sex.

    A band that the rates do not cover in full is left out. The rate of the last age is that of
    everybody of that age and over, and is weighted so.
    """
    wholes = {place.part_of.code if place.part_of else place.code for place in case.places}
    keys = ["area_code", "sex", "age_lower"]
    rates = store.table("activity_rate", area_code={*wholes, ENGLAND})
    _refuse_missing(wholes, rates, store)
    residents = store.table("population_variant", area_code={*wholes, ENGLAND}, variant=["v0"])
    latest = residents[residents["year"].eq(residents["year"].max())]
    oldest = latest["age_lower"].clip(upper=rates["age_lower"].max())
    weights = latest.assign(age_lower=oldest).groupby(keys, as_index=False)[["population"]].sum()
    merged = rates.merge(weights, on=keys, validate="many_to_one")
    open_band = merged["age_upper"].isna()
    lower = merged["age_lower"] - merged["age_lower"] % 5
    merged = merged.assign(
        age_upper=(lower + 4).mask(open_band),
        age_lower=lower,
        events=merged["rate"] * merged["population"],
    )
    bands = merged.groupby(["area_code", "activity", "age_lower"], as_index=False).agg(
        age_upper=("age_upper", "first"),
        events=("events", "sum"),
        population=("population", "sum"),
        cells=("events", "size"),
    )
    whole = bands["cells"].eq(10) | bands["age_upper"].isna()
    banded = bands[whole].assign(rate=bands["events"] / bands["population"])
    return banded[list(LOCAL_RATES.schema.columns)]


def _refuse_missing(areas: set[str], rates: pd.DataFrame, store: Store) -> None:
    missing = sorted(areas - set(rates["area_code"]))
    if missing:
        raise MissingDataError(
            where=f"rates of activity by age in {store.root}",
            found=f"none of {', '.join(missing)}",
            wanted="rates of every place of the case",
            remedy="add the files of those areas",
        )


HOSPITAL_ACTIVITY = EvidenceTable(
    name="hospital_activity",
    schema=TableSchema(
        "Hospital activity in England by financial year and age band",
        ("financial_year", "age_band"),
        {
            "financial_year": SCHEMAS["prevalence_practice"].columns["period"],
            **{name: column for name, column in _hes.columns.items() if name != "month"},
        },
        _hes.units,
    ),
    needs=("hes_age_band",),
    build=_hospital_activity,
)

_rate = SCHEMAS["activity_rate"]

LOCAL_RATES = EvidenceTable(
    name="local_rates",
    schema=TableSchema(
        "Hospital activity a year per adult resident by five-year age band and area",
        ("area_code", "activity", "age_lower"),
        {
            name: _rate.columns[name]
            for name in ("area_code", "activity", "age_lower", "age_upper", "rate")
        },
        {"rate": _rate.units["rate"]},
    ),
    needs=("activity_rate", "population_variant"),
    build=_local_rates,
    licensed_for_extract=False,
)
