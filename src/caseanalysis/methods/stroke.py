"""Stroke: patients and thrombectomies by trust, and how many more could be treated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.rates import wilson_interval
from caseanalysis.registers import Assumption

FIRST_ADMITTING, PERFORMING = "first admitting", "performing"
_NATIONAL = "national"


def latest_year(teams: pd.DataFrame) -> pd.DataFrame:
    """Return the teams of the latest period held, known by the last year that its name has."""
    require_columns(teams, ["period"], where="stroke teams")
    ends = teams["period"].str.findall(r"\d{4}").str[-1].astype(int)
    return teams[ends.eq(ends.max())].reset_index(drop=True)


def by_trust(teams: pd.DataFrame) -> pd.DataFrame:
    """Return stroke patients and thrombectomies a year of each trust whose code is known.

    Parameters
    ----------
    teams : DataFrame
        ``period``, ``basis``, ``team``, ``trust_code``, ``level``, ``patients``,
        ``thrombectomies``, ``directly_admitted``.

    Returns
    -------
    DataFrame
        ``period``, ``org_code``, ``teams``, ``patients`` (first admitted there),
        ``thrombectomies`` (of those patients, wherever it was done); key the first two. Counts of
        a trust are missing where one of its teams' is.

    Notes
    -----
    The report counts patients who were moved at the team that admitted them first, and those who
    were not at the team that did the procedure; a trust's own are the sum of the two.
    """
    first, done = _teams(teams, FIRST_ADMITTING), _teams(teams, PERFORMING)
    keys = ["period", "trust_code"]
    whole = first.groupby(keys, as_index=False).agg(
        teams=("team", "size"),
        patients=("patients", lambda counts: counts.sum(skipna=False)),
        moved=("thrombectomies", lambda counts: counts.sum(skipna=False)),
    )
    stayed = done.groupby(keys, as_index=False).agg(
        stayed=("directly_admitted", lambda counts: counts.sum(skipna=False)),
        centres=("team", "size"),
    )
    both = whole.merge(stayed, on=keys, how="left")
    # A trust that performs none treats nobody where it admits him.
    both["thrombectomies"] = both["moved"] + both["stayed"].mask(both["centres"].isna(), 0.0)
    named = both.rename(columns={"trust_code": "org_code"})
    return named[["period", "org_code", "teams", "patients", "thrombectomies"]]


def _teams(teams: pd.DataFrame, basis: str) -> pd.DataFrame:
    rows = _rows(teams, basis)
    return rows[rows["level"].ne(_NATIONAL) & rows["trust_code"].notna()]


def national(teams: pd.DataFrame) -> pd.DataFrame:
    """Return patients, all thrombectomies, and those of patients who were moved, of all teams.

    Parameters
    ----------
    teams : DataFrame
        As for `by_trust`.

    Returns
    -------
    DataFrame
        ``period``, ``patients``, ``thrombectomies``, ``transferred``, ``rate`` (thrombectomies
        for each patient, 0 to 1); key ``period``. The audit covers England, Wales and Northern
        Ireland.
    """
    first = _rows(teams, FIRST_ADMITTING)
    done = _rows(teams, PERFORMING)
    known = first[first["level"].eq(_NATIONAL)].set_index("period")
    everywhere = done[done["level"].eq(_NATIONAL)].set_index("period")["thrombectomies"]
    table = pd.DataFrame(
        {
            "patients": known["patients"],
            "thrombectomies": everywhere,
            "transferred": known["thrombectomies"],
        }
    ).rename_axis("period")
    table["rate"] = table["thrombectomies"] / table["patients"]
    return table.reset_index()


def audit_beside_all(audit: pd.DataFrame, *, codes: Sequence[str]) -> pd.DataFrame:
    """Return the audit's figures of some trusts beside the median of all sites.

    Parameters
    ----------
    audit : DataFrame
        ``year``, ``site_name``, ``trust_code``, ``measure``, ``value``.
    codes : sequence of str
        Trusts to show, in order.

    Returns
    -------
    DataFrame
        ``year``, ``org_code``, ``measure``, ``value`` (mean of the trust's sites), ``median``,
        ``sites`` (with a figure); key the first three. Only the latest year.
    """
    require_columns(audit, ["year", "trust_code", "measure", "value"], where="stroke audit")
    latest = audit[audit["year"].eq(audit["year"].max())]
    keys = ["year", "measure"]
    everywhere = latest.groupby(keys, as_index=False).agg(
        median=("value", "median"), sites=("value", "size")
    )
    own = latest[latest["trust_code"].isin(list(codes))]
    means = own.groupby([*keys, "trust_code"], as_index=False)[["value"]].mean()
    table = means.merge(everywhere, on=keys).rename(columns={"trust_code": "org_code"})
    return table[["year", "org_code", "measure", "value", "median", "sites"]]


def thrombectomy_gap(
    volumes: pd.DataFrame,
    *,
    rates: Mapping[str, float],
    benefit: Assumption,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return how many more patients a year would have a thrombectomy at each of some rates.

    Parameters
    ----------
    volumes : DataFrame
        ``org_code``, ``patients``, ``thrombectomies`` of one year.
    rates : mapping of str to float
        Rates to reach (thrombectomies for each patient), by name.
    benefit : Assumption
        Patients who are independent after 90 days because of the procedure, for each one treated
        (share; low, central, high).
    confidence_level : float
        Of the interval of today's rate.

    Returns
    -------
    DataFrame
        ``org_code``, ``aim``, ``patients``, ``thrombectomies``, ``share``, ``lower``, ``upper``
        (today's rate and its Wilson interval), ``target``, ``more``, ``more_lower``,
        ``more_upper`` (patients a year), ``independent``, ``independent_lower``,
        ``independent_upper`` (people a year); key the first two.

    Raises
    ------
    MethodError
        If a rate is not between 0 and 1, or an organisation stands twice.

    Notes
    -----
    more = max(0, target - rate) x patients; its ends are those of the interval of the rate. Low
    and high of the people take the low and high benefit too, so that they are wider than an
    interval at the same level. Not every patient is suitable; a rate of other trusts stands for
    what was found suitable there.
    """
    require_columns(volumes, ["org_code", "patients", "thrombectomies"], where="volumes")
    require_key(volumes, ["org_code"], where="volumes")
    for name, rate in rates.items():
        if not 0 <= rate <= 1:
            raise MethodError(
                where=f"rate of {name}",
                found=f"{rate}",
                wanted="a share between 0 and 1",
                remedy="divide a percentage by 100",
            )
    known = volumes.dropna(subset=["patients", "thrombectomies"]).reset_index(drop=True)
    shares = wilson_interval(
        known,
        numerator="thrombectomies",
        denominator="patients",
        confidence_level=confidence_level,
    )
    parts = [_gap(shares, rate, benefit).assign(aim=name) for name, rate in rates.items()]
    kept = ["org_code", "aim", "patients", "thrombectomies", "share", "lower", "upper", "target",
            "more", "more_lower", "more_upper", "independent", "independent_lower",
            "independent_upper"]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[kept]


def _gap(shares: pd.DataFrame, rate: float, benefit: Assumption) -> pd.DataFrame:
    def more(end: str) -> pd.Series:
        return (rate - shares[end]).clip(lower=0) * shares["patients"]

    return shares.assign(
        target=rate,
        more=more("share"),
        more_lower=more("upper"),
        more_upper=more("lower"),
        independent=more("share") * benefit.central,
        independent_lower=more("upper") * benefit.low,
        independent_upper=more("lower") * benefit.high,
    )


def _rows(teams: pd.DataFrame, basis: str) -> pd.DataFrame:
    columns = ["period", "basis", "team", "trust_code", "level", "patients", "thrombectomies",
               "directly_admitted"]  # fmt: skip
    require_columns(teams, columns, where="stroke teams")
    require_key(teams, ["period", "basis", "team"], where="stroke teams")
    return teams[teams["basis"].eq(basis)]
