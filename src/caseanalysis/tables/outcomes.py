"""Outcomes of every acute trust by quarter, for the evaluation of groups and mergers.

A trust that merged is one unit with its predecessors, before the merger too. A unit that a hospital
came to or left has no figures before the last such month, for it was not the same hospitals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import pandas as pd
import pandera.pandas as pa

from caseanalysis.case import Case
from caseanalysis.groups import composite_units, composition_breaks, load_group_outcomes
from caseanalysis.organisations import load_successions
from caseanalysis.schemas.contract import TableSchema, amount, month, text, whole
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

#: The outcome that the embedded extract has: open, short and of every acute trust.
CARRIED = "four_hour_performance"
_MONTHS = 3
_KEY = ["org_code", "month"]
_SUMS = ["numerator", "denominator"]
_LOG = "log_"

#: Makes org_code, month, numerator, denominator of one outcome from the store.
Counts = Callable[[Store], pd.DataFrame]


def _emergency(store: Store, *, numerator: str, denominator: str | None) -> pd.DataFrame:
    table = store.table("ae_monthly", level=["provider"])
    if numerator == "within_4_hours":
        table = table.assign(within_4_hours=table["attendances_timed"] - table["over_4_hours"])
    return _counts(table, numerator, denominator)


def _waiting(store: Store, *, numerator: str, denominator: str | None) -> pd.DataFrame:
    return _counts(store.table("rtt_provider_total"), numerator, denominator, days=False)


def _beds(store: Store, *, numerator: str, denominator: str | None) -> pd.DataFrame:
    table = store.table("bed_occupancy", level=["provider"], sector=["general_and_acute"])
    table = table.rename(columns={"quarter_start": "month"})
    return _counts(table, numerator, denominator, days=False)


def _staff(store: Store) -> pd.DataFrame:
    table = store.table("workforce_series", level=["organisation"], staff_group=["Total"])
    latest = table[table["edition"].eq(table["edition"].max())]
    # A total of 0 stands where an organisation did not exist.
    return _counts(latest[latest["fte"].gt(0)], "fte", None, days=False)


def _activity(store: Store, *, numerator: str) -> pd.DataFrame:
    return _counts(store.table("activity_return", level=["provider"]), numerator, None)


def _cancer(store: Store) -> pd.DataFrame:
    table = store.table("cancer_wait", standard=["62-day"], breakdown=["cancer_type"])
    # The sum over routes and types of cancer.
    sums = table.groupby(_KEY, as_index=False)[["within_standard", "treated"]].sum()
    return _counts(sums, "within_standard", "treated")


def _sickness(store: Store) -> pd.DataFrame:
    return _counts(store.table("sickness_absence"), "fte_days_lost", "fte_days_available")


def _counts(
    table: pd.DataFrame, numerator: str, denominator: str | None, *, days: bool = True
) -> pd.DataFrame:
    """Return two counts; without a denominator it is the days of the month, or one."""
    below = table["month"].dt.days_in_month.astype(float) if days else 1.0
    of = below if denominator is None else table[denominator]
    return table[_KEY].assign(numerator=table[numerator], denominator=of)


_AE, _RTT, _KH03 = (partial(partial, make) for make in (_emergency, _waiting, _beds))

#: How the counts of each outcome are made; the register has what each is.
_COUNTS: dict[str, Counts] = {
    "four_hour_performance": _AE(numerator="within_4_hours", denominator="attendances_timed"),
    "twelve_hour_waits": _AE(
        numerator="decision_to_admit_over_12_hours", denominator="admissions_via_ae"
    ),
    "log_emergency_admissions": _AE(numerator="emergency_admissions", denominator=None),
    "waits_within_18_weeks": _RTT(numerator="within_18_weeks", denominator="pathways"),
    "waits_over_52_weeks": _RTT(numerator="over_52_weeks", denominator="pathways"),
    "log_waiting_list": _RTT(numerator="pathways", denominator=None),
    "bed_occupancy": _KH03(numerator="occupied", denominator="available"),
    "log_beds": _KH03(numerator="available", denominator=None),
    "log_staff": _staff,
    "log_elective_admissions": partial(_activity, numerator="elective"),
    "log_first_outpatients": partial(_activity, numerator="outpatient_first"),
    "cancer_62_days": _cancer,
    "sickness_absence": _sickness,
}


def acute_units(store: Store) -> frozenset[str]:
    """Return the units of the trusts that have had a type 1 A&E department."""
    table = store.table("ae_monthly", level=["provider"])
    totals = table.groupby("org_code")["attendances_type_1"].sum()
    units = composite_units(load_successions())
    return frozenset(units.get(str(code), str(code)) for code in totals[totals.gt(0)].index)


def by_unit(counts: pd.DataFrame, *, amounts: bool) -> pd.DataFrame:
    """Return monthly counts of trusts as counts of units.

    Parameters
    ----------
    counts : DataFrame
        ``org_code``, ``month``, ``numerator``, ``denominator``.
    amounts : bool
        Whether the denominator is a span of time, which trusts of one unit have in common and
        which is not summed.

    Returns
    -------
    DataFrame
        ``unit``, ``month`` and the sums, missing where a trust that the unit then consisted of
        gives no figure; without the months before a hospital came or left.
    """
    successions = load_successions()
    units, breaks = composite_units(successions), composition_breaks(successions)
    complete = _with_gaps(counts)
    complete["unit"] = complete["org_code"].replace(units)
    groups = complete.groupby(["unit", "month"])
    sums = groups[_SUMS].sum().where(groups[_SUMS].count().eq(groups.size(), axis=0))
    if amounts:
        sums["denominator"] = groups["denominator"].max()
    table = sums.reset_index()
    first = pd.to_datetime(table["unit"].map(breaks))
    return table[~table["month"].lt(first)].reset_index(drop=True)


def _with_gaps(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the counts with a row, perhaps empty, for each period of each trust's own span."""
    months = np.sort(counts["month"].unique())
    spans = counts.groupby("org_code")["month"].agg(["min", "max"])
    cells = spans.reset_index().merge(pd.DataFrame({"month": months}), how="cross")
    inside = cells[cells["month"].between(cells["min"], cells["max"])]
    return inside[_KEY].merge(counts, on=_KEY, how="left")


