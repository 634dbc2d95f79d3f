"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from caseanalysis.case import Case, default_case, load_case
from caseanalysis.store import Store
from small_publications import CASE

ROOT = Path(__file__).parents[1]
OFFICIAL = ROOT.parent / "shared" / "data"

# How long an example takes depends on what else the machine does.
settings.register_profile("caseanalysis", deadline=None)
settings.load_profile("caseanalysis")


def skip_or_fail(reason: str) -> None:
    """Skip a test, or fail it where the environment allows no skip."""
    if os.environ.get("CASEANALYSIS_NO_SKIP"):
        pytest.fail(f"no skip allowed: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project folder."""
    return ROOT


@pytest.fixture(scope="session")
def official() -> Path:
    """The folder of official files as published, beside the project."""
    if not OFFICIAL.is_dir():
        skip_or_fail("needs the publishers' own files at ../shared/data")
    return OFFICIAL


@pytest.fixture(scope="session")
def full_store(official: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A data store with every official file that a reader knows; not to be changed by a test."""
    store = Store(tmp_path_factory.mktemp("full-store"))
    store.add([official])
    return store


@pytest.fixture
def two_rivers(tmp_path: Path) -> Case:
    """A made-up case of two trusts and two places, one of them part of a larger district."""
    folder = tmp_path / "project" / "cases" / "two-rivers"
    folder.mkdir(parents=True)
    (folder / "case.yaml").write_text(CASE, encoding="utf-8")
    return load_case("two-rivers", tmp_path / "project")


@pytest.fixture(scope="session")
def default() -> Case:
    """The default case of the project."""
    return load_case(default_case())


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of reports for this run of the tests, which its workers share."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEANALYSIS_CACHE", str(shared / "cache"))
        yield
