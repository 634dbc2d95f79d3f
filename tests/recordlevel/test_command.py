"""The command that counts records: what it writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_records import ATTENDANCE, EPISODE, records, saved
from typer.testing import CliRunner, Result

from caseanalysis.cli import app
from caseanalysis.errors import CaseAnalysisError, ParameterError
from caseanalysis.recordlevel import aggregate


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["data", "aggregate", *map(str, words)])


def test_command_writes_the_table_and_its_quality(tmp_path: Path) -> None:
    source = tmp_path / "records"
    source.mkdir()
    saved(source / "a.csv", records(EPISODE, (30, {}), (20, {"SEX": "1"})))
    saved(source / "b.csv", records(ATTENDANCE, (30, {})))
    out = tmp_path / "counts.csv"
    done = run("apc", source, "--out", out, "--by", "sex", "--period", "month")
    assert done.exit_code == 0, done.output
    written = pd.read_csv(out, dtype={"period": str})
    wanted = aggregate("apc", [source], dimensions=["sex"], period="month")
    assert written["value"].tolist() == wanted.table["value"].tolist()
    assert written["period_start"].unique().tolist() == ["2021-05-01"]
    quality = pd.read_csv(tmp_path / "counts-quality.csv")
    assert quality["field"].tolist() == wanted.quality["field"].tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "counts-quality.csv",
        "counts.csv",
        "records",
    ]


def test_command_writes_parquet_of_the_same_types(tmp_path: Path) -> None:
    source = saved(tmp_path / "a.csv", records(ATTENDANCE, (30, {}), (3, {"SEX": "2"})))
    assert run("ae", source, "--out", tmp_path / "counts.parquet").exit_code == 0
    written = pd.read_parquet(tmp_path / "counts.parquet")
    pd.testing.assert_frame_equal(written, aggregate("ae", [source]).table)


@pytest.mark.parametrize("out", ["counts.xlsx", "no such folder/counts.csv"])
def test_other_forms_and_missing_folders_are_refused_before_anything_is_read(
    tmp_path: Path, out: str
) -> None:
    done = run("apc", tmp_path / "none.csv", "--out", tmp_path / out)
    assert isinstance(done.exception, ParameterError)
    assert done.exception.where == "--out"


def test_nothing_is_written_where_the_records_are_refused(tmp_path: Path) -> None:
    done = run("apc", tmp_path / "none.csv", "--out", tmp_path / "counts.csv")
    assert isinstance(done.exception, CaseAnalysisError)
    assert not list(tmp_path.iterdir())
