"""Net present values from three points of view: the trusts' accounts, public cash, society."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caseanalysis.methods import benefits
from caseanalysis.methods.benefits import Plan

#: The points of view, in words.
VIEWS = {
    "trusts": "The trusts' accounts",
    "bankable": "Public cash",
    "resources": "Society, without health",
    "economic": "Society, with health",
}
#: Each kind in words, how it counts in cash, and how it counts for society.
KINDS = {
    "cash-releasing": (
        "Cash-releasing",
        "The share that leaves the accounts",
        "The same: what does not leave is overhead that stays",
    ),
    "capacity": (
        "Beds and time freed",
        "The share that leaves the accounts",
        "Cash, and part of the rest: beds and hours are used again",
    ),
    "income": (
        "Income from the commissioner",
        "Counted for the trusts; in public cash it nets out",
        "Nets out; the cost of delivery stays, the patients' gain has no price here",
    ),
    "quality": (
        "Better care",
        "The share that leaves the accounts",
        "Cash, and the health of patients where a record gives it",
    ),
}
HEALTH, COST = "Health of patients", "Cost of delivery"
_ALL = "all"
_MONEY = ("trusts", "bankable", "resources")
#: What only the view of society needs: what each factor is; more of it is always better.
_WIDER = {
    "capacity": "Freed capacity that is used again",
    "health": "Years of life in full health, a year",
    "health_value": "Worth of a year in full health",
}


def economic_factors(
    table: pd.DataFrame,
    *,
    capacity: Sequence[float],
    health_value: Sequence[float],
    health: Mapping[str, Sequence[float]] | None = None,
) -> pd.DataFrame:
    """Return the factors of the benefits, with those that only the view of society needs.

    Parameters
    ----------
    table : DataFrame
        As returned by ``benefits.factors``.
    capacity : sequence of float
        Low, central and high: share of freed capacity outside cash that counts as used again.
    health_value : sequence of float
        Low, central and high: pounds for a year of life in full health.
    health : Mapping, optional
        By id of an opportunity, years of life in full health that it gives a year at the whole:
        low, central and high.

    Returns
    -------
    DataFrame
        As ``benefits.factors``; key ``factor``.
    """
    rows = [("capacity", _ALL, capacity), ("health_value", _ALL, health_value)]
    rows += [("health", name, ends) for name, ends in (health or {}).items()]
    wider = pd.DataFrame(
        [
            {"factor": f"{part}/{who}", "opportunity": who, "part": part, "label": _WIDER[part],
             "sense": 1, "low": float(ends[0]), "central": float(ends[1]), "high": float(ends[2]),
             "reason": "register of assumptions, or the parameter"}
            for part, who, ends in rows
        ]
    )  # fmt: skip
    return pd.concat([table, wider], ignore_index=True)


def plan_of(
    amounts: pd.DataFrame,
    table: pd.DataFrame,
    *,
    years: int,
    rates: Mapping[str, float],
    health_rates: Mapping[str, float],
) -> Plan:
    """Return the plan over a number of years, with the worth of health too.

    Parameters
    ----------
    amounts : DataFrame
        As returned by ``benefits.recomputed``.
    table : DataFrame
        As returned by `economic_factors`.
    years : int
        Number of years.
    rates, health_rates : Mapping
        ``rate``, ``later_rate``, ``change_year``, for money and for health.
    """
    money = benefits.plan_of(amounts, table, years=years, rates=rates)
    health = benefits.plan_of(amounts, table, years=years, rates=health_rates)
    return Plan(amounts, table, money.worth.assign(health=health.worth["benefit"]))


def streams(plan: Plan, values: pd.DataFrame | None = None) -> dict[str, dict[str, np.ndarray]]:
    """Return pounds a year once all has built up, by view and by money, health and cost.

    Parameters
    ----------
    plan : Plan
        As returned by `plan_of`.
    values : DataFrame, optional
        As returned by ``benefits.draws``; the central values without it.

    Returns
    -------
    dict
        By view ``money``, ``health`` and ``cost``, each draws x opportunities.

    Notes
    -----
    planned = amount x (1 - overlap) x share that needs the group. In cash: x share in cash x share
    attained. For society, capacity: x (cash + u (1 - cash)), u the share used again; what another
    public body pays: 0; health: years x share of the group x share attained x worth of a year.
    Delivery costs the same in the trusts' accounts and for society, since work is done and paid
    for either way.
    """
    values = benefits.central(plan) if values is None else values
    kind, paid = plan.amounts["kind"], plan.amounts["transfer"].to_numpy(dtype=bool)
    group = benefits.product_of(plan, values, "group")
    cash = benefits.product_of(plan, values, "cash")
    attained = benefits.common(plan, values, "attainment")
    amount = benefits.product_of(plan, values, "amount")
    planned = amount * benefits.product_of(plan, values, "overlap") * group
    again = benefits.common(plan, values, "capacity") * kind.eq("capacity").to_numpy()
    years = benefits.product_of(plan, values, "health") * _has_health(plan)
    public = benefits.yearly(plan, values)
    cost = benefits.delivery_cost(plan, values, planned * cash)
    none = np.zeros_like(planned)
    used = (cash + again * (1 - cash)) * ~paid
    health = years * group * attained * benefits.common(plan, values, "health_value")
    return {
        "trusts": {"money": planned * cash * attained, "health": none, "cost": cost},
        "bankable": {"money": public.gains, "health": none, "cost": public.costs},
        "resources": {"money": planned * used * attained, "health": none, "cost": cost},
        "economic": {"money": planned * used * attained, "health": health, "cost": cost},
    }


def present_values(plan: Plan, values: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the net present value (pounds) of each draw, one column a view."""
    worth = plan.worth.set_index("id").reindex(plan.amounts["id"])
    return pd.DataFrame(
        {
            view: (
                parts["money"] * worth["benefit"].to_numpy()
                + parts["health"] * worth["health"].to_numpy()
                - parts["cost"] * worth["cost"].to_numpy()
            ).sum(axis=1)
            for view, parts in streams(plan, values).items()
        }
    )


