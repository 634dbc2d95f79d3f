"""What a projection by single year of age needs beside residents by band: ages, births, rates."""

from __future__ import annotations

import re

import pandas as pd

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.geography import ENGLAND
from caseanalysis.periods import financial_year
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.schemas.contract import AGES, SEX, YEAR, amount, area, text, whole
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: Last age that stands for all above it, as in the projections of local authorities.
_OPEN_AGE = 90


def _england_ages(store: Store, case: Case) -> pd.DataFrame:
    """Return England's residents by single year of age, women beside men, for the areas' years."""
    years = store.table("population_projection", area_code={ENGLAND})["year"].unique()
    people = store.table("national_projection", area_code={ENGLAND}, variant=["principal"])
    people = people[people["year"].isin(years)]
    ages = people.assign(age=people["age_lower"].clip(upper=_OPEN_AGE))
    wide = ages.pivot_table(
        index=["edition", "year", "age"], columns="sex", values="population",
        aggfunc="sum",
    )  # fmt: skip
    return wide.rename_axis(columns=None).reset_index()[list(ENGLAND_AGES.schema.columns)]


def _life_expectancy(store: Store, case: Case) -> pd.DataFrame:
    """Return period life expectancy from middle age to the open age, for the projection's years."""
    years = store.table("population_projection", area_code={ENGLAND})["year"].unique()
    table = store.table("life_expectancy", area_code={ENGLAND}, basis=["period"])
    kept = table["year"].isin(years) & table["age"].between(50, _OPEN_AGE)
    wide = table[kept].pivot_table(index=["edition", "year", "age"], columns="sex", values="years")
    return wide.rename_axis(columns=None).reset_index()[list(LIFE_EXPECTANCY.schema.columns)]


def _projected_births(store: Store, case: Case) -> pd.DataFrame:
    years = store.table("population_projection", area_code={ENGLAND})["year"].unique()
    table = store.table("national_projection_change", area_code={ENGLAND}, variant=["principal"])
    return table[table["year"].isin(years)][list(PROJECTED_BIRTHS.schema.columns)]


def _deliveries(store: Store, case: Case) -> pd.DataFrame:
    """Return deliveries by age of mother, of each trust of the case and of England."""
    booked = store.table("maternity", dimension=["AgeAtBookingMotherGroup"])
    own = booked["org_code"].isin(case.trust_codes) & booked["level"].eq("provider")
    kept = booked[own | booked["level"].eq("national")]
    ages = kept["category"].map(_mother_ages)
    known = kept[ages.notna()].assign(
        age_lower=[pair[0] for pair in ages.dropna()],
        age_upper=[pair[1] for pair in ages.dropna()],
        deliveries=kept.loc[ages.notna(), "value"],
        org_code=kept["org_code"].where(kept["level"].eq("provider"), ENGLAND),
        financial_year=kept["year"],
    )
    return known[list(DELIVERIES.schema.columns)].reset_index(drop=True)


def _mother_ages(category: str) -> tuple[int, int] | None:
    """Return first and last age of a published band; its ends stand for 15 and 49."""
    numbers = [int(found) for found in re.findall(r"\d+", category)]
    if category.startswith("Under") and numbers:
        return 15, numbers[0] - 1
    if len(numbers) == 1:
        return numbers[0], 49
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _bed_day_ages(store: Store, case: Case) -> pd.DataFrame:
    """Return episodes by age, and bed days and emergency admissions, each diagnosis at its mean."""
    by_age = store.table("hes_diagnosis_age")
    of_diagnosis = store.table("hes_diagnosis").set_index(["period", "diagnosis"])
    counted = by_age.groupby(["period", "diagnosis"])["finished_consultant_episodes"].sum()
    means = of_diagnosis[["bed_days", "emergency_admissions"]].div(counted, axis=0)
    joined = by_age.merge(means.reset_index(), on=["period", "diagnosis"], validate="many_to_one")
    episodes = joined["finished_consultant_episodes"]
    joined = joined.assign(
        financial_year=joined["period"],
        episodes=episodes,
        bed_days=joined["bed_days"] * episodes,
        emergency_admissions=joined["emergency_admissions"] * episodes,
    )
    keys = ["financial_year", "age_lower", "age_upper"]
    sums = ["episodes", "bed_days", "emergency_admissions"]
    table = joined.groupby(keys, as_index=False, dropna=False)[sums].sum()
    return table.assign(**{name: table[name].round(1) for name in sums})


