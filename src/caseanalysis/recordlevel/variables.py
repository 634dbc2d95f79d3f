"""Fields of HES records as SQL: which codes are known, which mean unknown, which are neither.

Every variable is one field of the layout, or the first given of several. A cell is in one of three
states: a code of the dictionary, a code (or an empty cell) by which the dictionary says *not known*
or *not applicable*, or anything else, which is outside the dictionary. The last two are counted in
the category ``unknown`` and reported apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

UNKNOWN = "unknown"
#: First age of each band, years; the last band is open.
AGE_BANDS = (0, 1, *range(5, 95, 5))
#: Codes for babies: less than 1 day to less than 1 year.
_BABIES = tuple(str(code) for code in range(7001, 7008))
_OLDEST = 120
#: HES began with the financial year 1989-90, so ``8990`` is the earliest of its two-digit years.
_FIRST_YEAR = 89
#: Longest episode that the dictionary allows, days.
_LONGEST = 29_200

#: Treatment specialties of the dictionary; a dash joins the ends of a run of numbers.
_TREATMENT_FUNCTIONS = """
100-111 113 115 120 130 140-145 150 160 161 170-174 180 190-192 200 211-223 230 240-242 250-264 270
280 290 291 300-311 313-331 333 335 340-348 350 352 360 361 370 371 400 401 410 420-422 424 430 431
450 451 460 461 501-505 560 650-663 670 673 675 677 700 710-713 715 720-727 730 800 811 812 822 834
840 920
"""


@dataclass(frozen=True)
class Variable:
    """A quantity of one record.

    Attributes
    ----------
    name : str
        Its column.
    fields : tuple of str
        The fields that give it, the first preferred; a record uses the first that is not empty.
    value : str
        SQL that gives the category, or NULL where the code is not known; ``{raw}`` is the cell.
    not_known : tuple of str
        Codes that the dictionary has for *not known* or *not applicable*, beside an empty cell.
    """

    name: str
    fields: tuple[str, ...]
    value: str
    not_known: tuple[str, ...] = field(default=())

    @property
    def raw(self) -> str:
        """Column of the cell as it stands in the record."""
        return f"{self.name}_as_given"

    @property
    def value_sql(self) -> str:
        """SQL of the category."""
        return self.value.replace("{raw}", self.raw)

    @property
    def state_sql(self) -> str:
        """SQL of the state: ``known``, ``not known`` or ``outside the dictionary``."""
        unknown = f"{self.raw} IS NULL"
        if self.not_known:
            unknown += f" OR {self.raw} IN ({quoted(self.not_known)})"
        return (
            f"CASE WHEN {self.name} IS NOT NULL THEN 'known' WHEN {unknown} THEN 'not known' "
            "ELSE 'outside the dictionary' END"
        )

    def cell_sql(self, present: Sequence[str]) -> str:
        """Return SQL of the cell: blanks trimmed, empty as NULL, ``54.0`` as ``54``."""
        cells = [_clean(name) for name in self.fields if name in present]
        return f"coalesce({', '.join(cells)})" if cells else "NULL::VARCHAR"


def quoted(values: Sequence[str]) -> str:
    """Return text values as a list of SQL."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _clean(name: str) -> str:
    cell = f"CAST({name} AS VARCHAR)"
    # To trim blanks alone takes a third of the time that it takes to trim any of two characters.
    trimmed = f"CASE WHEN contains({cell}, '\t') THEN trim({cell}, ' \t') ELSE trim({cell}) END"
    text = f"upper({trimmed})"
    return f"nullif(CASE WHEN {text} LIKE '%.0' THEN {text}[:-3] ELSE {text} END, '')"


def _codes(categories: Mapping[str, Sequence[str]]) -> str:
    """Return SQL that names the category of a code; a leading zero does not count."""
    code = "CASE WHEN starts_with({raw}, '0') THEN ltrim({raw}, '0') ELSE {raw} END"
    arms = " ".join(
        f"WHEN {code} IN ({quoted([code.lstrip('0') for code in codes])}) THEN {quoted([category])}"
        for category, codes in categories.items()
    )
    return f"CASE {arms} END"


def _matching(pattern: str, *, but: Sequence[str] = ()) -> str:
    left_out = f" AND {{raw}} NOT IN ({quoted(but)})" if but else ""
    return f"CASE WHEN regexp_full_match({{raw}}, '{pattern}'){left_out} THEN {{raw}} END"


