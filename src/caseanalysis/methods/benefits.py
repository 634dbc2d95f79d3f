"""Benefits in pounds: as printed, recomputed, net of what is not a benefit, and over years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from caseanalysis.errors import MethodError
from caseanalysis.methods import economics
from caseanalysis.methods.columns import require_columns
from caseanalysis.opportunities import Judgement, Opportunity, Risk
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


@dataclass(frozen=True)
class Plan:
    """What an appraisal rests on: amounts, factors, and what a pound a year is worth."""

    amounts: pd.DataFrame
    factors: pd.DataFrame
    worth: pd.DataFrame


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
        if len(fact):
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
    values = _central(plan)
    left = pd.DataFrame({"id": amounts["id"], "title": amounts["title"]})
    left = left.assign(printed=amounts["printed"], recomputed=_part(plan, values, "amount")[0])
    left["transfers"] = left["recomputed"].where(~amounts["transfer"].astype(bool), 0.0)
    for before, part in (("transfers", "overlap"), ("overlap", "cash"), ("cash", "group")):
        left[part] = left[before] * _part(plan, values, part)[0]
    left["optimism"] = left["group"] * _whole(plan, values, "attainment")[0]
    cost = _cost(plan, values, left["group"].to_numpy()[np.newaxis])[0]
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
    own = rng.standard_normal((number, len(table)))
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
    values = _central(plan) if values is None else values
    planned = _planned(plan, values)
    worth = plan.worth.set_index("id").reindex(plan.amounts["id"])
    attained = _whole(plan, values, "attainment")[:, np.newaxis] * planned
    gain = attained * worth["benefit"].to_numpy()
    loss = _cost(plan, values, planned) * worth["cost"].to_numpy()
    return pd.Series((gain - loss).sum(axis=1), name="value")


def quantiles(sample: pd.Series[float], *, confidence_level: float) -> dict[str, float]:
    """Return the median, the ends of the interval, and the share of draws above 0."""
    outside = (1 - confidence_level) / 2
    return {
        "value": float(sample.median()),
        "lower": float(sample.quantile(outside)),
        "upper": float(sample.quantile(1 - outside)),
        "share_positive": float((sample > 0).mean()),
    }


def over_years(
    amounts: pd.DataFrame,
    table: pd.DataFrame,
    *,
    horizons: Sequence[int],
    rates: Mapping[str, float],
    number: int,
    correlation: float,
    confidence_level: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the net present value (pounds) over each number of years, with its interval.

    Parameters
    ----------
    amounts, table : DataFrame
        As returned by `recomputed` and `factors`.
    horizons : sequence of int
        Numbers of years.
    rates : Mapping
        ``rate``, ``later_rate``, ``change_year``, as ``economics.discount_factors`` takes them.
    number, correlation, rng
        As for `draws`.
    confidence_level : float
        Probability that the interval covers.

    Returns
    -------
    DataFrame
        ``years``, ``central`` (all factors central), ``value`` (median of the draws), ``lower``,
        ``upper``, ``share_positive``, ``break_even``; key ``years``.
    """
    rows = []
    for years in horizons:
        one = plan_of(amounts, table, years=years, rates=rates)
        sample = present_values(one, draws(one, number=number, correlation=correlation, rng=rng))
        central = float(present_values(one).iloc[0])
        found = quantiles(sample, confidence_level=confidence_level)
        rows.append({"years": years, "central": central, **found, "break_even": break_even(one)})
    return pd.DataFrame(rows)


def plan_of(
    amounts: pd.DataFrame, table: pd.DataFrame, *, years: int, rates: Mapping[str, float]
) -> Plan:
    """Return the plan over a number of years; ``rates`` as for `over_years`."""
    discount = economics.discount_factors(
        years,
        rate=rates["rate"],
        later_rate=rates["later_rate"],
        change_year=int(rates["change_year"]),
    )
    return Plan(amounts, table, economics.annuities(amounts, discount))


def break_even(plan: Plan) -> float:
    """Return the share of the plan to attain for a net present value of 0; NaN without benefit.

    Notes
    -----
    The value is linear in the share attained a: V(a) = a G - C, so that a = C / G, with C = -V(0).
    """
    values = _central(plan)
    name = plan.factors.loc[plan.factors["part"].eq("attainment"), "factor"].iloc[0]
    none, whole = (
        float(present_values(plan, values.assign(**{name: share})).iloc[0]) for share in (0.0, 1.0)
    )
    return -none / (whole - none) if whole > none else float("nan")


