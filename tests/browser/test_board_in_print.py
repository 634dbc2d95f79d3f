"""The board summary of the default case on paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_board_summary_prints_on_two_sides_of_a4(browser: Browser, reports: Path) -> None:
    page = browser.new_page()
    page.goto((reports / "board.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    # A4 is 595 by 842 points.
    sizes = re.findall(rb"/MediaBox \[0 0 (\d+)(?:\.\d+)? (\d+)", printed)
    assert {tuple(map(int, size)) for size in sizes} <= {(594, 841), (595, 841), (595, 842)}
