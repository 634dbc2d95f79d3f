"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OFFICIAL = ROOT.parent / "shared" / "data"


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
