"""The library: which of store and extract gives a table, and what it cites."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from caseanalysis.case import Case
from caseanalysis.errors import MissingDataError, ParameterError, RecordError
from caseanalysis.library import Library, build_table, combined_sha256, store_inputs
from caseanalysis.registers import load_sources
from caseanalysis.store import Store
from caseanalysis.tables import EVIDENCE_TABLES
from small_publications import ae_csv, boundaries_json, catchment_csv

HOME, PART, WHOLE = "E07000991", "E07000206", "E07000244"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "project"


def add(store: Store, text: str) -> None:
    path = store.root.parent / f"given {hashlib.sha256(text.encode()).hexdigest()[:8]}"
    path.write_text(text, encoding="utf-8")
    store.add([path])


def write_extract(
    project: Path, name: str, text: str, *, source: str = "ohid_catchment_shares"
) -> Path:
    """Write one extract and its record by hand."""
    folder = project / "extracts" / "two-rivers"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.csv"
    path.write_bytes(text.encode())
    inputs = {
        "source": source,
        "release": "the release",
        "period": "the period",
        "files": [{"sha256": "ab" * 32, "slice": "one"}, {"sha256": "01" * 32, "slice": "two"}],
    }
    record = {
        "table": name,
        "file": path.name,
        "rows": text.count("\n") - 1,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "inputs": [inputs],
    }
    YAML().dump({"extracts": [record]}, folder / "extracts.yaml")
    return path


EDITION = "trusts 2022, districts 2021"
HEADER = "edition,trust_code,area_code,share,attribution\n"
ROW = f'"{EDITION}",RAA,{HOME},0.75,as published\n'
EXTRACT = HEADER + ROW
SHARES = {("RAA", HOME): 0.7, ("RAA", "E07000992"): 0.3, ("RBB", HOME): 1.0}


def test_extract_is_used_without_a_store(two_rivers: Case, store: Store, project: Path) -> None:
    write_extract(project, "catchment", EXTRACT)
    library = Library(two_rivers, store=store, root=project)
    evidence = library.evidence("catchment")
    assert (evidence.basis, evidence.note) == ("compact extract", None)
    assert evidence.table["share"].tolist() == [0.75]
    (cited,) = evidence.inputs
    assert cited.release == "the release"
    assert cited.title == load_sources()["ohid_catchment_shares"].title
    assert cited.files == 2
    both = "\n".join(["01" * 32, "ab" * 32])
    assert cited.sha256 == hashlib.sha256(both.encode()).hexdigest()


def test_store_is_used_where_it_has_every_row_of_the_extract(
    two_rivers: Case, store: Store, project: Path
) -> None:
    write_extract(project, "catchment", EXTRACT)
    add(store, catchment_csv(SHARES))
    evidence = Library(two_rivers, store=store, root=project).evidence("catchment")
    assert (evidence.basis, evidence.note) == ("data store", None)
    assert evidence.table["share"].tolist() == [0.7, 0.3, 1.0]
    (entry,) = store.entries()
    (cited,) = evidence.inputs
    assert (cited.sha256, cited.files, cited.release) == (entry.sha256, 1, entry.release)


def test_store_is_used_where_there_is_no_extract(
    two_rivers: Case, store: Store, project: Path
) -> None:
    add(store, catchment_csv(SHARES))
    evidence = Library(two_rivers, store=store, root=project).evidence("catchment")
    assert evidence.basis == "data store"


def test_store_with_fewer_rows_is_not_mixed_with_the_extract(
    two_rivers: Case, store: Store, project: Path
) -> None:
    lacking = ROW.replace(HOME, "E07000993") + ROW.replace(HOME, "E07000994")
    write_extract(project, "catchment", EXTRACT + lacking)
    add(store, catchment_csv(SHARES))
    evidence = Library(two_rivers, store=store, root=project).evidence("catchment")
    assert evidence.basis == "compact extract"
    assert evidence.note == "the data store lacks 2 of the extract's 3 rows"
    assert evidence.table["share"].tolist() == [0.75, 0.75, 0.75]


OUTLINES = (
    "geography,boundary_year,area_code,area_name,geometry\n"
    f'district,2018,{HOME},Upper,"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n'
)


def test_store_of_other_areas_leaves_the_table_to_the_extract(
    two_rivers: Case, store: Store, project: Path
) -> None:
    write_extract(project, "outline", OUTLINES, source="ons_boundaries")
    add(store, boundaries_json(["E06000001"], year=18))
    evidence = Library(two_rivers, store=store, root=project).evidence("outline")
    assert evidence.basis == "compact extract"
    assert evidence.note is not None
    assert f"none of {PART}, {HOME}" in evidence.note


def test_store_of_other_areas_is_named_where_there_is_no_extract(
    two_rivers: Case, store: Store, project: Path
) -> None:
    add(store, boundaries_json(["E06000001"], year=18))
    with pytest.raises(MissingDataError, match="the outline of every place"):
        Library(two_rivers, store=store, root=project).evidence("outline")


def test_changed_byte_of_an_extract_is_refused(
    two_rivers: Case, store: Store, project: Path
) -> None:
    path = write_extract(project, "catchment", EXTRACT)
    path.write_text(EXTRACT.replace("0.75", "0.76"), encoding="utf-8")
    with pytest.raises(RecordError, match="other bytes than its record says") as caught:
        Library(two_rivers, store=store, root=project).evidence("catchment")
    assert caught.value.where == str(path)


def test_extract_whose_file_is_gone_is_refused(
    two_rivers: Case, store: Store, project: Path
) -> None:
    path = write_extract(project, "catchment", EXTRACT)
    path.unlink()
    with pytest.raises(RecordError, match="no file, or an empty one") as caught:
        Library(two_rivers, store=store, root=project).evidence("catchment")
    assert caught.value.where == str(path)


def test_table_that_neither_gives_is_missing(two_rivers: Case, store: Store, project: Path) -> None:
    library = Library(two_rivers, store=store, root=project)
    assert not library.has("catchment")
    with pytest.raises(MissingDataError, match="table catchment of case two-rivers"):
        library.evidence("catchment")
    assert library.used == ()


def test_table_that_there_is_not_is_refused_with_the_nearest(
    two_rivers: Case, store: Store, project: Path
) -> None:
    library = Library(two_rivers, store=store, root=project)
    for ask in (library.has, library.evidence, library.table):
        with pytest.raises(ParameterError, match="did you mean 'urgent_care'"):
            ask("urgent_cares")
    assert library.used == ()


def test_table_that_needs_two_publications_is_missing_with_one_of_them(
    two_rivers: Case, store: Store, project: Path
) -> None:
    add(store, catchment_csv(SHARES))
    library = Library(two_rivers, store=store, root=project)
    assert library.has("catchment")
    assert not library.has("population")


def test_evidence_is_listed_in_the_order_of_first_use(
    two_rivers: Case, store: Store, project: Path
) -> None:
    add(store, catchment_csv(SHARES))
    add(store, ae_csv())
    library = Library(two_rivers, store=store, root=project)
    first = library.table("urgent_care")
    library.table("catchment")
    assert library.table("urgent_care") is first
    assert [evidence.name for evidence in library.used] == ["urgent_care", "catchment"]


def test_inputs_of_several_files_give_their_span(two_rivers: Case, store: Store) -> None:
    for month in ("MAY-2031", "MARCH-2031", "APRIL-2031"):
        add(store, ae_csv(month))
    (record,) = store_inputs(EVIDENCE_TABLES["urgent_care"], store)
    assert (record.source, record.release) == ("ae_monthly_csv", "3 files")
    assert record.period == "2031-03 to 2031-05"
    assert [file.slice for file in record.files] == ["2031-03", "2031-04", "2031-05"]
    assert len(build_table(EVIDENCE_TABLES["urgent_care"], store, two_rivers)) == 9


def test_hash_of_one_file_is_its_own_and_of_several_that_of_their_sorted_list() -> None:
    assert combined_sha256(["b" * 64]) == "b" * 64
    # printf 'a\nb' | sha256sum
    wanted = "7e18f737311b2dc3b2f269dd78396b0351f14fb66efa879f768cb23181883c78"
    assert combined_sha256(["b", "a"]) == wanted
    assert combined_sha256(["a", "b"]) == wanted


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    share=st.floats(0, 1),
    words=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1).filter(
        lambda text: text.strip() == text
    ),
)
def test_extract_gives_text_and_numbers_to_the_last_bit(
    two_rivers: Case, store: Store, project: Path, share: float, words: str
) -> None:
    quoted = words.replace('"', '""')
    text = HEADER + f'"{quoted}",RAA,{HOME},{share!r},"NA"\n'
    write_extract(project, "catchment", text)
    table = Library(two_rivers, store=store, root=project).table("catchment")
    assert table["share"].tolist() == [share]
    assert table["edition"].tolist() == [words]
    assert table["attribution"].tolist() == ["NA"]


def test_extract_keeps_codes_that_look_like_numbers(
    two_rivers: Case, store: Store, project: Path
) -> None:
    write_extract(project, "catchment", EXTRACT.replace(f'"{EDITION}"', "007"))
    table = Library(two_rivers, store=store, root=project).table("catchment")
    assert table["edition"].tolist() == ["007"]


#: Tables of publications of which a real file has been seen.
SEEN = {table for record in load_sources().values() if record.seen for table in record.tables}


@pytest.mark.official_files
@pytest.mark.parametrize(
    "name", [name for name, table in EVIDENCE_TABLES.items() if SEEN.issuperset(table.needs)]
)
def test_every_table_is_made_from_the_official_files(library_of_store: Library, name: str) -> None:
    evidence = library_of_store.evidence(name)
    table = evidence.table
    assert evidence.basis == "data store"
    assert len(table)
    assert not table.duplicated(list(EVIDENCE_TABLES[name].schema.key)).any()
    pd.testing.assert_index_equal(table.columns, pd.Index(EVIDENCE_TABLES[name].schema.columns))
