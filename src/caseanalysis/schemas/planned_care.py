"""Schemas of planned care, ambulances and activity returns."""

from __future__ import annotations

import pandera.pandas as pa

from caseanalysis.schemas.contract import (
    AGES,
    TableSchema,
    amount,
    month,
    text,
)

_COUNT = amount(nullable=True)
_TEXT_OR_NONE = text(nullable=True)
_LEVEL = text(among=("provider", "england"))


def _day() -> pa.Column:
    return pa.Column("datetime64[ns]")


def _counts(names: tuple[str, ...]) -> dict[str, pa.Column]:
    return dict.fromkeys(names, _COUNT)


#: Pathways of referral to treatment.
PATHWAYS = (
    "admitted",
    "admitted_adjusted",
    "non_admitted",
    "incomplete",
    "incomplete_with_decision",
    "new_periods",
)
#: Pathways by how long the patient has waited.
RTT_THRESHOLDS = ("over_18_weeks", "over_52_weeks", "over_65_weeks", "over_78_weeks",
                  "over_104_weeks")  # fmt: skip
_RTT_COUNTS = ("pathways", "pathways_timed", "unknown_start", "within_18_weeks", *RTT_THRESHOLDS)
_RTT_REPORTED = ("within_18_weeks", "over_18_weeks", "over_52_weeks", "over_78_weeks",
                 "over_104_weeks", "pathways")  # fmt: skip
RTT_ENGLAND_COUNTS = (*_RTT_REPORTED, *(f"{name}_estimated" for name in _RTT_REPORTED))
_RTT_WEEKS = ("median_weeks", "p92_weeks", "p95_weeks")
_RTT_TOTALS = ("pathways", "within_18_weeks", *RTT_THRESHOLDS[1:])

#: Diagnostic waits: the list, its parts by week of waiting, and activity.
DIAGNOSTIC_WEEKS = tuple(f"waiting_week_{week}" for week in range(13))
_DIAGNOSTIC = ("waiting", "waiting_6_weeks", "waiting_13_weeks", *DIAGNOSTIC_WEEKS,
               "planned_tests", "unscheduled_tests", "waiting_list_tests")  # fmt: skip

_CANCER = ("treated", "within_standard", "breaches")
_CANCELLED = ("cancelled_at_last_minute", "not_treated_within_28_days")
_AMBULANCE = ("contacts", "calls_answered", "incidents", "closed_on_telephone",
              "conveyed_to_emergency_department", "conveyed_elsewhere", "treated_at_scene",
              "face_to_face")  # fmt: skip
_RESPONSE = ("total_seconds", "mean_seconds", "p90_seconds")
_HANDOVER = ("handovers", "handovers_timed", "handovers_not_timed", "over_15_minutes",
             "over_30_minutes", "over_45_minutes", "over_60_minutes")  # fmt: skip
_AE_TYPES = ("type_1", "type_2", "type_3")
AE_SERIES = (
    *(f"attendances_{kind}" for kind in _AE_TYPES),
    "attendances",
    *(f"within_4_hours_{kind}" for kind in _AE_TYPES),
    "within_4_hours",
    *(f"over_4_hours_{kind}" for kind in _AE_TYPES),
    "over_4_hours",
    *(f"admissions_via_{kind}" for kind in _AE_TYPES),
    "admissions_via_ae",
    "other_emergency_admissions",
    "emergency_admissions",
    "decision_to_admit_over_4_hours",
    "decision_to_admit_over_12_hours",
)
#: The Monthly Activity Return; general and acute specialties unless all are named.
ACTIVITY_RETURN = (
    "elective_ordinary",
    "elective_day_case",
    "elective",
    "elective_planned_ordinary",
    "elective_planned_day_case",
    "elective_planned",
    "elective_treatment_centres",
    "non_elective",
    "gp_referrals_made_all_specialties",
    "gp_referrals_seen_all_specialties",
    "gp_referrals_made",
    "gp_referrals_seen",
    "other_referrals_made",
    "outpatient_first",
)
#: Hospital Episode Statistics in the measures of the Monthly Activity Return.
HES_RETURN = (
    "elective_ordinary",
    "elective_day_case",
    "elective",
    "non_elective",
    "outpatient_first_gp_referred",
    "outpatient_first_other_referred",
    "outpatient_first",
    "outpatient_first_not_attended",
    "outpatient_follow_up",
    "outpatient_follow_up_not_attended",
)
HES_TREATMENT = (
    "finished_consultant_episodes",
    "episodes_with_procedure",
    "ordinary_episodes",
    "day_case_episodes",
    "day_cases_with_procedure",
    "finished_admission_episodes",
    "emergency_admission_episodes",
    "outpatient_appointments",
    "outpatient_attended",
    "outpatient_not_attended",
    "outpatient_first",
    "outpatient_follow_up",
)
#: Admitted patient care of a year: counts, then means and medians.
HES_YEAR_COUNTS = (
    "finished_consultant_episodes",
    "finished_admission_episodes",
    "male_episodes",
    "female_episodes",
    "sex_unknown_episodes",
    "emergency_admissions",
    "waiting_list_admissions",
    "planned_admissions",
    "other_admissions",
    "day_case_episodes",
    "bed_days",
    "zero_bed_day_emergency",
    "zero_bed_day_elective",
    "zero_bed_day_other",
)
HES_YEAR_AVERAGES = (
    "mean_days_waited",
    "median_days_waited",
    "mean_length_of_stay",
    "median_length_of_stay",
    "mean_age",
)
_HES_YEAR_UNITS = {
    **dict.fromkeys(HES_YEAR_COUNTS, "count"),
    **dict.fromkeys(HES_YEAR_AVERAGES, "days"),
    "bed_days": "days",
    "mean_age": "years",
}

