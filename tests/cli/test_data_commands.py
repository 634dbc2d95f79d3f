"""``caseanalysis data``: remove, verify, export and fetch, as a user runs them."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

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
    """A publisher on this machine: files by name, perhaps after failures."""

    files: ClassVar[dict[str, bytes]] = {}
    failures = 0
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        kind = type(self)
        name = self.path.rsplit("/", 1)[-1]
        kind.asked.append(name)
        if name not in kind.files:
            self.send_error(404)
        elif len(kind.asked) <= kind.failures:
            self.send_error(503)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(kind.files[name])

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


#: Two months of one source as their publisher has them.
MARCH, APRIL = (ae_csv(month).encode() for month in ("MARCH-2024", "APRIL-2024"))


@pytest.fixture
def publisher() -> Iterator[str]:
    Publisher.files = {"March%202024.csv": MARCH, "April.csv": APRIL}
    Publisher.failures, Publisher.asked = 0, []
    server = HTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def addresses(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give two months of a source addresses in a copy of the project."""

    def give(under: str, *lines: str) -> None:
        project = tmp_path / "project"
        shutil.copytree(root / "data" / "registers", project / "data" / "registers")
        shutil.copytree(root / "data" / "cases", project / "data" / "cases")
        files = lines or (
            f"2024-03: [March%202024.csv, {hashlib.sha256(MARCH).hexdigest()}]",
            f"2024-04: [April.csv, {hashlib.sha256(APRIL).hexdigest()}]",
        )
        record = ["source: ae_monthly_csv", f"under: {under}", "evidence: None.", "files:"]
        text = "".join(f"    {line}\n" for line in [*record, *(f"  {line}" for line in files)])
        register = project / "data" / "registers" / "addresses.yaml"
        register.write_text(f"addresses:\n  -{text[3:]}", encoding="utf-8")
        monkeypatch.setenv("CASEANALYSIS_HOME", str(project))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    return give


def fetched(store: Store) -> list[tuple[str, str]]:
    """Return the period and the name of each file held; nothing else may be kept."""
    downloads = store.root / "downloads"
    assert not downloads.is_dir() or not list(downloads.iterdir())
    return [(entry.period, entry.file_name) for entry in store.entries()]


def test_source_without_an_address_gives_the_page_and_what_to_save(run: Command) -> None:
    shown = run("data", "fetch", "qof_prevalence")
    record = load_sources()["qof_prevalence"]
    assert shown.code == 0
    assert str(record.page) in shown.out
    assert record.obtain in shown.out
    assert run("data", "fetch", "no_such").code == 4


def test_every_file_of_a_source_is_fetched_once_and_kept_under_its_name(
    run: Command, addresses: Callable[..., None], publisher: str, store: Store
) -> None:
    addresses(publisher)
    shown = run("data", "fetch", "ae_monthly_csv")
    assert shown.code == 0
    assert "ae_monthly_csv 2024-03: added, March 2024" in shown.out
    assert "ae_monthly_csv 2024-04: added, April 2024" in shown.out
    assert f"any other file: visit {load_sources()['ae_monthly_csv'].page}" in shown.out
    assert fetched(store) == [("2024-03", "March 2024.csv"), ("2024-04", "April.csv")]
    assert run("data", "fetch", "ae_monthly_csv").out.count("already held") == 2
    assert Publisher.asked == ["March%202024.csv", "April.csv"]


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        ("2024-04", ["2024-04"]),
        ("2023-24", ["2024-03"]),
        ("2023-24 Q4", ["2024-03"]),
        ("2024", ["2024-03", "2024-04"]),
        ("2024-04 to 2025-01", ["2024-04"]),
        ("2016-17", []),
    ],
)
def test_fetching_may_be_limited_to_a_period(
    run: Command,
    addresses: Callable[..., None],
    publisher: str,
    store: Store,
    period: str,
    wanted: list[str],
) -> None:
    addresses(publisher)
    shown = run("data", "fetch", "ae_monthly_csv", "--period", period)
    assert shown.code == 0
    assert [one for one, _ in fetched(store)] == wanted
    assert ("no stable address of 2016-17: visit" in shown.out) == (not wanted)


