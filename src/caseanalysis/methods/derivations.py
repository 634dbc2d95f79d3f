"""Printed numbers checked against each other: what follows from some, beside what others say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from caseanalysis.derivations import Derivation, DerivationInput
from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.intervals import Interval, evaluate, gap, meet, point, printed

#: Every verdict on a derivation; the last is for what the case printed nowhere.
DERIVED = ("contradicts itself", "agrees with itself", "printed nowhere")
_CONTRADICTION = DERIVED[0]
#: Verdict of a claim that nothing official tests, and that its own case may still contradict.
_UNTESTED = "not testable"
#: Units whose numbers are not rounded.
_EXACT = ("rank", "year")
_COLUMNS = (
    *("derivation_id", "area", "kind", "statement", "formula", "relation", "claims", "disputes"),
    *("printed", "printed_low", "printed_high", "value", "low", "high", "difference", "gap"),
    *("unit", "step", "period", "verdict", "reason"),
)
_NUMBERS = ("printed", "printed_low", "printed_high", "value", "low", "high", "difference", "gap")


def test_derivations(derivations: Sequence[Derivation], claims: pd.DataFrame) -> pd.DataFrame:
    """Return for each derivation what was printed, what follows, by how much they part, a verdict.

    Parameters
    ----------
    derivations : sequence of Derivation
        Records of the case.
    claims : DataFrame
        As returned by ``verdicts.claims_table``.

    Returns
    -------
    DataFrame
        ``derivation_id``, ``area``, ``kind``, ``statement``, ``formula``, ``relation``, ``claims``
        and ``disputes`` (ids, with a comma between), ``printed``, ``printed_low``,
        ``printed_high``, ``value``, ``low``, ``high`` (what follows), ``difference`` (what follows
        less what is printed), ``gap`` (the least by which they part, 0 where they meet), ``unit``,
        ``step`` (of the printed number), ``period``, ``verdict``, ``reason``; key
        ``derivation_id``. Numbers are in the printed unit: 17 percent is 17.

    Raises
    ------
    MethodError
        If a claim is missing or bears no number, or a formula divides by what may be 0.

    Notes
    -----
    Each printed number stands for an interval of one unit of its last digit, except ranks, years
    and the bounds of "above" and "below", which are exact. Formulas are worked on intervals. The
    case contradicts itself where no numbers in those intervals stand in the relation; it agrees
    with itself otherwise.
    """
    require_columns(claims, ["id", "value", "step", "unit", "operator"], where="claims")
    require_key(claims, ["id"], where="claims")
    known: dict[str, Any] = {str(row["id"]): row for row in claims.to_dict("records")}
    rows = [_row(record, known) for record in derivations]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(
        dict.fromkeys((*_NUMBERS, "step"), float)
    )


# Keeps pytest from collecting the method as a test where it is imported by name.
test_derivations.__test__ = False  # type: ignore[attr-defined]


def _row(record: Derivation, claims: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    where = f"derivation {record.id}"
    wide = {name: _interval(one, claims, where) for name, one in record.inputs.items()}
    middle = {name: point((one.low + one.high) / 2) for name, one in wide.items()}
    scale = 100 if record.unit == "percent" else 1
    follows = evaluate(record.formula, wide).scaled(scale)
    row: dict[str, Any] = {
        "derivation_id": record.id,
        "area": record.area,
        "kind": record.kind,
        "statement": record.statement,
        "formula": record.formula,
        "relation": record.relation,
        "claims": ", ".join(record.claim_ids),
        "disputes": ", ".join(record.disputed_ids),
        "value": float(evaluate(record.formula, middle).low * scale),
        "low": float(follows.low),
        "high": float(follows.high),
        "unit": record.unit,
        "period": record.period,
        "reason": record.reason,
        "verdict": DERIVED[2],
    }
    if record.printed is None:
        return row
    said = evaluate(record.printed, wide).scaled(scale)
    exact = float(evaluate(record.printed, middle).low * scale)
    holds = _holds(record.relation, follows, said)
    return row | {
        "printed": exact,
        "printed_low": float(said.low),
        "printed_high": float(said.high),
        "difference": row["value"] - exact,
        "gap": 0.0 if holds else float(gap(follows, said)),
        "step": float(said.high - said.low) or None,
        "verdict": DERIVED[1] if holds else _CONTRADICTION,
    }


def _holds(relation: str, follows: Interval, said: Interval) -> bool:
    """Return whether some number that may follow stands in the relation to one that was said."""
    return {
        "equal": meet(follows, said),
        "above": follows.high > said.low,
        "below": follows.low < said.high,
        "at least": follows.high >= said.low,
        "at most": follows.low <= said.high,
    }[relation]


def _interval(
    given: DerivationInput, claims: Mapping[str, Mapping[str, Any]], where: str
) -> Interval:
    if given.claim is None:
        if given.low is not None and given.high is not None:
            return Interval(point(given.low).low, point(given.high).high)
        return printed(float(given.value or 0), given.step)
    claim = claims.get(given.claim)
    if claim is None or pd.isna(claim["value"]):
        raise MethodError(
            where=where,
            found=f"the claim {given.claim} " + ("without a number" if claim else "nowhere"),
            wanted="a claim that prints a number",
            remedy="mend the input, or add the claim",
        )
    rounded = claim["unit"] not in _EXACT and claim["operator"] not in ("above", "below")
    said = printed(claim["value"], claim["step"] if rounded else None)
    return said / point(100) if claim["unit"] == "percent" else said


def concerning(derived: pd.DataFrame, claim_ids: Sequence[str]) -> pd.DataFrame:
    """Return the derivations that use or dispute one of the claims, contradictions first.

    A derivation without claims, on what the document shows, concerns the claims of its area.
    """
    wanted, areas = set(claim_ids), {claim.rsplit("-", 1)[0] for claim in claim_ids}
    about = [
        bool(wanted & {*row["claims"].split(", "), *row["disputes"].split(", ")})
        or (not row["claims"] and row["area"] in areas)
        for _, row in derived.iterrows()
    ]
    chosen = derived[pd.Series(about, index=derived.index, dtype=bool)]
    return chosen.sort_values("verdict", key=lambda told: told.map(DERIVED.index), kind="stable")


def apply(findings: pd.DataFrame, derived: pd.DataFrame) -> pd.DataFrame:
    """Return findings that take account of what the case says against itself.

    Parameters
    ----------
    findings : DataFrame
        As returned by ``verdicts.test_claims``.
    derived : DataFrame
        As returned by ``test_derivations``.

    Returns
    -------
    DataFrame
        A disputed claim that was not testable contradicts itself, and has what follows in the
        place of a recomputed number. One that was tested keeps its verdict. Either way the reason
        says both.
    """
    against = derived[derived["verdict"].eq(_CONTRADICTION)]
    records: list[dict[str, Any]] = findings.to_dict("records")  # type: ignore[assignment]
    told = pd.DataFrame(
        [_told(row, against) for row in records], columns=findings.columns, index=findings.index
    )
    return told.astype(findings.dtypes.to_dict())


def _told(finding: dict[str, Any], against: pd.DataFrame) -> dict[str, Any]:
    identifier = finding["claim_id"]
    disputes = [row for _, row in against.iterrows() if identifier in row["disputes"].split(", ")]
    if not disputes:
        return finding
    first, *others = disputes
    also = "; also " + ", ".join(row["derivation_id"] for row in others) if others else ""
    text = f"{first['statement']} Our inference: {first['reason']} ({first['derivation_id']}{also})"
    if finding["verdict"] != _UNTESTED:
        return finding | {"reason": f"{finding['reason']} The case also contradicts itself: {text}"}
    told = finding | {
        "verdict": _CONTRADICTION,
        "reason": f"{text} No official test: {finding['reason']}",
        "basis": "the case's own figures",
    }
    same = [
        row
        for row in disputes
        if row["unit"] == finding["unit"] and row["printed"] == finding["printed"]
    ]
    return told | _numbers(same[0], finding) if same else told


def _numbers(row: pd.Series[Any], finding: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {
        "recomputed": row["value"],
        "lower": row["low"],
        "upper": row["high"],
        "difference": row["difference"],
    }
    return {name: value for name, value in numbers.items() if name in finding}
