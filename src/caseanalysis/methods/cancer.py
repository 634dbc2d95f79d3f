"""Cancer: people told in time, by whom more would be, what a register counts, earlier stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.methods.opportunity import gaps
from caseanalysis.methods.rates import wilson_interval

ALL_TYPES = "all"
#: What more people told in time are counted up to.
STANDARD, BEST, MEDIAN = "the standard", "the best of the group", "the peers' median"
_COUNTS = ["treated", "within_standard"]


def shares(
    table: pd.DataFrame,
    *,
    by: Sequence[str],
    codes: Sequence[str],
    confidence_level: float = 0.95,
    name: str = "group",
) -> pd.DataFrame:
    """Return the share within a standard (0 to 1) with its Wilson interval, and the group's.

    Parameters
    ----------
    table : DataFrame
        ``org_code``, the columns ``by``, ``treated``, ``within_standard``.
    by : sequence of str
        Other columns of the key; rows of one key are added up.
    codes : sequence of str
        Trusts whose patients together are the group.
    confidence_level : float
        Of the interval.
    name : str
        Code of the group in ``org_code``.

    Returns
    -------
    DataFrame
        ``org_code``, ``by``, ``treated``, ``within_standard``, ``breaches``, ``share``,
        ``lower``, ``upper``; keys without a patient are left out.
    """
    keys = ["org_code", *by]
    require_columns(table, [*keys, *_COUNTS], where="waits")
    own = table[table["org_code"].isin(list(codes))].assign(org_code=name)
    both = pd.concat([table, own], ignore_index=True)
    sums = both.groupby(keys, as_index=False, sort=False)[_COUNTS].sum()
    sums = sums[sums["treated"].gt(0)].reset_index(drop=True)
    found = wilson_interval(
        sums,
        numerator="within_standard",
        denominator="treated",
        confidence_level=confidence_level,
    )
    return found.assign(breaches=found["treated"] - found["within_standard"])[
        [*keys, *_COUNTS, "breaches", "share", "lower", "upper"]
    ]


def by_calendar_year(months: pd.DataFrame) -> pd.DataFrame:
    """Return months added up by calendar year, with the months of each that are held.

    Parameters
    ----------
    months : DataFrame
        ``month`` (first of the month), ``standard``, ``org_code``, ``cancer_type``, ``treated``,
        ``within_standard``.

    Returns
    -------
    DataFrame
        ``period`` (the year as text), ``months`` (as ``April to December``), ``standard``,
        ``org_code``, ``cancer_type`` and the counts; key the first and the last three of these.
    """
    keys = ["period", "months", "standard", "org_code", "cancer_type"]
    require_columns(months, ["month", *keys[2:], *_COUNTS], where="months")
    grouped = months["month"].groupby(months["month"].dt.year)
    first, last = grouped.transform("min"), grouped.transform("max")
    words = first.dt.month_name() + " to " + last.dt.month_name()
    year = months["month"].dt.year.astype("str")
    labelled = months.assign(period=year, months=words)
    return labelled.groupby(keys, as_index=False)[_COUNTS].sum()


def more_in_time(
    table: pd.DataFrame,
    *,
    codes: Sequence[str],
    standard: float,
    pairs: pd.DataFrame,
    least: float,
    rng: np.random.Generator,
    confidence_level: float = 0.95,
    least_peers: int = 3,
) -> pd.DataFrame:
    """Return how many more people a year would be told in time, by type and by what is reached.

    Parameters
    ----------
    table : DataFrame
        One year: as returned by `shares` by ``cancer_type``, of the trusts, their comparators and
        anybody else.
    codes : sequence of str
        Trusts of the group.
    standard : float
        The share to reach.
    pairs : DataFrame
        ``org_code``, ``peer_code``: comparators of each trust.
    least : float
        People told in the year, below which a share is not used as an aim for others.
    rng : numpy.random.Generator
        Draws the bootstrap of the comparators' median.
    confidence_level : float
        Of the interval.
    least_peers : int
        Comparators with ``least`` people told that a median needs.

    Returns
    -------
    DataFrame
        ``org_code``, ``cancer_type``, ``aim`` (the standard, the best of the group, the peers'
        median), ``treated``, ``share``, ``target``, ``more``, ``more_lower``, ``more_upper``
        (people a year); key the first three. An aim that a type or trust does not have has no row.

    Notes
    -----
    more = max(0, target - share) x told. For the standard and the best of the group the ends are
    those of the Wilson interval of the trust's share; for the peers' median, those of its
    bootstrap. Aims overlap: they are three answers to one question, never to be added.
    """
    columns = ["org_code", "cancer_type", "treated", "share", "lower", "upper"]
    require_columns(table, columns, where="shares within the standard")
    require_key(table, ["org_code", "cancer_type"], where="shares within the standard")
    own = table.loc[table["org_code"].isin(list(codes)), columns]
    if own.empty:
        return pd.DataFrame()
    parts = [
        _to(own, pd.Series(standard, index=own.index), STANDARD),
        _to(own, _best(own, least), BEST),
    ]
    usable = table[table["treated"].ge(least)]
    for kind, rows in own.groupby("cancer_type"):
        among = usable[usable["cancer_type"].eq(kind)]
        parts.append(_to_median(rows, among, pairs, rng, confidence_level, least_peers))
    # A type without comparators gives an empty part, whose columns have no type.
    found = pd.concat([part for part in parts if len(part)], ignore_index=True)
    kept = ["org_code", "cancer_type", "aim", "treated", "share", "target"]
    return found[[*kept, "more", "more_lower", "more_upper"]]


def _to(own: pd.DataFrame, target: pd.Series, aim: str) -> pd.DataFrame:
    def more(end: str) -> pd.Series:
        return (target - own[end]).clip(lower=0) * own["treated"]

    found = own.assign(
        aim=aim, target=target, more=more("share"), more_lower=more("upper"),
        more_upper=more("lower"),
    )  # fmt: skip
    # Who sets the aim has no gap to it, whatever the interval.
    found.loc[target.eq(own["share"]), ["more_lower", "more_upper"]] = 0.0
    return found[target.notna()]


def _best(own: pd.DataFrame, least: float) -> pd.Series:
    """Return the best share of each type among trusts with enough patients of it."""
    enough = own["share"].where(own["treated"].ge(least))
    return enough.groupby(own["cancer_type"]).transform("max")


def _to_median(
    rows: pd.DataFrame,
    among: pd.DataFrame,
    pairs: pd.DataFrame,
    rng: np.random.Generator,
    confidence_level: float,
    least_peers: int,
) -> pd.DataFrame:
    peers = pairs[pairs["peer_code"].isin(among["org_code"])]
    enough = peers.groupby("org_code")["peer_code"].transform("size").ge(least_peers)
    peers = peers[enough & peers["org_code"].isin(rows["org_code"])]
    values = pd.concat([among, rows]).drop_duplicates("org_code")
    found = gaps(
        values, peers, better="higher", case_mix="not standardised", rng=rng, value="share",
        least_peers=least_peers, confidence_level=confidence_level,
    )  # fmt: skip
    joined = rows.merge(found[["org_code", "benchmark", "gap", "gap_lower", "gap_upper"]],
                        on="org_code")  # fmt: skip
    told = joined["treated"]
    return joined.assign(
        aim=MEDIAN, target=joined["benchmark"], more=joined["gap"] * told,
        more_lower=joined["gap_lower"] * told, more_upper=joined["gap_upper"] * told,
    )  # fmt: skip


def added_up(more: pd.DataFrame, *, by: Sequence[str] = ("aim",)) -> pd.DataFrame:
    """Return people a year added up over types and trusts, with an interval of the sum.

    Parameters
    ----------
    more : DataFrame
        As returned by `more_in_time`.
    by : sequence of str
        Columns to keep apart.

    Returns
    -------
    DataFrame
        ``by``, ``told``, ``more``, ``more_lower``, ``more_upper``.

    Notes
    -----
    Types and trusts are taken as independent: the distances from the sum to its ends are the
    square roots of the sums of the squared distances of the parts.
    """
    require_columns(more, [*by, "treated", "more", "more_lower", "more_upper"], where="people")
    squared = more.assign(
        below=(more["more"] - more["more_lower"]) ** 2,
        above=(more["more_upper"] - more["more"]) ** 2,
    )
    sums = squared.groupby(list(by), as_index=False, sort=False)[
        ["treated", "more", "below", "above"]
    ].sum()
    return sums.assign(
        told=sums["treated"],
        more_lower=(sums["more"] - np.sqrt(sums["below"])).clip(lower=0),
        more_upper=sums["more"] + np.sqrt(sums["above"]),
    )[[*by, "told", "more", "more_lower", "more_upper"]]


def common_types(table: pd.DataFrame, *, codes: Sequence[str], least: float) -> pd.DataFrame:
    """Return the types of which the group tells enough people, the most frequent first.

    Parameters
    ----------
    table : DataFrame
        ``org_code``, ``cancer_type``, ``treated``.
    codes : sequence of str
        Trusts of the group, each of which must tell that many.
    least : float
        People told in the year.
    """
    require_columns(table, ["org_code", "cancer_type", "treated"], where="types of cancer")
    own = table[table["org_code"].isin(list(codes))]
    fewest = own.groupby("cancer_type")["treated"].min()
    number = own.groupby("cancer_type")["org_code"].nunique()
    enough = fewest.index[fewest.ge(least) & number.eq(own["org_code"].nunique())]
    total = own.groupby("cancer_type")["treated"].sum()
    kept = table[table["cancer_type"].isin(enough)]
    return kept.sort_values(
        "cancer_type", key=lambda types: -types.map(total), kind="stable", ignore_index=True
    )


def at_least(table: pd.DataFrame, *, least: float, count: str = "treated") -> pd.DataFrame:
    """Return the rows of providers with at least so many people."""
    require_columns(table, [count], where="providers")
    return table[table[count].ge(least)].reset_index(drop=True)


def greatest(table: pd.DataFrame, *, value: str) -> pd.DataFrame:
    """Return the rows with a value above 0, the greatest first."""
    require_columns(table, [value], where="people")
    return table[table[value].gt(0)].sort_values(value, ascending=False, ignore_index=True)


def against_standards(shares: pd.DataFrame, *, standards: Mapping[str, float]) -> pd.DataFrame:
    """Return how many more people would have to be treated in time to meet each standard.

    Parameters
    ----------
    shares : DataFrame
        As returned by `shares` by ``standard``.
    standards : mapping of str to float
        Share asked for by the name of the standard; rows of others are left out.

    Returns
    -------
    DataFrame
        The rows with ``target``, ``more``, ``more_lower``, ``more_upper`` (people a year), those
        of one standard together.
    """
    require_columns(shares, ["org_code", "standard", "treated", "share", "lower", "upper"],
                    where="shares within the standards")  # fmt: skip
    parts = []
    for name, asked in standards.items():
        rows = shares[shares["standard"].eq(name)]
        parts.append(_to(rows, pd.Series(asked, index=rows.index), name))
    table = pd.concat(parts, ignore_index=True)
    return table.drop(columns="aim")


def last_months(months: pd.DataFrame, *, count: int) -> pd.DataFrame:
    """Return the last months held, added up by standard, organisation and type, and their number.

    Parameters
    ----------
    months : DataFrame
        As for `by_calendar_year`.
    count : int
        How many months, at most.

    Returns
    -------
    DataFrame
        ``standard``, ``org_code``, ``cancer_type``, ``treated``, ``within_standard``; key the
        first three.
    """
    keys = ["standard", "org_code", "cancer_type"]
    require_columns(months, ["month", *keys, *_COUNTS], where="months")
    kept = months[months["month"].isin(sorted(months["month"].unique())[-count:])]
    return kept.groupby(keys, as_index=False)[_COUNTS].sum()


def largest_for_group(
    table: pd.DataFrame, *, codes: Sequence[str], name: str = "group"
) -> pd.DataFrame:
    """Return the rows of the trust that tells most, under the code of the group.

    Parameters
    ----------
    table : DataFrame
        ``org_code``, ``treated``.
    codes : sequence of str
        Trusts of the group.
    name : str
        Code of the group.
    """
    require_columns(table, ["org_code", "treated"], where="waits")
    own = table[table["org_code"].isin(list(codes))]
    most = own.groupby("org_code")["treated"].sum().idxmax()
    return own[own["org_code"].eq(str(most))].assign(org_code=name)
