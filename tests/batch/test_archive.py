"""One archive of all reports."""

from __future__ import annotations

import zipfile
from pathlib import Path

from caseanalysis.batch.archive import write_archive


def _folder(folder: Path, names: list[str]) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}", encoding="utf-8")
    return folder


def test_archive_holds_every_visible_file_and_not_itself(tmp_path: Path) -> None:
    names = ["index.html", "facts/a1.json", ".gitignore", ".cache/a1", "a1.html"]
    folder = _folder(tmp_path, names)
    write_archive(folder, "towns-reports")
    made = write_archive(folder, "towns-reports")
    with zipfile.ZipFile(made) as archive:
        assert archive.namelist() == [
            "towns-reports/a1.html",
            "towns-reports/facts/a1.json",
            "towns-reports/index.html",
        ]
        assert archive.read("towns-reports/a1.html") == b"content of a1.html"
        assert archive.testzip() is None


def test_same_files_give_the_same_bytes_whenever_they_were_written(tmp_path: Path) -> None:
    names = ["b.html", "a.html", "c/d.json"]
    one = write_archive(_folder(tmp_path / "one", names), "towns")
    other = write_archive(_folder(tmp_path / "other", names[::-1]), "towns")
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert {file.date_time for file in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
