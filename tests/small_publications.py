"""Small files in the layouts of official publications, with made-up figures that reconcile."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

CASE = """name: two-rivers
title: Two Rivers
region_name: Two Rivers
summary: Two trusts.
base_year: 2020
horizon_year: 2030
commissioner:
  code: E54000999
  ods_code: QZZ
  name: Two Rivers Board
  short_name: Two Rivers
  boundary_year: 2023
trusts:
  - code: RAA
    name: Upper Trust
    short_name: Upper
    sites: [{name: Upper Hospital, place: E07000991}]
  - code: RBB
    name: Lower Trust
    short_name: Lower
    sites: [{name: Lower Hospital, place: E07000206}]
    predecessors: [RBA]
places:
  - {code: E07000991, name: Upper, boundary_year: 2018}
  - code: E07000206
    name: Waveney
    boundary_year: 2018
    part_of: {code: E07000244, name: East Suffolk, boundary_year: 2019}
peers:
  trusts:
    rule: nearest in size
    source: ae_monthly_csv
    members:
      RAA: [RCC]
  commissioners: {rule: nearest in age, source: ons_estimates_health_areas, members: []}
"""

#: Attendances and waits of over 4 hours (both type 1), admissions through A&E, all admissions.
Counts = tuple[int, int, int, int]
TRUSTS: dict[str, Counts] = {"RAA": (100, 20, 30, 37), "RBB": (200, 50, 60, 65)}

_CSV_COUNTS = (
    *(f"A&E attendances {kind}" for kind in ("Type 1", "Type 2", "Other A&E Department")),
    *(
        f"A&E attendances Booked Appointments {kind}"
        for kind in ("Type 1", "Type 2", "Other Department")
    ),
    *(f"Attendances over 4hrs {kind}" for kind in ("Type 1", "Type 2", "Other Department")),
    *(
        f"Attendances over 4hrs Booked Appointments {kind}"
        for kind in ("Type 1", "Type 2", "Other Department")
    ),
    "Patients who have waited 4-12 hs from DTA to admission",
    "Patients who have waited 12+ hrs from DTA to admission",
    "Emergency admissions via A&E - Type 1",
    "Emergency admissions via A&E - Type 2",
    "Emergency admissions via A&E - Other A&E department",
    "Other emergency admissions",
)


def _summed(trusts: Mapping[str, Counts]) -> Counts:
    first, second, third, fourth = (sum(column) for column in zip(*trusts.values(), strict=True))
    return first, second, third, fourth


def ae_csv(month: str = "MARCH-2031", trusts: Mapping[str, Counts] = TRUSTS) -> str:
    """Return the monthly A&E CSV; every trust has type 1 departments alone."""
    lines = [",".join(("Period", "Org Code", "Parent Org", "Org name", *_CSV_COUNTS))]
    named = {code: (f"MSitAE-{month}", code, "Nowhere", f"{code} TRUST") for code in trusts}
    for code, counts in {**trusts, "": _summed(trusts)}.items():
        attended, waited, admitted, all_admitted = counts
        figures = [0] * len(_CSV_COUNTS)
        figures[0], figures[6], figures[14] = attended, waited, admitted
        figures[17] = all_admitted - admitted
        identity = named.get(code, ("TOTAL", "-", "-", "-"))
        lines.append(",".join(map(str, (*identity, *figures))))
    return "\n".join(lines) + "\n"


_KINDS = (
    "Type 1 Departments - Major A&E",
    "Type 2 Departments - Single Specialty",
    "Type 3 Departments - Other A&E/Minor Injury Unit",
)
_GROUPS = [
    *[""] * 4,
    *("A&E attendances", "", "", ""),
    "A&E attendances less than 4 hours from arrival to admission, transfer or discharge",
    *("", "", ""),
    "A&E attendances greater than 4 hours from arrival to admission, transfer or discharge",
    *("", "", ""),
    *("Percentage of attendances within 4 hours", "Emergency Admissions"),
    *[""] * 7,
]
_HEADINGS = [
    *("", "Code", "Region", "Name"),
    *(*_KINDS, "Total attendances"),
    *(*_KINDS, "Total Attendances < 4 hours"),
    *(*_KINDS, "Total Attendances > 4 hours"),
    "Percentage in 4 hours or less (all)",
    "Emergency Admissions via Type 1 A&E",
    "Emergency Admissions via Type 2 A&E",
    "Emergency Admissions via Type 3 and 4 A&E",
    "Total Emergency Admissions via A&E",
    "Other Emergency admissions (i.e not via A&E)",
    "Total Emergency Admissions",
    "Number of patients spending >4 hours from decision to admit to admission",
    "Number of patients spending >12 hours from decision to admit to admission",
]


def _workbook_row(code: str, region: str, name: str, counts: Counts) -> list[object]:
    attended, waited, admitted, all_admitted = counts
    within = attended - waited
    return [
        *("", code, region, name),
        *(attended, 0, 0, attended),
        *(within, 0, 0, within),
        *(waited, 0, 0, waited),
        within / attended,
        *(admitted, 0, 0, admitted, all_admitted - admitted, all_admitted, 0, 0),
    ]


def ae_workbook(
    path: Path,
    *,
    month: str = "March 2031",
    published: str = "10th April 2031",
    trusts: Mapping[str, Counts] = TRUSTS,
) -> Path:
    """Write the monthly A&E workbook and return its path."""
    title = "A&E Attendances & Emergency Admission monthly statistics, England"
    rows: list[Sequence[object]] = [
        ["", "", "Title:", title],
        ["", "", "Period:", month],
        ["", "", "Published:", published],
        ["", "", "Revised:", "-"],
        [],
        _GROUPS,
        _HEADINGS,
        _workbook_row("-", "-", "England", _summed(trusts)),
        [],
        *(
            _workbook_row(code, "NHS England Nowhere", f"{code} Trust", counts)
            for code, counts in trusts.items()
        ),
    ]
    return xlsx(path, "Provider Level Data", rows)


def xlsx(path: Path, sheet: str, rows: Sequence[Sequence[object]]) -> Path:
    """Write a workbook of one sheet with the least parts that the format needs."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/1.xml"/></Relationships>',
        "xl/worksheets/1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>'
        "</worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def lookup_csv(areas: Mapping[str, tuple[str, str]], *, year: int = 22) -> str:
    """Return the lookup of small areas, each with its district and its board."""
    lines = [
        f"lsoa11_name,lsoa11_code,sicbl{year}_name,sicbl{year}_code,icb{year}_name,"
        f"icb{year}_code,ltla{year}_name,ltla{year}_code"
    ]
    for code, (district, board) in areas.items():
        sub_board = board.replace("E54", "E38")
        lines.append(
            f"Area {code},{code},Sub {sub_board},{sub_board},Board {board},{board},"
            f"District {district},{district}"
        )
    return "\n".join(lines) + "\n"


