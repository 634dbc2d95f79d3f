"""A case drafted from a list of trusts: places, commissioner and comparators from official tables.

A draft is a folder of data that its author then edits: it claims nothing, and each choice that was
made for the author is a remark.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from ruamel.yaml import YAML
from shapely import from_wkt

from caseanalysis.case import CASE_NAME, list_cases, load_case, load_standard_themes
from caseanalysis.errors import MissingDataError, RecordError
from caseanalysis.geography import ENGLAND, TRUST_CODE
from caseanalysis.methods import ageing, peers
from caseanalysis.periods import financial_year_start
from caseanalysis.records import nearest
from caseanalysis.registers import load_area_successions, load_assumptions
from caseanalysis.store import Store
from caseanalysis.tables.population import commissioner_ages

#: Boundaries are held in metres of the British National Grid, positions in degrees.
_GRID, _DEGREES = "EPSG:27700", "EPSG:4326"
_FORM = re.compile(r"\s+NHS\s+(Foundation\s+)?Trust$", flags=re.IGNORECASE)
_BOARD = re.compile(r"^NHS\s+|\s+Integrated Care Board$", flags=re.IGNORECASE)
_MONTHS = 12


@dataclass(frozen=True)
class Draft:
    """A drafted case: its content, and what the author should check.

    Attributes
    ----------
    name : str
        Folder of the case.
    content : dict
        As ``case.yaml`` has it.
    remarks : tuple of str
        Choices made for the author.
    """

    name: str
    content: dict[str, Any]
    remarks: tuple[str, ...]


def draft_case(
    store: Store,
    name: str,
    trusts: Sequence[str],
    *,
    title: str | None = None,
    base_year: int | None = None,
    peer_count: int = 5,
) -> Draft:
    """Return a case for a group of trusts, made from the official tables of a store.

    Parameters
    ----------
    store : Store
        A data store with workforce or sickness statistics, shares of patients by district, the
        lookup of small areas, population estimates and projections, and A&E statistics.
    name : str
        Name of the case and of its folder.
    trusts : sequence of str
        ODS codes of the trusts.
    title : str
        Title of the case; the name of the commissioner's area unless told.
    base_year : int
        Year that change is counted from; the last financial year with all its months unless told.
        The horizon is ten years later.
    peer_count : int
        Comparators of each trust and of the commissioner.

    Raises
    ------
    MissingDataError
        If the store lacks a table that the draft is made from.
    RecordError
        If the name cannot name a folder, or a trust is not known or given twice.
    """
    _check_name(name)
    codes = [code.upper() for code in trusts]
    _check_once(codes)
    register = _trusts(store, codes)
    commissioner, board_remarks = _commissioner(store, register, codes)
    places, place_remarks = _places(store, codes, commissioner)
    base = base_year or _last_complete_year(store)
    located = _located(store, codes)
    content = {
        "name": name,
        "title": title or f"{commissioner['short_name']} group",
        "region_name": commissioner["short_name"],
        "summary": _summary(register, codes, commissioner),
        "base_year": base,
        "horizon_year": base + 10,
        "commissioner": commissioner,
        "trusts": [_trust(code, register, located) for code in codes],
        "places": places,
        "peers": {
            "trusts": _trust_peers(store, register, codes, year=base, count=peer_count),
            "commissioners": _commissioner_peers(store, commissioner["code"], count=peer_count),
        },
        "themes": [theme.model_dump() for theme in load_standard_themes()],
    }
    return Draft(name, content, (*board_remarks, *place_remarks, *_unlocated(codes, located)))


def write_draft(draft: Draft, root: Path) -> Path:
    """Return the new folder of a drafted case below a data folder; it appears whole or not at all.

    Raises
    ------
    RecordError
        If there is such a case already, or the draft breaks the schema.
    """
    folder = root / "cases" / draft.name
    if folder.exists():
        raise RecordError(
            where=str(folder),
            found="a case of this name",
            wanted="a new name",
            remedy="choose another name, or edit the case that is there",
        )
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".draft-") as scratch:
        beside = Path(scratch) / "cases" / draft.name
        beside.mkdir(parents=True)
        (beside / "case.yaml").write_text(_yaml(draft), encoding="utf-8", newline="\n")
        load_case(draft.name, Path(scratch))
        beside.rename(folder)
    return folder


def _yaml(draft: Draft) -> str:
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(draft.content, text)
    remarks = "".join(f"# Check: {remark}\n" for remark in draft.remarks)
    return f"# Drafted from official tables; edit freely.\n{remarks}{text.getvalue()}"


def _check_name(name: str) -> None:
    if not re.fullmatch(CASE_NAME, name) or name in list_cases():
        raise RecordError(
            where=f"case {name!r}",
            found="a case of this name"
            if name in list_cases()
            else "a name that no folder may have",
            wanted="a new name of small letters, digits and hyphens, a letter first",
            remedy="for example two-rivers",
        )


def _check_once(codes: Sequence[str]) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise RecordError(
                where=f"trust {code!r}",
                found=f"the code {codes.count(code)} times",
                wanted="each trust once",
                remedy="leave out the others",
            )


def _trusts(store: Store, codes: Sequence[str]) -> pd.DataFrame:
    """Return name, kind, commissioner and staff days of every trust, in the latest month."""
    absence = store.table("sickness_absence")
    latest = absence["month"].eq(absence["month"].max())
    # Boards and social enterprises are in the same statistics.
    absence = absence[latest & absence["org_code"].str.match(TRUST_CODE)]
    register = absence.set_index("org_code")
    for code in codes:
        if code not in register.index:
            like = nearest(code, list(register.index))
            raise RecordError(
                where=f"trust {code!r}",
                found="no organisation of this code in the workforce statistics",
                wanted="the ODS code of an NHS trust, such as those of `data export nhs_location`",
                remedy=f"did you mean {like!r}?" if like else "look the code up",
            )
    return register


def _commissioner(
    store: Store, register: pd.DataFrame, codes: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return the board in whose area most staff of the group work."""
    staff = register.loc[list(codes)].groupby("ics_code")["fte_days_available"].sum()
    ods_code = str(staff.idxmax())
    boards = store.table("practice_geography", icb_ods_code=[ods_code])
    if boards.empty:
        raise MissingDataError(
            where=f"lookup of practices in {store.root}",
            found=f"no practice of the board {ods_code}",
            wanted="the area code and name of the board",
            remedy="add the list of practices of a year in which the board existed",
        )
    board = boards.iloc[0]
    others = ", ".join(sorted(set(staff.index) - {ods_code}))
    remarks = [f"some trusts belong to another board ({others})"] if others else []
    name = str(board["icb_name"])
    return {
        "code": str(board["icb_code"]),
        "ods_code": ods_code,
        "name": name,
        "short_name": _BOARD.sub("", name),
        "boundary_year": financial_year_start(board["period"]) + 1,
    }, remarks


