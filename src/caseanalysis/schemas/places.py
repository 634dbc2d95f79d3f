"""Schemas of places: deprivation, rurality, lookups, outlines and catchments."""

from __future__ import annotations

import pandera.pandas as pa

from caseanalysis.schemas.contract import (
    YEAR,
    TableSchema,
    amount,
    area,
    text,
    whole,
)

SCHEMAS: dict[str, TableSchema] = {
    "deprivation_lsoa": TableSchema(
        "Rank and decile of the Index of Multiple Deprivation by lower layer super output area",
        ("edition", "lsoa_code"),
        {"edition": text(), "lsoa_code": area(), "imd_rank": whole(1, 40000),
         "imd_decile": whole(1, 10)},
        {"imd_rank": "rank, 1 most deprived", "imd_decile": "decile, 1 most deprived"},
    ),
    "deprivation_district": TableSchema(
        "Index of Multiple Deprivation by local authority",
        ("edition", "area_code"),
        {"edition": text(), "area_code": area(), "imd_score": amount(),
         "share_in_most_deprived_decile": amount(high=1)},
        {"imd_score": "score", "share_in_most_deprived_decile": "share"},
    ),
    "rural_urban_lsoa": TableSchema(
        "Rural-urban class of each lower layer super output area",
        ("edition", "lsoa_code"),
        {"edition": text(), "lsoa_code": area(), "lsoa_name": text(), "class_code": text(),
         "class_name": text(), "rural": pa.Column(bool)},
    ),
    "lsoa_lookup": TableSchema(
        "The local authority and commissioner of each lower layer super output area",
        ("edition", "lsoa_code"),
        {"edition": text(), "lsoa_code": area(), "lsoa_name": text(), "sub_icb_code": area(),
         "icb_code": area(), "icb_name": text(), "district_code": area(),
         "district_name": text()},
    ),
    "boundary": TableSchema(
        "Outline of each area, metres of the British National Grid (EPSG:27700)",
        ("geography", "boundary_year", "area_code"),
        {"geography": text(among=("district", "sub_icb")), "boundary_year": YEAR,
         "area_code": area(), "area_name": text(), "geometry": text()},
        {"geometry": "metres, as well-known text"},
    ),
    "catchment_share": TableSchema(
        "Share of a trust's patients by the local authority where they live",
        ("edition", "trust_code", "area_code"),
        {"edition": text(), "trust_code": text(), "area_code": area(),
         "share": amount(high=1)},
        {"share": "share"},
    ),
    "catchment_population": TableSchema(
        "Catchment population of each acute trust",
        ("edition", "trust_code", "admissions"),
        {"edition": text(), "trust_code": text(), "trust_name": text(),
         "admissions": text(among=("all", "emergency")), "population": amount()},
        {"population": "persons"},
    ),
}  # fmt: skip