def _age_rates(store: Store, case: Case) -> pd.DataFrame:
    """Return England's rates by single year of age and sex; the last age is open."""
    rates = store.table("activity_rate", area_code={ENGLAND})
    named = rates.rename(columns={"age_lower": "age"})
    return named[list(AGE_RATES.schema.columns)]


def _population_variants(store: Store, case: Case) -> pd.DataFrame:
    """Return each variant's residents of the case's places together, ages up to the open one."""
    wholes = {place.part_of.code if place.part_of else place.code for place in case.places}
    table = store.table("population_variant", area_code=wholes)
    projected = table[table["variant"].ne("v0")]
    if set(projected["area_code"]) != wholes:
        missing = sorted(wholes - set(projected["area_code"]))
        raise MissingDataError(
            where=f"population variants in {store.root}",
            found=f"none of {', '.join(missing)}",
            wanted="every place of the case",
            remedy="add the population file of each area",
        )
    ages = projected.assign(age=projected["age_lower"].clip(upper=_OPEN_AGE))
    keys = ["variant", "year", "sex", "age"]
    summed = ages.groupby(keys, as_index=False)[["population"]].sum()
    # The file calls its variants v1 to v11; the first is the principal projection.
    return summed.assign(variant=summed["variant"].replace("v1", "principal"))


def _trust_activity(store: Store, case: Case) -> pd.DataFrame:
    """Return planned activity of each trust in whole financial years, all specialties."""
    monthly = store.table("hes_activity", org_code=set(case.trust_codes), specialties=["all"])
    years = monthly["month"].dt.to_period("M").map(financial_year).astype(str)
    monthly = monthly.assign(financial_year=years)
    keys = ["financial_year", "org_code"]
    whole = monthly[monthly.groupby(keys)["month"].transform("nunique").eq(12)]
    sums = list(_TRUST_MEASURES)
    return whole.groupby(keys, as_index=False)[sums].sum(min_count=12)


def _occupied_beds(store: Store, case: Case) -> pd.DataFrame:
    """Return the mean number of beds open and occupied overnight, by trust and quarter."""
    table = store.table("bed_occupancy", org_code=set(case.trust_codes), sector=["all"])
    table = table[table["available"].notna() & table["occupied"].notna()]
    rounded = {name: table[name].round(2) for name in ("available", "occupied")}
    return table.assign(**rounded)[list(OCCUPIED_BEDS.schema.columns)]


_AGE = whole(0, 120)
_TRUST_MEASURES = (
    "elective_ordinary",
    "elective_day_case",
    "outpatient_first",
    "outpatient_follow_up",
)

ENGLAND_AGES = EvidenceTable(
    name="england_ages",
    schema=TableSchema(
        "Projected residents of England by single year of age, women and men; the last age is open",
        ("edition", "year", "age"),
        {"edition": text(), "year": YEAR, "age": _AGE,
         "female": amount(), "male": amount()},
        {"female": "persons", "male": "persons"},
    ),
    needs=("national_projection",),
    chosen_by=("population_projection",),
    build=_england_ages,
)  # fmt: skip

LIFE_EXPECTANCY = EvidenceTable(
    name="life_expectancy",
    schema=TableSchema(
        "Period life expectancy in England by age and year, women and men",
        ("edition", "year", "age"),
        {"edition": text(), "year": YEAR, "age": _AGE,
         "female": amount(), "male": amount()},
        {"female": "years", "male": "years"},
    ),
    needs=("life_expectancy",),
    chosen_by=("population_projection",),
    build=_life_expectancy,
)  # fmt: skip

