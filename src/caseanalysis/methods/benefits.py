"""Benefits in pounds: as printed, recomputed, net of what is not a benefit, and over years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from caseanalysis.errors import MethodError
from caseanalysis.methods import economics
from caseanalysis.methods.columns import require_columns
from caseanalysis.opportunities import Judgement, Opportunity
from caseanalysis.registers import Assumption

NOT_STATED = "not stated"
#: What each factor is, and whether more of it raises the benefit.
PARTS = {
    "amount": ("Yearly amount", 1),
    "overlap": ("Counted twice", -1),
    "cash": ("Share that leaves the accounts", 1),
    "group": ("Share that needs the group", 1),
    "attainment": ("Share attained", 1),
    "cost": ("Cost of delivery", -1),
}
_ALL = "all"
_LIMITS = ["low", "central", "high"]
_SHOWN = ("id", "title", "area", "kind", "gains", "method", "inputs_printed", "inputs_missing",
          "recurring", "transfer", "start_year", "ramp_years", "timing_reason")  # fmt: skip
_GIVEN = "The parameter."


@dataclass(frozen=True)
class Plan:
    """What an appraisal rests on: amounts, factors, and what a pound a year is worth."""

    amounts: pd.DataFrame
    factors: pd.DataFrame
    worth: pd.DataFrame


@dataclass(frozen=True)
class Yearly:
    """Pounds a year once all has built up: draws x opportunities."""

    gains: np.ndarray
    costs: np.ndarray


def with_values(
    opportunities: Sequence[Opportunity], given: Mapping[str, Mapping[str, Any]]
) -> list[Opportunity]:
    """Return the opportunities, with what a parameter gives in the place of their records.

    Parameters
    ----------
    opportunities : sequence of Opportunity
        Records of the case.
    given : Mapping
        By id: ``cash``, ``group``, ``overlap`` (shares), ``start_year``, ``ramp_years``,
        ``delivery_cost`` (pounds a year); ``amount`` is for `recomputed`.
    """
    return [_changed(one, given.get(one.id, {})) for one in opportunities]


def assumed(
    register: Mapping[str, Assumption], given: Mapping[str, float]
) -> dict[str, Assumption]:
    """Return the assumptions by id, with the numbers given in the place of low, central and high.

    Parameters
    ----------
    register : Mapping of str to Assumption
        Assumptions by id.
    given : Mapping of str to float
        Numbers by id of an assumption.
    """
    changed = {
        name: register[name].model_copy(
            update={"low": value, "central": value, "high": value, "reference": _GIVEN}
        )
        for name, value in given.items()
    }
    return {**register, **changed}


def as_printed(opportunities: Sequence[Opportunity], claims: pd.DataFrame) -> pd.DataFrame:
    """Return the opportunities with the amounts that the case printed (pounds a year).

    Parameters
    ----------
    opportunities : sequence of Opportunity
        Records of the case.
    claims : DataFrame
        ``id``, ``value``, ``step``, as ``verdicts.claims_table`` returns.

    Returns
    -------
    DataFrame
        Fields of the record, ``claims`` (ids), ``cost_stated`` (pounds a year, or "not stated"),
        ``delivery_cost``, ``overlaps`` (in words), ``value``, ``lower``, ``upper`` (what the
        printed digits allow); key ``id``. No rows without claims.
    """
    if claims.empty:
        return pd.DataFrame()
    require_columns(claims, ["id", "value", "step"], where="claims")
    known = claims.set_index("id")
    titles = {one.id: one.title for one in opportunities}
    rows = []
    for one in opportunities:
        value = float(known.loc[list(one.claims), "value"].sum())
        half = float(known.loc[list(one.claims), "step"].sum()) / 2
        cost = np.nan if one.delivery_cost is None else one.delivery_cost
        words = [f"{titles[lap.opportunity]}: {lap.share.central:.0%}" for lap in one.overlaps]
        rows.append(
            {name: getattr(one, name) for name in _SHOWN}
            | {
                "claims": ", ".join(one.claims),
                "delivery_cost": cost,
                "cost_stated": NOT_STATED if np.isnan(cost) else f"£{cost:,.0f} a year",
                "overlaps": "; ".join(words) or "none known",
                "value": value,
                "lower": value - half,
                "upper": value + half,
            }
        )
    return pd.DataFrame(rows)


def recomputed(
    printed: pd.DataFrame,
    opportunities: Sequence[Opportunity],
    derived: pd.DataFrame,
    found: Mapping[str, pd.DataFrame] | None = None,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> pd.DataFrame:
    """Return the amounts (pounds a year), recomputed where something allows it.

    Parameters
    ----------
    printed : DataFrame
        As returned by `as_printed`.
    opportunities : sequence of Opportunity
        The same records.
    derived : DataFrame
        ``derivation_id``, ``value``, ``low``, ``high``, as ``derivations.test_derivations`` has.
    found : Mapping of str to DataFrame, optional
        By what the records name as ``official``, one row ``value``, ``lower``, ``upper`` from
        official figures; it takes the place of the derivations. An empty table counts as none.
    given : Mapping, optional
        By id what a parameter gives, of which ``amount`` comes before all else.

    Returns
    -------
    DataFrame
        The rows of ``printed``, with ``printed``, and ``value``, ``lower``, ``upper`` as
        recomputed; ``basis`` says from what, "as printed" where nothing allows it.
    """
    found = found or {}
    known = derived.set_index("derivation_id") if len(derived) else derived
    rows = []
    for one, (_, row) in zip(opportunities, printed.iterrows(), strict=True):
        fact = found.get(one.official or "", pd.DataFrame())
        amount = (given or {}).get(one.id, {}).get("amount")
        if amount is not None:
            ends, basis = [amount] * 3, "the parameter"
        elif len(fact):
            ends, basis = fact.iloc[0][["value", "lower", "upper"]].tolist(), "official figures"
        elif one.derivations and len(known):
            ends = known.loc[list(one.derivations), ["value", "low", "high"]].sum().tolist()
            basis = "the case's own inputs"
        else:
            ends, basis = row[["value", "lower", "upper"]].tolist(), "as printed"
        rows.append([*map(float, ends), basis])
    new = pd.DataFrame(rows, columns=["value", "lower", "upper", "basis"], index=printed.index)
    kept = printed.drop(columns=["value", "lower", "upper"]).assign(printed=printed["value"])
    return pd.concat([kept, new], axis="columns")


def factors(
    amounts: pd.DataFrame,
    opportunities: Sequence[Opportunity],
    *,
    attainment: Sequence[float],
    cost: Sequence[float],
) -> pd.DataFrame:
    """Return every uncertain input of the appraisal: low, central, high, and why.

    Parameters
    ----------
    amounts : DataFrame
        As returned by `recomputed`.
    opportunities : sequence of Opportunity
        The same records.
    attainment, cost : sequence of float
        Low, central and high: share of what is planned that is attained, and what delivery costs
        a year as a share of what is planned.

    Returns
    -------
    DataFrame
        ``factor``, ``opportunity`` (or ``all``), ``part`` (a key of ``PARTS``), ``label``,
        ``sense`` (1 if more is better, otherwise -1), ``low``, ``central``, ``high``, ``reason``;
        key ``factor``.
    """
    rows: list[tuple[str, str, Sequence[float], str]] = []
    ends = amounts.set_index("id")
    for one in opportunities:
        amount = ends.loc[one.id].to_dict()
        rows.append((one.id, "amount", [amount["lower"], amount["value"], amount["upper"]],
                     str(amount["basis"])))  # fmt: skip
        rows.append((one.id, "cash", *_ends(one.cash_share)))
        rows.append((one.id, "group", *_ends(one.group_share)))
        rows += [(one.id, "overlap", *_ends(lap.share)) for lap in one.overlaps]
    rows.append((_ALL, "attainment", attainment, "register of assumptions, or the parameter"))
    rows.append((_ALL, "cost", cost, "register of assumptions, or the parameter"))
    table = pd.DataFrame(
        [
            {"factor": f"{part}/{who}/{at}", "opportunity": who, "part": part,
             "label": PARTS[part][0], "sense": PARTS[part][1],
             **dict(zip(_LIMITS, limits, strict=True)), "reason": reason}
            for at, (who, part, limits, reason) in enumerate(rows)
        ]
    )  # fmt: skip
    return table.astype(dict.fromkeys(_LIMITS, float))


def chosen(assumption: Assumption, parameter: float | None) -> list[float]:
    """Return low, central and high of an assumption, or three times the parameter given."""
    if parameter is not None:
        return [parameter] * 3
    return [assumption.low, assumption.central, assumption.high]


def steps(amounts: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Return the yearly amount (pounds) of each opportunity after each step, at central values.

    Parameters
    ----------
    amounts, factors : DataFrame
        As returned by `recomputed` and `factors`.

    Returns
    -------
    DataFrame
        ``id``, ``title``, and in order ``printed``, ``recomputed``, ``transfers``, ``overlap``,
        ``cash``, ``group``, ``optimism``, ``cost``; key ``id``. Each column is what is left.

    Notes
    -----
    recomputed; 0 for transfers; x product of (1 - overlap); x share in cash; x share that needs
    the group; x share attained; - cost stated, or share of the cost x what was planned.
    """
    plan = Plan(amounts, factors, pd.DataFrame())
    values = central(plan)
    left = pd.DataFrame({"id": amounts["id"], "title": amounts["title"]})
    left = left.assign(printed=amounts["printed"], recomputed=product_of(plan, values, "amount")[0])
    left["transfers"] = left["recomputed"].where(~amounts["transfer"].astype(bool), 0.0)
    for before, part in (("transfers", "overlap"), ("overlap", "cash"), ("cash", "group")):
        left[part] = left[before] * product_of(plan, values, part)[0]
    left["optimism"] = left["group"] * common(plan, values, "attainment")[0, 0]
    cost = delivery_cost(plan, values, left["group"].to_numpy()[np.newaxis])[0]
    return left.assign(cost=left["optimism"] - cost)


