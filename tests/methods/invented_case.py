"""An invented case of three opportunities, for the tests of benefits, views and risks."""

from __future__ import annotations

import pandas as pd

from caseanalysis.methods import benefits
from caseanalysis.opportunities import Opportunity, Risk

#: No discounting, so that present values can be worked by hand.
RATES = {"rate": 0.0, "later_rate": 0.0, "change_year": 30}


def share(value: float, low: float | None = None, high: float | None = None) -> dict[str, object]:
    ends = (value if low is None else low, value, value if high is None else high)
    return {**dict(zip(("low", "central", "high"), ends, strict=True)), "reason": "Judgement."}


def opportunity(name: str, **changes: object) -> Opportunity:
    score = {"score": 3, "evidence": "None."}
    record = {
        "id": name, "title": name.title(), "area": "a1", "claims": [f"a1-{name}"],
        "method": "A method", "inputs_printed": "None", "inputs_missing": "All",
        "recurring": True, "kind": "cash-releasing", "gains": "A trust", "start_year": 0,
        "ramp_years": 1, "timing_reason": "Judgement.", "group_share": share(0.5),
        "cash_share": share(0.8), "effort": 1,
        "scores": dict.fromkeys(("impact", "urgency", "quick_results", "economy"), score),
    }  # fmt: skip
    return Opportunity.model_validate(record | changes)


#: 1,000 a year, of which a tenth is in the other; 500, recomputed as 400; 200 of income.
STATED = [
    opportunity("one", overlaps=[{"opportunity": "two", "share": share(0.1)}]),
    opportunity("two", derivations=["a1-d01"], kind="capacity"),
    opportunity("three", transfer=True, kind="income"),
]
CLAIMS = pd.DataFrame(
    {"id": ["a1-one", "a1-two", "a1-three"], "value": [1000.0, 500, 200], "step": [100.0, 10, 10]}
)
DERIVED = pd.DataFrame(
    {"derivation_id": ["a1-d01"], "value": [400.0], "low": [380.0], "high": [420.0]}
)


def risk(name: str, **changes: object) -> Risk:
    record = {"id": name, "title": name.title(), "kind": "k", "statement": "s",
              "mitigation": None, "place": "p"}  # fmt: skip
    return Risk.model_validate(record | changes)


def recomputed() -> pd.DataFrame:
    return benefits.recomputed(benefits.as_printed(STATED, CLAIMS), STATED, DERIVED)


def uncertain() -> pd.DataFrame:
    return benefits.factors(recomputed(), STATED, attainment=[0.2, 0.5, 1.0], cost=[0.0, 0.1, 0.2])