def test_period_that_is_none_is_refused_before_anything_is_fetched(
    run: Command, addresses: Callable[..., None], publisher: str
) -> None:
    addresses(publisher)
    ended = run("data", "fetch", "ae_monthly_csv", "--period", "last year")
    assert ended.code == 3
    assert "a period such as 2024-05" in ended.err
    assert Publisher.asked == []


def test_fetching_is_tried_again_after_a_failure_of_the_server(
    run: Command, addresses: Callable[..., None], publisher: str
) -> None:
    Publisher.failures = 1
    addresses(publisher)
    assert run("data", "fetch", "ae_monthly_csv", "--period", "2024-03").code == 0
    assert len(Publisher.asked) == 2


def test_file_of_other_bytes_is_refused_and_the_others_are_kept(
    run: Command, addresses: Callable[..., None], publisher: str, store: Store
) -> None:
    Publisher.files["March%202024.csv"] = b"<html>Sign in</html>"
    addresses(publisher)
    ended = run("data", "fetch", "ae_monthly_csv")
    assert ended.code == 7
    assert "ae_monthly_csv 2024-03: not had, a file of another SHA-256 at" in ended.out
    assert "another SHA-256" in ended.err
    assert str(load_sources()["ae_monthly_csv"].page) in ended.err
    assert fetched(store) == [("2024-04", "April.csv")]


def test_file_that_is_gone_is_asked_for_once_and_the_others_are_kept(
    run: Command, addresses: Callable[..., None], publisher: str, store: Store
) -> None:
    del Publisher.files["March%202024.csv"]
    addresses(publisher)
    ended = run("data", "fetch", "ae_monthly_csv")
    assert ended.code == 7
    assert "404" in ended.err
    assert fetched(store) == [("2024-04", "April.csv")]
    assert Publisher.asked == ["March%202024.csv", "April.csv"]


def test_file_that_no_reader_takes_is_refused_and_the_others_are_kept(
    run: Command, addresses: Callable[..., None], publisher: str, store: Store
) -> None:
    note = b"Moved."
    Publisher.files["note.csv"] = note
    april = f"2024-04: [April.csv, {hashlib.sha256(APRIL).hexdigest()}]"
    addresses(publisher, f"2024-03: [note.csv, {hashlib.sha256(note).hexdigest()}]", april)
    ended = run("data", "fetch", "ae_monthly_csv")
    assert ended.code == 5
    assert "ae_monthly_csv 2024-03: not had" in ended.out
    assert fetched(store) == [("2024-04", "April.csv")]


def test_several_files_not_had_are_one_error(
    run: Command, addresses: Callable[..., None], publisher: str, store: Store
) -> None:
    Publisher.files = {}
    addresses(publisher)
    ended = run("data", "fetch", "ae_monthly_csv")
    assert ended.code == 7
    assert "2 files that were not had" in ended.err
    assert fetched(store) == []


def test_offline_fails_at_once_with_the_advice(
    run: Command, addresses: Callable[..., None], store: Store
) -> None:
    # Nobody listens at this port.
    addresses("http://127.0.0.1:9/")
    start = time.perf_counter()
    ended = run("data", "fetch", "ae_monthly_csv", "qof_prevalence")
    assert time.perf_counter() - start < 2
    assert ended.code == 7
    assert "no connection" in ended.err
    sources = load_sources()
    assert str(sources["ae_monthly_csv"].page) in ended.err
    assert str(sources["qof_prevalence"].page) in ended.out
    assert fetched(store) == []


def test_jobs_are_an_option_of_add(run: Command, tmp_path: Path) -> None:
    path = ae_workbook(tmp_path / "a")
    assert "1 added" in run("data", "add", path, "--jobs", 2).out
    assert run("data", "add", path, "--jobs", 0).code == 2