STEPS = {
    "printed": "As printed",
    "recomputed": "Not from its inputs",
    "transfers": "Paid by another public body",
    "overlap": "Counted twice",
    "cash": "Not in cash",
    "group": "Possible without a group",
    "optimism": "Optimism bias",
    "cost": "Cost of delivery",
}
LAST = "A cautious board could bank"


def waterfall(after: pd.DataFrame) -> pd.DataFrame:
    """Return the way from what is printed to what could be banked (pounds a year).

    Parameters
    ----------
    after : DataFrame
        As returned by `steps`.

    Returns
    -------
    DataFrame
        ``step``, ``label``, ``change``, ``total`` (after the step), ``kind`` (total or change);
        key ``step``. The changes add up to the last total.
    """
    totals = after[list(STEPS)].sum()
    change = totals.diff().fillna(totals.iloc[0])
    table = pd.DataFrame(
        {
            "step": list(STEPS),
            "label": list(STEPS.values()),
            "change": change.to_numpy(),
            "total": totals.to_numpy(),
            "kind": ["total", *["change"] * (len(STEPS) - 1)],
        }
    )
    end = {"step": "bankable", "label": LAST, "change": totals.iloc[-1],
           "total": totals.iloc[-1], "kind": "total"}  # fmt: skip
    return pd.concat([table, pd.DataFrame([end])], ignore_index=True)


