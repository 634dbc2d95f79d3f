"""The index and every report of the default case, opened in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from caseanalysis.batch.discover import find_notebooks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

WIDTHS = (360, 1440)
PAGES = ("index", "ledger", *(one.area for one in find_notebooks()))
PLACEHOLDER = re.compile(r"no description|placeholder|untitled|^(figure|image|chart|plot)\W*\d*$")
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}

# The rows of a table are written by one line of code; a few of each table stand for all, since the
# checker takes minutes for thousands of cells.
FEW_ROWS = """document.querySelectorAll("tbody").forEach(
    body => Array.from(body.rows).slice(15).forEach(row => row.remove()))"""


@dataclass
class Opened:
    """A page, and what the browser said while it was opened."""

    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def ask(self, expression: str) -> object:
        return self.page.evaluate(expression)


@pytest.fixture(scope="module", params=PAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=WIDTHS)
def opened(
    request: pytest.FixtureRequest, name: str, browser: Browser, reports: Path
) -> Iterator[Opened]:
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    opened = Opened(page)
    page.on("console", lambda message: opened.faults.append(message.text))
    page.on("pageerror", lambda error: opened.faults.append(str(error)))
    page.on("request", lambda asked: opened.requests.append(asked.url))
    page.goto((reports / f"{name}.html").as_uri())
    yield opened
    page.close()


def test_nothing_goes_wrong_and_no_host_is_asked(opened: Opened) -> None:
    assert opened.faults == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []


def test_the_page_is_not_wider_than_the_screen(opened: Opened) -> None:
    opened.ask("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert opened.ask("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_accessibility_checker_finds_nothing(opened: Opened) -> None:
    opened.ask("document.querySelectorAll('details').forEach(one => one.open = true)")
    opened.ask(FEW_ROWS)
    found = Axe().run(opened.page, options=AXE)
    opened.page.reload()
    assert found.violations_count == 0, found.generate_report()


def test_every_picture_is_drawn_and_described(opened: Opened) -> None:
    pictures = opened.ask("Array.from(document.images, one => [one.alt, one.naturalWidth])")
    for alt, width in pictures:
        assert width > 0
        assert len(alt) >= 40
        assert not PLACEHOLDER.search(alt.lower())


def test_every_table_has_a_caption_and_its_headers_a_scope(opened: Opened) -> None:
    assert opened.ask("document.querySelectorAll('table:not(:has(caption))').length") == 0
    assert opened.ask("document.querySelectorAll('th:not([scope])').length") == 0
    empty = "Array.from(document.querySelectorAll('th')).filter(one => !one.textContent.trim())"
    assert opened.ask(f"{empty}.length") == 0


def test_headings_begin_with_one_and_skip_no_level(opened: Opened) -> None:
    levels = opened.ask(
        "Array.from(document.querySelectorAll('h1,h2,h3,h4,h5,h6'), one => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_link_inside_the_page_leads_somewhere(opened: Opened) -> None:
    lost = opened.ask(
        "Array.from(document.querySelectorAll('a[href^=\"#\"]'), one => one.hash.slice(1))"
        ".filter(id => !document.getElementById(id))"
    )
    assert lost == []
    repeated = opened.ask(
        "Array.from(document.querySelectorAll('[id]'), one => one.id)"
        ".filter((id, at, all) => all.indexOf(id) !== at)"
    )
    assert repeated == []


def test_the_keyboard_reaches_the_content_at_once(opened: Opened) -> None:
    opened.page.keyboard.press("Tab")
    assert opened.ask("document.activeElement.getAttribute('href')") == "#main"


def test_links_between_the_pages_lead_to_published_files(opened: Opened, reports: Path) -> None:
    links = opened.ask(
        "Array.from(document.links, one => one.getAttribute('href'))"
        ".filter(link => !/^(#|https?:)/.test(link))"
    )
    assert links
    assert [link for link in links if not (reports / link.split("#")[0]).is_file()] == []


def test_links_to_places_on_other_pages_lead_somewhere(opened: Opened, reports: Path) -> None:
    links = opened.ask("Array.from(document.links, one => one.getAttribute('href'))")
    parts = [link.split("#") for link in links if re.match(r"[a-z0-9-]+\.html#", link)]
    texts = {page: (reports / page).read_text(encoding="utf-8") for page, _ in parts}
    assert [f"{page}#{at}" for page, at in parts if f'id="{at}"' not in texts[page]] == []


def test_the_language_is_british_english(opened: Opened) -> None:
    assert opened.ask("document.documentElement.lang") == "en-GB"
