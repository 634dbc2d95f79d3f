"""The swap of one folder of reports for another."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseanalysis.batch.publish import publish
from caseanalysis.errors import BuildError


def _write(text: str):
    def write(new: Path, old: Path) -> None:
        (new / "manifest.json").write_text(text)

    return write


def _held(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_the_folder_is_replaced_and_its_hidden_files_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "reports"
    out.mkdir()
    (out / ".gitignore").write_text("*")
    publish(out, _write("first"))
    (out / "stale.html").write_text("from an earlier build")
    publish(out, _write("second"))
    assert _held(out) == {".gitignore": "*", "manifest.json": "second"}
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_failure_while_writing_leaves_the_old_reports(tmp_path: Path) -> None:
    out = tmp_path / "reports"
    publish(out, _write("first"))

    def full_disk(new: Path, old: Path) -> None:
        (new / "manifest.json").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(BuildError, match="No space left on device"):
        publish(out, full_disk)
    assert _held(out) == {"manifest.json": "first"}
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_an_error_of_ours_while_writing_leaves_the_old_reports(tmp_path: Path) -> None:
    out = tmp_path / "reports"
    publish(out, _write("first"))

    def refuse(new: Path, old: Path) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        publish(out, refuse)
    assert _held(out) == {"manifest.json": "first"}
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_swap_killed_between_its_two_renames_is_repaired(tmp_path: Path) -> None:
    out = tmp_path / "reports"
    publish(out, _write("first"))
    out.rename(tmp_path / "reports.old")
    half = tmp_path / "reports.new"
    half.mkdir()
    (half / "manifest.json").write_text("second")

    seen: list[dict[str, str]] = []
    publish(out, lambda new, old: (seen.append(_held(old)), _write("third")(new, old))[0])
    assert seen == [{"manifest.json": "first"}]
    assert _held(out) == {"manifest.json": "third"}
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_swap_killed_after_its_renames_is_cleared_away(tmp_path: Path) -> None:
    out = tmp_path / "reports"
    publish(out, _write("second"))
    old = tmp_path / "reports.old"
    old.mkdir()
    (old / "manifest.json").write_text("first")
    publish(out, _write("third"))
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_a_folder_with_files_that_no_build_wrote_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(BuildError, match=r"'thesis\.docx', which no build wrote"):
        publish(tmp_path, _write("first"))
    assert _held(tmp_path) == {"thesis.docx": "years of work"}


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "empty"
    out.mkdir()
    publish(out, _write("first"))
    assert _held(out) == {"manifest.json": "first"}