PROJECTED_BIRTHS = EvidenceTable(
    name="projected_births",
    schema=TableSchema(
        "Births that the national projection supposes for England, year by year",
        ("edition", "year"),
        {"edition": text(), "area_code": area(), "year": YEAR, "births": amount()},
        {"births": "births"},
    ),
    needs=("national_projection_change",),
    chosen_by=("population_projection",),
    build=_projected_births,
)

DELIVERIES = EvidenceTable(
    name="delivery_ages",
    schema=TableSchema(
        "Deliveries by age of mother at booking, for each trust and England",
        ("financial_year", "org_code", "age_lower"),
        {"financial_year": text(), "org_code": text(), **AGES, "deliveries": amount()},
        {"deliveries": "deliveries"},
    ),
    needs=("maternity",),
    build=_deliveries,
)

BED_DAY_AGES = EvidenceTable(
    name="bed_day_ages",
    schema=TableSchema(
        "Episodes in England by age, with the bed days and emergency admissions that they would "
        "have if every diagnosis had its mean at each age",
        ("financial_year", "age_lower"),
        {"financial_year": text(), **AGES, "episodes": amount(), "bed_days": amount(),
         "emergency_admissions": amount()},
        {"episodes": "count", "bed_days": "days", "emergency_admissions": "count"},
    ),
    needs=("hes_diagnosis", "hes_diagnosis_age"),
    build=_bed_day_ages,
)  # fmt: skip

_rate = SCHEMAS["activity_rate"]

AGE_RATES = EvidenceTable(
    name="age_rates",
    schema=TableSchema(
        "Hospital activity a year per adult resident of England by single year of age and sex",
        ("area_code", "activity", "sex", "age"),
        {"area_code": area(), "activity": text(), "sex": SEX, "age": _AGE,
         "rate": _rate.columns["rate"], "smoothed_rate": _rate.columns["smoothed_rate"]},
        _rate.units,
    ),
    needs=("activity_rate",),
    build=_age_rates,
    licensed_for_extract=False,
)  # fmt: skip

POPULATION_VARIANTS = EvidenceTable(
    name="population_variants",
    schema=TableSchema(
        "Projected residents of the places of the case by variant, single year of age and sex; "
        "a place that is part of a district counts with all of it",
        ("variant", "year", "sex", "age"),
        {"variant": text(), "year": YEAR, "sex": SEX, "age": _AGE, "population": amount()},
        {"population": "persons"},
    ),
    needs=("population_variant",),
    build=_population_variants,
    licensed_for_extract=False,
)

TRUST_ACTIVITY = EvidenceTable(
    name="trust_activity",
    schema=TableSchema(
        "Planned admissions and outpatient attendances of each trust in whole years",
        ("financial_year", "org_code"),
        {"financial_year": text(), "org_code": text(),
         **{name: amount(nullable=True) for name in _TRUST_MEASURES}},
        dict.fromkeys(_TRUST_MEASURES, "count"),
    ),
    needs=("hes_activity",),
    build=_trust_activity,
)  # fmt: skip

OCCUPIED_BEDS = EvidenceTable(
    name="occupied_beds",
    schema=TableSchema(
        "Beds open and occupied overnight at each trust, all wards",
        ("quarter", "org_code"),
        {"quarter": text(), "quarter_start": SCHEMAS["bed_occupancy"].columns["quarter_start"],
         "org_code": text(), "available": amount(), "occupied": amount()},
        {"available": "beds", "occupied": "beds"},
    ),
    needs=("bed_occupancy",),
    build=_occupied_beds,
    sources=("beds_overnight",),
)  # fmt: skip

TABLES = (
    ENGLAND_AGES,
    LIFE_EXPECTANCY,
    PROJECTED_BIRTHS,
    DELIVERIES,
    BED_DAY_AGES,
    AGE_RATES,
    POPULATION_VARIANTS,
    TRUST_ACTIVITY,
    OCCUPIED_BEDS,
)