def _places(
    store: Store, codes: Sequence[str], commissioner: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the districts that send the trusts their patients, as the projection has them."""
    least = load_assumptions()["catchment_place_share"].central
    shares = store.table("catchment_share", trust_code=codes)
    served = set(shares.loc[shares["share"].ge(least), "area_code"])
    remarks = [f"places: districts with at least {least:.0%} of the patients of one of the trusts"]
    unknown = sorted(set(codes) - set(shares["trust_code"]))
    if unknown:
        served |= _districts_of(store, commissioner["code"])
        remarks.append(
            f"where the patients of {', '.join(unknown)} live is not published; every district of "
            "the commissioner is a place"
        )
    bounds = _projected_districts(store)
    made_of: dict[str, list[str]] = {}
    for record in load_area_successions():
        made_of.setdefault(record.new_code, []).append(record.old_code)
    wanted = sorted(old for code in served for old in made_of.get(code, [code]))
    lost = [code for code in wanted if code not in bounds.index]
    remarks += [f"{code} is in no held projection and was left out" for code in lost]
    held = bounds.loc[[code for code in wanted if code in bounds.index]]
    return [
        {"code": code, "name": str(name), "boundary_year": int(year)}
        for code, name, year in held.itertuples()
    ], remarks


def _districts_of(store: Store, board: str) -> set[str]:
    """Return the districts of which most small areas lie in a board's area."""
    lookup = store.table("lsoa_lookup")
    inside = lookup["icb_code"].eq(board).groupby(lookup["district_code"]).mean()
    return set(inside[inside.gt(0.5)].index)


def _projected_districts(store: Store) -> pd.DataFrame:
    """Return name and year of the boundaries of each district of the projections, by code."""
    projected = store.table("population_projection", year=[_first_projected(store)])
    shapes = store.table("boundary", geography=["district"])
    shapes = shapes[shapes["area_code"].isin(projected["area_code"])]
    first = shapes.sort_values("boundary_year").drop_duplicates("area_code")
    return first.set_index("area_code")[["area_name", "boundary_year"]]


def _first_projected(store: Store) -> int:
    return int(store.table("population_projection", area_code=[ENGLAND])["year"].min())


def _last_complete_year(store: Store) -> int:
    """Return the year in which the last financial year with all its months begins."""
    months = store.table("ae_monthly", level=["england"])["month"]
    starts = months.dt.year - months.dt.month.lt(4)
    complete = starts.value_counts().eq(_MONTHS)
    if not complete.any():
        raise MissingDataError(
            where=f"A&E statistics in {store.root}",
            found="no financial year with all its months",
            wanted="twelve months from an April to a March",
            remedy="add the missing months with `caseanalysis data add`",
        )
    return int(max(complete[complete].index))


def _located(store: Store, codes: Sequence[str]) -> dict[str, str]:
    """Return the district that each trust's registered address stands in."""
    trusts = store.table("nhs_location", kind=["trust"], code=codes)
    points = gpd.GeoDataFrame(
        trusts[["code"]],
        geometry=gpd.points_from_xy(trusts["longitude"], trusts["latitude"]),
        crs=_DEGREES,
    ).to_crs(_GRID)
    shapes = store.table("boundary", geography=["district"])
    shapes = shapes[shapes["boundary_year"].eq(shapes["boundary_year"].max())]
    districts = gpd.GeoDataFrame(
        shapes[["area_code"]], geometry=[from_wkt(one) for one in shapes["geometry"]], crs=_GRID
    )
    joined = points.sjoin(districts, predicate="within")
    return dict(zip(joined["code"], joined["area_code"], strict=True))


def _unlocated(codes: Sequence[str], located: Mapping[str, str]) -> list[str]:
    unknown = [code for code in codes if code not in located]
    told = ["sites: the registered address of each trust; add its hospitals"]
    return told + [f"no address of {code} is held; it has no site" for code in unknown]


def _trust(code: str, register: pd.DataFrame, located: Mapping[str, str]) -> dict[str, Any]:
    name = str(register.loc[code, "org_name"])
    site = {"name": f"{_short(name)}, registered address", "place": located.get(code)}
    return {
        "code": code,
        "name": name,
        "short_name": _short(name),
        "sites": [site] if code in located else [],
        "predecessors": [],
    }


def _short(name: str) -> str:
    return re.sub(r"^The\s+", "", _FORM.sub("", name))


def _trust_peers(
    store: Store, register: pd.DataFrame, codes: Sequence[str], *, year: int, count: int
) -> dict[str, Any]:
    """Return comparators by attendances at major departments, or by staff where there are none."""
    months = pd.date_range(f"{year}-04-01", periods=_MONTHS, freq="MS")
    monthly = store.table("ae_monthly", level=["provider"])
    monthly = monthly[monthly["month"].isin(months) & monthly["attendances_type_1"].gt(0)]
    totals = monthly.groupby("org_code")["attendances_type_1"].agg(["count", "sum"])
    attended = totals.loc[totals["count"].eq(_MONTHS), "sum"].rename("size").reset_index()
    members = {}
    for code in codes:
        if code in set(attended["org_code"]):
            sizes = attended
        else:
            same = register["org_type"].eq(str(register.loc[code, "org_type"]))
            sizes = register.loc[same, "fte_days_available"].rename("size").reset_index()
        chosen = peers.nearest(
            sizes, value="size", key="org_code", of=code, count=count, exclude=codes
        )
        members[code] = chosen["org_code"].tolist()
    return {
        "rule": (
            f"For each trust of the group the {count} trusts nearest to it in type 1 A&E "
            f"attendances of April {year} to March {year + 1}, by the absolute logarithm of the "
            "ratio; for a trust without such attendances in each of the twelve months, the trusts "
            "of its kind nearest in staff (full-time equivalent days of the sickness statistics). "
            "Trusts of the group excluded. Nearest first."
        ),
        "source": "ae_monthly_workbook",
        "members": members,
    }


def _commissioner_peers(store: Store, code: str, *, count: int) -> dict[str, Any]:
    boards = commissioner_ages(store)
    ranks = ageing.older_share_ranks(boards)
    shares = ranks[ranks["age_group"].eq("65+")].set_index("area_code")["share"]
    distance: pd.Series[float] = (shares.drop(code) - shares[code]).abs()
    distance = distance.sort_values(kind="stable")
    return {
        "rule": (
            f"The {count} integrated care boards nearest to the commissioner in the share of "
            f"residents aged 65 and over at mid-{boards['year'].max()}, by the absolute difference "
            "of the shares; the commissioner itself excluded. Nearest first."
        ),
        "source": "ons_estimates_health_areas",
        "members": distance.index[:count].tolist(),
    }


def _summary(register: pd.DataFrame, codes: Sequence[str], commissioner: Mapping[str, Any]) -> str:
    names = [_short(str(register.loc[code, "org_name"])) for code in codes]
    listed = " and ".join([", ".join(names[:-1]), names[-1]]) if names[1:] else names[0]
    return (
        f"{listed} as one group, in the area of {commissioner['name']}. The case was drafted from "
        "official tables; it prints no claim of its own."
    )
