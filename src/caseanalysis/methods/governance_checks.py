"""What other records of a case show on the questions asked of a group: counts, shares and years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

import numpy as np
import pandas as pd

from caseanalysis.formatting import format_value
from caseanalysis.governance import Check
from caseanalysis.groups import PublishedStudy
from caseanalysis.methods import economics, group_readings
from caseanalysis.methods.columns import require_columns
from caseanalysis.methods.derivations import DERIVED
from caseanalysis.opportunities import Opportunity, Risk
from caseanalysis.priorities import Priority

_COLUMNS = ["check", "number", "of", "value", "lower", "upper", "unit", "holds", "text"]
_MEASURED = "measured against a comparison"
#: The top of the scale of scores.
_MOST_URGENT = 5
_HALF = 0.5


def of_risks(risks: Sequence[Risk]) -> pd.DataFrame:
    """Return how many risks have a likelihood and an impact, an owner, and a trigger.

    Returns
    -------
    DataFrame
        ``check``, ``number``, ``of``, ``value``, ``lower``, ``upper``, ``unit``, ``holds``,
        ``text`` (a sentence); key ``check``. No rows without risks.
    """
    if not risks:
        return _table([])
    have: dict[str, tuple[str, list[object]]] = {
        "risks-sized": (
            "a likelihood and an impact",
            [None if one.likelihood is None else one.impact for one in risks],
        ),
        "risks-owned": ("an owner", [one.owner for one in risks]),
        "risks-triggered": ("a trigger", [one.trigger for one in risks]),
    }
    return _table(
        [
            _count(check, sum(one is not None for one in values), len(risks), f"risks with {words}")
            for check, (words, values) in have.items()
        ]
    )


def of_opportunities(opportunities: Sequence[Opportunity], printed: pd.DataFrame) -> pd.DataFrame:
    """Return what the savings of a case lack, how soon they come and how much needs the group.

    Parameters
    ----------
    opportunities : sequence of Opportunity
        Records of the case.
    printed : DataFrame
        As returned by ``benefits.as_printed`` (pounds a year); may be empty.

    Returns
    -------
    DataFrame
        As `of_risks`. No rows without opportunities; without printed amounts, only the counts.

    Notes
    -----
    Needs the group: sum of amount x share / sum of amounts, at the low, central and high share.
    Years to half: the first year, counted from the decision as year 0, in which the amounts, each
    as far as it has built up, are at least half of their sum. Most urgent: of those with the top
    score for urgency, the years in which they are first there in full.
    """
    if not opportunities:
        return _table([])
    costed = sum(one.delivery_cost is not None for one in opportunities)
    again = sum(bool(one.derivations) for one in opportunities)
    number = len(opportunities)
    rows = [
        _count("costs-stated", costed, number, "savings with a cost of delivery"),
        _count("recomputable", again, number, "savings that follow from inputs that are printed"),
    ]
    urgent = [one for one in opportunities if one.scores.urgency.score == _MOST_URGENT]
    if urgent:
        rows.append(_urgent([one.start_year + one.ramp_years - 1 for one in urgent]))
    if not printed.empty:
        rows += [_needs_group(opportunities, printed), _years_to_half(printed)]
    return _table(rows)


def of_numbers(derived: pd.DataFrame) -> pd.DataFrame:
    """Return how many of the numbers checked against each other agree; none without derivations.

    Parameters
    ----------
    derived : DataFrame
        ``verdict``, as ``derivations.test_derivations`` has it.
    """
    if derived.empty:
        return _table([])
    contradicts, agrees, _ = DERIVED
    good, bad = (int(derived["verdict"].eq(one).sum()) for one in (agrees, contradicts))
    if good + bad == 0:
        return _table([])
    words = "checks of printed numbers against each other that agree"
    return _table([_count("numbers-agree", good, good + bad, words)])


def of_aims(priorities: Sequence[Priority]) -> pd.DataFrame:
    """Return how many aims of a case have a published indicator; none without aims."""
    if not priorities:
        return _table([])
    shown = sum(bool(one.indicators) for one in priorities)
    return _table([_count("aims-shown", shown, len(priorities), "aims with a published indicator")])


def of_studies(studies: Iterable[PublishedStudy]) -> pd.DataFrame:
    """Return how many published studies of groups, and of mergers, measured an effect."""
    known = list(studies)
    rows = []
    for check, subject in (("groups-measured", "groups"), ("mergers-measured", "mergers")):
        own = [one for one in known if one.subject in (subject, "both")]
        if own:
            measured = sum(one.effect == _MEASURED for one in own)
            words = f"reports on {subject} on record that measured against a comparison"
            rows.append(_count(check, measured, len(own), words))
    return _table(rows)


def of_evaluation(read: pd.DataFrame, *, treatment: str) -> pd.DataFrame:
    """Return how many outcomes of our own evaluation of groups differ clearly, and its conclusion.

    Parameters
    ----------
    read : DataFrame
        ``reading``, as ``group_readings.readings`` has it; may be empty.
    treatment : str
        What was evaluated, such as a shared chief executive.
    """
    clear = [group_readings.BETTER, group_readings.WORSE, group_readings.CHANGED]
    differ = 0 if read.empty else int(read["reading"].isin(clear).sum())
    row = _count("own-evaluation", differ, len(read), "outcomes that differ")
    return _table([row | {"text": group_readings.conclusion(read, treatment=treatment)}])


def together(*tables: pd.DataFrame) -> pd.DataFrame:
    """Return the checks of several tables as one, in the order of the register of checks."""
    held = [one for one in tables if len(one)]
    if not held:
        return _table([])
    found = pd.concat(held, ignore_index=True)
    order = {name: at for at, name in enumerate(get_args(Check))}
    return found.sort_values("check", key=lambda one: one.map(order), kind="stable",
                             ignore_index=True)  # fmt: skip


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=_COLUMNS)


def _count(check: str, number: int, of: int, words: str) -> dict[str, object]:
    return {
        "check": check,
        "number": number,
        "of": of,
        "value": number / of if of else np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "unit": "share",
        "holds": bool(of) and number == of,
        "text": f"{words[:1].upper()}{words[1:]}: {number} of {of}.",
    }


def _urgent(years: Sequence[int]) -> dict[str, object]:
    row = _count("urgent-whole", len(years), len(years), "most urgent")
    first, last = min(years), max(years)
    span = f"year {first}" if first == last else f"years {first} to {last}"
    text = f"By our scores {len(years)} are most urgent; they are there in full in {span}."
    return row | {"value": float(np.median(years)), "lower": float(first), "upper": float(last),
                  "unit": "years", "holds": False, "text": text}  # fmt: skip


def _needs_group(opportunities: Sequence[Opportunity], printed: pd.DataFrame) -> dict[str, object]:
    require_columns(printed, ["id", "value"], where="amounts printed")
    amounts = printed.set_index("id")["value"].astype(float)
    weights = amounts.reindex([one.id for one in opportunities]).to_numpy()
    shares = np.array(
        [[one.group_share.low, one.group_share.central, one.group_share.high]
         for one in opportunities]
    )  # fmt: skip
    low, central, high = map(float, weights @ shares / weights.sum())
    words = [format_value(one, "percent 0") for one in (central, low, high)]
    span = f"{words[0]} of the pounds printed needs a group ({words[1]} to {words[2]})"
    text = f"By our judgement of each saving {span}."
    number = len(opportunities)
    return _count("needs-group", number, number, "") | {
        "value": central, "lower": low, "upper": high, "holds": False, "text": text,
    }  # fmt: skip


def _years_to_half(printed: pd.DataFrame) -> dict[str, object]:
    last = int((printed["start_year"] + printed["ramp_years"]).max())
    timing = printed[["id", "start_year", "ramp_years"]]
    shares = economics.build_up(timing, years=last + 1).merge(printed[["id", "value"]], on="id")
    reached = (shares["share"] * shares["value"]).groupby(shares["year"]).sum()
    year = int(reached.index[reached.ge(_HALF * printed["value"].sum())][0])
    text = f"By our timing half of what is printed is reached in year {year} (decision: year 0)."
    number = len(printed)
    return _count("years-to-half", number, number, "") | {
        "value": float(year), "unit": "years", "holds": False, "text": text,
    }  # fmt: skip
