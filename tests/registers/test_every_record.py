"""Every record of every register and of every case is whole and agrees with the others."""

from __future__ import annotations

import csv
import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from caseanalysis.case import Case, Claim, list_cases, load_case, load_claims, load_scenarios
from caseanalysis.geography import AREA_CODE, ENGLAND
from caseanalysis.registers import (
    load_activities,
    load_addresses,
    load_area_successions,
    load_assumptions,
    load_disease_registers,
    load_measures,
    load_sources,
)
from caseanalysis.schemas import HES_MEASURES, SCHEMAS

CASES = list_cases()
#: Where publishers keep their files.
HOSTS = {"files.digital.nhs.uk", "www.england.nhs.uk", "www.ons.gov.uk"}
#: Files whose publisher offers other bytes now than those at hand.
CHANGED = {
    *(("ae_monthly_workbook", month) for month in ("2019-04", "2022-08", "2022-10", "2022-12")),
    ("beds_overnight", "2024-25 Q3"),
}


def known_entities(case: Case) -> set[str]:
    wholes = {place.part_of.code for place in case.places if place.part_of}
    peers = {"commissioner peers", "trust peers"}
    own = {*case.trust_codes, *case.place_codes, case.commissioner.code, "group"}
    return own | wholes | peers | {ENGLAND}


def printed_unit(unit: str) -> str:
    return "percent" if unit == "share" else unit


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_every_source_is_read_by_a_known_table_and_was_checked() -> None:
    faults = []
    for record in load_sources().values():
        faults += [f"{record.id}: table {name}" for name in record.tables if name not in SCHEMAS]
        faults += [f"{record.id}: seen but not checked"] * (
            record.seen and not (record.checker and record.checked_on)
        )
        faults += [f"{record.id}: quirk without evidence" for q in record.quirks if not q.evidence]
        faults += [f"{record.id}: open licence without an attribution"] * (
            record.open_licence and not record.attribution
        )
    assert not faults


def test_every_address_is_one_of_its_publisher_and_stands_once() -> None:
    every = [one for addresses in load_addresses().values() for one in addresses]
    assert len(every) >= 100
    assert {(one.url.scheme, one.url.host) for one in every} <= {("https", name) for name in HOSTS}
    assert len({one.url for one in every}) == len({one.sha256 for one in every}) == len(every)


@pytest.mark.official_files
def test_every_address_has_the_hash_of_the_file_at_hand(official: Path) -> None:
    with (official / "MANIFEST.csv").open(encoding="utf-8-sig", newline="") as stream:
        names = {row["sha256"]: Path(row["path"]).name for row in csv.DictReader(stream)}
    for path in (*official.glob("ae_monthly_csv/*.csv"), *official.glob("sickness/*.csv")):
        # Published with carriage returns, which the files at hand have lost.
        published = path.read_bytes().replace(b"\n", b"\r\n")
        names[hashlib.sha256(published).hexdigest()] = path.name
    every = [one for addresses in load_addresses().values() for one in addresses]
    assert {(one.source, one.period) for one in every if one.sha256 not in names} == CHANGED
    renamed = {
        one.source
        for one in every
        if one.sha256 in names and not unquote(str(one.url)).endswith("/" + names[one.sha256])
    }
    assert renamed == {
        "ae_england_series",
        "ons_estimates_health_areas",
        "rtt_england_series",
        "sickness_absence",
    }


def test_every_assumption_has_unit_reference_reason_and_checker() -> None:
    records = load_assumptions()
    assert records
    for record in records.values():
        assert record.unit, record.id
        assert len(record.reference.split()) >= 5, record.id
        assert len(record.reason.split()) >= 5, record.id
        assert record.checker and record.checked_on, record.id
        if record.unit == "share":
            assert 0 <= record.low <= record.high <= 1, record.id


def test_every_assumption_is_used_by_a_module_or_a_notebook(root: Path) -> None:
    notebooks = {"context", *(area.id for name in CASES for area in load_case(name).areas)}
    for record in load_assumptions().values():
        for name in record.used_by:
            module = root / "src" / "caseanalysis" / f"{name}.py"
            folder, _, stem = name.partition("/")
            assert module.is_file() or (folder == "notebooks" and stem in notebooks), (
                f"assumption {record.id}: no module or notebook {name}"
            )


def test_every_measure_is_used_by_a_claim_or_a_notebook(root: Path) -> None:
    claimed = {claim.measure for name in CASES for claim in load_claims(name)}
    claimed |= {
        target.measure
        for name in CASES
        for scenario in load_scenarios(name).values()
        for target in scenario.targets
    }
    notebooks = "".join(path.read_text("utf-8") for path in (root / "notebooks").glob("*.ipynb"))
    unused = [name for name in load_measures() if name not in claimed and name not in notebooks]
    assert not unused


def test_every_rank_says_among_what_and_every_share_of_what() -> None:
    for record in load_measures().values():
        if record.unit in ("rank", "share") and record.id != "prevalence_growth_gap":
            assert record.denominator, record.id


