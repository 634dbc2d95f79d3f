"""Opportunities that a case puts in pounds, and its risks, as records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from caseanalysis.case import case_folder, load_claims
from caseanalysis.errors import RecordError
from caseanalysis.records import CheckedRecord, Record, load_yaml_list, nearest
from caseanalysis.registers import load_assumptions

#: The criteria by which opportunities are put in order.
CRITERIA = ("impact", "urgency", "quick_results", "economy")


class Judgement(Record):
    """A share (0 to 1) that nobody has measured: low, central, high, and why."""

    low: float = Field(ge=0, le=1)
    central: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    reason: str

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.central <= self.high:
            raise ValueError("low <= central <= high")
        return self


class Overlap(Record):
    """The share of this opportunity that is counted in another one as well."""

    opportunity: str
    share: Judgement


class Score(Record):
    """A score from 1 (least) to 5 (most), and what it rests on."""

    score: int = Field(ge=1, le=5)
    evidence: str


class Scores(Record):
    """A score on each criterion."""

    impact: Score
    urgency: Score
    quick_results: Score
    economy: Score


class Opportunity(CheckedRecord):
    """A saving or income that a case prints, with what stands behind it and what does not.

    ``claims`` are the amounts, pounds a year, which are added; ``derivations``, added, recompute
    them from the case's own inputs, and ``official`` names the method that does from official
    figures; ``unit_cost`` is the assumption that turns the pounds into what is freed, such as bed
    days. ``gains`` says who has the benefit; ``transfer`` is true where another public body
    pays it. ``start_year`` counts from the decision (0); the benefit then grows evenly to the whole
    over ``ramp_years``. ``group_share`` needs the group form, ``cash_share`` leaves the accounts.
    ``effort`` is in units of the team that carries changes out, which can begin only where those
    that it comes ``after`` have begun.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    area: str
    claims: tuple[str, ...] = Field(min_length=1)
    method: str
    inputs_printed: str
    inputs_missing: str
    derivations: tuple[str, ...] = ()
    official: Literal["avoided attendances", "earlier diagnosis"] | None = None
    unit_cost: str | None = None
    recurring: bool
    kind: Literal["cash-releasing", "capacity", "income", "quality"]
    gains: str
    transfer: bool = False
    delivery_cost: float | None = Field(default=None, ge=0)
    start_year: int = Field(ge=0, le=10)
    ramp_years: int = Field(ge=1, le=10)
    timing_reason: str
    group_share: Judgement
    cash_share: Judgement
    overlaps: tuple[Overlap, ...] = ()
    scores: Scores
    effort: int = Field(ge=1, le=10)
    after: tuple[str, ...] = ()


class Risk(CheckedRecord):
    """A risk that a case names, its mitigation in our own words, and what it leaves open.

    ``effect`` says on what the risk would act, by our reading; None where on nothing in pounds.
    Without ``opportunities`` it bears on all. ``likelihood`` runs from 0 to 1; ``impact`` is, as
    the effect has it, years of delay, the share by which delivery costs more, or the share of the
    benefit lost; ``cost`` is in pounds, paid once if the risk comes about, beside its impact. What
    a case leaves empty is None.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str = Field(max_length=40)
    kind: str
    statement: str
    mitigation: str | None
    place: str
    likelihood: float | None = Field(default=None, ge=0, le=1)
    impact: float | None = Field(default=None, ge=0, le=30)
    owner: str | None = None
    trigger: str | None = None
    cost: float | None = Field(default=None, ge=0)
    effect: Literal["delay", "cost", "benefit"] | None = None
    opportunities: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _impact_on_something(self) -> Self:
        if self.impact is not None and self.effect is None:
            raise ValueError("`effect` with `impact`, or the cost alone: it acts on no benefit")
        if self.effect == "benefit" and self.impact is not None and self.impact > 1:
            raise ValueError("an `impact` of 1 at most: the share of the benefit that is lost")
        return self


def load_opportunities(name: str, root: Path | None = None) -> list[Opportunity]:
    """Return the opportunities in pounds of a case, in order; an empty list where it has none.

    Raises
    ------
    RecordError
        If ``opportunities.yaml`` breaks the schema, names an opportunity that is not in it, or a
        claim that a case with claims does not have, or an assumption that is not in the register.
    """
    path = case_folder(name, root) / "opportunities.yaml"
    if not path.is_file():
        return []
    found = load_yaml_list(path, Opportunity, name="opportunities", key="id")
    claims = [claim.id for claim in load_claims(name, root)]
    for one in found:
        others = [other.id for other in found if other.id != one.id]
        named = [*(overlap.opportunity for overlap in one.overlaps), *one.after]
        _require(named, others, f"{path}, {one.id}: opportunity")
        if claims:
            _require(one.claims, claims, f"{path}, {one.id}: claims")
        if one.unit_cost:
            _require([one.unit_cost], list(load_assumptions(root)), f"{path}, {one.id}: unit_cost")
    return found


def load_risks(name: str, root: Path | None = None) -> list[Risk]:
    """Return the risks of a case, in order; an empty list where it has none.

    Raises
    ------
    RecordError
        If ``risks.yaml`` breaks the schema or names an opportunity that the case does not have.
    """
    path = case_folder(name, root) / "risks.yaml"
    if not path.is_file():
        return []
    found = load_yaml_list(path, Risk, name="risks", key="id")
    known = [one.id for one in load_opportunities(name, root)]
    for one in found:
        _require(one.opportunities, known, f"{path}, {one.id}: opportunities")
    return found


def _require(names: Iterable[str], known: list[str], where: str) -> None:
    for name in names:
        if name not in known:
            like = nearest(name, known)
            raise RecordError(
                where=where,
                found=repr(name),
                wanted=f"one of {', '.join(known) or '(none)'}",
                remedy=f"did you mean {like!r}?" if like else "add it, or name another",
            )
