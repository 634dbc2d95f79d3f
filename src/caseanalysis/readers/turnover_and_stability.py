"""Turnover of NHS staff by organisation and staff group: joiners, leavers and those who stayed.

Two layouts: a column for each figure, or a row for each with columns of headcount and full-time
equivalents.
"""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows, figures

_STAFF_GROUP = r"staff[_ ]group"
_LABELS = {
    "period": r"(end[_ ])?(date|period|month)([_ ]end)?",
    "org_code": r"org(anisation)?[_ ]code",
    "org_name": r"org(anisation)?[_ ]name",
    "staff_group": _STAFF_GROUP,
    "basis": r"(data[_ ]type|measure|basis)",
}
_FIGURES = {
    "staff": r"(average[_ ](staff|number)|denominator|staff[_ ]in[_ ]post)",
    "joiners": r"joiners",
    "leavers": r"leavers",
    "stability": r"stability([_ ]index)?([_ ](percent|\(%\)|rate))?",
}
#: The long layout: a row for each kind of figure, a column for each basis.
_LONG = {"kind": r"type", "headcount": r"hc|headcount", "fte": r"fte"}
_KINDS = {"denominator": "staff", "joiners": "joiners", "leavers": "leavers"}
_YEAR_TO = r"\d{6} to (\d{4})(\d{2})"
_LONG_LABELS = ("period", "org_code", "org_name", "staff_group")
_BASES = {"hc": "headcount", "headcount": "headcount", "fte": "fte"}
_WITHHELD = ("", "-", "*", ".")
_PERCENT = 100
_ALL = "all staff groups"


def _recognise(file: OfficialFile) -> bool:
    found = headings(file)
    named = (_LABELS["org_code"], _STAFF_GROUP)
    return fits(found, (*named, *_FIGURES.values())) or fits(found, (*named, *_LONG.values()))


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)
    if fits(rows.columns, _LONG.values()):
        rows = _wide(file, rows)
    named = pick(file, rows, _LABELS)
    table = rows[list(named.values())].set_axis(list(named), axis="columns")
    months = _months(file, table.pop("period"))
    table["basis"] = _basis(file, table["basis"])
    given = pick(file, rows, _FIGURES)
    values = figures(file, rows[list(given.values())], withheld=_WITHHELD)
    values.columns = pd.Index(list(given))
    values["stability"] = values["stability"] / _PERCENT
    joined = pd.concat([table, values], axis=1).assign(period_end=months)
    first, last = months.min(), months.max()
    label = f"{last:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"
    missing = int(values.dropna(axis="columns", how="all").isna().sum().sum())
    return Reading(
        tables={"staff_turnover": schemas.validate(joined, "staff_turnover", where=file.path.name)},
        release=f"{last:%B %Y}, undated",
        period=label,
        slice_=label,
        checks=_groups(file, joined),
        notes=(f"{missing} figures are withheld and missing here",) * bool(missing),
    )


def _wide(file: OfficialFile, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of the long layout with a column for each figure, a row for each basis."""
    at = pick(file, rows, _LONG | {name: _LABELS[name] for name in _LONG_LABELS})
    kind = rows[at["kind"]].str.casefold()
    for row in rows.index[~kind.isin(list(_KINDS))][:1]:
        raise file.broken(
            f"row {row}, TYPE",
            found=repr(rows.loc[row, at["kind"]]),
            wanted=f"one of {', '.join(_KINDS)}",
        )
    # Read here once only so that a cell that is no number is named by its row in the file.
    figures(file, rows[[at["headcount"], at["fte"]]], withheld=_WITHHELD)
    labels = rows[[at[name] for name in _LONG_LABELS]].set_axis(list(_LONG_LABELS), axis="columns")
    labels["period"] = labels["period"].str.replace(_YEAR_TO, r"\1-\2-01", regex=True)
    parts = [
        labels.assign(basis=basis, kind=kind.map(_KINDS), value=rows[at[basis]])
        for basis in ("headcount", "fte")
    ]
    key = [*_LONG_LABELS, "basis"]
    long = pd.concat(parts, ignore_index=True)
    for row in long.index[long.duplicated([*key, "kind"])][:1]:
        raise file.broken(
            f"row {rows.index[row % len(rows)]}", found="a row given twice", wanted="each once"
        )
    wide = long.pivot_table(index=key, columns="kind", values="value", aggfunc="first", sort=False)
    wide = wide.reindex(columns=list(_FIGURES)).astype(object)
    return wide.fillna("").rename(columns={"staff": "denominator"}).reset_index()


def _months(file: OfficialFile, text: pd.Series) -> pd.Series:
    days = pd.to_datetime(text, format="%d/%m/%Y", errors="coerce")
    days = days.fillna(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce"))
    for row in text.index[days.isna()][:1]:
        raise file.broken(f"row {row}, period", found=repr(text[row]), wanted="such as 31/03/2025")
    return pd.Series(days.to_numpy().astype("datetime64[M]").astype("datetime64[us]"), text.index)


def _basis(file: OfficialFile, text: pd.Series) -> pd.Series:
    basis = text.str.casefold().map(_BASES)
    for row in text.index[basis.isna()][:1]:
        raise file.broken(f"row {row}", found=repr(text[row]), wanted="HC or FTE")
    return basis


def _groups(file: OfficialFile, table: pd.DataFrame) -> tuple[Check, ...]:
    """Check that full-time equivalents who left, by staff group, are those of all groups."""
    fte = table[table["basis"] == "fte"]
    whole = fte["staff_group"].str.casefold() == _ALL
    key = ["period_end", "org_code"]
    total = fte[whole].set_index(key)["leavers"].dropna()
    hidden = fte[~whole].groupby(key)["leavers"].apply(lambda cells: cells.isna().any())
    parts = fte[~whole].groupby(key)["leavers"].sum()[~hidden]
    both = total.index.intersection(parts.index)
    if both.empty:
        return ()
    apart = (parts[both] - total[both]).abs()
    if apart.max() > 1:
        worst = int(apart.to_numpy().argmax())
        month, code = both[worst]
        raise file.broken(
            f"{code}, {month:%B %Y}, leavers",
            found=f"staff groups that add up to {parts[both].iloc[worst]:,.2f}",
            wanted=f"{total[both].iloc[worst]:,.2f}, all staff groups",
        )
    name = "leavers by staff group against all, full-time equivalents"
    return (Check(name, float(parts[both].sum()), float(total[both].sum())),)


READER = Reader(
    source="turnover_and_stability",
    recognise=_recognise,
    read=_read,
    traits="DATE ORG_CODE ORG_NAME STAFF_GROUP DATA_TYPE DENOMINATOR JOINERS LEAVERS STABILITY",
    tables=("staff_turnover",),
)
