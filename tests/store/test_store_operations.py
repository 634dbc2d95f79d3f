"""Operations of the data store: remove, verify, refresh by name, several processes, kills."""

from __future__ import annotations

import json
import multiprocessing
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caseanalysis.errors import StoreError, UnknownPublicationError
from caseanalysis.store import Store
from small_publications import ae_csv, ae_workbook, lookup_csv

MONTHS = [f"{month}-{year}" for year in range(2031, 2033) for month in ("MARCH", "MAY", "JULY")]
KILLS = 20


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def files_in(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


# --- remove -----------------------------------------------------------------------------------


def test_file_is_removed_by_the_start_of_its_sha256(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, "a", ae_csv()), saved(tmp_path, "b", ae_csv("MAY-2031"))])
    first, second = store.entries()
    assert store.remove(first.sha256[:8]) == [first.sha256]
    assert store.entries() == [second]
    assert not [name for name in files_in(store.root) if first.sha256 in name]
    assert store.table("ae_monthly")["month"].nunique() == 1
    store.add([tmp_path / "a"])
    assert len(store.entries()) == 2


def test_every_file_of_a_source_is_removed(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, "a", ae_csv()), saved(tmp_path, "b", ae_csv("MAY-2031"))])
    store.add([saved(tmp_path, "c", lookup_csv({"E01000001": ("E07000991", "E54000999")}))])
    assert len(store.remove("ae_monthly_csv")) == 2
    assert [entry.source for entry in store.entries()] == ["lsoa_lookup_2022"]


@pytest.mark.parametrize("selector", ["", "0", "00000000", "ae_monthly_cvs", "../catalogue"])
def test_nothing_is_removed_where_nothing_is_named(
    tmp_path: Path, store: Store, selector: str
) -> None:
    store.add([saved(tmp_path, "a", ae_csv())])
    before = files_in(store.root)
    with pytest.raises(StoreError, match="no files of"):
        store.remove(selector)
    assert files_in(store.root) == before


def test_misspelt_source_is_answered_with_the_nearest(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, "a", ae_csv())])
    with pytest.raises(StoreError, match="did you mean 'ae_monthly_csv'"):
        store.remove("ae_monthly_cvs")


def test_file_with_a_damaged_record_can_be_removed(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, "a", ae_csv())])
    (record,) = (store.root / "catalogue").iterdir()
    record.write_text("{", encoding="utf-8")
    store.remove(record.stem)
    assert files_in(store.root) == set()


# --- verify -----------------------------------------------------------------------------------


def damage(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "missing":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        content[len(content) // 3] ^= 0xFF
        path.write_bytes(content)


def test_sound_store_has_no_fault(tmp_path: Path, store: Store) -> None:
    assert store.verify() == []
    store.add([ae_workbook(tmp_path / "a"), saved(tmp_path, "b", ae_csv("MAY-2031"))])
    assert store.verify() == []


@pytest.mark.parametrize("how", ["missing", "truncated", "one byte"])
def test_damaged_bytes_are_named_and_added_again(tmp_path: Path, store: Store, how: str) -> None:
    path = saved(tmp_path, "march.csv", ae_csv())
    store.add([path, saved(tmp_path, "may.csv", ae_csv("MAY-2031"))])
    march = store.entries()[0]
    damage(store.root / "files" / march.sha256, how)
    (fault,) = store.verify()
    assert fault.file_name == "march.csv"
    assert f"data remove {march.sha256[:12]}" in fault.remedy
    with pytest.raises(StoreError, match="data remove"):
        store.refresh(march.sha256[:12])
    store.remove(march.sha256[:12])
    store.add([path])
    assert store.verify() == []


@pytest.mark.parametrize("how", ["missing", "truncated", "one byte"])
def test_damaged_table_is_named_and_made_anew_from_the_bytes(
    tmp_path: Path, store: Store, how: str
) -> None:
    store.add([saved(tmp_path, "march.csv", ae_csv())])
    (entry,) = store.entries()
    damage(store.root / "tables" / "ae_monthly" / f"{entry.sha256}.parquet", how)
    (fault,) = store.verify()
    assert fault.path.suffix == ".parquet"
    assert f"data refresh {entry.sha256[:12]}" in fault.remedy
    if how != "one byte":
        with pytest.raises(StoreError, match="data verify"):
            store.table("ae_monthly")
    assert store.refresh(entry.sha256[:12]) == 1
    assert store.verify() == []
    assert len(store.table("ae_monthly")) == 3


def test_damaged_record_is_named(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, "march.csv", ae_csv())])
    (record,) = (store.root / "catalogue").iterdir()
    fields = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps(fields | {"sha256": "0" * 64}), encoding="utf-8")
    (fault,) = store.verify()
    assert fault.path == record
    assert "the record of another file" in fault.found


def test_table_with_fewer_rows_than_its_record_is_a_fault(tmp_path: Path, store: Store) -> None:
    store.add([saved(tmp_path, "march.csv", ae_csv())])
    (record,) = (store.root / "catalogue").iterdir()
    fields = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps(fields | {"tables": {"ae_monthly": 4}}), encoding="utf-8")
    (fault,) = store.verify()
    assert "3 rows; its record says 4" in fault.found


