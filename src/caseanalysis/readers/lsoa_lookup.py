"""Lookup of lower layer super output areas to commissioners and local authorities, re-keyed."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick

_HEADINGS = {
    "lsoa_code": r"lsoa\d\d_code",
    "lsoa_name": r"lsoa\d\d_name",
    "sub_icb_code": r"sicbl\d\d_code",
    "icb_code": r"icb\d\d_code",
    "icb_name": r"icb\d\d_name",
    "district_code": r"ltla\d\d_code",
    "district_name": r"ltla\d\d_name",
}
#: What may have one value only, for each value of another column.
_ONE_EACH = (
    ("sub_icb_code", "icb_code"),
    ("icb_code", "icb_name"),
    ("district_code", "district_name"),
)


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the lookup of LSOAs to commissioners and local authorities."""
    return fits(file.csv_header, _HEADINGS.values())


def read(file: OfficialFile) -> Reading:
    """Return the sub-ICB, the ICB and the local authority of each LSOA.

    Key: ``edition``, ``lsoa_code``. The edition is the year of the ICB boundaries, which the
    heading of the ICB's code names.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, an LSOA stands there twice, a cell is empty, a sub-ICB is in two
        ICBs, or a code has two names.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    edition = f"20{columns['icb_code'].strip()[3:5]}"
    table = frame[list(columns.values())].apply(lambda column: column.str.strip())
    table.columns = pd.Index(list(columns))
    _consistent(file, table)
    table.insert(0, "edition", edition)
    checked = schemas.validate(table, "lsoa_lookup", where=file.path.name)
    return Reading(tables={"lsoa_lookup": checked}, release=edition, period=edition, slice_=edition)


def _consistent(file: OfficialFile, table: pd.DataFrame) -> None:
    for name in table.columns:
        empty = table.index[table[name] == ""]
        if len(empty):
            raise file.broken(f"row {empty[0] + 2}, {name}", found="nothing", wanted="a value")
    for one, other in _ONE_EACH:
        pairs = table[[one, other]].drop_duplicates()
        twice = pairs.loc[pairs[one].duplicated(), one]
        if len(twice):
            raise file.broken(
                f"columns {one} and {other}",
                found=f"more than one {other} for {twice.iloc[0]}",
                wanted=f"one {other} for each {one}",
            )


READER = Reader(
    source="lsoa_lookup_2022",
    recognise=recognise,
    read=read,
    traits="lsoa11_name lsoa11_code sicbl22_name sicbl22_code icb22_name icb22_code ltla22_code",
    tables=("lsoa_lookup",),
)
