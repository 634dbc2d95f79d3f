"""A command that has nothing to do is told so at once, and never where something changed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from caseanalysis import standing
from caseanalysis.standing import Line, Places

COMMAND = ["build", "a1"]
LINES = [Line("a1 unchanged", "report unchanged", {"area": "a1", "seconds": None})]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A tree, a file and a folder, with a command kept that looked at them."""
    monkeypatch.setenv("CASEANALYSIS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    for name in ("tree/inner/one.csv", "tree/two.csv", "apart/three.csv", "listed/four.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    made = Places(
        (str(tmp_path / "tree"),), (str(tmp_path / "apart/three.csv"),), (str(tmp_path / "listed"),)
    )
    standing.keep(COMMAND, made, LINES, form="text")
    return made


def test_a_command_whose_places_are_as_they_were_is_told_what_it_told_before(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    assert standing.told(COMMAND)
    assert capsys.readouterr().out == "a1 unchanged\n"


def test_the_log_has_the_events_with_their_time(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    standing.keep(COMMAND, places, LINES, form="json")
    assert standing.told(COMMAND)
    logged = json.loads(capsys.readouterr().err)
    assert time.strptime(logged.pop("time").split(",")[0], "%Y-%m-%d %H:%M:%S")
    assert logged == {
        **{"level": "INFO", "event": "report unchanged"},
        **{"area": "a1", "seconds": None},
    }


def test_a_quiet_command_prints_nothing(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    standing.keep(COMMAND, places, LINES, form="quiet")
    assert standing.told(COMMAND)
    assert capsys.readouterr() == ("", "")


def _edit_in_disguise(root: Path) -> None:
    path = root / "tree" / "two.csv"
    before = path.stat()
    path.write_text("2")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replace(root: Path) -> None:
    (root / "new").write_text("1")
    (root / "new").replace(root / "tree" / "inner" / "one.csv")


def _damage_record(root: Path) -> None:
    (path,) = (root / "cache" / "standing").iterdir()
    path.write_text(path.read_text()[:-9])


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "tree" / "two.csv").write_text("22"),
        _edit_in_disguise,
        _replace,
        lambda root: (root / "tree" / "inner" / "one.csv").unlink(),
        lambda root: (root / "tree" / "inner" / "new.csv").touch(),
        lambda root: (root / "apart" / "three.csv").write_text("2"),
        lambda root: (root / "apart" / "three.csv").unlink(),
        lambda root: (root / "listed" / "new.csv").touch(),
        lambda root: (root / "listed" / "four.csv").unlink(),
        _damage_record,
    ],
)
def test_any_change_lets_the_command_look_itself(
    places: Places, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    time.sleep(0.02)  # changes within one tick of the file system's clock look the same
    change(tmp_path)
    assert not standing.told(COMMAND)


def test_content_of_a_listed_folder_and_what_lies_elsewhere_do_not_count(
    places: Places, tmp_path: Path
) -> None:
    (tmp_path / "listed" / "four.csv").write_text("4")
    (tmp_path / "apart" / "other.csv").write_text("5")
    (tmp_path / "tree" / "__pycache__").mkdir()
    (tmp_path / "tree" / "__pycache__" / "one.pyc").touch()
    assert standing.told(COMMAND)


def test_another_command_setting_or_folder_is_not_told(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not standing.told(["build", "a2"])
    monkeypatch.chdir(tmp_path / "tree")
    assert not standing.told(COMMAND)
    monkeypatch.chdir(tmp_path)
    assert standing.told(COMMAND)
    monkeypatch.setenv("CASEANALYSIS_DATA", str(tmp_path / "another"))
    assert not standing.told(COMMAND)


def test_other_packages_are_not_told(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site-packages" / "pandas-99.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    assert not standing.told(COMMAND)


def test_what_changed_while_a_build_ran_is_not_settled(places: Places, tmp_path: Path) -> None:
    before, later = places.states(), time.time_ns() + 10**9
    assert standing.settled(before, places, since=later)
    # A file as young as the build may have changed before it was looked at, or after.
    assert not standing.settled(before, places, since=time.time_ns() - 10**9)
    (tmp_path / "tree" / "two.csv").unlink()
    assert not standing.settled(before, places, since=later)


def test_only_so_many_commands_are_kept(places: Places, tmp_path: Path) -> None:
    for number in range(120):
        standing.keep(["build", str(number)], places, LINES, form="text")
    assert len(list((tmp_path / "cache" / "standing").iterdir())) == 100
    assert standing.told(["build", "119"])
