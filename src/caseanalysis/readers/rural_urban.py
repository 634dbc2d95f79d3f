"""Rural-Urban Classification of lower layer super output areas in England and Wales."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.csv_columns import fits, pick

_HEADINGS = {
    "lsoa_code": r"lsoa\d\dcd",
    "lsoa_name": r"lsoa\d\dnm",
    "class_code": r"ruc\d\dcd",
    "class_name": r"ruc\d\d(nm)?",
}


def recognise(file: OfficialFile) -> bool:
    """Return whether a file is the Rural-Urban Classification by LSOA."""
    return fits(file.csv_header, _HEADINGS.values())


def read(file: OfficialFile) -> Reading:
    """Return the class of each LSOA, and whether it is rural.

    Key: ``edition``, ``lsoa_code``. The edition is the year that the heading of the class names.

    Raises
    ------
    BrokenPublicationError
        If a column is missing, an LSOA stands there twice, a class code has two names, or a name
        is neither urban nor rural.
    """
    frame = file.frame()
    columns = pick(file, frame, _HEADINGS)
    edition = f"20{columns['class_code'].strip()[3:5]}"
    table = frame[list(columns.values())].apply(lambda column: column.str.strip())
    table.columns = pd.Index(list(columns))
    table.insert(0, "edition", edition)
    table["rural"] = table["class_name"].map(_rural(file, table)).astype(bool)
    checked = schemas.validate(table, "rural_urban_lsoa", where=file.path.name)
    return Reading(
        tables={"rural_urban_lsoa": checked}, release=edition, period=edition, slice_=edition
    )


def _rural(file: OfficialFile, table: pd.DataFrame) -> dict[str, bool]:
    """Return for each name of a class whether it is rural, as the name says."""
    classes = table[["class_code", "class_name"]].drop_duplicates()
    twice = classes.loc[classes["class_code"].duplicated(), "class_code"]
    if len(twice):
        raise file.broken(
            "columns of the class",
            found=f"two names of the class {twice.iloc[0]}",
            wanted="one name a code",
        )
    rural = {}
    for name in classes["class_name"]:
        words = [word for word in ("rural", "urban") if word in name.casefold()]
        if len(words) != 1:
            raise file.broken(
                "column of the class's name", found=repr(name), wanted="a rural or an urban class"
            )
        rural[name] = words == ["rural"]
    return rural


READER = Reader(
    source="rural_urban_2011",
    recognise=recognise,
    read=read,
    traits="LSOA11CD LSOA11NM RUC11CD RUC11 FID",
    tables=("rural_urban_lsoa",),
)