SCHEMAS: dict[str, TableSchema] = {
    "rtt_pathway": TableSchema(
        "Referral to treatment pathways by provider, treatment function and time waited",
        ("month", "org_code", "pathway", "treatment_function"),
        {"month": month(), "org_code": text(), "org_name": text(),
         "pathway": text(among=PATHWAYS), "treatment_function": text(),
         "treatment_function_name": text(), "is_total": pa.Column(bool),
         **_counts(_RTT_COUNTS)},
        dict.fromkeys(_RTT_COUNTS, "pathways"),
    ),
    "rtt_england": TableSchema(
        "Referral to treatment waiting times, England by month, as reported and with estimates",
        ("month", "pathway"),
        {"month": month(), "pathway": text(among=PATHWAYS), **_counts(_RTT_WEEKS),
         **_counts(RTT_ENGLAND_COUNTS)},
        dict.fromkeys(_RTT_WEEKS, "weeks") | dict.fromkeys(RTT_ENGLAND_COUNTS, "pathways"),
    ),
    "rtt_provider_total": TableSchema(
        "Incomplete referral to treatment pathways by provider, all treatment functions together",
        ("month", "org_code"),
        {"month": month(), "org_code": text(), **_counts(_RTT_TOTALS)},
        dict.fromkeys(_RTT_TOTALS, "pathways"),
    ),
    "diagnostic_wait": TableSchema(
        "Diagnostic waits and activity by provider and test; the test 'total' is all of them",
        ("month", "org_code", "test"),
        {"month": month(), "org_code": text(), "org_name": text(), "region_code": _TEXT_OR_NONE,
         "level": _LEVEL, "test": text(), "test_name": text(), "is_total": pa.Column(bool),
         **_counts(_DIAGNOSTIC)},
        dict.fromkeys(_DIAGNOSTIC, "count"),
    ),
    "cancelled_operation": TableSchema(
        "Elective operations cancelled at the last minute by provider and quarter",
        ("quarter", "org_code"),
        {"quarter": month(), "org_code": text(), "org_name": text(),
         "region_code": _TEXT_OR_NONE, "level": _LEVEL, **_counts(_CANCELLED)},
        {"cancelled_at_last_minute": "operations", "not_treated_within_28_days": "patients"},
    ),
    "cancer_wait": TableSchema(
        "Cancer waiting times by provider; rows of one breakdown add up, those of two count twice",
        ("month", "standard", "org_code", "route", "breakdown", "modality", "cancer_type"),
        {"month": month(), "standard": text(among=("28-day", "31-day", "62-day")),
         "org_code": text(), "route": text(),
         "breakdown": text(among=("modality", "cancer_type", "total", "both")),
         "modality": text(), "cancer_type": text(), **_counts(_CANCER)},
        dict.fromkeys(_CANCER, "patients, half of one where two trusts share a pathway"),
    ),
    "ambulance_response": TableSchema(
        "Ambulance response times by service, month and category of call",
        ("month", "org_code", "category"),
        {"month": month(), "org_code": text(), "org_name": text(),
         "level": text(among=("provider", "region", "england")),
         "category": text(among=("C1", "C1T", "C2", "C3", "C4")),
         "incidents": _COUNT, **_counts(_RESPONSE)},
        {"incidents": "incidents", **dict.fromkeys(_RESPONSE, "seconds")},
    ),
    "ambulance_activity": TableSchema(
        "Ambulance contacts, incidents and their outcome by service and month",
        ("month", "org_code"),
        {"month": month(), "org_code": text(), "org_name": text(),
         "level": text(among=("provider", "region", "england")), **_counts(_AMBULANCE)},
        dict.fromkeys(_AMBULANCE, "count"),
    ),
    "ambulance_handover": TableSchema(
        "Handovers of ambulance patients by hospital trust and day",
        ("day", "org_code"),
        {"day": _day(), "org_code": text(), "org_name": text(), "level": _LEVEL,
         **_counts(_HANDOVER)},
        dict.fromkeys(_HANDOVER, "handovers"),
    ),
    "ae_england": TableSchema(
        "A&E attendances, waits and emergency admissions, England by month",
        ("month",),
        {"month": month(), "estimated": pa.Column(bool), **_counts(AE_SERIES)},
        dict.fromkeys(AE_SERIES, "count"),
    ),
    "criteria_to_reside": TableSchema(
        "Patients who no longer meet the criteria to reside in hospital, by trust and day",
        ("day", "org_code"),
        {"day": _day(), "org_code": text(), "patients": _COUNT},
        {"patients": "patients"},
    ),
    "activity_return": TableSchema(
        "Monthly Activity Return: elective and non-elective admissions, referrals, outpatients",
        ("month", "org_code"),
        {"month": month(), "org_code": text(), "org_name": text(), "region_code": _TEXT_OR_NONE,
         "region_name": _TEXT_OR_NONE, "level": _LEVEL, **_counts(ACTIVITY_RETURN)},
        dict.fromkeys(ACTIVITY_RETURN, "count"),
    ),
    "hes_activity": TableSchema(
        "Hospital Episode Statistics: admissions and outpatients by month and organisation",
        ("month", "level", "org_code", "specialties"),
        {"month": month(),
         "level": text(among=("england", "region of commissioner", "region of provider",
                              "commissioner", "provider")),
         "org_code": text(), "org_name": text(), "region_code": _TEXT_OR_NONE,
         "specialties": text(among=("specific acute", "all")), **_counts(HES_RETURN)},
        dict.fromkeys(HES_RETURN, "count, to the nearest 5 below England"),
    ),
    "hes_treatment_function": TableSchema(
        "Hospital episodes and outpatient appointments in England by treatment function and month",
        ("month", "treatment_function"),
        {"month": month(), "treatment_function": text(), "treatment_function_name": text(),
         **_counts(HES_TREATMENT)},
        dict.fromkeys(HES_TREATMENT, "count"),
    ),
    "hes_diagnosis": TableSchema(
        "Admitted patient care in England by primary diagnosis and year",
        ("period", "diagnosis"),
        {"period": text(), "diagnosis": text(), "diagnosis_name": text(),
         **_counts(HES_YEAR_COUNTS), **_counts(HES_YEAR_AVERAGES)},
        _HES_YEAR_UNITS,
    ),
    "hes_diagnosis_age": TableSchema(
        "Finished consultant episodes in England by primary diagnosis, age band and year",
        ("period", "diagnosis", "age_lower"),
        {"period": text(), "diagnosis": text(), **AGES, "finished_consultant_episodes": _COUNT},
        {"finished_consultant_episodes": "count"},
    ),
    "hes_provider_year": TableSchema(
        "Admitted patient care by provider and year",
        ("period", "org_code"),
        {"period": text(), "org_code": text(), "org_name": text(),
         "level": text(among=("provider", "region", "england")),
         **_counts(HES_YEAR_COUNTS), **_counts(HES_YEAR_AVERAGES)},
        _HES_YEAR_UNITS,
    ),
    "hes_provider_age": TableSchema(
        "Finished consultant episodes by provider, age band and year",
        ("period", "org_code", "age_lower"),
        {"period": text(), "org_code": text(), **AGES, "finished_consultant_episodes": _COUNT},
        {"finished_consultant_episodes": "count"},
    ),
    "outpatient_provider": TableSchema(
        "Outpatient appointments of a year by provider, in each of the publisher's measures",
        ("period", "level", "org_code", "measure_type", "measure"),
        {"period": text(), "level": text(among=("provider", "region", "england")),
         "org_code": text(), "org_name": text(), "measure_type": text(), "measure": text(),
         "appointments": _COUNT},
        {"appointments": "count"},
    ),
}  # fmt: skip
