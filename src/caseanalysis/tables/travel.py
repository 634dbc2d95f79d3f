"""Straight-line distances from points spread over the places of a case to the trusts' hospitals.

The points of hospitals were collected by a third party, so the table is made from the data store
alone.
"""

from __future__ import annotations

from math import ceil, sqrt

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError
from caseanalysis.schemas import TableSchema
from caseanalysis.schemas.contract import amount, area, text, whole
from caseanalysis.store import Store
from caseanalysis.tables.contract import EvidenceTable
from caseanalysis.tables.places import outline

#: The nearest hospital of any acute trust that is not of the group.
ELSEWHERE = "elsewhere"
#: Points in each place; more change a mean distance by less than a tenth of a kilometre.
POINTS_A_PLACE = 100
_GRID, _METRES = "EPSG:27700", 1000.0


def _distances(store: Store, case: Case) -> pd.DataFrame:
    hospitals = _hospitals(store, case)
    own = hospitals.loc[list(case.trust_codes)]
    others = hospitals.drop(list(case.trust_codes))
    frames = []
    shapes = outline(store, case).set_index("area_code")["geometry"]
    for place in shapes.index:
        points = _spread(shapely.from_wkt(str(shapes[place])))
        away = {code: _kilometres(points, own.loc[[code]]).ravel() for code in own.index}
        away[ELSEWHERE] = _kilometres(points, others).min(axis=1)
        wide = pd.DataFrame(away).rename_axis("point").reset_index()
        frames.append(wide.assign(area_code=place))
    long = pd.concat(frames).melt(
        ["area_code", "point"], var_name="trust_code", value_name="kilometres"
    )
    return long.sort_values(list(DISTANCES.schema.key), ignore_index=True)


def _hospitals(store: Store, case: Case) -> pd.DataFrame:
    """Return x and y (metres) of each acute trust's own point, those of the case first."""
    listed = store.table("nhs_location", kind=["trust"])
    acute = set(store.table("catchment_share")["trust_code"]) | set(case.trust_codes)
    chosen = listed[listed["code"].isin(acute)].drop_duplicates("code")
    missing = sorted(set(case.trust_codes) - set(chosen["code"]))
    if missing:
        raise MissingDataError(
            where=f"points of trusts in {store.root}",
            found=f"none of {', '.join(missing)}",
            wanted="the point of every trust of the case",
            remedy="add a file of trusts' points that has them",
        )
    points = gpd.points_from_xy(chosen["longitude"], chosen["latitude"], crs="EPSG:4326")
    metres = points.to_crs(_GRID)
    return pd.DataFrame({"x": metres.x, "y": metres.y}, index=chosen["code"].to_list())


def _spread(shape: shapely.Geometry) -> np.ndarray:
    """Return about a hundred points of a square grid inside a shape, in metres."""
    step = sqrt(shape.area / POINTS_A_PLACE)
    left, bottom, right, top = shape.bounds
    xs = left + step * (0.5 + np.arange(ceil((right - left) / step)))
    ys = bottom + step * (0.5 + np.arange(ceil((top - bottom) / step)))
    grid = np.array([(x, y) for x in xs for y in ys])
    inside = grid[shapely.contains_xy(shape, grid[:, 0], grid[:, 1])]
    return inside if len(inside) else np.array([shape.representative_point().coords[0]])


def _kilometres(points: np.ndarray, hospitals: pd.DataFrame) -> np.ndarray:
    there = hospitals[["x", "y"]].to_numpy()
    east, north = (points[:, None, :] - there[None, :, :]).transpose(2, 0, 1)
    away: np.ndarray = np.hypot(east, north) / _METRES
    return away


DISTANCES = EvidenceTable(
    name="distances",
    schema=TableSchema(
        "Straight-line kilometres from points spread evenly over each place to the main hospital "
        "of each trust, and to the nearest acute trust elsewhere",
        ("area_code", "point", "trust_code"),
        {
            "area_code": area(),
            "point": whole(0, 10**6),
            "trust_code": text(),
            "kilometres": amount(),
        },
        {"kilometres": "kilometres, straight line"},
    ),
    needs=("nhs_location", "boundary"),
    chosen_by=("catchment_share",),
    build=_distances,
    licensed_for_extract=False,
)
