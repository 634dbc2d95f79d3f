"""Compact extracts: the same bytes from the same files, openly licensed, and small."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from caseanalysis.case import Case, default_case, load_case
from caseanalysis.errors import MissingDataError, StoreError
from caseanalysis.extracts import LARGEST_TOTAL, Extract, write_extracts
from caseanalysis.library import ExtractsFile, Library
from caseanalysis.records import load_yaml
from caseanalysis.registers import load_sources
from caseanalysis.store import Store
from caseanalysis.tables import EVIDENCE_TABLES

CARRIED = [table for table in EVIDENCE_TABLES.values() if table.licensed_for_extract]


@pytest.fixture(scope="module")
def written(
    full_store: Store, default: Case, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Extract]]:
    """A folder laid out as data/, and the extracts written into it."""
    folder = tmp_path_factory.mktemp("data")
    return folder, write_extracts(default, full_store, folder / "extracts" / default.name)


@pytest.fixture
def committed(root: Path) -> Path:
    """The extracts that the project carries for its default case."""
    return root / "data" / "extracts" / default_case()


def test_committed_extracts_are_those_of_the_openly_licensed_tables(committed: Path) -> None:
    records = load_yaml(committed / "extracts.yaml", ExtractsFile).extracts
    assert [record.table for record in records] == [table.name for table in CARRIED]
    files = {path.name for path in committed.iterdir()}
    assert files == {"extracts.yaml", *(record.file for record in records)}


def test_committed_extracts_are_what_their_records_say(committed: Path) -> None:
    for record in load_yaml(committed / "extracts.yaml", ExtractsFile).extracts:
        content = (committed / record.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == record.sha256, record.table
        assert len(pd.read_csv(committed / record.file)) == record.rows, record.table
        assert all(given.files for given in record.inputs), record.table


def test_every_source_of_an_extract_is_openly_licensed(committed: Path) -> None:
    sources = load_sources()
    named = {
        given.source
        for record in load_yaml(committed / "extracts.yaml", ExtractsFile).extracts
        for given in record.inputs
    }
    assert named
    assert {name for name in named if not sources[name].open_licence} == set()


def test_tables_of_closed_sources_are_not_carried() -> None:
    sources = load_sources().values()
    for table in CARRIED:
        for need in table.needs:
            givers = [source for source in sources if need in source.tables]
            assert any(source.open_licence for source in givers), (table.name, need)
    assert not EVIDENCE_TABLES["local_rates"].licensed_for_extract


def test_all_extracts_together_are_small(root: Path) -> None:
    sizes = [path.stat().st_size for path in (root / "data" / "extracts").rglob("*.*")]
    assert 0 < sum(sizes) < LARGEST_TOTAL == 2_000_000


def test_library_serves_every_committed_extract(root: Path, tmp_path: Path) -> None:
    library = Library(load_case(default_case()), store=Store(tmp_path), root=root / "data")
    for table in CARRIED:
        evidence = library.evidence(table.name)
        assert evidence.basis == "compact extract"
        assert len(evidence.table), table.name
    assert not library.has("local_rates")


def test_store_that_lacks_a_publication_writes_nothing(two_rivers: Case, tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"ae_monthly, .*boundary, .*data add"):
        write_extracts(two_rivers, Store(tmp_path / "store"), tmp_path / "extracts")
    assert not (tmp_path / "extracts").exists()


def test_source_without_an_open_licence_is_refused(two_rivers: Case, tmp_path: Path) -> None:
    # A catalogue that names a closed source for a table that is carried, as a new reader might.
    needs = {need for table in CARRIED for need in table.needs}
    record = {
        **{"sha256": "ab" * 32, "source": "strategy_unit_population_variants"},
        **{"file_name": "a.json", "bytes": 1, "release": "", "period": "", "slice_": "one"},
        **{"rank": 0, "published": None, "added": "2031-03-01T00:00:00+00:00"},
        **{"tables": dict.fromkeys(needs, 1), "checks": [], "notes": [], "reader_digest": ""},
    }
    folder = tmp_path / "store" / "catalogue"
    folder.mkdir(parents=True)
    (folder / f"{'ab' * 32}.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(StoreError, match="openly licensed sources only") as caught:
        write_extracts(two_rivers, Store(tmp_path / "store"), tmp_path / "extracts")
    assert "strategy_unit_population_variants" in caught.value.found
    assert not (tmp_path / "extracts").exists()


@pytest.mark.official_files
def test_real_files_give_the_committed_extracts_byte_for_byte(
    written: tuple[Path, list[Extract]], committed: Path
) -> None:
    folder, _ = written
    made = {path.name: path for path in (folder / "extracts" / committed.name).iterdir()}
    assert sorted(made) == sorted(path.name for path in committed.iterdir())
    for name, path in made.items():
        assert path.read_bytes() == (committed / name).read_bytes(), name


@pytest.mark.official_files
def test_what_was_written_is_what_is_returned(written: tuple[Path, list[Extract]]) -> None:
    folder, extracts = written
    for extract in extracts:
        (path,) = folder.rglob(extract.record.file)
        assert path.stat().st_size == extract.bytes
        assert extract.record.rows == len(pd.read_csv(path))


@pytest.mark.official_files
@pytest.mark.parametrize("name", [table.name for table in CARRIED])
def test_extract_equals_the_store_in_values_and_types(
    written: tuple[Path, list[Extract]],
    library_of_store: Library,
    default: Case,
    tmp_path: Path,
    name: str,
) -> None:
    folder, _ = written
    from_store = library_of_store.evidence(name)
    from_extract = Library(default, store=Store(tmp_path / "none"), root=folder).evidence(name)
    assert (from_store.basis, from_extract.basis) == ("data store", "compact extract")
    pd.testing.assert_frame_equal(from_store.table, from_extract.table, check_exact=True)
    assert from_store.inputs == from_extract.inputs
