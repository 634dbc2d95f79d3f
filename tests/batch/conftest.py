"""A project of its own for each test or each module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from throwaway import Project


def _settled(folder: Path) -> Iterator[Project]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEANALYSIS_HOME", str(folder))
        patch.setenv("CASEANALYSIS_DATA", str(folder / "store"))
        patch.setenv("CASEANALYSIS_CACHE", str(folder / "cache"))
        yield Project(folder)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project in a folder of its own, which the module takes for its home."""
    yield from _settled(tmp_path)


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One project for the tests of a module, since each run of a notebook takes seconds."""
    yield from _settled(tmp_path_factory.mktemp("project"))
