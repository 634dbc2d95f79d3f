"""Age bands in years: whether they join without gap, nest, and fall into age groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pandas as pd

from caseanalysis.errors import MethodError
from caseanalysis.geography import age_band_label

#: First and last age in years; the last is None for an open band.
Band = tuple[int, int | None]


def whole_ages(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with ``age_lower`` and ``age_upper`` as whole numbers, NA where open."""
    return table.assign(
        age_lower=table["age_lower"].astype("Int64"), age_upper=table["age_upper"].astype("Int64")
    )


def bands(table: pd.DataFrame, *, where: str) -> list[Band]:
    """Return the age bands of a table, youngest first, each once.

    Raises
    ------
    MethodError
        If two bands overlap, an age between them is in none, or a row has no first age.
    """
    if table["age_lower"].isna().any():
        raise MethodError(
            where=where,
            found="a row without age_lower",
            wanted="the first age of every band",
            remedy="leave out totals and unknown ages on purpose",
        )
    distinct = table[["age_lower", "age_upper"]].drop_duplicates()
    found = sorted(
        (_band(lower, upper) for lower, upper in distinct.itertuples(index=False)),
        key=lambda band: band[0],
    )
    for earlier, later in pairwise(found):
        if earlier[1] is None or later[0] != earlier[1] + 1:
            raise MethodError(
                where=where,
                found=f"the band {age_band_label(*earlier)} followed by {age_band_label(*later)}",
                wanted="bands that follow each other without gap or overlap",
                remedy="keep one set of bands, without totals or parts of a band",
            )
    return found


def within(inner: Band, outer: Band) -> bool:
    """Return whether every age of one band lies in another."""
    if inner[0] < outer[0]:
        return False
    return outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])


def overlaps(one: Band, other: Band) -> bool:
    """Return whether two bands have an age in common."""
    return (other[1] is None or one[0] <= other[1]) and (one[1] is None or other[0] <= one[1])


def assign(fine: Iterable[Band], coarse: Sequence[Band], *, where: str) -> dict[Band, Band]:
    """Return for each fine band the coarse band that holds it; fine bands outside all are absent.

    Raises
    ------
    MethodError
        If a fine band is cut by a bound of a coarse one, or a coarse band is not filled.
    """
    fine = sorted(fine, key=lambda band: band[0])
    home: dict[Band, Band] = {}
    for outer in coarse:
        parts = [band for band in fine if overlaps(band, outer)]
        for part in parts:
            if not within(part, outer):
                raise _misaligned(part, outer, where)
            home[part] = outer
        if not parts or parts[0][0] != outer[0] or parts[-1][1] != outer[1]:
            raise _unfilled(parts, outer, where)
    return home


def check_groups(groups: Sequence[Band], *, where: str) -> None:
    """Refuse an age group whose ends are reversed, or one named twice.

    Raises
    ------
    MethodError
        If there is no group, or a group is no age band or stands there twice.
    """
    for number, (lower, upper) in enumerate(groups):
        if lower < 0 or (upper is not None and upper < lower) or (lower, upper) in groups[:number]:
            raise MethodError(
                where=where,
                found=f"the group ({lower}, {upper})",
                wanted="each group once, as first and last age in years, the last None where open",
                remedy="mend the list of groups",
            )
    if not groups:
        raise MethodError(
            where=where, found="no group", wanted="one age group at least", remedy="name the groups"
        )


def with_age_group(table: pd.DataFrame, *, groups: Sequence[Band], where: str) -> pd.DataFrame:
    """Return a table with the ``age_group`` that holds each of its bands.

    Raises
    ------
    MethodError
        If groups cut a band, share an age, or leave a band out.
    """
    check_groups(groups, where="age_groups")
    found = bands(table, where=f"{where}, age bands")
    home: dict[Band, Band] = {}
    for group in groups:
        placed = assign(found, [group], where=f"{where}, age bands")
        if placed.keys() & home.keys():
            raise _groups_at_fault(f"{age_band_label(*group)} and another group share ages")
        home |= placed
    left_out = [band for band in found if band not in home]
    if left_out:
        raise _groups_at_fault(f"{age_band_label(*left_out[0])} in no group")
    labels = {band[0]: age_band_label(*group) for band, group in home.items()}
    return table.assign(age_group=table["age_lower"].map(labels))


def _band(lower: object, upper: object) -> Band:
    return int(str(lower)), None if pd.isna(upper) else int(str(upper))  # type: ignore[call-overload]


def _misaligned(part: Band, outer: Band, where: str) -> MethodError:
    return MethodError(
        where=where,
        found=f"the band {age_band_label(*part)}",
        wanted=f"bands that lie wholly inside or outside {age_band_label(*outer)}",
        remedy="choose bounds that cut no band, or a source with finer bands",
    )


def _unfilled(parts: Sequence[Band], outer: Band, where: str) -> MethodError:
    labels = [age_band_label(*part) for part in parts]
    return MethodError(
        where=where,
        found=f"{', '.join(labels) or 'no band'} for {age_band_label(*outer)}",
        wanted=f"bands that fill {age_band_label(*outer)}",
        remedy="add the ages that are missing, or choose bounds that the table covers",
    )


def _groups_at_fault(found: str) -> MethodError:
    return MethodError(
        where="age_groups",
        found=found,
        wanted="each age in one group, so that nothing is left out or counted twice",
        remedy="mend the list of groups",
    )


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with ``age_band``, such as 65-69 or 90+, made from its two ages."""
    ages = zip(table["age_lower"], table["age_upper"], strict=True)
    return table.assign(age_band=[age_band_label(*_band(lower, upper)) for lower, upper in ages])