def deprivation_csv(codes: Sequence[str]) -> str:
    """Return deprivation of small areas, ranked in the order given; their number is at least 10."""
    rows = [
        f"{code},{rank},{-(-rank * 10 // len(codes))}" for rank, code in enumerate(codes, start=1)
    ]
    return "\n".join(["lsoa11_code,IMD_rank,IMD_decile", *rows]) + "\n"


def rural_urban_csv(rural: Mapping[str, bool]) -> str:
    """Return the rural-urban class of small areas."""
    names = {True: "E1,Rural village and dispersed", False: "C1,Urban city and town"}
    rows = [f"{code},Area {code},{names[is_rural]},1" for code, is_rural in rural.items()]
    return "\n".join(["LSOA11CD,LSOA11NM,RUC11CD,RUC11,FID", *rows]) + "\n"


def boundaries_json(codes: Sequence[str], *, year: int, side: int = 1000) -> str:
    """Return outlines of local authorities: squares of so many metres, in a row."""
    features = []
    for position, code in enumerate(codes):
        west, south = 600_000 + 10_000 * position, 300_000
        east, north = west + side, south + side
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": [ring]},
                "properties": {f"LAD{year}CD": code, f"LAD{year}NM": f"Place {code}"},
            }
        )
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features})


def catchment_csv(shares: Mapping[tuple[str, str], float]) -> str:
    """Return shares of each trust's patients by district."""
    rows = [f"{trust},{area},{share!r}" for (trust, area), share in shares.items()]
    header = "nhs_trust22_code,ltla21_code,proportion_trust_came_from_ltla"
    return "\n".join([header, *rows]) + "\n"


_GROUPS_OF_RATES = (
    *(("edc", name) for name in ("walkin", "amb")),
    *(("apc", name) for name in ("emer_n", "emer_bds", "daycase_n", "ordelec_n", "ordelec_bds")),
    *(
        ("opc", f"{kind}_{name}")
        for kind in ("surg", "non-surg")
        for name in ("proc", "first", "fup")
    ),
)


def rates_json(area: str, rates: Mapping[int, tuple[float, float]]) -> str:
    """Return activity rates of one area by age, of women and men, alike for every activity."""
    data = [
        {"age": age, "f": female, "m": male, "fs": female, "ms": male}
        for age, (female, male) in rates.items()
    ]
    records = [
        {"area_code": area, "pod": pod, "group": group, "label": group, "data": data}
        for pod, group in _GROUPS_OF_RATES
    ]
    return json.dumps(records)


def variants_json(area: str, years: Mapping[int, Mapping[int, tuple[float, float]]]) -> str:
    """Return the estimated population of one area by year and age, of women and men."""
    records = [
        {
            "area_code": area,
            "variant": "v0",
            "year": year,
            "totals": {
                "f": sum(female for female, _ in ages.values()),
                "m": sum(male for _, male in ages.values()),
            },
            "data": [{"age": age, "f": f, "m": m} for age, (f, m) in ages.items()],
        }
        for year, ages in years.items()
    ]
    return json.dumps(records)
