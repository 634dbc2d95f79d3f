"""Deprivation and rurality of the places of a case, counted over small areas (LSOAs)."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.schemas import SCHEMAS, TableSchema
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable

_WHOLE = SCHEMAS["deprivation_lsoa"].columns["imd_decile"]


def small_areas(store: Store, case: Case) -> pd.DataFrame:
    """Return the LSOAs of each place, lsoa_code and area_code.

    Of a place that is part of a larger area, those of the area inside the commissioner's border.
    The latest edition of the lookup is used.

    Raises
    ------
    MissingDataError
        If a place has none.
    """
    wholes = {
        place.part_of.code if place.part_of else place.code: place.code for place in case.places
    }
    lookup = store.table("lsoa_lookup", district_code=set(wholes))
    lookup = lookup[lookup["edition"].eq(lookup["edition"].max())]
    parts = {place.code for place in case.places if place.part_of}
    lookup = lookup.assign(area_code=lookup["district_code"].map(wholes))
    inside = lookup["icb_code"].eq(case.commissioner.code)
    chosen = lookup.loc[inside | ~lookup["area_code"].isin(parts), ["lsoa_code", "area_code"]]
    _require_every_place(chosen, case, store)
    return chosen


def _require_every_place(areas: pd.DataFrame, case: Case, store: Store) -> None:
    missing = sorted(set(case.place_codes) - set(areas["area_code"]))
    if missing:
        raise MissingDataError(
            where=f"lookup of small areas in {store.root}",
            found=f"none of {', '.join(missing)}",
            wanted="small areas of every place of the case",
            remedy="add the lookup with the districts that the case names",
        )


def _counted(areas: pd.DataFrame, traits: pd.DataFrame, store: Store) -> pd.DataFrame:
    """Return a trait of each small area, in every edition; none may lack it."""
    both = areas.merge(traits, on="lsoa_code", validate="one_to_many")
    for edition in traits["edition"].unique():
        lacking = areas[
            ~areas["lsoa_code"].isin(both.loc[both["edition"].eq(edition), "lsoa_code"])
        ]
        if len(lacking):
            raise MissingDataError(
                where=f"edition {edition} in {store.root}",
                found=f"nothing for {len(lacking)} small areas, {min(lacking['lsoa_code'])} first",
                wanted="a row for every small area of the lookup",
                remedy="add the edition for the same small areas as the lookup's",
            )
    return both


def _deprivation(store: Store, case: Case) -> pd.DataFrame:
    ranks = store.table("deprivation_lsoa")
    counted = _counted(small_areas(store, case), ranks, store)
    return counted.groupby(["edition", "area_code", "imd_decile"], as_index=False).agg(
        small_areas=("lsoa_code", "size"), sum_of_ranks=("imd_rank", "sum")
    )


def _rurality(store: Store, case: Case) -> pd.DataFrame:
    classes = store.table("rural_urban_lsoa")
    counted = _counted(small_areas(store, case), classes, store)
    keys = ["edition", "area_code", "class_code", "class_name", "rural"]
    return counted.groupby(keys, as_index=False).agg(small_areas=("lsoa_code", "size"))


_area = SCHEMAS["deprivation_district"].columns["area_code"]
_count = pa.Column("Int64", pa.Check.ge(0))
_rural = SCHEMAS["rural_urban_lsoa"].columns

DEPRIVATION = EvidenceTable(
    name="deprivation",
    schema=TableSchema(
        "Small areas of each place by decile of the Index of Multiple Deprivation",
        ("edition", "area_code", "imd_decile"),
        {
            "edition": _rural["edition"],
            "area_code": _area,
            "imd_decile": _WHOLE,
            "small_areas": _count,
            "sum_of_ranks": _count,
        },
        {"small_areas": "LSOAs", "sum_of_ranks": "sum of ranks, 1 most deprived"},
    ),
    needs=("deprivation_lsoa", "lsoa_lookup"),
    build=_deprivation,
)

RURALITY = EvidenceTable(
    name="rurality",
    schema=TableSchema(
        "Small areas of each place by rural-urban class",
        ("edition", "area_code", "class_code"),
        {
            "edition": _rural["edition"],
            "area_code": _area,
            "class_code": _rural["class_code"],
            "class_name": _rural["class_name"],
            "rural": _rural["rural"],
            "small_areas": _count,
        },
        {"small_areas": "LSOAs"},
    ),
    needs=("rural_urban_lsoa", "lsoa_lookup"),
    build=_rurality,
)
