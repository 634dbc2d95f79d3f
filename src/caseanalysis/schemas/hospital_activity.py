"""Schemas of hospital activity and urgent care."""

from __future__ import annotations

from caseanalysis.schemas.contract import (
    AGES,
    SEX,
    TableSchema,
    amount,
    area,
    month,
    text,
    whole,
)

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
    "ae_monthly": TableSchema(
        "A&E attendances, waits and emergency admissions by provider and month",
        ("month", "org_code"),
        {"month": month(), "org_code": text(), "org_name": text(),
         "region": text(nullable=True), "level": text(among=("provider", "england")),
         **{name: amount(nullable=True) for name in (*AE_MEASURES, "attendances_timed")}},
        dict.fromkeys((*AE_MEASURES, "attendances_timed"), "count"),
    ),
    "hes_age_band": TableSchema(
        "Hospital episodes and outpatient appointments in England by age band and month",
        ("month", "age_band"),
        {"month": month(), "age_band": text(), "age_lower": whole(0, 120, nullable=True),
         "age_upper": whole(0, 120, nullable=True),
         **{name: amount(nullable=True) for name in HES_MEASURES}},
        dict.fromkeys(HES_MEASURES, "count"),
    ),
    "activity_rate": TableSchema(
        "Hospital activity a year per resident by single year of age, sex and area",
        ("area_code", "activity", "sex", "age_lower"),
        {"area_code": area(), "activity": text(), "sex": SEX, **AGES, "rate": amount(),
         "smoothed_rate": amount(nullable=True)},
        {"rate": "events a resident and year", "smoothed_rate": "events a resident and year"},
    ),
}  # fmt: skip
