"""Schemas of the tidy tables: key, types, units and ranges of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from caseanalysis.errors import BrokenPublicationError
from caseanalysis.geography import AREA_CODE


@dataclass(frozen=True)
class TableSchema:
    """A tidy table: its key, its columns and what each holds.

    Attributes
    ----------
    title : str
        The table in words.
    key : tuple of str
        Columns that together name one row.
    columns : Mapping of str to pandera Column
        Types and ranges.
    units : Mapping of str to str
        Unit of each column that measures something.
    """

    title: str
    key: tuple[str, ...]
    columns: Mapping[str, pa.Column]
    units: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def checker(self) -> pa.DataFrameSchema:
        """The columns and the key as pandera checks them."""
        return pa.DataFrameSchema(
            dict(self.columns), unique=list(self.key), strict=True, ordered=False, coerce=True
        )


def _area(*, nullable: bool = False) -> pa.Column:
    return pa.Column(str, pa.Check.str_matches(AREA_CODE.pattern), nullable=nullable)


def _text(*, nullable: bool = False, among: Iterable[str] | None = None) -> pa.Column:
    return pa.Column(str, pa.Check.isin(list(among)) if among else None, nullable=nullable)


def _whole(low: int, high: int, *, nullable: bool = False) -> pa.Column:
    return pa.Column("Int64", pa.Check.in_range(low, high), nullable=nullable)


def _amount(*, nullable: bool = False, high: float | None = None) -> pa.Column:
    checks = [pa.Check.ge(0)] + ([pa.Check.le(high)] if high is not None else [])
    return pa.Column(float, checks, nullable=nullable)


def _month() -> pa.Column:
    return pa.Column("datetime64[ns]", pa.Check(lambda month: month.dt.day.eq(1)))


_AGES = {"age_lower": _whole(0, 120), "age_upper": _whole(0, 120, nullable=True)}
_SEX = _text(among=("persons", "female", "male"))
_YEAR = _whole(1900, 2200)

#: A&E measures of one provider and month; a withheld figure is missing, never 0. The table also
#: has ``attendances_timed``, those whose time is given: fewer than the attendances of England while
#: some providers withheld theirs.
AE_MEASURES = (
    "attendances_type_1",
    "attendances_type_2",
    "attendances_type_3",
    "attendances",
    "over_4_hours_type_1",
    "over_4_hours_type_2",
    "over_4_hours_type_3",
    "over_4_hours",
    "admissions_via_type_1",
    "admissions_via_type_2",
    "admissions_via_type_3",
    "admissions_via_ae",
    "other_emergency_admissions",
    "emergency_admissions",
    "decision_to_admit_over_4_hours",
    "decision_to_admit_over_12_hours",
)

#: Columns of the HES open data by age band.
HES_MEASURES = (
    "finished_consultant_episodes",
    "ordinary_episodes",
    "day_case_episodes",
    "finished_admission_episodes",
    "emergency_admission_episodes",
    "outpatient_appointments",
    "outpatient_attended",
    "outpatient_not_attended",
    "outpatient_first",
    "outpatient_follow_up",
)

SCHEMAS: dict[str, TableSchema] = {
    "population_projection": TableSchema(
        "Projected residents by local authority, year and age band",
        ("edition", "area_code", "year", "sex", "age_lower"),
        {"edition": _text(), "area_code": _area(), "area_name": _text(), "year": _YEAR,
         "sex": _SEX, **_AGES, "population": _amount()},
        {"population": "persons"},
    ),
    "population_estimate": TableSchema(
        "Estimated residents at mid-year by area, sex and age",
        ("edition", "geography", "area_code", "year", "sex", "age_lower"),
        {"edition": _text(), "geography": _text(), "area_code": _area(), "area_name": _text(),
         "parent_code": _area(nullable=True), "year": _YEAR, "sex": _SEX, **_AGES,
         "population": _amount()},
        {"population": "persons"},
    ),
    "population_variant": TableSchema(
        "Projected residents by single year of age and sex, for each variant",
        ("area_code", "variant", "year", "sex", "age_lower"),
        {"area_code": _area(), "variant": _text(), "year": _YEAR, "sex": _SEX, **_AGES,
         "population": _amount()},
        {"population": "persons"},
    ),
    "activity_rate": TableSchema(
        "Hospital activity a year per resident by single year of age, sex and area",
        ("area_code", "activity", "sex", "age_lower"),
        {"area_code": _area(), "activity": _text(), "sex": _SEX, **_AGES, "rate": _amount(),
         "smoothed_rate": _amount(nullable=True)},
        {"rate": "events a resident and year", "smoothed_rate": "events a resident and year"},
    ),
    "prevalence_practice": TableSchema(
        "Patients on each disease register by general practice",
        ("period", "practice_code", "register"),
        {"period": _text(), "practice_code": _text(), "register": _text(), "list_type": _text(),
         "registered": _amount(nullable=True), "list_size": _amount()},
        {"registered": "patients", "list_size": "patients"},
    ),
    "practice_geography": TableSchema(
        "The commissioner, network and region of each general practice",
        ("period", "practice_code"),
        {"period": _text(), "practice_code": _text(), "practice_name": _text(),
         "network_code": _text(), "network_name": _text(), "sub_icb_code": _area(),
         "icb_code": _area(), "icb_ods_code": _text(), "icb_name": _text(),
         "region_code": _area()},
    ),
    "prevalence_district": TableSchema(
        "Estimated patients on each disease register by local authority",
        ("period", "area_code", "register"),
        {"period": _text(), "area_code": _area(), "area_name": _text(), "register": _text(),
         "registered": _amount(), "list_size": _amount()},
        {"registered": "patients", "list_size": "patients"},
    ),
    "ae_monthly": TableSchema(
        "A&E attendances, waits and emergency admissions by provider and month",
        ("month", "org_code"),
        {"month": _month(), "org_code": _text(), "org_name": _text(),
         "region": _text(nullable=True), "level": _text(among=("provider", "england")),
         **{name: _amount(nullable=True) for name in (*AE_MEASURES, "attendances_timed")}},
        dict.fromkeys((*AE_MEASURES, "attendances_timed"), "count"),
    ),
    "hes_age_band": TableSchema(
        "Hospital episodes and outpatient appointments in England by age band and month",
        ("month", "age_band"),
        {"month": _month(), "age_band": _text(), "age_lower": _whole(0, 120, nullable=True),
         "age_upper": _whole(0, 120, nullable=True),
         **{name: _amount(nullable=True) for name in HES_MEASURES}},
        dict.fromkeys(HES_MEASURES, "count"),
    ),
    "deprivation_lsoa": TableSchema(
        "Rank and decile of the Index of Multiple Deprivation by lower layer super output area",
        ("edition", "lsoa_code"),
        {"edition": _text(), "lsoa_code": _area(), "imd_rank": _whole(1, 40000),
         "imd_decile": _whole(1, 10)},
        {"imd_rank": "rank, 1 most deprived", "imd_decile": "decile, 1 most deprived"},
    ),
    "deprivation_district": TableSchema(
        "Index of Multiple Deprivation by local authority",
        ("edition", "area_code"),
        {"edition": _text(), "area_code": _area(), "imd_score": _amount(),
         "share_in_most_deprived_decile": _amount(high=1)},
        {"imd_score": "score", "share_in_most_deprived_decile": "share"},
    ),
    "rural_urban_lsoa": TableSchema(
        "Rural-urban class of each lower layer super output area",
        ("edition", "lsoa_code"),
        {"edition": _text(), "lsoa_code": _area(), "lsoa_name": _text(), "class_code": _text(),
         "class_name": _text(), "rural": pa.Column(bool)},
    ),
    "lsoa_lookup": TableSchema(
        "The local authority and commissioner of each lower layer super output area",
        ("edition", "lsoa_code"),
        {"edition": _text(), "lsoa_code": _area(), "lsoa_name": _text(), "sub_icb_code": _area(),
         "icb_code": _area(), "icb_name": _text(), "district_code": _area(),
         "district_name": _text()},
    ),
    "boundary": TableSchema(
        "Outline of each area, metres of the British National Grid (EPSG:27700)",
        ("geography", "boundary_year", "area_code"),
        {"geography": _text(among=("district", "sub_icb")), "boundary_year": _YEAR,
         "area_code": _area(), "area_name": _text(), "geometry": _text()},
        {"geometry": "metres, as well-known text"},
    ),
    "catchment_share": TableSchema(
        "Share of a trust's patients by the local authority where they live",
        ("edition", "trust_code", "area_code"),
        {"edition": _text(), "trust_code": _text(), "area_code": _area(),
         "share": _amount(high=1)},
        {"share": "share"},
    ),
    "catchment_population": TableSchema(
        "Catchment population of each acute trust",
        ("edition", "trust_code", "admissions"),
        {"edition": _text(), "trust_code": _text(), "trust_name": _text(),
         "admissions": _text(among=("all", "emergency")), "population": _amount()},
        {"population": "persons"},
    ),
}  # fmt: skip


def validate(table: pd.DataFrame, name: str, *, where: str) -> pd.DataFrame:
    """Return a table with the columns, types and order of its schema.

    Parameters
    ----------
    table : DataFrame
        The table as read.
    name : str
        Its schema in ``SCHEMAS``.
    where : str
        The file, for the message.

    Raises
    ------
    BrokenPublicationError
        If a column is missing or unknown, a value has another type or is out of range, or a key
        is repeated; the message names the row and the column.
    """
    return validate_as(table, SCHEMAS[name], name, where=where)


def validate_as(table: pd.DataFrame, schema: TableSchema, name: str, *, where: str) -> pd.DataFrame:
    """Return a table with the columns, types and order of a given schema; see ``validate``."""
    try:
        checked = schema.checker.validate(table.reset_index(drop=True), lazy=True)
    except SchemaErrors as error:
        raise _first_fault(error, name, schema, where) from None
    return checked[list(schema.columns)]


def conform(table: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """Return a table that was validated before with the types of its schema, unchecked."""
    types = {name: column.dtype.type for name, column in schema.columns.items()}
    return table[list(schema.columns)].astype(types)


def _first_fault(
    error: SchemaErrors, name: str, schema: TableSchema, where: str
) -> BrokenPublicationError:
    fault = error.failure_cases.iloc[0]
    if fault["check"] == "multiple_fields_uniqueness":
        fault = fault.copy()
        fault["column"], fault["check"] = ", ".join(schema.key), "each key once"
    row = "" if pd.isna(fault["index"]) else f", row {int(fault['index']) + 1}"
    column = fault["column"] if isinstance(fault["column"], str) else "columns"
    unit = schema.units.get(column)
    return BrokenPublicationError(
        where=f"{where}, table {name}{row}, {column}",
        found=str(fault["failure_case"]),
        wanted=f"{fault['check']}" + (f" ({unit})" if unit else ""),
        remedy="compare with the publisher's file; if the figure is the publisher's, add a "
        "correction record",
    )
