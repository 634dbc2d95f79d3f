"""Folders made to lead astray: links, loops, and files that cannot be read or end their reader."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from caseanalysis.errors import StoreError
from caseanalysis.store import Store
from small_publications import ae_csv

NOBODY = 65_534


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "given"
    path.mkdir()
    (path / "a.csv").write_text(ae_csv(), encoding="utf-8")
    return path


@contextmanager
def not_the_administrator() -> Iterator[None]:
    """Act as a user whom permissions bind, where the tests run as the administrator."""
    bound = os.geteuid() != 0
    if not bound:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if not bound:
            os.seteuid(0)


def results(store: Store, folder: Path) -> dict[str, str]:
    return {one.path.name: one.result for one in store.add([folder])}


def test_link_to_a_file_outside_is_not_followed(tmp_path: Path, store: Store, folder: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(ae_csv("MAY-2031"), encoding="utf-8")
    (folder / "link.csv").symlink_to(outside)
    outcomes = {one.path.name: one for one in store.add([folder])}
    assert (outcomes["a.csv"].result, outcomes["link.csv"].result) == ("added", "refused")
    assert "links in a folder are not followed" in outcomes["link.csv"].detail
    assert [entry.period for entry in store.entries()] == ["2031-03"]
    # Who names the link means the file.
    assert [one.result for one in store.add([folder / "link.csv"])] == ["added"]


def test_link_to_a_folder_outside_is_not_followed(
    tmp_path: Path, store: Store, folder: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.csv").write_text(ae_csv("MAY-2031"), encoding="utf-8")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    assert results(store, folder) == {"a.csv": "added", "linked": "refused"}


def test_loop_of_folders_ends(store: Store, folder: Path) -> None:
    (folder / "deeper").mkdir()
    (folder / "deeper" / "up").symlink_to(folder, target_is_directory=True)
    assert results(store, folder) == {"a.csv": "added", "up": "refused"}


def test_link_to_nothing_and_to_itself_are_listed(store: Store, folder: Path) -> None:
    (folder / "nothing").symlink_to(folder / "nowhere")
    (folder / "itself").symlink_to(folder / "itself")
    assert results(store, folder) == {
        "a.csv": "added",
        "nothing": "refused",
        "itself": "refused",
    }


def test_pipe_is_passed_over_in_a_folder_and_refused_by_name(store: Store, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert results(store, folder) == {"a.csv": "added"}
    with pytest.raises(StoreError, match="no ordinary file"):
        store.add([folder / "pipe"])


def test_unreadable_file_is_listed_in_a_folder_and_an_error_by_name() -> None:
    # Not below the usual folder of tests, which nobody else may enter.
    root = Path(tempfile.mkdtemp())
    root.chmod(0o777)
    try:
        closed = root / "given" / "closed.csv"
        closed.parent.mkdir()
        closed.write_text(ae_csv("MAY-2031"), encoding="utf-8")
        closed.chmod(0)
        (root / "given" / "a.csv").write_text(ae_csv(), encoding="utf-8")
        (root / "given" / "cellar").mkdir(mode=0)
        store = Store(root / "store")
        with not_the_administrator():
            assert results(store, root / "given") == {
                "a.csv": "added",
                "cellar": "refused",
                "closed.csv": "refused",
            }
            with pytest.raises(StoreError, match="Permission denied"):
                store.add([closed])
    finally:
        shutil.rmtree(root)


def test_hostile_files_in_a_folder_are_listed_and_the_rest_is_kept(
    store: Store, folder: Path
) -> None:
    (folder / "bomb").write_bytes(gzip.compress(bytes(256 * 1024**2 + 1)))
    (folder / "empty").write_bytes(b"")
    (folder / "half").write_bytes(b"PK\x03\x04 and no more")
    with (folder / "large").open("wb") as stream:
        stream.truncate(2 * 1024**3)
    assert results(store, folder) == {
        "a.csv": "added",
        "bomb": "refused",
        "empty": "unknown",
        "half": "refused",
        "large": "unknown",
    }
    assert len(store.table("ae_monthly")) == 3
