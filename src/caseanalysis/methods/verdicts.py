"""Verdicts on printed claims: what was printed against what was recomputed, and why."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from caseanalysis.case import Claim
from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.periods import financial_year_start

#: Every verdict; the last is given by `derivations.apply`, where a case's own numbers clash.
VERDICTS = ("reproduced", "within range", "differs", "not testable", "contradicts itself")

_KEY = ["measure", "entity", "group", "period"]
_RESULT_COLUMNS = [*_KEY, "value", "lower", "upper", "unit", "basis"]
#: Printed unit for one unit of a result.
_PRINTED = {("share", "percent"): 100.0, ("share", "points"): 100.0}
#: Relative size of the rounding of binary fractions, so that 28.999999999999996 is 29.
_BINARY_ROUNDING = 1e-9
#: A printed "at least 7" holds for whatever rounds to 7; "above 7" is meant as it stands.
_ROUNDED_BOUND = {"at least": -1, "at most": 1}
#: Units that come in ones, and are written so.
_COUNTED = ("persons", "count", "pounds", "rank")
_WORDS = {
    "above": "above",
    "below": "below",
    "at least": "at least as high as",
    "at most": "at most as high as",
    "equal": "equal to",
}


@dataclass(frozen=True)
class _Quantity:
    """A result in the printed unit; the ends are the value itself where there is no interval."""

    value: float
    lower: float
    upper: float
    basis: str
    interval: bool


@dataclass(frozen=True)
class _Judgement:
    verdict: str
    reason: str
    recomputed: _Quantity | None = None
    difference: float = math.nan


def claims_table(claims: Sequence[Claim]) -> pd.DataFrame:
    """Return claims as a table, one row a claim, with the fields of `case.Claim` as columns.

    Numbers that a claim does not have are NaN, missing text is None; key ``id``.
    """
    rows = [claim.model_dump() for claim in claims]
    table = pd.DataFrame(rows, columns=list(Claim.model_fields), dtype=object)
    return table.astype({"value": float, "step": float})


def test_claims(claims: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Return a finding for each claim: printed and recomputed (printed unit), verdict, reason.

    Parameters
    ----------
    claims : DataFrame
        As returned by `claims_table`.
    results : DataFrame
        ``measure``, ``entity``, ``group``, ``period``, ``value``, ``lower``, ``upper`` (missing
        where there is no interval), ``unit``, ``basis`` (the data used, in words); key the first
        four. A share is turned into the printed percent.

    Returns
    -------
    DataFrame
        ``claim_id``, ``area``, ``figure``, ``statement``, ``quotation``, ``printed``, ``unit``,
        ``recomputed``, ``lower``, ``upper``, ``difference``, ``verdict``, ``reason``, ``basis``,
        ``place``; one row a claim, in the order of the claims. The difference is recomputed less
        printed or, for a comparison, less the comparator.

    Raises
    ------
    MethodError
        If a result is repeated, units cannot be converted, an interval does not hold its value,
        or a claim compares with a comparator and a number at once.

    Notes
    -----
    - reproduced: the recomputed value lies in the rounding interval of the printed one (printed
      - step / 2 to printed + step / 2, ends included), or the comparison holds. "At least" and
      "at most" a printed number hold for what rounds to it; "above" and "below" do not.
    - within range: it does not, but the recomputed interval meets the rounding interval; or the
      recomputed interval leaves the comparison undecided, whichever way its middle falls.
    - differs: neither.
    - not testable: there is no result for the measure, entity, group and period. A result for
      another period is quoted in the reason and is not compared.
    """
    require_columns(claims, ["id", *_KEY, "value", "step", "operator"], where="claims")
    require_key(claims, ["id"], where="claims")
    require_columns(results, _RESULT_COLUMNS, where="results")
    require_key(results, _KEY, where="results")
    numbers = results.astype(dict.fromkeys(["value", "lower", "upper"], float))
    _require_intervals(numbers)
    held = numbers[numbers["value"].notna()]
    findings = [_finding(claim, _judge(claim, held)) for _, claim in claims.iterrows()]
    return pd.DataFrame(findings, columns=_FINDING_COLUMNS).astype(
        dict.fromkeys(["printed", "recomputed", "lower", "upper", "difference"], float)
    )


