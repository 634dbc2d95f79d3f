"""Totals of A&E tables: providers against England, and parts against wholes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check

#: Counts are whole, so half of one is the most that rounding can explain.
ROUNDING = 1 / 2


def england_checks(
    file: OfficialFile, providers: pd.DataFrame, england: pd.Series, *, place: str
) -> tuple[Check, ...]:
    """Return the providers' sum of each measure beside the England row's own figure.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    providers : DataFrame
        One row a provider, one column a measure; a withheld figure is missing.
    england : Series
        The publisher's England row, by measure.
    place : str
        Sheet or file part, for the message.

    Raises
    ------
    BrokenPublicationError
        If England is not the sum of its providers, or is missing where providers have figures.
    """
    checks = []
    sums = providers.sum(min_count=1).to_dict()
    for measure in map(str, providers.columns):
        ours, total = sums[measure], float(england[measure])
        if np.isnan(ours) and np.isnan(total):
            continue
        if not abs(ours - total) <= ROUNDING:
            raise file.broken(
                f"{place}, England row, {measure}",
                found=f"{total:,.0f} while the providers sum to {ours:,.0f}",
                wanted="the sum of the providers",
            )
        checks.append(Check(f"providers sum to England: {measure}", float(ours), float(total)))
    return tuple(checks)


def part_checks(
    file: OfficialFile,
    figures: pd.DataFrame,
    wholes: Mapping[str, tuple[str, ...]],
    *,
    place: str,
) -> tuple[Check, ...]:
    """Return, for each whole, the sum of its parts beside it, over the rows that have both.

    Parameters
    ----------
    file : OfficialFile
        The file, for the message.
    figures : DataFrame
        One row an organisation (its code is the index), one column a measure.
    wholes : Mapping of str to tuple of str
        The parts of each whole, by the names of the columns.
    place : str
        Sheet or file part, for the message.

    Raises
    ------
    BrokenPublicationError
        If a row's parts do not add up to its whole.
    """
    checks = []
    values = dict(zip(figures.columns, figures.to_numpy().T, strict=True))
    for whole, parts in wholes.items():
        total = values[whole]
        ours = np.sum([values[part] for part in parts], axis=0)
        for row in np.flatnonzero(np.abs(ours - total) > ROUNDING)[:1]:
            raise file.broken(
                f"{place}, row of {figures.index[row]}, {whole}",
                found=f"{total[row]:,.0f} while its parts sum to {ours[row]:,.0f}",
                wanted=f"the sum of {', '.join(parts)}",
            )
        both = ~np.isnan(ours - total)
        name = f"{' + '.join(parts)} = {whole}, each row"
        checks.append(Check(name, float(ours[both].sum()), float(total[both].sum())))
    return tuple(checks)


def withheld_notes(providers: pd.DataFrame) -> tuple[str, ...]:
    """Return one note for each set of organisations whose figures are withheld, with the measures.

    Parameters
    ----------
    providers : DataFrame
        One row a provider (its code is the index), one column a measure.
    """
    missing = providers.isna()
    measures: dict[tuple[str, ...], list[str]] = {}
    for measure in missing.any().loc[lambda any_: any_].index:
        codes = tuple(sorted(missing.index[missing[measure]].astype(str)))
        measures.setdefault(codes, []).append(str(measure))
    return tuple(
        f"withheld by the publisher and missing here: {', '.join(names)}, "
        f"for {len(codes)} organisations ({', '.join(codes)})"
        for codes, names in measures.items()
    )
