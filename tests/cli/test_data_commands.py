"""``caseanalysis data``: remove, verify, export and fetch, as a user runs them."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from finished_command import Command
from python_calamine import CalamineWorkbook

from caseanalysis.registers import load_sources
from caseanalysis.store import Store
from small_publications import ae_csv, ae_workbook


def saved(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The store that the commands use."""
    return Store(tmp_path / "store")


# --- remove and verify ------------------------------------------------------------------------


def test_file_is_removed_and_named(run: Command, tmp_path: Path, store: Store) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    (entry,) = store.entries()
    shown = run("data", "remove", entry.sha256[:10])
    assert shown.code == 0
    assert f"removed {entry.sha256}" in shown.out
    assert store.entries() == []
    assert run("data", "remove", entry.sha256[:10]).code == 9


def test_sound_store_is_said_to_be_sound(run: Command, tmp_path: Path) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    shown = run("data", "verify")
    assert (shown.code, shown.err.strip()) == (0, "")
    assert "1 files are sound" in shown.out


def test_damage_is_listed_with_what_to_do_and_exit_code_9(
    run: Command, tmp_path: Path, store: Store
) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    (entry,) = store.entries()
    (store.root / "files" / entry.sha256).write_bytes(b"other bytes")
    shown = run("data", "verify")
    assert shown.code == 9
    assert "a.csv" in shown.out
    assert f"data remove {entry.sha256[:12]}" in shown.err


def test_table_that_is_damaged_is_made_anew_by_refresh(
    run: Command, tmp_path: Path, store: Store
) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    (entry,) = store.entries()
    (store.root / "tables" / "ae_monthly" / f"{entry.sha256}.parquet").unlink()
    assert run("data", "verify").code == 9
    assert "1 files read again" in run("data", "refresh", entry.sha256[:12]).out
    assert run("data", "verify").code == 0


# --- export -----------------------------------------------------------------------------------


def test_table_is_exported_as_csv_on_standard_output(run: Command, tmp_path: Path) -> None:
    trusts = {"RAA": (100, 20, 30, 37)}
    text = ae_csv(trusts=trusts).replace("RAA TRUST", "=1+1")
    run("data", "add", saved(tmp_path / "a.csv", text))
    shown = run("data", "export", "ae_monthly")
    assert shown.code == 0
    header, england, trust = shown.out.splitlines()
    assert header.startswith("month,org_code,org_name")
    assert england.startswith("2031-03-01,ENGLAND,")
    assert trust.startswith("2031-03-01,RAA,'=1+1,")


