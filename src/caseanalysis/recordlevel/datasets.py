"""The three data sets: their fields, what is counted, and by what it is broken down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caseanalysis.recordlevel import variables
from caseanalysis.recordlevel.variables import UNKNOWN, Variable


@dataclass(frozen=True)
class Measure:
    """What is counted.

    Attributes
    ----------
    name : str
        Its column.
    sql : str
        SQL of what one record adds.
    unit : str
        ``count`` or ``days``.
    within : str or None
        The measure that holds it: where that one is suppressed, this one is too.
    part : bool
        Whether it and its siblings add up to the measure that holds them.
    """

    name: str
    sql: str
    unit: str = "count"
    within: str | None = None
    part: bool = False


@dataclass(frozen=True)
class Dataset:
    """One data set of Hospital Episode Statistics.

    Attributes
    ----------
    name, title : str
        Its short name, and its name in words.
    table : str
        The tidy table that it gives.
    marker : str
        A field that no other data set has: a file with it is of this data set.
    key : str
        The field that identifies a record.
    date : str
        The variable that gives the month.
    variables : tuple of Variable
        The fields, read and coded.
    dimensions : Mapping of str to str
        SQL of each breakdown.
    needs : Mapping of str to tuple of str
        Variables that a breakdown or measure is made of, where it is not the one of its name.
    counted : str
        SQL of the records that are counted.
    left_out : Mapping of str to str
        SQL of each kind of record that is left out by definition; none overlap.
    measures : tuple of Measure
        What is counted.
    """

    name: str
    title: str
    table: str
    marker: str
    key: str
    date: str
    variables: tuple[Variable, ...]
    dimensions: Mapping[str, str]
    needs: Mapping[str, tuple[str, ...]]
    counted: str
    left_out: Mapping[str, str]
    measures: tuple[Measure, ...]
    optional: tuple[str, ...] = ("treatment_function", "commissioner", "residence")

    def variable(self, name: str) -> Variable:
        """Return one of its variables."""
        return next(one for one in self.variables if one.name == name)

    def variables_of(self, dimension: str) -> tuple[str, ...]:
        """Return the variables that a breakdown is made of."""
        return self.needs.get(dimension, (dimension,))


_SEX = variables.coded("sex", ["SEX"], {"male": "1", "female": "2"}, not_known=("0", "3", "9", "X"))
_YEAR = variables.financial_year("financial_year", ["FYEAR"])
#: Three characters, or five in the structure of codes issued since October 2020.
_PROVIDER = variables.organisation(
    "provider_code", ["PROCODE3"], "[A-Z0-9]{3}|[A-Z][0-9][A-Z][0-9][A-Z]"
)
_COMMISSIONER = variables.organisation(
    "commissioner",
    ["CCG_RESPONSIBILITY", "PCTCODE_HIS"],
    "[A-Z0-9]{3}|[A-Z0-9]{5}",
    not_known=("59898", "59999"),
)
_RESIDENCE = variables.organisation(
    "residence",
    ["RESLADST_ONS", "RESLADST"],
    "[EWSNLM][0-9]{8}|[0-9]{2}[A-Z]{0,2}|[SUWZX]",
    not_known=("Y",),
)
_SHARED = {"sex": "sex", "commissioner": "commissioner", "residence": "residence"}
_UNFINISHED = "episode_status IS NOT DISTINCT FROM 'unfinished'"
_FINISHED = "episode_status IS NOT DISTINCT FROM 'finished'"
_REGULAR = "patient_class IS NOT DISTINCT FROM 'regular attender'"

_METHODS: dict[str, Sequence[str]] = {
    "elective": ("11", "12", "13"),
    "emergency": ("21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D"),
    "maternity": ("31", "32"),
    "birth": ("82", "83"),
    "transfer": ("81",),
    "high security hospital": ("84", "89"),
}
_ADMISSION_TYPE = """CASE
    WHEN admission_method <> 'elective' THEN admission_method
    WHEN admission_method = 'elective' AND patient_class = 'day case' THEN 'day case'
    WHEN admission_method = 'elective' AND patient_class = 'ordinary' THEN 'elective ordinary'
    WHEN admission_method = 'elective' THEN 'elective, class unknown'
