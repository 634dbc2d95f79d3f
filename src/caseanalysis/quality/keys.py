"""Keys that do not hold: the same row in two files, and codes that no table explains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from caseanalysis.geography import TRUST_CODE
from caseanalysis.organisations import Succession
from caseanalysis.quality.checks import Explained
from caseanalysis.quality.contract import fault, number
from caseanalysis.quality.held import Held
from caseanalysis.schemas import SCHEMAS

_TRUSTS = ("org_code", "trust_code")


def repeated_faults(held: Held) -> Iterator[dict[str, Any]]:
    """Yield each table in which files of different slices give the same row."""
    for table in held.tables:
        current = held.current(table)
        if len(current) < 2:
            continue
        keys = list(SCHEMAS[table].key)
        rows = held.table(table)
        repeated = rows[rows.duplicated(keys)]
        if len(repeated):
            first = repeated.iloc[0]
            where = ", ".join(f"{name} {_text(first[name])}" for name in keys)
            yield fault(
                source=held.source_of(table),
                table=table,
                period="all",
                kind="repeated key",
                found=f"{len(repeated):,} rows twice",
                expected="each key once",
                severity="high",
                evidence=f"the first is {where}",
            )


def unexplained_faults(held: Held, rule: Explained) -> Iterator[dict[str, Any]]:
    """Yield the codes of a table that those which should have them do not; nothing without both."""
    if rule.table not in held.tables or not set(rule.by) <= set(held.tables):
        return
    codes = held.table(rule.table)[rule.column].dropna().astype(str)
    known = {code for name in rule.by for code in held.table(name)[rule.by_column].unique()}
    # Each code once: a large table has the same few in millions of rows.
    named = codes.drop_duplicates()
    unknown = named[named.str.startswith(rule.starting) & ~named.isin(known)]
    strange = codes[codes.isin(unknown)]
    if len(strange):
        yield fault(
            source=held.source_of(rule.table),
            table=rule.table,
            period="all",
            column=rule.column,
            kind="unknown code",
            found=f"{strange.nunique():,} codes, {min(strange)} first",
            expected=f"codes of {' or '.join(rule.by)}",
            size=strange.nunique() / codes.nunique(),
            severity="medium" if strange.nunique() > codes.nunique() / 100 else "low",
            evidence=f"{number(len(strange))} of {number(len(codes))} rows. {rule.reason}",
        )


def trust_faults(held: Held, successions: list[Succession]) -> Iterator[dict[str, Any]]:
    """Yield the trusts that one table names and no other does, nor the register of successions."""
    named: dict[str, dict[str, str]] = {}
    for table in held.tables:
        column = next((name for name in _TRUSTS if name in SCHEMAS[table].columns), None)
        if column is None:
            continue
        rows = held.table(table).drop_duplicates(column, keep="last")
        names = rows["org_name"] if "org_name" in rows else rows[column]
        for code, name in zip(rows[column].astype(str), names, strict=True):
            if TRUST_CODE.match(code):
                named.setdefault(code, {})[table] = str(name)
    on_record = {code for one in successions for code in (one.old_code, one.new_code)}
    for code, tables in sorted(named.items()):
        if len(tables) == 1 and code not in on_record and len(held.tables) > 1:
            (table,) = tables
            yield fault(
                source=held.source_of(table),
                table=table,
                period="all",
                entity=code,
                kind="unknown code",
                found=code,
                severity="low",
                evidence=f"{tables[table]} is in no other table, nor in the register of "
                "successions",
            )


def _text(value: object) -> str:
    return value.strftime("%Y-%m") if isinstance(value, pd.Timestamp) else str(value)
