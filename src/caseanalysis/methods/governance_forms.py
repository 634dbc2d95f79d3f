"""Forms in which trusts work together: what each shares, the way back, what a case shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from caseanalysis.governance import WAYS_BACK, GovernanceCase, GovernanceRegister
from caseanalysis.groups import GroupEvent

_FORM_COLUMNS = ["id", "title", "model", "what", "kind", "least", "most", "back_least", "back_most",
                 "easiest", "hardest", "fits", "reference"]  # fmt: skip


def forms(register: GovernanceRegister, case: GovernanceCase | None = None) -> pd.DataFrame:
    """Return how much each form shares (number of features), and what it takes to end it.

    Parameters
    ----------
    register : GovernanceRegister
        Features and forms.
    case : GovernanceCase, optional
        What a case shares, for ``fits``.

    Returns
    -------
    DataFrame
        ``id``, ``title``, ``model``, ``what``, ``kind`` (``form``), ``least`` and ``most``
        (features shared by its nature, and at most), ``back_least`` and ``back_most`` (places in
        ``WAYS_BACK``), ``easiest`` and ``hardest`` (the same in words), ``fits`` (``yes``, ``no``
        or, without a case, ``not known``), ``reference``; key ``id``, easiest way back first, then
        shallowest.

    Notes
    -----
    The way back of a form is that of the feature that is hardest to end. A form fits a case if it
    can share all that the case would share or leaves open, and shares by its nature nothing that
    the case rules out.
    """
    cited = {one.id: one.short for one in register.references}
    rows = [
        _extent(register, one.always, one.may)
        | {"id": one.id, "title": one.title, "model": one.model, "what": one.what, "kind": "form",
           "fits": _fits(case, one.always, one.may), "reference": cited[one.reference]}
        for one in register.forms
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=_FORM_COLUMNS)
    order = ["back_most", "most", "least"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def position(register: GovernanceRegister, case: GovernanceCase | None) -> pd.DataFrame:
    """Return how much the trusts of a case share today, and would with what it proposes.

    Returns
    -------
    DataFrame
        The columns of `forms`, with ``kind`` ``this case``: one row for today, one for what is
        proposed, up to all that is left open; no rows without a case.
    """
    if case is None:
        return pd.DataFrame(columns=_FORM_COLUMNS)
    today, proposed, left = (_stage(case, one) for one in ("today", "proposed", "left open"))
    rows = [
        _extent(register, today, ()) | {"id": "today", "title": "This case, today"},
        _extent(register, [*today, *proposed], left)
        | {"id": "proposed", "title": "This case, proposed"},
    ]
    table = pd.DataFrame(rows, columns=_FORM_COLUMNS)
    return table.assign(kind="this case")


def sharing(register: GovernanceRegister, case: GovernanceCase | None) -> pd.DataFrame:
    """Return each thing that can be shared, with what a case says of it.

    Returns
    -------
    DataFrame
        ``id``, ``title``, ``way_back``, ``stage`` (``not said`` where the case says nothing),
        ``what``, ``place``; key ``id``, in order of the register; no rows without a case.
    """
    columns = ["id", "title", "way_back", "stage", "what", "place"]
    said = {one.feature: one for one in case.shared} if case else {}
    rows = []
    for one in register.features if case else ():
        found = said.get(one.id)
        rows.append(
            {
                "id": one.id,
                "title": one.title,
                "way_back": one.way_back,
                "stage": found.stage if found else "not said",
                "what": found.what if found else "nothing",
                "place": found.place if found else "none",
            }
        )
    return pd.DataFrame(rows, columns=columns)


def features(register: GovernanceRegister) -> pd.DataFrame:
    """Return what trusts can share: ``title``, ``way_back``, ``reference`` (its short name)."""
    cited = {one.id: one.short for one in register.references}
    rows = [
        {"title": one.title, "way_back": one.way_back, "reference": cited[one.reference]}
        for one in register.features
    ]
    return pd.DataFrame(rows)


def fitting(table: pd.DataFrame) -> dict[str, object]:
    """Return how many forms fit what a case says, and their names; None where none is known.

    Parameters
    ----------
    table : DataFrame
        As returned by `forms`.

    Returns
    -------
    dict
        ``number``, ``all``, ``names`` (in words).
    """
    fits = table[table["fits"].eq("yes")]
    if table["fits"].eq("not known").all() or fits.empty:
        return dict.fromkeys(["number", "all", "names"])
    return {
        "number": len(fits),
        "all": len(table),
        "names": ", ".join(name.lower() for name in fits["title"]),
    }


def since(events: Iterable[GroupEvent], *, trusts: Mapping[str, str]) -> pd.DataFrame:
    """Return what the register of groups has on the trusts of a case, in order of time.

    Parameters
    ----------
    events : iterable of GroupEvent
        Of every trust.
    trusts : Mapping of str to str
        Short name by code, of the trusts of the case.

    Returns
    -------
    DataFrame
        ``date``, ``event``, ``trusts`` (names), ``group``, ``ended``, ``confidence``, ``note``; key
        ``date``, ``event``, ``group``.
    """
    columns = ["date", "event", "trusts", "group", "ended", "confidence", "note"]
    order = list(trusts)
    own = [one for one in events if one.org_code in trusts]
    rows: dict[tuple[str, str, str], dict[str, object]] = {}
    for one in sorted(own, key=lambda it: (it.date, it.event, order.index(it.org_code))):
        key = (one.date, one.event, one.group)
        row = rows.setdefault(
            key,
            {"date": one.date, "event": one.event, "trusts": "", "group": one.group,
             "ended": one.end_date or "not on record", "confidence": one.confidence,
             "note": one.note or "none"},
        )  # fmt: skip
        name = trusts[one.org_code]
        row["trusts"] = f"{row['trusts']}, {name}" if row["trusts"] else name
    return pd.DataFrame(list(rows.values()), columns=columns)


def elsewhere(events: Iterable[GroupEvent]) -> pd.DataFrame:
    """Return how many trusts and groups took which step, by the register of groups.

    Returns
    -------
    DataFrame
        ``event``, ``form``, ``groups``, ``trusts`` (numbers), ``first``, ``last`` (dates); key
        ``event``, ``form``, most trusts first. Successors of a merger are not counted again.
    """
    rows = [
        {"event": one.event, "form": one.form, "group": one.group, "org_code": one.org_code,
         "date": one.date}
        for one in events
        if one.role != "successor"
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["event", "form", "group", "org_code", "date"])
    found = table.groupby(["event", "form"], as_index=False).agg(
        groups=("group", "nunique"),
        trusts=("org_code", "nunique"),
        first=("date", "min"),
        last=("date", "max"),
    )
    return found.sort_values("trusts", ascending=False, kind="stable", ignore_index=True)


def _extent(
    register: GovernanceRegister, always: Iterable[str], may: Iterable[str]
) -> dict[str, object]:
    back = {one.id: WAYS_BACK.index(one.way_back) for one in register.features}
    sure, possible = list(always), list(may)
    least = max((back[name] for name in sure), default=0)
    most = max((back[name] for name in [*sure, *possible]), default=0)
    return {
        "least": len(sure),
        "most": len(sure) + len(possible),
        "back_least": least,
        "back_most": most,
        "easiest": WAYS_BACK[least],
        "hardest": WAYS_BACK[most],
    }


def _stage(case: GovernanceCase, stage: str) -> list[str]:
    return [one.feature for one in case.shared if one.stage == stage]


def _fits(case: GovernanceCase | None, always: Iterable[str], may: Iterable[str]) -> str:
    if case is None:
        return "not known"
    sure, possible = set(always), {*always, *may}
    wanted = {*_stage(case, "proposed"), *_stage(case, "left open")}
    ruled_out = set(_stage(case, "ruled out"))
    return "yes" if wanted <= possible and not ruled_out & sure else "no"
