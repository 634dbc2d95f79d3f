"""Aims and priorities beside the indicators that show whether they are met."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from caseanalysis.methods.columns import require_columns
from caseanalysis.priorities import Priority
from caseanalysis.registers import Measure

_FIRST_OF_MONTH = re.compile(r"^(\d{4}-\d{2})-01$")
_NUMBERS = ["lowest", "highest", "england"]


def with_indicators(
    found: pd.DataFrame,
    *,
    priorities: Sequence[Priority],
    measures: Mapping[str, Measure],
    members: Sequence[str],
    england: str,
) -> pd.DataFrame:
    """Return every priority with its indicators, and what each indicator says now.

    Parameters
    ----------
    found : DataFrame
        Results as `results.collect` returns: ``measure``, ``entity``, ``group``, ``period``,
        ``value``, ``unit``, ``basis``.
    priorities : sequence of Priority
        Of the case, in order.
    measures : Mapping of str to Measure
        The register, for titles and for which way is better.
    members : sequence of str
        How results name the trusts of the case, or the group.
    england : str
        How results name England.

    Returns
    -------
    DataFrame
        ``id``, ``kind``, ``statement``, ``place``, ``indicator`` (title), ``measure``, ``area``,
        ``group``, ``period`` (the latest with a member), ``lowest``, ``highest`` (of the
        members), ``england``, ``unit``, ``better``, ``state``: ``shown``, ``no data held``; key
        ``id``, ``measure``, ``group``. Priorities without an indicator are left out.
    """
    columns = ["measure", "entity", "group", "period", "value", "unit"]
    require_columns(found, columns, where="indicators")
    rows = []
    for one in priorities:
        about = {"id": one.id, "kind": one.kind, "statement": one.statement, "place": one.place}
        for indicator in one.indicators:
            measure = measures[indicator.measure]
            named = {
                **about,
                "indicator": measure.title,
                "measure": indicator.measure,
                "area": indicator.area,
                "better": measure.better,
            }
            held = found[found["measure"].eq(indicator.measure)]
            rows += [named | state for state in _states(held, members, england)]
    order = ["id", "kind", "statement", "place", "indicator", "measure", "area", "group", "period",
             *_NUMBERS, "unit", "better", "state"]  # fmt: skip
    return pd.DataFrame(rows, columns=order).astype(dict.fromkeys(_NUMBERS, float))


def not_shown(priorities: Sequence[Priority], shown: pd.DataFrame) -> pd.DataFrame:
    """Return what no indicator shows: priority, what would show it, and who holds that.

    Parameters
    ----------
    priorities : sequence of Priority
        Of the case, in order.
    shown : DataFrame
        As `with_indicators` returns; an empty one where nothing is held.

    Returns
    -------
    DataFrame
        ``id``, ``statement``, ``what``, ``source``; key ``id``, ``what``: the data that the
        priority names as missing, and its indicators of which no figure is held.
    """
    columns = ["id", "statement", "what", "source"]
    rows = [
        {"id": one.id, "statement": one.statement, "what": gap.what, "source": gap.source}
        for one in priorities
        for gap in one.missing
    ]
    if shown.empty:
        return pd.DataFrame(rows, columns=columns)
    lacking = shown[shown["state"].ne("shown")]
    lacking = lacking.rename(columns={"indicator": "what"}).assign(
        source="a publication that docs/sources.md names; none of it is held for these trusts"
    )
    return pd.concat([pd.DataFrame(rows, columns=columns), lacking[columns]], ignore_index=True)


def counts(priorities: Sequence[Priority], shown: pd.DataFrame) -> pd.DataFrame:
    """Return how many priorities there are, and how many have an indicator with a figure.

    Returns
    -------
    DataFrame
        ``stated``, ``shown``; one row, or none where the case states no priorities.
    """
    if not priorities:
        return pd.DataFrame(columns=["stated", "shown"])
    known = set() if shown.empty else set(shown.loc[shown["state"].eq("shown"), "id"])
    return pd.DataFrame([{"stated": len(priorities), "shown": len(known)}])


def _states(held: pd.DataFrame, members: Sequence[str], england: str) -> list[dict[str, object]]:
    """Return one row a group of the measure: the latest period in which a member has a value."""
    own = held[held["entity"].isin(members) & held["value"].notna()]
    if own.empty:
        return [{"group": "all", "state": "no data held"}]
    states = []
    for group, values in own.groupby("group", sort=False):
        period = values["period"].max()
        now = values.loc[values["period"].eq(period), "value"]
        same = held["entity"].eq(england) & held["group"].eq(group) & held["period"].eq(period)
        whole = held.loc[same, "value"]
        states.append(
            {
                "group": str(group),
                "period": _FIRST_OF_MONTH.sub(r"\1", str(period)),
                "lowest": now.min(),
                "highest": now.max(),
                "england": whole.iloc[0] if len(whole) else float("nan"),
                "unit": values["unit"].iloc[0],
                "state": "shown",
            }
        )
    return states