# --- several processes ------------------------------------------------------------------------


def large(folder: Path) -> Path:
    """Return a folder of enough bytes that other processes are worth their start."""
    for month in MONTHS[:3]:
        saved(folder, f"{month}.csv", ae_csv(month))
    saved(folder, "areas.csv", lookup_csv({"E01000001": ("E07000991", "E54000999")}))
    saved(folder, "letter.txt", "Dear reader,\nnothing here.\n" * 350_000)
    saved(folder, "same.csv", ae_csv(MONTHS[0]))
    return folder


def test_outcomes_are_alike_and_in_order_whatever_the_number_of_processes(
    tmp_path: Path,
) -> None:
    folder = large(tmp_path / "given")
    assert sum(path.stat().st_size for path in folder.iterdir()) > 8 * 1024**2
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    seen: list[Path] = []
    outcomes = two.add([folder], jobs=2, progress=seen.append)
    assert outcomes == one.add([folder])
    assert seen == sorted(folder.iterdir())
    assert [outcome.result for outcome in outcomes] == [
        *("added", "added", "added", "added", "unknown", "already held"),
    ]
    assert files_in(one.root) == files_in(two.root)
    assert [e.sha256 for e in one.current("ae_monthly")] == [
        e.sha256 for e in two.current("ae_monthly")
    ]


def test_files_of_a_process_that_ends_are_read_by_another(tmp_path: Path, store: Store) -> None:
    killed: list[int] = []

    def kill_one(path: Path) -> None:
        # The processes are there from the first file on.
        for process in multiprocessing.active_children()[: 0 if killed else 1]:
            process.kill()
            killed.append(process.pid or 0)

    outcomes = store.add([large(tmp_path / "given")], jobs=2, progress=kill_one)
    assert killed
    assert [outcome.result for outcome in outcomes] == [
        *("added", "added", "added", "added", "unknown", "already held"),
    ]
    assert store.verify() == []


def test_named_file_that_is_unknown_is_an_error_from_another_process(
    tmp_path: Path, store: Store
) -> None:
    folder = large(tmp_path / "given")
    with pytest.raises(UnknownPublicationError, match=r"letter\.txt"):
        store.add([folder / "areas.csv", folder / "letter.txt"], jobs=2)
    assert [entry.source for entry in store.entries()] == ["lsoa_lookup_2022"]


def test_undated_release_later_in_order_is_used(tmp_path: Path, store: Store) -> None:
    trusts = {"RAA": (104, 20, 30, 37), "RBB": (200, 50, 60, 65)}
    earlier, later = saved(tmp_path, "b", ae_csv()), saved(tmp_path, "a", ae_csv(trusts=trusts))
    store.add([earlier, later])
    assert store.table("ae_monthly", org_code=["RAA"])["attendances"].tolist() == [104.0]


# --- kills ------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="a kill is a signal of POSIX systems")
def test_store_stays_readable_when_adding_is_killed_at_any_moment(
    tmp_path: Path, store: Store
) -> None:
    for month in MONTHS:
        saved(tmp_path / "given", f"{month}.csv", ae_csv(month))
    seconds = time_to_add(tmp_path / "given", tmp_path / "whole")
    moments = random.Random(3)  # noqa: S311 - moments to stop at, no secrets
    held_before = 0
    stopped = 0
    killer = adding_and_killed()
    for _ in range(KILLS):
        kill(killer, store.root, tmp_path / "given", after=moments.uniform(0, seconds))
        held = len(store.entries())
        assert held >= held_before
        assert store.verify() == []
        if held:
            assert store.table("ae_monthly")["month"].nunique() == held
        stopped += held < len(MONTHS)
        if held > len(MONTHS) // 2:
            for entry in store.entries()[1:]:
                store.remove(entry.sha256)
            held = 1
        held_before = held
    killer.communicate()
    assert stopped >= KILLS // 4
    store.add([tmp_path / "given"])
    assert len(store.entries()) == len(MONTHS)
    assert store.verify() == []


#: A process that loads the project once, and for each line adds a folder in a child that it kills.
ADDING_AND_KILLED = """
import os, signal, sys, time
from pathlib import Path
from caseanalysis.intake import reader_digest
from caseanalysis.store import Store
reader_digest("ae_monthly_csv")
for line in sys.stdin:
    root, folder, after = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if not child:
        Store(Path(root)).add([Path(folder)])
        os._exit(0)
    time.sleep(float(after))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print("killed", flush=True)
"""


def adding_and_killed() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ADDING_AND_KILLED]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)


def kill(killer: subprocess.Popen[str], root: Path, folder: Path, *, after: float) -> None:
    assert killer.stdin
    assert killer.stdout
    killer.stdin.write(f"{root}\t{folder}\t{after}\n")
    killer.stdin.flush()
    assert killer.stdout.readline() == "killed\n"


def time_to_add(folder: Path, root: Path) -> float:
    start = time.perf_counter()
    Store(root).add([folder])
    return time.perf_counter() - start