# Keeps pytest from collecting the method as a test where it is imported by name.
test_claims.__test__ = False  # type: ignore[attr-defined]

_FINDING_COLUMNS = [
    "claim_id",
    "area",
    "figure",
    "statement",
    "quotation",
    "printed",
    "unit",
    "recomputed",
    "lower",
    "upper",
    "difference",
    "verdict",
    "reason",
    "basis",
    "place",
]


def _finding(claim: pd.Series, judgement: _Judgement) -> dict[str, object]:
    found = judgement.recomputed
    interval = found is not None and found.interval
    return {
        "claim_id": claim["id"],
        **{name: claim[name] for name in ("area", "figure", "statement", "quotation")},
        "printed": claim["value"],
        "unit": claim["unit"],
        "recomputed": found.value if found else math.nan,
        "lower": found.lower if found and interval else math.nan,
        "upper": found.upper if found and interval else math.nan,
        "difference": judgement.difference,
        "verdict": judgement.verdict,
        "reason": judgement.reason + _readings(claim),
        "basis": found.basis if found else None,
        "place": claim["place"],
    }


def _readings(claim: pd.Series) -> str:
    """Return what else a displaced cell may say, as a sentence; nothing for any other claim."""
    others = claim.get("candidates")
    if not isinstance(others, tuple) or not others:
        return ""
    numbers = " or ".join(f"{number:g}" for number in others)
    return f" The scan displaced this cell; it may have been {numbers}."


def _judge(claim: pd.Series, results: pd.DataFrame) -> _Judgement:
    if _text(claim["untestable"]):
        return _Judgement("not testable", _sentence(claim["untestable"]))
    found = _lookup(claim, results, claim["entity"])
    if found is None:
        return _Judgement("not testable", _no_result(claim, results, claim["entity"]))
    if not _text(claim["comparator"]) or (
        claim["operator"] == "equal" and pd.notna(claim["value"])
    ):
        return _against_number(claim, found)
    if pd.notna(claim["value"]):
        raise MethodError(
            where=f"claim {claim['id']}",
            found=f"{claim['operator']!r} with the comparator {claim['comparator']!r} and a value",
            wanted="a comparison with one of the two",
            remedy="write two claims, one for the number and one for the comparison",
        )
    other = _lookup(claim, results, claim["comparator"])
    if other is None:
        return _Judgement("not testable", _no_result(claim, results, claim["comparator"]), found)
    return _against_comparator(claim, found, other)


def _against_number(claim: pd.Series, found: _Quantity) -> _Judgement:
    printed, half = float(claim["value"]), float(claim["step"]) / 2
    difference = found.value - printed
    if claim["operator"] != "equal":
        bound = printed + half * _ROUNDED_BOUND.get(claim["operator"], 0)
        verdict = _compare(claim["operator"], found, _Quantity(bound, bound, bound, "", False))
        against = f"{_show(printed, claim, extra=0)}"
        if bound != printed and claim["unit"] != "rank":
            against += f" ({_show(bound, claim)} before rounding)"
        return _Judgement(
            verdict, _comparison_reason(claim, found, against, verdict), found, difference
        )
    low, high = printed - half, printed + half
    if _between(found.value, low, high):
        verdict = "reproduced"
    elif found.interval and _meets(found, low, high):
        verdict = "within range"
    else:
        verdict = "differs"
    return _Judgement(verdict, _number_reason(claim, found, low, high, verdict), found, difference)