def by_quarter(counts: pd.DataFrame, *, outcome: str) -> pd.DataFrame:
    """Return an outcome by unit and quarter from monthly or quarterly counts of units.

    A quarter of which a month is missing, or has no figure, is left out. The value is the
    quotient of the sums, for a ``log`` outcome its natural logarithm.
    """
    known = counts.dropna(subset=_SUMS)
    quarterly = set(counts["month"].dt.month) <= {1, 4, 7, 10}
    period = known["month"].dt.to_period("Q").dt.start_time
    groups = known.assign(period=period, months=1).groupby(["unit", "period"])
    table = groups.agg({**dict.fromkeys(_SUMS, "sum"), "months": "sum"}).reset_index()
    table["months"] = _MONTHS if quarterly else table["months"]
    whole_quarters = table[table["months"].eq(_MONTHS) & table["denominator"].gt(0)]
    ratio = whole_quarters["numerator"] / whole_quarters["denominator"]
    if outcome.startswith(_LOG):
        ratio = ratio.where(ratio.gt(0)).apply(np.log)
    return whole_quarters.assign(outcome=outcome, value=ratio).dropna(subset=["value"])


def _panel(store: Store, case: Case, *, outcomes: Iterable[str]) -> pd.DataFrame:
    wanted = acute_units(store)
    pieces = [
        by_quarter(by_unit(_COUNTS[name](store), amounts=name.startswith(_LOG)), outcome=name)
        for name in outcomes
    ]
    table = pd.concat(pieces)
    kept = table[table["unit"].isin(wanted)]
    return kept.sort_values(["outcome", "unit", "period"], ignore_index=True)


def _all_others(store: Store, case: Case) -> pd.DataFrame:
    return _panel(store, case, outcomes=_OTHERS)[list(_SCHEMA.columns)]


def _carried(store: Store, case: Case) -> pd.DataFrame:
    return _panel(store, case, outcomes=(CARRIED,))[list(_CARRIED_SCHEMA.columns)]


_COUNTED = {"unit": text(), "period": month(), "numerator": amount(), "denominator": amount()}
_TITLE = "Outcomes of acute trusts by quarter, merged trusts as one unit throughout"
_SCHEMA = TableSchema(
    _TITLE,
    ("unit", "period", "outcome"),
    {
        **_COUNTED,
        "outcome": text(among=_COUNTS),
        "value": pa.Column(float),
        "months": whole(1, _MONTHS),
    },
    {"value": "share, or natural logarithm where the outcome's name begins with log"},
)
_CARRIED_SCHEMA = TableSchema(
    "A&E attendances of acute trusts whose wait is known, and those that ended within four hours",
    ("unit", "period"),
    _COUNTED,
    {"numerator": "attendances within four hours", "denominator": "attendances"},
)

_OTHERS = tuple(name for name in _COUNTS if name != CARRIED)

OUTCOMES = EvidenceTable(
    "outcomes",
    _SCHEMA,
    (
        "activity_return",
        "ae_monthly",
        "bed_occupancy",
        "cancer_wait",
        "rtt_provider_total",
        "sickness_absence",
        "workforce_series",
    ),
    _all_others,
    licensed_for_extract=False,
)

OUTCOMES_CARRIED = EvidenceTable("four_hour_outcomes", _CARRIED_SCHEMA, ("ae_monthly",), _carried)

TABLES = (OUTCOMES, OUTCOMES_CARRIED)


def unknown_outcomes() -> list[str]:
    """Return the outcomes that the register and the counts do not both have."""
    return sorted(set(_COUNTS) ^ set(load_group_outcomes()))
