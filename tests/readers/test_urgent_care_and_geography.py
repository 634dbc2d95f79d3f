"""Readers of HES by age band, deprivation, lookups and boundaries; whose file is whose."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from caseanalysis.errors import BrokenPublicationError
from caseanalysis.officialfile import OfficialFile
from caseanalysis.readers import (
    ae_monthly_csv,
    ae_monthly_workbook,
    boundaries,
    deprivation_districts,
    deprivation_lsoa,
    hes_age_bands,
    lsoa_lookup,
    rural_urban,
)
from caseanalysis.readers.contract import Reader, Reading
from caseanalysis.registers import load_sources
from caseanalysis.schemas import HES_MEASURES
from caseanalysis.store import Store

READERS = tuple(
    module.READER
    for module in (
        ae_monthly_workbook,
        ae_monthly_csv,
        hes_age_bands,
        deprivation_lsoa,
        deprivation_districts,
        rural_urban,
        lsoa_lookup,
        boundaries,
    )
)


def officially(path: Path, reader: Reader) -> Reading:
    file = OfficialFile(path)
    assert [known.source for known in READERS if known.recognise(file)] == [reader.source]
    return reader.read(file)


def saved(folder: Path, text: str, name: str = "any name.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


# --- HES by age band ------------------------------------------------------------------------

HES_HEADINGS = (
    "Month_Ending,FY_Start_Date,FY_End_Date,PARTYEAR,Age_Band,FCE,FCEs_With_Procedure,"
    "Ordinary_Admission_Episodes,FCE_DAY_CASES,FCE_DAY_WITH_PROCEDURE,FAE,EMERGENCY,"
    "Total_Appointments,Attended_Appointments,DNA_Appointments,First_Attendance,"
    "Follow_Up_Attendance\n"
)
HES = HES_HEADINGS + "".join(
    f"{month},01APR2030,31MAR2031,203113,{band},100,50,60,40,30,90,20,200,150,20,60,80\n"
    for month in ("31MAR2031", "28FEB2031")
    for band in ("01. 0 - 4", "02. 5", "03. 6+", "04. unknown")
)


def test_hes_gives_episodes_by_month_and_band(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, "\ufeff" + HES), hes_age_bands.READER)

    table = reading.tables["hes_age_band"]
    assert table["age_band"].tolist()[:4] == ["0-4", "5", "6+", "unknown"]
    assert table["age_lower"].tolist()[:3] == [0, 5, 6]
    assert table["age_upper"].tolist()[:2] == [4, 5]
    assert table.loc[2:3, "age_upper"].isna().all()
    assert table.loc[0, list(HES_MEASURES)].tolist() == [100, 60, 40, 90, 20, 200, 150, 20, 60, 80]
    assert sorted(set(table["month"])) == [pd.Timestamp("2031-02-01"), pd.Timestamp("2031-03-01")]
    assert reading.period == "2031-02 to 2031-03"
    assert (reading.checks[0].ours, reading.checks[0].publishers) == (800, 800)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("DNA_Appointments", "Missed", "row 1, outpatient_not_attended"),
        ("31MAR2031,01APR", "30MAR2031,01APR", "row 2, Month_Ending"),
        ("04. unknown", "04. unborn", "row 5, Age_Band"),
        (",100,50,60,40", ",100,50,61,40", "row 2, FCE"),
        (",100,50,60,40", ",1OO,50,60,40", "row 2, FCE"),
        (",200,150,20,", ",160,150,20,", "row 2, outpatient_appointments"),
    ],
)
def test_changed_hes_file_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(HES, old, new)), hes_age_bands.READER)


def test_hes_month_without_a_band_is_refused(tmp_path: Path) -> None:
    text = "".join(HES.splitlines(keepends=True)[:-1])
    with pytest.raises(BrokenPublicationError, match=r"February 2031.*band unknown"):
        officially(saved(tmp_path, text), hes_age_bands.READER)


def test_hes_bands_that_leave_out_an_age_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenPublicationError, match="bands that start at 0, 5, 7"):
        officially(saved(tmp_path, HES.replace("03. 6+", "03. 7+")), hes_age_bands.READER)


def test_suppressed_hes_count_is_missing_and_told(tmp_path: Path) -> None:
    text = replaced(HES, ",100,50,60,40", ",100,50,*,40")
    reading = officially(saved(tmp_path, text), hes_age_bands.READER)
    assert np.isnan(reading.tables["hes_age_band"].loc[0, "ordinary_episodes"])
    assert any("suppressed" in note for note in reading.notes)


# --- Deprivation, rurality, lookup ----------------------------------------------------------

# Five areas: the decile of rank r among 5 is r * 10 / 5, rounded up. Two share rank 2.
IMD_RANKS = [(1, 2), (2, 4), (2, 4), (4, 8), (5, 10)]
IMD = "lsoa11_code,IMD_decile,Income_decile,IMD_rank\r\n" + "".join(
    f"E0100000{at},{decile}.0,1.0,{rank}.0\r\n" for at, (rank, decile) in enumerate(IMD_RANKS)
)


def test_deprivation_of_areas_gives_rank_and_decile(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, IMD), deprivation_lsoa.READER)
    table = reading.tables["deprivation_lsoa"]
    assert table["imd_rank"].tolist() == [1, 2, 2, 4, 5]
    assert table["imd_decile"].tolist() == [2, 4, 4, 8, 10]
    assert set(table["edition"]) == {load_sources()["imd_2019_lsoa"].edition}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("4,10.0,1.0,5.0", "4,10.0,1.0,6.0", "row 6, imd_rank"),
        ("3,8.0,1.0,4.0", "3,8.0,1.0,3.0", "row 5, imd_rank"),
        ("0,2.0,1.0,1.0", "0,1.0,1.0,1.0", "row 2, imd_decile"),
        ("0,2.0,1.0,1.0", "0,2.0,1.0,1.5", "row 2, IMD_rank"),
        ("E01000004", "E01000003", "lsoa_code"),
        ("E01000004", "E0100004", "lsoa_code"),
    ],
)
def test_impossible_ranks_and_deciles_are_refused(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(IMD, old, new)), deprivation_lsoa.READER)


DISTRICTS = (
    "ltla31_code,Score,Proportion,Extent,Income_Score\n"
    "E06000001,35.037,0.3621,0.4973,0.228\nE06000002,40.46,0.0,0.571,0.25\n"
)


def test_deprivation_of_districts_is_of_the_edition_of_its_boundaries(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, DISTRICTS), deprivation_districts.READER)
    assert reading.slice_ == "2031"
    table = reading.tables["deprivation_district"].set_index("area_code")
    assert table.loc["E06000001"].tolist() == ["2031", 35.037, 0.3621]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("0.3621", "36.21", "share_in_most_deprived_decile"),
        ("35.037", "n/a", "row 2, Score"),
        ("E06000002", "E06000001", "each key once"),
    ],
)
def test_impossible_district_deprivation_is_refused(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(DISTRICTS, old, new)), deprivation_districts.READER)


RURAL = (
    "\ufeffLSOA11CD,LSOA11NM,RUC11CD,RUC11,FID\r\n"
    "E01000001,Place 001A,C1,Urban city and town,1\r\n"
    "E01000002,Place 001B,E2,Rural village and dispersed in a sparse setting,2\r\n"
)


def test_rurality_is_read_from_the_name_of_the_class(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, RURAL), rural_urban.READER)
    table = reading.tables["rural_urban_lsoa"]
    assert table["rural"].tolist() == [False, True]
    assert table["class_code"].tolist() == ["C1", "E2"]
    assert reading.slice_ == "2011"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("E2,Rural village", "C1,Rural village", "two names of the class C1"),
        ("Rural village and dispersed", "Village", "rural or an urban"),
        ("E01000002", "E01000001", "each key once"),
    ],
)
def test_impossible_rurality_is_refused(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(RURAL, old, new)), rural_urban.READER)


LOOKUP = (
    "lsoa11_name,lsoa11_code,sicbl22_name,sicbl22_code,sicbl22_code_h,icb22_name,icb22_code,"
    "icb22_code_h,ltla22_name,ltla22_code\n"
    "Place 001A,E01000001,NHS Here,E38000001,01A,NHS Here ICB,E54000001,QZ1,Place,E06000001\n"
    "Place 001B,E01000002,NHS Here,E38000001,01A,NHS Here ICB,E54000001,QZ1,Place,E06000001\n"
)


def test_lookup_gives_commissioner_and_district(tmp_path: Path) -> None:
    reading = officially(saved(tmp_path, LOOKUP), lsoa_lookup.READER)
    assert reading.tables["lsoa_lookup"].loc[1].tolist() == [
        "2022", "E01000002", "Place 001B", "E38000001", "E54000001", "NHS Here ICB",
        "E06000001", "Place",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("E54000001,QZ1,Place,E06000001\nPlace", "E54000002,QZ1,Place,E06000001\nPlace", "icb_cod"),
        ("Place,E06000001\nPlace", "Other,E06000001\nPlace", "district_name"),
        ("Place 001B", "", "row 3, lsoa_name"),
        ("E01000002", "E01000001", "each key once"),
    ],
)
def test_impossible_lookup_is_refused(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        officially(saved(tmp_path, replaced(LOOKUP, old, new)), lsoa_lookup.READER)


# --- Boundaries -----------------------------------------------------------------------------


def square(west: float, south: float, side: float) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def collection(crs: str | None, rings: list[list[list[float]]], **properties: object) -> str:
    members: dict[str, object] = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {"LAD31CD": f"E0600000{at}", "LAD31NM": f"Place {at}"} | properties,
            }
            for at, ring in enumerate(rings)
        ],
    }
    if crs:
        members["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(members)


def read_boundaries(folder: Path, text: str) -> Reading:
    return officially(saved(folder, text, "any.txt"), boundaries.READER)


def test_outline_is_kept_in_whole_metres_with_its_boundary_year(tmp_path: Path) -> None:
    text = collection("EPSG:27700", [square(600000.4, 300000.4, 1000)])
    reading = read_boundaries(tmp_path, text.replace("LAD31", "lad31"))
    row = reading.tables["boundary"].loc[0]
    assert row.drop("geometry").tolist() == ["district", 2031, "E06000000", "Place 0"]
    assert shapely.from_wkt(row["geometry"]).equals(shapely.box(600000, 300000, 601000, 301000))
    assert "." not in row["geometry"]
    assert reading.notes == ()


@pytest.mark.parametrize("crs", ["EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", None])
def test_degrees_are_brought_to_the_national_grid(tmp_path: Path, crs: str | None) -> None:
    # The ONS prints for E38000006, April 2023: LONG -1.54925, LAT 53.5258 and BNG 429979, 403330.
    text = collection(crs, [square(-1.54925 - 0.01, 53.5258 - 0.01, 0.02)])
    text = text.replace("LAD31", "SICBL31").replace("E06000000", "E38000006")
    table = read_boundaries(tmp_path, text).tables["boundary"]
    centre = shapely.from_wkt(table.loc[0, "geometry"]).centroid
    assert table.loc[0, "geography"] == "sub_icb"
    assert centre.x == pytest.approx(429979, abs=5)
    assert centre.y == pytest.approx(403330, abs=5)


def test_outline_that_crosses_itself_is_mended_and_named(tmp_path: Path) -> None:
    bow = [[0.0, 0.0], [100.0, 100.0], [100.0, 0.0], [0.0, 100.0], [0.0, 0.0]]
    text = collection("EPSG:27700", [[[x + 600000, y + 300000] for x, y in bow]])
    reading = read_boundaries(tmp_path, text)
    outline = shapely.from_wkt(reading.tables["boundary"].loc[0, "geometry"])
    assert outline.is_valid
    assert outline.area == 5000
    assert any("E06000000" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (collection("EPSG:3857", [square(600000, 300000, 1000)]), "crs.*EPSG:3857"),
        (collection("EPSG:4326", [square(600000, 300000, 1000)]), "crs"),
        (collection("EPSG:27700", [square(1.0, 52.0, 0.1)]), "crs"),
        (collection("EPSG:27700", [square(6e5, 3e5, 9)], LAD31NM=None), "LAD31NM"),
        (collection("EPSG:27700", [square(6e5, 3e5, 9)], LAD32CD="E06000009"), "LAD32CD"),
        (collection("EPSG:27700", [square(6e5, 3e5, 9)] * 2, LAD31CD="E06000009"), "each key once"),
        (collection("EPSG:27700", [square(6e5, 3e5, 9)], BNG_E=7e5, BNG_N=3e5), "700000"),
    ],
    ids=["unknown", "metres as degrees", "degrees as metres", "name", "two codes", "twice", "far"],
)
def test_outlines_that_cannot_be_placed_are_refused(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BrokenPublicationError, match=named):
        read_boundaries(tmp_path, text)


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        ("properties", None, r"features\[1\]"),
        ("geometry", None, r"features\[1\].geometry"),
        ("geometry", {"type": "Point", "coordinates": [1, 2]}, "Point"),
        ("geometry", {"type": "Polygon", "coordinates": [[[1, 2], [3]]]}, "Polygon"),
    ],
)
def test_feature_without_properties_or_outline_is_refused(
    tmp_path: Path, member: str, value: object, named: str
) -> None:
    tree = json.loads(collection("EPSG:27700", [square(600000, 300000, 9)] * 2))
    tree["features"][1][member] = value
    with pytest.raises(BrokenPublicationError, match=named):
        read_boundaries(tmp_path, json.dumps(tree))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "FeatureCollection", "features": [3]}',
        '{"type": "FeatureCollection", "features": [{"properties": {"LAD22CD": "x"}}]}',
        "Period,Org Code\n",
        '"unclosed',
    ],
)
def test_no_reader_takes_a_file_of_another_kind(tmp_path: Path, text: str) -> None:
    file = OfficialFile(saved(tmp_path, text, "x.csv"))
    assert not any(reader.recognise(file) for reader in READERS)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.source)
def test_every_reader_has_a_source_record_of_its_tables(reader: Reader) -> None:
    record = load_sources()[reader.source]
    assert record.tables == reader.tables
    assert record.open_licence


# --- The publishers' own files --------------------------------------------------------------

LSOA_IMD = "deprivation/imd2019_england_lsoa11.csv"
LTLA_IMD = "deprivation/imd2019_england_ltla19.csv"
RUC = (
    "deprivation/Rural_Urban_Classification_2011_of_Lower_Layer_Super_Output_Areas_"
    "in_England_and_Wales.csv"
)
LSOA_LOOKUP = "lookups/lookup_lsoa11_sicbl22_icb22_ltla22.csv"


@pytest.mark.official_files
def test_hes_by_age_agrees_with_hes_by_treatment_function(official: Path) -> None:
    path = official / "hes" / "HES_M13_2021_OPEN_DATA_AGE_BANDS.csv"
    table = officially(path, hes_age_bands.READER).tables["hes_age_band"]
    assert table.groupby("month").size().tolist() == [24] * 36

    other = pd.read_csv(official / "hes" / "HES_M13_2021_OPEN_DATA_TREATMENT_FUNCTION.csv")
    other["month"] = pd.to_datetime(other["Month_Ending"], format="%d%b%y").dt.to_period("M")
    months = table["month"].dt.to_period("M")
    for ours, theirs in (
        ("finished_consultant_episodes", "FCE"),
        ("emergency_admission_episodes", "EMERGENCY"),
        ("outpatient_attended", "Attended_Appointments"),
    ):
        expected = other.groupby("month")[theirs].sum()
        assert table.groupby(months)[ours].sum().tolist() == expected.tolist()


@pytest.mark.official_files
def test_deprivation_of_areas_agrees_with_that_of_districts(official: Path) -> None:
    areas = officially(official / LSOA_IMD, deprivation_lsoa.READER).tables["deprivation_lsoa"]
    lookup = officially(official / LSOA_LOOKUP, lsoa_lookup.READER).tables["lsoa_lookup"]
    districts = officially(official / LTLA_IMD, deprivation_districts.READER)

    joined = areas.merge(lookup, on="lsoa_code", validate="one_to_one")
    assert len(joined) == len(areas) == 32844
    counted = joined["imd_decile"].eq(1).groupby(joined["district_code"]).mean()
    printed = districts.tables["deprivation_district"].set_index("area_code")[
        "share_in_most_deprived_decile"
    ]
    both = pd.concat([counted, printed], axis=1, join="inner")
    assert len(both) == 306
    # Four printed places: half a unit of the last one is the most that rounding explains.
    assert both.diff(axis=1).iloc[:, 1].abs().max() <= 0.00005 + 1e-12
    assert set(areas["edition"]) == {districts.slice_}


# Names of 2011 that are short or older forms of the district's name of 2022.
OTHER_NAMES = {
    "Bristol": "Bristol, City of",
    "Herefordshire": "Herefordshire, County of",
    "Kingston upon Hull": "Kingston upon Hull, City of",
    "Shepway": "Folkestone and Hythe",
}
# Mergers by order of Parliament, April 2019 to April 2021.
MERGERS = {
    "Bournemouth, Christchurch and Poole": "Bournemouth; Christchurch; Poole",
    "Buckinghamshire": "Aylesbury Vale; Chiltern; South Bucks; Wycombe",
    "Dorset": "East Dorset; North Dorset; Purbeck; West Dorset; Weymouth and Portland",
    "East Suffolk": "Suffolk Coastal; Waveney",
    "North Northamptonshire": "Corby; East Northamptonshire; Kettering; Wellingborough",
    "Somerset West and Taunton": "Taunton Deane; West Somerset",
    "West Northamptonshire": "Daventry; Northampton; South Northamptonshire",
    "West Suffolk": "Forest Heath; St Edmundsbury",
}


@pytest.mark.official_files
def test_lookup_agrees_with_the_names_that_the_ons_gives_each_area(official: Path) -> None:
    lookup = officially(official / LSOA_LOOKUP, lsoa_lookup.READER).tables["lsoa_lookup"]
    rural = officially(official / RUC, rural_urban.READER).tables["rural_urban_lsoa"]
    assert len(rural) == 34753
    assert rural["rural"].sum() == 6204

    english = rural[rural["lsoa_code"].str.startswith("E")]
    joined = lookup.merge(english, on="lsoa_code", suffixes=("", "_ons"), how="outer")
    assert len(joined) == len(lookup) == 32844
    assert joined["lsoa_name"].equals(joined["lsoa_name_ons"])

    since = OTHER_NAMES | {old: new for new, olds in MERGERS.items() for old in olds.split("; ")}
    stem = joined["lsoa_name_ons"].str.replace(r" \d{3}[A-Z]+$", "", regex=True)
    assert stem.replace(since).equals(joined["district_name"])
    assert (stem == joined["district_name"]).sum() == 30705


@pytest.mark.official_files
def test_waveney_part_of_east_suffolk_is_with_norfolk(official: Path) -> None:
    lookup = officially(official / LSOA_LOOKUP, lsoa_lookup.READER).tables["lsoa_lookup"]
    divided = lookup[lookup["district_code"] == "E07000244"]
    stem = divided["lsoa_name"].str.replace(r" \d{3}[A-Z]$", "", regex=True)
    assert divided.groupby([stem, "icb_name"]).size().to_dict() == {
        ("Suffolk Coastal", "NHS Suffolk and North East Essex Integrated Care Board"): 73,
        ("Waveney", "NHS Norfolk and Waveney Integrated Care Board"): 73,
    }


@pytest.mark.official_files
def test_boundaries_are_valid_and_in_place(official: Path) -> None:
    folder = official / "boundaries"
    readings = [officially(path, boundaries.READER) for path in sorted(folder.glob("*json"))]
    assert [reading.slice_ for reading in readings] == [
        "district 2018",
        "district 2022",
        "sub_icb 2023",
    ]
    assert [reading.checks[0].ours for reading in readings] == [391, 374, 106]
    outlines = {
        (reading.slice_, row.area_code): shapely.from_wkt(row.geometry)
        for reading in readings
        for row in reading.tables["boundary"].itertuples()
    }
    assert all(outline.is_valid for outline in outlines.values())

    parts = shapely.union_all(
        [outlines["district 2018", "E07000205"], outlines["district 2018", "E07000206"]]
    )
    whole = outlines["district 2022", "E07000244"]
    assert parts.intersection(whole).area / parts.union(whole).area > 0.98


@pytest.mark.official_files
def test_each_reader_takes_its_own_files_and_no_others(official: Path, full_store: Store) -> None:
    # A file that two readers claim is refused, and so not in the store.
    own = {reader.source for reader in READERS}
    taken: dict[str, list[str]] = {source: [] for source in own}
    folders = {path.name: path.relative_to(official).parts[0] for path in official.rglob("*.*")}
    for entry in full_store.entries():
        if entry.source in own:
            taken[entry.source].append(folders[entry.file_name])
    assert {source: len(folders) for source, folders in taken.items()} == {
        "ae_monthly_workbook": 72,
        "ae_monthly_csv": 8,
        "hes_open_data_age_bands": 1,
        "imd_2019_lsoa": 1,
        "imd_2019_districts": 1,
        "rural_urban_2011": 1,
        "lsoa_lookup_2022": 1,
        "ons_boundaries": 3,
    }
    assert set(taken["ae_monthly_workbook"]) == {"ae_monthly"}
