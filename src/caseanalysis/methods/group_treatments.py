"""Which units took up a group or merger, from when, and which may stand beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.groups import SITES_MOVED, GroupEvent
from caseanalysis.methods.columns import require_columns

#: What may be evaluated, and the events that each consists of.
DEFINITIONS: Mapping[str, tuple[str, ...]] = {
    "shared chief executive": ("shared chief executive",),
    "group formed": ("group formed",),
    "shared chair": ("shared chair",),
    "merger": ("merger",),
    "first step": ("shared chair", "shared chief executive", "group formed", "merger"),
}
_ACUTE, _FEWEST = "acute", 2
_OWN_CHIEF = "member with its own chief executive"


def events_table(events: Iterable[GroupEvent], *, units: Mapping[str, str]) -> pd.DataFrame:
    """Return the events of groups and mergers as a table, with the unit of each trust.

    Parameters
    ----------
    events : iterable of GroupEvent
        The register.
    units : Mapping of str to str
        Unit of each code that merged, as `groups.composite_units` has them.

    Returns
    -------
    DataFrame
        ``unit``, the columns of the register, ``start`` (first of the month, or of the year where
        only that is known), ``spell_months`` (missing where it goes on), ``dated``, and
        ``acute_members``: the acute trusts of the group that take part, by event.
    """
    rows = [one.model_dump() | {"dated": one.dated} for one in events]
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    table.insert(0, "unit", table["org_code"].replace(dict(units)))
    start = pd.to_datetime(table["date"].str.ljust(7, "x").str.replace("xxx", "-01"))
    end = pd.to_datetime(table["end_date"])
    months = (end.dt.year - start.dt.year) * 12 + end.dt.month - start.dt.month + 1
    takes_part = table["kind"].eq(_ACUTE) & table["role"].ne(_OWN_CHIEF)
    partners = table["org_code"].where(takes_part).groupby([table["group"], table["event"]])
    return table.assign(
        start=start, spell_months=months, acute_members=partners.transform("nunique")
    )


def treatments(
    events: pd.DataFrame, *, definition: str, least_spell_months: int, least_confidence: str = ""
) -> pd.DataFrame:
    """Return the units that took up a treatment, each from its first such event.

    Parameters
    ----------
    events : DataFrame
        As `events_table` has it.
    definition : str
        One of ``DEFINITIONS``.
    least_spell_months : int
        Months that a spell which ended must have lasted.
    least_confidence : str
        ``high`` leaves out the dates of medium confidence.

    Returns
    -------
    DataFrame
        ``unit``, ``start``, ``treatment``, ``org_name``, ``group``, ``event``, ``form``,
        ``confidence``, ``before`` (other events that came earlier, in words).

    Raises
    ------
    MethodError
        If there is no such definition or a column is missing.
    """
    known = _of(events, definition)
    if least_confidence == "high":
        known = known[known["confidence"].eq("high")]
    usable = known[known.apply(_unusable, axis=1, least=least_spell_months).eq("")]
    first = usable.sort_values(["start", "event", "role"]).drop_duplicates("unit")
    columns = ["unit", "start", "org_name", "group", "event", "form", "confidence"]
    table = first[columns].assign(treatment=definition)
    table["before"] = [_earlier(events, row.unit, row.start) for row in table.itertuples()]
    return table.sort_values(["start", "unit"], ignore_index=True)


def unused(events: pd.DataFrame, *, definition: str, least_spell_months: int) -> pd.DataFrame:
    """Return the events of a definition that no estimate uses: the event, and ``reason``."""
    known = _of(events, definition)
    reasons = known.apply(_unusable, axis=1, least=least_spell_months)
    columns = ["unit", "org_name", "group", "event", "date", "confidence"]
    return known.assign(reason=reasons)[reasons.ne("")][[*columns, "reason"]].reset_index(drop=True)


def excluded(
    events: pd.DataFrame,
    treated: pd.DataFrame,
    *,
    last: pd.Timestamp,
    unscreened: Iterable[str] = (),
) -> pd.DataFrame:
    """Return the units that may be neither treated nor compared with, and why.

    Parameters
    ----------
    events, treated : DataFrame
        As `events_table` and `treatments` of one definition have them.
    last : Timestamp
        Last period of the outcomes; an event that came later leaves a unit untreated until then.
    unscreened : iterable of str
        Units for which nobody has looked, or looked in vain, whether they share leaders; none
        unless a stricter comparison is wanted.

    Returns
    -------
    DataFrame
        ``unit``, ``reason``, ``treatment``; units of ``treated`` are never among them.
    """
    require_columns(events, ["unit", "event", "start", "date"], where="events")
    definition = str(treated["treatment"].iloc[0]) if len(treated) else ""
    other = events[
        events["start"].le(last)
        & events["event"].ne(SITES_MOVED)
        & ~events["unit"].isin(treated["unit"])
    ]
    first = other.sort_values("start").drop_duplicates("unit")
    reasons = {
        row.unit: f"another event, or one without a usable date: {row.event}, {row.date}"
        for row in first.itertuples()
    }
    kept = set(treated["unit"]) | set(reasons)
    reasons |= {one: "not known whether it shares leaders" for one in unscreened if one not in kept}
    return pd.DataFrame(
        {"unit": list(reasons), "reason": list(reasons.values()), "treatment": definition},
        dtype="str",
    )


def as_panel(counts: pd.DataFrame, *, outcome: str) -> pd.DataFrame:
    """Return counts of one outcome as a panel: with ``outcome`` and ``value``, their quotient."""
    require_columns(counts, ["unit", "period", "numerator", "denominator"], where="counts")
    return counts.assign(outcome=outcome, value=counts["numerator"] / counts["denominator"])


def of_like_size(
    panel: pd.DataFrame, *, outcome: str, units: Sequence[str], smallest: float, largest: float
) -> list[str]:
    """Return the units whose size is like that of some units.

    Size is the mean denominator of an outcome. A unit is alike between ``smallest`` times the
    smallest and ``largest`` times the largest of ``units``.

    Returns
    -------
    list of str
        Sorted; empty where none of ``units`` is in the panel.
    """
    require_columns(panel, ["unit", "outcome", "denominator"], where="panel")
    sizes = panel[panel["outcome"].eq(outcome)].groupby("unit")["denominator"].mean()
    own = sizes[sizes.index.isin(list(units))]
    if own.empty:
        return []
    alike = sizes[sizes.between(own.min() * smallest, own.max() * largest)]
    return sorted(map(str, alike.index))


def chosen_group(
    treated: pd.DataFrame, *, units: Sequence[str], last: pd.Timestamp, least_months: int, name: str
) -> pd.DataFrame:
    """Return the treated units of one group: that named, that of some units, or the latest.

    Parameters
    ----------
    treated : DataFrame
        As `treatments` has it.
    units : sequence of str
        Units whose own group is wanted first.
    last : Timestamp
        Last period of the outcomes.
    least_months : int
        Months from the start to the last period that a group must have.
    name : str
        Name of a group; empty for the choice above. The latest group of two units or more with
        enough months after is taken where none of ``units`` has enough.

    Raises
    ------
    MethodError
        If no treated group has the name.
    """
    if name:
        found = treated[treated["group"].eq(name)]
        if found.empty:
            raise _refused("group", repr(name), ", ".join(sorted(treated["group"].unique())))
        return found.reset_index(drop=True)
    long = treated[treated["start"].le(last - pd.DateOffset(months=least_months))]
    own = long[long["unit"].isin(list(units))]
    sizes = long.groupby("group")["unit"].transform("nunique")
    pool = own if len(own) else long[sizes.ge(_FEWEST)]
    latest = pool.sort_values(["start", "group"]).tail(1)["group"]
    return long[long["group"].isin(latest)].reset_index(drop=True)


def _of(events: pd.DataFrame, definition: str) -> pd.DataFrame:
    if definition not in DEFINITIONS:
        raise _refused("definition", repr(definition), ", ".join(DEFINITIONS))
    require_columns(events, ["unit", "event", "start", "dated", "acute_members"], where="events")
    return events[events["event"].isin(DEFINITIONS[definition])]


def _unusable(event: pd.Series, *, least: int) -> str:
    """Return why no estimate may rest on an event, or nothing."""
    if event["confidence"] == "low":
        return "rests on recall, or its start was not found"
    if not event["dated"]:
        return "only its year is known"
    if event["role"] == _OWN_CHIEF:
        return "kept a chief executive of its own"
    if event["acute_members"] < _FEWEST or event["kind"] != _ACUTE:
        return "not between acute trusts"
    if event["spell_months"] < least:
        return f"ended after {event['spell_months']:.0f} months"
    return ""


def _earlier(events: pd.DataFrame, unit: str, start: pd.Timestamp) -> str:
    before = events[events["unit"].eq(unit) & events["start"].lt(start)]
    before = before[before["event"].ne("planned")].sort_values("start")
    return "; ".join(dict.fromkeys(before["event"] + " " + before["date"]))


def _refused(where: str, found: str, wanted: str) -> MethodError:
    return MethodError(where=where, found=found, wanted=wanted, remedy="name one of them")