def test_table_is_exported_as_workbook_with_its_sources(run: Command, tmp_path: Path) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    path = tmp_path / "out" / "table.xlsx"
    shown = run("data", "export", "ae_monthly", "--to", path)
    assert "3 rows of ae_monthly" in shown.out
    book = CalamineWorkbook.from_path(path)
    rows = book.get_sheet_by_name("Table").to_python()
    assert [row[1] for row in rows] == ["org_code", "ENGLAND", "RAA", "RBB"]
    assert rows[1][rows[0].index("attendances")] == 300.0
    cited = str(book.get_sheet_by_name("Sources").to_python())
    assert "NHS England" in cited
    assert "Open Government Licence" in cited


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ae_montly"], 3, "did you mean 'ae_monthly'?"),
        (["ae_monthly", "--to", "a.txt"], 3, "ends in .csv or .xlsx"),
        (["rtt_pathway"], 7, "no file that gives the table rtt_pathway"),
        (["ae_monthly", "--case", "no-such"], 4, "no-such"),
    ],
)
def test_export_that_cannot_be_is_refused(
    run: Command, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    ended = run("data", "export", *arguments)
    assert ended.code == code
    assert words in ended.err


# --- fetch ------------------------------------------------------------------------------------


class Publisher(BaseHTTPRequestHandler):
    """A publisher on this machine: one file, perhaps after failures, or another's bytes."""

    content = b""
    failures = 0
    asked = 0

    def do_GET(self) -> None:
        kind = type(self)
        kind.asked += 1
        if self.path != "/file":
            self.send_error(404)
        elif kind.asked <= kind.failures:
            self.send_error(503)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(kind.content)

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def publisher() -> Iterator[str]:
    Publisher.content, Publisher.failures, Publisher.asked = ae_csv().encode(), 0, 0
    server = HTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def at_address(
    run: Command, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Give the record of a source an address in a copy of the project."""

    def give(address: str) -> None:
        project = tmp_path / "project"
        shutil.copytree(root / "data", project / "data")
        record = project / "data" / "registers" / "sources" / "ae_monthly_csv.yaml"
        sha256 = hashlib.sha256(ae_csv().encode()).hexdigest()
        text = record.read_text(encoding="utf-8")
        record.write_text(f"{text}address: {address}\naddress_sha256: {sha256}\n", "utf-8")
        monkeypatch.setenv("CASEANALYSIS_HOME", str(project))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    return give


def test_source_without_an_address_gives_the_page_and_what_to_save(run: Command) -> None:
    shown = run("data", "fetch", "qof_prevalence")
    record = load_sources()["qof_prevalence"]
    assert shown.code == 0
    assert str(record.page) in shown.out
    assert record.obtain in shown.out
    assert run("data", "fetch", "no_such").code == 4


def test_file_at_an_address_is_fetched_once_and_kept(
    run: Command, at_address: Callable[[str], None], publisher: str, store: Store
) -> None:
    at_address(f"{publisher}/file")
    assert "ae_monthly_csv: added" in run("data", "fetch", "ae_monthly_csv").out
    assert [entry.source for entry in store.entries()] == ["ae_monthly_csv"]
    assert not list((store.root / "downloads").iterdir())
    assert "already held" in run("data", "fetch", "ae_monthly_csv").out
    assert Publisher.asked == 1


def test_fetching_is_tried_again_after_a_failure_of_the_server(
    run: Command, at_address: Callable[[str], None], publisher: str
) -> None:
    Publisher.failures = 1
    at_address(f"{publisher}/file")
    assert run("data", "fetch", "ae_monthly_csv").code == 0
    assert Publisher.asked == 2


def test_file_of_other_bytes_is_refused_with_the_advice(
    run: Command, at_address: Callable[[str], None], publisher: str, store: Store
) -> None:
    Publisher.content = b"<html>Sign in</html>"
    at_address(f"{publisher}/file")
    ended = run("data", "fetch", "ae_monthly_csv")
    assert ended.code == 7
    assert "another SHA-256" in ended.err
    assert str(load_sources()["ae_monthly_csv"].page) in ended.err
    assert store.entries() == []


def test_file_that_is_gone_is_not_asked_for_again(
    run: Command, at_address: Callable[[str], None], publisher: str
) -> None:
    at_address(f"{publisher}/moved")
    ended = run("data", "fetch", "ae_monthly_csv")
    assert ended.code == 7
    assert "404" in ended.err
    assert Publisher.asked == 1


def test_offline_fails_at_once_with_the_advice(
    run: Command, at_address: Callable[[str], None]
) -> None:
    # Nobody listens at this port.
    at_address("http://127.0.0.1:9/file")
    start = time.perf_counter()
    ended = run("data", "fetch", "ae_monthly_csv")
    assert time.perf_counter() - start < 2
    assert ended.code == 7
    assert "no connection" in ended.err
    assert str(load_sources()["ae_monthly_csv"].page) in ended.err


def test_jobs_are_an_option_of_add(run: Command, tmp_path: Path) -> None:
    path = ae_workbook(tmp_path / "a")
    assert "1 added" in run("data", "add", path, "--jobs", 2).out
    assert run("data", "add", path, "--jobs", 0).code == 2