def components(plan: Plan) -> pd.DataFrame:
    """Return what the central net present value of each view is made of (pounds).

    Parameters
    ----------
    plan : Plan
        As returned by `plan_of`.

    Returns
    -------
    DataFrame
        ``view``, ``label``, ``component`` (a kind in words, health of patients, cost of delivery),
        ``value`` (a cost is negative); key ``view``, ``component``; parts of nothing are left out.
    """
    worth = plan.worth.set_index("id").reindex(plan.amounts["id"])
    rows = []
    for view, parts in streams(plan).items():
        money = parts["money"][0] * worth["benefit"].to_numpy()
        of_kind = pd.Series(money).groupby(plan.amounts["kind"].to_numpy()).sum()
        made = {words[0]: float(of_kind.get(kind, 0.0)) for kind, words in KINDS.items()}
        made[HEALTH] = float((parts["health"][0] * worth["health"].to_numpy()).sum())
        made[COST] = -float((parts["cost"][0] * worth["cost"].to_numpy()).sum())
        rows += [
            {"view": view, "label": VIEWS[view], "component": name, "value": value}
            for name, value in made.items()
            if value
        ]
    return pd.DataFrame(rows)


def by_kind(plan: Plan) -> pd.DataFrame:
    """Return how each kind of benefit counts in each view: pounds a year, and in words.

    Parameters
    ----------
    plan : Plan
        As returned by `plan_of`.

    Returns
    -------
    DataFrame
        ``kind``, ``label``, ``printed``, ``trusts``, ``bankable``, ``resources`` (attained, before
        the cost of delivery), ``health``, ``in_cash``, ``for_society`` (in words); key ``kind``.
    """
    amounts = plan.amounts
    table = pd.DataFrame({"kind": amounts["kind"], "printed": amounts["printed"]})
    parts = streams(plan)
    table = table.assign(
        **{view: parts[view]["money"][0] for view in _MONEY}, health=parts["economic"]["health"][0]
    )
    sums = (
        table.groupby("kind").sum().reindex([kind for kind in KINDS if kind in set(table["kind"])])
    )
    words = [KINDS[str(kind)] for kind in sums.index]
    named = sums.reset_index().assign(
        label=[one[0] for one in words],
        in_cash=[one[1] for one in words],
        for_society=[one[2] for one in words],
    )
    return named[["kind", "label", "printed", *_MONEY, "health", "in_cash", "for_society"]]


