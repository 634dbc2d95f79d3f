"""What a schema is, and the columns that schemas are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandera.pandas as pa

from caseanalysis.geography import AREA_CODE


@dataclass(frozen=True)
class TableSchema:
    """A tidy table: its key, its columns and what each holds.

    Attributes
    ----------
    title : str
        The table in words.
    key : tuple of str
        Columns that together name one row.
    columns : Mapping of str to pandera Column
        Types and ranges.
    units : Mapping of str to str
        Unit of each column that measures something.
    """

    title: str
    key: tuple[str, ...]
    columns: Mapping[str, pa.Column]
    units: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def checker(self) -> pa.DataFrameSchema:
        """The columns and the key as pandera checks them."""
        return pa.DataFrameSchema(
            dict(self.columns), unique=list(self.key), strict=True, ordered=False, coerce=True
        )


def area(*, nullable: bool = False) -> pa.Column:
    """Return a column of area codes of the Office for National Statistics."""
    return pa.Column(str, pa.Check.str_matches(AREA_CODE.pattern), nullable=nullable)


def text(*, nullable: bool = False, among: Iterable[str] | None = None) -> pa.Column:
    """Return a column of text, perhaps of certain words alone."""
    return pa.Column(str, pa.Check.isin(list(among)) if among else None, nullable=nullable)


def whole(low: int, high: int, *, nullable: bool = False) -> pa.Column:
    """Return a column of whole numbers within a range."""
    return pa.Column("Int64", pa.Check.in_range(low, high), nullable=nullable)


def amount(*, nullable: bool = False, high: float | None = None) -> pa.Column:
    """Return a column of numbers of 0 or more."""
    checks = [pa.Check.ge(0)] + ([pa.Check.le(high)] if high is not None else [])
    return pa.Column(float, checks, nullable=nullable)


def month() -> pa.Column:
    """Return a column of months, each the first day at midnight."""
    return pa.Column("datetime64[ns]", pa.Check(lambda month: month.dt.day.eq(1)))


#: First and last age of a band in years; the last is missing where the band is open.
AGES = {"age_lower": whole(0, 120), "age_upper": whole(0, 120, nullable=True)}
#: Sexes are words.
SEX = text(among=("persons", "female", "male"))
#: A calendar year.
YEAR = whole(1900, 2200)
