"""Which units took up a group or merger, from when, and which may stand beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.groups import SITES_MOVED, GroupEvent
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.peers import nearest

#: What may be evaluated, and the events that each consists of.
DEFINITIONS: Mapping[str, tuple[str, ...]] = {
    "shared chief executive": ("shared chief executive",),
    "group formed": ("group formed",),
    "shared chair": ("shared chair",),
    "merger": ("merger",),
    "first step": ("shared chair", "shared chief executive", "group formed", "merger"),
}
_ON_A_DAY = ("merger", SITES_MOVED)
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
    # Trusts join a group one after another; a merger is of those that merge on the day.
    occasion = table["date"].where(table["event"].isin(_ON_A_DAY), "")
    partners = (
        table["org_code"].where(takes_part).groupby([table["group"], table["event"], occasion])
    )
    return table.assign(
        start=start, spell_months=months, acute_members=partners.transform("nunique")
    )


def treatments(events: pd.DataFrame, *, definition: str, least_spell_months: int) -> pd.DataFrame:
    """Return the units that took up a treatment, each from its first such event.

    A unit whose first event of the kind cannot be used is not among them: what came later is not
    its start.

    Parameters
    ----------
    events : DataFrame
        As `events_table` has it.
    definition : str
        One of ``DEFINITIONS``.
    least_spell_months : int
        Months that a spell which ended must have lasted.

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
    usable = known.apply(_unusable, axis=1, least=least_spell_months).eq("")
    names = known.groupby(["unit", "group", "event"])["org_name"]
    # A unit of trusts that merged later is named after all of them.
    joined = names.transform(lambda trusts: " with ".join(dict.fromkeys(trusts)))
    in_order = known.assign(usable=usable, org_name=joined).sort_values(
        ["start", "usable", "event", "role"]
    )
    first = in_order.drop_duplicates("unit")
    first = first[first["usable"]]
    columns = ["unit", "start", "org_name", "group", "event", "form", "confidence"]
    table = first[columns].assign(treatment=definition)
    pairs = zip(table["unit"], table["start"], strict=True)
    table["before"] = [_earlier(events, unit, start) for unit, start in pairs]
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
        Last quarter of the outcomes; an event that came later leaves a unit untreated until then.
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
        events["start"].lt(last + pd.DateOffset(months=3))
        & events["event"].ne(SITES_MOVED)
        & ~events["unit"].isin(treated["unit"])
    ]
    first = other.sort_values("start").drop_duplicates("unit")
    meant = DEFINITIONS.get(definition, ())
    reasons = {
        str(unit): f"{event} that cannot be used"
        if event in meant
        else f"another event on record: {event}"
        for unit, event in zip(first["unit"], first["event"], strict=True)
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
    panel: pd.DataFrame, *, outcome: str, units: Sequence[str], among: Sequence[str], count: int
) -> list[str]:
    """Return the units nearest in size to any of some units.

    Size is the mean denominator of an outcome.

    Parameters
    ----------
    panel : DataFrame
        ``unit``, ``outcome``, ``denominator``.
    outcome : str
        The outcome whose denominator is the size.
    units : sequence of str
        Units whose like are wanted; one that is not in the panel has none.
    among : sequence of str
        Units that may be chosen.
    count : int
        How many to each of ``units``.

    Returns
    -------
    list of str
        Sorted, each once.
    """
    require_columns(panel, ["unit", "outcome", "denominator"], where="panel")
    sizes = panel[panel["outcome"].eq(outcome)].groupby("unit", as_index=False)["denominator"]
    table = sizes.mean()
    own = table["unit"].isin(list(units))
    known = table[own | table["unit"].isin(list(among))]
    found: set[str] = set()
    for unit in table.loc[own, "unit"]:
        others = [one for one in units if one != unit]
        near = nearest(known, value="denominator", key="unit", of=unit, count=count, exclude=others)
        found |= set(near["unit"])
    return sorted(found)


def complete_units(panel: pd.DataFrame) -> list[str]:
    """Return the units that report every period of one outcome, sorted."""
    counts = panel.groupby("unit")["period"].nunique()
    return sorted(map(str, counts.index[counts.eq(panel["period"].nunique())]))


def chosen_group(
    treated: pd.DataFrame,
    panel: pd.DataFrame,
    *,
    units: Sequence[str],
    before: int,
    after: int,
    name: str | None = None,
) -> pd.DataFrame:
    """Return the treated units of one group: that named, that of some units, or the latest.

    Parameters
    ----------
    treated : DataFrame
        As `treatments` has it.
    panel : DataFrame
        One outcome by ``unit`` and quarter, ``period``.
    units : sequence of str
        Units whose own group is wanted first.
    before, after : int
        Quarters of the outcome that are needed before the start and from it on.
    name : str, optional
        Name of a group, in the place of the choice above. Where none of ``units`` can be used,
        it is the latest group of which two units or more can.

    Returns
    -------
    DataFrame
        Rows of ``treated`` that report every quarter; empty where no group can be used.

    Raises
    ------
    MethodError
        If no treated group has the name.
    """
    if name and not treated["group"].eq(name).any():
        raise _refused("group", repr(name), ", ".join(sorted(treated["group"].unique())))
    quarters = treated["start"].dt.to_period("Q").dt.start_time
    first = panel["period"].min() + pd.DateOffset(months=3 * before)
    last = panel["period"].max() - pd.DateOffset(months=3 * (after - 1))
    usable = treated[treated["unit"].isin(complete_units(panel)) & quarters.between(first, last)]
    of_group = usable["group"].eq(name or _best_group(usable, units))
    return pd.DataFrame(usable[of_group]).reset_index(drop=True)


def _best_group(usable: pd.DataFrame, units: Sequence[str]) -> str:
    own = usable[usable["unit"].isin(list(units))]
    sizes = usable.groupby("group")["unit"].transform("nunique")
    pool = own if len(own) else usable[sizes.ge(_FEWEST)]
    latest = pool.sort_values(["start", "group"])["group"]
    return str(latest.iloc[-1]) if len(latest) else ""


def _of(events: pd.DataFrame, definition: str) -> pd.DataFrame:
    if definition not in DEFINITIONS:
        raise _refused("definition", repr(definition), ", ".join(DEFINITIONS))
    require_columns(events, ["unit", "event", "start", "dated", "acute_members"], where="events")
    return pd.DataFrame(events[events["event"].isin(DEFINITIONS[definition])])


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