def over_years(
    amounts: pd.DataFrame,
    table: pd.DataFrame,
    *,
    horizons: Sequence[int],
    rates: Mapping[str, float],
    health_rates: Mapping[str, float],
    number: int,
    correlation: float,
    confidence_level: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the net present value (pounds) of each view over each number of years.

    Parameters
    ----------
    amounts, table, rates, health_rates
        As for `plan_of`.
    horizons : sequence of int
        Numbers of years.
    number, correlation, rng
        As for ``benefits.draws``; the same draws serve all views and horizons.
    confidence_level : float
        Probability that the interval covers.

    Returns
    -------
    DataFrame
        ``view``, ``label``, ``years``, ``central`` (all factors central), ``value`` (median of the
        draws), ``lower``, ``upper``, ``share_positive`` (of the draws), ``break_even`` (share to
        attain for a value of 0; missing where there is no benefit), ``affordable`` (cost of
        delivery, pounds a year, at which the value is 0); key ``view``, ``years``.
    """
    empty = Plan(amounts, table, pd.DataFrame())
    drawn = benefits.draws(empty, number=number, correlation=correlation, rng=rng)
    rows = []
    for years in horizons:
        plan = plan_of(amounts, table, years=years, rates=rates, health_rates=health_rates)
        sample, central, even = present_values(plan, drawn), present_values(plan), break_even(plan)
        afforded = affordable(plan)
        for view, label in VIEWS.items():
            found = quantiles(sample[view], confidence_level=confidence_level)
            rows.append({"view": view, "label": label, "years": years,
                         "central": float(central[view].iloc[0]), **found,
                         "break_even": even[view], "affordable": afforded[view]})  # fmt: skip
    return pd.DataFrame(rows).sort_values("view", key=lambda view: view.map(list(VIEWS).index),
                                          kind="stable", ignore_index=True)  # fmt: skip


def quantiles(sample: pd.Series[float], *, confidence_level: float) -> dict[str, float]:
    """Return the median, the ends of the interval, and the share of draws above 0."""
    outside = (1 - confidence_level) / 2
    return {
        "value": float(sample.median()),
        "lower": float(sample.quantile(outside)),
        "upper": float(sample.quantile(1 - outside)),
        "share_positive": float((sample > 0).mean()),
    }


def break_even(plan: Plan) -> dict[str, float]:
    """Return by view the share to attain for a net present value of 0; NaN without benefit.

    Notes
    -----
    The value is linear in the share attained a: V(a) = a G - C, so that a = C / G, with C = -V(0).
    """
    values = benefits.central(plan)
    name = plan.factors.loc[plan.factors["part"].eq("attainment"), "factor"].iloc[0]
    none, whole = (
        present_values(plan, values.assign(**{name: share})).iloc[0] for share in (0.0, 1.0)
    )
    gains = whole - none
    return {
        view: float(-none[view] / gains[view]) if gains[view] > 0 else float("nan")
        for view in VIEWS
    }


def affordable(plan: Plan) -> dict[str, float]:
    """Return by view the cost of delivery (pounds a year) at which the net present value is 0.

    Notes
    -----
    Gain at central values / worth of a pound paid every year from year 0.
    """
    worth = plan.worth.set_index("id").reindex(plan.amounts["id"])
    return {
        view: float(
            (
                parts["money"] * worth["benefit"].to_numpy()
                + parts["health"] * worth["health"].to_numpy()
            ).sum()
            / worth["cost"].max()
        )
        for view, parts in streams(plan).items()
    }


def in_the_accounts(plan: Plan) -> float:
    """Return what the trusts' accounts would gain a year, less the cost of delivery (pounds)."""
    parts = streams(plan)["trusts"]
    return float((parts["money"] - parts["cost"]).sum())


def _has_health(plan: Plan) -> np.ndarray:
    of_health = plan.factors.loc[plan.factors["part"].eq("health"), "opportunity"]
    return plan.amounts["id"].isin(of_health).to_numpy(dtype=float)
