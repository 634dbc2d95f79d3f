"""A project of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from throwaway import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in a folder of its own, which the module takes for its home."""
    monkeypatch.setenv("CASEANALYSIS_HOME", str(tmp_path))
    monkeypatch.setenv("CASEANALYSIS_DATA", str(tmp_path / "store"))
    return Project(tmp_path)
