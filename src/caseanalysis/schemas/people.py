"""Schemas of residents and of the conditions that they have."""

from __future__ import annotations

from caseanalysis.schemas.contract import (
    AGES,
    SEX,
    YEAR,
    TableSchema,
    amount,
    area,
    text,
)

SCHEMAS: dict[str, TableSchema] = {
    "population_projection": TableSchema(
        "Projected residents by local authority, year and age band",
        ("edition", "area_code", "year", "sex", "age_lower"),
        {"edition": text(), "area_code": area(), "area_name": text(), "year": YEAR,
         "sex": SEX, **AGES, "population": amount()},
        {"population": "persons"},
    ),
    "population_estimate": TableSchema(
        "Estimated residents at mid-year by area, sex and age",
        ("edition", "geography", "area_code", "year", "sex", "age_lower"),
        {"edition": text(), "geography": text(), "area_code": area(), "area_name": text(),
         "parent_code": area(nullable=True), "year": YEAR, "sex": SEX, **AGES,
         "population": amount()},
        {"population": "persons"},
    ),
    "population_variant": TableSchema(
        "Projected residents by single year of age and sex, for each variant",
        ("area_code", "variant", "year", "sex", "age_lower"),
        {"area_code": area(), "variant": text(), "year": YEAR, "sex": SEX, **AGES,
         "population": amount()},
        {"population": "persons"},
    ),
    "prevalence_practice": TableSchema(
        "Patients on each disease register by general practice",
        ("period", "practice_code", "register"),
        {"period": text(), "practice_code": text(), "register": text(), "list_type": text(),
         "registered": amount(nullable=True), "list_size": amount()},
        {"registered": "patients", "list_size": "patients"},
    ),
    "practice_geography": TableSchema(
        "The commissioner, network and region of each general practice",
        ("period", "practice_code"),
        {"period": text(), "practice_code": text(), "practice_name": text(),
         "network_code": text(), "network_name": text(), "sub_icb_code": area(),
         "icb_code": area(), "icb_ods_code": text(), "icb_name": text(),
         "region_code": area()},
    ),
    "prevalence_district": TableSchema(
        "Estimated patients on each disease register by local authority",
        ("period", "area_code", "register"),
        {"period": text(), "area_code": area(), "area_name": text(), "register": text(),
         "registered": amount(), "list_size": amount()},
        {"registered": "patients", "list_size": "patients"},
    ),
}  # fmt: skip
