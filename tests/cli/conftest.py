"""The command line, run in this process as a user would run it."""

from __future__ import annotations

from pathlib import Path

import pytest
from finished_command import Command, Run

from caseanalysis.cli import main


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    root: Path,
) -> Command:
    """Run the command line on the project, with an empty data store of its own."""
    monkeypatch.setenv("CASEANALYSIS_HOME", str(root))
    monkeypatch.setenv("CASEANALYSIS_DATA", str(tmp_path / "store"))

    def command(*arguments: object) -> Run:
        monkeypatch.setattr("sys.argv", ["caseanalysis", *map(str, arguments)])
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        else:
            code = 0
        printed = capsys.readouterr()
        return Run(code, printed.out, printed.err)

    return command
