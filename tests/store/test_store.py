"""The data store: what it takes, what it keeps, and what it refuses."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from caseanalysis.errors import (
    BrokenPublicationError,
    MissingDataError,
    StoreError,
    UnknownPublicationError,
)
from caseanalysis.schemas import SCHEMAS
from caseanalysis.store import Store, entry_age_days
from small_publications import TRUSTS, ae_csv, ae_workbook, catchment_csv, lookup_csv

MARCH = pd.Timestamp(2031, 3, 1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def files_in(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def edited_record(store: Store, **changed: object) -> Path:
    (path,) = (store.root / "catalogue").glob("*.json")
    fields = json.loads(path.read_text("utf-8")) | changed
    path.write_text(json.dumps(fields), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["figures.csv", "scan.pdf", "no ending", "a.xlsx"])
def test_file_is_known_by_its_content_under_any_name(
    tmp_path: Path, store: Store, name: str
) -> None:
    path = saved(tmp_path, name, ae_csv())
    (outcome,) = store.add([path])
    assert (outcome.result, outcome.source) == ("added", "ae_monthly_csv")
    assert outcome.period == "2031-03"
    table = store.table("ae_monthly")
    assert table["org_code"].tolist() == ["ENGLAND", "RAA", "RBB"]
    assert table["attendances"].tolist() == [300.0, 100.0, 200.0]


def test_entry_says_what_the_file_is(tmp_path: Path, store: Store) -> None:
    path = ae_workbook(tmp_path / "given name.xls", published="12th April 2031")
    store.add([path])
    (entry,) = store.entries()
    assert entry.file_name == "given name.xls"
    assert entry.bytes == path.stat().st_size
    assert (entry.source, entry.period, entry.slice_) == (
        *("ae_monthly_workbook", "2031-03", "2031-03"),
    )
    assert entry.published == "2031-04-12"
    assert entry.tables == {"ae_monthly": 3}
    assert all(check["ours"] == check["publishers"] for check in entry.checks)
    kept = store.root / "files" / entry.sha256
    assert kept.read_bytes() == path.read_bytes()


def test_table_has_the_columns_types_and_order_of_its_schema(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, "a", ae_csv("APRIL-2031")), saved(tmp_path, "b", ae_csv())])
    table = store.table("ae_monthly")
    assert list(table) == list(SCHEMAS["ae_monthly"].columns)
    assert pd.api.types.is_datetime64_dtype(table["month"])
    assert str(table["region"].dtype) == "str"
    assert table["region"].isna().tolist() == [True, False, False] * 2
    assert table["month"].is_monotonic_increasing


def test_folder_gives_what_is_known_and_lists_the_rest(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "given"
    saved(folder, "deep/known.csv", ae_csv())
    saved(folder, "letter.txt", "Dear reader,\nnothing here.\n")
    saved(folder, "moved.csv", ae_csv("APRIL-2031").replace("TOTAL,", "total of all,"))
    saved(folder, "empty", "")
    saved(folder, ".hidden/known.csv", ae_csv("MAY-2031"))
    outcomes = {outcome.path.name: outcome for outcome in store.add([folder])}
    assert {name: outcome.result for name, outcome in outcomes.items()} == {
        "known.csv": "added",
        "letter.txt": "unknown",
        "moved.csv": "refused",
        "empty": "unknown",
    }
    assert "TOTAL" in outcomes["moved.csv"].detail
    assert "an empty file" in outcomes["empty"].detail
    assert [entry.period for entry in store.entries()] == ["2031-03"]


def test_named_unknown_file_is_refused_with_the_nearest_publication(
    tmp_path: Path, store: Store
) -> None:
    path = saved(tmp_path, "a.csv", "LSOA11CD,LSOA11NM,RUC11CDX,RUC\nE01000001,A,C1,Urban\n")
    with pytest.raises(UnknownPublicationError) as caught:
        store.add([path])
    assert caught.value.where == str(path)
    assert "LSOA11CD" in caught.value.found
    assert caught.value.remedy.startswith("nearest known: Rural-Urban Classification")
    assert not store.root.exists()


def test_records_of_patients_are_named_with_the_command_for_them(
    tmp_path: Path, store: Store
) -> None:
    (tmp_path / "a.csv").write_text("EPIKEY,EPISTAT,SEX\n1,3,1\n", encoding="utf-8")
    with pytest.raises(UnknownPublicationError, match="data aggregate apc"):
        store.add([tmp_path / "a.csv"])


def test_named_broken_file_is_refused_and_not_kept(tmp_path: Path, store: Store) -> None:
    text = ae_csv().replace("MSitAE-MARCH-2031,RAA,Nowhere,RAA TRUST,100", "MSitAE-MARCH-2031,"
                            "RAA,Nowhere,RAA TRUST,101")  # fmt: skip
    with pytest.raises(BrokenPublicationError, match="300 while the providers sum to 301"):
        store.add([saved(tmp_path, "a.csv", text)])
    assert not store.root.exists()


def test_missing_path_is_refused(tmp_path: Path, store: Store) -> None:
    with pytest.raises(StoreError, match="no such file or folder"):
        store.add([tmp_path / "nowhere"])


def test_store_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    blocked = saved(tmp_path, "store", "a file stands where the folder should be")
    with pytest.raises(StoreError, match="--store or CASEANALYSIS_DATA"):
        Store(blocked).add([saved(tmp_path, "a.csv", ae_csv())])


def test_adding_again_changes_nothing(tmp_path: Path, store: Store) -> None:
    path = saved(tmp_path, "a.csv", ae_csv())
    store.add([path])
    before = files_in(store.root)
    (outcome,) = store.add([saved(tmp_path, "another name.csv", ae_csv())])
    assert (outcome.result, outcome.period) == ("already held", "2031-03")
    assert files_in(store.root) == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_release_published_later_is_used_whichever_was_added_first(
    tmp_path: Path, store: Store, order: tuple[int, int]
) -> None:
    first = ae_workbook(tmp_path / "first", published="10th April 2031")
    revised_trusts = {**TRUSTS, "RAA": (104, 20, 30, 37)}
    revised = ae_workbook(tmp_path / "2", published="9th October 2031", trusts=revised_trusts)
    files = (first, revised)
    store.add([files[at] for at in order])
    table = store.table("ae_monthly", org_code=["RAA"])
    assert table["attendances"].tolist() == [104.0]
    assert [entry.published for entry in store.current("ae_monthly")] == ["2031-10-09"]
    assert len(store.entries()) == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_workbook_is_used_before_the_csv_of_the_same_month(
    tmp_path: Path, store: Store, order: tuple[int, int]
) -> None:
    trusts = {**TRUSTS, "RAA": (104, 20, 30, 37)}
    # Neither says when it was published.
    book = ae_workbook(tmp_path / "book", published="-")
    files = (book, saved(tmp_path, "csv", ae_csv(trusts=trusts)))
    store.add([files[at] for at in order])
    assert {entry.published for entry in store.entries()} == {None}
    assert store.table("ae_monthly", org_code=["RAA"])["attendances"].tolist() == [100.0]


def test_undated_release_added_later_is_used(tmp_path: Path, store: Store) -> None:
    trusts = {**TRUSTS, "RAA": (104, 20, 30, 37)}
    store.add([saved(tmp_path, "a", ae_csv())])
    store.add([saved(tmp_path, "b", ae_csv(trusts=trusts))])
    assert store.table("ae_monthly", org_code=["RAA"])["attendances"].tolist() == [104.0]


def test_other_months_stand_beside_each_other(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, month, ae_csv(month)) for month in ("MAY-2031", "MARCH-2031")])
    assert store.table("ae_monthly", org_code=["RBB"])["month"].tolist() == [
        MARCH,
        pd.Timestamp(2031, 5, 1),
    ]


def test_rows_are_chosen_by_the_values_of_columns(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, month, ae_csv(month)) for month in ("MAY-2031", "MARCH-2031")])
    assert len(store.table("ae_monthly")) == 6
    assert len(store.table("ae_monthly", level=["provider"])) == 4
    assert len(store.table("ae_monthly", level=["provider"], org_code={"RAA", "RZZ"})) == 2
    nothing = store.table("ae_monthly", org_code=[])
    assert nothing.empty
    assert nothing.dtypes.equals(store.table("ae_monthly").dtypes)


def test_numbers_are_chosen_like_text(tmp_path: Path, store: Store) -> None:
    shares = {("RAA", "E07000991"): 0.25, ("RAA", "E07000992"): 0.75}
    store.add([saved(tmp_path, "a", catchment_csv(shares))])
    assert store.table("catchment_share", share=[0.75])["area_code"].tolist() == ["E07000992"]


def test_unknown_column_is_refused(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, "a", ae_csv())])
    with pytest.raises(ValueError, match="ae_monthly has no column 'trust'"):
        store.table("ae_monthly", trust=["RAA"])


def test_table_that_no_file_gives_is_missing(tmp_path: Path, store: Store) -> None:
    with pytest.raises(MissingDataError, match="no file that gives the table ae_monthly"):
        store.table("ae_monthly")
    store.add([saved(tmp_path, "a", ae_csv())])
    with pytest.raises(MissingDataError, match="lsoa_lookup"):
        store.table("lsoa_lookup")


def test_table_of_another_version_of_its_reader_is_refused_until_refreshed(
    tmp_path: Path, store: Store
) -> None:
    path = saved(tmp_path, "a.csv", ae_csv())
    store.add([path])
    added = store.entries()[0].added
    edited_record(store, reader_digest="of another version", tables={"ae_monthly": 7})
    with pytest.raises(StoreError, match=r"tables of a\.csv .*data refresh"):
        store.table("ae_monthly")
    path.unlink()
    assert store.refresh() == 1
    assert len(store.table("ae_monthly")) == 3
    (entry,) = store.entries()
    assert (entry.added, entry.file_name, entry.tables) == (added, "a.csv", {"ae_monthly": 3})
    assert store.refresh() == 0


def test_adding_a_file_again_refreshes_it_too(tmp_path: Path, store: Store) -> None:
    path = saved(tmp_path, "a.csv", ae_csv())
    store.add([path])
    edited_record(store, reader_digest="of another version")
    assert [outcome.result for outcome in store.add([path])] == ["added"]
    assert len(store.table("ae_monthly")) == 3


@pytest.mark.parametrize("damage", ["truncated", "key missing", "key unknown", "not an object"])
def test_catalogue_record_that_cannot_be_read_is_named(
    tmp_path: Path, store: Store, damage: str
) -> None:
    store.add([saved(tmp_path, "a.csv", ae_csv())])
    (path,) = (store.root / "catalogue").glob("*.json")
    text = path.read_text("utf-8")
    fields = json.loads(text)
    path.write_text(
        {
            "truncated": text[: len(text) // 2],
            "key missing": json.dumps({key: fields[key] for key in list(fields)[:-1]}),
            "key unknown": json.dumps(fields | {"colour": "red"}),
            "not an object": "[]",
        }[damage],
        encoding="utf-8",
    )
    with pytest.raises(StoreError, match="remove that record and add the file again") as caught:
        store.entries()
    assert caught.value.where == str(path)


def test_record_removed_by_hand_is_mended_by_adding_the_file(tmp_path: Path, store: Store) -> None:
    path = saved(tmp_path, "a.csv", ae_csv())
    store.add([path])
    before = files_in(store.root)
    edited_record(store).unlink()
    store.add([path])
    assert files_in(store.root).keys() == before.keys()
    assert len(store.table("ae_monthly")) == 3


def test_kill_before_the_catalogue_is_written_leaves_the_store_as_it_was(
    tmp_path: Path, store: Store
) -> None:
    path = saved(tmp_path, "march", ae_csv())
    other = Store(tmp_path / "other")
    store.add([path])
    other.add([saved(tmp_path, "may", ae_csv("MAY-2031"))])
    # What a kill leaves behind: bytes and table in place, half a file, and no record of them.
    for name in ("files", "tables"):
        shutil.copytree(other.root / name, store.root / name, dirs_exist_ok=True)
    saved(store.root, "tables/ae_monthly/.new-half", "PAR1")
    saved(store.root, "catalogue/.new-half", "{")
    assert store.table("ae_monthly")["month"].unique().tolist() == [MARCH]
    store.add([tmp_path / "may"])
    assert store.table("ae_monthly")["month"].nunique() == 2


def add_to(root: str, paths: list[str]) -> None:
    Store(Path(root)).add([Path(path) for path in paths])


def test_two_processes_that_add_at_once_lose_nothing(tmp_path: Path, store: Store) -> None:
    months = [f"{month}-{year}" for year in (2031, 2032) for month in ("MARCH", "MAY", "JULY")]
    paths = [str(saved(tmp_path, month, ae_csv(month))) for month in months]
    workers = [
        multiprocessing.get_context("spawn").Process(target=add_to, args=(str(store.root), given))
        for given in (paths[:4], paths[:1:-1])
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(store.entries()) == 6
    assert store.table("ae_monthly")["month"].nunique() == 6
    assert not [path for path in store.root.rglob("*") if path.name.startswith(".new-")]


def test_age_of_an_entry_is_counted_in_days(tmp_path: Path, store: Store) -> None:
    areas = {"E01000001": ("E07000991", "E54000999")}
    store.add([saved(tmp_path, "a", lookup_csv(areas))])
    edited_record(store, added="2031-03-01T23:59:59.000000+00:00")
    (entry,) = store.entries()
    assert entry_age_days(entry, today=date(2031, 3, 11)) == 10


@pytest.mark.official_files
def test_store_of_all_official_files_passed_every_reconciliation(full_store: Store) -> None:
    entries = full_store.entries()
    assert {"ae_monthly_workbook", "qof_prevalence", "ons_population_projections_2018"} <= {
        entry.source for entry in entries
    }
    workbooks = [entry for entry in entries if entry.source == "ae_monthly_workbook"]
    assert len({entry.slice_ for entry in workbooks}) == 72
    for table in sorted({table for entry in entries for table in entry.tables}):
        rows = sum(entry.tables[table] for entry in full_store.current(table))
        keys = list(SCHEMAS[table].key)
        held = full_store.table(table)
        assert len(held) == rows, table
        assert not held.duplicated(keys).any(), table
