"""Schemas of quality, money, estate, digital, and of the people and places beside them."""

from __future__ import annotations

import pandera.pandas as pa

from caseanalysis.schemas.contract import (
    AGES,
    SEX,
    YEAR,
    TableSchema,
    amount,
    area,
    text,
    whole,
)

_MONEY = pa.Column(float, nullable=True)
_SHARE_OF_BIRTHS = {"rate": "deaths a thousand births"}
_DEGREES = "degrees, WGS 84"

SCHEMAS: dict[str, TableSchema] = {
    "stroke_audit_item": TableSchema(
        "Answers of each site to the acute organisational audit of stroke services",
        ("year", "site_name", "item_number"),
        {"year": YEAR, "trust_name": text(nullable=True), "site_name": text(),
         "network": text(nullable=True), "level": text(among=("site", "national")),
         "item_number": whole(1, 5000), "category": text(nullable=True), "reference": text(),
         "item": text(), "value": text(nullable=True)},
    ),
    "stroke_thrombectomy": TableSchema(
        "Thrombectomy of stroke patients by team",
        ("period", "basis", "team", "row_number"),
        {"period": text(), "basis": text(), "team": text(), "trust_name": text(nullable=True),
         "network": text(nullable=True), "level": text(among=("team", "national")),
         "row_number": whole(1, 5000), "category": text(), "item": text(), "statistic": text(),
         "value": pa.Column(float, nullable=True)},
        {"value": "as in the column statistic"},
    ),
    "stroke_admission": TableSchema(
        "Stroke admissions a year by lower layer super output area, mean of the period",
        ("period", "lsoa_name"),
        {"period": text(), "lsoa_name": text(), "admissions_a_year": amount()},
        {"admissions_a_year": "admissions a year"},
    ),
    "maternity": TableSchema(
        "Deliveries and babies of the maternity services data set by provider and category",
        ("year", "level", "org_code", "dimension", "category", "counted"),
        {"year": text(), "level": text(among=("provider", "region", "national")),
         "org_code": text(), "org_name": text(), "dimension": text(), "printed_dimension": text(),
         "category": text(), "counted": text(among=("deliveries", "babies")),
         "value": amount(nullable=True)},
        {"value": "count, rounded to 5"},
    ),
    "perinatal_mortality": TableSchema(
        "Stillbirths and neonatal deaths by organisation",
        ("year", "org_name", "measure"),
        {"year": YEAR, "org_code": text(nullable=True), "org_name": text(),
         "comparator_group": text(nullable=True),
         "measure": text(among=("stillbirth", "neonatal", "extended_perinatal")),
         "births": amount(nullable=True), "crude_rate": amount(nullable=True),
         "rate": amount(nullable=True), "lower": amount(nullable=True),
         "upper": amount(nullable=True)},
        {**_SHARE_OF_BIRTHS, "births": "births", "crude_rate": "deaths a thousand births",
         "lower": "deaths a thousand births", "upper": "deaths a thousand births"},
    ),
    "cqc_rating": TableSchema(
        "Latest rating of each location or provider by service and domain",
        ("edition", "org_id", "service", "domain"),
        {"edition": text(), "level": text(among=("location", "provider")), "org_id": text(),
         "ods_code": text(nullable=True), "org_name": text(), "provider_id": text(),
         "provider_name": text(), "service": text(), "domain": text(),
         "rating": text(nullable=True), "published": text(nullable=True),
         "inherited": text(nullable=True)},
    ),
    "training_survey": TableSchema(
        "Scores of the national training survey by trust and indicator",
        ("year", "trust_name", "indicator", "group"),
        {"year": YEAR, "trust_name": text(), "group": text(), "indicator": text(),
         "score": amount(nullable=True, high=100), "lower": amount(nullable=True),
         "upper": amount(nullable=True), "responses": amount(nullable=True),
         "outcome": text(nullable=True)},
        {"score": "points of 100", "responses": "doctors"},
    ),
    "trust_accounts": TableSchema(
        "Accounts of each trust by line of the consolidation schedules",
        ("year", "org_name", "worksheet", "table_id", "main_code", "row_number", "subcode"),
        {"year": text(), "org_name": text(), "worksheet": text(), "table_id": text(),
         "main_code": text(), "row_number": text(), "subcode": text(), "value": _MONEY},
        {"value": "thousand pounds, current prices"},
    ),
    "tac_subcode": TableSchema(
        "What each sub-code of the trust accounts consolidation means, by year",
        ("origin", "year", "worksheet", "subcode"),
        {"origin": text(among=("schedule", "list")), "year": text(), "worksheet": text(),
         "subcode": text(), "label": text()},
    ),
    "reference_cost": TableSchema(
        "Activity and unit cost of each trust by department, service and currency",
        ("year", "org_code", "department", "service", "currency"),
        {"year": text(), "org_code": text(), "department": text(), "service": text(),
         "currency": text(), "activity": amount(nullable=True),
         "unit_cost": pa.Column(float, nullable=True),
         "cost": pa.Column(float, nullable=True)},
        {"activity": "count", "unit_cost": "pounds, current prices",
         "cost": "pounds, current prices"},
    ),
    "estates_return": TableSchema(
        "Estates and facilities figures of each trust",
        ("year", "org_code", "item"),
        {"year": text(), "org_code": text(), "org_name": text(), "region": text(),
         "org_type": text(), "item": text(), "unit": text(nullable=True),
         "value": pa.Column(float, nullable=True), "answer": text(nullable=True)},
        {"value": "as in the column unit"},
    ),
    "medical_records_cost": TableSchema(
        "Cost of storing medical records by trust and year",
        ("year", "trust_code"),
        {"year": text(), "trust_code": text(), "trust_name": text(),
         "provision": text(nullable=True), "kind": text(nullable=True),
         "off_site": amount(nullable=True), "on_site": amount(nullable=True),
         "total": amount(nullable=True)},
        {"off_site": "pounds, current prices", "on_site": "pounds, current prices",
         "total": "pounds, current prices"},
    ),
    "electronic_patient_record": TableSchema(
        "Supplier of each trust's electronic patient record",
        ("trust_code",),
        {"trust_code": text(), "trust_name": text(), "trust_type": text(nullable=True),
         "supplier": text(nullable=True), "answered": pa.Column(bool)},
    ),
    "life_expectancy": TableSchema(
        "Expectation of life by age, sex and calendar year",
        ("edition", "basis", "sex", "age", "year"),
        {"edition": text(), "area_code": area(), "basis": text(among=("period", "cohort")),
         "sex": SEX, "age": whole(0, 120), "year": YEAR, "years": amount(high=120)},
        {"years": "years"},
    ),
    "national_projection": TableSchema(
        "Projected population of a nation at mid-year by single year of age and sex",
        ("edition", "area_code", "variant", "sex", "age_lower", "year"),
        {"edition": text(), "area_code": area(), "variant": text(), "sex": SEX, **AGES,
         "year": YEAR, "population": amount()},
        {"population": "persons"},
    ),
    "national_projection_change": TableSchema(
        "Births, deaths and migration of a national projection, mid-year to mid-year",
        ("edition", "area_code", "variant", "year"),
        {"edition": text(), "area_code": area(), "variant": text(), "year": YEAR,
         "births": amount(), "deaths": amount(), "immigration": amount(),
         "emigration": amount()},
        dict.fromkeys(("births", "deaths", "immigration", "emigration"),
                      "persons in the year to the middle of the year given"),
    ),
    "nhs_location": TableSchema(
        "Where trusts have their head office, and hospitals",
        ("edition", "kind", "name", "longitude", "latitude"),
        {"edition": text(), "kind": text(among=("trust", "hospital")), "name": text(),
         "code": text(nullable=True), "status": text(nullable=True),
         "longitude": pa.Column(float, pa.Check.in_range(-9, 3)),
         "latitude": pa.Column(float, pa.Check.in_range(49, 61))},
        {"longitude": _DEGREES, "latitude": _DEGREES},
    ),
    "trust_peer": TableSchema(
        "Peers of each trust, in the order in which they are printed",
        ("trust_code", "peer_code"),
        {"trust_code": text(), "peer_code": text(), "position": whole(1, 100)},
    ),
}  # fmt: skip
