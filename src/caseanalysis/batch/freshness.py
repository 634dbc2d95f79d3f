"""How fresh the data of a build are: each publication, its release and the period held.

Age is told from the newest data of the build, never from the day of the build, so that the same
data give the same page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# A projection is as old as the year that it is based on, not as its horizon; an estimate of the
# middle of a year is no older than that.
_BASED = re.compile(r"^(\d{4})-based|^mid-(\d{4})$|\bestimates \d{4} to (\d{4})")
_FINANCIAL_YEAR = re.compile(r"^(\d{4})-(\d{2})(?: Q([1-4]))?$")
_MONTH = re.compile(r"^(\d{4})-(\d{2})(?:-\d{2})?$")
_YEAR = re.compile(r"^(mid-)?(\d{4})$")
_NAMED = re.compile(r"^(?:\d{1,2} )?([A-Z][a-z]+) (\d{4})$")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

#: A calendar month: year and number.
Month = tuple[int, int]


@dataclass(frozen=True)
class Publication:
    """A publication that some reports of a build use, and the data held of it."""

    source: str
    title: str
    publisher: str
    page: str
    release: str
    period: str
    basis: str
    areas: tuple[str, ...]

    @property
    def ends(self) -> Month | None:
        """The last month of the data held; None where the publication does not say.

        Of several projections together no base is told, and their horizon is no month of data.
        """
        if "project" in self.title.lower() and not _BASED.search(self.release):
            return None
        return last_month(self.period, release=self.release)


def last_month(period: str, *, release: str = "") -> Month | None:
    """Return the last month of a period: ``2019-04 to 2025-03``, ``2023-24``, ``mid-2021``.

    Of a projection (``2018-based``) it is that of the year that it is based on. None where the text
    names no month or year.
    """
    based = _BASED.search(release)
    if based:
        return _month_of(f"mid-{based[1] or based[2] or based[3]}")
    return _month_of(re.split(r" to |, ", period)[-1].strip())


def _month_of(text: str) -> Month | None:
    if found := _FINANCIAL_YEAR.match(text):
        year, following, quarter = int(found[1]), int(found[2]), found[3]
        if (year + 1) % 100 == following:
            return _quarter_end(year, int(quarter or 4))
    if (found := _MONTH.match(text)) and 1 <= int(found[2]) <= len(MONTHS):
        return int(found[1]), int(found[2])
    if found := _YEAR.match(text):
        return int(found[2]), 6 if found[1] else 12
    if (found := _NAMED.match(text)) and found[1] in MONTHS:
        return int(found[2]), MONTHS.index(found[1]) + 1
    return None


def _quarter_end(year: int, quarter: int) -> Month:
    """Return the last month of a quarter of the financial year that starts in April."""
    return (year + 1, 3) if quarter == 4 else (year, 3 + 3 * quarter)


def publications(records: Mapping[str, Mapping[str, Any]]) -> list[Publication]:
    """Return each publication that the reports use, the newest data first.

    Parameters
    ----------
    records : Mapping of str to Mapping
        The facts of each report by its area.
    """
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    areas: dict[tuple[str, ...], dict[str, None]] = {}
    for area, record in records.items():
        for one in record["evidence"]:
            for cited in one["inputs"]:
                key = (cited["source"], cited["release"], cited["period"], one["basis"])
                found.setdefault(key, cited)
                areas.setdefault(key, {})[area] = None
    listed = [_publication(found[key], key, tuple(areas[key])) for key in sorted(found)]
    return sorted(listed, key=lambda one: (-_number(one.ends), one.title))


def _publication(
    cited: Mapping[str, Any], key: tuple[str, ...], areas: tuple[str, ...]
) -> Publication:
    source, release, period, basis = key
    title, publisher, page = (str(cited[name]) for name in ("title", "publisher", "page"))
    return Publication(source, title, publisher, page, release, period, basis, areas)


def _number(month: Month | None) -> int:
    return month[0] * 12 + month[1] if month else 0


def newest(found: Iterable[Publication]) -> Month | None:
    """Return the last month of the newest data."""
    return max((one.ends for one in found if one.ends), default=None)


def months_behind(ends: Month | None, latest: Month | None) -> int | None:
    """Return by how many months data end before the newest; None where that is not known."""
    return None if ends is None or latest is None else _number(latest) - _number(ends)


def age_text(months: int | None) -> str:
    """Return an age in words."""
    if months is None:
        return "not stated"
    if months == 0:
        return "the newest"
    years, rest = divmod(months, 12)
    parts = [_counted(years, "year")] * bool(years) + [_counted(rest, "month")] * bool(rest)
    return " ".join(parts)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def month_text(month: Month | None) -> str:
    """Return a month in words."""
    return f"{MONTHS[month[1] - 1]} {month[0]}" if month else "not stated"