def _against_comparator(claim: pd.Series, found: _Quantity, other: _Quantity) -> _Judgement:
    verdict = _compare(claim["operator"], found, other)
    against = f"{_spoken(claim['comparator'])} ({_show(other.value, claim)}{_range(other, claim)})"
    reason = _comparison_reason(claim, found, against, verdict)
    return _Judgement(verdict, reason, found, found.value - other.value)


def _compare(operator: str, found: _Quantity, other: _Quantity) -> str:
    undecided = (found.interval or other.interval) and _meets(found, other.lower, other.upper)
    if undecided:
        return "within range"
    same = _between(found.value, other.value, other.value)
    higher = found.value > other.value and not same
    lower = found.value < other.value and not same
    holds = {
        "above": higher,
        "below": lower,
        "at least": not lower,
        "at most": not higher,
        "equal": same,
    }[operator]
    return "reproduced" if holds else "differs"


def _between(value: float, low: float, high: float) -> bool:
    slack = _BINARY_ROUNDING * max(abs(value), abs(low), abs(high))
    return low - slack <= value <= high + slack


def _meets(found: _Quantity, low: float, high: float) -> bool:
    slack = _BINARY_ROUNDING * max(abs(found.lower), abs(found.upper), abs(low), abs(high))
    return found.lower <= high + slack and low - slack <= found.upper


def _lookup(claim: pd.Series, results: pd.DataFrame, entity: str) -> _Quantity | None:
    same = _same_quantity(claim, results, entity)
    rows = same[same["period"].eq(claim["period"])]
    return _quantity(claim, rows.iloc[0]) if len(rows) else None


def _same_quantity(claim: pd.Series, results: pd.DataFrame, entity: str) -> pd.DataFrame:
    return results[
        results["measure"].eq(claim["measure"])
        & results["entity"].eq(entity)
        & results["group"].eq(claim["group"])
    ]


def _quantity(claim: pd.Series, row: pd.Series) -> _Quantity:
    scale = 1.0 if row["unit"] == claim["unit"] else _PRINTED.get((row["unit"], claim["unit"]))
    if scale is None:
        raise MethodError(
            where=f"claim {claim['id']}, measure {claim['measure']}",
            found=f"a result in {row['unit']!r} for a claim in {claim['unit']!r}",
            wanted="the same unit, or a share for a percent",
            remedy="mend the unit of the claim or of the result",
        )
    value, lower, upper = (float(row[name]) * scale for name in ("value", "lower", "upper"))
    if math.isnan(lower):
        return _Quantity(value, value, value, str(row["basis"]), False)
    return _Quantity(value, lower, upper, str(row["basis"]), True)


def _require_intervals(results: pd.DataFrame) -> None:
    value, lower, upper = (results[name] for name in ("value", "lower", "upper"))
    whole = lower.isna().eq(upper.isna())
    ordered = (lower.le(value) & value.le(upper)) | lower.isna() | value.isna()
    at_fault = results[~(whole & ordered)]
    if len(at_fault):
        row = at_fault.iloc[0]
        raise MethodError(
            where="results, " + ", ".join(str(row[name]) for name in _KEY),
            found=f"value {row['value']} with the interval {row['lower']} to {row['upper']}",
            wanted="an interval that holds the value, or neither end",
            remedy="mend the result",
        )


def _no_result(claim: pd.Series, results: pd.DataFrame, entity: str) -> str:
    others = _same_quantity(claim, results, entity)
    whom = "" if claim["group"] == "all" else f", {claim['group']}"
    missing = f"No data held for {claim['measure'].replace('_', ' ')} of {_spoken(entity)}{whom}"
    if others.empty:
        return f"{missing}, {claim['period']}."
    distances = [(_distance(period, claim["period"]), period) for period in others["period"]]
    nearest = others[others["period"].eq(min(distances)[1])].iloc[0]
    found = _quantity(claim, nearest)
    return (
        f"{missing}, in {claim['period']}; the nearest period held is {nearest['period']}, "
        f"with {_show(found.value, claim)}{_range(found, claim)} ({found.basis}), "
        "which is not a test of the claim."
    )


