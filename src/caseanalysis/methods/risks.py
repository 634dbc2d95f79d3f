"""Risks: the register with its gaps, what each would do to the present value, and all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError
from scipy import optimize, stats

from caseanalysis.errors import ParameterError
from caseanalysis.formatting import format_value
from caseanalysis.methods import benefits, economics
from caseanalysis.methods.appraisal import quantiles
from caseanalysis.opportunities import Risk
from caseanalysis.registers import Assumption

NOT_STATED = "not stated"
#: What each effect is called, the unit of its size, and how the size is written.
EFFECTS = {
    "delay": ("Delay", "years of delay", "decimal 1"),
    "cost": ("Cost", "more cost of delivery", "percent 0"),
    "benefit": ("Benefit", "of the benefit lost", "percent 0"),
}
_EMPTY = ("likelihood", "impact", "owner", "trigger", "cost")
_TEN_POINTS = 0.1


@dataclass(frozen=True)
class Setting:
    """What risks act on: the appraisal in public cash, and the size of a risk of each effect."""

    amounts: pd.DataFrame
    factors: pd.DataFrame
    years: int
    rates: Mapping[str, float]
    sizes: Mapping[str, float]


def central_sizes(ranges: Mapping[str, Assumption]) -> dict[str, float]:
    """Return the central size of a risk of each effect, for `Setting`."""
    return {effect: one.central for effect, one in ranges.items()}


def with_values(risks: Sequence[Risk], given: Mapping[str, Mapping[str, Any]]) -> list[Risk]:
    """Return the risks with the fields that a parameter gives in the place of their own.

    Parameters
    ----------
    risks : sequence of Risk
        Records of the case.
    given : Mapping
        By id: ``likelihood``, ``impact``, ``owner``, ``trigger``, ``cost``.

    Raises
    ------
    ParameterError
        If a value does not fit the risk, such as an impact for one that acts on no benefit.
    """
    return [_changed(one, given[one.id]) if given.get(one.id) else one for one in risks]


def register(risks: Sequence[Risk]) -> pd.DataFrame:
    """Return the risks as a table of words; what is left empty reads "not stated".

    Parameters
    ----------
    risks : sequence of Risk
        Records, perhaps with values from a parameter.

    Returns
    -------
    DataFrame
        Fields of the record; ``likelihood``, ``impact`` and ``cost`` in words with their unit; key
        ``id``; empty without risks.
    """
    rows = []
    for one in risks:
        row = one.model_dump() | {
            "likelihood": _words(one.likelihood, "percent 0"),
            "impact": _impact(one),
            "cost": _words(one.cost, "pounds"),
        }
        rows.append({name: NOT_STATED if value is None else value for name, value in row.items()})
    return pd.DataFrame(rows).drop(columns="opportunities") if rows else pd.DataFrame()


def emptiness(risks: Sequence[Risk]) -> pd.DataFrame:
    """Return how many risks have each field of a register filled in, and how many not.

    Returns
    -------
    DataFrame
        ``field``, ``filled``, ``empty``, ``all``; key ``field``; no rows without risks.
    """
    names = ("mitigation", *_EMPTY) if risks else ()
    rows = [
        {"field": name.capitalize(), "filled": sum(getattr(one, name) is not None for one in risks)}
        for name in names
    ]
    if not rows:
        return pd.DataFrame()
    table = pd.DataFrame(rows).assign(all=len(risks))
    return table.assign(empty=table["all"] - table["filled"])


def links(setting: Setting, risks: Sequence[Risk]) -> pd.DataFrame:
    """Return what each risk would do to each opportunity that it bears on, if it came about.

    Parameters
    ----------
    setting : Setting
        The appraisal.
    risks : sequence of Risk
        Those without an effect are left out.

    Returns
    -------
    DataFrame
        ``id``, ``title``, ``effect``, ``opportunity``, ``opportunity_title``, ``change`` (of the
        net present value, pounds; all factors central); key ``id``, ``opportunity``; opportunities
        that are worth nothing to begin with have a change of 0.

    Notes
    -----
    With g and c the gain and the cost of delivery a year, w the worth of a pound a year: a loss s
    takes g w s, an overrun s takes c w s, a delay d takes g (w(0) - w(d)). A loss spares no cost.
    """
    flows, titles = _flows(setting), setting.amounts.set_index("id")["title"]
    rows = []
    for risk in risks:
        if risk.effect is None:
            continue
        change = _change(setting, flows, risk.effect, _size(setting, risk))
        rows += [
            {"id": risk.id, "title": risk.title, "effect": risk.effect, "opportunity": name,
             "opportunity_title": titles[name], "change": change[at] + 0.0}
            for at, name in enumerate(titles.index)
            if _bears(setting, risk)[at]
        ]  # fmt: skip
    return pd.DataFrame(rows)


def alone(setting: Setting, risks: Sequence[Risk]) -> pd.DataFrame:
    """Return what each risk by itself would do to the net present value, and when it is 0.

    Parameters
    ----------
    setting : Setting
        The appraisal.
    risks : sequence of Risk
        Those with neither an effect nor a cost are left out.

    Returns
    -------
    DataFrame
        ``id``, ``title``, ``effect``, ``acts`` (size in words), ``bears_on`` (titles, all or none),
        ``before`` and ``after`` (net present value, pounds), ``change``, ``ten_points`` (change of
        the expected value for each 10 points of likelihood), ``share`` (of the value that it takes,
        if it comes about), ``break_even_likelihood`` (at which the expected value is 0; missing
        where it is above 0 even if the risk is certain), ``break_even`` (the size, in words, at
        which a certain risk brings the value to 0); key ``id``, the largest loss first.
    """
    flows = _flows(setting)
    before = _value(flows)
    rows = []
    for risk in risks:
        if risk.effect is None and risk.cost is None:
            continue
        size, on = _size(setting, risk), _bears(setting, risk)
        taken = 0.0 if risk.effect is None else float(
            _change(setting, flows, risk.effect, size)[on].sum())  # fmt: skip
        change = taken - (risk.cost or 0.0)
        reached = before > 0 and -change >= before
        rows.append({
            "id": risk.id, "title": risk.title, "effect": _effect(risk), "acts": _acts(risk, size),
            "bears_on": _bears_on(setting, risk, on),
            "before": before, "after": before + change, "change": change,
            "ten_points": _TEN_POINTS * change,
            "share": -change / before if before > 0 else np.nan,
            "break_even_likelihood": before / -change if reached else np.nan,
            "break_even": _size_for_nothing(setting, flows, risk),
        })  # fmt: skip
    found = pd.DataFrame(rows)
    return found.sort_values("change", kind="stable", ignore_index=True) if rows else found


def together(
    setting: Setting,
    risks: Sequence[Risk],
    *,
    likelihoods: Sequence[float],
    number: int,
    correlation: float,
    confidence_level: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the net present value (pounds) were every risk as likely as each of the likelihoods.

    Parameters
    ----------
    setting : Setting
        The appraisal.
    risks : sequence of Risk
        Those without an effect are left out.
    likelihoods : sequence of float
        From 0 to 1; the same draws serve all of them.
    number, correlation, rng
        As for ``benefits.draws``; the risks are correlated among themselves in the same way.
    confidence_level : float
        Probability that the interval covers.

    Returns
    -------
    DataFrame
        ``likelihood``, ``value`` (median), ``lower``, ``upper``, ``mean``, ``share_positive``; key
        ``likelihood``.
    """
    acting = [one for one in risks if one.effect is not None]
    if not acting:
        return pd.DataFrame()
    drawn, scores = _drawn(setting, acting, number=number, correlation=correlation, rng=rng)
    rows = []
    for likelihood in likelihoods:
        sample = _sample(setting, drawn, acting, scores < likelihood)
        rows.append({"likelihood": likelihood, "mean": float(sample.mean()),
                     **quantiles(sample, confidence_level=confidence_level)})  # fmt: skip
    return pd.DataFrame(rows)


