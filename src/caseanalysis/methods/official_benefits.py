"""Benefits recomputed from official figures: attendances avoided, cancers found earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from caseanalysis.methods import emergency_use, organisation_tables, stage_shift, volumes
from caseanalysis.methods.results import select
from caseanalysis.opportunities import Opportunity
from caseanalysis.registers import Assumption

_OLDER = "65+"


def avoided_attendances(
    rates: pd.DataFrame,
    people: pd.DataFrame,
    *,
    areas: Mapping[str, str],
    standard: str,
    year: int,
    assumptions: Mapping[str, Assumption],
    confidence_level: float,
) -> pd.DataFrame:
    """Return what arrivals by ambulance of older people that others could see cost (pounds a year).

    Parameters
    ----------
    rates, people, areas, standard, year, confidence_level
        As for ``emergency_use.resident_use``.
    assumptions : Mapping of str to Assumption
        The register: ``avoidable_ambulance_arrivals``, ``cost_of_avoided_attendance``.

    Returns
    -------
    DataFrame
        One row ``value``, ``lower``, ``upper`` of ``emergency_use.spared``.
    """
    use = emergency_use.resident_use(
        rates, people, areas=areas, standard=standard, measures=emergency_use.MEASURES, year=year,
        ages=emergency_use.AGES, confidence_level=confidence_level,
    )  # fmt: skip
    share, price = (
        assumptions[name] for name in ("avoidable_ambulance_arrivals", "cost_of_avoided_attendance")
    )
    spared = emergency_use.spared(
        use, measure=emergency_use.ARRIVALS, ages=_OLDER,
        shares=[share.low, share.central, share.high],
        costs=[price.low, price.central, price.high], price_year=str(year),
    )  # fmt: skip
    return select(spared, quantity="saving")


def found_earlier(
    providers: pd.DataFrame, *, trusts: Sequence[str], assumptions: Mapping[str, Assumption]
) -> pd.DataFrame:
    """Return the people of the group whose cancers would be found earlier, and what that saves.

    Parameters
    ----------
    providers : DataFrame
        ``org_code``, ``standard``, ``financial_year``, ``treated``.
    trusts : sequence of str
        Trusts of the group.
    assumptions : Mapping of str to Assumption
        The register: ``early_stage_base``, ``early_stage_ambition``, ``staged_share``,
        ``earlier_stage_saving``.

    Returns
    -------
    DataFrame
        One row ``people``, ``people_lower``, ``people_upper`` (a year), ``value``, ``lower``,
        ``upper`` (pounds a year); none where no trust is in the table.
    """
    latest = organisation_tables.latest(providers, time="financial_year")
    first = select(latest, standard="first treatment", org_code=list(trusts))
    if first.empty:
        return pd.DataFrame()
    grouped = volumes.with_group(
        first, code="org_code", codes=list(trusts), counts=["treated"], by=["financial_year"]
    )
    people = stage_shift.people_found_earlier(
        select(grouped, org_code="group"), base=assumptions["early_stage_base"],
        target=assumptions["early_stage_ambition"].central, staged=assumptions["staged_share"],
    )  # fmt: skip
    saved = stage_shift.saving(people, each=assumptions["earlier_stage_saving"])
    ends = {"saving": "value", "saving_lower": "lower", "saving_upper": "upper"}
    return saved.rename(columns=ends).assign(
        people_lower=people["lower"], people_upper=people["upper"]
    )


def health_by_opportunity(
    earlier: pd.DataFrame, opportunities: Sequence[Opportunity], *, each: Assumption
) -> dict[str, list[float]]:
    """Return years of life in full health that earlier diagnosis gives a year.

    Parameters
    ----------
    earlier : DataFrame
        As returned by `found_earlier`; may be empty.
    opportunities : sequence of Opportunity
        Those recomputed as "earlier diagnosis" have the health.
    each : Assumption
        Years in full health for a person found earlier: low, central, high.

    Returns
    -------
    dict
        By id of an opportunity low, central and high; empty where nobody can be counted.
    """
    if earlier.empty:
        return {}
    row = earlier.iloc[0]
    people = [float(row[name]) for name in ("people_lower", "people", "people_upper")]
    ends = [one * by for one, by in zip(people, (each.low, each.central, each.high), strict=True)]
    return {one.id: ends for one in opportunities if one.official == "earlier diagnosis"}
