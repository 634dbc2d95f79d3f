"""Where the places of a case lie, and where the patients of its trusts live."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.registers import load_area_successions, load_assumptions
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable


def outline(store: Store, case: Case) -> pd.DataFrame:
    """Return the outline of each place, from the latest boundaries that have its code."""
    shapes = store.table("boundary", geography=["district"], area_code=case.place_codes)
    missing = set(case.place_codes) - set(shapes["area_code"])
    if missing:
        raise MissingDataError(
            where=f"boundaries in {store.root}",
            found=f"none of {', '.join(sorted(missing))}",
            wanted="the outline of every place of the case",
            remedy="add the boundaries of the years that the case names",
        )
    latest = shapes.sort_values("boundary_year").drop_duplicates("area_code", keep="last")
    return latest.sort_values(list(SCHEMAS["boundary"].key))


def whole_area_codes(case: Case) -> tuple[str, ...]:
    """Return the places of a case with each part widened to the whole area that it is part of.

    The whole is given by the areas that it was made of, as the population projection has them.
    """
    made_of: dict[str, list[str]] = {}
    for record in load_area_successions():
        made_of.setdefault(record.new_code, []).append(record.old_code)
    codes = []
    for place in case.places:
        codes += made_of.get(place.part_of.code, [place.code]) if place.part_of else [place.code]
    return tuple(dict.fromkeys(codes))


def catchment(store: Store, case: Case) -> pd.DataFrame:
    """Return where each trust's patients live: shares by area of the population projection.

    Of the patients of an area that a place of the case is part of, the assumed share live in that
    place. Areas with less than the assumed share of a trust's patients are left out, so the shares
    of a trust sum to less than 1.
    """
    assumed = load_assumptions()
    shares = store.table("catchment_share", trust_code=case.trust_codes)
    least = assumed["catchment_share_shown"].central
    shares = shares[shares["share"].ge(least)].assign(attribution="as published")
    for place in case.places:
        if place.part_of is not None:
            whole = shares["area_code"].eq(place.part_of.code)
            shares.loc[whole, "attribution"] = "the part stands for the whole area"
            shares.loc[whole, "share"] *= assumed["part_stands_for_whole"].central
            shares.loc[whole, "area_code"] = place.code
    _refuse_merged(shares["area_code"])
    return shares.sort_values(["edition", "trust_code", "area_code"], ignore_index=True)


def _refuse_merged(codes: pd.Series[str]) -> None:
    merged = sorted(set(codes) & {record.new_code for record in load_area_successions()})
    if merged:
        raise MissingDataError(
            where="catchment of the case's trusts",
            found=f"patients from {merged[0]}, an area made of several areas of the projection",
            wanted="areas that the population projection has",
            remedy="add a population projection on the later boundaries",
        )


OUTLINE = EvidenceTable("outline", SCHEMAS["boundary"], ("boundary",), outline)

_share = SCHEMAS["catchment_share"]

CATCHMENT = EvidenceTable(
    "catchment",
    TableSchema(
        "Share of each trust's patients by the area where they live",
        _share.key,
        {**_share.columns, "attribution": pa.Column(str)},
        _share.units,
    ),
    ("catchment_share",),
    catchment,
)
