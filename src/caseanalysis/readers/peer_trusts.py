"""Peers of each trust, as the Strategy Unit lists them."""

from __future__ import annotations

import pandas as pd

from caseanalysis import schemas
from caseanalysis.geography import TRUST_CODE
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.readers.population_projections import headings
from caseanalysis.readers.workbook_tables import csv_rows

_HEADINGS = {"procode": "trust_code", "peer": "peer_code"}


def _recognise(file: OfficialFile) -> bool:
    return {name.casefold() for name in headings(file)} >= set(_HEADINGS)


def _read(file: OfficialFile) -> Reading:
    rows = csv_rows(file)[list(_HEADINGS)].rename(columns=_HEADINGS)
    for column in _HEADINGS.values():
        wrong = ~rows[column].str.fullmatch(TRUST_CODE.pattern)
        for row in rows.index[wrong][:1]:
            raise file.broken(
                f"row {row}, {column}", found=repr(rows.loc[row, column]), wanted="a trust's code"
            )
    own = rows["trust_code"] == rows["peer_code"]
    table = rows[~own].copy()
    table["position"] = table.groupby("trust_code").cumcount() + 1
    counts = table["trust_code"].value_counts()
    fewer = counts[counts < counts.max()]
    without = sorted(set(rows["trust_code"]) - set(rows.loc[own, "trust_code"]))
    return Reading(
        tables={
            "trust_peer": schemas.validate(pd.DataFrame(table), "trust_peer", where=file.path.name)
        },
        release="undated",
        period="undated",
        slice_="peers",
        notes=(
            f"{int(own.sum())} rows name a trust as its own peer and are left out",
            *((f"not listed as their own peer: {', '.join(without)}",) * bool(without)),
            *((f"{len(fewer)} trusts have fewer than {counts.max()} peers",) * bool(len(fewer))),
        ),
    )


READER = Reader(
    source="peer_trusts",
    recognise=_recognise,
    read=_read,
    traits="procode peer",
    tables=("trust_peer",),
)