def draws(plan: Plan, *, number: int, correlation: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return correlated draws of the factors, one row a draw, one column a factor.

    Parameters
    ----------
    plan : Plan
        With its factors.
    number : int
        How many draws.
    correlation : float
        Of the normal scores of every two factors (0 to 1), turned so that all are high where the
        benefit is.
    rng : numpy.random.Generator
        Random numbers.

    Notes
    -----
    A Gaussian copula of one common factor: z = sqrt(c) common + sqrt(1 - c) own. Each factor is
    triangular from low by central to high, at the probability of its score.
    """
    if not 0 <= correlation <= 1:
        raise _refusal("correlation", f"{correlation}", "from 0 to 1")
    table = plan.factors
    common = rng.standard_normal((number, 1))
    # Factor by factor, so that further factors leave the draws of the others as they are.
    own = rng.standard_normal((len(table), number)).T
    scores = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    probability = stats.norm.cdf(scores * table["sense"].to_numpy())
    low, central, high = (table[name].to_numpy() for name in _LIMITS)
    width = high - low
    fixed = width == 0
    safe = np.where(fixed, 1.0, width)
    mode = np.where(fixed, 0.5, (central - low) / safe)
    values = np.where(fixed, low, stats.triang.ppf(probability, mode, loc=low, scale=safe))
    return pd.DataFrame(values, columns=table["factor"].tolist())


def present_values(plan: Plan, values: pd.DataFrame | None = None) -> pd.Series[float]:
    """Return the net present value (pounds) of each draw, or of the central values.

    Parameters
    ----------
    plan : Plan
        Amounts, factors, and the worth of a pound a year.
    values : DataFrame, optional
        As returned by `draws`; the central values without it.
    """
    flows = yearly(plan, values)
    worth = plan.worth.set_index("id").reindex(plan.amounts["id"])
    gain = flows.gains * worth["benefit"].to_numpy()
    loss = flows.costs * worth["cost"].to_numpy()
    return pd.Series((gain - loss).sum(axis=1), name="value")


def yearly(plan: Plan, values: pd.DataFrame | None = None) -> Yearly:
    """Return what is attained and what delivery costs (pounds a year), in public cash.

    Parameters
    ----------
    plan : Plan
        Amounts and factors.
    values : DataFrame, optional
        As returned by `draws`; the central values without it.
    """
    values = central(plan) if values is None else values
    real = ~plan.amounts["transfer"].to_numpy(dtype=bool)
    parts = [product_of(plan, values, part) for part in ("amount", "overlap", "cash", "group")]
    planned = np.prod(parts, axis=0) * real
    attained = common(plan, values, "attainment") * planned
    return Yearly(attained, delivery_cost(plan, values, planned))


def plan_of(
    amounts: pd.DataFrame, table: pd.DataFrame, *, years: int, rates: Mapping[str, float]
) -> Plan:
    """Return the plan over a number of years.

    Parameters
    ----------
    amounts, table : DataFrame
        As returned by `recomputed` and `factors`.
    years : int
        Number of years.
    rates : Mapping
        ``rate``, ``later_rate``, ``change_year``, as ``economics.discount_factors`` takes them.
    """
    discount = economics.discount_factors(
        years,
        rate=rates["rate"],
        later_rate=rates["later_rate"],
        change_year=int(rates["change_year"]),
    )
    return Plan(amounts, table, economics.annuities(amounts, discount))


def tornado(
    amounts: pd.DataFrame, factors: pd.DataFrame, *, years: int, rates: Mapping[str, float]
) -> pd.DataFrame:
    """Return the net present value (pounds) with one kind of factor at its ends, widest first.

    Parameters
    ----------
    amounts, factors, years, rates
        As for `plan_of`.

    Returns
    -------
    DataFrame
        ``part``, ``label``, ``central``, ``worst``, ``best``; key ``part``. All factors of the
        kind stand at their less and at their more favourable end, the others at the centre.
    """
    plan = plan_of(amounts, factors, years=years, rates=rates)
    table, values = plan.factors, central(plan)
    middle = float(present_values(plan).iloc[0])
    rows = []
    for part, (label, sense) in PARTS.items():
        of = table["part"].eq(part)
        if not of.any():
            continue
        worse, better = ("low", "high") if sense > 0 else ("high", "low")
        ends = [
            float(present_values(plan, values.assign(
                **dict(zip(table.loc[of, "factor"], table.loc[of, end], strict=True)))).iloc[0])
            for end in (worse, better)
        ]  # fmt: skip
        rows.append({"part": part, "label": label, "central": middle,
                     "worst": ends[0], "best": ends[1]})  # fmt: skip
    found = pd.DataFrame(rows)
    width = found["best"] - found["worst"]
    return found.loc[width.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def against(deficits: pd.DataFrame, flow: pd.DataFrame, *, in_the_accounts: float) -> pd.DataFrame:
    """Return what is printed and what could be banked as shares of the printed deficits.

    Parameters
    ----------
    deficits : DataFrame
        ``claim_id``, ``statement``, ``value`` (pounds), ``period``.
    flow : DataFrame
        As returned by `waterfall`.
    in_the_accounts : float
        As returned by ``appraisal.in_the_accounts``.

    Returns
    -------
    DataFrame
        ``claim_id``, ``statement``, ``period``, ``value``, ``printed``, ``trusts``, ``bankable``
        (shares).
    """
    require_columns(deficits, ["statement", "value"], where="deficits")
    totals = flow.set_index("step")["total"]
    return deficits.assign(
        printed=totals["printed"] / deficits["value"],
        trusts=in_the_accounts / deficits["value"],
        bankable=totals["bankable"] / deficits["value"],
    ).reset_index(drop=True)


def _changed(one: Opportunity, given: Mapping[str, Any]) -> Opportunity:
    shares = {name: given[name] for name in ("cash", "group") if given.get(name) is not None}
    update: dict[str, Any] = {f"{name}_share": _sure(value) for name, value in shares.items()}
    overlap = given.get("overlap")
    if overlap is not None:
        laps = [lap.model_copy(update={"share": _sure(overlap)}) for lap in one.overlaps]
        update["overlaps"] = tuple(laps)
    for name in ("start_year", "ramp_years", "delivery_cost"):
        if given.get(name) is not None:
            update[name] = given[name]
    return one.model_copy(update=update)


def _sure(share: float) -> Judgement:
    return Judgement(low=share, central=share, high=share, reason=_GIVEN)


def _ends(judgement: Judgement) -> tuple[list[float], str]:
    return [judgement.low, judgement.central, judgement.high], judgement.reason


def central(plan: Plan) -> pd.DataFrame:
    """Return the central values of all factors as one draw."""
    return pd.DataFrame([plan.factors["central"].tolist()], columns=plan.factors["factor"].tolist())


def product_of(plan: Plan, values: pd.DataFrame, part: str) -> np.ndarray:
    """Return draws x opportunities: the product of a part, of what is not counted twice for it."""
    known = plan.factors["opportunity"].isin(plan.amounts["id"])
    of_part = plan.factors[plan.factors["part"].eq(part) & known]
    columns = values.columns.get_indexer(pd.Index(of_part["factor"]))
    drawn = np.take(values.to_numpy(dtype=float), columns, axis=1)
    kept = 1 - drawn if part == "overlap" else drawn
    made = np.ones((len(values), len(plan.amounts)))
    places = pd.Index(plan.amounts["id"]).get_indexer(pd.Index(of_part["opportunity"]))
    for at, place in enumerate(places):
        made[:, place] *= kept[:, at]
    return made


def common(plan: Plan, values: pd.DataFrame, part: str) -> np.ndarray:
    """Return draws x 1: a part that is the same for all opportunities."""
    name = plan.factors.loc[plan.factors["part"].eq(part), "factor"].iloc[0]
    return values[[name]].to_numpy(dtype=float)


def delivery_cost(plan: Plan, values: pd.DataFrame, planned: np.ndarray) -> np.ndarray:
    """Return draws x opportunities: the cost stated, otherwise its share of what is planned."""
    stated = plan.amounts["delivery_cost"].to_numpy(dtype=float)
    cost: np.ndarray = np.where(np.isnan(stated), common(plan, values, "cost") * planned, stated)
    return cost


def _refusal(name: str, found: str, wanted: str) -> MethodError:
    return MethodError(
        where=f"benefits: {name}", found=found, wanted=wanted, remedy="mend the parameter"
    )