def coded(
    name: str,
    fields: Sequence[str],
    categories: Mapping[str, Sequence[str]],
    *,
    not_known: Sequence[str] = (),
) -> Variable:
    """Return a variable of categories, each with its codes."""
    return Variable(name, tuple(fields), _codes(categories), tuple(not_known))


def organisation(
    name: str, fields: Sequence[str], pattern: str, *, not_known: Sequence[str] = ()
) -> Variable:
    """Return a variable of codes of organisations or areas, known by their pattern."""
    return Variable(name, tuple(fields), _matching(pattern, but=not_known), tuple(not_known))


def number(
    name: str, fields: Sequence[str], low: int, high: int, *, not_known: Sequence[str] = ()
) -> Variable:
    """Return a variable of whole numbers within a range."""
    value = "try_cast({raw} AS BIGINT)"
    if not_known:
        value = f"CASE WHEN {{raw}} NOT IN ({quoted(not_known)}) THEN {value} END"
    within = f"CASE WHEN ({value}) BETWEEN {low} AND {high} THEN ({value}) END"
    return Variable(name, tuple(fields), within, tuple(not_known))


def duration(name: str, fields: Sequence[str]) -> Variable:
    """Return a variable of days, none to the longest that the dictionary allows."""
    return number(name, fields, 0, _LONGEST)


def age(name: str, fields: Sequence[str]) -> Variable:
    """Return age in completed years; babies under one year, coded 7001 to 7007, are 0."""
    value = (
        f"CASE WHEN {{raw}} IN ({quoted(_BABIES)}) THEN 0 "
        f"WHEN try_cast({{raw}} AS INTEGER) BETWEEN 1 AND {_OLDEST} "
        "THEN try_cast({raw} AS INTEGER) END"
    )
    return Variable(name, tuple(fields), value)


def band_sql(name: str, starts: Sequence[int]) -> str:
    """Return SQL of the age band of a variable of ages, by the first age of each band."""
    arms = [
        f"WHEN {name} < {after} THEN '{_band(start, after - 1)}'"
        for start, after in pairwise(starts)
    ]
    return f"CASE {' '.join(arms)} WHEN {name} >= {starts[-1]} THEN '{starts[-1]}+' END"


def _band(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def month(name: str, fields: Sequence[str]) -> Variable:
    """Return the month of a date; HES writes 1800-01-01 where none was given, 1801 for a bad one.

    A date may carry a time; a date before HES began is outside the dictionary.
    """
    given = "try_cast({raw}[:10] AS DATE)"
    value = (
        f"CASE WHEN {given} >= DATE '1989-04-01' AND {given} < DATE '2200-01-01' "
        f"THEN strftime({given}, '%Y-%m') END"
    )
    null = ("1800-01-01", "1801-01-01", "1800-01-01 00:00:00", "1801-01-01 00:00:00")
    return Variable(name, tuple(fields), value, null)


def financial_year(name: str, fields: Sequence[str]) -> Variable:
    """Return the financial year of ``0102`` as ``2001-02``; the halves must follow each other."""
    start, end = "(try_cast({raw} AS INTEGER) // 100)", "(try_cast({raw} AS INTEGER) % 100)"
    century = f"(CASE WHEN {start} >= {_FIRST_YEAR} THEN 1900 ELSE 2000 END)"
    value = (
        f"CASE WHEN regexp_full_match({{raw}}, '[0-9]{{1,4}}') AND ({start} + 1) % 100 = {end} "
        f"THEN ({century} + {start})::VARCHAR || '-' || lpad({end}::VARCHAR, 2, '0') END"
    )
    return Variable(name, tuple(fields), value)


def treatment_functions() -> tuple[str, ...]:
    """Return the codes of treatment specialties that the dictionary lists."""
    codes: list[str] = []
    for run in _TREATMENT_FUNCTIONS.split():
        first, _, last = run.partition("-")
        codes += [str(code) for code in range(int(first), int(last or first) + 1)]
    return tuple(codes)


def treatment_function(name: str, fields: Sequence[str]) -> Variable:
    """Return the treatment specialty, where it is one that the dictionary lists."""
    value = f"CASE WHEN {{raw}} IN ({quoted(treatment_functions())}) THEN {{raw}} END"
    return Variable(name, tuple(fields), value, ("&",))
