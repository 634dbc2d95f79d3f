"""Schemas of beds, workforce and staff experience."""

from __future__ import annotations

from caseanalysis.schemas.contract import (
    YEAR,
    TableSchema,
    amount,
    month,
    text,
)

#: Sectors of beds that the quarterly return counts.
BED_SECTORS = (
    "all",
    "general_and_acute",
    "learning_disabilities",
    "maternity",
    "mental_illness",
)
#: Kinds of beds that the daily situation report counts.
BED_KINDS = (
    "general_and_acute",
    "adult_general_and_acute",
    "paediatric_general_and_acute",
    "adult_critical_care",
    "paediatric_intensive_care",
    "neonatal_critical_care",
)

_BED_LEVELS = text(among=("provider", "region", "england"))
_STAFF_LEVELS = text(among=("organisation", "ics", "region", "england"))
_STAFF_UNITS = {"headcount": "people", "fte": "full-time equivalents"}
_STAFF = {
    "org_code": text(),
    "org_name": text(),
    "level": _STAFF_LEVELS,
    "region_code": text(nullable=True),
    "ics_code": text(nullable=True),
    "staff_group": text(),
    "headcount": amount(nullable=True),
    "fte": amount(nullable=True),
}

SCHEMAS: dict[str, TableSchema] = {
    "bed_occupancy": TableSchema(
        "Beds open overnight, available and occupied, daily average by quarter and provider",
        ("quarter", "org_code", "sector"),
        {"quarter": text(), "quarter_start": month(), "org_code": text(), "org_name": text(),
         "region_code": text(nullable=True), "level": _BED_LEVELS,
         "sector": text(among=BED_SECTORS), "available": amount(nullable=True),
         "occupied": amount(nullable=True)},
        {"available": "beds, daily average", "occupied": "beds, daily average"},
    ),
    "bed_specialty": TableSchema(
        "Beds occupied overnight, daily average by quarter, provider and specialty",
        ("quarter", "org_code", "specialty_code"),
        {"quarter": text(), "quarter_start": month(), "org_code": text(), "org_name": text(),
         "level": _BED_LEVELS, "specialty_code": text(), "specialty_name": text(),
         "occupied": amount(nullable=True)},
        {"occupied": "beds, daily average"},
    ),
    "bed_sitrep": TableSchema(
        "Beds of the daily situation report, available and occupied, daily average by month",
        ("month", "org_code", "bed_kind"),
        {"month": month(), "org_code": text(), "org_name": text(),
         "region": text(nullable=True), "level": _BED_LEVELS, "bed_kind": text(among=BED_KINDS),
         "available": amount(nullable=True), "occupied": amount(nullable=True)},
        {"available": "beds, daily average", "occupied": "beds, daily average"},
    ),
    "workforce_staff_group": TableSchema(
        "Staff by organisation and staff group, one month an edition",
        ("month", "level", "org_code", "staff_group"),
        {"month": month(), **_STAFF},
        _STAFF_UNITS,
    ),
    "workforce_series": TableSchema(
        "All staff by organisation, and of England by staff group, every month since 2009",
        ("edition", "month", "level", "org_code", "staff_group"),
        {"edition": text(), "month": month(), **_STAFF},
        _STAFF_UNITS,
    ),
    "sickness_absence": TableSchema(
        "Days lost to sickness and days available by organisation and month",
        ("month", "org_code"),
        {"month": month(), "org_code": text(), "org_name": text(), "org_type": text(),
         "region_code": text(), "ics_code": text(), "fte_days_lost": amount(nullable=True),
         "fte_days_available": amount(nullable=True), "rate": amount(nullable=True, high=1)},
        {"fte_days_lost": "full-time equivalent days",
         "fte_days_available": "full-time equivalent days", "rate": "share"},
    ),
    "staff_turnover": TableSchema(
        "Staff who left and who stayed over twelve months, by organisation and staff group",
        ("period_end", "org_code", "staff_group", "basis"),
        {"period_end": month(), "org_code": text(), "org_name": text(), "staff_group": text(),
         "basis": text(among=("headcount", "fte")), "staff": amount(nullable=True),
         "joiners": amount(nullable=True), "leavers": amount(nullable=True),
         "stability": amount(nullable=True, high=1)},
        {"staff": "staff, average of the period", "joiners": "staff", "leavers": "staff",
         "stability": "share of staff at the start who are there at the end"},
    ),
    "vacancies": TableSchema(
        "Vacant posts by region, sector and staff group at the end of a quarter",
        ("month", "region", "sector", "staff_group"),
        {"month": month(), "region": text(), "sector": text(), "staff_group": text(),
         "vacancies": amount(nullable=True), "establishment": amount(nullable=True),
         "rate": amount(nullable=True, high=1)},
        {"vacancies": "whole-time equivalents", "establishment": "whole-time equivalents",
         "rate": "share"},
    ),
    "staff_survey": TableSchema(
        "Answers and scores of the staff survey by organisation",
        ("year", "org_code", "question", "answer"),
        {"year": YEAR, "org_code": text(), "org_name": text(), "benchmark_group": text(),
         "region": text(nullable=True), "ics": text(nullable=True), "weighted": text(),
         "question": text(), "question_text": text(), "answer": text(),
         "value": amount(nullable=True), "unit": text(among=("share", "score of 10")),
         "responses": amount(nullable=True)},
        {"value": "as in the column unit", "responses": "people"},
    ),
}  # fmt: skip
