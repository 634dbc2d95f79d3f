"""One build of the default case, and one browser, for all tests in the browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from caseanalysis.batch import build
from caseanalysis.case import default_case

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def _skip_or_fail(reason: str) -> None:
    if os.environ.get("CASEANALYSIS_NO_SKIP"):
        pytest.fail(f"no skip allowed: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium."""
    named = os.environ.get("CASEANALYSIS_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        _skip_or_fail("needs Chromium; CASEANALYSIS_CHROMIUM may name it")
    return str(found)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def reports(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build of the default case, from its compact extracts alone."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEANALYSIS_DATA", str(folder / "no-store"))
        build(case=default_case(), out=folder / "reports")
    return folder / "reports"