def _distance(period: str, wanted: str) -> float:
    """Return years between two periods, the first and last of each; infinite where not named."""
    ends, wanted_ends = _ends(period), _ends(wanted)
    if not ends or not wanted_ends:
        return math.inf
    return abs(ends[0] - wanted_ends[0]) + abs(ends[-1] - wanted_ends[-1])


def _ends(period: str) -> list[float]:
    """Return when the years, financial years (``2023-24``) or months of a period start."""
    starts = []
    for text in re.findall(r"\d{4}(?:-\d{2})?", period):
        try:
            starts.append(float(financial_year_start(text)))
        except ValueError:
            month = int(text[5:] or 1)
            starts.append(int(text[:4]) + (month - 1) / 12)
    return starts


def _number_reason(
    claim: pd.Series, found: _Quantity, low: float, high: float, verdict: str
) -> str:
    printed = f"Printed {_show(float(claim['value']), claim, extra=0)}"
    rounding = f"{_show(low, claim)} to {_show(high, claim)}"
    recomputed = f"recomputed {_show(found.value, claim)}{_range(found, claim)}"
    if verdict == "reproduced" and claim["unit"] == "rank":
        return f"{printed}; {recomputed}."
    if verdict == "reproduced":
        return f"{printed}; {recomputed}, which lies within its rounding ({rounding})."
    if verdict == "within range":
        return (
            f"{printed}; {recomputed}: the value lies outside the rounding ({rounding}), "
            "but its interval meets it."
        )
    gap = _show(abs(found.value - float(claim["value"])), claim)
    if claim["unit"] == "percent":
        gap = f"{gap.removesuffix('%')} percentage points"
    side = "higher" if found.value > float(claim["value"]) else "lower"
    return f"{printed}; {recomputed}, {gap} {side} and outside the rounding ({rounding})."


def _comparison_reason(claim: pd.Series, found: _Quantity, against: str, verdict: str) -> str:
    entity = f"{_spoken(claim['entity'])} ({_show(found.value, claim)}{_range(found, claim)})"
    words = f"{_WORDS[claim['operator']]} {against}"
    if verdict == "reproduced":
        return f"{_opening(entity)} is {words}."
    if verdict == "within range":
        return f"Whether {entity} is {words} is left undecided by the interval."
    return f"{_opening(entity)} is not {words}."


def _spoken(entity: str) -> str:
    """Return an entity as a sentence says it; codes are named where the reason is shown."""
    return "the group" if entity == "group" else entity


def _range(found: _Quantity, claim: pd.Series) -> str:
    if not found.interval:
        return ""
    return f" [{_show(found.lower, claim)} to {_show(found.upper, claim)}]"


def _show(value: float, claim: pd.Series, *, extra: int = 1) -> str:
    """Return a number in the printed unit, with ``extra`` digits more than were printed."""
    step = float(claim["step"]) if pd.notna(claim["step"]) else 1.0
    counted = str(claim["unit"]) in _COUNTED and step >= 1 and float(value).is_integer()
    digits = 0 if counted else max(0, extra - math.floor(math.log10(step) + _BINARY_ROUNDING))
    number = f"{abs(value):,.{digits}f}"
    sign = "-" if value < 0 and float(number.replace(",", "")) else ""
    text = {
        "percent": f"{number}%",
        "pounds": f"£{number}",
        "rank": f"rank {number}",
        "points": f"{number} points",
        "count": number,
        "year": f"{value:.0f}",
    }.get(str(claim["unit"]), f"{number} {str(claim['unit']).removeprefix('count ')}")
    return sign + text


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _opening(text: str) -> str:
    return text[0].upper() + text[1:]


def _sentence(text: str) -> str:
    text = text.strip()
    return _opening(text) + ("" if text.endswith(".") else ".")
