"""Fixtures of the store's tests."""

from __future__ import annotations

import pytest

from caseanalysis.case import Case
from caseanalysis.library import Library
from caseanalysis.store import Store


@pytest.fixture(scope="session")
def library_of_store(
    full_store: Store, default: Case, tmp_path_factory: pytest.TempPathFactory
) -> Library:
    """The tables of the default case, each made once from every official file."""
    return Library(default, store=full_store, root=tmp_path_factory.mktemp("without-extracts"))
