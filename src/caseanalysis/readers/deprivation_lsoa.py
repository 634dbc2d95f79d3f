"""English Indices of Deprivation by lower layer super output area, as others re-keyed them.

The file states no edition; the source record does, and says how that was established.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading
from caseanalysis.readers.csv_columns import counts, fits, pick
from caseanalysis.registers import source

_SOURCE = "imd_2019_lsoa"
_HEADINGS = {
    "lsoa_code": r"lsoa\d\d_code",
    "imd_rank": "imd_rank",
    "imd_decile": "imd_decile",
}
_DECILES = 10


def recognise(file: OfficialFile) -> bool:
    """Return whether a file holds ranks and deciles of deprivation by LSOA."""
    return fits(file.csv_header, _HEADINGS.values())


def read(file: OfficialFile) -> Reading:
    """Return the rank and decile of the Index of Multiple Deprivation of each LSOA.

    Key: ``edition``, ``lsoa_code``. Rank 1 and decile 1 are the most deprived.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, a value is no whole number, the ranks are not those of all areas
        in order (equal ranks leave out those that follow), or a decile is not that of its rank.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    edition = source(_SOURCE).edition
    table = pd.DataFrame(
        {
            "edition": edition,
            "lsoa_code": frame[columns["lsoa_code"]].str.strip(),
            "imd_rank": counts(file, frame[columns["imd_rank"]]).astype("int64"),
            "imd_decile": counts(file, frame[columns["imd_decile"]]).astype("int64"),
        }
    )
    checks = (_ranks(file, table), _deciles(file, table))
    return Reading(
        tables={
            "deprivation_lsoa": schemas.validate(table, "deprivation_lsoa", where=file.path.name)
        },
        release=edition,
        period=edition,
        slice_=edition,
        checks=checks,
    )


def _ranks(file: OfficialFile, table: pd.DataFrame) -> Check:
    """Return the number of ranks that are right: 1 more than the areas that rank before."""
    right = table["imd_rank"].rank(method="min").eq(table["imd_rank"])
    if not right.all():
        row = int(np.argmin(right))
        raise file.broken(
            f"row {row + 2}, imd_rank",
            found=str(table.loc[row, "imd_rank"]),
            wanted="ranks of all areas, from 1 to their number; one is missing or repeated",
        )
    return Check("ranks that follow each other", float(right.sum()), float(len(table)))


def _deciles(file: OfficialFile, table: pd.DataFrame) -> Check:
    """Return the sum of deciles that follow from the ranks beside that of the file."""
    follows = np.ceil(table["imd_rank"] * _DECILES / len(table))
    wrong = table.index[follows.ne(table["imd_decile"])]
    if len(wrong):
        raise file.broken(
            f"row {wrong[0] + 2}, imd_decile",
            found=str(table.loc[wrong[0], "imd_decile"]),
            wanted=f"{follows[wrong[0]]:.0f}, the decile of rank "
            f"{table.loc[wrong[0], 'imd_rank']} among {len(table):,}",
        )
    return Check(
        "deciles follow from ranks (sum of deciles)",
        float(follows.sum()),
        float(table["imd_decile"].sum()),
    )


READER = Reader(
    source=_SOURCE,
    recognise=recognise,
    read=read,
    traits="lsoa11_code IMD_decile Income_decile Employment_decile",
    tables=("deprivation_lsoa",),
)