END"""

ADMITTED = Dataset(
    name="apc",
    title="admitted patient care",
    table="hes_records_admitted",
    marker="EPISTAT",
    key="EPIKEY",
    date="EPIEND",
    variables=(
        _YEAR,
        variables.month("month", ["EPIEND"]),
        _PROVIDER,
        variables.coded("episode_status", ["EPISTAT"], {"finished": "3", "unfinished": ("1", "9")}),
        variables.number("episode_order", ["EPIORDER"], 1, 87, not_known=("98", "99")),
        variables.duration("episode_days", ["EPIDUR"]),
        variables.coded(
            "patient_class",
            ["CLASSPAT"],
            {"ordinary": ("1", "5"), "day case": "2", "regular attender": ("3", "4")},
            not_known=("8", "9"),
        ),
        variables.coded("admission_method", ["ADMIMETH"], _METHODS, not_known=("98", "99")),
        variables.age("age", ["STARTAGE"]),
        _SEX,
        variables.treatment_function("treatment_function", ["TRETSPEF"]),
        _COMMISSIONER,
        _RESIDENCE,
    ),
    dimensions={
        "admission_type": _ADMISSION_TYPE,
        "age_band": "age",
        "treatment_function": "treatment_function",
        **_SHARED,
    },
    needs={
        "age_band": ("age",),
        "admission_type": ("admission_method", "patient_class"),
        "measures": ("episode_status", "patient_class", "episode_order", "episode_days"),
    },
    counted=f"{_FINISHED} AND NOT {_REGULAR}",
    left_out={
        "unfinished episode": _UNFINISHED,
        "episode status unknown": f"NOT {_UNFINISHED} AND NOT {_FINISHED}",
        "regular day or night attender": f"{_FINISHED} AND {_REGULAR}",
    },
    measures=(
        Measure("finished_consultant_episodes", "1"),
        Measure(
            "finished_admission_episodes",
            "(episode_order IS NOT DISTINCT FROM 1)::BIGINT",
            within="finished_consultant_episodes",
        ),
        Measure(
            "bed_days", "coalesce(episode_days, 0)", "days", within="finished_consultant_episodes"
        ),
    ),
)

_OUTCOMES: dict[str, Sequence[str]] = {
    "attended": ("5", "6"),
    "did not attend": ("3", "7"),
    "cancelled by patient": ("2",),
    "cancelled by provider": ("4",),
}


def _appointments(name: str, outcome: str) -> Measure:
    sql = f"(coalesce(outcome, '{UNKNOWN}') = '{outcome}')::BIGINT"
    return Measure(name, sql, within="appointments", part=True)


def _attended(name: str, kind: str) -> Measure:
    sql = (
        f"(coalesce(outcome, '{UNKNOWN}') = 'attended' "
        f"AND coalesce(kind, '{UNKNOWN}') = '{kind}')::BIGINT"
    )
    return Measure(name, sql, within="attended", part=True)


OUTPATIENT = Dataset(
    name="op",
    title="outpatients",
    table="hes_records_outpatient",
    marker="ATTENDED",
    key="ATTENDKEY",
    date="APPTDATE",
    variables=(
        _YEAR,
        variables.month("month", ["APPTDATE"]),
        _PROVIDER,
        variables.coded("outcome", ["ATTENDED"], _OUTCOMES, not_known=("0", "9")),
        variables.coded(
            "kind", ["FIRSTATT"], {"first": ("1", "3"), "follow-up": ("2", "4")}, not_known=("9",)
        ),
        variables.age("age", ["APPTAGE"]),
        _SEX,
        variables.treatment_function("treatment_function", ["TRETSPEF"]),
        _COMMISSIONER,
        _RESIDENCE,
    ),
    dimensions={"age_band": "age", "treatment_function": "treatment_function", **_SHARED},
    needs={"age_band": ("age",), "measures": ("outcome", "kind")},
    counted="true",
    left_out={},
    measures=(
        Measure("appointments", "1"),
        _appointments("attended", "attended"),
        _appointments("did_not_attend", "did not attend"),
        _appointments("cancelled_by_patient", "cancelled by patient"),
        _appointments("cancelled_by_provider", "cancelled by provider"),
        _appointments("outcome_unknown", UNKNOWN),
        _attended("first_attendances", "first"),
        _attended("follow_up_attendances", "follow-up"),
        _attended("attendances_of_unknown_kind", UNKNOWN),
    ),
)


def _attendances(name: str, category: str) -> Measure:
    sql = f"(coalesce(attendance_category, '{UNKNOWN}') = '{category}')::BIGINT"
    return Measure(name, sql, within="attendances", part=True)


EMERGENCY = Dataset(
    name="ae",
    title="emergency care",
    table="hes_records_emergency",
    marker="AEATTENDCAT",
    key="AEKEY",
    date="ARRIVALDATE",
    variables=(
        _YEAR,
        variables.month("month", ["ARRIVALDATE"]),
        _PROVIDER,
        variables.coded(
            "attendance_category",
            ["AEATTENDCAT"],
            {"first": "1", "planned follow-up": "2", "unplanned follow-up": "3"},
            not_known=("9",),
        ),
        variables.coded(
            "department_type",
            ["AEDEPTTYPE"],
            {"type 1": ("01",), "type 2": ("02",), "type 3": ("03",), "type 4": ("04",)},
            not_known=("99",),
        ),
        variables.coded(
            "disposal",
            ["AEATTENDDISP"],
            {
                "admitted": ("01",),
                "discharged": ("02", "03"),
                "referred": ("04", "05", "06", "11"),
                "transferred": ("07",),
                "died in department": ("10",),
                "left before or refused treatment": ("12", "13"),
                "other": ("14",),
            },
            not_known=("99",),
        ),
        variables.coded(
            "arrival_mode", ["AEARRIVALMODE"], {"ambulance": "1", "other": "2"}, not_known=("9",)
        ),
        variables.age("age", ["ARRIVALAGE"]),
        _SEX,
        _COMMISSIONER,
        _RESIDENCE,
    ),
    dimensions={
        "department_type": "department_type",
        "disposal": "disposal",
        "arrival_mode": "arrival_mode",
        "age_band": "age",
        **_SHARED,
    },
    needs={"age_band": ("age",), "measures": ("attendance_category",)},
    counted="true",
    left_out={},
    measures=(
        Measure("attendances", "1"),
        _attendances("first_attendances", "first"),
        _attendances("unplanned_follow_ups", "unplanned follow-up"),
        _attendances("planned_follow_ups", "planned follow-up"),
        _attendances("attendances_of_unknown_category", UNKNOWN),
    ),
)

DATASETS: dict[str, Dataset] = {one.name: one for one in (ADMITTED, OUTPATIENT, EMERGENCY)}
