"""Series of organisations that merged: joined by a record alone, with the break shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.methods.columns import require_columns, require_key
from caseanalysis.organisations import Confidence, Succession, joinable, predecessors

#: The columns that tell what was joined; they are no measures.
MARKS = ("joined_from", "unknown_because", "break_note")


def joined(
    table: pd.DataFrame,
    successions: Sequence[Succession],
    *,
    measures: Sequence[str],
    code: str = "org_code",
    month: str = "month",
    by: Sequence[str] = (),
    least_confidence: Confidence = "medium",
) -> pd.DataFrame:
    """Return each series under the code of the last successor, the sum of its parts before.

    Parameters
    ----------
    table : DataFrame
        Counts by organisation and month: ``code``, ``month``, ``by`` and ``measures``.
    successions : sequence of Succession
        The register; splits, and records that are less sure than ``least_confidence``, join
        nothing.
    measures : sequence of str
        Columns of counts, which may be added up. Shares and means may not.
    code, month : str
        Columns of the organisation and of the month.
    by : sequence of str
        Other columns of the key.
    least_confidence : str
        ``low``, ``medium`` or ``high``.

    Returns
    -------
    DataFrame
        Key ``month``, ``code`` and ``by``; the measures; and

        - ``joined_from``: the codes whose figures were added up, where any but the successor's is
          among them, as ``RDA + RDB``; missing elsewhere;
        - ``unknown_because``: why a measure is missing: a part that withholds it or has no row;
        - ``break_note``: in the first month of the new organisation, and in that month alone, what
          became of what.

        Other columns (names, regions) are those of the successor's latest row.

    Raises
    ------
    MethodError
        If a column is missing or two rows have the same key.

    Notes
    -----
    A month counts as lacking a part where the old code has rows both before and after it in its
    own series. An old code that goes on reporting after the month on record is still added, since
    what it reports is in no other row.
    """
    key = [month, code, *by]
    require_columns(table, [*key, *measures], where="joined series")
    require_key(table, key, where="joined series")
    known = joinable(successions, least_confidence=least_confidence)
    last = _last_codes(known)
    final = [last.get(one, one) for one in table[code]]
    parts = table.assign(part=table[code], **{code: pd.Series(final, table.index, dtype="str")})
    parts = _with_absent_parts(parts, code=code, month=month, by=by)
    sums = parts.groupby(key)[list(measures)].sum(min_count=1)
    lacking = parts[list(measures)].isna().groupby([parts[name] for name in key]).any()
    totals = sums.mask(lacking).reset_index()
    marks = _marks(parts, measures, key=key, code=code)
    others = [name for name in table.columns if name not in (*key, *measures)]
    newest = table.sort_values(month).drop_duplicates(code, keep="last").set_index(code)
    names = newest[others].reindex(totals[code]).reset_index(drop=True)
    found = totals.merge(marks, on=key, validate="one_to_one")
    found[others] = names
    found["break_note"] = _break_notes(found, table, known, code=code, month=month)
    order = [*[name for name in table.columns if name in found], *MARKS]
    return found[order].sort_values(key, ignore_index=True)


def urgent_care_of(
    urgent_care: pd.DataFrame,
    successions: Sequence[Succession],
    *,
    codes: Sequence[str],
    least_confidence: Confidence = "medium",
) -> pd.DataFrame:
    """Return A&E figures of some organisations, each with those of its predecessors.

    Parameters
    ----------
    urgent_care : DataFrame
        The evidence table of that name, with the predecessors among its rows.
    successions : sequence of Succession
        The register.
    codes : sequence of str
        Codes of today; England keeps its own rows.
    least_confidence : str
        As for ``joined``.

    Returns
    -------
    DataFrame
        The columns of ``urgent_care`` and ``MARKS``; leave the marks out before sums are taken.
        An empty table is returned as it is.
    """
    if urgent_care.empty:
        return urgent_care
    identity = ["month", "org_code", "org_name", "region", "level"]
    wanted = {*codes, *predecessors(codes, successions, least_confidence=least_confidence)}
    rows = urgent_care[urgent_care["org_code"].isin(wanted)]
    measures = [name for name in urgent_care.columns if name not in identity]
    return joined(rows, successions, measures=measures, least_confidence=least_confidence)


def marks(series: pd.DataFrame) -> list[str]:
    """Return those of ``MARKS`` that a series has; to be left out before sums are taken."""
    return [name for name in MARKS if name in series]


def breaks(series: pd.DataFrame, *, month: str = "month", code: str = "org_code") -> pd.DataFrame:
    """Return the months in which a joined series changes its make-up: month, code, break_note."""
    require_columns(series, [month, code, "break_note"], where="breaks of a joined series")
    return series.loc[series["break_note"].notna(), [month, code, "break_note"]].reset_index(
        drop=True
    )


def register_table(successions: Sequence[Succession]) -> pd.DataFrame:
    """Return the register as a table, the latest first.

    Returns
    -------
    DataFrame
        ``old`` and ``new`` (code and name), ``month``, ``kind``, ``check``, ``confidence``,
        ``note`` (empty text where there is none); key the first two.
    """
    rows = [
        {
            "old": f"{one.old_code}, {one.old_name}",
            "new": f"{one.new_code}, {one.new_name}",
            "month": pd.Timestamp(f"{one.first_month}-01"),
            "kind": one.kind,
            "check": one.check,
            "confidence": one.confidence,
            "note": one.note or "",
        }
        for one in successions
    ]
    return pd.DataFrame(rows).sort_values(["month", "old"], ascending=False, ignore_index=True)


def checked(
    table: pd.DataFrame,
    successions: Sequence[Succession],
    *,
    measure: str,
    code: str = "org_code",
    month: str = "month",
) -> pd.DataFrame:
    """Return whether monthly figures show each succession in the month on record.

    A merger shows where the old code's last month with a figure above 0 is the last month held
    before ``first_month``, and the new code has figures in the first month held from then on. A
    split shows in the same way where the old code stops.

    Parameters
    ----------
    table : DataFrame
        Monthly figures of organisations.
    successions : sequence of Succession
        The register.
    measure : str
        Count whose size is compared.

    Returns
    -------
    DataFrame
        ``old_code``, ``new_code``, ``first_month``, ``last_old``, ``check`` (confirmed,
        contradicted, not covered), ``own_ratio`` and ``sum_ratio``: the new code's first figure
        over its own last one, and over the sum with all codes that became it in that month, both
        after the change of all organisations together; near 1 where the old activity went on.
    """
    require_columns(table, [code, month, measure], where="check of successions")
    wide = table.set_index([month, code])[measure].unstack(code).sort_index()  # noqa: PD010
    rows = [_checked_one(wide, one, successions) for one in successions]
    return pd.DataFrame(rows)


def _last_codes(known: Sequence[Succession]) -> dict[str, str]:
    following = {one.old_code: one.new_code for one in known}
    last = {}
    for old in following:
        new, seen = old, {old}
        while new in following:
            new = following[new]
            if new in seen:
                raise MethodError(
                    where="successions",
                    found=f"{old} and {new}, each the successor of the other",
                    wanted="successions in one direction",
                    remedy="mend data/registers/successions.csv",
                )
            seen.add(new)
        last[old] = new
    return last


def _with_absent_parts(
    parts: pd.DataFrame, *, code: str, month: str, by: Sequence[str]
) -> pd.DataFrame:
    """Add an empty row for each month that an old code lacks within its own series."""
    old = parts[parts["part"].ne(parts[code])]
    rows = []
    held = pd.DatetimeIndex(parts[month].unique()).sort_values()
    for names, series in old.groupby([code, "part", *by], sort=True):
        there = series[month]
        within = held[(held > there.min()) & (held < there.max())]
        absent = within.difference(pd.DatetimeIndex(there))
        identity = dict(zip([code, "part", *by], names, strict=True))
        rows += [{**identity, month: one} for one in absent]
    if not rows:
        return parts
    return pd.concat([parts, pd.DataFrame(rows).astype({month: parts[month].dtype})])


def _marks(
    parts: pd.DataFrame, measures: Sequence[str], *, key: list[str], code: str
) -> pd.DataFrame:
    old = parts["part"].ne(parts[code])
    several = old.groupby([parts[name] for name in key]).transform("any")
    withheld = parts[list(measures)].isna().to_numpy()
    names = np.array(list(measures))
    told = [
        f"{part}: {', '.join(names[row])}" if row.any() else ""
        for part, row in zip(parts["part"], withheld, strict=True)
    ]
    ordered = parts.assign(told=told, joining=parts["part"].where(several)).sort_values("part")
    groups = ordered.groupby(key)
    return pd.DataFrame(
        {
            "joined_from": groups["joining"].agg(_listed),
            "unknown_because": groups["told"].agg(_reasons),
        }
    ).reset_index()


def _listed(codes: pd.Series[str]) -> object:
    return " + ".join(codes.dropna()) or np.nan


def _reasons(texts: pd.Series[str]) -> object:
    told = "; ".join(text for text in texts if text)
    return f"no figure of {told}" if told else np.nan


def _break_notes(
    found: pd.DataFrame,
    table: pd.DataFrame,
    known: Sequence[Succession],
    *,
    code: str,
    month: str,
) -> pd.Series[str]:
    notes: pd.Series[str] = pd.Series(np.nan, index=found.index, dtype="str")
    last, held = _last_codes(known), set(table[code])
    first = table[month].min()
    by_break: dict[tuple[str, str], list[Succession]] = {}
    for one in known:
        if pd.Timestamp(f"{one.first_month}-01") > first:
            by_break.setdefault((last[one.old_code], one.first_month), []).append(one)
    for (new, start), records in by_break.items():
        after = found[found[code].eq(new) & found[month].ge(pd.Timestamp(f"{start}-01"))]
        if len(after):
            here = found[code].eq(new) & found[month].eq(after[month].min())
            notes[here] = "; ".join(_became(one, held) for one in records)
    return notes


def _became(one: Succession, held: set[str]) -> str:
    when = pd.Timestamp(f"{one.first_month}-01").strftime("%B %Y")
    absent = "" if one.old_code in held else f" ({one.old_code} has no figures here)"
    return f"{one.old_code} became part of {one.new_code} in {when}{absent}"


def _checked_one(
    wide: pd.DataFrame, one: Succession, successions: Sequence[Succession]
) -> dict[str, object]:
    start = pd.Timestamp(f"{one.first_month}-01")
    before, since = wide.index[wide.index < start], wide.index[wide.index >= start]
    about = {"old_code": one.old_code, "new_code": one.new_code, "first_month": one.first_month}
    nothing = {"last_old": pd.NaT, "own_ratio": np.nan, "sum_ratio": np.nan}
    if not len(before) or not len(since) or not {one.old_code, one.new_code} <= set(wide.columns):
        return {**about, **nothing, "check": "not covered"}
    series = wide[one.old_code].dropna()
    reported = series[series.gt(0)] if series.gt(0).any() else series
    last_old = reported.index.max()
    follows = bool(pd.notna(wide.loc[since[0], one.new_code]))
    shown = last_old == before[-1] and follows
    goes_on = one.kind == "split" and last_old >= start
    check = "confirmed" if shown else "not covered" if goes_on else "contradicted"
    together = [
        other.old_code
        for other in successions
        if (other.new_code, other.first_month) == (one.new_code, one.first_month)
        and other.old_code in wide
    ]
    shift = wide.loc[since[0]].sum() / wide.loc[before[-1]].sum()
    now, own = wide.loc[since[0], one.new_code] / shift, wide.loc[before[-1], one.new_code]
    whole = np.nansum([own, *wide.loc[before[-1], together]])
    ratios = {"own_ratio": now / own, "sum_ratio": now / whole if whole else np.nan}
    return {**about, "last_old": last_old, **ratios, "check": check}
