"""English Indices of Deprivation by local authority, as others re-keyed them.

The edition is that of the boundaries, which the heading of the area's code names.
"""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import fits, numbers, pick

_VALUES = {"imd_score": "score", "share_in_most_deprived_decile": "proportion"}
_HEADINGS = {"area_code": r"ltla\d\d_code", **_VALUES}


def recognise(file: OfficialFile) -> bool:
    """Return whether a file holds local authority summaries of deprivation."""
    return fits(file.csv_header, (*_HEADINGS.values(), "extent"))


def read(file: OfficialFile) -> Reading:
    """Return the average score and the share of LSOAs in the most deprived decile.

    Key: ``edition``, ``area_code``. The score is the average over the population; the share, from
    0 to 1, is of the authority's LSOAs among the most deprived tenth of England.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a value is no number, or a share is not from 0 to 1.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    edition = f"20{columns['area_code'].strip()[4:6]}"
    table = pd.DataFrame({"edition": edition, "area_code": frame[columns["area_code"]].str.strip()})
    for name in _VALUES:
        table[name] = numbers(file, frame[columns[name]])
    checked = schemas.validate(table, "deprivation_district", where=file.path.name)
    return Reading(
        tables={"deprivation_district": checked}, release=edition, period=edition, slice_=edition
    )


READER = Reader(
    source="imd_2019_districts",
    recognise=recognise,
    read=read,
    traits="ltla19_code Score Proportion Extent Income_Score",
    tables=("deprivation_district",),
)