def by_size(
    setting: Setting,
    risks: Sequence[Risk],
    *,
    sizes: Mapping[str, Assumption],
    likelihoods: Sequence[float],
    number: int,
    correlation: float,
    confidence_level: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the common likelihood at which nothing is left, with risks small, middling, large.

    Parameters
    ----------
    setting, risks, likelihoods, number, correlation, confidence_level, rng
        As for `together`; each size is drawn anew.
    sizes : Mapping of str to Assumption
        By effect, the sizes that the register has: low, central and high.

    Returns
    -------
    DataFrame
        ``sizes`` (low, central, high), ``delay`` (years), ``cost``, ``benefit`` (shares),
        ``likelihood`` (missing where the median never falls to 0), ``certain`` (median with every
        risk certain, pounds); key ``sizes``.
    """
    rows = []
    for name in ("low", "central", "high"):
        of_name = {effect: float(getattr(one, name)) for effect, one in sizes.items()}
        found = together(
            replace(setting, sizes=of_name), risks, likelihoods=likelihoods, number=number,
            correlation=correlation, confidence_level=confidence_level, rng=rng,
        )  # fmt: skip
        if len(found):
            rows.append({"sizes": name, **of_name, "likelihood": likelihood_for_nothing(found),
                         "certain": float(found["value"].iloc[-1])})  # fmt: skip
    return pd.DataFrame(rows)


def likelihood_for_nothing(table: pd.DataFrame) -> float | None:
    """Return the common likelihood at which the median of `together` is 0; None if it never is."""
    if table.empty or table["value"].iloc[0] <= 0 or table["value"].gt(0).all():
        return None
    at = int(table["value"].gt(0).to_numpy().argmin())
    last, first = table.iloc[at - 1], table.iloc[at]
    step = last["value"] / (last["value"] - first["value"])
    return float(last["likelihood"] + step * (first["likelihood"] - last["likelihood"]))


def quantified(risks: Sequence[Risk]) -> list[Risk]:
    """Return the risks that have a likelihood, and an effect or a cost for it to bring about."""
    return [
        one
        for one in risks
        if one.likelihood is not None and (one.effect is not None or one.cost is not None)
    ]


def simulated(
    setting: Setting,
    risks: Sequence[Risk],
    *,
    number: int,
    correlation: float,
    confidence_level: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the net present value (pounds) without and with the risks that are quantified.

    Parameters
    ----------
    setting, number, correlation, confidence_level, rng
        As for `together`.
    risks : sequence of Risk
        Those that `quantified` leaves out count as not coming about.

    Returns
    -------
    DataFrame
        ``case``, ``likelihood`` (of a risk by itself), ``value`` (median), ``lower``, ``upper``,
        ``mean``, ``share_positive``: without any, with each by itself, with all of them; no rows
        where no risk is quantified.
    """
    known = quantified(risks)
    if not known:
        return pd.DataFrame()
    drawn, scores = _drawn(setting, known, number=number, correlation=correlation, rng=rng)
    chances = np.array([one.likelihood for one in known], dtype=float)
    hit = scores < chances
    cases = [("Without the risks", np.nan, np.zeros(len(known), dtype=bool))]
    each = np.eye(len(known), dtype=bool)
    cases += [(one.title, chances[at], each[at]) for at, one in enumerate(known)]
    cases += [("All of these together", np.nan, np.ones(len(known), dtype=bool))]
    rows = []
    for name, chance, among in cases:
        sample = _sample(setting, drawn, known, hit & among)
        rows.append({"case": name, "likelihood": chance, "mean": float(sample.mean()),
                     **quantiles(sample, confidence_level=confidence_level)})  # fmt: skip
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _Flows:
    """Yearly gain and cost of each opportunity at central values, and the worth of a pound."""

    gain: np.ndarray
    cost: np.ndarray
    worth: np.ndarray
    worth_of_cost: np.ndarray


def _changed(one: Risk, given: Mapping[str, Any]) -> Risk:
    try:
        return Risk.model_validate(one.model_dump() | dict(given))
    except ValidationError as error:
        fault = error.errors()[0]
        raise ParameterError(
            where=f"risk_values, {one.id}",
            found=repr(dict(given)),
            wanted=fault["msg"].removeprefix("Value error, "),
            remedy="mend the parameter, or the risk in the case's risks.yaml",
        ) from None


def _plan(setting: Setting) -> benefits.Plan:
    return benefits.plan_of(
        setting.amounts, setting.factors, years=setting.years, rates=setting.rates
    )


def _flows(setting: Setting) -> _Flows:
    plan = _plan(setting)
    flows = benefits.yearly(plan)
    worth = plan.worth.set_index("id").reindex(setting.amounts["id"])
    return _Flows(flows.gains[0], flows.costs[0], worth["benefit"].to_numpy(),
                  worth["cost"].to_numpy())  # fmt: skip


def _value(flows: _Flows) -> float:
    return float((flows.gain * flows.worth - flows.cost * flows.worth_of_cost).sum())


def _bears(setting: Setting, risk: Risk) -> np.ndarray:
    names = setting.amounts["id"]
    on: np.ndarray = names.isin(risk.opportunities or names.tolist()).to_numpy()
    return on


def _size(setting: Setting, risk: Risk) -> float:
    if risk.effect is None:
        return 0.0
    return setting.sizes[risk.effect] if risk.impact is None else risk.impact


def _change(setting: Setting, flows: _Flows, effect: str, size: float) -> np.ndarray:
    late = flows.worth
    if effect == "delay":
        late = _worth_of_delays(setting, np.full((1, len(flows.gain)), size))[0]
    change: np.ndarray = {
        "benefit": -flows.gain * flows.worth * size,
        "cost": -flows.cost * flows.worth_of_cost * size,
        "delay": flows.gain * (late - flows.worth),
    }[effect]
    return change


def _worth_of_delays(setting: Setting, delays: np.ndarray) -> np.ndarray:
    """Return draws x opportunities: the worth of a pound a year that starts so much later."""
    factors = economics.discount_factors(
        setting.years,
        rate=setting.rates["rate"],
        later_rate=setting.rates["later_rate"],
        change_year=int(setting.rates["change_year"]),
    )
    different, place = np.unique(delays, return_inverse=True)
    timing = setting.amounts.merge(pd.DataFrame({"delay": different}), how="cross")
    timing = timing.assign(id=range(len(timing)), start_year=timing["start_year"] + timing["delay"])
    worth = economics.annuities(timing, factors)["benefit"].to_numpy()
    by_delay = worth.reshape(len(setting.amounts), len(different))
    found: np.ndarray = by_delay[np.arange(delays.shape[1]), place.reshape(delays.shape)]
    return found


def _size_for_nothing(setting: Setting, flows: _Flows, risk: Risk) -> str:
    before, on = _value(flows), _bears(setting, risk)
    if risk.effect is None or before <= 0:
        return "not applicable"
    _, unit, style = EFFECTS[risk.effect]
    most = {"benefit": 1.0, "cost": np.inf, "delay": float(setting.years)}[risk.effect]
    if risk.effect == "delay":

        def left(delay: float) -> float:
            return before + float(_change(setting, flows, "delay", delay)[on].sum())

        size = optimize.brentq(left, 0.0, most, xtol=1e-3) if left(most) < 0 else np.inf
    else:
        taken = -float(_change(setting, flows, risk.effect, 1.0)[on].sum())
        size = before / taken if taken > 0 else np.inf
    if not np.isfinite(size) or size > most:
        return "none: too little hangs on it"
    return f"{format_value(size, style)} {unit}"


def _drawn(
    setting: Setting, risks: Sequence[Risk], *, number: int, correlation: float,
    rng: np.random.Generator,
) -> tuple[benefits.Yearly, np.ndarray]:  # fmt: skip
    """Return gains and costs of each draw, and a probability by draw and risk, from 0 to 1."""
    plan = _plan(setting)
    values = benefits.draws(plan, number=number, correlation=correlation, rng=rng)
    common, own = rng.standard_normal((number, 1)), rng.standard_normal((number, len(risks)))
    scores = stats.norm.cdf(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)
    return benefits.yearly(plan, values), scores


def _sample(
    setting: Setting, drawn: benefits.Yearly, risks: Sequence[Risk], struck: np.ndarray
) -> pd.Series[float]:
    """Return the value of each draw: losses multiply, costs add, delays run together."""
    keep, more, late = (np.full(drawn.gains.shape, start) for start in (1.0, 1.0, 0.0))
    once = np.zeros(len(struck))
    for at, risk in enumerate(risks):
        hit = struck[:, [at]] * _bears(setting, risk) * _size(setting, risk)
        once += struck[:, at] * (risk.cost or 0.0)
        if risk.effect == "benefit":
            keep = keep * (1 - hit)
        elif risk.effect == "cost":
            more = more + hit
        elif risk.effect == "delay":
            late = np.maximum(late, hit)
    worth = _worth_of_delays(setting, late)
    of_cost = _flows(setting).worth_of_cost
    value = (drawn.gains * keep * worth - drawn.costs * more * of_cost).sum(axis=1) - once
    return pd.Series(value, name="value")


def _words(value: float | None, style: str) -> str | None:
    return None if value is None else format_value(value, style)


def _impact(risk: Risk) -> str | None:
    if risk.impact is None or risk.effect is None:
        return None
    _, unit, style = EFFECTS[risk.effect]
    return f"{format_value(risk.impact, style)} {unit}"


def _effect(risk: Risk) -> str:
    return "Cost, once" if risk.effect is None else EFFECTS[risk.effect][0]


def _bears_on(setting: Setting, risk: Risk, on: np.ndarray) -> str:
    if risk.effect is None:
        return "none of them"
    return "all" if on.all() else "; ".join(setting.amounts.loc[on, "title"])


def _acts(risk: Risk, size: float) -> str:
    once = "" if risk.cost is None else f"{format_value(risk.cost, 'pounds')} once"
    if risk.effect is None:
        return once
    _, unit, style = EFFECTS[risk.effect]
    return "; ".join(filter(None, [f"{format_value(size, style)} {unit}", once]))