def test_every_activity_names_columns_and_measures_that_exist() -> None:
    measures = load_measures()
    records = load_activities()
    assert len(records) >= 5
    for record in records:
        assert record.printed_measure in measures, record.activity
        if record.hes_measures:
            assert set(record.hes_measures.split(";")) <= set(HES_MEASURES), record.activity
        assert record.hes_measures or record.local_activities, record.activity


def test_every_disease_register_has_a_name() -> None:
    registers = load_disease_registers()
    assert len(registers) >= 21
    assert all(name.strip() for name in registers.values())


def test_every_area_succession_has_codes_of_areas() -> None:
    for record in load_area_successions():
        assert AREA_CODE.match(record.new_code), record
        assert AREA_CODE.match(record.old_code), record
        assert 1974 <= record.year <= 2100, record


def test_every_part_of_a_whole_area_is_in_the_successions() -> None:
    parts = {(record.old_code, record.new_code, record.year) for record in load_area_successions()}
    for name in CASES:
        for place in load_case(name).places:
            if place.part_of:
                whole = place.part_of
                assert (place.code, whole.code, whole.boundary_year) in parts
                assert place.boundary_year < whole.boundary_year


@pytest.mark.parametrize("name", CASES)
def test_peers_are_from_a_source_on_record_and_not_of_the_group(name: str) -> None:
    case = load_case(name)
    sources = load_sources()
    assert case.peers.trusts.source in sources
    assert case.peers.commissioners.source in sources
    assert set(case.peers.trusts.members) == set(case.trust_codes)
    assert not set(case.peer_trust_codes) & set(case.trust_codes)
    assert case.commissioner.code not in case.peers.commissioners.members
    for members in (*case.peers.trusts.members.values(), case.peers.commissioners.members):
        assert len(set(members)) == len(members) >= 5


@pytest.mark.parametrize("name", CASES)
def test_every_claim_has_a_measure_of_its_unit(name: str) -> None:
    measures = load_measures()
    faults = [
        f"{claim.id}: {claim.measure} in {claim.unit}"
        for claim in load_claims(name)
        if claim.measure
        and (
            claim.measure not in measures
            or printed_unit(measures[claim.measure].unit) != claim.unit
        )
    ]
    assert not faults


@pytest.mark.parametrize("name", CASES)
def test_every_claim_speaks_of_an_area_and_entities_of_the_case(name: str) -> None:
    case = load_case(name)
    areas = {"context", *(area.id for area in case.areas)}
    entities = known_entities(case)
    for claim in load_claims(name):
        assert claim.area in areas, claim.id
        assert claim.id.startswith(f"{claim.area}-"), claim.id
        assert claim.entity in entities, claim.id
        assert claim.comparator is None or claim.comparator in entities, claim.id


@pytest.mark.parametrize("name", CASES)
def test_claims_of_an_area_are_numbered_without_a_gap(name: str) -> None:
    numbers: dict[str, list[int]] = {}
    for claim in load_claims(name):
        numbers.setdefault(claim.area, []).append(int(claim.id.rsplit("-", 1)[1]))
    for area, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), area


def consistent(claim: Claim) -> bool:
    compared = claim.operator != "equal" and claim.comparator is not None
    return (claim.value is None) == compared


@pytest.mark.parametrize("name", CASES)
def test_every_claim_is_a_number_or_a_comparison(name: str) -> None:
    assert [claim.id for claim in load_claims(name) if not consistent(claim)] == []


@pytest.mark.parametrize("name", CASES)
def test_every_group_of_a_claim_is_known_to_its_measure(name: str) -> None:
    registers = load_disease_registers()
    activities = {record.activity for record in load_activities()}
    for claim in load_claims(name):
        measure = claim.measure or ""
        if measure.startswith("prevalence"):
            assert claim.group in registers, claim.id
        elif measure == "additional_activity_a_day":
            assert claim.group in activities, claim.id
        elif measure.startswith(("population", "emergency", "attendance", "bed_day")):
            assert re.fullmatch(r"all|\d+-\d+|\d+\+", claim.group), claim.id


@pytest.mark.parametrize("name", CASES)
def test_every_period_of_a_claim_is_a_year_or_runs_forward(name: str) -> None:
    for claim in load_claims(name):
        assert re.fullmatch(r"\d{4}(-\d{2})?( to \d{4}(-\d{2})?)?", claim.period), claim.id
        years = [int(year) for year in re.findall(r"\d{4}", claim.period)]
        assert years == sorted(set(years)), claim.id


@pytest.mark.official_files
def test_every_quotation_stands_in_the_printed_case(official: Path) -> None:
    folder = official.parent / "seeds"
    texts = [one_line(path.read_text(encoding="utf-8")) for path in folder.glob("*.txt")]
    for name in CASES:
        document = load_case(name).document
        assert document is not None
        printed = next(text for text in texts if text.startswith(document.title))
        missing = [
            claim.id
            for claim in load_claims(name)
            if claim.quotation and one_line(claim.quotation) not in printed
        ]
        assert not missing
