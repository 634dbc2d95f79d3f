"""Digital boundaries of the Office for National Statistics: local authorities and sub-ICBs.

Outlines come as GeoJSON in the British National Grid or in longitude and latitude; the table has
the grid's metres, rounded to whole ones, which suits maps of a region and larger.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from caseanalysis import schemas
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers.contract import Check, Reader, Reading

_CODE = re.compile(r"(LAD|SICBL)(\d\d)CD", re.IGNORECASE)
_GEOGRAPHIES = {"LAD": "district", "SICBL": "sub_icb"}
_AREAS = ("Polygon", "MultiPolygon")
_GRID, _DEGREES = "27700", "4326"
#: EPSG:27700 with EPSG:1314, the transformation of seven parameters, good to about 2 metres.
#: Written out, because the better one needs a grid of shifts that not every computer has.
_NATIONAL_GRID = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +no_defs"
)


def recognise(file: OfficialFile) -> bool:
    """Return whether a file holds outlines of local authorities or sub-ICBs."""
    feature = next(iter(_features(file)), None)
    if not isinstance(feature, Mapping):
        return False
    properties, geometry = feature.get("properties"), feature.get("geometry")
    return (
        isinstance(properties, Mapping)
        and isinstance(geometry, Mapping)
        and geometry.get("type") in _AREAS
        and any(_CODE.fullmatch(name) for name in properties)
    )


def _features(file: OfficialFile) -> Sequence[Any]:
    collection = file.json
    if not isinstance(collection, Mapping) or collection.get("type") != "FeatureCollection":
        return ()
    features = collection.get("features")
    return features if isinstance(features, list) else ()


def read(file: OfficialFile) -> Reading:
    """Return the outline of each area, in metres of the British National Grid.

    Key: ``geography``, ``boundary_year``, ``area_code``. The geometry is well-known text with
    whole metres; the boundary year is that of the heading of the area's code.

    Raises
    ------
    BrokenPublicationError
        If the code or name of an area is missing, an outline is none, the coordinate system is
        neither the grid nor longitude and latitude, or coordinates do not fit the system named.
    """
    features = _features(file)
    heading = _heading(file, features)
    stem, year = heading.group(1), heading.group(2)
    label = f"{stem}{year}"
    table = pd.DataFrame(
        {
            "geography": _GEOGRAPHIES[stem.upper()],
            "boundary_year": int(f"20{year}"),
            "area_code": _properties(file, features, f"{label}CD"),
            "area_name": _properties(file, features, f"{label}NM"),
        }
    )
    outlines, mended = _outlines(file, features)
    table["geometry"] = shapely.to_wkt(outlines, rounding_precision=0)
    edition = f"{table['geography'].iloc[0]} 20{year}"
    return Reading(
        tables={"boundary": schemas.validate(table, "boundary", where=file.path.name)},
        release=edition,
        period=f"20{year}",
        slice_=edition,
        checks=_centres(file, features, outlines),
        notes=tuple(
            f"outline of {table['area_code'].iloc[row]} mended: it touched or crossed itself {when}"
            for row, when in mended
        ),
    )


def _heading(file: OfficialFile, features: Sequence[Any]) -> re.Match[str]:
    names = _given(file, 0, features[0]) if features else {}
    found = [match for match in map(_CODE.fullmatch, names) if match]
    if len(found) != 1:
        raise file.broken(
            "features[0].properties",
            found=", ".join(names) or "nothing",
            wanted="one property such as LAD22CD or SICBL23CD",
        )
    return found[0]


def _given(file: OfficialFile, number: int, feature: Any) -> dict[str, Any]:
    """Return the properties of a feature, their names in capitals."""
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    if not isinstance(properties, Mapping):
        raise file.broken(
            f"features[{number}]", found="no properties", wanted="the code and name of an area"
        )
    return {str(name).upper(): value for name, value in properties.items()}


def _properties(file: OfficialFile, features: Sequence[Any], wanted: str) -> list[str]:
    values = []
    for number, feature in enumerate(features):
        value = _given(file, number, feature).get(wanted.upper())
        if not isinstance(value, str) or not value.strip():
            raise file.broken(
                f"features[{number}].properties.{wanted}", found=repr(value), wanted="text"
            )
        values.append(value.strip())
    return values


def _outlines(
    file: OfficialFile, features: Sequence[Any]
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """Return outlines in whole metres of the grid, and the rows that were mended and since when."""
    shapes = [_shape(file, number, feature) for number, feature in enumerate(features)]
    published = np.array(shapes, dtype=object)
    outlines = shapely.transform(_to_grid(file, published), np.round)
    invalid = np.flatnonzero(~shapely.is_valid(outlines))
    if len(invalid):
        valid = shapely.make_valid(outlines[invalid], method="structure", keep_collapsed=False)
        # Mending puts new corners where lines cross, between whole metres.
        outlines[invalid] = shapely.set_precision(valid, 1)
    valid_before = shapely.is_valid(published)
    since = {True: "once rounded to whole metres", False: "as published"}
    return outlines, [(int(row), since[bool(valid_before[row])]) for row in invalid]


def _shape(file: OfficialFile, number: int, feature: Mapping[str, Any]) -> shapely.Geometry:
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    try:
        if kind in _AREAS:
            return shapely.geometry.shape(geometry)
    except (TypeError, ValueError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
        kind = f"{kind}: {error}"
    raise file.broken(
        f"features[{number}].geometry", found=str(kind or "nothing"), wanted=" or ".join(_AREAS)
    )


def _to_grid(file: OfficialFile, shapes: np.ndarray) -> np.ndarray:
    """Return shapes in metres of the grid, whichever of the two systems they came in."""
    crs = file.json.get("crs")
    named = crs.get("properties") if isinstance(crs, Mapping) else None
    name = str(named.get("name", "")) if isinstance(named, Mapping) else ""
    # A GeoJSON file that names no system is in longitude and latitude (RFC 7946, section 4).
    system = next((known for known in (_GRID, _DEGREES) if name.endswith(known)), None)
    system = _DEGREES if name == "" or name.endswith("CRS84") else system
    west, south, east, north = shapely.total_bounds(shapes)
    degrees = west >= -180 and east <= 180 and south >= -90 and north <= 90
    if system is None or degrees != (system == _DEGREES):
        raise file.broken(
            "crs",
            found=f"{name or 'none'}, with coordinates from {west:g}, {south:g} to "
            f"{east:g}, {north:g}",
            wanted=f"EPSG:{_GRID} in metres, or EPSG:{_DEGREES} in degrees",
        )
    if system == _GRID:
        return shapes
    project = Transformer.from_crs("EPSG:4326", _NATIONAL_GRID, always_xy=True)
    return np.asarray(
        shapely.transform(shapes, lambda xy: np.column_stack(project.transform(*xy.T)))
    )


def _centres(
    file: OfficialFile, features: Sequence[Any], outlines: np.ndarray
) -> tuple[Check, ...]:
    """Return how many outlines reach round the centre that the publisher prints in the grid."""
    centres = []
    for number, feature in enumerate(features):
        given = _given(file, number, feature)
        if "BNG_E" not in given or "BNG_N" not in given:
            return ()
        centres.append((given["BNG_E"], given["BNG_N"]))
    east, north = np.array(centres, dtype=float).T
    west, south, far_east, far_north = shapely.bounds(outlines).T
    inside = (west <= east) & (east <= far_east) & (south <= north) & (north <= far_north)
    for row in np.flatnonzero(~inside)[:1]:
        raise file.broken(
            f"features[{row}].geometry",
            found=f"an outline that does not reach round {east[row]:.0f}, {north[row]:.0f}",
            wanted="the centre (BNG_E, BNG_N) within the extent of its outline",
        )
    return (
        Check("centres within their outline's extent", float(inside.sum()), float(len(features))),
    )


READER = Reader(
    source="ons_boundaries",
    recognise=recognise,
    read=read,
    traits="FeatureCollection LAD22CD LAD22NM SICBL23CD SICBL23NM BNG_E BNG_N",
    tables=("boundary",),
)