def tornado(
    amounts: pd.DataFrame, factors: pd.DataFrame, *, years: int, rates: Mapping[str, float]
) -> pd.DataFrame:
    """Return the net present value (pounds) with one kind of factor at its ends, widest first.

    Parameters
    ----------
    amounts, factors, years, rates
        As for `over_years`, for one number of years.

    Returns
    -------
    DataFrame
        ``part``, ``label``, ``central``, ``worst``, ``best``; key ``part``. All factors of the
        kind stand at their less and at their more favourable end, the others at the centre.
    """
    plan = plan_of(amounts, factors, years=years, rates=rates)
    table, values = plan.factors, _central(plan)
    central = float(present_values(plan).iloc[0])
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
        rows.append({"part": part, "label": label, "central": central,
                     "worst": ends[0], "best": ends[1]})  # fmt: skip
    found = pd.DataFrame(rows)
    width = found["best"] - found["worst"]
    return found.loc[width.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def against(deficits: pd.DataFrame, flow: pd.DataFrame) -> pd.DataFrame:
    """Return what is printed and what could be banked as shares of the printed deficits.

    Parameters
    ----------
    deficits : DataFrame
        ``claim_id``, ``statement``, ``value`` (pounds), ``period``.
    flow : DataFrame
        As returned by `waterfall`.

    Returns
    -------
    DataFrame
        ``claim_id``, ``statement``, ``period``, ``value``, ``printed``, ``bankable`` (shares).
    """
    require_columns(deficits, ["statement", "value"], where="deficits")
    totals = flow.set_index("step")["total"]
    return deficits.assign(
        printed=totals["printed"] / deficits["value"],
        bankable=totals["bankable"] / deficits["value"],
    ).reset_index(drop=True)


def risk_effects(
    amounts: pd.DataFrame,
    table: pd.DataFrame,
    risks: Sequence[Risk],
    *,
    years: int,
    rates: Mapping[str, float],
    sizes: Mapping[str, float],
) -> pd.DataFrame:  # fmt: skip
    """Return what each risk that acts on pounds would do to the net present value (pounds).

    Parameters
    ----------
    amounts, table : DataFrame
        As returned by `recomputed` and `factors`.
    risks : sequence of Risk
        Records of the case; those without an effect are left out.
    years, rates
        As for `over_years`, for one number of years.
    sizes : Mapping
        ``delay`` (years), ``cost`` (share by which delivery costs more), ``benefit`` (share of the
        benefit lost).

    Returns
    -------
    DataFrame
        ``id``, ``statement``, ``effect``, ``opportunities`` (those it bears on, or all), ``value``
        (of the plan with the risk), ``change``; key ``id``.
    """
    base = float(present_values(plan_of(amounts, table, years=years, rates=rates)).iloc[0])
    rows = []
    for risk in risks:
        if risk.effect is None:
            continue
        on = amounts["id"].isin(risk.opportunities or amounts["id"].tolist())
        changed = _with_risk(amounts, table, on, risk.effect, sizes[risk.effect])
        value = float(present_values(plan_of(*changed, years=years, rates=rates)).iloc[0])
        rows.append(
            {
                "id": risk.id,
                "statement": risk.statement,
                "effect": risk.effect,
                "opportunities": "all" if on.all() else "; ".join(amounts.loc[on, "title"]),
                "value": value,
                "change": value - base,
            }
        )
    return pd.DataFrame(rows)


def register(risks: Sequence[Risk]) -> pd.DataFrame:
    """Return the risks as a table; the fields that the case leaves empty read "not stated"."""
    rows = [one.model_dump() for one in risks]
    if not rows:
        return pd.DataFrame()
    table = pd.DataFrame(rows).astype(object)
    empty = ["mitigation", "likelihood", "impact", "owner", "trigger", "cost"]
    table[empty] = table[empty].where(table[empty].notna(), NOT_STATED)
    return table


def _with_risk(
    amounts: pd.DataFrame, table: pd.DataFrame, on: pd.Series[bool], effect: str, size: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if effect == "delay":
        return amounts.assign(start_year=amounts["start_year"] + on * size), table
    if effect == "benefit":
        hit = table["opportunity"].isin(amounts.loc[on, "id"]) & table["part"].eq("amount")
        keep = 1 - size
    else:
        hit, keep = table["part"].eq("cost"), 1 + size * float(on.mean())
    return amounts, table.assign(
        **{one: table[one].where(~hit, table[one] * keep) for one in _LIMITS}
    )


def _ends(judgement: Judgement) -> tuple[list[float], str]:
    return [judgement.low, judgement.central, judgement.high], judgement.reason


def _central(plan: Plan) -> pd.DataFrame:
    return pd.DataFrame([plan.factors["central"].tolist()], columns=plan.factors["factor"].tolist())


def _part(plan: Plan, values: pd.DataFrame, part: str) -> np.ndarray:
    """Return draws x opportunities: the product of a part, of what is not counted twice for it."""
    of_part = plan.factors[plan.factors["part"].eq(part)]
    made = np.ones((len(values), len(plan.amounts)))
    for at, name in enumerate(plan.amounts["id"]):
        drawn = values[of_part.loc[of_part["opportunity"].eq(name), "factor"]].to_numpy()
        made[:, at] = np.prod(1 - drawn if part == "overlap" else drawn, axis=1)
    return made


def _whole(plan: Plan, values: pd.DataFrame, part: str) -> np.ndarray:
    name = plan.factors.loc[plan.factors["part"].eq(part), "factor"].iloc[0]
    whole: np.ndarray = values[name].to_numpy(dtype=float)
    return whole


def _planned(plan: Plan, values: pd.DataFrame) -> np.ndarray:
    real = ~plan.amounts["transfer"].to_numpy(dtype=bool)
    parts = [_part(plan, values, part) for part in ("amount", "overlap", "cash", "group")]
    planned: np.ndarray = np.prod(parts, axis=0) * real
    return planned


def _cost(plan: Plan, values: pd.DataFrame, planned: np.ndarray) -> np.ndarray:
    stated = plan.amounts["delivery_cost"].to_numpy(dtype=float)
    share = _whole(plan, values, "cost")[:, np.newaxis] * planned
    cost: np.ndarray = np.where(np.isnan(stated), share, stated)
    return cost


def _refusal(name: str, found: str, wanted: str) -> MethodError:
    return MethodError(
        where=f"benefits: {name}", found=found, wanted=wanted, remedy="mend the parameter"
    )
